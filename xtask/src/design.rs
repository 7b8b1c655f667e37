//! `cargo xtask design`: the whole job from a terminal, through the same API as the browser.
//!
//! It follows the run over the WebSocket, accepts the smart defaults (or the given answers) at the gates, and leaves the
//! repository and everything that the API knows in a folder.

use std::{
    collections::BTreeSet,
    io::{Cursor, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use console::style;
use futures::{SinkExt, StreamExt};
use run::{
    answer::Answers,
    card::ReasonCard,
    event::{Event, EventBody, WorkflowComplete},
    gate::{Decision, Gate, GateKind},
    id::{ProjectId, RunId},
    message::{ClientMessage, ServerMessage},
    record::RunStatus,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::platform::{self, Options, Platform};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// Longest requirement that the API takes, in Unicode scalar values.
const REQUIREMENT_MAX_CHARACTERS: usize = design::input::REQUIREMENT_MAX_CHARACTERS;

/// Silence on the WebSocket after which the events are asked for over REST: a lost push then costs this much.
const SILENCE: Duration = Duration::from_secs(3);

/// Arguments of `cargo xtask design`.
#[derive(Debug, Clone, clap::Args)]
pub struct DesignArgs {
    /// The requirement in plain language.
    #[arg(value_name = "TEXT", conflicts_with = "requirement_file")]
    text: Option<String>,
    /// Read the requirement from a file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    requirement_file: Option<PathBuf>,
    /// Name of the project; made when there is none of this name.
    #[arg(long, value_name = "NAME", default_value = "default")]
    project: String,
    /// The decision set that this version continues (same project).
    #[arg(long, value_name = "ID")]
    parent: Option<RunId>,
    /// Answers to the questions: a JSON object from question id to value. What is not in it takes its default.
    #[arg(long, value_name = "FILE.json")]
    answers: Option<PathBuf>,
    /// Run without gates.
    #[arg(long)]
    thin: bool,
    /// Where the result goes.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Print the result as one JSON object on standard output; progress goes to standard error.
    #[arg(long)]
    json: bool,
    /// Address of a running platform, such as <http://127.0.0.1:8080>; without it the local one is used or started.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

/// What was given cannot be worked with; the text names the argument and the fix.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(String);

impl BadInput {
    /// The process's exit code: what was given, not the platform, is at fault.
    pub const EXIT_CODE: u8 = 2;
}

/// Runs the job on the given platform, on the one that runs, or on one of its own.
///
/// # Errors
/// [`BadInput`] when the arguments or the API refuse what was given; otherwise the cause of the failure.
pub async fn run(workspace: &Workspace, args: &DesignArgs) -> Result<()> {
    let request = read_request(args)?;
    if let Some(endpoint) = &args.endpoint {
        return design(args, &request, endpoint).await;
    }
    if let Some(found) = platform::running(workspace).await {
        return design(args, &request, &found.web_url).await;
    }
    // Ports of its own, so that nothing that runs is in its way; the data is that of `cargo xtask dev`.
    let options = Options {
        aws_port: None,
        web_port: None,
        durable: false,
        announced: false,
        interface: false,
        ..Options::for_development(workspace)
    };
    let mut platform = Platform::start(workspace, &options, &Progress::new()).await?;
    let origin = platform.endpoints.web_url.clone();
    let result = tokio::select! {
        result = design(args, &request, &origin) => result,
        failure = platform.failed() => Err(failure),
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("Ctrl-C cannot be heard")?;
            Err(anyhow!("interrupted; `cargo xtask dev` shows the run and can resume it"))
        }
    };
    platform.stop().await?;
    result
}

/// Refuses what was given.
fn refuse<T>(text: String) -> Result<T> {
    Err(BadInput(text).into())
}

/// What was asked, read and checked before anything is started.
#[derive(Debug)]
struct Request {
    requirement: String,
    answers: Answers,
}

/// Reads and checks the input of the command.
///
/// # Errors
/// [`BadInput`] with the argument and the fix.
fn read_request(args: &DesignArgs) -> Result<Request> {
    let requirement = match (&args.text, &args.requirement_file) {
        (Some(text), None) => text.clone(),
        (None, Some(file)) if file == Path::new("-") => {
            let mut text = String::new();
            if let Err(error) = std::io::stdin().read_to_string(&mut text) {
                return refuse(format!("standard input cannot be read as UTF-8 text: {error}"));
            }
            text
        }
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return refuse(format!("--requirement-file {}: {error}", file.display())),
        },
        (None, None) => {
            return refuse(
                "what shall be designed? Give the requirement as TEXT or with --requirement-file FILE".into(),
            );
        }
        (Some(_), Some(_)) => return refuse("give TEXT or --requirement-file, not both".into()),
    };
    let length = requirement.chars().count();
    if requirement.trim().is_empty() {
        return refuse("the requirement is empty: say what the system shall do".into());
    }
    if length > REQUIREMENT_MAX_CHARACTERS {
        return refuse(format!(
            "the requirement has {length} characters; at most {REQUIREMENT_MAX_CHARACTERS} are accepted: shorten it"
        ));
    }
    let answers = match &args.answers {
        None => Answers::new(),
        Some(file) => {
            let text = match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) => return refuse(format!("--answers {}: {error}", file.display())),
            };
            match serde_json::from_str(&text) {
                Ok(answers) => answers,
                Err(error) => {
                    return refuse(format!(
                        "--answers {}: {error}; expected a JSON object such as {{\"budget\": 500, \"regions\": [\"eu-central-1\"]}}",
                        file.display()
                    ));
                }
            }
        }
    };
    Ok(Request { requirement, answers })
}

