//! What a requirement names of its data: classes, columns, and what is predicted.
//!
//! Names become code, so the reading is careful: a list with anything in it that may be a tool, a source of data, a
//! person or a number is left alone, and the repository says that its schema is a placeholder.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use design::words::capitalised;
use knowledge::lexicon;
use regex::Regex;
use serde::Deserialize;

use crate::{RenderError, words};

/// Longest name that fits into the lines of the templates.
const LONGEST_NAME: usize = 22;
/// Words of a name.
const MOST_WORDS: usize = 3;
/// How far a list may reach after its cue.
const REACH: usize = 240;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    classes: Classes,
    columns: Columns,
    outcome: Outcome,
    words: Words,
    documents: BTreeMap<String, String>,
    images: Images,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Images {
    shapes: Vec<String>,
    nothing: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Classes {
    cues: Vec<String>,
    routed: Vec<String>,
    sought: Vec<String>,
    others: String,
    shown: Vec<String>,
    least: usize,
    most: usize,
    nothing: String,
    faults: String,
    faulty: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    cues: Vec<String>,
    derived: Vec<String>,
    least_derived: usize,
    least: usize,
    most: usize,
    sources: BTreeSet<String>,
    whole: BTreeSet<String>,
    category: BTreeSet<String>,
    choices: Vec<String>,
    usual: Vec<Usual>,
}

/// What columns of a name usually hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    name: String,
    /// Smallest accepted value of a number.
    #[serde(default)]
    pub minimum: f64,
    /// Largest accepted value of a number.
    #[serde(default)]
    pub maximum: f64,
    /// Mean of generated values.
    #[serde(default)]
    pub mean: f64,
    /// Standard deviation of generated values.
    #[serde(default)]
    pub deviation: f64,
    /// Values of a category; empty for numbers.
    #[serde(default)]
    pub choices: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    cue: String,
    amount: String,
    nobody: BTreeSet<String>,
    again: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    ends: BTreeSet<String>,
    before: BTreeSet<String>,
    objects: BTreeSet<String>,
}

/// The data, with its expressions compiled.
struct Reader {
    data: Data,
    classes: Vec<Regex>,
    routed: Vec<Regex>,
    sought: Vec<Regex>,
    shown: Vec<Regex>,
    columns: Vec<Regex>,
    derived: Vec<Regex>,
    outcome: Regex,
    amount: Regex,
    faults: Regex,
    tools: Regex,
}

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any number.
    Number,
    /// A whole number.
    Whole,
    /// One of a few values.
    Category,
}

/// A column that the requirement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in code.
    pub name: String,
    /// What it probably holds.
    pub kind: Kind,
}

/// What is predicted, where the requirement says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is about, such as `wells`.
    pub about: Option<String>,
    /// Its name in code, such as `run_dry`.
    pub name: String,
    /// The same for people, such as `run dry`.
    pub words: String,
}

/// The classes of documents that the requirement names, in its order; none where it names none for sure.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn classes(requirement: &str) -> Result<Vec<String>, RenderError> {
    let reader = Reader::get()?;
    let of = &reader.data.classes;
    let routed = || reader.lists(requirement, &reader.routed, of.least, of.most, true).next();
    let named = reader.lists(requirement, &reader.classes, of.least, of.most, false).next();
    let sought =
        || reader.sought(requirement).filter(|class| *class != of.others).map(|class| vec![class, of.others.clone()]);
    Ok(named.or_else(routed).or_else(sought).unwrap_or_default())
}

/// The classes of images: those that are named, or what is to be seen in them and nothing of it.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn classes_of_images(requirement: &str) -> Result<Vec<String>, RenderError> {
    let named = classes(requirement)?;
    if !named.is_empty() {
        return Ok(named);
    }
    let reader = Reader::get()?;
    let of = &reader.data.classes;
    let mut shown = reader.lists(requirement, &reader.shown, of.least, of.most - 1, true);
    if let Some(shown) = shown.find(|names| !reader.has_a_source(names)) {
        let nothing = shown.iter().all(|name| *name != of.nothing).then(|| of.nothing.clone());
        return Ok(shown.into_iter().chain(nothing).collect());
    }
    let is_about_faults = reader.faults.is_match(&requirement.to_ascii_lowercase());
    Ok(if is_about_faults { of.faulty.clone() } else { Vec::new() })
}

