//! Latency, throughput, data volume and availability: numbers whose context decides what they are.

use design::constraint::{Availability, ConstraintField, DataVolume, Latency, Throughput};

use crate::{
    confidence::{APPROXIMATE, ASSUMED, BOUND, COMPETING, EXPLICIT, PERIOD, VAGUE, Weigher},
    measure::{Measure, Noun, Period, Unit},
    number::{Bound, parse_digits},
    reader::{Clash, Found, Reader, show},
    text::{Kind, Span},
};

/// Peak over average where the text gives only one of them: a common planning factor for daily traffic curves.
const PEAK_FACTOR: f64 = 3.0;
/// Words about another kind of duration that are farther from a duration do not speak of it.
const FARTHEST_DECOY: usize = 8;
/// Percentile where the text names none.
const USUAL_PERCENTILE: f64 = 95.0;
/// Days of new data that are taken as the stock when only the daily amount is said.
const DAYS_IN_STOCK: f64 = 30.0;

/// The latency objective.
pub fn latency(reader: &Reader) -> (Option<Found<Latency>>, Option<Clash>) {
    struct Candidate {
        found: Found<Latency>,
        score: f64,
        span: Span,
        named: bool,
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for measure in &reader.measures {
        let Unit::Time(seconds) = measure.unit else { continue };
        let at = measure.at();
        let quantity = &measure.quantity;
        let milliseconds = quantity.high * seconds * 1000.0;
        let repeated = measure.span.from > 0
            && (matches!(reader.document.lower(measure.span.from - 1), "last" | "past" | "letzten" | "dernières")
                || reader.hits.before("every", measure.span.from).is_some());
        // "20 seconds of video" is its length; "3 seconds of the event" is a delay.
        let length = reader.document.lower(measure.span.to) == "of"
            && (measure.span.to..measure.span.to + 3).any(|at| reader.hits.at("length_of", at).is_some());
        let behind = length || matches!(reader.document.lower(measure.span.to), "ago" | "old" | "ahead" | "long");
        if milliseconds <= 0.0
            || repeated
            || behind && seconds > 0.1
            || reader.is_history(at)
            || reader
                .hits
                .in_clause(&reader.document, "present_state", at)
                // "Our existing models" are no state of a duration.
                .any(|hit| reader.document.lower(hit.span.from) != "existing")
            || reader
                .hits
                .in_clause(&reader.document, "decoy.latency", at)
                .any(|hit| hit.span.distance(measure.span) <= 1)
        {
            continue;
        }
        let strong = reader.cue("cue.latency_strong", measure.span);
        let cue = strong.or_else(|| reader.cue("cue.latency", measure.span));
        let decoy = reader.near("decoy.latency", measure.span).filter(|(_, distance)| *distance <= FARTHEST_DECOY);
        let alone = decoy.is_none();
        let decoy = reader.closeness(decoy);
        let bounded = quantity.bound == Bound::AtMost || reader.bounded_behind(measure.span);
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
                "in" | "within" | "innerhalb" | "binnen" | "en" | "dans" | "entro" | "em" | "inside" | "after" | "nach"
                    | "après" | "después" | "na"
            )
        };
        let from = quantity.span.from;
        let within = (measure.span.from.saturating_sub(1)..from).any(preposition);
        score += if within && bounded && alone { 0.27 } else { 0.0 };
        let longest = if strong.is_some() { 3_600_000.0 } else { 60_000.0 };
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
        });
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best) = candidates.first() else { return (None, None) };
    let best_score = best.score;
    let close: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.score > 0.6 * best_score).collect();
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
        return (Some(best.found.clone()), None);
    }
    let strictest = close
        .iter()
        .min_by(|a, b| a.found.value.milliseconds.total_cmp(&b.found.value.milliseconds))
        .copied()
        .unwrap_or(best);
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

