//! Artifacts, differences, and new code for old decisions.

use axum::http::Method;
use design::constraint::Cloud;
use run::{id::RunKey, record::RunStatus};
use serde_json::{Value, json};
use store::Change;

use crate::{
    sample::{Design, commit, complete, decide, design},
    support::World,
};

async fn completed(world: &World, project: &str, body: Value, design: &Design) -> (String, RunKey) {
    let (path, key) = world.decision_set_in(project, body).await;
    decide(&world.store, &key, design).await;
    complete(&world.store, &key, design).await;
    (path, key)
}

#[tokio::test]
async fn artifacts_are_listed_shown_and_downloaded() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    assert_eq!(world.get(&format!("{path}/artifacts")).await.expect(200), json!({"artifacts": []}));
    decide(&world.store, &key, &design()).await;
    complete(&world.store, &key, &design()).await;
    let list = world.get(&format!("{path}/artifacts")).await.expect(200);
    let list = list["artifacts"].as_array().unwrap();
    let paths: Vec<_> = list.iter().map(|artifact| artifact["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["repository.bundle", "repository.zip", "repository/app.py", "repository/old.py"]);
    for artifact in list {
        let url = artifact["url"].as_str().unwrap();
        assert!(url.contains("X-Amz-Signature=") && url.contains("X-Amz-Expires=900"), "{url}");
        let expires: jiff::Timestamp = artifact["expires_at"].as_str().unwrap().parse().unwrap();
        let seconds = expires.duration_since(jiff::Timestamp::now()).as_secs();
        assert!((880..=900).contains(&seconds), "{seconds}");
    }
    let set = world.get(&path).await.expect(200);
    assert_eq!(set["result"]["history"]["kind"], "git_bundle");
    let content = world.get(&format!("{path}/artifacts/content?path=repository%2Fapp.py")).await;
    assert_eq!((content.status.as_u16(), &content.bytes[..]), (200, &b"x = 1\nkeep = True\n"[..]));
    assert_eq!(content.headers["content-type"], "text/plain; charset=utf-8");
    let content = |query: &str| format!("{path}/artifacts/content{query}");
    world.get(&content("?path=repository.zip")).await.problem(422, "artifact-not-text");
    for missing in ["?path=app.py", "?path=..%2F..%2Fetc%2Fpasswd", "?path="] {
        assert_eq!(world.get(&content(missing)).await.problem(404, "artifact-not-found").1, ["path"]);
    }
    let (problem, _) = world.get(&content("")).await.problem(400, "parameter-invalid");
    assert!(problem["detail"].as_str().unwrap().contains("path"), "{problem}");
}

#[tokio::test]
async fn versions_are_compared() {
    let world = World::new().await;
    let project = world.project("Compare").await;
    let (first_path, first) = completed(&world, &project, json!({"requirement": "x"}), &design()).await;
    let changed = Design {
        cloud: Cloud::Gcp,
        instances: "4",
        usd: 1500.0,
        files: vec![("app.py", b"x = 2\nkeep = True\n".to_vec()), ("new.py", b"a\nb\n".to_vec())],
        ..design()
    };
    let (path, second) = completed(&world, &project, json!({"requirement": "x", "parent": first.run}), &changed).await;
    let diff = world.get(&format!("{path}/diff")).await.expect(200);
    assert_eq!(diff["parent"], json!(first.run));
    assert_eq!(diff["constraints"], json!(["Cloud: Google Cloud instead of AWS"]));
    assert_eq!(diff["components"], json!(["serve: SageMaker endpoint with instance_count 4 instead of 2"]));
    assert_eq!((&diff["cost"]["delta_usd"], &diff["cost"]["delta_percent"]), (&json!(500.0), &json!(50.0)));
    let files: Vec<_> = diff["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["path"].as_str().unwrap(), f["change"].as_str().unwrap()))
        .collect();
    assert_eq!(files, [("app.py", "modified"), ("new.py", "added"), ("old.py", "removed")]);
    assert!(diff["summary"].as_str().unwrap().contains("$1500.00 instead of $1000.00 a month (+50.0 %)"));

    let back = world.get(&format!("{first_path}/diff?against={}", second.run)).await.expect(200);
    assert_eq!(back["cost"]["delta_usd"], -500.0);
    let same = world.get(&format!("{path}/diff?against={}", second.run)).await.expect(200);
    assert_eq!((&same["files"], &same["constraints"], &same["components"]), (&json!([]), &json!([]), &json!([])));

    world.get(&format!("{first_path}/diff")).await.problem(404, "nothing-to-compare");
    let unknown = run::id::RunId::generate();
    let reply = world.get(&format!("{path}/diff?against={unknown}")).await;
    assert_eq!(reply.problem(404, "decision-set-not-found").1, ["against"]);
    world.get(&format!("{path}/diff?against=v1")).await.problem(400, "parameter-invalid");
    let (_, running) = world.decision_set_in(&project, json!({"requirement": "x"})).await;
    world.get(&format!("{path}/diff?against={}", running.run)).await.problem(409, "run-not-completed");
}

#[tokio::test]
async fn code_is_generated_anew_for_the_same_decisions() {
    let world = World::new().await;
    let project = world.project("Again").await;
    let (path, source) =
        completed(&world, &project, json!({"requirement": "Score churn.", "constraints": {"cloud": "aws"}}), &design())
            .await;
    let generate = format!("{path}/generate");
    let call = async |key| world.send(Method::POST, &generate, &[("idempotency-key", key)], Vec::new()).await;
    let reply = call("again").await;
    let accepted = reply.expect(202);
    assert_eq!(accepted["version"], 2);
    assert_eq!(call("again").await.expect(202), accepted, "a repeat makes no third version");

    let old = world.get(&path).await.expect(200);
    let new_path = reply.headers["location"].to_str().unwrap();
    let new = world.get(new_path).await.expect(200);
    assert_eq!((&new["parent"], &new["status"]), (&json!(source.run), &json!("queued")));
    for part in [
        "requirement",
        "given_constraints",
        "constraints",
        "questions",
        "plan",
        "cost_review",
        "policy_report",
        "gates",
        "title",
        "variant",
    ] {
        assert_eq!(new[part], old[part], "{part}");
    }
    assert!(new["manifest"].is_null() && new["validation"].is_null() && new["result"].is_null());
    let nodes: Vec<_> =
        new["agent_runs"].as_array().unwrap().iter().map(|r| r["step"]["node"].as_str().unwrap().to_owned()).collect();
    assert_eq!(nodes.len(), 11);
    assert!(!nodes.contains(&"codegen".to_owned()));
    assert!(world.engine.input(accepted["decision_set_id"].as_str().unwrap()).is_some());

    let events = world.get(&format!("{new_path}/events?limit=100")).await.expect(200);
    let events = events["events"].as_array().unwrap();
    let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((count("node-start"), count("reason-card"), count("node-complete")), (11, 11, 11));
    assert_eq!((count("workflow-start"), count("workflow-resumed"), count("workflow-paused")), (1, 2, 0));
    let sequences: Vec<_> = events.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=events.len() as u64).collect::<Vec<_>>());

    let twice = world.send(Method::POST, &generate, &[], Vec::new()).await.expect(202);
    assert_eq!(twice["version"], 3, "without a key, each call is a version");
}

