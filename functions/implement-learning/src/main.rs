//! Wiring of the `implement-learning` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(generation::Implementation(implement_learning::Learning)).await
}
