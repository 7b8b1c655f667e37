//! Which questions are asked, in which order, with which defaults.

use adaptive_questions::{Chosen, Situation, choose};
use design::{
    constraint::{
        Availability, Budget, Cloud, Conflict, ConstraintField, ConstraintSet, Currency, DataClass, Deployment,
        Framework, Latency, MlTask, Region, Source, Stated, Team, Throughput, UseCase,
    },
    coverage::{CoverageReport, FieldCoverage, Gap},
};
use estimate::sketches::Sketches;
use knowledge::catalogue::Catalogue;
use planning::Brief;
use proptest::prelude::*;
use run::{
    answer::{AnswerValue, Answers},
    question::{DefaultBasis, Field, Priority, SmartDefault, check_answers},
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

fn chosen(situation: &Situation, blocking: &[ConstraintField], asked: &[String]) -> Chosen {
    let catalogue = Catalogue::embedded().expect("the catalogue");
    choose(situation, &report(&situation.set, blocking), asked, &[], 0, catalogue).expect("plans")
}

fn knowing(set: &ConstraintSet) -> Situation {
    Situation { set: set.clone(), ..Situation::default() }
}

/// Everything was asked before but these.
fn all_but(fields: &[ConstraintField]) -> Vec<String> {
    let others = ConstraintField::ALL.iter().filter(|field| !fields.contains(field));
    others.map(|field| field.as_str().to_owned()).collect()
}

/// What is asked of these fields alone.
fn of(set: &ConstraintSet, fields: &[ConstraintField]) -> Chosen {
    chosen(&knowing(set), fields, &all_but(fields))
}

fn default_of<'a>(chosen: &'a Chosen, id: &str) -> &'a run::question::Question {
    let found = chosen.set.questions.iter().find(|question| question.id == id);
    found.unwrap_or_else(|| panic!("{id} is not asked: {:?} {:?}", chosen.set.unasked, chosen.left))
}

fn region(code: &str, jurisdiction: &str) -> Region {
    Region { cloud: Cloud::Aws, code: code.into(), jurisdiction: jurisdiction.into() }
}

/// A system that is known well enough for a plan.
fn fraud() -> ConstraintSet {
    ConstraintSet {
        cloud: stated(Cloud::Aws, 0.9),
        use_case: stated(UseCase::FraudDetection, 0.9),
        deployment: stated(Deployment::RealTime, 0.9),
        throughput: stated(Throughput { average_per_second: 100.0, peak_per_second: 300.0 }, 0.9),
        ..ConstraintSet::default()
    }
}

