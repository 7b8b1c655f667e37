//! The latency objective: which duration is that of an answer.

use design::constraint::{ConstraintField, Latency};

use crate::{
    confidence::{APPROXIMATE, BOUND, COMPETING, EXPLICIT, PERIOD, VAGUE, Weigher},
    measure::Unit,
    number::{Bound, parse_digits},
    reader::{Clash, Found, Reader, show},
    text::{Kind, Span},
};

/// Words about another kind of duration that are farther from a duration do not speak of it.
const FARTHEST_DECOY: usize = 8;
/// Words between a duration and the word that names it as a latency beyond doubt.
const NEAR_STRONG: usize = 4;
/// Words between minutes or hours and the word that names what is there by then.
const NEAR_AWAITED: usize = 9;
/// Tokens before a duration in which another one tells how it was.
const WAS_WITHIN: usize = 20;
/// Tokens around a duration in which a load stands beside it.
const LOAD_WITHIN: usize = 60;
/// Most tokens of a statement that only bounds a duration.
const SHORT_STATEMENT: usize = 9;
/// What takes longer than a day is no answer.
const LONGEST_MS: f64 = 86_400_000.0;
/// The same where nothing names the duration as that of an answer.
const LONGEST_UNNAMED_MS: f64 = 60_000.0;
/// Percentile where the text names none.
const USUAL_PERCENTILE: f64 = 95.0;

