//! Wiring of the `implement-training` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_training::Training)).await
}
