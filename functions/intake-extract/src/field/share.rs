//! Amounts that are a part or a multiple of others: money for each of many users, "a tenth of what it used to be", "the
//! busiest hour takes 10 % of them".

use crate::{
    field::many::{Many, is_number_of, thing_named},
    measure::{Measure, Noun, Unit},
    reader::Reader,
    text::Span,
};

/// Tokens around money in which the things are counted that each have it.
const THINGS_AROUND: usize = 40;
/// Tokens behind money in which "per user" or "each" speaks of it.
const EACH_BEHIND: usize = 5;
/// Words of description before a thing: "per active user".
const DESCRIPTION: usize = 2;

/// Whether money is that of each of many.
pub enum Each {
    /// It is a whole.
    No,
    /// It is that of each of so many.
    Of(Many),
    /// It is that of each of something that nobody counted.
    Uncounted,
}

/// "40 cents per active user per month", "90 Dollar pro Nutzer und Monat bei 50 Nutzern", "$9.99 a month each".
pub fn money_of_each(reader: &Reader, money: &Measure) -> Each {
    if !matches!(money.unit, Unit::Money(_)) {
        return Each::No;
    }
    let document = &reader.document;
    let from = money.quantity.span.to;
    let sentence = document.sentence_span(money.at());
    let to = sentence.to.min(from.max(money.span.to) + EACH_BEHIND);
    let alone = (money.span.to..to.min(money.span.to + 2))
        .any(|at| matches!(document.lower(at), "each" | "apiece" | "jeweils" | "chacun" | "chacune"));
    if alone {
        return Each::Uncounted;
    }
    for each in reader.hits.within("each", Span::new(from, to)) {
        let time = (each.span.to..each.span.to + 2).any(|at| reader.hits.at("time", at).is_some());
        let preposition = matches!(document.lower(each.span.from), "per" | "pro" | "par" | "por" | "je");
        if time || !preposition {
            continue;
        }
        // "Per active user": what is counted may stand behind its description.
        for skipped in 0..=DESCRIPTION {
            let start = Span::new(each.span.from, each.span.to + skipped);
            let Some(name) = thing_named(reader, start) else { break };
            let counted = reader
                .measures_around(money.at(), THINGS_AROUND)
                .map(|(_, thing)| thing)
                .filter(|thing| {
                    let countable = match thing.noun {
                        None
                        | Some((Noun::Record { .. } | Noun::Device | Noun::Person | Noun::People | Noun::Other, _)) => {
                            true
                        }
                        Some((Noun::Request, _)) => false,
                    };
                    thing.unit == Unit::Bare
                        && countable
                        && thing.quantity.high > 1.0
                        && !thing.quantity.vague
                        && is_number_of(reader, thing, &name)
                        && !reader.is_history(thing.at())
                })
                .min_by_key(|thing| thing.span.distance(money.span));
            if let Some(thing) = counted {
                return Each::Of(Many {
                    count: thing.quantity.high,
                    span: thing.span,
                    words: document.quote(thing.span),
                });
            }
        }
    }
    Each::No
}

/// A part of an amount that was spoken of before.
pub struct Part<'a> {
    /// The part, below 1.
    pub part: f64,
    /// Its words.
    pub span: Span,
    /// The amount.
    pub whole: &'a Measure,
}

/// "A tenth of what it used to be": a fraction of the last amount of money with a period before it, which may well be one
/// that is over.
pub fn part_of_before(reader: &Reader) -> Option<Part<'_>> {
    reader.hits.of("fraction").find_map(|hit| {
        let mut next = hit.span.to;
        while next < hit.span.to + 2 && reader.hits.at("fraction_link", next).is_some() {
            next += 1;
        }
        let amount = [hit.span.to, next].into_iter().find_map(|at| reader.hits.at("earlier_amount", at))?;
        let part: f64 = hit.meaning.value.parse().ok()?;
        let whole = reader.measures.iter().rev().find(|measure| {
            let long = measure.period.is_some_and(|period| period.seconds > 100_000.0);
            matches!(measure.unit, Unit::Money(_)) && long && measure.span.to <= hit.span.from
        })?;
        let denied = reader.denial(hit.span).is_some() || reader.clause_has("hypothetical", hit.span.from);
        (!denied).then(|| Part { part, span: hit.span.hull(amount.span), whole })
    })
}

/// Seconds of an hour.
const HOUR: f64 = 3600.0;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The share of a day's load that the busiest hour has, with its words: "the busiest hour takes 10 % of them", "a fifth of
/// them fall in the busiest hour".
pub fn busiest_hour(reader: &Reader) -> Option<(f64, Span)> {
    reader.hits.of("busy_hour").find_map(|hour| {
        let sentence = reader.document.sentence_span(hour.span.from);
        let percent = reader
            .measures_around(hour.span.from, 40)
            .map(|(_, measure)| measure)
            .filter(|measure| measure.unit == Unit::Percent && sentence.overlaps(measure.span))
            .map(|measure| (measure.quantity.high / 100.0, measure.span))
            .min_by_key(|(_, span)| span.distance(hour.span));
        let fraction = reader.hits.within("fraction", sentence).find_map(|hit| {
            // "A fifth of them", and not "a fifth of a second".
            let time = (hit.span.to..hit.span.to + 3).any(|at| reader.hits.at("time", at).is_some());
            let part: f64 = hit.meaning.value.parse().ok()?;
            (!time).then_some((part, hit.span))
        });
        let (share, span) = percent.or(fraction)?;
        // Less than an even hour, or all of it, is no share of a busy one.
        (share > HOUR / DAY && share < 1.0).then(|| (share, span.hull(hour.span)))
    })
}

/// The rate of the busiest hour, given the rate of the whole day.
pub fn rate_of_hour(share: f64, per_second: f64) -> f64 {
    share * per_second * DAY / HOUR
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn money_of_each_is_multiplied_when_they_are_counted() {
        for (text, expected) in [
            ("Our budget is 40 cents per active user per month and there are 25,000 active users.", Some(10_000.0)),
            ("Unser Budget: 90 Dollar pro Nutzer und Monat bei 50 Nutzern.", Some(4500.0)),
            ("The budget of 190,000 readers is $9.99 a month each.", None),
        ] {
            let found = extract(text).constraints.budget.map(|stated| stated.value.usd_per_month);
            assert_eq!(found.map(f64::round), expected, "{text}");
        }
    }

    #[test]
    fn a_part_of_what_was_paid_before_is_a_budget() {
        let text = "In 2023 it ran at $210,000 per month. We want to spend a tenth of what it used to be.";
        let found = extract(text).constraints.budget.map(|stated| stated.value.usd_per_month);
        assert_eq!(found, Some(21_000.0));
    }

    #[test]
    fn the_busiest_hour_has_its_share_of_the_day() {
        let text = "4,320,000 predictions per day, the busiest hour takes 10 % of them.";
        let found = extract(text).constraints.throughput.map(|stated| stated.value.peak_per_second);
        assert!(found.is_some_and(|found| (found - 120.0).abs() < 0.1), "{found:?}");
    }
}
