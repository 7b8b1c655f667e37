//! The store's bodies as the agents' desk sees them: those of one project.

use run::{
    body::{BodyRef, Sha256Hex},
    id::{OwnerId, ProjectId, RunKey},
};
use store::{Store, StoreError};

use crate::{Bodies, BodyError, desk::BoxFuture};

/// Bodies of one project in the store.
#[derive(Debug, Clone)]
pub struct ProjectBodies {
    store: Store,
    owner: OwnerId,
    project: ProjectId,
}

impl ProjectBodies {
    /// The bodies of the run's project.
    pub fn new(store: Store, run: &RunKey) -> Self {
        Self { store, owner: run.owner.clone(), project: run.project.clone() }
    }
}

impl Bodies for ProjectBodies {
    fn put<'a>(&'a self, bytes: &'a [u8], content_type: &'a str) -> BoxFuture<'a, Result<BodyRef, BodyError>> {
        Box::pin(async move {
            self.store.put_body(&self.owner, &self.project, bytes, content_type).await.map_err(|error| {
                BodyError::Service { verb: "write", sha256: Sha256Hex::of(bytes), source: Box::new(error) }
            })
        })
    }

    fn get<'a>(&'a self, sha256: &'a Sha256Hex) -> BoxFuture<'a, Result<Vec<u8>, BodyError>> {
        Box::pin(async move {
            self.store.get_body(&self.owner, &self.project, sha256).await.map_err(|error| match error {
                StoreError::NotFound { .. } => BodyError::Missing(sha256.clone()),
                other => BodyError::Service { verb: "read", sha256: sha256.clone(), source: Box::new(other) },
            })
        })
    }
}
