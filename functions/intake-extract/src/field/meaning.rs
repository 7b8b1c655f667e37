//! What the words mean: task, use case, deployment, sensitivity, compliance, tools.

use std::collections::BTreeMap;

use design::constraint::{ConstraintField, DataClass, Deployment, Framework, Latency, MlTask, Tooling, UseCase};
use serde::de::DeserializeOwned;

use crate::{
    confidence::{CUE, EXPLICIT, IMPLIED, Weigher},
    lexicon::{Hit, TOOL},
    reader::{Clash, Found, Reader, show},
    text::Span,
};

/// Support of one phrase of full weight: a single word of a topic leaves room for doubt, three hardly.
const PHRASE: f64 = 0.62;
/// Factor of a phrase in a clause about the past.
const HISTORY: f64 = 0.3;
/// Below this sum of weights a topic is not there.
const LEAST_WEIGHT: f64 = 0.4;

fn parse<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

/// The weighted phrases of one value.
struct Topic<T> {
    value: T,
    weight: f64,
    hits: Vec<(Span, f64)>,
}

/// Weighs the values of a group by their phrases; a phrase that occurs again counts a quarter.
fn topics<T: DeserializeOwned + Copy + PartialEq>(
    reader: &Reader,
    group: &str,
    counts: impl Fn(&Hit) -> bool,
) -> Vec<Topic<T>> {
    let mut topics: Vec<Topic<T>> = Vec::new();
    let mut seen: BTreeMap<(String, String), u32> = BTreeMap::new();
    for hit in reader.hits.of(group) {
        if hit.negated.is_some() || !counts(hit) {
            continue;
        }
        let Some(value) = parse::<T>(&hit.meaning.value) else { continue };
        let words = reader.document.quote(hit.span).to_lowercase();
        let times = seen.entry((hit.meaning.value.clone(), words)).or_insert(0);
        *times += 1;
        let mut weight = hit.meaning.weight * if *times == 1 { 1.0 } else { 0.25 };
        if reader.is_history(hit.span.from) {
            weight *= HISTORY;
        }
        if *times > 3 {
            continue;
        }
        match topics.iter_mut().find(|topic| topic.value == value) {
            Some(topic) => {
                topic.weight += weight;
                topic.hits.push((hit.span, weight));
            }
            None => topics.push(Topic { value, weight, hits: vec![(hit.span, weight)] }),
        }
    }
    topics.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    topics
}

/// The heaviest topic with what supports it; a close second lowers the confidence.
fn heaviest<T: Copy>(reader: &Reader, topics: &[Topic<T>]) -> Option<Found<T>> {
    let best = topics.first().filter(|topic| topic.weight >= LEAST_WEIGHT)?;
    let mut weigher = Weigher::default();
    let mut hits = best.hits.clone();
    hits.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (span, weight) in hits.iter().take(4) {
        let words = reader.document.quote(*span);
        weigher = weigher.support(format!("“{words}”"), (PHRASE * weight).min(0.85));
    }
    if let Some(second) = topics.get(1).filter(|second| second.weight > 0.5 * best.weight) {
        let share = best.weight / (best.weight + second.weight);
        let words = second.hits.first().map(|(span, _)| reader.document.quote(*span)).unwrap_or_default();
        // At equal weight the factor is 0.75, at double weight 0.83.
        weigher = weigher.penalty(format!("“{words}” points elsewhere"), 0.5 + share / 2.0);
    }
    let weigher = reader.weigh(weigher, None, hits.first().map_or(0, |(span, _)| span.from));
    Some(Found {
        value: best.value,
        spans: hits.iter().take(4).map(|(span, _)| *span).collect(),
        weigher,
        derivation: None,
    })
}

/// `docker image` is no picture.
fn is_picture(reader: &Reader, hit: &Hit) -> bool {
    let before = hit.span.from.checked_sub(1).map_or("", |at| reader.document.lower(at));
    !matches!(before, "docker" | "container" | "machine" | "base" | "brand")
}

/// The machine-learning task.
pub fn ml_task(reader: &Reader) -> Option<Found<MlTask>> {
    heaviest(reader, &topics(reader, "ml_task", |hit| is_picture(reader, hit)))
}

