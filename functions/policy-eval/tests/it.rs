//! The policy engine over designs that keep the rules and designs that break them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use design::{
    constraint::{ConstraintSet, Framework, Tooling},
    cost::{CostEstimate, CostReview},
    finding::{Finding, Severity, TechReview},
    plan::PlanDecision,
    policy::{PolicyReport, Verdict},
    signal::PolicySignal,
};
use estimate::mock::{plan, requirement, requirements, said};
use knowledge::{catalogue::Catalogue, policy};
use policy_eval::{PolicyInput, judge};
use run::card::Trigger;

const DESIGN: &[&str] = &[
    "ingest.kinesis-data-streams",
    "transform.glue-spark",
    "store.s3-iceberg",
    "feature.dynamodb-online",
    "train.sagemaker-cpu",
    "serve.sagemaker-real-time",
    "observe.cloudwatch-model-monitor",
    "govern.sagemaker-registry",
];

fn input(constraints: &ConstraintSet, candidates: &[&[&str]]) -> PolicyInput {
    let plan: PlanDecision = plan(constraints, candidates).unwrap();
    let selected = plan.selected().unwrap();
    let tech = TechReview {
        stages: vec![],
        path_latency_ms: selected.metrics.latency_p95_ms,
        availability_percent: selected.metrics.availability_percent,
        failure_domains: vec![],
        findings: vec![],
        ..TechReview::default()
    };
    let cost = CostReview {
        estimate: selected.cost.clone(),
        budget: None,
        savings: vec![],
        trade_offs: vec![],
        findings: vec![],
        ..CostReview::default()
    };
    PolicyInput { plan, tech, cost, trigger: Trigger::Initial }
}

fn judged(input: &PolicyInput) -> (PolicyReport, PolicySignal) {
    judge(input, policy::embedded().unwrap(), Catalogue::embedded().unwrap()).unwrap()
}

fn verdict(report: &PolicyReport, rule: &str) -> Verdict {
    report.results.iter().find(|result| result.rule == rule).unwrap().verdict
}

#[test]
fn every_rule_can_be_judged_for_every_requirement() {
    for (name, constraints) in requirements() {
        let (report, signal) = judged(&input(&constraints, &[DESIGN]));
        assert_eq!(report.results.len(), policy::embedded().unwrap().len(), "{name}");
        assert_eq!(signal.blocking as usize, report.blocking.len(), "{name}");
        assert!(
            report.results.iter().all(|result| !result.evidence.is_empty() && !result.evidence.contains('{')),
            "{name}"
        );
    }
}

#[test]
fn every_rule_applies_to_something_and_can_fail() {
    // A requirement that calls for everything, and a plan without any part: what must be there is missing, and what
    // must hold does not.
    let mut constraints = requirement("real-time fraud");
    constraints.compliance = said(
        vec![
            Framework::Gdpr,
            Framework::Hipaa,
            Framework::PciDss,
            Framework::Soc2,
            Framework::Iso27001,
            Framework::FedRamp,
            Framework::Ccpa,
            Framework::EuAiAct,
        ],
        "everything",
    );
    constraints.cloud = said(design::constraint::Cloud::Gcp, "Google");
    constraints.team = said(design::constraint::Team { size: Some(1), expertise: None }, "one");
    constraints.excluded_regions = constraints.regions.clone().unwrap().value;
    let (report, _) = judged(&input(&constraints, &[DESIGN]));
    let idle: Vec<_> = report
        .results
        .iter()
        .filter(|result| result.verdict == Verdict::NotApplicable)
        .map(|result| &result.rule)
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
    for rule in ["region.excluded", "cloud.wanted", "fedramp.region", "hipaa.united-states"] {
        assert_eq!(verdict(&report, rule), Verdict::Fail, "{rule}");
    }
}

#[test]
fn personal_data_stays_in_its_jurisdiction() {
    let constraints = requirement("nightly churn");
    assert_eq!(verdict(&judged(&input(&constraints, &[DESIGN])).0, "gdpr.residency"), Verdict::Pass);
    let mut elsewhere = constraints.clone();
    elsewhere.regions = requirement("retrieval over health documents").regions;
    let (report, signal) = judged(&input(&elsewhere, &[DESIGN]));
    assert_eq!(verdict(&report, "gdpr.residency"), Verdict::Fail);
    assert!(report.blocking.contains(&"gdpr.residency".to_owned()));
    assert!(!signal.replan, "no choice of patterns moves a region");
}

