//! `cargo xtask check` and `cargo xtask test`.

use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::command::{clean_environment, command};
use crate::functions::{self, Targets, cargo};
use crate::matrix::{self, MatrixArguments};
use crate::platform::{Options, Platform};
use crate::progress::Progress;
use crate::small_model;
use crate::steps::Steps;
use crate::tools::Tools;
use crate::web;
use crate::workspace::Workspace;

/// The steps of `cargo xtask check`.
const CHECK: [&str; 3] = ["format", "clippy", "state-machine"];
/// The steps of `cargo xtask test`.
const TEST: [&str; 16] = [
    "format",
    "clippy",
    "state-machine",
    "template",
    "web-lint",
    "web-types",
    "web-unit",
    "web-build",
    "web-browser",
    "unit",
    "repositories",
    "training-networks",
    "small-model",
    "platform",
    "end-to-end",
    "browser",
];

/// Those of them that are compiled with cargo, or made by what is.
const RUST: [&str; 7] =
    ["format", "clippy", "state-machine", "unit", "repositories", "training-networks", "small-model"];

/// Room that a whole run takes from nothing: builds of all targets, tools, the platforms' data (measured 2026-11-21).
const COLD_GIGABYTES: u64 = 20;
/// Room that a whole run takes when everything is built: the tests' platforms with their copies of the functions.
const WARM_GIGABYTES: u64 = 4;

/// What is quick to check; answers whether nothing failed.
pub async fn check(workspace: &Workspace) -> bool {
    let mut steps = Steps::new(&CHECK.map(str::to_owned), &[]);
    let tools = Tools::new(workspace, &Progress::new());
    rust_style(workspace, &mut steps).await;
    state_machine(workspace, &tools, &mut steps).await;
    steps.finish()
}

/// Everything; answers whether nothing failed.
pub async fn test(workspace: &Workspace, only: &[String], skip: &[String]) -> Result<bool> {
    let mut steps = Steps::new(only, skip);
    steps.check_names(&TEST)?;
    let progress = Progress::new();
    note_room(workspace, &progress);
    let tools = Tools::new(workspace, &progress);
    // The browser and the package registries leave much of a core to the compiler. What needs the platform comes after
    // both: its tests wait for things to happen in time.
    let mut beside = steps.beside(&RUST, workspace.logs().join("interface.log"))?;
    tokio::join!(rust(workspace, &tools, &mut steps), interface(workspace, &tools, &progress, &mut beside),);
    steps.join(beside)?;
    deployed(workspace, &tools, &progress, &mut steps).await?;
    if steps.any_failed() {
        note_room(workspace, &progress);
    }
    Ok(steps.finish())
}

/// What is compiled with cargo or made by what is.
async fn rust(workspace: &Workspace, tools: &Tools, steps: &mut Steps) {
    rust_style(workspace, steps).await;
    state_machine(workspace, tools, steps).await;
    steps
        .run("unit", async |words| {
            // The validators' tests run the real tools.
            let folder = tools.validators().await?;
            let mut test = cargo();
            // All binaries, also after one that fails: one run says everything that is wrong.
            test.args(["test", "--workspace", "--exclude", "end-to-end", "--no-fail-fast"]);
            test.current_dir(workspace.root());
            test.env("TOOLS_DIRECTORY", folder);
            words.shell(test).await
        })
        .await;
    steps
        .run("repositories", async |_| {
            let sample = MatrixArguments { sample: true, without_pytorch: true, ..MatrixArguments::default() };
            anyhow::ensure!(
                matrix::run(workspace, &sample, Targets::All).await?,
                "generated repositories are not in order"
            );
            Ok(())
        })
        .await;
    let seven_gigabytes = "PyTorch of the package index brings the libraries of graphics processors, 7 GB on disk";
    steps
        .on_request("training-networks", seven_gigabytes, async |_| {
            let networks =
                MatrixArguments { only: matrix::NETWORKS.map(str::to_owned).to_vec(), ..MatrixArguments::default() };
            anyhow::ensure!(
                matrix::run(workspace, &networks, Targets::All).await?,
                "generated repositories that train networks are not in order"
            );
            Ok(())
        })
        .await;
    steps
        .on_request("small-model", "A real small model is compiled for minutes", async |words| {
            small_model::run(workspace, tools, words).await
        })
        .await;
}

/// A disk that runs full makes tests fail that have nothing to do with it, each with words of its own.
fn note_room(workspace: &Workspace, progress: &Progress) {
    let wanted = if workspace.target().join("debug/api").exists() { WARM_GIGABYTES } else { COLD_GIGABYTES };
    if let Some(free) = workspace.free_gigabytes().filter(|free| *free < wanted) {
        progress.note(format!(
            "Only {free} GB are free on the disk of {}; a whole run wants {wanted}. What fails may fail for want of room: \
             `cargo clean` makes some.",
            workspace.root().display()
        ));
    }
}

