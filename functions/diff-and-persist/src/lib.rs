//! Bundles the repository and compares it with the parent version.
//!
//! The bundle is one zip of the generated files and the reports, the same bytes for the same files ([`bundle`]). Against
//! a completed parent version the agent says what changed in constraints, components, cost and files, and why
//! ([`compare`]).

pub mod bundle;
pub mod compare;

use std::collections::BTreeMap;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::ConstraintSet,
    cost::CostReview,
    node::Node,
    plan::PlanDecision,
    repository::{ReportSet, RepositoryFile, RepositoryManifest},
    signal::NoSignal,
    version::{PersistedVersion, VersionDiff},
};
use futures::{StreamExt, TryStreamExt, stream};
use run::{
    artifact::Artifact,
    card::{Category, Confidence, Fact, Trigger},
    id::RunId,
    question::Priority,
    record::RunStatus,
};

/// Bodies that are read at the same time: enough to hide latency, few enough for a small function's memory.
const PARALLEL_READS: usize = 16;

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct DiffAndPersist;

/// One version as far as a comparison looks at it.
#[derive(Debug, Clone)]
pub struct Version {
    /// What was asked.
    pub constraints: ConstraintSet,
    /// What was planned.
    pub plan: PlanDecision,
    /// What it costs.
    pub cost: CostReview,
    /// Generated files and reports, sorted by path.
    pub files: Vec<RepositoryFile>,
}

/// The version before, if there is one to compare with.
#[derive(Debug, Clone)]
pub enum Parent {
    /// This is a first version.
    None,
    /// The parent did not complete, so it left nothing to compare with.
    Unfinished(RunId),
    /// The parent completed.
    Completed(RunId, Box<Version>),
}

/// What the agent thinks about.
#[derive(Debug, Clone)]
pub struct Input {
    /// The repository's name, which names the bundle.
    pub name: String,
    /// This version.
    pub version: Version,
    /// The version before.
    pub parent: Parent,
}

impl Agent for DiffAndPersist {
    const NODE: &'static str = "diff_and_persist";
    const NAME: &'static str = "Diff and persist";
    const READS: &'static [&'static str] = &["planner", "critic_cost", "codegen", "rationale_compile"];
    const READS_PARENT: &'static [&'static str] = Self::READS;
    type Input = Input;
    type Output = PersistedVersion;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        let (name, version) = recall_version(memory)?;
        let parent = match memory.parent() {
            None => Parent::None,
            Some(parent) if parent.run().status == RunStatus::Completed => {
                let (_, version) = recall_version(parent)?;
                Parent::Completed(parent.run().id.clone(), Box::new(version))
            }
            Some(parent) => Parent::Unfinished(parent.run().id.clone()),
        };
        Ok(Input { name, version, parent })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<PersistedVersion, NoSignal>, AgentError> {
        let contents = read(&input.version.files, desk).await?;
        let zip = bundle::zip(&input.name, &input.version.files, &contents)
            .map_err(|error| AgentError::Defect(format!("the bundle cannot be made: {error}")))?;
        let body = desk.bodies().put(&zip, bundle::ZIP).await?;
        let bundle = Artifact {
            path: format!("{}.zip", input.name),
            kind: "bundle".into(),
            content_type: bundle::ZIP.into(),
            sha256: body.sha256,
            size_bytes: body.size,
        };
        let mut artifacts: Vec<Artifact> = input.version.files.iter().map(file_artifact).collect();
        artifacts.push(bundle.clone());

        let diff = match &input.parent {
            Parent::None | Parent::Unfinished(_) => None,
            Parent::Completed(id, before) => {
                let old = read(&before.files, desk).await?;
                Some(compare::versions(id.clone(), before, &old, &input.version, &contents))
            }
        };
        if let Some(diff) = &diff {
            let patch = compare::patch(diff);
            let body = desk.bodies().put(patch.as_bytes(), "text/x-diff").await?;
            artifacts.push(Artifact {
                path: "changes.patch".into(),
                kind: "diff".into(),
                content_type: "text/x-diff".into(),
                sha256: body.sha256,
                size_bytes: body.size,
            });
        }
        let summary = summary(&input, &bundle, diff.as_ref());
        let card = card(&input, &bundle, diff.as_ref(), &summary);
        let output = PersistedVersion { bundle, artifacts: artifacts.clone(), diff, summary: summary.clone() };
        Ok(Thought { output, signal: NoSignal {}, summary, card, artifacts })
    }
}

