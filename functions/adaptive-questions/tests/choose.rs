//! Which questions are asked, in which order, with which defaults.

use adaptive_questions::choose;
use design::{
    constraint::{
        Budget, Cloud, Conflict, ConstraintField, ConstraintSet, Currency, DataClass, Deployment, Framework, MlTask,
        Region, Source, Stated, Team, Throughput, UseCase,
    },
    coverage::{CoverageReport, FieldCoverage, Gap},
};
use proptest::prelude::*;
use run::{
    answer::{AnswerValue, Answers},
    question::{DefaultBasis, Field, Priority, check_answers},
};

fn stated<T>(value: T, confidence: f64) -> Option<Stated<T>> {
    Some(Stated { value, confidence, source: Source::Text, evidence: vec![], derivation: None })
}

/// A report with a gap for every field that the set does not know; `blocking` names those that block.
fn report(set: &ConstraintSet, blocking: &[ConstraintField]) -> CoverageReport {
    let json = serde_json::to_value(set).expect("JSON");
    let confidence = |field: ConstraintField| json[field.as_str()]["confidence"].as_f64();
    let in_conflict = |field: ConstraintField| set.conflicts.iter().any(|conflict| conflict.fields.contains(&field));
    CoverageReport {
        score: 0.3,
        threshold: 0.75,
        sufficient: false,
        fields: ConstraintField::ALL
            .into_iter()
            .map(|field| FieldCoverage {
                field,
                weight: 0.8,
                required: blocking.contains(&field),
                known: confidence(field).is_some(),
                confidence: confidence(field).unwrap_or(0.0),
            })
            .collect(),
        gaps: ConstraintField::ALL
            .into_iter()
            .filter(|field| confidence(*field).is_none_or(|confidence| confidence < 0.45) || in_conflict(*field))
            .map(|field| Gap {
                field,
                reason: if in_conflict(field) { "in conflict: x".into() } else { "nothing is said of it".into() },
                blocking: blocking.contains(&field),
            })
            .collect(),
    }
}

fn ids(set: &ConstraintSet, blocking: &[ConstraintField], asked: &[String]) -> Vec<String> {
    let chosen = choose(set, &report(set, blocking), None, asked, 0);
    chosen.set.questions.into_iter().map(|question| question.id).collect()
}

#[test]
fn the_most_effective_come_first_and_at_most_five() {
    let asked = ids(&ConstraintSet::default(), &[ConstraintField::UseCase, ConstraintField::Deployment], &[]);
    assert_eq!(asked.len(), 5);
    assert_eq!(&asked[..2], ["deployment", "use_case"]);
    assert!(!asked.contains(&"tooling".to_owned()));
}

#[test]
fn nothing_is_asked_twice() {
    let first = ids(&ConstraintSet::default(), &[], &[]);
    let second = ids(&ConstraintSet::default(), &[], &first);
    assert!(!second.is_empty() && second.iter().all(|id| !first.contains(id)), "{first:?} {second:?}");
    let all: Vec<String> = ConstraintField::ALL.iter().map(|field| field.as_str().to_owned()).collect();
    assert!(ids(&ConstraintSet::default(), &ConstraintField::ALL, &all).is_empty());
}

#[test]
fn a_default_fits_the_situation_and_is_surer_the_more_is_known() {
    let set = |confidence: f64| ConstraintSet {
        use_case: stated(UseCase::FraudDetection, confidence),
        deployment: stated(Deployment::RealTime, confidence),
        ..Default::default()
    };
    let latency = |set: &ConstraintSet| {
        let asked: Vec<String> = ConstraintField::ALL
            .iter()
            .filter(|field| **field != ConstraintField::Latency)
            .map(|field| field.as_str().to_owned())
            .collect();
        choose(set, &report(set, &[ConstraintField::Latency]), None, &asked, 0).set.questions.remove(0)
    };
    let (sure, unsure, nothing) = (latency(&set(0.95)), latency(&set(0.5)), latency(&ConstraintSet::default()));
    assert_eq!(sure.default.value, AnswerValue::Number(100.0));
    assert_ne!(nothing.default.value, sure.default.value);
    assert!(sure.default.confidence > unsure.default.confidence);
    assert!(unsure.default.confidence > nothing.default.confidence);
    assert!(sure.default.reason.contains("payment"));
}

#[test]
fn an_earlier_decision_is_the_default() {
    let parent = ConstraintSet {
        budget: stated(Budget { usd_per_month: 4321.0, amount: 4321.0, currency: Currency::Usd }, 0.95),
        ..Default::default()
    };
    let set = ConstraintSet::default();
    let chosen = choose(&set, &report(&set, &[ConstraintField::Budget]), Some(&parent), &[], 0);
    let budget = chosen.set.questions.iter().find(|question| question.id == "budget").expect("asked");
    assert_eq!(budget.default.value, AnswerValue::Number(4321.0));
    assert_eq!(budget.default.basis, DefaultBasis::EarlierDecision);
}

