//! One change of a run: everything in it is written in one transaction, or nothing is.

use jiff::Timestamp;
use run::{
    artifact::Artifact,
    edit::FileEdit,
    event::{Event, EventBody},
    gate::{Actor, Gate, GateDecision, GateId, GateStatus},
    node::{NodeName, NodeRecord},
    record::{Failure, Progress, Run, RunStatus},
};
use serde::{Deserialize, Serialize};

/// Token of the waiting state machine task. It completes the gate, so it is shown to nobody.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TaskToken(pub String);

impl std::fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TaskToken(…)")
    }
}

/// One change of a run, made with [`crate::Store::commit`] or [`crate::Store::update`].
///
/// `revision`, `updated_at`, `ended_at`, sequence numbers and event times are the store's own work.
#[derive(Debug, Clone)]
#[must_use = "a change does nothing until it is committed"]
pub struct Change {
    pub(crate) attempt: Option<u32>,
    pub(crate) resume: Option<Vec<NodeName>>,
    pub(crate) status: Option<RunStatus>,
    pub(crate) progress: Option<Progress>,
    pub(crate) failure: Option<Failure>,
    pub(crate) events: Vec<EventBody>,
    pub(crate) node: Option<NodeRecord>,
    pub(crate) gate: Option<GateChange>,
    pub(crate) artifacts: Vec<Artifact>,
    pub(crate) cost: Option<CostRecord>,
    pub(crate) edits: Vec<FileEdit>,
}

/// What a change does to a gate.
#[derive(Debug, Clone)]
pub(crate) enum GateChange {
    /// Put once; an expired gate may be opened again.
    Open(Box<Gate>),
    /// From pending (and, for the timer, not held) to decided.
    Decide { id: GateId, verdict: Verdict },
    /// The short timer no longer decides.
    Hold { id: GateId, expires_at: Timestamp },
    /// Waiting again, with a new token: after a resume.
    Rejoin { id: GateId, held: bool, token: TaskToken, expires_at: Timestamp },
}

/// A cost estimate of one iteration, in the words of the run's kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostRecord {
    /// How often the loop has come round before, from 0.
    pub iteration: u32,
    /// The estimate.
    pub estimate: serde_json::Value,
}

impl Change {
    fn new(attempt: Option<u32>) -> Self {
        Self {
            attempt,
            resume: None,
            status: None,
            progress: None,
            failure: None,
            events: Vec::new(),
            node: None,
            gate: None,
            artifacts: Vec::new(),
            cost: None,
            edits: Vec::new(),
        }
    }

    /// A change by a function of this attempt; refused with `Superseded` once a newer attempt has begun.
    pub fn by_attempt(attempt: u32) -> Self {
        Self::new(Some(attempt))
    }

    /// A change by a person, which holds whatever the attempt is.
    pub fn by_person() -> Self {
        Self::new(None)
    }

    /// Files of the result that a person edited. It is the only change that a completed run accepts, and no other run does.
    pub fn edit(edits: Vec<FileEdit>) -> Self {
        Self { edits, ..Self::new(None) }
    }

    /// Starts a failed or interrupted run again: attempt + 1, status queued, event `workflow-start` with these nodes.
    /// It is the only change that a failed run accepts.
    pub fn resume(nodes: Vec<NodeName>) -> Self {
        Self { resume: Some(nodes), ..Self::new(None) }
    }

    /// Adds an event; events are numbered in the order in which they are added.
    pub fn event(mut self, body: EventBody) -> Self {
        self.events.push(body);
        self
    }

    /// Adds events.
    pub fn events(mut self, bodies: impl IntoIterator<Item = EventBody>) -> Self {
        self.events.extend(bodies);
        self
    }

