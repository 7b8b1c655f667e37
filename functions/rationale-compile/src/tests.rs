//! Tests of the whole agent on two very different runs that are built here.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use agent::{Bodies, InMemoryBodies, MemoryBuilder};
use design::{
    constraint::{
        Availability, Budget, Cloud, Conflict, Currency, DataClass, Deployment, Evidence, Framework, Latency, MlTask,
        Region, Source, Stated, Throughput, UseCase,
    },
    cost::{BudgetVerdict, CostEstimate, CostLine, SavingsOption},
    coverage::{FieldCoverage, Gap},
    finding::{FailureDomain, Finding, StageLoad},
    implementation::{Place, RequirementTrace},
    plan::{Assumption, CandidateMetrics, Capability, Component, CriterionScore, Exclusion, Trace},
    policy::{PolicyResult, Verdict},
    validation::{Check, CheckStatus, ToolFinding},
};
use jiff::Timestamp;
use proptest::prelude::*;
use run::{
    answer::{AnswerValue, Answers},
    body::{BodyRef, Sha256Hex},
    gate::{Actor, AutoApproval, Decision, GateDecision, GateId, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    question::{Choice, DefaultBasis, Field, Question, SmartDefault},
    record::{Progress, Run, RunStatus, Variant},
};
use serde_json::Value;

use super::*;

mod figures;

/// Runs a future that never waits: bodies in memory answer at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn stated<T>(value: T, source: Source, requirement: &str, quote: &str, derivation: Option<&str>) -> Option<Stated<T>> {
    let evidence = requirement.find(quote).filter(|_| !quote.is_empty()).map(|start| {
        let start = requirement[..start].chars().count() as u32;
        Evidence { quote: quote.into(), start, end: start + quote.chars().count() as u32 }
    });
    Some(Stated {
        value,
        confidence: 0.9,
        source,
        evidence: evidence.into_iter().collect(),
        derivation: derivation.map(Into::into),
    })
}

