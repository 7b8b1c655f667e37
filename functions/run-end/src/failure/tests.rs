use run::{
    body::BodyRef,
    id::{OwnerId, ProjectId, RunId},
    record::{Progress, RunStatus, Variant},
};

use super::*;

fn step() -> Step {
    Step { node: "planner".into(), iteration: 1 }
}

fn run() -> Run {
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "Churn".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 7,
        last_sequence: 7,
        attempt: 1,
        progress: Progress {
            percentage: 40,
            current: Some(step()),
            running: Vec::new(),
            completed: vec![],
            eta_seconds: None,
        },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

#[test]
fn the_cause_is_the_functions_own_message() {
    let cause = r#"{"errorType":"Transient","errorMessage":"dynamodb:Query failed: refused","trace":["x"]}"#;
    let failure = failure(&run(), Some(&step()), "Transient", cause);
    assert_eq!(failure.cause, "dynamodb:Query failed: refused");
    assert_eq!(failure.error, "Transient");
    assert_eq!(failure.node, Some("planner".into()));
}

#[test]
fn a_name_hidden_in_the_cause_is_found() {
    let cause = r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: signal: killed"}"#;
    let failure = failure(&run(), None, "Lambda.Unknown", cause);
    assert_eq!(failure.error, "Runtime.ExitError");
    assert_eq!(failure.node, None);
}

#[test]
fn a_cause_that_is_not_json_is_kept_as_it_is_up_to_a_length() {
    assert_eq!(failure(&run(), None, "States.Timeout", " too slow ").cause, "too slow");
    assert_eq!(failure(&run(), None, "States.Timeout", "").cause, "States.Timeout, without a message");
    assert_eq!(failure(&run(), None, "X", &"é".repeat(5000)).cause.chars().count(), CAUSE_LIMIT);
    // JSON that is not a function's error, and an empty name.
    assert_eq!(failure(&run(), None, "", "[1]").error, "Unknown");
    assert_eq!(failure(&run(), None, "", "{}").cause, "{}");
}

#[test]
fn a_gate_that_expires_is_where_the_run_was() {
    assert_eq!(failure(&run(), None, "GateExpired", "nobody").node, Some("planner".into()));
}

#[test]
fn every_error_of_ours_has_a_way_out_of_its_own() {
    let general = way_out("something that nobody knows");
    for name in agent::AgentError::NAMES {
        assert_ne!(way_out(name), general, "{name}");
    }
}
