//! Node results: stored once, with artifacts, costs and timings.

use run::{artifact::Artifact, body::Sha256Hex, node::NodeRecord};
use store::{Change, StoreError, eta_seconds};

use crate::support::{World, mark, note, owner, record, step};

fn artifact(path: String) -> Artifact {
    let content = path.as_bytes();
    Artifact {
        sha256: Sha256Hex::of(content),
        size_bytes: content.len() as u64,
        kind: "repository_file".into(),
        content_type: "text/plain".into(),
        path,
    }
}

#[tokio::test]
async fn a_node_that_runs_twice_stores_once_and_announces_once() {
    let world = World::new().await;
    let run = world.run().await;
    let first = NodeRecord { duration_ms: 1, ..record("planner", 0, 1) };
    let change = |record: NodeRecord| {
        move |_: &run::record::Run| Ok::<_, StoreError>(Change::by_attempt(1).node(record.clone()).event(note(7)))
    };
    world.store.update(&run.key(), change(first.clone())).await.unwrap();
    let again = NodeRecord { duration_ms: 2, ..record("planner", 0, 1) };
    match world.store.update(&run.key(), change(again)).await {
        Err(StoreError::AlreadyDone(stored)) => assert_eq!(*stored, first),
        other => panic!("{other:?}"),
    }
    let events = world.store.events_after(&run.key(), 1, 100).await.unwrap();
    assert_eq!(events.iter().filter_map(|event| mark(&event.body)).collect::<Vec<_>>(), [7]);
    assert_eq!(world.store.node_record(&run.key(), &step("planner", 0)).await.unwrap(), Some(first));
    assert_eq!(world.store.node_record(&run.key(), &step("planner", 1)).await.unwrap(), None);
    // Another iteration is another result.
    world.store.update(&run.key(), change(record("planner", 1, 1))).await.unwrap();
    assert_eq!(world.store.node_records(&run.key()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_two_copies_of_a_node_at_the_same_time_one_is_stored() {
    let world = World::new().await;
    let run = world.run().await;
    for iteration in 0..10 {
        let copies = (0..4).map(|copy| {
            let (store, key) = (world.store.clone(), run.key());
            let record = NodeRecord { duration_ms: copy, ..record("critic_cost", iteration, 1) };
            tokio::spawn(async move {
                store
                    .update::<StoreError, _>(&key, |_| {
                        Ok(Change::by_attempt(1).node(record.clone()).event(note(iteration)))
                    })
                    .await
            })
        });
        let results: Vec<_> = futures::future::join_all(copies).await.into_iter().map(|r| r.unwrap()).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let stored = world.store.node_record(&run.key(), &step("critic_cost", iteration)).await.unwrap().unwrap();
        for result in results {
            match result {
                Ok(_) => {}
                Err(StoreError::AlreadyDone(told)) => assert_eq!(*told, stored),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    let events = world.store.events_after(&run.key(), 1, 100).await.unwrap();
    assert_eq!(events.len(), 10);
}

#[tokio::test]
async fn few_and_many_artifacts_are_all_listed() {
    let world = World::new().await;
    let run = world.run().await;
    for (iteration, count) in [(0, 3_u32), (1, 230)] {
        let artifacts: Vec<Artifact> =
            (0..count).map(|index| artifact(format!("repository/{iteration}/file-{index:03} é.py"))).collect();
        let node = record("codegen", iteration, 1);
        world
            .store
            .update::<StoreError, _>(&run.key(), |_| {
                Ok(Change::by_attempt(1).node(node.clone()).artifacts(artifacts.clone()))
            })
            .await
            .unwrap();
        let listed: Vec<Artifact> = world
            .store
            .artifacts(&run.key())
            .await
            .unwrap()
            .into_iter()
            .filter(|artifact| artifact.path.starts_with(&format!("repository/{iteration}/")))
            .collect();
        assert_eq!(listed, artifacts);
    }
}

#[tokio::test]
async fn artifacts_of_a_commit_that_failed_are_not_listed() {
    let world = World::new().await;
    let run = world.run().await;
    let artifacts: Vec<Artifact> = (0..150).map(|index| artifact(format!("f{index}"))).collect();
    // Another writer is faster, so the transaction after the batches is refused.
    world.store.commit(&run, Change::by_attempt(1).event(note(1))).await.unwrap();
    let change = || Change::by_attempt(1).node(record("codegen", 0, 1)).artifacts(artifacts.clone());
    let refused = world.store.commit(&run, change()).await;
    assert!(matches!(refused, Err(StoreError::Contention { .. })), "{refused:?}");
    assert!(world.store.artifacts(&run.key()).await.unwrap().is_empty());
    world.store.update::<StoreError, _>(&run.key(), |_| Ok(change())).await.unwrap();
    assert_eq!(world.store.artifacts(&run.key()).await.unwrap().len(), 150);
}

#[tokio::test]
async fn costs_and_timings_are_kept() {
    let world = World::new().await;
    let run = world.run().await;
    for (iteration, duration_ms) in [(0, 1000), (1, 2000)] {
        let node = NodeRecord { duration_ms, ..record("critic_cost", iteration, 1) };
        let estimate = serde_json::json!({"monthly": 12.5, "z": 1, "a": [0.1]});
        world
            .store
            .update::<StoreError, _>(&run.key(), |_| {
                Ok(Change::by_attempt(1).node(node.clone()).cost(iteration, estimate.clone()))
            })
            .await
            .unwrap();
    }
    let failed = NodeRecord { ok: false, duration_ms: 99_000, ..record("critic_cost", 2, 1) };
    world.store.update::<StoreError, _>(&run.key(), |_| Ok(Change::by_attempt(1).node(failed.clone()))).await.unwrap();
    let costs = world.store.costs(&run.key()).await.unwrap();
    assert_eq!(costs.iter().map(|cost| cost.iteration).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(costs[0].estimate.to_string(), r#"{"monthly":12.5,"z":1,"a":[0.1]}"#);
    let timings = world.store.timings(&owner(), "design").await.unwrap();
    assert_eq!(timings.len(), 1);
    assert_eq!((timings[0].node.0.as_str(), timings[0].count, timings[0].mean_ms), ("critic_cost", 2, 1500.0));
    assert!(world.store.timings(&owner(), "demo").await.unwrap().is_empty());
    assert_eq!(eta_seconds(&timings, &["critic_cost".into()]), Some(1.5));
}

#[tokio::test]
async fn a_signal_or_an_estimate_that_is_too_large_is_refused_before_anything_is_written() {
    let world = World::new().await;
    let run = world.run().await;
    let signal = serde_json::json!("x".repeat(20_000));
    let change = Change::by_attempt(1).node(NodeRecord { signal, ..record("planner", 0, 1) }).event(note(1));
    assert!(matches!(world.store.commit(&run, change).await, Err(StoreError::TooLarge { .. })));
    let change = Change::by_attempt(1).cost(0, serde_json::json!("x".repeat(500_000))).event(note(1));
    assert!(matches!(world.store.commit(&run, change).await, Err(StoreError::TooLarge { .. })));
    let change = Change::by_attempt(1).events((0..150).map(note));
    assert!(matches!(world.store.commit(&run, change).await, Err(StoreError::TooLarge { .. })));
    assert_eq!(world.store.run(&run.key()).await.unwrap(), run);
}
