//! Kinds of work, the platform, and families of models: lists of names that the text says.

use design::constraint::{ConstraintField, Deployment, Latency, Platform, Retraining, WorkloadType};

use crate::{
    confidence::{ASSUMED, COMPETING, CUE, EXPLICIT, Weigher},
    field::{many::is_times, meaning::denied_nearby},
    lexicon::Hit,
    measure::Noun,
    reader::{Clash, Found, Reader},
    text::{Kind, Span},
};

/// Support of a phrase that names the thing.
const NAMED: f64 = 0.8;
/// Latencies above this are those of jobs, not of answers.
const LONGEST_ANSWER_MS: f64 = 60_000.0;

/// Most words between "serve" and the model that is served.
const LONGEST_OBJECT: usize = 5;

/// How the derivation of a list begins whose members are not all named.
pub(crate) const IMPLIED_BY: &str = "implied by";

/// A value with where it is said.
struct Said<T> {
    value: T,
    spans: Vec<Span>,
    support: f64,
    implied: bool,
}

fn put<T: PartialEq>(list: &mut Vec<Said<T>>, value: T, span: Span, support: f64, implied: bool) {
    match list.iter_mut().find(|said| said.value == value) {
        Some(said) => {
            said.spans.push(span);
            said.support = said.support.max(support);
            said.implied &= implied;
        }
        None => list.push(Said { value, spans: vec![span], support, implied }),
    }
}

/// A list of what was said, as one value.
fn list<T: Ord>(reader: &Reader, mut said: Vec<Said<T>>) -> Option<Found<Vec<T>>> {
    said.sort_by(|a, b| a.value.cmp(&b.value));
    let first = said.iter().map(|said| said.spans[0]).min()?;
    let mut weigher = Weigher::default();
    let mut strongest: Vec<&Said<T>> = said.iter().collect();
    strongest.sort_by(|a, b| b.support.total_cmp(&a.support));
    // A list is as sure as its least sure member.
    if let Some(weakest) = strongest.last() {
        for span in weakest.spans.iter().take(3) {
            weigher = weigher.support(format!("“{}”", reader.document.quote(*span)), weakest.support);
        }
        weigher = weigher.penalty_if(weakest.implied, "implied, not named", ASSUMED);
    }
    let weigher = reader.weigh(weigher, None, first.from);
    let spans = said.iter().flat_map(|said| said.spans.iter().take(2).copied()).collect();
    let implied: Vec<String> = said
        .iter()
        .filter(|said| said.implied)
        .map(|said| format!("“{}”", reader.document.quote(said.spans[0])))
        .collect();
    let derivation = (!implied.is_empty()).then(|| format!("{IMPLIED_BY} {}", implied.join(", ")));
    Some(Found { value: said.into_iter().map(|said| said.value).collect(), spans, weigher, derivation })
}

fn parse<T: serde::de::DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

