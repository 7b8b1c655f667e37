//! What goes wrong, on the deployed platform.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use end_to_end::{Platform, RunHandle, assert_log};
use futures::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use run::event::EventBody;
use serde_json::{Value, json};

use crate::CLEAR;

/// What the state machine hands to the timer's function.
fn timer_input(platform: &Platform, run: &RunHandle, gate: &str) -> Value {
    let mut input = platform.node_input(run, 0);
    input["gate"] = json!(gate);
    input["final"] = json!(false);
    input
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn twenty_answers_and_the_timer_have_one_winner() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "hitl_enhanced").await?;
    let gate = platform.wait_gate(&run, "input-0").await?;
    let comments: Vec<Value> = (0..20).map(|number| json!({"comment": format!("answer {number}")})).collect();
    let answers = join_all(comments.iter().map(|comment| platform.decide(&run, &gate, "approve", comment)));
    let timer = timer_input(&platform, &run, "input");
    let timers = join_all((0..4).map(|_| platform.invoke("gate-timeout", &timer)));
    let (answers, timers) = join(answers, timers).await;

    let answers: Vec<_> = answers.into_iter().collect::<Result<_>>()?;
    let winners: Vec<Value> =
        answers.iter().filter(|reply| reply.status == 200).map(|r| r.expect(200)).collect::<Result<_>>()?;
    let set = platform.read(&run).await?;
    let decided = &set["gates"][0];
    ensure!(winners.len() <= 1, "{} answers were told that they won", winners.len());
    match winners.first() {
        Some(winner) => ensure!(winner["decision"] == decided["decision"], "{winner} is not {decided}"),
        None => ensure!(decided["status"] == "auto_approved", "nobody won: {decided}"),
    }
    for reply in answers.iter().filter(|reply| reply.status != 200) {
        let problem = reply.problem(409, "gate-decided")?;
        ensure!(problem["gate"]["decision"] == decided["decision"], "{problem}");
    }
    for timer in timers {
        let outcome = timer?["outcome"].clone();
        ensure!(outcome == "decided" || outcome == "held", "the timer says {outcome}");
    }
    platform.pass_input_gates(&run).await?;
    platform.approve(&run, "final-0").await?;
    platform.wait(&run, &["completed"]).await?;
    let events = platform.events(&run).await?;
    assert_log(&events, "completed")?;
    let resumed = events.iter().filter(
        |event| matches!(&event.body, EventBody::WorkflowResumed(decided) if decided.gate.to_string() == "input-0"),
    );
    ensure!(resumed.count() == 1, "the gate was decided more than once");
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_held_gate_is_left_to_the_person() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "hitl_enhanced").await?;
    let gate = platform.wait_gate(&run, "input-0").await?;
    platform.post(&format!("{}/gates/input-0/hold", run.path), &json!({})).await?.expect(200)?;
    let timer = platform.invoke("gate-timeout", &timer_input(&platform, &run, "input")).await?;
    ensure!(timer["outcome"] == "held", "{timer}");
    platform.decide(&run, &gate, "approve", &json!({})).await?.expect(200)?;
    platform.post(&format!("{}/cancel", run.path), &json!({})).await?.expect(200)?;
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_node_that_runs_twice_gives_its_result_again_and_tells_it_once() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "hitl_enhanced").await?;
    platform.wait_gate(&run, "input-0").await?;
    let before = platform.events(&run).await?;
    let records = platform.read(&run).await?["agent_runs"].clone();
    let input = platform.node_input(&run, 0);
    for (function, node) in [("intake-extract", "intake_extract"), ("coverage-check", "coverage_check")] {
        let stored =
            records.as_array().and_then(|records| records.iter().find(|record| record["step"]["node"] == node));
        let stored = stored.with_context(|| format!("{node} left no record"))?;
        for signal in join_all((0..5).map(|_| platform.invoke(function, &input))).await {
            ensure!(signal? == stored["signal"], "{node} says something else the second time");
        }
    }
    ensure!(platform.events(&run).await? == before, "a repeat was announced");
    ensure!(platform.read(&run).await?["agent_runs"] == records, "a repeat was recorded");
    platform.post(&format!("{}/cancel", run.path), &json!({})).await?.expect(200)?;
    let refused = platform.invoke("planner", &input).await;
    let words = refused.err().context("a node worked on a cancelled run")?.to_string();
    ensure!(words.contains("RunEnded"), "{words}");
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_run_whose_execution_was_stopped_goes_on_where_it_was() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "full").await?;
    let gate = platform.pass_input_gates(&run).await?;
    let before = platform.events(&run).await?;
    let resume = format!("{}/resume", run.path);
    platform.post(&resume, &json!({})).await?.problem(409, "run-still-running")?;

    let arn = platform.execution_arn(&run, 1);
    platform
        .states("StopExecution", &json!({"executionArn": arn, "error": "Test", "cause": "behind its back"}))
        .await?;
    let job = platform.job(&run).await?;
    ensure!(job["interrupted"] == true && job["status"] == "awaiting_input", "{job}");
    let reply = platform.post(&resume, &json!({})).await?;
    let resumed = RunHandle::accepted(&run.project, &reply)?;
    ensure!(resumed.id == run.id && resumed.job.ends_with("-2"), "{resumed:?}");
    let old = platform.job(&run).await?;
    ensure!(old["superseded_by"] == resumed.job.as_str(), "{old}");

    // The same gate, with what it showed before.
    let again = platform.wait_gate(&resumed, gate["id"].as_str().unwrap_or_default()).await?;
    ensure!(again["subject_hash"] == gate["subject_hash"], "the gate shows something else");
    platform.decide(&resumed, &again, "approve", &json!({})).await?.expect(200)?;
    platform.wait(&resumed, &["completed"]).await?;
    let events = platform.events(&resumed).await?;
    assert_log(&events, "completed")?;
    ensure!(events[..before.len()] == before[..], "what was written before has changed");
    ensure!(platform.job(&resumed).await?["attempt"] == 2);
    Ok(())
}

