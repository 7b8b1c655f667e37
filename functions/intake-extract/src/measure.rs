//! Numbers with their units, the things that they count, and their periods.

use knowledge::currency::CurrencyFact;

use crate::{
    lexicon::Hits,
    number::{Quantity, quantities},
    text::{Document, Kind, Span},
};

mod period;

use period::{beside_money, period_after, period_between, period_in};
pub use period::{period_at, term};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noun {
    /// Requests, events, predictions.
    Request,
    /// Rows, documents, images; each about so many kilobytes.
    Record {
        /// Assumed size of one.
        kilobytes: f64,
    },
    /// Devices and machines.
    Device,
    /// Engineers and the like.
    Person,
    /// People, members.
    People,
    /// A word in the plural that nothing is known of, with a period right behind it.
    Other,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit {
    /// Money.
    Money(&'static CurrencyFact),
    /// Time; one unit in seconds.
    Time(f64),
    /// Data; one unit in gigabytes.
    Data(f64),
    /// Requests or events; one unit in events per second.
    Rate(f64),
    /// Percent.
    Percent,
    /// None.
    Bare,
}

/// "per month".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// Its length in seconds.
    pub seconds: f64,
    /// Its words.
    pub span: Span,
}

/// A number with its unit.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The number.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: Unit,
    /// What it counts.
    pub noun: Option<(Noun, Span)>,
    /// Its period.
    pub period: Option<Period>,
    /// All words that belong to it.
    pub span: Span,
    /// True when the text put its number right: what the words around say of the wrong one does not hold for it.
    pub corrected: bool,
}

impl Measure {
    /// A token of the measure, to ask for its clause and sentence.
    pub fn at(&self) -> usize {
        self.quantity.span.from
    }
}

/// All measures of a document.
pub fn measures(document: &Document, hits: &Hits) -> Vec<Measure> {
    // "By 7 am" is a time of the day, and nothing that is counted.
    let counts = |quantity: &Quantity| {
        let hour = hits.at("clock", quantity.span.to).is_some() && quantity.high <= 24.0;
        !hour && !is_clock(document, quantity.span) && !is_speaker(document, quantity.span)
    };
    let mut found: Vec<Measure> =
        quantities(document, hits).into_iter().filter(counts).map(|q| measure(document, hits, q)).collect();
    crate::beside::join_durations(document, &mut found);
    crate::beside::take_units_of_questions(document, hits, &mut found);
    crate::beside::take_units_before(document, hits, &mut found);
    crate::beside::give_periods_back(document, &mut found);
    // "Half a second at most" is half a second, and not also one.
    let whole: Vec<Measure> = crate::wordless::wordless(document, hits)
        .into_iter()
        .filter(|one| !found.iter().any(|own| own.span.overlaps(one.span)))
        .collect();
    found.extend(whole);
    found.sort_by_key(|measure| measure.span.from);
    found
}

/// `10:14`, `00:03:12`: a time of the day, as a transcript has it before its lines.
fn is_clock(document: &Document, span: Span) -> bool {
    let number = |at: usize| document.token(at).is_some_and(|token| token.kind == Kind::Number);
    let colon = |at: usize| document.lower(at) == ":" && document.glued(at);
    let behind = colon(span.to) && document.glued(span.to - 1) && number(span.to + 1);
    let before = span.from >= 2 && colon(span.from - 1) && document.glued(span.from - 2) && number(span.from - 2);
    span.to == span.from + 1 && (behind || before)
}

/// "[00:01:23] Speaker 1: …": the number of who speaks.
fn is_speaker(document: &Document, span: Span) -> bool {
    let Some(name) = span.from.checked_sub(1) else { return false };
    let begins = document.begins_line(name) || document.lower(name.saturating_sub(1)) == "]";
    let named = matches!(
        document.lower(name),
        "speaker" | "sprecher" | "sprecherin" | "interlocuteur" | "locuteur" | "hablante" | "participant" | "person"
    );
    begins && named && document.lower(span.to) == ":"
}

