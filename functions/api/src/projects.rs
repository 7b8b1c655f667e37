//! Projects.

use run::{
    body::Sha256Hex,
    id::{OwnerId, ProjectId},
    record::Project,
};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;

use crate::{
    page::PageQuery,
    problem::{FieldError, Kind, Problem},
    text,
};

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

/// Longest description, in characters.
const DESCRIPTION_MAX_CHARACTERS: usize = 2_000;
/// Longest name, in characters.
const NAME_MAX_CHARACTERS: usize = 100;

/// The owner's projects.
///
/// # Errors
/// When the page is not valid or the store does not answer.
pub async fn list(store: &Store, owner: &OwnerId, page: &PageQuery) -> Result<ProjectList, Problem> {
    let paged = store.projects(owner, &page.page()?).await?;
    Ok(ProjectList { projects: paged.items, next_cursor: paged.next })
}

/// Makes a project.
///
/// # Errors
/// When a field is not valid, the name is taken, the key was used for another request, or the store does not answer.
pub async fn create(store: &Store, owner: &OwnerId, key: Option<String>, new: NewProject) -> Result<Project, Problem> {
    let mut errors = Vec::<FieldError>::new();
    errors.extend(text::check_line("name", &new.name, NAME_MAX_CHARACTERS));
    errors.extend(text::check_length("description", &new.description, DESCRIPTION_MAX_CHARACTERS));
    if let Some(problem) = Problem::fields(Kind::BodyInvalid, errors) {
        return Err(problem);
    }
    let (name, description) = (new.name.trim().to_owned(), new.description);
    // Lengths first, so that no two requests read the same.
    let request = Sha256Hex::of(format!("{} {name}{description}", name.len()).as_bytes());
    let idempotency = key.map(|key| store::IdempotencyKey { key, request });
    Ok(store.create_project(store::NewProject { owner: owner.clone(), name, description, idempotency }).await?)
}

/// One project.
///
/// # Errors
/// When there is none, or the store does not answer.
pub async fn get(store: &Store, owner: &OwnerId, project: &ProjectId) -> Result<Project, Problem> {
    Ok(store.project(owner, project).await?)
}
