//! Wiring of the `critic-cost` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(critic_cost::CostCritic).await
}
