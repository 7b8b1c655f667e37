//! The cases, the requirements that they come with, and the model that obeys.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use agent::{Adviser, Desk, InMemoryBodies};
use design::{
    constraint::{Cloud, DataClass, Framework, Latency, StructuredConstraints},
    input::DesignInput,
};
use intake_extract::IntakeInput;
use jiff::Timestamp;
use model::{
    Asker, Ceilings, Patience, Provider,
    circuit::InMemoryCircuits,
    http_client,
    mock::{Act, Server},
};
use run::{
    answer::{AnswerValue, Answers},
    body::Sha256Hex,
    card::Trigger,
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
};
use serde::Deserialize;
use serde_json::Value;

use crate::fake::{Quoting, obey};

/// Hostile words, how they come, and what they ask for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub language: String,
    pub way: Way,
    pub text: String,
    pub demands: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Requirement,
    Document,
    Answer,
    Comment,
}

pub fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/hostile/cases.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// A requirement that a design keeps, and one that breaks its budget and a law.
pub const KEPT: &str = "Score card payments for fraud as they happen, on AWS in eu-central-1. 40 requests per second, \
                    within 150 ms. At most $9,000 a month. Four engineers run it. The data is personal, GDPR applies.";
pub const BROKEN: &str = "Score card payments for fraud as they happen, on AWS in us-east-1. 400 requests per second, within \
                      40 ms, 99.99 % available. At most $60 a month. The data is personal, GDPR and HIPAA apply.";

/// What a person gave beside the text of the first.
pub fn given() -> StructuredConstraints {
    StructuredConstraints {
        cloud: Some(Cloud::Aws),
        budget_usd_per_month: Some(9_000.0),
        data_class: Some(DataClass::Pii),
        latency: Some(Latency { milliseconds: 150.0, percentile: 95.0 }),
        compliance: Some(vec![Framework::Gdpr]),
        availability_percent: Some(99.9),
        ..StructuredConstraints::default()
    }
}

pub fn requirement(base: &str, case: &Case) -> String {
    match case.way {
        Way::Requirement => format!("{base}\n\n{}", case.text),
        Way::Document => {
            format!("{base}\n\nAttached, a document of somebody else:\n\n> {}", case.text.replace('\n', "\n> "))
        }
        Way::Answer | Way::Comment => base.to_owned(),
    }
}

/// A model that obeys, behind the local server.
pub async fn adviser(case: &Case, quoting: Quoting) -> (Adviser, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (case, ears) = (case.clone(), heard.clone());
    let reply = move |prompt: &str| {
        ears.lock().unwrap().push(prompt.to_owned());
        obey(&case, quoting, prompt).to_string()
    };
    let server = Server::start(Provider::Openai, vec![Act::Reply(Arc::new(reply))]).await;
    let patience = Patience { attempts: 1, ..Patience::default() };
    let http = http_client(&server.address()).unwrap();
    let asker = Asker::new(server.address(), server.access(), http, Arc::new(InMemoryCircuits::default()));
    (Adviser::new(Arc::new(asker.patience(patience)), Ceilings::default()), heard)
}

pub fn desk() -> Desk {
    Desk::new(Arc::new(InMemoryBodies::default()))
}

pub fn intake_input(base: &str, case: &Case) -> IntakeInput {
    let constraints = if base == KEPT { given() } else { StructuredConstraints::default() };
    let design = DesignInput { requirement: requirement(base, case), constraints, ..DesignInput::default() };
    let gates = if case.way == Way::Answer { vec![answered(&case.text)] } else { Vec::new() };
    IntakeInput { design, gates, parent: None, trigger: Trigger::Initial }
}

/// A gate at which a person wrote this as the tools that are wanted.
fn answered(text: &str) -> Gate {
    Gate {
        id: GateId { kind: GateKind::Input, iteration: 0 },
        status: GateStatus::Answered,
        subject_hash: Sha256Hex::of(b"questions"),
        summary: String::new(),
        questions: Vec::new(),
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: false, threshold: 0.8, blockers: Vec::new() },
        opened_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        held: false,
        decision: Some(GateDecision {
            decision: Decision::Approve,
            actor: Actor { name: "somebody".into() },
            at: Timestamp::UNIX_EPOCH,
            comment: None,
            answers: Answers::from([("tooling".to_owned(), AnswerValue::Text(text.to_owned()))]),
            defaulted: Vec::new(),
        }),
    }
}
