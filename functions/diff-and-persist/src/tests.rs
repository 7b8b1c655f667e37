//! The node: what it stores, what it says of it, and that the same input gives the same bytes.

use std::{path::Path, process::Command, sync::Arc};

use agent::{InMemoryBodies, MemoryBuilder};
use design::{
    cost::{CostEstimate, CostReview},
    input::DesignInput,
    plan::{Candidate, PlanDecision},
    repository::ReportSet,
    version::FileChange,
};
use run::{
    body::BodyRef,
    id::{OwnerId, ProjectId},
    record::{Progress, Run, RunStatus, Variant},
};

use super::*;

const REQUIREMENT: &str = "Score churn; the pager is pager@corp.example.";

fn run(version: u32, parent: Option<&Run>) -> Run {
    Run {
        id: format!("ds_01JC9Z3V7K5T2Q8W6E4R1Y0X{version:02}").parse().unwrap(),
        project_id: ProjectId::generate(),
        owner: OwnerId("ada".into()),
        kind: "design".into(),
        version,
        parent: parent.map(|parent| parent.id.clone()),
        title: "Churn for pager@corp.example".into(),
        variant: Variant::Full,
        status: RunStatus::Completed,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: vec![], completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: format!("2026-11-2{version}T00:00:00Z").parse().unwrap(),
        updated_at: "2026-12-01T00:00:00Z".parse().unwrap(),
        ended_at: None,
    }
}

async fn file(path: &str, content: &[u8], desk: &Desk) -> RepositoryFile {
    RepositoryFile {
        path: path.into(),
        body: desk.bodies().put(content, "text/plain").await.unwrap(),
        executable: path.ends_with(".sh"),
        purpose: "a test".into(),
        patterns: vec![],
        written_by: "codegen".into(),
    }
}

async fn memory(run: Run, files: &[(&str, &[u8])], usd: f64, desk: &Desk) -> MemoryBuilder {
    let mut stored = Vec::new();
    for (path, content) in files {
        stored.push(file(path, content, desk).await);
    }
    let manifest =
        RepositoryManifest { name: "churn".into(), files: stored, total_bytes: 0, ..RepositoryManifest::default() };
    let report = file("reports/architecture.md", b"# Report\n", desk).await;
    let reports = ReportSet { main: report.path.clone(), files: vec![report] };
    let plan = PlanDecision {
        candidates: vec![Candidate { id: "c".into(), ..Candidate::default() }],
        selected: "c".into(),
        reason: format!("It is best; write to pager@corp.example. Cost {usd}."),
        ..PlanDecision::default()
    };
    let estimate = CostEstimate { expected_usd: usd, ..CostEstimate::default() };
    let input = DesignInput { requirement: REQUIREMENT.into(), ..DesignInput::default() };
    MemoryBuilder::new(run, serde_json::to_value(input).unwrap())
        .output(Node::Planner.as_str(), 0, &plan)
        .and_then(|memory| {
            memory.output(Node::CriticCost.as_str(), 0, &CostReview { estimate, ..CostReview::default() })
        })
        .and_then(|memory| memory.output(Node::Codegen.as_str(), 0, &manifest))
        .and_then(|memory| memory.output(Node::RationaleCompile.as_str(), 0, &reports))
        .unwrap()
}