fn measure(document: &Document, hits: &Hits, mut quantity: Quantity) -> Measure {
    let mut end = quantity.span.to;
    let mut span = quantity.whole.hull(quantity.span);
    let here = if document.joining_hyphen(end) { end + 1 } else { end };
    let here = behind_of(document, hits, here);
    // The first word of the next line is no unit of this one's number.
    let here = if document.sentence(here) == document.sentence(quantity.span.from) { here } else { usize::MAX };
    let mut unit = Unit::Bare;
    let currency_before = hits.before("currency", quantity.span.from);
    // "5 sek" are seconds where the text has them; the currency is written in capitals there.
    let seconds = hits.at("time", here).is_some() && document.token(here).is_some_and(|word| word.text == word.lower);
    if let Some(hit) = hits.at("currency", here).filter(|_| !seconds).or(currency_before) {
        let facts = &knowledge::currency::currencies().currencies;
        if let Some(fact) = facts.iter().find(|fact| fact.code == hit.meaning.value) {
            unit = Unit::Money(fact);
            span = span.hull(hit.span);
            end = end.max(hit.span.to);
        }
    } else if let Some((fact, cent)) = cents(document, hits, here) {
        unit = Unit::Money(fact);
        (quantity.low, quantity.high) = (quantity.low / 100.0, quantity.high / 100.0);
        span = span.hull(cent);
        end = end.max(cent.to);
    } else {
        type Make = fn(f64) -> Unit;
        // The French "Mo" is a megabyte, and "mo" a month.
        let units: [(&str, Make); 3] = [("rate_unit", Unit::Rate), ("data_unit", Unit::Data), ("time", Unit::Time)];
        for (group, make) in units {
            if let Some(hit) = hits.at(group, here)
                && let Ok(value) = hit.meaning.value.parse()
            {
                unit = make(value);
                end = hit.span.to;
                // "Dos segundos y medio".
                if let Some(half) = hits.at("and_half", end).filter(|_| matches!(unit, Unit::Time(_))) {
                    (quantity.low, quantity.high) = (quantity.low + 0.5, quantity.high + 0.5);
                    end = half.span.to;
                }
                break;
            }
        }
        if unit == Unit::Bare
            && let Some(hit) = hits.at("percent", here)
        {
            unit = Unit::Percent;
            end = hit.span.to;
        }
    }
    span = span.hull(Span::new(quantity.span.from, end));
    let mut noun = if unit == Unit::Bare { noun_after(document, hits, behind_of(document, hits, end)) } else { None };
    if let Some((_, words)) = noun {
        span = span.hull(words);
    }
    let key = key(document, hits, quantity.whole.from);
    let mut head = None;
    if unit == Unit::Bare && noun.is_none() {
        // `latency (ms): 80`, `tps ~450`, `every subscriber (2.4M)`: the unit or the thing stands before.
        if let Some((found, words)) = unit_before(document, hits, &quantity, key) {
            unit = found;
            span = span.hull(words);
        } else if let Some(found) = noun_in_brackets(document, hits, &quantity) {
            noun = Some(found);
        } else if let Some(found) = key.and_then(|key| noun_in_key(document, hits, key, end)) {
            noun = Some((found.0, Span::new(quantity.span.from, end)));
            span = span.hull(found.1);
        } else if let Some(words) = unknown_noun(document, hits, &quantity, end) {
            noun = Some((Noun::Other, words));
            span = span.hull(words);
        } else if let Some(column) = crate::column::head(document, quantity.span.from) {
            // The head of a column is far from its cells, so it is no part of the measure's words.
            if let Some((found, _)) = unit_before(document, hits, &quantity, Some(column)) {
                unit = found;
            } else if let Some((found, _)) = noun_in_key(document, hits, column, end) {
                noun = Some((found, Span::new(quantity.span.from, end)));
            }
            head = Some(column);
        }
    }
    let behind = noun.map_or(end, |(_, words)| words.to);
    let period = match unit {
        Unit::Time(_) | Unit::Rate(_) | Unit::Percent => None,
        Unit::Money(_) | Unit::Data(_) | Unit::Bare => beside_money(document, hits, unit, end)
            .or_else(|| period_after(document, hits, behind.max(end)))
            .or_else(|| matches!(unit, Unit::Money(_)).then(|| term(document, hits, end))?)
            .or_else(|| noun.and_then(|_| period_between(hits, end, behind)))
            .or_else(|| key.or(head).and_then(|key| period_in(document, hits, key)))
            .or_else(|| key.and_then(|_| period_beside(document, hits, quantity.span.from))),
    };
    if let Some(period) = period {
        span = span.hull(period.span);
        // "11k a month (USD)", "150k per year, dollars".
        let mark = matches!(document.lower(period.span.to), "(" | ",") && unit == Unit::Bare && noun.is_none();
        let behind = period.span.to + 1 + usize::from(document.lower(period.span.to + 1) == "in");
        if let Some(hit) = hits.at("currency", behind).filter(|_| mark) {
            let facts = &knowledge::currency::currencies().currencies;
            unit = facts.iter().find(|fact| fact.code == hit.meaning.value).map_or(unit, Unit::Money);
        }
    }
    Measure { quantity, unit, noun, period, span, corrected: false }
}