/// A load that the text gives.
struct Load {
    per_second: f64,
    low: f64,
    peak: bool,
    weigher: Weigher,
    spans: Vec<Span>,
    step: String,
    score: f64,
    noun: String,
    seconds: f64,
}

/// Requests or events per second.
pub fn throughput(reader: &Reader) -> (Option<Found<Throughput>>, Option<Clash>) {
    let document = &reader.document;
    let mut candidates: Vec<Load> = Vec::new();
    for (index, measure) in reader.measures.iter().enumerate() {
        let at = measure.at();
        let quantity = &measure.quantity;
        if reader.is_history(at) || quantity.high <= 0.0 || quantity.vague {
            continue;
        }
        let many = how_many(reader, index);
        let times = measure.noun.is_some_and(|(_, words)| is_times(reader, words));
        if times && many.is_none() {
            continue;
        }
        let cue = reader.cue("cue.throughput", measure.span);
        let (seconds, noun_support, extra) = match (measure.unit, measure.noun, measure.period) {
            (Unit::Rate(unit), _, _) => (1.0 / unit, EXPLICIT, None),
            (Unit::Bare, Some((Noun::Request, _)), Some(period)) => (period.seconds, EXPLICIT, Some(period)),
            (Unit::Bare, Some((Noun::Record { .. }, _)), Some(period)) => (period.seconds, 0.4, Some(period)),
            (Unit::Bare, Some((Noun::Other, _)), Some(period)) if period.seconds <= 2_700_000.0 => {
                (period.seconds, 0.3, Some(period))
            }
            (Unit::Bare, Some((Noun::Record { .. } | Noun::Other, _)), None) => match period_near(reader, measure) {
                Some(period) => (period.seconds, 0.35, Some(period)),
                None => continue,
            },
            (Unit::Bare, Some((Noun::Device, _)), _) => match interval(reader, measure) {
                Some(period) => (period.seconds, 0.4, Some(period)),
                None => continue,
            },
            // `2,000 per second` counts something, whatever it is.
            (Unit::Bare, None, Some(period)) if period.seconds <= 86_400.0 && cue.is_some() => {
                (period.seconds, 0.25, Some(period))
            }
            (Unit::Bare, Some((Noun::Request, _)), None) => match period_near(reader, measure) {
                Some(period) => (period.seconds, 0.45, Some(period)),
                None => continue,
            },
            (
                Unit::Bare | Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent,
                None
                | Some((
                    Noun::Request | Noun::Record { .. } | Noun::Device | Noun::Person | Noun::People | Noun::Other,
                    _,
                )),
                _,
            ) => continue,
        };
        // "80k daily active users" counts people, not what they send.
        if measure.noun.is_some_and(|(_, words)| (words.from..words.to).any(|at| document.lower(at) == "active")) {
            continue;
        }
        // What one user may send is a limit, not the load.
        let behind = measure.span.to;
        if many.is_none()
            && document.lower(behind) == "per"
            && matches!(document.lower(behind + 1), "user" | "customer" | "client" | "tenant")
        {
            continue;
        }
        // Model retraining or reports "per week" are rhythms.
        if measure.noun.is_none() && measure.unit == Unit::Bare && reader.clause_has("retrain_strong", at) {
            continue;
        }
        let peak_cue = reader.near("peak", measure.span);
        let average_cue = reader.near("average", measure.span);
        // "… a month, up to 200,000 in peaks": a peak belongs to the number that is nearest to it.
        let peak = peak_cue.is_some_and(|(span, distance)| {
            let nearer = reader.measures_around(at, 20).any(|(_, other)| {
                other.span != measure.span
                    && document.clause(other.at()) == document.clause(at)
                    && other.span.distance(span) < distance
            });
            distance <= 6 && !nearer && average_cue.is_none_or(|(_, average)| distance < average)
        });
        let factor = many.as_ref().map_or(1.0, |many| many.count);
        let per_second = factor * quantity.high / seconds;
        let words = document.quote(measure.span);
        let amount = match &many {
            Some(many) => format!("{} × {}", many.words, show(quantity.high)),
            None => show(quantity.high),
        };
        let step = if (seconds - 1.0).abs() < 1e-9 {
            match &many {
                Some(many) => format!("{} × “{words}” = {}/s", many.words, show(per_second)),
                None => format!("“{words}”"),
            }
        } else {
            let period_words = extra.map_or("per period".to_owned(), |period| document.quote(period.span));
            format!("{amount} {period_words} / {} s = {}/s", show(seconds), show(per_second))
        };
        let weigher = Weigher::default()
            .support(format!("counted things with a period “{words}”"), noun_support)
            .support("period is given", PERIOD)
            .support_if(peak, "said to be the peak", BOUND)
            .support_if(average_cue.is_some(), "said to be the average", BOUND);
        let weigher = reader
            .weigh(weigher, cue, at)
            .penalty_if(quantity.approximate, "approximate", APPROXIMATE)
            .penalty_if(quantity.vague, "vague number", VAGUE);
        let mut spans = vec![measure.span];
        spans.extend(many.iter().map(|many| many.span));
        spans.extend(extra.map(|period| period.span));
        spans.extend(peak_cue.filter(|_| peak).map(|(span, _)| span));
        let future = if reader.clause_has("future", at) { 0.4 } else { 1.0 };
        let noun = measure.noun.map(|(_, span)| document.quote(span).to_lowercase()).unwrap_or_default();
        // What is counted for each of many things says more than the things or the rate of one.
        let score = weigher.value() * future * if many.is_some() { 1.25 } else { 1.0 };
        candidates.push(Load {
            per_second,
            low: factor * quantity.low / seconds,
            peak,
            weigher,
            spans,
            step,
            score,
            noun,
            seconds,
        });
    }
    candidates.extend(bare_peak(reader, &candidates));
    if candidates.is_empty() {
        candidates.extend(all_of_them(reader));
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.per_second.total_cmp(&a.per_second)));
    let average = candidates.iter().find(|candidate| !candidate.peak);
    let peak = candidates.iter().find(|candidate| candidate.peak);
    let rivals: Vec<&Load> = candidates
        .iter()
        .filter(|candidate| {
            average.is_some_and(|best| {
                !candidate.peak
                    && candidate.noun == best.noun
                    && candidate.score > 0.85 * best.score
                    && !(0.9..=1.1).contains(&(candidate.per_second / best.per_second))
            })
        })
        .collect();
    let clash = (!rivals.is_empty()).then(|| Clash {
        fields: vec![ConstraintField::Throughput],
        spans: average.into_iter().chain(rivals.iter().copied()).map(|candidate| candidate.spans[0]).collect(),
        explanation: "Different loads are given for the same thing.".to_owned(),
        resolution: "The largest one is planned for.".to_owned(),
    });
    let average = rivals.into_iter().chain(average).max_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let found = match (average, peak) {
        (None, None) => None,
        (Some(average), Some(peak)) => {
            // A peak that is below the average would be misread: then both are the average.
            let peak_rate = peak.per_second.max(average.per_second);
            Some(Found {
                value: Throughput { average_per_second: average.per_second, peak_per_second: peak_rate },
                spans: average.spans.iter().chain(&peak.spans).copied().collect(),
                weigher: average.weigher.clone().support("peak is given too", BOUND),
                derivation: Some(format!("average {}; peak {}", average.step, peak.step)),
            })
        }
        (Some(average), None) => {
            let (low, high) = (average.low, average.per_second);
            let range = low < high;
            let mean = if range { (low + high) / 2.0 } else { high };
            let peak = if range { high } else { high * PEAK_FACTOR };
            let rest = if range {
                format!("range: middle {}/s as average, upper end as peak", show(mean))
            } else {
                format!("peak assumed {PEAK_FACTOR} × average")
            };
            Some(Found {
                value: Throughput { average_per_second: mean, peak_per_second: peak },
                spans: average.spans.clone(),
                weigher: average.weigher.clone(),
                derivation: Some(format!("{}; {rest}", average.step)),
            })
        }
        (None, Some(peak)) => Some(Found {
            value: Throughput { average_per_second: peak.per_second / PEAK_FACTOR, peak_per_second: peak.per_second },
            spans: peak.spans.clone(),
            weigher: peak.weigher.clone().penalty("only the peak is given", APPROXIMATE),
            derivation: Some(format!("{}; average assumed peak / {PEAK_FACTOR}", peak.step)),
        }),
    };
    let found = found.map(|mut found| {
        if clash.is_some() {
            found.weigher = found.weigher.penalty("another load is given", COMPETING);
        }
        found
    });
    (found, clash)
}

