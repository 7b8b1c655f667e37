//! Answers that were given before.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use crate::BoxFuture;

/// The cache cannot be read or written. The model is asked, as if there were none.
pub type CacheError = Box<dyn std::error::Error + Send + Sync>;

/// Where answers are kept, by the hash of everything that they depend on. Only what has the right shape gets there.
/// Questions hold what people wrote, so a cache is of one project: nobody learns from it what another has asked.
pub trait AnswerCache: Send + Sync {
    /// The answer to an equal question.
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<Option<Value>, CacheError>>;

    /// Keeps an answer for a while.
    fn put<'a>(&'a self, hash: &'a str, answer: &'a Value) -> BoxFuture<'a, Result<(), CacheError>>;
}

/// A cache of one process.
#[derive(Debug, Default)]
pub struct InMemoryAnswers {
    answers: Mutex<BTreeMap<String, Value>>,
}

impl InMemoryAnswers {
    /// How many answers there are.
    pub fn len(&self) -> usize {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl AnswerCache for InMemoryAnswers {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<Option<Value>, CacheError>> {
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        Box::pin(async move { Ok(answer) })
    }

    fn put<'a>(&'a self, hash: &'a str, answer: &'a Value) -> BoxFuture<'a, Result<(), CacheError>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(hash.to_owned(), answer.clone());
        Box::pin(async move { Ok(()) })
    }
}
