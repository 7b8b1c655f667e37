//! Jobs: one attempt at a decision set's work each.

use agent::chain;
use jiff::{SignedDuration, Timestamp};
use lambda::principal::Principal;
use run::{
    event::{EventBody, WorkflowComplete},
    id::{JobId, RunId, RunKey},
    record::{Failure, Progress, Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use store::{Change, StoreError};
use utoipa::ToSchema;

use crate::{
    Api,
    constraints::{Accepted, WayOut, nodes, start},
    executions::ExecutionError,
    problem::{Kind, Problem, ended, internal},
};

/// A run is stored a moment before its execution is started; only after this long is a queued run called interrupted.
const START_GRACE: SignedDuration = SignedDuration::from_secs(20);

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

impl From<ExecutionError> for Problem {
    fn from(error: ExecutionError) -> Self {
        Self::new(Kind::Unavailable, "The engine that runs the work does not answer. Try again in a moment.")
            .because(error)
    }
}

/// True when the work should be going on, and its execution is not.
fn is_interrupted(run: &Run, execution: ExecutionStatus, now: Timestamp) -> bool {
    let alive = execution == ExecutionStatus::Running;
    match run.status {
        RunStatus::Queued => !alive && now.duration_since(run.updated_at) > START_GRACE,
        RunStatus::Running | RunStatus::AwaitingInput => !alive,
        RunStatus::Completed | RunStatus::Failed | RunStatus::Rejected | RunStatus::Cancelled => false,
    }
}

fn job_status(run: Run, job: &JobId, execution: ExecutionStatus) -> JobStatus {
    let current = run.job();
    JobStatus {
        job_id: job.clone(),
        decision_set_id: run.id.clone(),
        attempt: job.attempt(),
        interrupted: current == *job && is_interrupted(&run, execution, Timestamp::now()),
        superseded_by: (current != *job).then_some(current),
        status: run.status,
        progress: run.progress,
        execution,
        failure: run.failure,
        newest_sequence: run.last_sequence,
        updated_at: run.updated_at,
    }
}

/// How a job stands.
///
/// # Errors
/// When there is no such job, or the store or the engine does not answer.
pub async fn status(api: &Api, key: &RunKey, job: &JobId) -> Result<JobStatus, Problem> {
    // The engine first: the run's end is stored before its execution ends, so a run that is read afterwards as going on
    // is not one that ended in between.
    let execution = api.executions.status(&job.execution_name()).await;
    let run = match api.store.run(key).await {
        Ok(run) if job.attempt() <= run.attempt => run,
        Ok(_) | Err(StoreError::NotFound { .. }) => {
            return Err(Problem::new(Kind::JobNotFound, format!("This project has no job {job}.")));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(job_status(run, job, execution?))
}

/// Why a change was not made.
enum Refusal {
    /// There is nothing to change.
    Done(Box<Run>),
    Problem(Problem),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

/// Ends a run by a person's wish: the record first, which no node can write to afterwards, then the execution.
///
/// # Errors
/// When it is not there or has ended otherwise, or the store does not answer.
pub async fn cancel(api: &Api, who: &Principal, key: &RunKey) -> Result<JobStatus, Problem> {
    let committed = api.store.update(key, |run| match run.status {
        RunStatus::Cancelled => Err(Refusal::Done(Box::new(run.clone()))),
        RunStatus::Completed | RunStatus::Failed | RunStatus::Rejected => Err(Refusal::Problem(ended(run.status))),
        RunStatus::Queued | RunStatus::Running | RunStatus::AwaitingInput => {
            Ok(Change::by_person().status(RunStatus::Cancelled).event(EventBody::WorkflowComplete(WorkflowComplete {
                status: RunStatus::Cancelled,
                summary: format!("Cancelled by {}.", who.name),
            })))
        }
    });
    let (run, events) = match committed.await {
        Ok(committed) => (committed.run, committed.events),
        Err(Refusal::Done(run)) => (*run, Vec::new()),
        Err(Refusal::Problem(problem)) => return Err(problem),
    };
    let job = run.job();
    let name = job.execution_name();
    let stop = api.executions.stop(&name, "A person cancelled the run.");
    let ((), stopped) = tokio::join!(api.live.push(key, &events), stop);
    if let Err(error) = stopped {
        // Its nodes are refused by the record; the engine only learns of it later.
        tracing::warn!(run.id = %run.id, error = chain(&error), "run {} is cancelled, but its execution goes on", run.id);
    }
    let execution = api.executions.status(&name).await?;
    Ok(job_status(run, &job, execution))
}

/// Starts a failed or interrupted run again as a new attempt.
///
/// # Errors
/// When it is still going on or has ended otherwise, or it cannot be started.
pub async fn resume(api: &Api, key: &RunKey) -> Result<Accepted, Problem> {
    let seen = api.store.run(key).await?;
    let gone = match seen.status {
        RunStatus::Failed => true,
        RunStatus::Queued | RunStatus::Running | RunStatus::AwaitingInput => {
            api.executions.status(&seen.job().execution_name()).await? != ExecutionStatus::Running
        }
        RunStatus::Completed | RunStatus::Rejected | RunStatus::Cancelled => return Err(ended(seen.status)),
    };
    let committed = api.store.update(key, |run| {
        // Another person's resume, or the end, may have come in between.
        if run.status.has_ended() && run.status != RunStatus::Failed {
            return Err(Refusal::Problem(ended(run.status)));
        }
        if run.attempt != seen.attempt || !(gone || run.status == RunStatus::Failed) {
            let words = format!("Its job {} is at work; cancel it, or wait for its end.", run.job());
            return Err(Refusal::Problem(Problem::new(Kind::RunStillRunning, words)));
        }
        Ok(Change::resume(nodes()))
    });
    let committed = committed.await.map_err(|refusal| match refusal {
        Refusal::Problem(problem) => problem,
        Refusal::Done(_) => internal(),
    })?;
    let (started, ()) = tokio::join!(start(api, &committed.run, WayOut::Resume), api.live.push(key, &committed.events));
    started.map(|()| Accepted::of(&committed.run))
}
