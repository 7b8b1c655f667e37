//! How models take part in a project's runs.

use std::collections::BTreeMap;

use design::node::Node;
use model::{Address, PriceList};
use run::{
    id::{OwnerId, ProjectId},
    models::ModelSettings,
    node::NodeName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    problem::{FieldError, Kind, Problem},
};

/// What a project says of models, beside what the deployment has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectModels {
    /// What the project says.
    pub settings: ModelSettings,
    /// The models that it can choose among; the first is asked where nobody says otherwise. Empty: the rules think alone.
    pub models: Vec<ModelOffer>,
    /// The agents that ask a model, each with the one that it asks now.
    pub agents: BTreeMap<NodeName, Option<String>>,
    /// The deployment's ceiling for the tokens of a run.
    pub tokens_per_run: Option<u64>,
    /// The deployment's ceiling for the US dollars of a run.
    pub usd_per_run: Option<f64>,
    /// How freely models word their answers in this deployment, where that is set.
    pub temperature: Option<f64>,
}

/// A model that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelOffer {
    /// Its address, by which it is chosen.
    pub address: String,
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub name: String,
    /// US dollars per million tokens read; null where the price is not known.
    pub usd_per_million_read: Option<f64>,
    /// US dollars per million tokens written; null where the price is not known.
    pub usd_per_million_written: Option<f64>,
}

impl From<&Address> for ModelOffer {
    fn from(address: &Address) -> Self {
        let price = PriceList::shipped().find(address);
        Self {
            address: address.to_string(),
            provider: address.provider.as_str().to_owned(),
            name: address.name.clone(),
            usd_per_million_read: price.map(|price| price.input),
            usd_per_million_written: price.map(|price| price.output),
        }
    }
}

/// What a project says of models.
///
/// # Errors
/// When the project is not there or the store does not answer.
pub async fn get(api: &Api, owner: &OwnerId, project: &ProjectId) -> Result<ProjectModels, Problem> {
    let (_, settings) = tokio::try_join!(api.store.project(owner, project), api.store.model_settings(owner, project))?;
    Ok(beside_the_deployment(api, settings))
}

/// Stores what a project says of models, in place of what it said before.
///
/// # Errors
/// When the deployment cannot do it, field by field; when the project is not there or the store does not answer.
pub async fn put(
    api: &Api,
    owner: &OwnerId,
    project: &ProjectId,
    settings: ModelSettings,
) -> Result<ProjectModels, Problem> {
    let agents: Vec<NodeName> = Node::ADVISED.iter().map(|node| node.as_str().into()).collect();
    let errors = api.models.problems(&settings, &agents).into_iter();
    let errors = errors.map(|(field, detail)| FieldError { field, detail }).collect();
    if let Some(problem) = Problem::fields(Kind::BodyInvalid, errors) {
        return Err(problem);
    }
    api.store.put_model_settings(owner, project, &settings).await?;
    Ok(beside_the_deployment(api, settings))
}

fn beside_the_deployment(api: &Api, settings: ModelSettings) -> ProjectModels {
    let choices = &api.models;
    let agents = Node::ADVISED.iter().map(|node| {
        let chosen = choices.for_node(node.as_str(), &settings);
        (node.as_str().into(), chosen.map(|chosen| chosen.address.to_string()))
    });
    ProjectModels {
        agents: agents.collect(),
        models: choices.addresses().into_iter().map(ModelOffer::from).collect(),
        tokens_per_run: choices.ceilings.tokens,
        usd_per_run: choices.ceilings.usd,
        temperature: choices.temperature,
        settings,
    }
}
