//! What other numbers would change.

use design::{
    constraint::{ConstraintSet, Source},
    node::Node,
    plan::PlanDecision,
};
use estimate::mock::requirement;
use knowledge::catalogue::Catalogue;
use planning::Brief;
use run::id::RunKey;
use serde_json::{Value, json};

use crate::{sample::node, support::World};

/// A run as far as its plan, made by the planner itself.
async fn planned(world: &World, constraints: &ConstraintSet) -> (String, RunKey, PlanDecision) {
    let (path, key) = world.decision_set().await;
    let brief = Brief { constraints: constraints.clone(), ..Brief::default() };
    let plan = planning::plan(&brief, Catalogue::embedded().unwrap()).unwrap();
    node(&world.store, &key, Node::IntakeExtract, 0, constraints).await;
    node(&world.store, &key, Node::Planner, 0, &plan).await;
    (path, key, plan)
}

async fn tried(world: &World, path: &str, body: Value) -> Value {
    world.post(&format!("{path}/what-if"), body).await.expect(200)
}

fn value<'a>(answer: &'a Value, field: &str) -> &'a Value {
    answer["values"].as_array().unwrap().iter().find(|value| value["field"] == field).expect("a value of this name")
}

#[tokio::test]
async fn without_other_numbers_it_is_the_run_s_own_figure() {
    let world = World::new().await;
    let (path, key, plan) = planned(&world, &requirement("real-time fraud")).await;
    let selected = plan.selected().unwrap();
    let before = world.store.run(&key).await.unwrap();
    let answer = tried(&world, &path, json!({})).await;
    assert_eq!(answer["now"], answer["tried"]);
    assert_eq!(answer["now"]["monthly_usd"], json!(selected.metrics.monthly_usd));
    assert_eq!((&answer["delta_usd"], &answer["choice"]["same"]), (&json!(0.0), &json!(true)));
    assert_eq!(answer["choice"]["name"], json!(selected.name));
    let rate = value(&answer, "average_per_second");
    assert_eq!((&rate["now"], &rate["tried"], &rate["stated"]), (&json!(5000.0), &json!(5000.0), &json!(true)));
    let budget = plan.constraints.budget.as_ref().map(|stated| stated.value.usd_per_month);
    assert_eq!(value(&answer, "budget_usd_per_month")["now"], json!(budget));
    assert_eq!(world.store.run(&key).await.unwrap(), before, "nothing is stored");
}

#[tokio::test]
async fn other_numbers_are_priced_as_a_new_plan_would_price_them() {
    let world = World::new().await;
    let constraints = requirement("real-time fraud");
    let (path, _, _) = planned(&world, &constraints).await;
    let more = tried(&world, &path, json!({"average_per_second": 20_000})).await;
    assert_eq!(value(&more, "average_per_second")["tried"], json!(20_000.0));
    assert!(more["delta_usd"].as_f64().unwrap() > 0.0, "four times the load costs more");
    let delta = more["tried"]["monthly_usd"].as_f64().unwrap() - more["now"]["monthly_usd"].as_f64().unwrap();
    assert!((more["delta_usd"].as_f64().unwrap() - delta).abs() < 1e-6);
    assert_eq!(tried(&world, &path, json!({"average_per_second": 20_000})).await, more, "a repeat is the same");

    let mut raised = constraints.clone();
    let rate = raised.throughput.as_mut().unwrap();
    (rate.value.average_per_second, rate.value.peak_per_second, rate.source) = (20_000.0, 20_000.0, Source::Answer);
    let (_, _, plan) = planned(&world, &raised).await;
    let selected = plan.selected().unwrap();
    assert_eq!(more["choice"]["monthly_usd"], json!(selected.metrics.monthly_usd));
    assert_eq!(more["choice"]["name"], json!(selected.name));
}

#[tokio::test]
async fn a_budget_and_a_latency_that_do_not_hold_are_named() {
    let world = World::new().await;
    let (path, _, plan) = planned(&world, &requirement("real-time fraud")).await;
    let cost = plan.selected().unwrap().metrics.monthly_usd;
    let poor = tried(&world, &path, json!({"budget_usd_per_month": cost / 2.0, "latency_ms": 1})).await;
    let violations = |side: &str| {
        let list = poor[side]["violations"].as_array().unwrap().iter();
        list.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for kind in ["budget: ", "latency: P99 "] {
        assert!(violations("tried").iter().any(|text| text.starts_with(kind)), "{kind} {poor}");
        assert!(!violations("now").iter().any(|text| text.starts_with(kind)), "{kind}");
    }
    assert_eq!(poor["delta_usd"], 0.0, "an objective alone does not change what the same design costs");
}

#[tokio::test]
async fn another_design_is_named_part_by_part() {
    let world = World::new().await;
    let (path, _, plan) = planned(&world, &requirement("nothing said")).await;
    let large =
        tried(&world, &path, json!({"average_per_second": 8_000, "latency_ms": 20, "availability_percent": 99.99}))
            .await;
    assert_eq!(large["choice"]["same"], false, "{large}");
    let own: Vec<&str> = plan.selected().unwrap().components.iter().map(|part| part.name.as_str()).collect();
    let parts = large["choice"]["parts"].as_array().unwrap();
    assert!(!parts.is_empty());
    for part in parts {
        if let Some(from) = part["from"].as_str() {
            assert!(own.contains(&from), "{part}");
        }
        assert!(part["from"] != part["to"], "{part}");
    }
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_by_name() {
    let world = World::new().await;
    let (path, _, _) = planned(&world, &requirement("nothing said")).await;
    let what_if = format!("{path}/what-if");
    let body = json!({"average_per_second": 0, "stored_gb": 1e9, "availability_percent": 101, "latency_ms": 20});
    let (problem, fields) = world.post(&what_if, body).await.problem(422, "body-invalid");
    assert_eq!(fields, ["average_per_second", "stored_gb", "availability_percent"]);
    assert!(problem["detail"].as_str().unwrap().contains("from 90 to 100"), "{problem}");
    world.post(&what_if, json!({"throughput": 5})).await.problem(422, "body-invalid");
    world.post(&what_if, json!({"stored_gb": "much"})).await.problem(422, "body-invalid");

    let (unplanned, _) = world.decision_set().await;
    world.post(&format!("{unplanned}/what-if"), json!({})).await.problem(409, "run-not-completed");
    let unknown = format!(
        "{}/decision-sets/{}/what-if",
        unplanned.split("/decision-sets").next().unwrap(),
        run::id::RunId::generate()
    );
    world.post(&unknown, json!({})).await.problem(404, "decision-set-not-found");
}
