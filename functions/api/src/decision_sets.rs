//! Decision sets: lists, everything that is known of one, and its events.

use design::{
    constraint::{ConstraintSet, StructuredConstraints},
    cost::CostReview,
    coverage::CoverageReport,
    finding::TechReview,
    implementation::ImplementationReview,
    input::DesignInput,
    node::Node,
    plan::PlanDecision,
    policy::PolicyReport,
    question::QuestionSet,
    repository::{ReportSet, RepositoryManifest},
    validation::ValidationReport,
    version::{Cause, CostDelta, FileChange, FindingDiff, PersistedVersion, VersionDiff},
};
use run::{
    artifact::Artifact,
    body::Sha256Hex,
    event::Event,
    gate::Gate,
    id::{JobId, OwnerId, ProjectId, RunId, RunKey},
    node::NodeRecord,
    record::Run,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::Store;
use utoipa::{IntoParams, ToSchema};

use crate::{
    constraints::Links,
    page::{self, PageQuery},
    problem::{Problem, internal},
};

/// A page of decision sets, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionSetList {
    /// The decision sets' records.
    pub decision_sets: Vec<Run>,
    /// What to pass as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Everything that is known of a decision set. A part that does not exist yet is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionSet {
    /// The record: status, version, progress, failure.
    #[serde(flatten)]
    pub run: Run,
    /// The current job.
    pub job_id: JobId,
    /// The requirement as it was given.
    pub requirement: String,
    /// The constraints that were given as fields.
    pub given_constraints: StructuredConstraints,
    /// What was understood, each value with its evidence and confidence.
    pub constraints: Option<ConstraintSet>,
    /// How much of the schema is known.
    pub coverage: Option<CoverageReport>,
    /// The newest round of questions.
    pub questions: Option<QuestionSet>,
    /// The gates in their order, with who decided what.
    pub gates: Vec<Gate>,
    /// The newest plan with all its candidates.
    pub plan: Option<PlanDecision>,
    /// The newest technical review.
    pub tech_review: Option<TechReview>,
    /// The newest cost review.
    pub cost_review: Option<CostReview>,
    /// The newest policy report.
    pub policy_report: Option<PolicyReport>,
    /// The generated repository's files.
    pub manifest: Option<RepositoryManifest>,
    /// What the validators found in it.
    pub validation: Option<ValidationReport>,
    /// How it answers the requirement: words, constraints, decisions, lines.
    pub implementation: Option<ImplementationReview>,
    /// The compiled reports.
    pub reports: Option<ReportSet>,
    /// The stored result.
    pub result: Option<VersionResult>,
    /// Every completed node: when, how long, who did the thinking.
    pub agent_runs: Vec<NodeRecord>,
    /// Where to go on from here.
    pub links: Links,
}

/// What was stored at the end, without the files' differences (those are at `…/diff`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionResult {
    /// The repository as one zip.
    pub bundle: Artifact,
    /// This version and the completed ones before it: `git clone` of the downloaded bundle gives the history, with a
    /// tag such as `v3` for each version.
    pub history: Option<Artifact>,
    /// The result in one sentence.
    pub summary: String,
    /// What changed since the parent version; null when there is none that completed.
    pub changes: Option<VersionChanges>,
}

/// What changed since the parent version, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionChanges {
    /// The parent version.
    pub parent: RunId,
    /// What changed and why, in Markdown.
    pub summary: String,
    /// Changed constraints, one line each.
    pub constraints: Vec<String>,
    /// Changed components, one line each.
    pub components: Vec<String>,
    /// Difference of the cost.
    pub cost: CostDelta,
    /// Number of files added.
    pub files_added: u32,
    /// Number of files removed.
    pub files_removed: u32,
    /// Number of files changed.
    pub files_modified: u32,
    /// Number of files that have another path.
    pub files_renamed: u32,
    /// Findings of critics and policies that differ, the worst first.
    pub findings: Vec<FindingDiff>,
    /// Which changed constraint brought about which change.
    pub causes: Vec<Cause>,
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// The last sequence number that is known; 0 for all.
    #[param(minimum = 0, default = 0)]
    pub after: Option<u64>,
    /// Most events in the answer; fewer are given when they are large. Ask again after the last one.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

/// Events after a sequence number, in order and without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The events.
    pub events: Vec<Event>,
    /// The newest sequence number of the decision set.
    pub newest_sequence: u64,
}

/// The decision sets of a project.
///
/// # Errors
/// When the project is not there, the page is not valid, or the store does not answer.
pub async fn list(
    store: &Store,
    owner: &OwnerId,
    project: &ProjectId,
    page: &PageQuery,
) -> Result<DecisionSetList, Problem> {
    let page = page.page()?;
    let (_, paged) = tokio::try_join!(store.project(owner, project), store.runs(owner, project, &page))?;
    Ok(DecisionSetList { decision_sets: paged.items, next_cursor: paged.next })
}

/// The newest outputs of a run's nodes, read when they are asked for.
#[derive(Debug)]
pub struct Outputs<'a> {
    store: &'a Store,
    run: &'a RunKey,
    records: &'a [NodeRecord],
}

impl<'a> Outputs<'a> {
    /// The outputs that these records name.
    pub fn new(store: &'a Store, run: &'a RunKey, records: &'a [NodeRecord]) -> Self {
        Self { store, run, records }
    }

