//! What the agents that write the repository share.
//!
//! Six implementers each write their part of it from the same [`Blueprint`], and the assembler (`codegen`) joins the
//! parts. Templates are data, in the folder of the agent that owns the files; packages, subjects and the way from
//! patterns to Terraform are data here (`data/`). What the plan does not ask for is not generated: a batch plan has no
//! endpoint, a plan without a stream has no consumer. The same plan gives the same bytes: there is no clock, no
//! randomness and no id in what is written.

mod advice;
mod asked;
mod blueprint;
mod embedded;
#[cfg(test)]
mod fixture;
mod guard;
mod implementer;
mod mends;
mod packages;
mod provision;
mod render;
mod request;
mod schema;
mod series;
mod site;
mod source;
mod stack;
mod subject;
mod task;
pub mod words;

pub use advice::{Change, ImplementerAnswer, rewrite};
pub use blueprint::{Blueprint, Subject, Wanted};
pub use embedded::Embedded;
pub use implementer::{Implementation, Implementer, left_out, write};
pub use mends::Mends;
pub use provision::{FillIn, Iac, Infrastructure, Missing, Provisioned, STACKS, stack};
pub use render::files;
pub use request::Request;
pub use site::{Ci, Serving, Site};
pub use source::{SourceFile, stored, texts};
pub use task::{Family, Mode};

/// A template or the crate's data is broken: our own fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError(pub String);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

impl From<RenderError> for agent::AgentError {
    fn from(error: RenderError) -> Self {
        Self::Defect(error.0)
    }
}
