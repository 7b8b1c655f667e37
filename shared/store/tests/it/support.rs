//! Samples for the tests.

use jiff::{SignedDuration, Timestamp};
use run::{
    answer::AnswerValue,
    body::{BodyRef, Sha256Hex},
    event::{EventBody, NodeStart},
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunKey},
    node::{NodeRecord, Step, Thinker},
    question::{DefaultBasis, Field, Priority, Question, SmartDefault},
    record::Progress,
};
pub use store::testing::{Fault, World, new_run};

pub fn owner() -> OwnerId {
    OwnerId("local".into())
}

pub fn partition_of(key: &RunKey) -> String {
    format!("RUN#{}#{}#{}", key.owner, key.project, key.run)
}

pub fn somewhere() -> RunKey {
    RunKey { owner: owner(), project: ProjectId::generate(), run: run::id::RunId::generate() }
}

pub fn step(node: &str, iteration: u32) -> Step {
    Step { node: node.into(), iteration }
}

/// An event that can be told from others by its iteration.
pub fn note(iteration: u32) -> EventBody {
    let progress =
        Progress { percentage: 10, current: None, running: Vec::new(), completed: Vec::new(), eta_seconds: Some(1.5) };
    EventBody::NodeStart(NodeStart { step: step("planner", iteration), progress })
}

pub fn mark(body: &EventBody) -> Option<u32> {
    match body {
        EventBody::NodeStart(start) => Some(start.step.iteration),
        _ => None,
    }
}

pub fn record(node: &str, iteration: u32, attempt: u32) -> NodeRecord {
    NodeRecord {
        step: step(node, iteration),
        attempt,
        thinker: Thinker::BuiltInRules,
        tokens_total: 0,
        started_at: Timestamp::now(),
        duration_ms: 1200,
        ok: true,
        output: BodyRef::of(b"{}"),
        signal: serde_json::json!({"sufficient": true, "score": 1.0}),
        model: None,
    }
}

pub fn gate_id(kind: GateKind) -> GateId {
    GateId { kind, iteration: 0 }
}

pub fn gate(kind: GateKind) -> Gate {
    let now = Timestamp::now();
    Gate {
        id: gate_id(kind),
        status: GateStatus::Pending,
        subject_hash: Sha256Hex::of(b"subject"),
        summary: "What is shown".into(),
        questions: vec![Question {
            id: "budget".into(),
            text: "How much may it cost? 予算 💶".into(),
            why: "Sizes everything.".into(),
            priority: Priority::High,
            field: Field::Number { unit: "USD per month".into(), minimum: 0.1, maximum: 1e6 },
            default: SmartDefault {
                value: AnswerValue::Number(0.1 + 0.2),
                confidence: 1.0,
                reason: "usual".into(),
                basis: DefaultBasis::IndustryPractice,
            },
            others: Vec::new(),
        }],
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: Vec::new() },
        opened_at: now,
        expires_at: later(300),
        held: false,
        decision: None,
    }
}

pub fn later(seconds: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

pub fn decided_by(name: &str) -> GateDecision {
    GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: name.into() },
        at: Timestamp::now(),
        comment: None,
        answers: [("budget".to_owned(), AnswerValue::Number(1500.0))].into(),
        defaulted: Vec::new(),
    }
}
