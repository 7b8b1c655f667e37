//! Bundles the repository and compares it with the version before.
//!
//! The bundle is one zip of the generated files and the reports, the same bytes for the same files ([`bundle`]). Against
//! the nearest completed version before it, `versions` says what changed in constraints, components, findings, cost and
//! files, and which constraint is behind it. The version is then a commit on top of that one's ([`history`]).

pub mod bundle;
pub mod history;

use std::collections::BTreeSet;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Parent, Thought};
use design::{
    node::Node,
    repository::{RepositoryFile, RepositoryManifest},
    signal::NoSignal,
    version::{PersistedVersion, VersionDiff},
};
use futures::{StreamExt, TryStreamExt, stream};
use history::{GIT_BUNDLE, Grown, Story};
use run::{
    artifact::Artifact,
    body::Sha256Hex,
    card::{Category, Confidence, Fact, Risk, Trigger},
    id::RunId,
    question::Priority,
};
use versions::{Bodies, MissingBody, Version, cost_in_words, findings_in_words};

/// Bodies that are read at the same time: enough to hide latency, few enough for a small function's memory.
const PARALLEL_READS: usize = 16;

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct DiffAndPersist;

/// The version before, if there is one to compare with.
#[derive(Debug, Clone)]
pub enum Before {
    /// This is a first version.
    None,
    /// None of the versions that it continues completed, so they left nothing to compare with.
    Unfinished(RunId),
    /// The nearest one that completed.
    Completed(Box<Version>),
}

/// What the agent thinks about.
#[derive(Debug, Clone)]
pub struct Input {
    /// The repository's name, which names the bundle.
    pub name: String,
    /// This version.
    pub version: Version,
    /// The version before.
    pub before: Before,
    /// What its commit says.
    pub story: Story,
}

impl Agent for DiffAndPersist {
    const NODE: &'static str = "diff_and_persist";
    const NAME: &'static str = "Diff and persist";
    const READS: &'static [&'static str] = &[
        Node::Planner.as_str(),
        Node::CriticTech.as_str(),
        Node::CriticCost.as_str(),
        Node::PolicyEval.as_str(),
        Node::Codegen.as_str(),
        Node::RationaleCompile.as_str(),
    ];
    const READS_PARENT: &'static [&'static str] = &[
        Node::Planner.as_str(),
        Node::CriticTech.as_str(),
        Node::CriticCost.as_str(),
        Node::PolicyEval.as_str(),
        Node::Codegen.as_str(),
        Node::RationaleCompile.as_str(),
        Node::DiffAndPersist.as_str(),
    ];
    const PARENT: Parent = Parent::Completed;
    type Input = Input;
    type Output = PersistedVersion;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        let (name, version) = recall_version(memory)?;
        let before = match (memory.parent(), &memory.run().parent) {
            (Some(before), _) => Before::Completed(Box::new(recall_version(before)?.1)),
            (None, Some(parent)) => Before::Unfinished(parent.clone()),
            (None, None) => Before::None,
        };
        let persisted = memory.parent().map(|parent| parent.latest::<PersistedVersion>(Node::DiffAndPersist.as_str()));
        let story = Story::recall(memory, persisted.transpose()?.and_then(|persisted| persisted.history))?;
        Ok(Input { name, version, before, story })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<PersistedVersion, NoSignal>, AgentError> {
        let bodies = read(hashes(&input.version.files), desk).await?;
        let zip = bundle::zip(&input.name, &input.version.files, &bodies)
            .map_err(|error| AgentError::Defect(format!("the bundle cannot be made: {error}")))?;
        let bundle = stored(&zip, format!("{}.zip", input.name), "bundle", bundle::ZIP, desk).await?;
        let mut artifacts: Vec<Artifact> = input.version.files.iter().map(file_artifact).collect();
        artifacts.push(bundle.clone());

        let mut all = bodies;
        let diff = match &input.before {
            Before::None | Before::Unfinished(_) => None,
            Before::Completed(before) => {
                let wanted = versions::needed(&before.files, &input.version.files);
                all.extend(read(wanted.into_iter().filter(|sha256| !all.contains_key(sha256)).collect(), desk).await?);
                let diff = versions::compare(before, &input.version, &all).map_err(missing)?;
                let patch = versions::patch(&diff.files, &all).map_err(missing)?;
                artifacts.push(stored(patch.as_bytes(), "changes.patch".into(), "diff", "text/x-diff", desk).await?);
                Some(diff)
            }
        };
        let older = match &input.story.before {
            Some(artifact) => Some(desk.bodies().get(&artifact.sha256).await?),
            None => None,
        };
        let parent = match &input.before {
            Before::Completed(before) => Some(before.number),
            Before::None | Before::Unfinished(_) => None,
        };
        let grown = history::grow(&input.story, &input.version, parent, older.as_deref(), diff.as_ref(), &all)
            .map_err(missing)?;
        let path = format!("{}.bundle", input.name);
        let history = stored(&grown.bundle, path, "git_bundle", GIT_BUNDLE, desk).await?;
        artifacts.push(history.clone());
        let summary = summary(&input, &bundle, diff.as_ref());
        let mut card = card(&input, &bundle, diff.as_ref(), &summary);
        tell(&grown, &history, &mut card);
        let output = PersistedVersion {
            bundle,
            history: Some(history),
            artifacts: artifacts.clone(),
            diff,
            summary: summary.clone(),
        };
        Ok(Thought { output, signal: NoSignal {}, summary, card, artifacts })
    }
}

