//! The comparison held against git itself, and against versions whose differences are known.

mod compared;
mod history;
mod merges;
mod patches;

use std::{path::Path, process::Command};

use design::repository::RepositoryFile;
use run::body::BodyRef;

use crate::Bodies;

pub(crate) fn file(path: &str, content: &[u8], executable: bool, bodies: &mut Bodies) -> RepositoryFile {
    let body = BodyRef::of(content);
    bodies.insert(body.sha256.clone(), content.to_vec());
    RepositoryFile {
        path: path.into(),
        body,
        executable,
        purpose: "a test".into(),
        patterns: Vec::new(),
        written_by: "codegen".into(),
    }
}

/// Runs git on its own, without the configuration of the machine.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
