//! The score, the gaps, and what depends on what.

use std::collections::BTreeMap;

use design::{
    constraint::{ConstraintField, ConstraintSet, Framework, Source},
    coverage::{CoverageReport, FieldCoverage, Gap},
};
use serde_json::Value;

use crate::facts::{Rule, weights};

/// A report with what explains it.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The report.
    pub report: CoverageReport,
    /// Why weights and requirements are as they are, one line each.
    pub reasons: Vec<String>,
    /// What is known but does not fit together, one line each.
    pub inconsistencies: Vec<String>,
    /// Fields that do not matter for this design.
    pub not_applicable: Vec<ConstraintField>,
}

/// What is known of a field.
struct Known {
    confidence: f64,
    source: Source,
    /// Its value by its name on the wire, where it has one.
    name: Option<String>,
}

fn known(set: &ConstraintSet) -> BTreeMap<ConstraintField, Known> {
    // The set as JSON names its fields as `ConstraintField` does, so one loop reads them all.
    let json = serde_json::to_value(set).unwrap_or(Value::Null);
    ConstraintField::ALL
        .into_iter()
        .filter_map(|field| {
            let stated = json.get(field.as_str()).filter(|stated| !stated.is_null())?;
            let source = serde_json::from_value(stated.get("source")?.clone()).ok()?;
            let name = stated.get("value").and_then(Value::as_str).map(str::to_owned);
            Some((field, Known { confidence: stated.get("confidence")?.as_f64()?, source, name }))
        })
        .collect()
}

/// What tells that there is something to build: one of these is known of whatever can be designed.
const SUBSTANCE: [ConstraintField; 9] = [
    ConstraintField::UseCase,
    ConstraintField::MlTask,
    ConstraintField::Deployment,
    ConstraintField::Workloads,
    ConstraintField::ModelTypes,
    ConstraintField::Retraining,
    ConstraintField::Throughput,
    ConstraintField::Latency,
    ConstraintField::DataVolume,
];

/// True when nothing says what is to be built: a greeting, a text about something else, a budget and a place without a
/// purpose. Every design would then be made of defaults alone.
pub fn has_no_substance(set: &ConstraintSet) -> bool {
    SUBSTANCE.iter().all(|field| set.provenance(*field).is_none())
}

/// Why the use case has to be asked for where nothing says what is to be built.
const NOTHING_TO_BUILD: &str =
    "missing, and nothing else says what is to be built: there is not enough to design anything";

