use agent::MemoryBuilder;
use design::{
    cost::{BudgetVerdict, CostEstimate},
    plan::CandidateMetrics,
};
use run::{
    answer::Answers,
    body::{BodyRef, Sha256Hex},
    gate::{Actor, AutoApproval, Gate, GateDecision, GateId, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    record::{Progress, Run, RunStatus, Variant},
};

use super::*;

fn run() -> Run {
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "Churn".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 7,
        last_sequence: 7,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

fn estimate() -> CostEstimate {
    CostEstimate { low_usd: 90.5, expected_usd: 412.3, high_usd: 800.0, lines: vec![], assumptions: vec![] }
}

fn plan(selected: &str) -> PlanDecision {
    PlanDecision {
        candidates: vec![Candidate {
            id: "lean".into(),
            name: "Lean endpoint".into(),
            summary: "One endpoint, one bucket".into(),
            components: vec![],
            network: None,
            metrics: CandidateMetrics {
                monthly_usd: 412.3,
                latency_p95_ms: Some(80.0),
                max_per_second: None,
                availability_percent: 99.9,
                operations_hours_per_month: 4.0,
                risk: 0.2,
            },
            cost: estimate(),
            scores: vec![],
            total_score: 0.8,
            violations: vec![],
            why_not: None,
        }],
        selected: selected.into(),
        reason: "cheapest".into(),
        confidence: 0.62,
        confidence_basis: vec!["coverage 0.7".into()],
        ..PlanDecision::default()
    }
}

fn finding(id: &str, severity: Severity) -> Finding {
    Finding {
        id: id.into(),
        severity,
        title: "too slow".into(),
        evidence: "1 > 0".into(),
        remedy: "another".into(),
        patterns: vec![],
        replan: true,
    }
}

fn prepare(
    iteration: u32,
    selected: &str,
    findings: Vec<Finding>,
    blocking: &[&str],
    gates: Vec<Gate>,
) -> Result<GateDraft, AgentError> {
    prepare_within(500.0, plan(selected), iteration, findings, blocking, gates)
}

fn prepare_within(
    limit_usd: f64,
    plan: PlanDecision,
    iteration: u32,
    findings: Vec<Finding>,
    blocking: &[&str],
    gates: Vec<Gate>,
) -> Result<GateDraft, AgentError> {
    let tech = TechReview {
        stages: vec![],
        path_latency_ms: Some(123.4),
        availability_percent: 99.9,
        failure_domains: vec![],
        findings,
        ..TechReview::default()
    };
    let cost = CostReview {
        estimate: estimate(),
        budget: Some(BudgetVerdict { limit_usd, used_share: 412.3 / limit_usd, within: limit_usd >= 412.3 }),
        savings: vec![],
        trade_offs: vec![],
        findings: vec![],
        ..CostReview::default()
    };
    let policy = PolicyReport {
        results: vec![],
        passed: 9,
        failed: 0,
        blocking: blocking.iter().map(|id| (*id).to_owned()).collect(),
    };
    let memory = MemoryBuilder::new(run(), json!({}))
        .iteration(iteration)
        .gates(gates)
        .output("planner", iteration, &plan)?
        .output("critic_tech", iteration, &tech)?
        .output("critic_cost", iteration, &cost)?
        .output("policy_eval", iteration, &policy)?
        .build();
    FinalGate { max_plan_rounds: 6 }.prepare(&memory)
}

fn decided(iteration: u32, decision: Decision) -> Gate {
    Gate {
        id: GateId { kind: GateKind::Final, iteration },
        status: GateStatus::Answered,
        subject_hash: Sha256Hex::of(b""),
        summary: String::new(),
        questions: vec![],
        risks: vec![],
        options: vec![],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: vec![] },
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: jiff::Timestamp::UNIX_EPOCH,
        held: false,
        decision: Some(GateDecision {
            decision,
            actor: Actor { name: "local".into() },
            at: jiff::Timestamp::UNIX_EPOCH,
            comment: Some("cheaper".into()),
            answers: Answers::new(),
            defaulted: vec![],
        }),
    }
}

#[test]
fn the_summary_says_what_a_person_needs_to_decide() {
    let draft = prepare(0, "lean", vec![finding("tech.a", Severity::Minor)], &[], vec![]).unwrap();
    assert_eq!(
        draft.summary,
        "Lean endpoint: One endpoint, one bucket. Expected $412 a month ($90.50 to $800), within the budget of $500. \
         P95 latency 123 ms. 1 findings, 0 of 9 policy rules failed, nothing blocks."
    );
    assert!(draft.risks.is_empty());
    assert_eq!(draft.confidence, Some(0.62));
    assert_eq!(draft.card.confidence.value, 0.62);
    assert_eq!(draft.options, vec![Decision::Approve, Decision::Revise, Decision::Reject]);
}

#[test]
fn each_blocking_point_keeps_the_timer_from_deciding_once() {
    let findings = vec![finding("tech.slow", Severity::Blocking), finding("tech.minor", Severity::Major)];
    let draft = prepare(0, "lean", findings, &["tech.slow", "gdpr.residency"], vec![]).unwrap();
    assert_eq!(draft.risks.len(), 2, "{:?}", draft.risks);
    assert!(draft.risks[0].contains("too slow"));
    assert!(draft.risks[1].contains("gdpr.residency"));
    assert_eq!(draft.card.risks.len(), 2);
    assert_eq!(draft.card.risks[0].mitigation, "another");
    assert_eq!(draft.card.priority, Priority::Critical);
}

#[test]
fn a_cost_over_the_budget_is_for_a_person_also_when_no_critic_says_so() {
    let over = |blocking: &[&str]| prepare_within(300.0, plan("lean"), 0, vec![], blocking, vec![]).unwrap().risks;
    assert_eq!(over(&[]), ["the expected $412 a month is over the budget of $300"]);
    // Said once.
    assert_eq!(over(&["budget.expected"]), ["`budget.expected` is blocking"]);
}

#[test]
fn a_broken_constraint_is_for_a_person_also_when_no_critic_says_so() {
    let mut broken = plan("lean");
    broken.candidates[0].violations.push("P99 90 ms of 80 ms".into());
    let draft = prepare_within(500.0, broken, 0, vec![], &[], vec![]).unwrap();
    assert_eq!(draft.risks, ["the plan breaks a constraint: P99 90 ms of 80 ms"]);
}

#[test]
fn a_revision_is_no_longer_offered_at_the_bound() {
    let draft = prepare(6, "lean", vec![], &[], vec![]).unwrap();
    assert_eq!(draft.options, vec![Decision::Approve, Decision::Reject]);
    assert!(prepare(5, "lean", vec![], &[], vec![]).unwrap().options.contains(&Decision::Revise));
}

#[test]
fn what_is_shown_changes_the_subject() {
    let one = prepare(0, "lean", vec![], &[], vec![]).unwrap().subject;
    let other = prepare(0, "lean", vec![finding("tech.a", Severity::Info)], &[], vec![]).unwrap().subject;
    assert_ne!(one, other);
}

#[test]
fn the_card_says_why_the_run_came_here_again() {
    let trigger = |iteration, gates| prepare(iteration, "lean", vec![], &[], gates).unwrap().card.trigger;
    assert_eq!(trigger(0, vec![]), Trigger::Initial);
    assert_eq!(trigger(1, vec![decided(0, Decision::Revise)]), Trigger::Revision);
    assert_eq!(trigger(2, vec![]), Trigger::Findings);
}

#[test]
fn a_plan_without_its_candidate_is_refused() {
    assert_eq!(prepare(0, "gone", vec![], &[], vec![]).unwrap_err().name(), "MemoryIncomplete");
}
