//! The ways through a design: of a request, of arriving data, of a scoring run and of a training run, each with its
//! budget of time, its load and its bottleneck.

use design::{
    constraint::{ConstraintField, Deployment},
    cost::HOURS_PER_MONTH,
    finding::{PathBudget, PathStage},
    plan::Capability,
    words::{readable, share},
};
use estimate::{
    part::Part,
    workload::{BATCH_WINDOW_HOURS, Workload},
};

/// JSON has no infinity: a stage that cannot keep up takes a day.
const OVERLOADED_MS: f64 = 86_400_000.0;
/// Percentile of a path without an objective.
const USUAL_PERCENTILE: f64 = 95.0;

/// All paths of a design.
pub fn paths(parts: &[&Part<'_>], workload: &Workload) -> Vec<PathBudget> {
    let all = [request(parts, workload), ingest(parts, workload), scoring(parts, workload), training(parts, workload)];
    all.into_iter().flatten().collect()
}

/// A stage whose queue is computed from arrivals and capacity, in milliseconds.
fn stage(part: &Part<'_>, time: f64, percentile: f64, workload: &Workload) -> PathStage {
    let size = part.size.as_ref();
    PathStage {
        pattern: part.pattern.id.clone(),
        arrivals_per_second: size.map_or(workload.peak_per_second(), |size| size.arrivals),
        capacity_per_second: size.map(|size| size.capacity),
        utilisation: part.utilisation(),
        time: if time.is_finite() { time } else { OVERLOADED_MS },
        share: 0.0,
        formula: part.queue_formula(percentile),
    }
}

/// Adds the stages up and gives each its share.
fn path(
    name: &str,
    what: String,
    unit: &str,
    percentile: Option<f64>,
    mut stages: Vec<PathStage>,
    objective: Option<(f64, bool)>,
) -> PathBudget {
    let overloaded = stages.iter().any(|stage| stage.utilisation.is_some_and(|utilisation| utilisation >= 1.0));
    let sum: f64 = stages.iter().map(|stage| stage.time).sum();
    let whole = objective.map_or(sum, |(objective, _)| objective);
    for stage in &mut stages {
        stage.share = if whole > 0.0 { stage.time / whole } else { 0.0 };
    }
    let bound = stages
        .iter()
        .filter_map(|stage| Some((stage.capacity_per_second?, stage)))
        .min_by(|(one, _), (other, _)| one.total_cmp(other));
    let terms = stages.iter().map(|stage| readable(stage.time)).collect::<Vec<_>>().join(" + ");
    // Loads on a schedule have no latency of an event: the data is as old as the schedule makes it.
    let scheduled = sum == 0.0;
    let formula = match (overloaded, objective) {
        (false, _) if scheduled => "No part works event by event: the data is as old as its schedule.".to_owned(),
        (true, _) => "A stage takes less than arrives: its queue grows without end.".to_owned(),
        (false, Some((objective, _))) => {
            format!("{terms} = {} {unit} of {} {unit}: {}", readable(sum), readable(objective), share(sum / objective))
        }
        (false, None) => format!("{terms} = {} {unit}", readable(sum)),
    };
    PathBudget {
        name: name.to_owned(),
        what,
        unit: unit.to_owned(),
        percentile,
        total: (!overloaded && !scheduled).then_some(sum),
        objective: objective.map(|(objective, _)| objective),
        objective_is_hard: objective.is_some_and(|(_, hard)| hard),
        max_per_second: bound.as_ref().map(|(capacity, _)| *capacity),
        bottleneck: bound.map(|(_, stage)| stage.pattern.clone()),
        formula,
        stages,
    }
}

/// The way of a request, or of an event from its arrival to its score.
fn request(parts: &[&Part<'_>], workload: &Workload) -> Option<PathBudget> {
    let (name, what) = match workload.deployment {
        Deployment::RealTime => ("request", "A request to its answer, at peak"),
        Deployment::Edge => ("request", "An input on the device to its answer, at peak"),
        Deployment::Streaming => ("event", "An event from its arrival to its score, at peak"),
        Deployment::Batch => return None,
    };
    let percentile = workload.percentile;
    let stages: Vec<PathStage> = parts
        .iter()
        .filter(|part| part.on_path)
        .map(|part| stage(part, part.loaded_ms(percentile), percentile, workload))
        .collect();
    let objective = workload.latency_target_ms.map(|target| (target, workload.binds(ConstraintField::Latency)));
    (!stages.is_empty()).then(|| path(name, what.to_owned(), "ms", Some(percentile), stages, objective))
}

/// The way of arriving data into the store.
fn ingest(parts: &[&Part<'_>], workload: &Workload) -> Option<PathBudget> {
    let stages: Vec<PathStage> = parts
        .iter()
        .filter(|part| {
            matches!(part.pattern.capability, Capability::Ingest | Capability::Transform | Capability::Store)
        })
        // What stands on a request's way as well is counted there, by what a request asks of it.
        .filter(|part| part.pattern.capability != Capability::Store || !part.on_path)
        .map(|part| {
            let own = part.pattern.latency.at(USUAL_PERCENTILE);
            let mut stage = stage(part, own + part.wait_ms(USUAL_PERCENTILE), USUAL_PERCENTILE, workload);
            if part.size.is_none() {
                stage.formula =
                    format!("{} GB a day; no documented limit is near", readable(workload.variable("daily_gb")));
                stage.arrivals_per_second = 0.0;
            }
            stage
        })
        .collect();
    let streamed = stages.iter().any(|stage| stage.capacity_per_second.is_some());
    let (kilobytes, gigabytes) = (workload.variable("payload_kb"), workload.variable("daily_gb"));
    let what = if streamed {
        format!(
            "Arriving events into the store: {}/s at peak × {} kB = {} MB/s",
            readable(workload.peak_per_second()),
            readable(kilobytes),
            readable(workload.peak_per_second() * kilobytes / 1000.0)
        )
    } else {
        format!(
            "Arriving data into the store: {} GB a day / 86,400 s = {} MB/s",
            readable(gigabytes),
            readable(gigabytes * 1000.0 / 86_400.0)
        )
    };
    (!stages.is_empty()).then(|| path("ingest", what, "ms", Some(USUAL_PERCENTILE), stages, None))
}

/// A scoring run against the window that it should be done in.
fn scoring(parts: &[&Part<'_>], workload: &Workload) -> Option<PathBudget> {
    if workload.deployment != Deployment::Batch {
        return None;
    }
    let records = workload.variable("records_per_run");
    let stages: Vec<PathStage> = parts
        .iter()
        .filter(|part| part.pattern.capability == Capability::Serve)
        .filter_map(|part| Some((part, part.size.as_ref()?)))
        .map(|(part, size)| {
            let hours = records / size.capacity / 3600.0;
            PathStage {
                pattern: part.pattern.id.clone(),
                arrivals_per_second: size.arrivals,
                capacity_per_second: Some(size.capacity),
                utilisation: part.utilisation(),
                time: hours,
                share: 0.0,
                formula: format!(
                    "{} records / {}/s / 3,600 = {} h on {} units",
                    readable(records),
                    readable(size.capacity),
                    readable(hours),
                    readable(size.units)
                ),
            }
        })
        .collect();
    let what = format!("A scoring run of {} records; the window is an assumption", readable(records));
    (!stages.is_empty()).then(|| path("scoring", what, "h", None, stages, Some((BATCH_WINDOW_HOURS, false))))
}

/// A training run against the time until the next.
fn training(parts: &[&Part<'_>], workload: &Workload) -> Option<PathBudget> {
    let interval = HOURS_PER_MONTH / workload.variable("runs_month").max(f64::MIN_POSITIVE);
    let stages: Vec<PathStage> = parts
        .iter()
        .filter_map(|part| Some((part, part.hours?)))
        .map(|(part, hours)| PathStage {
            pattern: part.pattern.id.clone(),
            arrivals_per_second: workload.variable("runs_month") / (HOURS_PER_MONTH * 3600.0),
            capacity_per_second: None,
            utilisation: Some(hours / interval),
            time: hours,
            share: 0.0,
            formula: format!(
                "D/D/1: a run of {} h every {} h, ρ = {}; below 100 % no run waits for the one before",
                readable(hours),
                readable(interval),
                share(hours / interval)
            ),
        })
        .collect();
    let what = format!("A training run, {} a month", readable(workload.variable("runs_month")));
    let hard = workload.binds(ConstraintField::Retraining);
    (!stages.is_empty()).then(|| path("training", what, "h", None, stages, Some((interval, hard))))
}
