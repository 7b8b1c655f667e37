//! Gates: where a run waits for a person, with exactly one winner.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{answer::Answers, body::Sha256Hex, question::Question, schema::string_schema};

/// Which gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// A person answers questions.
    Input,
    /// A person approves, revises or rejects the design.
    Final,
}

impl GateKind {
    /// The kind as it is written in ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Final => "final",
        }
    }
}

/// A gate within its run: kind and iteration, `input-0` on the wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GateId {
    /// Which gate.
    pub kind: GateKind,
    /// How often the loop around the gate has come round before, from 0.
    pub iteration: u32,
}

string_schema!(GateId, "A gate within its run.", "input-0");

impl fmt::Display for GateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.as_str(), self.iteration)
    }
}

/// A text that is not a gate's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a gate id: expected `input-0`, `final-0` or a later iteration of them")]
pub struct InvalidGateId(pub String);

impl FromStr for GateId {
    type Err = InvalidGateId;

    fn from_str(text: &str) -> Result<Self, InvalidGateId> {
        let invalid = || InvalidGateId(text.chars().take(64).collect());
        let (kind, iteration) = text.split_once('-').ok_or_else(invalid)?;
        let kind = match kind {
            "input" => GateKind::Input,
            "final" => GateKind::Final,
            _ => return Err(invalid()),
        };
        Ok(Self { kind, iteration: iteration.parse().map_err(|_| invalid())? })
    }
}

impl TryFrom<String> for GateId {
    type Error = InvalidGateId;

    fn try_from(text: String) -> Result<Self, InvalidGateId> {
        text.parse()
    }
}

impl From<GateId> for String {
    fn from(id: GateId) -> String {
        id.to_string()
    }
}

/// Where a gate stands. It leaves `Pending` once, by a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateStatus {
    /// Nobody has decided.
    Pending,
    /// A person has decided.
    Answered,
    /// The timer, or a run without gates, took the defaults.
    AutoApproved,
    /// The long gate's timer ran out and the defaults may not be taken.
    Expired,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Go on with these answers, or with this design.
    Approve,
    /// Back to the planner with a comment; final gate only.
    Revise,
    /// End the run; final gate only.
    Reject,
}

/// Who decides: a person or the platform itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    /// The principal's name, or `auto-approval`.
    pub name: String,
}

/// The record of a decision at a gate: who, when, what and why. This is the approval record of F1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GateDecision {
    /// What was decided.
    pub decision: Decision,
    /// By whom.
    pub actor: Actor,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why, in the actor's words; required for a revision.
    pub comment: Option<String>,
    /// Complete answers: what was given, and the defaults for the rest.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// Ids of the questions that were left to their defaults.
    pub defaulted: Vec<String>,
}

/// Whether a timer may decide a gate, and why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AutoApproval {
    /// True when the timer takes the defaults.
    pub allowed: bool,
    /// Confidence that every default must reach.
    pub threshold: f64,
    /// What keeps the timer from deciding, one line each; empty when allowed.
    pub blockers: Vec<String>,
}

impl AutoApproval {
    /// The rule: every default reaches the threshold, and so does the confidence in the whole where there is one;
    /// critical questions are decided by people unless allowed.
    pub fn judge(
        questions: &[Question],
        confidence: Option<f64>,
        threshold: f64,
        critical_allowed: bool,
        other_blockers: Vec<String>,
    ) -> Self {
        let mut blockers = other_blockers;
        if let Some(confidence) = confidence.filter(|confidence| *confidence < threshold) {
            blockers.push(format!("the confidence in what is shown is {confidence:.2}, below {threshold:.2}"));
        }
        for question in questions {
            if question.priority == crate::question::Priority::Critical && !critical_allowed {
                blockers.push(format!("`{}` is critical and needs a person", question.id));
            } else if question.default.confidence < threshold {
                blockers.push(format!(
                    "the default of `{}` has confidence {:.2}, below {threshold:.2}",
                    question.id, question.default.confidence
                ));
            }
        }
        Self { allowed: blockers.is_empty(), threshold, blockers }
    }
}

/// A gate of a run. What the server keeps besides (the task token) is in the `store` crate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Gate {
    /// Which gate.
    pub id: GateId,
    /// Where it stands.
    pub status: GateStatus,
    /// Hash of what is shown at the gate; a decision names it.
    pub subject_hash: Sha256Hex,
    /// What the decision is about, in one paragraph.
    pub summary: String,
    /// The questions of the input gate; empty at the final gate.
    pub questions: Vec<Question>,
    /// What whoever approves accepts: each blocking point, one line each.
    #[serde(default)]
    pub risks: Vec<String>,
    /// The decisions that are possible.
    pub options: Vec<Decision>,
    /// Whether the timer may decide.
    pub auto_approval: AutoApproval,
    /// When the gate was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When the timer runs out.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// True once a person has touched the form: the short timer no longer decides.
    pub held: bool,
    /// The decision, once there is one.
    pub decision: Option<GateDecision>,
}

impl Gate {
    /// Complete answers: those given, and the default of every other question, with the ids of the defaulted.
    pub fn complete(&self, given: &Answers) -> (Answers, Vec<String>) {
        let mut answers = given.clone();
        let mut defaulted = Vec::new();
        for question in &self.questions {
            if !answers.contains_key(&question.id) {
                answers.insert(question.id.clone(), question.default.value.clone());
                defaulted.push(question.id.clone());
            }
        }
        (answers, defaulted)
    }
}
