//! What the tests of `cargo xtask design` share: a gate, and a platform that answers as it is told.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, http};
use run::{
    answer::AnswerValue,
    body::Sha256Hex,
    gate::{AutoApproval, Decision, Gate, GateStatus},
    question::{DefaultBasis, Field, Priority, Question, SmartDefault},
};
use serde_json::Value;

use super::api::Api;

/// What was sent to a platform: method, path and body.
pub type Log = Arc<Mutex<Vec<String>>>;

/// A platform on a port of its own, which answers a method and a path with a status and a body.
pub async fn platform(answer: impl Fn(&str, &str) -> (u16, Value) + Clone + Send + Sync + 'static) -> (Api, Log) {
    let sent = Log::default();
    let log = Arc::clone(&sent);
    let answer = move |method: http::Method, uri: http::Uri, body: Bytes| {
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        log.lock().unwrap().push(format!("{method} {path} {}", String::from_utf8_lossy(&body)));
        let (status, body) = answer(method.as_str(), path);
        async move { (http::StatusCode::from_u16(status).unwrap(), body.to_string()) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    crate::choose_tls();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    (Api { http, origin }, sent)
}

/// A gate that asks these questions.
pub fn gate(id: &str, questions: &[&str]) -> Gate {
    let question = |id: &&str| Question {
        id: (*id).to_owned(),
        text: "How much?".into(),
        why: "It sizes everything.".into(),
        priority: Priority::High,
        field: Field::Text { max_length: 10 },
        default: SmartDefault {
            value: AnswerValue::Number(1.0),
            confidence: 0.5,
            reason: "usual".into(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
    };
    Gate {
        id: id.parse().unwrap(),
        status: GateStatus::Pending,
        subject_hash: Sha256Hex::of(b"gate"),
        summary: String::new(),
        questions: questions.iter().map(question).collect(),
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.5, blockers: Vec::new() },
        opened_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        expires_at: "2026-01-01T00:05:00Z".parse().unwrap(),
        held: false,
        decision: None,
    }
}
