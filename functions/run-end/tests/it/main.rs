//! Endings on a real store: DynamoDB by dynoxide and S3 by s3s-fs, both in process.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use jiff::Timestamp;
use live::Live;
use run::{
    answer::Answers,
    body::{BodyRef, Sha256Hex},
    event::EventBody,
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    node::{NodeRecord, Step, Thinker},
    record::{Progress, Run, RunStatus},
};
use run_end::{EndInput, Ended, Ending, end};
use store::{
    Change, Store, StoreError, Verdict,
    testing::{Fault, World},
};

fn live(store: &Store) -> Live {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .build();
    Live::new(store.clone(), Live::client(&config, "http://127.0.0.1:1"))
}

fn input(run: &Run, attempt: u32, ending: Ending) -> EndInput {
    EndInput {
        owner: run.owner.clone(),
        project_id: run.project_id.clone(),
        decision_set_id: run.id.clone(),
        attempt,
        ending,
    }
}

fn failed(error: &str, cause: &str) -> Ending {
    Ending::Failed { error: error.into(), cause: cause.into() }
}

async fn change(store: &Store, run: &Run, change: Change) {
    store.update::<StoreError, _>(&run.key(), |_| Ok(change.clone())).await.unwrap();
}

async fn said(world: &World, run: &Run) -> Vec<EventBody> {
    let events = world.store.events_after(&run.key(), 1, 100).await.unwrap();
    events.into_iter().map(|event| event.body).collect()
}

fn step(node: &str) -> Step {
    Step { node: node.into(), iteration: 0 }
}

fn final_gate() -> Gate {
    Gate {
        id: GateId { kind: GateKind::Final, iteration: 0 },
        status: GateStatus::Pending,
        subject_hash: Sha256Hex::of(b"subject"),
        summary: "What is shown".into(),
        questions: vec![],
        risks: Vec::new(),
        options: vec![Decision::Approve, Decision::Reject],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: vec![] },
        opened_at: Timestamp::now(),
        expires_at: Timestamp::now(),
        held: false,
        decision: None,
    }
}

fn at(node: &str) -> Progress {
    Progress {
        percentage: 40,
        current: Some(step(node)),
        running: Vec::new(),
        completed: vec![],
        eta_seconds: Some(3.0),
    }
}

