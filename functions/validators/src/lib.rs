//! Runs real tools on the generated repository, and says honestly what they found.
//!
//! Four kinds of checks, each an entry of the report with its tool, the version and the number of files:
//! - **Tools**: Ruff (linter and formatter), `terraform fmt`, actionlint with shellcheck, zizmor, hadolint
//!   and gitleaks, as separate processes in a temporary folder, which need no network and get no credentials and no search path. A tool
//!   that is not there, crashes, says nothing that can be read or does not answer in time is *not run*: never a pass.
//! - **Syntax**: every file is parsed in process, Python by Ruff's own parser.
//! - **Schema**: Terraform's configuration against the AWS provider's schema, in process.
//! - **Consistency**: what one file names must be in another.
//!
//! Where a check failed, the tools that can mend what they found propose the mended text ([`mend`]).
//!
//! What needs more than a function has (type checker, tests, providers) is in the report as not run ([`elsewhere`]).
//!
//! A kind of file that the repository does not have is not in the report.

mod card;
mod check;
mod consistency;
mod elsewhere;
mod mend;
mod process;
mod provider;
mod python;
mod repository;
mod settings;
mod syntax;
mod tools;
mod walk;

use std::{sync::Arc, time::Instant};

use agent::{Agent, AgentError, Bodies, BodyError, BoxFuture, Desk, Memory, Thought};
use design::{
    input::DesignInput,
    node::Node,
    repository::{RepositoryFile, RepositoryManifest},
    signal::ValidationSignal,
    validation::{Check, CheckStatus, ToolFinding, ValidationReport},
};
use futures::{StreamExt, TryStreamExt};

use crate::{
    check::CheckName,
    consistency::{CHECKS, Subject},
    process::Sandbox,
    repository::{Repository, SourceFile},
    syntax::PARSERS,
    tools::Bench,
};
pub use settings::Settings;

/// Bodies that are read at the same time: well below the connections that the client keeps.
const CONCURRENT_READS: usize = 16;

/// The agent.
#[derive(Debug, Clone)]
pub struct Validators {
    settings: Settings,
}

impl Validators {
    /// An agent with tools.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

/// What the agent looks at.
#[derive(Debug, Clone)]
pub struct Input {
    /// The repository's files.
    pub manifest: RepositoryManifest,
    /// What was asked.
    pub requirement: String,
    /// How often code was generated before in this run.
    pub iteration: u32,
}

impl Agent for Validators {
    const NODE: &'static str = Node::Validators.as_str();
    const NAME: &'static str = "Validators";
    const READS: &'static [&'static str] = &[Node::Codegen.as_str()];
    type Input = Input;
    type Output = ValidationReport;
    type Signal = ValidationSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        Ok(Input {
            manifest: memory.latest(Node::Codegen.as_str())?,
            requirement: memory.input::<DesignInput>()?.requirement,
            iteration: memory.iteration(),
        })
    }

    async fn think(
        &self,
        input: Input,
        desk: &Desk,
    ) -> Result<Thought<ValidationReport, ValidationSignal>, AgentError> {
        let files = read(&input.manifest, desk).await?;
        let repository = Repository::new(files);
        let mut report = self.validate(repository.clone(), input.requirement.clone()).await?;
        let mended = mend::mended(&self.settings, &repository, &report.checks).await;
        report.mends = mend::stored(mended, &repository, desk).await?;
        if report.failed > 0 {
            mend::take_back(&mut report.mends, &input.manifest);
        }
        let (card, summary) = card::draw(&input, &report);
        let mendable = u32::try_from(report.mends.len()).unwrap_or(u32::MAX);
        let signal = ValidationSignal { failed: report.failed, mendable };
        Ok(Thought { output: report, signal, summary, card, artifacts: Vec::new() })
    }
}

