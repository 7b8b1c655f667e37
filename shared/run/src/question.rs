//! Questions of a gate's generated form, and the check of what is answered.

use serde::{Deserialize, Serialize};

use crate::answer::{AnswerValue, Answers};

/// How much hangs on a question; the order is that of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// A wrong default would make the design wrong; never auto-approved unless the deployment allows it.
    Critical,
    /// Changes the choice of components.
    High,
    /// Changes their size.
    Medium,
    /// Changes details.
    Low,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    /// What is sent back.
    pub value: String,
    /// What a person reads.
    pub label: String,
}

/// The form field of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Field {
    /// Free text.
    Text {
        /// Longest answer, in characters.
        max_length: u32,
    },
    /// A number with its unit.
    Number {
        /// The unit, such as `USD per month`.
        unit: String,
        /// Smallest accepted value.
        minimum: f64,
        /// Largest accepted value.
        maximum: f64,
    },
    /// Exactly one of the choices.
    Choice {
        /// The choices.
        choices: Vec<Choice>,
    },
    /// Any number of the choices.
    MultiChoice {
        /// The choices.
        choices: Vec<Choice>,
    },
}

/// What a default rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DefaultBasis {
    /// What systems of this kind usually need.
    IndustryPractice,
    /// What this project decided before.
    EarlierDecision,
    /// The best cost for the performance asked for.
    CostPerformance,
    /// The safe side.
    Security,
}

/// A suggested answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SmartDefault {
    /// The suggested answer.
    pub value: AnswerValue,
    /// 0 to 1, computed from what supports the default.
    pub confidence: f64,
    /// Why this value.
    pub reason: String,
    /// What it rests on.
    pub basis: DefaultBasis,
}

/// One question of a gate's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    /// Stable id: the constraint's name, such as `budget`.
    pub id: String,
    /// The question.
    pub text: String,
    /// What the answer changes in the design.
    pub why: String,
    /// How much hangs on it.
    pub priority: Priority,
    /// The form field.
    pub field: Field,
    /// The suggested answer.
    pub default: SmartDefault,
    /// What else is suggested, the best first.
    #[serde(default)]
    pub others: Vec<SmartDefault>,
}

/// An answer that does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("answers.{question}: {problem}")]
pub struct InvalidAnswer {
    /// Id of the question.
    pub question: String,
    /// What is wrong and what would be accepted.
    pub problem: String,
}

impl Question {
    /// Checks one answer against the field.
    ///
    /// # Errors
    /// The problem in words, with what would be accepted.
    pub fn check(&self, answer: &AnswerValue) -> Result<(), InvalidAnswer> {
        let refuse = |problem: String| Err(InvalidAnswer { question: self.id.clone(), problem });
        let listed = |choices: &[Choice]| {
            choices.iter().map(|choice| format!("`{}`", choice.value)).collect::<Vec<_>>().join(", ")
        };
        match (&self.field, answer) {
            (Field::Text { max_length }, AnswerValue::Text(text)) => {
                let length = text.chars().count();
                if text.trim().is_empty() {
                    refuse("is empty: write a text, or leave the question out to take its default".into())
                } else if length > *max_length as usize {
                    refuse(format!("has {length} characters; at most {max_length} are accepted"))
                } else {
                    Ok(())
                }
            }
            (Field::Number { unit, minimum, maximum }, AnswerValue::Number(number)) => {
                if number.is_finite() && number >= minimum && number <= maximum {
                    Ok(())
                } else {
                    refuse(format!("is {number}; a number from {minimum} to {maximum} ({unit}) is accepted"))
                }
            }
            (Field::Choice { choices }, AnswerValue::Text(text)) => {
                if choices.iter().any(|choice| choice.value == *text) {
                    Ok(())
                } else {
                    refuse(format!("is `{text}`; one of {} is accepted", listed(choices)))
                }
            }
            (Field::MultiChoice { choices }, AnswerValue::Many(values)) => {
                match values.iter().find(|value| !choices.iter().any(|choice| choice.value == **value)) {
                    None => Ok(()),
                    Some(value) => refuse(format!("has `{value}`; any of {} are accepted", listed(choices))),
                }
            }
            (Field::Text { .. }, AnswerValue::Number(_) | AnswerValue::Many(_)) => refuse("must be a text".into()),
            (Field::Number { unit, .. }, AnswerValue::Text(_) | AnswerValue::Many(_)) => {
                refuse(format!("must be a number ({unit})"))
            }
            (Field::Choice { choices }, AnswerValue::Number(_) | AnswerValue::Many(_)) => {
                refuse(format!("must be one of {}", listed(choices)))
            }
            (Field::MultiChoice { choices }, AnswerValue::Number(_) | AnswerValue::Text(_)) => {
                refuse(format!("must be a list of any of {}", listed(choices)))
            }
        }
    }
}

/// Checks all answers of a form: unknown ids and values that do not fit.
pub fn check_answers(questions: &[Question], answers: &Answers) -> Vec<InvalidAnswer> {
    answers
        .iter()
        .filter_map(|(id, answer)| match questions.iter().find(|question| question.id == *id) {
            Some(question) => question.check(answer).err(),
            None => Some(InvalidAnswer {
                question: id.clone(),
                problem: format!(
                    "is not asked here; the questions are {}",
                    questions.iter().map(|q| format!("`{}`", q.id)).collect::<Vec<_>>().join(", ")
                ),
            }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(field: Field) -> Question {
        Question {
            id: "budget".into(),
            text: "How much?".into(),
            why: "Sizes everything.".into(),
            priority: Priority::High,
            field,
            default: SmartDefault {
                value: AnswerValue::Number(1.0),
                confidence: 0.5,
                reason: "usual".into(),
                basis: DefaultBasis::IndustryPractice,
            },
            others: Vec::new(),
        }
    }

    #[test]
    fn a_number_outside_its_range_names_the_range() {
        let question = question(Field::Number { unit: "USD per month".into(), minimum: 10.0, maximum: 100.0 });
        assert!(question.check(&AnswerValue::Number(50.0)).is_ok());
        let problem = question.check(&AnswerValue::Number(f64::NAN)).unwrap_err().to_string();
        assert!(problem.contains("10 to 100"), "{problem}");
        assert!(question.check(&AnswerValue::Text("50".into())).is_err());
    }

    #[test]
    fn an_unknown_question_is_refused() {
        let answers = Answers::from([("colour".to_owned(), AnswerValue::Text("red".into()))]);
        let problems = check_answers(&[question(Field::Text { max_length: 5 })], &answers);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].problem.contains("`budget`"));
    }
}
