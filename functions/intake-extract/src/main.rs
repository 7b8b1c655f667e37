//! Wiring of the `intake-extract` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(intake_extract::IntakeExtract).await
}
