//! A list of checks that are run one after the other, each under its own heading, with a table at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
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

/// The checks of one command, and how they ended.
#[derive(Debug, Default)]
pub struct Steps {
    only: Vec<String>,
    skip: Vec<String>,
    done: Vec<(String, Outcome, Duration)>,
}

impl Steps {
    /// Run those named in `only` (all, if it is empty) except those named in `skip`.
    pub fn new(only: &[String], skip: &[String]) -> Self {
        Self { only: only.to_vec(), skip: skip.to_vec(), done: vec![] }
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
    pub async fn run(&mut self, name: &str, work: impl AsyncFnOnce() -> Result<()>) {
        if self.wants(name) {
            self.always(name, work).await;
        }
    }

    /// Run a step that others stand on, wanted or not.
    pub async fn always(&mut self, name: &str, work: impl AsyncFnOnce() -> Result<()>) {
        println!("\n{}", style(format!("── {name} ")).bold());
        let started = Instant::now();
        let outcome = match work().await {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                eprintln!("{} {error:#}", style("✗").red().bold());
                Outcome::Failed
            }
        };
        self.done.push((name.to_owned(), outcome, started.elapsed()));
    }

    /// Run a step that takes so much that it has to be asked for by its name; otherwise say how.
    pub async fn on_request(&mut self, name: &str, cost: &str, work: impl AsyncFnOnce() -> Result<()>) {
        if self.only.iter().any(|only| only == name) {
            self.run(name, work).await;
        } else {
            self.not_run(name, &format!("{cost}: ask for it with `cargo xtask test --only {name}`."));
        }
    }

    /// Remember that a wanted step could not be run.
    pub fn not_run(&mut self, name: &str, reason: &str) {
        if self.wants(name) {
            println!("\n{}\n{reason}", style(format!("── {name} ")).bold());
            self.done.push((name.to_owned(), Outcome::NotRun, Duration::ZERO));
        }
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

/// Run a command in this terminal; its failure is the step's.
pub async fn shell(mut command: tokio::process::Command) -> Result<()> {
    command.stdin(std::process::Stdio::null());
    let shown = show(&command);
    println!("{}", style(format!("$ {shown}")).dim());
    if attended(command).await? { Ok(()) } else { bail!("`{shown}` failed") }
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
        steps.run("one", async || bail!("no")).await;
        steps.run("skipped", async || Ok(())).await;
        steps
            .run("two", async || {
                ran.push("two");
                Ok(())
            })
            .await;
        assert_eq!(ran, ["two"]);
        assert!(!steps.finish());
    }

    #[test]
    fn unknown_names_are_refused() {
        let steps = Steps::new(&["unti".into()], &[]);
        assert!(steps.check_names(&["unit"]).is_err());
    }
}
