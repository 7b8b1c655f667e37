//! The node: recalls its input, stores every file, and tells the truth on its card.

use std::sync::Arc;

use agent::{Agent, AgentError, Desk, InMemoryBodies, MemoryBuilder};
use codegen::Codegen;
use design::{input::DesignInput, node::Node};
use run::{
    body::BodyRef,
    card::Trigger,
    id::{OwnerId, ProjectId, RunId},
    record::{Progress, Run, RunStatus, Variant},
};

use crate::fixture;

fn run(title: &str) -> Run {
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: title.into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress { percentage: 70, current: None, completed: Vec::new(), eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: "2026-11-21T00:00:00Z".parse().unwrap(),
        updated_at: "2026-11-21T00:00:00Z".parse().unwrap(),
        ended_at: None,
    }
}

fn memory(fixture: &fixture::Fixture, iteration: u32) -> MemoryBuilder {
    let input = DesignInput { requirement: fixture.requirement.clone(), ..DesignInput::default() };
    MemoryBuilder::new(run(&fixture.title), serde_json::to_value(input).unwrap())
        .iteration(iteration)
        .output(Node::IntakeExtract.as_str(), 0, &fixture.constraints)
        .unwrap()
}

fn desk() -> Desk {
    Desk::new(Arc::new(InMemoryBodies::default()))
}

#[tokio::test]
async fn the_manifest_names_bodies_that_are_stored() {
    let fixture = fixture::one("fraud-stream");
    let memory = memory(&fixture, 0).output(Node::Planner.as_str(), 0, &fixture.plan).unwrap().build();
    let desk = desk();
    let thought = Codegen.think(Codegen.recall(&memory).unwrap(), &desk).await.unwrap();
    let manifest = &thought.output;
    let mut total = 0;
    for file in &manifest.files {
        let body = desk.bodies().get(&file.body.sha256).await.unwrap();
        assert!(!body.is_empty(), "{}", file.path);
        assert_eq!(BodyRef::of(&body), file.body, "{}", file.path);
        total += body.len() as u64;
    }
    assert_eq!(manifest.total_bytes, total);
    assert!(thought.summary.contains(&manifest.files.len().to_string()), "{}", thought.summary);
    assert_eq!(thought.card.trigger, Trigger::Initial);
    let named: Vec<&str> = thought.card.alternatives.iter().map(|one| one.name.as_str()).collect();
    assert!(named.contains(&"an inference service") && !named.contains(&"a stream consumer"), "{named:?}");
}

#[tokio::test]
async fn a_service_without_a_template_lowers_the_confidence_and_is_a_risk() {
    let mut fixture = fixture::one("churn-realtime");
    let known = {
        let memory = memory(&fixture, 0).output(Node::Planner.as_str(), 0, &fixture.plan).unwrap().build();
        Codegen.think(Codegen.recall(&memory).unwrap(), &desk()).await.unwrap().card
    };
    let component = &mut fixture.plan.candidates[0].components[0];
    component.pattern = "ingest.carrier-pigeons".into();
    component.services = vec!["Carrier Pigeons".into()];
    let memory = memory(&fixture, 2).output(Node::Planner.as_str(), 2, &fixture.plan).unwrap().build();
    let desk = desk();
    let thought = Codegen.think(Codegen.recall(&memory).unwrap(), &desk).await.unwrap();
    assert!(thought.card.confidence.value < known.confidence.value);
    assert!(thought.card.risks.iter().any(|risk| risk.text.contains("Carrier Pigeons")));
    assert_eq!(thought.card.trigger, Trigger::Findings);
    let readme = thought.output.files.iter().find(|file| file.path == "README.md").unwrap();
    let text = String::from_utf8(desk.bodies().get(&readme.body.sha256).await.unwrap()).unwrap();
    assert!(text.contains("Carrier Pigeons"), "the README says what is not provided");
}

#[tokio::test]
async fn a_plan_that_selects_nothing_is_refused() {
    let mut fixture = fixture::one("churn-realtime");
    let without = memory(&fixture, 0).build();
    assert!(matches!(Codegen.recall(&without), Err(AgentError::MemoryIncomplete(_))));
    fixture.plan.selected = "nobody".into();
    let memory = memory(&fixture, 0).output(Node::Planner.as_str(), 0, &fixture.plan).unwrap().build();
    let refused = Codegen.think(Codegen.recall(&memory).unwrap(), &desk()).await;
    assert!(matches!(refused, Err(AgentError::MemoryIncomplete(_))));
}

#[test]
fn the_sample_event_is_one() {
    let event = include_str!("../../events/first-round.json");
    serde_json::from_str::<run::node::NodeInput>(event).unwrap();
}
