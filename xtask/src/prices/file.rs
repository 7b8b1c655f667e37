//! Editing a price file: numbers and their sources change, everything else stays as it was written.

use anyhow::{Context, Result};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::{Outcome, Wanted};

/// The key of the provider's API among a file's sources.
const SOURCE: &str = "api";

/// A number of dollars as a person writes it, without an exponent.
pub fn decimal(usd: f64) -> String {
    let text = format!("{usd:.14}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// A number as a value, with the white space and the comment of the one it replaces.
fn replaced(old: Option<&Value>, usd: f64) -> Result<Value> {
    let mut value: Value = decimal(usd).parse().context("a price is no number")?;
    if let Some(old) = old {
        *value.decor_mut() = old.decor().clone();
    }
    Ok(value)
}

/// The file with the new prices, whose source is then the provider's own list.
pub fn edited(
    text: &str,
    outcomes: &[(Wanted, Outcome)],
    reference_region: &str,
    api: &str,
    today: &str,
) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let confirmed = outcomes.iter().filter_map(|(wanted, outcome)| match outcome {
        Outcome::Same => Some((wanted, wanted.usd)),
        Outcome::New(usd) => Some((wanted, *usd)),
        Outcome::Kept(_) => None,
    });
    let mut any = false;
    for (wanted, usd) in confirmed {
        any = true;
        let prices = document.get_mut("price").and_then(Item::as_array_of_tables_mut).context("there are no prices")?;
        let entry = prices
            .iter_mut()
            .find(|entry| entry.get("id").and_then(Item::as_str) == Some(wanted.id.as_str()))
            .with_context(|| format!("there is no price `{}`", wanted.id))?;
        if wanted.region == reference_region {
            let old = entry.get("usd").and_then(Item::as_value).cloned();
            entry["usd"] = Item::Value(replaced(old.as_ref(), usd)?);
            add_source(entry, "sources");
        } else {
            let regions =
                entry.get_mut("regions").and_then(Item::as_inline_table_mut).context("`regions` is no table")?;
            let old = regions.get(&wanted.region).cloned();
            regions.insert(&wanted.region, replaced(old.as_ref(), usd)?);
            add_region_source(entry, &wanted.region);
        }
    }
    if any {
        let sources = document.get_mut("sources").and_then(Item::as_table_mut).context("there are no sources")?;
        let mut source = InlineTable::new();
        source.insert("name", api.into());
        source.insert("kind", "provider".into());
        source.insert("date", today.into());
        sources.insert(SOURCE, Item::Value(Value::InlineTable(source)));
    }
    Ok(document.to_string())
}

/// Puts the provider's list first among the sources.
fn add_source(entry: &mut Table, name: &str) {
    if let Some(sources) = entry.get_mut(name).and_then(Item::as_array_mut) {
        first(sources);
    }
}

fn add_region_source(entry: &mut Table, region: &str) {
    if entry.get("region_sources").is_none() {
        // Whatever stood for all is from now on only for the others.
        entry.insert("region_sources", Item::Value(Value::InlineTable(InlineTable::new())));
    }
    let Some(by_region) = entry.get_mut("region_sources").and_then(Item::as_inline_table_mut) else { return };
    if by_region.get(region).is_none() {
        by_region.insert(region, Value::Array(Array::new()));
    }
    if let Some(sources) = by_region.get_mut(region).and_then(Value::as_array_mut) {
        first(sources);
    }
}

fn first(sources: &mut Array) {
    if !sources.iter().any(|source| source.as_str() == Some(SOURCE)) {
        sources.insert(0, SOURCE);
        // The second one was the first and had no space before it.
        if let Some(second) = sources.get_mut(1) {
            second.decor_mut().set_prefix(" ");
        }
    }
}
