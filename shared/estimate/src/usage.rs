//! The usage that is priced, line by line, with where each number comes from.

use design::{
    constraint::{ConstraintField, Deployment, Source},
    cost::{SECONDS_PER_MONTH, UsageBasis, UsageLine},
    words::{self, readable},
};
use knowledge::{catalogue::Catalogue, profile::Profile};

use crate::workload::{BATCH_WINDOW_HOURS, DAYS_PER_MONTH, Usage, Workload};

struct Lines<'a> {
    workload: &'a Workload,
    lines: Vec<UsageLine>,
}

impl Lines<'_> {
    /// Whether a field's own number was said, computed from what was said, or taken for granted.
    fn basis(&self, field: ConstraintField) -> UsageBasis {
        match self.workload.origin(field) {
            Some(origin) if origin.source == Source::Default => UsageBasis::Assumed,
            Some(_) if self.workload.is_assumed(field) => UsageBasis::Assumed,
            Some(origin) if origin.derivation.is_some() => UsageBasis::Derived,
            Some(_) => UsageBasis::Stated,
            None => UsageBasis::Assumed,
        }
    }

    /// The words, the derivation or the assumption behind a field.
    fn origin(&self, field: ConstraintField) -> String {
        let mut parts = Vec::new();
        if let Some(origin) = self.workload.origin(field) {
            parts.push(words::source(origin.source).to_owned());
            parts.extend(origin.quote.as_ref().map(|quote| format!("“{quote}”")));
            parts.extend(origin.derivation.clone());
        }
        let assumptions = self.workload.assumptions.iter().filter(|assumption| assumption.field == Some(field));
        parts.extend(assumptions.map(|assumption| assumption.text.trim_end_matches('.').to_owned()));
        parts.join("; ")
    }

    fn own(&mut self, field: ConstraintField, name: &str, value: f64, unit: &str) {
        let (basis, derivation) = (self.basis(field), self.origin(field));
        self.push(name, value, unit, derivation, basis, Some(field));
    }

    /// A number that is computed from fields: as sure as the least sure of them.
    fn from(&mut self, fields: &[ConstraintField], name: &str, value: f64, unit: &str, derivation: String) {
        let assumed = fields.iter().any(|field| self.basis(*field) == UsageBasis::Assumed);
        let basis = if assumed { UsageBasis::Assumed } else { UsageBasis::Derived };
        self.push(name, value, unit, derivation, basis, fields.first().copied());
    }

    /// A number of the use case's profile.
    fn profile(&mut self, name: &str, value: f64, unit: &str, derivation: String) {
        self.push(name, value, unit, derivation, UsageBasis::Assumed, Some(ConstraintField::UseCase));
    }

    fn push(
        &mut self,
        name: &str,
        value: f64,
        unit: &str,
        derivation: String,
        basis: UsageBasis,
        field: Option<ConstraintField>,
    ) {
        self.lines.push(UsageLine { name: name.to_owned(), value, unit: unit.to_owned(), derivation, basis, field });
    }
}

