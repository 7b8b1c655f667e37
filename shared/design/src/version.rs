//! Output of `diff_and_persist`: the bundle, and what changed since the parent version.

use run::{artifact::Artifact, body::Sha256Hex, edit::FileEdit, id::RunId};
use serde::{Deserialize, Serialize};

use crate::{constraint::ConstraintField, finding::Severity, repository::EditConflict};

/// What happened to a file between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// New in this version.
    Added,
    /// Gone in this version.
    Removed,
    /// Changed: its text, or whether it can be executed.
    Modified,
    /// Another path, and the same or a similar content.
    Renamed,
}

/// What a file is on one side of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileState {
    /// Hash of its content.
    pub sha256: Sha256Hex,
    /// Size in bytes.
    pub size: u64,
    /// True for scripts.
    pub executable: bool,
}

/// One file's difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileDiff {
    /// Path from the repository's root; the new one of a renamed file.
    pub path: String,
    /// What happened to it.
    pub change: FileChange,
    /// The path before, where it was another.
    #[serde(default)]
    pub renamed_from: Option<String>,
    /// How much of a renamed file stayed, in percent of the larger of the two, 50 to 100.
    #[serde(default)]
    #[schema(minimum = 50, maximum = 100)]
    pub similarity: Option<u8>,
    /// The file before; `None` for an added one.
    #[serde(default)]
    pub before: Option<FileState>,
    /// The file now; `None` for a removed one.
    #[serde(default)]
    pub after: Option<FileState>,
    /// True when one of the two is not text.
    #[serde(default)]
    pub binary: bool,
    /// Lines added.
    pub additions: u32,
    /// Lines removed.
    pub deletions: u32,
    /// Unified diff with three lines of context.
    pub unified: String,
    /// True when only the beginning of the difference is given, because all of it is too large for one answer.
    #[serde(default)]
    pub cut: bool,
}

/// Difference of the monthly cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostDelta {
    /// Parent's expected US dollars per month.
    pub before_usd: f64,
    /// This version's.
    pub after_usd: f64,
    /// After minus before.
    pub delta_usd: f64,
    /// Delta over before in percent; `None` when before is 0.
    pub delta_percent: Option<f64>,
}

/// A changed constraint and what it brought about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cause {
    /// The constraint.
    pub field: ConstraintField,
    /// Its change in words, as in the list of changed constraints.
    pub change: String,
    /// The changed components that rest on it, by their patterns.
    pub patterns: Vec<String>,
}

/// Who found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingSource {
    /// The technical critic.
    CriticTech,
    /// The cost critic.
    CriticCost,
    /// The policies.
    PolicyEval,
}

/// What became of a finding between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingChange {
    /// It was not there before.
    New,
    /// It is there no longer.
    Gone,
    /// It weighs more or less, says something else, or was waived.
    Changed,
}

/// A finding that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FindingDiff {
    /// Who found it.
    pub source: FindingSource,
    /// Id of the finding or of the policy's rule.
    pub id: String,
    /// What became of it.
    pub change: FindingChange,
    /// How bad it was; `None` when it is new.
    pub before: Option<Severity>,
    /// How bad it is; `None` when it is gone.
    pub after: Option<Severity>,
    /// All of it in one line.
    pub text: String,
}

/// What changed since the parent version, or another one that it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionDiff {
    /// The version compared with: the nearest completed one before, or the one that was asked for.
    pub parent: RunId,
    /// What changed and why, in Markdown.
    pub summary: String,
    /// Changed constraints, one line each.
    pub constraints: Vec<String>,
    /// Changed components, one line each, with the changed constraints behind them.
    pub components: Vec<String>,
    /// Which changed constraint brought about which change; in the order of the constraints.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// Findings of critics and policies that differ, the worst first.
    #[serde(default)]
    pub findings: Vec<FindingDiff>,
    /// Edits of people that are in this version's files.
    #[serde(default)]
    pub edits: Vec<FileEdit>,
    /// Edits that could not be brought together with what is generated; the person's text is in the files.
    #[serde(default)]
    pub conflicts: Vec<EditConflict>,
    /// Difference of the cost.
    pub cost: CostDelta,
    /// Differences per file, sorted by path.
    pub files: Vec<FileDiff>,
}

/// Output of `diff_and_persist`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersistedVersion {
    /// The repository as one zip.
    pub bundle: Artifact,
    /// This version and the completed ones before it as a git bundle; `None` in results of earlier releases.
    #[serde(default)]
    pub history: Option<Artifact>,
    /// Every artifact of the version, the bundle included.
    pub artifacts: Vec<Artifact>,
    /// What changed since the parent, where there is one that completed.
    pub diff: Option<VersionDiff>,
    /// The result in one sentence.
    pub summary: String,
}
