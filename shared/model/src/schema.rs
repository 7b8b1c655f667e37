//! The shape of an answer: the JSON Schema of its Rust type, and the check against it.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A type that a model can be asked for.
pub trait Answer: JsonSchema + DeserializeOwned + Send {}

impl<T: JsonSchema + DeserializeOwned + Send> Answer for T {}

/// The most errors that are told to the model or a person: more would not help either.
const MOST_ERRORS: usize = 12;

/// A value that does not fit is quoted in an error no longer than this.
const MOST_CHARACTERS: usize = 200;

/// Bounds that no API with constrained output takes. They are told in the description, and checked afterwards.
const BOUNDS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
];

/// Keywords that say nothing to a model.
const SILENT: &[&str] = &["$schema", "title", "default", "format", "examples"];

/// The shape of an answer.
#[derive(Debug, Clone)]
pub struct AnswerSchema {
    name: String,
    full: Value,
    strict: Value,
    typed: fn(&Value) -> Result<(), String>,
}

impl AnswerSchema {
    /// The schema of a type.
    pub fn of<T: Answer>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let full = settings.into_generator().into_root_schema_for::<T>().to_value();
        // A name has letters, digits, `_` and `-`, and at most 64 of them, at all three APIs.
        let name: String = T::schema_name()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .take(64)
            .collect();
        let strict = strict(&full);
        Self { name, full, strict, typed: |value| typed::<T>(value).map(|_| ()) }
    }

    /// The name, as APIs take it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole schema, which answers are checked against.
    pub fn full(&self) -> &Value {
        &self.full
    }

    /// What all APIs with constrained output understand: every object is closed, every field required, no bounds.
    ///
    /// OpenAI, guide "Structured model outputs", section "Supported schemas"; Anthropic, "Structured outputs", section
    /// "JSON Schema limitations"; Amazon Bedrock User Guide, "Get validated JSON results from models" (all read 2026-11).
    pub fn strict(&self) -> &Value {
        &self.strict
    }

    /// What is wrong with a value, one line each; nothing when it is of this shape.
    pub fn errors(&self, value: &Value) -> Vec<String> {
        let mut errors = match jsonschema::validator_for(&self.full) {
            Ok(validator) => validator
                .iter_errors(value)
                .take(MOST_ERRORS)
                .map(|error| {
                    let at = error.instance_path().to_string();
                    let at = if at.is_empty() { "the answer".to_owned() } else { format!("`{at}`") };
                    format!("{at}: {}", shorten(&error.to_string()))
                })
                .collect(),
            Err(error) => vec![format!("the schema itself is wrong: {error}")],
        };
        // The type may be narrower than its schema, as with numbers that do not fit.
        if errors.is_empty()
            && let Err(error) = (self.typed)(value)
        {
            errors.push(error);
        }
        errors
    }

    /// The value in a model's text, and what is wrong with it.
    pub(crate) fn read(&self, text: &str) -> Result<Value, Vec<String>> {
        let value = parse(text).map_err(|error| vec![error])?;
        let errors = self.errors(&value);
        if errors.is_empty() { Ok(value) } else { Err(errors) }
    }
}

/// The value as the type.
pub(crate) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| shorten(&format!("`{}`: {}", error.path(), error.inner())))
}

/// JSON in a model's text. Without constrained output a model may put it into a fence or say something before it.
fn parse(text: &str) -> Result<Value, String> {
    let error = match serde_json::from_str(text.trim()) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let bare = text.find('{').zip(text.rfind('}')).filter(|(first, last)| first < last);
    bare.and_then(|(first, last)| serde_json::from_str(&text[first..=last]).ok())
        .ok_or_else(|| format!("the answer is not JSON: {error}"))
}

fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn strict(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => Value::Object(strict_object(fields)),
        Value::Array(items) => Value::Array(items.iter().map(strict).collect()),
        other => other.clone(),
    }
}

