//! Loads that are said of each of many things: "each camera sends 2 frames per second", "20 questions per employee per
//! day", "40 sites x 6 cameras x 5 fps".

use crate::{
    measure::{Measure, Noun, Unit, period_at},
    reader::Reader,
    text::{Kind, Span},
};

/// Tokens before a measure in which a word such as "each" speaks of it.
const EACH_BEFORE: usize = 8;
/// Tokens behind a measure in which such a word does.
const EACH_BEHIND: usize = 5;
/// Tokens around a measure in which the things are counted.
const THINGS_AROUND: usize = 60;
/// Most words between a factor and the sign of multiplication: "40 construction sites x 6 cameras".
const WORDS_OF_FACTOR: usize = 4;

/// The things of which each has a load of its own.
pub struct Many {
    /// How many there are.
    pub count: f64,
    /// Where they are counted.
    pub span: Span,
    /// The words that count them, joined by `×`.
    pub words: String,
}

/// "three times a day".
pub fn is_times(reader: &Reader, words: Span) -> bool {
    reader.hits.within("noun", words).any(|hit| hit.meaning.value == "times")
}

/// How many things have the load of a measure, when it is said of each: "each camera sends 2 frames per second",
/// "30 fps per line", "10,000 turbines, one reading per second each".
pub fn how_many(reader: &Reader, index: usize) -> Option<Many> {
    counts(&reader.measures[index]).then(|| product(reader, index).or_else(|| of_each(reader, index, 1)))?
}

/// How many things have an amount of data in a period, when a word says that it is that of each: "each camera uploads 4 GB
/// a day".
pub fn of_each_thing(reader: &Reader, index: usize) -> Option<Many> {
    let measure = &reader.measures[index];
    let amount = matches!(measure.unit, Unit::Data(_)) && measure.period.is_some();
    (amount && each_of(reader, index).is_some()).then(|| of_each(reader, index, 1))?
}

/// True for a measure that may be the load of one thing.
fn counts(measure: &Measure) -> bool {
    match (measure.unit, measure.noun, measure.period) {
        // "Every turbine has 120 sensors."
        (Unit::Rate(_), _, _)
        | (Unit::Bare, Some((Noun::Request | Noun::Record { .. } | Noun::People | Noun::Device, _)), _)
        | (Unit::Bare, _, Some(_)) => true,
        (Unit::Bare, Some((Noun::Person | Noun::Other, _)) | None, None)
        | (Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent, _, _) => false,
    }
}

/// "40 sites x 6 cameras x 5 fps": factors with a sign of multiplication between them.
fn product(reader: &Reader, index: usize) -> Option<Many> {
    let document = &reader.document;
    let begin = reader.measures[index].quantity.whole.from;
    let sign = begin.checked_sub(1).filter(|at| matches!(document.lower(*at), "x" | "×" | "✕" | "⨯" | "·"))?;
    let before = index.checked_sub(1)?;
    let factor = &reader.measures[before];
    let words = factor.quantity.span.to..sign;
    let named = words.len() <= WORDS_OF_FACTOR && words.clone().all(|at| document.tokens[at].kind == Kind::Word);
    if factor.unit != Unit::Bare || !named || document.sentence(sign) != document.sentence(factor.at()) {
        return None;
    }
    let own = Span::new(factor.quantity.span.from, sign);
    Some(match product(reader, before) {
        Some(outer) => Many {
            count: outer.count * factor.quantity.high,
            span: outer.span.hull(own),
            words: format!("{} × {}", outer.words, document.quote(own)),
        },
        None => Many { count: factor.quantity.high, span: own, words: document.quote(own) },
    })
}

/// A word such as "each", by which a measure is said of each of many things.
struct Each {
    /// Where it is.
    span: Span,
    /// True when it stands behind the measure.
    behind: bool,
}

/// The thing that follows a word such as "each", known by the first letters of its last word.
pub fn thing_named(reader: &Reader, each: Span) -> Option<String> {
    let last = match reader.hits.at("noun", each.to) {
        Some(hit) => hit.span.to - 1,
        None => each.to,
    };
    let token = reader.document.token(last)?;
    let same_sentence = token.sentence == reader.document.sentence(each.from);
    (token.kind == Kind::Word && same_sentence).then(|| stem(&token.lower))
}

/// The first letters of a word, by which its singular and its plural are the same.
fn stem(word: &str) -> String {
    word.chars().take(4).collect()
}

/// "bus" is that of "buses".
fn same_stem(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    a == b || shorter >= 3 && (a.starts_with(b) || b.starts_with(a))
}

