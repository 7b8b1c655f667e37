//! The record of a run and of its project.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    body::BodyRef,
    gate::GateId,
    id::{JobId, OwnerId, ProjectId, RunId, RunKey},
    node::{NodeName, Step},
};

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Project {
    /// The project's id.
    pub id: ProjectId,
    /// Who owns it.
    pub owner: OwnerId,
    /// Its name, 1 to 100 characters, unique per owner.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The highest version number given to a run of this project.
    pub last_version: u32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Stored; its execution is about to start.
    Queued,
    /// Agents are at work.
    Running,
    /// Waiting for a person at a gate.
    AwaitingInput,
    /// Done: the result is there.
    Completed,
    /// Ended by an error; can be resumed.
    Failed,
    /// A person rejected the design.
    Rejected,
    /// A person cancelled the run.
    Cancelled,
}

impl RunStatus {
    /// True when the run has ended. Only a failed run can go on again, by a person's `resume`.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::AwaitingInput => false,
            Self::Completed | Self::Failed | Self::Rejected | Self::Cancelled => true,
        }
    }
}

/// How a run treats its gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Questions when something is missing; approval at the end.
    #[default]
    Full,
    /// No gates: defaults are applied and recorded.
    Thin,
    /// Both gates always.
    HitlEnhanced,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Progress {
    /// 0 to 100; never falls except when a loop goes back.
    pub percentage: u8,
    /// The node that began last of those at work, or the last one that was.
    pub current: Option<Step>,
    /// The nodes at work: several where they run side by side.
    #[serde(default)]
    pub running: Vec<Step>,
    /// Nodes that are complete, in the order of their first completion.
    pub completed: Vec<NodeName>,
    /// Estimated seconds of work that remain, from earlier runs; waiting for people not counted. `None` before there is history.
    pub eta_seconds: Option<f64>,
}

/// Why a run failed and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failure {
    /// The node that failed, when it is known.
    pub node: Option<NodeName>,
    /// Name of the error, such as `BodyMissing`.
    pub error: String,
    /// The cause in words.
    pub cause: String,
    /// What a person can do.
    pub way_out: String,
}

/// The record of a run: its truth about status, order and place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Run {
    /// The run.
    pub id: RunId,
    /// Its project.
    pub project_id: ProjectId,
    /// Owner of the project.
    pub owner: OwnerId,
    /// The kind of run, such as `design`.
    pub kind: String,
    /// Version number within the project, from 1.
    pub version: u32,
    /// The version that this one continues.
    pub parent: Option<RunId>,
    /// A short title made from the input.
    pub title: String,
    /// How gates are treated.
    pub variant: Variant,
    /// Where it stands.
    pub status: RunStatus,
    /// Optimistic lock: grows by one at each commit.
    pub revision: u64,
    /// The newest event's sequence number; 0 when there is none.
    pub last_sequence: u64,
    /// Number of the current attempt, from 1.
    pub attempt: u32,
    /// How far it is.
    pub progress: Progress,
    /// The gate that it waits at.
    pub open_gate: Option<GateId>,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// What was asked: the kind's own input, as a body.
    pub input: BodyRef,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

impl Run {
    /// The run's full address.
    pub fn key(&self) -> RunKey {
        RunKey { owner: self.owner.clone(), project: self.project_id.clone(), run: self.id.clone() }
    }

    /// The job that is the current attempt.
    pub fn job(&self) -> JobId {
        JobId::new(self.id.clone(), self.attempt)
    }
}
