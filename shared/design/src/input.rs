//! What a person asks of a design run.

use std::collections::BTreeMap;

use run::{edit::FileEdit, id::RunId};
use serde::{Deserialize, Serialize};

use crate::{constraint::StructuredConstraints, plan::Criterion, policy::PackRef};

/// Longest requirement text, in Unicode scalar values.
pub const REQUIREMENT_MAX_CHARACTERS: usize = 20_000;

/// The input of a design run; its body is stored once and never changes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DesignInput {
    /// The requirement in plain language, 1 to 20,000 characters of any Unicode.
    pub requirement: String,
    /// Constraints that were given as fields; they win over the text.
    #[serde(default)]
    pub constraints: StructuredConstraints,
    /// How much each criterion counts, 0 or more. Weights that sum to at most 1 are shares, and the criteria that are
    /// not named share the rest in the proportions of the constraints; larger ones are proportions among themselves.
    #[serde(default)]
    pub weights: BTreeMap<Criterion, f64>,
    /// The project's own policy packs as they were when the run began: a resumed run sees the same rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PackRef>,
    /// What people edited in the files of earlier versions, as it was when the run began; brought together with what is
    /// generated anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<FileEdit>,
    /// The version that this one continues; its answers are this project's earlier decisions.
    pub parent: Option<RunId>,
}
