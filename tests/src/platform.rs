//! A deployed platform, as a client sees it.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use run::{
    event::{Event, EventBody},
    node::Step,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// How long a run may take from one thing that is waited for to the next. Two cores are shared with whatever else runs;
/// the validators start real tools.
const PATIENCE: Duration = Duration::from_secs(240);
/// How often is looked. It is a poll, so that a lost push does not decide a test.
const INTERVAL: Duration = Duration::from_millis(200);

/// The local AWS checks no signature, but looks at the service in its scope.
fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// Where a platform is reached.
#[derive(Debug, Clone, Deserialize)]
pub struct Platform {
    /// Origin that serves `/v1`.
    #[serde(rename = "web_url")]
    pub url: String,
    /// The WebSocket.
    pub ws_url: String,
    /// The local AWS.
    pub aws_url: String,
    /// The design workflow.
    pub state_machine_arn: String,
    #[serde(skip)]
    http: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub text: String,
}

impl Reply {
    /// The body as JSON, when the status is this one.
    ///
    /// # Errors
    /// When it is another, or the body is not JSON.
    pub fn expect(&self, status: u16) -> Result<Value> {
        ensure!(self.status == status, "{status} was expected, but {} came: {}", self.status, self.text);
        serde_json::from_str(&self.text).with_context(|| format!("not JSON: {}", self.text))
    }

    /// The problem, when it is of this type.
    ///
    /// # Errors
    /// When it is not.
    pub fn problem(&self, status: u16, kind: &str) -> Result<Value> {
        let body = self.expect(status)?;
        ensure!(body["type"] == format!("/problems/{kind}"), "`{kind}` was expected: {body}");
        ensure!(
            self.headers.get("content-type").is_some_and(|t| t == "application/problem+json"),
            "{:?}",
            self.headers
        );
        Ok(body)
    }
}

/// A decision set that a test started.
#[derive(Debug, Clone)]
pub struct RunHandle {
    /// Its project.
    pub project: String,
    /// Its id.
    pub id: String,
    /// The job that was started.
    pub job: String,
    /// Its path.
    pub path: String,
}

