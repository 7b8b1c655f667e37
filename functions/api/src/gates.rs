//! Gates: answering and holding them.

use agent::{chain, gate::GateResult};
use jiff::Timestamp;
use lambda::principal::Principal;
use run::{
    answer::{AnswerValue, Answers},
    body::Sha256Hex,
    gate::{Decision, Gate, GateDecision, GateId, GateStatus},
    id::RunKey,
    question::check_answers,
    record::Run,
};
use serde::{Deserialize, Serialize};
use store::{GateOutcome, Hold, TaskToken, Verdict};
use utoipa::ToSchema;

use crate::{
    Api,
    jobs::{self, ExecutionStatus},
    problem::{FieldError, Kind, Problem, decided, ended},
    text,
};

/// Longest comment, in characters.
const COMMENT_MAX_CHARACTERS: usize = 5_000;

/// A person's decision at a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateAnswer {
    /// The gate, such as `input-0`.
    pub gate: GateId,
    /// Hash of what was shown at the gate: the gate's `subject_hash`.
    pub subject_hash: Sha256Hex,
    /// What is decided: one of the gate's `options`.
    pub decision: Decision,
    /// Answers by question id; a question left out takes its smart default.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, run::answer::AnswerValue>)]
    pub answers: Answers,
    /// Why, at most 5,000 characters; required for `revise`, where it tells the planner what to change.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub comment: Option<String>,
    /// The decision set's `revision` as it was read; when given, the answer is refused if the set has changed since.
    #[serde(default)]
    pub version: Option<u64>,
}

/// Decides at a gate, if nobody has.
///
/// # Errors
/// When the answer does not fit the gate as it stands, or somebody else has decided.
pub async fn answer(api: &Api, who: &Principal, key: &RunKey, answer: GateAnswer) -> Result<Gate, Problem> {
    let run = api.store.run(key).await?;
    let gate = api.store.gate(key, &answer.gate).await?;
    if gate.status == GateStatus::Pending {
        check(&run, &gate, &answer)?;
    }
    let (answers, defaulted) = gate.complete(&cleaned(answer.answers));
    let decision = GateDecision {
        decision: answer.decision,
        actor: who.actor(),
        at: Timestamp::now(),
        comment: answer.comment.filter(|comment| !comment.trim().is_empty()).map(|comment| redaction::redact(&comment)),
        answers,
        defaulted,
    };
    match api.store.decide_gate(key, None, &gate.id, Verdict::Answered(decision)).await? {
        GateOutcome::Won { gate, committed, token } => {
            tokio::join!(complete(api, token, &gate), api.live.push(key, &committed.events));
            go_on(api, key, &committed.run).await;
            Ok(gate)
        }
        GateOutcome::Lost { gate, token } => {
            // The winner may have died before it completed the task; doing it again does no harm.
            complete(api, token, &gate).await;
            go_on(api, key, &run).await;
            Err(decided(gate))
        }
        // Only the timer is kept off by a held gate; a person is not.
        GateOutcome::Held { .. } => Err(crate::problem::internal().because("a held gate refused a person")),
    }
}

/// Answers in free words without what does not belong into them; choices and numbers stay.
fn cleaned(answers: Answers) -> Answers {
    let clean = |value| match value {
        AnswerValue::Text(text) => AnswerValue::Text(redaction::redact(&text)),
        AnswerValue::Number(_) | AnswerValue::Many(_) => value,
    };
    answers.into_iter().map(|(question, value)| (question, clean(value))).collect()
}

fn check(run: &Run, gate: &Gate, answer: &GateAnswer) -> Result<(), Problem> {
    if run.status.has_ended() {
        return Err(ended(run.status));
    }
    if let Some(version) = answer.version.filter(|version| *version != run.revision) {
        let detail = format!("is {version}, but the decision set is at revision {} now; read it again", run.revision);
        return Err(Problem::field(Kind::VersionChanged, "version", detail));
    }
    if gate.subject_hash != answer.subject_hash {
        let detail = "is not that of what the gate shows now; read the gate again and decide on what it shows";
        return Err(Problem::field(Kind::GateChanged, "subject_hash", detail).with_gate(gate.clone()));
    }
    let invalid = check_answers(&gate.questions, &answer.answers);
    let answers = invalid
        .into_iter()
        .map(|invalid| FieldError { field: format!("answers.{}", invalid.question), detail: invalid.problem });
    if let Some(problem) = Problem::fields(Kind::AnswersInvalid, answers.collect()) {
        return Err(problem);
    }
    Problem::fields(Kind::BodyInvalid, check_decision(gate, answer)).map_or(Ok(()), Err)
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Revise => "revise",
        Decision::Reject => "reject",
    }
}

fn check_decision(gate: &Gate, answer: &GateAnswer) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !gate.options.contains(&answer.decision) {
        let options: Vec<_> = gate.options.iter().map(|option| format!("`{}`", word(*option))).collect();
        let detail = format!(
            "is `{}`, which gate {} does not offer; {} is",
            word(answer.decision),
            gate.id,
            options.join(" or ")
        );
        errors.push(FieldError { field: "decision".to_owned(), detail });
    }
    let comment = answer.comment.as_deref().unwrap_or_default();
    if answer.decision == Decision::Revise && comment.trim().is_empty() {
        let detail = "is needed for `revise`: say what the planner is to change".to_owned();
        errors.push(FieldError { field: "comment".to_owned(), detail });
    }
    errors.extend(text::check_length("comment", comment, COMMENT_MAX_CHARACTERS));
    errors
}

/// Completes the task that waits at the gate. It may fail: the record has decided, and the task's own timeout finds that.
async fn complete(api: &Api, token: Option<TaskToken>, gate: &Gate) {
    let (Some(token), Some(result)) = (token, GateResult::decided(gate)) else { return };
    if let Err(error) = api.tasks.succeed(&token, &result).await {
        let error = chain(&error);
        tracing::warn!(gate.id = %gate.id, error, "gate {} is decided, but its task could not be told", gate.id);
    }
}

/// A decision makes the work go on, also where the execution that waited for it is gone, such as after a restart of the
/// local engine: then a new attempt replays what is stored and finds the gate decided.
async fn go_on(api: &Api, key: &RunKey, run: &Run) {
    let status = api.executions.status(&run.job().execution_name()).await;
    if !matches!(status, Ok(status) if status != ExecutionStatus::Running) {
        return;
    }
    // A run that has ended in the meantime, or that somebody else has resumed, needs nothing.
    if let Err(problem) = jobs::resume(api, key).await {
        tracing::info!(run.id = %run.id, "run {} is not started again: {problem:?}", run.id);
    }
}

/// Holds a gate open for a person who is at its form.
///
/// # Errors
/// When there is no such gate, it is decided, or the store does not answer.
pub async fn hold(api: &Api, who: &Principal, key: &RunKey, gate: &GateId) -> Result<Gate, Problem> {
    let found = api.store.gate(key, gate).await?;
    if found.status != GateStatus::Pending {
        return Err(decided(found));
    }
    // The long timer begins when the short one has run out.
    let begins = found.expires_at.max(Timestamp::now());
    let expires_at = begins.checked_add(api.long_gate_timeout).unwrap_or(Timestamp::MAX);
    let held = api.store.hold_gate(key, gate, Hold { actor: who.actor(), expires_at }).await?;
    if let Some(committed) = held.committed {
        api.live.push(key, &committed.events).await;
    }
    Ok(held.gate)
}
