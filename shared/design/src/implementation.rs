//! Output of `critic_implementation`: the whole repository held against the requirement, and the way from its words to
//! lines.

use run::node::NodeName;
use serde::{Deserialize, Serialize};

use crate::{
    constraint::{ConstraintField, Evidence, Source},
    finding::Finding,
};

/// A line that implements something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Place {
    /// File in the repository.
    pub path: String,
    /// Line from 1.
    pub line: u32,
    /// The line as it stands there, without the blanks around it.
    pub text: String,
    /// What the line is for.
    pub says: String,
    /// The node that wrote the file.
    pub written_by: NodeName,
}

/// The way of one constraint: the words of the requirement, the decisions that rest on it, the lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RequirementTrace {
    /// The constraint.
    pub field: ConstraintField,
    /// Its value in words.
    pub value: String,
    /// Where the value came from.
    pub source: Source,
    /// The words of the requirement; empty unless the source is the text.
    pub quotes: Vec<Evidence>,
    /// What the plan decided because of it, each with the component.
    pub decisions: Vec<String>,
    /// Where it is implemented; empty when it only shaped the choice, or when it is not implemented, which a finding
    /// says.
    pub places: Vec<Place>,
}

/// The review of the whole implementation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImplementationReview {
    /// What the repository does not do as it was asked, or does not do at all.
    pub findings: Vec<Finding>,
    /// A trace for each constraint that is known, in the order of [`ConstraintField::ALL`].
    pub traces: Vec<RequirementTrace>,
    /// What every repository owes its owner, and where it is.
    pub standards: Vec<Place>,
    /// Number of expectations that were looked at.
    pub checked: u32,
    /// Number of them that are met.
    pub met: u32,
}
