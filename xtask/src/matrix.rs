//! `cargo xtask matrix`: the repositories of many requirements, and on each what its own CI would run.
//!
//! The crate `eval` writes them with the agents themselves and lets the validators and the last critic look (its binary
//! `matrix`). Here come the checks that do not fit into a function: types, tests with real training, policy scanners,
//! the CI systems' schemas. Both environments are installed once and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use console::style;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::command::command;
use crate::functions::{Targets, cargo};
use crate::progress::{Progress, seconds};
use crate::tools::{PythonEnvironment, Tools};
use crate::workspace::Workspace;

/// Longest time of one check of one repository; training takes seconds, a busy machine more.
const PATIENCE: Duration = Duration::from_secs(600);
/// The list that a repository has where training needs more than serving: gigabytes, and an environment of its own.
const APART: &str = "requirements-train.txt";
/// The repositories of a whole run of `cargo xtask test`: together they have every generated file of tests that needs no
/// PyTorch, each CI system and both languages of infrastructure; no tabular scoring, nothing on Google Cloud. They were
/// chosen on 2026-11-23 as the seven with the most tests (397 of 419 functions); a run of all says what they lack.
const SAMPLE: [&str; 7] = [
    "anomaly_edge_github_aws-us_kubernetes_gdpr_weekly_no-terraform_small_any_named",
    "documents_streaming_gitlab_azure_managed_pci_manual_no-terraform_middle_pytorch_named",
    "experiments_real-time_github_aws-eu_kubernetes_internal_drift_terraform_small_any_unnamed",
    "forecasting_real-time_gitlab_aws-us_managed_gdpr_manual_no-terraform_middle_xgboost_named",
    "fraud_real-time_azure-devops_aws-us_containers_pci_manual_terraform_large_any_unnamed",
    "rag_real-time_github_aws-eu_managed_internal_manual_terraform_small_any_unnamed",
    "recommender_batch_gitlab_aws-eu_any_internal_drift_terraform_middle_any_unnamed",
];
/// Repositories that train in PyTorch, which are tested when they are asked for: the three with the most tests (274 of
/// 287 functions).
pub const NETWORKS: [&str; 3] = [
    "vision_edge_github_aws-us_managed_gdpr_manual_no-terraform_small_xgboost_named",
    "vision_batch_gitlab_aws-eu_managed_internal_manual_terraform_middle_any_unnamed",
    "fine-tuning_streaming_azure-devops_aws-eu_managed_internal_manual_terraform_large_any_unnamed",
];
/// How many of a failed check's last lines are shown.
const SHOWN_LINES: usize = 15;

/// What is written and checked.
#[derive(Debug, Clone, Default, Args)]
pub struct MatrixArguments {
    /// Only the repositories of `cargo xtask test`.
    #[arg(long, conflicts_with = "only")]
    pub sample: bool,
    /// Only repositories whose name contains this; may be repeated.
    #[arg(long, value_name = "PART")]
    pub only: Vec<String>,
    /// The repository of this requirement, in place of the combinations; may be repeated.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["sample", "only"])]
    pub requirement: Vec<String>,
    /// Leave out the types and tests of repositories that train in PyTorch: its packages take 7 GB.
    #[arg(long)]
    pub without_pytorch: bool,
}

/// What the crate `eval` says of a repository that it wrote.
#[derive(Debug, Deserialize)]
struct Written {
    name: String,
    files: usize,
    bytes: u64,
    writing_ms: f64,
    validating_ms: f64,
    checks: (u32, u32, u32),
    faults: Vec<String>,
}

/// How one check of one repository ended.
#[derive(Debug, Clone, Serialize)]
struct Outcome {
    repository: String,
    check: &'static str,
    passed: bool,
    seconds: f64,
    tail: String,
}

/// A check and how it is called in a repository's folder.
struct Check {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
}

