//! Wiring of the `critic-tech` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(critic_tech::TechnicalCritic).await
}
