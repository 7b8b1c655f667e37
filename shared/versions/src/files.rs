//! Differences of files: added, removed, changed, renamed.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    repository::RepositoryFile,
    version::{FileChange, FileDiff, FileState, VersionDiff},
};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::{Bodies, MissingBody, patch::quoted};

/// Lines of context around a change, as git shows it.
const CONTEXT: usize = 3;
/// A renamed file keeps at least this much, in percent; git's own measure.
const SIMILAR_PERCENT: u64 = 50;
/// Similarity is measured in lines, and longer lines in pieces of this many bytes: a minified file is one line.
const PIECE_BYTES: usize = 64;
/// Above this many pairs only files of the same name are held against each other, so that time is bounded.
const PAIRS_MAX: usize = 250_000;
/// Above this many lines that may differ, all of them are given as replaced: finding the shortest difference takes time
/// by the square.
const LINES_MAX: usize = 40_000;
/// git looks for a zero byte in this many bytes to tell what is not text.
const PROBE_BYTES: usize = 8_000;

/// The files that differ, sorted by path.
///
/// # Errors
/// When a body of one is not among `bodies`.
pub fn differences(
    before: &[RepositoryFile],
    after: &[RepositoryFile],
    bodies: &Bodies,
) -> Result<Vec<FileDiff>, MissingBody> {
    let (old, new) = (by_path(before), by_path(after));
    let removed: Vec<&RepositoryFile> = before.iter().filter(|file| !new.contains_key(file.path.as_str())).collect();
    let added: Vec<&RepositoryFile> = after.iter().filter(|file| !old.contains_key(file.path.as_str())).collect();
    let renames = renames(&removed, &added, bodies)?;
    let sources: BTreeSet<&str> = renames.values().map(|(from, _)| from.path.as_str()).collect();
    let mut diffs = Vec::new();
    for path in old.keys().chain(new.keys()).copied().collect::<BTreeSet<&str>>() {
        let diff = match (old.get(path), new.get(path)) {
            (Some(was), Some(is)) if was.body.sha256 != is.body.sha256 || was.executable != is.executable => {
                difference(FileChange::Modified, Some(was), Some(is), None, bodies)?
            }
            (None, Some(is)) => match renames.get(path) {
                Some((from, similarity)) => {
                    difference(FileChange::Renamed, Some(from), Some(is), Some(*similarity), bodies)?
                }
                None => difference(FileChange::Added, None, Some(is), None, bodies)?,
            },
            (Some(was), None) if !sources.contains(path) => {
                difference(FileChange::Removed, Some(was), None, None, bodies)?
            }
            (Some(_), Some(_) | None) | (None, None) => continue,
        };
        diffs.push(diff);
    }
    Ok(diffs)
}

fn by_path(files: &[RepositoryFile]) -> BTreeMap<&str, &RepositoryFile> {
    files.iter().map(|file| (file.path.as_str(), file)).collect()
}

fn body<'a>(file: &RepositoryFile, bodies: &'a Bodies) -> Result<&'a [u8], MissingBody> {
    bodies.get(&file.body.sha256).map(Vec::as_slice).ok_or_else(|| MissingBody(file.body.sha256.clone()))
}

/// Which added file was which removed one, by the new path: the most similar pairs first, each file once.
fn renames<'a>(
    removed: &[&'a RepositoryFile],
    added: &[&'a RepositoryFile],
    bodies: &Bodies,
) -> Result<BTreeMap<&'a str, (&'a RepositoryFile, u8)>, MissingBody> {
    // Empty files are alike without anything having been moved.
    let some = |files: &[&'a RepositoryFile]| -> Vec<&'a RepositoryFile> {
        files.iter().copied().filter(|file| file.body.size > 0).collect()
    };
    let (removed, added) = (some(removed), some(added));
    let pieces = |files: &[&RepositoryFile]| -> Result<Vec<Vec<&[u8]>>, MissingBody> {
        files.iter().map(|file| Ok(pieces(body(file, bodies)?))).collect()
    };
    let (old, new) = (pieces(&removed)?, pieces(&added)?);
    let all_pairs = removed.len().saturating_mul(added.len()) <= PAIRS_MAX;
    let mut pairs = Vec::new();
    for (from, was) in removed.iter().enumerate() {
        for (to, is) in added.iter().enumerate() {
            let same_name = file_name(&was.path) == file_name(&is.path);
            let score = if was.body.sha256 == is.body.sha256 {
                100
            } else if all_pairs || same_name {
                similarity(was.body.size, &old[from], is.body.size, &new[to])
            } else {
                0
            };
            if score >= SIMILAR_PERCENT {
                pairs.push((std::cmp::Reverse(score), !same_name, &was.path, &is.path, from, to));
            }
        }
    }
    pairs.sort();
    let mut taken = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (score, _, _, path, from, _) in pairs {
        if !found.contains_key(path.as_str()) && taken.insert(from) {
            found.insert(path.as_str(), (removed[from], u8::try_from(score.0).unwrap_or(100)));
        }
    }
    Ok(found)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A content in pieces that end at a line's end or after some bytes, sorted.
fn pieces(content: &[u8]) -> Vec<&[u8]> {
    let mut pieces: Vec<&[u8]> =
        content.split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(PIECE_BYTES)).collect();
    pieces.sort_unstable();
    pieces
}

/// Bytes in pieces that both have, in percent of the larger one's size; below the limit as soon as the sizes say so.
fn similarity(old_size: u64, old: &[&[u8]], new_size: u64, new: &[&[u8]]) -> u64 {
    let larger = old_size.max(new_size).max(1);
    if old_size.min(new_size) * 100 < larger * SIMILAR_PERCENT {
        return 0;
    }
    let (mut left, mut right, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (old.get(left), new.get(right)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                common += a.len() as u64;
                left += 1;
                right += 1;
            }
        }
    }
    // The same pieces in another order are not the same file.
    (common * 100 / larger).min(99)
}

