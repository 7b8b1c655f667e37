//! Nodes of a workflow and what they hand to the state machine.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{body::BodyRef, card::Fact};

/// The name of a workflow node in snake case, such as `intake_extract`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeName(pub String);

crate::schema::string_schema!(NodeName, "A workflow node in snake case.", "planner");

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for NodeName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

/// A node's place in a run: its name and how often its loop has come round before (0 the first time).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// The node.
    pub node: NodeName,
    /// How often the loop around the node has come round before, from 0.
    pub iteration: u32,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.node, self.iteration)
    }
}

/// What the state machine hands to every function: ids and counters, and nothing bigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInput {
    /// Owner of the project.
    pub owner: crate::id::OwnerId,
    /// Project of the run.
    pub project_id: crate::id::ProjectId,
    /// The run (a decision set's id for design runs).
    pub decision_set_id: crate::id::RunId,
    /// Attempt number from 1; a node of an older attempt may not commit.
    pub attempt: u32,
    /// How often the loop around the node has come round before, from 0.
    pub iteration: u32,
}

impl NodeInput {
    /// The run's full address.
    pub fn key(&self) -> crate::id::RunKey {
        crate::id::RunKey {
            owner: self.owner.clone(),
            project: self.project_id.clone(),
            run: self.decision_set_id.clone(),
        }
    }
}

/// Who did the thinking for a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Thinker {
    /// Built-in expert rules and data; no model was asked.
    BuiltInRules,
    /// A model refined the rules' baseline.
    Model {
        /// The provider's name.
        provider: String,
        /// The model's name at the provider.
        model: String,
    },
}

/// What asking a model came to, beside the rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ModelUse {
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// `answered`, or a fixed word for why there is no answer, such as `ceiling` or `unavailable`.
    pub outcome: String,
    /// HTTP requests that were made.
    pub requests: u32,
    /// Tokens that the model read.
    pub tokens_read: u64,
    /// Tokens that it wrote.
    pub tokens_written: u64,
    /// True where the provider told no tokens, and they are counted by the length of what was read and written.
    #[serde(default)]
    pub tokens_estimated: bool,
    /// What they cost in US dollars; nothing where the model's price is not known.
    pub usd: Option<f64>,
    /// Time that the asking took, in milliseconds.
    pub latency_ms: u64,
    /// True when an equal question had been answered before.
    pub cache_hit: bool,
    /// True when the model was asked to mend its answer.
    pub repaired: bool,
    /// What was taken over: what, and why it may be.
    pub kept: Vec<Fact>,
    /// What was not taken over: what, and why not.
    pub dropped: Vec<Fact>,
    /// Where the output of the rules alone is, when the model changed it.
    pub rules_alone: Option<BodyRef>,
}

/// The agent-run record: one completed node with where its output is. Keyed by [`Step`], so it exists once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NodeRecord {
    /// Which node and iteration.
    pub step: Step,
    /// Attempt in which the result was stored.
    pub attempt: u32,
    /// Who did the thinking.
    pub thinker: Thinker,
    /// Tokens of all model calls; 0 when no model was asked.
    pub tokens_total: u64,
    /// When the node began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: jiff::Timestamp,
    /// From start of the node to its commit, in milliseconds.
    pub duration_ms: u64,
    /// True unless the node ended in an error.
    pub ok: bool,
    /// Where the node's typed output is.
    pub output: crate::body::BodyRef,
    /// Size-bounded result for the state machine's choices.
    pub signal: serde_json::Value,
    /// What asking a model came to, where one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelUse>,
}
