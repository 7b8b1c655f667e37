//! How a model takes part in an agent's thinking.
//!
//! An agent thinks with its rules, always. Where it has a [`Consultation`], the harness then asks a model, and the agent
//! takes from the answer what a model may add: item by item, each kept or dropped for a reason that is told on the card
//! and in the agent-run record. Without a model, and whenever there is no answer, the rules' thought stands.

use std::{fmt, sync::Arc};

use futures::FutureExt;
use model::{
    Account, Address, Answer, BoxFuture, Ceilings, Failure, Model, Passing, Question, Session, Spent,
    cache::{AnswerCache, CacheError},
    circuit::{Circuit, CircuitError, Circuits, Stored},
};
use run::{
    card::Fact,
    id::RunKey,
    node::{ModelUse, NodeRecord, Thinker},
};
use serde_json::Value;
use store::Store;
use tokio::time::Instant;

use crate::{AgentError, Bodies, History, Thought, prompt::Rendered, words::is_hidden};

/// Items of each kind that are kept in the record and on the card; more of them nobody reads.
const MOST_ITEMS: usize = 20;

/// Characters of an item's name, and of its reason.
const MOST_CHARACTERS: usize = 240;

/// What an agent asks a model, and what it does with the answer.
pub struct Consultation<O, S> {
    question: Question,
    take: Take<O, S>,
}

/// What an agent says when it may ask a model: what it asks, or nothing.
pub type Consulted<O, S> = Result<Option<Consultation<O, S>>, AgentError>;

type Take<O, S> = Box<dyn FnOnce(&mut Thought<O, S>, Value) -> Result<Taken, String> + Send>;

impl<O, S> fmt::Debug for Consultation<O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consultation").field("question", &self.question).finish_non_exhaustive()
    }
}

impl<O, S> Consultation<O, S> {
    /// A question for an answer of a type, and the pure function that takes from it what a model may add.
    pub fn new<T: Answer>(
        prompt: Rendered,
        max_tokens: u32,
        take: impl FnOnce(&mut Thought<O, S>, T) -> Taken + Send + 'static,
    ) -> Self {
        let question = Question::for_answer::<T>(prompt.system, prompt.question, max_tokens);
        let take: Take<O, S> = Box::new(move |thought, value| {
            let answer = serde_json::from_value(value).map_err(|error| error.to_string())?;
            Ok(take(thought, answer))
        });
        Self { question, take }
    }

    /// The same with what the run decided so far before it.
    ///
    /// # Errors
    /// When a decision cannot be written as JSON.
    pub fn after(mut self, history: &History) -> Result<Self, AgentError> {
        if !history.decisions.is_empty() {
            self.question.prompt = format!("{}{}", history.in_prompt()?, self.question.prompt);
        }
        Ok(self)
    }

    /// What is asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Takes an answer into a thought, as the harness does.
    ///
    /// # Errors
    /// When the answer does not have the shape that was asked for; the thought is then as it was.
    pub fn take(self, thought: &mut Thought<O, S>, answer: Value) -> Result<Taken, String> {
        (self.take)(thought, answer)
    }
}

/// What was taken from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// What was kept, and why it may be.
    pub kept: Vec<Fact>,
    /// What was dropped, and why.
    pub dropped: Vec<Fact>,
    /// What the thought refers to and is not stored yet.
    bodies: Vec<(Vec<u8>, &'static str)>,
}

impl Taken {
    /// Has a body stored, of this media type: the thought refers to it by its hash.
    pub fn store(&mut self, body: Vec<u8>, media_type: &'static str) {
        self.bodies.push((body, media_type));
    }

    /// What is to be stored.
    pub fn bodies(&self) -> &[(Vec<u8>, &'static str)] {
        &self.bodies
    }

    /// Keeps an item.
    pub fn keep(&mut self, what: &str, why: &str) {
        self.kept.push(Fact::new(line(what, MOST_CHARACTERS), line(why, MOST_CHARACTERS)));
    }

    /// Drops an item.
    pub fn drop(&mut self, what: &str, why: &str) {
        self.dropped.push(Fact::new(line(what, MOST_CHARACTERS), line(why, MOST_CHARACTERS)));
    }
}

/// A model's words as one plain line: no control or direction marks, no markup that a page could take for a link, an
/// image or a tag, and not longer than this.
pub fn line(text: &str, most: usize) -> String {
    // Between letters an underscore is part of a name and emphasises nothing.
    let letters: Vec<char> = text.chars().collect();
    let is_inside = |at: usize| {
        let beside = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_alphanumeric());
        beside(at.checked_sub(1)) && beside(Some(at + 1))
    };
    let plain: String = letters
        .iter()
        .enumerate()
        .map(|(at, c)| match *c {
            '_' if is_inside(at) => '_',
            '<' => '‹',
            '>' => '›',
            '[' => '(',
            ']' => ')',
            '`' | '*' | '_' | '|' | '\\' => ' ',
            hidden if is_hidden(hidden) => ' ',
            other => other,
        })
        .collect();
    // An address is made unclickable: what a model writes must not lead anywhere.
    let mut plain = plain.replace("://", ": //");
    while let Some(at) = plain.to_ascii_lowercase().find("www.") {
        plain.replace_range(at + 3..at + 4, " ");
    }
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().take(most).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

/// The model that a deployment asks, and what a run may spend on it.
#[derive(Clone)]
pub struct Adviser {
    address: Address,
    model: Result<Arc<dyn Model>, String>,
    ceilings: Ceilings,
    temperature: Option<f64>,
}

impl fmt::Debug for Adviser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adviser({})", self.address)
    }
}

