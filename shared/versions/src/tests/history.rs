//! Histories, read by git itself.

use std::path::Path;

use design::repository::RepositoryFile;
use jiff::Timestamp;

use super::{file, git};
use crate::{
    Bodies,
    git::{Commit, History, Person},
};

fn commit(version: u32, parent: Option<u32>) -> Commit {
    let person = |name: &str| Person { name: name.into(), email: format!("{}@example.invalid", name.to_lowercase()) };
    Commit {
        version,
        parent,
        author: person("Ada"),
        committer: person("Platform"),
        at: Timestamp::from_second(1_700_000_000 + i64::from(version)).unwrap(),
        subject: format!("v{version}: score churn"),
        body: "Because of Budget.\n\n- one\n- two".into(),
    }
}

fn files(text: &str, bodies: &mut Bodies) -> Vec<RepositoryFile> {
    vec![
        file("README.md", text.as_bytes(), false, bodies),
        file("lib-a.py", b"beside the folder\n", false, bodies),
        file("lib.py", b"", false, bodies),
        file("lib/deep/x.bin", &[0, 255, 10], false, bodies),
        file("lib/y.py", b"y = 1\n", false, bodies),
        file("lib0.py", b"after it\n", false, bodies),
        file("run.sh", b"#!/bin/sh\n", true, bodies),
    ]
}

fn clone(bundle: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("project.bundle"), bundle).unwrap();
    git(folder.path(), &["-c", "transfer.fsckObjects=true", "clone", "--quiet", "project.bundle", "project"]);
    git(&folder.path().join("project"), &["fsck", "--strict", "--no-dangling"]);
    git(&folder.path().join("project"), &["bundle", "verify", "--quiet", "../project.bundle"]);
    folder
}

fn assert_tree(root: &Path, files: &[RepositoryFile], bodies: &Bodies) {
    for file in files {
        assert_eq!(std::fs::read(root.join(&file.path)).unwrap(), bodies[&file.body.sha256], "{}", file.path);
    }
    let listed = git(root, &["ls-files"]);
    assert_eq!(listed.lines().count(), files.len(), "{listed}");
}

#[test]
fn git_clones_the_history_and_checks_out_every_version() {
    let mut bodies = Bodies::new();
    let mut history = History::default();
    let (one, two) = (files("first\n", &mut bodies), files("second\n", &mut bodies));
    history.commit(&commit(1, None), &one, &bodies).unwrap();
    let first = history.bundle(1);
    let mut grown = History::read(&first).unwrap();
    grown.commit(&commit(4, Some(1)), &two, &bodies).unwrap();
    let second = grown.bundle(4);
    assert!(second.len() < first.len() + 700, "only what is new is added: {} and {}", first.len(), second.len());

    let folder = clone(&second);
    let root = folder.path().join("project");
    assert_tree(&root, &two, &bodies);
    let log = git(&root, &["log", "--format=%an <%ae>|%cn|%at|%s|%D"]);
    assert_eq!(
        log.lines().collect::<Vec<_>>(),
        [
            "Ada <ada@example.invalid>|Platform|1700000004|v4: score churn|HEAD -> main, tag: v4, origin/main, origin/HEAD",
            "Ada <ada@example.invalid>|Platform|1700000001|v1: score churn|tag: v1",
        ]
    );
    assert_eq!(git(&root, &["log", "-1", "--format=%b"]).trim(), "Because of Budget.\n\n- one\n- two");
    assert_eq!(git(&root, &["describe"]).trim(), "v4", "tags are annotated");
    assert!(git(&root, &["ls-files", "-s", "run.sh"]).starts_with("100755 "));
    git(&root, &["checkout", "--quiet", "v1"]);
    assert_tree(&root, &one, &bodies);
}

#[test]
fn the_same_versions_give_the_same_bytes() {
    let make = || {
        let mut bodies = Bodies::new();
        let mut history = History::default();
        let (one, two) = (files("1", &mut bodies), files("2", &mut bodies));
        history.commit(&commit(1, None), &one, &bodies).unwrap();
        let mut history = History::read(&history.bundle(1)).unwrap();
        history.commit(&commit(2, Some(1)), &two, &bodies).unwrap();
        history.bundle(2)
    };
    assert_eq!(make(), make());
    let read = History::read(&make()).unwrap();
    assert_eq!(read.bundle(2), make(), "reading and writing is the same");
    assert_eq!(read.versions().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn both_children_of_a_parent_are_in_a_joined_history() {
    let mut bodies = Bodies::new();
    let mut base = History::default();
    base.commit(&commit(1, None), &files("1", &mut bodies), &bodies).unwrap();
    let (mut left, mut right) = (base.clone(), base);
    left.commit(&commit(2, Some(1)), &files("2", &mut bodies), &bodies).unwrap();
    right.commit(&commit(3, Some(1)), &files("3", &mut bodies), &bodies).unwrap();
    right.join(&left).unwrap();
    let folder = clone(&right.bundle(3));
    let root = folder.path().join("project");
    assert_eq!(git(&root, &["tag"]).lines().collect::<Vec<_>>(), ["v1", "v2", "v3"]);
    for child in ["v2", "v3"] {
        assert_eq!(git(&root, &["rev-parse", &format!("{child}^")]), git(&root, &["rev-parse", "v1^{commit}"]));
    }
    let before = right.bundle(3);
    right.join(&left).unwrap();
    assert_eq!(right.bundle(3), before, "what is there is not taken twice");
}

#[test]
fn odd_names_and_messages_are_made_fit_for_git() {
    let mut bodies = Bodies::new();
    let mut history = History::default();
    let odd = Commit {
        author: Person { name: " A<d>a\n\0 ".into(), email: "<x y>".into() },
        committer: Person { name: "\u{7}.".into(), email: String::new() },
        subject: "two\nlines\0 ".into(),
        body: "  ".into(),
        at: Timestamp::from_second(-5).unwrap(),
        ..commit(1, Some(9))
    };
    history.commit(&odd, &files("ü", &mut bodies), &bodies).unwrap();
    let folder = clone(&history.bundle(1));
    let said = git(&folder.path().join("project"), &["log", "--format=%an|%ae|%cn|%s|%p|%at"]);
    assert_eq!(said.trim(), "Ada|xy|Unknown|two lines||0");
}

#[test]
fn a_damaged_history_is_not_believed() {
    let mut bodies = Bodies::new();
    let mut history = History::default();
    history.commit(&commit(1, None), &files("1", &mut bodies), &bodies).unwrap();
    let whole = history.bundle(1);
    assert!(History::read(&whole).is_ok());
    for end in [0, 10, whole.len() / 2, whole.len() - 1] {
        assert!(History::read(&whole[..end]).is_err(), "{end} bytes");
    }
    for place in [0, whole.len() / 2, whole.len() - 3] {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        assert!(History::read(&changed).is_err(), "byte {place}");
    }
}