fn recall_version(memory: &Memory) -> Result<(String, Version), AgentError> {
    let manifest: RepositoryManifest = memory.latest(Node::Codegen.as_str())?;
    let reports: ReportSet = memory.latest(Node::RationaleCompile.as_str())?;
    // A report replaces a generated file of the same path: the map keeps one of each, in order.
    let files: BTreeMap<String, RepositoryFile> =
        manifest.files.into_iter().chain(reports.files).map(|file| (file.path.clone(), file)).collect();
    let plan: PlanDecision = memory.latest(Node::Planner.as_str())?;
    Ok((
        manifest.name,
        Version {
            constraints: plan.constraints.clone(),
            plan,
            cost: memory.latest(Node::CriticCost.as_str())?,
            files: files.into_values().collect(),
        },
    ))
}

/// Contents by path.
pub type Contents = BTreeMap<String, Vec<u8>>;

async fn read(files: &[RepositoryFile], desk: &Desk) -> Result<Contents, AgentError> {
    let wanted: Vec<_> = files.iter().map(|file| (file.path.clone(), file.body.sha256.clone())).collect();
    stream::iter(wanted)
        .map(|(path, sha256)| async move { Ok::<_, AgentError>((path, desk.bodies().get(&sha256).await?)) })
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await
}

fn file_artifact(file: &RepositoryFile) -> Artifact {
    Artifact {
        path: format!("repository/{}", file.path),
        kind: if file.path.starts_with("reports/") { "report".into() } else { "repository_file".into() },
        content_type: bundle::content_type(&file.path).into(),
        sha256: file.body.sha256.clone(),
        size_bytes: file.body.size,
    }
}

fn summary(input: &Input, bundle: &Artifact, diff: Option<&VersionDiff>) -> String {
    let stored =
        format!("{} files in one bundle of {} KB", input.version.files.len(), bundle.size_bytes.div_ceil(1000));
    match (diff, &input.parent) {
        (Some(diff), _) => format!(
            "{stored}; against the parent {} files, {} components and {} constraints changed, {}.",
            diff.files.len(),
            diff.components.len(),
            diff.constraints.len(),
            compare::cost_in_words(&diff.cost)
        ),
        (None, Parent::Unfinished(_)) => {
            format!("{stored}; the parent version did not complete, so there is nothing to compare with.")
        }
        (None, Parent::None | Parent::Completed(..)) => format!("{stored}; this is a first version."),
    }
}

fn card(input: &Input, bundle: &Artifact, diff: Option<&VersionDiff>, summary: &str) -> CardDraft {
    let mut card = CardDraft::new(
        Trigger::Initial,
        Category::Documentation,
        summary,
        Confidence {
            value: 1.0,
            basis: vec![
                format!("all {} bodies were read back under their SHA-256", input.version.files.len()),
                format!("the bundle is stored under its SHA-256 {}", bundle.sha256),
            ],
        },
    );
    card.priority = if diff.is_some() { Priority::High } else { Priority::Low };
    card.inputs = vec![
        Fact::new("Files", input.version.files.len().to_string()),
        Fact::new(
            "Parent version",
            match &input.parent {
                Parent::None => "none".to_owned(),
                Parent::Unfinished(id) => format!("{id}, not completed"),
                Parent::Completed(id, _) => id.to_string(),
            },
        ),
    ];
    card.outputs = vec![
        Fact::new("Bundle", format!("{} ({} bytes)", bundle.path, bundle.size_bytes)),
        Fact::new("SHA-256", bundle.sha256.as_str()),
    ];
    if let Some(diff) = diff {
        card.reasoning = vec![diff.summary.clone()];
        card.outputs.push(Fact::new("Changed files", diff.files.len().to_string()));
        card.impact.cost = Some(compare::cost_in_words(&diff.cost));
    }
    card
}