/// True when a number counts a thing: "5,000 employees" counts what "per employee" names.
pub fn is_number_of(reader: &Reader, thing: &Measure, name: &str) -> bool {
    // "Students: 22,000."
    let begin = thing.quantity.whole.from;
    let keyed = begin >= 2 && matches!(reader.document.lower(begin - 1), ":" | "=" | "|");
    if keyed && same_stem(&stem(reader.document.lower(begin - 2)), name) {
        return true;
    }
    let from = thing.quantity.span.to;
    let to = thing.noun.map_or(from + 2, |(_, words)| words.to);
    (from..to).any(|at| {
        let same_sentence = reader.document.sentence(at) == reader.document.sentence(thing.at());
        let word = reader.document.lower(at);
        // "Wasserzähler" are counted where "jeder Zähler" is named.
        let compound =
            name.chars().count() >= 4 && word.chars().count() >= 2 * name.chars().count() && word.contains(name);
        same_sentence && (same_stem(&stem(word), name) || compound)
    })
}

/// The word by which a measure is said of each of many things.
fn each_of(reader: &Reader, index: usize) -> Option<Each> {
    let document = &reader.document;
    let measure = &reader.measures[index];
    let sentence = document.sentence_span(measure.at());
    // "Per camera" counts cameras; "per answer" counts nothing that has a load, unless answers are counted.
    let shared = |span: Span| {
        let preposition = matches!(document.lower(span.from), "per" | "pro" | "par" | "por");
        let thing = reader
            .hits
            .at("noun", span.to)
            .is_some_and(|hit| !matches!(hit.meaning.value.as_str(), "request" | "people"));
        !preposition
            || thing
            || thing_named(reader, span).is_some_and(|name| {
                reader.measures_around(measure.at(), THINGS_AROUND).any(|(other, thing)| {
                    other != index && thing.unit == Unit::Bare && is_number_of(reader, thing, &name)
                })
            })
    };
    let is_each = |span: Span| {
        // "per second" and "every day" are periods, and no things.
        period_at(document, &reader.hits, span.from).is_none()
            && reader.hits.at("time", span.to).is_none()
            && !measure.quantity.whole.overlaps(span)
            && measure.noun.is_none_or(|(_, words)| !words.overlaps(span))
            && measure.period.is_none_or(|period| !period.span.overlaps(span))
            && shared(span)
    };
    let before = reader
        .hits
        .within("each", Span::new(sentence.from.max(measure.span.from.saturating_sub(EACH_BEFORE)), measure.span.from))
        .filter(|hit| is_each(hit.span) && document.same_statement(hit.span.from, measure.at()))
        .last();
    if let Some(hit) = before {
        return Some(Each { span: hit.span, behind: false });
    }
    // "20 questions per employee per day": between the thing and its period, or behind both.
    let counted = measure.noun.map_or(measure.quantity.span.to, |(_, words)| words.to.max(measure.quantity.span.to));
    let end = measure.span.to.max(counted);
    reader
        .hits
        .within("each", Span::new(counted, sentence.to.min(end + EACH_BEHIND)))
        .find(|hit| is_each(hit.span))
        .map(|hit| Each { span: hit.span, behind: true })
}

/// "12,000 cows over 41 farms": a number of places that other things are spread over.
fn is_spread(reader: &Reader, thing: &Measure) -> bool {
    let begin = thing.quantity.span.from;
    reader.hits.before("spread", begin).is_some_and(|link| {
        reader.measures_around(begin, 12).any(|(_, other)| other.span.to == link.span.from && other.unit == Unit::Bare)
    })
}

/// "36,000 loggers, each of them sends …": something in the plural, whatever it is, right before the word.
fn is_right_before(reader: &Reader, thing: &Measure, each: Option<&Each>) -> bool {
    let document = &reader.document;
    let Some(each) = each.filter(|each| !each.behind && document.lower(each.span.from) == "each") else { return false };
    let word = thing.quantity.span.to;
    let plural = document.token(word).is_some_and(|token| token.kind == Kind::Word && token.lower.ends_with('s'));
    plural && word + 2 == each.span.from && document.lower(word + 1) == ","
}

/// Fewer of something that is not known are seldom what sends.
const LEAST_SENDERS: f64 = 20.0;

