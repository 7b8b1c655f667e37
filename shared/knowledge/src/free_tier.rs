//! What providers give without charge: shown beside an estimate, never taken off it.

use std::{collections::BTreeMap, sync::OnceLock};

use design::constraint::Cloud;
use serde::Deserialize;

/// Allowances under the same terms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeTier {
    /// The provider.
    pub cloud: Cloud,
    /// For whom and how long.
    pub terms: String,
    /// The regions that it is for; all when empty.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Where it is written.
    pub source: String,
    /// Until when it is known to hold.
    pub date: String,
    /// What is free each month, in the price's unit, by the price's id.
    pub allowances: BTreeMap<String, f64>,
}

/// Money that a new account gets once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// The provider.
    pub cloud: Cloud,
    /// US dollars.
    pub usd: f64,
    /// Months after which it is gone.
    pub months: f64,
    /// For whom.
    pub terms: String,
    /// Where it is written.
    pub source: String,
    /// Until when it is known to hold.
    pub date: String,
}

/// Everything that is free.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeTiers {
    /// Allowances each month.
    #[serde(rename = "free_tier")]
    pub monthly: Vec<FreeTier>,
    /// Credits, once.
    #[serde(rename = "credit")]
    pub credits: Vec<Credit>,
}

/// The embedded data.
pub fn all() -> &'static FreeTiers {
    static FILE: OnceLock<FreeTiers> = OnceLock::new();
    FILE.get_or_init(|| crate::region::compiled_in("free_tiers.toml", include_str!("../data/free_tiers.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_allowance_is_off_a_price_of_its_provider() {
        let prices = &Catalogue::embedded().unwrap().prices;
        for tier in &all().monthly {
            for (id, allowance) in &tier.allowances {
                let price = prices.get(id).unwrap_or_else(|| panic!("{id} is no price"));
                assert!(price.cloud == tier.cloud && *allowance > 0.0, "{id}");
            }
        }
    }

    #[test]
    fn no_price_has_two_allowances_in_a_region() {
        let mut seen = std::collections::BTreeSet::new();
        for tier in &all().monthly {
            assert!(tier.allowances.keys().all(|id| seen.insert(id)), "{}", tier.terms);
        }
    }
}