/// What the system does: what is named, and what the way of giving results and the rhythm of training imply.
pub fn workloads(
    reader: &Reader,
    deployment: Option<&Found<Deployment>>,
    latency: Option<&Found<Latency>>,
    retraining: Option<&Found<Retraining>>,
) -> Option<Found<Vec<WorkloadType>>> {
    let mut said: Vec<Said<WorkloadType>> = Vec::new();
    for hit in reader.said("workload") {
        if let Some(value) = parse::<WorkloadType>(&hit.meaning.value) {
            put(&mut said, value, hit.span, NAMED, false);
        }
    }
    // "Computes session features": the verb and the word, with what they are of between them.
    for hit in reader.said("feature_word") {
        let worked_out = reader
            .hits
            .in_clause(&reader.document, "feature_verb", hit.span.from)
            .find(|verb| verb.negated.is_none() && verb.span.distance(hit.span) <= 4);
        if let Some(verb) = worked_out {
            put(&mut said, WorkloadType::FeatureEngineering, verb.span.hull(hit.span), EXPLICIT, false);
        }
    }
    // "Serve a small text classifier": the verb, and what is served.
    for hit in reader.said("serve_verb") {
        let model =
            reader.hits.within("model_word", Span::new(hit.span.to, hit.span.to + LONGEST_OBJECT)).find(|model| {
                model.negated.is_none()
                    && reader.document.clause(model.span.from) == reader.document.clause(hit.span.from)
            });
        if let Some(model) = model {
            put(&mut said, WorkloadType::OnlineInference, hit.span.hull(model.span), EXPLICIT, false);
        }
    }
    if let Some(retraining) = retraining {
        put(&mut said, WorkloadType::BatchTraining, retraining.spans[0], NAMED, false);
    }
    // "One-off: tag everything once": results at one time, and no service.
    for hit in reader.said("one_off") {
        let works = |verb: &&Hit| verb.negated.is_none() && reader.hits.at("retrain_cue", verb.span.from).is_none();
        if reader.hits.in_sentence(&reader.document, "infer_verb", hit.span.from).any(|verb| works(&verb)) {
            put(&mut said, WorkloadType::BatchInference, hit.span, CUE, false);
        }
    }
    for hit in reader.said("schedule") {
        if scheduled_scoring(reader, hit) {
            put(&mut said, WorkloadType::BatchInference, hit.span, NAMED, false);
        }
    }
    // "Forecasts every 15 minutes for 3,400 plants".
    for hit in reader.said("infer_verb") {
        let rhythm = (hit.span.to..hit.span.to + 3)
            .take_while(|at| reader.document.clause(*at) == reader.document.clause(hit.span.from))
            .find_map(|at| {
                crate::measure::period_at(&reader.document, &reader.hits, at).filter(|_| is_rhythm(reader, at))
            });
        if let Some(rhythm) = rhythm.filter(|rhythm| rhythm.seconds >= SHORTEST_RUN) {
            put(&mut said, WorkloadType::BatchInference, hit.span.hull(rhythm.span), CUE, false);
        }
    }
    // "A forecast of the harvest …, refreshed weekly": results that are made new, and no model.
    for hit in reader.said("renew_verb") {
        let sentence = reader.document.sentence_span(hit.span.from);
        let before = Span::new(sentence.from, hit.span.from);
        let rhythm = reader.hits.at("schedule", hit.span.to).is_some();
        let model = ["model_word", "model_type"].iter().any(|group| reader.hits.within(group, before).next().is_some());
        if rhythm && !model && reader.hits.within("infer_verb", before).next().is_some() {
            put(&mut said, WorkloadType::BatchInference, hit.span, CUE, false);
        }
    }
    // "Tomorrow's demand by 5 a.m.".
    for hit in reader.hits.of("clock") {
        let before = (hit.span.from.saturating_sub(3)..hit.span.from).any(|at| {
            matches!(reader.document.lower(at), "by" | "before" | "until" | "bis" | "vor" | "avant" | "antes")
        });
        let works = |group: &str| reader.hits.in_sentence(&reader.document, group, hit.span.from).next().is_some();
        if before
            && !works("retrain_cue")
            && !reader.is_history(hit.span.from)
            && (works("infer_verb") || works("tomorrow"))
        {
            put(&mut said, WorkloadType::BatchInference, hit.span, CUE, false);
        }
    }
    // "One run a week", "un calcul par semaine".
    for hit in reader.said("run_word") {
        let rhythm = crate::measure::period_at(&reader.document, &reader.hits, hit.span.to);
        // "Rerun as a batch each Thursday".
        let batch = reader
            .hits
            .within("deployment", Span::new(hit.span.to, hit.span.to + RUN_AS))
            .any(|mode| mode.meaning.value == "batch" && mode.negated.is_none());
        if batch {
            put(&mut said, WorkloadType::BatchInference, hit.span, CUE, false);
        }
        let training = reader.hits.in_clause(&reader.document, "retrain_cue", hit.span.from).next().is_some();
        if rhythm.is_some_and(|period| period.seconds >= 3600.0) && !training {
            put(&mut said, WorkloadType::BatchInference, hit.span, CUE, false);
        }
    }
    for hit in reader.said("deployment").filter(|hit| hit.meaning.weight >= 1.0) {
        let value = parse::<Deployment>(&hit.meaning.value).and_then(Deployment::inference);
        if let Some(value) = value.filter(|_| !about_training(reader, hit) && !is_only_a_time(reader, hit)) {
            put(&mut said, value, hit.span, NAMED, false);
        }
    }
    let streams = said.iter().any(|said| said.value == WorkloadType::StreamingInference);
    if let Some((found, value)) = deployment.and_then(|found| Some((found, found.value.inference()?)))
        && !said.iter().any(|said| said.value == value)
        && !(value == WorkloadType::OnlineInference && streams)
    {
        put(&mut said, value, found.spans[0], CUE, true);
    }
    let answers =
        said.iter().any(|said| matches!(said.value, WorkloadType::OnlineInference | WorkloadType::StreamingInference));
    if let Some(latency) = latency.filter(|latency| latency.value.milliseconds <= LONGEST_ANSWER_MS)
        && !answers
    {
        put(&mut said, WorkloadType::OnlineInference, latency.spans[0], CUE, true);
    }
    list(reader, said)
}

