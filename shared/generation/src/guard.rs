//! What a text that a model changed may not do that its template's text does not.

mod python;

use std::collections::BTreeSet;

use agent::{figures, has_address};
use python::Module;

/// Marks of work that is left for later.
const LATER: &[&str] = &["TODO", "FIXME", "XXX", "NotImplemented"];

/// So many letters of the requirement in a row (about six words) are its words, and no longer the file's: who wrote them
/// did not write them to be published with the code.
const OTHERS_LETTERS: usize = 30;

/// True for a file of which pieces may be changed. What deploys, builds, pins or guards is not among them.
pub(crate) fn may_be_changed(path: &str) -> bool {
    let code = path.ends_with(".py") && (path.starts_with("src/") || path.starts_with("tests/"));
    let words = path.ends_with(".md") && !path.starts_with(".github/");
    code || words
}

/// Holds a changed text against the template's and the requirement that it was changed for.
///
/// # Errors
/// What it may not.
pub(crate) fn check(path: &str, template: &str, text: &str, requirement: &str) -> Result<(), String> {
    let lines: BTreeSet<&str> = template.lines().collect();
    let new: Vec<&str> = text.lines().filter(|line| !lines.contains(line)).collect();
    for line in &new {
        if has_address(line) && (line.contains("://") || line.contains("www.") || line.contains("mailto:")) {
            return Err("there is an address in it".to_owned());
        }
        if let Some(mark) = LATER.iter().find(|mark| line.contains(**mark)) {
            return Err(format!("it leaves something for later: {mark}"));
        }
        if line.chars().any(|letter| letter != '\t' && agent::is_hidden(letter)) {
            return Err("there are hidden marks in it".to_owned());
        }
        if path.ends_with(".md") && line.contains('<') {
            return Err("there is markup in it".to_owned());
        }
    }
    let new = new.join("\n");
    if repeats(&new, requirement) {
        return Err("it repeats the requirement word by word".to_owned());
    }
    if path.ends_with(".md") {
        let known = &figures(template) | &figures(requirement);
        return match figures(&new).difference(&known).next() {
            Some(figure) => Err(format!("it says {figure}, which neither the file nor the requirement does")),
            None => Ok(()),
        };
    }
    let (Some(before), Some(now)) = (Module::of(template), Module::of(text)) else {
        return Err("it would be no Python any more".to_owned());
    };
    let less = if path.starts_with("tests/") { now.checks_less(&before) } else { None };
    match less.or_else(|| now.exceeds(&before, requirement)) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// True where [`OTHERS_LETTERS`] letters of the requirement stand in a row, whatever is between them.
fn repeats(text: &str, requirement: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (text, requirement) = (letters(text), letters(requirement));
    let theirs: BTreeSet<&[char]> = runs(&requirement).collect();
    runs(&text).any(|run| theirs.contains(run))
}

/// From each letter on, as many as are somebody's words.
fn runs(letters: &[char]) -> impl Iterator<Item = &[char]> {
    (0..letters.len()).filter_map(|begin| {
        let mut weight = 0;
        let end = letters[begin..].iter().position(|letter| {
            // From U+2E80 on there are scripts in which a letter says what four of an alphabet do.
            weight += if *letter < '\u{2e80}' { 1 } else { 4 };
            weight >= OTHERS_LETTERS
        })?;
        Some(&letters[begin..=begin + end])
    })
}