#[tokio::test]
async fn a_version_is_compared_with_the_nearest_completed_one_before_it() {
    let world = World::new().await;
    let project = world.project("Across").await;
    let long = "a line that stays\n".repeat(20).into_bytes();
    let moved = [long.clone(), b"one more\n".to_vec()].concat();
    let (_, first) = completed(
        &world,
        &project,
        json!({"requirement": "x"}),
        &Design { files: vec![("src/old.py", long)], ..design() },
    )
    .await;
    let body = json!({"requirement": "x", "parent": first.run});
    let (failed_path, failed) = world.decision_set_in(&project, body).await;
    commit(&world.store, &failed, Change::by_attempt(1).status(RunStatus::Failed)).await;
    let large = "ü\n".repeat(200_000).into_bytes();
    let (path, _) = completed(
        &world,
        &project,
        json!({"requirement": "x", "parent": failed.run}),
        &Design { files: vec![("src/large.txt", large), ("src/new.py", moved)], ..design() },
    )
    .await;
    let diff = world.get(&format!("{path}/diff")).await.expect(200);
    assert_eq!(diff["parent"], json!(first.run), "the failed one in between left nothing");
    let (large, moved) = (&diff["files"][0], &diff["files"][1]);
    assert_eq!((&large["cut"], &large["additions"]), (&json!(true), &json!(200_000)));
    assert!(diff.to_string().len() < 300_000);
    assert_eq!(
        (&moved["change"], &moved["renamed_from"], &moved["similarity"]),
        (&json!("renamed"), &json!("src/old.py"), &json!(97))
    );
    world.get(&format!("{failed_path}/diff")).await.problem(409, "run-not-completed");
}

#[tokio::test]
async fn only_a_completed_run_generates() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let generate = format!("{path}/generate");
    world.post(&generate, json!({})).await.problem(409, "run-not-completed");
    for status in [RunStatus::Failed] {
        commit(&world.store, &key, Change::by_attempt(1).status(status)).await;
        let (problem, _) = world.post(&generate, json!({})).await.problem(409, "run-not-completed");
        assert!(problem["detail"].as_str().unwrap().contains("resume"), "{problem}");
    }
}

