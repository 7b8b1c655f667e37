//! The Azure Retail Prices API: pages of JSON for a filter.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Matches, Wanted, Web, is_wanted};

/// Most pages of one question: more would be a filter that filters nothing.
const PAGES: usize = 50;

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "Items")]
    items: Vec<serde_json::Map<String, Value>>,
    #[serde(rename = "NextPageLink", default)]
    next: Option<String>,
}

/// A value in a filter: quotes are doubled.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// The question for a price: what must be equal is asked of the service, the rest is looked at here.
fn filter(one: &Wanted) -> String {
    let mut terms =
        vec![format!("serviceName eq {}", quoted(&one.sku.service)), "priceType eq 'Consumption'".to_owned()];
    if !one.same_everywhere {
        terms.push(format!("armRegionName eq {}", quoted(&one.region)));
    }
    let equal = one.sku.wanted.iter().filter(|(_, value)| !value.starts_with('!') && !value.contains('*'));
    terms.extend(equal.map(|(name, value)| format!("{name} eq {}", quoted(value))));
    terms.join(" and ")
}

/// What the price list says of each wanted price.
pub fn answers(url: &str, wanted: &[Wanted], reference_region: &str, web: &Web) -> Result<Vec<Answer>> {
    let mut asked: BTreeMap<String, Vec<serde_json::Map<String, Value>>> = BTreeMap::new();
    let mut answers = Vec::new();
    for one in wanted {
        let filter = filter(one);
        if !asked.contains_key(&filter) {
            asked.insert(filter.clone(), items(url, &filter, web)?);
        }
        let text = |item: &serde_json::Map<String, Value>, name: &str| {
            item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let fits = |item: &&serde_json::Map<String, Value>| {
            text(item, "type") == "Consumption"
                && text(item, "currencyCode") == "USD"
                && one.sku.wanted.iter().all(|(name, value)| is_wanted(&text(item, name), value))
        };
        let mut here = Matches::default();
        let mut anywhere = Matches::default();
        for item in asked.get(&filter).into_iter().flatten().filter(fits) {
            let number = |name: &str| item.get(name).and_then(Value::as_f64);
            let (Some(usd), from) = (number("retailPrice"), number("tierMinimumUnits").unwrap_or(0.0)) else {
                continue;
            };
            anywhere.add(from, usd);
            if text(item, "armRegionName") == reference_region {
                here.add(from, usd);
            }
        }
        // What costs the same everywhere is listed for each region, or for none.
        let matches = if one.same_everywhere && here != Matches::default() { here } else { anywhere };
        answers.push(matches.answer(one.sku.scale));
    }
    Ok(answers)
}

fn items(url: &str, filter: &str, web: &Web) -> Result<Vec<serde_json::Map<String, Value>>> {
    let mut all = Vec::new();
    let mut next = Some(format!("{url}/api/retail/prices?currencyCode='USD'&$filter={}", encoded(filter)));
    for _ in 0..PAGES {
        let Some(address) = next.take() else { break };
        let page: Page = web.json(&address, &format!("{url}/api/retail/prices with {filter}"))?;
        all.extend(page.items);
        next = page.next.filter(|next| !next.is_empty());
    }
    Ok(all)
}

/// The filter as it may stand in an address.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'\'' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