/// Judges how much is known.
pub fn assess(set: &ConstraintSet) -> Assessment {
    let facts = weights();
    let known = known(set);
    let holds = |rule: &&Rule| {
        let value = known.get(&rule.field).and_then(|known| known.name.as_ref());
        value.is_some_and(|value| rule.values.contains(value))
    };
    let active: Vec<&Rule> = facts.rule.iter().filter(holds).collect();
    let not_applicable: Vec<ConstraintField> = active
        .iter()
        .flat_map(|rule| rule.not_applicable.iter().copied())
        // What was said anyway is not thrown away.
        .filter(|field| !known.contains_key(field))
        .collect();
    let weight = |field: ConstraintField| {
        let base = facts.weights.get(&field).copied().unwrap_or(0.0);
        // The most specific statement wins: the strongest of those that raise the weight, else the weakest.
        let changed: Vec<f64> = active.iter().filter_map(|rule| rule.weights.get(&field).copied()).collect();
        let highest = changed.iter().copied().fold(0.0, f64::max);
        if changed.is_empty() {
            base
        } else if highest > base {
            highest
        } else {
            changed.into_iter().fold(base, f64::min)
        }
    };
    let required = |field: ConstraintField| {
        facts.always.required.contains(&field) || active.iter().any(|rule| rule.required.contains(&field))
    };
    let fields: Vec<FieldCoverage> = ConstraintField::ALL
        .into_iter()
        .filter(|field| !not_applicable.contains(field))
        .map(|field| {
            let value = known.get(&field);
            FieldCoverage {
                field,
                weight: weight(field),
                required: required(field),
                known: value.is_some(),
                confidence: value.map_or(0.0, |known| known.confidence),
            }
        })
        .collect();
    let total: f64 = fields.iter().map(|field| field.weight).sum();
    let reached: f64 = fields.iter().map(|field| field.weight * field.confidence).sum();
    let score = if total > 0.0 { (reached / total * 1000.0).round() / 1000.0 } else { 0.0 };

    let mut gaps: Vec<Gap> = Vec::new();
    for field in fields.iter().filter(|field| !field.known) {
        let because: Vec<&str> = active
            .iter()
            .filter(|rule| rule.required.contains(&field.field))
            .map(|rule| rule.reason.as_str())
            .collect();
        let reason = if field.field == ConstraintField::UseCase && has_no_substance(set) {
            NOTHING_TO_BUILD.to_owned()
        } else if !because.is_empty() {
            format!("missing, and needed because {}", because.join(" and "))
        } else if field.required {
            "missing, and every design starts from it".to_owned()
        } else {
            "nothing is said of it".to_owned()
        };
        gaps.push(Gap { field: field.field, reason, blocking: field.required });
    }
    for field in fields.iter().filter(|field| field.known && field.confidence < facts.weak) {
        // A default that was accepted is a decision, however sure the default was.
        let accepted = known.get(&field.field).is_some_and(|known| match known.source {
            Source::Default | Source::Answer => true,
            Source::Text | Source::Structured | Source::Inherited => false,
        });
        if !accepted {
            gaps.push(Gap {
                field: field.field,
                reason: format!("only implied: its confidence is {:.2}", field.confidence),
                blocking: false,
            });
        }
    }
    for conflict in &set.conflicts {
        for field in &conflict.fields {
            let reason = format!("in conflict: {}", conflict.explanation);
            // The field that the resolution settles is asked once, as the first of those concerned.
            let first = conflict.fields.first() == Some(field);
            match gaps.iter_mut().find(|gap| gap.field == *field) {
                Some(gap) => gap.reason = reason,
                None => gaps.push(Gap { field: *field, reason, blocking: first }),
            }
        }
    }
    let weight_of = |field: ConstraintField| {
        fields.iter().find(|coverage| coverage.field == field).map_or(0.0, |coverage| coverage.weight)
    };
    gaps.sort_by(|a, b| b.blocking.cmp(&a.blocking).then(weight_of(b.field).total_cmp(&weight_of(a.field))));
    let sufficient = score >= facts.threshold && gaps.iter().all(|gap| !gap.blocking);
    Assessment {
        report: CoverageReport { score, threshold: facts.threshold, sufficient, fields, gaps },
        reasons: active
            .iter()
            .map(|rule| {
                let value = known.get(&rule.field).and_then(|known| known.name.clone()).unwrap_or_default();
                format!("{} is {}: {}.", rule.field.as_str().replace('_', " "), value.replace('_', " "), rule.reason)
            })
            .collect(),
        inconsistencies: inconsistencies(set),
        not_applicable,
    }
}

