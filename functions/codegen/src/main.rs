//! Wiring of the `codegen` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(codegen::Codegen).await
}