/// The usage profile: rate, data, model, training and what follows from them.
pub fn lines(workload: &Workload, catalogue: &Catalogue) -> Vec<UsageLine> {
    let scope = workload.scope(Usage::Expected);
    let variable = |name: &str| scope.get(name).unwrap_or(0.0);
    let mut lines = Lines { workload, lines: Vec::new() };
    let counted = match workload.deployment {
        Deployment::RealTime | Deployment::Edge => "requests",
        Deployment::Streaming => "events",
        Deployment::Batch => "records",
    };

    let average = workload.average_per_second();
    lines.own(ConstraintField::Throughput, &format!("{counted} per second, average"), average, "/s");
    if workload.deployment != Deployment::Batch {
        let peak = workload.peak_per_second();
        lines.own(ConstraintField::Throughput, &format!("{counted} per second, peak"), peak, "/s");
    }
    lines.from(
        &[ConstraintField::Throughput],
        &format!("{counted} per month"),
        variable("requests_month"),
        counted,
        format!("{}/s × {} s of a month of 730 h", readable(average), readable(SECONDS_PER_MONTH)),
    );
    if workload.deployment == Deployment::Batch {
        lines.from(
            &[ConstraintField::Throughput],
            "records of a run",
            variable("records_per_run"),
            "records",
            format!(
                "{} records / {} runs a month; {} h for each run",
                readable(variable("requests_month")),
                readable(DAYS_PER_MONTH),
                readable(BATCH_WINDOW_HOURS)
            ),
        );
    }

    let stored = workload.stored_gb();
    lines.own(ConstraintField::DataVolume, "data stored at the beginning", stored, "GB");
    let daily = variable("daily_gb");
    lines.own(ConstraintField::DataVolume, "new data per day", daily, "GB");
    let monthly = variable("monthly_gb");
    lines.from(
        &[ConstraintField::DataVolume],
        "new data per month",
        monthly,
        "GB",
        format!("{} GB × {} days", readable(daily), readable(DAYS_PER_MONTH)),
    );
    lines.from(
        &[ConstraintField::DataVolume],
        "data stored, mean of the first year",
        stored + 6.0 * monthly,
        "GB",
        format!("{} GB + 6 months × {} GB", readable(stored), readable(monthly)),
    );
    if variable("index_gb") > 0.0 {
        lines.from(
            &[ConstraintField::DataVolume],
            "vector index",
            variable("index_gb"),
            "GB",
            format!("{} GB of documents × 0.06", readable(stored)),
        );
    }

    let usual = workload.usual.clone();
    let payload = variable("payload_kb");
    if workload.has_stated_payload() {
        // What is stored may be taken for granted; the size is not.
        let said = lines.origin(ConstraintField::DataVolume);
        lines.push("size of a request", payload, "kB", said, UsageBasis::Stated, Some(ConstraintField::DataVolume));
    } else {
        lines.profile("size of a request", payload, "kB", usual.clone());
    }
    model(&mut lines, &variable, &workload.usual_model);
    training(&mut lines, &workload.profile, &variable, workload, &workload.usual_model);

    let redundancy = variable("redundancy");
    match workload.availability_target {
        Some(target) => lines.from(
            &[ConstraintField::Availability],
            "units of what serves, at least",
            redundancy,
            "units",
            format!("two from 99.5 % up; {} % were asked", readable(target)),
        ),
        None => lines.own(ConstraintField::Availability, "units of what serves, at least", redundancy, "units"),
    }
    if variable("devices") > 0.0 {
        lines.profile("devices", variable("devices"), "devices", usual);
    }
    let (factor, listed) = catalogue.region_factor(&workload.region);
    lines.from(
        &[ConstraintField::Regions],
        "price level of the region",
        factor,
        "times the reference region",
        if listed {
            format!("{}, from the catalogue", workload.region)
        } else {
            format!("{} is not in the catalogue: its provider's usual level", workload.region)
        },
    );
    lines.lines
}

fn model(lines: &mut Lines<'_>, variable: &impl Fn(&str) -> f64, usual: &str) {
    if variable("tokens_in") > 0.0 {
        lines.profile("tokens into the language model per request", variable("tokens_in"), "tokens", usual.to_owned());
        lines.profile("tokens out of it per request", variable("tokens_out"), "tokens", usual.to_owned());
    }
    if variable("needs_gpu") > 0.0 {
        lines.profile("one prediction on a T4 GPU, P95", variable("model_gpu_ms"), "ms", usual.to_owned());
    } else {
        lines.profile("one prediction on one vCPU, P95", variable("model_ms"), "ms", usual.to_owned());
    }
    lines.profile("memory of a serving process", variable("memory_gb"), "GB", usual.to_owned());
}

fn training(
    lines: &mut Lines<'_>,
    profile: &Profile,
    variable: &impl Fn(&str) -> f64,
    workload: &Workload,
    usual: &str,
) {
    lines.own(ConstraintField::Retraining, "training runs per month", variable("runs_month"), "runs");
    let gigabytes = workload.stored_gb().min(profile.train_gb_max);
    let (name, value, unit, base, each) = if variable("needs_gpu_train") > 0.0 {
        (
            "GPU time of a training run",
            variable("train_gpu_hours"),
            "T4-hours",
            profile.train_gpu_hours,
            profile.train_gpu_hours_per_gb,
        )
    } else {
        (
            "CPU time of a training run",
            variable("train_vcpu_hours"),
            "vCPU-hours",
            profile.train_vcpu_hours,
            profile.train_vcpu_hours_per_gb,
        )
    };
    let formula = format!(
        "{} h + {} h × {} GB (at most {} GB are trained on), {usual}",
        readable(base),
        readable(each),
        readable(gigabytes),
        readable(profile.train_gb_max)
    );
    lines.profile(name, value, unit, formula);
}