/// The application.
pub fn use_case(reader: &Reader) -> Option<Found<UseCase>> {
    heaviest(reader, &topics(reader, "use_case", |hit| is_picture(reader, hit)))
}

/// How results are wanted. A short latency speaks for an answer to each request.
pub fn deployment(reader: &Reader, latency: Option<&Found<Latency>>) -> (Option<Found<Deployment>>, Option<Clash>) {
    // "nightly batch retraining" is about training.
    let about_training = |hit: &Hit| {
        reader
            .hits
            .in_clause(&reader.document, "retrain_cue", hit.span.from)
            .any(|cue| cue.span.distance(hit.span) <= 3)
            && hit.meaning.value == "batch"
    };
    let topics = topics::<Deployment>(reader, "deployment", |hit| !about_training(hit));
    let found = heaviest(reader, &topics);
    let batch = topics.iter().find(|topic| topic.value == Deployment::Batch);
    let short = latency.filter(|latency| latency.value.milliseconds <= 5000.0);
    match (found, short) {
        (Some(found), Some(latency)) if found.value == Deployment::Batch => {
            let other = topics.iter().find(|topic| topic.value != Deployment::Batch && topic.weight >= LEAST_WEIGHT);
            if let Some(other) = other {
                // Both are said: requests are answered at once, and a job runs beside.
                let spans = other.hits.iter().map(|(span, _)| *span).take(2).collect();
                let weigher = Weigher::default()
                    .support(format!("“{}”", reader.document.quote(other.hits[0].0)), PHRASE * other.weight.min(1.3))
                    .support(format!("latency of {} ms", show(latency.value.milliseconds)), EXPLICIT)
                    .penalty("batch is spoken of too", 0.85);
                return (Some(Found { value: other.value, spans, weigher, derivation: None }), None);
            }
            let clash = batch.map(|batch| Clash {
                fields: vec![ConstraintField::Deployment, ConstraintField::Latency],
                spans: vec![batch.hits[0].0, latency.spans[0]],
                explanation: format!(
                    "Results are wanted in batches, but within {} ms.",
                    show(latency.value.milliseconds)
                ),
                resolution:
                    "An answer to each request is planned for, because a service can also be called in batches."
                        .to_owned(),
            });
            let weigher = Weigher::default()
                .support(format!("latency of {} ms", show(latency.value.milliseconds)), EXPLICIT)
                .penalty("batch is asked for", IMPLIED);
            let spans = vec![latency.spans[0]];
            let derivation = Some("assumed from the latency, against the word “batch”".to_owned());
            (Some(Found { value: Deployment::RealTime, spans, weigher, derivation }), clash)
        }
        (Some(mut found), Some(latency)) if found.value == Deployment::RealTime => {
            found.weigher = std::mem::take(&mut found.weigher)
                .support(format!("latency of {} ms", show(latency.value.milliseconds)), 0.5);
            (Some(found), None)
        }
        (Some(found), _) => {
            let real_time = topics.iter().find(|topic| topic.value == Deployment::RealTime && topic.weight >= 1.0);
            let only = batch.and_then(|batch| {
                let (span, _) = batch.hits[0];
                reader.near("only", span).filter(|(_, distance)| *distance <= 3).map(|(only, _)| only.hull(span))
            });
            let clash = match (only, real_time) {
                (Some(only), Some(real_time)) => Some(Clash {
                    fields: vec![ConstraintField::Deployment],
                    spans: vec![only, real_time.hits[0].0],
                    explanation: "Only batches are wanted, and answers in real time too.".to_owned(),
                    resolution: "An answer to each request is planned for.".to_owned(),
                }),
                (None, _) | (_, None) => None,
            };
            match (clash, real_time) {
                (Some(clash), Some(real_time)) => {
                    let weigher = Weigher::default()
                        .support(format!("“{}”", reader.document.quote(real_time.hits[0].0)), PHRASE)
                        .penalty("only batch is said too", IMPLIED);
                    let spans = vec![real_time.hits[0].0];
                    let found = Found { value: Deployment::RealTime, spans, weigher, derivation: None };
                    (Some(found), Some(clash))
                }
                (clash, _) => (Some(found), clash),
            }
        }
        (None, Some(latency)) => {
            let weigher = Weigher::default()
                .support(format!("latency of {} ms", show(latency.value.milliseconds)), CUE)
                .penalty("implied by the latency", IMPLIED);
            let derivation = Some(format!(
                "a latency of {} ms only makes sense for answers to single requests",
                show(latency.value.milliseconds)
            ));
            (Some(Found { value: Deployment::RealTime, spans: vec![latency.spans[0]], weigher, derivation }), None)
        }
        (None, None) => (None, None),
    }
}