fn strict_object(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    let mut told = Vec::new();
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let properties: Map<_, _> =
                    properties.iter().map(|(name, schema)| (name.clone(), strict(schema))).collect();
                out.insert("required".into(), properties.keys().cloned().map(Value::String).collect());
                out.insert("additionalProperties".into(), false.into());
                out.insert("properties".into(), Value::Object(properties));
            }
            ("required" | "additionalProperties", _) => {}
            // Only one of the alternatives fits anyway, where they are told apart by a constant.
            ("oneOf", _) => drop(out.insert("anyOf".into(), strict(value))),
            ("enum" | "const" | "description", _) => drop(out.insert(name.clone(), value.clone())),
            (bound, _) if BOUNDS.contains(&bound) => told.push(format!("{}: {value}", in_words(bound))),
            (silent, _) if SILENT.contains(&silent) => {}
            (_, value) => drop(out.insert(name.clone(), strict(value))),
        }
    }
    if out.get("type") == Some(&json!("object")) && !out.contains_key("properties") {
        out.insert("properties".into(), json!({}));
        out.insert("required".into(), json!([]));
        out.insert("additionalProperties".into(), false.into());
    }
    if !told.is_empty() {
        let before = out.get("description").and_then(Value::as_str).unwrap_or_default();
        let told = told.join(", ");
        let description = if before.is_empty() { told } else { format!("{before} ({told})") };
        out.insert("description".into(), description.into());
    }
    out
}

fn in_words(bound: &str) -> &str {
    match bound {
        "minimum" => "at least",
        "maximum" => "at most",
        "exclusiveMinimum" => "more than",
        "exclusiveMaximum" => "less than",
        "multipleOf" => "a multiple of",
        "minLength" => "fewest characters",
        "maxLength" => "most characters",
        "minItems" => "fewest items",
        "maxItems" => "most items",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A finding as a critic would have it.
    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Review {
        /// What was found.
        #[schemars(length(max = 2))]
        findings: Vec<Finding>,
        note: Option<String>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Finding {
        #[schemars(length(min = 1, max = 20))]
        text: String,
        #[schemars(range(min = 0.0, max = 1.0))]
        confidence: f64,
        severity: Severity,
    }

    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Severity {
        Low,
        High,
    }

    #[test]
    fn what_is_sent_has_closed_objects_and_no_bounds() {
        let schema = AnswerSchema::of::<Review>();
        assert_eq!(schema.name(), "review");
        insta::assert_json_snapshot!(schema.strict());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let schema = AnswerSchema::of::<Review>();
        let right =
            json!({ "findings": [{ "text": "no backup", "confidence": 0.5, "severity": "high" }], "note": null });
        assert_eq!(schema.errors(&right), Vec::<String>::new());
        let wrong = json!({
            "findings": [{ "text": "", "confidence": 1.5, "severity": "huge" }, {}, {}],
            "verdict": "approved",
        });
        let errors = schema.errors(&wrong).join("\n");
        for part in
            ["`/findings/0/text`", "`/findings/0/confidence`", "`/findings/0/severity`", "verdict", "`/findings`"]
        {
            assert!(errors.contains(part), "{part} is not in\n{errors}");
        }
    }

    #[test]
    fn a_number_that_the_type_cannot_hold_is_an_error() {
        let schema = AnswerSchema::of::<u8>();
        assert_eq!(schema.errors(&json!(7)), Vec::<String>::new());
        assert!(!schema.errors(&json!(700)).is_empty());
    }

    #[test]
    fn json_is_found_in_a_fence_and_behind_words() {
        for text in [r#"{"a":1}"#, " {\"a\":1}\n", "```json\n{\"a\":1}\n```", "Here it is: {\"a\":1}. Anything else?"] {
            assert_eq!(parse(text).unwrap(), json!({"a":1}), "{text}");
        }
        for text in ["", "I cannot do that.", "{\"a\":1", "} {"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
