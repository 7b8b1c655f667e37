//! Asking over the network: cache, ceilings, circuit, form, retries, repair, in this order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::ProvideCredentials;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Access, Account, Address, Asked, BoxFuture, Ceilings, Failure, Fault, Form, Model, Passing, Patience, Price,
    PriceList, Question, Spent, Usage,
    adapter::{Adapter, adapter},
    cache::AnswerCache,
    circuit::{Admission, Circuit, CircuitError, Circuits, Stored},
    question::BYTES_PER_TOKEN,
    sign,
    transport::{self, Waits},
    wire::{Ask, Outgoing, Repair, Reply, Stop},
};

/// How often a change of the circuit is tried again when others were faster. One that is lost costs one more request.
const SWAPS: usize = 4;

/// What the requests of a question showed of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Nothing.
    Nothing,
    /// The last one was answered.
    Works,
    /// So many in a row at the end were not.
    Failed(u32),
}

impl Seen {
    fn fail(&mut self) {
        *self = match *self {
            Self::Nothing | Self::Works => Self::Failed(1),
            Self::Failed(requests) => Self::Failed(requests + 1),
        };
    }
}

/// What holds for one question: how much time and money there is, and who listens.
#[derive(Clone)]
pub struct Session<'a> {
    /// When there must be an outcome.
    pub deadline: Instant,
    /// What the run may spend.
    pub ceilings: Ceilings,
    /// What it has spent before.
    pub spent: Spent,
    /// Answers of the same project.
    pub cache: Option<&'a dyn AnswerCache>,
    /// Hears what passes; with it the answer is streamed.
    pub passing: Option<&'a (dyn Fn(Passing<'_>) + Send + Sync)>,
}