/// Sensitivity of the data: the strictest class that is said; classes that are only implied give way to a denial.
pub fn data_class(reader: &Reader) -> Option<Found<DataClass>> {
    let denied: Vec<(DataClass, Span)> = reader
        .hits
        .of("data_class")
        .filter(|hit| hit.negated.is_some() && hit.meaning.weight >= 1.0)
        .filter_map(|hit| {
            let span = hit.negated.map_or(hit.span, |cue| cue.hull(hit.span));
            Some((parse(&hit.meaning.value)?, span))
        })
        .collect();
    let is_denied = |class: DataClass| denied.iter().any(|(other, _)| *other == class);
    // `wrapping` everything into one list keeps "anonymised patient data" strict: who says so may be wrong.
    let mut topics = topics::<DataClass>(reader, "data_class", |hit| {
        parse(&hit.meaning.value).is_some_and(|class| !is_denied(class) || hit.meaning.weight >= 1.0)
    });
    topics.retain(|topic| topic.weight >= 0.3);
    topics.sort_by_key(|topic| std::cmp::Reverse(topic.value));
    let Some(best) = topics.first() else {
        let (_, span) = *denied.first()?;
        let weigher =
            Weigher::default().support("said to hold none", CUE).penalty("what it holds instead is not said", IMPLIED);
        let derivation = Some(format!("“{}”: nothing of persons, so internal is assumed", reader.document.quote(span)));
        return Some(Found { value: DataClass::Internal, spans: vec![span], weigher, derivation });
    };
    let explicit = best.hits.iter().any(|(_, weight)| *weight >= 0.79);
    let mut weigher = Weigher::default();
    for (span, weight) in best.hits.iter().take(3) {
        weigher = weigher.support(format!("“{}”", reader.document.quote(*span)), (0.9 * weight).min(0.9));
    }
    let milder = topics.iter().skip(1).find(|topic| topic.value <= DataClass::Internal && topic.weight >= 0.8);
    if let Some(milder) = milder {
        weigher = weigher.penalty(format!("“{}” says less", reader.document.quote(milder.hits[0].0)), 0.8);
    }
    let at = best.hits.first().map_or(0, |(span, _)| span.from);
    let weigher = reader.weigh(weigher, None, at).penalty_if(!explicit, "implied, not named", 0.85);
    let words = reader.document.quote(best.hits[0].0);
    let derivation = (!explicit).then(|| format!("“{words}” implies this class"));
    Some(Found {
        value: best.value,
        spans: best.hits.iter().take(3).map(|(span, _)| *span).collect(),
        weigher,
        derivation,
    })
}

