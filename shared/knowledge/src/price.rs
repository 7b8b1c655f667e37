//! Unit prices with their sources and dates.

use std::collections::{BTreeMap, BTreeSet};

use design::constraint::Cloud;
use serde::Deserialize;

/// Where a price, or any fact, is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called, so that a person can find it.
    pub name: String,
    /// Whose words they are.
    pub kind: SourceKind,
    /// Until when it is known to hold: year and month, or a day.
    pub date: String,
}

/// Whose words a source's are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The provider's own page or API, read for this file.
    Provider,
    /// The provider's page as it is generally known, not read for this file.
    Recalled,
    /// Somebody else's.
    ThirdParty,
}

/// How well a price is known; computed from its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The provider's own list, or two independent sources that agree.
    Published,
    /// Not confirmed in a second place; the estimate's range is wider for it.
    SingleSource,
}

impl Certainty {
    /// Share by which a line's low and high end are widened.
    pub fn widening(self) -> f64 {
        match self {
            Self::Published => 0.0,
            Self::SingleSource => 0.2,
        }
    }

    fn of(sources: &[Source]) -> Self {
        let provider = sources.iter().any(|source| source.kind == SourceKind::Provider);
        // What is only remembered counts once, however many pages it names.
        let recalled = usize::from(sources.iter().any(|source| source.kind == SourceKind::Recalled));
        let others: BTreeSet<&str> = sources
            .iter()
            .filter(|source| source.kind == SourceKind::ThirdParty)
            .map(|source| source.name.as_str())
            .collect();
        if provider || others.len() + recalled >= 2 { Self::Published } else { Self::SingleSource }
    }
}

/// How `cargo xtask prices` finds a price in the provider's list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sku {
    /// The provider's name or id of the service: an AWS offer code, an Azure service name, a Google Cloud service id.
    pub service: String,
    /// Columns of the price list and what they must hold; `*` at an end stands for anything.
    #[serde(rename = "match")]
    pub wanted: BTreeMap<String, String>,
    /// Our unit price is the provider's times this.
    #[serde(default = "one")]
    pub scale: f64,
}

fn one() -> f64 {
    1.0
}

/// A price in a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionPrice {
    /// US dollars per unit.
    pub usd: f64,
    /// How it came about.
    pub basis: RegionBasis,
    /// How well it is known.
    pub certainty: Certainty,
}

/// How the price of a region came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RegionBasis {
    /// It is the provider's price of that region, or the region makes no difference.
    Listed,
    /// The reference region's price times this: an assumption.
    Factor(f64),
}

/// A unit price.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// The provider.
    pub cloud: Cloud,
    /// US dollars per unit in the provider's reference region.
    pub usd: f64,
    /// US dollars per unit by region; a code that ends in `*` stands for all regions that begin so.
    pub regions: BTreeMap<String, f64>,
    /// The unit.
    pub unit: String,
    /// What is paid for.
    pub item: String,
    /// Where it is written.
    pub sources: Vec<Source>,
    /// Where other regions' prices are written, by the key of `regions`; the same places where there is none.
    pub region_sources: BTreeMap<String, Vec<Source>>,
    /// How well it is known in the reference region.
    pub certainty: Certainty,
    /// The sources' names in one line.
    pub source: String,
    /// Until when it is known to hold: the latest of the sources.
    pub date: String,
    /// True when the region makes no difference.
    pub same_everywhere: bool,
    /// Where sources contradict each other, which was taken and why.
    pub conflict: Option<String>,
    /// Why it is kept although no pattern uses it.
    pub unused: Option<String>,
    /// Where the provider's price list has it.
    pub sku: Option<Sku>,
    /// What more of it in a month costs, in the order of the quantities; empty where every unit costs the same.
    pub tiers: Vec<Tier>,
}

/// A price from a quantity a month on.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Units of a month that are paid at the price before.
    pub from: f64,
    /// US dollars for each unit beyond them, in the reference region.
    pub usd: f64,
}

impl Price {
    /// The price of a region; `factor` is the region's price level, for where the price itself is not listed.
    pub fn in_region(&self, region: &str, factor: f64) -> RegionPrice {
        if let Some((_, usd)) = self.entry(region) {
            RegionPrice { usd, basis: RegionBasis::Listed, certainty: Certainty::of(self.sources_in(region)) }
        } else if self.same_everywhere || factor == 1.0 {
            RegionPrice { usd: self.usd, basis: RegionBasis::Listed, certainty: self.certainty }
        } else {
            // An assumption is confirmed nowhere.
            let basis = RegionBasis::Factor(factor);
            RegionPrice { usd: self.usd * factor, basis, certainty: Certainty::SingleSource }
        }
    }

