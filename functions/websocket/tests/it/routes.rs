//! Every route, from the event to the messages that the client gets.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use live::{FakeConnections, Live};
use run::{
    event::{EventBody, NodeStart, WorkflowComplete},
    id::{OwnerId, ProjectId, RunId, RunKey},
    message::ServerMessage,
    node::Step,
    record::{Progress, RunStatus},
};
use serde_json::{Value, json};
use store::{
    Change, ConnectionId, StoreError,
    testing::{Fault, World, new_run},
};
use websocket::{Response, Socket, answer};

struct Stage {
    world: World,
    connections: Arc<FakeConnections>,
    socket: Socket,
    owner: OwnerId,
    client: ConnectionId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let connections = Arc::new(FakeConnections::default());
        let live = Live::with(world.store.clone(), connections.clone());
        let socket = Socket { store: world.store.clone(), live };
        let client = ConnectionId("L0SM9cOFvHcCIhw=".into());
        Self { world, connections, socket, owner: OwnerId("local".into()), client }
    }

    async fn call(&self, route: &str, body: Option<Value>) -> Response {
        let body = body.map(|body| body.to_string());
        let event = json!({
            "requestContext": { "routeKey": route, "connectionId": self.client.0 },
            "body": body,
        });
        answer(&self.socket, &self.owner, event).await
    }

    async fn subscribe(&self, key: &RunKey, after: u64) {
        let body = json!({
            "action": "subscribe", "project_id": key.project, "decision_set_id": key.run, "after": after
        });
        assert_eq!(self.call("subscribe", Some(body)).await.status_code, 200);
    }

    fn messages(&self) -> Vec<ServerMessage> {
        self.connections.messages(&self.client)
    }

    async fn add_events(&self, key: &RunKey, count: u32) {
        let mut left = count;
        while left > 0 {
            let some = left.min(80);
            self.world
                .store
                .update::<StoreError, _>(key, |_| Ok(Change::by_attempt(1).events((0..some).map(note))))
                .await
                .unwrap();
            left -= some;
        }
    }
}

fn note(iteration: u32) -> EventBody {
    let progress =
        Progress { percentage: 10, current: None, running: Vec::new(), completed: Vec::new(), eta_seconds: None };
    EventBody::NodeStart(NodeStart { step: Step { node: "planner".into(), iteration }, progress })
}

fn sequences(messages: &[ServerMessage]) -> Vec<u64> {
    messages
        .iter()
        .filter_map(|message| match message {
            ServerMessage::Event { event } => Some(event.sequence),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn a_subscriber_gets_what_it_missed_in_order_and_then_the_word_that_all_is_sent() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    stage.add_events(&key, 199).await;
    stage.subscribe(&key, 0).await;
    let messages = stage.messages();
    assert_eq!(sequences(&messages), (1..=200).collect::<Vec<u64>>());
    let last = ServerMessage::Subscribed { decision_set_id: key.run.clone(), newest_sequence: 200 };
    assert_eq!(messages.last(), Some(&last));
    assert_eq!(stage.world.store.subscribers(&key).await.unwrap(), std::slice::from_ref(&stage.client));
    // Again from where it is, and from a little before.
    stage.subscribe(&key, 200).await;
    stage.subscribe(&key, 197).await;
    let messages = stage.messages().split_off(201);
    assert_eq!(sequences(&messages), [198, 199, 200]);
    assert_eq!(messages.iter().filter(|message| **message == last).count(), 2);
    // A number that there is not yet.
    stage.subscribe(&key, u64::MAX).await;
    assert_eq!(stage.messages().last(), Some(&last));
}

#[tokio::test]
async fn who_missed_too_much_is_told_to_fetch_it() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    stage.add_events(&key, 200).await;
    stage.subscribe(&key, 0).await;
    let (decision_set_id, newest_sequence) = (key.run.clone(), 201);
    assert_eq!(
        stage.messages(),
        [
            ServerMessage::EventsAvailable { decision_set_id: decision_set_id.clone(), newest_sequence },
            ServerMessage::Subscribed { decision_set_id, newest_sequence },
        ]
    );
}

#[tokio::test]
async fn a_large_event_in_the_replay_is_named_and_the_rest_is_sent() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    let large = WorkflowComplete { status: RunStatus::Running, summary: "x".repeat(100_000) };
    let bodies = [note(1), EventBody::WorkflowComplete(large), note(2)];
    let change = |_: &run::record::Run| Ok::<_, StoreError>(Change::by_attempt(1).events(bodies.clone()));
    stage.world.store.update(&key, change).await.unwrap();
    stage.subscribe(&key, 1).await;
    let messages = stage.messages();
    assert_eq!(sequences(&messages), [2, 4]);
    assert!(matches!(messages[1], ServerMessage::EventsAvailable { newest_sequence: 3, .. }));
    assert!(stage.connections.texts(&stage.client).iter().all(|text| text.len() <= live::FRAME_LIMIT));
}

#[tokio::test]
async fn nothing_is_lost_between_the_replay_and_the_pushes() {
    let stage = Arc::new(Stage::new().await);
    let key = stage.world.run().await.key();
    let writer = {
        let (stage, key) = (stage.clone(), key.clone());
        tokio::spawn(async move {
            for iteration in 0..60 {
                let committed = stage
                    .world
                    .store
                    .update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).event(note(iteration))))
                    .await
                    .unwrap();
                stage.socket.live.push(&key, &committed.events).await;
            }
        })
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    stage.subscribe(&key, 0).await;
    writer.await.unwrap();
    let seen: BTreeSet<u64> = sequences(&stage.messages()).into_iter().collect();
    assert_eq!(seen, (1..=61).collect::<BTreeSet<u64>>());
}

