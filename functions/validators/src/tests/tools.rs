//! Tools: fake ones for what may go wrong, the real ones for what they say.

use std::time::{Duration, Instant};

use design::validation::{Check, CheckStatus};

use super::{fake, passes, places, real, repository};
use crate::{Settings, process::Sandbox, repository::Repository, tools::Bench};

const PYTHON: &[(&str, &str)] = &[("a.py", "import os\n")];

async fn ruff(settings: &Settings, files: &[(&str, &str)]) -> Option<Check> {
    let repository = repository(files);
    let sandbox = Sandbox::new(&repository).unwrap();
    Bench { settings, sandbox: &sandbox, repository: &repository }.ruff_check().await
}

/// The check did not run, and says why.
fn not_run(check: &Check, why: &str) {
    assert_eq!(check.status, CheckStatus::NotRun, "{check:#?}");
    assert!(check.reason.as_deref().is_some_and(|reason| reason.contains(why)), "{:?}", check.reason);
    assert!(check.findings.is_empty() && check.files == 0, "{check:#?}");
}

#[tokio::test]
async fn a_clean_verdict_passes_with_version_and_files() {
    let check = ruff(&fake("clean"), PYTHON).await.unwrap();
    passes(&check);
    assert_eq!((check.version.as_deref(), check.files), (Some("ruff 9.9.9"), 1));
}

#[tokio::test]
async fn no_files_no_check() {
    assert_eq!(ruff(&fake("clean"), &[("README.md", "# Hello\n")]).await, None);
}

#[tokio::test]
async fn a_tool_that_is_nowhere_has_not_run() {
    let check = ruff(&Settings { folders: vec![], timeout: Duration::from_secs(1) }, PYTHON).await.unwrap();
    not_run(&check, "`ruff` is not installed");
    assert_eq!(check.version, None);
}

#[tokio::test]
async fn trouble_is_never_a_pass() {
    for (case, why) in [
        ("broken-output", "not the expected JSON"),
        ("crash", "signal"),
        ("trouble", "pyproject.toml is not TOML"),
        ("silent", "named no finding"),
        ("contradiction", "ended well and yet named findings"),
        ("no-version", "this program cannot be executed"),
    ] {
        let check = ruff(&fake(case), PYTHON).await.unwrap();
        not_run(&check, why);
    }
}

