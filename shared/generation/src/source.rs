//! Generated files before and after they are stored.

use agent::{AgentError, Desk};
use design::{node::Node, repository::RepositoryFile};

/// A generated file before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the repository's root.
    pub path: String,
    /// Its text.
    pub content: String,
    /// What it is for.
    pub purpose: String,
    /// Patterns that it implements.
    pub patterns: Vec<String>,
}

/// Stores the files' texts and says where each is.
///
/// # Errors
/// When a text cannot be stored.
pub async fn stored(files: &[SourceFile], writer: Node, desk: &Desk) -> Result<Vec<RepositoryFile>, AgentError> {
    let mut stored = Vec::with_capacity(files.len());
    for file in files {
        let body = desk.bodies().put(file.content.as_bytes(), content_type(&file.path)).await?;
        stored.push(RepositoryFile {
            path: file.path.clone(),
            body,
            executable: false,
            purpose: file.purpose.clone(),
            patterns: file.patterns.clone(),
            written_by: writer.name(),
        });
    }
    Ok(stored)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("py") => "text/x-python",
        Some("md") => "text/markdown",
        Some("yml" | "yaml") => "application/yaml",
        Some("toml") => "application/toml",
        Some("json") => "application/json",
        Some(_) | None => "text/plain",
    }
}
