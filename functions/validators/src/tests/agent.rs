//! The agent as the harness calls it: manifest and bodies in, report, signal and card out.

use std::sync::Arc;

use agent::{Agent, AgentError, Bodies, Desk, InMemoryBodies, MemoryBuilder};
use design::{
    repository::{RepositoryFile, RepositoryManifest},
    validation::{CheckStatus, Mend, ValidationReport},
};
use run::{
    body::BodyRef,
    id::OwnerId,
    question::Priority,
    record::{Progress, Run, RunStatus, Variant},
};

use super::{fake, real};
use crate::{Settings, Validators};

fn a_run() -> Run {
    Run {
        id: "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse().unwrap(),
        project_id: "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse().unwrap(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "A test".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

async fn think(
    settings: Settings,
    files: &[(&str, &[u8])],
) -> Result<agent::Thought<ValidationReport, design::signal::ValidationSignal>, AgentError> {
    let bodies = Arc::new(InMemoryBodies::default());
    let mut manifest =
        RepositoryManifest { name: "a-test".into(), files: vec![], total_bytes: 0, ..RepositoryManifest::default() };
    for (path, content) in files {
        let body = bodies.put(content, "text/plain").await.unwrap();
        manifest.total_bytes += body.size;
        let path = (*path).to_owned();
        manifest.files.push(RepositoryFile {
            path,
            body,
            executable: false,
            purpose: String::new(),
            patterns: vec![],
            written_by: "codegen".into(),
        });
    }
    let input = serde_json::json!({ "requirement": "A test.", "parent": null });
    let memory = MemoryBuilder::new(a_run(), input).output("codegen", 0, &manifest).unwrap().build();
    let agent = Validators::new(settings);
    let input = agent.recall(&memory)?;
    agent.think(input, &Desk::new(bodies)).await
}

#[tokio::test]
async fn counts_signal_and_card_say_the_same() {
    let files: [(&str, &[u8]); 3] = [("a.py", b"x = 1\n"), ("b.json", b"{"), ("../c.py", b"x = 1\n")];
    let thought = think(fake("clean"), &files).await.unwrap();
    let report = &thought.output;
    let count = |status| report.checks.iter().filter(|check| check.status == status).count() as u32;
    assert_eq!(
        (report.passed, report.failed, report.not_run),
        (count(CheckStatus::Passed), count(CheckStatus::Failed), count(CheckStatus::NotRun))
    );
    let failed: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| check.status == CheckStatus::Failed)
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(failed, ["JSON syntax", "paths"]);
    assert_eq!(thought.signal.failed, 2);
    // Only a linter is there: the scan for secrets has not run, and nothing counts it as passed.
    assert!(report.checks.iter().any(|check| check.name == "gitleaks" && check.status == CheckStatus::NotRun));
    assert_eq!(thought.card.priority, Priority::Critical, "a refused path is a matter of security");
    let expected = f64::from(report.passed) / report.checks.len() as f64;
    assert!((thought.card.confidence.value - expected).abs() < 0.001, "{:?}", thought.card.confidence);
    assert!(thought.summary.contains("2 failed (JSON syntax, paths)"), "{}", thought.summary);
    assert!(thought.card.risks.iter().any(|risk| risk.text.contains("gitleaks did not run")));
    assert!(thought.card.outputs.iter().any(|fact| fact.label == "ruff check" && fact.value.contains("ruff 9.9.9")));
}

#[tokio::test]
async fn the_same_repository_gives_the_same_report() {
    let files: [(&str, &[u8]); 3] = [("a.py", b"import os\n"), ("b.tf", b"a=1\n"), ("c.bin", &[0xff, 0xfe, 0x00])];
    let mut reports = Vec::new();
    for _ in 0..2 {
        let mut report = think(real(), &files).await.unwrap().output;
        report.checks.iter_mut().for_each(|check| check.duration_ms = 0);
        reports.push(report);
    }
    assert_eq!(reports[0], reports[1]);
    assert!(reports[0].failed > 0, "{:#?}", reports[0]);
}

#[tokio::test]
async fn a_file_that_is_not_text_is_said_to_be_so() {
    let thought = think(fake("clean"), &[("a.yml", &[0xff, 0xfe])]).await.unwrap();
    let yaml = thought.output.checks.iter().find(|check| check.name == "YAML syntax").unwrap();
    assert_eq!((yaml.status, yaml.findings[0].rule.as_str()), (CheckStatus::Failed, "encoding"));
}

/// A check that fails takes back what models changed, wherever it fails, and a tool's mend of such a file with it.
#[tokio::test]
async fn where_a_check_fails_the_templates_texts_come_back() {
    let bodies = Arc::new(InMemoryBodies::default());
    let mut manifest = RepositoryManifest { name: "a-test".into(), ..RepositoryManifest::default() };
    let texts: [(&str, &[u8], &[u8]); 2] =
        [("src/a.py", b"x = 1\n", b"import os\nx=1\n"), ("src/b.py", b"y = 1\n", b"y = 2\n")];
    for (path, template, now) in texts {
        let (template, body) =
            (bodies.put(template, "text/plain").await.unwrap(), bodies.put(now, "text/plain").await.unwrap());
        let by = vec![Mend::TEMPLATE.to_owned()];
        manifest.fallbacks.push(Mend { path: path.into(), of: body.sha256.clone(), body: template, by });
        manifest.files.push(RepositoryFile {
            path: path.into(),
            body,
            executable: false,
            purpose: String::new(),
            patterns: vec![],
            written_by: "implement_training".into(),
        });
    }
    let think = async |manifest: &RepositoryManifest| {
        let input = crate::Input { manifest: manifest.clone(), requirement: String::new(), iteration: 0 };
        Validators::new(real()).think(input, &Desk::new(bodies.clone())).await.unwrap().output
    };
    let report = think(&manifest).await;
    assert!(report.failed > 0);
    assert_eq!(report.mends, manifest.fallbacks);

    // A person edited one of them since: their text is not taken back.
    manifest.files[1].body = bodies.put(b"y = 3\n", "text/plain").await.unwrap();
    let report = think(&manifest).await;
    assert_eq!(report.mends, manifest.fallbacks[..1]);

    // Where all is well nothing is taken back.
    manifest.files[0].body = bodies.put(b"x = 2\n", "text/plain").await.unwrap();
    manifest.fallbacks[0].of = manifest.files[0].body.sha256.clone();
    let report = think(&manifest).await;
    assert_eq!((report.failed, report.mends.len()), (0, 0), "{:#?}", report.checks);
}

#[tokio::test]
async fn a_body_that_is_gone_fails_the_node() {
    let bodies = Arc::new(InMemoryBodies::default());
    let file = RepositoryFile {
        path: "a.py".into(),
        body: BodyRef::of(b"nobody stored it"),
        executable: false,
        purpose: String::new(),
        patterns: vec![],
        written_by: "codegen".into(),
    };
    let manifest = RepositoryManifest {
        name: "a-test".into(),
        files: vec![file],
        total_bytes: 16,
        ..RepositoryManifest::default()
    };
    let input = crate::Input { manifest, requirement: String::new(), iteration: 0 };
    let error = Validators::new(fake("clean")).think(input, &Desk::new(bodies)).await.unwrap_err();
    assert_eq!(error.name(), "MemoryIncomplete");
}

#[test]
fn settings_search_the_named_folder_first_and_need_none() {
    let variables = |name: &str| match name {
        "TOOLS_DIRECTORY" => Some("/tools".to_owned()),
        "LAMBDA_TASK_ROOT" => Some("/var/task".to_owned()),
        "PATH" => Some("/usr/bin:relative:/bin".to_owned()),
        _ => None,
    };
    let settings = lambda::environment::read_from(&variables, Settings::read).unwrap();
    let folders: Vec<_> = settings.folders.iter().map(|folder| folder.to_str().unwrap()).collect();
    assert_eq!(folders, ["/tools", "/var/task/bin", "/usr/bin", "/bin"]);
    let empty = |name: &str| (name == "TOOLS_DIRECTORY").then(String::new);
    assert_eq!(
        lambda::environment::read_from(&empty, Settings::read).unwrap().folders,
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn the_sample_event_is_an_input() {
    let event = include_str!("../../events/first.json");
    let input: run::node::NodeInput = serde_json::from_str(event).unwrap();
    assert_eq!(input.attempt, 1);
}

#[tokio::test]
async fn what_the_tools_can_mend_is_proposed_and_passes_the_next_time() {
    let broken: &[u8] = b"import os\nx=1\n";
    let thought = think(real(), &[("src/a.py", broken), ("src/b.py", b"print(undefined)\n")]).await.unwrap();
    let mends = &thought.output.mends;
    assert_eq!(thought.signal.mendable, 1, "what no tool can mend is no reason for another round: {mends:?}");
    assert_eq!((mends[0].path.as_str(), &mends[0].of), ("src/a.py", &BodyRef::of(broken).sha256));
    assert_eq!(mends[0].body, BodyRef::of(b"x = 1\n"));
    assert!(mends[0].by.iter().all(|by| by.starts_with("ruff ")), "{:?}", mends[0].by);
    assert!(
        thought.card.reasoning.iter().any(|said| said.contains("can mend one file")),
        "{:?}",
        thought.card.reasoning
    );
    let again = think(real(), &[("src/a.py", b"x = 1\n")]).await.unwrap();
    assert!(again.output.mends.is_empty(), "{:?}", again.output.mends);
}
