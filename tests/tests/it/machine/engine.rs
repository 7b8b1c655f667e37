//! The real definition in the local engine, with stand-ins for its functions that do what a test says.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    io::{Cursor, Write},
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use agent::gate::{GateResult, GateSignal, TimeoutInput, WaitInput, WaitOutcome};
use anyhow::{Context, Result, anyhow, bail, ensure};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use design::signal::{CoverageSignal, NoSignal, PolicySignal, QuestionsSignal, ValidationSignal};
use futures::future::try_join_all;
use run::{
    gate::Decision,
    id::{ProjectId, RunId},
    node::NodeInput,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The definition that is deployed.
const DEFINITION: &str = include_str!("../../../../statemachine/design.asl.json");
/// Longest that an execution may take. Its own waits are seconds; the machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);
const INTERVAL: Duration = Duration::from_millis(50);
/// MiniStack looks at the form of a role and at nothing else.
const ROLE: &str = "arn:aws:iam::000000000000:role/stand-in";

/// What a stand-in does when it is called.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// It returns this.
    Return(Value),
    /// It ends with an error of this name.
    Fail(&'static str),
    /// Its process ends.
    Exit,
    /// It does what it usually does, but so much later.
    Late(Duration),
    /// A person decides, so that the task whose token it was given is completed.
    Answer(GateResult),
}

impl Act {
    pub(crate) fn returns(value: impl Serialize) -> Self {
        Self::Return(serde_json::to_value(value).expect("JSON"))
    }

    pub(crate) fn decided(decision: Decision) -> GateResult {
        GateResult { outcome: WaitOutcome::Decided, decision: Some(decision) }
    }

    pub(crate) fn outcome(outcome: WaitOutcome) -> Self {
        Self::returns(GateResult { outcome, decision: None })
    }

    /// The gate is there, and nobody decides.
    pub(crate) fn silence() -> Self {
        Self::Return(Value::Null)
    }

    /// Nothing is missing, nothing is found, a person approves at once, and no timer takes the defaults.
    fn usual(node: &str) -> Self {
        match node {
            "coverage_check" => Self::returns(CoverageSignal { sufficient: true, score: 0.9 }),
            "adaptive_questions" => Self::returns(QuestionsSignal { questions: 2 }),
            "hitl_gate_input" | "hitl_gate_final" => Self::returns(GateSignal { waiting: true, decision: None }),
            "gate_wait" => Self::Answer(Self::decided(Decision::Approve)),
            "gate_timeout" => Self::returns(Self::decided(Decision::Approve)),
            "policy_eval" => Self::returns(PolicySignal { replan: false, blocking: 0 }),
            "validators" => Self::returns(ValidationSignal { failed: 0, mendable: 0 }),
            _ => Self::returns(NoSignal {}),
        }
    }
}

/// What the stand-ins do for one execution.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    variant: &'static str,
    rounds: (u32, u32),
    /// For each function, what it does at its first call, its second, and so on.
    queued: HashMap<&'static str, VecDeque<Act>>,
    /// What it does when nothing is queued (any more).
    always: HashMap<&'static str, Act>,
}

impl Story {
    pub(crate) fn new(variant: &'static str) -> Self {
        Self { variant, rounds: (0, 0), queued: HashMap::new(), always: HashMap::new() }
    }

    /// The rounds that the execution starts with.
    pub(crate) fn rounds(self, input: u32, plan: u32) -> Self {
        Self { rounds: (input, plan), ..self }
    }

    pub(crate) fn then(mut self, function: &'static str, act: Act) -> Self {
        self.queued.entry(function).or_default().push_back(act);
        self
    }

    pub(crate) fn always(mut self, function: &'static str, act: Act) -> Self {
        self.always.insert(function, act);
        self
    }

    fn next(&mut self, function: &str) -> Act {
        let queued = self.queued.get_mut(function).and_then(VecDeque::pop_front);
        queued.or_else(|| self.always.get(function).cloned()).unwrap_or_else(|| Act::usual(function))
    }
}

