//! A model beside the implementers: what it is shown, what of its changes is in the repository, and the way back.

use agent::{Agent, Memory, Taken, Thought};
use design::{
    node::Node,
    repository::RepositoryPart,
    signal::NoSignal,
    validation::{Mend, ValidationReport},
};
use generation::{Implementation, Implementer, Request};
use serde_json::{Value, json};

use crate::{
    agent_node::{desk, memory, node_of},
    fixture,
};

fn planned(iteration: u32) -> agent::MemoryBuilder {
    let fixture = fixture::one("fraud-stream");
    memory(&fixture, iteration).output(Node::Planner.as_str(), iteration, &fixture.plan).unwrap()
}

async fn written<I: Implementer>(agent: &Implementation<I>, memory: &Memory) -> Thought<RepositoryPart, NoSignal> {
    agent.think(agent.recall(memory).unwrap(), &desk()).await.unwrap()
}

fn answered<I: Implementer>(
    agent: &Implementation<I>,
    request: &Request,
    thought: &mut Thought<RepositoryPart, NoSignal>,
    answer: Value,
) -> Taken {
    agent.consult(request, thought).unwrap().unwrap().take(thought, answer).unwrap()
}

#[tokio::test]
async fn each_implementer_has_its_own_prompt_and_shows_its_own_files() {
    let memory = planned(0).build();
    let mut systems = Vec::new();
    macro_rules! check {
        ($($implementer:expr),*) => {$(
            let agent = Implementation($implementer);
            let thought = written(&agent, &memory).await;
            let consultation = agent.consult(&agent.recall(&memory).unwrap(), &thought).unwrap().unwrap();
            let question = consultation.question();
            insta::assert_snapshot!(format!("prompt_{}", node_of(&agent)), question.system);
            assert!(!question.prompt.contains("{{"), "{}", question.prompt);
            assert!(question.prompt.len() < 80_000, "{} bytes", question.prompt.len());
            let shown = thought.output.files.iter().filter(|file| question.prompt.contains(&file.path)).count();
            assert!(shown > 0, "{} shows nothing", node_of(&agent));
            assert!(!question.prompt.contains("\"path\":\"infra/"), "infrastructure is not a model's");
            systems.push(question.system.clone());
        )*};
    }
    check!(
        implement_ingestion::Ingestion,
        implement_features::Features,
        implement_training::Training,
        implement_inference::Inference,
        implement_monitoring::Monitoring,
        implement_learning::Learning
    );
    systems.sort();
    systems.dedup();
    assert_eq!(systems.len(), 6);
}

#[tokio::test]
async fn a_change_is_in_the_repository_until_a_check_fails() {
    let agent = Implementation(implement_training::Training);
    let memory = planned(0).build();
    let request = agent.recall(&memory).unwrap();
    let mut thought = written(&agent, &memory).await;
    let alone = thought.output.clone();
    let path = alone.files.iter().map(|file| &file.path).find(|path| path.ends_with("/training.py")).unwrap().clone();
    let consultation = agent.consult(&request, &thought).unwrap().unwrap();
    assert!(consultation.question().prompt.contains(&path));
    let change = |find: &str, replace: &str| json!({ "path": path, "find": find, "replace": replace, "why": "So." });
    let answer = json!({ "changes": [
        change("import hashlib", "import hashlib  # For the manifest."),
        change("import random", "import socket"),
    ] });
    let taken = answered(&agent, &request, &mut thought, answer);
    assert_eq!((taken.kept.len(), taken.dropped.len()), (1, 1), "{taken:?}");
    let changed = thought.output.files.iter().find(|file| file.path == path).unwrap();
    let template = alone.files.iter().find(|file| file.path == path).unwrap();
    assert_ne!(changed.body, template.body);
    assert_eq!(taken.bodies().len(), 1);
    assert_eq!(thought.output.fallbacks.len(), 1);

    // The assembler keeps the way back; a failed check is answered by the next round with the template's text.
    let report = ValidationReport { failed: 1, mends: thought.output.fallbacks.clone(), ..ValidationReport::default() };
    assert_eq!(report.mends[0].by, [Mend::TEMPLATE]);
    let next = planned(1).output(Node::Validators.as_str(), 0, &report).unwrap().build();
    let again = agent.think(agent.recall(&next).unwrap(), &desk()).await.unwrap();
    assert_eq!(again.output, alone);
    assert!(again.card.reasoning.iter().any(|line| line.contains("taken back")), "{:#?}", again.card.reasoning);
    assert!(agent.consult(&agent.recall(&next).unwrap(), &again).unwrap().is_none(), "a model is not asked twice");
}