/// The latency objective.
pub fn read(reader: &Reader) -> (Option<Found<Latency>>, Option<Clash>) {
    struct Candidate {
        found: Found<Latency>,
        score: f64,
        span: Span,
        named: bool,
        /// "Anything up to 250 ms is acceptable."
        limit: bool,
        /// A word that speaks of nothing but latency stands right beside it.
        strong: bool,
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for measure in &reader.measures {
        let Unit::Time(seconds) = measure.unit else { continue };
        let at = measure.at();
        let quantity = &measure.quantity;
        let milliseconds = quantity.high * (seconds * 1000.0);
        let repeated = measure.span.from > 0
            && (matches!(reader.document.lower(measure.span.from - 1), "last" | "past" | "letzten" | "dernières")
                // "Each in no more than 750 ms" is no rhythm.
                // "A 150 ms slot" has an article, and is no rhythm either.
                || quantity.bound == Bound::Exact
                    && reader
                        .hits
                        .before("every", measure.span.from)
                        .is_some_and(|every| seconds > 0.001 || reader.document.lower(every.span.from) != "a"));
        // "20 seconds of video" is its length; "3 seconds of the event" is a delay.
        let length = reader.document.lower(measure.span.to) == "of"
            && (measure.span.to..measure.span.to + 3).any(|at| reader.hits.at("length_of", at).is_some());
        let behind = length || matches!(reader.document.lower(measure.span.to), "ago" | "old" | "ahead" | "long");
        if milliseconds <= 0.0
            || repeated
            || behind && seconds > 0.1
            || reader.is_aside(measure)
            || reader
                .hits
                .in_clause(&reader.document, "present_state", at)
                // "Our existing models" are no state of a duration.
                .any(|hit| reader.document.lower(hit.span.from) != "existing")
            || reader
                .hits
                .in_clause(&reader.document, "decoy.latency", at)
                .any(|hit| hit.span.distance(measure.span) <= 1 && !is_item_of(reader, measure.span, hit.span))
        {
            continue;
        }
        let strong = reader.cue("cue.latency_strong", measure.span);
        let cue = strong.or_else(|| reader.cue("cue.latency", measure.span));
        let accepted = reader.hits.at("accepted", measure.span.to).is_some();
        let decoy = reader
            .near("decoy.latency", measure.span)
            .filter(|(_, distance)| *distance <= FARTHEST_DECOY)
            // "Sub-100 ms, 99.99 % uptime": behind another value, it is said of that one.
            .filter(|(word, _)| !stands_behind_another(reader, measure.span, *word))
            // "Half a second per recording is the limit": what it is of has no length here.
            .filter(|(word, _)| !is_item_of(reader, measure.span, *word))
            .filter(|(word, distance)| !has_value_behind(reader, measure.span, *word, *distance))
            // "Failures predicted hours ahead, so an alert after 5 minutes is fine."
            // "Models are refreshed every hour, the feed must load within 250 ms."
            .filter(|(_, distance)| {
                let said = accepted || quantity.bound == Bound::AtMost && seconds <= 0.001;
                !(said && cue.is_some_and(|(_, near)| near < *distance))
            });
        let alone = decoy.is_none();
        let decoy = reader.closeness(decoy);
        let bounded = quantity.bound == Bound::AtMost
            || reader.bounded_behind(measure.span)
            || reader.hits.before("target_is", quantity.whole.from).is_some()
            || reader.is_limit_by_refusal(measure);
        let fine = seconds <= 0.001;
        let mut score = reader.closeness(cue) - 1.1 * decoy;
        score += if strong.is_some() { 0.2 } else { 0.0 };
        score += if bounded { 0.2 } else { 0.0 };
        score += if fine { 0.35 } else { 0.0 };
        // Milliseconds of which nothing else is said, and "in ten seconds or less", are those of answers.
        score += if fine && alone { 0.12 } else { 0.0 };
        let preposition = |at: usize| {
            matches!(
                reader.document.lower(at),
                "in" | "within"
                    | "innerhalb"
                    | "binnen"
                    | "en"
                    | "dans"
                    | "entro"
                    | "em"
                    | "inside"
                    | "after"
                    | "nach"
                    | "après"
                    | "después"
                    | "na"
            )
        };
        let from = quantity.span.from;
        let within = (measure.span.from.saturating_sub(1)..from).any(preposition);
        score += if within && bounded && alone { 0.27 } else { 0.0 };
        // "The answer took 900 ms. This year half a second at most": what was spoken of goes on.
        let goes_on = cue.is_none()
            && bounded
            && alone
            && (spoken_of_before(reader, measure.span) || was_before(reader, measure.span));
        score += if goes_on { 0.3 } else { 0.0 };
        // ", 2 requests per second, 1 second," and "one second is fine": a duration that a load stands beside, of which
        // nothing else is said.
        let item = reader.is_item(measure.span) || reader.is_item(reader.with_bound_behind(measure.span));
        let told = alone && (accepted || cue.is_none() && item);
        score += if told && has_load_beside(reader, measure.span) { 0.5 } else { 0.0 };
        // "300 requests per minute. 4 seconds.": a statement that is a duration and nothing else, behind one of a load.
        let own = reader.document.sentence_span(at);
        let whole = measure.span.from == own.from && measure.span.to + 1 >= own.to;
        let before = || {
            own.from.checked_sub(1).is_some_and(|end| {
                let span = reader.document.sentence_span(end);
                has_load_beside(reader, span)
            })
        };
        score += if alone && whole && cue.is_none() && before() { 0.5 } else { 0.0 };
        // "While the customer is still at the counter, … two seconds": somebody waits.
        let waits = (cue.is_some() || bounded)
            && alone
            && reader
                .hits
                .in_sentence(&reader.document, "deployment", at)
                .any(|hit| hit.meaning.value == "real_time" && hit.meaning.weight >= 1.0 && hit.negated.is_none());
        score += if waits { 0.3 } else { 0.0 };
        // "Half a second is the limit": a sentence that only bounds a duration.
        let sentence = reader.document.sentence_span(at);
        let only_bounds = alone
            && (reader.bounded_behind(measure.span)
                || accepted
                || quantity.bound == Bound::AtMost && sentence.to - sentence.from <= SHORT_STATEMENT)
            && measure.span.from <= sentence.from + 1;
        score += if only_bounds { 0.48 } else { 0.0 };
        // "Ranking of a letter: 2 s": the key names a result.
        let keyed =
            alone && cue.is_none() && measure.span.from > sentence.from + 1 && whole_behind_key(reader, measure.span);
        score += if keyed { 0.5 } else { 0.0 };
        // "Seven seconds per ruling at most", "between one and two seconds per picture".
        let of_item = alone && bounded && seconds <= 1.0 && reader.with_item(measure.span) != measure.span;
        score += if of_item { 0.35 } else { 0.0 };
        // "The result must be there within 2 minutes", "scored within an hour of upload": minutes and hours are those of
        // an answer where it is bounded, and what comes is named close by; else they are those of anything.
        let outage = reader.clause_has("downtime", at)
            || crate::measure::period_at(&reader.document, &reader.hits, measure.span.to).is_some();
        let awaited =
            (bounded || accepted) && alone && !outage && cue.is_some_and(|(_, distance)| distance <= NEAR_AWAITED);
        let longest = if strong.is_some() && !outage || awaited { LONGEST_MS } else { LONGEST_UNNAMED_MS };
        if score < 0.45 || milliseconds > longest {
            continue;
        }
        let percentile = percentile(reader, measure.span);
        let weigher = Weigher::default()
            .support(format!("duration “{}”", reader.document.quote(measure.span)), EXPLICIT)
            .support_if(bounded, "bounded (“under”)", BOUND)
            .support_if(fine, "milliseconds are the unit of latencies", BOUND)
            .support_if(percentile.is_some(), "percentile is given", PERIOD);
        let weigher = reader
            .weigh(weigher, cue, at)
            .penalty_if(quantity.approximate, "approximate", APPROXIMATE)
            .penalty_if(quantity.vague, "vague number", VAGUE)
            .penalty_if(decoy > 0.25, "another kind of duration is spoken of close by", COMPETING);
        let mut steps = Vec::new();
        if quantity.is_range() {
            steps.push(format!("upper end of {} to {}", show(quantity.low), show(quantity.high)));
        }
        if (seconds - 0.001).abs() > 1e-9 {
            steps.push(format!("{} × {} ms", show(quantity.high), show(seconds * 1000.0)));
        }
        if percentile.is_none() {
            steps.push("no percentile is given; read as P95".to_owned());
        }
        let mut spans = vec![measure.span];
        spans.extend(cue.filter(|(_, distance)| *distance < 12).map(|(span, _)| span));
        spans.extend(percentile.map(|(_, span)| span));
        candidates.push(Candidate {
            found: Found {
                value: Latency {
                    milliseconds,
                    percentile: percentile.map_or(USUAL_PERCENTILE, |(percentile, _)| percentile),
                },
                spans,
                weigher,
                derivation: (!steps.is_empty()).then(|| steps.join("; ")),
            },
            score,
            span: measure.span,
            named: percentile.is_some(),
            limit: bounded && accepted,
            strong: strong.is_some_and(|(word, distance)| distance <= NEAR_STRONG || keys(reader, word, measure.span)),
        });
    }
    // "Ideally 100 ms, but never more than 200": what is only hoped for gives way to the limit.
    let limit = candidates
        .iter()
        .filter(|candidate| !reader.is_wish(candidate.span.from))
        .map(|candidate| candidate.found.value.milliseconds)
        .reduce(f64::max);
    candidates.retain(|candidate| {
        let stricter = limit.is_some_and(|limit| candidate.found.value.milliseconds < limit);
        !(stricter && reader.is_wish(candidate.span.from))
    });
    // "Aim for 100 ms; anything up to 250 ms is acceptable."
    let limit =
        candidates.iter().filter(|candidate| candidate.limit).map(|c| c.found.value.milliseconds).reduce(f64::max);
    candidates.retain(|candidate| limit.is_none_or(|limit| candidate.found.value.milliseconds >= limit));
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best) = candidates.first() else { return (None, None) };
    let best_score = best.score;
    let rivals = |candidate: &Candidate| {
        let apart = reader.document.sentence(candidate.span.from) != reader.document.sentence(best.span.from);
        candidate.score > 0.6 * best_score || apart && candidate.strong
    };
    let close: Vec<&Candidate> = candidates.iter().filter(|candidate| rivals(candidate)).collect();
    // P50 and P99 beside each other do not clash: the objective nearest to P95 is kept.
    let percentiles_differ = close.len() > 1
        && close.iter().all(|candidate| candidate.named)
        && close.windows(2).all(|pair| (pair[0].found.value.percentile - pair[1].found.value.percentile).abs() > 1e-9);
    if percentiles_differ {
        let chosen = close.iter().min_by(|a, b| {
            let distance = |candidate: &Candidate| (candidate.found.value.percentile - USUAL_PERCENTILE).abs();
            distance(a).total_cmp(&distance(b))
        });
        return (chosen.map(|candidate| candidate.found.clone()), None);
    }
    let differ = close.iter().any(|candidate| {
        let ratio = candidate.found.value.milliseconds / best.found.value.milliseconds;
        !(0.95..=1.05).contains(&ratio)
    });
    if !differ {
        // "A score takes no less than two seconds", where 50 ms are the limit.
        let floor = floors(reader).find(|(milliseconds, span)| {
            *milliseconds > best.found.value.milliseconds
                && reader.document.sentence(span.from) != reader.document.sentence(best.span.from)
        });
        let Some((milliseconds, span)) = floor else { return (Some(best.found.clone()), None) };
        let clash = Clash {
            fields: vec![ConstraintField::Latency],
            spans: vec![best.span, span],
            explanation: format!(
                "An answer may take {} ms at most, and must take {} ms at least.",
                show(best.found.value.milliseconds),
                show(milliseconds)
            ),
            resolution: format!("The upper limit is planned for: {} ms.", show(best.found.value.milliseconds)),
        };
        let mut found = best.found.clone();
        found.weigher = found.weigher.penalty("a longer time is demanded too", COMPETING);
        return (Some(found), Some(clash));
    }
    // "Features within 2 s, and a ranking that answers in 70 ms": one sentence speaks of two things rather than against
    // itself, unless it turns.
    let sentence = reader.document.sentence_span(best.span.from);
    let turns = reader.hits.within("clause_break", sentence).any(|turn| turn.meaning.value == "word");
    let named = close.iter().filter(|candidate| candidate.strong).count();
    let together = named < 2 && close.iter().all(|candidate| sentence.overlaps(candidate.span));
    let strictest = close
        .iter()
        .min_by(|a, b| a.found.value.milliseconds.total_cmp(&b.found.value.milliseconds))
        .copied()
        .unwrap_or(best);
    if together && !turns {
        return (Some(strictest.found.clone()), None);
    }
    let values: Vec<String> = close.iter().map(|c| format!("{} ms", show(c.found.value.milliseconds))).collect();
    let clash = Clash {
        fields: vec![ConstraintField::Latency],
        spans: close.iter().map(|candidate| candidate.span).collect(),
        explanation: format!("Different latencies are given: {}.", values.join(" and ")),
        resolution: format!("The strictest one is planned for: {} ms.", show(strictest.found.value.milliseconds)),
    };
    let mut found = strictest.found.clone();
    found.weigher = found.weigher.penalty("another latency is given", COMPETING);
    (Some(found), Some(clash))
}

