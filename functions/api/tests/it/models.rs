//! What a project says of models.

use design::node::Node;
use run::node::ModelUse;
use serde_json::json;

use crate::{sample, support::World};

const OWN: &str = "openai:http://127.0.0.1:8080/v1#qwen3";

#[tokio::test]
async fn a_project_chooses_among_the_deployments_models() {
    let world = World::new().await;
    let project = world.project("Models").await;
    let path = format!("/v1/projects/{project}/models");
    let before = world.get(&path).await.expect(200);
    assert_eq!(before["settings"], json!({"enabled": true}));
    assert_eq!(before["models"][0]["name"], "claude-haiku-4-5");
    assert!(before["models"][0]["usd_per_million_written"].as_f64().is_some_and(|usd| usd > 0.0), "{before:#}");
    assert!(before["models"][1]["usd_per_million_read"].is_null(), "a server of one's own has no price");
    assert_eq!(before["agents"]["planner"], "anthropic:claude-haiku-4-5");

    let settings = json!({"enabled": true, "model": OWN, "tokens_per_run": 1000, "temperature": 0.5});
    let stored = world.put(&path, settings.clone()).await.expect(200);
    assert_eq!(stored["settings"], settings);
    assert_eq!(stored["agents"]["critic_tech"], OWN);
    assert_eq!(world.get(&path).await.expect(200), stored);
    assert_eq!(world.put(&path, settings).await.expect(200), stored, "a repeat changes nothing");

    let off = world.put(&path, json!({"enabled": false})).await.expect(200);
    assert!(off["agents"].as_object().unwrap().values().all(serde_json::Value::is_null), "{off:#}");
}

#[tokio::test]
async fn a_model_that_the_deployment_does_not_have_is_refused_by_its_field() {
    let world = World::new().await;
    let project = world.project("Models").await;
    let path = format!("/v1/projects/{project}/models");
    let wrong =
        json!({"model": "openai:https://evil.example/v1#x", "per_agent": {"validators": OWN}, "temperature": 7});
    let (_, fields) = world.put(&path, wrong).await.problem(422, "body-invalid");
    assert_eq!(fields, ["model", "per_agent.validators", "temperature"]);
    assert_eq!(world.get(&path).await.expect(200)["settings"], json!({"enabled": true}));
    let nowhere = "/v1/projects/prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A/models";
    world.get(nowhere).await.problem(404, "project-not-found");
    world.put(nowhere, json!({})).await.problem(404, "project-not-found");
}

#[tokio::test]
async fn what_a_model_changed_is_told_beside_the_rules_result() {
    let world = World::new().await;
    let project = world.project("Models").await;
    let (set, key) = world.decision_set_in(&project, json!({"requirement": "Score churn."})).await;
    let alone = sample::put(&world.store, &key, br#"{"findings":[]}"#).await;
    let used = |rules_alone| ModelUse {
        provider: "openai".into(),
        model: "qwen3".into(),
        outcome: "answered".into(),
        requests: 1,
        tokens_read: 10,
        tokens_written: 5,
        tokens_estimated: false,
        usd: None,
        latency_ms: 7,
        cache_hit: false,
        repaired: false,
        kept: Vec::new(),
        dropped: Vec::new(),
        rules_alone,
    };
    let output = json!({"findings": ["slow"]});
    sample::advised_node(&world.store, &key, Node::CriticTech, 0, &output, Some(used(Some(alone)))).await;
    sample::advised_node(&world.store, &key, Node::CriticCost, 0, &output, Some(used(None))).await;
    let path = |step: &str| format!("{set}/agent-runs/{step}/model-effect");
    let effect = world.get(&path("critic_tech/0")).await.expect(200);
    assert_eq!(effect["step"], json!({"node": "critic_tech", "iteration": 0}));
    assert_eq!((&effect["rules_alone"], &effect["with_model"]), (&json!({"findings": []}), &output));
    for step in ["critic_cost/0", "critic_tech/1", "nobody/0"] {
        world.get(&path(step)).await.problem(404, "artifact-not-found");
    }
}
