//! What CloudFormation templates refer to: parameters, resources and conditions must be declared in the same template,
//! and what is imported must be exported by another. cfn-lint would say the first too, but needs Python, which a function
//! does not have.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::Value;

use super::{Looked, Subject};
use crate::repository::{Kind, SourceFile};

/// How a template begins that is CloudFormation's.
pub(super) const BEGINNING: &str = "AWSTemplateFormatVersion";

/// What a template refers to.
#[derive(Default)]
pub(super) struct References {
    /// Parameters and resources.
    pub(super) names: BTreeSet<String>,
    conditions: BTreeSet<String>,
    /// Export names, as they are written.
    pub(super) imports: BTreeSet<String>,
}

pub(super) fn look(subject: &Subject) -> Looked {
    let mut findings = Vec::new();
    let mut exports = BTreeSet::new();
    let mut imports: Vec<(&SourceFile, String)> = Vec::new();
    let mut files = 0;
    for file in subject.repository.of(Kind::Yaml) {
        let Some(text) = file.text().filter(|text| text.starts_with(BEGINNING)) else { continue };
        // What does not parse is the syntax check's finding.
        let Ok(template) = serde_norway::from_str::<Value>(text) else { continue };
        files += 1;
        let declared = |section: &str| -> BTreeSet<String> {
            let names = template.get(section).and_then(Value::as_mapping).into_iter().flatten();
            names.filter_map(|(name, _)| Some(name.as_str()?.to_owned())).collect()
        };
        let (parameters, resources, conditions) =
            (declared("Parameters"), declared("Resources"), declared("Conditions"));
        let mut references = References::default();
        for section in ["Conditions", "Resources", "Outputs"] {
            if let Some(body) = template.get(section) {
                walk(body, &mut references);
            }
        }
        let mut undeclared = |name: &str, what: &str| {
            let message = format!("`{name}` is not {what} of this template.");
            findings.push(file.finding(line_of(file, name), "undeclared", message, true));
        };
        for name in references.names.iter().filter(|name| !parameters.contains(*name) && !resources.contains(*name)) {
            undeclared(name, "a parameter or resource");
        }
        for name in references.conditions.difference(&conditions) {
            undeclared(name, "a condition");
        }
        let unused = parameters.difference(&references.names).map(|name| ("parameter", name));
        for (what, name) in unused.chain(conditions.difference(&references.conditions).map(|name| ("condition", name)))
        {
            let message = format!("The {what} `{name}` is declared and not used.");
            findings.push(file.finding(line_of(file, name), "unused", message, false));
        }
        let outputs = template.get("Outputs").and_then(Value::as_mapping).into_iter().flatten();
        exports.extend(outputs.filter_map(|(_, output)| text_of(output.get("Export")?.get("Name")?)));
        imports.extend(references.imports.into_iter().map(|name| (file, name)));
    }
    for (file, name) in imports {
        if !exports.contains(&name) {
            let message = format!("No template exports `{name}`.");
            findings.push(file.finding(line_of(file, &name), "not-exported", message, true));
        }
    }
    Looked { files, findings }
}

/// The text of a value, also where parts of it are put in.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Tagged(tagged) => text_of(&tagged.value),
        Value::Mapping(mapping) => text_of(mapping.values().next()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => None,
    }
}

/// Notes what a value refers to.
pub(super) fn walk(value: &Value, references: &mut References) {
    match value {
        Value::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            function(name.trim_start_matches('!'), &tagged.value, references);
        }
        Value::Mapping(mapping) => {
            for (key, inner) in mapping {
                let key = key.as_str().unwrap_or_default();
                match (key, inner) {
                    ("Ref", _) => function("Ref", inner, references),
                    // Of a policy's statement it is a mapping, of a resource the name of a condition.
                    ("Condition", Value::String(name)) => {
                        references.conditions.insert(name.clone());
                    }
                    ("DependsOn", _) => names(inner, references),
                    _ => match key.strip_prefix("Fn::") {
                        Some(name) => function(name, inner, references),
                        None => walk(inner, references),
                    },
                }
            }
        }
        Value::Sequence(values) => values.iter().for_each(|inner| walk(inner, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The names in a list, or the one that stands alone.
fn names(value: &Value, references: &mut References) {
    match value {
        Value::String(name) => {
            references.names.insert(name.clone());
        }
        Value::Sequence(values) => values.iter().for_each(|inner| names(inner, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Mapping(_) | Value::Tagged(_) => {}
    }
}

/// Notes what a function of CloudFormation refers to.
fn function(name: &str, value: &Value, references: &mut References) {
    let nothing = BTreeSet::new();
    match (name, value) {
        ("Ref", Value::String(name)) => add(name, &nothing, references),
        ("GetAtt", Value::String(name)) => add(name.split('.').next().unwrap_or_default(), &nothing, references),
        ("GetAtt", Value::Sequence(values)) => {
            add(values.first().and_then(Value::as_str).unwrap_or_default(), &nothing, references);
        }
        ("Condition", Value::String(name)) => {
            references.conditions.insert(name.clone());
        }
        ("If", Value::Sequence(values)) => {
            if let Some(condition) = values.first().and_then(Value::as_str) {
                references.conditions.insert(condition.to_owned());
            }
            values.iter().skip(1).for_each(|inner| walk(inner, references));
        }
        ("Sub", Value::String(text)) => substituted(text, &nothing, references),
        ("Sub", Value::Sequence(values)) => {
            let variables = values.get(1).and_then(Value::as_mapping);
            let own = variables.into_iter().flatten().filter_map(|(name, _)| Some(name.as_str()?.to_owned())).collect();
            if let Some(text) = values.first().and_then(Value::as_str) {
                substituted(text, &own, references);
            }
            values.iter().skip(1).for_each(|inner| walk(inner, references));
        }
        ("ImportValue", _) => {
            references.imports.extend(text_of(value));
            walk(value, references);
        }
        _ => walk(value, references),
    }
}

/// Notes the names between `${` and `}`; `${!` stands for itself.
fn substituted(text: &str, own: &BTreeSet<String>, references: &mut References) {
    for part in text.split("${").skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !name.starts_with('!') {
            add(name.split('.').next().unwrap_or_default(), own, references);
        }
    }
}

/// Notes a name that is neither CloudFormation's nor a text's own.
fn add(name: &str, own: &BTreeSet<String>, references: &mut References) {
    if !name.is_empty() && !name.starts_with("AWS::") && !own.contains(name) {
        references.names.insert(name.to_owned());
    }
}

/// The first line that has the name as a word.
fn line_of(file: &SourceFile, name: &str) -> Option<u32> {
    let is_word = |line: &str| {
        line.match_indices(name).any(|(at, _)| {
            let around = [line[..at].chars().next_back(), line[at + name.len()..].chars().next()];
            around.iter().flatten().all(|letter| !letter.is_alphanumeric())
        })
    };
    let lines: BTreeMap<u32, &str> = file.lines().collect();
    lines.into_iter().find(|(_, line)| is_word(line)).map(|(number, _)| number)
}