async fn think(memory: &Memory, desk: &Desk) -> Thought<PersistedVersion, NoSignal> {
    DiffAndPersist.think(DiffAndPersist.recall(memory).unwrap(), desk).await.unwrap()
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").output();
    let output = output.unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Two versions with one that failed between them.
async fn two(desk: &Desk) -> (PersistedVersion, Thought<PersistedVersion, NoSignal>) {
    let long: Vec<u8> = b"a line\n".repeat(30);
    let first_run = run(1, None);
    let files: [(&str, &[u8]); 3] = [("app.py", &long), ("gone.py", b"x\n"), ("scripts/run.sh", b"#!/bin/sh\n")];
    let first = memory(first_run.clone(), &files, 100.0, desk).await;
    let one = think(&first.clone().build(), desk).await.output;
    let first = first.output(Node::DiffAndPersist.as_str(), 0, &one).unwrap().build();
    let failed = run(2, Some(&first_run));
    let files: [(&str, &[u8]); 2] = [("core/app.py", &long), ("scripts/run.sh", b"#!/bin/sh\nset -e\n")];
    let second = memory(run(3, Some(&failed)), &files, 150.0, desk).await.parent(first).build();
    (one, think(&second, desk).await)
}

#[tokio::test]
async fn a_version_is_bundled_compared_and_committed() {
    let desk = Desk::new(Arc::new(InMemoryBodies::default()));
    let (one, two) = two(&desk).await;
    assert!(one.diff.is_none());
    let version = &two.output;
    let kinds: Vec<&str> = version.artifacts.iter().map(|artifact| artifact.kind.as_str()).collect();
    assert_eq!(kinds, ["repository_file", "report", "repository_file", "bundle", "diff", "git_bundle"]);
    let diff = version.diff.as_ref().unwrap();
    assert_eq!(diff.cost.delta_percent, Some(50.0));
    let changes: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.change)).collect();
    assert_eq!(
        changes,
        [
            ("core/app.py", FileChange::Renamed),
            ("gone.py", FileChange::Removed),
            ("scripts/run.sh", FileChange::Modified)
        ]
    );

    let folder = tempfile::tempdir().unwrap();
    let history = version.history.as_ref().unwrap();
    assert_eq!(history.path, "churn.bundle");
    let bundle = desk.bodies().get(&history.sha256).await.unwrap();
    std::fs::write(folder.path().join("churn.bundle"), bundle).unwrap();
    git(folder.path(), &["clone", "--quiet", "churn.bundle", "churn"]);
    let root = folder.path().join("churn");
    git(&root, &["fsck", "--strict"]);
    assert_eq!(git(&root, &["tag"]), "v1\nv3\n", "the failed version left no commit");
    let log = git(&root, &["log", "--format=%an <%ae> %cs %s"]);
    let mail = "ada <ada@users.agentic-mlops.invalid>";
    assert_eq!(
        log,
        format!(
            "{mail} 2026-11-23 Version 3: Churn for [removed: e-mail address]\n\
             {mail} 2026-11-21 Version 1: Churn for [removed: e-mail address]\n"
        )
    );
    let said = git(&root, &["log", "--format=%B"]);
    assert!(!said.contains("pager@") && said.contains("$150.00 instead of $100.00 a month (+50.0 %)"), "{said}");
    assert_eq!(std::fs::read(root.join("scripts/run.sh")).unwrap(), b"#!/bin/sh\nset -e\n");
    assert!(git(&root, &["ls-files", "-s", "scripts/run.sh"]).starts_with("100755"));
    git(&root, &["checkout", "--quiet", "v1"]);
    assert!(root.join("gone.py").exists() && !root.join("core/app.py").exists());
}

#[tokio::test]
async fn the_same_versions_give_the_same_bytes() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let desk = Desk::new(Arc::new(InMemoryBodies::default()));
        let (one, two) = two(&desk).await;
        seen.push((one.bundle, one.history, two.output.bundle, two.output.history, two.output.artifacts));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_damaged_history_begins_anew_and_is_told() {
    let desk = Desk::new(Arc::new(InMemoryBodies::default()));
    let first_run = run(1, None);
    let first = memory(first_run.clone(), &[("a.py", b"1\n")], 1.0, &desk).await;
    let mut one = think(&first.clone().build(), &desk).await.output;
    let damaged = desk.bodies().put(b"# v2 git bundle\n\nPACK", "x").await.unwrap();
    one.history.as_mut().unwrap().sha256 = damaged.sha256;
    let first = first.output(Node::DiffAndPersist.as_str(), 0, &one).unwrap().build();
    let second = memory(run(2, Some(&first_run)), &[("a.py", b"2\n")], 1.0, &desk).await.parent(first).build();
    let thought = think(&second, &desk).await;
    assert!(thought.card.risks[0].text.contains("begins with this version"), "{:?}", thought.card.risks);
    assert!(thought.output.history.is_some() && thought.output.diff.is_some());
}

#[tokio::test]
async fn without_a_completed_version_there_is_nothing_to_compare() {
    let desk = Desk::new(Arc::new(InMemoryBodies::default()));
    let lone = memory(run(2, Some(&run(1, None))), &[("a.py", b"1\n")], 1.0, &desk).await.build();
    let thought = think(&lone, &desk).await;
    assert!(thought.output.diff.is_none());
    assert!(thought.summary.contains("no version before it completed"), "{}", thought.summary);
}
