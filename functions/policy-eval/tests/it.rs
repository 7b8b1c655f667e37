//! The policy engine over designs that keep the rules and designs that break them, by shipped packs and own ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::sync::Arc;

use ::policy::sandbox::Sandbox;
use agent::{Agent, Bodies as _, Desk, InMemoryBodies, MemoryBuilder};
use design::{
    constraint::{ConstraintSet, DataClass, Framework, Tooling},
    cost::CostReview,
    finding::{Finding, Severity, TechReview},
    input::DesignInput,
    node::Node,
    plan::PlanDecision,
    policy::{PackRef, PolicyReport, PolicyResult, Verdict, Waiver},
    signal::PolicySignal,
};
use estimate::mock::{plan, requirement, requirements, said};
use jiff::Timestamp;
use knowledge::{catalogue::Catalogue, policy, region};
use policy_eval::{
    PolicyEngine, PolicyInput, facts,
    judge::{OwnPack, judge},
};
use run::{
    body::{BodyRef, Sha256Hex},
    card::Trigger,
    gate::{Actor, Decision, Gate, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    record::{Progress, Run, RunStatus, Variant},
};

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
    PolicyInput { plan, tech, cost, packs: Vec::new(), waivers: Vec::new(), previous: None, trigger: Trigger::Initial }
}

/// The sandbox is the function's own program, as it is deployed.
fn sandbox() -> Sandbox {
    Sandbox::of(env!("CARGO_BIN_EXE_policy-eval"))
}

async fn judged(input: &PolicyInput) -> (PolicyReport, PolicySignal) {
    judged_by(input, &[]).await
}

async fn judged_by(input: &PolicyInput, own: &[OwnPack]) -> (PolicyReport, PolicySignal) {
    judge(input, own, &sandbox(), Catalogue::embedded().unwrap()).await.unwrap()
}

fn own(name: &str, text: &str) -> OwnPack {
    OwnPack { pack: PackRef { name: name.into(), sha256: Sha256Hex::of(text.as_bytes()) }, text: text.into() }
}

fn result<'a>(report: &'a PolicyReport, rule: &str) -> &'a PolicyResult {
    let ids = || report.results.iter().map(|result| result.rule.as_str()).collect::<Vec<_>>().join(" ");
    report.results.iter().find(|result| result.rule == rule).unwrap_or_else(|| panic!("no {rule} in {}", ids()))
}

fn verdict(report: &PolicyReport, rule: &str) -> Verdict {
    result(report, rule).verdict
}

/// How many rules the shipped packs state, counted in their text.
fn rules() -> usize {
    policy::SHIPPED.iter().flat_map(|pack| pack.rego.lines()).filter(|line| line.starts_with("rules[")).count()
}

