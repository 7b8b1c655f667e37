//! Reading what belongs to a run.

use run::{
    artifact::Artifact,
    event::Event,
    gate::{Gate, GateId},
    id::{OwnerId, RunKey},
    node::{NodeRecord, Step},
};

use crate::{CostRecord, NodeTiming, Store, StoreError};

impl Store {
    /// Events after a sequence number, in order, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read. A run without events, or no run, gives none.
    pub async fn events_after(&self, key: &RunKey, after: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        unimplemented!("skeleton")
    }

    /// The stored result of a node, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn node_record(&self, key: &RunKey, step: &Step) -> Result<Option<NodeRecord>, StoreError> {
        unimplemented!("skeleton")
    }

    /// All stored results of nodes, in the order of their start.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn node_records(&self, key: &RunKey) -> Result<Vec<NodeRecord>, StoreError> {
        unimplemented!("skeleton")
    }

    /// A gate.
    ///
    /// # Errors
    /// `NotFound` when it was never opened.
    pub async fn gate(&self, key: &RunKey, gate: &GateId) -> Result<Gate, StoreError> {
        unimplemented!("skeleton")
    }

    /// All gates in the order in which they were opened.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn gates(&self, key: &RunKey) -> Result<Vec<Gate>, StoreError> {
        unimplemented!("skeleton")
    }

    /// All artifacts that a commit has announced, by path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn artifacts(&self, key: &RunKey) -> Result<Vec<Artifact>, StoreError> {
        unimplemented!("skeleton")
    }

    /// All cost estimates by iteration.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn costs(&self, key: &RunKey) -> Result<Vec<CostRecord>, StoreError> {
        unimplemented!("skeleton")
    }

    /// How long the nodes of a kind of run took in the owner's earlier runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn timings(&self, owner: &OwnerId, kind: &str) -> Result<Vec<NodeTiming>, StoreError> {
        unimplemented!("skeleton")
    }
}
