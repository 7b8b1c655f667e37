//! As much of the Amazon States Language as the design workflow uses, so that its choices and loops are tested without
//! an engine. What it does not know it refuses: a new construct is a failing test, not a passing one. It is no proof that
//! an engine reads the definition in the same way; the tests against the local engine are.

use serde_json::{Map, Value};

use crate::definition;

/// What a task does.
pub(crate) enum Act {
    /// It returns this.
    Return(Value),
    /// It ends with this error, after all retries.
    Fail(&'static str),
}

/// An execution that has ended.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The states in order.
    pub(crate) path: Vec<String>,
    /// The tasks in order, with what they were called with.
    pub(crate) calls: Vec<(String, Value)>,
}

impl Execution {
    pub(crate) fn last(&self) -> &str {
        self.path.last().expect("an execution has states")
    }

    pub(crate) fn count(&self, state: &str) -> usize {
        self.path.iter().filter(|name| *name == state).count()
    }

    pub(crate) fn call(&self, state: &str) -> &Value {
        &self.calls.iter().rev().find(|(name, _)| name == state).unwrap_or_else(|| panic!("`{state}` was not called")).1
    }
}

/// Runs the definition to its end; more states than this are a loop without a bound.
const BOUND: usize = 2000;

pub(crate) fn execute(input: Value, mut act: impl FnMut(&str, &Value) -> Act) -> Execution {
    let definition = definition();
    let states = definition["States"].as_object().expect("states");
    let mut data = input;
    let mut name = definition["StartAt"].as_str().expect("a start").to_owned();
    let mut execution = Execution { path: vec![], calls: vec![] };
    loop {
        execution.path.push(name.clone());
        assert!(execution.path.len() < BOUND, "no end: {:?}", &execution.path[..60]);
        let state = &states[&name];
        let next = match state["Type"].as_str().expect("a type") {
            "Succeed" | "Fail" => return execution,
            "Pass" => {
                let made = match (state.get("Parameters"), state.get("Result")) {
                    (Some(parameters), None) => fill(parameters, &data),
                    (None, Some(result)) => result.clone(),
                    other => panic!("`{name}` passes {other:?}"),
                };
                put(&mut data, state.get("ResultPath"), made);
                state["Next"].as_str()
            }
            "Choice" => {
                let chosen = state["Choices"].as_array().expect("choices").iter().find(|choice| holds(choice, &data));
                chosen.map_or(state["Default"].as_str(), |choice| choice["Next"].as_str())
            }
            "Task" => {
                let call = fill(&state["Parameters"], &data);
                let acted = act(&name, &call);
                execution.calls.push((name.clone(), call));
                match acted {
                    Act::Return(result) => {
                        put(&mut data, state.get("ResultPath"), result);
                        state["Next"].as_str()
                    }
                    Act::Fail(error) => catch(&name, state, error, &name, &mut data),
                }
            }
            "Parallel" => {
                // One after another: what a branch does must not depend on another.
                let mut failed = None;
                for branch in state["Branches"].as_array().expect("branches") {
                    let (task, result) = branch_task(branch);
                    assert!(result, "`{task}` is not the only state of its branch");
                    let call = fill(&branch["States"][task]["Parameters"], &data);
                    let acted = act(task, &call);
                    execution.path.push(task.to_owned());
                    execution.calls.push((task.to_owned(), call));
                    if let Act::Fail(error) = acted {
                        failed.get_or_insert((error, task));
                    }
                }
                assert_eq!(state.get("ResultPath"), Some(&Value::Null), "`{name}` carries on what its branches return");
                match failed {
                    Some((error, task)) => catch(&name, state, error, task, &mut data),
                    None => state["Next"].as_str(),
                }
            }
            other => panic!("`{name}` is a {other}, which is not known here"),
        };
        name = next.unwrap_or_else(|| panic!("`{name}` leads nowhere")).to_owned();
    }
}

/// The one task of a branch, and whether it is the one.
fn branch_task(branch: &Value) -> (&str, bool) {
    let task = branch["StartAt"].as_str().expect("a start");
    let states = branch["States"].as_object().expect("states");
    (task, states.len() == 1 && states[task]["Type"] == "Task" && states[task]["End"] == true)
}

