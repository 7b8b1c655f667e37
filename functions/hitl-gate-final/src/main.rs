//! Wiring of the `hitl-gate-final` function.

use hitl_gate_final::FinalGate;
use lambda::{GateSettings, Services};

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let read = |env: &mut lambda::environment::Environment<'_>| {
        (GateSettings::read(env), env.parsed("MAX_PLAN_ROUNDS", "a whole number"))
    };
    let (services, (gates, max_plan_rounds)) = Services::start_with(read).await?;
    lambda::serve_gate(FinalGate { max_plan_rounds }, services, gates).await
}