#[test]
fn the_most_effective_come_first_and_at_most_five() {
    let asked = chosen(&Situation::default(), &[ConstraintField::UseCase, ConstraintField::Deployment], &[]);
    // How many change something is the planner's to say.
    assert!((3..=5).contains(&asked.set.questions.len()), "{:?} {:?}", asked.set.unasked, asked.left);
    assert!(asked.effects.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", asked.effects);
    for id in ["use_case", "deployment"] {
        assert_eq!(default_of(&asked, id).priority, Priority::Critical);
    }
    // Only what the planner said it changes is asked, and the question says what.
    for question in &asked.set.questions {
        assert!(question.why.contains("With “"), "{}", question.why);
    }
}

#[test]
fn nothing_is_asked_twice() {
    let none = all_but(&[]);
    let asked = chosen(&Situation::default(), &ConstraintField::ALL, &none);
    assert!(asked.set.questions.is_empty() && asked.set.unasked.is_empty());
    assert_eq!(asked.left.len(), ConstraintField::ALL.len());
    assert_eq!(asked.plans, 0);
}

#[test]
fn what_changes_no_design_is_not_asked_but_recorded() {
    let asked = of(&fraud(), &[ConstraintField::MlTask, ConstraintField::Latency]);
    assert!(asked.set.questions.iter().all(|question| question.id != "ml_task"));
    let unasked = asked.set.unasked.iter().find(|unasked| unasked.field == ConstraintField::MlTask).expect("recorded");
    assert!(unasked.assumed.contains("classes") && unasked.why.contains("same parts"), "{unasked:?}");
}

#[test]
fn a_default_fits_the_situation_and_is_surer_the_more_is_known() {
    let rate = |confidence: f64| {
        let mut set = ConstraintSet { throughput: None, ..fraud() };
        set.use_case.as_mut().expect("known").confidence = confidence;
        default_of(&of(&set, &[ConstraintField::Throughput]), "throughput").default.clone()
    };
    let (sure, unsure) = (rate(0.95), rate(0.3));
    assert_eq!(sure.value, AnswerValue::Number(100.0));
    assert!(sure.confidence > unsure.confidence, "{sure:?} {unsure:?}");
    assert!(sure.reason.contains("usual for fraud detection"), "{}", sure.reason);
}

#[test]
fn a_confidence_is_the_share_of_the_design_that_is_right() {
    let asked = of(&fraud(), &[ConstraintField::Latency, ConstraintField::DataVolume]);
    for (question, effect) in asked.set.questions.iter().zip(&asked.effects) {
        let confidence = question.default.confidence;
        assert!((confidence - (1.0 - effect).min(0.95)).abs() < 0.002, "{confidence} {effect}");
    }
}

#[test]
fn an_earlier_decision_is_the_default_and_the_others_are_ranked() {
    let budget = Budget { usd_per_month: 8765.0, amount: 8765.0, currency: Currency::Usd };
    let parent = ConstraintSet { budget: stated(budget, 0.95), ..Default::default() };
    let mut situation = knowing(&fraud());
    situation.parent = Some(parent);
    // So many requests that the budget decides something.
    situation.set.throughput = stated(Throughput { average_per_second: 20_000.0, peak_per_second: 60_000.0 }, 0.9);
    let asked = chosen(&situation, &[ConstraintField::Budget], &all_but(&[ConstraintField::Budget]));
    let budget = default_of(&asked, "budget");
    assert_eq!(budget.default.basis, DefaultBasis::EarlierDecision, "{budget:?}");
    assert_eq!(budget.default.value, AnswerValue::Number(8765.0));
    assert!(!budget.others.is_empty() && budget.others.iter().all(|other| other.value != budget.default.value));
    assert!(budget.others.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence), "{:?}", budget.others);
    let planned = |other: &SmartDefault| other.reason.contains("scores best without a budget");
    assert!(budget.others.iter().any(planned), "{:?}", budget.others);
}

#[test]
fn a_contradiction_is_asked_with_what_is_assumed_meanwhile() {
    let mut set = fraud();
    set.conflicts.push(Conflict {
        fields: vec![ConstraintField::Deployment],
        evidence: vec![],
        explanation: "nightly and at once".into(),
        resolution: "at once".into(),
    });
    let asked = of(&set, &[ConstraintField::Deployment]);
    let deployment = default_of(&asked, "deployment");
    assert_eq!(deployment.default.value, AnswerValue::Text("real_time".into()));
    assert!(deployment.default.reason.contains("at once"));
    assert!(deployment.why.contains("in conflict"));
}

#[test]
fn regions_are_those_of_the_cloud_and_not_the_excluded_ones() {
    let set = ConstraintSet {
        cloud: stated(Cloud::Gcp, 0.9),
        data_class: stated(DataClass::Pii, 0.9),
        language: Some("de".into()),
        excluded_regions: vec![Region { cloud: Cloud::Gcp, code: "europe-west3".into(), jurisdiction: "EU".into() }],
        ..fraud()
    };
    let asked = of(&set, &[ConstraintField::Regions]);
    let regions = default_of(&asked, "regions");
    assert_eq!(regions.priority, Priority::Critical);
    let Field::MultiChoice { choices } = &regions.field else { panic!("a multi-choice") };
    assert!(choices.iter().any(|choice| choice.value == "europe-west4"));
    assert!(choices.iter().all(|choice| choice.value != "europe-west3" && choice.value != "eu-central-1"));
    assert_eq!(regions.check(&regions.default.value), Ok(()));
    // A law that is known chooses the place, and a person need not.
    let set = ConstraintSet { compliance: stated(vec![Framework::Gdpr], 0.9), ..set };
    let asked = of(&set, &[ConstraintField::Regions]);
    assert!(asked.set.questions.iter().all(|question| question.priority != Priority::Critical));
}

