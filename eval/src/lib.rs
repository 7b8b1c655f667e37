//! Measures the agents' judgement on cases that people wrote: `cargo xtask eval SUITE [--json] [--cases FILE]...
//! [--model ADDRESS]`.
//!
//! A **suite** is a folder of case files (`eval/cases/SUITE/*.json`, each a JSON array) and a module that judges them.
//! `--cases` takes other files instead, and may be repeated. Tables are printed for people; `--json` prints one JSON
//! object with every case's results and the totals. Exit code 0: measured, whatever the figures. Exit code 2: a file
//! that cannot be used, with the case and the field that are wrong.
//!
//! To add a suite: a module with `pub fn run(files: &[PathBuf], …) -> Result<Outcome, BadCases>`, a variant of [`Suite`],
//! a folder of cases.
//!
//! | suite | what is measured | how it is judged |
//! |---|---|---|
//! | [`design`] | the requirement's text to a design, with all agents before codegen | [the rules](design) of what it must contain |
//! | [`cost`] | the price of given systems | [against hand calculations](cost) from the providers' price pages |
//! | [`intake`] | the requirement's text to constraints | [the rules](intake) of comparing, field by field |

pub mod advised;
pub mod cases;
pub mod cost;
pub mod design;
pub mod intake;
pub mod matrix;
pub mod pipeline;
pub mod report;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Parser, ValueEnum};

pub use advised::Advised;
pub use cases::BadCases;
pub use report::Outcome;

/// Exit code when a file of cases cannot be used.
pub const BAD_CASES: u8 = 2;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// The price of given systems.
    Cost,
    /// The requirement's text to a design, with all agents before codegen.
    Design,
    /// The requirement's text to constraints.
    Intake,
}

impl Suite {
    /// The folder of its cases, below `eval/cases`.
    fn folder(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Design => "design",
            Self::Intake => "intake",
        }
    }

    /// Judges the cases of some files.
    ///
    /// # Errors
    /// When a file cannot be used; the message names the case and the field.
    pub fn run(self, files: &[PathBuf], advised: Option<&Arc<Advised>>) -> Result<Outcome, BadCases> {
        let mut outcome = match (self, advised) {
            (Self::Cost, None) => cost::run(files)?,
            (Self::Cost, Some(_)) => {
                return Err(BadCases::Model { problem: "no model takes part in the suite `cost`".to_owned() });
            }
            (Self::Design, advised) => design::run(files, advised)?,
            (Self::Intake, advised) => intake::run(files, advised)?,
        };
        if let Some(advised) = advised {
            advised.report(&mut outcome);
        }
        Ok(outcome)
    }

    /// The files of cases that stand in the repository.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(self) -> Result<Vec<PathBuf>, BadCases> {
        cases::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(self.folder()))
    }
}

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "eval", bin_name = "cargo xtask eval", about = "Measure an agent's judgement on cases")]
pub struct Arguments {
    /// What is measured.
    #[arg(value_enum)]
    pub suite: Suite,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    pub json: bool,
    /// A file of cases, instead of those of the repository; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub cases: Vec<PathBuf>,
    /// A model beside the rules: `openai:URL#NAME`, `openai:NAME`, `anthropic:NAME` or `bedrock:NAME@REGION`; its key is
    /// in OPENAI_API_KEY, ANTHROPIC_API_KEY or AWS_BEARER_TOKEN_BEDROCK.
    #[arg(long, value_name = "ADDRESS")]
    pub model: Option<String>,
}

/// Runs a suite and returns what is printed.
///
/// # Errors
/// When a file of cases cannot be used.
pub fn run(arguments: &Arguments) -> Result<String, BadCases> {
    let files = if arguments.cases.is_empty() { arguments.suite.files()? } else { arguments.cases.clone() };
    let advised = arguments.model.as_deref().map(Advised::at).transpose()?;
    let outcome = arguments.suite.run(&files, advised.as_ref())?;
    Ok(if arguments.json { outcome.json() } else { outcome.text() })
}
