//! The API itself: health, its document, what no route serves, and services that do not answer.

use std::sync::atomic::Ordering;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn it_is_healthy_and_documents_itself() {
    let world = World::new().await;
    assert_eq!(world.get("/v1/health").await.expect(200)["status"], "ok");
    let document = world.get("/v1/openapi.json").await.expect(200);
    assert_eq!(document, serde_json::from_str::<Value>(api::openapi_json()).unwrap());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_too() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v1/projects/", "/v2/projects", "/v1/openapi.yaml"] {
        world.get(path).await.problem(404, "route-not-found");
    }
    let reply = world.send(Method::DELETE, "/v1/projects", &[], Vec::new()).await;
    reply.problem(405, "method-not-allowed");
    let allow = reply.headers["allow"].to_str().unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_unavailable() {
    let world = World::without_database().await;
    world.get("/v1/projects").await.problem(503, "unavailable");
    assert_eq!(world.get("/v1/health").await.expect(200)["status"], "ok");
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_unavailable() {
    let world = World::new().await;
    let (_, key) = world.decision_set().await;
    world.engine.broken.store(true, Ordering::SeqCst);
    let job = run::id::JobId::new(key.run.clone(), 1);
    world.get(&format!("/v1/projects/{}/jobs/{job}/status", key.project)).await.problem(503, "unavailable");
}

#[tokio::test]
async fn request_ids_differ() {
    let world = World::new().await;
    let ids = [world.get("/v1/health").await, world.get("/v1/health").await]
        .map(|reply| reply.headers["x-request-id"].to_str().unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    let body = world.post("/v1/projects", json!({})).await;
    assert_ne!(body.expect(422)["request_id"], ids[0]);
}

#[tokio::test]
async fn the_sample_events_are_requests_that_the_router_answers() {
    let world = World::new().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/events");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let event = std::fs::read_to_string(&path).unwrap();
        let (parts, body) = lambda_http::request::from_str(&event).unwrap().into_parts();
        let headers: Vec<_> = parts.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
        let target = parts.uri.path_and_query().unwrap().as_str();
        let reply = world.send(parts.method.clone(), target, &headers, body.to_vec()).await;
        let expected = match path.file_stem().unwrap().to_str().unwrap() {
            "health" | "list-projects" => 200,
            "create-project" => 201,
            "refused" => 422,
            // The samples' ids are placeholders.
            _ => 404,
        };
        assert_eq!(reply.status, expected, "{}: {}", path.display(), String::from_utf8_lossy(&reply.bytes));
        seen += 1;
    }
    assert!(seen >= 8);
}
