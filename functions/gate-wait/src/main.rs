//! Wiring of the `gate-wait` function.

use lambda::{GateSettings, Services};

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let (services, times) = Services::start_with(GateSettings::times).await?;
    let tasks = services.tasks();
    lambda::serve(async |input| gate_wait::handle(&services.store, &services.live, &tasks, &times, &input).await).await
}