/// Writes and checks; answers whether everything is in order.
pub async fn run(workspace: &Workspace, arguments: &MatrixArguments, targets: Targets) -> Result<bool> {
    let progress = Progress::new();
    let tools = Tools::new(workspace, &progress);
    let folder = workspace.local().join("matrix");
    let repositories = folder.join("repositories");
    // The scanners come from the package index while the repositories are written.
    let (scanners, written) =
        tokio::try_join!(tools.scanners(), write(workspace, &progress, &tools, arguments, targets, &repositories))?;
    if written.is_empty() {
        bail!("no combination has this name");
    }
    let (apart, together): (Vec<&Written>, Vec<&Written>) =
        written.iter().partition(|one| repositories.join(&one.name).join(APART).exists());
    let python = match together.is_empty() {
        true => None,
        false => {
            let requirements = folder.join("requirements.txt");
            fs::write(&requirements, needed(&repositories, &together)?)?;
            Some(tools.repositories(&requirements).await?)
        }
    };
    let python_with_pytorch = match apart.is_empty() || arguments.without_pytorch {
        true => None,
        false => {
            let requirements = folder.join("requirements-training.txt");
            fs::write(&requirements, needed(&repositories, &apart)?)?;
            Some(tools.repositories_that_train_apart(&requirements).await?)
        }
    };
    let width = std::thread::available_parallelism().map_or(1, usize::from);
    // A cache for each: two type checkers that write into one at the same time crash.
    let types = |one: &Written| folder.join("mypy").join(&one.name);
    let jobs: Vec<(&Written, Vec<Check>)> = written
        .iter()
        .map(|one| {
            let root = repositories.join(&one.name);
            let python = if root.join(APART).exists() { &python_with_pytorch } else { &python };
            let interpreter = python.as_ref().map(PythonEnvironment::python);
            (one, checks(&root, interpreter.as_deref(), &scanners.programs(), &types(one)))
        })
        .collect();
    let total = jobs.len();
    let outcomes: Vec<Vec<Outcome>> = stream::iter(jobs.into_iter().enumerate())
        .map(|(number, (one, checks))| {
            let (root, progress) = (repositories.join(&one.name), progress.clone());
            async move {
                let mut outcomes = Vec::with_capacity(checks.len());
                for check in checks {
                    outcomes.push(check.run(&one.name, &root).await);
                }
                let failed: Vec<&str> =
                    outcomes.iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.check).collect();
                let verdict = if failed.is_empty() && one.faults.is_empty() {
                    "in order".to_owned()
                } else {
                    [&["own checks"][..usize::from(!one.faults.is_empty())], &failed].concat().join(", ") + " failed"
                };
                progress.say(format!("{}/{total} {}: {verdict}", number + 1, one.name));
                outcomes
            }
        })
        .buffer_unordered(width)
        .collect()
        .await;
    let mut outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    outcomes.sort_by(|a, b| (&a.repository, a.check).cmp(&(&b.repository, b.check)));
    let report = folder.join("report.json");
    fs::write(&report, serde_json::to_vec_pretty(&outcomes)?)?;
    let is_in_order = said(&written, &outcomes, &report);
    if arguments.without_pytorch && !apart.is_empty() {
        println!(
            "\nnot run: types and tests of {} repositories that train in PyTorch, whose packages take 7 GB. \
             `cargo xtask test --only training-networks` and `cargo xtask matrix` run them.",
            apart.len()
        );
    }
    println!("\nCI and infrastructure: {}", kinds(&repositories, &written));
    if !arguments.sample && arguments.only.is_empty() && arguments.requirement.is_empty() {
        let unseen = unseen(&repositories, &written);
        let unseen =
            if unseen.is_empty() { "none".to_owned() } else { unseen.into_iter().collect::<Vec<_>>().join(", ") };
        println!("files of tests that no repository of `cargo xtask test` has: {unseen}");
    }
    Ok(is_in_order)
}

/// How many repositories there are of each CI system with each language of infrastructure, as they were written.
fn kinds(repositories: &Path, written: &[Written]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in written {
        let root = repositories.join(&one.name);
        let first = |of: [(&'static str, &'static str); 2], other: &'static str| {
            of.into_iter().find(|(path, _)| root.join(path).exists()).map_or(other, |(_, name)| name)
        };
        let ci = first([(".gitlab-ci.yml", "GitLab CI"), ("azure-pipelines.yml", "Azure Pipelines")], "GitHub Actions");
        let language = first([("terraform", "Terraform"), ("infra/cloudformation", "CloudFormation")], "none");
        *counts.entry(format!("{ci} with {language}")).or_default() += 1;
    }
    counts.into_iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
}

/// The files of tests of all repositories that neither the sample nor those with PyTorch have.
fn unseen(repositories: &Path, written: &[Written]) -> BTreeSet<String> {
    let tests = |name: &str| {
        let files = fs::read_dir(repositories.join(name).join("tests")).into_iter().flatten().flatten();
        files.map(|file| file.file_name().display().to_string()).filter(|file| file.starts_with("test_"))
    };
    let seen: BTreeSet<String> = SAMPLE.into_iter().chain(NETWORKS).flat_map(tests).collect();
    written.iter().flat_map(|one| tests(&one.name)).filter(|file| !seen.contains(file)).collect()
}