/// "1,3 million de photos", "un milione di euro", "meio milhão de mensagens": the word behind that of a million and such,
/// where a small word stands between.
fn behind_of(document: &Document, hits: &Hits, end: usize) -> usize {
    let of = matches!(document.lower(end), "de" | "d'" | "di" | "von");
    let scale = hits.before("scale", end).is_some_and(|hit| document.quote(hit.span).chars().count() > 3)
        || hits.before("and_half", end).is_some();
    end + usize::from(of && scale && document.sentence(end + 1) == document.sentence(end))
}

/// "40 cents", "40 cents (US)", "90 Cent": hundredths of the currency that is named beside them, else of the dollar.
fn cents(document: &Document, hits: &Hits, at: usize) -> Option<(&'static CurrencyFact, Span)> {
    let hit = hits.at("cent", at)?;
    let facts = &knowledge::currency::currencies().currencies;
    let named = hits.in_sentence(document, "currency", at).next().map(|named| named.meaning.value.as_str());
    let code = named.unwrap_or("USD");
    Some((facts.iter().find(|fact| fact.code == code)?, hit.span))
}

/// Most words of a key before its value.
const LONGEST_KEY: usize = 7;

/// The words before a separator that stands before a value: `latency p95 (ms)` of `latency p95 (ms): 80`. Empty cells
/// between them are passed over, and a value in a nested JSON object has the object's key before its own.
fn key(document: &Document, hits: &Hits, from: usize) -> Option<Span> {
    let from = hits.before("currency", from).map_or(from, |hit| hit.span.from);
    let mut separator = from.checked_sub(1)?;
    let separates = |at: usize| matches!(document.lower(at), ":" | "=" | "|" | ";" | "\t");
    // `budget;5,000` is a line of a table; "…; an answer" is a new statement.
    let cell = separator > 0 && document.glued(separator - 1) && document.glued(separator);
    // "At 02:00" is a time of the day, and no key.
    let clock = cell && document.lower(separator) == ":" && document.tokens[separator - 1].kind == Kind::Number;
    if !separates(separator) || document.lower(separator) == ";" && !cell || clock {
        return None;
    }
    while separator > 0 && document.lower(separator) == "|" && document.lower(separator - 1) == "|" {
        separator -= 1;
    }
    let sentence = document.sentence(from);
    let words = |end: usize| {
        (end.saturating_sub(LONGEST_KEY)..end)
            .rev()
            .take_while(|at| {
                document.sentence(*at) == sentence && !separates(*at) && !matches!(document.lower(*at), "," | "{")
            })
            .last()
    };
    let begin = words(separator)?;
    let nested = begin >= 2 && document.lower(begin - 1) == "{" && document.lower(begin - 2) == ":";
    let begin = if nested { words(begin - 2).unwrap_or(begin) } else { begin };
    Some(Span::new(begin, separator))
}

