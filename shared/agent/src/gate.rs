//! Gates: opening one, waiting at it, and what its timer may decide.
//!
//! The gate's record in the store says who won; the task token only wakes the state machine. So every function here may
//! run twice, and one that comes late reads what was decided instead of deciding.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use live::Live;
use run::{
    answer::Answers,
    card::Fact,
    event::{EventBody, GateDecided, GateOpened},
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    node::NodeInput,
    question::Question,
    record::Variant,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Attached, GateOutcome, Store, TaskToken, Verdict};

use crate::{
    AgentError, CardDraft, Memory, Parent,
    desk::BoxFuture,
    harness::{Begun, Finished, NodeResult, Visit, canonical_hash, panicked, to_json},
};

/// Name of the actor when the timer decides.
pub const AUTO_APPROVAL: &str = "auto-approval";

/// Name of the actor in a run without gates.
pub const THIN_RUN: &str = "thin run";

/// When a timer may decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateRules {
    /// Confidence that every default must reach.
    pub threshold: f64,
    /// Whether critical questions may be left to the timer.
    pub critical_allowed: bool,
}

/// How long gates wait. The state machine's timers have the same values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateTimes {
    /// Until the timer decides, where it may.
    pub wait: Duration,
    /// From then on, when only a person may decide.
    pub long_wait: Duration,
}

impl GateTimes {
    /// When a gate's time is over that begins to wait now.
    fn expiry(&self, now: Timestamp, needs_person: bool) -> Timestamp {
        later(now, if needs_person { self.wait + self.long_wait } else { self.wait })
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    // Further than the calendar goes is as good as its end.
    SignedDuration::try_from(by).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

/// A node that opens a gate: it says what is to be decided.
pub trait Gatekeeper: Send + Sync {
    /// The node's name in the state machine.
    const NODE: &'static str;
    /// The agent's name for people.
    const NAME: &'static str;
    /// Nodes whose outputs are read.
    const READS: &'static [&'static str];
    /// Which gate it opens.
    const KIND: GateKind;

    /// What is to be decided, from memory alone.
    ///
    /// # Errors
    /// When something is not there or cannot be read.
    fn prepare(&self, memory: &Memory) -> Result<GateDraft, AgentError>;
}

/// What is to be decided at a gate.
#[derive(Debug, Clone)]
pub struct GateDraft {
    /// All that is shown; a decision names its hash.
    pub subject: Value,
    /// What the decision is about, in one paragraph.
    pub summary: String,
    /// The questions; empty at the final gate.
    pub questions: Vec<Question>,
    /// The decisions that are possible; approve is always one of them.
    pub options: Vec<Decision>,
    /// What whoever approves accepts, one line each. Each of them keeps a timer from deciding.
    pub risks: Vec<String>,
    /// Confidence in what is shown as a whole; a timer decides only from the threshold on. `None` where the questions'
    /// own confidences say it.
    pub confidence: Option<f64>,
    /// The reason card for a run that waits.
    pub card: CardDraft,
}

/// Signal of a node that opens a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateSignal {
    /// True when the run waits at the gate.
    pub waiting: bool,
    /// The decision when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl GateSignal {
    fn of(gate: &Gate) -> Self {
        let decision = gate.decision.as_ref().map(|decision| decision.decision);
        Self { waiting: decision.is_none(), decision }
    }
}

/// What the state machine learns of a gate: the output of `gate-timeout`, and of the task whose token is completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateResult {
    /// What came of waiting.
    pub outcome: WaitOutcome,
    /// The decision, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl GateResult {
    /// The result of a decided gate; `None` while nobody has decided.
    pub fn decided(gate: &Gate) -> Option<Self> {
        gate.decision.as_ref().map(|decision| Self { outcome: WaitOutcome::Decided, decision: Some(decision.decision) })
    }

    fn undecided(outcome: WaitOutcome) -> Self {
        Self { outcome, decision: None }
    }
}

/// What came of waiting at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitOutcome {
    /// There is a decision.
    Decided,
    /// Only a person may decide: wait on, long.
    Held,
    /// Nobody decided in time.
    Expired,
}

/// The port to the waiting state machine.
pub trait Tasks: Send + Sync {
    /// Completes the task that waits with this token.
    fn succeed<'a>(
        &'a self,
        token: &'a TaskToken,
        result: &'a GateResult,
    ) -> BoxFuture<'a, Result<Completion, AgentError>>;
}

/// What came of completing a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// The state machine goes on.
    Completed,
    /// The task waits no more: it timed out, was completed before, or its execution has ended.
    Closed,
}

