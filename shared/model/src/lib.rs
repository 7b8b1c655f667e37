//! Asking a language model for a typed answer.
//!
//! One trait, [`Model`], and one implementation for the network, [`Asker`], over three thin adapters: Amazon Bedrock
//! Converse, Anthropic Messages, and any server that speaks OpenAI's chat completions. An adapter is pure: a question
//! becomes an HTTP request, a response or the bytes of a stream become a reply; so each is tested without a network.
//!
//! What is around the adapters is the same for all: the answer is asked for by the API's own means for a schema, with the
//! documented fallbacks; it is checked against the JSON Schema of the Rust type; one repair round gives the errors back
//! to the model; what fails for a while is tried again, within the time that the caller has; a provider that keeps
//! failing is left alone for a while (`circuit`); an equal question is answered from the cache; tokens, dollars and time
//! are accounted, also where the answer was of no use; a run that has spent its share is not asked for more.
//!
//! A failure is an outcome with a name, never a panic: whoever asks goes on without the model.
//!
//! Architecture invariant: nothing here knows what a design or a run is, how things are stored, or that Lambda exists.

mod account;
mod adapter;
mod address;
mod anthropic;
mod asker;
mod bedrock;
pub mod cache;
pub mod circuit;
mod fault;
mod key;
#[cfg(feature = "mock")]
pub mod mock;
mod openai;
mod patience;
mod price;
mod question;
mod schema;
mod sign;
mod sse;
mod transport;
mod wire;

use std::{future::Future, pin::Pin};

use serde_json::Value;

pub use account::{Account, Ceilings, Spent};
pub use address::{Address, AddressError, Provider};
pub use asker::{Asker, Session};
pub use fault::{Failure, Fault, Limit};
pub use key::{Access, Key, KeyError};
pub use patience::Patience;
pub use price::{Price, PriceList, PriceSource};
pub use question::{Passing, Question};
pub use schema::{Answer, AnswerSchema};
pub use transport::http_client;
pub use wire::{Form, Usage};

/// A future that can be kept in a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Someone who answers questions in the shape that was asked for.
pub trait Model: Send + Sync {
    /// Who is asked.
    fn address(&self) -> &Address;

    /// Asks. What it took is told whether or not there is an answer.
    fn answer<'a>(&'a self, question: &'a Question, session: &'a Session<'a>) -> BoxFuture<'a, Asked<Value>>;
}

/// What came of asking.
#[derive(Debug)]
pub struct Asked<T> {
    /// The answer, or why there is none.
    pub outcome: Result<T, Failure>,
    /// What it took.
    pub account: Account,
}

/// Asks for an answer of a type. The question must have been made for this type, by [`Question::for_answer`].
pub async fn ask<T: Answer>(model: &dyn Model, question: &Question, session: &Session<'_>) -> Asked<T> {
    let Asked { outcome, account } = model.answer(question, session).await;
    let outcome = outcome
        .and_then(|value| schema::typed::<T>(&value).map_err(|error| Failure::WrongShape { errors: vec![error] }));
    Asked { outcome, account }
}
