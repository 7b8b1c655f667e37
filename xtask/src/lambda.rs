//! `cargo xtask lambda`: cargo-lambda with the running platform's environment, so that a function runs alone.
//!
//! `watch` serves the functions under cargo-lambda's own runtime; `invoke` sends one a sample event from its folder, with
//! the ids of a run that the platform has. The table and the bucket are the platform's.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::command;
use crate::functions::Template;
use crate::platform::{self, Endpoints};
use crate::progress::Progress;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// What to do with functions that run alone.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum LambdaTask {
    /// Serve the functions on port 9000; they are compiled when they are first invoked.
    Watch {
        /// More arguments of `cargo lambda watch`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Send a function an event; `watch` runs in another terminal.
    Invoke {
        /// The function, such as `planner`.
        function: String,
        /// The event; the first one in the function's `events` folder if not given.
        #[arg(long, value_name = "FILE")]
        data_file: Option<PathBuf>,
        /// The decision set to work on; the newest one of the platform if not given.
        #[arg(long, value_name = "ID")]
        decision_set: Option<String>,
    },
}

/// Runs cargo-lambda.
///
/// # Errors
/// When no platform runs, there is no such function, event or run, or cargo-lambda fails.
pub async fn run(workspace: &Workspace, task: &LambdaTask) -> Result<()> {
    let Some(endpoints) = platform::running(workspace).await else {
        bail!(
            "no platform runs: start one with `cargo xtask dev` in another terminal; it has the table and the bucket"
        );
    };
    let environment = Tools::new(workspace, &Progress::new()).sam_with_cross_compilation().await?;
    let mut lambda = command::command(environment.program("cargo-lambda"));
    lambda.arg("lambda").current_dir(workspace.root());
    match task {
        LambdaTask::Watch { arguments } => {
            lambda
                .args(["watch", "--invoke-address", "127.0.0.1"])
                .args(arguments)
                .envs(deployed_variables(workspace, &endpoints).await?);
        }
        LambdaTask::Invoke { function, data_file, decision_set } => {
            let event = event(workspace, function, data_file.clone())?;
            let text = fs::read_to_string(&event).with_context(|| format!("cannot read {}", event.display()))?;
            let filled = fill(serde_json::from_str(&text)?, &newest(&endpoints, decision_set.as_deref()).await?);
            lambda.args(["invoke", function, "--invoke-address", "127.0.0.1", "--data-ascii", &filled.to_string()]);
        }
    }
    let status = lambda.status().await.context("cargo-lambda cannot be started")?;
    ensure!(status.success(), "cargo-lambda ended with {status}");
    Ok(())
}

/// The variables that the deployed functions have; where two functions share one, they agree.
async fn deployed_variables(workspace: &Workspace, endpoints: &Endpoints) -> Result<Vec<(String, String)>> {
    let stack = endpoints.table_name.as_str();
    let mut variables = vec![
        ("AWS_ENDPOINT_URL".to_owned(), endpoints.aws_url.clone()),
        ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoints.dynamodb_url.clone()),
        ("AWS_REGION".to_owned(), "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID".to_owned(), "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), "test".to_owned()),
    ];
    for (_, binary) in Template::read(&workspace.template())?.functions()? {
        let url = format!("{}/2015-03-31/functions/{stack}-{binary}/configuration", endpoints.aws_url);
        let configuration: Value = reqwest::get(&url).await?.error_for_status()?.json().await?;
        let deployed = configuration["Environment"]["Variables"].as_object().into_iter().flatten();
        variables.extend(deployed.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))));
    }
    Ok(variables)
}

fn event(workspace: &Workspace, function: &str, given: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(file) = given {
        return Ok(file);
    }
    let folder = workspace.path("functions").join(function).join("events");
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("there is no function `{function}` with events in {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    files.into_iter().next().with_context(|| format!("{} is empty", folder.display()))
}

/// Owner, project, run and attempt as a node's input names them.
async fn newest(endpoints: &Endpoints, wanted: Option<&str>) -> Result<Map<String, Value>> {
    let api = &endpoints.api_url;
    let projects: Value = reqwest::get(format!("{api}/projects?limit=100")).await?.error_for_status()?.json().await?;
    let mut found: Option<Value> = None;
    for project in projects["projects"].as_array().into_iter().flatten() {
        let url = format!("{api}/projects/{}/decision-sets?limit=100", project["id"].as_str().unwrap_or_default());
        let page: Value = reqwest::get(url).await?.error_for_status()?.json().await?;
        for run in page["decision_sets"].as_array().into_iter().flatten() {
            let matches = wanted.is_none_or(|wanted| run["id"] == wanted);
            // Ids sort by the time of their making.
            let newer = found.as_ref().is_none_or(|best| run["id"].as_str() > best["id"].as_str());
            if matches && newer {
                found = Some(run.clone());
            }
        }
    }
    let run = found.context("the platform has no such decision set: make one with `cargo xtask design`")?;
    Ok(Map::from_iter([
        ("owner".to_owned(), run["owner"].clone()),
        ("project_id".to_owned(), run["project_id"].clone()),
        ("decision_set_id".to_owned(), run["id"].clone()),
        ("attempt".to_owned(), run["attempt"].clone()),
    ]))
}

/// The event with the run's ids in place of its own; fields that it does not have are not added.
fn fill(mut event: Value, run: &Map<String, Value>) -> Value {
    if let Some(fields) = event.as_object_mut() {
        for (name, value) in run {
            if let Some(field) = fields.get_mut(name) {
                *field = value.clone();
            }
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_fields_of_the_event_are_filled() {
        let run = Map::from_iter([("owner".to_owned(), json!("local")), ("attempt".to_owned(), json!(2))]);
        assert_eq!(fill(json!({"owner": "x", "iteration": 1}), &run), json!({"owner": "local", "iteration": 1}));
    }
}