#[test]
fn a_part_that_lacks_what_a_framework_demands_is_named() {
    let mut constraints = requirement("real-time fraud");
    constraints.throughput = None;
    constraints.latency = None;
    let mut patterns = DESIGN.to_vec();
    patterns[5] = "serve.sagemaker-serverless";
    let (report, signal) = judged(&input(&constraints, &[&patterns]));
    let result = report.results.iter().find(|result| result.rule == "pci.network-segmentation").unwrap();
    assert_eq!(
        (result.verdict, result.patterns.as_slice()),
        (Verdict::Fail, ["serve.sagemaker-serverless".to_owned()].as_slice())
    );
    assert!(signal.replan);
}

#[test]
fn a_waiver_is_recorded_and_does_not_block() {
    let mut constraints = requirement("nightly churn");
    constraints.regions = requirement("retrieval over health documents").regions;
    let mut input = input(&constraints, &[DESIGN]);
    input.plan.waived = vec!["gdpr.residency".into()];
    let (report, _) = judged(&input);
    assert_eq!(verdict(&report, "gdpr.residency"), Verdict::Waived);
    assert!(!report.blocking.contains(&"gdpr.residency".to_owned()));
}

#[test]
fn an_excluded_tool_is_found_however_it_is_written() {
    let mut constraints = requirement("recommender");
    constraints.tooling =
        said(Tooling { preferred: vec![], excluded: vec!["kinesis_data_streams".into()] }, "no Kinesis");
    assert_eq!(verdict(&judged(&input(&constraints, &[DESIGN])).0, "tooling.excluded"), Verdict::Fail);
}

#[test]
fn the_budget_counts_when_something_cheaper_is_feasible() {
    let mut constraints = requirement("recommender");
    let mut frugal = DESIGN.to_vec();
    frugal[0] = "ingest.s3-batch-landing";
    frugal[3] = "feature.in-request";
    let costs = plan(&constraints, &[DESIGN, &frugal]).unwrap();
    let between = (costs.candidates[0].metrics.monthly_usd + costs.candidates[1].metrics.monthly_usd) / 2.0;
    constraints.budget = said(
        design::constraint::Budget {
            usd_per_month: between,
            amount: between,
            currency: design::constraint::Currency::Usd,
        },
        "budget",
    );
    let (report, signal) = judged(&input(&constraints, &[DESIGN, &frugal]));
    assert_eq!(verdict(&report, "budget.expected"), Verdict::Fail);
    assert!(signal.replan);
    let (_, alone) = judged(&input(&constraints, &[DESIGN]));
    assert!(!alone.replan, "nothing cheaper is known");
}

#[test]
fn the_critics_findings_are_added_up() {
    let constraints = ConstraintSet::default();
    let mut input = input(&constraints, &[DESIGN]);
    assert_eq!(judged(&input).1, PolicySignal { replan: false, blocking: 0 });
    let finding = |replan| Finding {
        id: "tech.latency".into(),
        severity: Severity::Blocking,
        title: String::new(),
        evidence: String::new(),
        remedy: String::new(),
        patterns: vec![],
        replan,
    };
    input.tech.findings = vec![finding(false)];
    assert_eq!(judged(&input).1, PolicySignal { replan: false, blocking: 1 });
    input.tech.findings = vec![finding(true)];
    assert_eq!(judged(&input).1, PolicySignal { replan: true, blocking: 1 });
}

#[test]
fn a_rule_that_a_user_adds_is_judged() {
    let rules = policy::read(
        r#"
        [[rule]]
        id = "own.cheap"
        title = "It costs less than lunch"
        source = "The boss"
        severity = "blocking"
        mendable = false
        applies = "true"
        check = "cost.expected < 10"
        evidence = "${cost.expected} a month"
        remedy = "Eat less"
        "#,
    )
    .unwrap();
    let mut input = input(&ConstraintSet::default(), &[DESIGN]);
    input.cost.estimate =
        CostEstimate { low_usd: 1.0, expected_usd: 25.5, high_usd: 30.0, lines: vec![], assumptions: vec![] };
    let (report, _) = judge(&input, &rules, Catalogue::embedded().unwrap()).unwrap();
    assert_eq!(report.results[0].verdict, Verdict::Fail);
    assert_eq!(report.results[0].evidence, "$25.5 a month");
    let broken = policy::read("[[rule]]\nid='x'\ntitle='x'\nsource='x'\nseverity='minor'\nmendable=false\napplies='nonsense.field'\ncheck='true'\nevidence='x'\nremedy='x'").unwrap();
    let error = judge(&input, &broken, Catalogue::embedded().unwrap()).unwrap_err();
    assert!(error.to_string().contains("rule x"), "{error}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (name, constraints) in requirements() {
        let write = || serde_json::to_string(&judged(&input(&constraints, &[DESIGN])).0).unwrap();
        assert_eq!(write(), write(), "{name}");
    }
}
