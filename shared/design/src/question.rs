//! Output of `adaptive_questions`.

use run::question::Question;
use serde::{Deserialize, Serialize};

use crate::{
    constraint::{ConstraintField, ConstraintSet, Source},
    plan::Assumption,
    words,
};

/// A gap or a contradiction that is not asked about, because no plausible answer changes the design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unasked {
    /// The constraint.
    pub field: ConstraintField,
    /// What is taken for granted.
    pub assumed: String,
    /// Why it is not asked, with what was tried.
    pub why: String,
}

/// The questions of one round, the most important first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuestionSet {
    /// Round of questions, from 0.
    pub round: u32,
    /// The questions; ids are the names of constraint fields.
    pub questions: Vec<Question>,
    /// What is not asked, because the design is the same whatever the answer.
    #[serde(default)]
    pub unasked: Vec<Unasked>,
}

/// What a person left to its default, as assumptions of the plan.
pub fn accepted_defaults(set: &ConstraintSet) -> Vec<Assumption> {
    let accepted = ConstraintField::ALL.into_iter().filter_map(|field| {
        let provenance = set.provenance(field).filter(|provenance| provenance.source == Source::Default)?;
        let value = words::constraint(set, field)?;
        let text = format!(
            "{}: {value}, the suggested answer, which nobody changed (confidence {:.2}).",
            words::label(field),
            provenance.confidence
        );
        Some(Assumption { field: Some(field), text })
    });
    accepted.collect()
}

#[cfg(test)]
mod tests {
    use crate::constraint::{Retraining, Stated};

    use super::*;

    #[test]
    fn only_what_was_left_to_its_default_is_an_assumption() {
        let stated = |source| {
            Some(Stated { value: Retraining::Weekly, confidence: 0.62, source, evidence: vec![], derivation: None })
        };
        let mut set = ConstraintSet { retraining: stated(Source::Default), ..ConstraintSet::default() };
        let assumptions = accepted_defaults(&set);
        assert_eq!(assumptions.len(), 1);
        assert!(assumptions[0].text.contains("weekly") && assumptions[0].text.contains("0.62"), "{assumptions:?}");
        set.retraining = stated(Source::Answer);
        assert!(accepted_defaults(&set).is_empty());
    }
}