/// "14M subscribers. … Every subscriber is scored once a week.": all of what was counted elsewhere, on a schedule.
fn all_of_them(reader: &Reader) -> Option<Load> {
    let document = &reader.document;
    let stem = |at: usize| document.lower(at).chars().take(5).collect::<String>();
    reader.hits.of("all").find_map(|all| {
        let thing = reader.hits.within("noun", Span::new(all.span.to, all.span.to + 3)).next()?;
        let sentence = document.sentence_span(all.span.from);
        let worked_on = reader.hits.within("infer_verb", sentence).next().is_some();
        let period = (sentence.from..sentence.to).filter(|at| !all.span.overlaps(Span::new(*at, at + 1))).find_map(|at| {
            crate::measure::period_at(document, &reader.hits, at).filter(|period| period.seconds >= 3600.0)
        })?;
        if !worked_on || all.negated.is_some() || reader.is_history(all.span.from) {
            return None;
        }
        let counted = reader.measures.iter().find(|measure| {
            measure.unit == Unit::Bare
                && measure.period.is_none()
                && matches!(measure.noun, Some((Noun::Record { .. } | Noun::Device, _)))
                && measure.noun.is_some_and(|(_, words)| stem(words.to - 1) == stem(thing.span.to - 1))
                && !measure.quantity.vague
                && !reader.is_history(measure.at())
        })?;
        let per_second = counted.quantity.high / period.seconds;
        let words = document.quote(counted.span);
        let weigher = Weigher::default()
            .support(format!("counted things “{words}”"), 0.4)
            .support(format!("all of them “{}”", document.quote(all.span.hull(thing.span))), 0.4)
            .support("period is given", PERIOD);
        Some(Load {
            per_second,
            low: per_second,
            peak: false,
            score: weigher.value(),
            weigher,
            spans: vec![counted.span, all.span.hull(thing.span), period.span],
            step: format!(
                "“{words}”, all of them {} / {} s = {}/s",
                document.quote(period.span),
                show(period.seconds),
                show(per_second)
            ),
            noun: document.quote(thing.span).to_lowercase(),
            seconds: period.seconds,
        })
    })
}

