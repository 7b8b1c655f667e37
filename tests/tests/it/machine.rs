//! The state machine in the local engine: each choice, each outcome of a gate, each way to fail, and a cancel.
//!
//! The definition is the real one; its functions are stand-ins that do what the test says, so that a test decides what
//! happens and not what an agent makes of a text. What is looked at is which functions are called, in which order, and
//! with what.

mod engine;

use std::time::Duration;

use agent::gate::WaitOutcome;
use anyhow::{Context, Result, ensure};
use design::signal::{CoverageSignal, PolicySignal, QuestionsSignal, ValidationSignal};
use engine::{Act, Ending, Engine, Played, Story, Times, said};
use futures::future::join_all;
use run::gate::Decision;
use serde_json::json;

/// Nodes that look at the input, in one round.
fn look(round: u32) -> String {
    format!("intake_extract/{round} coverage_check/{round}")
}

/// The same, and then a gate is opened.
fn ask(round: u32) -> String {
    format!("{} adaptive_questions/{round} hitl_gate_input/{round}", look(round))
}

fn plan(round: u32) -> String {
    format!("planner/{round} critic_tech/{round} critic_cost/{round} policy_eval/{round}")
}

fn wait(round: u32, gate: &str) -> String {
    format!("gate_wait/{round}/{gate}/short")
}

/// A plan that is shown to a person, who decides.
fn propose(round: u32) -> String {
    format!("{} hitl_gate_final/{round} {}", plan(round), wait(round, "final"))
}

/// The implementers, who work side by side: in the order of their names.
fn implement(round: u32) -> String {
    ["features", "inference", "ingestion", "learning", "monitoring", "training"]
        .map(|part| format!("implement_{part}/{round}"))
        .join(" ")
}

/// Everything is written and checked.
fn write(round: u32) -> String {
    format!("{} codegen/{round} validators/{round}", implement(round))
}

/// What is written is documented and kept.
fn keep(round: u32) -> String {
    format!("critic_implementation/{round} rationale_compile/{round} diff_and_persist/{round} run_end/completed")
}

fn build(round: u32) -> String {
    format!("{} {}", write(round), keep(round))
}

fn mendable() -> Act {
    Act::returns(ValidationSignal { failed: 1, mendable: 1 })
}

fn missing() -> Act {
    Act::returns(CoverageSignal { sufficient: false, score: 0.1 })
}

fn blocked() -> Act {
    Act::returns(PolicySignal { replan: true, blocking: 1 })
}

/// An answer without what the next choice looks at.
fn nothing() -> Act {
    Act::Return(json!({}))
}

fn no_questions() -> Act {
    Act::returns(QuestionsSignal { questions: 0 })
}

/// The gate's node has the decision already, as in a run without gates.
fn no_waiting(decision: &str) -> Act {
    Act::Return(json!({"waiting": false, "decision": decision}))
}

/// A story, and what it has to come to.
struct Expected {
    name: &'static str,
    story: Story,
    calls: String,
    ending: Ending,
}

fn expected<const N: usize>(name: &'static str, story: Story, ending: Ending, calls: [String; N]) -> Expected {
    Expected { name, story, calls: calls.join(" "), ending }
}

fn succeeds<const N: usize>(name: &'static str, story: Story, calls: [String; N]) -> Expected {
    expected(name, story, Ending::Succeeded, calls)
}

fn fails<const N: usize>(name: &'static str, story: Story, calls: [String; N]) -> Expected {
    expected(name, story, Ending::Failed, calls)
}

