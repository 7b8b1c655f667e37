//! `cargo xtask design`: the whole job from a terminal, through the same API as the browser.
//!
//! It follows the run over the WebSocket, accepts the smart defaults (or the given answers) at the gates, and leaves the
//! repository and everything that the API knows in a folder.

mod api;
#[cfg(test)]
mod fixtures;
mod output;
mod request;
mod words;

use std::{
    collections::BTreeSet,
    io::{IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use run::{
    answer::Answers,
    event::{Event, EventBody, WorkflowComplete},
    gate::{Decision, Gate, GateKind},
    id::{ProjectId, RunId},
    message::{ClientMessage, ServerMessage},
    record::RunStatus,
};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use self::api::Api;
use self::output::Output;
use self::request::Request;
use self::words::{Cards, plain, say, style};
use crate::platform::{self, Options, Platform};
use crate::progress::Progress;
use crate::workspace::Workspace;

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
    /// Name of the project, made when there is none of this name; otherwise the parent's project, or `default`.
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// The decision set that this version continues; its project is found when none is named.
    #[arg(long, value_name = "ID")]
    parent: Option<RunId>,
    /// Answers to the questions: a JSON object from question id to value. What is not in it takes its default, and what
    /// is in it and not asked is refused.
    #[arg(long, value_name = "FILE.json")]
    answers: Option<PathBuf>,
    /// Run without gates.
    #[arg(long)]
    thin: bool,
    /// Where the result goes. What an earlier run wrote there is replaced; anything else is not.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Replace what is in the way in --out, whoever wrote it.
    #[arg(long)]
    force: bool,
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
    let request = Request::read(args)?;
    let output = Output::claim(&args.out, args.force)?;
    if let Some(endpoint) = &request.endpoint {
        return design(args, &request, &output, endpoint).await;
    }
    if let Some(found) = platform::running(workspace).await {
        return design(args, &request, &output, &found.web_url).await;
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
        result = design(args, &request, &output, &origin) => result,
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

/// Runs the job against the platform at `origin`.
///
/// # Errors
/// [`BadInput`] when the API refuses what was given; otherwise the cause of the failure.
async fn design(args: &DesignArgs, request: &Request, output: &Output, origin: &str) -> Result<()> {
    crate::choose_tls();
    let api = Api { http: reqwest::Client::new(), origin: origin.trim_end_matches('/').to_owned() };
    // Everything that was given is known to be good before anything is made.
    let home = api.home(args.project.as_deref(), args.parent.as_ref()).await?;
    let project = api.settle(&home).await?;
    let accepted = api
        .call(
            Method::POST,
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
    let path = format!("/v1/projects/{project}/decision-sets/{run}");
    say(&format!(
        "{} version {} of project `{}`: {}",
        style("design").bold(),
        accepted["version"],
        home.name,
        style(format!("{}/projects/{project}/decision-sets/{run}", api.origin)).underlined()
    ));

    let mut follower = Follower {
        api: &api,
        project: project.clone(),
        run: run.clone(),
        path: path.clone(),
        request,
        events: Vec::new(),
        asked: BTreeSet::new(),
        cards: Cards::default(),
    };
    let end = match follower.follow().await {
        Ok(end) => end,
        Err(error) => {
            // Nobody would answer a run whose answers were refused: it would wait for days.
            if error.is::<BadInput>() {
                match api.call(Method::POST, &format!("{path}/cancel"), None).await {
                    Ok(_) => say(&format!("version {} was cancelled", accepted["version"])),
                    Err(failure) => {
                        say(&format!("version {} could not be cancelled: {failure:#}", accepted["version"]))
                    }
                }
            }
            return Err(error);
        }
    };
    let view = api.call(Method::GET, &path, None).await?;
    let mut warnings = Vec::new();
    let unused: Vec<&str> =
        request.answers.keys().filter(|id| !follower.asked.contains(*id)).map(String::as_str).collect();
    if !unused.is_empty() {
        warnings.push(format!("these answers were not asked for: {}", unused.join(", ")));
    }
    if words::nothing_recognised(&follower.cards, &view) {
        warnings.push(words::NOTHING_RECOGNISED.to_owned());
    }

    let written = write_result(&api, &path, output, &view, &follower.events, end.status).await?;
    if args.json {
        let result = json!({
            "project_id": project,
            "decision_set_id": run,
            "status": end.status,
            "summary": end.summary,
            "warnings": warnings,
            "decision_set": written.decision_set,
            "events": written.events,
            "repository": written.repository,
        });
        println!("{result:#}");
    }
    say(&format!("decision set  {}", written.decision_set.display()));
    say(&format!("events        {} ({} events)", written.events.display(), follower.events.len()));
    if let Some(repository) = &written.repository {
        say(&format!("repository    {}", repository.display()));
    }
    for warning in &warnings {
        say(&format!("{} {warning}", style("warning:").yellow().bold()));
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

/// Follows a run to its end and decides its gates.
struct Follower<'a> {
    /// The platform.
    api: &'a Api,
    /// The run's project.
    project: ProjectId,
    /// The run.
    run: RunId,
    /// Path of the run in the API.
    path: String,
    /// What was asked.
    request: &'a Request,
    /// All events so far.
    events: Vec<Event>,
    /// Ids of the questions that were asked so far.
    asked: BTreeSet<String>,
    /// The cards so far.
    cards: Cards,
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
            let path = format!("{}/events?after={}&limit=100", self.path, self.events.len());
            let mut page = self.api.call(Method::GET, &path, None).await?;
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
            EventBody::ReasonCard(card) => {
                // The first line takes the place of the node's progress.
                let lines = self.cards.lines(&card, console::colors_enabled_stderr());
                say(&format!("\r{}", lines.join("\n")));
            }
            EventBody::NodeComplete(complete) => {
                let line = format!(
                    "\r{:>3}% {:<20} {:>6} ms  {}",
                    complete.progress.percentage,
                    style(complete.step.node.to_string()).cyan(),
                    complete.duration_ms,
                    plain(self.cards.summary(&complete.summary), false)
                );
                say(line.trim_end());
            }
            EventBody::QuestionsPresented(opened) => {
                for question in &opened.gate.questions {
                    self.asked.insert(question.id.clone());
                }
            }
            EventBody::WorkflowPaused(opened) => self.decide(&opened.gate).await?,
            // Edits come after the end, when nobody waits here any more.
            EventBody::GateHeld(_) | EventBody::FilesEdited(_) => {}
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
        self.asked.extend(gate.questions.iter().map(|question| question.id.clone()));
        if self.request.answers.keys().any(|id| !self.asked.contains(id)) {
            let view = self.api.call(Method::GET, &self.path, None).await?;
            self.request.check_asked(gate.id.kind, &self.asked, &view)?;
        }
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
                plain(&question.text, false),
                style(serde_json::to_string(answer).unwrap_or_default()).bold(),
                style(format!("({})", plain(&from, false))).dim()
            ));
        }
        if gate.id.kind == GateKind::Final {
            say(&format!("  {} {}", style("?").yellow(), plain(&gate.summary, false)));
        }
        let body = json!({
            "gate": gate.id,
            "subject_hash": gate.subject_hash,
            "decision": Decision::Approve,
            "answers": answers,
            "comment": "decided by cargo xtask design",
        });
        let (status, text) = self.api.send(Method::POST, &format!("{}/approve", self.path), Some(body)).await?;
        match status {
            // Someone else, a timer or an earlier try of ours has decided: the events say how.
            StatusCode::OK | StatusCode::CONFLICT => Ok(()),
            StatusCode::UNPROCESSABLE_ENTITY if !answers.is_empty() => refuse(format!(
                "--answers {}: {}",
                self.request.answers_file.display(),
                words::problem(&text).replace("`answers.", "`")
            )),
            status => Err(anyhow!("gate {} could not be decided ({status}): {}", gate.id, words::problem(&text))),
        }
    }
}

/// Where the result was written.
struct Written {
    /// The file with everything that the API knows.
    decision_set: PathBuf,
    /// The file with the events.
    events: PathBuf,
    /// The repository's folder, when the run completed.
    repository: Option<PathBuf>,
}

/// Writes what is known of the run at `path`; a completed run's repository is unpacked.
async fn write_result(
    api: &Api,
    path: &str,
    output: &Output,
    view: &Value,
    events: &[Event],
    status: RunStatus,
) -> Result<Written> {
    let mut view = view.clone();
    view["events"] = serde_json::to_value(events)?;
    let mut lines = String::new();
    for event in events {
        lines.push_str(&serde_json::to_string(event)?);
        lines.push('\n');
    }
    let (decision_set, events) = output.write(&(serde_json::to_string_pretty(&view)? + "\n"), &lines)?;
    let repository = if status == RunStatus::Completed {
        let artifacts = api.call(Method::GET, &format!("{path}/artifacts"), None).await?;
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
        Some(output.unpack(&bytes)?)
    } else {
        None
    };
    Ok(Written { decision_set, events, repository })
}

#[cfg(test)]
mod tests {
    use super::*;
    use run::answer::AnswerValue;

    /// Decides a gate that asks for the budget, with an answer to a question; says what happened and what was sent.
    async fn decide(id: &str) -> (Result<()>, Vec<String>) {
        let (api, sent) = fixtures::platform(|method, _| match method {
            "GET" => (200, json!({"constraints": {"regions": {"source": "text"}}})),
            _ => {
                let problem = json!({"field": "answers.budget", "detail": "must be a number (USD per month)"});
                (422, json!({"detail": "`answers.budget` must be a number", "errors": [problem]}))
            }
        })
        .await;
        let request = Request {
            requirement: "Score churn".into(),
            answers: Answers::from([(id.to_owned(), AnswerValue::Text("much".into()))]),
            answers_file: "answers.json".into(),
            endpoint: None,
        };
        let mut follower = Follower {
            api: &api,
            project: "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".parse().unwrap(),
            run: "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9C".parse().unwrap(),
            path: "/v1/run".into(),
            request: &request,
            events: Vec::new(),
            asked: BTreeSet::new(),
            cards: Cards::default(),
        };
        let decided = follower.decide(&fixtures::gate("input-0", &["budget"])).await;
        let sent = sent.lock().unwrap().clone();
        (decided, sent)
    }

    #[tokio::test]
    async fn an_answer_that_does_not_fit_is_refused_in_words() {
        let (decided, _) = decide("budget").await;
        let error = decided.unwrap_err();
        assert!(error.is::<BadInput>());
        assert_eq!(error.to_string(), "--answers answers.json: `budget` must be a number (USD per month)");
    }

    #[tokio::test]
    async fn nothing_is_decided_when_an_answer_is_not_asked_for() {
        let (decided, sent) = decide("regions").await;
        let error = decided.unwrap_err();
        assert!(error.is::<BadInput>());
        assert!(error.to_string().contains("asked: `budget`"), "{error}");
        assert!(sent.iter().all(|request| request.starts_with("GET ")), "{sent:?}");
    }

    /// The arguments of a command line.
    fn arguments(line: &[&str]) -> DesignArgs {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            arguments: DesignArgs,
        }
        let line = std::iter::once("design").chain(line.iter().copied());
        <Line as clap::Parser>::try_parse_from(line).unwrap().arguments
    }

    /// An event of a run, as the API gives it.
    fn event(sequence: u64, kind: &str, data: Value) -> Value {
        let run = "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9C";
        json!({"sequence": sequence, "decision_set_id": run, "at": "2026-01-01T00:00:00Z", "type": kind, "data": data})
    }

    /// A whole run with one gate at the beginning, which is not completed; says what happened and what was sent.
    async fn whole(line: &[&str], out: &std::path::Path) -> (Result<()>, Vec<String>) {
        let events = json!({"events": [
            event(1, "workflow-paused", json!({"gate": fixtures::gate("input-0", &["budget"])})),
            event(2, "workflow-complete", json!({"status": "failed", "summary": "It failed."})),
        ]});
        let (api, sent) = fixtures::platform(move |method, path| match (method, path) {
            ("GET", "/v1/projects?limit=100") => {
                (200, json!({"projects": [{"id": "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A", "name": "default"}]}))
            }
            ("POST", path) if path.ends_with("/constraints") => {
                (202, json!({"decision_set_id": "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9C", "version": 1}))
            }
            ("GET", path) if path.contains("/events") => (200, events.clone()),
            _ => (200, json!({"constraints": {"regions": {"source": "text"}}, "failure": {"cause": "A cause."}})),
        })
        .await;
        let arguments = arguments(line);
        let request = Request::read(&arguments).unwrap();
        let output = Output::claim(out, false).unwrap();
        let outcome = design(&arguments, &request, &output, &api.origin).await;
        let sent = sent.lock().unwrap().clone();
        (outcome, sent)
    }

    #[tokio::test]
    async fn a_run_whose_answers_are_refused_is_cancelled() {
        let out = tempfile::tempdir().unwrap();
        let answers = out.path().join("answers.json");
        std::fs::write(&answers, r#"{"budget": 5, "regions": ["eu-west-1"]}"#).unwrap();
        let (outcome, sent) = whole(&["Score churn", "--answers", answers.to_str().unwrap()], out.path()).await;
        assert!(outcome.unwrap_err().is::<BadInput>());
        assert!(sent.last().unwrap().starts_with("POST /v1/projects/prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A/decision-sets/"));
        assert!(sent.last().unwrap().contains("/cancel "), "{sent:?}");
        assert!(!sent.iter().any(|request| request.contains("/approve")), "{sent:?}");
    }

    #[tokio::test]
    async fn a_run_that_fails_leaves_what_is_known_and_its_cause() {
        let out = tempfile::tempdir().unwrap();
        let (outcome, sent) = whole(&["Score churn"], out.path()).await;
        let error = outcome.unwrap_err();
        assert!(!error.is::<BadInput>() && error.to_string().contains("A cause."), "{error}");
        assert!(sent.iter().any(|request| request.contains("/approve")), "{sent:?}");
        let events = std::fs::read_to_string(out.path().join("events.jsonl")).unwrap();
        assert_eq!(events.lines().count(), 2);
    }
}
