//! Answers of the question bank as constraints, so that a plan can be tried with another answer.
//!
//! This reads the values that forms offer; free text is intake's to read. An answer that does not fit its field is
//! `None`.

use design::constraint::{
    Availability, Budget, ConstraintField, ConstraintSet, Currency, DataVolume, Framework, Latency, Region, Source,
    Stated, Team, Throughput, Tooling, WorkloadType,
};
use knowledge::{pattern::from_wire_name, region};
use run::answer::AnswerValue;
use serde::de::DeserializeOwned;

/// Peak over average where only the average is answered, as intake takes it.
const PEAK_FACTOR: f64 = 3.0;

fn tried<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 1.0, source: Source::Answer, evidence: Vec::new(), derivation: None })
}

fn named<T: DeserializeOwned>(answer: &AnswerValue) -> Option<T> {
    match answer {
        AnswerValue::Text(name) => from_wire_name(name),
        AnswerValue::Number(_) | AnswerValue::Many(_) => None,
    }
}

fn all_named<T: DeserializeOwned>(answer: &AnswerValue) -> Option<Vec<T>> {
    names(answer)?.iter().map(|name| from_wire_name(name)).collect()
}

fn names(answer: &AnswerValue) -> Option<Vec<String>> {
    match answer {
        AnswerValue::Many(names) => Some(names.clone()),
        AnswerValue::Text(name) => Some(vec![name.clone()]),
        AnswerValue::Number(_) => None,
    }
}

fn positive(answer: &AnswerValue) -> Option<f64> {
    match answer {
        AnswerValue::Number(number) => Some(*number).filter(|number| number.is_finite() && *number > 0.0),
        AnswerValue::Text(_) | AnswerValue::Many(_) => None,
    }
}

fn team(answer: &AnswerValue) -> Option<Team> {
    let AnswerValue::Text(text) = answer else { return None };
    let (size, expertise) = text.split_once('_')?;
    Some(Team { size: Some(size.parse().ok()?), expertise: Some(from_wire_name(expertise)?) })
}

fn tooling(answer: &AnswerValue) -> Option<Tooling> {
    let AnswerValue::Text(text) = answer else { return None };
    let mut tooling = Tooling::default();
    for part in text.split([',', ';', '\n']).map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty()) {
        match ["no ", "not ", "without "].iter().find_map(|prefix| part.strip_prefix(prefix)) {
            Some(name) => tooling.excluded.push(name.trim().to_owned()),
            None => tooling.preferred.push(part),
        }
    }
    Some(tooling)
}

/// The constraints with another answer to the question of a field.
pub fn with(constraints: &ConstraintSet, field: ConstraintField, answer: &AnswerValue) -> Option<ConstraintSet> {
    let mut set = constraints.clone();
    match field {
        ConstraintField::Cloud => set.cloud = tried(named(answer)?),
        ConstraintField::Budget => {
            let usd = positive(answer)?;
            set.budget = tried(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd });
        }
        ConstraintField::Regions => {
            let regions: Option<Vec<Region>> =
                names(answer)?.iter().map(|code| region::by_code(code).map(|fact| fact.region())).collect();
            set.regions = tried(regions.filter(|regions| !regions.is_empty())?);
        }
        ConstraintField::DataClass => set.data_class = tried(named(answer)?),
        ConstraintField::Latency => {
            set.latency = tried(Latency { milliseconds: positive(answer)?, percentile: 95.0 });
        }
        ConstraintField::Throughput => {
            let average = positive(answer)?;
            set.throughput = tried(Throughput { average_per_second: average, peak_per_second: average * PEAK_FACTOR });
        }
        ConstraintField::DataVolume => {
            let earlier = set.data_volume.take().map(|stated| stated.value);
            set.data_volume = tried(DataVolume {
                stored_gb: positive(answer)?,
                daily_gb: earlier.as_ref().and_then(|volume| volume.daily_gb),
                records: earlier.as_ref().and_then(|volume| volume.records),
                item_kb: earlier.as_ref().and_then(|volume| volume.item_kb),
            });
        }
        ConstraintField::MlTask => set.ml_task = tried(named(answer)?),
        ConstraintField::UseCase => set.use_case = tried(named(answer)?),
        ConstraintField::Deployment => set.deployment = tried(named(answer)?),
        ConstraintField::Tooling => set.tooling = tried(tooling(answer)?),
        ConstraintField::Compliance => {
            let mut frameworks: Vec<Framework> = match answer {
                AnswerValue::Many(names) if names.is_empty() => Vec::new(),
                AnswerValue::Many(_) | AnswerValue::Text(_) | AnswerValue::Number(_) => all_named(answer)?,
            };
            frameworks.sort_unstable();
            set.compliance = tried(frameworks);
        }
        ConstraintField::Team => set.team = tried(team(answer)?),
        ConstraintField::Availability => {
            let percent = positive(answer).filter(|percent| (90.0..=100.0).contains(percent))?;
            set.availability = tried(Availability { percent });
        }
        ConstraintField::Retraining => set.retraining = tried(named(answer)?),
        ConstraintField::Workloads => set.workloads = tried(all_named::<WorkloadType>(answer)?),
        ConstraintField::Platform => set.platform = tried(named(answer)?),
        ConstraintField::ModelTypes => set.model_types = tried(names(answer)?),
    }
    Some(set)
}
