//! Wiring of the `policy-eval` function.

use std::process::ExitCode;

use policy::sandbox;

fn main() -> Result<ExitCode, lambda::Error> {
    if sandbox::is_one() {
        return Ok(sandbox::serve());
    }
    serve()
}

#[tokio::main]
async fn serve() -> Result<ExitCode, lambda::Error> {
    lambda::serve_agent(policy_eval::PolicyEngine::default()).await?;
    Ok(ExitCode::SUCCESS)
}
