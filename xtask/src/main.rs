//! `cargo xtask`: everything that is done to this repository. This file is the command line; the work is in the modules.

mod checks;
mod command;
mod design;
mod dev;
mod eval;
mod functions;
mod lambda;
mod matrix;
mod package;
mod platform;
mod prices;
mod progress;
mod small_model;
mod steps;
mod tools;
mod web;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use console::style;
use model::Address;

use crate::functions::{Profile, Targets};
use crate::platform::Options;
use crate::platform::logs::Sink;
use crate::platform::models::Models;
use crate::workspace::Workspace;

/// Work on the Agentic MLOps Platform.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// Another checkout than the one this was built from.
    #[arg(long, global = true, hide = true, env = "XTASK_ROOT")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start the local platform: build, deploy, serve, and show the functions' logs until Ctrl-C.
    Dev(DevArguments),
    /// The whole job from a terminal: a requirement goes in, a repository comes out.
    Design(design::DesignArgs),
    /// One function alone, with the running platform's table and bucket: cargo-lambda's `watch` and `invoke`.
    #[command(subcommand)]
    Lambda(lambda::LambdaTask),
    /// Measure the agents' judgement on cases: precision and recall, in tables or as JSON.
    Eval(eval::EvalArguments),
    /// Write the repositories of many requirements, and run on each what its own CI would.
    Matrix(matrix::MatrixArguments),
    /// What is quick to check: format, clippy, state machine.
    Check,
    /// Every check and every test, with all the set-up they need.
    Test(TestArguments),
    /// Refresh the price data from the providers' public price lists.
    Prices(prices::PricesArguments),
    /// Build the packages for AWS.
    Package {
        /// Only this function, by its name in the template.
        function: Option<String>,
    },
}

#[derive(Debug, Args)]
struct DevArguments {
    /// Where the local AWS listens.
    #[arg(long, default_value_t = 4566)]
    aws_port: u16,
    /// Where the user interface and the API listen.
    #[arg(long, default_value_t = 8080)]
    web_port: u16,
    /// How the functions are compiled.
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// How long a gate waits for a person before the defaults are taken.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    hitl_timeout: u32,
    /// A model that agents may ask beside their rules: `openai:URL#NAME`, `openai:NAME`, `anthropic:NAME` or
    /// `bedrock:NAME@REGION`; the key is in OPENAI_API_KEY, ANTHROPIC_API_KEY or AWS_BEARER_TOKEN_BEDROCK. May be
    /// repeated: projects choose among them, and the first is the default.
    #[arg(long, value_name = "ADDRESS")]
    model: Vec<Address>,
    /// Another model for one agent, such as `planner=anthropic:NAME`. May be repeated.
    #[arg(long, value_name = "AGENT=ADDRESS", value_parser = platform::models::for_agent)]
    model_for: Vec<(String, Address)>,
    /// Forget everything of earlier starts.
    #[arg(long)]
    fresh: bool,
    /// Serve the API without the user interface.
    #[arg(long)]
    no_ui: bool,
    /// Another folder for everything that is kept, which the tests of restarts use.
    #[arg(long, hide = true)]
    state: Option<PathBuf>,
    /// What is compiled with the functions: the tests' own platforms must not compile the dependencies a second time.
    #[arg(long, hide = true, env = "XTASK_TARGETS", value_enum, default_value_t)]
    targets: Targets,
}

#[derive(Debug, Args)]
struct TestArguments {
    /// Run only this step; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Leave this step out; may be repeated.
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
}

/// `model` turns TLS on in reqwest where both are built together; then reqwest wants to know whose. A second call is
/// refused, and nothing is lost.
fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[tokio::main]
async fn main() -> ExitCode {
    choose_tls();
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) if error.is::<design::BadInput>() => {
            eprintln!("{} {error:#}", style("error:").red().bold().for_stderr());
            ExitCode::from(design::BadInput::EXIT_CODE)
        }
        Err(error) => {
            eprintln!("{} {error:#}", style("error:").red().bold().for_stderr());
            ExitCode::FAILURE
        }
    }
}

/// Run a task; answers with the exit code, which says whether what it checked is in order.
async fn run(cli: Cli) -> Result<ExitCode> {
    let workspace = Workspace::find(cli.root)?;
    match cli.task {
        Task::Dev(arguments) => {
            let development = Options::for_development(&workspace);
            let options = Options {
                state: arguments.state.map_or(Ok(development.state.clone()), std::path::absolute)?,
                aws_port: Some(arguments.aws_port),
                web_port: Some(arguments.web_port),
                profile: arguments.profile,
                targets: arguments.targets,
                hitl_timeout_seconds: arguments.hitl_timeout,
                fresh: arguments.fresh,
                logs: Sink::Terminal,
                interface: !arguments.no_ui,
                models: Models::new(arguments.model, arguments.model_for)?,
                ..development
            };
            dev::run(&workspace, &options).await?;
        }
        Task::Design(arguments) => design::run(&workspace, &arguments).await?,
        Task::Lambda(task) => lambda::run(&workspace, &task).await?,
        Task::Eval(arguments) => return eval::run(&workspace, &arguments).await,
        Task::Matrix(arguments) => return Ok(verdict(matrix::run(&workspace, &arguments, Targets::Binaries).await?)),
        Task::Check => return Ok(verdict(checks::check(&workspace).await)),
        Task::Test(arguments) => {
            return Ok(verdict(checks::test(&workspace, &arguments.only, &arguments.skip).await?));
        }
        Task::Prices(arguments) => return Ok(verdict(prices::run(&workspace, &arguments).await?)),
        Task::Package { function } => package::run(&workspace, function.as_deref()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The exit code of a check: what failed, and why, has been said.
fn verdict(in_order: bool) -> ExitCode {
    if in_order { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