/// "340 gauges, one reading every minute": what is counted at the beginning of the clause before, whatever it is.
fn is_listed_before(reader: &Reader, thing: &Measure, measure: &Measure) -> bool {
    let document = &reader.document;
    let word = thing.quantity.span.to;
    let named = document.token(word).is_some_and(|token| token.kind == Kind::Word && token.lower.chars().count() >= 4);
    let unknown = ["time", "period", "noun_stop", "data_unit", "currency", "percent", "scale"]
        .iter()
        .all(|group| reader.hits.at(group, word).is_none());
    let comma = document.lower(word + 1) == ",";
    let here = document.sentence(thing.at()) == document.sentence(measure.at());
    let commas = (word + 2..measure.span.from).filter(|at| document.lower(*at) == ",").count();
    named && unknown && comma && here && commas == 0 && word < measure.span.from && thing.quantity.high >= LEAST_SENDERS
}

fn of_each(reader: &Reader, index: usize, depth: usize) -> Option<Many> {
    let document = &reader.document;
    let measure = &reader.measures[index];
    let each = each_of(reader, index);
    // One reading per second is that of one sensor, not of all of them.
    let device = matches!(measure.noun, Some((Noun::Device, _)));
    let single = (measure.quantity.high - 1.0).abs() < 1e-9 && !device;
    if each.is_none() && !single {
        return None;
    }
    let name = each.as_ref().and_then(|each| thing_named(reader, each.span));
    let same = |thing: &Measure| name.as_ref().is_some_and(|name| is_number_of(reader, thing, name));
    let things = reader.measures_around(measure.at(), THINGS_AROUND).filter(|(other, thing)| {
        let near = document.sentence(thing.at()).abs_diff(document.sentence(measure.at())) <= 1;
        let thing_counts = thing.unit == Unit::Bare
            && match thing.noun {
                Some((Noun::Device, _)) => true,
                Some((Noun::Record { kilobytes }, _)) => each.is_some() && (kilobytes - 5.0).abs() < 1e-9,
                Some((Noun::People | Noun::Person, _)) => same(thing) && thing.period.is_none(),
                None => {
                    let before = is_right_before(reader, thing, each.as_ref());
                    let listed = each.is_none() && is_listed_before(reader, thing, measure);
                    (same(thing) || before || listed) && thing.period.is_none()
                }
                Some((Noun::Request | Noun::Other, _)) => false,
            };
        *other != index && near && thing_counts && thing.quantity.high > 1.0 && !reader.is_history(thing.at())
    });
    // "Each bus has 4 cameras at 10 fps": the frames are those of the cameras.
    let inner = |thing: &Measure| {
        each.as_ref().is_some_and(|each| {
            !each.behind
                && !device
                && matches!(thing.noun, Some((Noun::Device, _)))
                && each.span.to <= thing.span.from
                && thing.span.to <= measure.span.from
        })
    };
    let (thing_index, thing) = things.min_by_key(|(_, thing)| {
        (!inner(thing), !same(thing), is_spread(reader, thing), thing.span.distance(measure.span))
    })?;
    // Things have a number of other things where they are named ("every turbine has 120 sensors"), or where the second
    // number has its "each" right behind it ("85 stores, 12 cameras each").
    let each_behind = each.as_ref().is_some_and(|each| {
        each.behind && each.span.from == measure.span.to && document.lower(each.span.from) == "each"
    });
    if device && !same(thing) && !(each_behind && thing_index < index) {
        return None;
    }
    // "85 stores, 12 cameras each, one picture per camera": the things may themselves be many times there.
    if depth > 0
        && counts(thing)
        && let Some(outer) = of_each(reader, thing_index, depth - 1)
    {
        return Some(Many {
            count: outer.count * thing.quantity.high,
            span: thing.span,
            words: format!("{} × {}", outer.words, document.quote(thing.span)),
        });
    }
    Some(Many { count: thing.quantity.high, span: thing.span, words: document.quote(thing.span) })
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn loads_of_each_are_multiplied_through_all_levels() {
        for (text, rate) in [
            ("5,000 employees, maybe 20 questions per employee per day.", 1.157_4),
            ("5,000 employees x 20 questions/day.", 1.157_4),
            ("40 sites x 6 cameras x 5 fps.", 1200.0),
            ("We have 60 buses. Each bus has 4 cameras at 10 fps.", 2400.0),
            ("Cada cámara (hay 120) envía 2 imágenes por segundo al sistema.", 240.0),
            ("Students: 22,000. We expect three questions per student per week.", 0.109_1),
        ] {
            let found = extract(text).constraints.throughput.map(|stated| stated.value.average_per_second);
            assert!(found.is_some_and(|found| (found / rate - 1.0).abs() < 0.01), "{text}: {found:?}");
        }
    }
}
