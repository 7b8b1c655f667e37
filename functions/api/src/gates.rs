//! Gates: answering and holding them.

use run::{
    answer::Answers,
    body::Sha256Hex,
    gate::{Decision, GateId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person's decision at a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateAnswer {
    /// The gate, such as `input-0`.
    pub gate: GateId,
    /// Hash of what was shown at the gate: the gate's `subject_hash`.
    pub subject_hash: Sha256Hex,
    /// What is decided: one of the gate's `options`.
    pub decision: Decision,
    /// Answers by question id; a question left out takes its smart default.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, run::answer::AnswerValue>)]
    pub answers: Answers,
    /// Why, at most 5,000 characters; required for `revise`, where it tells the planner what to change.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub comment: Option<String>,
    /// The decision set's `revision` as it was read; when given, the answer is refused if the set has changed since.
    #[serde(default)]
    pub version: Option<u64>,
}
use crate::{Api, problem::Problem};
use run::gate::Gate;
use run::id::RunKey;
pub async fn answer(_: &Api, _: &RunKey, _: GateAnswer) -> Result<Gate, Problem> {
    unimplemented!()
}
pub async fn hold(_: &Api, _: &RunKey, _: &GateId) -> Result<Gate, Problem> {
    unimplemented!()
}