/// Runs the job against the platform at `origin`.
///
/// # Errors
/// [`BadInput`] when the API refuses what was given; otherwise the cause of the failure.
async fn design(args: &DesignArgs, request: &Request, origin: &str) -> Result<()> {
    let api = Api { http: reqwest::Client::new(), origin: origin.trim_end_matches('/').to_owned() };
    let project = api.project_named(&args.project).await?;
    let accepted = api
        .call(
            reqwest::Method::POST,
            &format!("/v1/projects/{project}/constraints"),
            Some(json!({
                "requirement": request.requirement,
                "parent": args.parent,
                "variant": if args.thin { "thin" } else { "full" },
            })),
        )
        .await?;
    let run: RunId = serde_json::from_value(accepted["decision_set_id"].clone())
        .context("the API accepted the requirement but named no decision set")?;
    say(&format!(
        "{} version {} of project `{}`: {}",
        style("design").bold(),
        accepted["version"],
        args.project,
        style(format!("{}/projects/{project}/decision-sets/{run}", api.origin)).underlined()
    ));

    let mut follower = Follower {
        api: &api,
        project: project.clone(),
        run: run.clone(),
        request,
        events: Vec::new(),
        asked: BTreeSet::new(),
    };
    let end = follower.follow().await?;
    let unused: Vec<&str> =
        request.answers.keys().filter(|id| !follower.asked.contains(*id)).map(String::as_str).collect();
    if !unused.is_empty() {
        say(&format!("{} these answers were not asked for: {}", style("note").yellow(), unused.join(", ")));
    }

    let events = std::mem::take(&mut follower.events);
    let view = api.call(reqwest::Method::GET, &format!("/v1/projects/{project}/decision-sets/{run}"), None).await?;
    let written = write_result(&api, &project, &run, &args.out, &view, &events, end.status).await?;
    if args.json {
        let result = json!({
            "project_id": project,
            "decision_set_id": run,
            "status": end.status,
            "summary": end.summary,
            "decision_set": written.decision_set,
            "events": written.events,
            "repository": written.repository,
        });
        println!("{result:#}");
    }
    say(&format!("decision set  {}", written.decision_set.display()));
    say(&format!("events        {} ({} events)", written.events.display(), events.len()));
    if let Some(repository) = &written.repository {
        say(&format!("repository    {}", repository.display()));
    }
    match end.status {
        RunStatus::Completed => {
            say(&format!("{} {}", style("completed").green().bold(), end.summary));
            Ok(())
        }
        RunStatus::Queued
        | RunStatus::Running
        | RunStatus::AwaitingInput
        | RunStatus::Failed
        | RunStatus::Rejected
        | RunStatus::Cancelled => {
            let cause = view["failure"]["cause"].as_str().unwrap_or(&end.summary);
            let way_out = view["failure"]["way_out"].as_str().unwrap_or("");
            Err(anyhow!("the run ended as {:?}: {cause} {way_out}", end.status))
        }
    }
}

