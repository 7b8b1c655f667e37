//! Wiring of the `validators` function.

use validators::{Settings, Validators};

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    let settings = lambda::environment::read(Settings::read)?;
    lambda::serve_agent(Validators::new(settings)).await
}
