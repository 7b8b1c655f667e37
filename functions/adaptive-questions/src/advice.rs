//! What a model may do with the questions: word them for the person, and order those of equal weight.
//!
//! Ids, kinds, choices, defaults and priorities are the rules'. A new wording is plain text, still asks for the same thing
//! in the same unit, and brings no figure of its own. Questions change places only with those of the same priority.

mod wording;

use std::collections::BTreeSet;

use agent::{AgentError, Consultation, Prompt, Taken, Thought, line};
use design::{constraint::ConstraintField, question::QuestionSet, signal::QuestionsSignal, words};
use run::question::{Field, Priority, Question};
use serde::{Deserialize, Serialize};

use crate::agent::{QuestionsInput, decision, headline, label};

/// The registered prompt.
pub const PROMPT: Prompt =
    Prompt { name: "adaptive-questions", text: include_str!("../../../prompts/adaptive-questions.md") };

/// Most tokens of an answer: a sentence for each question, and their order.
const MOST_TOKENS: u32 = 1_200;

/// How a model would ask.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionsAnswer {
    /// New wordings; only of questions that gain by it.
    #[schemars(length(max = 18))]
    pub wordings: Vec<Wording>,
    /// Ids of all questions in a better order, or nothing when the order is good. Only questions of the same priority may
    /// change places.
    #[schemars(length(max = 18))]
    pub order: Vec<String>,
}

/// A question in other words.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Id of the question.
    pub id: String,
    /// The question, one sentence of plain text in English that ends with a question mark.
    pub text: String,
}

/// What the prompt is made from.
#[derive(Debug, Serialize)]
struct Context<'a> {
    requirement: &'a str,
    known: Vec<Known>,
    questions: Vec<Asked<'a>>,
}

#[derive(Debug, Serialize)]
struct Known {
    field: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct Asked<'a> {
    id: &'a str,
    text: &'a str,
    why: &'a str,
    priority: Priority,
    takes: String,
    default: String,
}

/// Asks how the questions would be put better.
///
/// # Errors
/// When the prompt cannot be made.
pub(crate) fn consult(
    input: &QuestionsInput,
    rules: &Thought<QuestionSet, QuestionsSignal>,
) -> Result<Consultation<QuestionSet, QuestionsSignal>, AgentError> {
    let set = &input.situation.set;
    let known = ConstraintField::ALL.into_iter().filter_map(|field| {
        let value = words::constraint(set, field)?;
        Some(Known { field: field.as_str(), value })
    });
    let asked = |question| -> Asked<'_> {
        let question: &Question = question;
        Asked {
            id: &question.id,
            text: &question.text,
            why: &question.why,
            priority: question.priority,
            takes: takes(&question.field),
            default: words::answer(Some(question), &question.default.value),
        }
    };
    let context = Context {
        requirement: &input.requirement,
        known: known.collect(),
        questions: rules.output.questions.iter().map(asked).collect(),
    };
    let prompt = PROMPT.render(&context)?;
    Ok(Consultation::new(prompt, MOST_TOKENS, |thought, answer| advice(thought, &answer)))
}

fn takes(field: &Field) -> String {
    match field {
        Field::Text { max_length } => format!("a text of at most {max_length} characters"),
        Field::Number { unit, .. } => format!("a number, {unit}"),
        Field::Choice { choices } => {
            format!("one of: {}", choices.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>().join("; "))
        }
        Field::MultiChoice { choices } => {
            format!("any of: {}", choices.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>().join("; "))
        }
    }
}

/// Takes from a model's wording what asks for the same thing, and puts it on the card.
pub fn advice(thought: &mut Thought<QuestionSet, QuestionsSignal>, answer: &QuestionsAnswer) -> Taken {
    let mut taken = Taken::default();
    let mut seen = BTreeSet::new();
    for wording in &answer.wordings {
        let what = format!("{}: {}", label(&wording.id), wording.text);
        let Some(question) = thought.output.questions.iter_mut().find(|question| question.id == wording.id) else {
            taken.drop(&what, "no such question is asked");
            continue;
        };
        if !seen.insert(wording.id.as_str()) {
            taken.drop(&what, "another wording of the same question came first");
            continue;
        }
        match wording::check(question, &wording.text) {
            Ok(text) => {
                let (before, after) = (headline(&question.text), headline(&text));
                for paragraph in &mut thought.card.reasoning {
                    if let Some(rest) = paragraph.strip_prefix(&before) {
                        *paragraph = format!("{after}{rest}");
                    }
                }
                taken.keep(&format!("{}: {text}", label(&question.id)), "it asks for the same thing, in other words");
                question.text = text;
            }
            Err(why) => taken.drop(&what, why),
        }
    }
    reorder(thought, &answer.order, &mut taken);
    taken
}

/// Lets questions of the same priority change places.
fn reorder(thought: &mut Thought<QuestionSet, QuestionsSignal>, order: &[String], taken: &mut Taken) {
    let questions = &thought.output.questions;
    if order.is_empty() || order.iter().eq(questions.iter().map(|question| &question.id)) {
        return;
    }
    let what = format!("order: {}", line(&order.join(", "), 160));
    let is_unknown = |id: &&String| !questions.iter().any(|question| question.id == **id);
    if order.iter().any(|id| is_unknown(&id)) || order.iter().collect::<BTreeSet<_>>().len() != order.len() {
        taken.drop(&what, "it names what is not asked, or names it twice");
        return;
    }
    let rank = |question: &Question| order.iter().position(|id| *id == question.id).unwrap_or(usize::MAX);
    let mut reordered = questions.clone();
    for priority in [Priority::Critical, Priority::High, Priority::Medium, Priority::Low] {
        let places: Vec<usize> = (0..questions.len()).filter(|place| questions[*place].priority == priority).collect();
        let mut same: Vec<Question> = places.iter().map(|place| questions[*place].clone()).collect();
        same.sort_by_key(rank);
        for (place, question) in places.into_iter().zip(same) {
            reordered[place] = question;
        }
    }
    if reordered == *questions {
        taken.drop(&what, "only questions of the same priority may change places");
        return;
    }
    let ids: Vec<String> = reordered.iter().map(|question| label(&question.id)).collect();
    let why = if reordered.iter().map(|question| &question.id).eq(order) {
        "questions of the same priority changed places"
    } else {
        "as far as questions of the same priority may change places"
    };
    taken.keep(&format!("order: {}", ids.join(", ")), why);
    thought.card.decision = decision(&reordered);
    thought.card.outputs.sort_by_key(|fact| ids.iter().position(|id| *id == fact.label));
    thought.output.questions = reordered;
}

#[cfg(test)]
mod tests;
