//! The user interface: its packages, and its build.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::{self, command};
use crate::progress::{Progress, Step};
use crate::tools;
use crate::workspace::Workspace;

/// Folders that are results, not sources.
const RESULTS: [&str; 6] = ["node_modules", "dist", "coverage", "test-results", "playwright-report", ".vite"];

/// There is a user interface.
pub fn exists(workspace: &Workspace) -> bool {
    workspace.web().join("package.json").is_file()
}

/// Its package knows a script of that name.
pub fn has_script(workspace: &Workspace, name: &str) -> bool {
    let package = fs::read_to_string(workspace.web().join("package.json")).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&package).is_ok_and(|package| package["scripts"][name].is_string())
}

/// Build it unless it is built; answers where it is.
pub async fn build(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    let built = workspace.web().join("dist");
    if !exists(workspace) {
        progress.note("There is no web/package.json yet: the platform starts without a user interface.");
        return Ok(built);
    }
    install(workspace, progress).await?;
    let sources = fingerprint(&workspace.web())?;
    let stamp = workspace.local().join("web.built");
    if built.join("index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|found| found == sources) {
        return Ok(built);
    }
    progress
        .step("Building the user interface", async |step| {
            let mut npm = command("npm");
            npm.args(["run", "build"]).current_dir(workspace.web());
            command::run(npm, &step, &workspace.logs().join("web-build.log"))
                .await
                .context("the user interface does not build")?;
            fs::create_dir_all(workspace.local())?;
            fs::write(&stamp, sources).with_context(|| format!("cannot write {}", stamp.display()))
        })
        .await?;
    Ok(built)
}

/// Install its packages unless they are installed.
pub async fn install(workspace: &Workspace, progress: &Progress) -> Result<()> {
    tools::node().await?;
    let web = workspace.web();
    let mut hash = Sha256::new();
    for pin in ["package.json", "package-lock.json"] {
        hash.update(fs::read(web.join(pin)).unwrap_or_default());
    }
    let pins = hex::encode(hash.finalize());
    let stamp = web.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == pins) {
        return Ok(());
    }
    progress
        .step("Installing the user interface's packages", async |step| {
            npm_install(workspace, &step).await?;
            fs::write(&stamp, pins).with_context(|| format!("cannot write {}", stamp.display()))
        })
        .await
}

/// `npm ci`, or, where the registry's view of optional packages differs from the lock file's, an install that leaves
/// the lock file as it is.
async fn npm_install(workspace: &Workspace, step: &Step) -> Result<()> {
    let log = workspace.logs().join("web-install.log");
    let web = workspace.web();
    if web.join("package-lock.json").is_file() {
        let mut exact = command("npm");
        exact.args(["ci", "--no-audit", "--no-fund"]).current_dir(&web);
        if command::capture(&mut exact, &log, |line| step.detail(line)).await?.success {
            return Ok(());
        }
    }
    let mut install = command("npm");
    install.args(["install", "--no-save", "--no-audit", "--no-fund"]).current_dir(&web);
    command::run(install, step, &log).await.context("the user interface's packages could not be installed")
}

/// Changes when a source file does.
fn fingerprint(web: &Path) -> Result<String> {
    let mut files = vec![];
    collect(web, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let metadata = fs::metadata(&file)?;
        let age = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        hash.update(format!("{}\n{}\n{}\n", file.display(), metadata.len(), age.as_nanos()));
    }
    Ok(hex::encode(hash.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if !RESULTS.iter().any(|result| entry.file_name() == *result) {
                collect(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