/// Longest key of a line.
const LONGEST_KEY: usize = 7;

/// "| Response time per request, maximum | 2 seconds |": a word that stands in the key of a value.
fn keys(reader: &Reader, word: Span, span: Span) -> bool {
    let separates = |at: usize| matches!(reader.document.lower(at), "|" | ":" | "=");
    word.to < span.from
        && separates(span.from - 1)
        && span.from - word.to <= LONGEST_KEY
        && !(word.to..span.from - 1).any(separates)
}

/// True for a duration that is all that stands behind a key that names a result: "ranking of a letter: 2 s".
fn whole_behind_key(reader: &Reader, span: Span) -> bool {
    let document = &reader.document;
    let sentence = document.sentence_span(span.from);
    let key = Span::new(sentence.from, span.from - 1);
    matches!(document.lower(span.from - 1), ":" | "=")
        && key.to - key.from <= LONGEST_KEY
        && (span.to >= sentence.to || span.to + 1 == sentence.to)
        && reader.hits.within("infer_verb", key).next().is_some()
        && reader.hits.within("retrain_cue", key).next().is_none()
}

/// "Every answer takes at least five seconds": durations that an answer must not fall below, in milliseconds.
fn floors(reader: &Reader) -> impl Iterator<Item = (f64, Span)> {
    reader.measures.iter().filter_map(move |measure| {
        let Unit::Time(seconds) = measure.unit else { return None };
        let at = measure.at();
        let milliseconds = measure.quantity.low * seconds * 1000.0;
        let cue = reader
            .cue("cue.latency_strong", measure.span)
            .or_else(|| reader.near("cue.latency", measure.span))
            .or_else(|| reader.cue("cue.latency", measure.span))?;
        let demanded = reader.hits.in_sentence(&reader.document, "must", at).next().is_some()
            || reader.clause_has("wanted", at)
            || cue.1 <= NEAR_STRONG;
        let other = reader.near("decoy.latency", measure.span).is_some()
            || reader.clause_has("downtime", at)
            || reader.clause_has("present_state", at)
            || reader.is_aside(measure)
            || reader.is_limit_by_refusal(measure)
            || reader.denial(measure.span).is_some_and(|no| no.to < measure.quantity.whole.from);
        let floor = measure.quantity.bound == Bound::AtLeast && milliseconds <= LONGEST_UNNAMED_MS;
        (floor && demanded && !other && cue.1 <= NEAR_AWAITED).then_some((milliseconds, measure.span))
    })
}

