//! What every agent node does around its own thinking.
//!
//! An agent is a type that implements [`Agent`]: it recalls its typed input from the run's [`Memory`], thinks, and
//! returns a [`Thought`]. Everything else is the same for all and is in [`harness`]: load the run, announce the start,
//! think, store output, reason card, run record and events in one transaction, push them, and map errors to the names
//! that the state machine retries and catches.
//!
//! Architecture invariant: nothing here knows what a design is, or that Lambda exists.

mod advice;
mod bodies;
mod choice;
mod desk;
mod error;
pub mod gate;
pub mod harness;
mod history;
mod memory;
mod passing;
mod progress;
mod prompt;
mod words;

use std::future::Future;

use run::{
    artifact::Artifact,
    card::{Alternative, Category, Confidence, EvidenceLink, Fact, Impact, PolicyLine, Risk, Trigger},
    node::Thinker,
    question::Priority,
};
use serde::{Serialize, de::DeserializeOwned};

pub use advice::{Advice, Adviser, Consultation, Consulted, StoredCircuits, Taken, advise, line};
pub use bodies::ProjectBodies;
pub use choice::{Chosen, ModelChoices};
#[cfg(feature = "mock")]
pub use desk::InMemoryBodies;
pub use desk::{Bodies, BodyError, BoxFuture, Desk};
pub use error::{AgentError, chain};
pub use history::{Decided, History, ROOM as HISTORY_ROOM};
pub use memory::{Memory, MemoryBuilder};
pub use prompt::{Prompt, Rendered};
pub use words::{figures, has_address, is_hidden, plain};

/// One thinking node of a workflow.
pub trait Agent: Send + Sync {
    /// The node's name in the state machine, such as `planner`.
    const NODE: &'static str;
    /// The agent's name for people, such as `Planner`.
    const NAME: &'static str;
    /// Nodes whose newest outputs the agent reads. Only these are loaded.
    const READS: &'static [&'static str];
    /// Nodes of the parent version whose newest outputs the agent reads.
    const READS_PARENT: &'static [&'static str] = &[];
    /// Which version the agent takes for the parent.
    const PARENT: Parent = Parent::Direct;
    /// What the agent thinks about, recalled from memory.
    type Input: Send;
    /// What it decides: stored as the node's output.
    type Output: Serialize + DeserializeOwned + Send + Sync;
    /// The few values that the state machine's choices look at.
    type Signal: Serialize + DeserializeOwned + Send + Sync;

    /// Takes the input from memory.
    ///
    /// # Errors
    /// When something that the agent needs is not there or cannot be read.
    fn recall(&self, memory: &Memory) -> Result<Self::Input, AgentError>;

    /// Thinks. The same input gives the same thought; what takes time or bytes goes through the desk.
    ///
    /// # Errors
    /// When the agent cannot decide; the harness names the error for the state machine.
    fn think(
        &self,
        input: Self::Input,
        desk: &Desk,
    ) -> impl Future<Output = Result<Thought<Self::Output, Self::Signal>, AgentError>> + Send;

    /// What a model is asked beside the rules, and what it may add to their thought. Nothing where no model takes part.
    ///
    /// # Errors
    /// When the prompt cannot be made.
    fn consult(
        &self,
        _input: &Self::Input,
        _thought: &Thought<Self::Output, Self::Signal>,
    ) -> Consulted<Self::Output, Self::Signal> {
        Ok(None)
    }

    /// The estimate of money in an output, where the agent makes one; kept per iteration as the run's cost record.
    ///
    /// # Errors
    /// When the estimate cannot be written as JSON.
    fn cost(_output: &Self::Output) -> Result<Option<serde_json::Value>, AgentError> {
        Ok(None)
    }
}

/// Which earlier version an agent takes for the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// The one that the run continues, however it ended.
    Direct,
    /// The nearest one before that completed: a version in between that failed left nothing to go by.
    Completed,
}

/// What an agent decided.
#[derive(Debug, Clone)]
pub struct Thought<O, S> {
    /// The typed output.
    pub output: O,
    /// What the state machine's choices look at.
    pub signal: S,
    /// The outcome in one sentence, for `node-complete`.
    pub summary: String,
    /// What was decided and why.
    pub card: CardDraft,
    /// Artifacts to record; their bodies have been put through the desk.
    pub artifacts: Vec<Artifact>,
}

/// A reason card without what the harness knows itself (agent, step).
#[derive(Debug, Clone)]
pub struct CardDraft {
    /// What made the agent think.
    pub trigger: Trigger,
    /// Kind of decision.
    pub category: Category,
    /// How much a person should care.
    pub priority: Priority,
    /// The decision in one sentence.
    pub decision: String,
    /// The reasoning, one Markdown paragraph each.
    pub reasoning: Vec<String>,
    /// How sure, computed from evidence, and from which.
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

impl CardDraft {
    /// A card of the built-in rules with the parts that every card has; the rest is empty and can be filled.
    pub fn new(trigger: Trigger, category: Category, decision: impl Into<String>, confidence: Confidence) -> Self {
        Self {
            trigger,
            category,
            priority: Priority::Medium,
            decision: decision.into(),
            reasoning: Vec::new(),
            confidence,
            inputs: Vec::new(),
            outputs: Vec::new(),
            alternatives: Vec::new(),
            policy_results: Vec::new(),
            impact: Impact::default(),
            risks: Vec::new(),
            evidence: Vec::new(),
            thinker: Thinker::BuiltInRules,
        }
    }
}