/// How an execution ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By itself, in order: the run's record says how.
    Succeeded,
    /// In the state `failed`.
    Failed,
    /// Somebody stopped it.
    Aborted,
}

/// An execution that was started.
pub(crate) struct Started {
    id: String,
    arn: String,
}

/// What an execution has done.
#[derive(Debug)]
pub(crate) struct Played {
    /// The calls in order: function, iteration, and what else it is told.
    pub(crate) calls: Vec<String>,
    /// How it ended.
    pub(crate) ending: Ending,
    /// Its output, when it succeeded.
    pub(crate) output: Value,
    /// The causes that `run_end` was told.
    pub(crate) causes: Vec<String>,
}

/// One execution on the stage.
struct Scene {
    story: Story,
    input: Value,
    calls: Vec<(String, Value)>,
}

/// What the test's server and the test share.
struct Stage {
    aws: Aws,
    scenes: Mutex<HashMap<String, Scene>>,
}

/// Numbers of the definition that a test chooses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// The short wait at a gate.
    pub(crate) gate: u32,
    /// The long wait.
    pub(crate) long_gate: u32,
    /// The timeout of one task, by its state; the others keep the definition's.
    pub(crate) task: Option<(&'static str, u32)>,
}

impl Default for Times {
    fn default() -> Self {
        // A stand-in answers before its own call returns, so a wait that is answered never comes near this.
        Self { gate: 1, long_gate: 1, task: None }
    }
}

/// A state machine and its functions, of one test's own.
pub(crate) struct Engine {
    stage: Arc<Stage>,
    prefix: String,
    functions: Vec<String>,
    machine: Option<String>,
    server: tokio::task::JoinHandle<()>,
}

