//! Edits: files of a completed version that a person changed, for the next version to build on.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use design::{
    input::DesignInput,
    node::Node,
    repository::{EditConflict, RepositoryManifest},
};
use jiff::Timestamp;
use lambda::principal::Principal;
use run::{
    body::{BodyRef, Sha256Hex},
    edit::FileEdit,
    event::{EventBody, FilesEdited},
    id::RunKey,
    record::{Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use store::{Change, Store, StoreError};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, artifacts,
    decision_sets::{self, Outputs},
    problem::{FieldError, Kind, Problem, internal},
};

/// Most files in one request: each is a record of the same transaction.
const FILES_MAX: usize = 50;
/// Largest edited file: far above any source, far below what a request may have.
const FILE_MAX_BYTES: usize = 500_000;
/// Most edited files of a version.
const EDITS_MAX: usize = 500;
/// Longest path, in bytes: it is a part of a sort key.
const PATH_MAX_BYTES: usize = 250;

/// A file as a person wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEdit {
    /// Path from the repository's root, with `/`; not below `reports/`, which every version writes anew.
    #[schema(min_length = 1, max_length = 250, examples("src/churn/train.py"))]
    pub path: String,
    /// The whole text, at most 500,000 bytes. Give either this, or `base64`, or `deleted`, or `take`.
    #[serde(default)]
    pub text: Option<String>,
    /// The whole content in base 64, for what is not text.
    #[serde(default)]
    pub base64: Option<String>,
    /// True to take the file out.
    #[serde(default)]
    pub deleted: bool,
    /// Takes a content that is stored: `generated` takes an edit back; `now` keeps what is there, which settles a conflict.
    #[serde(default)]
    #[schema(inline)]
    pub take: Option<Side>,
    /// Whether it can be executed; as it was when left out.
    #[serde(default)]
    pub executable: Option<bool>,
    /// Hash of the content that this edit replaces. When given, the edit is refused if the file is another by now.
    #[serde(default)]
    pub replaces: Option<Sha256Hex>,
}

/// Files as a person wants them: all of them are stored, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEdits {
    /// 1 to 50 files, each path once.
    #[schema(min_items = 1, max_items = 50)]
    pub files: Vec<NewEdit>,
}

/// The edits of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EditList {
    /// Edited files by path, also those that this version took over from the one before. A version made with this one as
    /// parent builds on them.
    pub edits: Vec<FileEdit>,
    /// Where this version could not bring an edit and what is generated together. A new edit of the file settles it, also
    /// one with the content that is there.
    pub conflicts: Vec<EditConflict>,
}

/// What a version's files are, edits included.
struct State {
    run: Run,
    manifest: RepositoryManifest,
    edits: Vec<FileEdit>,
}

impl State {
    async fn read(store: &Store, key: &RunKey) -> Result<Self, Problem> {
        let run = store.run(key).await?;
        if run.status != RunStatus::Completed {
            let detail = format!("Version {} has not completed, so it has no files to edit.", run.version);
            return Err(Problem::new(Kind::RunNotCompleted, detail));
        }
        let (records, edits) = tokio::try_join!(store.node_records(key), store.edits(key))?;
        let manifest = Outputs::new(store, key, &records).newest::<RepositoryManifest>(Node::Codegen).await?;
        let manifest = manifest.ok_or_else(|| internal().because(format!("completed run {} has no files", run.id)))?;
        Ok(Self { run, manifest, edits })
    }

    fn own(&self, path: &str) -> Option<&FileEdit> {
        self.edits.iter().find(|edit| edit.path == path)
    }

    /// A conflict of the file that nobody has settled yet.
    fn open_conflict(&self, path: &str) -> Option<&EditConflict> {
        self.manifest.conflicts.iter().find(|conflict| conflict.path == path && self.own(path).is_none())
    }