/// The columns that the requirement names, in its order; none where it names none for sure.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn columns(requirement: &str) -> Result<Vec<Column>, RenderError> {
    let reader = Reader::get()?;
    let of = &reader.data.columns;
    let named = reader.lists(requirement, &reader.columns, of.least, of.most, true);
    let derived = reader.lists(requirement, &reader.derived, of.least_derived, of.most, true);
    let names = named.chain(derived).find(|names| !reader.has_a_source(names)).unwrap_or_default();
    Ok(names.into_iter().map(|name| Column { kind: reader.kind(&name), name }).collect())
}

/// What made-up documents of a kind are made of: words that tell it, or syllables where none are known.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn vocabulary(class: &str) -> Result<String, RenderError> {
    const SYLLABLES: [&str; 16] =
        ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vo", "wi", "ze", "do"];
    const MADE_UP: u32 = 8;
    if let Some(known) = Reader::get()?.data.documents.get(class) {
        return Ok(known.clone());
    }
    // Other words for another class: the FNV-1a hash of its name and the word's number.
    let hash = |number: u32| {
        let bytes = class.bytes().chain(number.to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let word = |number: u32| -> String {
        let hash = hash(number).to_be_bytes();
        hash[..3].iter().map(|byte| SYLLABLES[usize::from(*byte) % SYLLABLES.len()]).collect()
    };
    Ok((0..MADE_UP).map(word).collect::<Vec<_>>().join(" "))
}

/// What made-up images of each class show: a shape of its own, or nothing.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn shapes(classes: &[String]) -> Result<Vec<String>, RenderError> {
    let of = &Reader::get()?.data.images;
    let own: BTreeSet<&String> = classes.iter().filter(|class| of.shapes.contains(class)).collect();
    let mut others = of.shapes.iter().filter(|shape| !own.contains(shape));
    let mut is_empty = true;
    classes
        .iter()
        .map(|class| {
            if own.contains(class) {
                return Ok(class.clone());
            }
            // Two that show nothing could not be told apart.
            if of.nothing.contains(class) && std::mem::replace(&mut is_empty, false) {
                return Ok("nothing".to_owned());
            }
            let shape = others.next().cloned();
            shape
                .ok_or_else(|| RenderError(format!("data/asked.toml has too few shapes for {} classes", classes.len())))
        })
        .collect()
}

/// What a column usually holds, by its name or the longest name that it ends with.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn usual(column: &Column) -> Result<Option<Usual>, RenderError> {
    let is_category = column.kind == Kind::Category;
    let fits = |usual: &&Usual| {
        let rest = column.name.strip_suffix(usual.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_')) && usual.choices.is_empty() != is_category
    };
    let known = Reader::get()?.data.columns.usual.iter().filter(fits);
    Ok(known.max_by_key(|usual| usual.name.len()).cloned())
}

/// The values that a category has until its owner says which they are.
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn choices() -> Result<Vec<String>, RenderError> {
    Ok(Reader::get()?.data.columns.choices.clone())
}

/// What becomes of what: "which wells will run dry".
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn outcome(requirement: &str) -> Result<Option<Target>, RenderError> {
    let reader = Reader::get()?;
    let lower = requirement.to_ascii_lowercase();
    Ok(reader.outcome.captures_iter(&lower).find_map(|found| {
        let (about, becomes) = (found.name("about")?, found.name("becomes")?);
        if may_be_somebody(&requirement[about.start()..becomes.end()]) {
            return None;
        }
        let (name, words) = reader.name(becomes.as_str())?;
        let has = |of: &BTreeSet<String>| about.as_str().split(' ').any(|word| of.contains(word));
        let outcome = &reader.data.outcome;
        let about = (!has(&outcome.again)).then(|| about.as_str().to_owned());
        (about.is_none() || !has(&outcome.nobody)).then_some(Target { about, name, words })
    }))
}

