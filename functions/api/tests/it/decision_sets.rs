//! Lists, everything that is known of a decision set, its events.

use run::{
    event::{EventBody, WorkflowComplete},
    record::RunStatus,
};
use serde_json::json;
use store::Change;

use crate::{
    sample::{commit, complete, decide, design},
    support::World,
};

#[tokio::test]
async fn everything_that_is_known_is_told() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let design = design();
    decide(&world.store, &key, &design).await;
    let half = world.get(&path).await.expect(200);
    assert_eq!(half["constraints"]["cloud"]["value"], "aws", "the newest iteration's");
    assert!(half["manifest"].is_null() && half["result"].is_null());
    complete(&world.store, &key, &design).await;
    let whole = world.get(&path).await.expect(200);
    assert_eq!(whole["status"], "completed");
    for part in [
        "constraints",
        "coverage",
        "questions",
        "plan",
        "tech_review",
        "cost_review",
        "policy_report",
        "manifest",
        "validation",
        "reports",
        "result",
    ] {
        assert!(whole[part].is_object(), "{part} is {}", whole[part]);
    }
    assert_eq!(whole["agent_runs"].as_array().unwrap().len(), 15);
    assert_eq!(whole["gates"].as_array().unwrap().len(), 2);
    assert_eq!(whole["result"]["bundle"]["path"], "repository.zip");
}

#[tokio::test]
async fn a_decision_set_is_reached_only_through_its_project() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    let (other, other_key) = world.decision_set().await;
    let crossed = path.replace(key.project.as_str(), other_key.project.as_str());
    for suffix in ["", "/events", "/artifacts", "/artifacts/content?path=x", "/diff"] {
        world.get(&format!("{crossed}{suffix}")).await.problem(404, "decision-set-not-found");
    }
    let list = world.get(&format!("/v1/projects/{}/decision-sets", other_key.project)).await.expect(200);
    assert_eq!(list["decision_sets"].as_array().unwrap().len(), 1);
    assert_eq!(list["decision_sets"][0]["id"], json!(other_key.run));
    world.get(&other).await.expect(200);
    let nowhere = run::id::ProjectId::generate();
    world.get(&format!("/v1/projects/{nowhere}/decision-sets")).await.problem(404, "project-not-found");
}

#[tokio::test]
async fn events_come_in_order_and_in_pages() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    decide(&world.store, &key, &design()).await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = world.get(&format!("{path}/events?after={after}&limit=7")).await.expect(200);
        let events = page["events"].as_array().unwrap().clone();
        assert!(events.len() <= 7);
        let Some(last) = events.last() else {
            assert_eq!(page["newest_sequence"], after);
            break;
        };
        after = last["sequence"].as_u64().unwrap();
        seen.extend(events.iter().map(|event| event["sequence"].as_u64().unwrap()));
    }
    assert_eq!(seen, (1..=after).collect::<Vec<_>>());
    assert!(after > 30);
    for (query, field) in [("after=-1", "after"), ("limit=0", "limit"), ("after=x", "after")] {
        let (_, fields) = world.get(&format!("{path}/events?{query}")).await.problem(400, "parameter-invalid");
        assert_eq!(fields, [field]);
    }
}

#[tokio::test]
async fn large_events_are_given_in_smaller_pages() {
    let world = World::new().await;
    let (path, key) = world.decision_set().await;
    for _ in 0..12 {
        let event = WorkflowComplete { status: RunStatus::Running, summary: "ä".repeat(150_000) };
        commit(&world.store, &key, Change::by_attempt(1).event(EventBody::WorkflowComplete(event))).await;
    }
    let reply = world.get(&format!("{path}/events?limit=100")).await;
    assert!(reply.bytes.len() < 3_100_000, "{}", reply.bytes.len());
    let page = reply.expect(200);
    assert!((5..13).contains(&page["events"].as_array().unwrap().len()));
    assert_eq!(page["newest_sequence"], 13);
}