    /// The newest output of a node; `None` while there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn newest<T: DeserializeOwned>(&self, node: Node) -> Result<Option<T>, Problem> {
        self.output(self.of(node).max_by_key(|record| record.step.iteration)).await
    }

    /// The output of a node in one round; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn at<T: DeserializeOwned>(&self, node: Node, round: u32) -> Result<Option<T>, Problem> {
        self.output(self.of(node).find(|record| record.step.iteration == round)).await
    }

    /// The newest round of a node, from 0.
    pub fn round(&self, node: Node) -> Option<u32> {
        self.of(node).map(|record| record.step.iteration).max()
    }

    fn of(&self, node: Node) -> impl Iterator<Item = &'a NodeRecord> {
        self.records.iter().filter(move |record| record.ok && record.step.node.0 == node.as_str())
    }

    async fn output<T: DeserializeOwned>(&self, record: Option<&NodeRecord>) -> Result<Option<T>, Problem> {
        match record {
            Some(record) => body(self.store, self.run, &record.output.sha256).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Reads a JSON body of a run's project.
///
/// # Errors
/// When it is not there, or not of this type.
pub async fn body<T: DeserializeOwned>(store: &Store, run: &RunKey, sha256: &Sha256Hex) -> Result<T, Problem> {
    let bytes = store.get_body(&run.owner, &run.project, sha256).await?;
    serde_json::from_slice(&bytes).map_err(|error| internal().because(format!("body {sha256}: {error}")))
}

/// Everything that is known of a decision set.
///
/// # Errors
/// When it is not there, or the store does not answer.
pub async fn get(store: &Store, key: &RunKey) -> Result<DecisionSet, Problem> {
    // The records first: the run that is read after them is at least as new as they are.
    let (agent_runs, gates) = tokio::try_join!(store.node_records(key), store.gates(key))?;
    let run = store.run(key).await?;
    let outputs = Outputs::new(store, key, &agent_runs);
    let (input, constraints, coverage, questions, plan, tech_review, cost_review, policy_report, code) = tokio::try_join!(
        body::<DesignInput>(store, key, &run.input.sha256),
        outputs.newest(Node::IntakeExtract),
        outputs.newest(Node::CoverageCheck),
        outputs.newest(Node::AdaptiveQuestions),
        outputs.newest(Node::Planner),
        outputs.newest(Node::CriticTech),
        outputs.newest(Node::CriticCost),
        outputs.newest(Node::PolicyEval),
        outputs.newest(Node::Codegen),
    )?;
    let (validation, implementation, reports, persisted) = tokio::try_join!(
        outputs.newest(Node::Validators),
        outputs.newest(Node::CriticImplementation),
        outputs.newest(Node::RationaleCompile),
        outputs.newest::<PersistedVersion>(Node::DiffAndPersist),
    )?;
    Ok(DecisionSet {
        job_id: run.job(),
        links: Links::of(&run.project_id, &run.job()),
        requirement: input.requirement,
        given_constraints: input.constraints,
        constraints,
        coverage,
        questions,
        gates,
        plan,
        tech_review,
        cost_review,
        policy_report,
        manifest: code,
        validation,
        implementation,
        reports,
        result: persisted.map(VersionResult::from),
        agent_runs,
        run,
    })
}

impl From<PersistedVersion> for VersionResult {
    fn from(version: PersistedVersion) -> Self {
        Self {
            bundle: version.bundle,
            history: version.history,
            summary: version.summary,
            changes: version.diff.map(VersionChanges::from),
        }
    }
}

impl From<VersionDiff> for VersionChanges {
    fn from(diff: VersionDiff) -> Self {
        let count = |change| u32::try_from(diff.files.iter().filter(|file| file.change == change).count());
        Self {
            files_added: count(FileChange::Added).unwrap_or(u32::MAX),
            files_removed: count(FileChange::Removed).unwrap_or(u32::MAX),
            files_modified: count(FileChange::Modified).unwrap_or(u32::MAX),
            files_renamed: count(FileChange::Renamed).unwrap_or(u32::MAX),
            findings: diff.findings,
            causes: diff.causes,
            parent: diff.parent,
            summary: diff.summary,
            constraints: diff.constraints,
            components: diff.components,
            cost: diff.cost,
        }
    }
}

/// A Lambda answers with at most 6 MB; half of that leaves room for escaping.
const EVENTS_MAX_BYTES: usize = 3_000_000;

/// Events after a sequence number.
///
/// # Errors
/// When the decision set is not there, the query is not valid, or the store does not answer.
pub async fn events(store: &Store, key: &RunKey, query: &EventsQuery) -> Result<EventList, Problem> {
    let limit = page::limit(query.limit)?;
    // The events first: the run that is read after them knows of all of them.
    let mut events = store.events_after(key, query.after.unwrap_or_default(), limit).await?;
    let run = store.run(key).await?;
    let mut size = 0;
    let fitting = events.iter().take_while(|event| {
        let first = size == 0;
        size += serde_json::to_vec(event).map_or(0, |json| json.len());
        first || size <= EVENTS_MAX_BYTES
    });
    let fitting = fitting.count();
    events.truncate(fitting);
    Ok(EventList { events, newest_sequence: run.last_sequence })
}
