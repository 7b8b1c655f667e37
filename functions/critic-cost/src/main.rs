//! Wiring of the `critic-cost` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(critic_cost::CostCritic).await
}
