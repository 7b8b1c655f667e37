//! A project's own policy packs: one item each by name; their texts are bodies.

use run::id::{OwnerId, ProjectId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store, StoreError, keys,
    table::{self, Order, Range},
};

/// Name of the attribute with the record.
const RECORD: &str = "pack";
/// What it is, in errors.
const WHAT: &str = "policy";

impl Store {
    /// Stores a pack under its name, in place of the one that was there.
    ///
    /// # Errors
    /// `NotFound` when the owner has no such project.
    pub async fn put_policy(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        name: &str,
        pack: &impl Serialize,
    ) -> Result<(), StoreError> {
        let mut item = table::key(keys::runs_of(owner, project), keys::policy(name));
        item.insert(RECORD.into(), table::document("policy pack", pack)?);
        self.put_in_project(owner, project, item).await
    }

    /// A pack.
    ///
    /// # Errors
    /// `NotFound` when the project has none of this name.
    pub async fn policy<T: DeserializeOwned>(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        name: &str,
    ) -> Result<T, StoreError> {
        match self.get(keys::runs_of(owner, project), keys::policy(name)).await? {
            Some(item) => table::parse(WHAT, &item, RECORD),
            None => Err(StoreError::not_found(WHAT, name)),
        }
    }

    /// All packs of a project, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn policies<T: DeserializeOwned>(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
    ) -> Result<Vec<T>, StoreError> {
        let pk = keys::runs_of(owner, project);
        let items = self.query(&pk, Range::Prefix(keys::POLICY), Order::Ascending, None, None).await?;
        items.iter().map(|item| table::parse(WHAT, item, RECORD)).collect()
    }

    /// Takes a pack from its project. Its text stays: runs that began with it go on with it.
    ///
    /// # Errors
    /// When the store does not do it. A pack that is not there is as good.
    pub async fn delete_policy(&self, owner: &OwnerId, project: &ProjectId, name: &str) -> Result<(), StoreError> {
        let at = table::key(keys::runs_of(owner, project), keys::policy(name));
        self.transact_patiently(&[self.delete_item(at)]).await
    }
}
