//! What is known, as default rules look at it: names, numbers, confidences, and values as answers.

use design::constraint::{Cloud, ConstraintField, ConstraintSet, Region};
use run::answer::AnswerValue;
use serde::Serialize;

/// The names of a field's value, as conditions compare them: several for lists, jurisdictions for regions.
pub(crate) fn names(set: &ConstraintSet, field: ConstraintField) -> Vec<String> {
    fn one<T: Serialize>(value: Option<&T>) -> Vec<String> {
        value
            .and_then(|value| serde_json::to_value(value).ok())
            .and_then(|value| value.as_str().map(str::to_owned))
            .into_iter()
            .collect()
    }
    match field {
        ConstraintField::Cloud => one(set.cloud.as_ref().map(|stated| &stated.value)),
        ConstraintField::DataClass => one(set.data_class.as_ref().map(|stated| &stated.value)),
        ConstraintField::MlTask => one(set.ml_task.as_ref().map(|stated| &stated.value)),
        ConstraintField::UseCase => one(set.use_case.as_ref().map(|stated| &stated.value)),
        ConstraintField::Deployment => one(set.deployment.as_ref().map(|stated| &stated.value)),
        ConstraintField::Retraining => one(set.retraining.as_ref().map(|stated| &stated.value)),
        ConstraintField::Platform => one(set.platform.as_ref().map(|stated| &stated.value)),
        ConstraintField::Workloads => {
            set.workloads.iter().flat_map(|stated| stated.value.iter().flat_map(|kind| one(Some(kind)))).collect()
        }
        ConstraintField::ModelTypes => set.model_types.iter().flat_map(|stated| stated.value.clone()).collect(),
        ConstraintField::Team => one(set.team.as_ref().and_then(|stated| stated.value.expertise.as_ref())),
        ConstraintField::Regions => set
            .regions
            .iter()
            .flat_map(|stated| stated.value.iter().map(|region| region.jurisdiction.clone()))
            .collect(),
        ConstraintField::Compliance => set
            .compliance
            .iter()
            .flat_map(|stated| stated.value.iter().flat_map(|framework| one(Some(framework))))
            .collect(),
        ConstraintField::Tooling => {
            set.tooling.iter().flat_map(|stated| stated.value.preferred.iter().cloned()).collect()
        }
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::Availability => Vec::new(),
    }
}

/// The number of a field's value in its question's unit, where it has one.
pub(crate) fn number(set: &ConstraintSet, field: ConstraintField) -> Option<f64> {
    match field {
        ConstraintField::Budget => set.budget.as_ref().map(|stated| stated.value.usd_per_month),
        ConstraintField::Latency => set.latency.as_ref().map(|stated| stated.value.milliseconds),
        ConstraintField::Throughput => set.throughput.as_ref().map(|stated| stated.value.average_per_second),
        ConstraintField::DataVolume => set.data_volume.as_ref().map(|stated| stated.value.stored_gb),
        ConstraintField::Availability => set.availability.as_ref().map(|stated| stated.value.percent),
        ConstraintField::Team => set.team.as_ref().and_then(|stated| stated.value.size).map(f64::from),
        ConstraintField::Cloud
        | ConstraintField::Regions
        | ConstraintField::DataClass
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Compliance
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => None,
    }
}

/// The confidence of a field's value; 0 when it is not known.
pub(crate) fn confidence(set: &ConstraintSet, field: ConstraintField) -> f64 {
    serde_json::to_value(set).ok().and_then(|json| json.get(field.as_str())?.get("confidence")?.as_f64()).unwrap_or(0.0)
}

/// A field's value as the answer that intake reads back to the same value; `None` where the form cannot hold it.
pub(crate) fn answer(set: &ConstraintSet, field: ConstraintField) -> Option<AnswerValue> {
    match field {
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::Availability => number(set, field).map(AnswerValue::Number),
        ConstraintField::Cloud
        | ConstraintField::DataClass
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Retraining
        | ConstraintField::Platform => names(set, field).pop().map(AnswerValue::Text),
        ConstraintField::Workloads => {
            set.workloads.as_ref().map(|_| AnswerValue::Many(names(set, ConstraintField::Workloads)))
        }
        ConstraintField::ModelTypes => {
            set.model_types.as_ref().map(|stated| AnswerValue::Text(stated.value.join(", ")))
        }
        ConstraintField::Regions => set
            .regions
            .as_ref()
            .map(|stated| AnswerValue::Many(stated.value.iter().map(|region| region.code.clone()).collect())),
        ConstraintField::Compliance => {
            set.compliance.as_ref().map(|_| AnswerValue::Many(names(set, ConstraintField::Compliance)))
        }
        ConstraintField::Tooling => set.tooling.as_ref().map(|stated| {
            let wanted = stated.value.preferred.iter().cloned();
            let excluded = stated.value.excluded.iter().map(|tool| format!("no {tool}"));
            AnswerValue::Text(wanted.chain(excluded).collect::<Vec<_>>().join(", "))
        }),
        ConstraintField::Team => {
            let team = &set.team.as_ref()?.value;
            let expertise = names(set, ConstraintField::Team).pop()?;
            Some(AnswerValue::Text(format!("{}_{expertise}", team.size?)))
        }
    }
}

/// The provider's region nearest to another one's.
pub(crate) fn nearest_region(code: &str, cloud: Cloud) -> Option<Region> {
    let fact = knowledge::region::by_code(code)?;
    if fact.cloud == cloud {
        return Some(fact.region());
    }
    knowledge::region::nearest(cloud, Some(&fact.city), Some(&fact.country), &fact.jurisdiction)
}
