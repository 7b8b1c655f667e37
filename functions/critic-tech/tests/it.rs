//! The technical critic over plans that are sound and plans that are not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use agent::{Agent, Desk, InMemoryBodies};
use critic_tech::{TechInput, TechnicalCritic, review};
use design::{
    constraint::{Availability, ConstraintSet, Latency, Throughput, Tooling},
    finding::{Finding, Severity, TechReview},
};
use estimate::mock::{plan, requirement, requirements, said};
use knowledge::catalogue::Catalogue;
use run::card::Trigger;

const SOUND: &[&str] = &[
    "ingest.kinesis-data-streams",
    "transform.glue-spark",
    "store.s3-iceberg",
    "feature.dynamodb-online",
    "train.sagemaker-cpu",
    "serve.sagemaker-real-time",
    "observe.cloudwatch-model-monitor",
    "govern.sagemaker-registry",
];

fn input(constraints: &ConstraintSet, patterns: &[&str]) -> TechInput {
    TechInput { plan: plan(constraints, &[patterns]).unwrap(), trigger: Trigger::Initial }
}

fn reviewed(constraints: &ConstraintSet, patterns: &[&str]) -> TechReview {
    review(&input(constraints, patterns), Catalogue::embedded().unwrap()).unwrap()
}

fn blocking(review: &TechReview) -> Vec<&Finding> {
    review.findings.iter().filter(|finding| finding.severity == Severity::Blocking).collect()
}

fn has(review: &TechReview, start: &str) -> bool {
    review.findings.iter().any(|finding| finding.id.starts_with(start))
}

#[test]
fn a_sound_design_is_not_blocked() {
    let review = reviewed(&requirement("real-time fraud"), SOUND);
    assert!(blocking(&review).is_empty(), "{:?}", blocking(&review));
    let path = review.path_latency_ms.unwrap();
    assert!(path > 10.0 && path < 50.0, "{path}");
    assert!(review.stages.iter().any(|stage| stage.pattern == "serve.sagemaker-real-time"
        && stage.utilisation > 0.4
        && stage.utilisation < 0.75));
    assert!(review.stages.iter().all(|stage| stage.loaded_ms >= stage.service_ms || stage.service_ms == 0.0));
    assert!(has(&review, "tech.failure-mode.serve.sagemaker-real-time"));
    assert!(review.failure_domains.iter().any(|domain| domain.name == "SageMaker" && domain.patterns.len() >= 3));
}

#[test]
fn the_path_is_the_sum_of_its_stages() {
    let mut constraints = requirement("recommender");
    constraints.latency = said(Latency { milliseconds: 150.0, percentile: 95.0 }, "150 ms");
    let review = reviewed(&constraints, SOUND);
    let sum: f64 = review.stages.iter().map(|stage| stage.loaded_ms).sum();
    assert!((sum - review.path_latency_ms.unwrap()).abs() < 1e-6, "{sum} {:?}", review.path_latency_ms);
}

#[test]
fn more_load_is_slower_and_hotter() {
    let mut constraints = requirement("recommender");
    let mut last = 0.0;
    for rate in [5.0, 20.0, 39.0] {
        constraints.latency = None;
        constraints.throughput = said(Throughput { average_per_second: rate, peak_per_second: rate }, "rate");
        let review = reviewed(&constraints, SOUND);
        let stage = review.stages.iter().find(|stage| stage.pattern == "serve.sagemaker-real-time").unwrap();
        assert!(stage.utilisation > last, "{rate}");
        last = stage.utilisation;
    }
}

#[test]
fn a_latency_that_cannot_be_met_blocks_and_names_the_slowest_part() {
    let mut constraints = requirement("real-time fraud");
    constraints.throughput = said(Throughput { average_per_second: 50.0, peak_per_second: 50.0 }, "50");
    let mut patterns = SOUND.to_vec();
    patterns[5] = "serve.lambda-container";
    patterns[6] = "observe.cloudwatch-evidently";
    let review = reviewed(&constraints, &patterns);
    let finding = blocking(&review).into_iter().find(|finding| finding.id == "tech.latency").unwrap();
    assert!(finding.replan && finding.patterns == ["serve.lambda-container"], "{finding:?}");
    assert!(finding.evidence.contains(" + ") && finding.evidence.contains("ms"), "{}", finding.evidence);
}

#[test]
fn a_peak_above_the_quota_blocks() {
    let mut constraints = requirement("recommender");
    constraints.throughput = said(Throughput { average_per_second: 200_000.0, peak_per_second: 200_000.0 }, "200,000");
    let mut patterns = SOUND.to_vec();
    patterns[5] = "serve.lambda-container";
    let review = reviewed(&constraints, &patterns);
    assert!(has(&review, "tech.throughput.serve.lambda-container"), "{:?}", blocking(&review));
    assert!(review.path_latency_ms.is_none(), "an overloaded path has no latency");
    serde_json::to_string(&review).unwrap();
}

#[test]
fn availability_is_a_product_and_five_nines_are_not_another_plan() {
    let mut constraints = requirement("recommender");
    constraints.availability = said(Availability { percent: 99.999 }, "five nines");
    let review = reviewed(&constraints, SOUND);
    let finding = blocking(&review).into_iter().find(|finding| finding.id == "tech.availability").unwrap();
    assert!(finding.evidence.contains(" × "), "{}", finding.evidence);
    let expected = 0.9999 * 0.9995 * 100.0;
    assert!((review.availability_percent - expected).abs() < 1e-9, "{}", review.availability_percent);
}

#[test]
fn an_excluded_tool_blocks() {
    let mut constraints = requirement("recommender");
    constraints.tooling = said(Tooling { preferred: vec![], excluded: vec!["dynamodb".into()] }, "no DynamoDB");
    let review = reviewed(&constraints, SOUND);
    assert!(has(&review, "tech.excluded.feature.dynamodb-online"));
}

#[test]
fn nothing_blocks_only_because_little_was_said() {
    let review = reviewed(&ConstraintSet::default(), SOUND);
    assert!(blocking(&review).is_empty(), "{:?}", blocking(&review));
}

#[test]
fn every_requirement_is_reviewed_the_same_way_twice() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, constraints) in requirements() {
        let write = || {
            let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
            let thought = runtime.block_on(TechnicalCritic.think(input(&constraints, SOUND), &desk)).unwrap();
            assert!((0.0..=1.0).contains(&thought.card.confidence.value));
            assert!(!thought.summary.is_empty());
            serde_json::to_string(&thought.output).unwrap()
        };
        assert_eq!(write(), write(), "{name}");
    }
}
