//! A list of checks that are run one after the other, each under its own heading, with a table at the end. Some may run
//! beside others: what they say is kept until both are through, so that nobody has to untangle it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use console::style;

use crate::command::attended;
use crate::progress::seconds;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun,
}

/// Where the programs of a step speak.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Words {
    /// In this terminal, at once.
    #[default]
    Shown,
    /// In this file, while other steps have the terminal.
    Kept(PathBuf),
}

impl Words {
    /// Run a command; its failure is the step's.
    pub async fn shell(&self, mut command: tokio::process::Command) -> Result<()> {
        command.stdin(Stdio::null());
        let shown = show(&command);
        self.say(&style(format!("$ {shown}")).dim().to_string())?;
        if let Self::Kept(file) = self {
            let file = append(file)?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        if attended(command).await? { Ok(()) } else { bail!("`{shown}` failed") }
    }

    /// Say a line of the step's own.
    fn say(&self, line: &str) -> Result<()> {
        match self {
            Self::Shown => println!("{line}"),
            Self::Kept(file) => {
                use std::io::Write as _;
                writeln!(append(file)?, "{line}").with_context(|| format!("cannot write {}", file.display()))?;
            }
        }
        Ok(())
    }
}

fn append(file: &Path) -> Result<File> {
    File::options().append(true).open(file).with_context(|| format!("cannot write {}", file.display()))
}

/// The checks of one command, and how they ended.
#[derive(Debug, Default)]
pub struct Steps {
    only: Vec<String>,
    skip: Vec<String>,
    done: Vec<(String, Outcome, Duration)>,
    words: Words,
}

impl Steps {
    /// Run those named in `only` (all, if it is empty) except those named in `skip`.
    pub fn new(only: &[String], skip: &[String]) -> Self {
        Self { only: only.to_vec(), skip: skip.to_vec(), ..Self::default() }
    }

    /// For steps that run beside `others`: what they say is kept in `log`, unless none of the others is wanted.
    pub fn beside(&self, others: &[&str], log: PathBuf) -> Result<Self> {
        let mut beside = Self::new(&self.only, &self.skip);
        if others.iter().any(|name| self.wants(name)) {
            fs::create_dir_all(log.parent().context("a log without a folder")?)?;
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
            beside.words = Words::Kept(log);
        }
        Ok(beside)
    }

    /// Take over what ran beside these, and show what was kept of it.
    pub fn join(&mut self, beside: Self) -> Result<()> {
        if let Words::Kept(log) = &beside.words {
            print!("{}", fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?);
        }
        self.done.extend(beside.done);
        Ok(())
    }

    /// Refuse names that no step has, which would silently run nothing.
    pub fn check_names(&self, known: &[&str]) -> Result<()> {
        for name in self.only.iter().chain(&self.skip) {
            if !known.contains(&name.as_str()) {
                bail!("there is no step `{name}`; the steps are {}", known.join(", "));
            }
        }
        Ok(())
    }

