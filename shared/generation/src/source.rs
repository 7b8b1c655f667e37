//! Generated files before and after they are stored.

use agent::{AgentError, Desk};
use design::{node::Node, repository::RepositoryFile};
use futures::{StreamExt, TryStreamExt};

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

impl SourceFile {
    /// True for what names its own interpreter: it is there to be run.
    pub fn is_executable(&self) -> bool {
        self.content.starts_with("#!")
    }
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
            executable: file.is_executable(),
            purpose: file.purpose.clone(),
            patterns: file.patterns.clone(),
            written_by: writer.name(),
        });
    }
    Ok(stored)
}

/// Files that are read at the same time: well below the connections that a client keeps.
const CONCURRENT_READS: usize = 16;

/// The texts of stored files, in their order; what is not UTF-8 is read as well as can be.
///
/// # Errors
/// When one cannot be read.
pub async fn texts(files: &[RepositoryFile], desk: &Desk) -> Result<Vec<String>, AgentError> {
    let reads: Vec<_> = files.iter().map(|file| desk.bodies().get(&file.body.sha256)).collect();
    let bytes: Vec<Vec<u8>> = futures::stream::iter(reads).buffered(CONCURRENT_READS).try_collect().await?;
    Ok(bytes.into_iter().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect())
}

pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("py") => "text/x-python",
        Some("md") => "text/markdown",
        Some("yml" | "yaml") => "application/yaml",
        Some("toml") => "application/toml",
        Some("json") => "application/json",
        Some(_) | None => "text/plain",
    }
}
