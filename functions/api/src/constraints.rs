//! What is asked: a requirement with constraints, which becomes a decision set and starts its work.

use design::constraint::StructuredConstraints;
use run::{
    id::{JobId, ProjectId, RunId},
    record::Variant,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A requirement to design for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecisionSet {
    /// The requirement in plain language: 1 to 20,000 characters (Unicode scalar values) of any script.
    #[schema(
        min_length = 1,
        max_length = 20000,
        examples("Score churn for 2 million customers every night on AWS in Frankfurt, GDPR, at most $3k a month.")
    )]
    pub requirement: String,
    /// Constraints given as fields; they win over the text.
    #[serde(default)]
    pub constraints: Option<StructuredConstraints>,
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
use crate::{Api, problem::Problem};
use run::id::{OwnerId, RunKey};
pub async fn create(
    _: &Api,
    _: &OwnerId,
    _: &ProjectId,
    _: Option<String>,
    _: NewDecisionSet,
) -> Result<Accepted, Problem> {
    unimplemented!()
}
pub async fn generate(_: &Api, _: &RunKey, _: Option<String>) -> Result<Accepted, Problem> {
    unimplemented!()
}
