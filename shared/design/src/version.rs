//! Output of `diff_and_persist`: the bundle, and what changed since the parent version.

use run::{artifact::Artifact, id::RunId};
use serde::{Deserialize, Serialize};

/// What happened to a file between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// New in this version.
    Added,
    /// Gone in this version.
    Removed,
    /// Changed.
    Modified,
}

/// One file's difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileDiff {
    /// Path from the repository's root.
    pub path: String,
    /// What happened to it.
    pub change: FileChange,
    /// Lines added.
    pub additions: u32,
    /// Lines removed.
    pub deletions: u32,
    /// Unified diff with three lines of context.
    pub unified: String,
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

/// What changed since the parent version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionDiff {
    /// The parent version.
    pub parent: RunId,
    /// What changed and why, in Markdown.
    pub summary: String,
    /// Changed constraints, one line each.
    pub constraints: Vec<String>,
    /// Changed components, one line each.
    pub components: Vec<String>,
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
    /// Every artifact of the version, the bundle included.
    pub artifacts: Vec<Artifact>,
    /// What changed since the parent, where there is one that completed.
    pub diff: Option<VersionDiff>,
    /// The result in one sentence.
    pub summary: String,
}
