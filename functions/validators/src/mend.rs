//! What the tools can mend by themselves: Ruff's safe fixes and both formatters, on a second copy of the repository. The
//! mended texts are proposed, never put in place: the agent that wrote a file takes them over in the next round, where
//! everything is checked anew.

use std::{collections::BTreeMap, ffi::OsString};

use agent::{BodyError, Desk};
use design::{
    repository::RepositoryManifest,
    validation::{Check, CheckStatus, Mend},
};
use run::body::Sha256Hex;

use crate::{
    Settings,
    process::{self, Sandbox},
    repository::Repository,
};

/// A tool that writes files anew.
struct Mender {
    /// Checks whose findings it mends.
    checks: &'static [&'static str],
    program: &'static str,
    arguments: &'static [&'static str],
}

/// In the order in which they run: what a fix leaves is formatted.
const MENDERS: [Mender; 3] = [
    Mender {
        checks: &["ruff check"],
        program: "ruff",
        arguments: &["check", "--no-cache", "--fix-only", "--quiet", "--"],
    },
    Mender {
        checks: &["ruff check", "ruff format"],
        program: "ruff",
        arguments: &["format", "--no-cache", "--quiet", "--"],
    },
    Mender { checks: &["terraform fmt"], program: "terraform", arguments: &["fmt", "-list=false", "-no-color"] },
];

/// The files of which the tools would write another text, with that text and who would.
pub async fn mended(
    settings: &Settings,
    repository: &Repository,
    checks: &[Check],
) -> BTreeMap<String, (Vec<u8>, Vec<String>)> {
    let mut wanted: Vec<(&Mender, Vec<&str>, String)> = Vec::new();
    for mender in &MENDERS {
        let failed = || {
            checks
                .iter()
                .filter(|check| check.status == CheckStatus::Failed && mender.checks.contains(&check.name.as_str()))
        };
        let mut paths: Vec<&str> = failed()
            .flat_map(|check| &check.findings)
            .filter(|finding| finding.blocking && repository.file(&finding.path).is_some())
            .map(|finding| finding.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        if let Some(check) = failed().next().filter(|_| !paths.is_empty()) {
            wanted.push((mender, paths, check.version.clone().unwrap_or_else(|| mender.program.to_owned())));
        }
    }
    let mut mended: BTreeMap<String, (Vec<u8>, Vec<String>)> = BTreeMap::new();
    if wanted.is_empty() {
        return mended;
    }
    // A failure here costs the proposals, not the verdict.
    let Ok(copy) = Sandbox::new(repository) else { return mended };
    for (mender, paths, version) in wanted {
        let Ok(program) = settings.find(mender.program) else { continue };
        let mut arguments: Vec<OsString> = mender.arguments.iter().map(OsString::from).collect();
        arguments.extend(paths.iter().map(|path| format!("./{path}").into()));
        if process::run(&program, &arguments, &copy, settings.timeout).await.is_err() {
            continue;
        }
        for path in paths {
            let Ok(now) = copy.read(path) else { continue };
            let before = mended.get(path).map(|(text, _)| text.as_slice());
            let before = before.or_else(|| repository.file(path).map(|file| file.content.as_slice()));
            if before.is_some_and(|before| before != now) {
                let entry = mended.entry(path.to_owned()).or_default();
                entry.0 = now;
                if !entry.1.contains(&version) {
                    entry.1.push(version.clone());
                }
            }
        }
    }
    mended
}

/// Where a check failed, what models changed goes back to the templates' text: which of the changes it was cannot always be
/// told, as where one file no longer fits another. A tool's mend of such a file is of no use then.
pub fn take_back(mends: &mut Vec<Mend>, manifest: &RepositoryManifest) {
    let as_changed =
        |mend: &&Mend| manifest.files.iter().any(|file| file.path == mend.path && file.body.sha256 == mend.of);
    let back: Vec<Mend> = manifest.fallbacks.iter().filter(as_changed).cloned().collect();
    mends.retain(|mend| back.iter().all(|other| other.path != mend.path));
    mends.extend(back);
    mends.sort_by(|one, other| one.path.cmp(&other.path));
}

/// Stores the mended texts.
///
/// # Errors
/// When one cannot be stored.
pub async fn stored(
    mended: BTreeMap<String, (Vec<u8>, Vec<String>)>,
    repository: &Repository,
    desk: &Desk,
) -> Result<Vec<Mend>, BodyError> {
    let mut mends = Vec::with_capacity(mended.len());
    for (path, (text, by)) in mended {
        let Some(checked) = repository.file(&path) else { continue };
        let body = desk.bodies().put(&text, "text/plain").await?;
        mends.push(Mend { of: Sha256Hex::of(&checked.content), path, body, by });
    }
    Ok(mends)
}
