//! MiniStack, as a child process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::process::{Child, ChildStdin, Command};

use super::aws::Aws;
use crate::command::clean_environment;
use crate::tools::PythonEnvironment;
use crate::workspace::Workspace;

/// It is ready in about a second; a busy machine may take much longer.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// It writes its state when it stops, which takes one to three seconds.
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// How many lines of its log an error message shows.
const SHOWN_LINES: usize = 25;

/// Keys of models, by the variable that has them. What prints it prints no key.
#[derive(Clone, Default)]
pub struct Keys(pub Vec<(&'static str, String)>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(variable, _)| variable)).finish()
    }
}

/// How it is started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its own Python environment.
    pub python: PythonEnvironment,
    /// Where it listens.
    pub port: u16,
    /// The folder with everything that it keeps.
    pub state: PathBuf,
    /// Where the functions find DynamoDB.
    pub database: String,
    /// Keys of models, by the variable that the functions find them in. They are written nowhere.
    pub keys: Keys,
}

impl Settings {
    /// Its snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.state.join("engine")
    }

    /// The objects in its buckets.
    pub fn objects(&self) -> PathBuf {
        self.state.join("objects")
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn log(&self) -> PathBuf {
        self.state.join("ministack.log")
    }

    fn pid_file(&self) -> PathBuf {
        self.state.join("ministack.pid")
    }
}

/// The running MiniStack.
#[derive(Debug)]
pub struct Engine {
    child: Child,
    /// Its end is the sign to stop. Not left in `child`, which closes it when it is waited for.
    _lifeline: Option<ChildStdin>,
    settings: Settings,
}

impl Engine {
    /// Start it, and wait until it answers.
    pub async fn start(workspace: &Workspace, settings: &Settings) -> Result<Self> {
        let folders =
            [settings.snapshots(), settings.objects(), settings.state.join("tmp"), settings.state.join("home")];
        for folder in &folders {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let url = settings.url();
        let log = fs::File::create(settings.log())?;
        let mut command = Command::new(settings.python.python());
        // The functions inherit this environment, so it holds nothing of the person's own.
        clean_environment(&mut command, &folders[3]);
        command
            .arg(workspace.pins().join("ministack_guard.py"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", settings.port.to_string())
            .env("PERSIST_STATE", "1")
            .env("STATE_DIR", settings.snapshots())
            .env("S3_PERSIST", "1")
            .env("S3_DATA_DIR", settings.objects())
            .env("TMPDIR", settings.state.join("tmp"))
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_ENDPOINT_URL_DYNAMODB", &settings.database)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Servers that it would open besides, on all interfaces.
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .env("LOG_LEVEL", "WARNING")
            .envs(settings.keys.0.iter().map(|(variable, key)| (variable, key)))
            .current_dir(&folders[2])
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C reaches every process of the terminal's group; this one is stopped by us, after the others.
            .process_group(0);
        let mut child = command.spawn().context("MiniStack cannot be started")?;
        if let Some(pid) = child.id() {
            fs::write(settings.pid_file(), pid.to_string())?;
        }
        let mut engine = Self { _lifeline: child.stdin.take(), child, settings: settings.clone() };
        let aws = Aws::new(&url)?;
        let started = Instant::now();
        while !aws.is_ready().await {
            if let Some(status) = engine.child.try_wait()? {
                bail!("MiniStack ended at once ({status}):\n\n{}", engine.last_words());
            }
            if started.elapsed() > STARTS_WITHIN {
                let words = engine.last_words();
                engine.stop().await?;
                bail!("MiniStack did not answer within {} s:\n\n{words}", STARTS_WITHIN.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(engine)
    }

    /// Wait until it ends by itself, which it should not.
    pub async fn ended(&mut self) -> anyhow::Error {
        match self.child.wait().await {
            Ok(status) => anyhow!("MiniStack ended unexpectedly ({status}):\n\n{}", self.last_words()),
            Err(error) => anyhow!(error).context("MiniStack cannot be watched"),
        }
    }

    /// Stop it in order, so that it writes its snapshots.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(pid) = self.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
            kill_process(pid, Signal::TERM).ok();
        }
        if tokio::time::timeout(STOPS_WITHIN, self.child.wait()).await.is_err() {
            self.child.kill().await.context("MiniStack cannot be stopped")?;
        }
        fs::remove_file(self.settings.pid_file()).ok();
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(self.settings.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

/// A MiniStack whose platform was killed stops by itself, but takes a moment: wait for it.
pub async fn wait_for_predecessor(state: &Path) -> Result<()> {
    let file = state.join("ministack.pid");
    let Ok(text) = fs::read_to_string(&file) else { return Ok(()) };
    let pid = text.trim().parse::<i32>().ok().and_then(Pid::from_raw);
    let started = Instant::now();
    while let Some(pid) = pid.filter(|pid| is_engine(*pid)) {
        if started.elapsed() > STOPS_WITHIN {
            kill_process(pid, Signal::KILL).ok();
            tokio::time::sleep(Duration::from_millis(200)).await;
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    fs::remove_file(file).ok();
    Ok(())
}

/// Process ids are used again: one that belongs to another program now is not ours to wait for, or to end.
fn is_engine(pid: Pid) -> bool {
    if test_kill_process(pid).is_err() {
        return false;
    }
    match fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())) {
        Ok(line) => String::from_utf8_lossy(&line).contains("ministack_guard.py"),
        // No /proc (macOS): do not guess.
        Err(_) => false,
    }
}
