//! Checks of constraints that are given as fields.

use std::collections::BTreeMap;

use design::{constraint::StructuredConstraints, plan::Criterion};
use serde::{Deserialize, Deserializer, de::IntoDeserializer};

use crate::problem::FieldError;

/// Enough for every region of every provider.
const REGIONS_MAX: usize = 50;
/// Enough for a wish list; more is a mistake.
const TOOLS_MAX: usize = 50;
const TOOL_MAX_CHARACTERS: usize = 60;
/// The largest numbers that mean something here; above them arithmetic says nothing.
const AMOUNT_MAX: f64 = 1e12;

/// The largest weight: weights are shares or proportions, and no proportion needs more.
const WEIGHT_MAX: f64 = 1000.0;

struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    fn refuse(&mut self, field: &str, detail: String) {
        self.errors.push(FieldError { field: format!("constraints.{field}"), detail });
    }

    /// A number within bounds that are both accepted.
    fn within(&mut self, field: &str, value: Option<f64>, minimum: f64, maximum: f64) {
        if let Some(value) = value.filter(|value| !(minimum..=maximum).contains(value)) {
            self.refuse(field, format!("is {value}; a number from {minimum} to {maximum} is accepted"));
        }
    }

    /// A number above zero.
    fn positive(&mut self, field: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|value| !(*value > 0.0 && *value <= AMOUNT_MAX)) {
            self.refuse(field, format!("is {value}; a number above 0 and up to {AMOUNT_MAX} is accepted"));
        }
    }

    fn count(&mut self, field: &str, count: usize, maximum: usize) {
        if count > maximum {
            self.refuse(field, format!("has {count} entries; at most {maximum} are accepted"));
        }
    }

    fn words(&mut self, field: &str, words: &[String]) {
        self.count(field, words.len(), TOOLS_MAX);
        for (index, word) in words.iter().enumerate().take(TOOLS_MAX) {
            let length = word.chars().count();
            if word.trim().is_empty() || length > TOOL_MAX_CHARACTERS || word.chars().any(char::is_control) {
                let detail = format!("is not a name of 1 to {TOOL_MAX_CHARACTERS} characters on one line");
                self.refuse(&format!("{field}[{index}]"), detail);
            }
        }
    }
}

/// What is wrong with the values; their types were checked when they were read.
pub fn check(given: &StructuredConstraints) -> Vec<FieldError> {
    // Named in full, so that a new field is not forgotten here.
    let StructuredConstraints {
        cloud: _,
        budget_usd_per_month,
        regions,
        data_class: _,
        latency,
        throughput,
        data_volume,
        ml_task: _,
        use_case: _,
        deployment: _,
        tooling,
        compliance,
        team,
        availability_percent,
        retraining: _,
        workloads,
        platform: _,
        model_types,
    } = given;
    let mut checks = Checks { errors: Vec::new() };
    checks.positive("budget_usd_per_month", *budget_usd_per_month);
    if let Some(regions) = regions {
        check_regions(&mut checks, regions);
    }
    if let Some(latency) = latency {
        checks.positive("latency.milliseconds", Some(latency.milliseconds));
        checks.within("latency.percentile", Some(latency.percentile), 50.0, 100.0);
    }
    if let Some(throughput) = throughput {
        let (average, peak) = (throughput.average_per_second, throughput.peak_per_second);
        checks.within("throughput.average_per_second", Some(average), 0.0, AMOUNT_MAX);
        checks.within("throughput.peak_per_second", Some(peak), 0.0, AMOUNT_MAX);
        if peak < average {
            let detail = format!("is {peak}, below the average of {average}; the peak is at least the average");
            checks.refuse("throughput.peak_per_second", detail);
        }
    }
    if let Some(volume) = data_volume {
        checks.within("data_volume.stored_gb", Some(volume.stored_gb), 0.0, AMOUNT_MAX);
        checks.within("data_volume.daily_gb", volume.daily_gb, 0.0, AMOUNT_MAX);
        checks.within("data_volume.records", volume.records, 0.0, 1e15);
        checks.positive("data_volume.item_kb", volume.item_kb);
    }
    if let Some(tooling) = tooling {
        checks.words("tooling.preferred", &tooling.preferred);
        checks.words("tooling.excluded", &tooling.excluded);
        for tool in tooling.preferred.iter().filter(|tool| tooling.excluded.contains(tool)) {
            checks.refuse("tooling", format!("has `{tool}` both preferred and excluded; decide for one"));
        }
    }
    if let Some(compliance) = compliance {
        checks.count("compliance", compliance.len(), 20);
    }
    if let Some(team) = team {
        checks.within("team.size", team.size.map(f64::from), 1.0, 100_000.0);
    }
    checks.within("availability_percent", *availability_percent, 90.0, 100.0);
    if let Some(workloads) = workloads {
        checks.count("workloads", workloads.len(), 20);
    }
    if let Some(model_types) = model_types {
        checks.words("model_types", model_types);
    }
    checks.errors
}

/// Reads weights by their names, so that what is wrong with one is said of it.
pub fn weights<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Criterion, f64>, D::Error> {
    BTreeMap::<String, f64>::deserialize(deserializer)?
        .into_iter()
        .map(|(name, weight)| Ok((Criterion::deserialize(name.into_deserializer())?, weight)))
        .collect()
}

/// What is wrong with the weights of criteria; unknown criteria were refused when they were read.
pub fn check_weights(weights: &BTreeMap<Criterion, f64>) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = weights
        .iter()
        .filter(|(_, weight)| !(0.0..=WEIGHT_MAX).contains(*weight))
        .map(|(criterion, weight)| FieldError {
            field: format!("weights.{}", criterion.as_str()),
            detail: format!("is {weight}; a number from 0 to {WEIGHT_MAX} is accepted"),
        })
        .collect();
    // With every criterion at 0 there is nothing to compare by.
    if errors.is_empty() && weights.len() == Criterion::ALL.len() && weights.values().all(|weight| *weight == 0.0) {
        errors.push(FieldError {
            field: "weights".to_owned(),
            detail: "are all 0; give at least one criterion a weight above 0, or leave one out".to_owned(),
        });
    }
    errors
}

fn check_regions(checks: &mut Checks, regions: &[String]) {
    checks.count("regions", regions.len(), REGIONS_MAX);
    if regions.is_empty() {
        checks.refuse("regions", "is empty; leave it out, or name at least one region".to_owned());
    }
    for (index, region) in regions.iter().enumerate().take(REGIONS_MAX) {
        let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(2..=40).contains(&region.len()) || !region.chars().all(lawful) {
            let detail = "is not a provider's region code, such as `eu-central-1` or `westeurope`".to_owned();
            checks.refuse(&format!("regions[{index}]"), detail);
        }
    }
}
