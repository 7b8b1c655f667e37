//! The amount of data that is stored and that comes in.

use design::constraint::{DataVolume, Throughput};

use crate::{
    confidence::{APPROXIMATE, ASSUMED, BOUND, EXPLICIT, PERIOD, VAGUE, Weigher},
    field::{
        many::of_each_thing,
        size::{ItemSize, item_size},
    },
    measure::{Measure, Noun, Unit},
    reader::{Found, Reader, show},
    text::Span,
};

/// Days of new data that are taken as the stock when only the daily amount is said.
const DAYS_IN_STOCK: f64 = 30.0;

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// How much data there is. The load is that of the text, because items have it: "9,000 scans a day, 20 MB each".
pub fn read(reader: &Reader, load: Option<&Found<Throughput>>) -> Option<Found<DataVolume>> {
    let items = of_items(reader, load);
    let stated = amounts(reader, items.as_ref().map(|items| items.size.measure.span));
    match (stated, items) {
        (stated, None) => stated.map(|(stated, _)| stated),
        (None, Some(items)) => Some(items.found()),
        // A size that is said wins over one that is assumed.
        (Some((counted, true)), Some(items)) => {
            let mut found = items.found();
            found.value.records = found.value.records.or(counted.value.records);
            Some(found)
        }
        (Some((stated, false)), Some(items)) => Some(items.beside(stated)),
    }
}

/// What follows from the size of one item.
struct OfItems<'a> {
    size: ItemSize<'a>,
    /// What comes in each day, with how it was derived.
    daily: Option<(f64, String)>,
    /// What is stored, with how it was derived, and how many items that is.
    stored: Option<(f64, String, f64)>,
    weigher: Weigher,
    spans: Vec<Span>,
}

/// The size of one item, times how many there are or come in.
fn of_items<'a>(reader: &'a Reader, load: Option<&Found<Throughput>>) -> Option<OfItems<'a>> {
    let document = &reader.document;
    let size = (0..reader.measures.len())
        .filter(|index| !reader.is_history(reader.measures[*index].at()))
        .find_map(|index| item_size(reader, index))?;
    let gigabytes = size.kilobytes / 1e6;
    let words = document.quote(size.measure.span);
    let weigher = Weigher::default().support(format!("size of one “{words}”"), EXPLICIT).support_if(
        size.items.is_some(),
        "how many there are is counted",
        PERIOD,
    );
    let weigher = reader
        .weigh(weigher, None, size.measure.at())
        .penalty_if(size.measure.quantity.approximate, "approximate", APPROXIMATE)
        .penalty_if(size.measure.quantity.vague, "vague number", VAGUE);
    let mut spans = vec![size.measure.span];
    // The load that was read is that of these items when its words count them; nothing else counted is a load then.
    let is_load = |items: &Measure| {
        items.period.is_some()
            || matches!(items.unit, Unit::Rate(_))
            || load.is_some_and(|load| load.spans.iter().any(|span| span.overlaps(items.span)))
    };
    let (mut daily, mut stored) = (None, None);
    match size.items {
        Some(items) if is_load(items) => {
            let average = load.map(|load| load.value.average_per_second).filter(|average| *average > 0.0);
            let a_day = average.map(|average| average * DAY).or_else(|| {
                items
                    .period
                    .filter(|period| period.seconds > 0.0)
                    .map(|period| items.quantity.high * DAY / period.seconds)
            });
            spans.push(items.span);
            daily = a_day.map(|a_day| {
                let total = a_day * gigabytes;
                (total, format!("{} a day × “{words}” = {} GB per day", show(a_day), show(total)))
            });
        }
        Some(items) => {
            let count = items.quantity.high;
            spans.push(items.span);
            let total = count * gigabytes;
            stored = Some((total, format!("“{}” × “{words}” = {} GB", document.quote(items.span), show(total)), count));
        }
        None => {
            daily = load.map(|load| {
                let a_day = load.value.average_per_second * DAY;
                let total = a_day * gigabytes;
                (total, format!("{} a day × “{words}” = {} GB per day", show(a_day), show(total)))
            });
        }
    }
    if !size.measure.span.overlaps(size.said) && !spans.contains(&size.said) {
        spans.push(size.said);
    }
    Some(OfItems { size, daily, stored, weigher, spans })
}

