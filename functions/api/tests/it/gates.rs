//! Answering and holding gates.

use std::sync::atomic::Ordering;

use agent::gate::{GateResult, WaitOutcome};
use run::gate::{Decision, Gate, GateKind};
use serde_json::{Value, json};

use crate::{
    sample::{gate, open_gate},
    support::World,
};

fn answer(gate: &Gate, decision: &str) -> Value {
    json!({"gate": gate.id, "subject_hash": gate.subject_hash, "decision": decision})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn an_answer_decides_completes_the_task_and_is_told() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Input, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    assert_eq!(world.get(&path).await.expect(200)["status"], "awaiting_input");

    let body = with(answer(&gate, "approve"), "answers", json!({"budget": 2500}));
    let decided = world.post(&format!("{path}/approve"), with(body, "comment", json!("fine"))).await.expect(200);
    assert_eq!(decided["status"], "answered");
    assert_eq!(decided["decision"]["answers"], json!({"budget": 2500.0}));
    assert_eq!(
        (&decided["decision"]["actor"]["name"], &decided["decision"]["comment"]),
        (&json!("local"), &json!("fine"))
    );
    let result = GateResult { outcome: WaitOutcome::Decided, decision: Some(Decision::Approve) };
    assert_eq!(*world.engine.completed.lock().unwrap(), [("token of input-0".to_owned(), result)]);

    let stored = world.get(&path).await.expect(200);
    assert_eq!((&stored["status"], &stored["open_gate"]), (&json!("running"), &Value::Null));
    assert_eq!(stored["gates"], json!([decided]));
    assert!(!stored.to_string().contains("token of"), "the token stays on the server");
    let events = world.get(&format!("{path}/events?after=1")).await.expect(200);
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["data"]["gate"]), (&json!("workflow-resumed"), &json!("input-0")));
}

#[tokio::test]
async fn what_is_left_out_takes_its_default() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Input, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    let decided = world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.expect(200);
    assert_eq!(decided["decision"]["answers"], json!({"budget": 1200.0}));
    assert_eq!(decided["decision"]["defaulted"], json!(["budget"]));
}

#[tokio::test]
async fn a_later_decision_is_told_who_decided_what() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Final, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.expect(200);
    for decision in ["approve", "reject"] {
        let reply = world.post(&format!("{path}/approve"), answer(&gate, decision)).await;
        let (problem, _) = reply.problem(409, "gate-decided");
        assert_eq!(problem["gate"]["decision"]["decision"], "approve");
        assert!(problem["detail"].as_str().unwrap().contains("approved by local at 20"), "{problem}");
    }
    world.post(&format!("{path}/gates/final-0/hold"), json!({})).await.problem(409, "gate-decided");
}

#[tokio::test]
async fn twenty_answers_at_once_have_one_winner() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Final, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    let approve = format!("{path}/approve");
    let decisions = ["approve", "reject"].into_iter().cycle().take(20);
    let calls = decisions.map(|decision| world.post(&approve, answer(&gate, decision)));
    let replies = futures::future::join_all(calls).await;
    let winners: Vec<Value> = replies.iter().filter(|r| r.status == 200).map(|r| r.expect(200)).collect();
    assert_eq!(winners.len(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        let (problem, _) = reply.problem(409, "gate-decided");
        assert_eq!(problem["gate"]["decision"], winners[0]["decision"]);
    }
    let completed = world.engine.completed.lock().unwrap().clone();
    assert!(completed.iter().all(|(_, result)| json!(result.decision) == winners[0]["decision"]["decision"]));
}

