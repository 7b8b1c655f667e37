//! Changing a run.

use run::{id::RunKey, record::Run};

use crate::{Change, Committed, Store, StoreError};

impl Store {
    /// Makes one change, if the run is still as it was read (`run.revision`).
    ///
    /// # Errors
    /// `Contention` when the run has changed since; `Superseded`, `Ended`, `AlreadyDone`, `GateDecided`, `GateHeld` when
    /// the change may not be made.
    pub async fn commit(&self, run: &Run, change: Change) -> Result<Committed, StoreError> {
        unimplemented!("skeleton")
    }

    /// Reads the run, makes a change for it and commits that; when others were faster, again with the run as it is then.
    ///
    /// # Errors
    /// What `change` returns, and what [`Store::commit`] does; `Contention` only after many tries.
    pub async fn update<E, F>(&self, key: &RunKey, mut change: F) -> Result<Committed, E>
    where
        E: From<StoreError>,
        F: FnMut(&Run) -> Result<Change, E>,
    {
        unimplemented!("skeleton")
    }
}
