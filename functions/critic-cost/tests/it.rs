//! The cost critic over plans within and over the budget.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use agent::{Agent, Desk, InMemoryBodies};
use critic_cost::{CostCritic, CostInput, review};
use design::{
    constraint::{Budget, ConstraintSet, Currency},
    cost::CostReview,
    finding::Severity,
};
use estimate::mock::{plan, requirement, requirements, said};
use knowledge::catalogue::Catalogue;
use run::card::Trigger;

const MANAGED: &[&str] = &[
    "ingest.kinesis-data-streams",
    "transform.glue-spark",
    "store.s3-iceberg",
    "feature.sagemaker-feature-store",
    "train.sagemaker-gpu",
    "serve.sagemaker-real-time",
    "observe.cloudwatch-model-monitor",
    "govern.sagemaker-registry",
];
const FRUGAL: &[&str] = &[
    "ingest.s3-batch-landing",
    "transform.athena-ctas",
    "store.s3-iceberg",
    "feature.in-request",
    "train.sagemaker-managed-spot",
    "serve.ecs-fargate",
    "observe.cloudwatch-evidently",
    "govern.git-s3-registry",
];

fn input(constraints: &ConstraintSet, candidates: &[&[&str]]) -> CostInput {
    CostInput { plan: plan(constraints, candidates).unwrap(), trigger: Trigger::Initial }
}

fn reviewed(constraints: &ConstraintSet, candidates: &[&[&str]]) -> CostReview {
    review(&input(constraints, candidates), Catalogue::embedded().unwrap()).unwrap()
}

fn with_budget(usd: f64) -> ConstraintSet {
    let mut constraints = requirement("recommender");
    constraints.budget = said(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }, "budget");
    constraints
}

#[test]
fn the_estimate_is_the_planners() {
    let constraints = requirement("recommender");
    let plan = plan(&constraints, &[MANAGED]).unwrap();
    let review = reviewed(&constraints, &[MANAGED]);
    assert_eq!(review.estimate, plan.selected().unwrap().cost);
    let sum: f64 = review.estimate.lines.iter().map(|line| line.monthly_usd).sum();
    assert!((sum - review.estimate.expected_usd).abs() < 1e-6);
    assert!(
        review.estimate.low_usd < review.estimate.expected_usd
            && review.estimate.expected_usd < review.estimate.high_usd
    );
}

#[test]
fn over_the_budget_asks_for_another_plan_only_when_there_is_one() {
    let managed = reviewed(&with_budget(1e6), &[MANAGED]).estimate.expected_usd;
    let frugal = reviewed(&with_budget(1e6), &[FRUGAL]).estimate.expected_usd;
    assert!(frugal < managed, "{frugal} {managed}");
    let between = with_budget((frugal + managed) / 2.0);

    let finding = |review: &CostReview| review.findings.iter().find(|finding| finding.id == "cost.budget").cloned();
    let with_another = finding(&reviewed(&between, &[MANAGED, FRUGAL])).unwrap();
    assert_eq!((with_another.severity, with_another.replan), (Severity::Blocking, true));
    let alone = finding(&reviewed(&between, &[MANAGED])).unwrap();
    assert_eq!((alone.severity, alone.replan), (Severity::Major, false));
    assert!(alone.remedy.contains("would do"), "{}", alone.remedy);
    assert_eq!(finding(&reviewed(&with_budget(managed * 10.0), &[MANAGED])), None);
}

#[test]
fn the_verdict_is_arithmetic() {
    let review = reviewed(&with_budget(1000.0), &[MANAGED]);
    let verdict = review.budget.unwrap();
    assert!((verdict.used_share - review.estimate.expected_usd / 1000.0).abs() < 1e-12);
    assert_eq!(verdict.within, review.estimate.expected_usd <= 1000.0);
    assert!(reviewed(&ConstraintSet::default(), &[FRUGAL]).budget.is_none());
}

#[test]
fn savings_are_real_and_say_what_is_given_up() {
    let review = reviewed(&with_budget(1e6), &[MANAGED]);
    assert!(review.savings.len() >= 2, "{:?}", review.savings);
    assert!(review.savings.windows(2).all(|pair| pair[0].monthly_usd >= pair[1].monthly_usd));
    for option in &review.savings {
        assert!(option.monthly_usd > 0.0 && option.monthly_usd <= review.estimate.expected_usd, "{option:?}");
        assert!(!option.trade_off.is_empty());
    }
    assert!(review.savings.iter().any(|option| option.title.contains("Savings Plan")), "{:?}", review.savings);
}

#[test]
fn a_swap_saves_what_the_swapped_plan_costs_less() {
    let mut swapped = MANAGED.to_vec();
    let review = reviewed(&with_budget(1e6), &[MANAGED]);
    let option =
        review.savings.iter().find(|option| option.title.contains("instead of SageMaker training on GPU")).unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    let name = option.title.split(" instead of ").next().unwrap();
    let pattern = catalogue.patterns.iter().find(|pattern| pattern.name == name).unwrap();
    swapped[4] = &pattern.id;
    let cheaper = reviewed(&with_budget(1e6), &[&swapped]).estimate.expected_usd;
    assert!((review.estimate.expected_usd - cheaper - option.monthly_usd).abs() < 1e-6);
}

#[test]
fn every_requirement_is_priced_the_same_way_twice() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, constraints) in requirements() {
        let write = || {
            let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
            let thought = runtime.block_on(CostCritic.think(input(&constraints, &[MANAGED, FRUGAL]), &desk)).unwrap();
            assert!((0.0..=1.0).contains(&thought.card.confidence.value));
            assert!(CostCritic::cost(&thought.output).unwrap().is_some());
            serde_json::to_string(&thought.output).unwrap()
        };
        assert_eq!(write(), write(), "{name}");
    }
}
