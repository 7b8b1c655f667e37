//! Endings, resumption and attempts.

use run::{
    event::EventBody,
    record::{Failure, RunStatus},
};
use store::{Change, StoreError};

use crate::support::{World, mark, note, record};

async fn end(world: &World, key: &run::id::RunKey, status: RunStatus) {
    world.store.update::<StoreError, _>(key, |_| Ok(Change::by_attempt(1).status(status))).await.unwrap();
}

#[tokio::test]
async fn an_ended_run_accepts_nothing_but_its_resumption() {
    for status in [RunStatus::Completed, RunStatus::Failed, RunStatus::Rejected, RunStatus::Cancelled] {
        let world = World::new().await;
        let key = world.run().await.key();
        end(&world, &key, status).await;
        let ended = world.store.run(&key).await.unwrap();
        assert!(ended.ended_at.is_some());
        let changes = [
            Change::by_attempt(1).event(note(1)),
            Change::by_person().event(note(1)),
            Change::by_attempt(1).node(record("planner", 0, 1)),
            Change::by_person().status(RunStatus::Cancelled),
        ];
        for change in changes {
            match world.store.commit(&ended, change).await {
                Err(StoreError::Ended { status: told }) => assert_eq!(told, status),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(world.store.run(&key).await.unwrap(), ended, "nothing was written");
        let resumed = world.store.commit(&ended, Change::resume(vec!["planner".into()])).await;
        match (status, resumed) {
            (RunStatus::Failed, Ok(committed)) => {
                let run = committed.run;
                assert_eq!((run.status, run.attempt, run.ended_at), (RunStatus::Queued, 2, None));
                let EventBody::WorkflowStart(start) = &committed.events[0].body else { panic!("not a start") };
                assert_eq!(start.attempt, 2);
            }
            (RunStatus::Failed, Err(error)) => panic!("{error:?}"),
            (_, Err(StoreError::Ended { .. })) => {}
            (_, other) => panic!("{status:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_failure_is_kept_until_the_run_is_resumed() {
    let world = World::new().await;
    let key = world.run().await.key();
    let failure = Failure {
        node: Some("planner".into()),
        error: "Defect".into(),
        cause: "it broke".into(),
        way_out: "resume".into(),
    };
    let failed = world
        .store
        .update::<StoreError, _>(&key, |_| {
            Ok(Change::by_attempt(1).status(RunStatus::Failed).failure(failure.clone()).event(note(1)))
        })
        .await
        .unwrap();
    assert_eq!(failed.run.failure, Some(failure));
    let resumed = world.store.update::<StoreError, _>(&key, |_| Ok(Change::resume(Vec::new()))).await.unwrap();
    assert_eq!(resumed.run.failure, None);
}

#[tokio::test]
async fn a_superseded_attempt_may_not_write_and_a_person_may() {
    let world = World::new().await;
    let key = world.run().await.key();
    // An interrupted run has not ended: its engine is gone. It can be resumed all the same.
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::resume(Vec::new()))).await.unwrap();
    let late = world
        .store
        .update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).node(record("planner", 0, 1)).event(note(1))))
        .await;
    match late {
        Err(StoreError::Superseded { given, current }) => assert_eq!((given, current), (1, 2)),
        other => panic!("{other:?}"),
    }
    assert!(world.store.node_records(&key).await.unwrap().is_empty());
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(2).event(note(2)))).await.unwrap();
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_person().event(note(3)))).await.unwrap();
    let events = world.store.events_after(&key, 0, 100).await.unwrap();
    assert_eq!(events.iter().filter_map(|event| mark(&event.body)).collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test]
async fn of_a_cancellation_and_late_nodes_none_writes_after_the_end() {
    let world = World::new().await;
    let key = world.run().await.key();
    let nodes = (0..12).map(|iteration| {
        let (store, key) = (world.store.clone(), key.clone());
        tokio::spawn(async move {
            store
                .update::<StoreError, _>(&key, |_| {
                    Ok(Change::by_attempt(1).node(record("planner", iteration, 1)).event(note(iteration)))
                })
                .await
        })
    });
    let nodes: Vec<_> = nodes.collect();
    let cancelled = world
        .store
        .update::<StoreError, _>(&key, |_| Ok(Change::by_person().status(RunStatus::Cancelled).event(note(999))))
        .await
        .unwrap();
    let mut stored = 0;
    for result in futures::future::join_all(nodes).await {
        match result.unwrap() {
            Ok(_) => stored += 1,
            Err(StoreError::Ended { status: RunStatus::Cancelled }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let run = world.store.run(&key).await.unwrap();
    assert_eq!(run, cancelled.run, "the cancellation was the last change");
    assert_eq!(world.store.node_records(&key).await.unwrap().len(), stored);
    let events = world.store.events_after(&key, 0, 100).await.unwrap();
    assert_eq!(events.last().and_then(|event| mark(&event.body)), Some(999));
}
