//! What a model may add to what the rules read: values of constraints, each with words that it quotes from the requirement.
//!
//! The words must stand in the requirement, and our own reader must find in them what is claimed ([`crate::support`]). What
//! a person gave, what was settled at a gate, and what the rules read from an explicit statement is closed. A correction may
//! ask more of the design and never less: nothing that a model says makes a rule of the policies easier to keep.

mod limits;

use std::collections::BTreeSet;

use agent::{AgentError, Consultation, Prompt, Taken, Thought, has_address, is_hidden, line};
use design::{
    constraint::{ConstraintField, ConstraintSet, Evidence, Source},
    signal::NoSignal,
    words,
};
use knowledge::question_bank::question_bank;
use run::{
    answer::AnswerValue,
    question::{Choice, Field},
};
use serde::{Deserialize, Serialize};

use self::limits::{closed, easier, fits};
use crate::{
    agent::{IntakeInput, read, thought},
    confidence::Weigher,
    merge::{Merged, Origin, field_named},
    quote,
    reader::Reader,
    support::{By, support},
};

/// The registered prompt.
pub const PROMPT: Prompt = Prompt { name: "intake-extract", text: include_str!("../../../prompts/intake-extract.md") };

/// Most tokens of an answer: a value for each field with its words.
const MOST_TOKENS: u32 = 2_000;
/// Longest words that are quoted for one value; who quotes half the text points to nothing.
const LONGEST_QUOTE: usize = 240;
/// Letters of words that our reader does not know; fewer could stand anywhere.
const LEAST_LETTERS: usize = 8;
/// No value that a model read is surer than this: below every one that the rules read from an explicit unit or name.
const HIGHEST: f64 = 0.5;
/// Support of words that stand in the requirement.
const QUOTED: f64 = 0.3;
/// Support of a number that stands in them.
const NUMBER: f64 = 0.25;
/// Support of our own reader, which reads the same in them.
const READ: f64 = 0.3;

/// What a model read.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeAnswer {
    /// Values that are missing or wrong in what the rules read; empty when there is nothing to add.
    #[schemars(length(max = 18))]
    pub values: Vec<ReadValue>,
}

/// One value with the words that say it.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadValue {
    /// The field, by its name in the list.
    #[schemars(extend("enum" = field_names()))]
    pub field: String,
    /// The value, in the form and the unit that the list gives for the field.
    pub value: Proposed,
    /// The words of the requirement that say it, copied letter by letter.
    pub quote: String,
}

/// A value in the form in which questions are answered.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Proposed {
    /// A number in the field's unit.
    Number(f64),
    /// One name.
    Text(String),
    /// Several names.
    Many(Vec<String>),
}

impl Proposed {
    fn answer(&self) -> AnswerValue {
        match self {
            Self::Number(number) => AnswerValue::Number(*number),
            Self::Text(text) => AnswerValue::Text(text.trim().to_owned()),
            Self::Many(names) => AnswerValue::Many(names.iter().map(|name| name.trim().to_owned()).collect()),
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Number(number) => words::readable(*number),
            Self::Text(text) => text.clone(),
            Self::Many(names) => names.join(", "),
        }
    }
}

fn field_names() -> Vec<&'static str> {
    ConstraintField::ALL.into_iter().map(ConstraintField::as_str).collect()
}

/// What the prompt is made from.
#[derive(Debug, Serialize)]
struct Context<'a> {
    requirement: &'a str,
    fields: Vec<Row>,
}

/// A field of the schema, as a model sees it.
#[derive(Debug, Serialize)]
struct Row {
    field: &'static str,
    takes: String,
    read: Option<String>,
    words: Vec<String>,
    confidence: Option<f64>,
    closed: Option<String>,
}