/// Most tokens of a nested JSON object before and behind a value.
const LONGEST_OBJECT: usize = 24;

/// The nested JSON object that a value is in.
fn object(document: &Document, at: usize) -> Option<Span> {
    let from = (at.saturating_sub(LONGEST_OBJECT)..at).rev().find(|at| matches!(document.lower(*at), "{" | "}"))?;
    let to = (at..at + LONGEST_OBJECT).find(|at| document.lower(*at) == "}")?;
    let nested = document.lower(from) == "{" && from > 0 && document.lower(from - 1) == ":";
    nested.then(|| Span::new(from, to))
}

/// `"budget": {"amount": 7500, "currency": "USD"}`: the currency beside an amount.
fn currency_beside(document: &Document, hits: &Hits, key: Span, at: usize) -> Option<Span> {
    let amount = hits.within("amount_word", key).any(|hit| hit.span.to == key.to);
    hits.within("currency", object(document, at).filter(|_| amount)?).map(|hit| hit.span).next()
}

/// `"per": "month"` beside an amount in a nested JSON object.
fn period_beside(document: &Document, hits: &Hits, at: usize) -> Option<Period> {
    let object = object(document, at)?;
    period_in(document, hits, object).or_else(|| {
        let per = hits.within("per", object).find(|hit| document.lower(hit.span.to) == ":")?;
        let time = hits.at("time", per.span.to + 1)?;
        Some(Period { seconds: time.meaning.value.parse().ok()?, span: per.span.hull(time.span) })
    })
}

/// The unit that the key of a value names, or a rate right before its number.
fn unit_before(document: &Document, hits: &Hits, quantity: &Quantity, key: Option<Span>) -> Option<(Unit, Span)> {
    let facts = &knowledge::currency::currencies().currencies;
    if let Some(key) = key {
        let named = hits.within("currency", key).next().map(|hit| hit.span);
        if let Some(span) = named.or_else(|| currency_beside(document, hits, key, quantity.span.from)) {
            let hit = hits.at("currency", span.from)?;
            return Some((Unit::Money(facts.iter().find(|fact| fact.code == hit.meaning.value)?), span));
        }
        type Make = fn(f64) -> Unit;
        let units: [(&str, Make); 2] = [("rate_unit", Unit::Rate), ("time", Unit::Time)];
        for (group, make) in units {
            // "per month" in a key is a period, and no unit.
            let found = hits
                .within(group, key)
                .find(|hit| !(group == "time" && hit.span.from > 0 && hits.before("per", hit.span.from).is_some()));
            if let Some(hit) = found {
                return Some((make(hit.meaning.value.parse().ok()?), hit.span));
            }
        }
        if let Some(hit) = hits.within("percent", key).next() {
            return Some((Unit::Percent, hit.span));
        }
    }
    let hit = crate::reader::named_before(document, hits, "rate_unit", quantity.span.from)?;
    Some((Unit::Rate(hit.meaning.value.parse().ok()?), hit.span))
}

/// "every subscriber (2.4M)".
fn noun_in_brackets(document: &Document, hits: &Hits, quantity: &Quantity) -> Option<(Noun, Span)> {
    // "(2.4M)", "(daily about 5,000)".
    let bracket =
        (quantity.whole.from.saturating_sub(4)..quantity.whole.from).rev().find(|at| document.lower(*at) == "(")?;
    let period = |at: usize| {
        hits.within("period", Span::new(bracket, at + 1)).any(|hit| hit.span.from <= at && at < hit.span.to)
    };
    let small = |at: usize| {
        hits.within("count_link", Span::new(bracket, at + 1)).any(|hit| hit.span.from <= at && at < hit.span.to)
    };
    let bound = |at: usize| document.tokens[at].kind == Kind::Symbol || hits.at("bound", at).is_some() || small(at);
    let closes = |at: usize| document.lower(at) == ")";
    // "(ca. 4.000 täglich)"
    let by_period = period_at(document, hits, quantity.span.to).is_some_and(|period| closes(period.span.to));
    if !(closes(quantity.span.to) || by_period) || !(bracket + 1..quantity.whole.from).all(|at| period(at) || bound(at))
    {
        return None;
    }
    let hit = hits.before("noun", bracket)?;
    Some((noun(&hit.meaning.value)?, Span::new(hit.span.from, quantity.span.to)))
}