#[tokio::test]
async fn edits_are_stored_with_their_author_and_the_next_version_takes_them() {
    let world = World::new().await;
    let project = world.project("Edits").await;
    let (path, key) = completed(&world, &project, json!({"requirement": "x"}), &design()).await;
    let edits = format!("{path}/edits");
    let files = json!({"files": [
        {"path": "app.py", "text": "x = 3\n"},
        {"path": "old.py", "deleted": true},
        {"path": "docs/logo.bin", "base64": "AP8="},
    ]});
    let list = world.put(&edits, files.clone()).await.expect(200);
    let stored: Vec<_> = list["edits"].as_array().unwrap().iter().map(|edit| edit["path"].as_str().unwrap()).collect();
    assert_eq!(stored, ["app.py", "docs/logo.bin", "old.py"]);
    let now = world.get(&format!("{edits}/content?path=app.py")).await;
    assert_eq!((now.status.as_u16(), &now.bytes[..]), (200, &b"x = 3\n"[..]));
    let generated = world.get(&format!("{edits}/content?path=app.py&side=generated")).await;
    assert_eq!((generated.status.as_u16(), &generated.bytes[..]), (200, &b"x = 1\nkeep = True\n"[..]));
    world.get(&format!("{edits}/content?path=old.py")).await.problem(404, "artifact-not-found");
    world.get(&format!("{edits}/content?path=docs/logo.bin")).await.problem(422, "artifact-not-text");
    world.get(&format!("{edits}/content?path=app.py&side=other")).await.problem(400, "parameter-invalid");
    let sequence = world.store.run(&key).await.unwrap().last_sequence;
    assert_eq!(world.put(&edits, files).await.expect(200), list, "a repeat changes nothing");
    let run = world.store.run(&key).await.unwrap();
    assert_eq!((run.last_sequence, run.status), (sequence, RunStatus::Completed));
    let last = world.store.events_after(&key, sequence - 1, 1).await.unwrap();
    assert_eq!(last[0].body.type_name(), "files-edited");

    let stale = json!({"files": [{"path": "app.py", "text": "y\n", "replaces": run::body::Sha256Hex::of(b"other")}]});
    world.put(&edits, stale).await.problem(409, "version-changed");
    for bad in ["../x", "/x", ".git/config", "reports/x.md", "app.py/x"] {
        let body = json!({"files": [{"path": bad, "text": "x"}]});
        assert_eq!(world.put(&edits, body).await.problem(422, "body-invalid").1, ["files[0].path"], "{bad}");
    }
    world.put(&edits, json!({"files": [{"path": "a.py"}]})).await.problem(422, "body-invalid");

    let body = json!({"requirement": "mail ada@example.org", "parent": key.run});
    let (child_path, child) = world.decision_set_in(&project, body).await;
    let run = world.store.run(&child).await.unwrap();
    let input = world.store.get_body(&child.owner, &child.project, &run.input.sha256).await.unwrap();
    let input: Value = serde_json::from_slice(&input).unwrap();
    assert_eq!(input["edits"], list["edits"]);
    assert_eq!(input["requirement"], "mail [removed: e-mail address]", "it is stored nowhere");
    world.put(&format!("{child_path}/edits"), json!({"files": []})).await.problem(422, "body-invalid");
    world.get(&format!("{child_path}/edits")).await.problem(409, "run-not-completed");
}

#[tokio::test]
async fn a_conflict_is_settled_by_either_side() {
    let world = World::new().await;
    let project = world.project("Settle").await;
    let contradicted = Design { generated_beside: Some(b"x = 2\n".to_vec()), ..design() };
    for (take, content) in [("now", &b"x = 1\nkeep = True\n"[..]), ("generated", b"x = 2\n")] {
        let (path, key) = completed(&world, &project, json!({"requirement": "x"}), &contradicted).await;
        let edits = format!("{path}/edits");
        assert_eq!(world.get(&edits).await.expect(200)["conflicts"][0]["path"], "app.py");
        let files = json!({"files": [{"path": "app.py", "take": take}]});
        let settled = world.put(&edits, files.clone()).await.expect(200);
        assert_eq!(settled["conflicts"], json!([]), "{take}");
        // The next version merges from what is generated now, so the same conflict does not come back.
        assert_eq!(settled["edits"][0]["base"]["sha256"], json!(run::body::Sha256Hex::of(b"x = 2\n")));
        let now = world.get(&format!("{edits}/content?path=app.py")).await;
        assert_eq!(&now.bytes[..], content);
        let sequence = world.store.run(&key).await.unwrap().last_sequence;
        assert_eq!(world.put(&edits, files).await.expect(200), settled, "a repeat changes nothing");
        assert_eq!(world.store.run(&key).await.unwrap().last_sequence, sequence);
        let nothing = json!({"files": [{"path": "no.py", "take": take}]});
        assert_eq!(world.put(&edits, nothing).await.problem(422, "body-invalid").1, ["files[0].path"]);
    }
}
