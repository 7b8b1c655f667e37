//! When the model learns again, and when features come online.

use design::constraint::Retraining;
use serde::Serialize;

use super::serving::Serving;
use crate::provision::Infrastructure;

/// When something starts by itself.
#[derive(Debug, Serialize)]
pub(super) struct Rhythm {
    pub(super) words: &'static str,
    pub(super) schedule: &'static str,
    pub(super) on_drift: bool,
}

/// When the ingestion brings features online.
#[derive(Debug, Serialize)]
pub(super) struct Publication {
    /// How often, as pandas writes a frequency.
    frequency: &'static str,
    /// The hour (UTC) at which the clock strikes; 0 where there is none.
    hour: u32,
    /// Minutes until what it read is online.
    minutes: u32,
    /// The same in words.
    words: &'static str,
    /// Minutes between two generated examples.
    step_minutes: u32,
    /// So many examples lie between two of one owner: two publications and more.
    owners: u32,
}

/// The rhythm that was asked for.
pub(super) fn rhythm(retraining: Option<Retraining>) -> Rhythm {
    let (words, schedule) = match retraining {
        Some(Retraining::Hourly) => ("The model is trained again every hour.", "rate(1 hour)"),
        Some(Retraining::Daily) => ("The model is trained again every day.", "cron(0 3 * * ? *)"),
        Some(Retraining::Weekly) => ("The model is trained again every week.", "cron(0 3 ? * MON *)"),
        Some(Retraining::Monthly) => ("The model is trained again every month.", "cron(0 3 1 * ? *)"),
        Some(Retraining::Quarterly) => ("The model is trained again every quarter.", "cron(0 3 1 1,4,7,10 ? *)"),
        Some(Retraining::OnDrift) => ("The model is trained again when the drift alarm says so.", ""),
        Some(Retraining::Manual) => ("The model is trained again when a person starts it.", ""),
        None => ("No rhythm was asked for: a person starts the training.", ""),
    };
    Rhythm { words, schedule, on_drift: retraining == Some(Retraining::OnDrift) }
}

/// When the state machine `learning` runs: it trains, or checks every night what SageMaker's pipeline learns from.
pub(super) fn machine_rhythm(infrastructure: &Infrastructure, retraining: Option<Retraining>) -> Rhythm {
    if !infrastructure.has("sagemaker_training") {
        return rhythm(retraining);
    }
    let (words, schedule) = match retraining {
        Some(Retraining::Hourly) => ("Checks what has arrived, every hour.", "rate(1 hour)"),
        _ => ("Checks what has arrived, every night.", "cron(0 2 * * ? *)"),
    };
    Rhythm { words, schedule, on_drift: false }
}

/// The ingestion publishes when it runs: as files arrive, every night, or before each training.
pub(super) fn publication(
    serving: Serving,
    infrastructure: &Infrastructure,
    retraining: Option<Retraining>,
) -> Publication {
    let nightly =
        Publication { frequency: "D", hour: 2, minutes: 60, words: "every night at 2", step_minutes: 60, owners: 48 };
    let at_three = |frequency, words, step_minutes, owners| Publication {
        frequency,
        hour: 3,
        minutes: 60,
        words,
        step_minutes,
        owners,
    };
    if serving.lambda_transform {
        let words = "as files arrive, which are expected every quarter of an hour";
        return Publication { frequency: "15min", hour: 0, minutes: 15, words, step_minutes: 1, owners: 30 };
    }
    let checks_apart = infrastructure.has("pipeline_states") && infrastructure.has("sagemaker_training");
    if infrastructure.has("sagemaker_processing") || checks_apart && retraining != Some(Retraining::Hourly) {
        return nightly;
    }
    match retraining {
        Some(Retraining::Hourly) => Publication {
            frequency: "h",
            hour: 0,
            words: "every hour, before the training",
            step_minutes: 5,
            owners: 24,
            ..nightly
        },
        Some(Retraining::Daily) => at_three("D", "every day at 3, before the training", 60, 48),
        Some(Retraining::Weekly) => at_three("W-MON", "every Monday at 3, before the training", 360, 56),
        Some(Retraining::Monthly) => at_three("MS", "on the first of each month at 3, before the training", 720, 124),
        Some(Retraining::Quarterly) => {
            at_three("QS", "on the first day of each quarter at 3, before the training", 1440, 184)
        }
        Some(Retraining::OnDrift | Retraining::Manual) | None => {
            Publication { words: "when a person or an alarm starts it; a night between two is assumed", ..nightly }
        }
    }
}
