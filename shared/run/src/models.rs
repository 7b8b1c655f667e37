//! How models take part in a project's runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::node::NodeName;

/// What a project says of models. Where it says nothing, the deployment's word holds. It can choose among the models that
/// the deployment has, and spend less; it cannot bring a server of its own, nor spend more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// False: the built-in rules think alone.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The model, as the deployment writes its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Another model for single agents, by node.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_agent: BTreeMap<NodeName, String>,
    /// How freely a model words its answer, 0 to 2; not every model lets that be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 2)]
    pub temperature: Option<f64>,
    /// The most tokens of a run, read and written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_run: Option<u64>,
    /// The most US dollars of a run; it holds for models whose price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub usd_per_run: Option<f64>,
}

fn yes() -> bool {
    true
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            model: None,
            per_agent: BTreeMap::new(),
            temperature: None,
            tokens_per_run: None,
            usd_per_run: None,
        }
    }
}
