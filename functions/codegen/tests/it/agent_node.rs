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

pub(crate) fn node_of<A: Agent>(_agent: &A) -> &'static str {
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

pub(crate) fn memory(fixture: &fixture::Fixture, iteration: u32) -> MemoryBuilder {
    let input = DesignInput { requirement: fixture.requirement.clone(), ..DesignInput::default() };
    MemoryBuilder::new(run(&fixture.title), serde_json::to_value(input).unwrap())
        .iteration(iteration)
        .output(Node::IntakeExtract.as_str(), 0, &fixture.constraints)
        .unwrap()
}

pub(crate) fn desk() -> Desk {
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

/// Assembled from pieces, so that no scanner takes this file for a leak.
fn planted() -> Vec<String> {
    let j = |parts: &[&str]| parts.concat();
    vec![
        j(&["AKIA", "QYLPMN5HHHFPZAM2"]),
        j(&["ghp_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"]),
        "ada.lovelace@engines.example".into(),
        "+49 170 1234567".into(),
        "hunter2!secret".into(),
        "210987654321".into(),
        "Grace Hopper".into(),
    ]
}

#[tokio::test]
async fn no_file_tells_a_secret_of_the_requirement() {
    let p = planted();
    let words = format!(
        "Fraud scoring with {} and {}, mail {}, {}, password: {}, account {}. Contact: {}.",
        p[0], p[1], p[2], p[3], p[4], p[5], p[6]
    );
    for name in ["fraud-stream", "rag-lambda"] {
        let mut fixture = fixture::one(name);
        fixture.requirement = format!("{} {words}", fixture.requirement);
        // The title names the repository and stands in most documents.
        fixture.title = format!("Fraud {} of {} {}", p[0], p[2], p[5]);
        let selected = fixture.plan.selected.clone();
        let candidate = fixture.plan.candidates.iter_mut().find(|candidate| candidate.id == selected).unwrap();
        candidate.summary = format!("{} {words}", candidate.summary);
        for component in &mut candidate.components {
            component.rationale = format!("{} {words}", component.rationale);
        }
        fixture.plan.reason = words.clone();
        let desk = desk();
        let memory = with_parts(&fixture, 0, &desk).await;
        let manifest = Codegen.think(Codegen.recall(&memory).unwrap(), &desk).await.unwrap().output;
        let squeezed = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let mut marked = 0;
        for file in &manifest.files {
            let content = desk.bodies().get(&file.body.sha256).await.unwrap();
            let content = format!("{}\n{}", file.path, String::from_utf8_lossy(&content));
            marked += usize::from(content.contains("[removed: ") || content.contains("removed"));
            for secret in &p {
                assert!(!content.contains(secret), "{name}: {} tells {secret}", file.path);
            }
            // Also not as a part of a name.
            assert!(!squeezed(&content).contains(&squeezed(&p[0])), "{name}: {} tells the key", file.path);
        }
        assert!(marked > 0, "{name}: the reader sees that something was taken out");
    }
}

mod edits {
    use codegen::edits::{PERSON, apply};
    use design::repository::{ConflictKind, RepositoryFile};
    use run::{edit::FileEdit, gate::Actor};

    use super::*;

    async fn generated(path: &str, text: &str, desk: &Desk) -> RepositoryFile {
        RepositoryFile {
            path: path.into(),
            body: desk.bodies().put(text.as_bytes(), "text/plain").await.unwrap(),
            executable: false,
            purpose: "generated".into(),
            patterns: vec!["serve.x".into()],
            written_by: Node::ImplementTraining.name(),
        }
    }

    async fn edit(path: &str, base: Option<&str>, yours: Option<&str>, desk: &Desk) -> FileEdit {
        let mut bodies = Vec::new();
        for text in [base, yours] {
            bodies.push(match text {
                Some(text) => Some(desk.bodies().put(text.as_bytes(), "text/plain").await.unwrap()),
                None => None,
            });
        }
        let body = bodies.pop().flatten();
        let (base, by) = (bodies.pop().flatten(), Actor { name: "Ada".into() });
        FileEdit { path: path.into(), body, base, executable: false, by, at: "2026-11-21T00:00:00Z".parse().unwrap() }
    }

    #[tokio::test]
    async fn edits_are_in_the_files_that_are_checked() {
        let desk = desk();
        let files = vec![
            generated("a.py", "1\n2\n3\n4\nnew\n", &desk).await,
            generated("b.py", "theirs\n", &desk).await,
            generated("c.py", "c\n", &desk).await,
            generated("untouched.py", "u\n", &desk).await,
        ];
        let edits = [
            edit("a.py", Some("1\n2\n3\n4\n5\n"), Some("mine\n2\n3\n4\n5\n"), &desk).await,
            edit("b.py", Some("base\n"), Some("mine\n"), &desk).await,
            edit("c.py", Some("c\n"), None, &desk).await,
            edit("own.py", None, Some("added\n"), &desk).await,
        ];
        let edited = apply(files, &edits, &desk).await.unwrap();
        let mut seen = Vec::new();
        for file in &edited.files {
            let text = String::from_utf8(desk.bodies().get(&file.body.sha256).await.unwrap()).unwrap();
            seen.push((file.path.clone(), text, file.written_by.0.clone()));
        }
        let row = |path: &str, text: &str, by: &str| (path.to_owned(), text.to_owned(), by.to_owned());
        assert_eq!(
            seen,
            [
                row("a.py", "mine\n2\n3\n4\nnew\n", PERSON),
                row("b.py", "mine\n", PERSON),
                row("own.py", "added\n", PERSON),
                row("untouched.py", "u\n", Node::ImplementTraining.as_str()),
            ]
        );
        assert_eq!(edited.files[0].patterns, ["serve.x"], "it still implements what it did");
        assert_eq!(edited.carried.len(), 4);
        assert_eq!(
            edited.conflicts.iter().map(|c| (c.path.as_str(), c.kind)).collect::<Vec<_>>(),
            [("b.py", ConflictKind::BothChanged)]
        );
        // The next version generates the same: nothing is lost, and the conflict is told again.
        let again = vec![
            generated("a.py", "1\n2\n3\n4\nnew\n", &desk).await,
            generated("b.py", "theirs\n", &desk).await,
            generated("c.py", "c\n", &desk).await,
            generated("untouched.py", "u\n", &desk).await,
        ];
        let next = apply(again, &edited.carried, &desk).await.unwrap();
        assert_eq!((next.files, next.conflicts), (edited.files, edited.conflicts));
    }

    #[tokio::test]
    async fn a_permission_that_a_person_gave_is_kept_from_version_to_version() {
        let desk = desk();
        let mut given = edit("run.py", Some("old\n"), Some("old\n"), &desk).await;
        given.executable = true;
        let mut edits = vec![given];
        for text in ["old\n", "new\n", "newer\n"] {
            let edited = apply(vec![generated("run.py", text, &desk).await], &edits, &desk).await.unwrap();
            let [file] = edited.files.as_slice() else { panic!("{:?}", edited.files) };
            assert!(file.executable && edited.conflicts.is_empty(), "{text}");
            assert_eq!(desk.bodies().get(&file.body.sha256).await.unwrap(), text.as_bytes());
            edits = edited.carried;
        }
    }

    #[tokio::test]
    async fn the_card_names_every_edited_file() {
        let fixture = fixture::one("fraud-stream");
        let desk = desk();
        let plain = with_parts(&fixture, 0, &desk).await;
        let recalled = Codegen.recall(&plain).unwrap();
        let first = Codegen.think(recalled.clone(), &desk).await.unwrap().output;
        let readme = first.files.iter().find(|file| file.path == "README.md").unwrap();
        let text = String::from_utf8(desk.bodies().get(&readme.body.sha256).await.unwrap()).unwrap();
        let mut input = recalled;
        input.edits = vec![
            edit("README.md", Some(&text), Some(&format!("{text}\nOur own words.\n")), &desk).await,
            edit("Makefile", Some("something else\n"), Some("mine\n"), &desk).await,
        ];
        let thought = Codegen.think(input, &desk).await.unwrap();
        assert_eq!(thought.output.files.len(), first.files.len());
        let said = thought.card.reasoning.join("\n");
        assert!(said.contains("`README.md` (kept, Ada)") && said.contains("`Makefile` (kept, Ada)"), "{said}");
        assert!(thought.card.risks.iter().any(|risk| risk.text.contains("`Makefile`")), "{:?}", thought.card.risks);
        assert_eq!(thought.output.conflicts.len(), 1);
        let total: u64 = thought.output.files.iter().map(|file| file.body.size).sum();
        assert_eq!(thought.output.total_bytes, total);
    }
}
