//! `cargo xtask check` and `cargo xtask test`.

use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::command::{clean_environment, command};
use crate::functions::cargo;
use crate::platform::{Options, Platform};
use crate::progress::Progress;
use crate::steps::{Steps, shell};
use crate::tools::Tools;
use crate::web;
use crate::workspace::Workspace;

/// The steps of `cargo xtask check`.
const CHECK: [&str; 3] = ["format", "clippy", "state-machine"];
/// The steps of `cargo xtask test`.
const TEST: [&str; 13] = [
    "format",
    "clippy",
    "state-machine",
    "template",
    "web-lint",
    "web-types",
    "web-client",
    "web-unit",
    "web-build",
    "unit",
    "platform",
    "end-to-end",
    "browser",
];

/// What is quick to check.
pub async fn check(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new(&CHECK.map(str::to_owned), &[]);
    let tools = Tools::new(workspace, &Progress::new());
    rust_style(workspace, &mut steps).await;
    state_machine(workspace, &tools, &mut steps).await;
    steps.finish()
}

/// Everything.
pub async fn test(workspace: &Workspace, only: &[String], skip: &[String]) -> Result<()> {
    let mut steps = Steps::new(only, skip);
    steps.check_names(&TEST)?;
    let progress = Progress::new();
    let tools = Tools::new(workspace, &progress);
    rust_style(workspace, &mut steps).await;
    state_machine(workspace, &tools, &mut steps).await;
    template(workspace, &tools, &mut steps).await;
    interface(workspace, &progress, &mut steps).await;
    steps
        .run("unit", async || {
            let mut test = cargo();
            test.args(["test", "--workspace", "--exclude", "end-to-end"]).current_dir(workspace.root());
            shell(test).await
        })
        .await;
    deployed(workspace, &tools, &progress, &mut steps).await?;
    steps.finish()
}

async fn rust_style(workspace: &Workspace, steps: &mut Steps) {
    steps
        .run("format", async || {
            let mut format = cargo();
            format.args(["fmt", "--all", "--check"]).current_dir(workspace.root());
            shell(format).await
        })
        .await;
    steps
        .run("clippy", async || {
            let mut clippy = cargo();
            clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            clippy.current_dir(workspace.root());
            shell(clippy).await
        })
        .await;
}

async fn state_machine(workspace: &Workspace, tools: &Tools, steps: &mut Steps) {
    steps
        .run("state-machine", async || {
            let statelint = tools.statelint().await?;
            let folder = workspace.path("statemachine");
            let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
            let mut machines: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
            machines.retain(|file| file.to_string_lossy().ends_with(".asl.json"));
            machines.sort();
            anyhow::ensure!(!machines.is_empty(), "there is no state machine in {}", folder.display());
            for machine in machines {
                let mut lint = command(&statelint);
                lint.arg(machine);
                shell(lint).await?;
            }
            Ok(())
        })
        .await;
}

async fn template(workspace: &Workspace, tools: &Tools, steps: &mut Steps) {
    steps
        .run("template", async || {
            let sam = tools.sam().await?;
            let home = workspace.tools().join("home");
            std::fs::create_dir_all(&home)?;
            let mut validate = command(sam.program("sam"));
            clean_environment(&mut validate, &home);
            validate
                .args(["validate", "--lint", "--template-file"])
                .arg(workspace.template())
                .env("SAM_CLI_TELEMETRY", "0")
                .env("AWS_DEFAULT_REGION", "us-east-1")
                .current_dir(workspace.root());
            shell(validate).await
        })
        .await;
}

async fn interface(workspace: &Workspace, progress: &Progress, steps: &mut Steps) {
    let scripts = [
        ("web-lint", "lint"),
        ("web-types", "typecheck"),
        ("web-client", "generate:check"),
        ("web-unit", "test"),
        ("web-build", "build"),
    ];
    for (name, script) in scripts {
        if !web::has_script(workspace, script) {
            steps.not_run(name, &format!("web/package.json has no script `{script}`."));
            continue;
        }
        steps
            .run(name, async || {
                web::install(workspace, progress).await?;
                let mut npm = command("npm");
                npm.args(["run", script]).current_dir(workspace.web()).env("CI", "1");
                shell(npm).await
            })
            .await;
    }
}

/// What needs the platform: the end-to-end tests and the browser's journey, on one platform with an empty state.
async fn deployed(workspace: &Workspace, tools: &Tools, progress: &Progress, steps: &mut Steps) -> Result<()> {
    let (tests, browser) = (steps.wants("end-to-end"), steps.wants("browser"));
    if !tests && !browser && !steps.wants("platform") {
        return Ok(());
    }
    let options = Options::for_tests(workspace);
    let mut started = None;
    steps
        .always("platform", async || {
            let chromium = tools.chromium().await?;
            started = Some((Platform::start(workspace, &options, progress).await?, chromium));
            Ok(())
        })
        .await;
    let Some((platform, chromium)) = started else {
        for name in ["end-to-end", "browser"] {
            steps.not_run(name, "The platform did not start.");
        }
        return Ok(());
    };
    let mut environment: Vec<(&str, OsString)> =
        platform.endpoints.environment().into_iter().map(|(name, value)| (name, value.into())).collect();
    environment.push(("CHROMIUM_PATH", chromium.into()));
    // For tests that start, kill and start again a platform of their own.
    environment.push(("XTASK_PROGRAM", std::env::current_exe()?.into()));
    steps
        .run("end-to-end", async || {
            let mut test = cargo();
            test.args(["test", "--package", "end-to-end"]).current_dir(workspace.root());
            test.envs(environment.iter().cloned());
            shell(test).await
        })
        .await;
    if web::has_script(workspace, "e2e") {
        steps
            .run("browser", async || {
                let mut npm = command("npm");
                npm.args(["run", "e2e"]).current_dir(workspace.web()).env("CI", "1");
                npm.envs(environment.iter().cloned());
                shell(npm).await
            })
            .await;
    } else {
        steps.not_run("browser", "web/package.json has no script `e2e`.");
    }
    if steps.any_failed() {
        progress.say(format!(
            "The functions' logs are in {}, the engine's in {}.",
            options.state.join("functions.log").display(),
            options.state.join("ministack.log").display()
        ));
    }
    platform.stop().await
}
