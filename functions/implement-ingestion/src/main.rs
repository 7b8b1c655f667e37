//! Wiring of the `implement-ingestion` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_ingestion::Ingestion)).await
}
