//! Runs a program with a time limit, an environment of its own, and nothing left behind.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::repository::Repository;

/// A temporary folder with the repository and a home for the tools; it is removed at the end.
#[derive(Debug)]
pub struct Sandbox {
    repository: PathBuf,
    home: PathBuf,
    _folder: TempDir,
}

impl Sandbox {
    /// Writes the repository.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn new(files: &Repository) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("validators-").tempdir()?;
        // Tools print real paths, also where the temporary folder is a link.
        let root = folder.path().canonicalize()?;
        let (repository, home) = (root.join("repository"), root.join("home"));
        std::fs::create_dir(&repository)?;
        std::fs::create_dir(&home)?;
        files.write_to(&repository)?;
        Ok(Self { repository, home, _folder: folder })
    }

    /// A folder beside the repository.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A file of the repository as it is now on disk.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.repository.join(path))
    }

    /// A path that a tool printed, from the repository's root.
    pub fn relative(&self, path: &str) -> String {
        let path = Path::new(path);
        let path = path.strip_prefix(&self.repository).unwrap_or(path);
        path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Exit {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Exit {
    /// The end of what it said on standard error, on one line, for a reason.
    pub fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| !word.chars().all(|c| "╷│╵".contains(c))).collect();
        let line = words.join(" ");
        let skip = line.chars().count().saturating_sub(300);
        let ended = match self.code {
            Some(code) => format!("exit code {code}"),
            None => "ended by a signal".to_owned(),
        };
        if line.is_empty() { ended } else { format!("{ended}: {}", line.chars().skip(skip).collect::<String>()) }
    }
}

/// Runs a program in the repository. What it knows of its surroundings is only what is set here: no credentials of the
/// function, no settings of a person, no search path, no way to phone home.
///
/// # Errors
/// Why it gave no answer, in words.
pub async fn run(program: &Path, arguments: &[OsString], sandbox: &Sandbox, timeout: Duration) -> Result<Exit, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(&sandbox.repository)
        .env_clear()
        .env("HOME", &sandbox.home)
        .env("TMPDIR", &sandbox.home)
        .env("XDG_CACHE_HOME", &sandbox.home)
        .env("XDG_CONFIG_HOME", &sandbox.home)
        .env("PATH", &sandbox.home)
        // The Dockerfile linter reads files in the locale's encoding.
        .env("LC_ALL", "C.UTF-8")
        .env("CHECKPOINT_DISABLE", "1")
        .env("RUFF_NO_CACHE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        // A group of its own, so that what the tool started ends with it.
        .process_group(0);
    let child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let mut group = Group::of(&child);
    match tokio::time::timeout(timeout, child.wait_with_output()).await {
        // It has been waited for: its number may be another process's by now.
        Ok(Ok(output)) => {
            group.0 = None;
            Ok(Exit { code: output.status.code(), stdout: output.stdout, stderr: output.stderr })
        }
        Ok(Err(error)) => Err(format!("its output cannot be read: {error}")),
        Err(_) => Err(format!("it was stopped after {} s without an answer", timeout.as_secs_f64())),
    }
}

/// Ends the whole process group when it is dropped before the program ended, also when the caller gave up waiting.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error says that the group is gone, which is what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