/// "Scores leads every Monday": results on a schedule, which no count owns and which is not that of training.
fn scheduled_scoring(reader: &Reader, hit: &Hit) -> bool {
    let document = &reader.document;
    // "Once a week, on Monday at 3, we score …": what opens a sentence is said of the whole of it.
    let sentence = document.sentence_span(hit.span.from);
    let (scope, reach) =
        if hit.span.from <= sentence.from + 1 { (sentence, 14) } else { (document.clause_span(hit.span.from), 8) };
    let near = |group: &str| {
        // A "ranking model" ranks nothing yet.
        let names = |other: &&Hit| reader.hits.at("model_word", other.span.to).is_none();
        let found = reader.hits.within(group, scope).filter(names);
        let distances = found.map(|other| other.span.distance(hit.span));
        distances.filter(|distance| *distance <= reach).min()
    };
    let owned = reader
        .measures_around(hit.span.from, 20)
        // "Forecasts for 62 shops once a week": neither the shops nor "once" own the week.
        .filter(|(_, measure)| {
            let article = (measure.quantity.high - 1.0).abs() < 1e-9
                && reader.hits.at("article", measure.quantity.span.from).is_some();
            !article
                && !measure.noun.is_some_and(|(noun, words)| matches!(noun, Noun::Device) || is_times(reader, words))
        })
        .any(|(_, measure)| measure.period.is_some_and(|period| period.span.overlaps(hit.span)));
    // "Daily demand" is what is predicted, and not when.
    // "Weekly replenishment suggestions" come weekly.
    let of_results = (hit.span.to..hit.span.to + 3).any(|at| {
        let results = reader.hits.at("infer_verb", at).is_some() && document.lower(at).ends_with('s');
        results && at > hit.span.to && document.sentence(at) == document.sentence(hit.span.from)
    });
    let adjective = !of_results
        && (hit.span.to - hit.span.from == 1)
        && document.token(hit.span.to).is_some_and(|next| {
            next.sentence == document.sentence(hit.span.from)
                && next.lower.chars().all(char::is_alphabetic)
                && reader.hits.at("noun_stop", hit.span.to).is_none()
                && reader.hits.at("infer_verb", hit.span.to).is_none()
                && reader.hits.at("run_word", hit.span.to).is_none()
                && !matches!(next.lower.as_str(), "and" | "for" | "to" | "by" | "at" | "in" | "on" | "with" | "from")
        });
    // "Weekly retrain, scores written every Monday": the time belongs to the nearer verb.
    let results = near("infer_verb").into_iter().chain(near("run_word").filter(|distance| *distance <= RUN_NEAR)).min();
    let scores = results.is_some_and(|scores| near("retrain_cue").is_none_or(|training| scores + 1 < training));
    scores && !owned && !adjective
}

/// "Every 15 minutes", and no "a minute" of a count.
fn is_rhythm(reader: &Reader, at: usize) -> bool {
    let each =
        matches!(reader.document.lower(at), "every" | "each" | "alle" | "toutes" | "tous" | "cada" | "ogni" | "elke");
    let number = reader.hits.at("every", at).is_some_and(|every| {
        let next = every.span.to;
        reader.document.token(next).is_some_and(|token| token.kind == Kind::Number)
            || reader.hits.at("number", next).is_some()
    });
    each && number
}

