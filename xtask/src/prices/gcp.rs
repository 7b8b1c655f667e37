//! The Google Cloud Billing Catalog API: pages of JSON, one list of entries for each service.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::{Answer, Matches, Wanted, Web, is_wanted};

/// Most pages of one service.
const PAGES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    skus: Vec<Entry>,
    #[serde(default)]
    next_page_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    description: String,
    #[serde(default)]
    category: Category,
    #[serde(default)]
    service_regions: Vec<String>,
    #[serde(default)]
    pricing_info: Vec<PricingInfo>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Category {
    resource_family: String,
    resource_group: String,
    usage_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PricingInfo {
    pricing_expression: PricingExpression,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PricingExpression {
    #[serde(default)]
    tiered_rates: Vec<TieredRate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TieredRate {
    #[serde(default)]
    start_usage_amount: f64,
    unit_price: Money,
}

/// Whole units as text, because JSON numbers are too small for them, and billionths.
#[derive(Deserialize)]
struct Money {
    #[serde(default)]
    units: String,
    #[serde(default)]
    nanos: i64,
}

impl Entry {
    fn value(&self, column: &str) -> &str {
        match column {
            "description" => &self.description,
            "resourceFamily" => &self.category.resource_family,
            "resourceGroup" => &self.category.resource_group,
            "usageType" => &self.category.usage_type,
            _ => "",
        }
    }
}

/// What the price list says of each wanted price.
pub fn answers(url: &str, key: &str, wanted: &[Wanted], web: &Web) -> Result<Vec<Answer>> {
    let mut services: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    let mut answers = Vec::new();
    for one in wanted {
        let service = one.sku.service.as_str();
        if !services.contains_key(service) {
            services.insert(service, entries(url, key, service, web)?);
        }
        let fits = |entry: &&Entry| {
            let here = |region: &String| *region == one.region || region == "global";
            (one.same_everywhere || entry.service_regions.iter().any(here))
                && ["", "OnDemand"].contains(&entry.category.usage_type.as_str())
                && one.sku.wanted.iter().all(|(column, value)| is_wanted(entry.value(column), value))
        };
        let mut matches = Matches::default();
        for entry in services.get(service).into_iter().flatten().filter(fits) {
            // The last one is the one that holds.
            for rate in entry.pricing_info.last().iter().flat_map(|info| &info.pricing_expression.tiered_rates) {
                let whole: f64 = rate.unit_price.units.parse().unwrap_or(0.0);
                matches.add(rate.start_usage_amount, whole + rate.unit_price.nanos as f64 / 1e9);
            }
        }
        answers.push(matches.answer(one.sku.scale));
    }
    Ok(answers)
}

fn entries(url: &str, key: &str, service: &str, web: &Web) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    let mut token = String::new();
    for _ in 0..PAGES {
        // The key stays out of what is shown.
        let shown = format!("{url}/v1/services/{service}/skus");
        let page: Page =
            web.json(&format!("{shown}?currencyCode=USD&pageSize=5000&pageToken={token}&key={key}"), &shown)?;
        all.extend(page.skus);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    Ok(all)
}
