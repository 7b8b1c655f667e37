//! Making and listing runs.

use run::{
    body::Sha256Hex,
    event::Event,
    id::{OwnerId, ProjectId, RunId, RunKey},
    node::NodeName,
    record::{Run, Variant},
};

use crate::{Page, Paged, Store, StoreError};

/// A run to be made.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Owner of the project.
    pub owner: OwnerId,
    /// The project; it must exist.
    pub project: ProjectId,
    /// The kind of run, such as `design`.
    pub kind: String,
    /// The version that this one continues; it must exist in the same project.
    pub parent: Option<RunId>,
    /// A short title.
    pub title: String,
    /// How gates are treated.
    pub variant: Variant,
    /// The workflow's nodes in their order, for `workflow-start`.
    pub nodes: Vec<NodeName>,
    /// What was asked, as JSON; stored as a body.
    pub input: Vec<u8>,
    /// Makes a repeat of the same request give the same run.
    pub idempotency: Option<IdempotencyKey>,
}

/// A client's key for a request, and what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, as the client sent it.
    pub key: String,
    /// Hash of the request, to tell a repeat from another request under the same key.
    pub request: Sha256Hex,
}

/// What came of making a run.
#[derive(Debug, Clone)]
pub struct Created {
    /// The run.
    pub run: Run,
    /// Its first event; empty when the run was there before.
    pub events: Vec<Event>,
    /// True when the idempotency key led to a run that was there before.
    pub repeated: bool,
}

impl Store {
    /// Makes a run: input body, then version number, run record, idempotency record and event 1 in one transaction.
    ///
    /// # Errors
    /// `NotFound` for the project or the parent; [`crate::Conflict::IdempotencyKey`] for another request under the key.
    pub async fn create_run(&self, new: NewRun) -> Result<Created, StoreError> {
        unimplemented!("skeleton")
    }

    /// Reads a run.
    ///
    /// # Errors
    /// `NotFound` when the project has no such run.
    pub async fn run(&self, key: &RunKey) -> Result<Run, StoreError> {
        unimplemented!("skeleton")
    }

    /// The project's runs, newest first.
    ///
    /// # Errors
    /// `InvalidCursor` when the cursor is not from this list.
    pub async fn runs(&self, owner: &OwnerId, project: &ProjectId, page: &Page) -> Result<Paged<Run>, StoreError> {
        unimplemented!("skeleton")
    }
}
