//! Wiring of the `implement-features` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_features::Features)).await
}