#[tokio::test]
async fn a_run_that_is_not_there_or_not_in_this_project_is_refused_and_not_followed() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    let strangers =
        [RunKey { run: RunId::generate(), ..key.clone() }, RunKey { project: ProjectId::generate(), ..key.clone() }];
    for stranger in &strangers {
        stage.subscribe(stranger, 0).await;
        assert!(stage.world.store.subscribers(stranger).await.unwrap().is_empty());
    }
    // Somebody else asks for a run that is there.
    let stranger = OwnerId("someone-else".into());
    let body = json!({"action": "subscribe", "project_id": key.project, "decision_set_id": key.run}).to_string();
    let event = json!({"requestContext": {"routeKey": "subscribe", "connectionId": stage.client.0}, "body": body});
    assert_eq!(answer(&stage.socket, &stranger, event).await.status_code, 200);
    assert!(stage.world.store.subscribers(&key).await.unwrap().is_empty());
    let messages = stage.messages();
    assert_eq!(messages.len(), 3);
    for message in messages {
        let ServerMessage::Refused { error, .. } = message else { panic!("{message:?}") };
        assert_eq!(error, "UnknownRun");
    }
}

#[tokio::test]
async fn a_ping_is_answered_for_every_run_that_is_followed() {
    let stage = Stage::new().await;
    let project = stage.world.project().await;
    let mut expected = BTreeSet::new();
    assert_eq!(stage.call("ping", Some(json!({"action": "ping"}))).await.status_code, 200);
    assert!(matches!(stage.messages()[..], [ServerMessage::Heartbeat { decision_set_id: None, .. }]));
    for events in [0, 3] {
        let run = stage.world.store.create_run(new_run(&project)).await.unwrap().run;
        stage.add_events(&run.key(), events).await;
        stage.subscribe(&run.key(), 100).await;
        expected.insert((run.id, 1 + u64::from(events)));
    }
    let before = stage.messages().len();
    stage.call("ping", Some(json!({"action": "ping"}))).await;
    let beats: BTreeSet<(RunId, u64)> = stage
        .messages()
        .split_off(before)
        .into_iter()
        .map(|message| match message {
            ServerMessage::Heartbeat { decision_set_id: Some(run), newest_sequence, .. } => (run, newest_sequence),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(beats, expected);
}

#[tokio::test]
async fn leaving_a_run_and_leaving_for_good() {
    let stage = Stage::new().await;
    let project = stage.world.project().await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        let key = stage.world.store.create_run(new_run(&project)).await.unwrap().run.key();
        stage.subscribe(&key, 0).await;
        keys.push(key);
    }
    let leave = json!({"action": "unsubscribe", "project_id": keys[0].project, "decision_set_id": keys[0].run});
    stage.call("unsubscribe", Some(leave)).await;
    let last = stage.messages().pop();
    assert_eq!(last, Some(ServerMessage::Unsubscribed { decision_set_id: keys[0].run.clone() }));
    assert_eq!(stage.world.store.subscriptions(&stage.client).await.unwrap().len(), 2);
    assert_eq!(stage.call("$disconnect", None).await.status_code, 200);
    for key in &keys {
        assert!(stage.world.store.subscribers(key).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_in_words_and_never_answered_by_the_return_value() {
    let stage = Stage::new().await;
    for body in [json!("ping"), json!({"action": "shout"}), json!({"action": "ping", "x": 1}), json!(null)] {
        let response = stage.call("$default", Some(body)).await;
        assert_eq!(serde_json::to_value(response).unwrap(), json!({"statusCode": 200}));
    }
    let messages = stage.messages();
    assert_eq!(messages.len(), 4);
    for message in messages {
        let ServerMessage::Refused { error, detail } = message else { panic!("{message:?}") };
        assert_eq!(error, "InvalidMessage");
        assert!(detail.contains("accepted are"), "{detail}");
    }
    assert_eq!(answer(&stage.socket, &stage.owner, json!({"x": 1})).await, Response { status_code: 400 });
}

#[tokio::test]
async fn a_store_that_fails_is_told_to_the_client_and_to_api_gateway() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    stage.world.faults.plan("GetItem", &[Fault::NotDone; 10]);
    let body = json!({"action": "subscribe", "project_id": key.project, "decision_set_id": key.run});
    assert_eq!(stage.call("subscribe", Some(body)).await, Response { status_code: 500 });
    let messages = stage.messages();
    let [ServerMessage::Refused { error, .. }] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(error, "Unavailable");
}

#[tokio::test]
async fn a_client_that_is_gone_while_it_subscribes_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let key = stage.world.run().await.key();
    stage.connections.close(&stage.client);
    stage.subscribe(&key, 0).await;
    assert!(stage.world.store.subscribers(&key).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_sample_events_are_understood() {
    let stage = Stage::new().await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let mut routes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let event: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        routes.insert(event["requestContext"]["routeKey"].as_str().unwrap().to_owned());
        let response = answer(&stage.socket, &stage.owner, event).await;
        assert_eq!(response.status_code, 200, "{}", path.display());
    }
    let all = ["$connect", "$default", "$disconnect", "ping", "subscribe", "unsubscribe"];
    assert_eq!(routes, all.map(str::to_owned).into());
    // connect and disconnect say nothing; the sample's run is unknown here.
    assert_eq!(stage.messages().len(), 4);
}
