//! Checks the files of a folder: `cargo run -p validators --example check -- FOLDER`.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use agent::{Agent, Bodies, Desk, InMemoryBodies};
use design::repository::{RepositoryFile, RepositoryManifest};
use validators::{Input, Settings, Validators};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args().nth(1).map(PathBuf::from).ok_or("usage: check FOLDER")?;
    let bodies = Arc::new(InMemoryBodies::default());
    let mut manifest = RepositoryManifest {
        name: root.display().to_string(),
        files: vec![],
        total_bytes: 0,
        ..RepositoryManifest::default()
    };
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                manifest.files.push(stored(&root, &path, &bodies).await?);
            }
        }
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    manifest.total_bytes = manifest.files.iter().map(|file| file.body.size).sum();
    let settings = lambda::environment::read(Settings::read)?;
    let input = Input { manifest, requirement: String::new(), iteration: 0 };
    let thought = Validators::new(settings).think(input, &Desk::new(bodies)).await?;
    for check in &thought.output.checks {
        println!(
            "{:?} {} [{}]: {} {} files, {} ms {}",
            check.status,
            check.name,
            check.category,
            check.version.as_deref().unwrap_or("-"),
            check.files,
            check.duration_ms,
            check.reason.as_deref().unwrap_or_default()
        );
        for finding in &check.findings {
            let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
            let mark = if finding.blocking { "must" } else { "may " };
            println!("    {mark} {}{line} {}: {}", finding.path, finding.rule, finding.message);
        }
    }
    println!("{}\nconfidence {:?}", thought.summary, thought.card.confidence);
    Ok(())
}

async fn stored(root: &Path, path: &Path, bodies: &InMemoryBodies) -> Result<RepositoryFile, Box<dyn Error>> {
    let body = bodies.put(&fs::read(path)?, "application/octet-stream").await?;
    let path = path.strip_prefix(root)?.to_string_lossy().into_owned();
    Ok(RepositoryFile {
        path,
        body,
        executable: false,
        purpose: String::new(),
        patterns: vec![],
        written_by: "codegen".into(),
    })
}
