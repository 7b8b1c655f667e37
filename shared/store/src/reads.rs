//! Reading what belongs to a run.

use std::collections::BTreeSet;

use run::{
    artifact::Artifact,
    edit::FileEdit,
    gate::{Gate, GateId},
    id::{OwnerId, RunKey},
    node::{NodeName, NodeRecord, Step},
};
use serde::de::DeserializeOwned;

use crate::{
    CostRecord, NodeTiming, Store, StoreError, gates, keys,
    table::{self, Item, Order, Range},
};

impl Store {
    /// The stored result of a node, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn node_record(&self, key: &RunKey, step: &Step) -> Result<Option<NodeRecord>, StoreError> {
        let item = self.get(keys::of_run(key), keys::node(step)).await?;
        item.map(|item| table::parse("node record", &item, "record")).transpose()
    }

    /// All stored results of nodes, in the order of their start.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn node_records(&self, key: &RunKey) -> Result<Vec<NodeRecord>, StoreError> {
        let mut records: Vec<NodeRecord> = self.documents(key, keys::NODE, "node record", "record").await?;
        records.sort_by(|a, b| a.started_at.cmp(&b.started_at).then_with(|| a.step.cmp(&b.step)));
        Ok(records)
    }

    /// A gate.
    ///
    /// # Errors
    /// `NotFound` when it was never opened.
    pub async fn gate(&self, key: &RunKey, gate: &GateId) -> Result<Gate, StoreError> {
        Ok(self.gate_record(key, gate).await?.gate)
    }

    /// All gates in the order in which they were opened.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn gates(&self, key: &RunKey) -> Result<Vec<Gate>, StoreError> {
        let items = self.of_run(key, keys::GATE).await?;
        let mut gates =
            items.iter().map(|item| Ok(gates::from_item(item)?.gate)).collect::<Result<Vec<Gate>, StoreError>>()?;
        gates.sort_by_key(|gate| (gate.opened_at, gate.id.clone()));
        Ok(gates)
    }

    /// The files that people edited since the run completed, by path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edits(&self, key: &RunKey) -> Result<Vec<FileEdit>, StoreError> {
        let items = self.of_run(key, keys::EDIT).await?;
        items.into_iter().map(|item| table::from_record("edit", item)).collect()
    }

    /// All artifacts that a commit has announced, by path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn artifacts(&self, key: &RunKey) -> Result<Vec<Artifact>, StoreError> {
        // Artifacts before nodes: a node that commits in between has its artifacts stored already.
        let items = self.of_run(key, keys::ARTIFACT).await?;
        let nodes = self.of_run(key, keys::NODE).await?;
        let nodes: BTreeSet<&str> = nodes.iter().map(table::sort_key).collect();
        items
            .into_iter()
            .filter(|item| match item.get("announced_by").and_then(|value| value.as_s().ok()) {
                // Written ahead of a commit that was never made.
                Some(node) => nodes.contains(node.as_str()),
                None => true,
            })
            .map(|item| table::from_record("artifact", item))
            .collect()
    }

    /// All cost estimates by iteration.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn costs(&self, key: &RunKey) -> Result<Vec<CostRecord>, StoreError> {
        self.documents(key, keys::COST, "cost estimate", "cost").await
    }

    /// How long the nodes of a kind of run took in the owner's earlier runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn timings(&self, owner: &OwnerId, kind: &str) -> Result<Vec<NodeTiming>, StoreError> {
        let prefix = keys::timing_prefix(kind);
        let items = self.query(&keys::owner(owner), Range::Prefix(&prefix), Order::Ascending, None, None).await?;
        items
            .iter()
            .map(|item| {
                let what = "timing";
                let count = table::integer(what, item, "measured")?;
                let total = table::integer(what, item, "total_ms")?;
                let node = NodeName(table::attribute(what, item, "node")?.to_owned());
                Ok(NodeTiming { node, count, mean_ms: total as f64 / count.max(1) as f64 })
            })
            .collect()
    }

    async fn of_run(&self, key: &RunKey, prefix: &str) -> Result<Vec<Item>, StoreError> {
        self.query(&keys::of_run(key), Range::Prefix(prefix), Order::Ascending, None, None).await
    }

    async fn documents<T: DeserializeOwned>(
        &self,
        key: &RunKey,
        prefix: &str,
        what: &'static str,
        name: &str,
    ) -> Result<Vec<T>, StoreError> {
        let items = self.of_run(key, prefix).await?;
        items.iter().map(|item| table::parse(what, item, name)).collect()
    }
}
