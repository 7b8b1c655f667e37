//! The availability objective: a percentage, a time without service, a number of nines.

use design::constraint::{Availability, ConstraintField};

use crate::{
    confidence::{APPROXIMATE, ASSUMED, COMPETING, EXPLICIT, PERIOD, Weigher},
    lexicon::Hit,
    measure::{Measure, Period, Unit},
    number::Bound,
    reader::{Clash, Found, Reader, show},
    text::Span,
};

/// "at most 4 hours of downtime a year" is a share of the time.
fn downtime(reader: &Reader) -> Option<(f64, Found<Availability>, f64)> {
    let document = &reader.document;
    reader.measures.iter().find_map(|measure| {
        let Unit::Time(seconds) = measure.unit else { return None };
        let at = measure.at();
        let (cue, distance) = reader.cue("downtime", measure.span)?;
        if distance > 6 || reader.is_aside(measure) || reader.clause_has("present_state", at) {
            return None;
        }
        let sentence = document.sentence_span(at);
        let period = (measure.span.to..sentence.to.min(measure.span.to + 8))
            .chain(sentence.from.max(measure.span.from.saturating_sub(8))..measure.span.from)
            .find_map(|at| crate::measure::period_at(document, &reader.hits, at))
            .or_else(|| month_behind(reader, measure))?;
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

/// "In a thirty-day month", "over the whole year": a long unit of time alone.
fn month_behind(reader: &Reader, measure: &Measure) -> Option<Period> {
    let sentence = reader.document.sentence_span(measure.at());
    let behind = Span::new(measure.span.to, sentence.to.min(measure.span.to + 10));
    reader.hits.within("time", behind).find_map(|hit| {
        let seconds: f64 = hit.meaning.value.parse().ok()?;
        (seconds >= 604_800.0).then_some(Period { seconds, span: hit.span })
    })
}

/// Largest share of the time that a service may fail.
const LARGEST_SHARE: f64 = 5.0;

/// "Not down more than 0.1 % of the time".
fn share_of_downtime(reader: &Reader) -> Option<(f64, Found<Availability>, f64)> {
    reader.measures.iter().find_map(|measure| {
        let share = measure.quantity.high;
        let bounded = measure.quantity.bound == Bound::AtMost || reader.bounded_behind(measure.span);
        let (cue, distance) = reader.near("downtime", measure.span)?;
        let small = measure.unit == Unit::Percent && share > 0.0 && share <= LARGEST_SHARE;
        if !(small && bounded) || reader.is_aside(measure) {
            return None;
        }
        let percent = 100.0 - share;
        let words = reader.document.quote(measure.span);
        let weigher = Weigher::default().support(format!("share of time without service “{words}”"), EXPLICIT);
        let weigher = reader.weigh(weigher, Some((cue, distance)), measure.at());
        let derivation = Some(format!("100 % − “{words}” = {percent} %"));
        let spans = vec![measure.span, cue];
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
    // "Nice to have: 99.99. Must have: 99.9."
    let wish = |measure: &&Measure| reader.is_wish(measure.at());
    let (wishes, wanted): (Vec<&Measure>, Vec<&Measure>) = reader.measures.iter().partition(wish);
    wanted.into_iter().chain(wishes).find_map(|measure| {
        let percent = measure.quantity.high;
        let nines = (99.0..100.0).contains(&percent)
            && measure.quantity.high > 99.0
            && matches!(measure.unit, Unit::Bare | Unit::Percent)
            && measure.noun.is_none()
            && measure.period.is_none();
        let around = |at: usize| {
            document.sentence(at) != document.sentence(measure.at())
                || matches!(document.lower(at), "," | "." | ";" | "|" | "(" | ")" | ":" | "/" | "·" | "•")
        };
        // With the sign of percent, nothing else of that size is asked for without being named.
        // "24/7 with 99.95."
        let linked = percent.fract() > 0.0
            && measure.span.from > 0
            && matches!(
                document.lower(measure.span.from - 1),
                "with" | "at" | "mit" | "bei" | "avec" | "à" | "con" | "com" | "met" | "and" | "und" | "et" | "y"
            );
        // "99,5 reicht."
        let accepted = percent.fract() > 0.0 && reader.hits.at("accepted", measure.span.to).is_some();
        let alone = accepted
            || measure.unit == Unit::Percent && document.lower(measure.span.to) != "of"
            || around(measure.span.to) && (measure.span.from == 0 || linked || around(measure.span.from - 1));
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

/// Most tokens between a denial and the nines that it denies.
const DENIED_WITHIN: usize = 1;

/// "Four nines".
fn nines_in_words(reader: &Reader) -> Vec<(f64, Found<Availability>, f64)> {
    // "We never close, so four nines": what is denied stands right behind the denial.
    let denied = |hit: &Hit| hit.negated.is_some_and(|no| no.distance(hit.span) <= DENIED_WITHIN);
    let said = reader.hits.of("availability").filter(|hit| !denied(hit) && !reader.is_history(hit.span.from));
    let read = said.filter_map(|hit| {
        let percent = hit.meaning.value.parse::<f64>().ok()?;
        let words = reader.document.quote(hit.span);
        let weigher = Weigher::default().support(format!("“{words}”"), hit.meaning.weight.min(0.85));
        let weigher = reader.weigh(weigher, None, hit.span.from);
        let derivation = Some(format!("“{words}” = {percent} %"));
        let found = Found { value: Availability { percent }, spans: vec![hit.span], weigher, derivation };
        Some((percent, found, hit.meaning.weight))
    });
    read.collect()
}

/// Tokens between the word for availability and a percentage below those of objectives.
const NAMED_WITHIN: usize = 3;

/// "An availability of 70 percent": too low for an objective, and named as one in a sentence of its own.
fn is_low_demand(reader: &Reader, measure: &Measure, sentence: usize) -> bool {
    let percent = measure.quantity.high;
    measure.unit == Unit::Percent
        && (1.0..90.0).contains(&percent)
        && !reader.is_aside(measure)
        && reader.document.sentence(measure.at()) != sentence
        && reader.hits.in_clause(&reader.document, "present_state", measure.at()).next().is_none()
        && reader.cue("cue.availability", measure.span).is_some_and(|(cue, distance)| {
            distance <= NAMED_WITHIN
                && cue.to <= measure.span.from
                && reader.closeness(reader.near("decoy.availability", measure.span)) <= 0.0
        })
}

/// The availability objective.
pub fn read(reader: &Reader) -> (Option<Found<Availability>>, Option<Clash>) {
    let mut found: Vec<(f64, Found<Availability>, f64)> = Vec::new();
    for measure in &reader.measures {
        let percent = measure.quantity.high;
        if measure.unit != Unit::Percent || !(90.0..100.0).contains(&percent) || reader.is_aside(measure) {
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
    found.extend(share_of_downtime(reader));
    found.extend(downtime(reader));
    found.extend(bare_availability(reader));
    if found.is_empty() {
        found.extend(nines_alone(reader));
    }
    let words = nines_in_words(reader);
    if found.is_empty() {
        // "Four nines would be lovely, three nines is what we sign."
        let (wishes, wanted): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|(_, found, _)| reader.is_wish(found.spans[0].from));
        let words = if wanted.is_empty() { wishes } else { wanted };
        let best = words.into_iter().reduce(|best, other| if other.2 > best.2 { other } else { best });
        return (best.map(|(_, found, _)| found), None);
    }
    // "We need four nines. – 99.5 % is what we can support.": in a sentence of its own it is another demand.
    let apart = |span: Span| {
        let sentence = reader.document.sentence(span.from);
        found.iter().all(|(_, other, _)| reader.document.sentence(other.spans[0].from) != sentence)
    };
    let words: Vec<_> = words.into_iter().filter(|(_, found, _)| apart(found.spans[0])).collect();
    found.extend(words);
    // "Ideally 99.99 %, 99.9 % will do."
    let needed =
        found.iter().filter(|found| !reader.is_wish(found.1.spans[0].from)).map(|found| found.0).reduce(f64::max);
    found.retain(|found| !(needed.is_some_and(|needed| found.0 > needed) && reader.is_wish(found.1.spans[0].from)));
    found.sort_by(|a, b| b.2.total_cmp(&a.2));
    let best = found[0].0;
    let rivals: Vec<Span> = found
        .iter()
        .filter(|(percent, _, _)| (percent - best).abs() > 1e-6)
        .map(|(_, found, _)| found.spans[0])
        .collect();
    // "99.99 % is owed to the exchanges. … asks for an availability of 70 percent": no objective alone, and against one a
    // contradiction.
    let mut rivals = rivals;
    if rivals.is_empty() {
        let own = reader.document.sentence(found[0].1.spans[0].from);
        rivals.extend(
            reader.measures.iter().filter(|measure| is_low_demand(reader, measure, own)).map(|measure| measure.span),
        );
    }
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
