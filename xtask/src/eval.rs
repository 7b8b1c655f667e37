//! `cargo xtask eval SUITE …`: measures the agents' judgement. The suites are in the crate `eval`, which is built for
//! speed and started with the arguments as they stand, so that it alone knows its command line.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::command;
use crate::workspace::Workspace;

/// What is passed on.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct EvalArguments {
    /// The suite and its options: `SUITE [--json] [--cases FILE]...`; `--help` lists the suites.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "SUITE", num_args = 1.., required = true)]
    arguments: Vec<OsString>,
}

/// Builds and runs the suite; answers with its exit code.
pub async fn run(workspace: &Workspace, arguments: &EvalArguments) -> Result<ExitCode> {
    let mut build = command("cargo");
    // What cargo says goes to standard error, so that `--json` leaves one object on standard output.
    build.args(["build", "--quiet", "--release", "--package", "eval"]).current_dir(workspace.root());
    if !build.status().await.context("cannot start cargo")?.success() {
        bail!("the crate `eval` does not compile");
    }
    // The caller's folder stays, so that the files of `--cases` are those that the caller means.
    let status =
        command(workspace.target().join("release/eval")).args(&arguments.arguments).status().await.context("eval")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
