//! What a person asks of a design run.

use run::id::RunId;
use serde::{Deserialize, Serialize};

use crate::constraint::StructuredConstraints;

/// Longest requirement text, in Unicode scalar values.
pub const REQUIREMENT_MAX_CHARACTERS: usize = 20_000;

/// The input of a design run; its body is stored once and never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DesignInput {
    /// The requirement in plain language, 1 to 20,000 characters of any Unicode.
    pub requirement: String,
    /// Constraints that were given as fields; they win over the text.
    #[serde(default)]
    pub constraints: StructuredConstraints,
    /// The version that this one continues; its answers are this project's earlier decisions.
    pub parent: Option<RunId>,
}