/// Opens the gate of a gatekeeper: gate record, reason card and events in one transaction. A thin run does not wait:
/// its gate is recorded as decided, with the reason.
///
/// # Errors
/// Named for the state machine: see [`AgentError::name`].
pub async fn open<G: Gatekeeper>(
    keeper: &G,
    store: &Store,
    live: &Live,
    rules: &GateRules,
    times: &GateTimes,
    input: &NodeInput,
) -> Result<GateSignal, AgentError> {
    let id = GateId { kind: G::KIND, iteration: input.iteration };
    let visit = match Visit::begin(store, live, input, G::NODE, G::NAME).await? {
        // What was waiting may have been decided since.
        Begun::DoneBefore(_) => return Ok(GateSignal::of(&store.gate(&input.key(), &id).await?)),
        Begun::ToDo(visit) => visit,
    };
    let memory = visit.announce_and_recall(G::READS, &[], Parent::Direct).await?;
    let draft = AssertUnwindSafe(async { keeper.prepare(&memory) })
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| Err(panicked(G::NODE, panic.as_ref())))?;
    let (gate, mut card) = gate(id.clone(), draft, visit.run().variant, rules, times)?;
    let (events, summary) = announcement(&gate);
    card.outputs.push(Fact::new("Gate", id.to_string()));
    card.outputs.push(Fact::new(
        "Decided by",
        match (&gate.decision, gate.auto_approval.allowed) {
            (Some(decision), _) => decision.actor.name.clone(),
            (None, true) => "a person, or the timer".to_owned(),
            (None, false) => "a person only".to_owned(),
        },
    ));
    let signal = GateSignal::of(&gate);
    let result = NodeResult {
        output: to_json(G::NODE, "output", &gate)?,
        signal: to_json(G::NODE, "signal", &signal)?,
        summary,
        card,
        model: None,
    };
    match visit.finish(result, |change| change.events(events.clone()).open_gate(gate.clone())).await? {
        Finished::Stored => Ok(signal),
        Finished::DoneBefore(_) => Ok(GateSignal::of(&store.gate(&visit.key, &id).await?)),
    }
}

/// The gate as it is opened, and its reason card.
fn gate(
    id: GateId,
    draft: GateDraft,
    variant: Variant,
    rules: &GateRules,
    times: &GateTimes,
) -> Result<(Gate, CardDraft), AgentError> {
    let now = Timestamp::now();
    let auto_approval = AutoApproval::judge(
        &draft.questions,
        draft.confidence,
        rules.threshold,
        rules.critical_allowed,
        draft.risks.clone(),
    );
    let mut card = draft.card;
    for blocker in &auto_approval.blockers {
        card.outputs.push(Fact::new("Keeps the timer from deciding", blocker.clone()));
    }
    let mut gate = Gate {
        id,
        status: GateStatus::Pending,
        subject_hash: canonical_hash(&draft.subject)?,
        summary: draft.summary,
        questions: draft.questions,
        risks: draft.risks,
        options: draft.options,
        expires_at: times.expiry(now, !auto_approval.allowed),
        auto_approval,
        opened_at: now,
        held: false,
        decision: None,
    };
    match variant {
        Variant::Full | Variant::HitlEnhanced => {}
        Variant::Thin => {
            let mut reason = "a thin run has no gates: the defaults are taken and recorded".to_owned();
            if !gate.auto_approval.blockers.is_empty() {
                reason.push_str("; with gates a person would have been asked, because ");
                reason.push_str(&gate.auto_approval.blockers.join("; "));
            }
            card.decision = match gate.id.kind {
                GateKind::Input => {
                    format!("Took the defaults of {} questions without asking.", gate.questions.len())
                }
                GateKind::Final => match gate.risks.len() {
                    0 => "Took the design as approved without asking.".to_owned(),
                    1 => "Took the design as approved without asking, and its blocking point as an accepted risk."
                        .to_owned(),
                    many => format!(
                        "Took the design as approved without asking, and its {many} blocking points as accepted risks."
                    ),
                },
            };
            card.reasoning.push(format!("Nobody was asked: {reason}."));
            card.outputs.extend(gate.risks.iter().map(|risk| Fact::new("Accepted risk", risk.clone())));
            gate.status = GateStatus::AutoApproved;
            gate.decision = Some(defaults(&gate, THIN_RUN, reason, now));
        }
    }
    Ok((gate, card))
}

/// The decision that takes every default.
fn defaults(gate: &Gate, actor: &str, reason: String, at: Timestamp) -> GateDecision {
    let (answers, defaulted) = gate.complete(&Answers::new());
    GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: actor.to_owned() },
        at,
        comment: Some(reason),
        answers,
        defaulted,
    }
}

