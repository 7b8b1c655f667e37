//! What people edited in earlier versions, brought together with what is generated now.

use std::collections::BTreeMap;

use agent::{AgentError, Desk};
use design::repository::{ConflictKind, EditConflict, RepositoryFile};
use run::{edit::FileEdit, node::NodeName};
use versions::{
    Bodies,
    merge::{Content, Generated, merge, needed},
};

/// Whose a file is that a person edited: no agent writes it anew.
pub const PERSON: &str = "person";

/// The files with the edits in them.
#[derive(Debug, Clone)]
pub struct Edited {
    /// All files, sorted by path.
    pub files: Vec<RepositoryFile>,
    /// What the next version takes over.
    pub carried: Vec<FileEdit>,
    /// What could not be brought together.
    pub conflicts: Vec<EditConflict>,
}

/// Brings the edits and the generated files together. An edit is never lost: it is in the files, or it is the same as what
/// is generated, or a conflict tells of it and its text stays.
///
/// # Errors
/// When a body cannot be read or written.
pub async fn apply(files: Vec<RepositoryFile>, edits: &[FileEdit], desk: &Desk) -> Result<Edited, AgentError> {
    let mut files: BTreeMap<String, RepositoryFile> = files.into_iter().map(|file| (file.path.clone(), file)).collect();
    let (mut carried, mut conflicts) = (Vec::new(), Vec::new());
    for edit in edits {
        let generated = files.remove(&edit.path);
        let body = generated.as_ref().map(|file| &file.body);
        let mut bodies = Bodies::new();
        for wanted in needed(edit, body) {
            let content = desk.bodies().get(&wanted.sha256).await?;
            bodies.insert(wanted.sha256, content);
        }
        let now = generated.as_ref().map(|file| Generated { body: &file.body, executable: file.executable });
        let merged = merge(edit, now, &bodies).map_err(|error| AgentError::Defect(error.to_string()))?;
        let body = match merged.content {
            Some(Content::Stored(body)) => Some(body),
            Some(Content::Both(text)) => Some(desk.bodies().put(text.as_bytes(), "text/plain").await?),
            None => None,
        };
        if let Some(body) = body {
            let file = match (&merged.carried, generated) {
                (None, Some(generated)) => generated,
                (_, generated) => person(edit, body, generated),
            };
            files.insert(file.path.clone(), file);
        }
        carried.extend(merged.carried);
        conflicts.extend(merged.conflict);
    }
    carried.sort_by(|a, b| a.path.cmp(&b.path));
    conflicts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Edited { files: files.into_values().collect(), carried, conflicts })
}

fn person(edit: &FileEdit, body: run::body::BodyRef, generated: Option<RepositoryFile>) -> RepositoryFile {
    let (purpose, patterns) = match generated {
        Some(file) => (file.purpose, file.patterns),
        None => (format!("Added by {}", edit.by.name), Vec::new()),
    };
    RepositoryFile {
        path: edit.path.clone(),
        body,
        executable: edit.executable,
        purpose,
        patterns,
        written_by: NodeName::from(PERSON),
    }
}

/// A conflict in a sentence.
pub fn told(conflict: &EditConflict) -> String {
    let (path, by) = (&conflict.path, &conflict.by.name);
    match conflict.kind {
        ConflictKind::BothChanged => {
            format!("`{path}`: {by} and the new version changed the same lines; the text of {by} was kept whole.")
        }
        ConflictKind::BothAdded => {
            format!("`{path}`: {by} had added it, and it is generated now as well; the text of {by} was kept.")
        }
        ConflictKind::RemovedButGenerated => {
            format!("`{path}`: {by} had taken it out, and what is generated has changed since; it stays out.")
        }
        ConflictKind::NoLongerGenerated => {
            format!("`{path}`: the plan needs it no longer, but {by} had edited it; it was kept.")
        }
    }
}
