//! The ways through the workflow: each choice, each loop with its bound, each outcome of a gate.

use agent::gate::{GateResult, GateSignal, WaitOutcome};
use design::{
    node::Node,
    signal::{CoverageSignal, NoSignal, PolicySignal, QuestionsSignal, ValidationSignal},
};
use run::gate::Decision;
use serde::Serialize;
use serde_json::{Value, json};

use crate::interpreter::{Act, Execution, execute};

fn returns(value: impl Serialize) -> Act {
    Act::Return(serde_json::to_value(value).expect("JSON"))
}

fn decided(decision: Decision) -> Act {
    returns(GateResult { outcome: WaitOutcome::Decided, decision: Some(decision) })
}

fn outcome(outcome: WaitOutcome) -> Act {
    returns(GateResult { outcome, decision: None })
}

/// What every task does unless a test says otherwise: nothing is missing, nothing is found, a person approves.
fn usual(state: &str) -> Act {
    match state {
        "coverage_check" => returns(CoverageSignal { sufficient: true, score: 0.9 }),
        "adaptive_questions" => returns(QuestionsSignal { questions: 2 }),
        "hitl_gate_input" | "hitl_gate_final" => returns(GateSignal { waiting: true, decision: None }),
        "policy_eval" => returns(PolicySignal { replan: false, blocking: 0 }),
        "validators" => returns(ValidationSignal { failed: 0, mendable: 0 }),
        "input_gate_wait" | "final_gate_wait" | "input_gate_long_wait" | "final_gate_long_wait" => {
            decided(Decision::Approve)
        }
        _ => returns(NoSignal {}),
    }
}

fn run(variant: &str, special: impl Fn(&str, &Value) -> Option<Act>) -> Execution {
    let input = json!({
        "owner": "local", "project_id": "p", "decision_set_id": "d", "attempt": 1,
        "variant": variant, "input_round": 0, "plan_round": 0,
    });
    execute(input, |state, call| special(state, call).unwrap_or_else(|| usual(state)))
}

#[test]
fn with_nothing_missing_only_the_final_gate_waits() {
    let run = run("full", |_, _| None);
    assert_eq!(run.last(), "done");
    let nodes: Vec<&str> = run
        .path
        .iter()
        .map(String::as_str)
        .filter(|name| Node::ALL.iter().any(|node| node.as_str() == *name))
        .collect();
    let without_questions: Vec<&str> = Node::ALL
        .iter()
        .map(|node| node.as_str())
        .filter(|name| !["adaptive_questions", "hitl_gate_input"].contains(name))
        .collect();
    assert_eq!(nodes, without_questions);
    assert_eq!(run.call("run_end_completed")["ending"], "completed");
}

#[test]
fn every_node_is_told_its_ids_and_iteration_and_nothing_else() {
    let run = run("hitl_enhanced", |_, _| None);
    for node in Node::ALL.map(Node::as_str) {
        let mut call = run.call(node).as_object().unwrap().clone();
        assert!(call.remove("iteration").unwrap().is_number());
        assert_eq!(
            Value::Object(call),
            json!({ "owner": "local", "project_id": "p", "decision_set_id": "d", "attempt": 1 })
        );
    }
}

#[test]
fn questions_are_asked_at_most_two_rounds() {
    let run = run("full", |state, _| match state {
        "coverage_check" => Some(returns(CoverageSignal { sufficient: false, score: 0.1 })),
        _ => None,
    });
    assert_eq!(run.last(), "done");
    assert_eq!(run.count("hitl_gate_input"), 2);
    assert_eq!(run.count("intake_extract"), 3);
    assert_eq!(run.call("hitl_gate_input")["iteration"], 1);
    assert_eq!(run.call("input_gate_wait")["Payload"]["gate"], "input");
}

#[test]
fn no_questions_means_no_gate() {
    let run = run("full", |state, _| match state {
        "coverage_check" => Some(returns(CoverageSignal { sufficient: false, score: 0.1 })),
        "adaptive_questions" => Some(returns(QuestionsSignal { questions: 0 })),
        _ => None,
    });
    assert_eq!(run.count("hitl_gate_input"), 0);
    assert_eq!(run.last(), "done");
}

#[test]
fn enhanced_opens_both_gates_even_with_nothing_to_ask() {
    let run = run("hitl_enhanced", |state, _| match state {
        "adaptive_questions" => Some(returns(QuestionsSignal { questions: 0 })),
        _ => None,
    });
    assert_eq!((run.count("input_gate_wait"), run.count("final_gate_wait")), (1, 1));
    assert_eq!(run.last(), "done");
}