/// What number is predicted: "estimate the moisture of the soil".
///
/// # Errors
/// When `data/asked.toml` is broken.
pub fn amount(requirement: &str) -> Result<Option<Target>, RenderError> {
    let reader = Reader::get()?;
    let lower = requirement.to_ascii_lowercase();
    Ok(reader.amount.captures_iter(&lower).find_map(|found| {
        let amount = found.name("amount")?;
        if may_be_somebody(&requirement[amount.range()]) {
            return None;
        }
        let (name, words) = reader.name(amount.as_str())?;
        let first = words.split(' ').next().unwrap_or_default();
        let is_amount = !reader.data.words.ends.contains(first)
            && !words.split(' ').any(|word| reader.data.outcome.nobody.contains(word));
        is_amount.then_some(Target { about: None, name, words })
    }))
}

impl Reader {
    fn get() -> Result<&'static Self, RenderError> {
        static READER: OnceLock<Result<Reader, String>> = OnceLock::new();
        let reader = READER.get_or_init(|| Self::new().map_err(|error| format!("data/asked.toml: {error}")));
        reader.as_ref().map_err(|error| RenderError(error.clone()))
    }

    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let data: Data = toml::from_str(include_str!("../data/asked.toml"))?;
        let all = |of: &[String]| of.iter().map(|one| Regex::new(one)).collect::<Result<Vec<_>, _>>();
        let tools: Vec<String> =
            lexicon::tools().iter().flat_map(|tool| &tool.words).map(|word| regex::escape(word)).collect();
        Ok(Self {
            classes: all(&data.classes.cues)?,
            routed: all(&data.classes.routed)?,
            sought: all(&data.classes.sought)?,
            shown: all(&data.classes.shown)?,
            columns: all(&data.columns.cues)?,
            derived: all(&data.columns.derived)?,
            outcome: Regex::new(&data.outcome.cue)?,
            amount: Regex::new(&data.outcome.amount)?,
            faults: Regex::new(&data.classes.faults)?,
            tools: Regex::new(&format!(r"\b(?:{})\b", tools.join("|")))?,
            data,
        })
    }

    /// What documents are looked for: "flag toxic lines".
    fn sought(&self, text: &str) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        self.sought.iter().flat_map(|cue| cue.captures_iter(&lower)).find_map(|found| {
            let class = &found["class"];
            let is_name = !self.data.words.ends.contains(class) && !self.data.words.objects.contains(class);
            is_name.then(|| self.name(class)).flatten().map(|(name, _)| name)
        })
    }

    /// The lists that stand behind cues and hold names only, the earliest first.
    fn lists<'a>(
        &'a self,
        text: &'a str,
        cues: &'a [Regex],
        least: usize,
        most: usize,
        in_small_letters: bool,
    ) -> impl Iterator<Item = Vec<String>> + 'a {
        // The same letters at the same places.
        let lower = text.to_ascii_lowercase();
        let mut ends: Vec<usize> =
            cues.iter().flat_map(|cue| cue.find_iter(&lower).map(|found| found.end()).collect::<Vec<_>>()).collect();
        ends.sort_unstable();
        ends.into_iter().filter_map(move |end| {
            let names = self.list(&text[end..], in_small_letters)?;
            (least..=most).contains(&names.len()).then_some(names)
        })
    }

    /// The names at the beginning of a text: "a, b and c for the rest" gives three.
    fn list(&self, text: &str, in_small_letters: bool) -> Option<Vec<String>> {
        let reach = text.char_indices().nth(REACH).map_or(text.len(), |(at, _)| at);
        let stops = text[..reach].char_indices().find(|(at, c)| match c {
            ';' | '!' | '?' | ')' | '\n' | '–' | '—' | '…' => true,
            // A sentence ends; a number or an abbreviation does not.
            '.' => text[at + 1..].chars().next().is_none_or(char::is_whitespace),
            _ => false,
        });
        let mut line = &text[..stops.map_or(reach, |(at, _)| at)];
        // "into three classes: a, b and c"
        if let Some((before, after)) = line.split_once(':') {
            line = if before.contains(',') || before.split_whitespace().count() > 4 { before } else { after };
        }
        let spaced = line.replace(" and/or ", ",").replace(" versus ", ",").replace(" vs. ", ",").replace(" vs ", ",");
        let joined = [" and ", " or ", " und ", " oder ", " & ", "/"]
            .into_iter()
            .fold(spaced, |line, join| line.replace(join, ","));
        let mut names = Vec::new();
        for item in joined.split(',') {
            // ", and c"
            let item = item.trim().trim_start_matches("and ").trim_start_matches("or ");
            let told: Vec<&str> = item.split_whitespace().collect();
            let kept: Vec<&str> =
                told.iter().copied().take_while(|word| !self.data.words.ends.contains(&word.to_lowercase())).collect();
            let said = kept.join(" ");
            if in_small_letters && may_be_somebody(&said) {
                return None;
            }
            if !said.is_empty() {
                names.push(said);
            }
            if kept.len() < told.len() {
                break;
            }
        }
        if let Some(last) = names.last_mut() {
            // "billing and sales tickets"
            let mut words: Vec<&str> = last.split_whitespace().collect();
            if words.len() > 1
                && words.last().is_some_and(|word| self.data.words.objects.contains(&word.to_lowercase()))
            {
                words.pop();
                *last = words.join(" ");
            }
        }
        // "into categories and the rest"
        if names.iter().any(|name| self.data.words.objects.contains(&name.to_lowercase())) {
            return None;
        }
        // "spam or not"
        if let [first, not] = names.as_mut_slice()
            && not == "not"
        {
            *not = format!("not {first}");
        }
        let mut said = BTreeSet::new();
        let names: Vec<String> =
            names.iter().map(|name| self.name(name).map(|(name, _)| name)).collect::<Option<_>>()?;
        let is_new = |name: &String| name.len() <= LONGEST_NAME && said.insert(name.clone());
        Some(names.into_iter().filter(is_new).collect())
    }

    /// A name in code and in words; `None` for what is no name of a class or a column.
    fn name(&self, said: &str) -> Option<(String, String)> {
        let lower = said.to_ascii_lowercase();
        if self.tools.is_match(&lower) {
            return None;
        }
        let mut words: Vec<&str> = lower.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
        while words.len() > 1 && self.data.words.before.contains(words[0]) {
            words.remove(0);
        }
        let is_end = |word: &&str| self.data.words.ends.contains(*word);
        let cut = words.iter().skip(1).position(is_end).map_or(words.len(), |at| at + 1);
        words.truncate(cut);
        let are_words = words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase()));
        let name = words.join("_");
        if !are_words || !(1..=MOST_WORDS).contains(&words.len()) || !(2..=LONGEST_NAME).contains(&name.len()) {
            return None;
        }
        Some((words::field_name(&name), words.join(" ")))
    }

    /// Whether a list names where data comes from, or what is no part of a record.
    fn has_a_source(&self, names: &[String]) -> bool {
        let is_source =
            |name: &String| name.split('_').next_back().is_some_and(|last| self.data.columns.sources.contains(last));
        names.iter().any(is_source)
    }

    fn kind(&self, name: &str) -> Kind {
        let of = &self.data.columns;
        let mut words = name.split('_');
        // An age band is a category, and a number of rooms a count.
        if words.clone().next_back().is_some_and(|word| of.category.contains(word)) {
            Kind::Category
        } else if name.starts_with("number_of") || words.any(|word| of.whole.contains(word)) {
            Kind::Whole
        } else {
            Kind::Number
        }
    }
}