    /// The step is wanted.
    pub fn wants(&self, name: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|only| only == name))
            && !self.skip.iter().any(|skip| skip == name)
    }

    /// One of them failed.
    pub fn any_failed(&self) -> bool {
        self.done.iter().any(|(_, outcome, _)| *outcome == Outcome::Failed)
    }

    /// Run a step, if it is wanted. A failure is shown and remembered; the next steps are run all the same.
    pub async fn run(&mut self, name: &str, work: impl AsyncFnOnce(&Words) -> Result<()>) {
        if self.wants(name) {
            self.always(name, work).await;
        }
    }

    /// Run a step that others stand on, wanted or not.
    pub async fn always(&mut self, name: &str, work: impl AsyncFnOnce(&Words) -> Result<()>) {
        let started = Instant::now();
        let done = match self.heading(name) {
            Ok(()) => work(&self.words).await,
            Err(error) => Err(error),
        };
        let taken = started.elapsed();
        let outcome = if done.is_ok() { Outcome::Passed } else { Outcome::Failed };
        if let Err(error) = done {
            let line = format!("{} {error:#}", style("✗").red().bold());
            // What cannot be kept has to be seen.
            if self.words == Words::Shown || self.words.say(&line).is_err() {
                eprintln!("{line}");
            }
        }
        if self.words != Words::Shown {
            let (sign, where_to) = match outcome {
                Outcome::Failed => (style("✗").red(), ": what it said comes below"),
                Outcome::Passed | Outcome::NotRun => (style("✓").green(), ""),
            };
            println!("{} {name}, beside the others ({}){where_to}", sign.bold(), seconds(taken));
        }
        self.done.push((name.to_owned(), outcome, taken));
    }

    /// Run a step that takes so much that it has to be asked for by its name; otherwise say how.
    pub async fn on_request(&mut self, name: &str, cost: &str, work: impl AsyncFnOnce(&Words) -> Result<()>) {
        if self.only.iter().any(|only| only == name) {
            self.run(name, work).await;
        } else {
            self.not_run(name, &format!("{cost}: ask for it with `cargo xtask test --only {name}`."));
        }
    }

    /// Remember that a wanted step could not be run.
    pub fn not_run(&mut self, name: &str, reason: &str) {
        if self.wants(name) {
            if self.heading(name).and_then(|()| self.words.say(reason)).is_err() {
                eprintln!("{name}: {reason}");
            }
            self.done.push((name.to_owned(), Outcome::NotRun, Duration::ZERO));
        }
    }

    fn heading(&self, name: &str) -> Result<()> {
        self.words.say(&format!("\n{}", style(format!("── {name} ")).bold()))
    }

    /// Print the table and, as the last line, the sum; answers whether nothing failed.
    pub fn finish(self) -> bool {
        println!("\n{}", style("── summary ").bold());
        let width = self.done.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, outcome, taken) in &self.done {
            let sign = match outcome {
                Outcome::Passed => style("passed").green(),
                Outcome::Failed => style("FAILED").red().bold(),
                Outcome::NotRun => style("not run").yellow(),
            };
            println!("{name:<width$}  {sign}  {}", style(seconds(*taken)).dim());
        }
        let count = |wanted: Outcome| self.done.iter().filter(|(_, outcome, _)| *outcome == wanted).count();
        let (passed, failed, not_run) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::NotRun));
        if not_run > 0 {
            println!("{not_run} not run");
        }
        println!("{passed} passed, {failed} failed");
        failed == 0
    }
}

fn show(command: &tokio::process::Command) -> String {
    let command = command.as_std();
    let program = std::path::Path::new(command.get_program());
    let mut shown = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_step_fails_the_whole_and_stops_nothing() {
        let mut steps = Steps::new(&[], &["skipped".into()]);
        let mut ran = vec![];
        steps.run("one", async |_| bail!("no")).await;
        steps.run("skipped", async |_| Ok(())).await;
        steps
            .run("two", async |_| {
                ran.push("two");
                Ok(())
            })
            .await;
        assert_eq!(ran, ["two"]);
        assert!(!steps.finish());
    }

    #[tokio::test]
    async fn what_runs_beside_others_is_kept_until_they_are_joined() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("logs/beside.log");
        let mut steps = Steps::new(&[], &[]);
        let mut beside = steps.beside(&["one"], log.clone()).unwrap();
        let (main, side) = (
            async |_: &Words| Ok(()),
            async |words: &Words| {
                let mut echo = crate::command::command("sh");
                echo.args(["-c", "echo out; echo err >&2; exit 3"]);
                words.shell(echo).await
            },
        );
        tokio::join!(steps.run("one", main), beside.run("two", side));
        let said = fs::read_to_string(&log).unwrap();
        let said = console::strip_ansi_codes(&said);
        assert!(said.contains("── two") && said.contains("out\nerr\n") && said.contains("` failed"), "{said}");
        steps.join(beside).unwrap();
        assert!(steps.any_failed());
        let outcomes: Vec<_> = steps.done.iter().map(|(name, outcome, _)| (name.as_str(), *outcome)).collect();
        assert_eq!(outcomes, [("one", Outcome::Passed), ("two", Outcome::Failed)]);
    }

    #[test]
    fn what_runs_beside_nothing_is_shown_at_once() {
        let steps = Steps::new(&["two".into()], &[]);
        assert_eq!(steps.beside(&["one"], PathBuf::from("unwritten")).unwrap().words, Words::Shown);
    }

    #[test]
    fn unknown_names_are_refused() {
        let steps = Steps::new(&["unti".into()], &[]);
        assert!(steps.check_names(&["unit"]).is_err());
    }
}
