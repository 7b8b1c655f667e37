//! Events: what happened in a run, in order, without gaps.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    card::ReasonCard,
    edit::FileEdit,
    gate::{Gate, GateDecision, GateId, GateStatus},
    id::RunId,
    node::{NodeName, Step},
    record::{Failure, Progress, RunStatus, Variant},
};

/// A stored event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    /// Position in the run's log, from 1, without gaps.
    pub sequence: u64,
    /// The run.
    pub decision_set_id: RunId,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened. On the wire: `type` and `data`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "kebab-case")]
pub enum EventBody {
    /// The run was accepted, or started again.
    WorkflowStart(WorkflowStart),
    /// A node began.
    NodeStart(NodeStart),
    /// An agent decided something.
    ReasonCard(ReasonCard),
    /// A node's result is stored.
    NodeComplete(NodeComplete),
    /// Questions are on the table.
    QuestionsPresented(GateOpened),
    /// The run waits for a person.
    WorkflowPaused(GateOpened),
    /// A person has touched the form: the short timer no longer decides.
    GateHeld(GateHeld),
    /// The timer, or a run without gates, takes the defaults.
    AutoApproving(GateDecided),
    /// The run goes on.
    WorkflowResumed(GateDecided),
    /// The run has ended, in whichever way.
    WorkflowComplete(WorkflowComplete),
    /// Something failed.
    Error(Failure),
    /// A person edited files of the result; the only event after the run's end.
    FilesEdited(FilesEdited),
}

impl EventBody {
    /// The event's type as on the wire.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::WorkflowStart(_) => "workflow-start",
            Self::NodeStart(_) => "node-start",
            Self::ReasonCard(_) => "reason-card",
            Self::NodeComplete(_) => "node-complete",
            Self::QuestionsPresented(_) => "questions-presented",
            Self::WorkflowPaused(_) => "workflow-paused",
            Self::GateHeld(_) => "gate-held",
            Self::AutoApproving(_) => "auto-approving",
            Self::WorkflowResumed(_) => "workflow-resumed",
            Self::WorkflowComplete(_) => "workflow-complete",
            Self::Error(_) => "error",
            Self::FilesEdited(_) => "files-edited",
        }
    }
}

/// Data of `workflow-start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorkflowStart {
    /// Attempt number, from 1.
    pub attempt: u32,
    /// How gates are treated.
    pub variant: Variant,
    /// The nodes in their order.
    pub nodes: Vec<NodeName>,
}

/// Data of `node-start`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NodeStart {
    /// Which node and iteration.
    pub step: Step,
    /// How far the run is.
    pub progress: Progress,
}

/// Data of `node-complete`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NodeComplete {
    /// Which node and iteration.
    pub step: Step,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The outcome in one sentence.
    pub summary: String,
    /// How far the run is.
    pub progress: Progress,
}

/// Data of `questions-presented` and `workflow-paused`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GateOpened {
    /// The gate as it was opened.
    pub gate: Gate,
}

/// Data of `gate-held`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GateHeld {
    /// The gate.
    pub gate: GateId,
    /// Who touched the form.
    pub actor: crate::gate::Actor,
    /// When the long gate's timer runs out.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Data of `auto-approving` and `workflow-resumed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GateDecided {
    /// The gate.
    pub gate: GateId,
    /// How it was decided.
    pub status: GateStatus,
    /// The decision.
    pub decision: GateDecision,
}

/// Data of `files-edited`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FilesEdited {
    /// The files as they were edited.
    pub files: Vec<FileEdit>,
}

/// Data of `workflow-complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorkflowComplete {
    /// `completed`, `failed`, `rejected` or `cancelled`.
    pub status: RunStatus,
    /// The ending in one sentence.
    pub summary: String,
}
