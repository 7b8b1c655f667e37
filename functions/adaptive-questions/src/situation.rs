//! What is known, as default rules look at it: names, numbers, confidences, and values as answers.

use std::collections::BTreeMap;

use design::{
    constraint::{Cloud, ConstraintField, ConstraintSet, DataClass, Region},
    plan::Criterion,
};
use estimate::workload::Workload;
use knowledge::{
    catalogue::Catalogue,
    question_bank::{Beside, Law, Topic, question_bank},
    region,
};
use planning::{Brief, answer};
use run::answer::AnswerValue;
use serde::Serialize;

/// Everything that questions and defaults rest on.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// The constraints.
    pub set: ConstraintSet,
    /// The parent version's constraints.
    pub parent: Option<ConstraintSet>,
    /// Names of the industries that the requirement's words belong to.
    pub industries: Vec<String>,
    /// How much each criterion counts, where it was given with the requirement.
    pub weights: BTreeMap<Criterion, f64>,
}

impl Situation {
    /// The industries of a text.
    pub fn industries_of(text: &str) -> Vec<String> {
        let told = question_bank().industry.iter().filter(|industry| industry.is_told_by(text));
        told.map(|industry| industry.name.clone()).collect()
    }

    /// What a plan answers to.
    pub(crate) fn brief(&self) -> Brief {
        Brief { constraints: self.set.clone(), weights: self.weights.clone(), ..Brief::default() }
    }

    /// What a condition's topic has for values.
    pub(crate) fn values(&self, topic: Topic) -> Vec<String> {
        match topic {
            Topic::Field(field) => names(&self.set, field),
            Topic::Beside(Beside::Industry) => self.industries.clone(),
            Topic::Beside(Beside::Place) => self.set.places.clone(),
            Topic::Beside(Beside::Language) => self.set.language.iter().cloned().collect(),
            Topic::Beside(Beside::Currency) => {
                self.set.budget.iter().map(|stated| stated.value.currency.code().to_owned()).collect()
            }
        }
    }

    /// How sure a condition's topic is. What the words themselves tell, such as the language, is not in doubt; what it
    /// lets one conclude is, and that is what the support of a condition says.
    pub(crate) fn certainty(&self, topic: Topic) -> f64 {
        match topic {
            Topic::Field(field) => confidence(&self.set, field),
            Topic::Beside(Beside::Currency) => confidence(&self.set, ConstraintField::Budget),
            Topic::Beside(Beside::Industry | Beside::Language | Beside::Place) => 1.0,
        }
    }

    /// The same with an answer taken; `None` when it does not fit the field.
    pub(crate) fn with(&self, field: ConstraintField, value: &AnswerValue, confidence: f64) -> Option<Self> {
        let mut set = answer::with(&self.set, field, value)?;
        if let Some((own, _)) = set.standing(field) {
            *own = confidence;
        }
        Some(Self { set, ..self.clone() })
    }

    /// The same with fields binding that were accepted as defaults, so that what is suggested next agrees with them.
    pub(crate) fn agreed(&self, fields: &[ConstraintField]) -> Self {
        let mut set = self.set.clone();
        for field in fields {
            set.agree(*field);
        }
        Self { set, ..self.clone() }
    }
}

/// Laws that the constraints name and that their place does not keep, where the planner's own place counts when none
/// is named.
pub(crate) fn broken_laws(set: &ConstraintSet, catalogue: &Catalogue) -> Vec<&'static Law> {
    let frameworks = set.compliance.iter().flat_map(|stated| &stated.value);
    let place = jurisdiction(set, catalogue);
    let laws = frameworks.filter_map(|framework| question_bank().law.iter().find(|law| law.framework == *framework));
    laws.filter(|law| !place.as_ref().is_some_and(|place| law.jurisdictions.contains(place))).collect()
}

/// Under whose law the design would be.
pub(crate) fn jurisdiction(set: &ConstraintSet, catalogue: &Catalogue) -> Option<String> {
    match set.regions.as_ref().and_then(|stated| stated.value.first()) {
        Some(region) => Some(region.jurisdiction.clone()),
        None => region::by_code(&Workload::of(set, catalogue).region).map(|fact| fact.jurisdiction.clone()),
    }
}

/// True when a law protects the data whose class is known.
pub(crate) fn is_protected(set: &ConstraintSet) -> bool {
    set.data_class.as_ref().is_some_and(|class| match class.value {
        DataClass::Public | DataClass::Internal | DataClass::Confidential => false,
        DataClass::Pii | DataClass::Restricted | DataClass::Pci | DataClass::Phi => true,
    })
}

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

/// The confidence of a field's value; 0 when it is not known.
pub(crate) fn confidence(set: &ConstraintSet, field: ConstraintField) -> f64 {
    set.provenance(field).map_or(0.0, |provenance| provenance.confidence)
}

/// A field's value as the answer that intake reads back to the same value; `None` where the form cannot hold it.
pub(crate) fn as_answer(set: &ConstraintSet, field: ConstraintField) -> Option<AnswerValue> {
    match field {
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::Availability => set.number(field).map(AnswerValue::Number),
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
    let fact = region::by_code(code)?;
    if fact.cloud == cloud {
        return Some(fact.region());
    }
    region::nearest(cloud, Some(&fact.city), Some(&fact.country), &fact.jurisdiction)
}
