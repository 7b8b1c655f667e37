//! What is to be implemented.

use agent::{AgentError, Memory};
use design::{
    cost::CostReview,
    input::DesignInput,
    node::Node,
    plan::{Candidate, PlanDecision},
};
use redaction::Secrets;
use run::{card::Trigger, gate::GateKind};

use crate::{Mends, blueprint::Subject};

/// The plan that was approved, and what it answers.
#[derive(Debug, Clone)]
pub struct Request {
    /// Title of the run.
    pub title: String,
    /// The requirement's text.
    pub requirement: String,
    /// What made the agent think.
    pub trigger: Trigger,
    /// The plan.
    pub plan: PlanDecision,
    /// The price, where it was reviewed.
    pub cost: Option<CostReview>,
    /// What the tools mended in earlier rounds.
    pub mends: Mends,
}

impl Request {
    /// Nodes whose outputs it is recalled from.
    pub const READS: [&'static str; 3] = [Node::Planner.as_str(), Node::CriticCost.as_str(), Node::Validators.as_str()];

    /// Takes it from memory.
    ///
    /// # Errors
    /// When there is no plan.
    pub fn recall(memory: &Memory) -> Result<Self, AgentError> {
        let asked = memory.input::<DesignInput>()?.requirement;
        let title = &memory.run().title;
        // The API takes them out of what it stores; what came in another way or before it did must not get into files.
        let comments = memory.gates(GateKind::Final).filter_map(|gate| gate.decision.as_ref()?.comment.as_deref());
        let secrets = Secrets::of([asked.as_str(), title.as_str()].into_iter().chain(comments));
        let plan: PlanDecision = memory.latest(Node::Planner.as_str())?;
        Ok(Self {
            title: secrets.scrub(title),
            requirement: secrets.scrub(&asked),
            trigger: memory.trigger(GateKind::Final),
            plan: secrets.scrub_all(plan).map_err(|error| AgentError::Defect(error.to_string()))?,
            cost: memory.find(Node::CriticCost.as_str())?,
            mends: Mends::recall(memory)?,
        })
    }

    /// The candidate that the plan selects.
    ///
    /// # Errors
    /// When it is not among the plan's candidates.
    pub fn selected(&self) -> Result<&Candidate, AgentError> {
        self.plan.selected().ok_or_else(|| {
            AgentError::MemoryIncomplete(format!(
                "the plan selects `{}`, which is not among its candidates",
                self.plan.selected
            ))
        })
    }

    /// What a blueprint is made of.
    ///
    /// # Errors
    /// As [`Request::selected`].
    pub fn subject(&self) -> Result<Subject<'_>, AgentError> {
        Ok(Subject {
            title: &self.title,
            requirement: &self.requirement,
            constraints: &self.plan.constraints,
            candidate: self.selected()?,
            cost: self.cost.as_ref(),
        })
    }
}