    /// US dollars for a quantity of a month where the first unit costs `first`: each tier keeps its ratio to the price.
    pub fn total(&self, quantity: f64, first: f64) -> f64 {
        let mut total = 0.0;
        let (mut from, mut each) = (0.0, first);
        for tier in self.tiers.iter().take_while(|tier| tier.from < quantity) {
            total += (tier.from - from) * each;
            (from, each) = (tier.from, first * tier.usd / self.usd);
        }
        total + (quantity - from) * each
    }

    /// The region's own entry: the code itself, else the longest beginning.
    fn entry(&self, region: &str) -> Option<(&str, f64)> {
        let fits = |code: &str| code.strip_suffix('*').map_or(code == region, |start| region.starts_with(start));
        let longest = self.regions.iter().filter(|(code, _)| fits(code)).max_by_key(|(code, _)| code.len());
        self.regions.get_key_value(region).or(longest).map(|(code, usd)| (code.as_str(), *usd))
    }

    /// Where the price of a region is written.
    pub fn sources_in(&self, region: &str) -> &[Source] {
        let own = self.entry(region).and_then(|(code, _)| self.region_sources.get(code));
        own.unwrap_or(&self.sources)
    }
}

/// A discount for a commitment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Its name.
    pub name: String,
    /// Beginnings of the ids of the prices that it is for.
    pub prices: Vec<String>,
    /// Share saved, 0 to 1.
    pub discount: f64,
    /// What is given up.
    pub trade_off: String,
    /// Where it is written.
    pub source: String,
}

/// Price levels of a provider's regions against its reference region: the fallback where a region's price is not listed.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceLevels {
    /// The provider.
    pub cloud: Cloud,
    /// The region that prices are of where nothing else is said, which is also assumed where none is named.
    pub reference_region: String,
    /// The level of a region that is not listed.
    pub default: f64,
    /// Levels by region.
    pub regions: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    id: String,
    usd: f64,
    unit: String,
    item: String,
    sources: Vec<String>,
    #[serde(default)]
    regions: BTreeMap<String, f64>,
    #[serde(default)]
    region_sources: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    same_everywhere: bool,
    #[serde(default)]
    conflict: Option<String>,
    #[serde(default)]
    unused: Option<String>,
    #[serde(default)]
    sku: Option<Sku>,
    #[serde(default)]
    tiers: Vec<Tier>,
}

/// The provider's public price API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceApi {
    /// Its address.
    pub url: String,
    /// What it is called as a source.
    pub name: String,
    /// The environment's variable with the key that it asks for.
    #[serde(default)]
    pub key_variable: Option<String>,
}

/// One provider's file of prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// The provider.
    pub cloud: Cloud,
    /// The region of prices without a region.
    pub reference_region: String,
    /// Where they are refreshed from.
    pub api: PriceApi,
    sources: BTreeMap<String, Source>,
    #[serde(rename = "price")]
    prices: Vec<PriceEntry>,
    #[serde(default, rename = "commitment")]
    commitments: Vec<Commitment>,
    region_factors: BTreeMap<String, f64>,
}

/// What a file of prices holds, taken apart.
pub(crate) type PriceParts = (Vec<(String, Price)>, PriceLevels, Vec<Commitment>);

impl PriceList {
    /// Reads a file of prices.
    ///
    /// # Errors
    /// When it is not of the form that `data/prices/README.md` describes, with what is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The prices by id, in the file's order.
    ///
    /// # Errors
    /// When a price names a source that is not there.
    pub fn prices(&self) -> Result<Vec<(String, Price)>, String> {
        self.prices
            .iter()
            .map(|entry| {
                let named = |keys: &[String]| {
                    keys.iter()
                        .map(|key| {
                            let found = self.sources.get(key).cloned();
                            found.ok_or_else(|| format!("{}: there is no source `{key}`", entry.id))
                        })
                        .collect::<Result<Vec<Source>, String>>()
                };
                let sources = named(&entry.sources)?;
                let price = Price {
                    cloud: self.cloud,
                    usd: entry.usd,
                    regions: entry.regions.clone(),
                    unit: entry.unit.clone(),
                    item: entry.item.clone(),
                    source: sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join("; "),
                    date: sources.iter().map(|source| source.date.clone()).max().unwrap_or_default(),
                    region_sources: entry
                        .region_sources
                        .iter()
                        .map(|(region, keys)| Ok((region.clone(), named(keys)?)))
                        .collect::<Result<_, String>>()?,
                    certainty: Certainty::of(&sources),
                    sources,
                    same_everywhere: entry.same_everywhere,
                    conflict: entry.conflict.clone(),
                    unused: entry.unused.clone(),
                    sku: entry.sku.clone(),
                    tiers: entry.tiers.clone(),
                };
                Ok((entry.id.clone(), price))
            })
            .collect()
    }

