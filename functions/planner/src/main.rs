//! Wiring of the `planner` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(planner::Planner).await
}
