//! Tests: the plumbing with fake tools, the parsers and our own checks with broken files, the real tools.

mod agent;
mod consistency;
mod provider;
mod syntax;
mod tools;

use std::{path::PathBuf, time::Duration};

use design::validation::{Check, CheckStatus, ToolFinding};

use crate::{
    Settings,
    consistency::{CHECKS, Subject},
    repository::{Repository, SourceFile},
    syntax::PARSERS,
};

fn repository(files: &[(&str, &str)]) -> Repository {
    let file = |(path, content): &(&str, &str)| SourceFile {
        path: (*path).to_owned(),
        content: content.as_bytes().to_vec(),
        executable: false,
    };
    Repository::new(files.iter().map(file).collect())
}

/// One of our own checks on some files.
fn look_for(name: &str, files: &[(&str, &str)], requirement: &str) -> Option<Check> {
    let check = CHECKS.iter().find(|check| check.name().name == name).expect("a check of this name");
    check.check(&Subject::new(repository(files), requirement.to_owned()))
}

fn look(name: &str, files: &[(&str, &str)]) -> Check {
    look_for(name, files, "").expect("files to look at")
}

fn parse(name: &str, files: &[(&str, &str)]) -> Option<Check> {
    let parser = PARSERS.iter().find(|parser| parser.name().name == name).expect("a parser of this name");
    parser.check(&repository(files))
}

/// Findings as `path:line rule`, the blocking ones with a `!`.
fn places(check: &Check) -> Vec<String> {
    let place = |finding: &ToolFinding| {
        let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{}{line} {}", if finding.blocking { "!" } else { "" }, finding.path, finding.rule)
    };
    check.findings.iter().map(place).collect()
}

fn passes(check: &Check) {
    assert_eq!((check.status, places(check)), (CheckStatus::Passed, vec![]), "{check:#?}");
}

/// Fake tools of one case.
fn fake(case: &str) -> Settings {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fake-tools").join(case);
    Settings { folders: vec![folder], timeout: Duration::from_secs(10) }
}

/// The pinned tools: where `TOOLS_DIRECTORY` says, or where `cargo xtask` installs them.
fn real() -> Settings {
    let installed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
    let named = std::env::var_os("TOOLS_DIRECTORY").map(PathBuf::from);
    Settings { folders: named.into_iter().chain([installed]).collect(), timeout: Duration::from_secs(60) }
}