/// Tokens between a word about another kind of duration and the value behind it that it is said of.
const VALUE_WITHIN: usize = 2;

/// "A result in 2 seconds and an uptime of 99.5 %": a word that has its own value right behind it.
fn has_value_behind(reader: &Reader, span: Span, word: Span, distance: usize) -> bool {
    word.from >= span.to
        && reader.measures_around(word.from, 2 * VALUE_WITHIN + 2).any(|(_, other)| {
            let way = other.span.from.saturating_sub(word.to);
            other.span.from >= word.to && way <= VALUE_WITHIN && way <= distance && other.unit != Unit::Bare
        })
}

/// "Half a second per recording": a word behind a duration that names the one thing that it is of.
fn is_item_of(reader: &Reader, span: Span, word: Span) -> bool {
    word.from >= span.to && reader.with_item(span).overlaps(word)
}

/// True when another value stands between a duration and a word behind it.
fn stands_behind_another(reader: &Reader, span: Span, word: Span) -> bool {
    reader.measures_around(word.from, FARTHEST_DECOY).any(|(_, other)| {
        span.to <= other.span.from && other.span.to <= word.from && !matches!(other.unit, Unit::Time(_))
    })
}

/// True when the sentence of a duration has a rate too.
fn has_load_beside(reader: &Reader, span: Span) -> bool {
    let sentence = reader.document.sentence(span.from);
    reader.measures_around(span.from, LOAD_WITHIN).any(|(_, other)| {
        let rate = match other.unit {
            Unit::Rate(_) => true,
            Unit::Bare => other.period.is_some(),
            Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent => false,
        };
        rate && reader.document.sentence(other.at()) == sentence
    })
}

