//! Evaluates the policy packs against constraints, plan and cost.
//!
//! The rules are Rego ([`policy`]); this crate lays out the facts ([`facts`]), judges by the shipped packs and the
//! project's own ([`judge`]) and says on a card what came of it ([`card`]). Its signal adds up everything blocking: failed
//! rules and the critics' findings; it asks for another plan only when another plan may mend one of them.

mod card;
pub mod facts;
pub mod judge;

use agent::{Agent, AgentError, Desk, Memory, Thought};
use design::{
    cost::CostReview,
    finding::TechReview,
    input::DesignInput,
    node::Node,
    plan::PlanDecision,
    policy::{PackRef, PolicyReport, Waiver},
    signal::PolicySignal,
};
use knowledge::{catalogue::Catalogue, revision::Revision};
use policy::sandbox::Sandbox;
use run::{
    card::Trigger,
    gate::{Decision, GateKind},
};

use crate::judge::OwnPack;

/// The agent.
#[derive(Debug, Default, Clone)]
pub struct PolicyEngine {
    /// Where a project's own packs are evaluated.
    pub sandbox: Sandbox,
}

/// What the engine judges.
#[derive(Debug, Clone)]
pub struct PolicyInput {
    /// The plan, with the constraints that it answers and the rules that a person waived.
    pub plan: PlanDecision,
    /// The technical review.
    pub tech: TechReview,
    /// The cost review.
    pub cost: CostReview,
    /// The project's own packs, as they were when the run began.
    pub packs: Vec<PackRef>,
    /// Who waived which rule; the newest word last.
    pub waivers: Vec<(String, Waiver)>,
    /// What was said of the plan of the round before.
    pub previous: Option<PolicyReport>,
    /// Why it is judged now.
    pub trigger: Trigger,
}

impl Agent for PolicyEngine {
    const NODE: &'static str = Node::PolicyEval.as_str();
    const NAME: &'static str = "Policy engine";
    const READS: &'static [&'static str] =
        &[Node::Planner.as_str(), Node::CriticTech.as_str(), Node::CriticCost.as_str(), Node::PolicyEval.as_str()];
    type Input = PolicyInput;
    type Output = PolicyReport;
    type Signal = PolicySignal;

    fn recall(&self, memory: &Memory) -> Result<PolicyInput, AgentError> {
        let previous = match memory.iteration().checked_sub(1) {
            Some(before) => memory.at(Self::NODE, before)?,
            None => None,
        };
        Ok(PolicyInput {
            plan: memory.latest(Node::Planner.as_str())?,
            tech: memory.latest(Node::CriticTech.as_str())?,
            cost: memory.latest(Node::CriticCost.as_str())?,
            packs: memory.input::<DesignInput>()?.policies,
            waivers: waivers(memory)?,
            previous,
            trigger: memory.trigger(GateKind::Final),
        })
    }

    async fn think(&self, input: PolicyInput, desk: &Desk) -> Result<Thought<PolicyReport, PolicySignal>, AgentError> {
        let catalogue = catalogue()?;
        let mut own = Vec::with_capacity(input.packs.len());
        for pack in &input.packs {
            let text = desk.bodies().get(&pack.sha256).await?;
            own.push(OwnPack { pack: pack.clone(), text: String::from_utf8_lossy(&text).into_owned() });
        }
        let (report, signal) = judge::judge(&input, &own, &self.sandbox, catalogue).await?;
        let (card, summary) = card::draft(&input, &report, &signal);
        Ok(Thought { output: report, signal, summary, card, artifacts: Vec::new() })
    }
}

fn catalogue() -> Result<&'static Catalogue, AgentError> {
    Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))
}

/// Who waived which rule, in the comments of revisions.
fn waivers(memory: &Memory) -> Result<Vec<(String, Waiver)>, AgentError> {
    let catalogue = catalogue()?;
    let decisions = memory.gates(GateKind::Final).filter_map(|gate| gate.decision.as_ref());
    let revisions = decisions.filter(|decision| decision.decision == Decision::Revise);
    let waivers = revisions.filter_map(|decision| Some((decision, decision.comment.as_ref()?))).flat_map(
        |(decision, comment)| {
            let waiver = Waiver { by: decision.actor.name.clone(), comment: comment.clone() };
            Revision::read(comment, catalogue).waived.into_iter().map(move |rule| (rule, waiver.clone()))
        },
    );
    Ok(waivers.collect())
}
