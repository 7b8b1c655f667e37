//! Thresholds, with their reasons.

use design::constraint::{ConstraintSet, Retraining};
use serde::Serialize;

use super::{serving::Serving, size};
use crate::{
    task::{Family, Learning, Tuner},
    words,
};

#[derive(Debug, Serialize)]
pub(super) struct Limits {
    pub(super) max_rejected_share: f64,
    pub(super) drift_threshold: f64,
    pub(super) drift_reason: &'static str,
    pub(super) max_records: u32,
    pub(super) batch_reason: &'static str,
    pub(super) latency_seconds: f64,
    pub(super) latency_reason: String,
    pub(super) chunk: u32,
    pub(super) chunk_reason: &'static str,
    pub(super) test_rows: u32,
    pub(super) training_memory_gb: f64,
    pub(super) training_examples: u64,
}

/// From when on answers are late: what an alarm goes off at.
#[derive(Debug, Serialize)]
pub(super) struct Late {
    /// Milliseconds.
    ms: String,
    /// The same in seconds.
    seconds: f64,
    percentile: String,
    /// What is taken longer than, as the end of a sentence without its full stop.
    than: String,
}

/// Milliseconds that nothing which answers requests may take; a plan that expects more is not believed.
const LONGEST_ANSWER_MS: f64 = 60_000.0;

/// The objective, or where the plan misses it and was approved all the same, what the plan expects: an alarm that never
/// ends says nothing.
pub(super) fn late(objective_ms: f64, percentile: &str, expected_p95_ms: Option<f64>) -> Late {
    let objective_ms = objective_ms.round().max(1.0);
    let missed = expected_p95_ms.map(f64::ceil).filter(|ms| *ms > objective_ms && *ms <= LONGEST_ANSWER_MS);
    let objective = words::plain(objective_ms);
    match missed {
        Some(ms) => Late {
            ms: words::plain(ms),
            seconds: ms / 1000.0,
            percentile: "95".to_owned(),
            than: format!(
                "the {} ms (p95) that the plan expects; it misses the objective of {objective} ms (p{percentile}) and was \
                 approved so",
                words::plain(ms)
            ),
        },
        None => Late {
            seconds: objective_ms / 1000.0,
            percentile: percentile.to_owned(),
            than: format!("the objective of {objective} ms (p{percentile})"),
            ms: objective,
        },
    }
}

pub(super) fn limits(
    family: Family,
    sensitive: bool,
    latency_ms: f64,
    learning: &Learning,
    set: &ConstraintSet,
    serving: Serving,
    training_memory_gb: f64,
) -> Limits {
    let on_drift = set.retraining.as_ref().is_some_and(|stated| stated.value == Retraining::OnDrift);
    let (drift_threshold, drift_reason) = if sensitive {
        (0.1, "Regulated data: even a moderate shift is looked at by a person.")
    } else if on_drift {
        (0.15, "Drift starts the retraining, so that it is noticed before it is severe.")
    } else {
        (0.2, "The usual line between a moderate and a severe shift.")
    };
    // Unpacking the largest image that is taken costs 13 ms on one core (a PNG of a million pixels, measured with
    // Pillow 12 on 22 November 2026), and half of the objective is for all else.
    let (max_records, batch_reason) = if family == Family::Vision {
        let images = (latency_ms / 2.0 / 15.0).clamp(1.0, 32.0) as u32;
        (images, "Images take time to unpack: as many of the largest ones take half of the latency objective.")
    } else if family == Family::Rag {
        (8, "Each is a search and a call of the language model, and all of them are made at the same time.")
    } else if family == Family::FineTuning(Tuner::System) {
        (8, "A completion is written token by token, and the others of a request wait for the longest.")
    } else if latency_ms < 100.0 {
        (32, "Few at a time: the latency objective leaves no room for more.")
    } else {
        (256, "A request of this size stays within the latency objective.")
    };
    let latency_reason = match set.latency.as_ref().filter(|_| serving.online) {
        Some(stated) => format!(
            "The requirement: {} ms at the {}th percentile.",
            words::plain(stated.value.milliseconds),
            words::plain(stated.value.percentile)
        ),
        None => "No latency was asked for: one second is assumed.".to_owned(),
    };
    let large = set.data_volume.as_ref().is_some_and(|stated| stated.value.stored_gb > 100.0);
    let (chunk, chunk_reason) = if large {
        (10_000, "Large data: big chunks cost memory and save time.")
    } else {
        (1_000, "Small enough for a small machine.")
    };
    Limits {
        max_rejected_share: if sensitive { 0.01 } else { 0.05 },
        drift_threshold,
        drift_reason,
        max_records,
        batch_reason,
        latency_seconds: latency_ms / 1000.0,
        latency_reason,
        chunk,
        chunk_reason,
        test_rows: learning.test_rows,
        training_memory_gb,
        training_examples: size::training_examples(family, training_memory_gb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_late_where_the_plan_does_not_expect_them() {
        let kept = late(300.0, "99", Some(250.0));
        assert_eq!((kept.ms.as_str(), kept.percentile.as_str()), ("300", "99"));
        let missed = late(300.0, "99", Some(2013.2));
        assert_eq!((missed.ms.as_str(), missed.percentile.as_str()), ("2014", "95"));
        assert!(missed.than.contains("misses the objective of 300 ms (p99)"), "{}", missed.than);
        assert_eq!(late(300.0, "95", Some(86_400_000.0)).ms, "300");
        assert_eq!(late(300.0, "95", None).ms, "300");
    }
}
