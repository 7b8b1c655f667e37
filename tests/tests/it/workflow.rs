//! The workflow's ways through.

use anyhow::{Result, ensure};
use end_to_end::{Platform, assert_log};
use run::{event::EventBody, node::Step};
use serde_json::json;

use crate::{CLEAR, VAGUE};

/// The nodes that no run leaves out.
const ALWAYS: [&str; 18] = [
    "intake_extract",
    "coverage_check",
    "planner",
    "critic_tech",
    "critic_cost",
    "policy_eval",
    "hitl_gate_final",
    "implement_ingestion",
    "implement_features",
    "implement_training",
    "implement_inference",
    "implement_monitoring",
    "implement_learning",
    "codegen",
    "validators",
    "critic_implementation",
    "rationale_compile",
    "diff_and_persist",
];

fn assert_nodes(steps: &[Step], more: &[&str]) -> Result<()> {
    for node in ALWAYS.iter().chain(more) {
        ensure!(steps.iter().any(|step| step.node.0 == **node), "{node} did not complete: {steps:?}");
    }
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_thin_run_completes_without_a_person() -> Result<()> {
    let platform = Platform::from_env()?;
    for requirement in [CLEAR, VAGUE] {
        let run = platform.start(requirement, "thin").await?;
        platform.wait(&run, &["completed"]).await?;
        let events = platform.events(&run).await?;
        assert_nodes(&assert_log(&events, "completed")?, &[])?;
        ensure!(!events.iter().any(|event| matches!(event.body, EventBody::WorkflowPaused(_))), "a thin run paused");
        let set = platform.read(&run).await?;
        for part in [
            "constraints",
            "coverage",
            "plan",
            "tech_review",
            "cost_review",
            "policy_report",
            "manifest",
            "validation",
            "reports",
            "result",
        ] {
            ensure!(set[part].is_object(), "{part} is missing: {}", set[part]);
        }
        ensure!(set["progress"]["percentage"] == 100, "{}", set["progress"]);
        let gates = set["gates"].as_array().into_iter().flatten();
        ensure!(gates.clone().count() > 0, "the defaults are recorded at gates");
        for gate in gates {
            ensure!(gate["status"] == "auto_approved", "{gate}");
        }
    }
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn answers_at_the_input_gate_become_constraints() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(VAGUE, "full").await?;
    let gate = platform.wait_gate(&run, "input-0").await?;
    let budget =
        gate["questions"].as_array().into_iter().flatten().find(|question| question["field"]["kind"] == "number");
    let Some(question) = budget else { anyhow::bail!("no number is asked for: {gate}") };
    let (id, minimum) = (question["id"].as_str().unwrap_or_default(), question["field"]["minimum"].as_f64());
    let given = minimum.unwrap_or_default() * 2.0 + 7.0;

    let refused = platform.decide(&run, &gate, "approve", &json!({"answers": {id: "lots"}})).await?;
    let refused = refused.problem(422, "answers-invalid")?;
    ensure!(refused["errors"][0]["field"] == format!("answers.{id}"), "{refused}");
    let decided = platform.decide(&run, &gate, "approve", &json!({"answers": {id: given}, "comment": "✓"})).await?;
    let decided = decided.expect(200)?;
    ensure!(decided["decision"]["answers"][id] == given, "{decided}");

    platform.pass_input_gates(&run).await?;
    platform.approve(&run, "final-0").await?;
    platform.wait(&run, &["completed"]).await?;
    let events = platform.events(&run).await?;
    let steps = assert_log(&events, "completed")?;
    assert_nodes(&steps, &["adaptive_questions", "hitl_gate_input"])?;
    ensure!(
        steps.contains(&Step { node: "intake_extract".into(), iteration: 1 }),
        "intake read the answers: {steps:?}"
    );
    let set = platform.read(&run).await?;
    ensure!(set["constraints"][id]["source"] == "answer", "{id} is {}", set["constraints"][id]);
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn the_enhanced_variant_always_asks_and_then_approves() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "hitl_enhanced").await?;
    platform.approve(&run, "input-0").await?;
    platform.pass_input_gates(&run).await?;
    platform.approve(&run, "final-0").await?;
    platform.wait(&run, &["completed"]).await?;
    let events = platform.events(&run).await?;
    assert_nodes(&assert_log(&events, "completed")?, &["adaptive_questions", "hitl_gate_input"])?;
    let count = |kind: &str| events.iter().filter(|event| event.body.type_name() == kind).count();
    ensure!(count("workflow-paused") == count("workflow-resumed"), "each pause ends once");
    ensure!(count("workflow-paused") >= 2);
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_revision_goes_back_to_the_planner_with_its_comment() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "full").await?;
    let gate = platform.pass_input_gates(&run).await?;
    let rounds = |set: &serde_json::Value| {
        let runs = set["agent_runs"].as_array().cloned().unwrap_or_default();
        runs.iter().filter(|record| record["step"]["node"] == "planner").count()
    };
    let before = rounds(&platform.read(&run).await?);
    platform.decide(&run, &gate, "revise", &json!({})).await?.problem(422, "body-invalid")?;
    let comment = json!({"comment": "Cheaper, please: no SageMaker endpoint that runs all day."});
    platform.decide(&run, &gate, "revise", &comment).await?.expect(200)?;
    // The planner's rounds count replans as well, so the next gate's number is found, not assumed.
    platform.wait(&run, &["awaiting_input"]).await?;
    let set = platform.read(&run).await?;
    let next = set["open_gate"].as_str().unwrap_or_default().to_owned();
    ensure!(next.starts_with("final-") && next != gate["id"], "{next} is open");
    ensure!(rounds(&set) > before, "the planner planned again");
    let responses = set["plan"]["responses"].as_array().map_or(0, Vec::len);
    ensure!(responses > 0, "the plan says what it did about the comment: {}", set["plan"]["reason"]);
    platform.approve(&run, &next).await?;
    platform.wait(&run, &["completed"]).await?;
    assert_nodes(&assert_log(&platform.events(&run).await?, "completed")?, &[])
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_rejection_ends_the_run() -> Result<()> {
    let platform = Platform::from_env()?;
    let run = platform.start(CLEAR, "full").await?;
    let gate = platform.pass_input_gates(&run).await?;
    platform.decide(&run, &gate, "reject", &json!({"comment": "not now"})).await?.expect(200)?;
    platform.wait(&run, &["rejected"]).await?;
    let steps = assert_log(&platform.events(&run).await?, "rejected")?;
    ensure!(!steps.iter().any(|step| step.node.0 == "codegen"), "code was generated for a rejected design");
    platform.post(&format!("{}/resume", run.path), &json!({})).await?.problem(409, "run-ended")?;
    platform.post(&format!("{}/generate", run.path), &json!({})).await?.problem(409, "run-not-completed")?;
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_cancelled_run_stays_cancelled() -> Result<()> {
    let platform = Platform::from_env()?;
    // Once while it waits, once while it works.
    let waiting = platform.start(CLEAR, "hitl_enhanced").await?;
    let gate = platform.wait_gate(&waiting, "input-0").await?;
    let working = platform.start(CLEAR, "thin").await?;
    for run in [&waiting, &working] {
        let cancel = format!("{}/cancel", run.path);
        let cancelled = platform.post(&cancel, &json!({})).await?.expect(200)?;
        ensure!(cancelled["status"] == "cancelled", "{cancelled}");
        platform.post(&cancel, &json!({})).await?.expect(200)?;
    }
    platform.decide(&waiting, &gate, "approve", &json!({})).await?.problem(409, "run-ended")?;
    // Nodes that were at work find the run ended, and add nothing to it.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    for run in [&waiting, &working] {
        assert_log(&platform.events(run).await?, "cancelled")?;
        platform.post(&format!("{}/resume", run.path), &json!({})).await?.problem(409, "run-ended")?;
    }
    Ok(())
}
