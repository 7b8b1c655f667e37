//! Numbers in words: `two hundred`, `twenty-five thousand`, `half a million`, "a grand and a half".

use super::Plain;
use crate::{
    lexicon::Hits,
    text::{Document, Kind},
};

/// A number in words: `two hundred`, `twenty-five thousand`, `half a million`, `one and a half`.
pub(super) fn words_at(document: &Document, hits: &Hits, at: usize) -> Option<Plain> {
    let done =
        |value: f64, to: usize, vague: bool| Some(Plain { value, raw: value, scale: 1.0, to, vague, digits: false });
    let lower = document.lower(at);
    let article = |word: &str| matches!(word, "a" | "an" | "eine" | "einer" | "un" | "une" | "medio" | "of");
    // "A quarter of a second", "une demi-seconde": an article before the fraction counts nothing.
    let fraction = fraction_at(document, hits, at)
        .or_else(|| hits.at("article", at).and_then(|article| fraction_at(document, hits, article.span.to)));
    if let Some((part, to)) = fraction {
        return done(part, to, false);
    }
    // "It takes 2 seconds; we want half at most": the unit is said before.
    if let Some(half) = hits.at("fraction", at).filter(|half| half.meaning.value == "0.5") {
        let ends = document.sentence(half.span.to) != document.sentence(at)
            || matches!(document.lower(half.span.to), "." | ";" | "!" | ")");
        let bounded = hits.before("bound", at).is_some_and(|bound| bound.meaning.value == "at_most");
        if ends && bounded {
            return done(0.5, half.span.to, false);
        }
    }
    if let Some(vague) = hits.at("number_vague", at) {
        return done(vague.meaning.value.parse().ok()?, vague.span.to, true);
    }
    let scaled = hits.at("scale", at + 1).is_some_and(|hit| document.quote(hit.span).chars().count() > 3);
    if article(lower) && scaled && hits.at("number", at).is_none() {
        // "A hundred and fifty", "a mille cinq cents".
        return words_at(document, hits, at + 1);
    }
    if article(lower) {
        return if hits.at("scale", at + 1).is_some_and(|hit| hit.span.to > at + 1 && document.lower(at + 1).len() > 1)
            || hits.at("number", at).is_some()
        {
            match hits.at("number", at) {
                Some(hit) => done(hit.meaning.value.parse().ok()?, hit.span.to, false),
                None => done(1.0, at + 1, false),
            }
        } else {
            None
        };
    }
    // "Mille cinq cents", "mil quinientos": a scale begins a number in languages that do not say "one thousand".
    let begins = hits.at("scale", at).filter(|hit| {
        let word = document.quote(hit.span).to_lowercase();
        word.chars().count() > 3 || matches!(word.as_str(), "mil" | "cem")
    });
    if begins.is_some() && at > 0 && document.tokens[at - 1].kind == Kind::Number {
        return None;
    }
    // "Achtundvierzigtausend" is one word.
    if hits.at("number", at).is_none()
        && let Some(value) = crate::compound::value(lower, |language| hits.languages.reads(Some(language)))
    {
        return done(value, at + 1, false);
    }
    let mut total = 0.0;
    let mut current = 0.0;
    // What was multiplied with last: "a grand and a half".
    let mut last_scale = 1.0;
    let mut next = at;
    let mut any = false;
    if let Some(scale) = begins {
        let value: f64 = scale.meaning.value.parse().ok()?;
        (total, current) = if value < 1000.0 { (0.0, value) } else { (value, 0.0) };
        (next, any, last_scale) = (scale.span.to, true, value);
    }
    loop {
        let mut peek = next;
        // "Cuarenta y ocho", "vingt et un": tens and units.
        let tens = any
            && (20.0..100.0).contains(&current)
            && matches!(document.lower(peek), "y" | "et" | "e")
            && hits.at("number", peek + 1).is_some_and(|hit| hit.meaning.value.len() == 1);
        // "Três mil e quinhentos", "duzentos e cinquenta": what is smaller follows an "e".
        let smaller = any
            && matches!(document.lower(peek), "e" | "y" | "et")
            && hits.at("number", peek + 1).is_some_and(|hit| {
                let value: f64 = hit.meaning.value.parse().unwrap_or(f64::MAX);
                let below =
                    if current > 0.0 { current >= 100.0 && value < 100.0 } else { total >= 1000.0 && value < 1000.0 };
                below && hits.at("scale", hit.span.to).is_none()
            })
            && hits.before("range_open", at).is_none()
            && document.lower(peek) == "e";
        if any && (document.joining_hyphen(peek) || document.lower(peek) == "and") || tens || smaller {
            peek += 1;
        }
        // `one and a half`
        if any && document.lower(peek) == "a" && document.lower(peek + 1) == "half" {
            current += if current > 0.0 { 0.5 } else { 0.5 * last_scale };
            next = peek + 2;
            break;
        }
        if let Some(hit) = hits.at("number", peek) {
            let value: f64 = hit.meaning.value.parse().ok()?;
            // `twenty five`, `hundred five`: only a smaller unit may follow.
            let fits = !any
                || (current >= 20.0 && value < 10.0)
                || (current >= 100.0 && value < 100.0)
                || current == 0.0 && value < 1000.0;
            if !fits || (any && document.lower(next) == "and" && current < 100.0 && total == 0.0) {
                break;
            }
            current += value;
            next = hit.span.to;
            any = true;
        } else if let Some(hit) = hits.at("scale", peek).filter(|_| any && document.lower(next) != "and") {
            let scale: f64 = hit.meaning.value.parse().ok()?;
            if document.quote(hit.span).chars().count() == 1 {
                break;
            }
            if scale < 1000.0 {
                current *= scale;
            } else {
                total += current * scale;
                (current, last_scale) = (0.0, scale);
            }
            next = hit.span.to;
        } else {
            break;
        }
    }
    // "Ninety-nine point nine."
    let point = matches!(document.lower(next), "point" | "komma" | "virgule" | "coma" | "virgola" | "vírgula");
    if any && point && document.sentence(next) == document.sentence(at) {
        let mut part = 0.1;
        let mut to = next + 1;
        while let Some(digit) = hits.at("number", to).and_then(|hit| hit.meaning.value.parse::<f64>().ok()) {
            // "Point ninety-five", "point nine five".
            let own = if digit < 10.0 { digit * part } else { digit * part / 10.0 };
            current += own;
            part /= 10.0;
            to += 1;
            if document.joining_hyphen(to) {
                to += 1;
            }
        }
        if to > next + 1 {
            next = to;
        }
    }
    if any { done(total + current, next, false) } else { None }
}

/// "Half a million", "a quarter of a second", "eine halbe Sekunde": a part of a scale or of a unit of time.
fn fraction_at(document: &Document, hits: &Hits, at: usize) -> Option<(f64, usize)> {
    let hit = hits.at("fraction", at)?;
    let mut next = hit.span.to + usize::from(document.joining_hyphen(hit.span.to));
    while next < hit.span.to + 2 && hits.at("fraction_link", next).is_some() {
        next += 1;
    }
    let followed = hits.at("scale", next).is_some() || hits.at("time", next).is_some();
    if !followed {
        return None;
    }
    Some((hit.meaning.value.parse().ok()?, next))
}
