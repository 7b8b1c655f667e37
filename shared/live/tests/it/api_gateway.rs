//! The real management client against a local HTTP server that answers as API Gateway does.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use live::Live;
use run::message::ServerMessage;
use store::{ConnectionId, testing::World};

type Received = Arc<Mutex<Vec<(String, String)>>>;

async fn take(
    Path(connection): Path<String>,
    State(received): State<Received>,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    let error = |name| [("x-amzn-errortype", name)];
    match connection.as_str() {
        "gone=" => (StatusCode::GONE, error("GoneException"), r#"{"message":"gone"}"#),
        "forbidden=" => (StatusCode::FORBIDDEN, error("ForbiddenException"), r#"{"message":"no"}"#),
        _ => {
            received.lock().unwrap().push((connection, body));
            (StatusCode::OK, error(""), "")
        }
    }
}

#[tokio::test]
async fn messages_arrive_at_the_stages_connections_path_and_gone_is_understood() {
    let received = Received::default();
    let path = "/_aws/execute-api/abc123/ws/@connections/{connection}";
    let router = Router::new().route(path, post(take)).with_state(received.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/_aws/execute-api/abc123/ws", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let credentials = aws_sdk_apigatewaymanagement::config::Credentials::new("000000000000", "x", None, None, "test");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .credentials_provider(aws_sdk_apigatewaymanagement::config::SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let world = World::new().await;
    let key = world.run().await.key();
    let live = Live::new(world.store.clone(), Live::client(&config, &endpoint));

    let message = ServerMessage::Unsubscribed { decision_set_id: key.run.clone() };
    let connection = |name: &str| ConnectionId(name.to_owned());
    for name in ["L0SM9cOFvHcCIhw=", "gone=", "forbidden="] {
        world.store.subscribe(&key, &connection(name)).await.unwrap();
    }
    assert!(live.send(&connection("L0SM9cOFvHcCIhw="), std::slice::from_ref(&message)).await);
    assert!(!live.send(&connection("gone="), std::slice::from_ref(&message)).await);
    assert!(!live.send(&connection("forbidden="), std::slice::from_ref(&message)).await);
    let got = received.lock().unwrap().clone();
    assert_eq!(got, [("L0SM9cOFvHcCIhw=".to_owned(), serde_json::to_string(&message).unwrap())]);
    let left = world.store.subscribers(&key).await.unwrap();
    assert_eq!(left, [connection("L0SM9cOFvHcCIhw="), connection("forbidden=")]);
}
