//! Starting decision sets.

use std::sync::atomic::Ordering;

use design::node::Node;
use run::{id::RunId, record::Variant};
use serde_json::{Value, json};

use crate::support::World;

async fn refused(world: &World, project: &str, body: Value) -> (Value, Vec<String>) {
    world.post(&format!("/v1/projects/{project}/constraints"), body).await.problem(422, "body-invalid")
}

#[tokio::test]
async fn a_requirement_is_stored_and_its_work_started() {
    let world = World::new().await;
    let project = world.project("Churn").await;
    let text = "  \nNächtliche Abwanderung 🇩🇪 für 2 Mio. Kunden\u{0}, ≤ 3.000 € / Monat.\n";
    let body = json!({"requirement": text, "variant": "hitl_enhanced",
        "constraints": {"cloud": "aws", "budget_usd_per_month": 3000, "compliance": ["gdpr"]}});
    let reply = world.post(&format!("/v1/projects/{project}/constraints"), body).await;
    let accepted = reply.expect(202);
    assert_eq!(accepted["version"], 1);
    let id = accepted["decision_set_id"].as_str().unwrap();
    let input = world.engine.input(id).expect("the execution is named after the decision set");
    assert_eq!(
        (input.owner.0.as_str(), input.project_id.as_str(), input.decision_set_id.as_str()),
        ("local", &*project, id)
    );
    assert_eq!((input.attempt, input.variant, input.input_round, input.plan_round), (1, Variant::HitlEnhanced, 0, 0));

    let location = reply.headers["location"].to_str().unwrap();
    let stored = world.get(location).await.expect(200);
    assert_eq!(stored["requirement"], text, "not a character is lost");
    assert_eq!(stored["given_constraints"]["budget_usd_per_month"], 3000.0);
    assert_eq!(
        (&stored["status"], &stored["title"]),
        (&json!("queued"), &json!("Nächtliche Abwanderung 🇩🇪 für 2 Mio. Kunden , ≤ 3.000 € / Monat."))
    );
    assert!(stored["plan"].is_null() && stored["gates"] == json!([]));
    for link in ["decision_set", "events", "job", "artifacts"] {
        world.get(accepted["links"][link].as_str().unwrap()).await.expect(200);
    }
    let events = world.get(accepted["links"]["events"].as_str().unwrap()).await.expect(200);
    assert_eq!(events["events"][0]["type"], "workflow-start");
    assert_eq!(events["events"][0]["data"]["nodes"].as_array().unwrap().len(), Node::ALL.len());
    assert_eq!(events["newest_sequence"], 1);
}

#[tokio::test]
async fn the_requirement_has_1_to_20_000_characters_of_any_script() {
    let world = World::new().await;
    let project = world.project("Lengths").await;
    for text in ["", "   ", "\u{2003}\n\t", &"x".repeat(20_001), &"🚀".repeat(20_001)] {
        let (problem, fields) = refused(&world, &project, json!({"requirement": text})).await;
        assert_eq!(fields, ["requirement"]);
        assert!(problem["detail"].as_str().unwrap().contains("20000"), "{problem}");
    }
    for text in ["x", "漢", &"🚀".repeat(20_000), "مرحبا بالعالم", "\u{202e}rtl\u{fffd}"] {
        let body = json!({"requirement": text});
        world.post(&format!("/v1/projects/{project}/constraints"), body).await.expect(202);
    }
}

