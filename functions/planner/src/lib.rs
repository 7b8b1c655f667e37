//! Composes capability patterns into candidates and selects one.
//!
//! The way of thinking: size every pattern of the catalogue for the workload ([`estimate::part`]); drop what does not
//! suit, was excluded, or was found faulty ([`feedback`]); join what goes together ([`compose`]); score by criteria whose
//! weights come from the constraints ([`score`]); and say why in the user's own numbers ([`explain`]).

pub mod card;
pub mod compose;
pub mod explain;
pub mod feedback;
pub mod score;

use agent::{Agent, AgentError, Desk, Memory, Thought};
use design::{
    constraint::ConstraintSet, cost::CostReview, coverage::CoverageReport, finding::TechReview, node::Node,
    plan::PlanDecision, policy::PolicyReport, signal::NoSignal,
};
use knowledge::{catalogue::Catalogue, revision};
use run::gate::GateKind;

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct Planner;

/// What the planner thinks about.
#[derive(Debug, Clone)]
pub struct PlannerInput {
    /// The constraints as they were read from the requirement.
    pub constraints: ConstraintSet,
    /// Score of the coverage, where it was checked.
    pub coverage: Option<f64>,
    /// The round, from 0.
    pub iteration: u32,
    /// The plan of the round before.
    pub previous: Option<PlanDecision>,
    /// What the technical critic said of it.
    pub tech: Option<TechReview>,
    /// What the cost critic said of it.
    pub cost: Option<CostReview>,
    /// What the policy engine said of it.
    pub policy: Option<PolicyReport>,
    /// Comments of all revisions that a person asked for, in order.
    pub comments: Vec<String>,
    /// True when the newest round comes from such a comment.
    pub revised_now: bool,
}

impl Agent for Planner {
    const NODE: &'static str = "planner";
    const NAME: &'static str = "Planner";
    const READS: &'static [&'static str] =
        &["intake_extract", "coverage_check", "planner", "critic_tech", "critic_cost", "policy_eval"];
    type Input = PlannerInput;
    type Output = PlanDecision;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<PlannerInput, AgentError> {
        let before = memory.iteration().checked_sub(1);
        fn at<T: serde::de::DeserializeOwned>(
            memory: &Memory,
            node: Node,
            iteration: Option<u32>,
        ) -> Result<Option<T>, AgentError> {
            match iteration {
                Some(iteration) => memory.at(node.as_str(), iteration),
                None => Ok(None),
            }
        }
        let revised_now = before.is_some_and(|before| {
            memory.gates(GateKind::Final).any(|gate| {
                gate.id.iteration == before
                    && gate.decision.as_ref().is_some_and(|made| made.decision == run::gate::Decision::Revise)
            })
        });
        Ok(PlannerInput {
            constraints: memory.latest(Node::IntakeExtract.as_str())?,
            coverage: memory.find::<CoverageReport>(Node::CoverageCheck.as_str())?.map(|report| report.score),
            iteration: memory.iteration(),
            previous: at(memory, Node::Planner, before)?,
            tech: at(memory, Node::CriticTech, before)?,
            cost: at(memory, Node::CriticCost, before)?,
            policy: at(memory, Node::PolicyEval, before)?,
            comments: revision::comments(memory.gates(GateKind::Final)),
            revised_now,
        })
    }

    async fn think(&self, input: PlannerInput, _: &Desk) -> Result<Thought<PlanDecision, NoSignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let plan = explain::plan(&input, catalogue).map_err(|error| AgentError::Defect(error.to_string()))?;
        let (card, summary) = card::draft(&input, &plan);
        Ok(Thought { output: plan, signal: NoSignal {}, summary, card, artifacts: Vec::new() })
    }
}
