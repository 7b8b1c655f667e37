//! Differences of files, and patches that git applies.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt as _};

use design::{repository::RepositoryFile, version::FileChange};
use proptest::prelude::*;

use super::{file, git};
use crate::{Bodies, MissingBody, files::differences, needed, patch};

type Tree = BTreeMap<String, (Vec<u8>, bool)>;

fn tree(files: &[(&str, &[u8])]) -> Tree {
    files.iter().map(|(path, content)| ((*path).to_owned(), (content.to_vec(), path.ends_with(".sh")))).collect()
}

fn stored(tree: &Tree, bodies: &mut Bodies) -> Vec<RepositoryFile> {
    tree.iter().map(|(path, (content, executable))| file(path, content, *executable, bodies)).collect()
}

/// A patch is right when `git apply` makes the new tree of the old one, and `git apply -R` the old one again.
fn check(old: &Tree, new: &Tree) -> String {
    let mut bodies = Bodies::new();
    let (before, after) = (stored(old, &mut bodies), stored(new, &mut bodies));
    let wanted = needed(&before, &after);
    bodies.retain(|sha256, _| wanted.contains(sha256));
    let text = patch(&differences(&before, &after, &bodies).unwrap(), &bodies).unwrap();
    if text.is_empty() {
        assert_eq!(old, new);
        return text;
    }
    let folder = tempfile::tempdir().unwrap();
    let (root, patch_file) = (folder.path().join("tree"), folder.path().join("p.patch"));
    std::fs::write(&patch_file, &text).unwrap();
    std::fs::create_dir(&root).unwrap();
    for (path, (content, executable)) in old {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        let mode = if *executable { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let patch_file = patch_file.to_str().unwrap();
    git(&root, &["apply", "--whitespace=nowarn", patch_file]);
    assert_eq!(&read(&root), new, "{text}");
    git(&root, &["apply", "--whitespace=nowarn", "-R", patch_file]);
    // Backwards git 2.47 forgets the permissions of a file that comes back, also in its own patches.
    let contents = |tree: &Tree| tree.iter().map(|(path, (content, _))| (path.clone(), content.clone())).collect();
    let (back, was): (BTreeMap<_, _>, BTreeMap<_, _>) = (contents(&read(&root)), contents(old));
    assert_eq!(back, was, "backwards: {text}");
    text
}

fn read(root: &std::path::Path) -> Tree {
    let (mut found, mut left) = (Tree::new(), vec![root.to_path_buf()]);
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let executable = path.metadata().unwrap().permissions().mode() & 0o100 != 0;
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, (std::fs::read(&path).unwrap(), executable));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn git_applies_any_patch(old in any_tree(), new in any_tree()) {
        check(&old, &new);
    }
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let text = "([a-d]{0,3}\n){0,6}[a-d\r]{0,2}".prop_map(String::into_bytes);
    let content = prop_oneof![4 => text, 1 => proptest::collection::vec(any::<u8>(), 0..200)];
    proptest::collection::btree_map("[ab]/[a-c ]{1,2}(ä|\")?\\.py", (content, any::<bool>()), 0..5)
}

#[test]
fn every_kind_of_change_is_told_apart_and_applies() {
    let long: Vec<u8> = (0..40).map(|n| format!("line {n}\n")).collect::<String>().into_bytes();
    let edited = String::from_utf8(long.clone()).unwrap().replace("line 7\n", "line seven\n").into_bytes();
    let old = tree(&[
        ("changed.py", b"one\ntwo\nthree"),
        ("gone.py", b"old\n"),
        ("moved/a.py", &long),
        ("moved/b.py", b"the same\n"),
        ("picture.png", &[0, 1, 2, 255]),
        ("same.py", b"same\n"),
    ]);
    let new = tree(&[
        ("changed.py", b"one\n2\nthree\n"),
        ("empty.py", b""),
        ("here/a.py", &edited),
        ("here/b.py", b"the same\n"),
        ("new.sh", b"#!/bin/sh\n"),
        ("picture.png", &[0, 9, 2, 255, 7]),
        ("same.py", b"same\n"),
    ]);
    let text = check(&old, &new);
    assert!(text.contains("rename from moved/a.py\nrename to here/a.py\n"), "{text}");
    assert!(text.contains("similarity index 100%\nrename from moved/b.py\nrename to here/b.py\n"), "{text}");
    assert!(text.contains("\\ No newline at end of file"), "{text}");
    let mut bodies = Bodies::new();
    let (before, after) = (stored(&old, &mut bodies), stored(&new, &mut bodies));
    let diffs = differences(&before, &after, &bodies).unwrap();
    let seen: Vec<_> = diffs.iter().map(|d| (d.path.as_str(), d.change, d.additions, d.deletions, d.binary)).collect();
    assert_eq!(
        seen,
        [
            ("changed.py", FileChange::Modified, 2, 2, false),
            ("empty.py", FileChange::Added, 0, 0, false),
            ("gone.py", FileChange::Removed, 0, 1, false),
            ("here/a.py", FileChange::Renamed, 1, 1, false),
            ("here/b.py", FileChange::Renamed, 0, 0, false),
            ("new.sh", FileChange::Added, 1, 0, false),
            ("picture.png", FileChange::Modified, 0, 0, true),
        ]
    );
    assert_eq!(diffs[3].similarity, Some(96));
    assert!(
        diffs[3].unified.starts_with("--- a/moved/a.py\n+++ b/here/a.py\n@@ -5,7 +5,7 @@\n"),
        "{}",
        diffs[3].unified
    );
}

#[test]
fn git_finds_the_same_renames() {
    let body = |n: usize, words: &str| (0..n).map(|n| format!("{words} {n}\n")).collect::<String>().into_bytes();
    let old = tree(&[("a/one.py", &body(30, "one")), ("a/two.py", &body(30, "two")), ("a/x.py", &body(30, "x"))]);
    let half = [body(17, "one"), body(13, "other")].concat();
    let less = [body(9, "two"), body(21, "else")].concat();
    let new =
        tree(&[("b/first.py", &half), ("b/two.py", &less), ("b/x.py", &body(30, "x")), ("c/x.py", &body(30, "x"))]);
    let mut bodies = Bodies::new();
    let (before, after) = (stored(&old, &mut bodies), stored(&new, &mut bodies));
    let ours: Vec<_> = differences(&before, &after, &bodies)
        .unwrap()
        .into_iter()
        .filter_map(|diff| Some((diff.renamed_from?, diff.path)))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, tree) in [("old", &old), ("new", &new)] {
        for (path, (content, _)) in tree {
            let path = folder.path().join(name).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
    }
    let theirs = std::process::Command::new("git")
        .args(["diff", "--no-index", "--name-status", "--find-renames=50%", "old", "new"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    let theirs: Vec<_> = theirs
        .lines()
        .filter(|line| line.starts_with('R'))
        .map(|line| {
            let mut names = line.split('\t').skip(1).map(|name| name.split_once('/').unwrap().1.to_owned());
            (names.next().unwrap(), names.next().unwrap())
        })
        .collect();
    assert_eq!(theirs.len(), 2, "{theirs:?}");
    assert_eq!(ours, theirs);
}

#[test]
fn many_lines_are_compared_in_bounded_time_and_apply() {
    let lines = |word: &str| (0..60_000).map(|n| format!("{word} {}\n", n * 7919 % 60_000)).collect::<String>();
    let old = format!("head\n{}tail\n", lines("a"));
    let new = format!("head\n{}tail\n", lines("b"));
    check(&tree(&[("a.txt", old.as_bytes())]), &tree(&[("a.txt", new.as_bytes())]));
}

#[test]
fn a_long_difference_is_cut_at_a_line_and_marked() {
    let mut bodies = Bodies::new();
    let long = "ä and more\n".repeat(20_000);
    let after = [file("a.txt", long.as_bytes(), false, &mut bodies), file("b.txt", b"b\n", false, &mut bodies)];
    let mut diff = super::compared::nothing();
    diff.files = differences(&[], &after, &bodies).unwrap();
    crate::cut(&mut diff, 1_000, 2_000);
    assert!(diff.files[0].cut && diff.files[0].unified.len() < 1_100, "{}", diff.files[0].unified.len());
    assert!(diff.files[0].unified.ends_with("too large to show.\n"));
    assert_eq!(diff.files[0].additions, 20_000);
    assert!(!diff.files[1].cut, "what fits stays whole: {}", diff.files[1].unified);
    crate::cut(&mut diff, 1_000, 10);
    assert!(diff.files[1].cut);
}

#[test]
fn a_body_that_is_not_there_is_named() {
    let mut bodies = Bodies::new();
    let after = [file("a.txt", b"a\n", false, &mut bodies)];
    bodies.clear();
    assert_eq!(differences(&[], &after, &bodies), Err(MissingBody(after[0].body.sha256.clone())));
}
