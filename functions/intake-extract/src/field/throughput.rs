//! Requests and events per second: counted things with a period, and what is counted for each of many things.

use design::constraint::{ConstraintField, Throughput};

use crate::{
    confidence::{APPROXIMATE, ASSUMED, BOUND, COMPETING, EXPLICIT, PERIOD, VAGUE, Weigher},
    field::{
        every::{all_of_them, each_reports},
        many::{how_many, is_times},
        share::{busiest_hour, rate_of_hour},
    },
    measure::{Measure, Noun, Period, Unit},
    reader::{Clash, Found, Reader, show},
    text::{Kind, Span},
};

/// Peak over average where the text gives only one of them: a common planning factor for daily traffic curves.
const PEAK_FACTOR: f64 = 3.0;

/// Fewer of something a day, of which nothing else is said, are no load.
const LEAST_OF_ITEM: f64 = 50.0;

/// A load that the text gives.
pub(super) struct Load {
    pub per_second: f64,
    pub low: f64,
    pub peak: bool,
    /// Said to be what is usual.
    pub average: bool,
    pub weigher: Weigher,
    pub spans: Vec<Span>,
    pub step: String,
    pub score: f64,
    pub noun: String,
    pub seconds: f64,
}

/// Requests or events per second.
pub fn read(reader: &Reader) -> (Option<Found<Throughput>>, Option<Clash>) {
    let document = &reader.document;
    let mut candidates: Vec<Load> = Vec::new();
    let hour = busiest_hour(reader);
    for (index, measure) in reader.measures.iter().enumerate() {
        let at = measure.at();
        let quantity = &measure.quantity;
        let measured = reader.is_history(at) && reader.is_weak_history(at) && is_measured_peak(reader, measure);
        let over = reader.is_history(at) && !measure.corrected && !measured;
        if over || quantity.high <= 0.0 || quantity.vague {
            continue;
        }
        let many = how_many(reader, index);
        let times = measure.noun.is_some_and(|(_, words)| is_times(reader, words));
        // "In one job once an hour": a run of everything is no load.
        let run = (quantity.high - 1.0).abs() < 1e-9
            && reader
                .hits
                .within("run_word", Span::new(at.saturating_sub(2), measure.span.to))
                .any(|run| run.span.overlaps(measure.span));
        // "Une requête": an article counts nothing that a period elsewhere in the sentence could be of.
        let article = measure.period.is_none() && is_article(reader, measure);
        // "How often do people hit it? – Twenty-five times a second."
        let asked = times && measure.period.is_some_and(|period| period.seconds <= 60.0);
        if (times && !asked || article || run) && many.is_none() || reader.is_material_of_training(measure) {
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
            (Unit::Bare, Some((Noun::Device, _)), own) => match interval(reader, measure)
                // "From 5 drones, on average 1,800 per hour": the hour is that of the other number.
                .filter(|period| {
                    !reader.measures_around(at, 20).any(|(other, rival)| {
                        other != index
                            && rival.quantity.high > 1.0
                            // "From 1,900 machines, roughly 250 messages/s": a rate has its period in itself.
                            && (matches!(rival.unit, Unit::Rate(_)) && rival.span.overlaps(period.span)
                                || rival.period.is_some_and(|owned| owned.span.overlaps(period.span)))
                    })
                })
                .filter(|period| {
                    // Shops that something is worked out for each night send nothing.
                    period.seconds < 43_200.0
                        || cue.is_some_and(|(span, distance)| distance <= SENDS_NEAR && span.from >= measure.span.to)
                })
                // "300,000 cars a day" come and go.
                .or(own.filter(|period| {
                    let behind = measure.noun.map_or(measure.quantity.span.to, |(_, words)| words.to);
                    period.seconds <= 86_400.0 && period.span.from == behind
                })) {
                Some(period) => (period.seconds, 0.4, Some(period)),
                None => continue,
            },
            // `2,000 per second` counts something, whatever it is.
            (Unit::Bare, None, Some(period))
                if period.seconds <= 86_400.0
                    && (cue.is_some()
                        || reader.is_item(measure.span)
                            // "1/1000 par jour" is a part.
                            && !(measure.span.from > 0 && document.glued(measure.span.from - 1))
                            && (period.seconds <= 1.0 || quantity.high >= LEAST_OF_ITEM)
                        || is_asked_for(reader, at)
                        || goes_on(reader, index)
                        || is_keyed(reader, measure)
                        || quantity.high > 1.0
                            && reader.hits.in_sentence(document, "infer_verb", at).next().is_some()) =>
            {
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
        // The busiest hour has a share of the load, and is no load of its own.
        let of_hour = |cue: &(Span, usize)| hour.is_some_and(|(_, hour)| hour.overlaps(cue.0));
        let peak_cue = reader.near("peak", measure.span).filter(|cue| !of_hour(cue));
        let average_cue = reader.near("average", measure.span);
        // "… a month, up to 200,000 in peaks": a peak belongs to the number that is nearest to it.
        let peak = peak_cue.is_some_and(|(span, distance)| {
            let nearer = reader.measures_around(at, 20).any(|(_, other)| {
                other.span != measure.span
                    && document.clause(other.at()) == document.clause(at)
                    && other.span.distance(span) < distance
                    // "40 calls in the rush hour, ten on average".
                    && (!has_comma(reader, other.span, span) || has_comma(reader, measure.span, span))
            });
            distance <= 6 && !nearer && average_cue.is_none_or(|(_, average)| distance < average)
        });
        let peak = peak || matches!(document.lower(measure.span.to), "max" | "maximum" | "maximal");
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
            peak: peak || measured,
            average: average_cue.is_some(),
            weigher,
            spans,
            step,
            score,
            noun,
            seconds,
        });
    }
    if candidates.is_empty() {
        candidates.extend(each_reports(reader));
    }
    candidates.extend(in_the_same_unit(reader, &candidates, true));
    if candidates.iter().all(|load| load.peak) {
        candidates.extend(in_the_same_unit(reader, &candidates, false));
    }
    candidates.extend(peak_by_share(reader, &candidates));
    larger_beside_average(reader, &mut candidates);
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
    // "The peak load is 500 requests a second. … The peak load is 50 requests a second."
    let peaks: Vec<&Load> =
        candidates.iter().filter(|other| peak.is_some_and(|best| contradicts(reader, best, other))).collect();
    let clash = (!rivals.is_empty() || !peaks.is_empty()).then(|| Clash {
        fields: vec![ConstraintField::Throughput],
        spans: average
            .filter(|_| !rivals.is_empty())
            .into_iter()
            .chain(rivals.iter().copied())
            .chain(peak.filter(|_| !peaks.is_empty()))
            .chain(peaks.iter().copied())
            .map(|candidate| candidate.spans[0])
            .collect(),
        explanation: "Different loads are given for the same thing.".to_owned(),
        resolution: "The largest one is planned for.".to_owned(),
    });
    let peak = peaks.into_iter().chain(peak).max_by(|a, b| a.per_second.total_cmp(&b.per_second));
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

/// True for two peaks of the same thing, said in the same words in different sentences.
fn contradicts(reader: &Reader, best: &Load, other: &Load) -> bool {
    let document = &reader.document;
    let words = |load: &Load| {
        let cue = load.spans.iter().rev().find_map(|span| reader.hits.at("peak", span.from));
        cue.map(|cue| document.quote(cue.span).to_lowercase())
    };
    let apart = document.sentence(best.spans[0].from) != document.sentence(other.spans[0].from);
    other.peak
        && apart
        && other.noun == best.noun
        && other.score > 0.85 * best.score
        && !(0.9..=1.1).contains(&(other.per_second / best.per_second))
        && words(best).is_some_and(|own| words(other) == Some(own))
}

/// "The old one did 20,000 receipts an hour. It must be 108,000 an hour now": what was counted in the sentence before is
/// counted on.
fn goes_on(reader: &Reader, index: usize) -> bool {
    let here = reader.document.sentence(reader.measures[index].at());
    reader.measures[..index].iter().rev().take(4).any(|before| {
        let counted = matches!(before.noun, Some((Noun::Request | Noun::Record { .. } | Noun::Other, _)));
        counted && before.period.is_some() && reader.document.sentence(before.at()).abs_diff(here) <= 1
    })
}

/// True for a number that is only an article.
fn is_article(reader: &Reader, measure: &Measure) -> bool {
    reader.hits.at("article", measure.quantity.span.from).is_some() && (measure.quantity.high - 1.0).abs() < 1e-9
}

/// "The peak was 140 requests a second", "typically 900 rps; on election night we had 5,500": what was measured at the
/// worst time is what has to be borne.
fn is_measured_peak(reader: &Reader, measure: &Measure) -> bool {
    let fast = match (measure.unit, measure.period) {
        (Unit::Rate(_), _) => true,
        (Unit::Bare, Some(period)) => period.seconds <= 86_400.0,
        (Unit::Bare, None) | (Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent, _) => false,
    };
    let named = reader.near("peak", measure.span).is_some_and(|(_, distance)| distance <= PEAK_NEAR);
    let sentence = reader.document.sentence_span(measure.at());
    let usual = reader.hits.within("average", sentence).any(|hit| hit.span.to <= measure.span.from)
        && reader.measures_around(measure.at(), 30).any(|(_, other)| {
            sentence.overlaps(other.span)
                && other.span.to <= measure.span.from
                && std::mem::discriminant(&other.unit) == std::mem::discriminant(&measure.unit)
                && other.quantity.high < measure.quantity.high
        });
    fast && (named || usual)
}

/// Tokens between things and the word that tells that they send something.
const SENDS_NEAR: usize = 3;
/// Tokens between a measured load and the word that calls it the peak.
const PEAK_NEAR: usize = 6;

/// "How many calls? – 500 an hour": the question names what the answer counts.
fn is_asked_for(reader: &Reader, at: usize) -> bool {
    reader
        .question_before(at)
        .is_some_and(|question| reader.hits.within("noun", question).any(|hit| is_countable(&hit.meaning.value)))
}

/// Things that come in, whatever they are.
fn is_countable(noun: &str) -> bool {
    noun == "request" || noun == "device" || noun.starts_with("record")
}

/// "Cars: 300,000 a day", "Scans: 3 per second": a key that is nothing but a counted thing.
fn is_keyed(reader: &Reader, measure: &Measure) -> bool {
    let document = &reader.document;
    let Some(before) = measure.quantity.whole.from.checked_sub(1) else { return false };
    let colon = if matches!(document.lower(before), "between" | "zwischen" | "entre" | "from" | "von" | "de") {
        before.saturating_sub(1)
    } else {
        before
    };
    let key = matches!(document.lower(colon), ":" | "|" | "=")
        && reader
            .hits
            .within("noun", Span::new(colon.saturating_sub(2), colon))
            .any(|hit| is_countable(&hit.meaning.value));
    key && document.sentence(colon) == document.sentence(measure.at())
}

/// "On average 0.5 a second; up to 15 in a storm": beside what is said to be usual, a larger load is the peak, and no
/// contradiction.
fn larger_beside_average(reader: &Reader, loads: &mut [Load]) {
    let usual: Vec<(f64, usize)> = loads
        .iter()
        .filter(|load| load.average && !load.peak)
        .map(|load| (load.per_second, reader.document.sentence(load.spans[0].from)))
        .collect();
    for load in loads.iter_mut().filter(|load| !load.average && !load.peak) {
        let sentence = reader.document.sentence(load.spans[0].from);
        load.peak = usual.iter().any(|(usual, place)| place.abs_diff(sentence) <= 1 && load.per_second > 1.1 * usual);
    }
}

/// "The busiest hour takes 10 % of them": the peak by its share of the day.
fn peak_by_share(reader: &Reader, loads: &[Load]) -> Option<Load> {
    let (share, span) = busiest_hour(reader)?;
    let day = loads
        .iter()
        .filter(|load| !load.peak && (load.seconds - 86_400.0).abs() < 1.0)
        .find(|load| reader.document.sentence(load.spans[0].from).abs_diff(reader.document.sentence(span.from)) <= 1)?;
    let per_second = rate_of_hour(share, day.per_second);
    Some(Load {
        per_second,
        low: per_second,
        peak: true,
        average: false,
        weigher: day.weigher.clone(),
        spans: vec![span],
        step: format!("{} of a day's load in one hour = {}/s", show(share), show(per_second)),
        score: day.score,
        noun: day.noun.clone(),
        seconds: day.seconds,
    })
}

/// True when a comma stands between two spans.
fn has_comma(reader: &Reader, a: Span, b: Span) -> bool {
    (a.to.min(b.to)..a.from.max(b.from)).any(|at| reader.document.lower(at) == ",")
}

/// "50,000 invoices a month, up to 200,000 in peaks", "40 calls a second in the rush hour, ten on average": a number without
/// unit beside a word for the peak, or for what is usual, takes the unit of the other one before it.
fn in_the_same_unit(reader: &Reader, loads: &[Load], peak: bool) -> Option<Load> {
    let group = if peak { "peak" } else { "average" };
    let document = &reader.document;
    reader.measures.iter().find_map(|measure| {
        let bare = measure.unit == Unit::Bare && measure.noun.is_none() && measure.period.is_none();
        let (cue, distance) = reader.near(group, measure.span)?;
        if !bare || distance > 4 || has_comma(reader, measure.span, cue) || reader.is_history(measure.at()) {
            return None;
        }
        let before = loads.iter().filter(|load| load.peak != peak).find(|load| {
            load.spans[0].to <= measure.span.from
                && (peak || measure.quantity.high / load.seconds < load.per_second)
                && document.sentence(load.spans[0].from) == document.sentence(measure.at())
        })?;
        let per_second = measure.quantity.high / before.seconds;
        let words = document.quote(measure.span);
        Some(Load {
            per_second,
            low: per_second,
            peak,
            average: !peak,
            weigher: before.weigher.clone().penalty("its unit is taken from the number before", ASSUMED),
            spans: vec![measure.span, cue],
            step: format!("“{words}” in the same unit / {} s = {}/s", show(before.seconds), show(per_second)),
            score: before.score * ASSUMED,
            noun: before.noun.clone(),
            seconds: before.seconds,
        })
    })
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
            // "2,100 lifts phone home every minute": the period may be among the measure's own words.
            let from = device.noun.map_or(device.span.to, |(_, words)| words.to);
            (from..device.span.to + 24)
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

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    fn loads(text: &str) -> Option<(f64, f64, usize)> {
        let set = extract(text).constraints;
        let load = set.throughput?.value;
        Some((load.average_per_second, load.peak_per_second, set.conflicts.len()))
    }

    #[test]
    fn what_was_measured_at_the_worst_time_is_the_peak() {
        assert_eq!(loads("Typically 900 rps; on election night we had 5,500 rps.").map(|load| load.1), Some(5500.0));
        assert_eq!(loads("The peak was 140 requests a second.").map(|load| load.1), Some(140.0));
        assert_eq!(loads("The old system was built for 12,000 rps."), None);
    }

    #[test]
    fn beside_an_average_a_larger_load_is_no_contradiction() {
        let text = "On average 43,200 messages come in per day; in a storm up to 15 messages per second.";
        assert_eq!(loads(text), Some((0.5, 15.0, 0)));
    }

    #[test]
    fn whatever_reports_is_counted() {
        let found = loads("There are 2,400 gizmos. Each gizmo reports once every two minutes.");
        assert!(found.is_some_and(|found| (found.0 - 20.0).abs() < 1e-6), "{found:?}");
        assert_eq!(loads("Forecasts for 240 shops are computed each night."), None);
        for (text, a_day) in [
            ("Jede Nacht bewerten wir alle 4.300 Parzellen.", 4300.0),
            ("Chaque soir, on note toutes les parcelles (environ 18 000) selon le risque.", 18_000.0),
            ("Cooperativa: 3.700 fincas. Cada noche puntuamos todas las fincas.", 3700.0),
            ("Every night we classify the day's hearings, some 600 recordings.", 600.0),
            ("Cars: 43,200 a day.", 43_200.0),
            ("Cars: between 43,000 and 43,400 a day.", 43_200.0),
        ] {
            let found = loads(text);
            assert!(found.is_some_and(|found| (found.0 * 86_400.0 / a_day - 1.0).abs() < 1e-6), "{text}: {found:?}");
        }
    }
}