/// Runs all stories at once, and says of each that went otherwise how it went.
async fn check(engine: &Engine, stories: Vec<Expected>) -> Result<Vec<Played>> {
    let names: Vec<&str> = stories.iter().map(|story| story.name).collect();
    let played = join_all(stories.into_iter().map(async |expected| {
        let played = engine.play(expected.story).await?;
        let calls: Vec<&str> = expected.calls.split_whitespace().collect();
        ensure!(played.calls == calls, "called were\n  {}\ninstead of\n  {}", played.calls.join(" "), calls.join(" "));
        ensure!(played.ending == expected.ending, "it is {:?} instead of {:?}", played.ending, expected.ending);
        Ok(played)
    }));
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (name, played) in names.into_iter().zip(played.await) {
        match played {
            Ok(played) => good.push(played),
            Err(error) => bad.push(format!("{name}: {error:#}")),
        }
    }
    ensure!(bad.is_empty(), "{}", bad.join("\n"));
    Ok(good)
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn questions_are_asked_when_something_is_missing_and_not_for_ever() -> Result<()> {
    Engine::with(Times::default(), async |engine| {
        let stories = vec![
            succeeds(
                "thin",
                Story::new("thin")
                    .always("coverage_check", missing())
                    .always("hitl_gate_input", no_waiting("approve"))
                    .always("hitl_gate_final", no_waiting("approve")),
                [ask(0), ask(1), look(2), plan(0), "hitl_gate_final/0".into(), build(0)],
            ),
            succeeds("sufficient", Story::new("full"), [look(0), propose(0), build(0)]),
            succeeds(
                "missing once",
                Story::new("full").then("coverage_check", missing()),
                [ask(0), wait(0, "input"), look(1), propose(0), build(0)],
            ),
            succeeds(
                "missing for ever",
                Story::new("full").always("coverage_check", missing()),
                [ask(0), wait(0, "input"), ask(1), wait(1, "input"), look(2), propose(0), build(0)],
            ),
            succeeds(
                "missing, but nothing to ask",
                Story::new("full").always("coverage_check", missing()).always("adaptive_questions", no_questions()),
                [look(0), "adaptive_questions/0".into(), propose(0), build(0)],
            ),
            succeeds(
                "enhanced asks once",
                Story::new("hitl_enhanced"),
                [ask(0), wait(0, "input"), look(1), propose(0), build(0)],
            ),
            succeeds(
                "enhanced shows its gate with nothing to ask",
                Story::new("hitl_enhanced").always("adaptive_questions", no_questions()),
                [ask(0), wait(0, "input"), look(1), propose(0), build(0)],
            ),
            succeeds(
                "enhanced with nothing more to ask in its second round",
                Story::new("hitl_enhanced")
                    .always("coverage_check", missing())
                    .then("adaptive_questions", Act::returns(QuestionsSignal { questions: 3 }))
                    .always("adaptive_questions", no_questions()),
                [ask(0), wait(0, "input"), look(1), "adaptive_questions/1".into(), propose(0), build(0)],
            ),
            succeeds(
                "a later start keeps its rounds",
                Story::new("full").rounds(1, 4).always("coverage_check", missing()),
                [ask(1), wait(1, "input"), look(2), propose(4), build(4)],
            ),
        ];
        check(engine, stories).await.map(drop)
    })
    .await
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn findings_and_people_send_a_plan_back() -> Result<()> {
    Engine::with(Times::default(), async |engine| {
        let (revise, reject) = (Act::decided(Decision::Revise), Act::decided(Decision::Reject));
        let stories = vec![
            succeeds(
                "findings once",
                Story::new("full").then("policy_eval", blocked()),
                [look(0), plan(0), propose(1), build(1)],
            ),
            succeeds(
                "findings for ever go to a person",
                Story::new("full").always("policy_eval", blocked()),
                [look(0), plan(0), plan(1), propose(2), build(2)],
            ),
            succeeds(
                "a revision, after which the findings speak anew",
                Story::new("full")
                    .always("policy_eval", blocked())
                    .then("gate_wait", Act::Answer(revise.clone()))
                    .then("gate_wait", Act::Answer(revise)),
                [
                    [look(0), plan(0), plan(1), propose(2)].join(" "),
                    [plan(3), plan(4), propose(5)].join(" "),
                    [plan(6), plan(7), propose(8)].join(" "),
                    build(8),
                ],
            ),
            succeeds(
                "a rejection",
                Story::new("full").then("gate_wait", Act::Answer(reject)),
                [look(0), propose(0), "run_end/rejected".into()],
            ),
            succeeds(
                "what the tools mend is written once more",
                Story::new("full").then("policy_eval", blocked()).then("validators", mendable()),
                [look(0), plan(0), propose(1), write(1), write(2), keep(1)],
            ),
            succeeds(
                "what is never mended is kept with its findings",
                Story::new("full").always("validators", mendable()),
                [look(0), propose(0), write(0), write(1), write(2), keep(0)],
            ),
            fails(
                "a verdict that is not there",
                Story::new("full").then("validators", nothing()),
                [look(0), propose(0), write(0), "run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a decision that is none",
                Story::new("full").then("hitl_gate_final", no_waiting("perhaps")),
                [look(0), plan(0), "hitl_gate_final/0 run_end/failed/Defect".into()],
            ),
            fails(
                "a decision that is not there",
                Story::new("full").then("hitl_gate_final", Act::returns(json!({"waiting": false}))),
                [look(0), plan(0), "hitl_gate_final/0 run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a coverage that is not there",
                Story::new("hitl_enhanced").then("coverage_check", nothing()),
                [look(0), "run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a number of questions that is not there",
                Story::new("hitl_enhanced").then("adaptive_questions", nothing()),
                [look(0), "adaptive_questions/0 run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a gate that says nothing",
                Story::new("hitl_enhanced").then("hitl_gate_input", nothing()),
                [ask(0), "run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a policy that says nothing",
                Story::new("full").then("policy_eval", nothing()),
                [look(0), plan(0), "run_end/failed/SignalMissing".into()],
            ),
            fails(
                "a timer that says nothing",
                Story::new("full").then("gate_wait", Act::silence()).then("gate_timeout", nothing()),
                [look(0), propose(0), "gate_timeout/0/final/first run_end/failed/SignalMissing".into()],
            ),
        ];
        check(engine, stories).await.map(drop)
    })
    .await
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_gate_that_is_not_answered_is_decided_held_or_expires() -> Result<()> {
    Engine::with(Times::default(), async |engine| {
        // The input gate's calls end with a second look, the final gate's with the repository.
        let before = |gate: &str| match gate {
            "input" => ask(0),
            _ => [look(0), plan(0), "hitl_gate_final/0".into()].join(" "),
        };
        let after = |gate: &str| match gate {
            "input" => [look(1), propose(0), build(0)].join(" "),
            _ => build(0),
        };
        let story = |gate: &str| {
            let story = Story::new("full").then("gate_wait", Act::silence());
            if gate == "input" { story.then("coverage_check", missing()) } else { story }
        };
        let held = || Act::outcome(WaitOutcome::Held);
        let mut stories = Vec::new();
        for gate in ["input", "final"] {
            let timer = format!("{} {} gate_timeout/0/{gate}/first", before(gate), wait(0, gate));
            let long = format!("{timer} gate_wait/0/{gate}/long");
            let last = format!("{long} gate_timeout/0/{gate}/last");
            let expired = "run_end/failed/GateExpired".to_owned();
            stories.extend([
                succeeds("the timer takes the defaults", story(gate), [timer.clone(), after(gate)]),
                succeeds("held, then answered", story(gate).then("gate_timeout", held()), [long.clone(), after(gate)]),
                succeeds(
                    "held, and answered when the long timer looks",
                    story(gate).then("gate_timeout", held()).then("gate_wait", Act::silence()),
                    [last.clone(), after(gate)],
                ),
                fails(
                    "held, and never answered",
                    story(gate)
                        .then("gate_timeout", held())
                        .then("gate_timeout", Act::outcome(WaitOutcome::Expired))
                        .then("gate_wait", Act::silence()),
                    [last, expired.clone()],
                ),
                fails(
                    "expired at the first timer",
                    story(gate).then("gate_timeout", Act::outcome(WaitOutcome::Expired)),
                    [timer, expired],
                ),
            ]);
        }
        stories.push(succeeds(
            "the timer finds a rejection",
            story("final").then("gate_timeout", Act::returns(Act::decided(Decision::Reject))),
            [before("final"), wait(0, "final"), "gate_timeout/0/final/first run_end/rejected".into()],
        ));
        check(engine, stories).await.map(drop)
    })
    .await
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn errors_are_retried_told_or_left_in_quiet() -> Result<()> {
    Engine::with(Times::default(), async |engine| {
        let until_cost = || [look(0), "planner/0 critic_tech/0".into()].join(" ");
        let cost = |times: usize| vec!["critic_cost/0"; times].join(" ");
        let after_cost = || ["policy_eval/0 hitl_gate_final/0".into(), wait(0, "final"), build(0)].join(" ");
        let mut stories = vec![
            succeeds(
                "Transient once",
                Story::new("full").then("critic_cost", Act::Fail("Transient")),
                [until_cost(), cost(2), after_cost()],
            ),
            succeeds(
                "Contention and Transient share their retries",
                ["Contention", "Transient", "Contention", "Transient"]
                    .into_iter()
                    .fold(Story::new("full"), |story, error| story.then("critic_cost", Act::Fail(error))),
                [until_cost(), cost(5), after_cost()],
            ),
            succeeds(
                "run_end fails once",
                Story::new("full").then("run_end", Act::Fail("Transient")),
                [look(0), propose(0), build(0), "run_end/completed".into()],
            ),
            fails(
                "nothing can be recorded",
                Story::new("full").always("run_end", Act::Fail("Defect")),
                [look(0), propose(0), build(0), "run_end/failed/Defect".into()],
            ),
            fails(
                "Transient for ever, and the end at its second try",
                Story::new("full")
                    .always("intake_extract", Act::Fail("Transient"))
                    .then("run_end", Act::Fail("Contention")),
                [["intake_extract/0"; 5].join(" "), ["run_end/failed/Transient"; 2].join(" ")],
            ),
            succeeds(
                "one who works beside others fails once",
                Story::new("full").then("implement_features", Act::Fail("Transient")),
                [look(0), propose(0), "implement_features/0".into(), build(0)],
            ),
            fails(
                "one who works beside others cannot",
                Story::new("full").always("implement_learning", Act::Fail("Defect")),
                [look(0), propose(0), implement(0), "run_end/failed/Defect".into()],
            ),
            fails(
                "the timer fails",
                Story::new("full").then("gate_wait", Act::silence()).always("gate_timeout", Act::Fail("Unworkable")),
                [look(0), propose(0), "gate_timeout/0/final/first run_end/failed/Unworkable".into()],
            ),
        ];
        for (error, tries) in [
            ("Transient", 5),
            ("Contention", 5),
            ("MemoryIncomplete", 1),
            ("Unworkable", 1),
            ("Defect", 1),
            ("NobodyKnowsThisOne", 1),
            ("Lambda.TooManyRequestsException", 7),
            ("Lambda.Unknown", 2),
        ] {
            stories.push(fails(
                error,
                Story::new("full").always("critic_cost", Act::Fail(error)),
                [until_cost(), cost(tries), format!("run_end/failed/{error}")],
            ));
        }
        let failed: Vec<&'static str> = stories[8..].iter().map(|expected| expected.name).collect();
        let played = check(engine, stories).await?;
        for (error, played) in failed.into_iter().zip(&played[8..]) {
            let cause = played.causes.first().context("no cause")?;
            ensure!(cause.contains(&said("critic_cost", error)), "{error} has another cause: {cause}");
        }

        // Nothing is recorded any more, wherever it is found out.
        let mut quiet = Vec::new();
        for error in ["RunEnded", "Superseded"] {
            quiet.extend([
                succeeds(error, Story::new("full").always("critic_cost", Act::Fail(error)), [until_cost(), cost(1)]),
                succeeds(
                    error,
                    Story::new("full").always("implement_training", Act::Fail(error)),
                    [look(0), propose(0), implement(0)],
                ),
                succeeds(
                    error,
                    Story::new("full").always("run_end", Act::Fail(error)),
                    [look(0), propose(0), build(0)],
                ),
                succeeds(
                    error,
                    Story::new("full").then("gate_wait", Act::silence()).always("gate_timeout", Act::Fail(error)),
                    [look(0), propose(0), "gate_timeout/0/final/first".into()],
                ),
            ]);
        }
        let names: Vec<&'static str> = quiet.iter().map(|expected| expected.name).collect();
        for (error, played) in names.into_iter().zip(check(engine, quiet).await?) {
            ensure!(played.output["failure"]["Error"] == error, "it did not end because of {error}: {}", played.output);
        }
        Ok(())
    })
    .await
}

/// AWS fails the waiting task at once with the function's error. MiniStack keeps the error to itself and waits for the
/// timer, so what is held true here is what holds in both: the run does not stay where it is.
#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_gate_whose_wait_fails_is_not_stuck() -> Result<()> {
    Engine::with(Times::default(), async |engine| {
        let timer = || "gate_timeout/0/final/first".to_owned();
        let stories = vec![
            succeeds(
                "the timer decides instead",
                Story::new("full").then("gate_wait", Act::Fail("Defect")),
                [look(0), propose(0), timer(), build(0)],
            ),
            succeeds(
                "the timer finds that the run has ended",
                Story::new("full")
                    .then("gate_wait", Act::Fail("RunEnded"))
                    .always("gate_timeout", Act::Fail("RunEnded")),
                [look(0), propose(0), timer()],
            ),
        ];
        check(engine, stories).await.map(drop)
    })
    .await
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_task_that_takes_too_long_or_dies_is_tried_once_more() -> Result<()> {
    // Long enough for a call on a busy machine, and much shorter than the stand-in takes.
    let times = Times { task: Some(("planner", 6)), ..Times::default() };
    Engine::with(times, async |engine| {
        let late = || Act::Late(Duration::from_secs(20));
        let rest =
            || ["critic_tech/0 critic_cost/0 policy_eval/0 hitl_gate_final/0".into(), wait(0, "final")].join(" ");
        let stories = vec![
            succeeds(
                "late once",
                Story::new("full").then("planner", late()),
                [look(0), "planner/0 planner/0".into(), rest(), build(0)],
            ),
            fails(
                "late for ever",
                Story::new("full").always("planner", late()),
                [look(0), "planner/0 planner/0 run_end/failed/States.Timeout".into()],
            ),
            succeeds(
                "dies once",
                Story::new("full").then("planner", Act::Exit),
                [look(0), "planner/0 planner/0".into(), rest(), build(0)],
            ),
            fails(
                "dies for ever",
                Story::new("full").always("planner", Act::Exit),
                [look(0), "planner/0 planner/0 run_end/failed/Runtime.ExitError".into()],
            ),
        ];
        check(engine, stories).await.map(drop)
    })
    .await
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn nothing_is_called_after_a_cancel() -> Result<()> {
    // Long enough that a busy machine stops them in time.
    let times = Times { gate: 10, ..Times::default() };
    Engine::with(times, async |engine| {
        let silent = |variant| Story::new(variant).always("gate_wait", Act::silence());
        let at_input = [ask(0), wait(0, "input")].join(" ");
        let at_final = [look(0), propose(0)].join(" ");
        let late = Story::new("full").always("planner", Act::Late(Duration::from_secs(8)));
        let cases = [
            ("the input gate's timer runs out later", silent("hitl_enhanced"), &*at_input, false),
            ("the input gate is answered later", silent("hitl_enhanced"), &*at_input, true),
            ("the final gate's timer runs out later", silent("full"), &*at_final, false),
            ("the final gate is answered later", silent("full"), &*at_final, true),
            ("the planner answers later", late, "intake_extract/0 coverage_check/0 planner/0", false),
        ];
        let outcomes = join_all(cases.into_iter().map(async |(name, story, calls, answered)| {
            let calls: Vec<&str> = calls.split_whitespace().collect();
            let started = engine.start(story).await?;
            engine.wait_call(&started, calls.last().context("no call")?).await?;
            engine.stop(&started).await?;
            if answered {
                // To the engine it makes a difference; the workflow must not go on in either case.
                engine.answer(&started, &Act::decided(Decision::Approve)).await?;
            }
            // Longer than the gate's timer, and than the planner takes.
            tokio::time::sleep(Duration::from_secs(12)).await;
            let played = engine.end(&started).await?;
            ensure!(played.ending == Ending::Aborted, "{name}: it is {:?}", played.ending);
            ensure!(played.calls == calls, "{name}: called were {:?}", played.calls);
            Ok(())
        }));
        outcomes.await.into_iter().collect()
    })
    .await
}
