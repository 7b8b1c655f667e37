//! What the words mean: task, use case, deployment, compliance, tools.

use std::collections::BTreeMap;

use design::constraint::{ConstraintField, Deployment, Framework, Latency, Tooling};
use knowledge::pattern::{ALWAYS_ON, ALWAYS_ON_DATABASE};

use crate::{
    confidence::{COMPETING, CUE, EXPLICIT, IMPLIED, Weigher},
    field::{
        kind::{about_training, is_only_a_time},
        topic::{LEAST_WEIGHT, PHRASE, heaviest, parse, topics},
    },
    lexicon::{CITY, Hit, PLACE, REGION, TOOL},
    measure::Unit,
    reader::{Clash, Found, Reader, show},
    text::Span,
};

/// True where the load is said in requests a second.
fn has_request_rate(reader: &Reader) -> bool {
    let requests = [
        "req",
        "reqs",
        "request",
        "requests",
        "rps",
        "qps",
        "query",
        "queries",
        "calls",
        "anfragen",
        "abfragen",
        "requêtes",
        "solicitudes",
        "peticiones",
        "richieste",
        "requisições",
        "verzoeken",
    ];
    let is_request = |at: usize| requests.contains(&reader.document.lower(at));
    reader.measures.iter().any(|measure| {
        let rate = matches!(measure.unit, Unit::Rate(_)) || measure.period.is_some_and(|period| period.seconds <= 60.0);
        rate && (measure.span.from..measure.span.to).any(is_request)
    })
}