fn recall_version(memory: &Memory) -> Result<(String, Version), AgentError> {
    let manifest: RepositoryManifest = memory.latest(Node::Codegen.as_str())?;
    let name = manifest.name.clone();
    let (edits, conflicts) = (manifest.edits.clone(), manifest.conflicts.clone());
    let version = Version {
        run: memory.run().id.clone(),
        number: memory.run().version,
        plan: memory.latest(Node::Planner.as_str())?,
        cost: memory.latest(Node::CriticCost.as_str())?,
        tech: memory.find(Node::CriticTech.as_str())?,
        policy: memory.find(Node::PolicyEval.as_str())?,
        files: versions::joined(manifest, memory.latest(Node::RationaleCompile.as_str())?),
        edits,
        conflicts,
    };
    Ok((name, version))
}

fn hashes(files: &[RepositoryFile]) -> BTreeSet<Sha256Hex> {
    files.iter().map(|file| file.body.sha256.clone()).collect()
}

async fn read(wanted: BTreeSet<Sha256Hex>, desk: &Desk) -> Result<Bodies, AgentError> {
    stream::iter(wanted)
        .map(|sha256| async move {
            let body = desk.bodies().get(&sha256).await?;
            Ok::<_, AgentError>((sha256, body))
        })
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await
}

fn missing(error: MissingBody) -> AgentError {
    AgentError::Defect(error.to_string())
}

async fn stored(bytes: &[u8], path: String, kind: &str, media: &str, desk: &Desk) -> Result<Artifact, AgentError> {
    let body = desk.bodies().put(bytes, media).await?;
    Ok(Artifact { path, kind: kind.into(), content_type: media.into(), sha256: body.sha256, size_bytes: body.size })
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
    match (diff, &input.before) {
        (Some(diff), _) => format!(
            "{stored}; against the version before {} files, {} components and {} constraints changed, {}, {}.",
            diff.files.len(),
            diff.components.len(),
            diff.constraints.len(),
            findings_in_words(diff),
            cost_in_words(&diff.cost)
        ),
        (None, Before::Unfinished(_)) => {
            format!("{stored}; no version before it completed, so there is nothing to compare with.")
        }
        (None, Before::None | Before::Completed(_)) => format!("{stored}; this is a first version."),
    }
}

/// What came of the history, on the card.
fn tell(grown: &Grown, history: &Artifact, card: &mut CardDraft) {
    card.outputs.push(Fact::new("Git history", format!("{} ({} bytes)", history.path, history.size_bytes)));
    card.outputs.push(Fact::new("Versions in it", grown.versions.to_string()));
    if let Some(lost) = &grown.lost {
        card.risks.push(Risk {
            severity: Priority::High,
            text: format!("The git history begins with this version, because {lost}."),
            mitigation: "Earlier versions are still in their own bundles and zips.".to_owned(),
        });
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
            "Version before",
            match &input.before {
                Before::None => "none".to_owned(),
                Before::Unfinished(id) => format!("{id}, not completed"),
                Before::Completed(version) => format!("{} ({})", version.number, version.run),
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
        card.impact.cost = Some(cost_in_words(&diff.cost));
    }
    card
}

#[cfg(test)]
mod tests;