    /// The file as it is now: content and permission.
    fn now(&self, path: &str) -> Option<(BodyRef, bool)> {
        match self.own(path) {
            Some(edit) => edit.body.clone().map(|body| (body, edit.executable)),
            None => {
                let file = self.manifest.files.iter().find(|file| file.path == path)?;
                Some((file.body.clone(), file.executable))
            }
        }
    }

    /// What is generated for the path in this version, which the person has before them.
    fn generated(&self, path: &str) -> Option<BodyRef> {
        if let Some(conflict) = self.manifest.conflicts.iter().find(|conflict| conflict.path == path) {
            return conflict.generated.clone();
        }
        match self.manifest.edits.iter().find(|edit| edit.path == path) {
            Some(carried) => carried.base.clone(),
            None => self.manifest.files.iter().find(|file| file.path == path).map(|file| file.body.clone()),
        }
    }

    /// Paths of the files as they are now.
    fn paths(&self) -> impl Iterator<Item = &str> {
        let files = self.manifest.files.iter().map(|file| file.path.as_str());
        let gone = |path: &&str| self.own(path).is_none_or(|edit| edit.body.is_some());
        let added = self.edits.iter().filter(|edit| edit.body.is_some()).map(|edit| edit.path.as_str());
        files.filter(gone).chain(added)
    }
}

/// The edits that a version made on top of this one builds on: those that it took over itself, and those made since.
///
/// # Errors
/// When the store does not answer.
pub async fn carried(store: &Store, parent: &Run) -> Result<Vec<FileEdit>, Problem> {
    if parent.status != RunStatus::Completed {
        // It left no files; what it was to build on is still there.
        let input: DesignInput = decision_sets::body(store, &parent.key(), &parent.input.sha256).await?;
        return Ok(input.edits);
    }
    Ok(listed(&State::read(store, &parent.key()).await?).edits)
}

fn listed(state: &State) -> EditList {
    let taken_over = state.manifest.edits.iter().filter(|edit| state.own(&edit.path).is_none());
    let mut edits: Vec<FileEdit> = taken_over.chain(&state.edits).cloned().collect();
    edits.sort_by(|a, b| a.path.cmp(&b.path));
    let open = |conflict: &&EditConflict| state.open_conflict(&conflict.path).is_some();
    EditList { edits, conflicts: state.manifest.conflicts.iter().filter(open).cloned().collect() }
}

/// The edits of a version.
///
/// # Errors
/// When it is not there or has not completed, or the store does not answer.
pub async fn list(store: &Store, key: &RunKey) -> Result<EditList, Problem> {
    Ok(listed(&State::read(store, key).await?))
}

/// Whose content of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The file as it is now, with what people edited.
    #[default]
    Now,
    /// What is generated for it in this version.
    Generated,
}

/// Which content of which file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EditContentQuery {
    /// Path from the repository's root, as in `…/edits`.
    pub path: String,
    /// Whose content; the file as it is now when left out.
    #[serde(default)]
    #[param(inline)]
    pub side: Side,
}

/// The text of a file with its edits, or as it is generated.
///
/// # Errors
/// When there is no such file on that side, it is not a text of a size that can be shown, or the store does not answer.
pub async fn content(store: &Store, key: &RunKey, query: &EditContentQuery) -> Result<String, Problem> {
    let state = State::read(store, key).await?;
    let body = match query.side {
        Side::Now => state.now(&query.path).map(|(body, _)| body),
        Side::Generated => state.generated(&query.path),
    };
    let Some(body) = body else {
        let shown: String = query.path.chars().take(200).collect();
        let side = match query.side {
            Side::Now => "the repository does not have with its edits",
            Side::Generated => "this version does not generate",
        };
        let detail = format!("is `{shown}`, which {side}; `…/edits` lists what was edited");
        return Err(Problem::field(Kind::ArtifactNotFound, "path", detail));
    };
    artifacts::text(store, key, &body).await
}