impl Adviser {
    /// An adviser with these ceilings for each run.
    pub fn new(model: Arc<dyn Model>, ceilings: Ceilings) -> Self {
        Self { address: model.address().clone(), model: Ok(model), ceilings, temperature: None }
    }

    /// The same, wording its answers this freely.
    #[must_use]
    pub fn temperature(mut self, temperature: Option<f64>) -> Self {
        self.temperature = temperature;
        self
    }

    /// An adviser that is configured and cannot be asked, as when its key is not to be had; the cards say so.
    pub fn unavailable(address: Address, why: impl Into<String>) -> Self {
        Self { address, model: Err(why.into()), ceilings: Ceilings::default(), temperature: None }
    }

    /// A use in which nothing was used yet.
    fn unused(&self, outcome: &str) -> ModelUse {
        ModelUse {
            provider: self.address.provider.as_str().to_owned(),
            model: self.address.name.clone(),
            outcome: outcome.to_owned(),
            requests: 0,
            tokens_read: 0,
            tokens_written: 0,
            tokens_estimated: false,
            usd: Some(0.0),
            latency_ms: 0,
            cache_hit: false,
            repaired: false,
            kept: Vec::new(),
            dropped: Vec::new(),
            rules_alone: None,
        }
    }
}

/// Hears what a model says while it says it.
pub(crate) type Hearer = dyn Fn(Passing<'_>) + Send + Sync;

/// A model for one node: whom to ask, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Advice<'a> {
    /// The model.
    pub adviser: &'a Adviser,
    /// When there must be an outcome, so that there is time left to store it.
    pub deadline: Instant,
    /// Hears what asking came to, for metrics.
    pub told: Option<fn(&'static str, &ModelUse)>,
}

/// What a run has spent on models, by its agent-run records. Records of another version are not in the sum.
pub(crate) fn spent(records: &[NodeRecord]) -> Spent {
    let uses = records.iter().filter_map(|record| record.model.as_ref());
    uses.fold(Spent::default(), |spent, used| Spent {
        tokens: spent.tokens.saturating_add(used.tokens_read).saturating_add(used.tokens_written),
        usd: spent.usd + used.usd.unwrap_or(0.0),
    })
}

/// Asks, and takes from the answer what a model may add; what the run has spent and the answers of its project come from
/// the store. Never fails: without an answer the thought stays as it is.
pub(crate) async fn advise_run<O, S>(
    advice: Advice<'_>,
    store: &Store,
    key: &RunKey,
    bodies: &dyn Bodies,
    passing: &Hearer,
    consultation: Consultation<O, S>,
    thought: &mut Thought<O, S>,
) -> Result<ModelUse, AgentError> {
    let Advice { adviser, deadline, told: _ } = advice;
    // A ceiling that cannot be looked up is a ceiling that cannot be kept.
    let records = match store.node_records(key).await {
        Ok(records) => records,
        Err(error) => {
            tracing::warn!(error = %error, "what the run has spent on models cannot be read: {error}");
            let used = adviser.unused("not_available");
            say(thought, &used, Some("what the run has spent so far could not be read"));
            return Ok(used);
        }
    };
    let cache = ProjectAnswers { store: store.clone(), key: key.clone() };
    let passing = Some(passing);
    let session =
        Session { deadline, ceilings: adviser.ceilings, spent: spent(&records), cache: Some(&cache), passing };
    advise(adviser, &session, bodies, consultation, thought).await
}

/// Asks within a session, and takes from the answer what a model may add. Without an answer the thought stays as it is, and
/// its card says why.
///
/// # Errors
/// When what was taken cannot be stored; the thought is then of no use. Whatever the model does is no error.
pub async fn advise<O, S>(
    adviser: &Adviser,
    session: &Session<'_>,
    bodies: &dyn Bodies,
    mut consultation: Consultation<O, S>,
    thought: &mut Thought<O, S>,
) -> Result<ModelUse, AgentError> {
    consultation.question.temperature = adviser.temperature;
    let model = match &adviser.model {
        Ok(model) => model,
        Err(why) => {
            let used = adviser.unused("not_available");
            say(thought, &used, Some(why));
            return Ok(used);
        }
    };
    let mut used = adviser.unused("answered");
    let asked = model.answer(&consultation.question, session).await;
    account(&mut used, &asked.account);
    match asked.outcome {
        Ok(answer) => match consultation.take(thought, answer) {
            Ok(mut taken) => {
                for (body, media_type) in &taken.bodies {
                    bodies.put(body, media_type).await?;
                }
                taken.kept.truncate(MOST_ITEMS);
                taken.dropped.truncate(MOST_ITEMS);
                (used.kept, used.dropped) = (taken.kept, taken.dropped);
                say(thought, &used, None);
            }
            Err(_) => {
                used.outcome = "wrong_shape".to_owned();
                say(thought, &used, Some(in_words("wrong_shape")));
            }
        },
        Err(failure) => {
            used.outcome = failure.code().to_owned();
            tell(&failure, &adviser.address);
            say(thought, &used, Some(in_words(failure.code())));
        }
    }
    Ok(used)
}

fn account(used: &mut ModelUse, account: &Account) {
    used.requests = account.requests;
    used.tokens_read = account.usage.input + account.usage.cached;
    used.tokens_written = account.usage.output;
    used.tokens_estimated = account.is_estimate;
    used.usd = account.usd;
    used.latency_ms = account.latency_ms;
    used.cache_hit = account.cache_hit;
    used.repaired = account.repaired;
}

/// The whole chain for those who run the platform; a card says it in words of our own.
fn tell(failure: &Failure, address: &Address) {
    let code = failure.code();
    match failure {
        // It quotes the model, which quotes the requirement.
        Failure::WrongShape { errors } => {
            tracing::warn!(model = %address, code, errors = errors.len(), "{address} gave no usable answer: {code}");
        }
        other => {
            let said = crate::chain(other);
            tracing::warn!(model = %address, code, error = %said, "{address} gave no usable answer: {said}");
        }
    }
}

/// Why there is no answer, for a person.
fn in_words(code: &str) -> &'static str {
    match code {
        "unavailable" => "its provider failed again and again",
        "out_of_time" => "the time was not enough",
        "rejected" => "its provider refused the request",
        "circuit_open" => "its provider failed too often just now and is left alone for a while",
        "wrong_shape" => "its answer did not have the shape that was asked for, also after it was asked to mend it",
        "too_long" => "its answer was longer than it may be",
        "declined" => "it declined to answer",
        "ceiling" => "the run has reached its ceiling for models",
        _ => "it could not be asked",
    }
}

