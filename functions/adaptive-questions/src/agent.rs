//! The agent: reads constraints and coverage, and asks.

use agent::{Agent, AgentError, CardDraft, Consulted, Desk, Memory, Thought};
use design::{
    coverage::CoverageReport,
    input::DesignInput,
    node::Node,
    question::{QuestionSet, Unasked},
    signal::QuestionsSignal,
    words,
};
use knowledge::catalogue::Catalogue;
use run::{
    card::{Alternative, Category, Confidence, Fact, Trigger},
    gate::GateKind,
    question::{Priority, Question},
};

use crate::{
    advice,
    choose::{Chosen, choose},
    situation::Situation,
};

/// Asks only for what is missing and would change the design.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdaptiveQuestions;

/// What the agent recalls.
#[derive(Debug, Clone)]
pub struct QuestionsInput {
    /// What is known.
    pub situation: Situation,
    /// What was asked, in the person's words.
    pub requirement: String,
    /// How much is known.
    pub coverage: CoverageReport,
    /// Ids of questions that were answered or defaulted.
    pub asked: Vec<String>,
    /// What an earlier round found to change nothing, where nothing but defaults was taken since.
    pub settled: Vec<Unasked>,
    /// The round, from 0.
    pub round: u32,
    /// What made the agent think.
    pub trigger: Trigger,
}

impl Agent for AdaptiveQuestions {
    const NODE: &'static str = Node::AdaptiveQuestions.as_str();
    const NAME: &'static str = "Questions";
    const READS: &'static [&'static str] =
        &[Node::IntakeExtract.as_str(), Node::CoverageCheck.as_str(), Node::AdaptiveQuestions.as_str()];
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
        // A default that is taken is what the round before planned with; anything else may change what matters.
        let as_planned = memory.gates(GateKind::Input).all(|gate| {
            gate.decision.iter().flat_map(|decision| &decision.answers).all(|(id, answer)| {
                gate.questions.iter().any(|question| question.id == *id && question.default.value == *answer)
            })
        });
        let settled = match memory.iteration().checked_sub(1) {
            Some(before) if as_planned => {
                memory.at::<QuestionSet>(Self::NODE, before)?.map_or_else(Vec::new, |earlier| earlier.unasked)
            }
            Some(_) | None => Vec::new(),
        };
        let design: DesignInput = memory.input()?;
        Ok(QuestionsInput {
            situation: Situation {
                set: memory.latest(Node::IntakeExtract.as_str())?,
                parent,
                industries: Situation::industries_of(&design.requirement),
                weights: design.weights,
            },
            requirement: design.requirement,
            coverage: memory.latest(Node::CoverageCheck.as_str())?,
            asked,
            settled,
            round: memory.iteration(),
            trigger: memory.trigger(GateKind::Input),
        })
    }

    async fn think(
        &self,
        input: QuestionsInput,
        _desk: &Desk,
    ) -> Result<Thought<QuestionSet, QuestionsSignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let chosen = choose(&input.situation, &input.coverage, &input.asked, &input.settled, input.round, catalogue)
            .map_err(|error| AgentError::Defect(error.to_string()))?;
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

    fn consult(
        &self,
        input: &QuestionsInput,
        rules: &Thought<QuestionSet, QuestionsSignal>,
    ) -> Consulted<QuestionSet, QuestionsSignal> {
        if rules.output.questions.is_empty() {
            return Ok(None);
        }
        advice::consult(input, rules).map(Some)
    }
}

/// The name of a question's constraint, as cards have it.
pub(crate) fn label(id: &str) -> String {
    id.replace('_', " ")
}

/// What is asked, in one sentence.
pub(crate) fn decision(questions: &[Question]) -> String {
    match questions.first() {
        None => "No open question would change the design.".to_owned(),
        Some(first) => format!(
            "{} asked, first of all about {}.",
            if questions.len() == 1 {
                "One question is".to_owned()
            } else {
                format!("{} questions are", questions.len())
            },
            label(&first.id)
        ),
    }
}

/// How a card begins what it tells of a question.
pub(crate) fn headline(text: &str) -> String {
    format!("**{text}**")
}

fn card(input: &QuestionsInput, chosen: &Chosen) -> CardDraft {
    let questions = &chosen.set.questions;
    let decision = decision(questions);
    let (value, basis) = if questions.is_empty() {
        (
            input.coverage.score,
            vec![format!("nothing is asked, so the coverage score {:.3} stands", input.coverage.score)],
        )
    } else {
        // The gate's timer looks at the weakest default, and so does whoever asks how sure this is.
        let value = questions.iter().map(|question| question.default.confidence).fold(1.0, f64::min);
        let lines = questions.iter().zip(&chosen.effects).zip(&chosen.basis).map(|((question, effect), basis)| {
            format!(
                "default of {} {:.2} (effect {effect:.2}): {}",
                label(&question.id),
                question.default.confidence,
                basis.join(", ")
            )
        });
        (value, std::iter::once("the weakest default decides".to_owned()).chain(lines).collect())
    };
    let mut card = CardDraft::new(input.trigger, Category::Requirements, decision, Confidence { value, basis });
    card.priority = questions.iter().map(|question| question.priority).min().unwrap_or(Priority::Low);
    card.reasoning.push(format!(
        "A gap or a contradiction is asked about only when the planner, planning with other plausible answers ({} plans \
         were tried), comes to another design. The order is that of the effect: the chance that the default is wrong, \
         times the change then (the share of parts replaced or of the cost that moves, or all of it when feasibility or \
         a law hangs on it). A default's confidence is what is left: the share of the design that is right when it is \
         taken. Defaults are chosen together, each with those before it taken.",
        chosen.plans
    ));
    for (question, effect) in questions.iter().zip(&chosen.effects) {
        card.reasoning.push(format!(
            "{} (effect {effect:.2}) — {} Default `{}`: {}",
            headline(&question.text),
            question.why,
            words::answer(Some(question), &question.default.value),
            question.default.reason
        ));
        for other in &question.others {
            card.reasoning.push(format!(
                "Also suggested, {:.2}: `{}`. {}",
                other.confidence,
                words::answer(Some(question), &other.value),
                other.reason
            ));
        }
    }
    card.reasoning.extend(
        chosen.set.unasked.iter().map(|unasked| {
            format!("Not asked: **{}**. {} {}", words::label(unasked.field), unasked.assumed, unasked.why)
        }),
    );
    card.inputs = vec![
        Fact::new("coverage", format!("{:.3} of {:.2}", input.coverage.score, input.coverage.threshold)),
        Fact::new("gaps", input.coverage.gaps.len().to_string()),
        Fact::new("asked before", input.asked.len().to_string()),
    ];
    card.outputs = questions
        .iter()
        .map(|question| {
            let default = format!(
                "{} ({:.2})",
                words::answer(Some(question), &question.default.value),
                question.default.confidence
            );
            Fact::new(label(&question.id), default)
        })
        .collect();
    let left = chosen.left.iter().map(|left| Alternative {
        name: format!("ask about {}", words::label(left.field)),
        score: left.effect,
        why_not: left.why_not.clone(),
    });
    let unasked = chosen.set.unasked.iter().map(|unasked| Alternative {
        name: format!("ask about {}", words::label(unasked.field)),
        score: Some(0.0),
        why_not: unasked.why.clone(),
    });
    card.alternatives = left.chain(unasked).collect();
    card
}