impl Session<'_> {
    /// A session with this much time and nothing else.
    pub fn of(time: Duration) -> Self {
        Self {
            deadline: Instant::now() + time,
            ceilings: Ceilings::default(),
            spent: Spent::default(),
            cache: None,
            passing: None,
        }
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// A model behind an address.
pub struct Asker {
    address: Address,
    adapter: Box<dyn Adapter>,
    access: Access,
    http: reqwest::Client,
    circuits: Arc<dyn Circuits>,
    patience: Patience,
    price: Option<Price>,
    /// Which of the adapter's forms the server knows, as far as it was found out.
    form: AtomicUsize,
}

impl Asker {
    /// A model, its price as shipped.
    pub fn new(address: Address, access: Access, http: reqwest::Client, circuits: Arc<dyn Circuits>) -> Self {
        let adapter = adapter(&address);
        let price = PriceList::shipped().find(&address).cloned();
        let patience = Patience::of(&address);
        Self { address, adapter, access, http, circuits, patience, price, form: AtomicUsize::new(0) }
    }

    /// The same with other patience.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same with another price.
    #[must_use]
    pub fn price(mut self, price: Option<Price>) -> Self {
        self.price = price;
        self
    }

    async fn outcome(
        &self,
        question: &Question,
        session: &Session<'_>,
        account: &mut Account,
    ) -> Result<Value, Failure> {
        let hash = question.hash(&self.address);
        if let Some(answer) = self.known(&hash, question, session).await {
            account.cache_hit = true;
            return Ok(answer);
        }
        self.afford(question, None, session, account)?;
        let probes = self.admit().await?;
        let mut seen = Seen::Nothing;
        let outcome = self.rounds(question, session, account, &mut seen).await;
        match seen {
            // As when the time was over: whether the provider works is not known, so nothing changes.
            Seen::Nothing => {}
            Seen::Works => self.tell_circuit(None, probes).await,
            Seen::Failed(requests) => self.tell_circuit(Some(requests), probes).await,
        }
        let answer = outcome?;
        if let Some(cache) = session.cache
            && let Err(error) = cache.put(&hash, &answer).await
        {
            tracing::warn!(error = %error, "an answer could not be kept: {error}");
        }
        Ok(answer)
    }

    /// The answer to an equal question, if it was asked before.
    async fn known(&self, hash: &str, question: &Question, session: &Session<'_>) -> Option<Value> {
        match session.cache?.get(hash).await {
            Ok(answer) => answer.filter(|answer| question.schema.errors(answer).is_empty()),
            Err(error) => {
                tracing::warn!(error = %error, "the cache of answers could not be read: {error}");
                None
            }
        }
    }

    /// Asks, and asks once more where the shape is wrong.
    async fn rounds(
        &self,
        question: &Question,
        session: &Session<'_>,
        account: &mut Account,
        seen: &mut Seen,
    ) -> Result<Value, Failure> {
        let mut repair: Option<Repair> = None;
        loop {
            let reply = self.reply(question, repair.as_ref(), session, account, seen).await?;
            account.usage += match reply.usage {
                // Some servers tell no tokens of a stream; a ceiling must not wait for them.
                Usage { input: 0, cached: 0, output: 0 } => {
                    account.is_estimate = true;
                    let output = (reply.said.answer().len() as u64).div_ceil(BYTES_PER_TOKEN);
                    Usage { input: to_read(question, repair.as_ref()), cached: 0, output }
                }
                told => told,
            };
            match reply.stop {
                Stop::Done => {}
                Stop::Length => return Err(Failure::TooLong(question.max_tokens)),
                Stop::Declined(why) => return Err(Failure::Declined(why)),
            }
            match (question.schema.read(reply.said.answer()), repair) {
                (Ok(answer), _) => return Ok(answer),
                (Err(errors), Some(_)) => return Err(Failure::WrongShape { errors }),
                (Err(errors), None) => {
                    let first = Repair { said: reply.said, errors };
                    self.afford(question, Some(&first), session, account)?;
                    if let Some(passing) = session.passing {
                        passing(Passing::Again);
                    }
                    account.repaired = true;
                    repair = Some(first);
                }
            }
        }
    }

    /// One whole reply, by as many requests as it takes.
    async fn reply(
        &self,
        question: &Question,
        repair: Option<&Repair>,
        session: &Session<'_>,
        account: &mut Account,
        seen: &mut Seen,
    ) -> Result<Reply, Failure> {
        let mut pauses = self.patience.pauses();
        let mut last: Option<Fault> = None;
        loop {
            let remaining = session.remaining();
            if remaining < self.patience.least {
                return Err(Failure::OutOfTime { attempts: account.requests, last });
            }
            let index = self.form.load(Ordering::Relaxed);
            let forms = self.adapter.forms();
            let form = forms.get(index).copied().unwrap_or(Form::Text);
            let ask = Ask { question, repair, form, stream: session.passing.is_some() };
            let fault = match self.request(&ask, session, remaining, account).await {
                Ok(reply) => {
                    *seen = Seen::Works;
                    return Ok(reply);
                }
                Err(fault) => fault,
            };
            tracing::info!(
                model = %self.address, code = fault.code(), requests = account.requests,
                "a request to {} failed: {fault}", self.address
            );
            if let Fault::Form { .. } = fault
                && index + 1 < forms.len()
            {
                // Another question may have found it out at the same time.
                let _ = self.form.compare_exchange(index, index + 1, Ordering::Relaxed, Ordering::Relaxed);
                last = Some(fault);
                continue;
            }
            if !fault.may_pass() {
                // Where it could not be signed, nothing was sent.
                if matches!(fault, Fault::Refused { .. } | Fault::Form { .. }) {
                    *seen = Seen::Works;
                }
                return Err(Failure::Rejected(fault));
            }
            let remaining = session.remaining();
            if matches!(fault, Fault::TimedOut(_)) && remaining < self.patience.least {
                // The caller had less time than the provider may take: that is no failure of the provider.
                return Err(Failure::OutOfTime { attempts: account.requests, last: Some(fault) });
            }
            seen.fail();
            let Some(own) = pauses.next() else {
                return Err(Failure::Unavailable { attempts: account.requests, last: fault });
            };
            let Some(pause) = self.patience.pause(own, &fault, remaining) else {
                return Err(Failure::OutOfTime { attempts: account.requests, last: Some(fault) });
            };
            tokio::time::sleep(pause).await;
            last = Some(fault);
        }
    }

    /// One request.
    async fn request(
        &self,
        ask: &Ask<'_>,
        session: &Session<'_>,
        remaining: Duration,
        account: &mut Account,
    ) -> Result<Reply, Fault> {
        let outgoing = self.adapter.request(ask);
        let secret = self.let_in(&outgoing).await?;
        account.requests += 1;
        account.form = Some(ask.form);
        let waits = Waits { whole: self.patience.whole.min(remaining), piece: self.patience.piece.min(remaining) };
        let heard = AtomicBool::new(false);
        let pass = session.passing.map(|passing| {
            let heard = &heard;
            move |text: &str| {
                heard.store(true, Ordering::Relaxed);
                passing(Passing::Text(text));
            }
        });
        let pass = pass.as_ref().map(|pass| pass as &(dyn Fn(&str) + Send + Sync));
        let reply =
            transport::exchange(&self.http, self.adapter.as_ref(), ask.form, outgoing, secret, waits, pass).await;
        if reply.is_err()
            && heard.load(Ordering::Relaxed)
            && let Some(passing) = session.passing
        {
            passing(Passing::Again);
        }
        match &self.access {
            Access::Key(key) => reply.map_err(|fault| fault.without(key.expose())),
            Access::Role(_) | Access::Open => reply,
        }
    }

    /// The headers that let a request in.
    async fn let_in(&self, outgoing: &Outgoing) -> Result<Vec<(String, SecretString)>, Fault> {
        match &self.access {
            Access::Open => Ok(Vec::new()),
            Access::Key(key) => {
                let (name, before) = self.adapter.key_header();
                Ok(vec![(name.to_owned(), SecretString::from(format!("{before}{}", key.expose())))])
            }
            Access::Role(credentials) => {
                let credentials =
                    credentials.provide_credentials().await.map_err(|error| Fault::Unsigned(Box::new(error)))?;
                let region = self.address.region.as_deref().unwrap_or_default();
                let (url, own, body) = (&outgoing.url, &outgoing.headers, &outgoing.body);
                sign::headers(url, own, body, credentials, region, "bedrock", SystemTime::now())
                    .map_err(Fault::Unsigned)
            }
        }
    }

    /// Refuses a request that the run cannot afford.
    fn afford(
        &self,
        question: &Question,
        repair: Option<&Repair>,
        session: &Session<'_>,
        account: &Account,
    ) -> Result<(), Failure> {
        let next = Usage { input: to_read(question, repair), cached: 0, output: u64::from(question.max_tokens) };
        let usd = self.price.as_ref().map_or(0.0, |price| price.usd(account.usage));
        let spent = Spent { tokens: session.spent.tokens + account.usage.total(), usd: session.spent.usd + usd };
        session.ceilings.admit(spent, next, self.price.as_ref())
    }

    /// Asks the circuit. True when this question finds out whether the provider is back.
    async fn admit(&self) -> Result<bool, Failure> {
        let key = self.address.to_string();
        let Stored { circuit, revision } = match self.circuits.load(&key).await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(error = %error, "the circuit of {key} cannot be read: {error}");
                return Ok(false);
            }
        };
        match circuit.admit(Timestamp::now()) {
            Admission::Go => Ok(false),
            Admission::Rest { until } => Err(Failure::CircuitOpen { until }),
            Admission::Probe(probe) => match self.circuits.swap(&key, revision, &probe).await {
                Ok(true) => Ok(true),
                Ok(false) => Err(Failure::CircuitOpen { until: probe.open_until.unwrap_or_default() }),
                Err(error) => {
                    tracing::warn!(error = %error, "the circuit of {key} cannot be written: {error}");
                    Ok(true)
                }
            },
        }
    }

    /// Tells the circuit how many requests failed in a row at the end; none when the provider works.
    async fn tell_circuit(&self, failed: Option<u32>, probes: bool) {
        let key = self.address.to_string();
        for _ in 0..SWAPS {
            let told = async {
                let stored = self.circuits.load(&key).await?;
                let circuit = match failed {
                    None if probes || stored.circuit.open_until.is_none() => Circuit::default(),
                    // Others found since that it fails; one reply that was on its way does not outweigh them.
                    None => stored.circuit.clone(),
                    Some(requests) => stored.circuit.failed(requests, Timestamp::now()),
                };
                if circuit == stored.circuit {
                    return Ok::<_, CircuitError>(true);
                }
                self.circuits.swap(&key, stored.revision, &circuit).await
            };
            match told.await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = %error, "the circuit of {key} cannot be changed: {error}");
                    return;
                }
            }
        }
    }
}

/// About how many tokens a request has the model read.
fn to_read(question: &Question, repair: Option<&Repair>) -> u64 {
    let again = repair.map_or(0, |repair| (repair.said.answer().len() + repair.words().len()) as u64);
    question.tokens_to_read() + again.div_ceil(BYTES_PER_TOKEN)
}

impl Model for Asker {
    fn address(&self) -> &Address {
        &self.address
    }

    fn answer<'a>(&'a self, question: &'a Question, session: &'a Session<'a>) -> BoxFuture<'a, Asked<Value>> {
        Box::pin(async move {
            let begun = Instant::now();
            let mut account = Account::default();
            let outcome = self.outcome(question, session, &mut account).await;
            account.usd = match account.cache_hit || account.requests == 0 {
                true => Some(0.0),
                false => self.price.as_ref().map(|price| price.usd(account.usage)),
            };
            account.latency_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            Asked { outcome, account }
        })
    }
}
