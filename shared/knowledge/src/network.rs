//! The private network of an architecture: who runs in it and which services are called from it.

use std::collections::BTreeSet;

use design::{
    constraint::Cloud,
    plan::{Capability, Network},
};
use serde::Deserialize;

use crate::{catalogue::Catalogue, pattern::Pattern};

/// What a private network of a cloud has besides its parts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFact {
    /// Id of the price of one interface endpoint in one zone for an hour.
    pub price: String,
    /// Services that are called from every network.
    pub endpoints: Vec<String>,
    /// Where it is written which services are called.
    pub source: String,
    /// Until when that is known to hold.
    pub date: String,
}

/// The network of an architecture on a cloud, in `zones` zones; `None` when nothing runs in one. Where it must be
/// `private`, all parts run in it, otherwise those alone that cannot do without. For jobs alone it has a way out in place
/// of endpoints.
pub fn of<'a>(
    patterns: impl IntoIterator<Item = &'a Pattern>,
    cloud: Cloud,
    private: bool,
    zones: u32,
    catalogue: &Catalogue,
) -> Option<Network> {
    let patterns: Vec<&Pattern> = patterns.into_iter().collect();
    let inside: Vec<&Pattern> =
        patterns.iter().copied().filter(|pattern| private || pattern.network.is_some()).collect();
    if inside.is_empty() {
        return None;
    }
    if !inside.iter().any(|pattern| pattern.calls_through_endpoints(private)) {
        return Some(Network { private, zones, endpoints: Vec::new() });
    }
    // What runs inside finds its features and what is stored outside.
    let is_asked = |pattern: &&Pattern| matches!(pattern.capability, Capability::Feature | Capability::Store);
    let asked = patterns.iter().copied().filter(is_asked);
    let endpoints: BTreeSet<String> = catalogue
        .networks
        .get(&cloud)
        .map(|fact| &fact.endpoints)
        .into_iter()
        .chain(inside.iter().copied().chain(asked).map(|pattern| &pattern.endpoints))
        .flatten()
        .cloned()
        .collect();
    Some(Network { private, zones, endpoints: endpoints.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(patterns: &[&str], private: bool) -> Option<Network> {
        let catalogue = Catalogue::embedded().unwrap();
        of(patterns.iter().map(|id| catalogue.pattern(id).unwrap()), Cloud::Aws, private, 2, catalogue)
    }

    #[test]
    fn a_private_design_has_a_network_and_the_endpoints_of_what_is_in_it() {
        let parts = ["serve.bedrock-nova-lite", "govern.sagemaker-registry"];
        assert_eq!(network(&parts, false), None);
        let private = network(&parts, true).unwrap();
        let expected = ["bedrock-runtime", "ecr.api", "ecr.dkr", "logs", "monitoring", "sagemaker.api"];
        assert_eq!(private.endpoints, expected);
    }

    #[test]
    fn what_needs_a_network_for_itself_pays_for_it_alone() {
        let mixed = network(&["serve.ecs-fargate", "govern.sagemaker-registry"], false).unwrap();
        assert_eq!(mixed.endpoints, ["ecr.api", "ecr.dkr", "logs", "monitoring"]);
    }

    #[test]
    fn jobs_alone_have_a_way_out_and_no_endpoints() {
        let jobs = network(&["train.batch-fargate", "observe.cloudwatch-evidently"], false).unwrap();
        assert!(jobs.endpoints.is_empty());
        let with_service = network(&["train.batch-fargate", "serve.ecs-fargate"], false).unwrap();
        assert!(!with_service.endpoints.is_empty());
    }

    #[test]
    fn what_is_stored_outside_is_reached_from_inside() {
        let parts = ["store.opensearch-serverless-vector", "feature.bedrock-embeddings"];
        assert_eq!(network(&parts, false), None, "who asks is outside as well");
        let inside = network(&[&parts[..], &["serve.ecs-fargate"]].concat(), false).unwrap();
        for name in ["aoss", "bedrock-runtime"] {
            assert!(inside.endpoints.iter().any(|endpoint| endpoint == name), "{name}");
        }
    }

    #[test]
    fn what_two_parts_call_is_there_once() {
        let both = network(&["govern.mlflow-fargate", "store.aurora-pgvector"], true).unwrap();
        assert_eq!(both.endpoints.iter().filter(|name| *name == "secretsmanager").count(), 1);
    }

    #[test]
    fn every_network_has_a_price() {
        let catalogue = Catalogue::embedded().unwrap();
        for (cloud, fact) in &catalogue.networks {
            assert!(catalogue.prices.contains_key(&fact.price), "{cloud:?}");
        }
        for pattern in
            catalogue.patterns.iter().filter(|pattern| !pattern.endpoints.is_empty() || pattern.network.is_some())
        {
            assert!(catalogue.networks.contains_key(&pattern.cloud), "{} has endpoints that nobody prices", pattern.id);
        }
    }
}