/// "50,000 invoices a month, up to 200,000 in peaks": a number without unit beside a peak takes the unit before it.
fn bare_peak(reader: &Reader, loads: &[Load]) -> Option<Load> {
    let document = &reader.document;
    reader.measures.iter().find_map(|measure| {
        let bare = measure.unit == Unit::Bare && measure.noun.is_none() && measure.period.is_none();
        let (cue, distance) = reader.near("peak", measure.span)?;
        if !bare || distance > 4 || reader.is_history(measure.at()) {
            return None;
        }
        let before = loads.iter().filter(|load| !load.peak).find(|load| {
            load.spans[0].to <= measure.span.from
                && document.sentence(load.spans[0].from) == document.sentence(measure.at())
        })?;
        let per_second = measure.quantity.high / before.seconds;
        let words = document.quote(measure.span);
        Some(Load {
            per_second,
            low: per_second,
            peak: true,
            weigher: before.weigher.clone().penalty("its unit is taken from the number before", ASSUMED),
            spans: vec![measure.span, cue],
            step: format!("“{words}” in the same unit / {} s = {}/s", show(before.seconds), show(per_second)),
            score: before.score * ASSUMED,
            noun: before.noun.clone(),
            seconds: before.seconds,
        })
    })
}

/// The things of which each has a load of its own.
struct Many {
    count: f64,
    span: Span,
    words: String,
}

