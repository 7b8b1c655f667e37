//! What quoted words are worth for a value that a model reads in them.
//!
//! A number is never the model's: it points to words, and the number is the one that our own reader finds there, in the
//! text as it stands. What has a name (a cloud, a place, a law, a tool) must be named in the words as our reader knows it.
//! A kind (the task, the way of delivery) may be told by words that our reader does not know, but by none that it reads as
//! something else.

use design::{
    constraint::{Cloud, ConstraintField, ConstraintSet, Evidence, Region},
    words,
};
use knowledge::region;
use run::answer::AnswerValue;
use serde::Serialize;

use crate::{
    extract::extract,
    field::place::translate,
    measure::{Measure, Noun, Unit},
    reader::{Reader, show},
    text::Span,
};

/// Seconds of a month: a twelfth of 365.25 days.
const MONTH: f64 = 2_629_800.0;
/// Numbers are the same when they differ by no more than rounding does.
const SAME: f64 = 0.01;

/// How the words support a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Our reader reads the same from the words alone.
    Reader,
    /// The number stands in the words.
    Number,
    /// Nothing but the words themselves: our reader does not know them.
    Words,
}

/// A value that words support.
#[derive(Debug, Clone, PartialEq)]
pub struct Supported {
    /// The value; a number is as our reader finds it.
    pub value: AnswerValue,
    /// How.
    pub by: By,
}

/// Holds a value against the words that were quoted for it.
///
/// # Errors
/// In words, why they do not support it.
pub fn support(
    reader: &Reader,
    words: &Evidence,
    field: ConstraintField,
    value: &AnswerValue,
) -> Result<Supported, String> {
    let span = tokens(reader, words)
        .ok_or("the words belong to a signature, a header or a column that tells what is there today")?;
    match value {
        AnswerValue::Number(number) => self::number(reader, words, span, field, *number),
        AnswerValue::Text(_) | AnswerValue::Many(_) if is_number(field) => {
            Err(format!("{} takes a number", words::label(field).to_lowercase()))
        }
        AnswerValue::Text(_) | AnswerValue::Many(_) => names(reader, words, span, field, value),
    }
}

/// Fields whose values are numbers.
pub fn is_number(field: ConstraintField) -> bool {
    match field {
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::Availability
        | ConstraintField::Team => true,
        ConstraintField::Cloud
        | ConstraintField::Regions
        | ConstraintField::DataClass
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Compliance
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => false,
    }
}

/// The tokens of the words.
fn tokens(reader: &Reader, words: &Evidence) -> Option<Span> {
    let tokens = &reader.document.tokens;
    let from = tokens.partition_point(|token| token.end <= words.start);
    let to = tokens.partition_point(|token| token.start < words.end);
    (from < to).then_some(Span::new(from, to))
}

/// A number as it is said, and what it is in the field's unit.
struct Said {
    spoken: f64,
    value: f64,
}

/// What a measure says of a field, in the field's unit.
fn said(measure: &Measure, field: ConstraintField) -> Vec<Said> {
    let months = measure.period.map_or(1.0, |period| period.seconds / MONTH);
    let factor = match (field, measure.unit, measure.noun) {
        (ConstraintField::Budget, Unit::Money(currency), _) => Some(currency.usd / months),
        (ConstraintField::Budget, Unit::Bare, None) => Some(1.0 / months),
        (ConstraintField::Latency, Unit::Time(seconds), _) => Some(seconds * 1000.0),
        (ConstraintField::Throughput, Unit::Rate(per_second), _) => Some(per_second),
        (ConstraintField::Throughput, Unit::Bare, Some((Noun::Person | Noun::Device, _))) => None,
        (ConstraintField::Throughput, Unit::Bare, _) => measure.period.map(|period| 1.0 / period.seconds),
        (ConstraintField::DataVolume, Unit::Data(gigabytes), _) if measure.period.is_none() => Some(gigabytes),
        (ConstraintField::Availability, Unit::Percent, _) => Some(1.0),
        (ConstraintField::Team, Unit::Bare, None | Some((Noun::Person | Noun::People, _))) => Some(1.0),
        _ => None,
    };
    let quantity = &measure.quantity;
    factor.map_or_else(Vec::new, |factor| {
        [quantity.low, quantity.high].map(|spoken| Said { spoken, value: spoken * factor }).into()
    })
}

fn is_same(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME * one.abs().max(other.abs())
}

fn number(
    reader: &Reader,
    words: &Evidence,
    span: Span,
    field: ConstraintField,
    number: f64,
) -> Result<Supported, String> {
    let label = words::label(field).to_lowercase();
    let measures: Vec<&Measure> =
        reader.measures.iter().filter(|measure| measure.quantity.span.overlaps(span)).collect();
    if measures.is_empty() {
        return Err("there is no number in the quoted words".to_owned());
    }
    let said: Vec<(&Measure, Said)> = measures
        .iter()
        .flat_map(|measure| said(measure, field).into_iter().map(|said| (*measure, said)))
        .filter(|(_, said)| said.value.is_finite())
        .collect();
    let Some((measure, found)) =
        said.iter().find(|(_, said)| is_same(said.value, number) || is_same(said.spoken, number))
    else {
        let numbers: Vec<String> = said.iter().map(|(_, said)| show(said.value)).collect();
        return Err(if numbers.is_empty() {
            format!("the number in the quoted words is none of a {label}")
        } else {
            format!("the quoted words say {} for the {label}, not {}", numbers.join(" or "), show(number))
        });
    };
    if reader.is_aside(measure) {
        return Err("the text says it of the past, of others, or of what is not wanted".to_owned());
    }
    let alone = extract(&words.quote).constraints;
    match alone.number(field) {
        Some(read) if is_same(read, found.value) => {
            Ok(Supported { value: AnswerValue::Number(found.value), by: By::Reader })
        }
        Some(_) => Err(reads_as(&alone, field)),
        None => Ok(Supported { value: AnswerValue::Number(found.value), by: By::Number }),
    }
}