/// Where an error leads that is left after all retries.
fn catch<'a>(name: &str, state: &'a Value, error: &str, task: &str, data: &mut Value) -> Option<&'a str> {
    let rule = state["Catch"].as_array().expect("rules").iter().find(|rule| {
        let names = rule["ErrorEquals"].as_array().expect("names");
        names.iter().any(|name| name == error || name == "States.ALL")
    });
    let rule = rule.unwrap_or_else(|| panic!("`{name}` does not catch {error}"));
    let caught = serde_json::json!({ "Error": error, "Cause": format!("{error} at {task}") });
    put(data, rule.get("ResultPath"), caught);
    rule["Next"].as_str()
}

fn at<'a>(path: &str, data: &'a Value) -> Option<&'a Value> {
    let path = path.strip_prefix("$.").unwrap_or_else(|| panic!("path `{path}`"));
    path.split('.').try_fold(data, |value, field| value.get(field))
}

fn put(data: &mut Value, path: Option<&Value>, value: Value) {
    let Some(path) = path else {
        *data = value;
        return;
    };
    let path = path.as_str().and_then(|path| path.strip_prefix("$.")).unwrap_or_else(|| panic!("path `{path}`"));
    let mut place = data;
    for field in path.split('.') {
        place = place.as_object_mut().expect("an object").entry(field).or_insert(Value::Object(Map::new()));
    }
    *place = value;
}

fn fill(template: &Value, data: &Value) -> Value {
    match template {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| match name.strip_suffix(".$") {
                    Some(name) => (name.to_owned(), expression(value.as_str().expect("an expression"), data)),
                    None => (name.clone(), fill(value, data)),
                })
                .collect(),
        ),
        Value::Array(_) => panic!("a list in parameters is not known here"),
        other => other.clone(),
    }
}

fn expression(text: &str, data: &Value) -> Value {
    if text == "$$.Task.Token" {
        return "token".into();
    }
    if let Some(arguments) = text.strip_prefix("States.MathAdd(").and_then(|rest| rest.strip_suffix(')')) {
        let (path, step) = arguments.split_once(", ").expect("two arguments");
        let value = at(path, data).and_then(Value::as_i64).unwrap_or_else(|| panic!("{text}"));
        return (value + step.parse::<i64>().expect("a number")).into();
    }
    at(text, data).unwrap_or_else(|| panic!("there is no `{text}` in {data}")).clone()
}

fn holds(rule: &Value, data: &Value) -> bool {
    if let Some(rules) = rule.get("And") {
        return rules.as_array().expect("rules").iter().all(|rule| holds(rule, data));
    }
    if let Some(rules) = rule.get("Or") {
        return rules.as_array().expect("rules").iter().any(|rule| holds(rule, data));
    }
    if let Some(rule) = rule.get("Not") {
        return !holds(rule, data);
    }
    let path = rule["Variable"].as_str().expect("a variable");
    let value = at(path, data);
    if let Some(Value::Bool(wanted)) = rule.get("IsPresent") {
        return value.is_some() == *wanted;
    }
    // An engine fails the execution when a variable is not there.
    let value = value.unwrap_or_else(|| panic!("there is no `{path}` in {data}"));
    let number = |name: &str| rule.get(name).and_then(Value::as_i64).zip(value.as_i64());
    let (operator, wanted) = rule
        .as_object()
        .expect("a rule")
        .iter()
        .find(|(name, _)| *name != "Variable" && *name != "Next")
        .expect("an operator");
    match operator.as_str() {
        "BooleanEquals" | "StringEquals" => {
            assert_eq!(std::mem::discriminant(value), std::mem::discriminant(wanted), "`{path}` is {value}");
            value == wanted
        }
        "NumericEquals" => number(operator).is_some_and(|(wanted, value)| value == wanted),
        "NumericGreaterThan" => number(operator).is_some_and(|(wanted, value)| value > wanted),
        "NumericGreaterThanEquals" => number(operator).is_some_and(|(wanted, value)| value >= wanted),
        "NumericLessThan" => number(operator).is_some_and(|(wanted, value)| value < wanted),
        other => panic!("the operator `{other}` is not known here"),
    }
}
