//! Opens the gate at which a person answers questions.

use agent::{
    AgentError, CardDraft, Memory,
    gate::{GateDraft, Gatekeeper},
};
use design::{node::Node, question::QuestionSet};
use run::{
    card::{Category, Confidence, Fact},
    gate::{Decision, GateKind},
    question::{Priority, Question},
};
use serde_json::json;

/// The keeper of the input gate.
#[derive(Debug, Clone, Copy, Default)]
pub struct InputGate;

impl Gatekeeper for InputGate {
    const NODE: &'static str = Node::HitlGateInput.as_str();
    const NAME: &'static str = "Input gate";
    const READS: &'static [&'static str] = &[Node::AdaptiveQuestions.as_str()];
    const KIND: GateKind = GateKind::Input;

    fn prepare(&self, memory: &Memory) -> Result<GateDraft, AgentError> {
        let node = Node::AdaptiveQuestions.as_str();
        let set: QuestionSet = memory.at(node, memory.iteration())?.ok_or_else(|| {
            AgentError::MemoryIncomplete(format!("there are no questions of round {}", memory.iteration()))
        })?;
        let questions = set.questions;
        let mut card = CardDraft::new(
            memory.trigger(GateKind::Input),
            Category::Approval,
            decision(&questions),
            confidence(&questions),
        );
        card.priority = questions.iter().map(|question| question.priority).min().unwrap_or(Priority::Low);
        card.reasoning = reasoning(&questions);
        card.inputs = vec![Fact::new("Round of questions", (set.round + 1).to_string())];
        card.outputs = questions
            .iter()
            .map(|question| {
                Fact::new(question.text.clone(), format!("default confidence {:.2}", question.default.confidence))
            })
            .collect();
        Ok(GateDraft {
            subject: json!({ "round": set.round, "questions": questions }),
            summary: summary(&questions),
            questions,
            options: vec![Decision::Approve],
            risks: Vec::new(),
            confidence: None,
            card,
        })
    }
}

fn decision(questions: &[Question]) -> String {
    match questions {
        [] => "Ask a person to confirm what was understood before anything is designed.".to_owned(),
        [one] => format!("Ask a person before anything is designed: {}", one.text),
        many => format!("Ask a person {} questions before anything is designed.", many.len()),
    }
}

fn summary(questions: &[Question]) -> String {
    let critical = questions.iter().filter(|question| question.priority == Priority::Critical).count();
    match (questions.len(), critical) {
        (0, _) => "Nothing that would change the design is missing. Confirm to go on.".to_owned(),
        (1, 0) => "One open point would change the design. It has a default that can stay.".to_owned(),
        (1, _) => "One open point, a critical one, would change the design. It has a default that can stay.".to_owned(),
        (all, 0) => format!("{all} open points would change the design. Each has a default that can stay."),
        (all, critical) => format!(
            "{all} open points would change the design, {critical} of them critical. Each has a default that can stay."
        ),
    }
}

fn reasoning(questions: &[Question]) -> Vec<String> {
    questions.iter().map(|question| format!("**{}** {}", question.text, question.why)).collect()
}

/// How sure the run could be without asking: the weakest default decides.
fn confidence(questions: &[Question]) -> Confidence {
    let Some(weakest) = questions.iter().min_by(|a, b| a.default.confidence.total_cmp(&b.default.confidence)) else {
        return Confidence { value: 1.0, basis: vec!["no question is open".to_owned()] };
    };
    let mut basis = vec![format!("the weakest default is that of `{}`", weakest.id)];
    basis.extend(
        questions.iter().map(|question| format!("default of `{}`: {:.2}", question.id, question.default.confidence)),
    );
    Confidence { value: weakest.default.confidence, basis }
}

#[cfg(test)]
mod tests;
