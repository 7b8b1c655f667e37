//! What the state machine caught, in words: the cause, the node, and what a person can do.

use run::{
    node::Step,
    record::{Failure, Run},
};
use serde::Deserialize;

/// Longest cause that is kept, in characters; the whole is in the function's log.
const CAUSE_LIMIT: usize = 2000;

/// What Step Functions hands on of a function's error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LambdaCause {
    error_message: Option<String>,
    error_type: Option<String>,
}

/// The failure of a run. `at_work` is the step that was announced and has stored nothing yet.
pub(crate) fn failure(run: &Run, at_work: Option<&Step>, error: &str, cause: &str) -> Failure {
    let lambda = serde_json::from_str::<LambdaCause>(cause).ok();
    // A function that dies without its own word is caught under the engine's name; the JSON then says more.
    let name = match (error, lambda.as_ref().and_then(|lambda| lambda.error_type.clone())) {
        ("" | "States.TaskFailed" | "Lambda.Unknown", Some(inner)) if !inner.is_empty() => inner,
        ("", _) => "Unknown".to_owned(),
        (name, _) => name.to_owned(),
    };
    let words = lambda.and_then(|lambda| lambda.error_message).unwrap_or_else(|| cause.trim().to_owned());
    let words = if words.is_empty() { format!("{name}, without a message") } else { words };
    // Nobody is at work at a gate that expires; it is where the run was all the same.
    let step = if name == "GateExpired" { run.progress.current.as_ref() } else { at_work };
    Failure {
        node: step.map(|step| step.node.clone()),
        cause: words.chars().take(CAUSE_LIMIT).collect(),
        way_out: way_out(&name).to_owned(),
        error: name,
    }
}

/// What a person can do, by the error's name.
fn way_out(error: &str) -> &'static str {
    match error {
        "Transient" => {
            "A service did not answer in time, also when asked again. Resume the run: it goes on where it stopped."
        }
        "Contention" => "Too many changes came at the same moment. Resume the run: it goes on where it stopped.",
        "MemoryIncomplete" => {
            "Something that an earlier step stored is missing or was written by another release. Resume the run; when that \
             fails too, start a new version from the same requirement."
        }
        "RunEnded" | "Superseded" => "Nothing is to be done: the run was ended or started again elsewhere.",
        "Unworkable" => "Change the requirement as the cause says, and start a new version.",
        "Defect" | "SignalMissing" => {
            "This is a fault of the platform. Resume the run to try the step once more; when it fails again, report the cause \
             with the run's id."
        }
        "GateExpired" => "Resume the run: the gate opens again and waits for a decision.",
        "States.Timeout" | "Sandbox.Timedout" => {
            "The step took longer than it may. Resume the run to try it again; when it takes too long again, report it with the \
             run's id."
        }
        "Runtime.ExitError" | "Lambda.Unknown" | "Runtime.OutOfMemory" => {
            "The function ended without an answer, most often for lack of memory. Resume the run; when it happens again, give \
             the function more memory in the template."
        }
        name if name.starts_with("Lambda.") => {
            "The engine could not call the function. Resume the run: it goes on where it stopped."
        }
        _ => "Resume the run: finished steps are kept, and it goes on where it stopped.",
    }
}

#[cfg(test)]
mod tests;
