//! Answers to questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum AnswerValue {
    /// A number in the question's unit.
    Number(f64),
    /// A text, or the value of one choice.
    Text(String),
    /// The values of several choices.
    Many(Vec<String>),
}

/// Answers by question id. A question left out takes its smart default; `null` is not an answer.
pub type Answers = BTreeMap<String, AnswerValue>;
