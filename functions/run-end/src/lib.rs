//! The one place where every run ends: status, cause and the last events in one transaction.

mod failure;

use agent::AgentError;
use lambda::{Call, CallContext};
use live::Live;
use run::{
    event::{EventBody, WorkflowComplete},
    gate::{Decision, Gate, GateKind},
    id::{OwnerId, ProjectId, RunId, RunKey},
    node::Step,
    record::{Failure, Progress, Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use store::{Change, Store, StoreError};

/// Input of `run-end`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EndInput {
    /// Owner of the project.
    pub owner: OwnerId,
    /// Project of the run.
    pub project_id: ProjectId,
    /// The run.
    pub decision_set_id: RunId,
    /// The attempt that ends.
    pub attempt: u32,
    /// How it ends.
    #[serde(flatten)]
    pub ending: Ending,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    /// The result is there.
    Completed,
    /// A person rejected the design.
    Rejected,
    /// Something failed.
    Failed {
        /// The error's name, as the state machine caught it.
        error: String,
        /// The cause, as the state machine caught it: often a function's error as JSON.
        cause: String,
    },
}

/// Answer of `run-end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The run's status now.
    pub status: RunStatus,
    /// False when the run had ended before, or a newer attempt goes on, so that nothing was to be done.
    pub changed: bool,
}

impl Call for EndInput {
    fn context(&self) -> CallContext {
        CallContext {
            run: self.decision_set_id.to_string(),
            project: self.project_id.to_string(),
            attempt: self.attempt,
            iteration: None,
        }
    }
}

/// Ends a run. One that has ended, or of which a newer attempt goes on, is left as it is.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn end(store: &Store, live: &Live, input: &EndInput) -> Result<Ended, AgentError> {
    let key =
        RunKey { owner: input.owner.clone(), project: input.project_id.clone(), run: input.decision_set_id.clone() };
    let gates = store.gates(&key).await?;
    let artifacts = store.artifacts(&key).await?.len();
    let at_work = at_work(store, &key).await?;
    let committed = store
        .update(&key, |run| {
            if run.status.has_ended() || run.attempt != input.attempt {
                return Err(NotEnded::Quiet(run.status));
            }
            let last = last_words(run, &input.ending, &gates, artifacts, at_work.as_ref());
            let mut change = Change::by_attempt(input.attempt).status(last.status).progress(last.progress);
            if let Some(failure) = last.failure {
                change = change.event(EventBody::Error(failure.clone())).failure(failure);
            }
            let complete = WorkflowComplete { status: last.status, summary: last.summary };
            Ok(change.event(EventBody::WorkflowComplete(complete)))
        })
        .await;
    match committed {
        Ok(committed) => {
            live.push(&key, &committed.events).await;
            Ok(Ended { status: committed.run.status, changed: true })
        }
        Err(NotEnded::Quiet(status)) => Ok(Ended { status, changed: false }),
        Err(NotEnded::Failed(AgentError::RunEnded | AgentError::Superseded { .. })) => {
            Ok(Ended { status: store.run(&key).await?.status, changed: false })
        }
        Err(NotEnded::Failed(error)) => Err(error),
    }
}

/// The step that was announced and has stored nothing yet. A function that could not even be called announces nothing,
/// and then no node is blamed; nor is one where several were at work side by side.
async fn at_work(store: &Store, key: &RunKey) -> Result<Option<Step>, AgentError> {
    let progress = store.run(key).await?.progress;
    let mut open = Vec::new();
    for step in progress.running.into_iter().chain(progress.current) {
        if !open.contains(&step) && store.node_record(key, &step).await?.is_none() {
            open.push(step);
        }
    }
    Ok(if open.len() == 1 { open.pop() } else { None })
}

/// Why a run was not ended here.
enum NotEnded {
    Quiet(RunStatus),
    Failed(AgentError),
}

impl From<StoreError> for NotEnded {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What is stored and said last.
struct LastWords {
    status: RunStatus,
    progress: Progress,
    failure: Option<Failure>,
    summary: String,
}

fn last_words(run: &Run, ending: &Ending, gates: &[Gate], artifacts: usize, at_work: Option<&Step>) -> LastWords {
    let here = Progress { eta_seconds: None, ..run.progress.clone() };
    match ending {
        Ending::Completed => LastWords {
            status: RunStatus::Completed,
            progress: Progress { percentage: 100, eta_seconds: Some(0.0), ..here },
            failure: None,
            summary: format!(
                "Version {} is complete: {} nodes decided, {artifacts} artifacts are stored.",
                run.version,
                run.progress.completed.len()
            ),
        },
        Ending::Rejected => {
            LastWords { status: RunStatus::Rejected, progress: here, failure: None, summary: rejection(run, gates) }
        }
        Ending::Failed { error, cause } => {
            let failure = failure::failure(run, at_work, error, cause);
            LastWords {
                status: RunStatus::Failed,
                progress: here,
                summary: match &failure.node {
                    Some(node) => format!("Version {} failed at `{node}`: {}", run.version, failure.cause),
                    None => format!("Version {} failed: {}", run.version, failure.cause),
                },
                failure: Some(failure),
            }
        }
    }
}

/// Who rejected the design, and why.
fn rejection(run: &Run, gates: &[Gate]) -> String {
    let rejected = gates
        .iter()
        .filter(|gate| gate.id.kind == GateKind::Final)
        .filter_map(|gate| gate.decision.as_ref())
        .rfind(|decision| decision.decision == Decision::Reject);
    let Some(rejected) = rejected else {
        return format!("Version {} was rejected.", run.version);
    };
    let why = rejected.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
    format!("Version {} was rejected by {}{why}", run.version, rejected.actor.name)
}