fn reads_as(set: &ConstraintSet, field: ConstraintField) -> String {
    format!("the quoted words read as: {}", words::constraint(set, field).unwrap_or_default())
}

/// Fields whose values have names of their own, so that words which do not name them are no words for them.
fn has_names(field: ConstraintField) -> bool {
    match field {
        ConstraintField::Cloud
        | ConstraintField::Regions
        | ConstraintField::Compliance
        | ConstraintField::Tooling
        | ConstraintField::ModelTypes => true,
        ConstraintField::Budget
        | ConstraintField::DataClass
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Team
        | ConstraintField::Availability
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform => false,
    }
}

fn names(
    reader: &Reader,
    words: &Evidence,
    span: Span,
    field: ConstraintField,
    value: &AnswerValue,
) -> Result<Supported, String> {
    let wanted = wanted(field, value);
    if wanted.is_empty() {
        return Err("an empty value says nothing".to_owned());
    }
    let denied = reader.hits.all().filter(|hit| hit.span.overlaps(span)).find_map(|hit| hit.negated);
    let denied = denied.or_else(|| reader.denial(span));
    // "No Kubernetes" quoted whole excludes a tool; quoted without its "no" it would turn into a wish.
    let whole = |no: &Span| field == ConstraintField::Tooling && span.from <= no.from && no.to <= span.to;
    if let Some(no) = denied.filter(|no| !whole(no)) {
        return Err(format!("the text denies it (“{}”)", reader.document.quote(no)));
    }
    if reader.is_history(span.from) {
        return Err("the text says it of the past, of others, or of what is not wanted".to_owned());
    }
    let alone = extract(&words.quote).constraints;
    let supported = |by| Ok(Supported { value: value.clone(), by });
    match read(&alone, field) {
        Some(read) if wanted.iter().all(|name| is_among(field, name, &read)) => supported(By::Reader),
        Some(_) => Err(reads_as(&alone, field)),
        None if has_names(field) => Err(format!("the quoted words do not name {}", wanted.join(", "))),
        None => supported(By::Words),
    }
}

/// The names of a value.
fn wanted(field: ConstraintField, value: &AnswerValue) -> Vec<String> {
    let names: Vec<&str> = match value {
        AnswerValue::Text(text) => match field {
            ConstraintField::Tooling | ConstraintField::ModelTypes => text.split(',').collect(),
            _ => vec![text.as_str()],
        },
        AnswerValue::Many(names) => names.iter().map(String::as_str).collect(),
        AnswerValue::Number(_) => Vec::new(),
    };
    let names = names.into_iter().map(|name| name.trim().to_lowercase().replace([' ', '-'], folded(field)));
    names.filter(|name| !name.is_empty()).collect()
}

/// Codes of regions have hyphens; what else has a name is in snake case.
fn folded(field: ConstraintField) -> &'static str {
    if field == ConstraintField::Regions { "-" } else { "_" }
}

/// What our reader reads of a field, by its names on the wire.
fn read(set: &ConstraintSet, field: ConstraintField) -> Option<Vec<String>> {
    fn wire(value: &impl Serialize) -> Vec<String> {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(name)) => vec![name],
            Ok(serde_json::Value::Array(names)) => {
                names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect()
            }
            Ok(_) | Err(_) => Vec::new(),
        }
    }
    match field {
        ConstraintField::Cloud => set.cloud.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Regions => {
            set.regions.as_ref().map(|stated| stated.value.iter().map(|region| region.code.clone()).collect())
        }
        ConstraintField::DataClass => set.data_class.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::MlTask => set.ml_task.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::UseCase => set.use_case.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Deployment => set.deployment.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Tooling => set.tooling.as_ref().map(|stated| {
            let excluded = stated.value.excluded.iter().map(|tool| format!("no_{tool}"));
            stated.value.preferred.iter().cloned().chain(excluded).collect()
        }),
        ConstraintField::Compliance => set.compliance.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Retraining => set.retraining.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Workloads => set.workloads.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Platform => set.platform.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::ModelTypes => set.model_types.as_ref().map(|stated| wire(&stated.value)),
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::Availability
        | ConstraintField::Team => None,
    }
}

/// True when a name is among those that were read. A place is the same at another provider.
fn is_among(field: ConstraintField, name: &str, read: &[String]) -> bool {
    if field != ConstraintField::Regions {
        return read.iter().any(|own| own == name);
    }
    let Some(cloud) = region::by_code(name).map(|fact| fact.cloud) else { return false };
    let there = |region: Region, cloud: Cloud| translate(&region, cloud).is_some_and(|there| there.code == name);
    read.iter().any(|own| own == name || region::by_code(own).is_some_and(|fact| there(fact.region(), cloud)))
}
