//! Durations that have no number: "under a second", "sub-second", "single-digit milliseconds".

use crate::{
    lexicon::Hits,
    measure::{Measure, Unit},
    number::{Bound, Quantity},
    text::{Document, Span},
};

/// Durations without a number: "under a second", "sub-second", "single-digit milliseconds".
pub fn wordless(document: &Document, hits: &Hits) -> Vec<Measure> {
    let time = |value: f64, span: Span, seconds: f64, vague: bool| Measure {
        quantity: Quantity {
            low: value,
            high: value,
            span,
            whole: span,
            bound: Bound::AtMost,
            approximate: false,
            vague,
        },
        unit: Unit::Time(seconds),
        noun: None,
        period: None,
        span,
        corrected: false,
    };
    let mut found = Vec::new();
    for hit in hits.of("time") {
        let Ok(seconds) = hit.meaning.value.parse::<f64>() else { continue };
        let at = hit.span.from;
        let article = at >= 1 && matches!(document.lower(at - 1), "a" | "an" | "einer" | "une" | "un");
        let bounded = hits.within("bound", Span::new(at.saturating_sub(12), at)).find(|bound| {
            let most = bound.meaning.value == "at_most"
                || bound.meaning.value == "at_least" && crate::number::is_denied(document, hits, bound.span);
            most && bound.span.to + 1 == at && article
        });
        // "Under a second and a half" is no second.
        let half = hits.at("and_half", hit.span.to).filter(|_| article && seconds <= 3600.0);
        if let Some(bound) = bounded {
            let value = if half.is_some() { 1.5 } else { 1.0 };
            let end = half.map_or(hit.span, |half| half.span);
            found.push(time(value, bound.span.hull(end), seconds, false));
        } else if article
            && seconds <= 3600.0
            && ["bound_behind", "accepted"].iter().any(|group| hits.at(group, hit.span.to).is_some())
        {
            found.push(time(1.0, Span::new(at - 1, hit.span.to), seconds, false));
        }
        // "Un segundo y medio".
        if let Some(half) = half.filter(|_| bounded.is_none()) {
            found.push(time(1.5, Span::new(at - 1, half.span.to), seconds, false));
            continue;
        }
        let before = |back: usize| if at >= back { document.lower(at - back) } else { "" };
        if before(1) == "-" && before(2) == "sub" || before(1) == "sub" {
            let from = if before(1) == "sub" { at - 1 } else { at - 2 };
            found.push(time(1.0, Span::new(from, hit.span.to), seconds, false));
        }
        if before(1) == "digit" && at >= 3 {
            let digits = match before(3) {
                "single" => 10.0,
                "double" => 100.0,
                _ => continue,
            };
            found.push(time(digits, Span::new(at - 3, hit.span.to), seconds, true));
        }
    }
    for at in 0..document.tokens.len() {
        if document.lower(at) == "subsecond" {
            found.push(time(1.0, Span::new(at, at + 1), 1.0, false));
        }
    }
    found
}
