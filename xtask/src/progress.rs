//! What the person in front of the terminal sees while something takes long: one line a step, with its time.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::Result;
use console::style;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Shows steps: as spinners on a terminal, as plain lines elsewhere. Everything goes to standard error, so that
/// standard output stays free for results.
#[derive(Debug, Clone)]
pub struct Progress {
    bars: MultiProgress,
    terminal: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Progress on this process's standard error.
    pub fn new() -> Self {
        Self { bars: MultiProgress::new(), terminal: console::user_attended_stderr() }
    }

    /// Run `work` as a step called `name`.
    pub async fn step<T, F>(&self, name: &str, work: impl FnOnce(Step) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let step = self.begin(name);
        let outcome = work(step.clone()).await;
        step.end(outcome.is_ok());
        outcome
    }

    /// Say something between the steps.
    pub fn say(&self, line: impl AsRef<str>) {
        // On a terminal the spinners own the last lines; `println` puts the text above them.
        if !self.terminal || self.bars.println(line.as_ref()).is_err() {
            eprintln!("{}", line.as_ref());
        }
    }

    /// Say something that deserves attention.
    pub fn note(&self, line: impl AsRef<str>) {
        self.say(format!("{} {}", style("!").yellow().bold().for_stderr(), line.as_ref()));
    }

    fn begin(&self, name: &str) -> Step {
        let bar = if self.terminal {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(look) = ProgressStyle::with_template("{spinner:.cyan} {prefix} {elapsed:.dim} {wide_msg:.dim}") {
                bar.set_style(look);
            }
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            eprintln!("… {name}");
            ProgressBar::hidden()
        };
        Step { progress: self.clone(), bar, name: name.to_owned(), started: Instant::now() }
    }
}

/// A step under way.
#[derive(Debug, Clone)]
pub struct Step {
    progress: Progress,
    bar: ProgressBar,
    name: String,
    started: Instant,
}

impl Step {
    /// What it is doing now.
    pub fn detail(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    fn end(&self, well: bool) {
        self.bar.finish_and_clear();
        let sign = if well { style("✓").green() } else { style("✗").red() };
        let taken = seconds(self.started.elapsed());
        self.progress.say(format!(
            "{} {} {}",
            sign.bold().for_stderr(),
            self.name,
            style(format!("({taken})")).dim().for_stderr()
        ));
    }
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 20 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {} s", whole / 60, whole % 60)
    } else if whole >= 10 {
        format!("{whole} s")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(200)), "3 min 20 s");
    }
}
