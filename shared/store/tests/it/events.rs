//! The event log: no gap, no double, no loss, whoever writes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use run::{
    event::{EventBody, WorkflowComplete},
    record::RunStatus,
};
use store::{Change, StoreError};

use crate::support::{World, mark, note, somewhere};

/// Several writers append; each change has some events that belong together.
async fn append_from_several(writers: Vec<Vec<u8>>) {
    let world = World::new().await;
    let run = world.run().await;
    let key = run.key();
    let mut expected: Vec<Vec<u32>> = Vec::new();
    let mut next_mark = 0;
    let mut plans: Vec<Vec<Vec<u32>>> = Vec::new();
    for writer in &writers {
        let changes: Vec<Vec<u32>> = writer
            .iter()
            .map(|events| {
                (0..*events)
                    .map(|_| {
                        next_mark += 1;
                        next_mark
                    })
                    .collect()
            })
            .collect();
        expected.extend(changes.iter().cloned());
        plans.push(changes);
    }
    let tasks = plans.into_iter().map(|changes| {
        let (store, key) = (world.store.clone(), key.clone());
        tokio::spawn(async move {
            let mut written = Vec::new();
            for marks in changes {
                let committed = store
                    .update::<StoreError, _>(&key, |_| {
                        Ok(Change::by_attempt(1).events(marks.iter().map(|mark| note(*mark))))
                    })
                    .await
                    .unwrap();
                written.extend(committed.events);
            }
            written
        })
    });
    let mut announced = Vec::new();
    for task in futures::future::join_all(tasks).await {
        announced.extend(task.unwrap());
    }
    announced.sort_by_key(|event| event.sequence);
    let stored = world.store.events_after(&key, 1, 10_000).await.unwrap();
    assert_eq!(stored, announced, "what was announced is what is stored");
    let sequences: Vec<u64> = stored.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (2..2 + u64::from(next_mark)).collect::<Vec<u64>>(), "no gap, no double");
    let marks: Vec<u32> = stored.iter().filter_map(|event| mark(&event.body)).collect();
    let unique: BTreeSet<u32> = marks.iter().copied().collect();
    assert_eq!(unique.len(), next_mark as usize, "no loss");
    for change in expected.iter().filter(|change| !change.is_empty()) {
        assert!(marks.windows(change.len()).any(|window| window == change), "events of one change stand together");
    }
    assert!(stored.windows(2).all(|pair| pair[0].at <= pair[1].at), "time does not go back");
    let run = world.store.run(&key).await.unwrap();
    assert_eq!(run.last_sequence, 1 + u64::from(next_mark));
    assert_eq!(run.revision, 1 + expected.len() as u64);
}

proptest! {
    // Each case starts its own services and writes up to 50 transactions.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn several_writers_leave_no_gap_no_double_and_no_loss(
        writers in proptest::collection::vec(proptest::collection::vec(0u8..4, 1..7), 2..8)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(append_from_several(writers));
    }
}

#[tokio::test]
async fn a_lost_lock_changes_nothing() {
    let world = World::new().await;
    let run = world.run().await;
    world.store.commit(&run, Change::by_attempt(1).event(note(1))).await.unwrap();
    let stale = world.store.commit(&run, Change::by_attempt(1).event(note(2))).await;
    assert!(matches!(stale, Err(StoreError::Contention { .. })), "{stale:?}");
    let events = world.store.events_after(&run.key(), 1, 10).await.unwrap();
    assert_eq!(events.iter().filter_map(|event| mark(&event.body)).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn large_events_are_read_back_as_they_were_written() {
    let world = World::new().await;
    let run = world.run().await;
    let large = |size: usize| {
        let summary: String = "ü💶\"\n".chars().cycle().take(size).collect();
        EventBody::WorkflowComplete(WorkflowComplete { status: RunStatus::Running, summary })
    };
    let mut committed = Vec::new();
    for size in [1, 20_000, 24 * 1024, 500_000, 2] {
        let change = |_: &run::record::Run| Ok::<_, StoreError>(Change::by_attempt(1).event(large(size)));
        committed.extend(world.store.update(&run.key(), change).await.unwrap().events);
    }
    assert_eq!(world.store.events_after(&run.key(), 1, 100).await.unwrap(), committed);
    let items = world.partition(&crate::support::partition_of(&run.key())).await;
    assert_eq!(items.iter().filter(|(_, item)| item.contains_key("body_sha256")).count(), 3, "three are in S3");
}

#[tokio::test]
async fn reading_goes_on_where_it_stopped() {
    let world = World::new().await;
    let run = world.run().await;
    let change = Change::by_attempt(1).events((1..=30).map(note));
    world.store.commit(&run, change).await.unwrap();
    let mut after = 0;
    let mut seen = Vec::new();
    loop {
        let events = world.store.events_after(&run.key(), after, 7).await.unwrap();
        assert!(events.len() <= 7);
        let Some(last) = events.last() else { break };
        after = last.sequence;
        seen.extend(events.iter().map(|event| event.sequence));
    }
    assert_eq!(seen, (1..=31).collect::<Vec<u64>>());
    for after in [31, 32, 9_999_999_999, u64::MAX] {
        assert!(world.store.events_after(&run.key(), after, 7).await.unwrap().is_empty());
    }
    assert!(world.store.events_after(&run.key(), 0, 0).await.unwrap().is_empty());
    assert!(world.store.events_after(&somewhere(), 0, 7).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hole_in_the_log_hides_what_follows_it() {
    let world = World::new().await;
    let run = world.run().await;
    world.store.commit(&run, Change::by_attempt(1).events((1..=4).map(note))).await.unwrap();
    // What a query may see while a transaction is being written: event 3 is not there yet.
    let key = |name: &str, value: String| (name.to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(value));
    let item = [key("pk", crate::support::partition_of(&run.key())), key("sk", "EVENT#0000000003".into())];
    world.dynamo.delete_item().table_name("runs").set_key(Some(item.into())).send().await.unwrap();
    let events = world.store.events_after(&run.key(), 0, 100).await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2]);
    assert!(world.store.events_after(&run.key(), 2, 100).await.unwrap().is_empty());
}
