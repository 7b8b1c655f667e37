//! Wiring of the `api` function.

use std::sync::Arc;

use api::{Api, executions::StepFunctions};
use lambda::{GateSettings, Services};

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let settings =
        |env: &mut lambda::environment::Environment<'_>| (env.text("STATE_MACHINE_ARN"), GateSettings::times(env));
    let (services, (state_machine_arn, times)) = Services::start_with(settings).await?;
    let tasks = services.tasks();
    let executions = StepFunctions::new(tasks.client().clone(), state_machine_arn);
    let (store, live) = (services.store, services.live);
    lambda_http::run(api::router(Api {
        store,
        live,
        executions: Arc::new(executions),
        tasks: Arc::new(tasks),
        long_gate_timeout: times.long_wait,
    }))
    .await
}
