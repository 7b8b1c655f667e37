//! A run as the state machine would have left it, written through the store.

use design::{
    constraint::{Cloud, ConstraintSet, Source, Stated},
    cost::{CostEstimate, CostReview},
    coverage::CoverageReport,
    finding::TechReview,
    node::Node,
    plan::{Candidate, CandidateMetrics, Capability, Component, PlanDecision},
    policy::PolicyReport,
    question::QuestionSet,
    repository::{ConflictKind, EditConflict, ReportSet, RepositoryFile, RepositoryManifest},
    validation::ValidationReport,
    version::PersistedVersion,
};
use jiff::{SignedDuration, Timestamp};
use run::{
    answer::AnswerValue,
    artifact::Artifact,
    body::{BodyRef, Sha256Hex},
    card::{Category, Confidence, Impact, ReasonCard, Trigger},
    event::{EventBody, NodeComplete, NodeStart, WorkflowComplete},
    gate::{AutoApproval, Decision, Gate, GateId, GateKind, GateStatus},
    id::RunKey,
    node::{ModelUse, NodeRecord, Step, Thinker},
    question::{DefaultBasis, Field, Priority, Question, SmartDefault},
    record::{Progress, RunStatus},
};
use serde::Serialize;
use store::{Change, Store, StoreError, TaskToken};