/// What is said when a gate is opened, and the node's outcome in one sentence.
fn announcement(gate: &Gate) -> (Vec<EventBody>, String) {
    if let Some(decision) = &gate.decision {
        let decided = GateDecided { gate: gate.id.clone(), status: gate.status, decision: decision.clone() };
        return (vec![EventBody::AutoApproving(decided)], "Took the defaults: a thin run does not wait.".to_owned());
    }
    let opened = GateOpened { gate: gate.clone() };
    let paused = EventBody::WorkflowPaused(opened.clone());
    match gate.id.kind {
        GateKind::Input => (
            vec![EventBody::QuestionsPresented(opened), paused],
            format!("Waits for answers to {} questions.", gate.questions.len()),
        ),
        GateKind::Final => (vec![paused], "Waits for a decision on the design.".to_owned()),
    }
}

/// Input of `gate-wait`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WaitInput {
    /// Ids and iteration.
    #[serde(flatten)]
    pub node: NodeInput,
    /// Which gate.
    pub gate: GateKind,
    /// True at the second, long wait.
    pub long: bool,
    /// Token of the task that waits.
    pub task_token: TaskToken,
}

/// Input of `gate-timeout`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TimeoutInput {
    /// Ids and iteration.
    #[serde(flatten)]
    pub node: NodeInput,
    /// Which gate.
    pub gate: GateKind,
    /// True after the long wait: then the gate expires.
    #[serde(rename = "final")]
    pub last: bool,
}

/// Hands the token of the waiting task to the gate's record, so that whoever decides wakes the state machine. When the
/// gate is decided already, the task is completed at once. True when the task goes on waiting.
///
/// # Errors
/// Named for the state machine: see [`AgentError::name`].
pub async fn wait(
    store: &Store,
    live: &Live,
    tasks: &dyn Tasks,
    times: &GateTimes,
    input: &WaitInput,
) -> Result<bool, AgentError> {
    let key = input.node.key();
    let id = GateId { kind: input.gate, iteration: input.node.iteration };
    let gate = store.gate(&key, &id).await?;
    let now = Timestamp::now();
    let expires_at = if input.long {
        later(now, times.long_wait)
    } else {
        times.expiry(now, gate.held || !gate.auto_approval.allowed)
    };
    let attached = store.attach_token(&key, input.node.attempt, &id, input.task_token.clone(), expires_at).await?;
    match attached {
        Attached::Waiting { committed, .. } => {
            if let Some(committed) = committed {
                live.push(&key, &committed.events).await;
            }
            Ok(true)
        }
        Attached::Decided { gate } => {
            let result = GateResult::decided(&gate)
                .ok_or_else(|| AgentError::Defect(format!("gate {id} is decided without a decision")))?;
            tasks.succeed(&input.task_token, &result).await?;
            Ok(false)
        }
    }
}

/// Decides what a gate's timer may decide: an accepted answer stands; the defaults are taken where they may be; else a
/// person is waited for, and in the end the gate expires.
///
/// # Errors
/// Named for the state machine: see [`AgentError::name`].
pub async fn timeout(store: &Store, live: &Live, input: &TimeoutInput) -> Result<GateResult, AgentError> {
    let key = input.node.key();
    let id = GateId { kind: input.gate, iteration: input.node.iteration };
    let gate = store.gate(&key, &id).await?;
    if let Some(result) = GateResult::decided(&gate) {
        return Ok(result);
    }
    let verdict = if gate.auto_approval.allowed && !gate.held {
        let now = Timestamp::now();
        let waited = now.duration_since(gate.opened_at).as_secs();
        let reason = match gate.id.kind {
            GateKind::Input => format!(
                "nobody answered for {waited} s, and every default reaches confidence {:.2}",
                gate.auto_approval.threshold
            ),
            GateKind::Final => format!(
                "nobody decided for {waited} s, nothing blocking was found, the budget holds, and the confidence \
                 reaches {:.2}",
                gate.auto_approval.threshold
            ),
        };
        Verdict::AutoApproved(defaults(&gate, AUTO_APPROVAL, reason, now))
    } else if input.last {
        Verdict::Expired
    } else {
        return Ok(GateResult::undecided(WaitOutcome::Held));
    };
    match store.decide_gate(&key, Some(input.node.attempt), &id, verdict).await? {
        GateOutcome::Won { gate, committed, .. } => {
            live.push(&key, &committed.events).await;
            Ok(settled(&gate))
        }
        GateOutcome::Lost { gate, .. } => Ok(settled(&gate)),
        // Someone touched the form between our look and our decision.
        GateOutcome::Held { .. } => Ok(GateResult::undecided(WaitOutcome::Held)),
    }
}

/// The result of a gate that is no longer pending.
fn settled(gate: &Gate) -> GateResult {
    GateResult::decided(gate).unwrap_or_else(|| {
        GateResult::undecided(match gate.status {
            GateStatus::Expired => WaitOutcome::Expired,
            GateStatus::Pending | GateStatus::Answered | GateStatus::AutoApproved => WaitOutcome::Held,
        })
    })
}