#[tokio::test]
async fn a_completed_run_says_so_once() {
    let world = World::new().await;
    let run = world.run().await;
    let input = input(&run, 1, Ending::Completed);
    let first = end(&world.store, &live(&world.store), &input).await.unwrap();
    assert_eq!(first, Ended { status: RunStatus::Completed, changed: true });
    let second = end(&world.store, &live(&world.store), &input).await.unwrap();
    assert_eq!(second, Ended { status: RunStatus::Completed, changed: false });
    let stored = world.store.run(&run.key()).await.unwrap();
    assert_eq!((stored.status, stored.progress.percentage), (RunStatus::Completed, 100));
    assert!(stored.ended_at.is_some());
    let said = said(&world, &run).await;
    assert!(
        matches!(&said[..], [EventBody::WorkflowComplete(last)] if last.status == RunStatus::Completed),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_failure_is_stored_with_its_cause_and_its_way_out() {
    let world = World::new().await;
    let run = world.run().await;
    change(&world.store, &run, Change::by_attempt(1).status(RunStatus::Running).progress(at("planner"))).await;
    let cause = r#"{"errorType":"Unworkable","errorMessage":"nothing is asked for"}"#;
    end(&world.store, &live(&world.store), &input(&run, 1, failed("Unworkable", cause))).await.unwrap();
    let stored = world.store.run(&run.key()).await.unwrap();
    let failure = stored.failure.unwrap();
    assert_eq!(failure.node, Some("planner".into()));
    assert_eq!((failure.error.as_str(), failure.cause.as_str()), ("Unworkable", "nothing is asked for"));
    assert!(failure.way_out.contains("Change the requirement"));
    let said = said(&world, &run).await;
    let [EventBody::Error(error), EventBody::WorkflowComplete(last)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(error, &failure);
    assert!(last.summary.contains("nothing is asked for"), "{}", last.summary);
}

#[tokio::test]
async fn a_node_that_has_stored_its_result_is_not_blamed() {
    let world = World::new().await;
    let run = world.run().await;
    let record = NodeRecord {
        step: step("planner"),
        attempt: 1,
        thinker: Thinker::BuiltInRules,
        tokens_total: 0,
        started_at: Timestamp::now(),
        duration_ms: 12,
        ok: true,
        output: BodyRef::of(b"{}"),
        signal: serde_json::json!({}),
        model: None,
    };
    change(&world.store, &run, Change::by_attempt(1).node(record).progress(at("planner"))).await;
    end(&world.store, &live(&world.store), &input(&run, 1, failed("Lambda.ServiceException", "503"))).await.unwrap();
    assert_eq!(world.store.run(&run.key()).await.unwrap().failure.unwrap().node, None);
}

#[tokio::test]
async fn a_rejection_names_who_and_why() {
    let world = World::new().await;
    let run = world.run().await;
    let gate = final_gate();
    change(&world.store, &run, Change::by_attempt(1).open_gate(gate.clone())).await;
    let decision = GateDecision {
        decision: Decision::Reject,
        actor: Actor { name: "ann".into() },
        at: Timestamp::now(),
        comment: Some("too dear 💶".into()),
        answers: Answers::new(),
        defaulted: vec![],
    };
    world.store.decide_gate(&run.key(), None, &gate.id, Verdict::Answered(decision)).await.unwrap();
    end(&world.store, &live(&world.store), &input(&run, 1, Ending::Rejected)).await.unwrap();
    let said = said(&world, &run).await;
    let Some(EventBody::WorkflowComplete(last)) = said.last() else { panic!("{said:?}") };
    assert_eq!(last.status, RunStatus::Rejected);
    assert!(last.summary.ends_with("rejected by ann: too dear 💶"), "{}", last.summary);
}

#[tokio::test]
async fn a_cancelled_run_stays_cancelled() {
    let world = World::new().await;
    let run = world.run().await;
    change(&world.store, &run, Change::by_person().status(RunStatus::Cancelled)).await;
    for ending in [Ending::Completed, Ending::Rejected, failed("Transient", "late")] {
        let ended = end(&world.store, &live(&world.store), &input(&run, 1, ending)).await.unwrap();
        assert_eq!(ended, Ended { status: RunStatus::Cancelled, changed: false });
    }
    assert!(said(&world, &run).await.is_empty());
}

#[tokio::test]
async fn the_end_of_an_older_attempt_does_not_end_the_newer() {
    let world = World::new().await;
    let run = world.run().await;
    change(&world.store, &run, Change::by_person().status(RunStatus::Failed)).await;
    change(&world.store, &run, Change::resume(vec!["planner".into()])).await;
    let ended = end(&world.store, &live(&world.store), &input(&run, 1, failed("Transient", "late"))).await.unwrap();
    assert_eq!(ended, Ended { status: RunStatus::Queued, changed: false });
    assert_eq!(world.store.run(&run.key()).await.unwrap().status, RunStatus::Queued);
}

#[tokio::test]
async fn an_ending_whose_answer_is_lost_is_not_said_twice() {
    let world = World::new().await;
    let run = world.run().await;
    world.faults.plan("TransactWriteItems", &[Fault::AnswerLost]);
    let input = input(&run, 1, failed("Transient", "dynamodb"));
    end(&world.store, &live(&world.store), &input).await.unwrap();
    end(&world.store, &live(&world.store), &input).await.unwrap();
    assert_eq!(said(&world, &run).await.len(), 2);
}

#[test]
fn the_sample_events_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        serde_json::from_str::<EndInput>(&text).unwrap();
        seen += 1;
    }
    assert_eq!(seen, 3);
}
