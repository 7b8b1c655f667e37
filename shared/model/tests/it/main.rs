//! Asking over HTTP, against a local server that checks every request as the real APIs do.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world must stop")]

mod faults;
mod forms;
mod keys;
mod money;

use std::{sync::Arc, time::Duration};

use model::{
    Answer, Asked, Asker, Passing, Patience, Provider, Question, Session, ask,
    circuit::{Circuits, InMemoryCircuits},
    http_client,
    mock::{Act, Server},
};
use serde_json::{Value, json};

/// All three APIs.
const PROVIDERS: [Provider; 3] = [Provider::Bedrock, Provider::Anthropic, Provider::Openai];

/// What a critic might be asked for.
#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    /// What is wrong, the worst first.
    #[schemars(length(max = 3))]
    findings: Vec<String>,
    #[schemars(range(min = 0.0, max = 1.0))]
    confidence: f64,
    note: Option<String>,
}

fn right() -> Value {
    json!({ "findings": ["no backup", "öffentlicher Bucket"], "confidence": 0.5, "note": null })
}

fn question() -> Question {
    Question::for_answer::<Review>("You review designs.", "What is wrong with this one: one bucket.", 500)
}

/// Pauses are of a length that no test waits for.
fn patience() -> Patience {
    Patience {
        attempts: 3,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
        whole: Duration::from_secs(20),
        piece: Duration::from_secs(20),
        least: Duration::from_millis(1),
    }
}

fn asker(server: &Server) -> Asker {
    asker_with(server, Arc::new(InMemoryCircuits::default()))
}

fn asker_with(server: &Server, circuits: Arc<dyn Circuits>) -> Asker {
    let http = http_client(&server.address()).unwrap();
    Asker::new(server.address(), server.access(), http, circuits).patience(patience())
}

fn session() -> Session<'static> {
    Session::of(Duration::from_secs(60))
}

async fn asked<T: Answer>(asker: &Asker, question: &Question, session: &Session<'_>) -> Asked<T> {
    ask(asker, question, session).await
}

/// What passed, as a listener would show it in the end.
fn shown(passed: &[Option<String>]) -> String {
    let last = passed.iter().rposition(Option::is_none).map_or(0, |at| at + 1);
    passed[last..].iter().flatten().map(String::as_str).collect()
}

/// Keeps what passes; nothing stands for `Again`.
fn keep(passing: Passing<'_>) -> Option<String> {
    match passing {
        Passing::Text(text) => Some(text.to_owned()),
        Passing::Again => None,
    }
}

/// Says the right thing.
fn say() -> Act {
    Act::answer(&right())
}
