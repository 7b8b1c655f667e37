//! Samples for the tests.

use jiff::{SignedDuration, Timestamp};
use run::{
    answer::AnswerValue,
    body::BodyRef,
    event::{EventBody, NodeStart},
    gate::{Actor, Decision, GateDecision},
    node::{NodeRecord, Step, Thinker},
    question::{DefaultBasis, Field, Priority, Question, SmartDefault},
    record::Progress,
};
pub use store::testing::{Fault, World, new_run};

pub fn step(node: &str, iteration: u32) -> Step {
    Step { node: node.into(), iteration }
}

/// An event that another writer adds.
pub fn note(iteration: u32) -> EventBody {
    let progress =
        Progress { percentage: 10, current: None, running: Vec::new(), completed: Vec::new(), eta_seconds: None };
    EventBody::NodeStart(NodeStart { step: step("another", iteration), progress })
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
        signal: serde_json::json!({}),
        model: None,
    }
}

pub fn question(priority: Priority, confidence: f64) -> Question {
    Question {
        id: "budget".into(),
        text: "How much may it cost? 予算 💶".into(),
        why: "Sizes everything.".into(),
        priority,
        field: Field::Number { unit: "USD per month".into(), minimum: 1.0, maximum: 1e6 },
        default: SmartDefault {
            value: AnswerValue::Number(500.0),
            confidence,
            reason: "usual".into(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
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
