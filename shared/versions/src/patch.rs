//! A comparison as a patch that `git apply` takes.

use design::version::{FileChange, FileDiff, FileState};

use crate::{Bodies, MissingBody, binary, git};

/// All differences of files as one patch, with renames, permissions and binary contents.
///
/// # Errors
/// When a binary file's body is not among `bodies`.
pub fn patch(files: &[FileDiff], bodies: &Bodies) -> Result<String, MissingBody> {
    files.iter().map(|file| one(file, bodies)).collect()
}

fn one(file: &FileDiff, bodies: &Bodies) -> Result<String, MissingBody> {
    let from = file.renamed_from.as_deref().unwrap_or(&file.path);
    let mut text = format!("diff --git {} {}\n", quoted("a/", from), quoted("b/", &file.path));
    match (file.change, &file.before, &file.after) {
        (FileChange::Added, _, Some(after)) => text.push_str(&format!("new file mode {}\n", mode(after))),
        (FileChange::Removed, Some(before), _) => text.push_str(&format!("deleted file mode {}\n", mode(before))),
        (FileChange::Modified | FileChange::Renamed, Some(before), Some(after)) => {
            if before.executable != after.executable {
                text.push_str(&format!("old mode {}\nnew mode {}\n", mode(before), mode(after)));
            }
            if file.change == FileChange::Renamed {
                let similarity = file.similarity.unwrap_or(100);
                let (from, to) = (quoted("", from), quoted("", &file.path));
                text.push_str(&format!("similarity index {similarity}%\nrename from {from}\nrename to {to}\n"));
            }
        }
        // Written by an earlier release, which kept no states.
        (FileChange::Added, _, None) => text.push_str("new file mode 100644\n"),
        (FileChange::Removed, None, _) => text.push_str("deleted file mode 100644\n"),
        (FileChange::Modified | FileChange::Renamed, _, _) => {}
    }
    if file.binary {
        let side = |state: &Option<FileState>| match state {
            Some(state) => {
                bodies.get(&state.sha256).map(Vec::as_slice).ok_or_else(|| MissingBody(state.sha256.clone()))
            }
            None => Ok(&[][..]),
        };
        let (old, new) = (side(&file.before)?, side(&file.after)?);
        let id = |state: &Option<FileState>, content: &[u8]| {
            state.as_ref().map_or_else(git::ObjectId::default, |_| git::blob_id(content))
        };
        text.push_str(&format!("index {}..{}\n", id(&file.before, old), id(&file.after, new)));
        text.push_str(&binary::patch(old, new));
    } else {
        text.push_str(&file.unified);
    }
    Ok(text)
}

fn mode(state: &FileState) -> &'static str {
    if state.executable { "100755" } else { "100644" }
}

/// A path as git writes it: in quotes with octal escapes where it is not plain.
pub(crate) fn quoted(prefix: &str, path: &str) -> String {
    let plain = path.bytes().all(|byte| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\');
    if plain {
        return format!("{prefix}{path}");
    }
    let mut text = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b' '..0x7f => text.push(char::from(byte)),
            other => text.push_str(&format!("\\{other:03o}")),
        }
    }
    text.push('"');
    text
}
