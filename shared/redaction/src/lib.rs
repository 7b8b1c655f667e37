//! Finds credentials and personal data in what people write, and takes them out.
//!
//! The rules are data (`data/rules.toml`): shapes that issuers of credentials document, and forms of personal data.
//! [`redact`] is used where a text comes in, so that what is taken out is stored nowhere. [`Secrets`] is the second line:
//! it takes what was found in some texts out of everything that was made from them.
//!
//! **What rules cannot do.** A person's name has no form: it is found beside an address, after a title and after words
//! such as `Contact:`, and nowhere else. A password that looks like a word, said without the word `password`, is not
//! found. Entropy is not used, because ids, hashes and names of buckets are as random as a secret, and taking them out
//! would take sense out of a requirement.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Shorter pieces of what was taken out are no secret any more, and may be parts of other words.
const PIECE_MIN_CHARACTERS: usize = 8;
/// Words in capitals that stand where a name could stand and are none.
const NOT_PERSONS: [&str; 12] = [
    "Amazon",
    "AWS",
    "Apache",
    "Azure",
    "Bedrock",
    "Cloud",
    "Google",
    "Lambda",
    "Microsoft",
    "SageMaker",
    "Team",
    "Support",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    Mixed,
    Luhn,
    Iban,
    Phone,
    Person,
}

#[derive(Debug, Deserialize)]
struct RuleText {
    label: String,
    pattern: String,
    check: Option<Check>,
}

#[derive(Debug, Deserialize)]
struct RuleFile {
    rule: Vec<RuleText>,
}

struct Rule {
    label: String,
    pattern: Regex,
    check: Option<Check>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the rules are a part of the program, and a test reads them")]
    let file: RuleFile = toml::from_str(include_str!("../data/rules.toml")).expect("data/rules.toml is TOML");
    let rule = |rule: RuleText| {
        #[expect(clippy::expect_used, reason = "as above")]
        let pattern = Regex::new(&rule.pattern).expect("a rule's pattern is a regular expression");
        Rule { label: rule.label, pattern, check: rule.check }
    };
    file.rule.into_iter().map(rule).collect()
});

/// Something that does not belong into a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it is, such as `access key`.
    pub label: &'static str,
}

/// What does not belong into a text, in order, without overlaps.
pub fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for rule in RULES.iter() {
        let mut at = 0;
        while let Some(captures) = rule.pattern.captures_at(text, at) {
            let Some(value) = captures.name("value").or_else(|| captures.get(0)) else { break };
            at = value.end().max(at + 1);
            while at < text.len() && !text.is_char_boundary(at) {
                at += 1;
            }
            let range = value.range();
            let free = found.iter().all(|other| range.end <= other.range.start || other.range.end <= range.start);
            if free && rule.check.is_none_or(|check| passes(check, value.as_str())) {
                found.push(Found { range, label: &rule.label });
            }
            if at > text.len() {
                break;
            }
        }
    }
    found.sort_by_key(|found| found.range.start);
    found
}

fn passes(check: Check, value: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    match check {
        // A text that was cleaned once stays as it is.
        Check::Mixed if value.contains("[removed:") => false,
        Check::Mixed => {
            let letter = value.chars().any(char::is_alphabetic);
            let other = value.chars().any(|c| c.is_ascii_digit() || "!#$%&*?@^~+".contains(c));
            letter && other && value.chars().count() >= 8
        }
        Check::Person => !value.split_whitespace().any(|word| NOT_PERSONS.contains(&word)),
        Check::Luhn => {
            let sum = digits.iter().rev().enumerate().map(|(place, digit)| match (place % 2, digit * 2) {
                (0, _) => *digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            });
            (13..=19).contains(&digits.len()) && sum.sum::<u32>() % 10 == 0
        }
        Check::Iban => {
            let plain: Vec<char> = value.chars().filter(|c| !c.is_whitespace()).collect();
            let turned = plain[4..].iter().chain(&plain[..4]);
            let rest = turned.filter_map(|c| c.to_digit(36)).fold(0_u64, |rest, digit| {
                let shift = if digit > 9 { 100 } else { 10 };
                (rest * shift + u64::from(digit)) % 97
            });
            (15..=34).contains(&plain.len()) && rest == 1
        }
        Check::Phone => {
            let groups: Vec<&str> =
                value.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
            let thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
            (7..=15).contains(&digits.len()) && !thousands
        }
    }
}

fn mark(label: &str) -> String {
    format!("[removed: {label}]")
}

/// The text with a mark such as `[removed: access key]` in the place of what does not belong into it.
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut end = 0;
    for found in find(text) {
        clean.push_str(&text[end..found.range.start]);
        clean.push_str(&mark(found.label));
        end = found.range.end;
    }
    clean.push_str(&text[end..]);
    clean
}

/// A value could not be written as JSON, or not be read back.
#[derive(Debug, thiserror::Error)]
#[error("a value could not be cleaned")]
pub struct Uncleaned(#[from] serde_json::Error);

/// What was found in some texts, to be taken out of what was made from them.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<Secret>);

#[derive(Debug, Clone)]
struct Secret {
    /// In lower case.
    text: String,
    mark: String,
    /// The secret in any case; `None` where it is too long for a pattern.
    pattern: Option<Regex>,
}

impl Secrets {
    /// What does not belong into these texts.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut secrets = BTreeMap::new();
        for text in texts {
            for found in find(text) {
                secrets.insert(text[found.range.clone()].to_owned(), mark(found.label));
            }
        }
        // The longest first: one may be a part of another.
        let mut secrets: Vec<(String, String)> = secrets.into_iter().collect();
        secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        let secret = |(text, mark): (String, String)| {
            let pattern = Regex::new(&format!("(?i){}", regex::escape(&text))).ok();
            Secret { text: text.to_lowercase(), mark, pattern }
        };
        Self(secrets.into_iter().map(secret).collect())
    }

    /// True when there is nothing to take out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without them, also in other case, as a part of a name, or where the text is a piece of one.
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.0 {
            let piece = clean.trim().to_lowercase();
            if piece.chars().count() >= PIECE_MIN_CHARACTERS && secret.text.contains(&piece) {
                return secret.mark.clone();
            }
            clean = match &secret.pattern {
                Some(pattern) => pattern.replace_all(&clean, regex::NoExpand(&secret.mark)).into_owned(),
                None => clean.replace(&secret.text, &secret.mark),
            };
        }
        clean
    }

    /// The value with every text in it scrubbed; names of fields stay.
    ///
    /// # Errors
    /// When the value is not JSON.
    pub fn scrub_all<T: Serialize + DeserializeOwned>(&self, value: T) -> Result<T, Uncleaned> {
        if self.is_empty() {
            return Ok(value);
        }
        let mut json = serde_json::to_value(value)?;
        self.walk(&mut json);
        Ok(serde_json::from_value(json)?)
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.scrub(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.walk(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