impl Validators {
    async fn validate(&self, repository: Repository, requirement: String) -> Result<ValidationReport, AgentError> {
        let disk = |error: std::io::Error| AgentError::Transient {
            what: "the repository cannot be written to the temporary folder".to_owned(),
            source: Some(Box::new(error)),
        };
        let sandbox = Sandbox::new(&repository).map_err(disk)?;
        let bench = Bench { settings: &self.settings, sandbox: &sandbox, repository: &repository };
        let (lint, format, terraform, workflows, audit, images, secrets) = futures::join!(
            bench.ruff_check(),
            bench.ruff_format(),
            bench.terraform_fmt(),
            bench.actionlint(),
            bench.zizmor(),
            bench.hadolint(),
            bench.gitleaks(),
        );
        let mut checks: Vec<Check> = Vec::new();
        let clock = Instant::now();
        let subject = {
            let (repository, requirement) = (repository.clone(), requirement);
            tokio::task::spawn_blocking(move || Arc::new(Subject::new(repository, requirement))).await
        };
        let subject = subject.map_err(|error| AgentError::Defect(format!("the repository cannot be read: {error}")))?;
        for parser in PARSERS {
            let subject = Arc::clone(&subject);
            checks.extend(guarded(parser.name(), clock, move || parser.check(&subject.repository)).await);
        }
        checks.extend([lint, format, terraform, workflows, audit, images, secrets].into_iter().flatten());
        {
            let subject = Arc::clone(&subject);
            checks.extend(guarded(provider::NAME, clock, move || provider::check(&subject.repository)).await);
        }
        for consistency in CHECKS {
            let subject = Arc::clone(&subject);
            checks.extend(guarded(consistency.name(), clock, move || consistency.check(&subject)).await);
        }
        checks.extend(elsewhere::checks(&subject.repository));
        let count = |status: CheckStatus| checks.iter().filter(|check| check.status == status).count() as u32;
        let (passed, failed, not_run) =
            (count(CheckStatus::Passed), count(CheckStatus::Failed), count(CheckStatus::NotRun));
        Ok(ValidationReport { checks, passed, failed, not_run, mends: Vec::new() })
    }
}

/// A check of our own away from the runtime's threads. A parser that panics has not run; the others still do.
async fn guarded(
    name: CheckName,
    clock: Instant,
    check: impl FnOnce() -> Option<Check> + Send + 'static,
) -> Option<Check> {
    match tokio::task::spawn_blocking(check).await {
        Ok(check) => check,
        Err(_) => Some(name.not_run(None, format!("`{}` panicked on one of the files.", name.tool), clock)),
    }
}

async fn read(manifest: &RepositoryManifest, desk: &Desk) -> Result<Vec<SourceFile>, AgentError> {
    let bodies = desk.bodies();
    let reads: Vec<_> = manifest.files.iter().cloned().map(|file| fetch(bodies, file)).collect();
    let files: Vec<SourceFile> = futures::stream::iter(reads).buffered(CONCURRENT_READS).try_collect().await?;
    Ok(files)
}

fn fetch(bodies: &dyn Bodies, file: RepositoryFile) -> BoxFuture<'_, Result<SourceFile, BodyError>> {
    Box::pin(async move {
        let content = bodies.get(&file.body.sha256).await?;
        Ok(SourceFile { path: file.path, content, executable: file.executable })
    })
}

/// What the checks of Terraform find in some files, by path, also what does not block: for tests of what is generated.
pub fn terraform_findings(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<ToolFinding> {
    let files = files.into_iter().map(|(path, content)| SourceFile { path, content, executable: false }).collect();
    let subject = Subject::new(Repository::new(files), String::new());
    let references = CHECKS.iter().find(|check| check.name().name == consistency::TERRAFORM);
    let checks = [provider::check(&subject.repository), references.and_then(|check| check.check(&subject))];
    checks.into_iter().flatten().flat_map(|check| check.findings).collect()
}

/// What the check of CloudFormation templates finds in some files, by path, also what does not block: for tests of what is
/// generated.
pub fn cloudformation_findings(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<ToolFinding> {
    let files = files.into_iter().map(|(path, content)| SourceFile { path, content, executable: false }).collect();
    let subject = Subject::new(Repository::new(files), String::new());
    let references = CHECKS.iter().find(|check| check.name().name == consistency::CLOUDFORMATION);
    references.and_then(|check| check.check(&subject)).map(|check| check.findings).unwrap_or_default()
}

#[cfg(test)]
mod tests;
