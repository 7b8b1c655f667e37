//! Wiring of the `critic-implementation` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(critic_implementation::ImplementationCritic).await
}