fn question(id: &str, text: &str, field: Field, value: AnswerValue) -> Question {
    Question {
        id: id.into(),
        text: text.into(),
        why: format!("It changes what depends on the {id}."),
        priority: Priority::High,
        field,
        default: SmartDefault {
            value,
            confidence: 0.82,
            reason: "Usual for systems of this kind.".into(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
    }
}

fn gate(kind: GateKind, iteration: u32, questions: Vec<Question>, status: GateStatus, decision: GateDecision) -> Gate {
    Gate {
        id: GateId { kind, iteration },
        status,
        subject_hash: Sha256Hex::of(b"subject"),
        summary: "What is decided.".into(),
        questions,
        risks: Vec::new(),
        options: vec![Decision::Approve, Decision::Revise, Decision::Reject],
        auto_approval: AutoApproval { allowed: false, threshold: 0.8, blockers: Vec::new() },
        opened_at: at(0),
        expires_at: at(300),
        held: false,
        decision: Some(decision),
    }
}

fn decision(decision: Decision, name: &str, second: i64, comment: Option<&str>) -> GateDecision {
    GateDecision {
        decision,
        actor: Actor { name: name.into() },
        at: at(second),
        comment: comment.map(Into::into),
        answers: Answers::new(),
        defaulted: Vec::new(),
    }
}

fn component(capability: Capability, pattern: &str, name: &str, service: &str, traces: Vec<Trace>) -> Component {
    Component {
        capability,
        pattern: pattern.into(),
        name: name.into(),
        services: vec![service.into()],
        sizing: BTreeMap::from([("instance_count".into(), "2".into()), ("instance_type".into(), "ml.m5.large".into())]),
        max_per_second: (capability == Capability::Serve).then_some(450.0),
        latency_ms: if capability == Capability::Serve { 32.5 } else { 0.0 },
        availability_percent: 99.95,
        rationale: format!("{name} fits what is asked."),
        traces,
    }
}

fn line(pattern: &str, item: &str, quantity: f64, unit: &str, price: f64, formula: &str) -> CostLine {
    CostLine {
        pattern: pattern.into(),
        item: item.into(),
        quantity,
        unit: unit.into(),
        unit_price_usd: price,
        monthly_usd: quantity * price,
        formula: formula.into(),
        price_id: format!("price.{}", item.to_lowercase().replace(' ', "-")),
        price_source: "AWS price list".into(),
        price_date: "2026-10-01".into(),
    }
}

fn estimate(lines: Vec<CostLine>, assumptions: &[&str]) -> CostEstimate {
    let expected = lines.iter().map(|line| line.monthly_usd).sum::<f64>();
    CostEstimate {
        low_usd: expected * 0.7,
        expected_usd: expected,
        high_usd: expected * 1.6,
        lines,
        assumptions: assumptions.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn candidate(id: &str, name: &str, components: Vec<Component>, cost: CostEstimate, score: f64) -> Candidate {
    Candidate {
        id: id.into(),
        name: name.into(),
        summary: format!("{name} in {} parts.", components.len()),
        metrics: CandidateMetrics {
            monthly_usd: cost.expected_usd,
            latency_p95_ms: Some(62.0),
            max_per_second: Some(450.0),
            availability_percent: 99.9,
            operations_hours_per_month: 12.0,
            risk: 0.2,
        },
        components,
        network: None,
        cost,
        scores: vec![CriterionScore {
            criterion: "cost".into(),
            weight: 0.3,
            score,
            explanation: "Share of the budget that is left.".into(),
        }],
        total_score: score,
        violations: Vec::new(),
        why_not: None,
    }
}

fn finding(id: &str, severity: Severity, title: &str) -> Finding {
    Finding {
        id: id.into(),
        severity,
        title: title.into(),
        evidence: "420/s ÷ 450/s = 93 %".into(),
        remedy: "Add an instance.".into(),
        patterns: vec!["serve.sagemaker-real-time".into()],
        replan: false,
    }
}

fn rule(id: &str, verdict: Verdict, severity: Severity, framework: Option<Framework>) -> PolicyResult {
    PolicyResult {
        rule: id.into(),
        title: format!("What {id} demands."),
        framework,
        source: "Art. 44 GDPR".into(),
        verdict,
        severity,
        evidence: "Regions: eu-central-1.".into(),
        remedy: "Move it into the region.".into(),
        patterns: Vec::new(),
        control: "GDPR Art. 44".into(),
        as_of: None,
        pack: "gdpr".into(),
        waiver: None,
    }
}

fn check(name: &str, status: CheckStatus, findings: Vec<ToolFinding>) -> Check {
    let is_there = status != CheckStatus::NotRun;
    Check {
        name: name.into(),
        category: "style".into(),
        tool: name.split(' ').next().unwrap_or(name).into(),
        version: is_there.then(|| format!("{name} 1.2.3")),
        status,
        files: if is_there { 12 } else { 0 },
        findings,
        reason: (!is_there).then(|| "the tool is not installed".into()),
        duration_ms: 1234,
    }
}

/// A repository with the files that list packages, as codegen writes them.
fn packages() -> Vec<PackageFile> {
    let file = |path: &str, content: &str| PackageFile { path: path.into(), content: content.into() };
    vec![
        file(
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools==82.0.1\"]\n[project]\nname = \"x\"\ndependencies = [\"numpy==2.4.6\"]\n[project.optional-dependencies]\ndev = [\"pytest==9.2.0\"]\n",
        ),
        file("requirements-dev.txt", "# Dev.\n-r requirements.txt\npytest==9.2.0\niniconfig==2.3.1\n"),
        file("requirements.txt", "# Pinned.\nnumpy==2.4.6\nscipy==1.18.0\n"),
    ]
}

fn manifest(packages: &[PackageFile]) -> RepositoryManifest {
    let mut files: Vec<RepositoryFile> = packages
        .iter()
        .map(|file| RepositoryFile {
            path: file.path.clone(),
            body: BodyRef::of(file.content.as_bytes()),
            executable: false,
            purpose: "Packages".into(),
            patterns: Vec::new(),
            written_by: "codegen".into(),
        })
        .collect();
    files.push(RepositoryFile {
        path: "src/fraud/service.py".into(),
        body: BodyRef::of(b"service"),
        executable: false,
        purpose: "The service".into(),
        patterns: vec!["serve.sagemaker-real-time".into()],
        written_by: "implement_inference".into(),
    });
    RepositoryManifest {
        name: "fraud-scoring".into(),
        total_bytes: files.iter().map(|file| file.body.size).sum(),
        files,
        ..RepositoryManifest::default()
    }
}

const FRAUD: &str = "We score card payments for fraud | 420 requests per second at peak.\n\n# Hard limits\n- under 80 ms at P95\n- personal data stays in Frankfurt\n- 4,000 EUR a month, <b>no Kubernetes</b>";

/// A real-time system with personal data: questions, a revision with a waiver, an approval.
fn fraud() -> Input {
    let region = Region { cloud: Cloud::Aws, code: "eu-central-1".into(), jurisdiction: "EU".into() };
    let constraints = ConstraintSet {
        cloud: stated(Cloud::Aws, Source::Default, FRAUD, "", None),
        budget: stated(
            Budget { usd_per_month: 4640.0, amount: 4000.0, currency: Currency::Eur },
            Source::Text,
            FRAUD,
            "4,000 EUR a month",
            Some("4,000 EUR × 1.16"),
        ),
        regions: stated(vec![region], Source::Text, FRAUD, "Frankfurt", None),
        data_class: stated(DataClass::Pii, Source::Text, FRAUD, "personal data", None),
        latency: stated(
            Latency { milliseconds: 80.0, percentile: 95.0 },
            Source::Text,
            FRAUD,
            "under 80 ms at P95",
            None,
        ),
        throughput: stated(
            Throughput { average_per_second: 140.0, peak_per_second: 420.0 },
            Source::Text,
            FRAUD,
            "420 requests per second at peak",
            Some("average: a third of the peak"),
        ),
        ml_task: stated(MlTask::Classification, Source::Text, FRAUD, "score", None),
        use_case: stated(UseCase::FraudDetection, Source::Text, FRAUD, "fraud", None),
        deployment: stated(Deployment::RealTime, Source::Answer, FRAUD, "", None),
        compliance: stated(vec![Framework::Gdpr, Framework::PciDss], Source::Structured, FRAUD, "", None),
        availability: stated(Availability { percent: 99.95 }, Source::Answer, FRAUD, "", None),
        conflicts: vec![Conflict {
            fields: vec![ConstraintField::Budget, ConstraintField::Availability],
            evidence: Vec::new(),
            explanation: "The budget hardly pays for two zones.".into(),
            resolution: "The availability stands.".into(),
        }],
        excluded_regions: vec![Region { cloud: Cloud::Aws, code: "us-east-1".into(), jurisdiction: "US".into() }],
        ..ConstraintSet::default()
    };
    let trace =
        |claim: &str, field, quote: Option<&str>| Trace { claim: claim.into(), field, quote: quote.map(Into::into) };
    let components = vec![
        component(Capability::Ingest, "ingest.api-gateway", "HTTP API \"edge\"", "Amazon API Gateway", Vec::new()),
        component(Capability::Feature, "feature.dynamodb", "Online features", "Amazon DynamoDB", Vec::new()),
        component(
            Capability::Serve,
            "serve.sagemaker-real-time",
            "Managed endpoint",
            "Amazon SageMaker real-time endpoint",
            vec![
                trace("answers within 62 ms", Some(ConstraintField::Latency), Some("under 80 ms at P95")),
                trace("runs in two zones", Some(ConstraintField::Availability), None),
                trace("needs no cluster", None, None),
                trace("has room for the team", Some(ConstraintField::Team), None),
            ],
        ),
        component(Capability::Observe, "observe.cloudwatch", "Metrics and alarms", "Amazon CloudWatch", Vec::new()),
    ];
    let lines = vec![
        line("feature.dynamodb", "Reads", 1_000_000.0, "request", 0.000_000_25, "1,000,000 reads"),
        line("serve.sagemaker-real-time", "Endpoint hours", 1460.0, "instance-hour", 0.115, "2 instances × 730 h"),
    ];
    let selected = candidate(
        "a",
        "Managed endpoint with online features",
        components.clone(),
        estimate(lines.clone(), &["730 hours a month"]),
        0.812,
    );
    let mut loser =
        candidate("b", "Containers on ECS", components[..2].to_vec(), estimate(lines[..1].to_vec(), &[]), 0.644);
    loser.components.push(component(Capability::Serve, "serve.ecs", "Containers", "Amazon ECS", Vec::new()));
    loser.why_not = Some("Compared with the selected design, it takes 20 hours more work a month.".into());
    loser.violations = vec!["P95 is 96 ms, 80 ms are asked".into()];
    let ask = question(
        "availability",
        "How available must it be?",
        Field::Number { unit: "percent".into(), minimum: 90.0, maximum: 100.0 },
        AnswerValue::Number(99.9),
    );
    let choose = question(
        "deployment",
        "How are results wanted?",
        Field::Choice {
            choices: vec![Choice { value: "real_time".into(), label: "An answer to each request".into() }],
        },
        AnswerValue::Text("real_time".into()),
    );
    let mut answered = decision(Decision::Approve, "ada@example.test", 20, None);
    answered.answers = Answers::from([
        ("availability".into(), AnswerValue::Number(99.95)),
        ("deployment".into(), AnswerValue::Text("real_time".into())),
    ]);
    answered.defaulted = vec!["deployment".into()];
    let revise = decision(
        Decision::Revise,
        "grace@example.test",
        60,
        Some("Accept tech.throughput.serve; waive gdpr.residency. Budget 5000 USD"),
    );
    Input {
        title: "Card fraud | scoring".into(),
        requirement: FRAUD.into(),
        trigger: Trigger::Revision,
        constraints,
        coverage: CoverageReport {
            score: 0.84,
            threshold: 0.8,
            sufficient: true,
            fields: vec![FieldCoverage {
                field: ConstraintField::DataVolume,
                weight: 0.1,
                required: true,
                known: false,
                confidence: 0.0,
            }],
            gaps: vec![Gap {
                field: ConstraintField::DataVolume,
                reason: "Training is sized by it.".into(),
                blocking: false,
            }],
        },
        questions: Some(QuestionSet { questions: vec![ask.clone(), choose.clone()], ..QuestionSet::default() }),
        gates: vec![
            gate(GateKind::Input, 0, vec![ask, choose], GateStatus::Answered, answered),
            gate(GateKind::Final, 0, Vec::new(), GateStatus::Answered, revise),
            gate(
                GateKind::Final,
                1,
                Vec::new(),
                GateStatus::Answered,
                decision(Decision::Approve, "grace@example.test", 90, None),
            ),
        ],
        plan: PlanDecision {
            candidates: vec![selected.clone(), loser],
            selected: "a".into(),
            reason: "It has the highest score of 2 candidates.".into(),
            assumptions: vec![Assumption {
                field: Some(ConstraintField::DataVolume),
                text: "100 GB are stored.".into(),
            }],
            excluded: vec![Exclusion { pattern: "serve.eks".into(), reason: "Kubernetes is excluded.".into() }],
            responses: vec!["The budget is 5,000 USD per month now.".into()],
            confidence: 0.77,
            confidence_basis: vec!["coverage 84 %".into(), "margin 0.168".into()],
            ..figures::plan()
        },
        tech: TechReview {
            stages: vec![StageLoad {
                pattern: "serve.sagemaker-real-time".into(),
                arrivals_per_second: 420.0,
                capacity_per_second: 450.0,
                utilisation: 420.0 / 450.0,
                service_ms: 32.5,
                loaded_ms: 62.0,
                formula: "M/M/2: ρ = 420 ÷ 450".into(),
            }],
            path_latency_ms: Some(62.0),
            availability_percent: 99.9,
            failure_domains: vec![FailureDomain {
                name: "The region".into(),
                patterns: vec!["serve.sagemaker-real-time".into(), "feature.dynamodb".into()],
                effect: "No payment is scored.".into(),
            }],
            findings: vec![
                finding("tech.throughput.serve", Severity::Blocking, "The endpoint is nearly full at peak"),
                finding("tech.failure.region", Severity::Major, "One region fails as a whole"),
                finding("tech.note", Severity::Info, "The model is small"),
            ],
            ..figures::tech()
        },
        cost: CostReview {
            estimate: selected.cost.clone(),
            budget: Some(BudgetVerdict { limit_usd: 5000.0, used_share: 0.034, within: true }),
            savings: vec![SavingsOption {
                title: "A savings plan of one year".into(),
                monthly_usd: 40.0,
                trade_off: "A year's commitment.".into(),
                evidence: String::new(),
            }],
            trade_offs: vec!["A third instance costs 84 USD and takes 20 ms off the P95.".into()],
            findings: Vec::new(),
            ..figures::cost()
        },
        policy: PolicyReport {
            results: vec![
                rule("gdpr.encryption", Verdict::Pass, Severity::Blocking, Some(Framework::Gdpr)),
                rule("gdpr.residency", Verdict::Waived, Severity::Blocking, Some(Framework::Gdpr)),
                rule("pci.segmentation", Verdict::Fail, Severity::Major, Some(Framework::PciDss)),
                rule("hipaa.baa", Verdict::NotApplicable, Severity::Blocking, Some(Framework::Hipaa)),
            ],
            passed: 1,
            failed: 1,
            blocking: vec!["tech.throughput.serve".into()],
        },
        manifest: manifest(&packages()),
        validation: ValidationReport {
            checks: vec![
                check("ruff check", CheckStatus::Passed, Vec::new()),
                check(
                    "mypy",
                    CheckStatus::Failed,
                    vec![ToolFinding {
                        path: "src/fraud/service.py".into(),
                        line: Some(7),
                        rule: "arg-type".into(),
                        message: "Argument 1 has type `int | None`".into(),
                        blocking: true,
                    }],
                ),
                check("checkov", CheckStatus::NotRun, Vec::new()),
            ],
            passed: 1,
            failed: 1,
            not_run: 1,
            mends: Vec::new(),
        },
        review: ImplementationReview {
            findings: vec![finding("code.repository.registered", Severity::Major, "Nothing registers the model.")],
            traces: vec![RequirementTrace {
                field: ConstraintField::Latency,
                value: "P99 within 80 ms".into(),
                source: Source::Text,
                quotes: vec![Evidence { quote: "80 ms".into(), start: 0, end: 5 }],
                decisions: vec!["A service: holds the latency".into()],
                places: vec![place("terraform/alarms.tf", "alarm when answers come later")],
            }],
            standards: vec![place("Dockerfile", "the image runs without rights")],
            checked: 12,
            met: 11,
        },
    }
}

fn place(path: &str, says: &str) -> Place {
    Place {
        path: path.into(),
        line: 7,
        text: "threshold = 80 | 1".into(),
        says: says.into(),
        written_by: Node::Codegen.name(),
    }
}

/// A run of a vague text in which nobody was asked.
fn vague() -> Input {
    let mut component =
        component(Capability::Train, "train.sagemaker", "Training jobs", "Amazon SageMaker training", Vec::new());
    component.sizing = BTreeMap::new();
    let mut only = candidate("only", "Batch scoring", vec![component], estimate(Vec::new(), &[]), 0.5);
    only.scores = Vec::new();
    only.metrics.latency_p95_ms = None;
    only.metrics.max_per_second = None;
    Input {
        title: "Something with AI".into(),
        requirement: "We want something with AI.".into(),
        trigger: Trigger::Initial,
        constraints: ConstraintSet::default(),
        coverage: CoverageReport {
            score: 0.0,
            threshold: 0.8,
            sufficient: false,
            fields: Vec::new(),
            gaps: Vec::new(),
        },
        questions: None,
        gates: Vec::new(),
        plan: PlanDecision {
            candidates: vec![only],
            selected: "only".into(),
            reason: "It is the only candidate.".into(),
            assumptions: vec![Assumption { field: None, text: "Results are wanted once a day.".into() }],
            confidence: 0.2,
            ..PlanDecision::default()
        },
        tech: TechReview { availability_percent: 99.9, ..TechReview::default() },
        cost: CostReview {
            estimate: estimate(Vec::new(), &[]),
            budget: None,
            savings: Vec::new(),
            trade_offs: Vec::new(),
            findings: Vec::new(),
            ..CostReview::default()
        },
        policy: PolicyReport { results: Vec::new(), passed: 0, failed: 0, blocking: Vec::new() },
        manifest: RepositoryManifest {
            name: "something".into(),
            files: Vec::new(),
            total_bytes: 0,
            ..RepositoryManifest::default()
        },
        validation: ValidationReport::default(),
        review: ImplementationReview::default(),
    }
}

fn all(compiled: &Compiled) -> String {
    compiled.reports.iter().map(|report| format!("<<< {} >>>\n{}", report.path, report.content)).collect()
}

#[test]
fn the_documents_of_a_real_time_system() {
    insta::assert_snapshot!("fraud", all(&compile(&fraud(), &packages()).unwrap()));
}

#[test]
fn the_documents_of_a_vague_text() {
    insta::assert_snapshot!("vague", all(&compile(&vague(), &[]).unwrap()));
}

#[test]
fn the_card_says_what_is_open_and_what_was_accepted() {
    let input = fraud();
    let compiled = compile(&input, &packages()).unwrap();
    let card = card(&input, &compiled);
    assert_eq!(card.category, Category::Documentation);
    assert!(card.decision.contains("still open"), "{}", card.decision);
    assert!(card.reasoning.iter().any(|text| text.contains("grace@example.test")), "{:?}", card.reasoning);
    // 2 of 3 claims about constraints are known, coverage is 0.84, 2 of 3 checks ran.
    assert!((card.confidence.value - (2.0 / 3.0 + 0.84 + 2.0 / 3.0) / 3.0).abs() < 1e-3, "{:?}", card.confidence);
    for link in &card.evidence {
        let words: String =
            input.requirement.chars().skip(link.start as usize).take((link.end - link.start) as usize).collect();
        assert_eq!(words, link.quote);
    }
    assert_eq!(card.evidence.len(), 7);
    assert!(card.risks.iter().any(|risk| risk.severity == Priority::Critical), "the failed check blocks");
    assert!(!card.risks.iter().any(|risk| risk.text.contains("nearly full")), "an accepted finding is not open");
}

/// The run's record and memory as the harness would lay them out.
fn memory(input: &Input, second: i64) -> Memory {
    let run = Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 3,
        parent: None,
        title: input.title.clone(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress {
            percentage: 90,
            current: None,
            running: Vec::new(),
            completed: Vec::new(),
            eta_seconds: None,
        },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"input"),
        created_at: at(second),
        updated_at: at(second),
        ended_at: None,
    };
    let asked = DesignInput { requirement: input.requirement.clone(), ..DesignInput::default() };
    let mut gates = input.gates.clone();
    for gate in &mut gates {
        gate.opened_at = at(second);
        if let Some(decision) = &mut gate.decision {
            decision.at = at(second);
        }
    }
    let mut validation = input.validation.clone();
    for check in &mut validation.checks {
        check.duration_ms = second as u64;
    }
    let mut builder = MemoryBuilder::new(run, serde_json::to_value(asked).unwrap())
        .iteration(1)
        .gates(gates)
        .output("intake_extract", 0, &input.constraints)
        .unwrap()
        .output("coverage_check", 0, &input.coverage)
        .unwrap()
        .output("planner", 1, &input.plan)
        .unwrap()
        .output("critic_tech", 1, &input.tech)
        .unwrap()
        .output("critic_cost", 1, &input.cost)
        .unwrap()
        .output("policy_eval", 1, &input.policy)
        .unwrap()
        .output("codegen", 1, &input.manifest)
        .unwrap()
        .output("validators", 1, &validation)
        .unwrap()
        .output("critic_implementation", 1, &input.review)
        .unwrap();
    if let Some(questions) = &input.questions {
        builder = builder.output("adaptive_questions", 0, questions).unwrap();
    }
    builder.build()
}

fn think(input: &Input, second: i64) -> (Thought<ReportSet, NoSignal>, Arc<InMemoryBodies>) {
    let bodies = Arc::new(InMemoryBodies::default());
    for file in packages() {
        ready(bodies.put(file.content.as_bytes(), "text/plain")).unwrap();
    }
    let desk = Desk::new(bodies.clone());
    let recalled = RationaleCompile.recall(&memory(input, second)).unwrap();
    (ready(RationaleCompile.think(recalled, &desk)).unwrap(), bodies)
}

fn body(bodies: &InMemoryBodies, file: &RepositoryFile) -> String {
    let bytes = ready(bodies.get(&file.body.sha256)).unwrap();
    assert_eq!(bytes.len() as u64, file.body.size);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_document_is_stored_and_the_same_at_another_time() {
    for input in [fraud(), vague()] {
        let (first, bodies) = think(&input, 1);
        let (second, _) = think(&input, 5_000);
        assert_eq!(first.output, second.output, "ids, times and durations must not be in the documents");
        let paths: Vec<&str> = first.output.files.iter().map(|file| file.path.as_str()).collect();
        let mut sorted = paths.clone();
        sorted.sort_unstable();
        assert_eq!(paths, sorted);
        assert_eq!(paths.len(), 10);
        assert!(paths.contains(&first.output.main.as_str()));
        for file in &first.output.files {
            let content = body(&bodies, file);
            assert!(content.ends_with('\n') && !content.ends_with("\n\n"), "{}", file.path);
            if file.path.ends_with(".json") {
                serde_json::from_str::<Value>(&content).unwrap();
            }
        }
        // Links between the reports lead to reports.
        let main = first.output.files.iter().find(|file| file.path == first.output.main).unwrap();
        for rest in body(&bodies, main).split("](").skip(1) {
            let target = rest.split(')').next().unwrap();
            assert!(paths.contains(&format!("reports/{target}").as_str()), "{target}");
        }
    }
}

#[test]
fn the_documents_show_the_constraints_that_the_plan_answers() {
    let mut input = fraud();
    // A revision at the final gate raised the budget: the planner recorded it.
    input.plan.constraints = input.constraints.clone();
    input.plan.constraints.budget.as_mut().unwrap().value.usd_per_month = 5000.0;
    let recalled = RationaleCompile.recall(&memory(&input, 1)).unwrap();
    assert_eq!(recalled.trigger, Trigger::Revision);
    assert_eq!(recalled.constraints.budget.unwrap().value.usd_per_month, 5000.0);
    assert_eq!(recalled.gates.len(), 3);
}

#[test]
fn the_bill_of_materials_lists_every_pin() {
    let (thought, bodies) = think(&fraud(), 1);
    let file = thought.output.files.iter().find(|file| file.path == "reports/sbom.cdx.json").unwrap();
    let bom: Value = serde_json::from_str(&body(&bodies, file)).unwrap();
    assert_eq!((bom["bomFormat"].as_str(), bom["specVersion"].as_str()), (Some("CycloneDX"), Some("1.6")));
    let listed: Vec<&str> =
        bom["components"].as_array().unwrap().iter().map(|component| component["purl"].as_str().unwrap()).collect();
    let mut pins: Vec<String> = packages()
        .iter()
        .flat_map(|file| file.content.split(['\n', '"', '[', ']']))
        .filter(|part| part.contains("=="))
        .map(|pin| format!("pkg:pypi/{}", pin.replace("==", "@")))
        .collect();
    pins.sort();
    pins.dedup();
    assert_eq!(listed, pins);
}

#[test]
fn a_plan_without_its_candidate_is_an_error() {
    let mut input = fraud();
    input.plan.selected = "gone".into();
    assert!(matches!(compile(&input, &[]), Err(AgentError::MemoryIncomplete(_))));
}

/// Headings, tables, rows, cells, code blocks, links and anything raw of a document.
fn shape(markdown: &str) -> Vec<(String, usize)> {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES | Options::ENABLE_MATH;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for event in Parser::new_ext(markdown, options) {
        let name = match event {
            Event::Start(Tag::Heading { level, .. }) => format!("{level}"),
            Event::Start(Tag::Table(columns)) => format!("table of {}", columns.len()),
            Event::Start(Tag::TableRow) => "row".into(),
            Event::Start(Tag::CodeBlock(_)) => "code block".into(),
            Event::Start(Tag::Link { .. }) => "link".into(),
            Event::Start(Tag::Image { .. }) => "image".into(),
            Event::Start(Tag::Item) => "item".into(),
            Event::Start(Tag::BlockQuote(_)) => "quote".into(),
            Event::Start(Tag::Emphasis) => "emphasis".into(),
            Event::Start(Tag::Strikethrough) => "strikethrough".into(),
            Event::Html(_) | Event::InlineHtml(_) => "html".into(),
            Event::InlineMath(_) | Event::DisplayMath(_) => "math".into(),
            Event::Rule => "rule".into(),
            _ => continue,
        };
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Puts a text into every place that people and tools write to.
fn with_text(words: &str) -> Input {
    let mut input = fraud();
    input.title = words.into();
    input.requirement = words.into();
    input.constraints.latency.as_mut().unwrap().evidence[0].quote = words.into();
    input.constraints.latency.as_mut().unwrap().derivation = Some(words.into());
    input.gates[0].decision.as_mut().unwrap().actor.name = words.into();
    input.gates[0].questions[0].text = words.into();
    input.gates[0].decision.as_mut().unwrap().answers.insert("availability".into(), AnswerValue::Text(words.into()));
    input.plan.candidates[0].name = words.into();
    input.plan.candidates[0].components[2].name = words.into();
    input.plan.candidates[0].components[2].traces[0].quote = Some(words.into());
    input.plan.candidates[1].why_not = Some(words.into());
    input.tech.findings[0].title = words.into();
    input.policy.results[2].evidence = words.into();
    input.validation.checks[1].findings[0].message = words.into();
    input.validation.checks[1].findings[0].path = words.into();
    input.validation.checks[2].reason = Some(words.into());
    input.manifest.files[0].path = format!("a/{words}");
    input.review.findings[0].evidence = words.into();
    input.review.traces[0].quotes[0].quote = words.into();
    input.review.traces[0].decisions[0] = words.into();
    input.review.traces[0].places[0].path = words.into();
    input.review.standards[0].text = words.into();
    input
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_changes_the_shape_of_a_document(
        words in proptest::collection::vec(prop_oneof![
            "[a-z|`#*_<>\\[\\]()!&;$~\\\\ =+.-]{1,12}",
            Just("\n\n# x\n".to_owned()),
            Just("\n```\n".to_owned()),
            Just("\n| a | b |\n|---|---|\n".to_owned()),
            Just("<img src=x onerror=y>".to_owned()),
            Just("\n</details>\n".to_owned()),
        ], 1..6).prop_map(|parts| format!("w{}w", parts.concat()))
    ) {
        let plain = compile(&with_text("words"), &packages()).unwrap();
        let hostile = compile(&with_text(&words), &packages()).unwrap();
        for (plain, hostile) in plain.reports.iter().zip(&hostile.reports).filter(|(report, _)| report.path.ends_with(".md")) {
            prop_assert_eq!(shape(&plain.content), shape(&hostile.content), "{}: {}", hostile.path, hostile.content);
        }
    }
}

/// Assembled from pieces, so that no scanner takes this file for a leak.
fn planted() -> Vec<String> {
    let j = |parts: &[&str]| parts.concat();
    vec![
        j(&["AKIA", "QYLPMN5HHHFPZAM2"]),
        j(&["ghp_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"]),
        "ada.lovelace@engines.example".into(),
        "+49 170 1234567".into(),
        "4111 1111 1111 1111".into(),
        "hunter2!secret".into(),
        "210987654321".into(),
        "Grace Hopper".into(),
    ]
}

#[test]
fn no_report_tells_a_secret_of_the_requirement() {
    let p = planted();
    let words = format!(
        "Fraud scoring with {} and {}, mail {}, {}, card {}, password: {}, account {}. Contact: {}.",
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
    );
    let mut input = with_text("words");
    input.title = format!("Fraud {}", p[0]);
    input.requirement.clone_from(&words);
    input.constraints.latency.as_mut().unwrap().evidence[0].quote.clone_from(&words);
    input.constraints.latency.as_mut().unwrap().derivation = Some(format!("from {}", p[6]));
    input.gates[0].decision.as_mut().unwrap().comment = Some(format!("ask {}", p[2]));
    input.plan.candidates[0].components[2].traces[0].quote = Some(p[1][3..25].to_owned());
    input.review.traces[0].quotes[0].quote = words;
    input.tech.findings[0].title = format!("too slow for {}", p[7]);
    let compiled = compile(&input, &packages()).unwrap();
    assert!(compiled.reports.len() > 5);
    for report in &compiled.reports {
        for secret in p.iter().map(String::as_str).chain([&p[1][3..25]]) {
            assert!(!report.content.contains(secret), "{} tells {secret}", report.path);
        }
    }
    let report = compiled.reports.iter().find(|report| report.path == ARCHITECTURE).unwrap();
    for label in
        ["access key", "token", "e-mail address", "phone number", "payment card", "password", "account id", "name"]
    {
        let shown = format!("removed: {label}");
        assert!(report.content.contains(&shown), "the reader sees that something was taken out: {shown}");
    }
}