/// "three times a day".
fn is_times(reader: &Reader, words: Span) -> bool {
    reader.hits.within("noun", words).any(|hit| hit.meaning.value == "times")
}

/// How many things have the load of a measure, when it is said of each: "each camera sends 2 frames per second",
/// "30 fps per line", "10,000 turbines, one reading per second each".
fn how_many(reader: &Reader, index: usize) -> Option<Many> {
    how_many_within(reader, index, 1)
}

fn how_many_within(reader: &Reader, index: usize, depth: usize) -> Option<Many> {
    let document = &reader.document;
    let measure = &reader.measures[index];
    let counts = match (measure.unit, measure.noun, measure.period) {
        (Unit::Rate(_), _, _) => true,
        (Unit::Bare, Some((Noun::Request | Noun::Record { .. } | Noun::People, _)), _) => true,
        (Unit::Bare, None, Some(_)) => true,
        // "Every turbine has 120 sensors."
        (Unit::Bare, Some((Noun::Device, _)), _) => true,
        (Unit::Bare | Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent, _, _) => false,
    };
    if !counts {
        return None;
    }
    let sentence = document.sentence_span(measure.at());
    let end = measure.period.map_or(measure.span.to, |period| period.span.to.max(measure.span.to));
    // "Per camera" counts cameras; "per answer" counts nothing that has a load.
    let shared = |span: Span| {
        let preposition = matches!(document.lower(span.from), "per" | "pro" | "par" | "por" | "je");
        let thing = reader
            .hits
            .at("noun", span.to)
            .is_some_and(|hit| hit.meaning.value != "request" && hit.meaning.value != "people");
        !preposition || thing || document.lower(span.from) == "je"
    };
    let is_each = |span: Span| {
        shared(span) &&
        // "per second" and "every day" are periods, and no things.
        crate::measure::period_at(document, &reader.hits, span.from).is_none()
            && reader.hits.at("time", span.to).is_none()
            && !measure.span.overlaps(span)
    };
    let before = reader
        .hits
        .within("each", Span::new(sentence.from.max(measure.span.from.saturating_sub(8)), measure.span.from))
        .filter(|hit| is_each(hit.span) && document.clause(hit.span.from) == document.clause(measure.at()))
        .last()
        .map(|hit| hit.span);
    let behind = reader
        .hits
        .within("each", Span::new(end, sentence.to.min(end + 5)))
        .map(|hit| hit.span)
        .find(|span| is_each(*span));
    let each = before.or(behind);
    // One reading per second is that of one sensor, not of all of them.
    let device = matches!(measure.noun, Some((Noun::Device, _)));
    let single = (measure.quantity.high - 1.0).abs() < 1e-9 && !device;
    if each.is_none() && !single {
        return None;
    }
    let named = each.and_then(|span| reader.hits.at("noun", span.to)).map(|hit| hit.span);
    let things = reader.measures_around(measure.at(), 60).filter(|(other, thing)| {
        let near = document.sentence(thing.at()).abs_diff(document.sentence(measure.at())) <= 1;
        let thing_counts = thing.unit == Unit::Bare
            && match thing.noun {
                Some((Noun::Device, _)) => true,
                Some((Noun::Record { kilobytes }, _)) => each.is_some() && (kilobytes - 5.0).abs() < 1e-9,
                Some((Noun::People | Noun::Person | Noun::Request | Noun::Other, _)) | None => false,
            };
        *other != index && near && thing_counts && thing.quantity.high > 1.0 && !reader.is_history(thing.at())
    });
    let stem = |span: Span| document.lower(span.to.saturating_sub(1)).chars().take(4).collect::<String>();
    let same = |thing: &Measure| named.zip(thing.noun).is_some_and(|(named, (_, words))| stem(named) == stem(words));
    let (thing_index, thing) =
        things.min_by_key(|(_, thing)| (!same(thing), thing.span.distance(measure.span)))?;
    // Things have a number of other things where they are named ("every turbine has 120 sensors"), or where the second
    // number has its "each" right behind it ("85 stores, 12 cameras each").
    let each_behind = behind.is_some_and(|span| span.from == end && document.lower(span.from) == "each");
    if device && !same(thing) && !(each_behind && thing_index < index) {
        return None;
    }
    // "85 stores, 12 cameras each, one picture per camera": the things may themselves be many times there.
    if depth > 0
        && let Some(outer) = how_many_within(reader, thing_index, depth - 1)
    {
        return Some(Many {
            count: outer.count * thing.quantity.high,
            span: thing.span,
            words: format!("{} × {}", outer.words, document.quote(thing.span)),
        });
    }
    Some(Many { count: thing.quantity.high, span: thing.span, words: document.quote(thing.span) })
}

