//! Jobs: status, cancel, resume.

use api::jobs::ExecutionStatus;
use run::{
    id::{JobId, RunKey},
    record::{Failure, RunStatus},
};
use serde_json::{Value, json};
use store::Change;

use crate::{
    sample::{commit, gate, open_gate},
    support::World,
};

fn job_path(key: &RunKey, attempt: u32) -> String {
    format!("/v1/projects/{}/jobs/{}/status", key.project, JobId::new(key.run.clone(), attempt))
}

async fn fail(world: &World, key: &RunKey) {
    let failure = Failure {
        node: Some("planner".into()),
        error: "Defect".into(),
        cause: "it broke".into(),
        way_out: "resume".into(),
    };
    commit(&world.store, key, Change::by_attempt(1).status(RunStatus::Failed).failure(failure)).await;
}

#[tokio::test]
async fn a_job_tells_how_it_stands() {
    let world = World::new().await;
    let (_, key) = world.decision_set().await;
    let status = world.get(&job_path(&key, 1)).await.expect(200);
    assert_eq!((&status["status"], &status["execution"]), (&json!("queued"), &json!("running")));
    assert_eq!((&status["interrupted"], &status["superseded_by"]), (&json!(false), &Value::Null));
    world.get(&job_path(&key, 2)).await.problem(404, "job-not-found");
    let unknown = RunKey { run: run::id::RunId::generate(), ..key.clone() };
    world.get(&job_path(&unknown, 1)).await.problem(404, "job-not-found");
    world.get(&format!("/v1/projects/{}/jobs/{}/status", key.project, key.run)).await.problem(400, "parameter-invalid");
}

#[tokio::test]
async fn work_that_stopped_without_an_end_is_interrupted() {
    let world = World::new().await;
    let (_, key) = world.decision_set().await;
    open_gate(&world.store, &key, gate(run::gate::GateKind::Input, 0)).await;
    for execution in [ExecutionStatus::Failed, ExecutionStatus::Aborted, ExecutionStatus::TimedOut] {
        world.engine.set(key.run.as_str(), execution);
        let status = world.get(&job_path(&key, 1)).await.expect(200);
        assert_eq!((&status["interrupted"], &status["status"]), (&json!(true), &json!("awaiting_input")));
    }
    world.engine.forget(key.run.as_str());
    let status = world.get(&job_path(&key, 1)).await.expect(200);
    assert_eq!((&status["interrupted"], &status["execution"]), (&json!(true), &json!("missing")));
    fail(&world, &key).await;
    let status = world.get(&job_path(&key, 1)).await.expect(200);
    assert_eq!((&status["interrupted"], &status["failure"]["cause"]), (&json!(false), &json!("it broke")));
}

#[tokio::test]
async fn cancel_ends_the_run_and_its_execution_once() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let cancelled = world.post(&format!("{path}/cancel"), json!({})).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["execution"]), (&json!("cancelled"), &json!("aborted")));
    let events = world.get(&format!("{path}/events")).await.expect(200);
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["data"]["status"]), (&json!("workflow-complete"), &json!("cancelled")));
    let again = world.post(&format!("{path}/cancel"), json!({})).await.expect(200);
    assert_eq!(again, cancelled);
    assert_eq!(world.get(&format!("{path}/events")).await.expect(200), events, "nothing is told twice");
    let (problem, _) = world.post(&format!("{path}/resume"), json!({})).await.problem(409, "run-ended");
    assert!(problem["detail"].as_str().unwrap().contains("cancelled"), "{problem}");

    let (path, key_2) = world.decision_set().await;
    fail(&world, &key_2).await;
    world.post(&format!("{path}/cancel"), json!({})).await.problem(409, "run-ended");
    let nowhere = path.replace(key_2.run.as_str(), run::id::RunId::generate().as_str());
    world.post(&format!("{nowhere}/cancel"), json!({})).await.problem(404, "decision-set-not-found");
    let elsewhere = path.replace(key_2.project.as_str(), key.project.as_str());
    world.post(&format!("{elsewhere}/cancel"), json!({})).await.problem(404, "decision-set-not-found");
}

#[tokio::test]
async fn a_failed_run_is_started_again() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    fail(&world, &key).await;
    world.engine.set(key.run.as_str(), ExecutionStatus::Failed);
    let accepted = world.post(&format!("{path}/resume"), json!({})).await.expect(202);
    assert_eq!(accepted["job_id"], json!(JobId::new(key.run.clone(), 2)));
    let input = world.engine.input(&format!("{}-2", key.run)).unwrap();
    assert_eq!((input.attempt, input.plan_round), (2, 0));
    let run = world.get(&path).await.expect(200);
    assert_eq!((&run["status"], &run["attempt"], &run["failure"]), (&json!("queued"), &json!(2), &Value::Null));
    let first = world.get(&job_path(&key, 1)).await.expect(200);
    assert_eq!((&first["superseded_by"], &first["interrupted"]), (&accepted["job_id"], &json!(false)));
    world.post(&format!("{path}/resume"), json!({})).await.problem(409, "run-still-running");
}

#[tokio::test]
async fn an_interrupted_run_is_started_again_and_a_running_one_is_not() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    open_gate(&world.store, &key, gate(run::gate::GateKind::Final, 0)).await;
    world.post(&format!("{path}/resume"), json!({})).await.problem(409, "run-still-running");
    world.engine.forget(key.run.as_str());
    assert_eq!(world.post(&format!("{path}/resume"), json!({})).await.expect(202)["version"], 1);
    assert_eq!(world.get(&path).await.expect(200)["attempt"], 2);
}

#[tokio::test]
async fn twenty_resumes_at_once_make_one_attempt() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    fail(&world, &key).await;
    let resume = format!("{path}/resume");
    let replies = futures::future::join_all((0..20).map(|_| world.post(&resume, json!({})))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 202).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 202) {
        reply.problem(409, "run-still-running");
    }
    assert_eq!(world.get(&path).await.expect(200)["attempt"], 2);
}