#[test]
fn a_contradiction_is_asked_with_what_is_assumed_meanwhile() {
    let mut set = ConstraintSet {
        budget: stated(Budget { usd_per_month: 2000.0, amount: 2000.0, currency: Currency::Usd }, 0.7),
        ..Default::default()
    };
    set.conflicts.push(Conflict {
        fields: vec![ConstraintField::Budget],
        evidence: vec![],
        explanation: "two budgets".into(),
        resolution: "the lower one".into(),
    });
    let chosen = choose(&set, &report(&set, &[ConstraintField::Budget]), None, &[], 0);
    let budget = chosen.set.questions.iter().find(|question| question.id == "budget").expect("asked");
    assert_eq!(budget.default.value, AnswerValue::Number(2000.0));
    assert!(budget.default.reason.contains("the lower one"));
}

#[test]
fn regions_are_those_of_the_cloud_and_not_the_excluded_ones() {
    let set = ConstraintSet {
        cloud: stated(Cloud::Gcp, 0.9),
        compliance: stated(vec![Framework::Gdpr], 0.9),
        data_class: stated(DataClass::Pii, 0.9),
        excluded_regions: vec![Region { cloud: Cloud::Gcp, code: "europe-west3".into(), jurisdiction: "EU".into() }],
        ..Default::default()
    };
    let chosen = choose(&set, &report(&set, &[ConstraintField::Regions]), None, &[], 0);
    let regions = chosen.set.questions.iter().find(|question| question.id == "regions").expect("asked");
    assert_eq!(regions.priority, Priority::Critical);
    let Field::MultiChoice { choices } = &regions.field else { panic!("a multi-choice") };
    assert!(choices.iter().any(|choice| choice.value == "europe-west4"));
    assert!(choices.iter().all(|choice| choice.value != "europe-west3" && choice.value != "eu-central-1"));
    assert_eq!(regions.check(&regions.default.value), Ok(()));
}

fn any_set() -> impl Strategy<Value = ConstraintSet> {
    let deployments = [Deployment::RealTime, Deployment::Batch, Deployment::Streaming, Deployment::Edge];
    let cases = [UseCase::FraudDetection, UseCase::Recommender, UseCase::FineTuning, UseCase::ExperimentationPlatform];
    let classes = [DataClass::Public, DataClass::Pii, DataClass::Phi, DataClass::Pci];
    let clouds = [Cloud::Aws, Cloud::Gcp, Cloud::Azure, Cloud::OnPremises];
    (
        prop::option::of((prop::sample::select(deployments.to_vec()), 0.1..0.98)),
        prop::option::of((prop::sample::select(cases.to_vec()), 0.1..0.98)),
        prop::option::of((prop::sample::select(classes.to_vec()), 0.1..0.98)),
        prop::option::of((prop::sample::select(clouds.to_vec()), 0.1..0.98)),
        prop::option::of((0.001..1e7, 0.1..0.98)),
        prop::option::of((1_u32..400, 0.1..0.98)),
        prop::option::of((1.0..1e9, 0.1..0.98)),
    )
        .prop_map(|(deployment, use_case, data_class, cloud, rate, team, budget)| ConstraintSet {
            deployment: deployment.and_then(|(value, confidence)| stated(value, confidence)),
            use_case: use_case.and_then(|(value, confidence)| stated(value, confidence)),
            data_class: data_class.and_then(|(value, confidence)| stated(value, confidence)),
            cloud: cloud.and_then(|(value, confidence)| stated(value, confidence)),
            throughput: rate.and_then(|(rate, confidence)| {
                stated(Throughput { average_per_second: rate, peak_per_second: rate * 3.0 }, confidence)
            }),
            team: team.and_then(|(size, confidence)| stated(Team { size: Some(size), expertise: None }, confidence)),
            budget: budget.and_then(|(usd, confidence)| {
                stated(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }, confidence)
            }),
            ml_task: stated(MlTask::Classification, 0.2),
            ..Default::default()
        })
}

proptest! {
    #[test]
    fn every_form_accepts_its_own_default(
        set in any_set(),
        blocking in prop::sample::subsequence(ConstraintField::ALL.to_vec(), 0..8),
    ) {
        let chosen = choose(&set, &report(&set, &blocking), None, &[], 0);
        let questions = &chosen.set.questions;
        prop_assert!(questions.len() <= 5 && questions.len() == chosen.effects.len());
        let defaults: Answers =
            questions.iter().map(|question| (question.id.clone(), question.default.value.clone())).collect();
        prop_assert_eq!(check_answers(questions, &defaults), vec![]);
        for question in questions {
            prop_assert!(question.default.confidence > 0.0 && question.default.confidence <= 0.95);
            prop_assert!(!question.default.reason.is_empty() && !question.why.is_empty());
        }
        for pair in questions.iter().zip(&chosen.effects).collect::<Vec<_>>().windows(2) {
            let ((first, a), (second, b)) = (pair[0], pair[1]);
            prop_assert!(first.priority < second.priority || (first.priority == second.priority && a >= b));
        }
    }
}