/// Asks what the rules missed.
///
/// # Errors
/// When the prompt cannot be made.
pub(crate) fn consult(input: &IntakeInput) -> Result<Consultation<ConstraintSet, NoSignal>, AgentError> {
    let set = read(input).constraints;
    let row = |field: ConstraintField| Row {
        field: field.as_str(),
        takes: takes(field),
        read: words::constraint(&set, field),
        words: set.words(field).iter().map(|words| words.quote.clone()).collect(),
        confidence: set.provenance(field).map(|provenance| provenance.confidence),
        closed: closed(&set, field),
    };
    let context =
        Context { requirement: &input.design.requirement, fields: ConstraintField::ALL.into_iter().map(row).collect() };
    let prompt = PROMPT.render(&context)?;
    let input = input.clone();
    Ok(Consultation::new(prompt, MOST_TOKENS, move |thought, answer| advice(thought, &input, &answer)))
}

/// What a field takes, in words: the form of its question.
fn takes(field: ConstraintField) -> String {
    let names = |choices: &[Choice]| choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(", ");
    let form = question_bank().question.iter().find(|question| question.field == field).map(|question| &question.form);
    match (field, form) {
        (ConstraintField::Team, _) => "a number, people who will run it".to_owned(),
        (ConstraintField::Regions, _) => "codes of regions of one provider, such as eu-central-1".to_owned(),
        (ConstraintField::Tooling, _) => "names with commas between them; `no` before what is excluded".to_owned(),
        (ConstraintField::ModelTypes, _) => "families of models in snake case with commas between them".to_owned(),
        (_, Some(Field::Number { unit, .. })) => format!("a number, {unit}"),
        (_, Some(Field::Choice { choices })) => format!("one of: {}", names(choices)),
        (_, Some(Field::MultiChoice { choices })) => format!("a list of: {}", names(choices)),
        (_, Some(Field::Text { .. }) | None) => "a text".to_owned(),
    }
}

/// Takes from a model's reading what holds, and puts it on the card.
pub fn advice(thought: &mut Thought<ConstraintSet, NoSignal>, input: &IntakeInput, answer: &IntakeAnswer) -> Taken {
    let mut taken = Taken::default();
    let mut merged = read(input);
    let requirement = &input.design.requirement;
    let reader = Reader::new(requirement);
    let mut seen = BTreeSet::new();
    let mut is_changed = false;
    for proposed in &answer.values {
        let what = format!("{} = {}", proposed.field.replace('_', " "), proposed.value.in_words());
        let Some(field) = field_named(&proposed.field) else {
            taken.drop(&what, "there is no such constraint");
            continue;
        };
        if !seen.insert(field) {
            taken.drop(&what, "another value of the same field came first");
            continue;
        }
        match take(&merged, &reader, requirement, field, proposed) {
            Ok((with, why)) => {
                merged = with;
                is_changed = true;
                let value = words::constraint(&merged.constraints, field).unwrap_or_default();
                taken.keep(&format!("{}: {value}", words::label(field)), &why);
            }
            Err(why) => taken.drop(&what, &why),
        }
    }
    if is_changed {
        *thought = self::thought(input, merged);
    }
    taken
}

/// What is known with one more value, and why it may be taken.
fn take(
    merged: &Merged,
    reader: &Reader,
    requirement: &str,
    field: ConstraintField,
    proposed: &ReadValue,
) -> Result<(Merged, String), String> {
    let now = &merged.constraints;
    if let Some(why) = closed(now, field) {
        return Err(why);
    }
    let quote = proposed.quote.trim();
    if quote.is_empty() {
        return Err("no words are quoted for it".to_owned());
    }
    if quote.chars().count() > LONGEST_QUOTE {
        return Err(format!("more than {LONGEST_QUOTE} characters are quoted, which point to nothing"));
    }
    if has_markup(quote) {
        return Err("an address, markup or hidden characters are no evidence".to_owned());
    }
    // Words may stand in several places, denied in one and said in another.
    let places = quote::places(requirement, quote);
    let mut why_not = "the requirement does not have the quoted words".to_owned();
    for place in &places {
        match support(reader, place, field, &shaped(field, proposed.value.answer())) {
            Ok(supported) => {
                return with(merged, field, supported.value, supported.by, place);
            }
            Err(why) => why_not = why,
        }
    }
    Err(why_not)
}

/// Words that lead somewhere, that a page could take for markup, or that a reader does not see.
fn has_markup(quote: &str) -> bool {
    let is_unseen = |letter: char| is_hidden(letter) && !letter.is_whitespace();
    has_address(quote)
        || ["](", "<", ">", "```"].iter().any(|mark| quote.contains(mark))
        || quote.chars().any(is_unseen)
}