/// "It used to take nine seconds; the target is two": another duration of the sentence tells how it was.
fn was_before(reader: &Reader, span: Span) -> bool {
    let sentence = reader.document.sentence_span(span.from);
    reader.measures_around(span.from, WAS_WITHIN).any(|(_, other)| {
        matches!(other.unit, Unit::Time(_))
            && sentence.overlaps(other.span)
            && other.span.to <= span.from
            && reader.is_history(other.at())
    })
}

/// True when the sentence before speaks of latency, with a duration of its own.
fn spoken_of_before(reader: &Reader, span: Span) -> bool {
    let Some(end) = reader.document.sentence_span(span.from).from.checked_sub(1) else { return false };
    let sentence = reader.document.sentence_span(end);
    let duration = reader
        .measures_around(end, sentence.to - sentence.from)
        .any(|(_, measure)| matches!(measure.unit, Unit::Time(_)) && sentence.overlaps(measure.span));
    duration
        && ["cue.latency", "cue.latency_strong"]
            .iter()
            .any(|group| reader.hits.within(group, sentence).next().is_some())
}

/// `p95`, `95th percentile`, `99% of requests` in the clause or the one beside it.
fn percentile(reader: &Reader, span: Span) -> Option<(f64, Span)> {
    let document = &reader.document;
    let sentence = document.sentence_span(span.from);
    // Farther words speak of another number; it also bounds the work on a text that never ends a sentence.
    (sentence.from.max(span.from.saturating_sub(40))..sentence.to.min(span.to + 40))
        .filter_map(|at| {
            let lower = document.lower(at);
            let digits =
                lower.strip_prefix('p').filter(|rest| rest.len() >= 2 && rest.chars().all(|c| c.is_ascii_digit()));
            if let Some(digits) = digits {
                // p999 is P99.9.
                let (mut value, mut to): (f64, usize) = (digits.parse().ok()?, at + 1);
                if digits.len() == 3 && value > 100.0 {
                    value /= 10.0;
                } else if document.lower(at + 1) == "."
                    && document.glued(at)
                    && document.glued(at + 1)
                    && let Ok(tenth) = document.lower(at + 2).parse::<f64>()
                {
                    value += tenth / 10.0;
                    to = at + 3;
                }
                return Some((value, Span::new(at, to)));
            }
            if matches!(lower, "median" | "p50") {
                return Some((50.0, Span::new(at, at + 1)));
            }
            let ordinal = lower.strip_suffix("th").filter(|_| document.lower(at + 1) == "percentile");
            if let Some(value) = ordinal.and_then(|digits| digits.parse().ok()) {
                return Some((value, Span::new(at, at + 2)));
            }
            let share = document.tokens[at].kind == Kind::Number
                && reader.hits.at("percent", at + 1).is_some()
                && matches!(document.lower(at + 2), "of");
            let value = share.then(|| parse_digits(lower, crate::number::Custom::Point)).flatten()?;
            let requests = (at + 3..at + 6).any(|next| reader.hits.at("noun", next).is_some());
            (requests && value >= 50.0).then_some((value, Span::new(at, at + 4)))
        })
        .filter(|(value, _)| (50.0..100.0).contains(value))
        // "100 ms at the median and 400 ms at P95": what stands behind the number belongs to it.
        .min_by_key(|(_, found)| (found.distance(span), found.from < span.from))
}
