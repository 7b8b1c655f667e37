//! Periods: "per second", "a day", "every two weeks", "for a base period of 12 months".

use super::{Period, Unit};
use crate::{
    lexicon::Hits,
    text::{Document, Kind, Span},
};

/// Most words between "for" and the length of a term: "for a base period of 12 months".
const LONGEST_TERM: usize = 7;

/// Money "for 12 months", "over two years", "for a base period of 12 months": the whole of a term.
pub fn term(document: &Document, hits: &Hits, end: usize) -> Option<Period> {
    let starts = matches!(
        document.lower(end),
        "for"
            | "over"
            | "during"
            | "für"
            | "fürs"
            | "über"
            | "auf"
            | "sur"
            | "pour"
            | "para"
            | "durante"
            | "per"
            | "voor"
    );
    let sentence = document.sentence(end);
    let (at, time) = (end + 1..end + 1 + LONGEST_TERM)
        .take_while(|at| document.sentence(*at) == sentence && !matches!(document.lower(*at), "," | ";" | "("))
        .find_map(|at| Some((at, hits.at("time", at)?)))?;
    // "Over a two-year base period".
    let at = if document.joining_hyphen(at - 1) { at - 1 } else { at };
    let count = match document.tokens[at - 1].kind {
        Kind::Number => document.lower(at - 1).parse::<f64>().ok()?,
        // "For the first year."
        Kind::Word | Kind::Symbol => {
            hits.before("number", at).map_or(Some(1.0), |number| number.meaning.value.parse().ok())?
        }
    };
    let seconds = count * time.meaning.value.parse::<f64>().ok()?;
    (starts && seconds > 2_000_000.0).then_some(Period { seconds, span: Span::new(end, time.span.to) })
}

/// The first period in a span.
pub(super) fn period_in(document: &Document, hits: &Hits, span: Span) -> Option<Period> {
    (span.from..span.to).find_map(|at| period_at(document, hits, at))
}

/// "per second", "/s", "a day", "each hour", "daily": a few words behind the number or the thing.
pub(super) fn period_after(document: &Document, hits: &Hits, from: usize) -> Option<Period> {
    let sentence = document.sentence(from.checked_sub(1)?);
    for at in from..from + 6 {
        let token = document.token(at)?;
        if token.sentence != sentence
            || token.kind == Kind::Number
            || matches!(token.lower.as_str(), "," | ";" | "(" | ")")
        {
            return None;
        }
        if let Some(period) = period_at(document, hits, at) {
            return Some(period);
        }
        // "7 people / daily training": an item of its own.
        if matches!(token.lower.as_str(), "/" | "|") {
            return None;
        }
        // Behind a verb or an `and` another statement begins, whose period is its own.
        let and = matches!(token.lower.as_str(), "and" | "und" | "et" | "y" | "e" | "en");
        if at > from && (and || hits.at("retrain_cue", at).is_some() || hits.at("predicate", at).is_some_and(|_| and)) {
            return None;
        }
    }
    None
}

/// A period that begins at a token.
pub fn period_at(document: &Document, hits: &Hits, at: usize) -> Option<Period> {
    if let Some(hit) = hits.at("period", at) {
        return Some(Period { seconds: hit.meaning.value.parse().ok()?, span: hit.span });
    }
    if let Some(every) = hits.at("every", at) {
        let (count, next) = match document.token(every.span.to)?.kind {
            Kind::Number => (document.lower(every.span.to).parse::<f64>().ok()?, every.span.to + 1),
            Kind::Word | Kind::Symbol => match hits.at("number", every.span.to) {
                Some(number) => (number.meaning.value.parse().ok()?, number.span.to),
                None => (0.0, every.span.to),
            },
        };
        if count > 0.0
            && let Some(time) = hits.at("time", next)
        {
            let seconds = count * time.meaning.value.parse::<f64>().ok()?;
            return Some(Period { seconds, span: Span::new(at, time.span.to) });
        }
    }
    let per = hits.at("per", at)?;
    let next = per.span.to;
    // `per business day`
    let word = usize::from(matches!(document.lower(next), "business" | "working" | "calendar" | "single"));
    let time = hits.at("time", next + word)?;
    Some(Period { seconds: time.meaning.value.parse().ok()?, span: Span::new(at, time.span.to) })
}

/// "2 million daily transactions".
pub(super) fn period_between(hits: &Hits, from: usize, to: usize) -> Option<Period> {
    let hit = hits.within("period", Span::new(from, to)).find(|hit| hit.span.to <= to)?;
    Some(Period { seconds: hit.meaning.value.parse().ok()?, span: hit.span })
}

/// "20k$ mo", "5k USD yr": notes leave the word between money and its period out.
pub(super) fn beside_money(document: &Document, hits: &Hits, unit: Unit, end: usize) -> Option<Period> {
    let noted = matches!(document.lower(end), "mo" | "mth" | "mon" | "month" | "yr" | "year" | "qtr" | "quarter");
    let ends = matches!(document.lower(end + 1), "" | "," | "." | ";" | "/" | "|" | ")" | "-" | "·")
        || document.sentence(end + 1) != document.sentence(end);
    let time = hits.at("time", end).filter(|_| noted && ends && matches!(unit, Unit::Money(_)))?;
    Some(Period { seconds: time.meaning.value.parse().ok()?, span: time.span })
}
