//! Wiring of the `rationale-compile` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(rationale_compile::RationaleCompile).await
}
