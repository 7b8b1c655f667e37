//! Wiring of the `coverage-check` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(coverage_check::CoverageCheck).await
}