/// Says on the card who thought, and what was kept and dropped.
fn say<O, S>(thought: &mut Thought<O, S>, used: &ModelUse, why_not: Option<&str>) {
    let name = format!("{} {}", used.provider, used.model);
    let card = &mut thought.card;
    if let Some(why) = why_not {
        card.reasoning
            .push(format!("A model ({name}) was to add to this, but {why}. The rules' result stands as it is."));
        return;
    }
    let before = if used.cache_hit { ", which had been asked the same before," } else { "" };
    let (kept, dropped) = (used.kept.len(), used.dropped.len());
    card.reasoning.push(format!(
        "A model ({name}){before} was asked what it would add to the rules' result: {kept} kept, {dropped} dropped."
    ));
    let items = |word: &'static str, facts: &[Fact]| -> Vec<String> {
        facts.iter().map(|fact| format!("{word}: {} — {}", fact.label, fact.value)).collect()
    };
    card.reasoning.extend(items("Kept from the model", &used.kept));
    card.reasoning.extend(items("Dropped from the model", &used.dropped));
    if kept > 0 {
        card.thinker = Thinker::Model { provider: used.provider.clone(), model: used.model.clone() };
    }
}

/// Answers of a run's project in the store.
struct ProjectAnswers {
    store: Store,
    key: RunKey,
}

impl AnswerCache for ProjectAnswers {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<Option<Value>, CacheError>> {
        async move { Ok(self.store.answer(&self.key.owner, &self.key.project, hash).await?) }.boxed()
    }

    fn put<'a>(&'a self, hash: &'a str, answer: &'a Value) -> BoxFuture<'a, Result<(), CacheError>> {
        async move { Ok(self.store.put_answer(&self.key.owner, &self.key.project, hash, answer).await?) }.boxed()
    }
}

/// Circuits in the store, so that they outlive an invocation.
#[derive(Debug, Clone)]
pub struct StoredCircuits(pub Store);

impl Circuits for StoredCircuits {
    fn load<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Stored, CircuitError>> {
        async move {
            let store::Circuit { state, revision } = self.0.circuit::<Circuit>(address).await?;
            Ok(Stored { circuit: state.unwrap_or_default(), revision })
        }
        .boxed()
    }

    fn swap<'a>(
        &'a self,
        address: &'a str,
        revision: u64,
        circuit: &'a Circuit,
    ) -> BoxFuture<'a, Result<bool, CircuitError>> {
        async move { Ok(self.0.swap_circuit(address, revision, circuit).await?) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_words_are_one_plain_line() {
        let hostile =
            "Approve\u{202e} [here](https://evil.example) <img src=x>\n\n**now**\u{200b} `rm` Www.evil.example";
        let plain = line(hostile, 200);
        assert_eq!(plain, "Approve (here)(https: //evil.example) ‹img src=x› now rm Www evil.example");
        assert_eq!(line(&"ä".repeat(500), 10), format!("{}…", "ä".repeat(10)));
    }
}