#[test]
fn a_thin_run_waits_nowhere() {
    let run = run("thin", |state, _| match state {
        "coverage_check" => Some(returns(CoverageSignal { sufficient: false, score: 0.1 })),
        "hitl_gate_input" | "hitl_gate_final" => {
            Some(returns(GateSignal { waiting: false, decision: Some(Decision::Approve) }))
        }
        _ => None,
    });
    assert!(run.path.iter().all(|state| !state.ends_with("_wait")), "{:?}", run.path);
    assert_eq!(run.last(), "done");
}

#[test]
fn findings_send_the_plan_back_twice_and_then_to_a_person() {
    let run = run("full", |state, _| match state {
        "policy_eval" => Some(returns(PolicySignal { replan: true, blocking: 1 })),
        _ => None,
    });
    assert_eq!(run.count("planner"), 3);
    assert_eq!(run.call("planner")["iteration"], 2);
    assert_eq!(run.call("hitl_gate_final")["iteration"], 2);
    assert_eq!(run.call("codegen")["iteration"], 2);
    assert_eq!(run.last(), "done");
}

#[test]
fn a_revision_plans_again_and_lets_the_findings_speak_anew() {
    let run = run("full", |state, call| match state {
        "policy_eval" => Some(returns(PolicySignal { replan: true, blocking: 1 })),
        "final_gate_wait" if call["Payload"]["iteration"] == 2 => Some(decided(Decision::Revise)),
        _ => None,
    });
    // Three plans, the revision, and two more returns by the findings.
    assert_eq!(run.count("planner"), 6);
    assert_eq!(run.count("final_gate_wait"), 2);
    assert_eq!(run.last(), "done");
}

#[test]
fn a_rejection_ends_the_run_without_code() {
    let run = run("full", |state, _| (state == "final_gate_wait").then(|| decided(Decision::Reject)));
    assert_eq!(run.count("codegen"), 0);
    assert_eq!(run.call("run_end_rejected")["ending"], "rejected");
    assert_eq!(run.last(), "done");
}

#[test]
fn a_timer_that_takes_the_defaults_goes_on() {
    let run = run("full", |state, call| match state {
        "final_gate_wait" => Some(Act::Fail("States.Timeout")),
        "final_gate_timeout" => {
            assert_eq!((&call["gate"], &call["final"]), (&json!("final"), &json!(false)));
            Some(decided(Decision::Approve))
        }
        _ => None,
    });
    assert_eq!(run.count("final_gate_long_wait"), 0);
    assert_eq!(run.last(), "done");
}

#[test]
fn a_held_gate_waits_long_and_takes_the_persons_decision() {
    for gate in ["input", "final"] {
        let run = run("hitl_enhanced", |state, _| match state.strip_prefix(gate) {
            Some("_gate_wait") => Some(Act::Fail("States.Timeout")),
            Some("_gate_timeout") => Some(outcome(WaitOutcome::Held)),
            _ => None,
        });
        assert_eq!(run.call(&format!("{gate}_gate_long_wait"))["Payload"]["long"], true);
        assert_eq!(run.last(), "done");
    }
}

#[test]
fn a_gate_that_nobody_decides_expires_and_the_run_fails_with_a_name() {
    for gate in ["input", "final"] {
        let run = run("hitl_enhanced", |state, call| match state.strip_prefix(gate) {
            Some("_gate_wait" | "_gate_long_wait") => Some(Act::Fail("States.Timeout")),
            Some("_gate_timeout") => Some(outcome(WaitOutcome::Held)),
            Some("_gate_last_timeout") => {
                assert_eq!(call["final"], true);
                Some(outcome(WaitOutcome::Expired))
            }
            _ => None,
        });
        assert_eq!(run.call("run_end_failed")["error"], "GateExpired");
        assert_eq!(run.last(), "failed");
    }
}

#[test]
fn a_decision_that_came_at_the_very_end_counts() {
    let run = run("full", |state, _| match state {
        "final_gate_wait" | "final_gate_long_wait" => Some(Act::Fail("States.Timeout")),
        "final_gate_timeout" => Some(outcome(WaitOutcome::Held)),
        "final_gate_last_timeout" => Some(decided(Decision::Reject)),
        _ => None,
    });
    assert_eq!(run.count("run_end_rejected"), 1);
    assert_eq!(run.last(), "done");
}

