//! Constraint values in words, for cards.

use design::constraint::{ConstraintField, ConstraintSet, Currency, Evidence, Source};
use serde::Serialize;

use crate::{field::place::cloud_name, reader::show};

/// Where a field's value came from.
#[derive(Debug, Clone, Copy)]
pub struct Provenance<'a> {
    /// The source.
    pub source: Source,
    /// The confidence.
    pub confidence: f64,
    /// The words.
    pub evidence: &'a [Evidence],
    /// How it was derived.
    pub derivation: Option<&'a str>,
}

/// Where the value of a field came from, when there is one.
pub fn provenance(set: &ConstraintSet, field: ConstraintField) -> Option<Provenance<'_>> {
    macro_rules! of {
        ($name:ident) => {
            set.$name.as_ref().map(|stated| Provenance {
                source: stated.source,
                confidence: stated.confidence,
                evidence: &stated.evidence,
                derivation: stated.derivation.as_deref(),
            })
        };
    }
    match field {
        ConstraintField::Cloud => of!(cloud),
        ConstraintField::Budget => of!(budget),
        ConstraintField::Regions => of!(regions),
        ConstraintField::DataClass => of!(data_class),
        ConstraintField::Latency => of!(latency),
        ConstraintField::Throughput => of!(throughput),
        ConstraintField::DataVolume => of!(data_volume),
        ConstraintField::MlTask => of!(ml_task),
        ConstraintField::UseCase => of!(use_case),
        ConstraintField::Deployment => of!(deployment),
        ConstraintField::Tooling => of!(tooling),
        ConstraintField::Compliance => of!(compliance),
        ConstraintField::Team => of!(team),
        ConstraintField::Availability => of!(availability),
        ConstraintField::Retraining => of!(retraining),
    }
}

/// The name on the wire, with spaces.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The value of a field in words, when there is one.
pub fn describe(set: &ConstraintSet, field: ConstraintField) -> Option<String> {
    let names = |list: Vec<String>, none: &str| if list.is_empty() { none.to_owned() } else { list.join(", ") };
    match field {
        ConstraintField::Cloud => set.cloud.as_ref().map(|stated| cloud_name(stated.value).to_owned()),
        ConstraintField::Budget => set.budget.as_ref().map(|stated| {
            let budget = &stated.value;
            let usd = format!("{} USD per month", show(budget.usd_per_month));
            match budget.currency {
                Currency::Usd => usd,
                Currency::Eur => format!("{} EUR per month ({usd})", show(budget.amount)),
                Currency::Gbp => format!("{} GBP per month ({usd})", show(budget.amount)),
            }
        }),
        ConstraintField::Regions => set.regions.as_ref().map(|stated| {
            let codes: Vec<&str> = stated.value.iter().map(|region| region.code.as_str()).collect();
            let mut laws: Vec<&str> = stated.value.iter().map(|region| region.jurisdiction.as_str()).collect();
            laws.dedup();
            format!("{} ({})", codes.join(", "), laws.join(", "))
        }),
        ConstraintField::DataClass => set.data_class.as_ref().map(|stated| name(&stated.value)),
        ConstraintField::Latency => set
            .latency
            .as_ref()
            .map(|stated| format!("{} ms at P{}", show(stated.value.milliseconds), stated.value.percentile)),
        ConstraintField::Throughput => set.throughput.as_ref().map(|stated| {
            let throughput = &stated.value;
            format!(
                "{}/s on average, {}/s at peak",
                show(throughput.average_per_second),
                show(throughput.peak_per_second)
            )
        }),
        ConstraintField::DataVolume => set.data_volume.as_ref().map(|stated| {
            let volume = &stated.value;
            let mut parts = vec![format!("{} GB", show(volume.stored_gb))];
            parts.extend(volume.daily_gb.map(|daily| format!("{} GB a day", show(daily))));
            parts.extend(volume.records.map(|records| format!("{} records", show(records))));
            parts.join(", ")
        }),
        ConstraintField::MlTask => set.ml_task.as_ref().map(|stated| name(&stated.value)),
        ConstraintField::UseCase => set.use_case.as_ref().map(|stated| name(&stated.value)),
        ConstraintField::Deployment => set.deployment.as_ref().map(|stated| name(&stated.value)),
        ConstraintField::Tooling => set.tooling.as_ref().map(|stated| {
            format!(
                "with {}; without {}",
                names(stated.value.preferred.clone(), "no preference"),
                names(stated.value.excluded.clone(), "nothing excluded")
            )
        }),
        ConstraintField::Compliance => {
            set.compliance.as_ref().map(|stated| names(stated.value.iter().map(name).collect(), "none"))
        }
        ConstraintField::Team => set.team.as_ref().map(|stated| {
            let size = stated.value.size.map(|size| format!("{size} people"));
            let expertise = stated.value.expertise.as_ref().map(name);
            size.into_iter().chain(expertise).collect::<Vec<_>>().join(", ")
        }),
        ConstraintField::Availability => set.availability.as_ref().map(|stated| format!("{} %", stated.value.percent)),
        ConstraintField::Retraining => set.retraining.as_ref().map(|stated| name(&stated.value)),
    }
}
