//! Running other programs: their output goes to a log file, their last line to the progress display, and a failure
//! becomes one message that holds what the program said.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, anyhow, bail};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::progress::Step;

/// How many of a failed program's last lines its error message shows: a compiler's first error usually is among them.
const SHOWN_LINES: usize = 60;

/// A program that is killed when nobody waits for it any more, so that Ctrl-C leaves nothing behind.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}

/// The environment of the programs that must not see the caller's: AWS settings of the person at the keyboard would
/// send a local deployment to a real account.
pub fn clean_environment(command: &mut Command, home: &Path) {
    command.env_clear().env("HOME", home).env("LANG", "C.UTF-8");
    // Certificates and indexes that the machine prescribes for package clients stay in force.
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let kept = matches!(text.as_ref(), "PATH" | "SYSTEMROOT" | "TZ") || text.starts_with("SSL_CERT_");
        if kept {
            command.env(&name, value);
        }
    }
}

/// Run it to its end; show its last line in `step`, write everything to `log`.
pub async fn run(mut command: Command, step: &Step, log: &Path) -> Result<()> {
    let program = name(&command);
    let outcome = capture(&mut command, log, |line| step.detail(line)).await?;
    if outcome.success {
        return Ok(());
    }
    bail!("{program} failed:\n\n{}\n\nEverything it said is in {}", outcome.tail, log.display())
}

/// How a captured program ended.
#[derive(Debug)]
pub struct Outcome {
    /// It exited with 0.
    pub success: bool,
    /// Its last lines.
    pub tail: String,
}

/// Run it to its end; hand each line to `seen`, write everything to `log`.
pub async fn capture(command: &mut Command, log: &Path, mut seen: impl FnMut(String)) -> Result<Outcome> {
    let program = name(command);
    if let Some(folder) = log.parent() {
        tokio::fs::create_dir_all(folder).await.with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut file = tokio::fs::File::create(log).await.with_context(|| format!("cannot write {}", log.display()))?;
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| not_started(&program, error))?;
    let (sender, mut lines) = mpsc::unbounded_channel();
    if let Some(output) = child.stdout.take() {
        forward(output, sender.clone());
    }
    if let Some(errors) = child.stderr.take() {
        forward(errors, sender);
    }
    let mut tail = VecDeque::with_capacity(SHOWN_LINES);
    while let Some(line) = lines.recv().await {
        file.write_all(format!("{line}\n").as_bytes()).await?;
        let line = console::strip_ansi_codes(&line).trim_end().to_owned();
        if line.trim().is_empty() {
            continue;
        }
        seen(line.trim().to_owned());
        if tail.len() == SHOWN_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    file.flush().await?;
    let status = child.wait().await.with_context(|| format!("cannot wait for {program}"))?;
    Ok(Outcome { success: status.success(), tail: Vec::from(tail).join("\n") })
}

/// Run it with this terminal as its own; answer whether it succeeded.
pub async fn attended(mut command: Command) -> Result<bool> {
    let program = name(&command);
    let status = command.status().await.map_err(|error| not_started(&program, error))?;
    Ok(status.success())
}

/// Run it and return what it printed, when it succeeded.
pub async fn output(mut command: Command) -> Result<String> {
    let program = name(&command);
    let output = command.output().await.map_err(|error| not_started(&program, error))?;
    if !output.status.success() {
        bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of `names` that is found on the search path.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

fn name(command: &Command) -> String {
    let program = Path::new(command.as_std().get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

fn not_started(program: &str, error: std::io::Error) -> anyhow::Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        anyhow!("`{program}` is not installed, or not on the search path")
    } else {
        anyhow!(error).context(format!("cannot start `{program}`"))
    }
}

fn forward(stream: impl AsyncRead + Send + Unpin + 'static, lines: mpsc::UnboundedSender<String>) {
    tokio::spawn(async move {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        // Bytes, not `lines()`: a tool may print something that is not UTF-8, and a lost tail hides the cause.
        while let Ok(1..) = reader.read_until(b'\n', &mut line).await {
            if lines.send(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
}
