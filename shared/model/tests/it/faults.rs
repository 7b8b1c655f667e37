//! Each fault at each API, with and without a stream: what comes of it.

use std::{sync::Mutex, time::Duration};

use model::{Failure, Fault, Passing};

use super::*;

/// What comes of a question.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// `ok`, or the code of the failure and of the fault behind it.
    said: String,
    requests: u32,
    repaired: bool,
}

fn outcome(asked: &Asked<Review>) -> Outcome {
    let said = match &asked.outcome {
        Ok(_) => "ok".to_owned(),
        Err(failure) => {
            let fault = match failure {
                Failure::Unavailable { last, .. } | Failure::Rejected(last) => Some(last),
                Failure::OutOfTime { last, .. } => last.as_ref(),
                Failure::CircuitOpen { .. }
                | Failure::WrongShape { .. }
                | Failure::TooLong(_)
                | Failure::Declined(_)
                | Failure::Ceiling { .. } => None,
            };
            [Some(failure.code()), fault.map(Fault::code)].into_iter().flatten().collect::<Vec<_>>().join("/")
        }
    };
    Outcome { said, requests: asked.account.requests, repaired: asked.account.repaired }
}

/// Asks with this script and compares what comes of it, for each API; once whole and once as a stream.
async fn check(name: &str, script: &[Act], patience: Patience, time: Duration, whole: &str, stream: &str) {
    for provider in PROVIDERS {
        for is_stream in [false, true] {
            let server = Server::start(provider, script.to_vec()).await;
            let asker = asker(&server).patience(patience);
            let passed = Mutex::new(Vec::new());
            let listener = |passing: Passing<'_>| passed.lock().unwrap().push(keep(passing));
            let mut session = Session::of(time);
            if is_stream {
                session.passing = Some(&listener);
            }
            let asked = asked::<Review>(&asker, &question(), &session).await;
            let case = format!("{name}, {provider}, {}", if is_stream { "stream" } else { "whole" });
            let got = outcome(&asked);
            let repaired = if got.repaired { " repaired" } else { "" };
            let got = format!("{} after {}{repaired}", got.said, got.requests);
            assert_eq!(got, if is_stream { stream } else { whole }, "{case}: {:?}", asked.outcome);
            assert_eq!(server.complaints(), Vec::<String>::new(), "{case}");
            assert!(server.seen().iter().all(|seen| seen.stream == is_stream), "{case}");
            if let Ok(review) = asked.outcome {
                assert_eq!(review, serde_json::from_value::<Review>(right()).unwrap(), "{case}");
                let usage = asked.account.usage;
                assert!(usage.input > 0 && usage.output > 0, "{case}: {usage:?}");
                if is_stream {
                    let shown = shown(&passed.lock().unwrap());
                    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), right(), "{case}");
                }
            }
        }
    }
}

async fn same(name: &str, script: &[Act], expected: &str) {
    check(name, script, patience(), Duration::from_secs(60), expected, expected).await;
}

#[tokio::test]
async fn an_answer_comes_at_once_or_slowly() {
    same("normal", &[say()], "ok after 1").await;
    same("slow", &[Act::Slowly(Duration::from_millis(2), right().to_string())], "ok after 1").await;
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    same("429, then right", &[Act::Status(429, Some("0")), say()], "ok after 2").await;
    same("500, then right", &[Act::Status(500, None), Act::Status(500, None), say()], "ok after 3").await;
    same("529, then right", &[Act::Status(529, Some("0.001")), say()], "ok after 2").await;
    same("cut off, then right", &[Act::Break(right().to_string()), say()], "ok after 2").await;
    same("early end, then right", &[Act::EndEarly(right().to_string()), say()], "ok after 2").await;
    same("fails midway, then right", &[Act::FailMidway(right().to_string()), say()], "ok after 2").await;
    same("a portal's page, then right", &[Act::Garbage, say()], "ok after 2").await;
}

#[tokio::test]
async fn what_does_not_pass_is_given_up() {
    same("429", &[Act::Status(429, None)], "unavailable/throttled after 3").await;
    same("500", &[Act::Status(500, None)], "unavailable/server after 3").await;
    same("529", &[Act::Status(529, None)], "unavailable/overloaded after 3").await;
    same("503", &[Act::Status(503, None)], "unavailable/overloaded after 3").await;
    same("cut off", &[Act::Break(right().to_string())], "unavailable/cut_off after 3").await;
    let early = [Act::EndEarly(right().to_string())];
    let (time, whole, stream) = (Duration::from_secs(60), "unavailable/broken after 3", "unavailable/cut_off after 3");
    check("early end", &early, patience(), time, whole, stream).await;
    same("fails midway", &[Act::FailMidway(right().to_string())], "unavailable/overloaded after 3").await;
}