/// "sensors that report every 10 seconds".
fn interval(reader: &Reader, device: &Measure) -> Option<Period> {
    let document = &reader.document;
    let sentence = document.sentence(device.at());
    let follows = |measure: &Measure| {
        let number = document.sentence(measure.at());
        number == sentence || number == sentence + 1
    };
    let counted = reader
        .measures_around(device.at(), 60)
        .map(|(_, measure)| measure)
        .filter(|measure| follows(measure) && measure.span.from > 0)
        .find_map(|measure| match measure.unit {
            Unit::Time(seconds) if reader.hits.before("every", measure.span.from).is_some() => {
                Some(Period { seconds: measure.quantity.high * seconds, span: measure.span })
            }
            Unit::Time(_) | Unit::Money(_) | Unit::Data(_) | Unit::Rate(_) | Unit::Percent | Unit::Bare => None,
        });
    counted
        .or_else(|| {
            (device.span.to..device.span.to + 24)
                .filter(|at| document.sentence(*at) == sentence)
                .find_map(|at| crate::measure::period_at(document, &reader.hits, at))
        })
        .filter(|period| period.seconds > 0.0 && period.seconds <= 86_400.0)
}

/// "daily volume of 2M transactions", "per day we score 40,000 calls", "every night all 3 million policies are scored".
fn period_near(reader: &Reader, measure: &Measure) -> Option<Period> {
    let document = &reader.document;
    let sentence = document.sentence_span(measure.at());
    let worked_on = ["cue.throughput", "deployment", "infer_verb"]
        .iter()
        .any(|group| reader.hits.within(group, sentence).any(|hit| hit.span.distance(measure.span) <= 10));
    let request = matches!(measure.noun, Some((Noun::Request, _)));
    // Customers and documents are there; only when something is done with them, the period is that of the doing.
    if !worked_on && !request || reader.hits.within("retrain_strong", sentence).next().is_some() {
        return None;
    }
    let period = |at: usize| {
        crate::measure::period_at(document, &reader.hits, at).filter(|period| {
            let owned = reader.measures_around(at, 20).any(|(_, other)| {
                other.span != measure.span && other.period.is_some_and(|own| own.span.overlaps(period.span))
            });
            period.seconds <= 32_000_000.0 && !owned
        })
    };
    // "By 7 am each morning": a time of the day owns no period.
    let number_between = |from: usize, to: usize| {
        (from..to).any(|at| document.tokens[at].kind == Kind::Number && reader.hits.at("clock", at + 1).is_none())
    };
    let before = (sentence.from.max(measure.span.from.saturating_sub(10))..measure.span.from)
        .rev()
        .filter_map(period)
        .find(|period| !number_between(period.span.to, measure.span.from));
    let behind = || {
        (measure.span.to..sentence.to.min(measure.span.to + 14))
            .filter_map(period)
            .find(|period| !number_between(measure.span.to, period.span.from))
    };
    before.or_else(behind)
}

