//! Wiring of the `run-end` function.

use lambda::Services;

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let services = Services::start().await?;
    lambda::serve(async |input| run_end::end(&services.store, &services.live, &input).await).await
}