    /// Every source by its key, and the keys that some price names.
    pub fn sources(&self) -> (&BTreeMap<String, Source>, BTreeSet<&str>) {
        let named =
            self.prices.iter().flat_map(|entry| entry.sources.iter().chain(entry.region_sources.values().flatten()));
        (&self.sources, named.map(String::as_str).collect())
    }

    pub(crate) fn into_parts(self) -> Result<PriceParts, String> {
        let prices = self.prices()?;
        let mut regions = self.region_factors;
        let default = regions.remove("default").ok_or("region_factors has no `default`")?;
        let levels = PriceLevels { cloud: self.cloud, reference_region: self.reference_region, default, regions };
        Ok((prices, levels, self.commitments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, kind: SourceKind) -> Source {
        Source { name: name.to_owned(), kind, date: "2026-11".to_owned() }
    }

    #[test]
    fn two_independent_sources_confirm_and_one_does_not() {
        use SourceKind::{Provider, Recalled, ThirdParty};
        for (sources, wanted) in [
            (vec![source("a", Provider)], Certainty::Published),
            (vec![source("a", ThirdParty)], Certainty::SingleSource),
            (vec![source("a", Recalled), source("b", Recalled)], Certainty::SingleSource),
            (vec![source("a", ThirdParty), source("a", ThirdParty)], Certainty::SingleSource),
            (vec![source("a", ThirdParty), source("b", ThirdParty)], Certainty::Published),
            (vec![source("a", Recalled), source("b", ThirdParty)], Certainty::Published),
            (vec![], Certainty::SingleSource),
        ] {
            assert_eq!(Certainty::of(&sources), wanted, "{sources:?}");
        }
    }

    const FILE: &str = r#"
        cloud = "aws"
        reference_region = "us-east-1"
        [api]
        url = "http://localhost"
        name = "list"
        [sources]
        one = { name = "One", kind = "third_party", date = "2026-01" }
        two = { name = "Two", kind = "recalled", date = "2026-03" }
        [[price]]
        id = "a.b"
        item = "B"
        unit = "hour"
        usd = 2.0
        regions = { "eu-*" = 2.2, eu-central-1 = 2.5 }
        region_sources = { eu-central-1 = ["two"] }
        sources = ["one", "two"]
        [region_factors]
        default = 1.5
        ap-1 = 1.1
    "#;

    #[test]
    fn a_listed_region_wins_over_a_factor_and_the_longest_beginning_over_a_shorter() {
        let list = PriceList::read(FILE).unwrap();
        let (_, price) = list.prices().unwrap().remove(0);
        for (region, factor, usd, basis, certainty) in [
            ("eu-central-1", 9.0, 2.5, RegionBasis::Listed, Certainty::SingleSource),
            ("eu-west-9", 9.0, 2.2, RegionBasis::Listed, Certainty::Published),
            ("ap-1", 1.1, 2.2, RegionBasis::Factor(1.1), Certainty::SingleSource),
            ("us-east-1", 1.0, 2.0, RegionBasis::Listed, Certainty::Published),
        ] {
            assert_eq!(price.in_region(region, factor), RegionPrice { usd, basis, certainty }, "{region}");
        }
        assert_eq!((price.source.as_str(), price.date.as_str()), ("One; Two", "2026-03"));
    }

    #[test]
    fn tiers_are_paid_one_after_another_and_keep_their_ratio_in_a_region() {
        let text = FILE.replace(
            "usd = 2.0",
            "usd = 2.0\n        tiers = [{ from = 10.0, usd = 1.0 }, { from = 30.0, usd = 0.5 }]",
        );
        let (_, price) = PriceList::read(&text).unwrap().prices().unwrap().remove(0);
        for (quantity, first, total) in
            [(0.0, 2.0, 0.0), (10.0, 2.0, 20.0), (12.0, 2.0, 22.0), (40.0, 2.0, 45.0), (12.0, 4.0, 44.0)]
        {
            assert!((price.total(quantity, first) - total).abs() < 1e-12, "{quantity} at {first}");
        }
    }

    #[test]
    fn a_source_that_is_not_there_is_an_error() {
        let list = PriceList::read(&FILE.replace(r#"["one", "two"]"#, r#"["three"]"#)).unwrap();
        assert_eq!(list.prices().unwrap_err(), "a.b: there is no source `three`");
    }
}