/// One line of progress on standard error.
fn say(line: &str) {
    eprintln!("{line}");
}

/// The platform's REST API.
struct Api {
    http: reqwest::Client,
    origin: String,
}

impl Api {
    /// Calls the API; a refusal becomes an error with the problem's own words.
    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Result<Value> {
        let url = format!("{}{path}", self.origin);
        let mut request = self.http.request(method, &url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| {
            format!("no platform answers at {}: start one with `cargo xtask dev`, or leave --endpoint out", self.origin)
        })?;
        let status = response.status();
        let text = response.text().await.context("the platform's answer broke off")?;
        if status.is_success() {
            return serde_json::from_str(&text).with_context(|| format!("{url} did not answer with JSON"));
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let mut message = problem["detail"].as_str().unwrap_or(&text).to_owned();
        for error in problem["errors"].as_array().into_iter().flatten() {
            message.push_str(&format!(
                "\n  {}: {}",
                error["field"].as_str().unwrap_or(""),
                error["detail"].as_str().unwrap_or("")
            ));
        }
        // Who can act decides: what was given, or the platform.
        if status.is_client_error() && status.as_u16() != 429 {
            Err(BadInput(message).into())
        } else {
            Err(anyhow!("{url} answered {status}: {message}"))
        }
    }

    /// The project of this name, made when there is none.
    async fn project_named(&self, name: &str) -> Result<ProjectId> {
        let mut cursor = None::<String>;
        loop {
            let path = match &cursor {
                None => "/v1/projects?limit=100".to_owned(),
                Some(cursor) => format!("/v1/projects?limit=100&cursor={cursor}"),
            };
            let page = self.call(reqwest::Method::GET, &path, None).await?;
            let found =
                page["projects"].as_array().into_iter().flatten().find(|project| {
                    project["name"].as_str().is_some_and(|existing| existing.eq_ignore_ascii_case(name))
                });
            if let Some(project) = found {
                return serde_json::from_value(project["id"].clone()).context("a project without an id");
            }
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        let project = self.call(reqwest::Method::POST, "/v1/projects", Some(json!({ "name": name }))).await?;
        serde_json::from_value(project["id"].clone()).context("a project without an id")
    }
}

/// Follows a run to its end and decides its gates.
struct Follower<'a> {
    api: &'a Api,
    project: ProjectId,
    run: RunId,
    request: &'a Request,
    events: Vec<Event>,
    asked: BTreeSet<String>,
}

impl Follower<'_> {
    /// Follows the run until it has ended.
    async fn follow(&mut self) -> Result<WorkflowComplete> {
        let address = format!("{}/ws", self.api.origin.replacen("http", "ws", 1));
        loop {
            // Every round catches up over REST first, so that a lost connection or push never loses an event.
            if let Some(end) = self.catch_up().await? {
                return Ok(end);
            }
            let Ok((mut socket, _)) = tokio_tungstenite::connect_async(&address).await else {
                tokio::time::sleep(SILENCE).await;
                continue;
            };
            let subscribe = ClientMessage::Subscribe {
                project_id: self.project.clone(),
                decision_set_id: self.run.clone(),
                after: self.events.len() as u64,
            };
            let subscribe = serde_json::to_string(&subscribe).context("a message is always JSON")?;
            if socket.send(Message::text(subscribe)).await.is_err() {
                continue;
            }
            while let Ok(message) = tokio::time::timeout(SILENCE, socket.next()).await {
                let Some(Ok(message)) = message else { break };
                let Ok(text) = message.to_text() else { continue };
                match serde_json::from_str::<ServerMessage>(text) {
                    Ok(ServerMessage::Event { event }) => {
                        if event.sequence == self.events.len() as u64 + 1 {
                            if let Some(end) = self.take(event).await? {
                                return Ok(end);
                            }
                        } else if event.sequence > self.events.len() as u64 {
                            break;
                        }
                    }
                    Ok(ServerMessage::EventsAvailable { .. }) => break,
                    Ok(ServerMessage::Refused { error, detail }) => {
                        bail!("the platform refused to show the run: {error}: {detail}");
                    }
                    Ok(
                        ServerMessage::Subscribed { .. }
                        | ServerMessage::Unsubscribed { .. }
                        | ServerMessage::Heartbeat { .. }
                        | ServerMessage::ReasoningDelta { .. },
                    )
                    | Err(_) => {}
                }
            }
        }
    }