    /// Sets the run's status. One that ends the run sets `ended_at` and clears `open_gate`.
    pub fn status(mut self, status: RunStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets how far the run is.
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Sets why the run failed.
    pub fn failure(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// Stores a node's result. When there is one for the same step, nothing is written and the commit fails with
    /// [`crate::StoreError::AlreadyDone`].
    pub fn node(mut self, record: NodeRecord) -> Self {
        self.node = Some(record);
        self
    }

    /// Opens a gate: stores it once, and, while it is pending, lets the run wait at it (`open_gate`, awaiting input).
    /// A gate that is stored already fails with [`crate::StoreError::GateDecided`] or
    /// [`crate::Conflict::GateOpen`], except that an expired gate is opened again.
    pub fn open_gate(mut self, gate: Gate) -> Self {
        self.gate = Some(GateChange::Open(Box::new(gate)));
        self
    }

    pub(crate) fn gate(mut self, change: GateChange) -> Self {
        self.gate = Some(change);
        self
    }

    /// Records artifacts; their bodies are stored before. More than fit into the transaction are written just before it.
    pub fn artifacts(mut self, artifacts: impl IntoIterator<Item = Artifact>) -> Self {
        self.artifacts.extend(artifacts);
        self
    }

    /// Records a cost estimate.
    pub fn cost(mut self, iteration: u32, estimate: serde_json::Value) -> Self {
        self.cost = Some(CostRecord { iteration, estimate });
        self
    }
}

/// A change that is stored.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The run as it is now.
    pub run: Run,
    /// The events as they are stored; to be pushed.
    pub events: Vec<Event>,
}

/// How a gate is to be decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// By a person.
    Answered(GateDecision),
    /// By the timer or a run without gates; refused when a person holds the gate.
    AutoApproved(GateDecision),
    /// The long timer ran out and nobody may decide.
    Expired,
}

impl Verdict {
    /// The gate's status that the verdict leads to.
    pub fn status(&self) -> GateStatus {
        match self {
            Self::Answered(_) => GateStatus::Answered,
            Self::AutoApproved(_) => GateStatus::AutoApproved,
            Self::Expired => GateStatus::Expired,
        }
    }

    pub(crate) fn decision(&self) -> Option<&GateDecision> {
        match self {
            Self::Answered(decision) | Self::AutoApproved(decision) => Some(decision),
            Self::Expired => None,
        }
    }
}

/// What came of an attempt to decide a gate.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "made once per call and soon taken apart")]
pub enum GateOutcome {
    /// The verdict stands.
    Won {
        /// The gate with the decision.
        gate: Gate,
        /// The run and the events to push.
        committed: Committed,
        /// The token of the task that waits, if one does; complete it with the gate's decision.
        token: Option<TaskToken>,
    },
    /// Another verdict stood before.
    Lost {
        /// The gate with the decision that stands.
        gate: Gate,
        /// The token of the task that was waiting. Completing it again is harmless (`TaskDoesNotExist`,
        /// `TaskTimedOut` mean that it is done), and mends a winner that died before it did.
        token: Option<TaskToken>,
    },
    /// The timer wanted to decide, but a person holds the gate.
    Held {
        /// The gate.
        gate: Gate,
    },
}

/// What came of attaching a task token to a gate.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "made once per call and soon taken apart")]
pub enum Attached {
    /// The token is kept; whoever decides completes it.
    Waiting {
        /// The gate.
        gate: Gate,
        /// What was committed when the run had to be sent back to the gate (after a resume): events to push.
        committed: Option<Committed>,
    },
    /// The gate is decided, so the caller completes its own token with the decision.
    Decided {
        /// The gate with its decision.
        gate: Gate,
    },
}

/// What came of holding a gate.
#[derive(Debug, Clone)]
pub struct Held {
    /// The gate.
    pub gate: Gate,
    /// What was committed; `None` when the gate was held before.
    pub committed: Option<Committed>,
}

/// Who holds a gate, and how long it then stays open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Who touched the form; `auto-approval` when the timer found that it may not decide.
    pub actor: Actor,
    /// When the long gate's timer runs out.
    pub expires_at: Timestamp,
}
