//! The weights as data.

use std::{collections::BTreeMap, sync::OnceLock};

use design::constraint::ConstraintField;
use serde::Deserialize;

/// Weights and rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weights {
    /// The score from which no questions are needed.
    pub threshold: f64,
    /// Confidence below which a value is weak.
    pub weak: f64,
    /// Base weight of each field.
    pub weights: BTreeMap<ConstraintField, f64>,
    /// What is required always.
    pub always: Always,
    /// What known values change.
    pub rule: Vec<Rule>,
}

/// What is required always.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Always {
    /// The fields.
    pub required: Vec<ConstraintField>,
}

/// What a known value changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// The field whose value matters.
    pub field: ConstraintField,
    /// The values, by their names on the wire.
    pub values: Vec<String>,
    /// Weights that hold then; of several rules the highest counts.
    #[serde(default)]
    pub weights: BTreeMap<ConstraintField, f64>,
    /// Fields that are required then.
    #[serde(default)]
    pub required: Vec<ConstraintField>,
    /// Fields that do not matter then.
    #[serde(default)]
    pub not_applicable: Vec<ConstraintField>,
    /// Why.
    pub reason: String,
}

/// The weights that are compiled in; a test reads them.
pub(crate) fn weights() -> &'static Weights {
    static WEIGHTS: OnceLock<Weights> = OnceLock::new();
    WEIGHTS.get_or_init(|| match toml::from_str(include_str!("../data/weights.toml")) {
        Ok(weights) => weights,
        Err(error) => panic!("data/weights.toml: {error}"),
    })
}
