//! Unit prices with their source and date.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How well a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The provider's published list price.
    #[default]
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
}

/// A unit price in us-east-1.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// US dollars per unit.
    pub usd: f64,
    /// The unit.
    pub unit: String,
    /// What is paid for.
    pub item: String,
    /// How well it is known.
    pub certainty: Certainty,
    /// Where it is written.
    pub source: String,
    /// Until when it is known to hold, year and month.
    pub date: String,
    /// True when the region makes no difference.
    pub same_everywhere: bool,
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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    id: String,
    usd: f64,
    unit: String,
    item: String,
    #[serde(default)]
    certainty: Certainty,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceSource {
    name: String,
    date: String,
    #[serde(default)]
    same_everywhere: bool,
    prices: Vec<PriceEntry>,
}

/// The file of prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceList {
    source: Vec<PriceSource>,
    commitment: Vec<Commitment>,
    region_factors: BTreeMap<String, f64>,
}

impl PriceList {
    pub(crate) fn into_parts(self) -> (BTreeMap<String, Price>, BTreeMap<String, f64>, Vec<Commitment>) {
        let mut prices = BTreeMap::new();
        for source in self.source {
            for entry in source.prices {
                prices.insert(
                    entry.id,
                    Price {
                        usd: entry.usd,
                        unit: entry.unit,
                        item: entry.item,
                        certainty: entry.certainty,
                        source: source.name.clone(),
                        date: source.date.clone(),
                        same_everywhere: source.same_everywhere,
                    },
                );
            }
        }
        (prices, self.region_factors, self.commitment)
    }
}