/// Compliance frameworks: those that are named, and those that the data and the place imply.
pub fn compliance(
    reader: &Reader,
    data_class: Option<&Found<DataClass>>,
    jurisdictions: &[String],
) -> Option<Found<Vec<Framework>>> {
    let mut named: Vec<(Framework, Span)> = Vec::new();
    let mut denied: Vec<Framework> = Vec::new();
    for hit in reader.hits.of("compliance") {
        let Some(framework) = parse::<Framework>(&hit.meaning.value) else { continue };
        if hit.negated.is_some() {
            denied.push(framework);
        } else if !named.iter().any(|(other, _)| *other == framework) {
            named.push((framework, hit.span));
        }
    }
    let mut implied: Vec<(Framework, String)> = Vec::new();
    if let Some(class) = data_class {
        let inside = |code: &str| jurisdictions.iter().any(|jurisdiction| jurisdiction == code);
        let words = reader.document.quote(class.spans[0]);
        match class.value {
            DataClass::Phi if inside("EU") => implied.push((Framework::Gdpr, format!("“{words}” in the EU"))),
            DataClass::Phi if jurisdictions.is_empty() || inside("US") => {
                implied.push((Framework::Hipaa, format!("“{words}”: health data")));
            }
            DataClass::Pci => implied.push((Framework::PciDss, format!("“{words}”: card data"))),
            DataClass::Pii if inside("EU") => {
                implied.push((Framework::Gdpr, format!("“{words}”: personal data in the EU")));
            }
            DataClass::Pii
            | DataClass::Phi
            | DataClass::Restricted
            | DataClass::Confidential
            | DataClass::Internal
            | DataClass::Public => {}
        }
    }
    implied.retain(|(framework, _)| !denied.contains(framework) && !named.iter().any(|(other, _)| other == framework));
    if named.is_empty() && implied.is_empty() {
        return None;
    }
    let mut weigher = Weigher::default();
    let mut spans: Vec<Span> = named.iter().map(|(_, span)| *span).collect();
    for (_, span) in named.iter().take(3) {
        weigher = weigher.support(format!("named “{}”", reader.document.quote(*span)), 0.9);
    }
    let class_confidence = data_class.map_or(0.0, |class| class.weigher.value());
    let only_implied = named.is_empty();
    for (_, why) in &implied {
        if only_implied {
            weigher = weigher.support(why.clone(), class_confidence);
        }
    }
    if !implied.is_empty() {
        spans.extend(data_class.iter().flat_map(|class| class.spans.first().copied()));
        weigher = weigher.penalty("partly implied", if only_implied { IMPLIED } else { 0.9 });
    }
    let at = spans.first().map_or(0, |span| span.from);
    let weigher = reader.weigh(weigher, None, at);
    let derivation = (!implied.is_empty()).then(|| {
        implied.iter().map(|(framework, why)| format!("{framework:?} implied by {why}")).collect::<Vec<_>>().join("; ")
    });
    let mut value: Vec<Framework> = named.into_iter().map(|(framework, _)| framework).collect();
    value.extend(implied.into_iter().map(|(framework, _)| framework));
    value.sort();
    Some(Found { value, spans, weigher, derivation })
}

/// Tools that are wanted and excluded.
pub fn tooling(reader: &Reader) -> (Option<Found<Tooling>>, Option<Clash>) {
    let mut tooling = Tooling::default();
    let mut spans: BTreeMap<(String, bool), Span> = BTreeMap::new();
    let mut weigher = Weigher::default();
    for hit in reader.hits.of(TOOL) {
        let excluded = hit.negated.is_some();
        // "No GPUs older than …" excludes some of them, not all.
        let some =
            matches!(reader.document.lower(hit.span.to), "older" | "newer" | "below" | "bigger" | "larger" | "smaller");
        if excluded && some {
            continue;
        }
        if !excluded && reader.is_history(hit.span.from) {
            continue;
        }
        let key = (hit.meaning.value.clone(), excluded);
        if spans.contains_key(&key) {
            continue;
        }
        let span = hit.negated.filter(|cue| cue.distance(hit.span) < 6).map_or(hit.span, |cue| cue.hull(hit.span));
        spans.insert(key, span);
        let list = if excluded { &mut tooling.excluded } else { &mut tooling.preferred };
        list.push(hit.meaning.value.clone());
        if spans.len() <= 4 {
            let words = reader.document.quote(span);
            weigher = reader.weigh(
                weigher.support(format!("{} “{words}”", if excluded { "excluded" } else { "named" }), 0.8),
                None,
                hit.span.from,
            );
        }
    }
    if spans.is_empty() {
        return (None, None);
    }
    let both: Vec<String> = tooling.preferred.iter().filter(|tool| tooling.excluded.contains(tool)).cloned().collect();
    let clash = both.first().map(|tool| Clash {
        fields: vec![ConstraintField::Tooling],
        spans: [true, false].iter().filter_map(|excluded| spans.get(&(tool.clone(), *excluded)).copied()).collect(),
        explanation: format!("`{tool}` is wanted and excluded."),
        resolution: format!("`{tool}` is not used."),
    });
    tooling.preferred.retain(|tool| !both.contains(tool));
    let spans = spans.into_values().collect();
    (Some(Found { value: tooling, spans, weigher, derivation: None }), clash)
}
