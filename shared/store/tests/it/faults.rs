//! Faults between us and DynamoDB.

use run::gate::GateKind;
use store::{Change, GateOutcome, NewProject, StoreError, Verdict};

use crate::support::{Fault, World, decided_by, gate, mark, new_run, note, owner, record};

#[tokio::test]
async fn a_transaction_that_fails_once_is_made_once() {
    for fault in [Fault::Conflict, Fault::NotDone, Fault::AnswerLost] {
        let world = World::new().await;
        let run = world.run().await;
        world.faults.plan("TransactWriteItems", &[fault]);
        let committed = world
            .store
            .update::<StoreError, _>(&run.key(), |_| {
                Ok(Change::by_attempt(1).node(record("planner", 0, 1)).event(note(5)))
            })
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(world.faults.left(), 0, "the fault happened");
        let events = world.store.events_after(&run.key(), 1, 100).await.unwrap();
        assert_eq!(events, committed.events, "{fault:?}");
        assert_eq!(world.store.run(&run.key()).await.unwrap(), committed.run);
    }
}

#[tokio::test]
async fn a_decision_whose_answer_is_lost_still_has_one_winner() {
    let world = World::new().await;
    let run = world.run().await;
    let gate = gate(GateKind::Final);
    let open = gate.clone();
    world
        .store
        .update::<StoreError, _>(&run.key(), |_| Ok(Change::by_attempt(1).open_gate(open.clone())))
        .await
        .unwrap();
    world.faults.plan("TransactWriteItems", &[Fault::AnswerLost]);
    let verdict = Verdict::Answered(decided_by("ann"));
    let outcome = world.store.decide_gate(&run.key(), None, &gate.id, verdict).await.unwrap();
    assert!(matches!(outcome, GateOutcome::Won { .. }), "{outcome:?}");
    let timer = Verdict::AutoApproved(decided_by("auto-approval"));
    let late = world.store.decide_gate(&run.key(), Some(1), &gate.id, timer).await.unwrap();
    assert!(matches!(late, GateOutcome::Lost { .. }), "{late:?}");
    assert_eq!(world.store.events_after(&run.key(), 1, 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_service_that_stays_away_is_named_and_nothing_is_half_written() {
    let world = World::new().await;
    let run = world.run().await;
    world.faults.plan("TransactWriteItems", &[Fault::NotDone; 20]);
    let failed = world
        .store
        .update::<StoreError, _>(&run.key(), |_| Ok(Change::by_attempt(1).event(note(1))))
        .await
        .unwrap_err();
    assert!(matches!(failed, StoreError::Service { what: "dynamodb:TransactWriteItems", .. }), "{failed:?}");
    assert!(failed.is_retryable());
    assert_eq!(world.store.run(&run.key()).await.unwrap(), run);
    assert!(world.store.events_after(&run.key(), 1, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn conflicts_without_end_end_as_contention() {
    let world = World::new().await;
    let run = world.run().await;
    world.faults.plan("TransactWriteItems", &[Fault::Conflict; 60]);
    let failed = world
        .store
        .update::<StoreError, _>(&run.key(), |_| Ok(Change::by_attempt(1).event(note(1))))
        .await
        .unwrap_err();
    assert!(matches!(failed, StoreError::Contention { .. }), "{failed:?}");
}

#[tokio::test]
async fn making_projects_and_runs_survives_each_fault() {
    for fault in [Fault::Conflict, Fault::NotDone, Fault::AnswerLost] {
        let world = World::new().await;
        world.faults.plan("TransactWriteItems", &[fault]);
        let new = NewProject { owner: owner(), name: "p".into(), description: String::new(), idempotency: None };
        let project = world.store.create_project(new).await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        world.faults.plan("TransactWriteItems", &[fault]);
        let created = world.store.create_run(new_run(&project)).await.unwrap();
        assert_eq!(created.run.version, 1, "{fault:?}");
        assert_eq!(world.store.project(&owner(), &project.id).await.unwrap().last_version, 1);
    }
}

#[tokio::test]
async fn a_lost_measurement_does_not_lose_the_node() {
    let world = World::new().await;
    let run = world.run().await;
    world.faults.plan("UpdateItem", &[Fault::NotDone; 20]);
    let change = Change::by_attempt(1).node(record("planner", 0, 1)).event(note(3));
    let committed = world.store.commit(&run, change).await.unwrap();
    assert_eq!(committed.events.iter().filter_map(|event| mark(&event.body)).collect::<Vec<_>>(), [3]);
    assert_eq!(world.store.node_records(&run.key()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_commit_takes_few_calls() {
    let world = World::new().await;
    let run = world.run().await;
    let before = world.faults.calls();
    world.store.commit(&run, Change::by_attempt(1).events([note(1), note(2)])).await.unwrap();
    assert_eq!(world.faults.calls() - before, 1, "one transaction and nothing else");
}
