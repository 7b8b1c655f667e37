//! Wiring of the `api` function.

use std::{process::ExitCode, sync::Arc};

use api::{Api, executions::StepFunctions};
use lambda::{GateSettings, Services, environment::Environment, models::ModelConfig};
use policy::sandbox::{self, Sandbox};

fn main() -> Result<ExitCode, lambda::Error> {
    if sandbox::is_one() {
        return Ok(sandbox::serve());
    }
    serve()
}

#[tokio::main]
async fn serve() -> Result<ExitCode, lambda::Error> {
    let settings =
        |env: &mut Environment<'_>| (env.text("STATE_MACHINE_ARN"), GateSettings::times(env), ModelConfig::read(env));
    let (services, (state_machine_arn, times, models)) = Services::start_with(settings).await?;
    let tasks = services.tasks();
    let executions = StepFunctions::new(tasks.client().clone(), state_machine_arn);
    let (store, live) = (services.store, services.live);
    lambda_http::run(api::router(Api {
        store,
        live,
        executions: Arc::new(executions),
        tasks: Arc::new(tasks),
        sandbox: Sandbox::of_this_program(),
        models: models.choices,
        long_gate_timeout: times.long_wait,
    }))
    .await?;
    Ok(ExitCode::SUCCESS)
}
