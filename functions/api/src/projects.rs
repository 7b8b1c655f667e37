//! Projects.

use run::record::Project;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A project to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Its name: 1 to 100 characters, unique among your projects whatever its case.
    #[schema(min_length = 1, max_length = 100, examples("Churn scoring"))]
    pub name: String,
    /// What it is about; at most 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
}

/// A page of projects, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// The projects.
    pub projects: Vec<Project>,
    /// What to pass as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}
use crate::{page::PageQuery, problem::Problem};
use run::id::{OwnerId, ProjectId};
use store::Store;
pub async fn list(_: &Store, _: &OwnerId, _: &PageQuery) -> Result<ProjectList, Problem> {
    unimplemented!()
}
pub async fn create(_: &Store, _: &OwnerId, _: NewProject) -> Result<Project, Problem> {
    unimplemented!()
}
pub async fn get(_: &Store, _: &OwnerId, _: &ProjectId) -> Result<Project, Problem> {
    unimplemented!()
}