pub fn later(seconds: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

pub fn gate(kind: GateKind, iteration: u32) -> Gate {
    let budget = Question {
        id: "budget".into(),
        text: "How much may it cost? 予算 💶".into(),
        why: "Sizes everything.".into(),
        priority: Priority::High,
        field: Field::Number { unit: "USD per month".into(), minimum: 10.0, maximum: 1e6 },
        default: SmartDefault {
            value: AnswerValue::Number(1200.0),
            confidence: 0.7,
            reason: "usual".into(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
    };
    let (questions, options) = match kind {
        GateKind::Input => (vec![budget], vec![Decision::Approve]),
        GateKind::Final => (Vec::new(), vec![Decision::Approve, Decision::Revise, Decision::Reject]),
    };
    Gate {
        id: GateId { kind, iteration },
        status: GateStatus::Pending,
        subject_hash: Sha256Hex::of(b"what is shown"),
        summary: "What is shown".into(),
        questions,
        risks: Vec::new(),
        options,
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: Vec::new() },
        opened_at: Timestamp::now(),
        expires_at: later(300),
        held: false,
        decision: None,
    }
}

pub async fn commit(store: &Store, key: &RunKey, change: Change) {
    store.update::<StoreError, _>(key, |_| Ok(change.clone())).await.unwrap();
}

/// Opens a gate, and lets a task wait at it.
pub async fn open_gate(store: &Store, key: &RunKey, gate: Gate) {
    let (id, expires_at) = (gate.id.clone(), gate.expires_at);
    commit(store, key, Change::by_attempt(1).open_gate(gate)).await;
    let token = TaskToken(format!("token of {id}"));
    store.attach_token(key, 1, &id, token, expires_at).await.unwrap();
}

pub async fn put(store: &Store, key: &RunKey, bytes: &[u8]) -> BodyRef {
    store.put_body(&key.owner, &key.project, bytes, "text/plain").await.unwrap()
}

/// Stores a node's result with the events that its harness would write.
pub async fn node(store: &Store, key: &RunKey, node: Node, iteration: u32, output: &impl Serialize) {
    advised_node(store, key, node, iteration, output, None).await;
}

/// The same for one that asked a model.
pub async fn advised_node(
    store: &Store,
    key: &RunKey,
    node: Node,
    iteration: u32,
    output: &impl Serialize,
    model: Option<ModelUse>,
) {
    let step = Step { node: node.name(), iteration };
    let progress = Progress {
        percentage: 40,
        current: Some(step.clone()),
        running: Vec::new(),
        completed: vec![],
        eta_seconds: None,
    };
    let start = EventBody::NodeStart(NodeStart { step: step.clone(), progress: progress.clone() });
    commit(store, key, Change::by_attempt(1).event(start).status(RunStatus::Running)).await;
    let output = put(store, key, &serde_json::to_vec(output).unwrap()).await;
    let record = NodeRecord {
        step: step.clone(),
        attempt: 1,
        thinker: Thinker::BuiltInRules,
        tokens_total: 0,
        started_at: Timestamp::now(),
        duration_ms: 12,
        ok: true,
        output,
        signal: serde_json::json!({}),
        model,
    };
    let card = ReasonCard {
        agent: node.as_str().into(),
        step: step.clone(),
        trigger: Trigger::Initial,
        category: Category::Architecture,
        priority: Priority::Medium,
        decision: "decided".into(),
        reasoning: vec![],
        confidence: Confidence { value: 0.5, basis: vec!["a test".into()] },
        inputs: vec![],
        outputs: vec![],
        alternatives: vec![],
        policy_results: vec![],
        impact: Impact::default(),
        risks: vec![],
        evidence: vec![],
        thinker: Thinker::BuiltInRules,
    };
    let complete = NodeComplete { step, duration_ms: 12, summary: "done".into(), progress: progress.clone() };
    let mut change = Change::by_attempt(1)
        .events([EventBody::ReasonCard(card), EventBody::NodeComplete(complete)])
        .progress(progress)
        .node(record);
    if node == Node::CriticCost {
        change = change.cost(iteration, serde_json::json!({"expected_usd": 100.0}));
    }
    commit(store, key, change).await;
}

/// What differs between two sample runs.
pub struct Design {
    pub cloud: Cloud,
    pub instances: &'static str,
    pub usd: f64,
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// What is generated where a person's first file contradicts it.
    pub generated_beside: Option<Vec<u8>>,
}

fn estimate(usd: f64) -> CostEstimate {
    CostEstimate { low_usd: usd, expected_usd: usd, high_usd: usd, lines: vec![], assumptions: vec![] }
}

fn constraints(design: &Design) -> ConstraintSet {
    let cloud =
        Stated { value: design.cloud, confidence: 0.9, source: Source::Text, evidence: vec![], derivation: None };
    ConstraintSet { cloud: Some(cloud), ..ConstraintSet::default() }
}

fn plan(design: &Design) -> PlanDecision {
    let component = Component {
        capability: Capability::Serve,
        pattern: "serve.sagemaker-real-time".into(),
        name: "SageMaker endpoint".into(),
        services: vec!["Amazon SageMaker".into()],
        sizing: [("instance_count".to_owned(), design.instances.to_owned())].into(),
        max_per_second: Some(100.0),
        latency_ms: 20.0,
        availability_percent: 99.9,
        rationale: "fits".into(),
        traces: vec![],
    };
    let metrics = CandidateMetrics {
        monthly_usd: design.usd,
        latency_p95_ms: Some(20.0),
        max_per_second: None,
        availability_percent: 99.9,
        operations_hours_per_month: 2.0,
        risk: 0.1,
    };
    let candidate = Candidate {
        id: "c1".into(),
        name: "Managed".into(),
        summary: "Managed parts".into(),
        components: vec![component],
        network: None,
        metrics,
        cost: estimate(design.usd),
        scores: vec![],
        total_score: 0.9,
        violations: vec![],
        why_not: None,
    };
    PlanDecision {
        constraints: constraints(design),
        candidates: vec![candidate],
        selected: "c1".into(),
        reason: "best".into(),
        confidence: 0.8,
        confidence_basis: vec!["a test".into()],
        ..PlanDecision::default()
    }
}

/// The decisions of a run through both gates, up to the code.
pub async fn decide(store: &Store, key: &RunKey, design: &Design) {
    let constraints = constraints(design);
    let coverage = CoverageReport { score: 0.6, threshold: 0.8, sufficient: false, fields: vec![], gaps: vec![] };
    let questions = QuestionSet { questions: gate(GateKind::Input, 0).questions, ..QuestionSet::default() };
    let review = TechReview {
        stages: vec![],
        path_latency_ms: None,
        availability_percent: 99.9,
        failure_domains: vec![],
        findings: vec![],
        ..TechReview::default()
    };
    let cost = CostReview {
        estimate: estimate(design.usd),
        budget: None,
        savings: vec![],
        trade_offs: vec![],
        findings: vec![],
        ..CostReview::default()
    };
    let policy = PolicyReport { results: vec![], passed: 0, failed: 0, blocking: vec![] };
    node(store, key, Node::IntakeExtract, 0, &ConstraintSet::default()).await;
    node(store, key, Node::CoverageCheck, 0, &coverage).await;
    node(store, key, Node::AdaptiveQuestions, 0, &questions).await;
    node(store, key, Node::HitlGateInput, 0, &serde_json::json!({})).await;
    open_gate(store, key, gate(GateKind::Input, 0)).await;
    answer(store, key, GateKind::Input).await;
    node(store, key, Node::IntakeExtract, 1, &constraints).await;
    node(store, key, Node::CoverageCheck, 1, &coverage).await;
    node(store, key, Node::Planner, 0, &plan(design)).await;
    node(store, key, Node::CriticTech, 0, &review).await;
    node(store, key, Node::CriticCost, 0, &cost).await;
    node(store, key, Node::PolicyEval, 0, &policy).await;
    node(store, key, Node::HitlGateFinal, 0, &serde_json::json!({})).await;
    open_gate(store, key, gate(GateKind::Final, 0)).await;
    answer(store, key, GateKind::Final).await;
}

async fn answer(store: &Store, key: &RunKey, kind: GateKind) {
    let gate = gate(kind, 0);
    let (answers, defaulted) = gate.complete(&Default::default());
    let decision = run::gate::GateDecision {
        decision: Decision::Approve,
        actor: run::gate::Actor { name: "somebody".into() },
        at: Timestamp::now(),
        comment: Some("as it should be".into()),
        answers,
        defaulted,
    };
    store.decide_gate(key, None, &gate.id, store::Verdict::Answered(decision)).await.unwrap();
}

/// The code of a run, its reports and its end.
pub async fn complete(store: &Store, key: &RunKey, design: &Design) {
    let mut files = Vec::new();
    for (path, bytes) in &design.files {
        let body = put(store, key, bytes).await;
        let (path, purpose) = ((*path).to_owned(), "a test".to_owned());
        files.push(RepositoryFile {
            path,
            body,
            executable: false,
            purpose,
            patterns: vec![],
            written_by: "codegen".into(),
        });
    }
    let artifact = |path: String, body: &BodyRef| Artifact {
        path,
        kind: "repository_file".into(),
        content_type: "text/x-python".into(),
        sha256: body.sha256.clone(),
        size_bytes: body.size,
    };
    let artifacts: Vec<_> =
        files.iter().map(|file| artifact(format!("repository/{}", file.path), &file.body)).collect();
    let conflicts = match &design.generated_beside {
        Some(generated) => vec![EditConflict {
            path: files[0].path.clone(),
            kind: ConflictKind::BothChanged,
            yours: Some(files[0].body.clone()),
            generated: Some(put(store, key, generated).await),
            base: None,
            by: run::gate::Actor { name: "somebody".into() },
        }],
        None => Vec::new(),
    };
    let manifest =
        RepositoryManifest { name: "churn".into(), files, total_bytes: 0, conflicts, ..RepositoryManifest::default() };
    node(store, key, Node::Codegen, 0, &manifest).await;
    let validation = ValidationReport::default();
    node(store, key, Node::Validators, 0, &validation).await;
    let report = put(store, key, b"# Report\n").await;
    let report = RepositoryFile {
        path: "reports/architecture.md".into(),
        body: report,
        executable: false,
        purpose: "the report".into(),
        patterns: vec![],
        written_by: "rationale_compile".into(),
    };
    node(store, key, Node::RationaleCompile, 0, &ReportSet { main: report.path.clone(), files: vec![report] }).await;
    let zip = put(store, key, b"PK\x03\x04\xff\xfe").await;
    let bundle = Artifact { kind: "bundle".into(), ..artifact("repository.zip".into(), &zip) };
    let git = put(store, key, b"# v2 git bundle\n\n\xff").await;
    let history = Artifact { kind: "git_bundle".into(), ..artifact("repository.bundle".into(), &git) };
    let artifacts = [artifacts, vec![bundle.clone(), history.clone()]].concat();
    let version = PersistedVersion {
        bundle,
        history: Some(history),
        artifacts: artifacts.clone(),
        diff: None,
        summary: "a repository".into(),
    };
    node(store, key, Node::DiffAndPersist, 0, &version).await;
    let end = WorkflowComplete { status: RunStatus::Completed, summary: "done".into() };
    let change = Change::by_attempt(1).artifacts(artifacts).status(RunStatus::Completed);
    commit(store, key, change.event(EventBody::WorkflowComplete(end))).await;
}

pub fn design() -> Design {
    Design {
        cloud: Cloud::Aws,
        instances: "2",
        usd: 1000.0,
        files: vec![("app.py", b"x = 1\nkeep = True\n".to_vec()), ("old.py", b"gone\n".to_vec())],
        generated_beside: None,
    }
}
