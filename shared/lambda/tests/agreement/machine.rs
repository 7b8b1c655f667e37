//! The rules that hold for every state, and the names of errors.

use std::collections::BTreeSet;

use agent::AgentError;
use design::node::Node;
use serde_json::{Map, Value};

use crate::{definition, definition_text, folders};

/// Names that the engines give to errors of their own.
const ENGINE: [&str; 9] = [
    "States.ALL",
    "States.Timeout",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    // A function that took too long or died.
    "Sandbox.Timedout",
    "Runtime.ExitError",
];

fn states() -> Map<String, Value> {
    definition()["States"].as_object().expect("an object of states").clone()
}

/// The states with those of branches in the place of what holds them, in their order.
fn flat() -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (name, state) in states() {
        match state["Branches"].as_array() {
            Some(branches) => {
                for branch in branches {
                    flat.extend(branch["States"].as_object().expect("states").clone());
                }
            }
            None => flat.push((name, state)),
        }
    }
    flat
}

fn tasks() -> Vec<(String, Value)> {
    flat().into_iter().filter(|(_, state)| state["Type"] == "Task").collect()
}

/// What catches errors: every task, and what holds branches in the place of the tasks in them.
fn catchers() -> Vec<(String, Value)> {
    states().into_iter().filter(|(_, state)| state["Type"] == "Task" || state["Type"] == "Parallel").collect()
}

fn names(rules: &Value) -> Vec<Vec<String>> {
    rules
        .as_array()
        .expect("a list of rules")
        .iter()
        .map(|rule| serde_json::from_value(rule["ErrorEquals"].clone()).expect("names"))
        .collect()
}

#[test]
fn every_name_in_the_state_machine_is_an_error_that_exists() {
    for (state, task) in tasks() {
        let catches = if task["End"] == true { Vec::new() } else { names(&task["Catch"]) };
        for name in names(&task["Retry"]).into_iter().chain(catches).flatten() {
            assert!(
                AgentError::NAMES.contains(&name.as_str()) || ENGINE.contains(&name.as_str()),
                "`{state}` names `{name}`, which nobody emits"
            );
        }
    }
}

#[test]
fn every_task_retries_what_trying_again_helps_and_nothing_else_of_ours() {
    for (state, task) in tasks() {
        let retried: BTreeSet<String> = names(&task["Retry"]).into_iter().flatten().collect();
        for name in AgentError::NAMES {
            assert_eq!(
                retried.contains(name),
                AgentError::RETRYABLE.contains(&name),
                "`{state}` and `{name}`: retried and retryable differ"
            );
        }
        for rule in task["Retry"].as_array().unwrap() {
            for field in ["IntervalSeconds", "BackoffRate", "MaxAttempts"] {
                assert!(rule[field].is_number(), "`{state}` retries without {field}");
            }
            assert_eq!(rule["JitterStrategy"], "FULL", "`{state}` retries without jitter");
        }
    }
}

#[test]
fn every_task_has_a_timeout_and_catches_everything_into_the_one_ending() {
    for (state, task) in tasks() {
        assert!(task["TimeoutSeconds"].as_u64().is_some_and(|seconds| seconds > 0), "`{state}` has no timeout");
    }
    for (state, task) in catchers() {
        let catches = task["Catch"].as_array().unwrap_or_else(|| panic!("`{state}` catches nothing"));
        let last = catches.last().unwrap();
        assert_eq!(last["ErrorEquals"], serde_json::json!(["States.ALL"]), "`{state}` does not catch all");
        if state == "run_end_failed" {
            // The ending itself can end only in the engine's own failure.
            assert_eq!(last["Next"], "failed");
            continue;
        }
        assert_eq!(last["Next"], "run_end_failed", "`{state}` ends elsewhere");
        let quiet = &catches[0];
        assert_eq!(quiet["ErrorEquals"], serde_json::json!(["RunEnded", "Superseded"]), "`{state}` is not quiet");
        assert_eq!(quiet["Next"], "ended_elsewhere");
    }
}

