//! What is asked: a requirement with constraints, which becomes a decision set and starts its work.

use std::collections::BTreeMap;

use design::{
    constraint::StructuredConstraints,
    input::{DesignInput, REQUIREMENT_MAX_CHARACTERS},
    node::Node,
    plan::Criterion,
};
use run::{
    body::Sha256Hex,
    id::{JobId, OwnerId, ProjectId, RunId, RunKey},
    node::NodeName,
    record::{Run, RunStatus, Variant},
};
use serde::{Deserialize, Serialize};
use store::{Created, NewRun, StoreError};
use utoipa::ToSchema;

use crate::{
    Api, copy, edits, given, policies,
    problem::{Kind, Problem, ended, internal},
    text::{self, TITLE_MAX_CHARACTERS},
};

/// The kind of run that a decision set is.
pub const KIND: &str = "design";

/// A requirement to design for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecisionSet {
    /// The requirement in plain language: 1 to 20,000 characters (Unicode scalar values) of any script. Credentials,
    /// account ids and personal data that are recognised are replaced by marks such as `[removed: access key]` before
    /// anything is stored.
    #[schema(
        min_length = 1,
        max_length = 20000,
        examples("Score churn for 2 million customers every night on AWS in Frankfurt, GDPR, at most $3k a month.")
    )]
    pub requirement: String,
    /// Constraints given as fields; they win over the text.
    #[serde(default)]
    pub constraints: Option<StructuredConstraints>,
    /// How much each criterion counts when designs are compared, 0 to 1,000, not all 0. Weights that sum to at most 1 are
    /// shares, and the criteria that are not named share the rest in the proportions that the constraints call for;
    /// larger ones are proportions among themselves, and what is not named counts nothing.
    #[serde(default, deserialize_with = "given::weights")]
    #[schema(example = json!({ "cost": 0.5 }))]
    pub weights: BTreeMap<Criterion, f64>,
    /// The version that this one continues: a decision set of the same project.
    #[serde(default)]
    pub parent: Option<RunId>,
    /// How gates are treated; `full` when left out.
    #[serde(default)]
    pub variant: Option<Variant>,
    /// A title for lists, 1 to 120 characters; made from the requirement when left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 120)]
    pub title: Option<String>,
}

/// Where to go on from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Links {
    /// The decision set.
    pub decision_set: String,
    /// Its events.
    pub events: String,
    /// The job's status.
    pub job: String,
    /// Its artifacts.
    pub artifacts: String,
}

impl Links {
    /// The links of a job's decision set.
    pub fn of(project: &ProjectId, job: &JobId) -> Self {
        let decision_set = format!("/v1/projects/{project}/decision-sets/{}", job.run());
        Self {
            events: format!("{decision_set}/events"),
            artifacts: format!("{decision_set}/artifacts"),
            job: format!("/v1/projects/{project}/jobs/{job}/status"),
            decision_set,
        }
    }
}

/// Work was accepted: follow it at the links or on the WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// The decision set.
    pub decision_set_id: RunId,
    /// The job: one attempt at the work.
    pub job_id: JobId,
    /// Version number within the project, from 1.
    pub version: u32,
    /// Where to go on from here.
    pub links: Links,
}

impl Accepted {
    /// The current job of a run.
    pub fn of(run: &Run) -> Self {
        Self {
            decision_set_id: run.id.clone(),
            job_id: run.job(),
            version: run.version,
            links: Links::of(&run.project_id, &run.job()),
        }
    }
}

/// The nodes of the workflow in their order.
pub fn nodes() -> Vec<NodeName> {
    Node::ALL.map(Node::name).to_vec()
}

fn check(new: &NewDecisionSet) -> Result<(), Problem> {
    let mut errors = Vec::new();
    errors.extend(text::check_present("requirement", &new.requirement, REQUIREMENT_MAX_CHARACTERS));
    errors.extend(new.constraints.as_ref().map(given::check).unwrap_or_default());
    errors.extend(given::check_weights(&new.weights));
    errors.extend(new.title.as_ref().and_then(|title| text::check_line("title", title, TITLE_MAX_CHARACTERS)));
    Problem::fields(Kind::BodyInvalid, errors).map_or(Ok(()), Err)
}

/// The input as it is stored, and as the idempotency key's request is compared.
fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| internal().because(error))
}