impl Platform {
    /// The platform that the environment names.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
        Ok(Self {
            url: read("PLATFORM_URL")?,
            ws_url: read("PLATFORM_WS_URL")?,
            aws_url: read("PLATFORM_AWS_URL")?,
            state_machine_arn: read("PLATFORM_STATE_MACHINE_ARN")?,
            http: client()?,
        })
    }

    /// The platform whose announcement is in a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn from_announcement(file: &Path) -> Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let platform: Self = serde_json::from_slice(&text)?;
        Ok(Self { http: client()?, ..platform })
    }

    /// Calls the API.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Reply> {
        let method: reqwest::Method = method.parse()?;
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.with_context(|| format!("{path} got no answer"))?;
        let headers = response.headers().iter();
        let headers = headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned())).collect();
        Ok(Reply { status: response.status().as_u16(), headers, text: response.text().await? })
    }

    /// Reads.
    ///
    /// # Errors
    /// When the answer is not 200 with JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, &[], None).await?.expect(200)
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.send("POST", path, &[("content-type", "application/json")], Some(body.to_string())).await
    }

    /// Fetches any URL, such as a signed one.
    ///
    /// # Errors
    /// When it does not answer with success.
    pub async fn download(&self, url: &str) -> Result<Vec<u8>> {
        let response = self.http.get(url).send().await?;
        ensure!(response.status().is_success(), "{url} answered {}", response.status());
        Ok(response.bytes().await?.to_vec())
    }

    /// A new project, whose name nobody else has.
    ///
    /// # Errors
    /// When it is not made.
    pub async fn project(&self) -> Result<String> {
        let name = run::id::ProjectId::generate();
        let project =
            self.post("/v1/projects", &json!({"name": format!("Test {}", name.suffix())})).await?.expect(201)?;
        text(&project, "id")
    }

    /// Starts a run in a new project.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn start(&self, requirement: &str, variant: &str) -> Result<RunHandle> {
        let project = self.project().await?;
        self.start_in(&project, &json!({"requirement": requirement, "variant": variant})).await
    }

    /// Starts a run.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn start_in(&self, project: &str, body: &Value) -> Result<RunHandle> {
        let accepted = self.post(&format!("/v1/projects/{project}/constraints"), body).await?.expect(202)?;
        handle(project, &accepted)
    }

    /// The decision set.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(&self, run: &RunHandle) -> Result<Value> {
        self.get(&run.path).await
    }

    /// How the job stands.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn job(&self, run: &RunHandle) -> Result<Value> {
        self.get(&format!("/v1/projects/{}/jobs/{}/status", run.project, run.job)).await
    }

    /// Waits until the job's status is one of these; a status that ends the run and is not one of them is an error at
    /// once, with the run's own words.
    ///
    /// # Errors
    /// When the run ends otherwise, or nothing happens in time.
    pub async fn wait(&self, run: &RunHandle, wanted: &[&str]) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let job = self.job(run).await?;
            let status = job["status"].as_str().unwrap_or_default();
            if wanted.contains(&status) {
                return Ok(job);
            }
            if ["completed", "failed", "rejected", "cancelled"].contains(&status) {
                bail!("{wanted:?} was waited for, but {} is {status}: {}", run.id, job["failure"]);
            }
            ensure!(Instant::now() < deadline, "{wanted:?} was waited for in vain: {job}");
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Waits for a gate to be pending, and returns it.
    ///
    /// # Errors
    /// When the run ends before, or another gate is waited at, or nothing happens in time.
    pub async fn wait_gate(&self, run: &RunHandle, gate: &str) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let set = self.read(run).await?;
            let open = set["gates"].as_array().and_then(|gates| gates.iter().find(|found| found["id"] == gate));
            if let Some(open) = open.filter(|open| open["status"] == "pending" && set["open_gate"] == gate) {
                return Ok(open.clone());
            }
            let status = set["status"].as_str().unwrap_or_default();
            if ["completed", "failed", "rejected", "cancelled"].contains(&status) {
                bail!("gate {gate} was waited for, but {} is {status}: {}", run.id, set["failure"]);
            }
            ensure!(
                set["open_gate"].is_null() || set["open_gate"] == gate,
                "gate {gate} was waited for, but {} is open",
                set["open_gate"]
            );
            ensure!(Instant::now() < deadline, "gate {gate} was waited for in vain: {}", set["progress"]);
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Decides at a gate as it is shown.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn decide(&self, run: &RunHandle, gate: &Value, decision: &str, more: &Value) -> Result<Reply> {
        let mut body = json!({"gate": gate["id"], "subject_hash": gate["subject_hash"], "decision": decision});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        self.post(&format!("{}/approve", run.path), &body).await
    }

    /// Waits for a gate and approves it with its defaults.
    ///
    /// # Errors
    /// When it does not open, or the approval is refused.
    pub async fn approve(&self, run: &RunHandle, gate: &str) -> Result<Value> {
        let gate = self.wait_gate(run, gate).await?;
        self.decide(run, &gate, "approve", &json!({})).await?.expect(200)
    }

    /// Approves the input gates that a full run comes to (it may come to none), and returns at the final one.
    ///
    /// # Errors
    /// When the run ends before, or nothing happens in time.
    pub async fn pass_input_gates(&self, run: &RunHandle) -> Result<Value> {
        loop {
            self.wait(run, &["awaiting_input"]).await?;
            let open = self.read(run).await?["open_gate"].clone();
            match open.as_str() {
                Some("final-0") => return self.wait_gate(run, "final-0").await,
                Some(gate) => {
                    self.approve(run, gate).await?;
                }
                // It went on between the two looks.
                None => {}
            }
        }
    }

    /// All events, page by page.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn events(&self, run: &RunHandle) -> Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.sequence);
            let page = self.get(&format!("{}/events?limit=100&after={after}", run.path)).await?;
            let more: Vec<Event> = serde_json::from_value(page["events"].clone())?;
            if more.is_empty() {
                ensure!(
                    page["newest_sequence"] == after,
                    "the newest is {}, but {after} is the last",
                    page["newest_sequence"]
                );
                return Ok(events);
            }
            events.extend(more);
        }
    }

    /// A call of Step Functions itself, as somebody behind the platform's back would make it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn states(&self, action: &str, input: &Value) -> Result<Value> {
        let request = self.http.post(&self.aws_url).header("x-amz-target", format!("AWSStepFunctions.{action}"));
        let request =
            request.header("content-type", "application/x-amz-json-1.0").header("authorization", scope("states"));
        let response = request.body(input.to_string()).send().await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{action} answered {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// The ARN of an attempt's execution.
    pub fn execution_arn(&self, run: &RunHandle, attempt: u32) -> String {
        let base = self.state_machine_arn.replacen(":stateMachine:", ":execution:", 1);
        if attempt == 1 { format!("{base}:{}", run.id) } else { format!("{base}:{}-{attempt}", run.id) }
    }

    /// Invokes a function of the stack, as the state machine does.
    ///
    /// # Errors
    /// When the function fails.
    pub async fn invoke(&self, function: &str, input: &Value) -> Result<Value> {
        let machine = self.state_machine_arn.rsplit(':').next().unwrap_or_default();
        let stack = machine.strip_suffix("-design").ok_or_else(|| anyhow!("`{machine}` is not `…-design`"))?;
        let url = format!("{}/2015-03-31/functions/{stack}-{function}/invocations", self.aws_url);
        let request = self.http.post(url).header("authorization", scope("lambda"));
        let response = request.body(input.to_string()).send().await?;
        let (status, failed) = (response.status(), response.headers().contains_key("x-amz-function-error"));
        let text = response.text().await?;
        ensure!(status.is_success() && !failed, "{function} answered {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// What the state machine hands to a node of a run.
    pub fn node_input(&self, run: &RunHandle, iteration: u32) -> Value {
        json!({"owner": "local", "project_id": run.project, "decision_set_id": run.id, "attempt": 1, "iteration": iteration})
    }
}

/// A client for the loopback.
///
/// # Errors
/// When it cannot be built.
pub fn client() -> Result<reqwest::Client> {
    // `model` turns TLS on in reqwest where both are built together; then it wants to know whose. A second call is refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // No proxy: the machine's may not know this loopback address.
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?)
}

fn text(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(ToOwned::to_owned).with_context(|| format!("no {field} in {value}"))
}

/// The handle of what was accepted.
fn handle(project: &str, accepted: &Value) -> Result<RunHandle> {
    Ok(RunHandle {
        project: project.to_owned(),
        id: text(accepted, "decision_set_id")?,
        job: text(accepted, "job_id")?,
        path: text(&accepted["links"], "decision_set")?,
    })
}

impl RunHandle {
    /// The handle of what a reply accepted.
    ///
    /// # Errors
    /// When the reply is not 202.
    pub fn accepted(project: &str, reply: &Reply) -> Result<Self> {
        handle(project, &reply.expect(202)?)
    }
}

/// A finished log has every number once and in order, begins with the start, ends with the end, and tells of each node's
/// result once, after its start. Returns the steps in the order of their completion.
///
/// # Errors
/// What is wrong with it.
pub fn assert_log(events: &[Event], status: &str) -> Result<Vec<Step>> {
    for (event, expected) in events.iter().zip(1..) {
        ensure!(event.sequence == expected, "{expected} was expected, but {} came", event.sequence);
    }
    ensure!(events.windows(2).all(|pair| pair[0].at <= pair[1].at), "time goes backwards");
    let (Some(first), Some(last)) = (events.first(), events.last()) else { bail!("the log is empty") };
    ensure!(first.body.type_name() == "workflow-start", "it begins with {}", first.body.type_name());
    let EventBody::WorkflowComplete(end) = &last.body else { bail!("it ends with {}", last.body.type_name()) };
    ensure!(json!(end.status) == status, "it ends as {:?}: {}", end.status, end.summary);
    let (mut started, mut completed, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        match &event.body {
            EventBody::NodeStart(start) => started.push(start.step.clone()),
            EventBody::ReasonCard(card) => cards.push(card.step.clone()),
            EventBody::NodeComplete(complete) => {
                let step = complete.step.clone();
                ensure!(started.contains(&step), "{step} completed without a start");
                ensure!(cards.contains(&step), "{step} completed without a reason card");
                ensure!(!completed.contains(&step), "{step} completed twice");
                completed.push(step);
            }
            EventBody::WorkflowStart(_)
            | EventBody::QuestionsPresented(_)
            | EventBody::WorkflowPaused(_)
            | EventBody::GateHeld(_)
            | EventBody::AutoApproving(_)
            | EventBody::WorkflowResumed(_)
            | EventBody::WorkflowComplete(_)
            | EventBody::Error(_)
            | EventBody::FilesEdited(_) => {}
        }
    }
    Ok(completed)
}