#[tokio::test]
async fn answers_that_do_not_fit_are_named_and_decide_nothing() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let (approve, gate) = (format!("{path}/approve"), gate(GateKind::Input, 0));
    let (problem, _) = world.post(&approve, answer(&gate, "approve")).await.problem(404, "gate-not-found");
    assert!(problem["detail"].as_str().unwrap().contains("input-0"), "{problem}");
    open_gate(&world.store, &key, gate.clone()).await;
    for (answers, fields) in [
        (json!({"budget": 5}), vec!["answers.budget"]),
        (json!({"budget": "lots"}), vec!["answers.budget"]),
        (json!({"budget": [], "colour": "red"}), vec!["answers.budget", "answers.colour"]),
    ] {
        let reply = world.post(&approve, with(answer(&gate, "approve"), "answers", answers)).await;
        assert_eq!(reply.problem(422, "answers-invalid").1, fields);
    }
    for (field, value, named) in [
        ("answers", json!({"budget": null}), "answers.budget"),
        ("gate", json!("middle-0"), "gate"),
        ("decision", json!("maybe"), "decision"),
        ("decision", json!("reject"), "decision"),
        ("comment", json!("x".repeat(5001)), "comment"),
        ("token", json!("x"), "token"),
    ] {
        let reply = world.post(&approve, with(answer(&gate, "approve"), field, value)).await;
        assert_eq!(reply.problem(422, "body-invalid").1, [named]);
    }
    let stale = with(answer(&gate, "approve"), "subject_hash", json!(run::body::Sha256Hex::of(b"older")));
    let (problem, fields) = world.post(&approve, stale).await.problem(409, "gate-changed");
    assert_eq!(
        (fields, &problem["gate"]["subject_hash"]),
        (vec!["subject_hash".to_owned()], &json!(gate.subject_hash))
    );
    let older = with(answer(&gate, "approve"), "version", json!(1));
    assert_eq!(world.post(&approve, older).await.problem(409, "version-changed").1, ["version"]);
    let revision = world.get(&path).await.expect(200)["revision"].clone();
    world.post(&approve, with(answer(&gate, "approve"), "version", revision)).await.expect(200);
}

#[tokio::test]
async fn a_revision_needs_a_comment() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Final, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    let approve = format!("{path}/approve");
    for body in [answer(&gate, "revise"), with(answer(&gate, "revise"), "comment", json!(" \n"))] {
        assert_eq!(world.post(&approve, body).await.problem(422, "body-invalid").1, ["comment"]);
    }
    let body = with(answer(&gate, "revise"), "comment", json!("cheaper, please"));
    assert_eq!(world.post(&approve, body).await.expect(200)["decision"]["decision"], "revise");
}

#[tokio::test]
async fn holding_keeps_the_timer_off_and_not_the_person() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Input, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    let hold = format!("{path}/gates/input-0/hold");
    let held = world.post(&hold, json!({})).await.expect(200);
    assert_eq!(held["held"], true);
    let expires: jiff::Timestamp = held["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(expires.duration_since(gate.expires_at).as_secs(), 3600, "the long timer follows the short one");
    let newest = world.get(&format!("{path}/events")).await.expect(200)["newest_sequence"].clone();
    assert_eq!(world.post(&hold, json!({})).await.expect(200), held, "holding it again changes nothing");
    assert_eq!(world.get(&format!("{path}/events")).await.expect(200)["newest_sequence"], newest);
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.expect(200);
    world.post(&format!("{path}/gates/final-0/hold"), json!({})).await.problem(404, "gate-not-found");
    world.post(&format!("{path}/gates/last/hold"), json!({})).await.problem(400, "parameter-invalid");
}

#[tokio::test]
async fn the_record_decides_even_when_the_task_cannot_be_told() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Input, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    world.engine.broken.store(true, Ordering::SeqCst);
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.expect(200);
    assert_eq!(world.get(&path).await.expect(200)["gates"][0]["status"], "answered");
    world.engine.broken.store(false, Ordering::SeqCst);
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.problem(409, "gate-decided");
    assert_eq!(world.engine.completed.lock().unwrap().len(), 1, "a later try completes what was left waiting");
}

/// The platform was stopped while the gate was open, and its engine has forgotten what waited there.
#[tokio::test]
async fn a_decision_starts_the_work_again_that_an_engine_forgot() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Final, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    let waiting = world.store.run(&key).await.unwrap().job();
    world.engine.forget(&waiting.execution_name());
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.expect(200);
    let run = world.store.run(&key).await.unwrap();
    assert_eq!(run.attempt, waiting.attempt() + 1, "a new attempt finds the gate decided");
    assert!(world.engine.input(&run.job().execution_name()).is_some());
}

#[tokio::test]
async fn a_run_that_has_ended_takes_no_answer() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let gate = gate(GateKind::Input, 0);
    open_gate(&world.store, &key, gate.clone()).await;
    world.post(&format!("{path}/cancel"), json!({})).await.expect(200);
    world.post(&format!("{path}/approve"), answer(&gate, "approve")).await.problem(409, "run-ended");
    world.post(&format!("{path}/gates/input-0/hold"), json!({})).await.problem(409, "run-ended");
}