#[test]
fn law_and_place_agree() {
    let both = [ConstraintField::Compliance, ConstraintField::Regions];
    // Personal data and a German text: the law and the place of the EU.
    let german = ConstraintSet { data_class: stated(DataClass::Pii, 0.9), language: Some("de".into()), ..fraud() };
    let asked = of(&german, &both);
    let regions = default_of(&asked, "regions");
    assert_eq!(regions.default.value, AnswerValue::Many(vec!["eu-central-1".into()]), "{}", regions.default.reason);
    // Nobody who named Virginia is offered a law that forbids it.
    let virginia = ConstraintSet { regions: stated(vec![region("us-east-1", "US")], 0.9), language: None, ..german };
    let asked = of(&virginia, &both);
    for question in asked.set.questions.iter().filter(|question| question.id == "compliance") {
        for suggested in std::iter::once(&question.default).chain(&question.others) {
            let AnswerValue::Many(laws) = &suggested.value else { panic!("a list") };
            assert!(!laws.contains(&"gdpr".to_owned()), "{suggested:?}");
        }
    }
}

#[test]
fn industries_and_currencies_count() {
    let mut set = fraud();
    set.budget = stated(Budget { usd_per_month: 5000.0, amount: 5000.0, currency: Currency::Inr }, 0.9);
    let situation = Situation { set: set.clone(), ..Situation::default() };
    let situation =
        Situation { industries: Situation::industries_of("Our hospital wants to find billing fraud"), ..situation };
    assert_eq!(situation.industries, ["healthcare"]);
    let asked = chosen(&situation, &[ConstraintField::DataClass], &all_but(&[ConstraintField::DataClass]));
    let told = format!("{:?} {:?}", asked.set.questions, asked.set.unasked);
    assert!(told.contains("Health data") || told.contains("phi"), "{told}");
    let asked = of(&set, &[ConstraintField::Regions]);
    let told = format!("{:?} {:?}", asked.set.questions, asked.set.unasked);
    assert!(told.contains("ap-south-1"), "{told}");
}

/// What the design would cost that the planner selects, in US dollars a month.
fn usd(set: &ConstraintSet) -> f64 {
    let sketches = Sketches::new(Catalogue::embedded().expect("the catalogue"));
    let brief = Brief { constraints: set.clone(), ..Brief::default() };
    planning::glance(&brief, &sketches).expect("plans").expect("a design").one.usd
}

fn dollars(usd: f64, source: Source) -> Option<Stated<Budget>> {
    let budget = Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd };
    Some(Stated { source, ..stated(budget, 0.9)? })
}

