//! Output of the implementers, `codegen` and `rationale_compile`: files.

use run::{body::BodyRef, node::NodeName};
use serde::{Deserialize, Serialize};

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RepositoryFile {
    /// Path from the repository's root, with `/`, sorted in the manifest.
    pub path: String,
    /// Where its content is.
    pub body: BodyRef,
    /// True for scripts.
    pub executable: bool,
    /// What the file is for.
    pub purpose: String,
    /// Patterns of the plan that the file implements; empty for shared parts.
    pub patterns: Vec<String>,
    /// The node that wrote it, and mends it when a check finds something.
    pub written_by: NodeName,
}

/// Output of an implementer: its part of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RepositoryPart {
    /// The files, sorted by path.
    pub files: Vec<RepositoryFile>,
}

/// Output of `codegen`: the repository's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RepositoryManifest {
    /// Name of the repository and of its Python package.
    pub name: String,
    /// The files, sorted by path.
    pub files: Vec<RepositoryFile>,
    /// Sum of the files' sizes in bytes.
    pub total_bytes: u64,
}

/// Output of `rationale_compile`: documents that join the repository under `reports/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReportSet {
    /// The files, paths from the repository's root.
    pub files: Vec<RepositoryFile>,
    /// Path of the architecture report.
    pub main: String,
}
