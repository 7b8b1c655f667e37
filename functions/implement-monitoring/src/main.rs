//! Wiring of the `implement-monitoring` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_monitoring::Monitoring)).await
}