/// How results are wanted. A short latency speaks for an answer to each request.
pub fn deployment(reader: &Reader, latency: Option<&Found<Latency>>) -> (Option<Found<Deployment>>, Option<Clash>) {
    // "Events from the mobile app" tell where data comes from, not where results go.
    let source = |hit: &Hit| {
        (hit.span.from.saturating_sub(3)..hit.span.from)
            .any(|at| matches!(reader.document.lower(at), "from" | "aus" | "von" | "depuis" | "desde"))
    };
    let topics = topics::<Deployment>(reader, "deployment", |hit| {
        let weak_and_a_source = hit.meaning.weight < 1.0 && source(hit);
        !about_training(reader, hit) && !weak_and_a_source && !is_only_a_time(reader, hit)
    });
    let found = heaviest(reader, &topics);
    let batch = topics.iter().find(|topic| topic.value == Deployment::Batch);
    // "4k req/s, sub-100 ms, Kafka": requests that are answered are no stream because of a tool.
    let only_tools = found.as_ref().is_some_and(|found| {
        let hits = topics.iter().filter(|topic| topic.value == found.value).flat_map(|topic| &topic.hits);
        found.value == Deployment::Streaming && hits.map(|(_, weight)| *weight).fold(0.0, f64::max) < 0.5
    });
    let found = found.filter(|_| !(only_tools && latency.is_some() && has_request_rate(reader)));
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
            // Jobs run beside services; only who wants nothing but batches contradicts a latency.
            let nothing_else = |span: Span| reader.near("only", span).is_some_and(|(_, distance)| distance <= 6);
            let Some(batch) = batch.filter(|batch| batch.hits.iter().any(|(span, _)| nothing_else(*span))) else {
                return (Some(found), None);
            };
            let clash = Some(Clash {
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

/// Compliance frameworks that are named. Those that the data and the place call for are not said by the text: the
/// policies judge by the data's class, and the question about frameworks suggests them.
pub fn compliance(reader: &Reader) -> (Option<Found<Vec<Framework>>>, Option<Clash>) {
    let mut named: Vec<(Framework, Span)> = Vec::new();
    let mut denied: Vec<(Framework, Span)> = Vec::new();
    for hit in reader.hits.of("compliance") {
        let Some(framework) = parse::<Framework>(&hit.meaning.value) else { continue };
        if reader.is_history(hit.span.from) {
            continue;
        }
        let list = if hit.negated.is_some() { &mut denied } else { &mut named };
        if !list.iter().any(|(other, _)| *other == framework) {
            list.push((framework, hit.span));
        }
    }
    let both = named.iter().find_map(|(framework, span)| {
        let (_, no) = denied.iter().find(|(other, _)| other == framework)?;
        (reader.document.sentence(no.from) != reader.document.sentence(span.from)).then_some((*framework, *span, *no))
    });
    let clash = both.map(|(_, span, no)| Clash {
        fields: vec![ConstraintField::Compliance],
        spans: vec![span, no],
        explanation: format!("“{}” is asked for, and said not to be needed.", reader.document.quote(span)),
        resolution: "It is kept: what is too strict does no harm.".to_owned(),
    });
    // Denied in the sentence that names it: "GDPR, but no HIPAA" names only the first.
    named.retain(|(framework, _)| {
        both.is_some_and(|(other, _, _)| other == *framework) || !denied.iter().any(|(other, _)| other == framework)
    });
    let Some((_, first)) = named.first().copied() else { return (None, None) };
    let mut weigher = Weigher::default();
    for (_, span) in named.iter().take(3) {
        weigher = weigher.support(format!("named “{}”", reader.document.quote(*span)), 0.9);
    }
    let weigher = reader.weigh(weigher, None, first.from).penalty_if(clash.is_some(), "denied elsewhere", COMPETING);
    let spans = named.iter().map(|(_, span)| *span).collect();
    let mut value: Vec<Framework> = named.into_iter().map(|(framework, _)| framework).collect();
    value.sort();
    (Some(Found { value, spans, weigher, derivation: None }), clash)
}

/// Tools that are wanted and excluded.
pub fn tooling(reader: &Reader) -> (Option<Found<Tooling>>, Option<Clash>) {
    let mut tooling = Tooling::default();
    let mut spans: BTreeMap<(String, bool), Span> = BTreeMap::new();
    let mut weigher = Weigher::default();
    // A lambda expression is no tool.
    for hit in reader.hits.of(TOOL).filter(|hit| hit.meaning.value != "none") {
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
        if !excluded && is_provided_by_another(reader, hit) {
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
    // "Anything but Azure": a cloud that is out of the question stands among what is excluded.
    for hit in reader.hits.of("cloud").filter(|hit| hit.negated.is_some() && hit.meaning.value != "on_premises") {
        if reader.hits.of("cloud").any(|other| other.meaning.value == hit.meaning.value && other.negated.is_none()) {
            continue;
        }
        // "Not AWS GovCloud": a region of it is denied.
        let region = [REGION, CITY, PLACE].iter().any(|group| reader.hits.at(group, hit.span.to).is_some());
        if region {
            continue;
        }
        let span = hit.negated.filter(|cue| cue.distance(hit.span) < 6).map_or(hit.span, |cue| cue.hull(hit.span));
        if spans.insert((hit.meaning.value.clone(), true), span).is_none() {
            tooling.excluded.push(hit.meaning.value.clone());
            let words = reader.document.quote(span);
            weigher = weigher.support(format!("excluded “{words}”"), 0.8);
        }
    }
    // "No always-on database", "nothing that runs all the time": excluded like a tool, and wanted like none.
    for hit in reader.hits.of("always_on") {
        let Some(denial) = denied_nearby(reader, hit) else { continue };
        let span = denial.hull(hit.span);
        let database = reader.hits.within("database_word", Span::new(denial.to, hit.span.to + 2)).next().is_some();
        let what = if database { ALWAYS_ON_DATABASE } else { ALWAYS_ON };
        if spans.insert((what.to_owned(), true), span).is_none() {
            tooling.excluded.push(what.to_owned());
            weigher = weigher.support(format!("excluded “{}”", reader.document.quote(span)), 0.8);
        }
    }
    if spans.is_empty() {
        return (None, None);
    }
    let both: Vec<String> = tooling.preferred.iter().filter(|tool| tooling.excluded.contains(tool)).cloned().collect();
    let clash = both.first().map(|tool| Clash {
        // A cluster that is wanted and excluded is a contradiction about the platform too.
        fields: if tool == "kubernetes" {
            vec![ConstraintField::Platform, ConstraintField::Tooling]
        } else {
            vec![ConstraintField::Tooling]
        },
        spans: [true, false].iter().filter_map(|excluded| spans.get(&(tool.clone(), *excluded)).copied()).collect(),
        explanation: format!("`{tool}` is wanted and excluded."),
        resolution: format!("`{tool}` is not used."),
    });
    tooling.preferred.retain(|tool| !both.contains(tool));
    let spans = spans.into_values().collect();
    (Some(Found { value: tooling, spans, weigher, derivation: None }), clash)
}

/// Makers of models, and the services that serve the same ones.
const PROVIDERS: [(&str, &[&str]); 2] = [("openai", &["azure_openai"]), ("anthropic", &["bedrock", "vertex_ai"])];

/// "GPT-4o via Azure OpenAI": the model's name stands for its maker only where no other provider of it is named.
fn is_provided_by_another(reader: &Reader, hit: &Hit) -> bool {
    let provider = PROVIDERS.iter().find(|(maker, _)| *maker == hit.meaning.value);
    let by_model = !reader.document.quote(hit.span).eq_ignore_ascii_case(&hit.meaning.value);
    by_model
        && provider
            .is_some_and(|(_, others)| reader.said(TOOL).any(|tool| others.contains(&tool.meaning.value.as_str())))
}

/// Tokens between a denial and what runs all the time: "kein Server, der die ganze Nacht dauernd läuft".
const DENIED_NEAR: usize = 9;

/// The word that denies what runs all the time; a relative clause may stand between.
pub fn denied_nearby(reader: &Reader, hit: &Hit) -> Option<Span> {
    let sentence = reader.document.sentence_span(hit.span.from);
    let before = Span::new(sentence.from.max(hit.span.from.saturating_sub(DENIED_NEAR)), hit.span.from);
    hit.negated.or_else(|| {
        let last = reader.hits.within("negation", before).last().filter(|last| last.meaning.value == "forward");
        // "Nothing" denies only what is said of it, so it is no negation of its own.
        let nothing = (before.from..before.to).rev().find(|at| {
            matches!(reader.document.lower(*at), "nothing" | "nichts" | "rien" | "nada" | "niente" | "niets")
        });
        last.map(|last| last.span).or_else(|| nothing.map(|at| Span::new(at, at + 1)))
    })
}
