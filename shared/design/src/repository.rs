//! Output of the implementers, `codegen` and `rationale_compile`: files.

use run::{body::BodyRef, edit::FileEdit, gate::Actor, node::NodeName};
use serde::{Deserialize, Serialize};

use crate::validation::Mend;

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
    /// The node that wrote it, and mends it when a check finds something; `person` for a file that a person edited.
    pub written_by: NodeName,
}

/// Output of an implementer: its part of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RepositoryPart {
    /// The files, sorted by path.
    pub files: Vec<RepositoryFile>,
    /// Where a model changed a file: the way back to the template's text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Mend>,
}

/// Why an edit and what is generated could not be brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both changed the same lines, or a content that is no text: the person's is in the repository.
    BothChanged,
    /// The person had added a file that is generated now as well: the person's is in the repository.
    BothAdded,
    /// The person had taken out a file, and what is generated has changed since: it stays out.
    RemovedButGenerated,
    /// The person had edited a file that is not generated any more: it stays.
    NoLongerGenerated,
}

/// An edit that could not be brought together with what is generated. The person's side is in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EditConflict {
    /// Path from the repository's root.
    pub path: String,
    /// Why.
    pub kind: ConflictKind,
    /// The person's content; null where they took the file out.
    pub yours: Option<BodyRef>,
    /// What is generated; null where nothing is.
    pub generated: Option<BodyRef>,
    /// What had been generated when the person edited.
    pub base: Option<BodyRef>,
    /// Whose edit it is.
    pub by: Actor,
}

/// Output of `codegen`: the repository's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RepositoryManifest {
    /// Name of the repository and of its Python package.
    pub name: String,
    /// The files, sorted by path.
    pub files: Vec<RepositoryFile>,
    /// Sum of the files' sizes in bytes.
    pub total_bytes: u64,
    /// Edits of people that are in the files, with what each is based on; the next version takes them over.
    #[serde(default)]
    pub edits: Vec<FileEdit>,
    /// Edits that could not be brought together with what is generated.
    #[serde(default)]
    pub conflicts: Vec<EditConflict>,
    /// Where a model changed a file: the way back to the template's text, which is taken when a check fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Mend>,
}

/// Output of `rationale_compile`: documents that join the repository under `reports/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReportSet {
    /// The files, paths from the repository's root.
    pub files: Vec<RepositoryFile>,
    /// Path of the architecture report.
    pub main: String,
}

/// Whether a file of this name lists the exact versions of Python packages, with what they bring along.
pub fn is_lock(name: &str) -> bool {
    name.starts_with("requirements") && name.ends_with(".txt")
}