async fn rust_style(workspace: &Workspace, steps: &mut Steps) {
    steps
        .run("format", async |words| {
            let mut format = cargo();
            format.args(["fmt", "--all", "--check"]).current_dir(workspace.root());
            words.shell(format).await
        })
        .await;
    steps
        .run("clippy", async |words| {
            let mut clippy = cargo();
            clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            clippy.current_dir(workspace.root());
            words.shell(clippy).await
        })
        .await;
}

async fn state_machine(workspace: &Workspace, tools: &Tools, steps: &mut Steps) {
    steps
        .run("state-machine", async |words| {
            let statelint = tools.statelint().await?;
            let folder = workspace.path("statemachine");
            let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
            let mut machines: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
            machines.retain(|file| file.to_string_lossy().ends_with(".asl.json"));
            machines.sort();
            anyhow::ensure!(!machines.is_empty(), "there is no state machine in {}", folder.display());
            let rendered = workspace.local().join("statemachine");
            std::fs::create_dir_all(&rendered)?;
            for machine in machines {
                let name = machine.file_name().context("a state machine without a name")?;
                let copy = rendered.join(name);
                std::fs::write(&copy, without_substitutions(&std::fs::read_to_string(&machine)?))?;
                let mut lint = command(&statelint);
                lint.arg(copy);
                words.shell(lint).await?;
            }
            Ok(())
        })
        .await;
}

/// The definition before the template fills it in has `${Name}` in place of numbers, which no JSON reader takes, and of
/// function ARNs, which the linter wants to be URIs. Any number and any URI will do for it.
fn without_substitutions(definition: &str) -> String {
    let mut text = String::with_capacity(definition.len());
    let mut rest = definition;
    let (mut quoted, mut escaped) = (false, false);
    while let Some(next) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("${").and_then(|name| name.split_once('}')) {
            if quoted {
                text.push_str("urn:");
                text.push_str(name);
            } else {
                text.push('1');
            }
            rest = after;
            continue;
        }
        if next == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = next == '\\' && !escaped;
        text.push(next);
        rest = &rest[next.len_utf8()..];
    }
    text
}

async fn template(workspace: &Workspace, tools: &Tools, steps: &mut Steps) {
    steps
        .run("template", async |words| {
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
            words.shell(validate).await
        })
        .await;
}

/// What needs neither cargo nor the platform: the template, and the user interface by itself.
async fn interface(workspace: &Workspace, tools: &Tools, progress: &Progress, steps: &mut Steps) {
    template(workspace, tools, steps).await;
    let scripts = [("web-lint", "lint"), ("web-types", "typecheck"), ("web-unit", "test"), ("web-build", "build")];
    for (name, script) in scripts {
        if !web::has_script(workspace, script) {
            steps.not_run(name, &format!("web/package.json has no script `{script}`."));
            continue;
        }
        steps
            .run(name, async |words| {
                web::install(workspace, progress).await?;
                let mut npm = command("npm");
                npm.args(["run", script]).current_dir(workspace.web()).env("CI", "1");
                words.shell(npm).await
            })
            .await;
    }
    interface_in_browser(workspace, tools, progress, steps).await;
}

/// The pages in a browser, on a mock of the platform: failures that the real one does not have on command.
async fn interface_in_browser(workspace: &Workspace, tools: &Tools, progress: &Progress, steps: &mut Steps) {
    if !web::has_script(workspace, "e2e") {
        steps.not_run("web-browser", "web/package.json has no script `e2e`.");
        return;
    }
    steps
        .run("web-browser", async |words| {
            web::install(workspace, progress).await?;
            let mut npm = command("npm");
            npm.args(["run", "e2e", "--", "mock.spec"]).current_dir(workspace.web());
            npm.env("CI", "1").env("CHROMIUM_PATH", tools.chromium().await?).env_remove("PLATFORM_URL");
            words.shell(npm).await
        })
        .await;
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
        .always("platform", async |_| {
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
    // For tests that start, kill and start again a platform of their own. Not `current_exe`: building the workspace has
    // put a new file in its place.
    environment.push(("XTASK_PROGRAM", workspace.target().join("debug/xtask").into()));
    environment.push(("XTASK_TARGETS", "all".into()));
    steps
        .run("end-to-end", async |words| {
            let mut test = command(functions::test_program(workspace, "tests", &environment).await?);
            test.current_dir(workspace.path("tests")).envs(environment.iter().cloned());
            words.shell(test).await
        })
        .await;
    if web::has_script(workspace, "e2e") {
        steps
            .run("browser", async |words| {
                let mut npm = command("npm");
                npm.args(["run", "e2e"]).current_dir(workspace.web()).env("CI", "1");
                npm.envs(environment.iter().cloned());
                words.shell(npm).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_filled_in() {
        let definition = r#"{"a": ${Max}, "b": "x ${Arn} \" ${y}", "c": [${One}]}"#;
        assert_eq!(without_substitutions(definition), r#"{"a": 1, "b": "x urn:Arn \" urn:y", "c": [1]}"#);
    }
}