#[test]
fn a_wait_for_a_person_never_retries_its_own_timeout() {
    let waits: Vec<(String, Value)> = tasks()
        .into_iter()
        .filter(|(_, task)| task["Resource"].as_str().is_some_and(|resource| resource.ends_with(".waitForTaskToken")))
        .collect();
    assert_eq!(waits.len(), 4, "two gates, each with a short and a long wait");
    for (state, task) in waits {
        let retried: Vec<String> = names(&task["Retry"]).into_iter().flatten().collect();
        assert!(!retried.iter().any(|name| name == "States.Timeout" || name == "States.ALL"), "`{state}`");
        let caught = task["Catch"].as_array().unwrap().iter().find(|rule| rule["ErrorEquals"][0] == "States.Timeout");
        assert!(caught.is_some_and(|rule| rule["Next"].as_str().unwrap().ends_with("_timeout")), "`{state}`");
    }
}

#[test]
fn the_nodes_stand_in_their_order_and_each_has_its_function() {
    let nodes: Vec<(String, Value)> = flat().into_iter().filter(|(name, _)| is_node(name)).collect();
    let names: Vec<&str> = nodes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, Node::ALL.map(Node::as_str).to_vec());
    for (node, state) in &nodes {
        assert!(folders().contains(&node.replace('_', "-")), "`{node}` has no function");
        let counter = match node.as_str() {
            node if nodes_of_the_input_loop().contains(&node) => "$.input_round",
            node if nodes_of_the_writing_loop().contains(&node) => "$.code_round",
            _ => "$.plan_round",
        };
        assert_eq!(state["Parameters"]["iteration.$"], counter, "`{node}`");
        if Node::IMPLEMENTERS.iter().any(|implementer| implementer.as_str() == node) {
            assert_eq!(state["End"], true, "`{node}` is the only one of its branch");
        } else {
            assert_eq!(state["ResultPath"], format!("$.signals.{node}"), "`{node}`");
        }
    }
}

fn is_node(name: &str) -> bool {
    Node::ALL.iter().any(|node| node.as_str() == name)
}

fn nodes_of_the_input_loop() -> [&'static str; 4] {
    [Node::IntakeExtract, Node::CoverageCheck, Node::AdaptiveQuestions, Node::HitlGateInput].map(Node::as_str)
}

fn nodes_of_the_writing_loop() -> Vec<&'static str> {
    Node::IMPLEMENTERS.into_iter().chain([Node::Codegen, Node::Validators]).map(Node::as_str).collect()
}

#[test]
fn no_state_is_out_of_reach_and_none_leads_nowhere() {
    let states = states();
    let mut reached = BTreeSet::new();
    let mut open = vec![definition()["StartAt"].as_str().unwrap().to_owned()];
    while let Some(name) = open.pop() {
        let state = states.get(&name).unwrap_or_else(|| panic!("there is no state `{name}`"));
        if reached.insert(name) {
            collect_next(state, &mut open);
        }
    }
    let all: BTreeSet<String> = states.keys().cloned().collect();
    assert_eq!(all, reached);
}

fn collect_next(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_str()) {
                    ("Next" | "Default", Some(next)) => into.push(next.to_owned()),
                    _ => collect_next(value, into),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_next(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn it_holds_no_arn_and_no_parallel_around_tokens() {
    let text = definition_text();
    for part in text.split("arn:").skip(1) {
        assert!(
            part.starts_with("${Partition}:states:::lambda:invoke"),
            "a literal ARN: {}",
            &part[..part.len().min(60)]
        );
    }
    for (state, definition) in states() {
        assert!(definition["Type"] != "Map", "`{state}`");
        if definition["Type"] == "Parallel" {
            let inside = definition["Branches"].to_string();
            assert!(!inside.contains("waitForTaskToken"), "`{state}`: engines mix up the tokens of branches");
        }
    }
}
