//! Decision sets: lists, everything that is known of one, and its events.

use design::{
    constraint::{ConstraintSet, StructuredConstraints},
    cost::CostReview,
    coverage::CoverageReport,
    finding::TechReview,
    plan::PlanDecision,
    policy::PolicyReport,
    question::QuestionSet,
    repository::{ReportSet, RepositoryManifest},
    validation::ValidationReport,
    version::CostDelta,
};
use run::{
    artifact::Artifact,
    event::Event,
    gate::Gate,
    id::{JobId, RunId},
    node::NodeRecord,
    record::Run,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::constraints::Links;

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
use crate::{page::PageQuery, problem::Problem};
use run::id::{OwnerId, ProjectId, RunKey};
use store::Store;
pub async fn list(_: &Store, _: &OwnerId, _: &ProjectId, _: &PageQuery) -> Result<DecisionSetList, Problem> {
    unimplemented!()
}
pub async fn get(_: &Store, _: &RunKey) -> Result<DecisionSet, Problem> {
    unimplemented!()
}
pub async fn events(_: &Store, _: &RunKey, _: &EventsQuery) -> Result<EventList, Problem> {
    unimplemented!()
}
