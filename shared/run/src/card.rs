//! Reason cards: what an agent decided and why, for a person to read.

use serde::{Deserialize, Serialize};

use crate::{
    node::{Step, Thinker},
    question::Priority,
};

/// What made the agent think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The workflow came here for the first time.
    Initial,
    /// A person answered at the input gate.
    Answers,
    /// Critics or policy found something blocking.
    Findings,
    /// A person asked for a revision at the final gate.
    Revision,
}

/// The kind of decision, for filtering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Understanding what is asked.
    Requirements,
    /// Choosing the design.
    Architecture,
    /// Checking the design technically.
    Technical,
    /// Money.
    Cost,
    /// Rules and compliance.
    Policy,
    /// A person's decision.
    Approval,
    /// Generated code and its validation.
    Code,
    /// Documents and versions.
    Documentation,
}

/// A number from 0 to 1 with what it was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Confidence {
    /// 0 to 1.
    pub value: f64,
    /// The evidence that the value was computed from, one line each.
    pub basis: Vec<String>,
}

/// A labelled value on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value in words.
    pub value: String,
}

impl Fact {
    /// A fact from anything that can be shown.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// Words of the requirement that a claim rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EvidenceLink {
    /// What is claimed.
    pub claim: String,
    /// The words.
    pub quote: String,
    /// First character of the words in the requirement (Unicode scalar values, from 0).
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// Something that was considered and not chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alternative {
    /// Its name.
    pub name: String,
    /// Its score where there is one, 0 to 1.
    pub score: Option<f64>,
    /// Why it was not chosen, in terms of the constraints.
    pub why_not: String,
}

/// A policy rule's result in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyLine {
    /// Rule id.
    pub rule: String,
    /// `pass`, `fail`, `waived` or `not_applicable`.
    pub verdict: String,
    /// The evidence in one line.
    pub evidence: String,
}

/// What a decision changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Impact {
    /// Effect on cost.
    pub cost: Option<String>,
    /// Effect on latency and throughput.
    pub performance: Option<String>,
    /// Effect on security and compliance.
    pub security: Option<String>,
    /// Effect on the people who run it.
    pub operations: Option<String>,
}

/// What may go wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Risk {
    /// How bad.
    pub severity: Priority,
    /// What may go wrong.
    pub text: String,
    /// What is or can be done about it.
    pub mitigation: String,
}

/// What an agent decided and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReasonCard {
    /// The agent's name for people, such as `Planner`.
    pub agent: String,
    /// The node and iteration that the card belongs to.
    pub step: Step,
    /// What made the agent think.
    pub trigger: Trigger,
    /// Kind of decision.
    pub category: Category,
    /// How much a person should care.
    pub priority: Priority,
    /// The decision in one sentence.
    pub decision: String,
    /// The reasoning, one paragraph each, as Markdown.
    pub reasoning: Vec<String>,
    /// How sure, and why.
    pub confidence: Confidence,
    /// What was read.
    pub inputs: Vec<Fact>,
    /// What came out.
    pub outputs: Vec<Fact>,
    /// What was considered and not chosen.
    pub alternatives: Vec<Alternative>,
    /// Policy results, where policies were evaluated.
    pub policy_results: Vec<PolicyLine>,
    /// What the decision changes.
    pub impact: Impact,
    /// What may go wrong.
    pub risks: Vec<Risk>,
    /// Words of the requirement that the decision rests on.
    pub evidence: Vec<EvidenceLink>,
    /// Who did the thinking.
    pub thinker: Thinker,
}
