//! Topics: values that phrases of different weight speak for, and the heaviest of them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::{
    confidence::Weigher,
    lexicon::Hit,
    reader::{Found, Reader},
    text::Span,
};

/// Support of one phrase of full weight: a single word of a topic leaves room for doubt, three hardly.
pub(super) const PHRASE: f64 = 0.62;
/// Factor of a phrase in a clause about the past.
const HISTORY: f64 = 0.3;
/// Below this sum of weights a topic is not there.
pub(super) const LEAST_WEIGHT: f64 = 0.4;

/// The value of the schema that a concept's value names.
pub(super) fn parse<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

/// The weighted phrases of one value.
pub(super) struct Topic<T> {
    /// The value.
    pub value: T,
    /// Sum of the phrases' weights.
    pub weight: f64,
    /// The phrases, each with its weight.
    pub hits: Vec<(Span, f64)>,
}

/// Weighs the values of a group by their phrases; a phrase that occurs again counts a quarter.
pub(super) fn topics<T: DeserializeOwned + Copy + PartialEq>(
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
        // "Posted on the web years ago" is public still.
        let still = group == "data_class" && hit.meaning.value == "public";
        if !still && reader.is_history(hit.span.from) {
            weight *= HISTORY;
        }
        if *times > 3 {
            continue;
        }
        add(&mut topics, value, weight, hit.span);
    }
    topics.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    topics
}

/// Adds a phrase to the topic of its value.
pub(super) fn add<T: PartialEq>(topics: &mut Vec<Topic<T>>, value: T, weight: f64, span: Span) {
    match topics.iter_mut().find(|topic| topic.value == value) {
        Some(topic) => {
            topic.weight += weight;
            topic.hits.push((span, weight));
        }
        None => topics.push(Topic { value, weight, hits: vec![(span, weight)] }),
    }
}

/// The heaviest topic with what supports it; a close second lowers the confidence.
pub(super) fn heaviest<T: Copy>(reader: &Reader, topics: &[Topic<T>]) -> Option<Found<T>> {
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
