//! Wiring of the `hitl-gate-input` function.

use hitl_gate_input::InputGate;
use lambda::{GateSettings, Services};

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let (services, gates) = Services::start_with(GateSettings::read).await?;
    lambda::serve_gate(InputGate, services, gates).await
}
