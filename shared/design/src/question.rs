//! Output of `adaptive_questions`.

use run::question::Question;
use serde::{Deserialize, Serialize};

/// The questions of one round, the most important first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuestionSet {
    /// Round of questions, from 0.
    pub round: u32,
    /// The questions; ids are the names of constraint fields.
    pub questions: Vec<Question>,
}