/// Whether a name stands in capitals in the midst of a sentence: somebody's, or a firm's.
fn may_be_somebody(said: &str) -> bool {
    said.split_whitespace().any(|word| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    })
}

/// How a name is said at the beginning of a description.
pub fn in_words(name: &str) -> String {
    capitalised(&name.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        classes(text).unwrap().join(" ")
    }

    #[test]
    fn classes_are_read_where_they_are_listed() {
        for (text, names) in [
            (
                "Classify support tickets into billing, technical and account issues within 2 seconds.",
                "billing technical account_issues",
            ),
            ("Sort incoming emails as complaint, order or spam.", "complaint order spam"),
            ("We triage referrals into urgent/routine/rejected for 40 clinics.", "urgent routine rejected"),
            ("Label reviews as positive, neutral, or negative ones", "positive neutral negative"),
            (
                "Tag each article with one of five topics: politics, sport, science, culture and weather.",
                "politics sport science culture weather",
            ),
            ("Route letters to claims, underwriting or the archive.", "claims underwriting archive"),
            ("We want to classify emails as spam or not.", "spam not_spam"),
            ("Klassifiziere Dokumente in Rechnung, Vertrag und Bericht.", "rechnung vertrag bericht"),
            ("Moderate in-game chat: flag toxic lines before they are shown.", "toxic other"),
            ("Detect spam in our emails within a second.", "spam other"),
            ("Distinguish between ripe, unripe and rotten tomatoes", "ripe unripe rotten_tomatoes"),
        ] {
            assert_eq!(read(text), names, "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_classes_is_left_alone() {
        for text in [
            "Classify documents with 95% accuracy and low latency.",
            "Classify documents into categories and store them.",
            "Route traffic to Lambda, Fargate or SageMaker.",
            "Sort invoices into S3 and DynamoDB.",
            "Assign cases to Anna, Ben or Carl.",
            "Sort mail as 4411223344, anna@example.com or AKIAIOSFODNN7EXAMPLE.",
            "Split data into 80% and 20%.",
            "Labels: none yet",
            "Find all documents about a contract and find other messages.",
            "",
        ] {
            assert_eq!(read(text), "", "{text}");
        }
    }

    #[test]
    fn images_have_the_classes_of_what_is_looked_for() {
        let read = |text: &str| classes_of_images(text).unwrap().join(" ");
        assert_eq!(read("Detect scratches, dents and cracks on car panels."), "scratches dents cracks none");
        assert_eq!(read("Spot defects on printed circuit boards at 30 images a second."), "intact defect");
        assert_eq!(read("Classify leaf photos into healthy, rust and mildew."), "healthy rust mildew");
        assert_eq!(read("Recognise products on shelves."), "");
    }

    #[test]
    fn columns_are_read_with_their_kinds_and_sources_are_none() {
        let read = |text: &str| columns(text).unwrap();
        let column = |name: &str, kind| Column { name: name.into(), kind };
        assert_eq!(
            read("Predict churn based on tenure, monthly spend and contract type for 2M customers."),
            [
                column("tenure", Kind::Whole),
                column("monthly_spend", Kind::Number),
                column("contract_type", Kind::Category)
            ]
        );
        assert_eq!(
            read("Estimate the selling price of a house from its size, postcode, age and condition."),
            [
                column("size", Kind::Number),
                column("postcode", Kind::Category),
                column("age", Kind::Whole),
                column("condition", Kind::Number)
            ]
        );
        assert_eq!(
            read("Features: soil moisture, number of frosts, region. Budget 500 dollars."),
            [
                column("soil_moisture", Kind::Number),
                column("number_of_frosts", Kind::Whole),
                column("region", Kind::Category)
            ]
        );
        for text in [
            "Based on transaction history, device data and logs.",
            "Recommendations based on clicks.",
            "Given our team of two and a budget of $500, keep it simple.",
            "Based on Kafka, Spark and S3.",
            "Columns such as Anna Smith, Ben Miller and Carl Jones.",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_predicted_is_read_from_the_sentence() {
        let dry = outcome("Predict which wells will run dry next summer.").unwrap().unwrap();
        assert_eq!((dry.about.as_deref(), dry.name.as_str()), (Some("wells"), "run_dry"));
        let (holders, text) =
            ("season-ticket holders", "I want to know which season-ticket holders are going to cancel and which renew");
        let leaves = outcome(text).unwrap().unwrap();
        assert_eq!((leaves.about.as_deref(), leaves.name.as_str()), (Some(holders), "cancel"));
        assert_eq!(outcome("A model of everything, and if it is down nobody will know").unwrap(), None);
        assert_eq!(amount("600 predictions per second; predictive maintenance").unwrap(), None);
        let moisture = amount("Estimate the soil moisture of each field.").unwrap().unwrap();
        assert_eq!((moisture.name.as_str(), moisture.words.as_str()), ("soil_moisture", "soil moisture"));
    }
}
