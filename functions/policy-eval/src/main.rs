//! Wiring of the `policy-eval` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(policy_eval::PolicyEngine).await
}
