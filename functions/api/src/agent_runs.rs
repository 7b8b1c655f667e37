//! What a model made of the rules' result, node by node.

use run::{
    id::RunKey,
    node::{NodeName, Step},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Store;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem, internal};

/// The output of one agent run, by the rules alone and as it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelEffect {
    /// Which node and iteration.
    pub step: Step,
    /// The output as the rules alone made it.
    pub rules_alone: Value,
    /// The output with what was kept from the model: the one that counts.
    pub with_model: Value,
}

/// What the model changed at a node.
///
/// # Errors
/// When there is no such run, or no model changed the node's output; when the store does not answer.
pub async fn model_effect(store: &Store, key: &RunKey, node: NodeName, iteration: u32) -> Result<ModelEffect, Problem> {
    let step = Step { node, iteration };
    let (_, record) = tokio::try_join!(store.run(key), store.node_record(key, &step))?;
    let alone = record.as_ref().and_then(|record| record.model.as_ref()?.rules_alone.clone());
    let (Some(record), Some(alone)) = (record, alone) else {
        let detail = format!("No model changed the output of `{step}`; the decision set's `agent_runs` say which did.");
        return Err(Problem::field(Kind::ArtifactNotFound, "node", detail));
    };
    let read = async |sha256| {
        let body = store.get_body(&key.owner, &key.project, sha256).await?;
        serde_json::from_slice(&body).map_err(|error| internal().because(error))
    };
    let (rules_alone, with_model) = tokio::try_join!(read(&alone.sha256), read(&record.output.sha256))?;
    Ok(ModelEffect { step, rules_alone, with_model })
}
