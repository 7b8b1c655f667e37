//! Selects an architecture from composed candidates.
//!
//! The thinking is [`planning`]; the agent gathers what it needs from the run's memory and puts the decision on a card.
//! A model may propose designs and give reasons ([`advice`]); the engine judges them.

pub mod advice;
pub mod card;

use agent::{Agent, AgentError, Consulted, Desk, Memory, Thought};
use design::{
    constraint::ConstraintSet, coverage::CoverageReport, input::DesignInput, node::Node, plan::PlanDecision,
    signal::NoSignal, what_if::TriedValues,
};
use knowledge::{catalogue::Catalogue, revision};
use planning::{Brief, Previous};
use run::{card::Trigger, gate::GateKind};

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct Planner;

/// What the planner thinks about.
#[derive(Debug, Clone)]
pub struct PlannerInput {
    /// What is to be planned.
    pub brief: Brief,
    /// Why it is planned now.
    pub trigger: Trigger,
    /// The round, from 0.
    pub iteration: u32,
}

impl Agent for Planner {
    const NODE: &'static str = Node::Planner.as_str();
    const NAME: &'static str = "Planner";
    const READS: &'static [&'static str] = &[
        Node::IntakeExtract.as_str(),
        Node::CoverageCheck.as_str(),
        Node::Planner.as_str(),
        Node::CriticTech.as_str(),
        Node::CriticCost.as_str(),
        Node::PolicyEval.as_str(),
    ];
    type Input = PlannerInput;
    type Output = PlanDecision;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<PlannerInput, AgentError> {
        let iteration = memory.iteration();
        let previous = match iteration.checked_sub(1) {
            None => None,
            Some(before) => match memory.at::<PlanDecision>(Self::NODE, before)? {
                None => None,
                Some(plan) => Some(Previous {
                    plan,
                    tech: memory.at(Node::CriticTech.as_str(), before)?,
                    cost: memory.at(Node::CriticCost.as_str(), before)?,
                    policy: memory.at(Node::PolicyEval.as_str(), before)?,
                }),
            },
        };
        let trigger = memory.trigger(GateKind::Final);
        let brief = Brief {
            constraints: memory.latest::<ConstraintSet>(Node::IntakeExtract.as_str())?,
            weights: memory.input::<DesignInput>()?.weights,
            coverage: memory.find::<CoverageReport>(Node::CoverageCheck.as_str())?.map(|report| report.score),
            previous,
            comments: revision::comments(memory.gates(GateKind::Final)),
            revised_now: trigger == Trigger::Revision,
            tried: TriedValues::default(),
        };
        Ok(PlannerInput { brief, trigger, iteration })
    }

    async fn think(&self, input: PlannerInput, _: &Desk) -> Result<Thought<PlanDecision, NoSignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let plan = planning::plan(&input.brief, catalogue).map_err(|error| AgentError::Defect(error.to_string()))?;
        let (card, summary) = card::draft(&input, &plan);
        Ok(Thought { output: plan, signal: NoSignal {}, summary, card, artifacts: Vec::new() })
    }

    fn consult(
        &self,
        input: &PlannerInput,
        rules: &Thought<PlanDecision, NoSignal>,
    ) -> Consulted<PlanDecision, NoSignal> {
        advice::consult(input, rules).map(Some)
    }
}
