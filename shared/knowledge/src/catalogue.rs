//! The catalogue: patterns, prices, machine types and workload profiles, read once from the embedded data.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    instance::Instance,
    pattern::Pattern,
    price::{Commitment, Price, PriceList},
    profile::Profiles,
};

/// The embedded data is not what it should be: a fault of the build, which the tests keep from happening.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct CatalogueError {
    /// The data file.
    pub file: &'static str,
    /// What is wrong.
    pub problem: String,
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|error| CatalogueError { file, problem: error.to_string() })
}

/// Everything that a plan is composed and priced from.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The patterns in the order of capabilities and files.
    pub patterns: Vec<Pattern>,
    /// Unit prices by id.
    pub prices: BTreeMap<String, Price>,
    /// Price level of each region against us-east-1, and of any other region.
    pub region_factors: BTreeMap<String, f64>,
    /// What commitments save.
    pub commitments: Vec<Commitment>,
    /// Machine types by id.
    pub instances: BTreeMap<String, Instance>,
    /// What use cases usually ask.
    pub profiles: Profiles,
}

static CATALOGUE: LazyLock<Result<Catalogue, CatalogueError>> = LazyLock::new(Catalogue::read);

impl Catalogue {
    /// The embedded catalogue.
    ///
    /// # Errors
    /// When the embedded data cannot be read.
    pub fn embedded() -> Result<&'static Self, CatalogueError> {
        CATALOGUE.as_ref().map_err(Clone::clone)
    }

    fn read() -> Result<Self, CatalogueError> {
        #[derive(Deserialize)]
        struct PatternFile {
            pattern: Vec<Pattern>,
        }
        #[derive(Deserialize)]
        struct InstanceFile {
            instances: Vec<Instance>,
        }
        let mut patterns = Vec::new();
        for (file, text) in [
            ("patterns/aws/ingest.toml", include_str!("../data/patterns/aws/ingest.toml")),
            ("patterns/aws/transform.toml", include_str!("../data/patterns/aws/transform.toml")),
            ("patterns/aws/store.toml", include_str!("../data/patterns/aws/store.toml")),
            ("patterns/aws/feature.toml", include_str!("../data/patterns/aws/feature.toml")),
            ("patterns/aws/train.toml", include_str!("../data/patterns/aws/train.toml")),
            ("patterns/aws/serve.toml", include_str!("../data/patterns/aws/serve.toml")),
            ("patterns/aws/observe.toml", include_str!("../data/patterns/aws/observe.toml")),
            ("patterns/aws/govern.toml", include_str!("../data/patterns/aws/govern.toml")),
        ] {
            patterns.extend(parse::<PatternFile>(file, text)?.pattern);
        }
        let list: PriceList = parse("prices.toml", include_str!("../data/prices.toml"))?;
        let instances: InstanceFile = parse("instances.toml", include_str!("../data/instances.toml"))?;
        let profiles = Profiles::read()?;
        let (prices, region_factors, commitments) = list.into_parts();
        Ok(Self {
            patterns,
            prices,
            region_factors,
            commitments,
            instances: instances.instances.into_iter().map(|instance| (instance.id.clone(), instance)).collect(),
            profiles,
        })
    }

    /// A pattern by its id.
    pub fn pattern(&self, id: &str) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.id == id)
    }

    /// Price level of a region against us-east-1, and whether the region is listed.
    pub fn region_factor(&self, region: &str) -> (f64, bool) {
        match self.region_factors.get(region) {
            Some(factor) => (*factor, true),
            None => (self.region_factors.get("default").copied().unwrap_or(1.0), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use design::{constraint::Cloud, plan::Capability};

    use super::*;

    fn catalogue() -> &'static Catalogue {
        Catalogue::embedded().unwrap()
    }

    #[test]
    fn every_capability_has_alternatives() {
        let mut per_capability: BTreeMap<Capability, u32> = BTreeMap::new();
        for pattern in &catalogue().patterns {
            assert!(pattern.id.starts_with(&format!("{}.", pattern.capability.as_str())), "{}", pattern.id);
            if pattern.cloud == Cloud::Aws {
                *per_capability.entry(pattern.capability).or_default() += 1;
            }
        }
        for capability in Capability::ALL {
            assert!(per_capability.get(&capability).copied().unwrap_or(0) >= 3, "{}", capability.as_str());
        }
    }

    #[test]
    fn ids_are_unique_and_facts_are_sane() {
        let mut ids = BTreeSet::new();
        for pattern in &catalogue().patterns {
            assert!(ids.insert(&pattern.id), "{} is there twice", pattern.id);
            assert!(!pattern.deployments.is_empty(), "{}", pattern.id);
            let fits = pattern.deployments.values().chain(pattern.use_cases.values());
            assert!(fits.clone().all(|fit| (0.0..=1.0).contains(fit)), "{}", pattern.id);
            assert!(
                pattern.latency.p50 <= pattern.latency.p95 && pattern.latency.p95 <= pattern.latency.p99,
                "{}",
                pattern.id
            );
            assert!(pattern.availability.single <= pattern.availability.multi && pattern.availability.multi <= 100.0);
            assert!(!pattern.availability.source.is_empty() && !pattern.failure_modes.is_empty(), "{}", pattern.id);
            assert!(pattern.use_cases.contains_key("default"), "{} has no default fit", pattern.id);
            assert!(pattern.tools.iter().all(|tool| tool == &tool.to_lowercase()), "{}", pattern.id);
            for companion in &pattern.companions {
                assert!(catalogue().pattern(companion).is_some(), "{} comes with unknown {companion}", pattern.id);
            }
        }
    }

    #[test]
    fn every_tag_that_is_needed_is_brought_by_something() {
        let provided: BTreeSet<&str> =
            catalogue().patterns.iter().flat_map(|pattern| pattern.provides.iter().map(String::as_str)).collect();
        for pattern in &catalogue().patterns {
            for need in &pattern.needs {
                assert!(need.split('|').any(|tag| provided.contains(tag)), "{} needs {need}", pattern.id);
            }
        }
        for tag in catalogue().profiles.all_requirements() {
            assert!(provided.contains(tag), "a use case requires {tag}");
        }
    }

    #[test]
    fn every_price_and_machine_that_is_named_exists() {
        let catalogue = catalogue();
        for pattern in &catalogue.patterns {
            for term in &pattern.cost {
                if term.price == "{instance}" {
                    let sizing = pattern.sizing.as_ref().unwrap();
                    for id in &sizing.instances {
                        let price = catalogue.instances[id].price.as_deref().unwrap();
                        assert!(catalogue.prices.contains_key(price), "{price}");
                    }
                } else {
                    assert!(catalogue.prices.contains_key(&term.price), "{} names {}", pattern.id, term.price);
                }
                assert!(term.factor == 1.0 || !term.factor_why.is_empty(), "{}", pattern.id);
            }
            for id in pattern.sizing.iter().flat_map(|sizing| &sizing.instances) {
                assert!(catalogue.instances.contains_key(id), "{} names {id}", pattern.id);
            }
        }
    }

    #[test]
    fn every_price_has_a_source_and_a_date() {
        for (id, price) in &catalogue().prices {
            assert!(price.usd > 0.0 && price.usd < 100.0, "{id}");
            assert!(!price.source.is_empty() && price.date.starts_with("202"), "{id}");
        }
        for factor in catalogue().region_factors.values() {
            assert!((1.0..2.0).contains(factor));
        }
        assert_eq!(catalogue().region_factor("us-east-1"), (1.0, true));
        assert!(!catalogue().region_factor("atlantis-1").1);
    }
}