/// Seconds between two runs of a job, and not of a stream.
const SHORTEST_RUN: f64 = 300.0;
/// Tokens between a time and the run that it is said of: "one run a day".
const RUN_NEAR: usize = 1;
/// Tokens behind "rerun" in which the way is said: "rerun as a batch".
const RUN_AS: usize = 4;
/// Tokens between a time and the training that it is said of.
const TRAINING_NEAR: usize = 4;
/// The same where nothing else in the clause gives results.
const TRAINING_FAR: usize = 14;

/// "nightly batch retraining", "fine-tune the model on our tickets once a month": about training, not about results.
pub fn about_training(reader: &Reader, hit: &Hit) -> bool {
    let document = &reader.document;
    let scores = reader.hits.in_clause(document, "infer_verb", hit.span.from).next().is_some();
    let time = reader.hits.at("period", hit.span.from).is_some();
    let reach = if time && !scores { TRAINING_FAR } else { TRAINING_NEAR };
    // ", as a file, retraining monthly": a weak word that is an item of its own.
    let item = |cue: &Hit| {
        let (from, to) = (hit.span.to.min(cue.span.to), hit.span.from.max(cue.span.from));
        hit.meaning.weight < 1.0 && (from..to).any(|at| document.lower(at) == ",")
    };
    // "Calcul en lot chaque nuit, modèle recalé le dimanche": before the comma something else is done.
    let other_item = |cue: &Hit| {
        let comma = (hit.span.to..cue.span.from).any(|at| document.lower(at) == ",");
        let before = Span::new(hit.span.from.saturating_sub(TRAINING_NEAR), hit.span.from);
        let works = |group: &str| {
            reader.hits.within(group, before).any(|verb| {
                document.sentence(verb.span.from) == document.sentence(hit.span.from) && verb.negated.is_none()
            })
        };
        comma && (works("infer_verb") || works("run_word"))
    };
    // "Retrain twice a month? – No, once a month is plenty."
    let asked = reader.question_before(hit.span.from).is_some_and(|question| {
        reader.hits.within("retrain_cue", question).next().is_some()
            && reader.hits.within("infer_verb", question).next().is_none()
    });
    hit.meaning.value == "batch"
        && (asked
            || crate::field::retraining::is_enough(reader, hit.span).is_some()
            || reader
                .hits
                .in_clause(document, "retrain_cue", hit.span.from)
                .any(|cue| cue.span.distance(hit.span) <= reach && !item(cue) && !other_item(cue)))
}

/// "6,000 members online in the evening", "damit nachts nichts kostet": a time of the day in a sentence in which nothing is
/// worked out tells nothing of how results are wanted.
pub fn is_only_a_time(reader: &Reader, hit: &Hit) -> bool {
    let document = &reader.document;
    let works = |group: &str| reader.hits.in_sentence(document, group, hit.span.from).any(|hit| hit.negated.is_none());
    let others = |other: &Hit| other.span != hit.span && other.meaning.value == "batch";
    reader.hits.at("time_of_day", hit.span.from).is_some_and(|time| time.span == hit.span)
        && !["infer_verb", "run_word", "retrain_cue", "cue.latency"].iter().any(|group| works(group))
        && !reader.hits.in_sentence(document, "deployment", hit.span.from).any(others)
}

