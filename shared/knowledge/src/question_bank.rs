//! The questions that can be asked, what their answers change, and the defaults that suit each situation.

use std::{collections::BTreeMap, sync::OnceLock};

use design::constraint::ConstraintField;
use run::{
    answer::AnswerValue,
    question::{DefaultBasis, Field, Priority},
};
use serde::Deserialize;

/// How a question is asked and what it is worth.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionFact {
    /// The constraint that it asks for.
    pub field: ConstraintField,
    /// The question.
    pub text: String,
    /// What the answer changes in the design.
    pub why: String,
    /// How much hangs on it when nothing raises it.
    pub priority: Priority,
    /// How much the answer changes which components are chosen, 0 to 1.
    pub choice_impact: f64,
    /// How much it changes what they cost, 0 to 1.
    pub cost_impact: f64,
    /// The form field.
    pub form: Field,
    /// Defaults by situation; the one with the most conditions that all hold is taken.
    pub defaults: Vec<DefaultFact>,
}

/// A default for a situation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultFact {
    /// Values that other fields must have: field name to accepted values. Empty: always.
    #[serde(default)]
    pub when: BTreeMap<ConstraintField, Vec<String>>,
    /// Numbers that other fields must reach: field name to the smallest value, in the question's unit.
    #[serde(default)]
    pub at_least: BTreeMap<ConstraintField, f64>,
    /// Numbers that other fields must not exceed.
    #[serde(default)]
    pub at_most: BTreeMap<ConstraintField, f64>,
    /// The suggested answer.
    pub value: AnswerValue,
    /// What it rests on.
    pub basis: DefaultBasis,
    /// Why, in one sentence.
    pub reason: String,
}

/// How questions are chosen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionBank {
    /// Most questions of one round.
    pub most_per_round: usize,
    /// Effect below which a question is not worth a person's time.
    pub least_effect: f64,
    /// Support of a default that holds anywhere, 0 to 1.
    pub general_support: f64,
    /// Support that each condition adds when its field is known for certain, 0 to 1.
    pub condition_support: f64,
    /// Support that an equal decision of the parent version adds, 0 to 1.
    pub earlier_support: f64,
    /// The questions.
    pub question: Vec<QuestionFact>,
}

/// The questions.
pub fn question_bank() -> &'static QuestionBank {
    static FILE: OnceLock<QuestionBank> = OnceLock::new();
    FILE.get_or_init(|| crate::region::compiled_in("questions.toml", include_str!("../data/questions.toml")))
}

#[cfg(test)]
mod tests {
    use run::question::{Question, SmartDefault};

    use super::*;

    #[test]
    fn there_is_one_question_for_every_field_and_a_default_that_always_holds() {
        for field in ConstraintField::ALL {
            let found = question_bank().question.iter().filter(|question| question.field == field).collect::<Vec<_>>();
            assert_eq!(found.len(), 1, "{}", field.as_str());
            let general = |default: &&DefaultFact| {
                default.when.is_empty() && default.at_least.is_empty() && default.at_most.is_empty()
            };
            assert_eq!(found[0].defaults.iter().filter(general).count(), 1, "{}", field.as_str());
        }
    }

    #[test]
    fn every_default_is_an_answer_that_its_question_accepts() {
        for fact in &question_bank().question {
            for default in &fact.defaults {
                let question = Question {
                    id: fact.field.as_str().to_owned(),
                    text: fact.text.clone(),
                    why: fact.why.clone(),
                    priority: fact.priority,
                    field: fact.form.clone(),
                    default: SmartDefault {
                        value: default.value.clone(),
                        confidence: 0.5,
                        reason: default.reason.clone(),
                        basis: default.basis,
                    },
                };
                assert_eq!(question.check(&default.value), Ok(()), "{}", default.reason);
            }
        }
    }
}