/// Stores a decision set and starts its work.
///
/// # Errors
/// When a field is not valid, the project is not there, or the work cannot be started (the decision set is stored then,
/// and a repeat with the same key starts it).
pub async fn create(
    api: &Api,
    owner: &OwnerId,
    project: &ProjectId,
    key: Option<String>,
    mut new: NewDecisionSet,
) -> Result<Accepted, Problem> {
    check(&new)?;
    // What does not belong into a requirement is stored nowhere: not in a body, an event, a title or a file.
    new.requirement = redaction::redact(&new.requirement);
    new.title = new.title.map(|title| redaction::redact(&title));
    let edits = match &new.parent {
        Some(parent) => edits::carried(&api.store, &parent_of(api, owner, project, parent).await?).await?,
        None => Vec::new(),
    };
    let request = Sha256Hex::of(&to_json(&new)?);
    let has_key = key.is_some();
    let input = DesignInput {
        requirement: new.requirement,
        constraints: new.constraints.unwrap_or_default(),
        weights: new.weights,
        policies: policies::versions(&api.store, owner, project).await?,
        edits,
        parent: new.parent.clone(),
    };
    let title = new.title.map_or_else(|| text::title(&input.requirement), |title| title.trim().to_owned());
    let created = api
        .store
        .create_run(NewRun {
            owner: owner.clone(),
            project: project.clone(),
            kind: KIND.to_owned(),
            parent: new.parent,
            title,
            variant: new.variant.unwrap_or_default(),
            nodes: nodes(),
            input: to_json(&input)?,
            idempotency: key.map(|key| store::IdempotencyKey { key, request }),
        })
        .await?;
    begin(api, created, has_key).await
}

async fn parent_of(api: &Api, owner: &OwnerId, project: &ProjectId, parent: &RunId) -> Result<Run, Problem> {
    // The project first: without it, the parent is not what is wrong.
    api.store.project(owner, project).await?;
    let key = RunKey { owner: owner.clone(), project: project.clone(), run: parent.clone() };
    match api.store.run(&key).await {
        Ok(run) => Ok(run),
        Err(StoreError::NotFound { .. }) => Err(Problem::field(
            Kind::BodyInvalid,
            "parent",
            format!(
                "is {parent}, which is not a decision set of this project; name one of its versions, or leave it out"
            ),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Starts the work of a stored run. A repeated request finds it started, or starts it now.
async fn begin(api: &Api, created: Created, has_key: bool) -> Result<Accepted, Problem> {
    let run = created.run;
    if run.status == RunStatus::Queued {
        start(api, &run, if has_key { WayOut::Repeat } else { WayOut::Resume }).await?;
    }
    Ok(Accepted::of(&run))
}

/// What a person can do when the work was not started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// Send the same request with the same key.
    Repeat,
    /// Resume the run.
    Resume,
}

/// Starts the execution of the run's current attempt.
///
/// # Errors
/// When the engine does not; the run stays as it is, and the way out says how to go on.
pub async fn start(api: &Api, run: &Run, way_out: WayOut) -> Result<(), Problem> {
    let input = crate::executions::ExecutionInput::of(run);
    api.executions.start(&run.job().execution_name(), &input).await.map_err(|error| {
        let resume = format!("{}/resume", Links::of(&run.project_id, &run.job()).decision_set);
        let words = match way_out {
            WayOut::Repeat => "repeat this request with the same Idempotency-Key to start it",
            WayOut::Resume => "start it with POST",
        };
        let target = if way_out == WayOut::Resume { format!(" {resume}") } else { String::new() };
        Problem::new(
            Kind::ExecutionNotStarted,
            format!("Decision set {} is stored as version {} and waits; {words}{target}.", run.id, run.version),
        )
        .because(error)
    })
}

/// Makes a new version that replays a completed one's decisions and generates its code anew.
///
/// # Errors
/// When the run has not completed, or the work cannot be started.
pub async fn generate(api: &Api, source: &RunKey, key: Option<String>) -> Result<Accepted, Problem> {
    let source = api.store.run(source).await?;
    if source.status != RunStatus::Completed {
        return Err(not_completed(source.status));
    }
    let input = api.store.get_body(&source.owner, &source.project_id, &source.input.sha256).await?;
    let input: DesignInput = serde_json::from_slice(&input).map_err(|error| internal().because(error))?;
    let edits = edits::carried(&api.store, &source).await?;
    let has_key = key.is_some();
    let request = Sha256Hex::of(format!("generate {}", source.id).as_bytes());
    let created = api
        .store
        .create_run(NewRun {
            owner: source.owner.clone(),
            project: source.project_id.clone(),
            kind: source.kind.clone(),
            parent: Some(source.id.clone()),
            title: source.title.clone(),
            variant: source.variant,
            nodes: nodes(),
            input: to_json(&DesignInput { parent: Some(source.id.clone()), edits, ..input })?,
            idempotency: key.map(|key| store::IdempotencyKey { key, request }),
        })
        .await?;
    if created.run.status == RunStatus::Queued {
        copy::decisions(&api.store, &source, &created.run).await?;
    }
    begin(api, created, has_key).await
}

fn not_completed(status: RunStatus) -> Problem {
    let words = match status {
        RunStatus::Queued | RunStatus::Running | RunStatus::AwaitingInput => "It is still going on; wait for its end.",
        RunStatus::Failed => "It failed; `resume` starts it again where it stopped.",
        RunStatus::Rejected => {
            "Its design was rejected, so there is nothing to generate code for; start a new version."
        }
        RunStatus::Cancelled => "It was cancelled before its end; start a new version.",
        RunStatus::Completed => return ended(status),
    };
    Problem::new(Kind::RunNotCompleted, words)
}
