//! The catalogue: patterns, prices, machine types and workload profiles, read once from the embedded data.

use std::{collections::BTreeMap, sync::LazyLock};

use design::constraint::Cloud;
use serde::Deserialize;

use crate::{
    instance::Instance,
    network::NetworkFact,
    pattern::Pattern,
    price::{Commitment, Price, PriceLevels, PriceList, RegionPrice},
    profile::Profiles,
    region::by_code,
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

/// A file of the data folder with its name.
macro_rules! files {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../data/", $name)))),*] };
}

/// The pattern files in the order of clouds and capabilities.
const PATTERNS: [(&str, &str); 24] = files![
    "patterns/aws/ingest.toml",
    "patterns/aws/transform.toml",
    "patterns/aws/store.toml",
    "patterns/aws/feature.toml",
    "patterns/aws/train.toml",
    "patterns/aws/serve.toml",
    "patterns/aws/observe.toml",
    "patterns/aws/govern.toml",
    "patterns/gcp/ingest.toml",
    "patterns/gcp/transform.toml",
    "patterns/gcp/store.toml",
    "patterns/gcp/feature.toml",
    "patterns/gcp/train.toml",
    "patterns/gcp/serve.toml",
    "patterns/gcp/observe.toml",
    "patterns/gcp/govern.toml",
    "patterns/azure/ingest.toml",
    "patterns/azure/transform.toml",
    "patterns/azure/store.toml",
    "patterns/azure/feature.toml",
    "patterns/azure/train.toml",
    "patterns/azure/serve.toml",
    "patterns/azure/observe.toml",
    "patterns/azure/govern.toml",
];

/// The price files.
const PRICES: [(&str, &str); 3] = files!["prices/aws.toml", "prices/gcp.toml", "prices/azure.toml"];

/// Everything that a plan is composed and priced from.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The patterns in the order of clouds, capabilities and files.
    pub patterns: Vec<Pattern>,
    /// Unit prices by id.
    pub prices: BTreeMap<String, Price>,
    /// Price levels of each provider's regions.
    pub price_levels: Vec<PriceLevels>,
    /// What commitments save.
    pub commitments: Vec<Commitment>,
    /// Machine types by id.
    pub instances: BTreeMap<String, Instance>,
    /// What use cases usually ask.
    pub profiles: Profiles,
    /// What a private network costs, by the cloud; a cloud that is not there charges by the part.
    pub networks: BTreeMap<Cloud, NetworkFact>,
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
        #[serde(deny_unknown_fields)]
        struct PatternFile {
            date: String,
            pattern: Vec<Pattern>,
        }
        #[derive(Deserialize)]
        struct InstanceFile {
            instances: Vec<Instance>,
        }
        let mut patterns = Vec::new();
        for (file, text) in PATTERNS {
            let PatternFile { date, pattern } = parse(file, text)?;
            patterns.extend(pattern.into_iter().map(|pattern| Pattern { date: date.clone(), ..pattern }));
        }
        let mut prices = BTreeMap::new();
        let mut price_levels = Vec::new();
        let mut commitments = Vec::new();
        for (file, text) in PRICES {
            let wrong = |problem| CatalogueError { file, problem };
            let (own, levels, discounts) = PriceList::read(text).and_then(PriceList::into_parts).map_err(wrong)?;
            for (id, price) in own {
                if prices.insert(id.clone(), price).is_some() {
                    return Err(wrong(format!("{id} is there twice")));
                }
            }
            price_levels.push(levels);
            commitments.extend(discounts);
        }
        let instances: InstanceFile = parse("instances.toml", include_str!("../data/instances.toml"))?;
        Ok(Self {
            patterns,
            prices,
            price_levels,
            commitments,
            instances: instances.instances.into_iter().map(|instance| (instance.id.clone(), instance)).collect(),
            profiles: Profiles::read()?,
            networks: parse("networks.toml", include_str!("../data/networks.toml"))?,
        })
    }

    /// A pattern by its id.
    pub fn pattern(&self, id: &str) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.id == id)
    }

    /// The patterns of one provider.
    pub fn patterns_of(&self, cloud: Cloud) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter().filter(move |pattern| pattern.cloud == cloud)
    }

    /// A price in a region; `None` when there is no price of this id.
    pub fn price_in(&self, id: &str, region: &str) -> Option<RegionPrice> {
        self.prices.get(id).map(|price| price.in_region(region, self.region_factor(region).0))
    }

    /// The price levels of a provider; those of AWS for a provider without prices.
    pub fn price_levels_of(&self, cloud: Cloud) -> Option<&PriceLevels> {
        let of = |cloud| self.price_levels.iter().find(|levels| levels.cloud == cloud);
        of(cloud).or_else(|| of(Cloud::Aws))
    }

    /// Price level of a region against its provider's reference region, and whether the region is listed.
    pub fn region_factor(&self, region: &str) -> (f64, bool) {
        let listed = self.price_levels.iter().find_map(|levels| levels.regions.get(region));
        let default = || {
            let cloud = by_code(region).map_or(Cloud::Aws, |fact| fact.cloud);
            self.price_levels_of(cloud).map_or(1.0, |levels| levels.default)
        };
        listed.map_or_else(|| (default(), false), |factor| (*factor, true))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use design::{constraint::Deployment, plan::Capability};

    use super::*;
    use crate::{price::Certainty, region::regions};

    const CLOUDS: [Cloud; 3] = [Cloud::Aws, Cloud::Gcp, Cloud::Azure];

    fn catalogue() -> &'static Catalogue {
        Catalogue::embedded().unwrap()
    }

    #[test]
    fn every_capability_has_alternatives_on_every_cloud() {
        let mut count: BTreeMap<(Capability, String), u32> = BTreeMap::new();
        for pattern in &catalogue().patterns {
            assert!(pattern.id.starts_with(&format!("{}.", pattern.capability.as_str())), "{}", pattern.id);
            *count.entry((pattern.capability, format!("{:?}", pattern.cloud))).or_default() += 1;
        }
        for cloud in CLOUDS {
            for capability in Capability::ALL {
                let alternatives = count.get(&(capability, format!("{cloud:?}"))).copied().unwrap_or(0);
                assert!(alternatives >= 3, "{cloud:?} {}: {alternatives}", capability.as_str());
            }
        }
    }

    #[test]
    fn ids_are_unique_and_facts_are_sane() {
        let mut ids = BTreeSet::new();
        for pattern in &catalogue().patterns {
            assert!(ids.insert(&pattern.id), "{} is there twice", pattern.id);
            assert!(!pattern.deployments.is_empty(), "{}", pattern.id);
            let fits = pattern
                .deployments
                .values()
                .chain(pattern.use_cases.named.values())
                .chain([&pattern.use_cases.default]);
            assert!(fits.clone().all(|fit| (0.0..=1.0).contains(fit)), "{}", pattern.id);
            assert!(
                pattern.latency.p50 <= pattern.latency.p95 && pattern.latency.p95 <= pattern.latency.p99,
                "{}",
                pattern.id
            );
            assert!(pattern.availability.single <= pattern.availability.multi && pattern.availability.multi <= 100.0);
            assert!(!pattern.availability.source.is_empty() && !pattern.failure_modes.is_empty(), "{}", pattern.id);
            assert!(pattern.tools.iter().all(|tool| tool == &tool.to_lowercase()), "{}", pattern.id);
            assert!(pattern.traits.contains(&"encryption-at-rest".to_owned()), "{}", pattern.id);
        }
    }

    #[test]
    fn every_pattern_says_where_its_facts_are_from_and_since_when() {
        for pattern in &catalogue().patterns {
            assert!(!pattern.sources.is_empty() && pattern.date.starts_with("202"), "{}", pattern.id);
            let waits = !pattern.on_path.is_empty();
            let says = pattern.sources.iter().any(|source| source.starts_with("latency: "));
            assert_eq!(waits, says, "{}: where is its latency from?", pattern.id);
            for quota in &pattern.quotas {
                assert!(quota.value >= 0.0 && !quota.unit.is_empty() && !quota.source.is_empty(), "{}", pattern.id);
            }
            if let Some(start) = &pattern.cold_start {
                assert!(0.0 < start.p50_ms && start.p50_ms <= start.p99_ms, "{}", pattern.id);
                assert!(![&start.when, &start.avoided_by, &start.source].iter().any(|text| text.is_empty()));
            }
        }
        let with = |has: fn(&Pattern) -> bool| catalogue().patterns.iter().filter(|pattern| has(pattern)).count();
        assert!(with(|pattern| !pattern.quotas.is_empty()) > 90 && with(|pattern| pattern.cold_start.is_some()) > 30);
    }

    #[test]
    fn every_tag_that_is_needed_is_brought_by_something_of_the_same_cloud() {
        for cloud in CLOUDS {
            let provided: BTreeSet<&str> = catalogue()
                .patterns_of(cloud)
                .flat_map(|pattern| pattern.provides.iter().map(String::as_str))
                .collect();
            for pattern in catalogue().patterns_of(cloud) {
                for need in &pattern.needs {
                    assert!(need.split('|').any(|tag| provided.contains(tag)), "{} needs {need}", pattern.id);
                }
                for tag in &pattern.conflicts {
                    assert!(provided.contains(tag.as_str()), "{} does not go with {tag}, which nothing is", pattern.id);
                    assert!(!pattern.provides.contains(tag), "{} does not go with itself", pattern.id);
                }
            }
            for tag in catalogue().profiles.all_requirements() {
                assert!(provided.contains(tag), "a use case requires {tag}, which {cloud:?} has not");
            }
        }
    }

    fn named_prices(pattern: &Pattern) -> Vec<String> {
        let machines = pattern.sizing.iter().flat_map(|sizing| &sizing.instances);
        let of_machines: Vec<String> =
            machines.map(|id| catalogue().instances[id].price.clone().unwrap_or_default()).collect();
        pattern
            .cost
            .iter()
            .flat_map(|term| if term.price == "{instance}" { of_machines.clone() } else { vec![term.price.clone()] })
            .collect()
    }

    #[test]
    fn what_serves_is_waited_for() {
        for pattern in catalogue().patterns.iter().filter(|pattern| pattern.capability == Capability::Serve) {
            for deployment in [Deployment::RealTime, Deployment::Streaming] {
                let serves = pattern.deployment_fit(deployment) > 0.0;
                assert_eq!(serves, pattern.on_path.contains(&deployment), "{} {deployment:?}", pattern.id);
            }
        }
    }

    #[test]
    fn every_price_that_is_named_exists_and_every_other_says_why_it_is_kept() {
        let mut named = BTreeSet::new();
        for pattern in &catalogue().patterns {
            for id in named_prices(pattern) {
                let price = catalogue().prices.get(&id).unwrap_or_else(|| panic!("{} names {id}", pattern.id));
                assert_eq!(price.cloud, pattern.cloud, "{} is paid at {id}", pattern.id);
                named.insert(id);
            }
            for term in &pattern.cost {
                assert!(term.factor == 1.0 || !term.factor_why.is_empty(), "{}", pattern.id);
            }
        }
        named.extend(catalogue().networks.values().map(|fact| fact.price.clone()));
        for (id, price) in &catalogue().prices {
            assert_eq!(named.contains(id), price.unused.is_none(), "{id}");
        }
        let of_patterns: BTreeSet<&String> =
            catalogue().patterns.iter().flat_map(|pattern| &pattern.sizing).flat_map(|own| &own.instances).collect();
        for id in catalogue().instances.keys() {
            assert!(of_patterns.contains(id), "no pattern can choose {id}");
        }
        for commitment in &catalogue().commitments {
            for start in &commitment.prices {
                assert!(catalogue().prices.keys().any(|id| id.starts_with(start.as_str())), "{start}");
            }
        }
    }

    #[test]
    fn every_price_has_sources_with_dates_and_a_single_one_makes_it_uncertain() {
        for (id, price) in &catalogue().prices {
            // What is paid by the month is dearer than what is paid by the hour or by the request.
            let most = if price.unit.ends_with("-month") { 5_000.0 } else { 100.0 };
            assert!(price.usd > 0.0 && price.usd < most, "{id}");
            assert!(!price.unit.is_empty() && !price.item.is_empty() && !price.sources.is_empty(), "{id}");
            assert!(
                price.sources.iter().all(|source| source.date.starts_with("202") && !source.name.is_empty()),
                "{id}"
            );
            for (region, usd) in &price.regions {
                let share = usd / price.usd;
                assert!((0.8..2.0).contains(&share), "{id} in {region} costs {share} times as much");
                let start = region.trim_end_matches('*');
                assert!(
                    regions().iter().any(|fact| fact.cloud == price.cloud && fact.code.starts_with(start)),
                    "{id}: {region}"
                );
            }
            assert!(price.region_sources.keys().all(|region| price.regions.contains_key(region)), "{id}");
        }
        let single = catalogue().prices.values().filter(|price| price.certainty == Certainty::SingleSource).count();
        // Most prices are confirmed in a second place, and not all are: nothing is made up to look certain.
        assert!(single > 0 && single * 3 < catalogue().prices.len(), "{single} of {}", catalogue().prices.len());
    }

    #[test]
    fn every_source_of_a_price_file_is_named_by_a_price() {
        for (file, text) in PRICES {
            let list = PriceList::read(text).unwrap();
            let (all, named) = list.sources();
            for key in all.keys() {
                assert!(named.contains(key.as_str()), "{file}: {key}");
            }
        }
    }

    #[test]
    fn the_main_aws_regions_have_prices_of_their_own() {
        let own = |region: &str| {
            catalogue()
                .prices
                .values()
                .filter(|price| price.cloud == Cloud::Aws)
                .filter(|price| {
                    price.same_everywhere || price.in_region(region, 2.0).basis == crate::price::RegionBasis::Listed
                })
                .count()
        };
        let all = catalogue().prices.values().filter(|price| price.cloud == Cloud::Aws).count();
        for region in ["eu-central-1", "eu-west-1"] {
            assert!(own(region) * 2 > all, "{region}: {} of {all}", own(region));
        }
    }

    #[test]
    fn every_region_has_a_price_level() {
        for levels in &catalogue().price_levels {
            assert_eq!(levels.regions.get(&levels.reference_region), Some(&1.0));
            for (region, factor) in &levels.regions {
                assert!((1.0..2.0).contains(factor), "{region}");
            }
            assert!((1.0..2.0).contains(&levels.default));
        }
        assert_eq!(catalogue().region_factor("us-east-1"), (1.0, true));
        assert_eq!(catalogue().region_factor("us-central1"), (1.0, true));
        assert_eq!(catalogue().region_factor("eastus"), (1.0, true));
        assert!(!catalogue().region_factor("atlantis-1").1);
        for fact in regions().iter().filter(|fact| fact.cloud != Cloud::Aws) {
            assert!(catalogue().region_factor(&fact.code).1, "{}", fact.code);
        }
    }
}