fn difference(
    change: FileChange,
    before: Option<&RepositoryFile>,
    after: Option<&RepositoryFile>,
    similarity: Option<u8>,
    bodies: &Bodies,
) -> Result<FileDiff, MissingBody> {
    let path = after.or(before).map(|file| file.path.clone()).unwrap_or_default();
    let side = |file: Option<&RepositoryFile>| file.map_or(Ok(&[][..]), |file| body(file, bodies));
    let same = before.map(|file| &file.body.sha256) == after.map(|file| &file.body.sha256);
    let name = |prefix: &str, file: Option<&RepositoryFile>| match file {
        Some(file) => quoted(prefix, &file.path),
        None => "/dev/null".to_owned(),
    };
    let (old_name, new_name) = (name("a/", before), name("b/", after));
    let mut diff = FileDiff {
        path,
        change,
        renamed_from: before.filter(|_| change == FileChange::Renamed).map(|file| file.path.clone()),
        similarity,
        before: before.map(state),
        after: after.map(state),
        binary: false,
        additions: 0,
        deletions: 0,
        unified: String::new(),
        cut: false,
    };
    if same {
        return Ok(diff);
    }
    let (Some(old), Some(new)) = (text(side(before)?), text(side(after)?)) else {
        diff.binary = true;
        diff.unified = format!("Binary files {old_name} and {new_name} differ\n");
        return Ok(diff);
    };
    let hunks = hunks(old, new);
    diff.additions = hunks.additions;
    diff.deletions = hunks.deletions;
    if !hunks.text.is_empty() {
        diff.unified = format!("--- {}\n+++ {}\n{}", ended(&old_name), ended(&new_name), hunks.text);
    }
    Ok(diff)
}

fn state(file: &RepositoryFile) -> FileState {
    FileState { sha256: file.body.sha256.clone(), size: file.body.size, executable: file.executable }
}

/// A name with a space ends with a tab, so that no reader takes a part of it for a date.
fn ended(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') { format!("{name}\t") } else { name.to_owned() }
}

/// The content as text, where git would take it for text and it is UTF-8.
pub(crate) fn text(content: &[u8]) -> Option<&str> {
    let probe = &content[..content.len().min(PROBE_BYTES)];
    if probe.contains(&0) { None } else { std::str::from_utf8(content).ok() }
}

/// The hunks of a unified diff.
struct Hunks {
    text: String,
    additions: u32,
    deletions: u32,
}

fn hunks(old: &str, new: &str) -> Hunks {
    // Lines end at `\n` alone: git knows no other end.
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let ops = operations(&old, &new);
    let (mut additions, mut deletions) = (0, 0);
    let mut text = String::new();
    for group in group_diff_ops(ops, CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (old_range, new_range) =
            (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        text.push_str(&format!("@@ -{} +{} @@\n", range(&old_range), range(&new_range)));
        for op in &group {
            let equal = matches!(op, DiffOp::Equal { .. });
            for line in &old[op.old_range()] {
                push(&mut text, if equal { ' ' } else { '-' }, line);
                deletions += u32::from(!equal);
            }
            if !equal {
                for line in &new[op.new_range()] {
                    push(&mut text, '+', line);
                    additions += 1;
                }
            }
        }
    }
    Hunks { text, additions, deletions }
}

fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        // Nothing comes after the line before.
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

fn push(text: &mut String, sign: char, line: &str) {
    text.push(sign);
    text.push_str(line);
    if !line.ends_with('\n') {
        text.push_str("\n\\ No newline at end of file\n");
    }
}

fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (old.len() - prefix - suffix, new.len() - prefix - suffix);
    if old_len + new_len <= LINES_MAX {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let mut ops = Vec::new();
    let mut equal = |old_index, new_index, len| {
        if len > 0 {
            ops.push(DiffOp::Equal { old_index, new_index, len });
        }
    };
    equal(0, 0, prefix);
    let suffix_at = (prefix + old_len, prefix + new_len, suffix);
    ops.push(DiffOp::Replace { old_index: prefix, old_len, new_index: prefix, new_len });
    if suffix > 0 {
        ops.push(DiffOp::Equal { old_index: suffix_at.0, new_index: suffix_at.1, len: suffix_at.2 });
    }
    ops
}

/// Words that stand for what is cut off.
const CUT: &str = "\\ The rest of this difference is left out: it is too large to show.\n";

/// Cuts differences at a line's end, so that each has at most `each` bytes and all have at most `together`. What is cut
/// is marked, and its numbers stay those of the whole.
pub fn cut(diff: &mut VersionDiff, each: usize, together: usize) {
    let mut left = together;
    for file in &mut diff.files {
        let limit = each.min(left);
        if file.unified.len() > limit {
            let end = file.unified.floor_char_boundary(limit);
            let end = file.unified[..end].rfind('\n').map_or(0, |line| line + 1);
            file.unified.truncate(end);
            file.unified.push_str(CUT);
            file.cut = true;
        }
        left = left.saturating_sub(file.unified.len());
    }
}
