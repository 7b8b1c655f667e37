//! Order, dead connections, slow and failing ones.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use live::{FakeConnections, Live};
use run::{
    event::{Event, EventBody, WorkflowComplete},
    id::RunKey,
    message::ServerMessage,
    record::RunStatus,
};
use store::{ConnectionId, testing::World};

fn connection(name: &str) -> ConnectionId {
    ConnectionId(name.into())
}

fn events(key: &RunKey, sizes: &[usize]) -> Vec<Event> {
    sizes
        .iter()
        .zip(1..)
        .map(|(size, sequence)| Event {
            sequence,
            decision_set_id: key.run.clone(),
            at: jiff::Timestamp::now(),
            body: EventBody::WorkflowComplete(WorkflowComplete {
                status: RunStatus::Completed,
                summary: "x".repeat(*size),
            }),
        })
        .collect()
}

fn sequences(messages: &[ServerMessage]) -> Vec<u64> {
    messages
        .iter()
        .map(|message| match message {
            ServerMessage::Event { event } => event.sequence,
            ServerMessage::EventsAvailable { newest_sequence, .. } => *newest_sequence,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn everybody_gets_every_event_in_order_and_strangers_none() {
    let world = World::new().await;
    let key = world.run().await.key();
    let connections = Arc::new(FakeConnections::default());
    let live = Live::with(world.store.clone(), connections.clone());
    let names: Vec<ConnectionId> = (0..100).map(|index| connection(&format!("c{index:03}"))).collect();
    for name in &names {
        world.store.subscribe(&key, name).await.unwrap();
    }
    let stranger = connection("stranger");
    let other = RunKey { run: run::id::RunId::generate(), ..key.clone() };
    world.store.subscribe(&other, &stranger).await.unwrap();
    let events = events(&key, &[1, 1, 40_000, 1]);
    live.push(&key, &events).await;
    for name in &names {
        let messages = connections.messages(name);
        assert_eq!(sequences(&messages), [1, 2, 3, 4]);
        assert!(matches!(messages[2], ServerMessage::EventsAvailable { .. }), "too large to push");
        assert_eq!(messages[3], ServerMessage::Event { event: events[3].clone() });
    }
    assert!(connections.messages(&stranger).is_empty());
}

#[tokio::test]
async fn a_dead_connection_is_forgotten_and_a_failing_one_is_not() {
    let world = World::new().await;
    let key = world.run().await.key();
    let connections = Arc::new(FakeConnections::default());
    let live = Live::with(world.store.clone(), connections.clone());
    let (dead, failing, well) = (connection("dead"), connection("failing"), connection("well"));
    for name in [&dead, &failing, &well] {
        world.store.subscribe(&key, name).await.unwrap();
    }
    connections.close(&dead);
    connections.fail(&failing);
    live.push(&key, &events(&key, &[1, 1])).await;
    assert_eq!(connections.messages(&well).len(), 2);
    assert_eq!(world.store.subscribers(&key).await.unwrap(), [failing, well]);
    assert!(world.store.subscriptions(&dead).await.unwrap().is_empty());
}

#[tokio::test]
async fn slow_connections_do_not_wait_for_each_other_nor_the_pusher_for_ever() {
    let world = World::new().await;
    let key = world.run().await.key();
    let connections = Arc::new(FakeConnections::default());
    let live = Live::with(world.store.clone(), connections.clone());
    for index in 0..20 {
        let name = connection(&format!("slow{index}"));
        connections.delay(&name, Duration::from_millis(100));
        world.store.subscribe(&key, &name).await.unwrap();
    }
    let stuck = connection("stuck");
    connections.delay(&stuck, Duration::from_secs(3600));
    world.store.subscribe(&key, &stuck).await.unwrap();
    let start = Instant::now();
    live.push(&key, &events(&key, &[1, 1, 1])).await;
    // One after another would be 6 s and then the stuck one.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    for index in 0..20 {
        assert_eq!(sequences(&connections.messages(&connection(&format!("slow{index}")))), [1, 2, 3]);
    }
    assert!(connections.messages(&stuck).is_empty());
    assert!(world.store.subscribers(&key).await.unwrap().contains(&stuck), "slow is not dead");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_an_error_of_the_pusher() {
    let world = World::new().await;
    let key = world.run().await.key();
    let connections = Arc::new(FakeConnections::default());
    let live = Live::with(world.store.clone(), connections.clone());
    let name = connection("c");
    world.store.subscribe(&key, &name).await.unwrap();
    world.faults.plan("Query", &[store::testing::Fault::NotDone; 10]);
    live.push(&key, &events(&key, &[1])).await;
    assert!(connections.messages(&name).is_empty());
}