/// Numbers that cannot both be as they are.
fn inconsistencies(set: &ConstraintSet) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(throughput) = &set.throughput
        && throughput.value.peak_per_second < throughput.value.average_per_second
    {
        found.push("The peak load is below the average load.".to_owned());
    }
    if let Some(volume) = &set.data_volume
        && let Some(daily) = volume.value.daily_gb
        && daily > volume.value.stored_gb
        && volume.value.stored_gb > 0.0
    {
        found.push("More data comes in each day than is stored at the beginning.".to_owned());
    }
    if let (Some(budget), Some(throughput)) = (&set.budget, &set.throughput) {
        // Below a cent per million requests no provider answers them: the two numbers do not belong together.
        let million_requests = throughput.value.average_per_second * 2_629_800.0 / 1e6;
        if million_requests > 0.0 && budget.value.usd_per_month / million_requests < 0.01 {
            found.push("The budget is below a cent for a million requests.".to_owned());
        }
    }
    if let (Some(regions), Some(compliance)) = (&set.regions, &set.compliance)
        && compliance.value.contains(&Framework::FedRamp)
        && !regions.value.iter().any(|region| region.jurisdiction == "US")
    {
        found.push("FedRAMP asks for regions in the US.".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use design::constraint::{Budget, Conflict, Currency, DataClass, Deployment, Latency, Stated, Throughput, UseCase};
    use proptest::prelude::*;

    use super::*;

    fn stated<T>(value: T, confidence: f64) -> Option<Stated<T>> {
        Some(Stated { value, confidence, source: Source::Text, evidence: vec![], derivation: None })
    }

    fn gap(assessment: &Assessment, field: ConstraintField) -> Option<&Gap> {
        assessment.report.gaps.iter().find(|gap| gap.field == field)
    }

    #[test]
    fn nothing_known_is_nothing_covered() {
        let assessment = assess(&ConstraintSet::default());
        assert!(assessment.report.score.abs() < 1e-9 && !assessment.report.sufficient);
        assert_eq!(assessment.report.gaps.len(), ConstraintField::ALL.len());
        assert!(gap(&assessment, ConstraintField::UseCase).unwrap().blocking);
        assert!(!gap(&assessment, ConstraintField::Tooling).unwrap().blocking);
    }

    #[test]
    fn a_budget_alone_is_nothing_to_build() {
        let budget = stated(Budget { usd_per_month: 500.0, amount: 500.0, currency: Currency::Usd }, 0.9);
        let set = ConstraintSet { budget, ..Default::default() };
        assert!(has_no_substance(&set));
        assert!(gap(&assess(&set), ConstraintField::UseCase).unwrap().reason.contains("not enough to design"));
        let batch = ConstraintSet { deployment: stated(Deployment::Batch, 0.9), ..set };
        assert!(!has_no_substance(&batch));
        assert!(!gap(&assess(&batch), ConstraintField::UseCase).unwrap().reason.contains("not enough to design"));
    }

    #[test]
    fn real_time_needs_latency_and_batch_does_not() {
        let real_time = assess(&ConstraintSet { deployment: stated(Deployment::RealTime, 0.9), ..Default::default() });
        assert!(gap(&real_time, ConstraintField::Latency).unwrap().blocking);
        let batch = assess(&ConstraintSet { deployment: stated(Deployment::Batch, 0.9), ..Default::default() });
        assert!(gap(&batch, ConstraintField::Latency).is_none());
        assert!(batch.report.fields.iter().all(|field| field.field != ConstraintField::Latency));
    }

    #[test]
    fn personal_data_makes_compliance_and_regions_blocking() {
        let set = ConstraintSet { data_class: stated(DataClass::Pii, 0.9), ..Default::default() };
        let assessment = assess(&set);
        for field in [ConstraintField::Compliance, ConstraintField::Regions] {
            let gap = gap(&assessment, field).unwrap();
            assert!(gap.blocking && gap.reason.contains("needed because"), "{gap:?}");
        }
        let public = assess(&ConstraintSet { data_class: stated(DataClass::Public, 0.9), ..Default::default() });
        assert!(!gap(&public, ConstraintField::Compliance).unwrap().blocking);
    }

    #[test]
    fn a_conflict_blocks_however_high_the_score_is() {
        let mut set = ConstraintSet {
            budget: stated(Budget { usd_per_month: 10.0, amount: 10.0, currency: Currency::Usd }, 0.9),
            ..Default::default()
        };
        set.conflicts.push(Conflict {
            fields: vec![ConstraintField::Budget],
            evidence: vec![],
            explanation: "two budgets".into(),
            resolution: "the lower".into(),
        });
        let assessment = assess(&set);
        let gap = gap(&assessment, ConstraintField::Budget).unwrap();
        assert!(gap.blocking && gap.reason.contains("two budgets"));
    }

    #[test]
    fn a_weak_value_is_a_gap_unless_it_was_accepted() {
        let mut set = ConstraintSet { use_case: stated(UseCase::Recommender, 0.3), ..Default::default() };
        assert!(gap(&assess(&set), ConstraintField::UseCase).unwrap().reason.contains("implied"));
        set.use_case.as_mut().unwrap().source = Source::Default;
        assert!(gap(&assess(&set), ConstraintField::UseCase).is_none());
    }

    #[test]
    fn impossible_pairs_are_told() {
        let set = ConstraintSet {
            budget: stated(Budget { usd_per_month: 10.0, amount: 10.0, currency: Currency::Usd }, 0.9),
            throughput: stated(Throughput { average_per_second: 100_000.0, peak_per_second: 5.0 }, 0.9),
            ..Default::default()
        };
        assert_eq!(assess(&set).inconsistencies.len(), 2);
    }

    proptest! {
        #[test]
        fn knowing_more_never_lowers_the_score(low in 0.0_f64..1.0, more in 0.0_f64..1.0) {
            let set = |confidence: f64| ConstraintSet {
                deployment: stated(Deployment::RealTime, 0.9),
                latency: stated(Latency { milliseconds: 50.0, percentile: 95.0 }, confidence),
                ..Default::default()
            };
            let without = assess(&ConstraintSet { latency: None, ..set(0.0) }).report.score;
            let weak = assess(&set(low)).report.score;
            let strong = assess(&set((low + more).min(1.0))).report.score;
            prop_assert!(without <= weak && weak <= strong && strong <= 1.0);
        }
    }

    #[test]
    fn the_weights_name_every_field() {
        let facts = weights();
        assert!(ConstraintField::ALL.iter().all(|field| facts.weights.contains_key(field)));
        assert!(
            facts
                .weights
                .values()
                .chain(facts.rule.iter().flat_map(|rule| rule.weights.values()))
                .all(|weight| (0.0..=1.0).contains(weight))
        );
    }
}
