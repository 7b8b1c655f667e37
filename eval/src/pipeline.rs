//! The agents on a desk of their own: the workflow in process, without a store and without a state machine.

use std::{collections::BTreeMap, sync::Arc};

use adaptive_questions::AdaptiveQuestions;
use agent::{Agent, AgentError, Decided, Desk, HISTORY_ROOM, History, InMemoryBodies, MemoryBuilder};
use coverage_check::CoverageCheck;
use critic_cost::CostCritic;
use critic_tech::TechnicalCritic;
use design::{
    constraint::ConstraintSet, cost::CostReview, coverage::CoverageReport, finding::TechReview, input::DesignInput,
    plan::PlanDecision, policy::PolicyReport, question::QuestionSet,
};
use intake_extract::IntakeExtract;
use planner::Planner;
use policy_eval::PolicyEngine;
use run::{
    answer::Answers,
    body::{BodyRef, Sha256Hex},
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    node::{NodeName, Step},
    record::{Progress, Run, RunStatus, Variant},
};
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::advised::Advised;

/// Rounds of questions, as the state machine has them.
const INPUT_ROUNDS: u32 = 2;
/// Rounds of plans, as the state machine has them.
const REPLANS: u32 = 2;

/// Everything that the agents decided.
#[derive(Debug, Clone, Serialize)]
pub struct Design {
    /// What was understood.
    pub constraints: ConstraintSet,
    /// How much of it is known.
    pub coverage: CoverageReport,
    /// The rounds of questions.
    pub questions: Vec<QuestionSet>,
    /// The rounds of plans.
    pub plans: Vec<PlanDecision>,
    /// The last technical review.
    pub tech: TechReview,
    /// The last cost review.
    pub cost: CostReview,
    /// The last results of the policies.
    pub policy: PolicyReport,
}

/// Milliseconds of the processor's time, node by node.
pub type Times = BTreeMap<&'static str, f64>;

/// The processor's time of this process so far, in milliseconds.
pub fn processor_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// A run that nobody stores.
fn a_run(title: &str) -> Result<Run, AgentError> {
    let broken = |error: &dyn std::fmt::Display| AgentError::Defect(error.to_string());
    Ok(Run {
        id: "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse::<RunId>().map_err(|error| broken(&error))?,
        project_id: "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse::<ProjectId>().map_err(|error| broken(&error))?,
        owner: OwnerId("eval".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: title.to_owned(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    })
}

/// A gate at which every default was accepted.
fn accepted(round: u32, questions: &QuestionSet) -> Gate {
    let mut gate = Gate {
        id: GateId { kind: GateKind::Input, iteration: round },
        status: GateStatus::AutoApproved,
        subject_hash: Sha256Hex::of(b"questions"),
        summary: String::new(),
        questions: questions.questions.clone(),
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: Vec::new() },
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: jiff::Timestamp::UNIX_EPOCH,
        held: false,
        decision: None,
    };
    let (answers, defaulted) = gate.complete(&Answers::new());
    gate.decision = Some(GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: "auto-approval".into() },
        at: jiff::Timestamp::UNIX_EPOCH,
        comment: None,
        answers,
        defaulted,
    });
    gate
}

/// Where agents think, one after another.
///
/// # Errors
/// When the system gives no runtime.
pub fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The run's memory as it grows, and the time that was taken.
pub struct Desktop {
    memory: MemoryBuilder,
    desk: Desk,
    gates: Vec<Gate>,
    decisions: Vec<Decided>,
    advised: Option<Arc<Advised>>,
    /// The time that was taken so far.
    pub times: Times,
}

impl Desktop {
    /// An empty desk with a requirement on it.
    ///
    /// # Errors
    /// When the requirement is not JSON.
    pub fn new(title: &str, prompt: &str) -> Result<Self, AgentError> {
        let input = DesignInput { requirement: prompt.to_owned(), ..DesignInput::default() };
        let input = serde_json::to_value(input).map_err(|error| AgentError::Defect(error.to_string()))?;
        Ok(Self {
            memory: MemoryBuilder::new(a_run(title)?, input),
            desk: Desk::new(Arc::new(InMemoryBodies::default())),
            gates: Vec::new(),
            decisions: Vec::new(),
            advised: None,
            times: Times::new(),
        })
    }

    /// The same desk, with a model beside the rules.
    #[must_use]
    pub fn advised(mut self, by: Option<&Arc<Advised>>) -> Self {
        self.advised = by.cloned();
        self
    }

    /// A gate at which something was decided.
    fn pass(&mut self, gate: Gate) {
        if let Some(decision) = &gate.decision {
            self.decisions.push(Decided::at_gate(&gate.id, gate.status, decision));
        }
        self.gates.push(gate);
    }

    /// Where the agents keep what is large.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Lets one agent think and remembers what it decided.
    ///
    /// # Errors
    /// When the agent fails.
    pub async fn think<A: Agent>(&mut self, agent: &A, iteration: u32) -> Result<(A::Output, A::Signal), AgentError> {
        let memory = self.memory.clone().iteration(iteration).gates(self.gates.clone()).build();
        let start = processor_ms();
        let input = agent.recall(&memory)?;
        let mut thought = agent.think(input, &self.desk).await?;
        *self.times.entry(A::NODE).or_default() += processor_ms() - start;
        if let Some(advised) = &self.advised {
            let history = History::of(self.decisions.clone(), HISTORY_ROOM)?;
            advised.advise(agent, &agent.recall(&memory)?, &history, &self.desk, &mut thought).await?;
        }
        let step = Step { node: NodeName::from(A::NODE), iteration };
        let card = &thought.card;
        self.decisions.push(Decided::by_agent(&step, A::NAME, &card.decision, &card.reasoning));
        self.memory = self.memory.clone().output(A::NODE, iteration, &thought.output)?;
        Ok((thought.output, thought.signal))
    }
}

/// Thinks a requirement through with every default accepted, as the state machine does up to the final gate.
///
/// # Errors
/// When an agent fails.
pub async fn think(desktop: &mut Desktop) -> Result<Design, AgentError> {
    let mut questions = Vec::new();
    let mut round = 0;
    let (constraints, coverage) = loop {
        let (constraints, _) = desktop.think(&IntakeExtract, round).await?;
        let (coverage, signal) = desktop.think(&CoverageCheck, round).await?;
        if signal.sufficient || round >= INPUT_ROUNDS {
            break (constraints, coverage);
        }
        let (asked, signal) = desktop.think(&AdaptiveQuestions, round).await?;
        if signal.questions == 0 {
            questions.push(asked);
            break (constraints, coverage);
        }
        desktop.pass(accepted(round, &asked));
        questions.push(asked);
        round += 1;
    };
    let mut plans = Vec::new();
    let mut round = 0;
    let engine = PolicyEngine::default();
    loop {
        let (plan, _) = desktop.think(&Planner, round).await?;
        let (tech, _) = desktop.think(&TechnicalCritic, round).await?;
        let (cost, _) = desktop.think(&CostCritic, round).await?;
        let (policy, signal) = desktop.think(&engine, round).await?;
        plans.push(plan);
        if !signal.replan || round >= REPLANS {
            return Ok(Design { constraints, coverage, questions, plans, tech, cost, policy });
        }
        round += 1;
    }
}