/// A platform of the test's own, in its own folder, which the test may kill.
struct Own {
    child: Child,
    state: PathBuf,
}

impl Own {
    fn start(state: &Path, ports: (u16, u16), fresh: bool) -> Result<Self> {
        let program = std::env::var_os("XTASK_PROGRAM").context("XTASK_PROGRAM is not set")?;
        let mut command = Command::new(program);
        command.args(["dev", "--no-ui", "--hitl-timeout", "4", "--state"]).arg(state);
        command.args(["--aws-port", &ports.0.to_string(), "--web-port", &ports.1.to_string()]);
        if fresh {
            command.arg("--fresh");
        }
        let log = std::fs::File::options().create(true).append(true).open(state.with_extension("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // The other platform's addresses are nothing to this one.
        for (name, _) in std::env::vars_os().filter(|(name, _)| {
            name.to_str().is_some_and(|name| name.starts_with("PLATFORM_") || name.starts_with("AWS_"))
        }) {
            command.env_remove(name);
        }
        Ok(Self { child: command.spawn()?, state: state.to_owned() })
    }

    async fn ready(&mut self) -> Result<Platform> {
        let deadline = Instant::now() + Duration::from_secs(600);
        loop {
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(self.state.with_extension("log")).unwrap_or_default();
                anyhow::bail!("the platform ended with {status}: {log}");
            }
            let platform = Platform::from_announcement(&self.state.join("platform.json"));
            if let Ok(platform) = platform
                && platform.get("/v1/health").await.is_ok()
            {
                return Ok(platform);
            }
            ensure!(Instant::now() < deadline, "the platform did not start in time");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// `kill -9`.
    fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // A test that fails leaves no platform behind. It has ended when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn finished_runs_survive_kill_9_and_an_interrupted_one_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    let ports = (free_port()?, free_port()?);
    let mut own = Own::start(&state, ports, true)?;
    let platform = own.ready().await?;
    let finished = platform.start(CLEAR, "thin").await?;
    platform.wait(&finished, &["completed"]).await?;
    let events = platform.events(&finished).await?;
    let open = platform.start(CLEAR, "hitl_enhanced").await?;
    platform.wait_gate(&open, "input-0").await?;
    platform.post(&format!("{}/gates/input-0/hold", open.path), &json!({})).await?.expect(200)?;
    own.kill()?;

    let mut own = Own::start(&state, ports, false)?;
    let platform = own.ready().await?;
    ensure!(platform.events(&finished).await? == events, "a finished run has changed");
    let artifacts = platform.get(&format!("{}/artifacts", finished.path)).await?;
    platform.download(artifacts["artifacts"][0]["url"].as_str().unwrap_or_default()).await?;
    let job = platform.job(&open).await?;
    ensure!(job["interrupted"] == true, "{job}");
    let reply = platform.post(&format!("{}/resume", open.path), &json!({})).await?;
    let resumed = RunHandle::accepted(&open.project, &reply)?;
    // It was held before, so the short timer of four seconds leaves it to the person.
    tokio::time::sleep(Duration::from_secs(8)).await;
    platform.approve(&resumed, "input-0").await?;
    platform.pass_input_gates(&resumed).await?;
    platform.approve(&resumed, "final-0").await?;
    platform.wait(&resumed, &["completed"]).await?;
    assert_log(&platform.events(&resumed).await?, "completed")?;
    answers_at_the_last_moment(&platform).await?;
    own.kill()
}

/// True when the timer has left the gate to a person, or may not decide it at all.
fn left_to_a_person(gate: &serde_json::Value) -> bool {
    gate["held"] == true || gate["auto_approval"]["allowed"] == false
}

/// The state machine's own timer, which fires while answers come in. Whoever wins, the run goes on once, to its end.
async fn answers_at_the_last_moment(platform: &Platform) -> Result<()> {
    let run = platform.start(CLEAR, "hitl_enhanced").await?;
    let gate = platform.wait_gate(&run, "input-0").await?;
    let opened: Timestamp = gate["opened_at"].as_str().context("no opened_at")?.parse()?;
    let fires = opened.checked_add(SignedDuration::from_secs(4))?;
    let answers = join_all((0..10).map(async |number: i64| {
        // Spread over a second around the moment; the engine's clock starts a little after the record's.
        let at = fires.checked_add(SignedDuration::from_millis(number * 100 - 300))?;
        let left = at.duration_since(Timestamp::now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
        platform.decide(&run, &gate, "approve", &json!({"comment": number.to_string()})).await
    }));
    let answers: Vec<_> = answers.await.into_iter().collect::<Result<_>>()?;
    let winners = answers.iter().filter(|reply| reply.status == 200).count();
    let decided = platform.read(&run).await?["gates"][0].clone();
    let by_timer = usize::from(decided["status"] == "auto_approved");
    ensure!(winners + by_timer == 1, "{winners} answers won, and the gate is {}", decided["status"]);
    // From here on nobody answers: the timer decides where it may, and leaves to a person what it may not.
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let set = platform.read(&run).await?;
        match set["status"].as_str() {
            Some("completed") => break,
            Some("failed" | "rejected" | "cancelled") => {
                anyhow::bail!("{} is {}: {}", run.id, set["status"], set["failure"])
            }
            _ => {}
        }
        let held = set["gates"]
            .as_array()
            .and_then(|gates| gates.iter().find(|gate| gate["status"] == "pending" && left_to_a_person(gate)).cloned());
        if let Some(gate) = held {
            ensure!(gate["auto_approval"]["allowed"] == false, "the timer left a gate that it may decide: {gate}");
            platform.decide(&run, &gate, "approve", &json!({})).await?.expect(200)?;
        }
        ensure!(Instant::now() < deadline, "the run does not end: {}", set["progress"]);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_log(&platform.events(&run).await?, "completed").map(|_| ())
}
