//! Output of `validators`: which tool ran, which version, what it found.

use run::body::{BodyRef, Sha256Hex};
use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// The tool ran and found nothing blocking.
    Passed,
    /// The tool ran and found something blocking.
    Failed,
    /// The tool could not run: never a pass.
    NotRun,
}

/// One thing that a tool found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ToolFinding {
    /// File in the repository.
    pub path: String,
    /// Line from 1, where the tool names one.
    pub line: Option<u32>,
    /// The tool's rule.
    pub rule: String,
    /// The tool's message.
    pub message: String,
    /// True when it must be mended.
    pub blocking: bool,
}

/// One check of the generated repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// Name of the check, such as `ruff check`.
    pub name: String,
    /// `syntax`, `style`, `schema`, `security`, `consistency`.
    pub category: String,
    /// The tool.
    pub tool: String,
    /// The tool's version as it prints it; `None` when it could not run.
    pub version: Option<String>,
    /// How it ended.
    pub status: CheckStatus,
    /// Number of files looked at.
    pub files: u32,
    /// What it found.
    pub findings: Vec<ToolFinding>,
    /// Why it did not run, when it did not.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// A file as the tools themselves would have it: who wrote the file takes it over in the next round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mend {
    /// File in the repository.
    pub path: String,
    /// Hash of the text that was checked: the mend is for no other.
    pub of: Sha256Hex,
    /// Where the mended text is.
    pub body: BodyRef,
    /// The tools that wrote it, with their versions; [`Mend::TEMPLATE`] where a model's text gives way to the template's.
    pub by: Vec<String>,
}

impl Mend {
    /// Who wrote a text before a model changed it.
    pub const TEMPLATE: &str = "its template";
}

/// Output of `validators`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ValidationReport {
    /// The checks.
    pub checks: Vec<Check>,
    /// Number of checks that passed.
    pub passed: u32,
    /// Number that failed.
    pub failed: u32,
    /// Number that could not run.
    pub not_run: u32,
    /// Files that the tools can mend by themselves, sorted by path; empty when nothing failed.
    #[serde(default)]
    pub mends: Vec<Mend>,
}
