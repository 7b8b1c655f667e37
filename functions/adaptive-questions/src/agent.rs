//! The agent: reads constraints and coverage, and asks.

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::ConstraintSet, coverage::CoverageReport, node::Node, question::QuestionSet, signal::QuestionsSignal,
};
use run::{
    answer::AnswerValue,
    card::{Alternative, Category, Confidence, Fact, Trigger},
    gate::GateKind,
    question::Priority,
};

use crate::choose::{Chosen, choose};

/// Asks only for what is missing and would change the design.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdaptiveQuestions;

/// What the agent recalls.
#[derive(Debug, Clone)]
pub struct QuestionsInput {
    /// The constraints.
    pub constraints: ConstraintSet,
    /// How much is known.
    pub coverage: CoverageReport,
    /// The parent version's constraints.
    pub parent: Option<ConstraintSet>,
    /// Ids of questions that were answered or defaulted.
    pub asked: Vec<String>,
    /// The round, from 0.
    pub round: u32,
    /// What made the agent think.
    pub trigger: Trigger,
}

impl Agent for AdaptiveQuestions {
    const NODE: &'static str = Node::AdaptiveQuestions.as_str();
    const NAME: &'static str = "Questions";
    const READS: &'static [&'static str] = &[Node::IntakeExtract.as_str(), Node::CoverageCheck.as_str()];
    const READS_PARENT: &'static [&'static str] = &[Node::IntakeExtract.as_str()];
    type Input = QuestionsInput;
    type Output = QuestionSet;
    type Signal = QuestionsSignal;

    fn recall(&self, memory: &Memory) -> Result<QuestionsInput, AgentError> {
        let parent = match memory.parent() {
            Some(parent) => parent.find(Node::IntakeExtract.as_str())?,
            None => None,
        };
        let asked: Vec<String> = memory
            .gates(GateKind::Input)
            .filter_map(|gate| gate.decision.as_ref())
            .flat_map(|decision| decision.answers.keys().chain(&decision.defaulted).cloned())
            .collect();
        Ok(QuestionsInput {
            constraints: memory.latest(Node::IntakeExtract.as_str())?,
            coverage: memory.latest(Node::CoverageCheck.as_str())?,
            parent,
            asked,
            round: memory.iteration(),
            trigger: memory.trigger(GateKind::Input),
        })
    }

    async fn think(
        &self,
        input: QuestionsInput,
        _desk: &Desk,
    ) -> Result<Thought<QuestionSet, QuestionsSignal>, AgentError> {
        let chosen = choose(&input.constraints, &input.coverage, input.parent.as_ref(), &input.asked, input.round);
        let number = chosen.set.questions.len();
        let card = card(&input, &chosen);
        let summary = match number {
            0 => "Nothing is left that is worth asking.".to_owned(),
            1 => "1 question.".to_owned(),
            _ => format!("{number} questions."),
        };
        let signal = QuestionsSignal { questions: u32::try_from(number).unwrap_or(u32::MAX) };
        Ok(Thought { output: chosen.set, signal, summary, card, artifacts: Vec::new() })
    }
}

fn show(value: &AnswerValue) -> String {
    match value {
        AnswerValue::Number(number) => number.to_string(),
        AnswerValue::Text(text) => text.clone(),
        AnswerValue::Many(values) if values.is_empty() => "none".to_owned(),
        AnswerValue::Many(values) => values.join(", "),
    }
}

fn card(input: &QuestionsInput, chosen: &Chosen) -> CardDraft {
    let questions = &chosen.set.questions;
    let label = |id: &str| id.replace('_', " ");
    let decision = match questions.first() {
        None => "No question is worth a person's time.".to_owned(),
        Some(first) => format!(
            "{} asked, first of all about {}.",
            if questions.len() == 1 {
                "One question is".to_owned()
            } else {
                format!("{} questions are", questions.len())
            },
            label(&first.id)
        ),
    };
    let (value, basis) = if questions.is_empty() {
        (
            input.coverage.score,
            vec![format!("nothing is asked, so the coverage score {:.3} stands", input.coverage.score)],
        )
    } else {
        let weight: f64 = chosen.effects.iter().sum();
        let sum: f64 = questions.iter().zip(&chosen.effects).map(|(q, effect)| q.default.confidence * effect).sum();
        let lines = questions.iter().zip(&chosen.effects).zip(&chosen.basis).map(|((question, effect), basis)| {
            format!(
                "default of {} {:.2} (effect {effect:.2}): {}",
                label(&question.id),
                question.default.confidence,
                basis.join(", ")
            )
        });
        let mean = if weight > 0.0 { (sum / weight * 1000.0).round() / 1000.0 } else { 0.0 };
        (
            mean,
            std::iter::once("mean of the defaults' confidences, weighted by effect".to_owned()).chain(lines).collect(),
        )
    };
    let mut card = CardDraft::new(input.trigger, Category::Requirements, decision, Confidence { value, basis });
    card.priority = questions.iter().map(|question| question.priority).min().unwrap_or(Priority::Low);
    card.reasoning.push(
        "Asked is only for gaps and contradictions of the coverage report that were not asked before, in the order of \
         priority and effect: weight × mean of the impact on components and on cost × what is not known yet."
            .to_owned(),
    );
    for (question, effect) in questions.iter().zip(&chosen.effects) {
        card.reasoning.push(format!(
            "**{}** (effect {effect:.2}) — default `{}`: {}",
            question.text,
            show(&question.default.value),
            question.default.reason
        ));
    }
    card.inputs = vec![
        Fact::new("coverage", format!("{:.3} of {:.2}", input.coverage.score, input.coverage.threshold)),
        Fact::new("gaps", input.coverage.gaps.len().to_string()),
        Fact::new("asked before", input.asked.len().to_string()),
    ];
    card.outputs = questions
        .iter()
        .map(|question| {
            let default = format!("{} ({:.2})", show(&question.default.value), question.default.confidence);
            Fact::new(label(&question.id), default)
        })
        .collect();
    card.alternatives = chosen
        .left
        .iter()
        .map(|left| Alternative {
            name: format!("ask about {}", label(left.field.as_str())),
            score: Some((left.effect * 1000.0).round() / 1000.0),
            why_not: left.why_not.clone(),
        })
        .collect();
    card
}
