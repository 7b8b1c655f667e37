//! `cargo xtask package`: what goes to AWS. The functions are cross compiled for Amazon Linux 2023 by `sam build`, with
//! cargo-lambda and zig, and the validators' package gets its tools.

use std::fs;

use anyhow::{Context, Result};

use crate::command;
use crate::functions::Template;
use crate::progress::Progress;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// The function that runs other programs.
const VALIDATORS: &str = "validators";

/// Build the packages into `.aws-sam/build`.
pub async fn run(workspace: &Workspace, function: Option<&str>) -> Result<()> {
    let progress = Progress::new();
    let tools = Tools::new(workspace, &progress);
    let sam = tools.sam_with_cross_compilation().await?;
    let template = Template::read(&workspace.template())?;
    progress
        .step("Building the functions for Amazon Linux 2023", async |step| {
            let mut build = command::command(sam.program("sam"));
            // `sam` finds cargo-lambda on the search path, and cargo-lambda finds zig through Python.
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(sam.programs()).chain(std::env::split_paths(&path));
            build
                .args(["build", "--beta-features", "--template-file"])
                .arg(workspace.template())
                .env("PATH", std::env::join_paths(folders)?)
                .env("SAM_CLI_TELEMETRY", "0")
                .env("AWS_DEFAULT_REGION", "us-east-1")
                .current_dir(workspace.root());
            if let Some(function) = function {
                build.arg(function);
            }
            command::run(build, &step, &workspace.logs().join("package.log")).await
        })
        .await?;
    for (logical_id, binary) in template.functions()? {
        let package = workspace.path(".aws-sam/build").join(&logical_id);
        if binary == VALIDATORS && package.is_dir() {
            add_tools(&tools, &package).await?;
        }
    }
    progress.say(format!("The packages are in {}.", workspace.path(".aws-sam/build").display()));
    Ok(())
}

/// On AWS a function has only its package: the tools go into its `bin`. Terraform goes with them if this machine has it.
async fn add_tools(tools: &Tools, package: &std::path::Path) -> Result<()> {
    let binaries = tools.validators().await?;
    let folder = package.join("bin");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for entry in fs::read_dir(&binaries)? {
        let entry = entry?;
        let target = folder.join(entry.file_name());
        fs::copy(entry.path(), &target).with_context(|| format!("cannot copy {}", target.display()))?;
    }
    Ok(())
}
