//! What a model may not touch, and what it may not make easier.

use design::{
    constraint::{ConstraintField, ConstraintSet, DataClass, Source},
    words,
};
use knowledge::{pattern::wire_name, question_bank::question_bank};
use run::{answer::AnswerValue, question::Field};

use crate::confidence::EXPLICIT;

/// Why a field is closed to a model; `None` where it may add or correct.
pub(super) fn closed(set: &ConstraintSet, field: ConstraintField) -> Option<String> {
    if set.conflicts.iter().any(|conflict| conflict.fields.contains(&field)) {
        return Some("the requirement contradicts itself here, which a person has to settle".to_owned());
    }
    let known = set.provenance(field)?;
    match known.source {
        Source::Structured | Source::Answer => Some("a person gave it".to_owned()),
        Source::Default => Some("it was accepted at the gate".to_owned()),
        Source::Text | Source::Inherited if known.confidence >= EXPLICIT => {
            Some(format!("the rules read it with a confidence of {:.2}", known.confidence))
        }
        Source::Text | Source::Inherited => None,
    }
}

/// Refuses numbers beyond their bounds, and places that do not go with what is known.
pub(super) fn fits(now: &ConstraintSet, field: ConstraintField, value: &AnswerValue) -> Result<(), String> {
    let form = question_bank().question.iter().find(|question| question.field == field).map(|question| &question.form);
    if let (AnswerValue::Number(number), Some(Field::Number { unit, minimum, maximum })) = (value, form)
        && !(number >= minimum && number <= maximum)
    {
        return Err(format!("a number from {minimum} to {maximum} ({unit}) is accepted"));
    }
    match (field, value) {
        (ConstraintField::Cloud, AnswerValue::Text(cloud)) => {
            let other = now.regions.iter().flat_map(|stated| &stated.value);
            let mut other = other.filter(|region| wire_name(region.cloud) != *cloud);
            match other.next() {
                Some(region) => Err(format!("the region {} is another provider's", region.code)),
                None => Ok(()),
            }
        }
        (ConstraintField::Regions, AnswerValue::Many(codes)) => {
            let facts: Vec<_> = codes.iter().filter_map(|code| knowledge::region::by_code(code)).collect();
            let cloud = now.cloud.as_ref().map(|stated| stated.value).or(facts.first().map(|fact| fact.cloud));
            if facts.len() != codes.len() || facts.iter().any(|fact| Some(fact.cloud) != cloud) {
                return Err("not all of them are regions of one provider, or of the one that is known".to_owned());
            }
            match now.excluded_regions.iter().find(|region| facts.iter().any(|fact| fact.code == region.code)) {
                Some(region) => Err(format!("the requirement excludes {}", region.code)),
                None => Ok(()),
            }
        }
        (_, _) => Ok(()),
    }
}

/// What a value would make easier than what was read, in words; `None` when it asks as much or more.
pub(super) fn easier(field: ConstraintField, now: &ConstraintSet, then: &ConstraintSet) -> Option<String> {
    let (before, after) = (words::constraint(now, field), words::constraint(then, field)?);
    let says = |is_easier: bool| {
        let before = before.clone().unwrap_or_else(|| "nothing".to_owned());
        is_easier.then(|| format!("the rules read {before}, and this is {after}"))
    };
    match field {
        // More money, more time, fewer requests, less data, less availability, more people.
        ConstraintField::Budget | ConstraintField::Latency | ConstraintField::Team => {
            says(now.number(field)? < then.number(field)?)
        }
        ConstraintField::Throughput | ConstraintField::DataVolume | ConstraintField::Availability => {
            let peak = |set: &ConstraintSet| set.throughput.as_ref().map(|stated| stated.value.peak_per_second);
            let lower_peak = field == ConstraintField::Throughput && peak(now) > peak(then);
            says(lower_peak || now.number(field)? > then.number(field)?)
        }
        // Where nothing is said, data is taken for internal.
        ConstraintField::DataClass => {
            let class =
                |set: &ConstraintSet| set.data_class.as_ref().map_or(DataClass::Internal, |stated| stated.value);
            says(class(then) < class(now))
        }
        ConstraintField::Compliance => {
            let lost = |own| then.compliance.as_ref().is_none_or(|stated| !stated.value.contains(own));
            says(now.compliance.iter().flat_map(|stated| &stated.value).any(lost))
        }
        ConstraintField::Regions => {
            let known = now.regions.as_ref()?;
            says(then.regions.iter().flat_map(|stated| &stated.value).any(|region| !known.value.contains(region)))
        }
        ConstraintField::Cloud
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => None,
    }
}