/// On what the system is wanted to run.
pub fn platform(reader: &Reader) -> (Option<Found<Platform>>, Option<Clash>) {
    let mut said: Vec<Said<Platform>> = Vec::new();
    for hit in reader.said("platform") {
        if let Some(value) = parse::<Platform>(&hit.meaning.value) {
            put(&mut said, value, hit.span, NAMED, false);
        }
    }
    // What must not run all the time is to run when it is asked; of a database alone that says nothing of the rest.
    for hit in reader.hits.of("always_on") {
        if let Some(denial) = denied_nearby(reader, hit) {
            let words = Span::new(denial.to, hit.span.to + 2);
            if reader.hits.within("database_word", words).next().is_none() {
                put(&mut said, Platform::Serverless, denial.hull(hit.span), NAMED, false);
            }
        }
    }
    if said.is_empty() {
        // Functions have no servers of one's own, whoever names them.
        let functions = ["lambda", "cloud_functions", "azure_functions"];
        for hit in reader.said(crate::lexicon::TOOL).filter(|hit| functions.contains(&hit.meaning.value.as_str())) {
            put(&mut said, Platform::Serverless, hit.span, CUE, true);
        }
    }
    // "Serverless would be great, but Lambda is forbidden, so containers": what cannot be gives way.
    let wished = |said: &Said<Platform>| {
        said.spans.iter().all(|span| {
            let sentence = reader.document.sentence_span(span.from);
            let behind = Span::new(span.to, sentence.to);
            let turn = reader.hits.within("clause_break", behind).find(|turn| turn.meaning.value == "word");
            turn.is_some_and(|turn| {
                let own = Span::new(span.to, turn.span.from);
                turn.span.from > span.to && reader.hits.within("wish", own).next().is_some()
            })
        })
    };
    if said.iter().any(|said| !wished(said)) {
        said.retain(|said| !wished(said));
    }
    // A cluster runs containers, and serverless things are managed: the narrower word is what is wanted.
    let narrower = |a: Platform| match a {
        Platform::Kubernetes => 3,
        Platform::Serverless => 2,
        Platform::Containers => 1,
        Platform::Managed => 0,
    };
    said.sort_by_key(|said| std::cmp::Reverse(narrower(said.value)));
    let clash = clash(reader, &said);
    let Some(best) = said.into_iter().next() else { return (None, None) };
    let mut weigher = Weigher::default();
    for span in best.spans.iter().take(3) {
        weigher = weigher.support(format!("“{}”", reader.document.quote(*span)), best.support);
    }
    let weigher = reader.weigh(weigher, None, best.spans[0].from).penalty_if(
        clash.is_some(),
        "another platform is asked for",
        COMPETING,
    );
    (Some(Found { value: best.value, spans: best.spans, weigher, derivation: None }), clash)
}

/// Serverless and a cluster, each demanded in a sentence of its own.
fn clash(reader: &Reader, said: &[Said<Platform>]) -> Option<Clash> {
    let demanded = |platform: Platform| {
        said.iter()
            .find(|said| said.value == platform)?
            .spans
            .iter()
            .copied()
            .find(|span| reader.hits.in_sentence(&reader.document, "must", span.from).next().is_some())
    };
    // A cluster that is excluded elsewhere is a contradiction of the tools, which names the platform as well.
    if reader.hits.of(crate::lexicon::TOOL).any(|tool| tool.meaning.value == "kubernetes" && tool.negated.is_some()) {
        return None;
    }
    let (serverless, cluster) = (demanded(Platform::Serverless)?, demanded(Platform::Kubernetes)?);
    let apart = reader.document.sentence(serverless.from) != reader.document.sentence(cluster.from);
    apart.then(|| Clash {
        fields: vec![ConstraintField::Platform],
        spans: vec![serverless, cluster],
        explanation: "Both serverless and a Kubernetes cluster are asked for.".to_owned(),
        resolution: "The cluster is planned for, because it is there.".to_owned(),
    })
}

/// `MLP-482` is the name of a ticket.
fn is_ticket(reader: &Reader, hit: &Hit) -> bool {
    let document = &reader.document;
    let number = document.token(hit.span.to + 1).is_some_and(|next| next.kind == Kind::Number && next.text.len() >= 3);
    number && document.joining_hyphen(hit.span.to)
}

/// Families of models that are named.
pub fn model_types(reader: &Reader) -> Option<Found<Vec<String>>> {
    let mut said: Vec<Said<String>> = Vec::new();
    for hit in reader.said("model_type").filter(|hit| !is_ticket(reader, hit)) {
        put(&mut said, hit.meaning.value.clone(), hit.span, 0.9, false);
    }
    list(reader, said)
}
