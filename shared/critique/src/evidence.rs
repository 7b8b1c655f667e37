//! What a finding can rest on.

use design::{
    constraint::{ConstraintField, ConstraintSet},
    words,
};
use serde::Serialize;

/// One fact of a review, or one constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Its id, such as `stage.1` or `constraint.latency`.
    pub id: String,
    /// Patterns that it speaks of; empty where it is about the design as a whole.
    pub patterns: Vec<String>,
    /// What it says, in the review's words.
    pub text: String,
}

impl Evidence {
    /// The facts of one kind, numbered from 1.
    pub fn numbered(kind: &str, facts: impl IntoIterator<Item = (Vec<String>, String)>) -> Vec<Self> {
        let facts = facts.into_iter().enumerate();
        facts.map(|(at, (patterns, text))| Self { id: format!("{kind}.{}", at + 1), patterns, text }).collect()
    }

    /// True when it says something of a pattern, or of the whole design.
    pub fn concerns(&self, pattern: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|own| own == pattern)
    }
}

/// The constraints as evidence. They hold for the whole design.
pub fn of_constraints(set: &ConstraintSet) -> Vec<Evidence> {
    let known = ConstraintField::ALL.into_iter().filter_map(|field| {
        let value = words::constraint(set, field)?;
        let source = set.provenance(field).map_or("", |provenance| words::source(provenance.source));
        Some(Evidence {
            id: format!("constraint.{}", field.as_str()),
            patterns: Vec::new(),
            text: format!("{}: {value} ({source})", words::label(field)),
        })
    });
    known.collect()
}