    /// Takes all events that are stored and not yet seen.
    async fn catch_up(&mut self) -> Result<Option<WorkflowComplete>> {
        loop {
            let path = format!(
                "/v1/projects/{}/decision-sets/{}/events?after={}&limit=100",
                self.project,
                self.run,
                self.events.len()
            );
            let mut page = self.api.call(reqwest::Method::GET, &path, None).await?;
            let events: Vec<Event> =
                serde_json::from_value(page["events"].take()).context("the API's events cannot be read")?;
            if events.is_empty() {
                return Ok(None);
            }
            for event in events {
                if let Some(end) = self.take(event).await? {
                    return Ok(Some(end));
                }
            }
        }
    }

    /// Shows an event, and decides a gate that it opens.
    async fn take(&mut self, event: Event) -> Result<Option<WorkflowComplete>> {
        let body = event.body.clone();
        self.events.push(event);
        match body {
            EventBody::WorkflowStart(start) => {
                say(&style(format!("attempt {} · {} nodes", start.attempt, start.nodes.len())).dim().to_string());
            }
            EventBody::NodeStart(start) if std::io::stderr().is_terminal() => {
                eprint!("\r{}", style(format!("{:>3}% {} …", start.progress.percentage, start.step.node)).dim());
                std::io::stderr().flush().context("standard error is closed")?;
            }
            EventBody::NodeStart(_) => {}
            EventBody::ReasonCard(card) => show_card(&card),
            EventBody::NodeComplete(complete) => {
                say(&format!(
                    "\r{:>3}% {:<20} {:>6} ms  {}",
                    complete.progress.percentage,
                    style(complete.step.node.to_string()).cyan(),
                    complete.duration_ms,
                    complete.summary
                ));
            }
            EventBody::QuestionsPresented(opened) => {
                for question in &opened.gate.questions {
                    self.asked.insert(question.id.clone());
                }
            }
            EventBody::WorkflowPaused(opened) => self.decide(&opened.gate).await?,
            EventBody::GateHeld(_) => {}
            EventBody::AutoApproving(decided) => {
                say(&format!("{} {} took its defaults", style("gate").magenta(), decided.gate));
            }
            EventBody::WorkflowResumed(decided) => {
                say(&format!(
                    "{} {} {:?} by {}",
                    style("gate").magenta(),
                    decided.gate,
                    decided.decision.decision,
                    decided.decision.actor.name
                ));
            }
            EventBody::WorkflowComplete(complete) => return Ok(Some(complete)),
            EventBody::Error(failure) => {
                say(&format!(
                    "{} {}: {} {}",
                    style("error").red().bold(),
                    failure.error,
                    failure.cause,
                    failure.way_out
                ));
            }
        }
        Ok(None)
    }