/// `Researchers: 14`.
fn noun_in_key(document: &Document, hits: &Hits, key: Span, end: usize) -> Option<(Noun, Span)> {
    let hit = hits.within("noun", key).last()?;
    // Only what the key ends with is counted, and a key that counts requests gives their rate by its own words.
    let per = period_at(document, hits, hit.span.to).filter(|period| period.span.to <= key.to);
    let from = per.map_or(hit.span.to, |period| period.span.to);
    let last = (from..key.to).all(|at| document.tokens[at].kind == Kind::Symbol);
    let found = noun(&hit.meaning.value)?;
    let counted = match found {
        Noun::Person | Noun::People => true,
        // `Events | 1.8 million per hour`.
        Noun::Request => {
            // `Consultas/segundo | 60` has it in its key.
            hit.meaning.value == "request" && (per.is_some() || period_after(document, hits, end).is_some())
        }
        Noun::Record { .. } | Noun::Device | Noun::Other => false,
    };
    (last && counted).then_some((found, hit.span))
}

/// Fewer of anything a period are no load.
const LEAST_UNKNOWN: f64 = 50.0;

/// "45,000 widgets a month": the word behind a number that a period follows, whatever it is.
fn unknown_noun(document: &Document, hits: &Hits, quantity: &Quantity, end: usize) -> Option<Span> {
    let mut at = end;
    // An adjective may stand before it, and what it is made of behind it ("lames de microscope").
    for _ in 0..3 {
        if at > end && matches!(document.lower(at), "de" | "of" | "d" | "di" | "von") {
            at += 1;
        }
        let token = document.token(at)?;
        let word = token.kind == Kind::Word
            && token.lower.chars().count() >= 4
            && token.sentence == document.sentence(quantity.span.from)
            && [
                "time",
                "period",
                "percent",
                "scale",
                "data_unit",
                "currency",
                "noun_stop",
                "number",
                "decoy.throughput",
            ]
            .iter()
            .all(|group| hits.at(group, at).is_none());
        if !word || quantity.high < LEAST_UNKNOWN {
            return None;
        }
        at += 1;
        // "Once a day for about 2,000 discharges."
        let of_period = quantity.whole.from >= 2
            && matches!(document.lower(quantity.whole.from - 1), "for" | "für" | "pour" | "para" | "per" | "voor")
            && hits.in_clause(document, "schedule", quantity.span.from).next().is_some();
        if of_period && token.lower.ends_with(['s', 'n', 'i', 'e']) {
            return Some(Span::new(end, at));
        }
        // "A job per week that scores 2 million donors": what is worked on is counted, whatever it is.
        let worked_on = hits.before("infer_verb", quantity.whole.from).is_some();
        if worked_on && token.lower.ends_with(['s', 'n', 'i', 'e']) {
            return Some(Span::new(end, at));
        }
        if is_worked_through(document, hits, quantity) && token.lower.ends_with(['s', 'n', 'e', 'i']) {
            return Some(Span::new(end, at));
        }
        if period_at(document, hits, at).is_some() && token.lower.ends_with(['s', 'n', 'e', 'i', 'r']) {
            return Some(Span::new(end, at));
        }
    }
    None
}

/// Tokens of a sentence in which a time that opens it is said of the whole.
const OPENING: usize = 4;