#[tokio::test]
async fn a_page_that_is_no_reply_is_not_taken_for_one() {
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![Act::Garbage]).await;
        let asked = asked::<Review>(&asker(&server), &question(), &session()).await;
        assert_eq!(outcome(&asked).said, "unavailable/broken", "{provider}");
        // A stream without a single event has ended early.
        let server = Server::start(provider, vec![Act::Garbage]).await;
        let listener = |_: Passing<'_>| {};
        let asked = asked_stream(&asker(&server), &listener).await;
        assert_eq!(outcome(&asked).said, "unavailable/cut_off", "{provider}");
    }
}

async fn asked_stream(asker: &Asker, listener: &(dyn Fn(Passing<'_>) + Send + Sync)) -> Asked<Review> {
    let session = Session { passing: Some(listener), ..session() };
    asked::<Review>(asker, &question(), &session).await
}

#[tokio::test]
async fn what_never_changes_is_not_tried_again() {
    for status in [400, 401, 403, 404, 413] {
        same(&status.to_string(), &[Act::Status(status, None)], "rejected/refused after 1").await;
    }
    same("too long", &[Act::Length(right().to_string()[..20].to_owned())], "too_long after 1").await;
    same("declined", &[Act::Decline], "declined after 1").await;
}

#[tokio::test]
async fn a_wrong_answer_is_mended_once() {
    let broken = || Act::Say("{\"findings\": [\"no ba".to_owned());
    let wrong = || Act::answer(&json!({ "findings": "no backup", "confidence": 7 }));
    same("broken JSON, then right", &[broken(), say()], "ok after 2 repaired").await;
    same("wrong shape, then right", &[wrong(), say()], "ok after 2 repaired").await;
    same("nothing, then right", &[Act::Say(String::new()), say()], "ok after 2 repaired").await;
    same("broken JSON", &[broken()], "wrong_shape after 2 repaired").await;
    same("wrong shape", &[wrong()], "wrong_shape after 2 repaired").await;
    same("wrong, then 500, then right", &[wrong(), Act::Status(500, None), say()], "ok after 3 repaired").await;
}

#[tokio::test]
async fn who_never_answers_is_not_waited_for() {
    let impatient = Patience { whole: Duration::from_millis(40), piece: Duration::from_millis(40), ..patience() };
    let expected = "unavailable/timed_out after 3";
    check("never", &[Act::Never], impatient, Duration::from_secs(60), expected, expected).await;
    // A stream that stands still is given up though the whole reply had time.
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![Act::Slowly(Duration::from_secs(3600), right().to_string())]).await;
        let asker = asker(&server).patience(Patience { piece: Duration::from_millis(40), ..patience() });
        let asked = asked_stream(&asker, &|_| {}).await;
        assert_eq!(outcome(&asked).said, "unavailable/timed_out", "{provider}");
    }
}

#[tokio::test]
async fn the_callers_time_is_kept() {
    // The server wants to be left alone for longer than the caller has.
    let expected = "out_of_time/throttled after 1";
    same("429 for ten minutes", &[Act::Status(429, Some("600"))], expected).await;
    let date = Act::Status(429, Some("Fri, 01 Jan 2100 00:00:00 GMT"));
    same("429 until 2100", &[date], expected).await;
    let (time, expected) = (Duration::from_millis(60), "out_of_time/timed_out after 1");
    check("never, and little time", &[Act::Never], patience(), time, expected, expected).await;
    let (none, expected) = (Duration::ZERO, "out_of_time after 0");
    check("no time", &[say()], patience(), none, expected, expected).await;
}

#[tokio::test]
async fn nobody_there_is_a_fault_too() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let address: model::Address = format!("openai:{url}/v1#gone").parse().unwrap();
    let http = http_client(&address).unwrap();
    let circuits = Arc::new(InMemoryCircuits::default());
    let asker = Asker::new(address, model::Access::Open, http, circuits).patience(patience());
    let asked = asked::<Review>(&asker, &question(), &session()).await;
    assert_eq!(outcome(&asked).said, "unavailable/unreachable");
}