#[tokio::test]
async fn structured_constraints_are_checked_field_by_field() {
    let world = World::new().await;
    let project = world.project("Fields").await;
    for (constraints, field) in [
        (json!({"budget_usd_per_month": 0}), "constraints.budget_usd_per_month"),
        (json!({"budget_usd_per_month": -5}), "constraints.budget_usd_per_month"),
        (json!({"budget_usd_per_month": "3k"}), "constraints.budget_usd_per_month"),
        (json!({"cloud": "ibm"}), "constraints.cloud"),
        (json!({"clod": "aws"}), "constraints.clod"),
        (json!({"regions": []}), "constraints.regions"),
        (json!({"regions": ["eu-central-1", "Frankfurt am Main"]}), "constraints.regions[1]"),
        (json!({"latency": {"milliseconds": 0, "percentile": 95}}), "constraints.latency.milliseconds"),
        (json!({"latency": {"milliseconds": 10, "percentile": 101}}), "constraints.latency.percentile"),
        (json!({"latency": {"milliseconds": 10}}), "constraints.latency"),
        (
            json!({"throughput": {"average_per_second": 5, "peak_per_second": 1}}),
            "constraints.throughput.peak_per_second",
        ),
        (json!({"data_volume": {"stored_gb": -1}}), "constraints.data_volume.stored_gb"),
        (json!({"tooling": {"preferred": ["airflow"], "excluded": ["airflow"]}}), "constraints.tooling"),
        (json!({"tooling": {"preferred": [""], "excluded": []}}), "constraints.tooling.preferred[0]"),
        (json!({"compliance": ["gdpr", "made-up"]}), "constraints.compliance[1]"),
        (json!({"team": {"size": 0}}), "constraints.team.size"),
        (json!({"availability_percent": 89.9}), "constraints.availability_percent"),
        (json!({"availability_percent": 100.1}), "constraints.availability_percent"),
    ] {
        let (problem, fields) =
            refused(&world, &project, json!({"requirement": "x", "constraints": constraints})).await;
        assert_eq!(fields, [field], "{constraints}: {problem}");
    }
    let (problem, _) = refused(&world, &project, json!({"requirement": "x", "constraints": {"clod": "aws"}})).await;
    assert!(problem["detail"].as_str().unwrap().contains("`cloud`"), "the known fields are named: {problem}");
    let (_, fields) = refused(&world, &project, json!({"requirement": "x", "variant": "quick"})).await;
    assert_eq!(fields, ["variant"]);
    let (_, fields) = refused(&world, &project, json!({"requirement": "x", "title": "a\nb"})).await;
    assert_eq!(fields, ["title"]);
    let both = json!({"requirement": " ", "constraints": {"availability_percent": 5, "budget_usd_per_month": -1}});
    let (_, fields) = refused(&world, &project, both).await;
    assert_eq!(fields, ["requirement", "constraints.budget_usd_per_month", "constraints.availability_percent"]);
    assert!(world.engine.executions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn weights_are_kept_and_checked_criterion_by_criterion() {
    let world = World::new().await;
    let project = world.project("Weights").await;
    let all_zero = json!({"cost": 0, "latency": 0, "throughput": 0, "availability": 0, "operations": 0, "security": 0,
        "fit": 0});
    for (weights, field) in [
        (json!({"cost": -0.1}), "weights.cost"),
        (json!({"cost": 0.5, "latency": 1001}), "weights.latency"),
        (json!({"beauty": 1}), "weights"),
        (json!({"cost": "much"}), "weights.cost"),
        (all_zero, "weights"),
    ] {
        let (problem, fields) = refused(&world, &project, json!({"requirement": "x", "weights": weights})).await;
        assert!(fields[0].starts_with(field), "{fields:?} {problem}");
    }
    let body = json!({"requirement": "Churn, every night", "weights": {"cost": 0.5, "operations": 0}});
    world.post(&format!("/v1/projects/{project}/constraints"), body).await.expect(202);
}

#[tokio::test]
async fn a_parent_is_a_decision_set_of_the_same_project() {
    let world = World::new().await;
    let (_, key) = world.decision_set().await;
    let body = json!({"requirement": "x", "parent": key.run});
    let reply = world.post(&format!("/v1/projects/{}/constraints", key.project), body.clone()).await;
    let accepted = reply.expect(202);
    assert_eq!(accepted["version"], 2);
    assert_eq!(
        world.get(accepted["links"]["decision_set"].as_str().unwrap()).await.expect(200)["parent"],
        json!(key.run)
    );
    let other = world.project("Another").await;
    assert_eq!(refused(&world, &other, body).await.1, ["parent"]);
    let (_, fields) = refused(&world, &other, json!({"requirement": "x", "parent": RunId::generate()})).await;
    assert_eq!(fields, ["parent"]);
    assert_eq!(refused(&world, &other, json!({"requirement": "x", "parent": "v1"})).await.1, ["parent"]);
    let nowhere = run::id::ProjectId::generate();
    let body = json!({"requirement": "x", "parent": key.run});
    world.post(&format!("/v1/projects/{nowhere}/constraints"), body).await.problem(404, "project-not-found");
    let body = json!({"requirement": "x"});
    world.post(&format!("/v1/projects/{nowhere}/constraints"), body).await.problem(404, "project-not-found");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_does_nothing_twice() {
    let world = World::new().await;
    let project = world.project("Repeats").await;
    let path = format!("/v1/projects/{project}/constraints");
    let body = json!({"requirement": "x"});
    let first = world.post_with_key(&path, "key-1", body.clone()).await.expect(202);
    assert_eq!(world.post_with_key(&path, "key-1", body.clone()).await.expect(202), first);
    assert_eq!(world.engine.executions.lock().unwrap().len(), 1);
    assert_eq!(
        world.get(&format!("/v1/projects/{project}/decision-sets")).await.expect(200)["decision_sets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let reply = world.post_with_key(&path, "key-1", json!({"requirement": "y"})).await;
    let (problem, fields) = reply.problem(422, "idempotency-key-reused");
    assert_eq!(fields, ["idempotency-key"]);
    assert!(problem["detail"].as_str().unwrap().contains(first["decision_set_id"].as_str().unwrap()));
    assert_ne!(world.post_with_key(&path, "key-2", body.clone()).await.expect(202), first);
    for key in ["", " ", "two words", "schlüssel", &"k".repeat(201)] {
        let (_, fields) = world.post_with_key(&path, key, body.clone()).await.problem(400, "parameter-invalid");
        assert_eq!(fields, ["idempotency-key"]);
    }
    world.post_with_key(&path, &"k".repeat(200), body).await.expect(202);
}

#[tokio::test]
async fn twenty_repeats_at_once_make_one_decision_set() {
    let world = World::new().await;
    let project = world.project("At once").await;
    let path = format!("/v1/projects/{project}/constraints");
    let calls = (0..20).map(|_| world.post_with_key(&path, "same", json!({"requirement": "x"})));
    let replies = futures::future::join_all(calls).await;
    let first = replies[0].expect(202);
    for reply in &replies {
        assert_eq!(reply.expect(202), first);
    }
    assert_eq!(world.engine.executions.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn work_that_could_not_be_started_is_started_by_a_repeat_or_a_resume() {
    let world = World::new().await;
    let project = world.project("Broken").await;
    let path = format!("/v1/projects/{project}/constraints");
    world.engine.broken.store(true, Ordering::SeqCst);
    let reply = world.post_with_key(&path, "key", json!({"requirement": "x"})).await;
    let (problem, _) = reply.problem(503, "execution-not-started");
    assert!(problem["detail"].as_str().unwrap().contains("Idempotency-Key"), "{problem}");
    let (problem, _) = world.post(&path, json!({"requirement": "y"})).await.problem(503, "execution-not-started");
    let resume = problem["detail"].as_str().unwrap().split(' ').find(|word| word.starts_with("/v1/")).unwrap();
    let resume = resume.trim_end_matches('.').to_owned();

    world.engine.broken.store(false, Ordering::SeqCst);
    let accepted = world.post_with_key(&path, "key", json!({"requirement": "x"})).await.expect(202);
    assert_eq!(accepted["version"], 1);
    assert!(world.engine.input(accepted["decision_set_id"].as_str().unwrap()).is_some());
    let accepted = world.send(axum::http::Method::POST, &resume, &[], Vec::new()).await.expect(202);
    assert_eq!(accepted["version"], 2);
    let name = format!("{}-2", accepted["decision_set_id"].as_str().unwrap());
    assert_eq!(world.engine.input(&name).unwrap().attempt, 2);
}
