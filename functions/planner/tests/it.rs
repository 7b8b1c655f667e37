//! The planner over very different requirements.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use agent::{Agent, Desk, InMemoryBodies, MemoryBuilder};
use design::{
    constraint::{ConstraintField, ConstraintSet},
    cost::{CostEstimate, CostReview},
    finding::{Finding, Severity, TechReview},
    plan::{Capability, PlanDecision},
};
use estimate::mock::{requirement, requirements};
use planner::Planner;
use run::{
    body::{BodyRef, Sha256Hex},
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    node::NodeInput,
    record::{Progress, Run, RunStatus, Variant},
};

fn a_run() -> Run {
    Run {
        id: "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse::<RunId>().unwrap(),
        project_id: "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse::<ProjectId>().unwrap(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "A test".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
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

fn revision_gate(iteration: u32, comment: &str) -> Gate {
    Gate {
        id: GateId { kind: GateKind::Final, iteration },
        status: GateStatus::Answered,
        subject_hash: Sha256Hex::of(b"plan"),
        summary: String::new(),
        questions: vec![],
        risks: Vec::new(),
        options: vec![Decision::Approve, Decision::Revise, Decision::Reject],
        auto_approval: AutoApproval { allowed: false, threshold: 0.8, blockers: vec![] },
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: jiff::Timestamp::UNIX_EPOCH,
        held: false,
        decision: Some(GateDecision {
            decision: Decision::Revise,
            actor: Actor { name: "someone".into() },
            at: jiff::Timestamp::UNIX_EPOCH,
            comment: Some(comment.into()),
            answers: Default::default(),
            defaulted: vec![],
        }),
    }
}

/// Plans through the agent itself, as the harness does, and returns the card's text too.
fn think(memory: MemoryBuilder) -> (PlanDecision, agent::CardDraft) {
    let memory = memory.build();
    let input = Planner.recall(&memory).unwrap();
    let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let thought = runtime.block_on(Planner.think(input, &desk)).unwrap();
    (thought.output, thought.card)
}

fn memory(constraints: &ConstraintSet) -> MemoryBuilder {
    MemoryBuilder::new(a_run(), serde_json::json!({"requirement": "a test"}))
        .output("intake_extract", 0, constraints)
        .unwrap()
}

fn first(constraints: &ConstraintSet) -> PlanDecision {
    think(memory(constraints)).0
}

fn revised(constraints: &ConstraintSet, comments: &[&str]) -> Vec<PlanDecision> {
    let mut plans = vec![first(constraints)];
    for round in 1..=comments.len() {
        let mut memory = memory(constraints);
        for (at, plan) in plans.iter().enumerate() {
            memory = memory.output("planner", at as u32, plan).unwrap();
        }
        let gates =
            comments[..round].iter().enumerate().map(|(at, comment)| revision_gate(at as u32, comment)).collect();
        plans.push(think(memory.iteration(round as u32).gates(gates)).0);
    }
    plans
}

fn pattern(plan: &PlanDecision, capability: Capability) -> &str {
    let components = &plan.selected().unwrap().components;
    &components.iter().find(|component| component.capability == capability).unwrap().pattern
}

#[test]
fn every_requirement_gets_a_complete_comparison() {
    for (name, constraints) in requirements() {
        let (plan, card) = think(memory(&constraints));
        let selected = plan.selected().unwrap();
        println!(
            "\n=== {name}: {} ({} candidates, confidence {})\n{}\n{}",
            selected.name,
            plan.candidates.len(),
            plan.confidence,
            selected.summary,
            plan.reason
        );
        for candidate in &plan.candidates {
            println!(
                "  {:.3} {} | {} | {:?} | {:?}",
                candidate.total_score, candidate.id, candidate.summary, candidate.violations, candidate.why_not
            );
        }
        assert!(plan.candidates.len() >= 3, "{name}: {}", plan.candidates.len());
        let ids: std::collections::BTreeSet<_> = plan.candidates.iter().map(|candidate| &candidate.id).collect();
        assert_eq!(ids.len(), plan.candidates.len(), "{name}");
        for candidate in &plan.candidates {
            let capabilities: Vec<_> = candidate.components.iter().map(|component| component.capability).collect();
            assert_eq!(capabilities, Capability::ALL, "{name}");
            let weights: f64 = candidate.scores.iter().map(|score| score.weight).sum();
            assert!((weights - 1.0).abs() < 1e-9, "{name}");
            let total: f64 = candidate.scores.iter().map(|score| score.weight * score.score).sum();
            assert!((total - candidate.total_score).abs() < 1e-9, "{name}");
            let sum: f64 = candidate.cost.lines.iter().map(|line| line.monthly_usd).sum();
            assert!((sum - candidate.metrics.monthly_usd).abs() < 1e-6, "{name}");
            assert_eq!(candidate.why_not.is_none(), candidate.id == plan.selected, "{name}");
            assert!(
                candidate
                    .components
                    .iter()
                    .all(|component| !component.rationale.is_empty() && !component.traces.is_empty())
            );
        }
        let feasible: Vec<f64> =
            plan.candidates.iter().filter(|one| one.violations.is_empty()).map(|one| one.total_score).collect();
        assert!(feasible.is_sorted_by(|a, b| a >= b), "{name}: best first");
        assert!((0.0..=1.0).contains(&plan.confidence) && plan.confidence_basis.len() >= 3);
        assert!(!card.alternatives.is_empty() && !card.reasoning.is_empty(), "{name}");
        assert!(plan.responses.is_empty(), "{name}: nothing was asked back yet");
    }
}

#[test]
fn possible_requirements_are_met_and_impossible_ones_say_what_has_to_give() {
    for (name, constraints) in requirements() {
        let plan = first(&constraints);
        let selected = plan.selected().unwrap();
        if name.starts_with("impossible") || name == "another cloud" {
            assert!(!selected.violations.is_empty(), "{name}");
            assert!(!plan.relaxations.is_empty() && plan.reason.contains("would do"), "{name}: {}", plan.reason);
        } else {
            assert!(selected.violations.is_empty(), "{name}: {:?}", selected.violations);
            let feasible = plan.candidates.iter().filter(|candidate| candidate.violations.is_empty()).count();
            assert!(feasible >= 3, "{name}: {feasible} feasible");
        }
    }
}

#[test]
fn when_only_the_budget_is_too_small_the_nearest_is_the_cheapest() {
    let plan = first(&requirement("impossible: only the budget"));
    let way = plan.relaxations.iter().find(|way| {
        let fields: Vec<ConstraintField> = way.changes.iter().map(|change| change.field).collect();
        fields == [ConstraintField::Budget]
    });
    let usd = plan.selected().unwrap().metrics.monthly_usd;
    assert!(usd <= way.unwrap().monthly_usd * 1.05, "{usd} against {way:?}");
}

#[test]
fn fraud_gets_features_that_are_looked_up() {
    let plan = first(&requirement("real-time fraud"));
    assert!(
        ["feature.dynamodb-online", "feature.sagemaker-feature-store"].contains(&pattern(&plan, Capability::Feature))
    );
}

#[test]
fn different_requirements_get_different_designs() {
    let serve = |name: &str| pattern(&first(&requirement(name)), Capability::Serve).to_owned();
    assert!(["serve.sagemaker-real-time", "serve.ecs-fargate"].contains(&serve("real-time fraud").as_str()));
    assert!(serve("nightly churn").contains("batch"), "{}", serve("nightly churn"));
    assert!(serve("retrieval over health documents").starts_with("serve.bedrock"));
    assert!(["serve.greengrass-edge", "serve.ecs-edge-container"].contains(&serve("edge vision").as_str()));
    let stream = first(&requirement("sensor stream"));
    assert!(
        ["ingest.kinesis-data-streams", "ingest.iot-core", "ingest.msk-serverless"]
            .contains(&pattern(&stream, Capability::Ingest))
    );
    let designs: std::collections::BTreeSet<String> =
        requirements().iter().map(|(_, constraints)| first(constraints).selected).collect();
    assert!(designs.len() >= 8, "{} different designs of {}", designs.len(), requirements().len());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (name, constraints) in requirements() {
        let write = || serde_json::to_string(&first(&constraints)).unwrap();
        assert_eq!(write(), write(), "{name}");
    }
}

#[test]
fn what_is_excluded_is_not_used() {
    let mut constraints = requirement("recommender");
    for tool in ["sagemaker", "lambda", "step_functions"] {
        constraints.tooling = estimate::mock::said(
            design::constraint::Tooling { preferred: vec![], excluded: vec![tool.to_owned()] },
            "without",
        );
        let plan = first(&constraints);
        let catalogue = knowledge::catalogue::Catalogue::embedded().unwrap();
        let selected = plan.selected().unwrap();
        assert!(selected.violations.is_empty(), "{tool}: {:?}", selected.violations);
        for component in &selected.components {
            assert!(!catalogue.pattern(&component.pattern).unwrap().is_called(tool), "{tool}: {}", component.pattern);
        }
    }
}

#[test]
fn a_preference_is_followed_when_it_suits() {
    let mut constraints = requirement("recommender");
    for (tool, wanted) in
        [("kubernetes", "serve.eks"), ("fargate", "serve.ecs-fargate"), ("sagemaker", "serve.sagemaker-real-time")]
    {
        constraints.tooling = estimate::mock::said(
            design::constraint::Tooling { preferred: vec![tool.to_owned()], excluded: vec![] },
            "with",
        );
        let plan = first(&constraints);
        assert!(
            plan.candidates.iter().any(|candidate| candidate.id.contains(wanted.trim_start_matches("serve."))),
            "{tool}"
        );
    }
}

#[test]
fn a_comment_changes_the_plan_as_asked() {
    let constraints = requirement("recommender");
    let plans = revised(&constraints, &["use Fargate instead of SageMaker, no Kinesis"]);
    let (before, after) = (&plans[0], &plans[1]);
    assert!(!after.selected.contains("sagemaker"), "{} -> {}", before.selected, after.selected);
    assert!(after.selected.contains("fargate") && !after.selected.contains("kinesis"));
    let responses = after.responses.join("\n");
    assert!(responses.contains("use fargate") && responses.contains("do without sagemaker"), "{responses}");
    assert!(after.excluded.iter().any(|exclusion| exclusion.pattern == "serve.sagemaker-real-time"));

    let plans = revised(&constraints, &["use EKS please", "cheaper", "paint it blue"]);
    assert_eq!(pattern(&plans[1], Capability::Serve), "serve.eks");
    let usd = |plan: &PlanDecision| plan.selected().unwrap().metrics.monthly_usd;
    assert!(
        usd(&plans[2]) < usd(&plans[1]) || plans[2].responses.join(" ").contains("No combination"),
        "{:?}",
        plans[2].responses
    );
    assert!(plans[3].responses.join(" ").contains("Not understood: “paint it blue”"), "{:?}", plans[3].responses);
}

#[test]
fn numbers_in_a_comment_are_constraints() {
    let constraints = requirement("nightly churn");
    let plans = revised(&constraints, &["We have only $5 a month"]);
    assert!(
        plans[1].selected().unwrap().violations.iter().any(|violation| violation.contains("budget")),
        "{:?}",
        plans[1].selected().unwrap().violations
    );
    let plans = revised(&requirement("sensor stream"), &["within 400 ms at p99"]);
    assert!(
        plans[1]
            .selected()
            .unwrap()
            .components
            .iter()
            .any(|component| component.traces.iter().any(|trace| trace.claim.contains("of 400 ms")))
    );
}

#[test]
fn a_finding_that_asks_for_another_plan_gets_one_and_it_stays() {
    let constraints = requirement("real-time fraud");
    let plan = first(&constraints);
    let faulty = pattern(&plan, Capability::Serve).to_owned();
    let finding = Finding {
        id: "tech.throughput.test".into(),
        severity: Severity::Blocking,
        title: "too small".into(),
        evidence: "1 < 2".into(),
        remedy: "another".into(),
        patterns: vec![faulty.clone()],
        replan: true,
    };
    let review = TechReview {
        stages: vec![],
        path_latency_ms: None,
        availability_percent: 99.0,
        failure_domains: vec![],
        findings: vec![finding],
        ..TechReview::default()
    };
    let second = think(
        memory(&constraints)
            .output("planner", 0, &plan)
            .unwrap()
            .output("critic_tech", 0, &review)
            .unwrap()
            .iteration(1),
    );
    assert_ne!(pattern(&second.0, Capability::Serve), faulty);
    assert!(second.0.responses.join(" ").contains(&faulty), "{:?}", second.0.responses);
    assert_eq!(second.1.trigger, run::card::Trigger::Findings);
    // A third round without that finding does not bring the pattern back: no to and fro.
    let third = think(
        memory(&constraints).output("planner", 0, &plan).unwrap().output("planner", 1, &second.0).unwrap().iteration(2),
    );
    assert_ne!(pattern(&third.0, Capability::Serve), faulty);
}

#[test]
fn a_cost_finding_leads_to_a_cheaper_plan() {
    let constraints = requirement("recommender");
    let plan = first(&constraints);
    let usd = plan.selected().unwrap().metrics.monthly_usd;
    let review = CostReview {
        estimate: CostEstimate { low_usd: usd, expected_usd: usd, high_usd: usd, lines: vec![], assumptions: vec![] },
        budget: None,
        savings: vec![],
        trade_offs: vec![],
        findings: vec![Finding {
            id: "cost.budget".into(),
            severity: Severity::Blocking,
            title: "over".into(),
            evidence: String::new(),
            remedy: String::new(),
            patterns: vec![pattern(&plan, Capability::Serve).to_owned()],
            replan: true,
        }],
        ..CostReview::default()
    };
    let second = think(
        memory(&constraints)
            .output("planner", 0, &plan)
            .unwrap()
            .output("critic_cost", 0, &review)
            .unwrap()
            .iteration(1),
    );
    assert!(second.0.selected().unwrap().metrics.monthly_usd < usd);
}

#[test]
fn confidence_grows_with_what_is_known_and_falls_with_what_is_broken() {
    let confidence = |name: &str| first(&requirement(name)).confidence;
    assert!(confidence("nothing said") < confidence("recommender"));
    assert!(confidence("impossible: big and fast for ten dollars") < confidence("real-time fraud"));
}

#[test]
fn the_sample_events_are_inputs_of_a_node() {
    for event in [include_str!("../events/first-round.json"), include_str!("../events/after-findings.json")] {
        serde_json::from_str::<NodeInput>(event).unwrap();
    }
}