    /// Approves a gate: with the given answers where it asks, with defaults for the rest.
    async fn decide(&mut self, gate: &Gate) -> Result<()> {
        let answers: Answers = gate
            .questions
            .iter()
            .filter_map(|question| Some((question.id.clone(), self.request.answers.get(&question.id)?.clone())))
            .collect();
        for question in &gate.questions {
            let (answer, from) = match answers.get(&question.id) {
                Some(answer) => (answer, "given".to_owned()),
                None => (&question.default.value, format!("default: {}", question.default.reason)),
            };
            say(&format!(
                "  {} {} {} {}",
                style("?").yellow(),
                question.text,
                style(serde_json::to_string(answer).unwrap_or_default()).bold(),
                style(format!("({from})")).dim()
            ));
        }
        if gate.id.kind == GateKind::Final {
            say(&format!("  {} {}", style("?").yellow(), gate.summary));
        }
        let body = json!({
            "gate": gate.id,
            "subject_hash": gate.subject_hash,
            "decision": Decision::Approve,
            "answers": answers,
            "comment": "decided by cargo xtask design",
        });
        let path = format!("/v1/projects/{}/decision-sets/{}/approve", self.project, self.run);
        let url = format!("{}{path}", self.api.origin);
        let response = self.api.http.post(&url).json(&body).send().await.context("the platform does not answer")?;
        match response.status().as_u16() {
            // Someone else, a timer or an earlier try of ours has decided: the events say how.
            200 | 409 => Ok(()),
            422 => refuse(format!("the answers do not fit:\n{}", response.text().await.unwrap_or_default())),
            status => Err(anyhow!("{url} answered {status}: {}", response.text().await.unwrap_or_default())),
        }
    }
}

/// Shows a reason card in a few lines.
fn show_card(card: &ReasonCard) {
    say(&format!(
        "\r{} {} {}",
        style(format!("▌ {}", card.agent)).green().bold(),
        card.decision,
        style(format!("{:.0} %", card.confidence.value * 100.0)).dim()
    ));
    for paragraph in card.reasoning.iter().take(3) {
        say(&format!("{} {paragraph}", style("▌").green()));
    }
    for alternative in card.alternatives.iter().take(3) {
        say(&format!("{} not {}: {}", style("▌").green(), alternative.name, alternative.why_not));
    }
}

/// Where the result was written.
struct Written {
    decision_set: PathBuf,
    events: PathBuf,
    repository: Option<PathBuf>,
}

/// Writes what is known of the run; a completed run's repository is unpacked.
async fn write_result(
    api: &Api,
    project: &ProjectId,
    run: &RunId,
    out: &Path,
    view: &Value,
    events: &[Event],
    status: RunStatus,
) -> Result<Written> {
    std::fs::create_dir_all(out).with_context(|| format!("--out {} cannot be made", out.display()))?;
    let mut view = view.clone();
    view["events"] = serde_json::to_value(events)?;
    let decision_set = out.join("decision-set.json");
    std::fs::write(&decision_set, serde_json::to_string_pretty(&view)? + "\n")?;
    let mut lines = String::new();
    for event in events {
        lines.push_str(&serde_json::to_string(event)?);
        lines.push('\n');
    }
    let events_path = out.join("events.jsonl");
    std::fs::write(&events_path, lines)?;
    let repository = if status == RunStatus::Completed {
        let artifacts = api
            .call(reqwest::Method::GET, &format!("/v1/projects/{project}/decision-sets/{run}/artifacts"), None)
            .await?;
        let bundle = artifacts["artifacts"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|artifact| artifact["kind"] == "bundle")
            .ok_or_else(|| anyhow!("the run completed without a bundle"))?;
        let url = bundle["url"].as_str().context("the bundle has no address")?;
        let bytes = api.http.get(url).send().await?.error_for_status()?.bytes().await?;
        if run::body::Sha256Hex::of(&bytes).as_str() != bundle["sha256"] {
            bail!("the bundle's SHA-256 is not the one that was announced: fetch it again");
        }
        let folder = out.join("repo");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be replaced", folder.display()))?;
        }
        zip::ZipArchive::new(Cursor::new(bytes.as_ref()))?.extract(&folder)?;
        Some(folder)
    } else {
        None
    };
    Ok(Written { decision_set, events: events_path, repository })
}
