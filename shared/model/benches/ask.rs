//! What asking takes beside the model's own time: building and signing a request, reading the reply, checking its shape.
//!
//! `cargo bench -p model`. The server is local and answers at once, but checks each request as the real APIs do, so that the
//! figures are an upper bound; `bare` is the same text posted by the HTTP client alone to a server that checks nothing, and
//! `known` is an answer that the cache has.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Bytes, routing::post};
use criterion::{Criterion, criterion_group, criterion_main};
use model::{
    Asker, Passing, Provider, Question, Session, ask,
    cache::InMemoryAnswers,
    circuit::InMemoryCircuits,
    http_client,
    mock::{Act, Server},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

/// As long as a question with a whole history of the run.
const PROMPT_CHARACTERS: usize = 24_000;

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    findings: Vec<Finding>,
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read to be checked")]
struct Finding {
    title: String,
    evidence: Vec<String>,
}

/// Eight findings, as long as a critic's.
fn answer() -> Value {
    let finding = json!({
        "title": "One zone serves all requests, and its loss ends the service for hours.",
        "evidence": ["serve.ecs-fargate.zones", "constraint.availability"],
    });
    json!({ "findings": vec![finding; 8] })
}

fn asking(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let prompt = "One bucket, one zone, no backup. ".repeat(PROMPT_CHARACTERS / 33);
    let question = Question::for_answer::<Review>("You review designs.", &prompt, 2_000);

    let bare = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("its address"));
        let reply = answer().to_string();
        let router = Router::new().route("/", post(move |_: Bytes| async move { reply }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    });
    let server = runtime.block_on(Server::start(Provider::Openai, Vec::new()));
    let http = http_client(&server.address()).expect("a client");
    criterion.bench_function("bare", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                http.post(&bare).body(prompt.clone()).send().await.expect("a reply").bytes().await.expect("a body")
            })
        });
    });

    for provider in [Provider::Bedrock, Provider::Anthropic, Provider::Openai] {
        let server = runtime.block_on(Server::start(provider, vec![Act::answer(&answer())]));
        let http = http_client(&server.address()).expect("a client");
        let asker = Asker::new(server.address(), server.access(), http, Arc::new(InMemoryCircuits::default()));
        let round = |session: &Session<'_>| {
            runtime.block_on(async {
                let asked = ask::<Review>(&asker, &question, session).await;
                assert_eq!(asked.outcome.expect("an answer").findings.len(), 8);
            });
        };
        criterion.bench_function(&format!("whole/{provider}"), |bencher| {
            bencher.iter(|| round(&Session::of(Duration::from_secs(60))));
        });
        let listener = |_: Passing<'_>| {};
        criterion.bench_function(&format!("stream/{provider}"), |bencher| {
            bencher.iter(|| round(&Session { passing: Some(&listener), ..Session::of(Duration::from_secs(60)) }));
        });
        let answers = InMemoryAnswers::default();
        let cached = || Session { cache: Some(&answers), ..Session::of(Duration::from_secs(60)) };
        criterion.bench_function(&format!("known/{provider}"), |bencher| bencher.iter(|| round(&cached())));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = asking
}
criterion_main!(benches);