async fn write(
    workspace: &Workspace,
    progress: &Progress,
    tools: &Tools,
    arguments: &MatrixArguments,
    targets: Targets,
    repositories: &Path,
) -> Result<Vec<Written>> {
    let binaries = tools.validators().await?;
    let log = workspace.logs().join("matrix.log");
    let list = repositories.join("matrix.json");
    // That of the last run says nothing about this one.
    if list.exists() {
        fs::remove_file(&list).with_context(|| format!("cannot remove {}", list.display()))?;
    }
    progress
        .step("Building what writes the repositories", async |step| {
            let mut build = cargo();
            // The whole workspace: a selection of its own would compile the dependencies with other features.
            build.args(["build", "--locked", "--workspace"]).args(targets.flags()).current_dir(workspace.root());
            crate::command::run(build, &step, &log).await
        })
        .await?;
    let outcome = progress
        .step("Writing the repositories", async |step| {
            let mut write = command(workspace.target().join("debug/matrix"));
            write.arg("--out").arg(repositories).arg("--tools").arg(&binaries);
            let only =
                if arguments.sample { SAMPLE.to_vec() } else { arguments.only.iter().map(String::as_str).collect() };
            for part in only {
                write.args(["--only", part]);
            }
            for requirement in &arguments.requirement {
                write.args(["--requirement", requirement]);
            }
            // It fails also when a repository has faults, which stand in its list.
            crate::command::capture(&mut write, &log, |line| step.detail(line)).await
        })
        .await?;
    let text = fs::read(&list)
        .with_context(|| format!("the repositories were not written; see {}\n{}", log.display(), outcome.tail))?;
    Ok(serde_json::from_slice(&text)?)
}

/// What all repositories need, each package once: their lists agree on versions and hashes, because one catalogue makes
/// them all.
fn needed(repositories: &Path, written: &[&Written]) -> Result<String> {
    let mut packages = BTreeSet::new();
    for one in written {
        let root = repositories.join(&one.name);
        let lists = ["requirements.txt", APART, "requirements-dev.txt"];
        for path in lists.iter().map(|list| root.join(list)).filter(|path| !path.ends_with(APART) || path.exists()) {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            packages.extend(entries(&text));
        }
    }
    Ok(packages.into_iter().map(|entry| entry + "\n").collect())
}

/// The packages of a list, each with its continuation lines.
fn entries(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", "");
    let lines = joined.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '-'])).collect()
}

