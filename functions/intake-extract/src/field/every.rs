//! Loads of every one of many things: "2,400 buoys …, each buoy reports once every two minutes", "each night all 4,300 plots
//! are rated".

use crate::{
    confidence::{PERIOD, Weigher},
    field::{
        many::{is_number_of, thing_named},
        throughput::Load,
    },
    measure::{Measure, Noun, Period, Unit},
    reader::{Reader, show},
    text::{Kind, Span},
};

/// "2,400 buoys …, each buoy reports once every two minutes": whatever is counted, when each of it sends something.
pub(super) fn each_reports(reader: &Reader) -> Option<Load> {
    let document = &reader.document;
    reader.hits.of("each").find_map(|each| {
        let name = thing_named(reader, each.span)?;
        let sentence = document.sentence_span(each.span.from);
        let sends = Span::new(each.span.to, sentence.to.min(each.span.to + 4));
        let sending = reader.hits.within("cue.throughput", sends).find(|hit| hit.negated.is_none())?;
        let period = (sending.span.to..sentence.to.min(sending.span.to + 8))
            .find_map(|at| crate::measure::period_at(document, &reader.hits, at))
            .filter(|period| period.seconds > 0.0 && period.seconds <= 86_400.0)?;
        let thing = reader.measures_around(each.span.from, 40).map(|(_, thing)| thing).find(|thing| {
            let counted = thing.unit == Unit::Bare && thing.period.is_none() && thing.quantity.high > 1.0;
            counted && !thing.quantity.vague && is_number_of(reader, thing, &name) && !reader.is_history(thing.at())
        })?;
        let words = Span::new(thing.quantity.span.from, thing.quantity.span.to + 1);
        let said = each.span.hull(sending.span);
        Some(Load {
            spans: vec![thing.span, each.span.hull(period.span)],
            ..once_a_period(reader, (thing, words), ("each of them", "each", said), &period)
        })
    })
}

/// The load of counted things, each of which comes once in a period, without its places in the text: the things with
/// the words that count them, and that it is said of each, in support and step, with its words.
fn once_a_period(
    reader: &Reader,
    (counted, words): (&Measure, Span),
    (whose, short, said): (&str, &str, Span),
    period: &Period,
) -> Load {
    let document = &reader.document;
    let per_second = counted.quantity.high / period.seconds;
    let words = document.quote(words);
    let weigher = Weigher::default()
        .support(format!("counted things “{words}”"), 0.4)
        .support(format!("{whose} “{}”", document.quote(said)), 0.4)
        .support("period is given", PERIOD);
    Load {
        per_second,
        low: per_second,
        peak: false,
        average: false,
        score: weigher.value(),
        weigher,
        spans: Vec::new(),
        step: format!(
            "“{words}”, {short} {} / {} s = {}/s",
            document.quote(period.span),
            show(period.seconds),
            show(per_second)
        ),
        noun: String::new(),
        seconds: period.seconds,
    }
}

/// "14M subscribers. … Every subscriber is scored once a week.", "each night all 4,300 plots are rated": all of what is
/// counted there or elsewhere, on a schedule.
pub(super) fn all_of_them(reader: &Reader) -> Option<Load> {
    let document = &reader.document;
    let stem = |at: usize| document.lower(at).chars().take(5).collect::<String>();
    reader.hits.of("all").find_map(|all| {
        let sentence = document.sentence_span(all.span.from);
        let here = reader.measures.iter().find(|measure| {
            measure.unit == Unit::Bare
                && measure.quantity.whole.from >= all.span.to
                && measure.quantity.whole.from <= all.span.to + 1
                && document.sentence(measure.at()) == document.sentence(all.span.from)
        });
        let begin = here.map_or(all.span.to, |here| here.quantity.span.to);
        let near = Span::new(begin, sentence.to.min(begin + 3).max(begin));
        let known = reader.hits.within("noun", near).next().map(|hit| hit.span);
        let thing = known.or_else(|| unknown_plural(reader, all.span, begin))?;
        let worked_on = reader.hits.within("infer_verb", sentence).next().is_some();
        let period =
            (sentence.from..sentence.to).filter(|at| !all.span.overlaps(Span::new(*at, at + 1))).find_map(|at| {
                crate::measure::period_at(document, &reader.hits, at).filter(|period| period.seconds >= 3600.0)
            })?;
        if !worked_on || all.negated.is_some() || reader.is_history(all.span.from) {
            return None;
        }
        let counts = |measure: &Measure| {
            let noun = match measure.noun {
                Some((Noun::Record { .. } | Noun::Device, words)) => Some(words.to - 1),
                // Of a word that is not known only the number itself tells that it is counted.
                None if known.is_none() => Some(measure.quantity.span.to),
                Some((Noun::Other, words)) if known.is_none() => Some(words.to - 1),
                Some((Noun::Request | Noun::Person | Noun::People | Noun::Other, _)) | None => None,
            };
            measure.unit == Unit::Bare
                && measure.period.is_none()
                && measure.quantity.high > 1.0
                && (known.is_some() && here.is_none() || measure.quantity.high >= LEAST_UNKNOWN)
                && noun.is_some_and(|noun| stem(noun) == stem(thing.to - 1))
                && !measure.quantity.vague
                && !reader.is_history(measure.at())
        };
        // "All plots (about 18,000)".
        let in_brackets = || {
            reader.measures.iter().find(|measure| {
                let from = measure.quantity.whole.from;
                measure.unit == Unit::Bare
                    && measure.period.is_none()
                    && !measure.quantity.vague
                    && document.lower(thing.to) == "("
                    && (thing.to + 1..=thing.to + 2).contains(&from)
                    && document.lower(measure.quantity.span.to) == ")"
            })
        };
        let counted = here
            // A handful of anything is no load.
            .filter(|here| here.quantity.high >= LEAST_UNKNOWN)
            .filter(|here| here.period.is_none() && !here.quantity.vague)
            .or_else(|| reader.measures.iter().find(|measure| counts(measure)))
            .or_else(in_brackets)?;
        let said = all.span.hull(thing);
        Some(Load {
            spans: vec![counted.span, said, period.span],
            noun: document.quote(thing).to_lowercase(),
            ..once_a_period(reader, (counted, counted.span), ("all of them", "all of them", said), &period)
        })
    })
}

/// Fewest of all of something.
const LEAST_UNKNOWN: f64 = 50.0;

/// "All plots", "toutes les parcelles": a word in the plural behind a word for all of them. "Each" goes with a singular,
/// which may be anything, so it tells nothing of a word that is not known.
fn unknown_plural(reader: &Reader, all: Span, at: usize) -> Option<Span> {
    let document = &reader.document;
    let each =
        matches!(document.lower(all.from), "every" | "each" | "jeder" | "jede" | "jeden" | "jedes" | "chaque" | "cada");
    let token = document.token(at)?;
    let plural = token.kind == Kind::Word
        && token.lower.chars().count() >= 4
        && token.lower.ends_with(['s', 'n', 'e', 'i', 'r'])
        && document.sentence(at) == document.sentence(all.from);
    let stops = ["time", "period", "noun_stop", "data_unit", "currency", "infer_verb"]
        .iter()
        .any(|group| reader.hits.at(group, at).is_some());
    (!each && plural && !stops).then_some(Span::new(at, at + 1))
}
