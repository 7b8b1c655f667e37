//! Projects.

use run::{
    id::{OwnerId, ProjectId},
    record::Project,
};

use crate::{Page, Paged, Store, StoreError};

/// A project to be made.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Who will own it.
    pub owner: OwnerId,
    /// Its name, unique per owner without regard to case.
    pub name: String,
    /// What it is about.
    pub description: String,
}

impl Store {
    /// Makes a project.
    ///
    /// # Errors
    /// [`crate::Conflict::ProjectName`] with the existing project's id when the owner has one of this name.
    pub async fn create_project(&self, new: NewProject) -> Result<Project, StoreError> {
        unimplemented!("skeleton")
    }

    /// Reads a project.
    ///
    /// # Errors
    /// `NotFound` when the owner has no such project.
    pub async fn project(&self, owner: &OwnerId, project: &ProjectId) -> Result<Project, StoreError> {
        unimplemented!("skeleton")
    }

    /// The owner's projects, newest first.
    ///
    /// # Errors
    /// `InvalidCursor` when the cursor is not from this list.
    pub async fn projects(&self, owner: &OwnerId, page: &Page) -> Result<Paged<Project>, StoreError> {
        unimplemented!("skeleton")
    }
}
