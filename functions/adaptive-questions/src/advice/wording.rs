//! Whether a question in other words is still the same question.

use std::collections::BTreeSet;

use agent::{figures, has_address, line};
use run::question::{Choice, Field, Question};

/// Longest wording, in characters.
const LONGEST: usize = 240;
/// Letters from which on a word says something.
const LEAST_LETTERS: usize = 4;
/// Letters by which forms of a word are the same: "month", "monthly".
const STEM: usize = 5;
/// Words of the question's own that a wording has at least.
const LEAST_OWN: usize = 2;
/// Share of the words that say something which are the question's own.
const LEAST_SHARE: f64 = 0.4;

/// Words that say nothing by themselves.
const EMPTY: [&str; 42] = [
    "what", "which", "with", "will", "shall", "should", "that", "this", "from", "have", "must", "would", "could",
    "your", "their", "there", "when", "then", "than", "does", "into", "them", "they", "been", "being", "want",
    "please", "roughly", "about", "need", "needs", "like", "tell", "know", "many", "much", "some", "each", "also",
    "most", "more", "where",
];
/// Stems of units: they are neither added nor left out.
const UNITS: [&str; 17] = [
    "month", "year", "yearl", "annua", "week", "weekl", "quart", "daily", "hour", "hourl", "minut", "secon", "milli",
    "perce", "share", "gigab", "terab",
];
/// What no question of a design asks for.
const SECRETS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "credential",
    "token",
    "api key",
    "apikey",
    "access key",
    "private key",
    "card number",
    "cvv",
    "one-time code",
    "ssn",
];

/// The wording as plain text.
///
/// # Errors
/// Why it is not the same question.
pub(super) fn check(question: &Question, wording: &str) -> Result<String, &'static str> {
    let wording = wording.trim();
    let text = line(wording, LONGEST);
    if wording.chars().count() > LONGEST {
        return Err("it is longer than 240 characters");
    }
    let lower = text.to_lowercase();
    if text != wording.split_whitespace().collect::<Vec<_>>().join(" ") || has_address(wording) || lower.contains('@') {
        return Err("it has markup, hidden characters or an address in it");
    }
    if !text.ends_with('?') {
        return Err("it is no question");
    }
    if SECRETS.iter().any(|secret| lower.contains(secret)) {
        return Err("it asks for a secret");
    }
    if text == question.text {
        return Err("it is the same wording");
    }
    if figures(&text) != figures(&question.text) {
        return Err("it does not have the same figures");
    }
    // "(none: leave empty)": how an answer is taken.
    if let Some(note) = bracket(&question.text)
        && !text.contains(note)
    {
        return Err("it leaves out what stands in brackets, which tells how an answer is taken");
    }
    let (said, own) = (stems(&text), stems(&question.text));
    let form = match &question.field {
        Field::Number { unit, .. } => stems(unit),
        Field::Text { .. } | Field::Choice { .. } | Field::MultiChoice { .. } => BTreeSet::new(),
    };
    let units = |stems: &BTreeSet<String>| -> BTreeSet<String> {
        stems.iter().filter(|stem| UNITS.contains(&stem.as_str())).cloned().collect()
    };
    let (before, after) = (units(&own), units(&said));
    if !before.is_subset(&after) || !after.iter().all(|unit| before.contains(unit) || form.contains(unit)) {
        return Err("it does not have the same unit");
    }
    let vocabulary = vocabulary(question);
    let shared = said.intersection(&vocabulary).count();
    let speaking = said.len().max(1) as f64;
    if shared < LEAST_OWN.min(own.len().max(1)) || (shared as f64) / speaking < LEAST_SHARE {
        return Err("it does not mention what is asked");
    }
    Ok(text)
}

/// The words in which the rules speak of the question.
fn vocabulary(question: &Question) -> BTreeSet<String> {
    let labels = |choices: &[Choice]| choices.iter().map(|choice| choice.label.clone()).collect::<Vec<_>>().join(" ");
    let form = match &question.field {
        Field::Text { .. } => String::new(),
        Field::Number { unit, .. } => unit.clone(),
        Field::Choice { choices } | Field::MultiChoice { choices } => labels(choices),
    };
    let id = question.id.replace('_', " ");
    stems(&[id.as_str(), &question.text, &question.why, &form, &question.default.reason].join(" "))
}

/// Beginnings of the words that say something.
fn stems(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphabetic());
    let speaking = words.filter(|word| word.chars().count() >= LEAST_LETTERS && !EMPTY.contains(word));
    speaking.map(|word| word.chars().take(STEM).collect()).collect()
}

/// What stands in brackets, with them.
fn bracket(text: &str) -> Option<&str> {
    let (from, to) = (text.find('(')?, text.rfind(')')?);
    (from < to).then(|| &text[from..=to])
}
