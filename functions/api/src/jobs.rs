//! Jobs: one attempt at a decision set's work each.

use jiff::Timestamp;
use run::{
    id::{JobId, RunId},
    record::{Failure, Progress, RunStatus},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the engine says of a job's execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// It is at work, or waits at a gate.
    Running,
    /// It came to its end.
    Succeeded,
    /// It failed.
    Failed,
    /// It took too long.
    TimedOut,
    /// It was stopped.
    Aborted,
    /// The engine does not know it: it was not started, or the engine lost it.
    Missing,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobStatus {
    /// The job.
    pub job_id: JobId,
    /// Its decision set.
    pub decision_set_id: RunId,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// The newer attempt that goes on instead of this one, if there is one.
    pub superseded_by: Option<JobId>,
    /// Where the decision set stands.
    pub status: RunStatus,
    /// How far it is.
    pub progress: Progress,
    /// What the engine says.
    pub execution: ExecutionStatus,
    /// True when the work should be going on and is not: `resume` starts it again where it stopped.
    pub interrupted: bool,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// The newest event's sequence number.
    pub newest_sequence: u64,
    /// When the decision set was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}
use crate::{Api, constraints::Accepted, problem::Problem};
use run::id::RunKey;
pub async fn cancel(_: &Api, _: &RunKey) -> Result<JobStatus, Problem> {
    unimplemented!()
}
pub async fn resume(_: &Api, _: &RunKey) -> Result<Accepted, Problem> {
    unimplemented!()
}
pub async fn status(_: &Api, _: &RunKey, _: &JobId) -> Result<JobStatus, Problem> {
    unimplemented!()
}
