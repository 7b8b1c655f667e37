//! The amount of data that is stored and that comes in.

use design::constraint::DataVolume;

use crate::{
    confidence::{APPROXIMATE, ASSUMED, BOUND, EXPLICIT, VAGUE, Weigher},
    measure::{Measure, Noun, Unit},
    reader::{Found, Reader, show},
    text::Span,
};

/// Days of new data that are taken as the stock when only the daily amount is said.
const DAYS_IN_STOCK: f64 = 30.0;

/// How much data there is.
pub fn read(reader: &Reader) -> Option<Found<DataVolume>> {
    struct Amount<'a> {
        measure: &'a Measure,
        gigabytes: f64,
        score: f64,
        cue: Option<(Span, usize)>,
    }
    let mut stored: Vec<Amount> = Vec::new();
    let mut daily: Vec<Amount> = Vec::new();
    let mut records: Vec<(&Measure, f64, f64)> = Vec::new();
    for measure in &reader.measures {
        let at = measure.at();
        if reader.is_history(at) || measure.quantity.high <= 0.0 {
            continue;
        }
        let future = if reader.clause_has("future", at) { 0.4 } else { 1.0 };
        match (measure.unit, measure.noun, measure.period) {
            (Unit::Data(gigabytes), _, period) => {
                let decoy = reader.near("decoy.volume", measure.span);
                let behind = reader.document.lower(measure.span.to);
                // `10 GB/s` is a bandwidth; a decoy right beside the amount names what it is.
                if decoy.is_some_and(|(_, distance)| distance <= 4)
                    || period.is_some_and(|period| period.seconds < 60.0)
                    || matches!(behind, "ram" | "vram" | "memory" | "gpu" | "gpus")
                {
                    continue;
                }
                let cue = reader.cue("cue.volume", measure.span);
                let score = (0.4 + reader.closeness(cue) - 0.8 * reader.closeness(decoy)) * future;
                if score < 0.25 {
                    continue;
                }
                let value = measure.quantity.high * gigabytes;
                let amount = Amount { measure, gigabytes: value, score, cue };
                match period {
                    Some(period) => {
                        daily.push(Amount { gigabytes: value * 86_400.0 / period.seconds, ..amount });
                    }
                    None => stored.push(amount),
                }
            }
            (Unit::Bare, Some((Noun::Record { kilobytes }, _)), None)
                if measure.quantity.high >= 100.0 && !measure.quantity.vague =>
            {
                let users = kilobytes > 1.0 && kilobytes < 100.0 && reader.cue("cue.volume", measure.span).is_none();
                if !users {
                    records.push((measure, measure.quantity.high, kilobytes));
                }
            }
            (
                Unit::Bare | Unit::Money(_) | Unit::Time(_) | Unit::Rate(_) | Unit::Percent,
                None
                | Some((
                    Noun::Request | Noun::Record { .. } | Noun::Device | Noun::Person | Noun::People | Noun::Other,
                    _,
                )),
                _,
            ) => {}
        }
    }
    let best = |amounts: Vec<Amount<'_>>| -> Option<(f64, Span, Weigher, String)> {
        let count = amounts.len();
        let amount = amounts.into_iter().max_by(|a, b| a.score.total_cmp(&b.score))?;
        let quantity = &amount.measure.quantity;
        let words = reader.document.quote(amount.measure.span);
        let weigher = Weigher::default().support(format!("amount of data “{words}”"), EXPLICIT);
        let weigher = reader
            .weigh(weigher, amount.cue, amount.measure.at())
            .penalty_if(quantity.approximate, "approximate", APPROXIMATE)
            .penalty_if(quantity.vague, "vague number", VAGUE)
            .penalty_if(count > 1, "several amounts are given", APPROXIMATE);
        Some((amount.gigabytes, amount.measure.span, weigher, words))
    };
    // The table with the most rows is the data; smaller ones describe it.
    let rows = records.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let count = rows.map(|(_, count, _)| count);
    match (best(stored), best(daily)) {
        (Some((gigabytes, span, weigher, words)), daily) => {
            let mut spans = vec![span];
            let mut steps = vec![format!("“{words}” = {} GB", show(gigabytes))];
            let weigher = weigher.support_if(daily.is_some(), "daily amount is given too", BOUND);
            let daily_gb = daily.map(|(daily, span, _, words)| {
                spans.push(span);
                steps.push(format!("“{words}” = {} GB per day", show(daily)));
                daily
            });
            spans.extend(rows.map(|(measure, _, _)| measure.span));
            Some(Found {
                value: DataVolume { stored_gb: gigabytes, daily_gb, records: count },
                spans,
                weigher,
                derivation: Some(steps.join("; ")),
            })
        }
        (None, Some((daily, span, weigher, words))) => Some(Found {
            value: DataVolume { stored_gb: daily * DAYS_IN_STOCK, daily_gb: Some(daily), records: count },
            spans: std::iter::once(span).chain(rows.map(|(measure, _, _)| measure.span)).collect(),
            weigher: weigher.penalty("what is stored is not said", ASSUMED),
            derivation: Some(format!(
                "“{words}” = {} GB per day; nothing is said of the stock, {DAYS_IN_STOCK} days are assumed",
                show(daily)
            )),
        }),
        (None, None) => {
            let (measure, count, kilobytes) = rows?;
            let cue = reader.cue("cue.volume", measure.span);
            let weigher = Weigher::default()
                .support(format!("counted records “{}”", reader.document.quote(measure.span)), EXPLICIT);
            Some(Found {
                value: DataVolume { stored_gb: count * kilobytes / 1e6, daily_gb: None, records: Some(count) },
                spans: vec![measure.span],
                weigher: reader.weigh(weigher, cue, measure.at()).penalty("size of a record is assumed", ASSUMED),
                derivation: Some(format!(
                    "{} records × {kilobytes} kB assumed each = {} GB",
                    show(count),
                    show(count * kilobytes / 1e6)
                )),
            })
        }
    }
}