#[tokio::test]
async fn a_tool_that_hangs_is_stopped_with_its_children() {
    let settings = Settings { timeout: Duration::from_secs(1), ..fake("hang") };
    let repository = repository(PYTHON);
    let sandbox = Sandbox::new(&repository).unwrap();
    let clock = Instant::now();
    let bench = Bench { settings: &settings, sandbox: &sandbox, repository: &repository };
    let check = bench.ruff_check().await.unwrap();
    not_run(&check, "stopped after 1 s");
    assert!(clock.elapsed() < Duration::from_secs(8), "{:?}", clock.elapsed());
    let child = std::fs::read_to_string(sandbox.home().join("child")).unwrap();
    let gone = async || {
        for _ in 0..100 {
            // A process that has ended and waits to be collected is gone as well.
            let status = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
            if status.is_empty() || status.contains(") Z ") {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    };
    assert!(gone().await, "the child {child} still runs");
}

#[tokio::test]
async fn a_tool_sees_nothing_of_the_functions_environment() {
    let check = ruff(&fake("environment"), PYTHON).await.unwrap();
    assert_eq!(check.findings[0].message, "inherited=nothing home=home where=repository");
}

#[tokio::test]
async fn a_tool_that_names_a_stranger_gives_no_verdict() {
    let (settings, repository) = (fake("stray"), repository(&[("main.tf", "locals {}\n")]));
    let sandbox = Sandbox::new(&repository).unwrap();
    let bench = Bench { settings: &settings, sandbox: &sandbox, repository: &repository };
    not_run(&bench.terraform_fmt().await.unwrap(), "`elsewhere.tf`, which is not a file");
}

/// All real tools on a repository.
async fn all(repository: &Repository) -> Vec<Check> {
    let (settings, sandbox) = (real(), Sandbox::new(repository).unwrap());
    let bench = Bench { settings: &settings, sandbox: &sandbox, repository };
    let mut checks = Vec::new();
    checks.extend(bench.ruff_check().await);
    checks.extend(bench.ruff_format().await);
    checks.extend(bench.terraform_fmt().await);
    checks.extend(bench.actionlint().await);
    checks.extend(bench.zizmor().await);
    checks.extend(bench.hadolint().await);
    checks.extend(bench.gitleaks().await);
    // Terraform comes from the machine, and not every machine has it; all others are pinned.
    if settings.find("terraform").is_err() {
        for check in checks.iter().filter(|check| check.tool == "terraform") {
            not_run(check, "`terraform` is not installed");
        }
        checks.retain(|check| check.tool != "terraform");
    }
    checks
}

const WORKFLOW: &str =
    "name: ci\non: push\npermissions: {}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n";

#[tokio::test]
async fn the_real_tools_pass_what_is_in_order() {
    let checks = all(&repository(&[
        // A name like an option, and text beyond ASCII: both have broken tools before.
        ("-strict.py", "GREETING = \"Grüße\"\n"),
        ("terraform/main.tf", "locals {\n  greeting = \"Grüße\"\n}\n"),
        ("Dockerfile", "# Grüße\nFROM python:3.13-slim\nUSER 10001\n"),
        (".github/workflows/ci.yml", WORKFLOW),
        // What git would ignore is checked all the same.
        (".gitignore", "*.py\n*.tf\n"),
    ]))
    .await;
    for check in &checks {
        passes(check);
        assert!(check.version.as_deref().is_some_and(|version| version.contains('.')), "{check:?}");
    }
    assert!(checks.len() >= 5, "the tools are missing: `cargo xtask dev` installs them, or set TOOLS_DIRECTORY");
}

#[tokio::test]
async fn the_real_tools_find_what_is_wrong() {
    // Put together here, so that a scan of this repository does not stumble over it.
    let secret = format!("AKIA{}", "QYLPMN5HNM4ZOVK2");
    let checks = all(&repository(&[
        ("src/unused.py", "import os\n"),
        ("src/broken.py", "def f(:\n"),
        ("src/ugly.py", "x = {  'a':1 }\n"),
        ("src/secret.py", &format!("KEY = \"{secret}\"  # gitleaks:allow\n")),
        ("terraform/main.tf", "locals {\n  a = 1\n  long_name = 2\n}\n"),
        ("terraform/broken.tf", "locals {\n"),
        ("Dockerfile", "FROM python\n"),
        (".github/workflows/ci.yml", &WORKFLOW.replace("steps:", "needs: [build]\n    steps:")),
        (".github/workflows/title.yml", &WORKFLOW.replace("make", "echo \"${{ github.event.issue.title }}\"")),
    ]))
    .await;
    let of = |name: &str| checks.iter().find(|check| check.name == name).map(places).unwrap_or_default();
    assert_eq!(
        of("ruff check"),
        ["!src/broken.py:1 invalid-syntax", "!src/broken.py:2 invalid-syntax", "!src/unused.py:1 F401"]
    );
    assert_eq!(of("ruff format"), ["!src/broken.py:1 invalid-syntax", "!src/ugly.py:1 unformatted"]);
    assert_eq!(
        of("actionlint"),
        ["!.github/workflows/ci.yml:5 job-needs", "!.github/workflows/title.yml:8 expression"]
    );
    assert!(
        of("zizmor").contains(&"!.github/workflows/title.yml:8 template-injection".to_owned()),
        "{:?}",
        of("zizmor")
    );
    assert_eq!(of("hadolint"), ["!Dockerfile:1 DL3006"]);
    assert_eq!(of("gitleaks"), ["!src/secret.py:1 aws-access-token"]);
    if checks.iter().any(|check| check.tool == "terraform") {
        assert_eq!(of("terraform fmt"), ["!terraform/broken.tf:1 syntax"]);
    }
    let unformatted = all(&repository(&[("a/b.tf", "locals {\n  a = 1\n  long_name = 2\n}\n"), ("c.tf", "")])).await;
    for check in unformatted.iter().filter(|check| check.tool == "terraform") {
        assert_eq!((places(check), check.files), (vec!["!a/b.tf:2 unformatted".to_owned()], 2));
    }
    let report = serde_json::to_string(&checks).unwrap();
    assert!(!report.contains(&secret), "the secret is in the report");
}
