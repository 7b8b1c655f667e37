//! Projects.

use axum::http::Method;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_project_is_made_read_and_listed() {
    let world = World::new().await;
    let reply = world.post("/v1/projects", json!({"name": "  Abwanderung 予測 🚀 ", "description": "x"})).await;
    let project = reply.expect(201);
    assert_eq!(project["name"], "Abwanderung 予測 🚀");
    let location = reply.headers["location"].to_str().unwrap();
    assert_eq!(world.get(location).await.expect(200), project);
    assert_eq!(world.get("/v1/projects").await.expect(200)["projects"], json!([project]));
}

#[tokio::test]
async fn names_are_unique_whatever_their_case() {
    let world = World::new().await;
    let id = world.project("Churn").await;
    let (body, fields) = world.post("/v1/projects", json!({"name": "cHURN "})).await.problem(409, "project-name-taken");
    assert_eq!(fields, ["name"]);
    assert!(body["detail"].as_str().unwrap().contains(&id), "{body}");
}

#[tokio::test]
async fn a_repeat_under_a_key_is_answered_with_the_same_project() {
    let world = World::new().await;
    let body = json!({"name": "Churn", "description": "x"});
    let first = world.post_with_key("/v1/projects", "once", body.clone()).await.expect(201);
    assert_eq!(world.post_with_key("/v1/projects", "once", body.clone()).await.expect(201), first);
    assert_eq!(world.get("/v1/projects").await.expect(200)["projects"], json!([first]));
    let reply = world.post_with_key("/v1/projects", "once", json!({"name": "Other"})).await;
    let (problem, fields) = reply.problem(422, "idempotency-key-reused");
    assert_eq!(fields, ["idempotency-key"]);
    assert!(problem["detail"].as_str().unwrap().contains(first["id"].as_str().unwrap()), "{problem}");
    world.post_with_key("/v1/projects", "other", body).await.problem(409, "project-name-taken");
    world.post_with_key("/v1/projects", "a key", json!({"name": "Spaces"})).await.problem(400, "parameter-invalid");
}

#[tokio::test]
async fn fields_are_named_when_they_are_wrong() {
    let world = World::new().await;
    for (body, fields) in [
        (json!({"name": ""}), vec!["name"]),
        (json!({"name": " \t "}), vec!["name"]),
        (json!({"name": "x".repeat(101)}), vec!["name"]),
        (json!({"name": "two\nlines"}), vec!["name"]),
        (json!({"name": "", "description": "x".repeat(2001)}), vec!["name", "description"]),
        (json!({"name": 7}), vec!["name"]),
        (json!({"name": "x", "nmae": "y"}), vec!["nmae"]),
        (json!({"description": "x"}), vec!["body"]),
        (json!([]), vec!["body"]),
    ] {
        let (problem, told) = world.post("/v1/projects", body.clone()).await.problem(422, "body-invalid");
        assert_eq!(told, fields, "{body}: {problem}");
    }
    assert_eq!(world.get("/v1/projects").await.expect(200)["projects"], json!([]));
    world.post("/v1/projects", json!({"name": "é".repeat(100)})).await.expect(201);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_told_its_position() {
    let world = World::new().await;
    let json = [("content-type", "application/json")];
    for body in ["", "{", "{\"name\": \"x\",}", "{\"name\": \"x\"} {}", "{\"name\": \"\\ud800\"}", "\u{feff}{}"] {
        let reply = world.send(Method::POST, "/v1/projects", &json, body.into()).await;
        let (problem, fields) = reply.problem(400, "request-malformed");
        assert_eq!(fields, ["body"], "{body}");
        assert!(problem["detail"].as_str().unwrap().contains("line 1 column"), "{problem}");
    }
    let reply = world.send(Method::POST, "/v1/projects", &json, b"{\"name\": \"\xff\"}".to_vec()).await;
    reply.problem(400, "request-malformed");
}

#[tokio::test]
async fn media_types_and_sizes_are_bounded() {
    let world = World::new().await;
    let body = || json!({"name": "x"}).to_string().into_bytes();
    for headers in [vec![], vec![("content-type", "text/plain")], vec![("content-type", "application/jsonp")]] {
        let (_, fields) =
            world.send(Method::POST, "/v1/projects", &headers, body()).await.problem(415, "media-type-unsupported");
        assert_eq!(fields, ["content-type"]);
    }
    let utf8 = [("content-type", "Application/JSON; charset=utf-8")];
    world.send(Method::POST, "/v1/projects", &utf8, body()).await.expect(201);
    let large = json!({"name": "x".repeat(1_000_001)});
    world.post("/v1/projects", large).await.problem(413, "body-too-large");
}

#[tokio::test]
async fn pages_follow_one_another() {
    let world = World::new().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(world.project(&format!("Project {number}")).await);
    }
    made.reverse();
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..4 {
        let query = cursor.as_ref().map_or("limit=2".to_owned(), |cursor| format!("limit=2&cursor={cursor}"));
        let page = world.get(&format!("/v1/projects?{query}")).await.expect(200);
        seen.extend(page["projects"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("cursor=guessed", "cursor"),
        ("cursor=", "cursor"),
    ] {
        let reply = world.get(&format!("/v1/projects?{query}")).await;
        let (problem, fields) = reply.problem(400, "parameter-invalid");
        assert_eq!(fields, [field], "{query}: {problem}");
    }
    let (problem, _) = world.get("/v1/projects?limt=3").await.problem(400, "parameter-invalid");
    assert!(problem["detail"].as_str().unwrap().contains("`cursor`"), "{problem}");
}

#[tokio::test]
async fn a_project_that_is_not_there_is_404_and_an_id_that_is_none_is_400() {
    let world = World::new().await;
    let other = run::id::ProjectId::generate();
    world.get(&format!("/v1/projects/{other}")).await.problem(404, "project-not-found");
    for id in ["prj_short", "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A", "%20", "prj_01jc9z3v7k5t2q8w6e4r1y0x9a"] {
        let (problem, _) = world.get(&format!("/v1/projects/{id}")).await.problem(400, "parameter-invalid");
        assert!(problem["detail"].as_str().unwrap().contains("prj_"), "{problem}");
    }
    world.get("/v1/projects/%ff").await.problem(400, "parameter-invalid");
}
