//! The questions that can be asked, what their answers change, and the defaults that suit each situation.

use std::{collections::BTreeMap, sync::OnceLock};

use design::constraint::{ConstraintField, Framework};
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
    /// Other plausible answers, which are tried in any situation.
    #[serde(default)]
    pub probes: Vec<AnswerValue>,
    /// For numbers: the default divided and multiplied by this is tried too.
    pub spread: Option<f64>,
    /// The form field.
    pub form: Field,
    /// Defaults by situation; those whose conditions all hold are suggested.
    pub defaults: Vec<DefaultFact>,
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(untagged)]
pub enum Topic {
    /// A constraint.
    Field(ConstraintField),
    /// Something else that the requirement tells.
    Beside(Beside),
}

/// What a requirement tells beside its constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// The industries that its words belong to.
    Industry,
    /// Its language (ISO 639-1).
    Language,
    /// The budget's currency (ISO 4217).
    Currency,
    /// The jurisdictions of peoples and places that its words name, wherever the data is to be.
    Place,
}

impl Topic {
    /// Its name for people.
    pub fn label(self) -> String {
        match self {
            Self::Field(field) => field.as_str().replace('_', " "),
            Self::Beside(Beside::Industry) => "industry".to_owned(),
            Self::Beside(Beside::Language) => "language".to_owned(),
            Self::Beside(Beside::Currency) => "currency".to_owned(),
            Self::Beside(Beside::Place) => "people or place".to_owned(),
        }
    }
}

/// Where a law wants its data to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// The framework.
    pub framework: Framework,
    /// Jurisdictions that it is content with.
    pub jurisdictions: Vec<String>,
    /// Where that is written.
    pub source: String,
}

/// Something that a text tells by its words: an industry, or the jurisdiction of a people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Words in lower case; one that ends in `*` stands for any ending.
    pub words: Vec<String>,
}

impl Told {
    /// True when a text has one of its words.
    pub fn is_told_by(&self, text: &str) -> bool {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '-').filter(|word| !word.is_empty()).any(
            |word| {
                let word = word.to_lowercase();
                self.words.iter().any(|known| match known.strip_suffix('*') {
                    Some(stem) => word.starts_with(stem),
                    None => word == *known,
                })
            },
        )
    }
}

/// A default for a situation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultFact {
    /// Values that something must have: its name to accepted values. Empty: always.
    #[serde(default)]
    pub when: BTreeMap<Topic, Vec<String>>,
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
    /// Where it is written; none for this project's own judgement.
    pub source: Option<String>,
}

/// How questions are chosen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionBank {
    /// Most questions of one round.
    pub most_per_round: usize,
    /// Most plans that are tried in one round.
    pub most_plans: usize,
    /// Support of a default that holds anywhere, 0 to 1.
    pub general_support: f64,
    /// Support that each condition adds when its field is known for certain, 0 to 1.
    pub condition_support: f64,
    /// Support that an equal decision of the parent version adds, 0 to 1.
    pub earlier_support: f64,
    /// Factor when other rules for the same situation suggest something else, 0 to 1.
    pub rival_factor: f64,
    /// How plausible an answer is that is tried and that no rule suggests, 0 to 1.
    pub probe_support: f64,
    /// Share by which two designs may differ in cost and still cost the same.
    pub same_cost_share: f64,
    /// US dollars a month by which they may.
    pub same_cost_usd: f64,
    /// Effect below which a question is not worth a person's time.
    pub least_effect: f64,
    /// Effect from which a question is of high priority.
    pub high_effect: f64,
    /// Effect from which it is of medium priority.
    pub medium_effect: f64,
    /// Where laws want their data to be.
    pub law: Vec<Law>,
    /// Industries by their words.
    pub industry: Vec<Told>,
    /// Jurisdictions by the words of their peoples; those of places are in `regions.toml`.
    pub people: Vec<Told>,
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
    fn industries_are_told_by_whole_words_and_stems() {
        let told = |text: &str| -> Vec<&str> {
            let bank = question_bank();
            bank.industry.iter().filter(|one| one.is_told_by(text)).map(|one| one.name.as_str()).collect()
        };
        assert_eq!(told("Our hospitals want to know"), ["healthcare"]);
        assert_eq!(told("Kreditanträge einer Bank"), ["banking"]);
        assert!(told("a bankrupt machinery of storefronts").is_empty());
        let peoples = |text: &str| -> Vec<&str> {
            question_bank().people.iter().filter(|one| one.is_told_by(text)).map(|one| one.name.as_str()).collect()
        };
        assert_eq!(peoples("An Irish hospital group"), ["EU"]);
        assert_eq!(peoples("for British and Swiss readers"), ["UK", "CH"]);
        assert!(peoples("a polished product").is_empty());
    }

    #[test]
    fn what_is_tried_is_an_answer_and_jurisdictions_are_those_of_regions() {
        for fact in &question_bank().question {
            assert!(fact.spread.is_none_or(|spread| spread > 1.0), "{}", fact.text);
            assert_eq!(fact.spread.is_some(), matches!(fact.form, Field::Number { .. }) && fact.probes.is_empty());
            for probe in &fact.probes {
                assert_eq!(asked(fact, probe).check(probe), Ok(()), "{}", fact.text);
            }
        }
        for law in &question_bank().law {
            for jurisdiction in &law.jurisdictions {
                assert!(crate::region::regions().iter().any(|region| region.jurisdiction == *jurisdiction));
            }
        }
    }

    fn asked(fact: &QuestionFact, default: &AnswerValue) -> Question {
        Question {
            id: fact.field.as_str().to_owned(),
            text: fact.text.clone(),
            why: fact.why.clone(),
            priority: fact.priority,
            field: fact.form.clone(),
            default: SmartDefault {
                value: default.clone(),
                confidence: 0.5,
                reason: String::new(),
                basis: DefaultBasis::IndustryPractice,
            },
            others: Vec::new(),
        }
    }

    #[test]
    fn every_default_is_an_answer_that_its_question_accepts() {
        for fact in &question_bank().question {
            for default in &fact.defaults {
                let question = asked(fact, &default.value);
                assert_eq!(question.check(&default.value), Ok(()), "{}", default.reason);
            }
        }
    }
}