/// Stores edits, with who and when, and tells the followers. The same edits again change nothing.
///
/// # Errors
/// When a file is not accepted, somebody else has changed it, or the store does not answer.
pub async fn put(api: &Api, who: &Principal, key: &RunKey, new: NewEdits) -> Result<EditList, Problem> {
    let contents = check(&new)?;
    let state = State::read(&api.store, key).await?;
    check_against(&state, &new)?;
    let mut edits = Vec::new();
    for (edit, wanted) in new.files.iter().zip(contents) {
        let now = state.now(&edit.path);
        let (path, base) = (edit.path.clone(), state.generated(&edit.path));
        let body = match &wanted {
            Wanted::Content(content) => Some(BodyRef::of(content)),
            Wanted::Gone => None,
            Wanted::Stored(Side::Now) => now.as_ref().map(|(body, _)| body.clone()),
            Wanted::Stored(Side::Generated) => base.clone(),
        };
        let executable = edit.executable.or(now.as_ref().map(|(_, executable)| *executable)).unwrap_or_default();
        // The content that is there says something new where a conflict is open: that it is to stay.
        if now == body.clone().map(|body| (body, executable)) && state.open_conflict(&path).is_none() {
            continue;
        }
        if let Wanted::Content(content) = wanted {
            api.store.put_body(&key.owner, &key.project, content, "application/octet-stream").await?;
        }
        edits.push(FileEdit { path, body, base, executable, by: who.actor(), at: Timestamp::now() });
    }
    if edits.is_empty() {
        return Ok(listed(&state));
    }
    let change = Change::edit(edits.clone()).event(EventBody::FilesEdited(FilesEdited { files: edits }));
    // Under the revision that was read, so that of two who edit at the same time one is told.
    match api.store.commit(&state.run, change).await {
        Ok(committed) => api.live.push(key, &committed.events).await,
        Err(StoreError::Contention { .. }) => {
            let detail = "Somebody changed a file of this version at the same time; read its files and try again.";
            return Err(Problem::new(Kind::VersionChanged, detail));
        }
        Err(error) => return Err(error.into()),
    }
    list(&api.store, key).await
}

/// What a file is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Content(Vec<u8>),
    Gone,
    Stored(Side),
}

/// What each file is to be.
fn check(new: &NewEdits) -> Result<Vec<Wanted>, Problem> {
    let mut errors = Vec::new();
    let mut refuse = |field: String, detail: String| errors.push(FieldError { field, detail });
    if !(1..=FILES_MAX).contains(&new.files.len()) {
        refuse("files".to_owned(), format!("has {} entries; 1 to {FILES_MAX} are accepted", new.files.len()));
    }
    let mut contents = Vec::new();
    for (place, edit) in new.files.iter().enumerate() {
        let field = |name: &str| format!("files[{place}].{name}");
        if let Some(problem) = path_problem(&edit.path) {
            refuse(field("path"), problem);
        }
        if new.files[..place].iter().any(|other| other.path == edit.path) {
            refuse(field("path"), "is named twice; each file is accepted once".to_owned());
        }
        let wanted = match (&edit.text, &edit.base64, edit.deleted, edit.take) {
            (Some(text), None, false, None) => Wanted::Content(text.clone().into_bytes()),
            (None, Some(encoded), false, None) => match BASE64_STANDARD.decode(encoded) {
                Ok(content) => Wanted::Content(content),
                Err(error) => {
                    refuse(field("base64"), format!("is not base 64: {error}"));
                    Wanted::Gone
                }
            },
            (None, None, true, None) => Wanted::Gone,
            (None, None, false, Some(side)) => Wanted::Stored(side),
            _ => {
                let detail = "exactly one of `text`, `base64`, `deleted` and `take` is accepted";
                refuse(field("text"), detail.to_owned());
                Wanted::Gone
            }
        };
        if let Wanted::Content(content) = &wanted
            && content.len() > FILE_MAX_BYTES
        {
            refuse(field("text"), format!("has {} bytes; at most {FILE_MAX_BYTES} are accepted", content.len()));
        }
        contents.push(wanted);
    }
    Problem::fields(Kind::BodyInvalid, errors).map_or(Ok(contents), Err)
}