#[tokio::test]
async fn every_rule_can_be_judged_for_every_requirement() {
    for (name, constraints) in requirements() {
        let (report, signal) = judged(&input(&constraints, &[DESIGN])).await;
        assert_eq!(report.results.len(), rules(), "{name}");
        assert_eq!(signal.blocking as usize, report.blocking.len(), "{name}");
        assert!(
            report.results.iter().all(|result| !result.evidence.is_empty() && !result.evidence.contains('{')),
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_rule_applies_to_something_and_can_fail() {
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
    // The region that the design takes on that cloud, whichever it is.
    let facts = facts::of_selected(&input(&constraints, &[DESIGN]), Catalogue::embedded().unwrap());
    let taken = region::by_code(facts["plan"]["region"].as_str().unwrap()).unwrap().region();
    constraints.excluded_regions = vec![taken];
    let (report, _) = judged(&input(&constraints, &[DESIGN])).await;
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

#[tokio::test]
async fn personal_data_stays_in_its_jurisdiction() {
    let constraints = requirement("nightly churn");
    assert_eq!(verdict(&judged(&input(&constraints, &[DESIGN])).await.0, "gdpr.residency"), Verdict::Pass);
    let mut elsewhere = constraints.clone();
    elsewhere.regions = requirement("retrieval over health documents").regions;
    let (report, signal) = judged(&input(&elsewhere, &[DESIGN])).await;
    assert_eq!(verdict(&report, "gdpr.residency"), Verdict::Fail);
    assert!(report.blocking.contains(&"gdpr.residency".to_owned()));
    assert!(!signal.replan, "no choice of patterns moves a region");
}

#[tokio::test]
async fn a_part_that_lacks_what_a_framework_demands_is_named() {
    let mut constraints = requirement("real-time fraud");
    constraints.throughput = None;
    constraints.latency = None;
    let mut patterns = DESIGN.to_vec();
    patterns[5] = "serve.sagemaker-serverless";
    let (report, signal) = judged(&input(&constraints, &[&patterns])).await;
    let result = report.results.iter().find(|result| result.rule == "pci.network-segmentation").unwrap();
    assert_eq!(
        (result.verdict, result.patterns.as_slice()),
        (Verdict::Fail, ["serve.sagemaker-serverless".to_owned()].as_slice())
    );
    assert!(signal.replan);
}

#[tokio::test]
async fn a_waiver_is_recorded_and_does_not_block() {
    let mut constraints = requirement("nightly churn");
    constraints.regions = requirement("retrieval over health documents").regions;
    let mut input = input(&constraints, &[DESIGN]);
    input.plan.waived = vec!["gdpr.residency".into()];
    let (report, _) = judged(&input).await;
    assert_eq!(verdict(&report, "gdpr.residency"), Verdict::Waived);
    assert!(!report.blocking.contains(&"gdpr.residency".to_owned()));
}

#[tokio::test]
async fn an_excluded_tool_is_found_however_it_is_written() {
    let mut constraints = requirement("recommender");
    constraints.tooling =
        said(Tooling { preferred: vec![], excluded: vec!["kinesis_data_streams".into()] }, "no Kinesis");
    assert_eq!(verdict(&judged(&input(&constraints, &[DESIGN])).await.0, "tooling.excluded"), Verdict::Fail);
}

#[tokio::test]
async fn the_budget_counts_when_something_cheaper_is_feasible() {
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
    let (report, signal) = judged(&input(&constraints, &[DESIGN, &frugal])).await;
    assert_eq!(verdict(&report, "budget.expected"), Verdict::Fail);
    assert!(signal.replan);
    let (_, alone) = judged(&input(&constraints, &[DESIGN])).await;
    assert!(!alone.replan, "nothing cheaper is known");
}

#[tokio::test]
async fn the_critics_findings_are_added_up() {
    let constraints = ConstraintSet::default();
    let mut input = input(&constraints, &[DESIGN]);
    assert_eq!(judged(&input).await.1, PolicySignal { replan: false, blocking: 0 });
    input.tech.findings = vec![finding(false)];
    assert_eq!(judged(&input).await.1, PolicySignal { replan: false, blocking: 1 });
    input.tech.findings = vec![finding(true)];
    assert_eq!(judged(&input).await.1, PolicySignal { replan: true, blocking: 1 });
}

#[tokio::test]
async fn the_same_input_gives_the_same_bytes() {
    for (name, constraints) in requirements() {
        let first = judged(&input(&constraints, &[DESIGN])).await.0;
        let second = judged(&input(&constraints, &[DESIGN])).await.0;
        assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap(), "{name}");
    }
}

#[test]
fn the_facts_are_what_the_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(policy::INPUT_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    for (name, constraints) in requirements() {
        let mut input = input(&constraints, &[DESIGN]);
        input.tech.findings = vec![finding(true)];
        let catalogue = Catalogue::embedded().unwrap();
        for facts in [
            facts::of_selected(&input, catalogue),
            facts::of_candidate(&input, &input.plan.candidates[0], catalogue),
            facts::of_selected(&PolicyInput { plan: PlanDecision::default(), ..input.clone() }, catalogue),
        ] {
            let problems: Vec<String> =
                validator.iter_errors(&facts).map(|error| format!("{error} at {}", error.instance_path())).collect();
            assert!(problems.is_empty(), "{name}: {problems:#?}");
        }
    }
}

#[tokio::test]
async fn restricted_data_is_protected_as_personal_data_is() {
    let mut constraints = requirement("recommender");
    constraints.data_class = said(DataClass::Restricted, "restricted");
    let (report, _) = judged(&input(&constraints, &[DESIGN])).await;
    assert_ne!(verdict(&report, "pii.own-keys"), Verdict::NotApplicable);
    assert_eq!(verdict(&report, "region.data-stays"), Verdict::NotApplicable, "it is not personal");
}

fn finding(replan: bool) -> Finding {
    Finding {
        id: "tech.latency".into(),
        severity: Severity::Blocking,
        title: String::new(),
        evidence: String::new(),
        remedy: String::new(),
        patterns: vec![],
        replan,
    }
}

const ACME: &str = r#"
package acme

import data.library.words

rules["acme.endpoint-cost"] := {
    "title": "No part costs more than the house allows",
    "control": "ACME-7",
    "severity": "blocking",
    "mendable": true,
    "remedy": "Choose a cheaper part.",
}

applies contains "acme.endpoint-cost"

offenders["acme.endpoint-cost"] := {part.id | some part in input.plan.parts; part.monthly_usd > 100}

evidence["acme.endpoint-cost"] := sprintf("The design costs $%s.", [words.said(input.cost.expected)])

rules["acme.two-people"] := {"title": "Two people are there", "severity": "minor", "remedy": "Hire."}

applies contains "acme.two-people" if input.constraints.team_size != null

holds contains "acme.two-people" if input.constraints.team_size >= 2
"#;

#[tokio::test]
async fn a_projects_own_pack_is_judged_beside_the_shipped_ones() {
    let mut input = input(&requirement("real-time fraud"), &[DESIGN]);
    let (report, signal) = judged_by(&input, &[own("acme", ACME)]).await;
    assert_eq!(report.results.len(), rules() + 2);
    let cost = result(&report, "acme.endpoint-cost");
    assert_eq!((cost.verdict, cost.control.as_str()), (Verdict::Fail, "ACME-7"));
    assert!(cost.patterns.contains(&"serve.sagemaker-real-time".to_owned()), "{cost:?}");
    assert!(cost.evidence.starts_with("The design costs $"), "{}", cost.evidence);
    assert_eq!(cost.pack, format!("acme@{}", &Sha256Hex::of(ACME.as_bytes()).as_str()[..12]));
    assert!(report.blocking.contains(&cost.rule) && signal.replan);
    assert_eq!(verdict(&report, "acme.two-people"), Verdict::NotApplicable, "nothing is said of a team");
    input.plan.waived = vec!["acme.endpoint-cost".into()];
    let waiver = Waiver { by: "Ada".into(), comment: "waive acme.endpoint-cost, the board knows".into() };
    input.waivers = vec![("acme.endpoint-cost".into(), waiver.clone())];
    let (report, _) = judged_by(&input, &[own("acme", ACME)]).await;
    let cost = result(&report, "acme.endpoint-cost");
    assert_eq!((cost.verdict, cost.waiver.as_ref()), (Verdict::Waived, Some(&waiver)));
    assert!(!report.blocking.contains(&cost.rule));
}

/// A pack whose rule rests on this expression.
fn resting_on(expression: &str) -> String {
    let sheet = r#"{"title": "It ends", "severity": "minor", "remedy": "End."}"#;
    format!(
        "package evil\n\nrules[\"evil.a\"] := {sheet}\n\napplies contains \"evil.a\"\n\nholds contains \"evil.a\" if {{ {expression} }}\n"
    )
}

#[tokio::test]
async fn a_pack_that_does_harm_fails_by_its_name_and_the_rest_is_judged() {
    let doubling: String = (1..60).map(|n| format!("\ns{n} := concat(\"\", [s{}, s{}])\n", n - 1, n - 1)).collect();
    let squaring: String = (1..40).map(|n| format!("\nn{n} := n{} * n{}\n", n - 1, n - 1)).collect();
    let packs = [
        (resting_on("some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b == -1"), "time limit"),
        (resting_on("count([1 | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000)]) > 1"), "limit"),
        (resting_on("count(numbers.range(1, 1000000000000)) > 1"), "limit"),
        (format!("{}\ns0 := \"0123456789\"\n{doubling}", resting_on("s59 != \"\"")), "memory limit"),
        (format!("{}\nn0 := 123456789012345678901234567890\n{squaring}", resting_on("n39 > 1")), "limit"),
        (resting_on("x"), "could not be evaluated"),
        (format!("{}\nx if y\n\ny if x\n", resting_on("x")), "line"),
        (resting_on("http.send({\"method\": \"get\", \"url\": \"x\"}).status_code == 200"), "not available"),
        (resting_on("1 / 0 == 1"), "divide by zero"),
        (resting_on(&format!("{}1{} == 1", "(".repeat(20_000), ")".repeat(20_000))), "could not be evaluated"),
        (resting_on(&format!("{}1{} == 1", "[".repeat(500), "]".repeat(500))), "could not be evaluated"),
        ("x if true".to_owned(), "package"),
        ("package evil\n\nx := 1".to_owned(), "no rules"),
        ("package evil\n\nrules[\"gdpr.residency\"] := {\"title\": \"x\", \"severity\": \"minor\", \"remedy\": \"x\"}\n\napplies contains \"gdpr.residency\"\n\nholds contains \"gdpr.residency\"".to_owned(), "evil."),
        ("package packs.gdpr\n\nholds contains \"gdpr.residency\"".to_owned(), "no rules"),
        ("x".repeat(100_000), "at most"),
        (String::new(), "package"),
    ];
    let input = input(&requirement("nightly churn"), &[DESIGN]);
    let (unharmed, _) = judged(&input).await;
    for (text, words) in packs {
        let begun = std::time::Instant::now();
        let (report, signal) = judged_by(&input, &[own("evil", &text)]).await;
        let shown: String = text.chars().take(300).collect();
        assert!(begun.elapsed().as_secs() < 20, "{shown}: {:?}", begun.elapsed());
        let failed = result(&report, "evil.could-not-be-evaluated");
        assert_eq!((failed.verdict, failed.severity), (Verdict::Fail, Severity::Blocking), "{shown}");
        assert!(failed.evidence.contains("`evil`") && failed.evidence.contains(words), "{shown}: {}", failed.evidence);
        assert!(report.blocking.contains(&failed.rule) && signal.blocking > 0, "{shown}");
        assert_eq!(report.results[..rules()], unharmed.results[..], "{shown}");
        eprintln!("{:?}: {}", begun.elapsed(), failed.evidence);
    }
}

#[tokio::test]
async fn one_broken_pack_does_not_silence_another() {
    let input = input(&requirement("real-time fraud"), &[DESIGN]);
    let (report, _) = judged_by(&input, &[own("broken", "package"), own("acme", ACME)]).await;
    assert_eq!(verdict(&report, "broken.could-not-be-evaluated"), Verdict::Fail);
    assert_eq!(verdict(&report, "acme.endpoint-cost"), Verdict::Fail);
}

/// Demands that the design costs less, and names no part.
fn cheaper_than(usd: f64) -> String {
    format!(
        r#"
package acme

rules["acme.cheap"] := {{"title": "It is cheap", "severity": "blocking", "mendable": true, "remedy": "Save."}}

applies contains "acme.cheap"

holds contains "acme.cheap" if input.plan.monthly_usd < {usd}
"#
    )
}

#[tokio::test]
async fn a_failure_that_names_no_part_changes_the_next_plan_or_is_left_to_a_person() {
    let constraints = requirement("recommender");
    let catalogue = Catalogue::embedded().unwrap();
    let brief = planning::Brief { constraints: constraints.clone(), ..Default::default() };
    let first = planning::plan(&brief, catalogue).unwrap();
    let selected = first.selected().unwrap();
    let feasible = |plan: &PlanDecision| plan.candidates.iter().filter(|other| other.violations.is_empty()).count();
    assert!(feasible(&first) >= 2, "the test needs a choice");
    let mut judged_input = input(&constraints, &[DESIGN]);
    judged_input.plan = first.clone();
    let others = first.candidates.iter().filter(|other| other.id != selected.id && other.violations.is_empty());
    let cheapest = others.map(|other| other.metrics.monthly_usd).fold(f64::INFINITY, f64::min);
    let below = cheapest + 0.01;
    if below > selected.metrics.monthly_usd {
        panic!("the selected one is the cheapest: choose another requirement");
    }
    let (report, signal) = judged_by(&judged_input, &[own("acme", &cheaper_than(below))]).await;
    let failed = result(&report, "acme.cheap");
    assert!(signal.replan && !failed.patterns.is_empty(), "{failed:?}");
    assert!(failed.evidence.contains("keeps the rule"), "{}", failed.evidence);
    let previous = planning::Previous { plan: first.clone(), tech: None, cost: None, policy: Some(report.clone()) };
    let second = planning::plan(&planning::Brief { previous: Some(previous), ..brief }, catalogue).unwrap();
    assert_ne!(second.selected, first.selected, "the plan changed");
    assert!(second.responses.iter().any(|response| response.contains("policy.acme.cheap")), "{:?}", second.responses);
    // What no candidate keeps is not sent round and round.
    let (report, signal) = judged_by(&judged_input, &[own("acme", &cheaper_than(0.0))]).await;
    assert_eq!(verdict(&report, "acme.cheap"), Verdict::Fail);
    assert!(report.blocking.contains(&"acme.cheap".to_owned()) && !signal.replan);
}

#[tokio::test]
async fn an_accepted_finding_of_a_critic_sends_nothing_back() {
    let mut input = input(&ConstraintSet::default(), &[DESIGN]);
    input.tech.findings = vec![finding(true)];
    input.plan.waived = vec!["tech.latency".into()];
    assert_eq!(judged(&input).await.1, PolicySignal { replan: false, blocking: 1 });
}

fn a_run() -> Run {
    let now = Timestamp::UNIX_EPOCH;
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "a test".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 0,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: now,
        updated_at: now,
        ended_at: None,
    }
}

fn revision(iteration: u32, comment: &str) -> Gate {
    serde_json::from_value(serde_json::json!({
        "id": GateId { kind: GateKind::Final, iteration },
        "status": GateStatus::Answered,
        "subject_hash": Sha256Hex::of(b"shown"),
        "summary": "",
        "questions": [],
        "options": [],
        "auto_approval": {"allowed": false, "threshold": 0.8, "blockers": []},
        "risks": [],
        "opened_at": Timestamp::UNIX_EPOCH,
        "expires_at": Timestamp::UNIX_EPOCH,
        "held": true,
        "decision": {
            "decision": Decision::Revise,
            "actor": Actor { name: "Ada".into() },
            "at": Timestamp::UNIX_EPOCH,
            "comment": comment,
            "answers": {},
            "defaulted": [],
        },
    }))
    .unwrap()
}

#[tokio::test]
async fn the_agent_reads_the_packs_of_the_runs_beginning_and_says_who_waived_what() {
    let bodies = InMemoryBodies::default();
    let stored = bodies.put(ACME.as_bytes(), "text/plain").await.unwrap();
    let asked = DesignInput {
        requirement: "Score payments.".into(),
        policies: vec![PackRef { name: "acme".into(), sha256: stored.sha256.clone() }],
        ..DesignInput::default()
    };
    let first = input(&requirement("real-time fraud"), &[DESIGN]);
    let (before, _) = judged_by(&first, &[own("acme", ACME)]).await;
    let mut plan = first.plan.clone();
    plan.waived = vec!["acme.endpoint-cost".into()];
    let memory = MemoryBuilder::new(a_run(), serde_json::to_value(&asked).unwrap())
        .iteration(1)
        .gates(vec![revision(0, "Waive acme.endpoint-cost: the board knows.")])
        .output(Node::Planner.as_str(), 1, &plan)
        .unwrap()
        .output(Node::CriticTech.as_str(), 1, &first.tech)
        .unwrap()
        .output(Node::CriticCost.as_str(), 1, &first.cost)
        .unwrap()
        .output(Node::PolicyEval.as_str(), 0, &before)
        .unwrap()
        .build();
    let engine = PolicyEngine { sandbox: sandbox() };
    let desk = Desk::new(Arc::new(bodies));
    let thought = engine.think(engine.recall(&memory).unwrap(), &desk).await.unwrap();
    let cost = result(&thought.output, "acme.endpoint-cost");
    assert_eq!(cost.verdict, Verdict::Waived);
    assert_eq!(cost.waiver.as_ref().unwrap().by, "Ada");
    let reasoning = thought.card.reasoning.join("\n");
    assert!(reasoning.contains("Ada waived it: “Waive acme.endpoint-cost: the board knows.”"), "{reasoning}");
    assert!(reasoning.contains("No longer blocking since the last round: `acme.endpoint-cost`."), "{reasoning}");
    assert!(thought.card.inputs.iter().any(|fact| format!("{fact:?}").contains(stored.sha256.as_str())));
    assert!(thought.card.policy_results.iter().any(|line| line.evidence.starts_with("PCI DSS 4.0.1 3.5.1: ")));
    // A body that is gone is not a pack that passes.
    let empty = Desk::new(Arc::new(InMemoryBodies::default()));
    assert!(engine.think(engine.recall(&memory).unwrap(), &empty).await.is_err());
}
