//! Wiring of the `implement-inference` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_inference::Inference)).await
}