#[test]
fn protection_that_nobody_named_does_not_break_a_stated_budget() {
    let set = ConstraintSet {
        cloud: stated(Cloud::Aws, 0.9),
        use_case: stated(UseCase::TabularScoring, 0.9),
        deployment: stated(Deployment::Batch, 0.9),
        ..ConstraintSet::default()
    };
    let of_class = |class| ConstraintSet { data_class: stated(class, 0.9), ..set.clone() };
    let (internal, confidential) = (usd(&of_class(DataClass::Internal)), usd(&of_class(DataClass::Confidential)));
    assert!(internal < confidential, "{internal} {confidential}");
    let class = |budget: f64, words: &str| {
        let set = ConstraintSet { budget: dollars(budget, Source::Text), ..set.clone() };
        let situation = Situation { industries: Situation::industries_of(words), ..knowing(&set) };
        let asked = chosen(&situation, &[ConstraintField::DataClass], &all_but(&[ConstraintField::DataClass]));
        default_of(&asked, "data_class").default.clone()
    };
    let between = f64::midpoint(internal, confidential);
    let milder = class(between, "");
    assert_eq!(milder.value, AnswerValue::Text("internal".into()), "{milder:?}");
    assert!(milder.reason.contains("“Confidential"), "{}", milder.reason);
    // With money enough it stays, and so does what the words suggest, whatever it costs.
    assert_eq!(class(confidential * 1.2, "").value, AnswerValue::Text("confidential".into()));
    assert_eq!(class(between, "Our hospital plans its wards").value, AnswerValue::Text("phi".into()));
}

#[test]
fn a_default_keeps_the_budget_that_was_accepted_before_it() {
    let set = ConstraintSet {
        cloud: stated(Cloud::Aws, 0.9),
        use_case: stated(UseCase::RetrievalAugmentedGeneration, 0.9),
        deployment: stated(Deployment::RealTime, 0.9),
        throughput: stated(Throughput { average_per_second: 0.5, peak_per_second: 1.5 }, 0.9),
        latency: stated(Latency { milliseconds: 5000.0, percentile: 95.0 }, 0.9),
        regions: stated(vec![region("eu-west-3", "EU")], 0.9),
        ..ConstraintSet::default()
    };
    let open = of(&set, &[ConstraintField::Availability]);
    let usual = default_of(&open, "availability").default.clone();
    let AnswerValue::Number(percent) = usual.value else { panic!("a number") };
    // A budget that nothing keeps is answered with what comes nearest.
    let least = |percent: Option<f64>| {
        let availability = percent.and_then(|percent| stated(Availability { percent }, 0.9));
        usd(&ConstraintSet { availability, budget: dollars(1.0, Source::Text), ..set.clone() })
    };
    let (cheap, dear) = (least(None), least(Some(percent)));
    assert!(cheap < dear, "{cheap} {dear}");
    let budget = dollars(f64::midpoint(cheap, dear), Source::Default);
    let asked = of(&ConstraintSet { budget, ..set.clone() }, &[ConstraintField::Availability]);
    let kept = default_of(&asked, "availability").default.clone();
    assert!(matches!(kept.value, AnswerValue::Number(number) if number < percent), "{kept:?}");
    assert!(kept.reason.contains("accepted"), "{}", kept.reason);
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
    // Each case is some dozen plans.
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    #[test]
    fn every_form_accepts_its_own_default(
        set in any_set(),
        blocking in prop::sample::subsequence(ConstraintField::ALL.to_vec(), 0..8),
    ) {
        let asked = chosen(&knowing(&set), &blocking, &all_but(&[&blocking[..], &[ConstraintField::Regions]].concat()));
        let questions = &asked.set.questions;
        prop_assert!(questions.len() <= 5 && questions.len() == asked.effects.len());
        let answers: Answers =
            questions.iter().map(|question| (question.id.clone(), question.default.value.clone())).collect();
        prop_assert_eq!(check_answers(questions, &answers), vec![]);
        for question in questions {
            prop_assert!(question.default.confidence > 0.0 && question.default.confidence <= 0.95);
            prop_assert!(!question.default.reason.is_empty() && !question.why.is_empty());
            for other in &question.others {
                prop_assert_eq!(question.check(&other.value), Ok(()));
            }
        }
        prop_assert!(asked.effects.windows(2).all(|pair| pair[0] >= pair[1]));
        // The same again gives the same.
        let again = chosen(&knowing(&set), &blocking, &all_but(&[&blocking[..], &[ConstraintField::Regions]].concat()));
        prop_assert_eq!(&again.set, &asked.set);
    }
}
