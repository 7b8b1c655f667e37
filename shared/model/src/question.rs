//! What is asked.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{Address, Answer, AnswerSchema};

/// Bytes of a token where it is counted by its length: more tokens than English and code need.
pub(crate) const BYTES_PER_TOKEN: u64 = 3;

/// A question with the shape of its answer.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who the model is and what holds whatever the data say.
    pub system: String,
    /// What is asked, with the data.
    pub prompt: String,
    /// The shape of the answer.
    pub schema: AnswerSchema,
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// How freely the model words its answer, where the model lets that be set.
    pub temperature: Option<f64>,
}

impl Question {
    /// A question whose answer is of this type.
    pub fn for_answer<T: Answer>(system: impl Into<String>, prompt: impl Into<String>, max_tokens: u32) -> Self {
        Self {
            system: system.into(),
            prompt: prompt.into(),
            schema: AnswerSchema::of::<T>(),
            max_tokens,
            temperature: None,
        }
    }

    /// Hash of everything that the answer depends on: an equal question to the same model has the same.
    pub fn hash(&self, address: &Address) -> String {
        let whole = json!({
            // Raised when what is sent for an equal question changes, so that old answers are not taken for new ones.
            "version": 1,
            "address": address,
            "system": self.system,
            "prompt": self.prompt,
            "name": self.schema.name(),
            "schema": self.schema.full(),
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        });
        hex::encode(Sha256::digest(whole.to_string()))
    }

    /// About how many tokens are read.
    pub(crate) fn tokens_to_read(&self) -> u64 {
        let bytes = self.system.len() + self.prompt.len() + self.schema.full().to_string().len();
        (bytes as u64).div_ceil(BYTES_PER_TOKEN)
    }
}

/// What passes while an answer is being made. It is not an answer: that comes checked, at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing<'a> {
    /// More text of the answer.
    Text(&'a str),
    /// What passed so far does not count: it is asked again.
    Again,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Word {
        word: String,
    }

    #[test]
    fn everything_that_the_answer_depends_on_is_in_the_hash() {
        let question = Question::for_answer::<Word>("You are terse.", "Say a word.", 100);
        let address: Address = "openai:a".parse().unwrap();
        let hash = question.hash(&address);
        assert_eq!(hash, question.clone().hash(&address));
        let others = [
            Question { system: "You are verbose.".into(), ..question.clone() }.hash(&address),
            Question { prompt: "Say two words.".into(), ..question.clone() }.hash(&address),
            Question { max_tokens: 101, ..question.clone() }.hash(&address),
            Question { temperature: Some(0.0), ..question.clone() }.hash(&address),
            question.hash(&"openai:b".parse().unwrap()),
            question.hash(&"anthropic:a".parse().unwrap()),
            Question { schema: AnswerSchema::of::<Vec<Word>>(), ..question }.hash(&address),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(other, &hash, "change {index}");
            assert!(!others[..index].contains(other), "change {index}");
        }
    }
}