/// "Every night we transcribe the day's hearings, some 600 recordings": a time opens the sentence, a verb says that
/// something is worked out, and the number stands behind a comma or in brackets.
fn is_worked_through(document: &Document, hits: &Hits, quantity: &Quantity) -> bool {
    let sentence = document.sentence_span(quantity.span.from);
    let opening = Span::new(sentence.from, sentence.to.min(sentence.from + OPENING));
    let beside =
        quantity.whole.from.checked_sub(1).is_some_and(|at| matches!(document.lower(at), "," | "(" | ":" | "–"))
            || quantity.whole.from >= 2 && matches!(document.lower(quantity.whole.from - 2), "," | "(" | ":" | "–");
    beside
        && hits.within("schedule", opening).next().is_some()
        && hits.within("infer_verb", sentence).next().is_some()
        && hits.within("retrain_cue", sentence).next().is_none()
}

fn noun(value: &str) -> Option<Noun> {
    Some(match value.split_once(':') {
        Some((_, kilobytes)) => Noun::Record { kilobytes: kilobytes.parse().ok()? },
        None => match value {
            "request" | "times" => Noun::Request,
            "device" => Noun::Device,
            "person" => Noun::Person,
            _ => Noun::People,
        },
    })
}

/// The thing that is counted, within a few words behind the number.
fn noun_after(document: &Document, hits: &Hits, from: usize) -> Option<(Noun, Span)> {
    let mut at = from;
    while at < from + 5 {
        let token = document.token(at)?;
        let number = token.kind == Kind::Number || hits.at("number", at).is_some();
        if token.sentence != document.sentence(from.saturating_sub(1)) || number {
            return None;
        }
        if token.kind == Kind::Symbol && !document.joining_hyphen(at) {
            return None;
        }
        if let Some(hit) = hits.at("noun", at) {
            let mut hit = hit;
            // `customer records`, `card transactions`: the last noun of a compound counts.
            let mut next = hit.span.to;
            // What begins with a plural is no compound: "sensors report", "users order".
            let last = document.lower(hit.span.to - 1);
            let compound =
                !last.ends_with('s') && !matches!(last, "people" | "leute" | "personen" | "persone" | "mensen");
            while let Some(longer) = hits.at("noun", next).filter(|_| compound) {
                hit = longer;
                next = hit.span.to;
            }
            return Some((noun(&hit.meaning.value)?, Span::new(from, hit.span.to)));
        }
        let stops = hits.at("noun_stop", at).is_some()
            || matches!(
                token.lower.as_str(),
                "per"
                    | "in"
                    | "from"
                    | "and"
                    | "to"
                    | "for"
                    | "with"
                    | "on"
                    | "is"
                    | "are"
                    | "every"
                    | "each"
                    | "we"
                    | "or"
            );
        if stops || hits.at("time", at).is_some() && at == from {
            return None;
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Measure> {
        let mut document = Document::new(text);
        let hits = Hits::find(&mut document);
        measures(&document, &hits)
    }

    #[test]
    fn periods_behind_things_and_between() {
        for (text, seconds) in [
            ("2 million card transactions per day", 86_400.0),
            ("5,000 requests to the model per second", 1.0),
            ("10,000 scores/hour", 3600.0),
            ("2 million daily transactions", 86_400.0),
            ("400 requests a second", 1.0),
            ("$5k of cloud spend per month", 2_629_800.0),
        ] {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].period.map(|period| period.seconds), Some(seconds), "{text}");
        }
    }

    #[test]
    fn durations_without_a_number() {
        for (text, seconds) in [
            ("under a second", 1.0),
            ("sub-second latency", 1.0),
            ("half a second", 0.5),
            ("single-digit milliseconds", 0.01),
        ] {
            let found = read(text);
            let Some(Unit::Time(unit)) = found.first().map(|measure| measure.unit) else { panic!("{text}: {found:?}") };
            assert!((found[0].quantity.high * unit - seconds).abs() < 1e-9, "{text}");
        }
    }
}
