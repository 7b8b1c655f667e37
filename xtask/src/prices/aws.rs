//! The AWS Price List bulk API: one CSV file for each service and region, some of hundreds of megabytes, read as they
//! come in.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{Answer, Matches, Wanted, Web, is_wanted};

/// What must stand in which columns for a row to be of a price.
type Conditions<'a> = Vec<(usize, &'a str)>;

/// The columns that hold the price itself.
struct Terms {
    term: usize,
    from: usize,
    price: usize,
    currency: usize,
}

/// What a usage type is without the region that it begins with: `EUC1-Requests-Tier1`, `us-west-2-KMS-Keys`.
fn without_region(usage: &str) -> &str {
    let is_code = |head: &str| {
        (2..=5).contains(&head.len())
            && head.starts_with(|first: char| first.is_ascii_uppercase())
            && head.chars().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
    };
    if let Some((head, rest)) = usage.split_once('-')
        && is_code(head)
    {
        return rest;
    }
    let parts: Vec<&str> = usage.splitn(4, '-').collect();
    match parts.as_slice() {
        [land, _, number, rest] if land.len() == 2 && number.len() == 1 && number.parse::<u8>().is_ok() => rest,
        _ => usage,
    }
}

/// What the price list says of each wanted price.
pub fn answers(url: &str, wanted: &[Wanted], web: &Web) -> Result<Vec<Answer>> {
    let mut offers: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, one) in wanted.iter().enumerate() {
        offers.entry((&one.sku.service, &one.region)).or_default().push(index);
    }
    let mut matches = vec![Matches::default(); wanted.len()];
    for ((service, region), indices) in offers {
        let address = format!("{url}/offers/v1.0/aws/{service}/current/{region}/index.csv");
        let Some(body) = web.get(&address, &address)? else { continue };
        read(body, wanted, &indices, &mut matches).with_context(|| format!("{address}; no price was changed"))?;
    }
    Ok(wanted.iter().zip(&matches).map(|(one, matches)| matches.answer(one.sku.scale)).collect())
}

fn read(body: impl std::io::Read, wanted: &[Wanted], indices: &[usize], matches: &mut [Matches]) -> Result<()> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
    let mut row = csv::StringRecord::new();
    let mut columns: Option<(Terms, Vec<Conditions<'_>>)> = None;
    while rows.read_record(&mut row)? {
        let Some((terms, conditions)) = &columns else {
            // A few lines about the file itself come first.
            if row.get(0) == Some("SKU") {
                let column = |name: &str| {
                    row.iter()
                        .position(|column| column.eq_ignore_ascii_case(name))
                        .with_context(|| format!("it has no column `{name}`"))
                };
                let terms = Terms {
                    term: column("TermType")?,
                    from: column("StartingRange")?,
                    price: column("PricePerUnit")?,
                    currency: column("Currency")?,
                };
                let conditions = indices
                    .iter()
                    .map(|index| {
                        let named = wanted[*index].sku.wanted.iter();
                        named.map(|(name, value)| Ok((column(name)?, value.as_str()))).collect()
                    })
                    .collect::<Result<_>>()?;
                columns = Some((terms, conditions));
            }
            continue;
        };
        let cell = |column: usize| row.get(column).unwrap_or_default();
        if cell(terms.term) != "OnDemand" || cell(terms.currency) != "USD" {
            continue;
        }
        for (index, conditions) in indices.iter().zip(conditions) {
            let fits = |(column, value): &(usize, &str)| {
                is_wanted(cell(*column), value) || is_wanted(without_region(cell(*column)), value)
            };
            if conditions.iter().all(fits)
                && let (Ok(from), Ok(usd)) = (number(cell(terms.from)), cell(terms.price).parse())
            {
                matches[*index].add(from, usd);
            }
        }
    }
    columns.map(|_| ()).context("it has no line that begins with SKU")
}

/// Where a tier begins; what has no tiers begins with nothing.
fn number(cell: &str) -> Result<f64, std::num::ParseFloatError> {
    if cell.is_empty() { Ok(0.0) } else { cell.parse() }
}

#[cfg(test)]
mod tests {
    use super::without_region;

    #[test]
    fn the_region_of_a_usage_type_is_taken_off_and_nothing_else() {
        for (usage, rest) in [
            ("EUC1-Requests-Tier1", "Requests-Tier1"),
            ("EU-Requests-Tier1", "Requests-Tier1"),
            ("us-west-2-KMS-Keys", "KMS-Keys"),
            ("Requests-Tier1", "Requests-Tier1"),
            ("Tables-TimedStorage-ByteHrs", "Tables-TimedStorage-ByteHrs"),
            ("Lambda-GB-Second", "Lambda-GB-Second"),
            ("USE1-Fargate-vCPU-Hours:perCPU", "Fargate-vCPU-Hours:perCPU"),
        ] {
            assert_eq!(without_region(usage), rest);
        }
    }
}
