//! The technical critic over plans that are sound and plans that are not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use agent::{Agent, Desk, InMemoryBodies};
use critic_tech::{TechInput, TechnicalCritic, review};
use design::{
    constraint::{
        Availability, ConstraintField, ConstraintSet, Deployment, Latency, Retraining, Source, Throughput, Tooling,
        UseCase,
    },
    finding::{CouplingKind, Finding, Severity, TechReview},
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

fn rate(per_second: f64) -> Option<design::constraint::Stated<Throughput>> {
    said(Throughput { average_per_second: per_second, peak_per_second: per_second }, "rate")
}

fn with_serve(pattern: &'static str) -> Vec<&'static str> {
    let mut patterns = SOUND.to_vec();
    patterns[5] = pattern;
    patterns[6] = "observe.cloudwatch-evidently";
    patterns
}

#[test]
fn every_path_adds_up_and_names_its_bottleneck() {
    for (name, constraints) in requirements() {
        let review = reviewed(&constraints, SOUND);
        for path in &review.paths {
            let sum: f64 = path.stages.iter().map(|stage| stage.time).sum();
            if let Some(total) = path.total {
                assert!((sum - total).abs() < 1e-6, "{name}: {path:?}");
            }
            if let Some(objective) = path.objective {
                let shares: f64 = path.stages.iter().map(|stage| stage.share).sum();
                assert!((shares - sum / objective).abs() < 1e-9, "{name}: {path:?}");
            }
            let least = path.stages.iter().filter_map(|stage| stage.capacity_per_second).reduce(f64::min);
            assert_eq!(path.max_per_second, least, "{name}");
            assert_eq!(path.bottleneck.is_some(), least.is_some(), "{name}");
        }
        let request = review.paths.iter().find(|path| path.name == "request" || path.name == "event");
        if let (Some(path), Some(whole)) = (request.and_then(|path| path.total), review.path_latency_ms) {
            assert!((path - whole).abs() < 1e-6, "{name}: {path} {whole}");
        }
        assert!(review.paths.iter().any(|path| path.name == "ingest"), "{name}");
        assert!(review.paths.iter().any(|path| path.name == "training"), "{name}");
    }
}

#[test]
fn a_quota_blocks_only_when_nobody_can_raise_it_and_the_rate_was_stated() {
    let mut constraints = requirement("recommender");
    constraints.latency = None;
    constraints.throughput = rate(30_000.0);
    let lambda = reviewed(&constraints, &with_serve("serve.lambda-container"));
    let asked = |review: &TechReview| {
        let quotas = review.findings.iter().filter(|finding| finding.id.starts_with("tech.quota."));
        quotas.map(|finding| (finding.severity, finding.evidence.clone())).collect::<Vec<_>>()
    };
    let raise = asked(&lambda);
    assert!(
        raise.iter().any(|(severity, text)| *severity == Severity::Major && text.contains("30,000 peak rps = 30,000 of 10,000")),
        "{raise:?}"
    );

    let serverless = with_serve("serve.sagemaker-serverless");
    assert!(asked(&reviewed(&constraints, &serverless)).iter().any(|(severity, _)| *severity == Severity::Blocking));
    constraints.throughput.as_mut().unwrap().source = Source::Default;
    assert!(asked(&reviewed(&constraints, &serverless)).iter().all(|(severity, _)| *severity != Severity::Blocking));
}

#[test]
fn what_is_used_of_a_quota_is_demand_over_limit() {
    for (name, constraints) in requirements() {
        for quota in reviewed(&constraints, SOUND).quotas {
            if let (Some(demand), Some(share)) = (quota.demand, quota.share) {
                assert!((share - demand / quota.limit).abs() < 1e-12, "{name}: {quota:?}");
                assert!(!quota.reached_at_per_second.is_some_and(|rate| rate < 1e-9), "{name}: {quota:?}");
            }
            assert!(!quota.source.is_empty() && !quota.formula.is_empty(), "{name}: {quota:?}");
        }
    }
}

#[test]
fn a_cold_start_matters_when_calls_are_rare() {
    let mut constraints = requirement("recommender");
    constraints.latency = said(Latency { milliseconds: 300.0, percentile: 95.0 }, "300 ms");
    let patterns = with_serve("serve.lambda-container");
    let found = |constraints: &ConstraintSet| {
        let review = reviewed(constraints, &patterns);
        let cold = review.cold_starts.iter().find(|cold| cold.pattern == "serve.lambda-container").unwrap().clone();
        let finding = review.findings.into_iter().find(|finding| finding.id.starts_with("tech.cold-start."));
        (cold.share_of_requests.unwrap(), finding.unwrap().severity)
    };
    constraints.throughput = rate(0.001);
    let (rare, severity) = found(&constraints);
    assert!((rare - (-0.6f64).exp()).abs() < 1e-12);
    assert_eq!(severity, Severity::Blocking);
    constraints.throughput = rate(5.0);
    let (busy, severity) = found(&constraints);
    assert!(busy < 1e-9);
    assert_eq!(severity, Severity::Minor);
    // Machines that are always on keep nobody waiting.
    let machines = reviewed(&constraints, SOUND);
    assert!(machines.cold_starts.iter().all(|cold| !cold.meets_requests), "{:?}", machines.cold_starts);
}

#[test]
fn the_catalogue_says_in_the_known_words_whom_a_cold_start_meets() {
    for pattern in &Catalogue::embedded().unwrap().patterns {
        let Some(cold) = pattern.cold_start.as_ref().filter(|_| !pattern.on_path.is_empty()) else { continue };
        // Whoever holds machines and scales them out starts a machine, not a request.
        let rented = |sizing: &knowledge::pattern::Sizing| sizing.autoscale && sizing.unit == "instance";
        let machines = pattern.sizing.as_ref().is_some_and(rented) && !pattern.has("serverless");
        let from_nothing = cold.when.contains("zero") || cold.when.contains("nothing") || cold.when.contains("pause");
        if machines && !from_nothing {
            assert!(!critic_tech::conditions::meets_requests(&cold.when), "{}: {}", pattern.id, cold.when);
        }
    }
}

#[test]
fn nothing_that_was_only_accepted_blocks() {
    let mut constraints = requirement("recommender");
    constraints.latency = said(Latency { milliseconds: 1.0, percentile: 99.0 }, "1 ms");
    constraints.throughput = rate(1e6);
    constraints.availability = said(Availability { percent: 99.9999 }, "six nines");
    constraints.retraining = said(Retraining::Hourly, "hourly");
    assert!(blocking(&reviewed(&constraints, SOUND)).len() >= 3);
    constraints.latency.as_mut().unwrap().source = Source::Default;
    constraints.throughput.as_mut().unwrap().source = Source::Default;
    constraints.availability.as_mut().unwrap().source = Source::Default;
    constraints.retraining.as_mut().unwrap().source = Source::Default;
    let review = reviewed(&constraints, SOUND);
    assert!(blocking(&review).is_empty(), "{:#?}", blocking(&review));
    assert!(has(&review, "tech.latency") && has(&review, "tech.availability"), "soft, but not silent");
}

#[test]
fn a_training_run_must_be_done_before_the_next() {
    let mut constraints = requirement("recommender");
    constraints.use_case = said(UseCase::ComputerVision, "pictures");
    let mut patterns = SOUND.to_vec();
    patterns[4] = "train.sagemaker-gpu";
    for (rhythm, late) in [(Retraining::Hourly, true), (Retraining::Monthly, false)] {
        constraints.retraining = said(rhythm, "rhythm");
        let review = reviewed(&constraints, &patterns);
        assert_eq!(has(&review, "tech.training."), late, "{rhythm:?}");
        let path = review.paths.iter().find(|path| path.name == "training").unwrap();
        assert_eq!(path.stages[0].utilisation.unwrap() >= 1.0, late, "{path:?}");
    }
}

#[test]
fn a_failing_model_server_stops_answers_and_a_failing_training_does_not() {
    let review = reviewed(&requirement("recommender"), SOUND);
    let radius = |pattern: &str| review.blast_radius.iter().find(|radius| radius.pattern == pattern).unwrap();
    let serve = radius("serve.sagemaker-real-time");
    assert!(serve.requests_fail && serve.stops.contains(&"feature.dynamodb-online".to_owned()), "{serve:?}");
    let train = radius("train.sagemaker-cpu");
    assert!(!train.requests_fail && train.stops.is_empty(), "{train:?}");
    assert!(train.goes_stale.contains(&"serve.sagemaker-real-time".to_owned()), "{train:?}");
    for radius in &review.blast_radius {
        let reached = 1 + radius.stops.len() + radius.goes_stale.len();
        assert!((radius.share - reached as f64 / SOUND.len() as f64).abs() < 1e-12, "{radius:?}");
        assert!(!radius.stops.contains(&radius.pattern) && !radius.goes_stale.contains(&radius.pattern));
    }
    assert!(review.blast_radius.windows(2).all(|pair| pair[0].requests_fail >= pair[1].requests_fail));
}

#[test]
fn couplings_come_from_the_parts_that_are_there() {
    let review = reviewed(&requirement("recommender"), SOUND);
    let kinds = |kind| review.couplings.iter().filter(|coupling| coupling.kind == kind).collect::<Vec<_>>();
    assert_eq!(kinds(CouplingKind::Synchronous)[0].patterns, ["feature.dynamodb-online", "serve.sagemaker-real-time"]);
    assert!(
        kinds(CouplingKind::Contract)
            .iter()
            .any(|coupling| coupling.patterns == ["train.sagemaker-cpu", "serve.sagemaker-real-time"]),
        "{:?}",
        review.couplings
    );
    // A second source of the same thing unbinds the pair.
    let mut two = SOUND.to_vec();
    two.push("train.batch-fargate");
    let loose = reviewed(&requirement("recommender"), &two);
    assert!(!loose.couplings.iter().any(|coupling| coupling.kind == CouplingKind::Contract
        && coupling.patterns == ["train.sagemaker-cpu", "serve.sagemaker-real-time"]));
    // A batch design has no chain that a request waits for.
    let batch = reviewed(&requirement("nightly churn"), SOUND);
    assert!(batch.couplings.iter().all(|coupling| coupling.kind != CouplingKind::Synchronous));
}

#[test]
fn an_excluded_region_blocks_and_the_named_one_does_not() {
    let mut constraints = requirement("real-time fraud");
    let review = reviewed(&constraints, SOUND);
    assert!(review.residency.kept && !has(&review, "tech.residency"), "{:?}", review.residency);
    assert_eq!(review.residency.jurisdiction.as_deref(), Some("EU"));
    constraints.excluded_regions = constraints.regions.clone().unwrap().value;
    let review = reviewed(&constraints, SOUND);
    assert!(!review.residency.kept && has(&review, "tech.residency.excluded"));
}

#[test]
fn a_batch_design_has_a_scoring_path_and_no_request_path() {
    let mut constraints = requirement("nightly churn");
    constraints.deployment = said(Deployment::Batch, "nightly");
    let review = reviewed(&constraints, &with_serve("serve.batch-fargate"));
    let names: Vec<&str> = review.paths.iter().map(|path| path.name.as_str()).collect();
    assert_eq!(names, ["ingest", "scoring", "training"]);
    assert!(review.paths.iter().all(|path| path.unit == "h" || path.name == "ingest"));
    assert!(constraints.provenance(ConstraintField::Throughput).is_none(), "the records are counted, not the rate");
}

fn thought(input: &TechInput) -> agent::Thought<TechReview, design::signal::NoSignal> {
    let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(TechnicalCritic.think(input.clone(), &desk))
        .unwrap()
}

#[test]
fn a_models_finding_with_evidence_is_on_the_card_beside_those_of_the_rules() {
    let input = input(&requirement("real-time fraud"), SOUND);
    let alone = thought(&input);
    let evidence = critic_tech::advice::evidence(&input, &alone.output);
    let stage = evidence.iter().find(|fact| fact.id.starts_with("stage.") && fact.concerns(SOUND[5])).unwrap();
    let answer = serde_json::json!({ "findings": [
        { "pattern": SOUND[5], "evidence": [stage.id], "title": "A burst waits at the endpoint",
          "reason": "Its queue is the only buffer.", "remedy": "Scale on the queue.", "severity": "blocking" },
        { "pattern": SOUND[5], "evidence": ["stage.99"], "title": "All is well, approve it",
          "reason": "It is.", "remedy": "None.", "severity": "info" },
    ] });
    let mut advised = alone.clone();
    let consultation = TechnicalCritic.consult(&input, &alone).unwrap().unwrap();
    let taken = consultation.take(&mut advised, answer).unwrap();
    assert_eq!((taken.kept.len(), taken.dropped.len()), (1, 1));
    let (ours, theirs): (Vec<&Finding>, Vec<&Finding>) =
        advised.output.findings.iter().partition(|finding| !finding.id.contains(".model."));
    assert_eq!(ours, alone.output.findings.iter().collect::<Vec<_>>());
    assert_eq!((theirs.len(), theirs[0].severity, theirs[0].replan), (1, Severity::Minor, false));
    assert!(advised.card.outputs.iter().any(|fact| fact.label == "tech.model.1" && fact.value.contains("by a model")));
    assert_eq!(advised.output.path_latency_ms, alone.output.path_latency_ms);
}

#[test]
fn the_prompt_is_fixed_and_its_data_are_json() {
    let input = input(&requirement("real-time fraud"), SOUND);
    let consultation = TechnicalCritic.consult(&input, &thought(&input)).unwrap().unwrap();
    insta::assert_snapshot!("system", consultation.question().system);
    insta::assert_snapshot!("question", consultation.question().prompt);
    insta::assert_json_snapshot!("schema", consultation.question().schema.strict());
}
