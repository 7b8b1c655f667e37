//! Output of `coverage_check`: how much of the schema is known.

use serde::{Deserialize, Serialize};

use crate::constraint::ConstraintField;

/// One field's part in the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldCoverage {
    /// The field.
    pub field: ConstraintField,
    /// Its weight for this use case.
    pub weight: f64,
    /// True when a design without it would be a guess.
    pub required: bool,
    /// True when a value is known.
    pub known: bool,
    /// The value's confidence; 0 when unknown.
    pub confidence: f64,
}

/// Something missing or inconsistent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Gap {
    /// The field.
    pub field: ConstraintField,
    /// Why it is needed here: missing, needed because of another field, or in conflict.
    pub reason: String,
    /// True when the design would be a guess without it.
    pub blocking: bool,
}

/// How much of the schema is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CoverageReport {
    /// 0 to 1: sum of weight × confidence over sum of weights.
    pub score: f64,
    /// The score from which no questions are needed.
    pub threshold: f64,
    /// True when the score reaches the threshold and no gap blocks.
    pub sufficient: bool,
    /// Each field's part.
    pub fields: Vec<FieldCoverage>,
    /// What is missing or inconsistent.
    pub gaps: Vec<Gap>,
}
