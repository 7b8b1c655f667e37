//! Wiring of the `websocket` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let services = lambda::Services::start().await?;
    websocket::serve(websocket::Socket { store: services.store, live: services.live }).await
}
