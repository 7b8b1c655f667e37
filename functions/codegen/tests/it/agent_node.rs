//! The node: recalls its input, stores every file, and tells the truth on its card.

use std::{collections::BTreeSet, sync::Arc};

use agent::{Agent, AgentError, Desk, InMemoryBodies, Memory, MemoryBuilder};
use codegen::Codegen;
use design::{input::DesignInput, node::Node};
use generation::Implementation;
use run::{
    body::BodyRef,
    card::Trigger,
    id::{OwnerId, ProjectId, RunId},
    record::{Progress, Run, RunStatus, Variant},
};

use crate::fixture;

/// Memory with the parts that the implementers write of the plan.
async fn with_parts(fixture: &fixture::Fixture, iteration: u32, desk: &Desk) -> Memory {
    let build = || memory(fixture, iteration).output(Node::Planner.as_str(), iteration, &fixture.plan).unwrap();
    let planned = build().build();
    let mut all = build();
    macro_rules! add {
        ($($implementer:expr),*) => {$(
            let agent = Implementation($implementer);
            let part = agent.think(agent.recall(&planned).unwrap(), desk).await.unwrap().output;
            all = all.output(node_of(&agent), iteration, &part).unwrap();
        )*};
    }
    add!(
        implement_ingestion::Ingestion,
        implement_features::Features,
        implement_training::Training,
        implement_inference::Inference,
        implement_monitoring::Monitoring,
        implement_learning::Learning
    );
    all.build()
}

fn node_of<A: Agent>(_agent: &A) -> &'static str {
    A::NODE
}

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
        progress: Progress {
            percentage: 70,
            current: None,
            running: Vec::new(),
            completed: Vec::new(),
            eta_seconds: None,
        },
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
    let desk = desk();
    let memory = with_parts(&fixture, 0, &desk).await;
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
    let writers: BTreeSet<&str> = manifest.files.iter().map(|file| file.written_by.0.as_str()).collect();
    assert_eq!(writers.len(), Node::IMPLEMENTERS.len() + 1, "{writers:?}");
}

#[tokio::test]
async fn an_implementer_says_what_it_wrote_and_what_it_left_out() {
    let fixture = fixture::one("fraud-stream");
    let memory = memory(&fixture, 0).output(Node::Planner.as_str(), 0, &fixture.plan).unwrap().build();
    let agent = Implementation(implement_inference::Inference);
    let thought = agent.think(agent.recall(&memory).unwrap(), &desk()).await.unwrap();
    let named: Vec<&str> = thought.card.alternatives.iter().map(|one| one.name.as_str()).collect();
    assert!(named.contains(&"an inference service") && !named.contains(&"a stream consumer"), "{named:?}");
    assert!(thought.output.files.iter().all(|file| file.written_by == Node::ImplementInference.name()));
    assert!(thought.card.outputs.iter().any(|fact| fact.label.ends_with("/stream.py")), "{:?}", thought.card.outputs);
    assert!(thought.card.decision.contains("for inference"), "{}", thought.card.decision);
}

#[tokio::test]
async fn a_file_that_two_wrote_is_a_defect_that_names_both() {
    let fixture = fixture::one("churn-realtime");
    let desk = desk();
    let mut input = Codegen.recall(&with_parts(&fixture, 0, &desk).await).unwrap();
    let twice = input.parts[0].1.files[0].clone();
    input.parts[1].1.files.push(twice.clone());
    let refused = Codegen.think(input, &desk).await;
    assert!(
        matches!(refused, Err(AgentError::Defect(why)) if why.contains(&twice.path) && why.contains("implement_ingestion"))
    );
}

#[tokio::test]
async fn a_service_without_a_template_lowers_the_confidence_and_is_a_risk() {
    let mut fixture = fixture::one("churn-realtime");
    let known = {
        let desk = desk();
        let memory = with_parts(&fixture, 0, &desk).await;
        Codegen.think(Codegen.recall(&memory).unwrap(), &desk).await.unwrap().card
    };
    let component = &mut fixture.plan.candidates[0].components[0];
    component.pattern = "ingest.carrier-pigeons".into();
    component.services = vec!["Carrier Pigeons".into()];
    let desk = desk();
    let memory = with_parts(&fixture, 2, &desk).await;
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
    let fixture = fixture::one("churn-realtime");
    let without = memory(&fixture, 0).build();
    assert!(matches!(Codegen.recall(&without), Err(AgentError::MemoryIncomplete(_))));
    let desk = desk();
    let mut input = Codegen.recall(&with_parts(&fixture, 0, &desk).await).unwrap();
    input.request.plan.selected = "nobody".into();
    let refused = Codegen.think(input, &desk).await;
    assert!(matches!(refused, Err(AgentError::MemoryIncomplete(_))));
}

#[test]
fn the_sample_event_is_one() {
    let event = include_str!("../../events/first-round.json");
    serde_json::from_str::<run::node::NodeInput>(event).unwrap();
}