/// Words that could stand anywhere.
fn is_scant(quote: &str) -> bool {
    let letters = quote.chars().filter(|letter| letter.is_alphabetic());
    letters.clone().all(|letter| letter < quote::NO_SPACES_FROM) && letters.count() < LEAST_LETTERS
}

/// A value in the shape that its field has.
fn shaped(field: ConstraintField, value: AnswerValue) -> AnswerValue {
    match (field, value) {
        (
            ConstraintField::Regions | ConstraintField::Compliance | ConstraintField::Workloads,
            AnswerValue::Text(name),
        ) => AnswerValue::Many(vec![name]),
        (ConstraintField::Tooling | ConstraintField::ModelTypes, AnswerValue::Many(names)) => {
            AnswerValue::Text(names.join(", "))
        }
        (_, value) => value,
    }
}

/// Lists grow: what the rules read of laws and tools stays beside what a model adds.
fn grown(now: &ConstraintSet, field: ConstraintField, value: AnswerValue) -> AnswerValue {
    match (field, value) {
        (ConstraintField::Compliance, AnswerValue::Many(mut names)) => {
            let own = now.compliance.iter().flat_map(|stated| &stated.value).map(knowledge::pattern::wire_name);
            let missing: Vec<String> = own.filter(|own| !names.contains(own)).collect();
            names.extend(missing);
            AnswerValue::Many(names)
        }
        (ConstraintField::Tooling, AnswerValue::Text(names)) => {
            let own = now.tooling.iter().flat_map(|stated| {
                let excluded = stated.value.excluded.iter().map(|tool| format!("no {tool}"));
                stated.value.preferred.iter().cloned().chain(excluded)
            });
            AnswerValue::Text(std::iter::once(names).chain(own).collect::<Vec<_>>().join(", "))
        }
        (_, value) => value,
    }
}

/// What is known with one more value, and why it may be taken.
fn with(
    merged: &Merged,
    field: ConstraintField,
    value: AnswerValue,
    by: By,
    place: &Evidence,
) -> Result<(Merged, String), String> {
    let now = &merged.constraints;
    fits(now, field, &value)?;
    if by == By::Words {
        if let Some(known) = words::constraint(now, field) {
            return Err(format!("our own reader does not know these words, and they do not outweigh {known}"));
        }
        if is_scant(&place.quote) {
            return Err("the quoted words say too little".to_owned());
        }
    }
    let weigher = Weigher::default()
        .support("the words stand in the requirement", QUOTED)
        .support_if(by == By::Number, "so does the number", NUMBER)
        .support_if(by == By::Reader, "our own reader reads the same in them", READ);
    let confidence = weigher.value().min(HIGHEST);
    let mut evidence: Vec<Evidence> = match field {
        ConstraintField::Compliance | ConstraintField::Tooling => now.words(field).to_vec(),
        _ => Vec::new(),
    };
    evidence.push(place.clone());
    let origin =
        Origin { source: Source::Text, confidence, evidence: &evidence, note: Some("read in these words by a model") };
    let mut next = merged.clone();
    if !next.take(field, &grown(now, field, value), &origin) {
        return Err(format!("{} does not take this value", words::label(field).to_lowercase()));
    }
    if let Some(easier) = easier(field, now, &next.constraints) {
        return Err(format!("a model may ask more than the rules read and not less: {easier}"));
    }
    if words::constraint(now, field) == words::constraint(&next.constraints, field) {
        return Err("the rules read the same".to_owned());
    }
    let mut lines = weigher.lines();
    lines.push(format!("read by a model, so at most {HIGHEST:.2}"));
    next.basis.insert(field, lines);
    let how = match by {
        By::Reader => "which our own reader reads the same",
        By::Number => "where the number stands",
        By::Words => "which our own reader does not know, so that it is asked about where much hangs on it",
    };
    Ok((next, format!("“{}” stands in the requirement, {how}", line(&place.quote, LONGEST_QUOTE))))
}

#[cfg(test)]
mod tests;