/// The checks of a repository, which are those of its own CI that the validators do not run.
///
/// Without an interpreter for it, those that need its packages are left out.
fn checks(root: &Path, python: Option<&Path>, scanners: &Path, types: &Path) -> Vec<Check> {
    let check = |name, program: PathBuf, arguments: &[&str]| Check {
        name,
        program,
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
    };
    let has = |path: &str| root.join(path).exists();
    let types = types.display().to_string();
    let mut checks = Vec::new();
    if let Some(python) = python {
        checks.push(check("mypy", python.to_owned(), &["-m", "mypy", "--cache-dir", &types]));
        checks.push(check("pytest", python.to_owned(), &["-m", "pytest", "-p", "no:cacheprovider"]));
    }
    checks.push(check(
        "checkov",
        scanners.join("checkov"),
        &[
            "--directory",
            ".",
            "--framework",
            "terraform",
            "cloudformation",
            "github_actions",
            "gitlab_ci",
            "azure_pipelines",
            "dockerfile",
            "kubernetes",
            "--quiet",
            "--compact",
            "--skip-download",
        ],
    ));
    if let Some(python) = python.filter(|_| has("infra/cloudformation")) {
        // The version that the repository pins, as its own CI runs it.
        let stacks = fs::read_dir(root.join("infra/cloudformation")).into_iter().flatten().flatten();
        let mut arguments: Vec<String> = stacks
            .map(|file| format!("infra/cloudformation/{}", file.file_name().display()))
            .filter(|path| path.ends_with(".yaml"))
            .collect();
        arguments.sort();
        let program = python.with_file_name("cfn-lint");
        checks.push(Check { name: "cfn-lint", program, arguments });
    }
    let schema = scanners.join("check-jsonschema");
    if has(".github/workflows") {
        checks.push(check("zizmor", scanners.join("zizmor"), &["--offline", "--no-progress", ".github/workflows"]));
    }
    if has(".gitlab-ci.yml") {
        checks.push(check("schema", schema, &["--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml"]));
    } else if has("azure-pipelines.yml") {
        let arguments =
            ["--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "python", "azure-pipelines.yml"];
        checks.push(check("schema", schema, &arguments));
    } else if has(".github/workflows/ci.yml") {
        let arguments = ["--builtin-schema", "vendor.github-workflows", ".github/workflows/ci.yml"];
        checks.push(check("schema", schema, &arguments));
    }
    checks
}

impl Check {
    async fn run(&self, repository: &str, root: &Path) -> Outcome {
        let started = Instant::now();
        let mut program = command(&self.program);
        program.args(&self.arguments).current_dir(root);
        // A person's credentials and settings are nothing to generated code.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                program.env_remove(name);
            }
        }
        program.env("PYTHONDONTWRITEBYTECODE", "1").env("OMP_NUM_THREADS", "1");
        let (passed, text) = match tokio::time::timeout(PATIENCE, program.output()).await {
            Ok(Ok(output)) => {
                let said = [output.stdout, output.stderr].concat();
                (output.status.success(), String::from_utf8_lossy(&said).into_owned())
            }
            Ok(Err(error)) => (false, format!("it cannot be started: {error}")),
            Err(_) => (false, format!("no answer after {} s", PATIENCE.as_secs())),
        };
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        Outcome {
            repository: repository.to_owned(),
            check: self.name,
            passed,
            seconds: started.elapsed().as_secs_f64(),
            tail: if passed { String::new() } else { tail },
        }
    }
}

/// Prints the table and what failed; answers whether nothing did.
fn said(written: &[Written], outcomes: &[Outcome], report: &Path) -> bool {
    let mut table: BTreeMap<&str, (usize, usize, f64)> = BTreeMap::new();
    for outcome in outcomes {
        let row = table.entry(outcome.check).or_default();
        row.0 += 1;
        row.1 += usize::from(!outcome.passed);
        row.2 += outcome.seconds;
    }
    let validated: u32 = written.iter().map(|one| one.checks.0 + one.checks.1).sum();
    let faulty = written.iter().filter(|one| !one.faults.is_empty()).count();
    println!("\n{:<28}{:>8}{:>8}{:>14}", "check", "ran", "failed", "seconds");
    println!("{:<28}{:>8}{:>8}{:>14}", "validators and last critic", validated, faulty, "");
    for (name, (ran, failed, took)) in &table {
        println!("{name:<28}{ran:>8}{failed:>8}{:>14}", seconds(Duration::from_secs_f64(*took)));
    }
    let mean = |of: fn(&Written) -> f64| written.iter().map(of).sum::<f64>() / written.len().max(1) as f64;
    println!(
        "\n{} repositories; on average {:.0} files, {:.0} KiB, {:.0} ms of writing, {:.0} ms of validating (processor's time, \
         unoptimised, without the tools). {}",
        written.len(),
        mean(|one| one.files as f64),
        mean(|one| one.bytes as f64 / 1024.0),
        mean(|one| one.writing_ms),
        mean(|one| one.validating_ms),
        report.display()
    );
    for one in written.iter().filter(|one| !one.faults.is_empty()) {
        println!("\n{} {}\n{}", style("✗").red().bold(), one.name, one.faults.join("\n"));
    }
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed) {
        println!("\n{} {} {}\n{}", style("✗").red().bold(), outcome.repository, outcome.check, outcome.tail);
    }
    faulty == 0 && outcomes.iter().all(|outcome| outcome.passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_a_whole_run_has_infrastructure_in_both_languages() {
        let with = |part: &str| SAMPLE.iter().filter(|name| name.contains("_aws-") && name.contains(part)).count();
        assert!(with("_terraform_") > 0 && with("_no-terraform_") > 0, "{SAMPLE:?}");
    }

    #[test]
    fn packages_keep_their_hashes_and_comments_go() {
        let text =
            "# what\n-r requirements.txt\nnumpy==2.1 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n\nsix==1.17\n";
        assert_eq!(entries(text), ["numpy==2.1 --hash=sha256:a --hash=sha256:b", "six==1.17"]);
    }
}