/// How much data there is.
pub fn data_volume(reader: &Reader) -> Option<Found<DataVolume>> {
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

/// "at most 4 hours of downtime a year" is a share of the time.
fn downtime(reader: &Reader) -> Option<(f64, Found<Availability>, f64)> {
    let document = &reader.document;
    reader.measures.iter().find_map(|measure| {
        let Unit::Time(seconds) = measure.unit else { return None };
        let at = measure.at();
        let (cue, distance) = reader.cue("downtime", measure.span)?;
        if distance > 6 || reader.is_history(at) || reader.clause_has("present_state", at) {
            return None;
        }
        let sentence = document.sentence_span(at);
        let period = (measure.span.to..sentence.to.min(measure.span.to + 8))
            .chain(sentence.from.max(measure.span.from.saturating_sub(8))..measure.span.from)
            .find_map(|at| crate::measure::period_at(document, &reader.hits, at))?;
        let down = measure.quantity.high * seconds;
        // Less than nine tenths of the time is no objective of anybody.
        if down <= 0.0 || down > 0.1 * period.seconds {
            return None;
        }
        let percent = ((1.0 - down / period.seconds) * 1e6).round() / 1e4;
        let words = document.quote(measure.span);
        let weigher = Weigher::default()
            .support(format!("time without service “{words}”"), EXPLICIT)
            .support("period is given", PERIOD);
        let weigher = reader.weigh(weigher, Some((cue, distance)), at);
        let derivation = Some(format!(
            "“{words}” {} without service: 1 − {} s / {} s = {percent} %",
            document.quote(period.span),
            show(down),
            show(period.seconds)
        ));
        let spans = vec![measure.span, cue, period.span];
        Some((percent, Found { value: Availability { percent }, spans, weigher, derivation }, 1.0))
    })
}

/// `availability: 99.9`, "uptime of 99.95".
fn bare_availability(reader: &Reader) -> Option<(f64, Found<Availability>, f64)> {
    reader.measures.iter().find_map(|measure| {
        let percent = measure.quantity.high;
        let (cue, distance) = reader.cue("cue.availability", measure.span)?;
        let bare = measure.unit == Unit::Bare && measure.noun.is_none() && measure.period.is_none();
        if !bare || distance > 3 || !(95.0..100.0).contains(&percent) || reader.is_history(measure.at()) {
            return None;
        }
        let weigher = Weigher::default()
            .support(format!("number “{}”", reader.document.quote(measure.span)), EXPLICIT)
            .penalty("no sign of percent", APPROXIMATE);
        let weigher = reader.weigh(weigher, Some((cue, distance)), measure.at());
        let derivation = Some("read as percent".to_owned());
        let spans = vec![measure.span, cue];
        Some((percent, Found { value: Availability { percent }, spans, weigher, derivation }, 0.6))
    })
}

/// "99.9." among notes: a number of nines of which nothing else is said.
fn nines_alone(reader: &Reader) -> Option<(f64, Found<Availability>, f64)> {
    let document = &reader.document;
    reader.measures.iter().find_map(|measure| {
        let percent = measure.quantity.high;
        let nines = (99.0..100.0).contains(&percent)
            && measure.quantity.high > 99.0
            && matches!(measure.unit, Unit::Bare | Unit::Percent)
            && measure.noun.is_none()
            && measure.period.is_none();
        let around = |at: usize| {
            document.sentence(at) != document.sentence(measure.at()) || matches!(document.lower(at), "," | "." | ";" | "|")
        };
        // With the sign of percent, nothing else of that size is asked for without being named.
        let alone = measure.unit == Unit::Percent && document.lower(measure.span.to) != "of"
            || around(measure.span.to) && (measure.span.from == 0 || around(measure.span.from - 1));
        let decoy = reader.hits.in_sentence(document, "decoy.availability", measure.at()).next().is_some();
        if !nines || !alone || decoy || reader.is_history(measure.at()) {
            return None;
        }
        let weigher = Weigher::default()
            .support(format!("nines “{}”", document.quote(measure.span)), 0.85)
            .penalty("nothing says of what", ASSUMED);
        let derivation = Some("a number of nines alone is read as availability".to_owned());
        Some((percent, Found { value: Availability { percent }, spans: vec![measure.span], weigher, derivation }, 0.5))
    })
}

/// The availability objective.
pub fn availability(reader: &Reader) -> (Option<Found<Availability>>, Option<Clash>) {
    let mut found: Vec<(f64, Found<Availability>, f64)> = Vec::new();
    for measure in &reader.measures {
        let percent = measure.quantity.high;
        if measure.unit != Unit::Percent || !(90.0..100.0).contains(&percent) || reader.is_history(measure.at()) {
            continue;
        }
        let cue = reader.cue("cue.availability", measure.span);
        let decoy = reader.closeness(reader.near("decoy.availability", measure.span));
        let score = reader.closeness(cue) - decoy;
        if cue.is_none() || score <= 0.0 {
            continue;
        }
        let weigher =
            Weigher::default().support(format!("percentage “{}”", reader.document.quote(measure.span)), EXPLICIT);
        let weigher = reader.weigh(weigher, cue, measure.at());
        let mut spans = vec![measure.span];
        spans.extend(cue.map(|(span, _)| span));
        found.push((percent, Found { value: Availability { percent }, spans, weigher, derivation: None }, score));
    }
    found.extend(downtime(reader));
    found.extend(bare_availability(reader));
    if found.is_empty() {
        found.extend(nines_alone(reader));
    }
    if found.is_empty() {
        for hit in reader.said("availability") {
            let Ok(percent) = hit.meaning.value.parse::<f64>() else { continue };
            let words = reader.document.quote(hit.span);
            let weigher = Weigher::default().support(format!("“{words}”"), hit.meaning.weight.min(0.85));
            let weigher = reader.weigh(weigher, None, hit.span.from);
            let derivation = Some(format!("“{words}” = {percent} %"));
            found.push((
                percent,
                Found { value: Availability { percent }, spans: vec![hit.span], weigher, derivation },
                hit.meaning.weight,
            ));
        }
        found.sort_by(|a, b| b.2.total_cmp(&a.2));
        return (found.into_iter().next().map(|(_, found, _)| found), None);
    }
    found.sort_by(|a, b| b.2.total_cmp(&a.2));
    let best = found[0].0;
    let rivals: Vec<Span> = found
        .iter()
        .filter(|(percent, _, _)| (percent - best).abs() > 1e-6)
        .map(|(_, found, _)| found.spans[0])
        .collect();
    if rivals.is_empty() {
        return (found.into_iter().next().map(|(_, found, _)| found), None);
    }
    let highest = found.iter().map(|(percent, _, _)| *percent).fold(0.0, f64::max);
    let mut spans = vec![found[0].1.spans[0]];
    spans.extend(rivals);
    let clash = Clash {
        fields: vec![ConstraintField::Availability],
        spans,
        explanation: "Different availabilities are given.".to_owned(),
        resolution: format!("The highest one is planned for: {highest} %."),
    };
    let chosen = found.into_iter().find(|(percent, _, _)| (percent - highest).abs() < 1e-9).map(|(_, mut found, _)| {
        found.weigher = found.weigher.penalty("another availability is given", COMPETING);
        found
    });
    (chosen, Some(clash))
}