impl Engine {
    /// Creates it, runs a test on it, and deletes it whatever came of the test.
    pub(crate) async fn with(times: Times, test: impl AsyncFnOnce(&Self) -> Result<()>) -> Result<()> {
        let url = std::env::var("PLATFORM_AWS_URL").context("PLATFORM_AWS_URL is not set")?;
        let http = end_to_end::client()?;
        let stage = Arc::new(Stage { aws: Aws { http, url }, scenes: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/{function}", post(perform)).with_state(Arc::clone(&stage));
        let server = tokio::spawn(async move {
            // It ends with the test; until then an error shows itself as calls that get no answer.
            let _ = axum::serve(listener, router).await;
        });
        let prefix = format!("machine-test-{}", ProjectId::generate().suffix()).to_lowercase();
        let mut engine = Self { stage, prefix, functions: vec![], machine: None, server };
        let tested = match engine.create(times, &format!("http://{address}")).await {
            Ok(()) => test(&engine).await,
            Err(error) => Err(error.context("the state machine cannot be created")),
        };
        let deleted = engine.delete().await;
        tested.and(deleted)
    }

    async fn create(&mut self, times: Times, server: &str) -> Result<()> {
        let code = code()?;
        let mut text = DEFINITION.to_owned();
        let names: BTreeSet<&str> =
            DEFINITION.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        for name in names {
            let value = match name {
                // As the template has them.
                "MaxInputRounds" | "MaxReplans" | "MaxMends" => "2".to_owned(),
                "HitlTimeoutSeconds" => times.gate.to_string(),
                "LongGateTimeoutSeconds" => times.long_gate.to_string(),
                "Partition" => "aws".to_owned(),
                function => {
                    let function =
                        function.strip_suffix("FunctionArn").with_context(|| format!("what is ${{{name}}}?"))?;
                    self.function(&snake(function), code, server).await?
                }
            };
            text = text.replace(&format!("${{{name}}}"), &value);
        }
        let mut definition: Value = serde_json::from_str(&text)?;
        shorten(&mut definition, times)?;
        let machine = json!({"name": self.prefix, "definition": definition.to_string(), "roleArn": ROLE});
        let created = self.stage.aws.states("CreateStateMachine", &machine).await?;
        self.machine = Some(text_of(&created, "stateMachineArn")?);
        Ok(())
    }

    /// Creates a stand-in, and returns its ARN.
    async fn function(&mut self, function: &str, code: &str, server: &str) -> Result<String> {
        let name = format!("{}-{function}", self.prefix);
        self.functions.push(name.clone());
        let wanted = json!({
            "FunctionName": name,
            "Runtime": "provided.al2023",
            "Role": ROLE,
            "Handler": "bootstrap",
            "Timeout": 60,
            "Code": {"ZipFile": code},
            "Environment": {"Variables": {"STAND_IN_URL": format!("{server}/{function}")}},
        });
        text_of(&self.stage.aws.create_function(&wanted).await?, "FunctionArn")
    }

    async fn delete(self) -> Result<()> {
        let aws = &self.stage.aws;
        if let Some(machine) = &self.machine {
            aws.states("DeleteStateMachine", &json!({"stateMachineArn": machine})).await?;
        }
        let deleted = try_join_all(self.functions.iter().map(|name| aws.delete_function(name))).await;
        self.server.abort();
        deleted.map(drop)
    }

    /// Starts an execution.
    pub(crate) async fn start(&self, story: Story) -> Result<Started> {
        let id = RunId::generate().to_string();
        let input = json!({
            "owner": "local",
            "project_id": ProjectId::generate(),
            "decision_set_id": id,
            "attempt": 3,
            "variant": story.variant,
            "input_round": story.rounds.0,
            "plan_round": story.rounds.1,
        });
        let scene = Scene { story, input: input.clone(), calls: vec![] };
        self.stage.scenes.lock().map_err(|_| anyhow!("a scene panicked"))?.insert(id.clone(), scene);
        let start = json!({"stateMachineArn": self.machine, "name": id, "input": input.to_string()});
        let started = self.stage.aws.states("StartExecution", &start).await?;
        Ok(Started { id, arn: text_of(&started, "executionArn")? })
    }

    /// The calls so far, each told in one word, when each was told what it has to be told and nothing else.
    pub(crate) fn calls(&self, started: &Started) -> Result<Vec<String>> {
        let scenes = self.stage.scenes.lock().map_err(|_| anyhow!("a scene panicked"))?;
        let scene = scenes.get(&started.id).context("there is no such scene")?;
        let mut calls: Vec<String> =
            scene.calls.iter().map(|(function, event)| told(function, event, &scene.input)).collect::<Result<_>>()?;
        // Those who work side by side are called in any order.
        calls.chunk_by_mut(|a, b| is_beside(a) && is_beside(b)).for_each(<[String]>::sort_unstable);
        Ok(calls)
    }

    /// The last token that a gate was given.
    fn token(&self, started: &Started) -> Result<Value> {
        let scenes = self.stage.scenes.lock().map_err(|_| anyhow!("a scene panicked"))?;
        let calls = &scenes.get(&started.id).context("there is no such scene")?.calls;
        let token = calls.iter().rev().map(|(_, event)| &event["task_token"]).find(|token| token.is_string());
        token.cloned().context("no gate was given a token")
    }

    /// Waits for a call.
    pub(crate) async fn wait_call(&self, started: &Started, call: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.calls(started)?.iter().any(|made| made == call) {
            ensure!(Instant::now() < deadline, "{call} was waited for in vain");
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Waits for the end.
    pub(crate) async fn end(&self, started: &Started) -> Result<Played> {
        let deadline = Instant::now() + PATIENCE;
        let (ending, found) = loop {
            let found = self.stage.aws.states("DescribeExecution", &json!({"executionArn": started.arn})).await?;
            let ending = match found["status"].as_str() {
                Some("RUNNING") => None,
                Some("SUCCEEDED") => Some(Ending::Succeeded),
                Some("FAILED") if found["error"] == "RunFailed" => Some(Ending::Failed),
                Some("ABORTED") => Some(Ending::Aborted),
                _ => bail!("it ended as nothing may end: {found}"),
            };
            if let Some(ending) = ending {
                break (ending, found);
            }
            ensure!(Instant::now() < deadline, "no end, after {:?}", self.calls(started)?);
            tokio::time::sleep(INTERVAL).await;
        };
        let output = found["output"].as_str().and_then(|output| serde_json::from_str(output).ok()).unwrap_or_default();
        let scenes = self.stage.scenes.lock().map_err(|_| anyhow!("a scene panicked"))?;
        let calls = scenes.get(&started.id).map(|scene| &scene.calls).into_iter().flatten();
        let causes = calls.filter_map(|(_, event)| event["cause"].as_str()).map(ToOwned::to_owned).collect();
        drop(scenes);
        Ok(Played { calls: self.calls(started)?, ending, output, causes })
    }

    /// Runs a story to its end.
    pub(crate) async fn play(&self, story: Story) -> Result<Played> {
        let started = self.start(story).await?;
        self.end(&started).await
    }

    /// Stops an execution, as cancelling a run does.
    pub(crate) async fn stop(&self, started: &Started) -> Result<()> {
        let stop = json!({"executionArn": started.arn, "error": "RunCancelled", "cause": "Somebody cancelled it."});
        self.stage.aws.states("StopExecution", &stop).await.map(drop)
    }

    /// A person decides at the gate that was opened last. What the engine says to that is its own affair.
    pub(crate) async fn answer(&self, started: &Started, result: &GateResult) -> Result<()> {
        let token = self.token(started)?;
        // `TaskDoesNotExist` or a success: the engines differ for a token whose execution was stopped.
        let _ = self.stage.aws.complete(&token, result).await;
        Ok(())
    }
}

/// A call, told in one word.
fn is_beside(call: &str) -> bool {
    call.starts_with("implement_")
}

fn told(function: &str, event: &Value, input: &Value) -> Result<String> {
    let mut rest = event.as_object().with_context(|| format!("{function} was called with {event}"))?.clone();
    let owned = |value: Value| -> Result<String> {
        Ok(match value {
            Value::String(text) => text,
            other => other.to_string(),
        })
    };
    for id in ["owner", "project_id", "decision_set_id", "attempt"] {
        let id_told = rest.remove(id).with_context(|| format!("{function} was not told its {id}"))?;
        ensure!(id_told == input[id], "{function} was told another {id}: {event}");
    }
    // The real functions must be able to read it.
    match function {
        "gate_wait" => drop(serde_json::from_value::<WaitInput>(event.clone()).context("gate_wait")?),
        "gate_timeout" => drop(serde_json::from_value::<TimeoutInput>(event.clone()).context("gate_timeout")?),
        "run_end" => {}
        node => drop(serde_json::from_value::<NodeInput>(event.clone()).with_context(|| node.to_owned())?),
    }
    rest.remove("task_token");
    let cause = rest.remove("cause").map(owned).transpose()?;
    ensure!(cause.as_deref() != Some(""), "{function} was told no cause");
    let mut words = vec![function.to_owned()];
    for field in ["iteration", "gate", "long", "final", "ending", "error"] {
        if let Some(value) = rest.remove(field) {
            words.push(match (field, value) {
                ("long", Value::Bool(long)) => if long { "long" } else { "short" }.to_owned(),
                ("final", Value::Bool(last)) => if last { "last" } else { "first" }.to_owned(),
                (_, other) => owned(other)?,
            });
        }
    }
    ensure!(rest.is_empty(), "{function} was told more than its ids and counters: {rest:?}");
    Ok(words.join("/"))
}

/// A stand-in asks what to do.
async fn perform(
    State(stage): State<Arc<Stage>>,
    Path(function): Path<String>,
    Json(event): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let failed = |name: &str, message: &str| {
        (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errorType": name, "errorMessage": message})))
    };
    let act = {
        let Ok(mut scenes) = stage.scenes.lock() else { return failed("TestBroken", "a scene panicked") };
        let Some(scene) = event["decision_set_id"].as_str().and_then(|id| scenes.get_mut(id)) else {
            return failed("TestBroken", "no such scene");
        };
        scene.calls.push((function.clone(), event.clone()));
        scene.story.next(&function)
    };
    let act = match act {
        Act::Late(delay) => {
            tokio::time::sleep(delay).await;
            Act::usual(&function)
        }
        other => other,
    };
    match act {
        Act::Return(value) => (StatusCode::OK, Json(value)),
        Act::Fail(name) => failed(name, &said(&function, name)),
        Act::Exit => (StatusCode::GONE, Json(Value::Null)),
        Act::Answer(result) => match stage.aws.complete(&event["task_token"], &result).await {
            Ok(()) => (StatusCode::OK, Json(Value::Null)),
            Err(error) => failed("TestBroken", &error.to_string()),
        },
        Act::Late(_) => failed("TestBroken", "late twice"),
    }
}

/// What a stand-in says when it fails.
pub(crate) fn said(function: &str, error: &str) -> String {
    format!("{function} was told to fail with {error}")
}

/// AWS wants at least a second between tries; the local engine takes none. What is tested is how often, not when.
fn retry_at_once(state: &mut Value) {
    for rule in state.get_mut("Retry").and_then(Value::as_array_mut).into_iter().flatten() {
        rule["IntervalSeconds"] = json!(0);
    }
}

/// Makes waiting short, and nothing else.
fn shorten(definition: &mut Value, times: Times) -> Result<()> {
    let states = definition["States"].as_object_mut().context("no states")?;
    for state in states.values_mut() {
        let branches = state.get_mut("Branches").and_then(Value::as_array_mut).into_iter().flatten();
        for inside in branches.filter_map(|branch| branch["States"].as_object_mut()).flat_map(Map::values_mut) {
            retry_at_once(inside);
        }
        retry_at_once(state);
    }
    if let Some((name, seconds)) = times.task {
        let state: Option<&mut Map<String, Value>> = states.get_mut(name).and_then(Value::as_object_mut);
        let before = state.and_then(|state| state.insert("TimeoutSeconds".into(), json!(seconds)));
        before.with_context(|| format!("{name} has no timeout"))?;
    }
    Ok(())
}

/// `HitlGateInput` as `hitl_gate_input`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The stand-in's package, as the Lambda API wants it.
fn code() -> Result<&'static str> {
    static CODE: OnceLock<String> = OnceLock::new();
    if let Some(code) = CODE.get() {
        return Ok(code);
    }
    let program = std::fs::read(env!("CARGO_BIN_EXE_stand-in"))?;
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Stored: it goes no further than this machine.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .unix_permissions(0o755);
    archive.start_file("bootstrap", options)?;
    archive.write_all(&program)?;
    let archive = archive.finish()?.into_inner();
    Ok(CODE.get_or_init(|| BASE64_STANDARD.encode(archive)))
}

fn text_of(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(ToOwned::to_owned).with_context(|| format!("no {field} in {value}"))
}

/// The local AWS.
struct Aws {
    http: reqwest::Client,
    url: String,
}

impl Aws {
    async fn send(&self, service: &str, request: reqwest::RequestBuilder) -> Result<Value> {
        // It checks no signature, but looks at the service in its scope.
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let response = request.header("authorization", scope).send().await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{service} answered {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    async fn states(&self, action: &str, input: &Value) -> Result<Value> {
        let request = self.http.post(&self.url).header("x-amz-target", format!("AWSStepFunctions.{action}"));
        let request = request.header("content-type", "application/x-amz-json-1.0").body(input.to_string());
        self.send("states", request).await.context(action.to_owned())
    }

    async fn create_function(&self, input: &Value) -> Result<Value> {
        let request = self.http.post(format!("{}/2015-03-31/functions", self.url));
        let request = request.header("content-type", "application/json").body(input.to_string());
        self.send("lambda", request).await.context("CreateFunction")
    }

    async fn delete_function(&self, name: &str) -> Result<()> {
        let request = self.http.delete(format!("{}/2015-03-31/functions/{name}", self.url));
        self.send("lambda", request).await.context("DeleteFunction").map(drop)
    }

    async fn complete(&self, token: &Value, result: &GateResult) -> Result<()> {
        let input = json!({"taskToken": token, "output": serde_json::to_string(result)?});
        self.states("SendTaskSuccess", &input).await.map(drop)
    }
}
