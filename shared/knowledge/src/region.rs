//! Cloud regions and places: which code is where, and under whose law.

use std::sync::OnceLock;

use design::constraint::{Cloud, Region};
use serde::{Deserialize, de::DeserializeOwned};

/// A provider's region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionFact {
    /// The provider.
    pub cloud: Cloud,
    /// The provider's code.
    pub code: String,
    /// City, or the state where the provider names only that.
    pub city: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// `EU` or ISO 3166 alpha-2 (`UK` for the United Kingdom).
    pub jurisdiction: String,
    /// Other spellings that people write.
    #[serde(default)]
    pub names: Vec<String>,
}

impl RegionFact {
    /// The region as constraints hold it.
    pub fn region(&self) -> Region {
        Region { cloud: self.cloud, code: self.code.clone(), jurisdiction: self.jurisdiction.clone() }
    }
}

/// A place that is not itself a region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What people write.
    pub words: Vec<String>,
    /// The nearest region's city.
    #[serde(default)]
    pub city: Option<String>,
    /// The country; a union has none.
    #[serde(default)]
    pub country: Option<String>,
    /// `EU` or ISO 3166 alpha-2.
    pub jurisdiction: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionFile {
    regions: Vec<RegionFact>,
    places: Vec<Place>,
}

/// Reads a data file that is compiled in.
///
/// # Panics
/// When the file is broken, which a test of the module that owns it finds.
pub(crate) fn compiled_in<T: DeserializeOwned>(name: &str, text: &str) -> T {
    match toml::from_str(text) {
        Ok(value) => value,
        Err(error) => panic!("data/{name}: {error}"),
    }
}

fn file() -> &'static RegionFile {
    static FILE: OnceLock<RegionFile> = OnceLock::new();
    FILE.get_or_init(|| compiled_in("regions.toml", include_str!("../data/regions.toml")))
}

/// All regions of all providers.
pub fn regions() -> &'static [RegionFact] {
    &file().regions
}

/// All places.
pub fn places() -> &'static [Place] {
    &file().places
}

/// The region with this code, of whichever provider.
pub fn by_code(code: &str) -> Option<&'static RegionFact> {
    regions().iter().find(|region| region.code.eq_ignore_ascii_case(code))
}

/// The provider's regions under a jurisdiction, the preferred first.
pub fn of_jurisdiction(cloud: Cloud, jurisdiction: &str) -> Vec<Region> {
    if cloud == Cloud::OnPremises {
        return vec![Region {
            cloud,
            code: format!("on-premises-{}", jurisdiction.to_lowercase()),
            jurisdiction: jurisdiction.to_owned(),
        }];
    }
    regions()
        .iter()
        .filter(|region| region.cloud == cloud && region.jurisdiction == jurisdiction)
        .map(RegionFact::region)
        .collect()
}

/// The provider's region that is nearest to a place: in the city, else the country, else the jurisdiction.
pub fn nearest(cloud: Cloud, city: Option<&str>, country: Option<&str>, jurisdiction: &str) -> Option<Region> {
    if cloud == Cloud::OnPremises {
        return of_jurisdiction(cloud, jurisdiction).pop();
    }
    let of_cloud = || regions().iter().filter(|region| region.cloud == cloud);
    let in_city = city.and_then(|city| of_cloud().find(|region| region.city == city));
    let in_country = || country.and_then(|country| of_cloud().find(|region| region.country == country));
    let under_law = || of_cloud().find(|region| region.jurisdiction == jurisdiction);
    in_city.or_else(in_country).or_else(under_law).map(RegionFact::region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let codes = regions().iter().map(|region| &region.code).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(codes.len(), regions().len());
    }

    #[test]
    fn frankfurt_is_in_the_eu_and_london_is_not() {
        assert_eq!(by_code("EU-Central-1").map(|region| region.jurisdiction.as_str()), Some("EU"));
        assert_eq!(by_code("eu-west-2").map(|region| region.jurisdiction.as_str()), Some("UK"));
        assert!(of_jurisdiction(Cloud::Aws, "EU").iter().all(|region| region.code != "eu-west-2"));
    }

    #[test]
    fn a_country_without_a_region_falls_to_its_jurisdiction() {
        let austria = nearest(Cloud::Aws, None, Some("AT"), "EU").unwrap();
        assert_eq!((austria.code.as_str(), austria.jurisdiction.as_str()), ("eu-central-1", "EU"));
        assert_eq!(nearest(Cloud::Azure, None, None, "MX"), None);
    }

    #[test]
    fn every_place_leads_to_some_region() {
        for place in places() {
            let found = [Cloud::Aws, Cloud::Gcp, Cloud::Azure].into_iter().any(|cloud| {
                nearest(cloud, place.city.as_deref(), place.country.as_deref(), &place.jurisdiction).is_some()
            });
            assert!(found, "{:?}", place.words);
        }
    }
}