/// What is wrong with a path, if anything is: it must mean the same file on every system, and stay within the repository.
fn path_problem(path: &str) -> Option<String> {
    let segment_problem = |segment: &str| {
        let lower = segment.to_lowercase();
        segment.is_empty()
            || segment == "."
            || segment == ".."
            || lower == ".git"
            || lower.starts_with("git~")
            || segment.ends_with(['.', ' '])
            || segment.starts_with(' ')
    };
    if path.is_empty() || path.len() > PATH_MAX_BYTES {
        return Some(format!("has {} bytes; 1 to {PATH_MAX_BYTES} are accepted", path.len()));
    }
    if path.chars().any(|c| c.is_control() || "\\:*?\"<>|\u{200b}\u{200c}\u{200d}\u{feff}".contains(c)) {
        return Some("has a character that not every system takes in a file name".to_owned());
    }
    if path.split('/').any(segment_problem) {
        return Some(
            "must be a path within the repository: names with `/` between, none of them `..` or `.git`".to_owned(),
        );
    }
    path.to_lowercase().starts_with("reports/").then(|| "is a report, which every version writes anew".to_owned())
}

fn check_against(state: &State, new: &NewEdits) -> Result<(), Problem> {
    let mut errors = Vec::new();
    for (place, edit) in new.files.iter().enumerate() {
        let now = state.now(&edit.path);
        let field = |name: &str| format!("files[{place}].{name}");
        if let Some(replaces) = &edit.replaces {
            let found = now.as_ref().map(|(body, _)| &body.sha256);
            if found != Some(replaces) {
                let found =
                    found.map_or_else(|| "there is no such file".to_owned(), |hash| format!("it is {hash} now"));
                let detail = format!("is not the content that is there: {found}; read it and edit that");
                return Err(Problem::field(Kind::VersionChanged, field("replaces"), detail));
            }
        }
        let known = state.own(&edit.path).is_some() || state.open_conflict(&edit.path).is_some();
        let takes_nothing = edit.take.is_some() && state.generated(&edit.path).is_none();
        if (edit.deleted || takes_nothing) && now.is_none() && !known {
            errors.push(FieldError { field: field("path"), detail: "names no file of this version".to_owned() });
        }
        let others =
            state.paths().chain(new.files.iter().filter(|other| !other.deleted).map(|other| other.path.as_str()));
        let inside = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let clash = others.into_iter().find(|other| inside(&edit.path, other) || inside(other, &edit.path));
        if let (false, Some(other)) = (edit.deleted, clash) {
            let detail = format!("cannot stand beside `{other}`: one of them would be a file and a folder");
            errors.push(FieldError { field: field("path"), detail });
        }
    }
    if state.edits.len() + new.files.len() > EDITS_MAX {
        let detail = format!("a version has at most {EDITS_MAX} edited files");
        errors.push(FieldError { field: "files".to_owned(), detail });
    }
    Problem::fields(Kind::BodyInvalid, errors).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_the_repository() {
        for good in ["README.md", "src/a b/ü.py", ".github/workflows/ci.yml", "a/..b", "reports.md", ".gitignore"] {
            assert_eq!(path_problem(good), None, "{good}");
        }
        let long = "a/".repeat(200);
        for bad in [
            "",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "C:a",
            "a\nb",
            ".git/config",
            "a/.GIT/x",
            "git~1/x",
            "reports/x.md",
            "Reports/x.md",
            "a. /b",
            " a",
            "a\u{feff}",
            long.as_str(),
        ] {
            assert!(path_problem(bad).is_some(), "{bad:?}");
        }
    }
}
