//! Wiring of the `gate-timeout` function.

use lambda::Services;

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let services = Services::start().await?;
    lambda::serve(async |input| gate_timeout::handle(&services.store, &services.live, &input).await).await
}