impl OfItems<'_> {
    /// What one request carries; what is stored is not what comes in.
    fn payload(&self) -> Option<f64> {
        self.stored.is_none().then_some(self.size.kilobytes)
    }

    /// The volume that rests on the items alone.
    fn found(self) -> Found<DataVolume> {
        let item_kb = self.payload();
        let Self { size, daily, stored, weigher, spans } = self;
        let (value, weigher, derivation) = match (daily, stored) {
            (Some((daily, step)), _) => (
                DataVolume { stored_gb: daily * DAYS_IN_STOCK, daily_gb: Some(daily), records: None, item_kb },
                weigher.penalty("what is stored is not said", ASSUMED),
                format!("{step}; nothing is said of the stock, {DAYS_IN_STOCK} days are assumed"),
            ),
            (None, Some((stored, step, count))) => {
                (DataVolume { stored_gb: stored, daily_gb: None, records: Some(count), item_kb }, weigher, step)
            }
            (None, None) => (
                DataVolume { stored_gb: 0.0, daily_gb: None, records: None, item_kb },
                weigher.penalty("only the size of one is said", VAGUE),
                format!("{} kB each; nothing is said of how many there are", show(size.kilobytes)),
            ),
        };
        Found { value, spans, weigher, derivation: Some(derivation) }
    }

    /// The volume beside one that is stated, whose own amounts win.
    fn beside(self, mut stated: Found<DataVolume>) -> Found<DataVolume> {
        stated.value.item_kb = self.payload();
        let mut steps: Vec<String> = stated.derivation.into_iter().collect();
        if let Some((daily, step)) = self.daily.filter(|_| stated.value.daily_gb.is_none()) {
            stated.value.daily_gb = Some(daily);
            steps.push(step);
        }
        stated.spans.extend(self.spans);
        stated.derivation = Some(steps.join("; "));
        stated
    }
}

/// Amounts of data that are stored or come in, and counted records; true when the amount is only that of records whose
/// size is assumed. `item` is what is the size of one.
fn amounts(reader: &Reader, item: Option<Span>) -> Option<(Found<DataVolume>, bool)> {
    struct Amount<'a> {
        measure: &'a Measure,
        gigabytes: f64,
        score: f64,
        cue: Option<(Span, usize)>,
        step: Option<String>,
    }
    let mut stored: Vec<Amount> = Vec::new();
    let mut daily: Vec<Amount> = Vec::new();
    let mut records: Vec<(&Measure, f64, f64)> = Vec::new();
    for (index, measure) in reader.measures.iter().enumerate() {
        let at = measure.at();
        // The size of one is no amount of all, neither the one that was taken nor another.
        let one = item == Some(measure.span) || item_size(reader, index).is_some();
        if reader.is_history(at) || measure.quantity.high <= 0.0 || one {
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
                let amount = Amount { measure, gigabytes: value, score, cue, step: None };
                match period {
                    Some(period) => {
                        // "40 cameras, each uploads 4 GB a day."
                        let many = of_each_thing(reader, index);
                        let total = many.as_ref().map_or(1.0, |many| many.count) * value * DAY / period.seconds;
                        let words = reader.document.quote(measure.span);
                        let step = many.map(|many| format!("{} × “{words}” = {} GB per day", many.words, show(total)));
                        daily.push(Amount { gigabytes: total, step, ..amount });
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
    let best = |amounts: Vec<Amount<'_>>, what: &str| -> Option<(f64, Span, Weigher, String)> {
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
        let step = amount.step.unwrap_or_else(|| format!("“{words}” = {} GB{what}", show(amount.gigabytes)));
        Some((amount.gigabytes, amount.measure.span, weigher, step))
    };
    // The table with the most rows is the data; smaller ones describe it.
    let rows = records.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let count = rows.map(|(_, count, _)| count);
    let found = match (best(stored, ""), best(daily, " per day")) {
        (Some((gigabytes, span, weigher, step)), daily) => {
            let mut spans = vec![span];
            let mut steps = vec![step];
            let weigher = weigher.support_if(daily.is_some(), "daily amount is given too", BOUND);
            let daily_gb = daily.map(|(daily, span, _, step)| {
                spans.push(span);
                steps.push(step);
                daily
            });
            spans.extend(rows.map(|(measure, _, _)| measure.span));
            Found {
                value: DataVolume { stored_gb: gigabytes, daily_gb, records: count, item_kb: None },
                spans,
                weigher,
                derivation: Some(steps.join("; ")),
            }
        }
        (None, Some((daily, span, weigher, step))) => Found {
            value: DataVolume {
                stored_gb: daily * DAYS_IN_STOCK,
                daily_gb: Some(daily),
                records: count,
                item_kb: None,
            },
            spans: std::iter::once(span).chain(rows.map(|(measure, _, _)| measure.span)).collect(),
            weigher: weigher.penalty("what is stored is not said", ASSUMED),
            derivation: Some(format!("{step}; nothing is said of the stock, {DAYS_IN_STOCK} days are assumed")),
        },
        (None, None) => {
            let (measure, count, kilobytes) = rows?;
            let cue = reader.cue("cue.volume", measure.span);
            let weigher = Weigher::default()
                .support(format!("counted records “{}”", reader.document.quote(measure.span)), EXPLICIT);
            let found = Found {
                value: DataVolume {
                    stored_gb: count * kilobytes / 1e6,
                    daily_gb: None,
                    records: Some(count),
                    item_kb: None,
                },
                spans: vec![measure.span],
                weigher: reader.weigh(weigher, cue, measure.at()).penalty("size of a record is assumed", ASSUMED),
                derivation: Some(format!(
                    "{} records × {kilobytes} kB assumed each = {} GB",
                    show(count),
                    show(count * kilobytes / 1e6)
                )),
            };
            return Some((found, true));
        }
    };
    Some((found, false))
}
