//! A project's versions as a git history in one file: `git clone project.bundle` gives it.
//!
//! What is needed of git's formats is small and has not changed in years: three kinds of objects, a pack without deltas,
//! and the bundle's header. So it is written here, without a git program and without a library that brings a whole git.
//! A history grows by appending: the pack of the version before is taken as it is, and read only to know which objects
//! are in it, so that nothing is written twice and no version's files have to be fetched again.

mod history;

use std::{collections::BTreeMap, fmt};

use design::repository::RepositoryFile;
use sha1::{Digest, Sha1};

pub use history::{Commit, Damaged, History, Person};

use crate::{Bodies, MissingBody};

/// Name of an object: the SHA-1 of its kind, size and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectId([u8; 20]);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Kinds of objects, with their numbers in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob, Self::Tag].into_iter().find(|kind| *kind as u8 == number)
    }
}

pub(crate) fn object_id(kind: Kind, content: &[u8]) -> ObjectId {
    let mut hash = Sha1::new();
    hash.update(format!("{} {}\0", kind.name(), content.len()));
    hash.update(content);
    ObjectId(hash.finalize().into())
}

/// Name of a file's content.
pub fn blob_id(content: &[u8]) -> ObjectId {
    object_id(Kind::Blob, content)
}

/// A folder while it is put together.
#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, (ObjectId, bool)>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

/// Writes the files and the folders that hold them; answers the root.
fn write_tree(
    files: &[RepositoryFile],
    bodies: &Bodies,
    add: &mut impl FnMut(Kind, &[u8]) -> ObjectId,
) -> Result<ObjectId, MissingBody> {
    let mut root = Folder::default();
    for file in files {
        let content = bodies.get(&file.body.sha256).ok_or_else(|| MissingBody(file.body.sha256.clone()))?;
        let blob = add(Kind::Blob, content);
        let mut folder = &mut root;
        let mut names = file.path.split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                folder.files.insert(name, (blob, file.executable));
            } else {
                folder = folder.folders.entry(name).or_default();
            }
        }
    }
    Ok(write_folder(&root, add))
}

fn write_folder(folder: &Folder<'_>, add: &mut impl FnMut(Kind, &[u8]) -> ObjectId) -> ObjectId {
    let files = folder.files.iter().map(|(name, (id, executable))| {
        ((*name).to_owned(), *name, if *executable { "100755" } else { "100644" }, *id)
    });
    let mut entries: Vec<(String, &str, &str, ObjectId)> = files.collect();
    for (name, inner) in &folder.folders {
        // A folder's name sorts as if it ended with a slash.
        entries.push((format!("{name}/"), name, "40000", write_folder(inner, add)));
    }
    entries.sort();
    let mut content = Vec::new();
    for (_, name, mode, id) in entries {
        content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        content.extend_from_slice(&id.0);
    }
    add(Kind::Tree, &content)
}
