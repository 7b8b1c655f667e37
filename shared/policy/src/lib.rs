//! Policy packs in Rego: read, checked and evaluated.
//!
//! A pack states rules ([`design::policy::RuleSheet`]) and, for an input, which of them apply, which hold, who offends
//! and why ([`Outcome`]). `shared/knowledge/data/policies/README.md` says how to write one; the input's JSON Schema is
//! beside it.
//!
//! [`shipped`] evaluates the platform's own packs, which are trusted, in this process. A project's own pack is a
//! stranger's program: [`sandbox`] evaluates it in a process of its own, which reads nothing, writes nothing, and is
//! ended when it takes too much time or memory. Rego is `regorus` without its features: no network, no clock, no
//! randomness is compiled in.
//!
//! Architecture invariant: this crate knows no store, no run and no agent.

mod engine;
mod fault;
pub mod name;
mod outcome;
pub mod sandbox;
mod scan;
mod schema;
pub mod shipped;

pub use fault::{Fault, FaultKind};
pub use outcome::{Outcome, Reading};

use serde::Deserialize;

/// An input to try a pack on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Example {
    /// What it is an example of.
    pub name: String,
    /// The input.
    pub input: serde_json::Value,
}

/// The examples that a pack is tried on when it is uploaded.
///
/// # Errors
/// When the embedded data cannot be read, which a test keeps from happening.
pub fn examples() -> Result<Vec<Example>, serde_json::Error> {
    serde_json::from_str(knowledge::policy::EXAMPLES)
}