#[test]
fn what_the_tools_mend_is_written_again_so_often_and_not_for_ever() {
    let mendable = || Some(returns(ValidationSignal { failed: 1, mendable: 1 }));
    let forever = run("full", |state, _| (state == "validators").then(mendable).flatten());
    assert_eq!((forever.count("validators"), forever.count("implement_training")), (3, 3));
    assert_eq!((forever.count("critic_implementation"), forever.last()), (1, "done"));
    let once = run("full", |state, call| (state == "validators" && call["iteration"] == 0).then(mendable).flatten());
    assert_eq!((once.count("validators"), once.count("codegen")), (2, 2));
    assert_eq!(once.call("rationale_compile")["iteration"], 0, "the rest has the number of the plan");
}

#[test]
fn a_final_gate_without_a_decision_is_a_failure_and_not_an_approval() {
    let run =
        run("full", |state, _| (state == "final_gate_wait").then(|| Act::Return(json!({ "outcome": "decided" }))));
    assert_eq!(run.count("codegen"), 0);
    assert_eq!(run.call("run_end_failed")["error"], "SignalMissing");
    assert_eq!(run.last(), "failed");
}

#[test]
fn a_decision_that_is_none_is_a_failure_and_not_an_approval() {
    let run = run("full", |state, _| {
        (state == "hitl_gate_final").then(|| Act::Return(json!({ "waiting": false, "decision": "perhaps" })))
    });
    assert_eq!(run.count("codegen"), 0);
    assert_eq!(run.call("run_end_failed")["error"], "Defect");
    assert_eq!(run.last(), "failed");
}

/// AWS ends an execution in `States.Runtime`, past every Catch, when a choice compares what is not there. The
/// interpreter panics at such a comparison, as AWS would fail.
#[test]
fn a_signal_without_its_value_ends_in_one_place_with_a_name() {
    let long = |state: &str, gate: &str| match state.strip_prefix(gate) {
        Some("_gate_wait" | "_gate_long_wait") => Some(Act::Fail("States.Timeout")),
        Some("_gate_timeout") => Some(outcome(WaitOutcome::Held)),
        _ => None,
    };
    for (silent, gate) in [
        ("coverage_check", ""),
        ("adaptive_questions", ""),
        ("hitl_gate_input", ""),
        ("input_gate_timeout", "input"),
        ("input_gate_last_timeout", "input"),
        ("policy_eval", ""),
        ("hitl_gate_final", ""),
        ("final_gate_timeout", "final"),
        ("final_gate_last_timeout", "final"),
        ("final_gate_wait", ""),
    ] {
        for variant in ["full", "hitl_enhanced"] {
            let run = run(variant, |state, _| match state {
                _ if state == silent => Some(Act::Return(json!({}))),
                "coverage_check" => Some(returns(CoverageSignal { sufficient: false, score: 0.1 })),
                _ => long(state, gate),
            });
            assert_eq!(run.call("run_end_failed")["error"], "SignalMissing", "{silent} in {variant}");
            assert_eq!(run.last(), "failed", "{silent} in {variant}");
        }
    }
}

#[test]
fn whichever_task_fails_the_run_ends_in_one_place_with_the_cause() {
    let everything = run("hitl_enhanced", |_, _| None);
    for (broken, _) in &everything.calls {
        let run = run("hitl_enhanced", |state, _| (state == broken).then_some(Act::Fail("Defect")));
        assert_eq!(run.last(), "failed", "{broken}");
        let end = run.call("run_end_failed");
        assert_eq!((&end["ending"], &end["error"]), (&json!("failed"), &json!("Defect")), "{broken}");
        assert_eq!(end["cause"], format!("Defect at {broken}"));
    }
}

#[test]
fn a_cancelled_or_superseded_run_ends_quietly_wherever_it_is() {
    let everything = run("hitl_enhanced", |_, _| None);
    for (at, _) in &everything.calls {
        for error in ["RunEnded", "Superseded"] {
            let run = run("hitl_enhanced", |state, _| (state == at).then_some(Act::Fail(error)));
            assert_eq!(run.last(), "ended_elsewhere", "{at}");
            assert_eq!(run.count("run_end_failed"), 0, "{at}");
        }
    }
}

#[test]
fn an_ending_that_cannot_be_stored_still_ends_the_execution() {
    let run = run("full", |state, _| match state {
        "planner" => Some(Act::Fail("Defect")),
        "run_end_failed" => Some(Act::Fail("Transient")),
        _ => None,
    });
    assert_eq!(run.last(), "failed");
}
