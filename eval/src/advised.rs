//! The same suites with a model beside the rules, so that a model's worth is a number: `--model ADDRESS`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agent::{Adviser, Agent, AgentError, Desk, History, Thought, advise};
use model::{Access, Address, Asker, Ceilings, Key, Model, Session, cache::InMemoryAnswers, circuit::InMemoryCircuits};
use run::node::ModelUse;
use serde_json::json;

use crate::{BadCases, report::Outcome};

/// How long one answer may take: a measurement waits longer than a person.
const PATIENCE: Duration = Duration::from_secs(180);

/// A model beside the rules, and what asking it came to so far.
pub struct Advised {
    address: String,
    adviser: Adviser,
    /// A case that is thought through again is answered as before.
    answers: InMemoryAnswers,
    uses: Mutex<BTreeMap<&'static str, Vec<ModelUse>>>,
}

impl Advised {
    /// The model at an address, its key in the environment.
    ///
    /// # Errors
    /// When the address is none, or its key is not there.
    pub fn at(address: &str) -> Result<Arc<Self>, BadCases> {
        let bad = |problem: String| BadCases::Model { problem };
        let address: Address = address.parse().map_err(|error| bad(format!("{error}")))?;
        let variable = address.provider.key_variable();
        let key = Key::from_environment(address.provider).map_err(|error| bad(format!("{variable}: {error}")))?;
        let access = match key {
            Some(key) => Access::Key(key),
            None if address.may_be_open() => Access::Open,
            None => return Err(bad(format!("{address} needs a key: set {variable}"))),
        };
        let http = model::http_client(&address).map_err(|error| bad(error.to_string()))?;
        let asker = Asker::new(address.clone(), access, http, Arc::new(InMemoryCircuits::default()));
        Ok(Self::of(Arc::new(asker)))
    }

    /// Any model.
    pub fn of(model: Arc<dyn Model>) -> Arc<Self> {
        Arc::new(Self {
            address: model.address().to_string(),
            adviser: Adviser::new(model, Ceilings::default()).temperature(Some(0.0)),
            answers: InMemoryAnswers::default(),
            uses: Mutex::default(),
        })
    }

    /// Lets the model, which is told what was decided before, add to a thought what it may.
    pub(crate) async fn advise<A: Agent>(
        &self,
        agent: &A,
        input: &A::Input,
        history: &History,
        desk: &Desk,
        thought: &mut Thought<A::Output, A::Signal>,
    ) -> Result<(), AgentError> {
        let Some(consultation) = agent.consult(input, thought)? else { return Ok(()) };
        let consultation = consultation.after(history)?;
        let session = Session { cache: Some(&self.answers), ..Session::of(PATIENCE) };
        let used = advise(&self.adviser, &session, desk.bodies(), consultation, thought).await?;
        self.uses.lock().unwrap_or_else(PoisonError::into_inner).entry(A::NODE).or_default().push(used);
        Ok(())
    }

    /// Adds what asking came to.
    pub(crate) fn report(&self, outcome: &mut Outcome) {
        let uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = Vec::new();
        let mut nodes = serde_json::Map::new();
        for (node, uses) in uses.iter() {
            // An answer that was known costs nothing and says nothing new.
            let asked: Vec<&ModelUse> = uses.iter().filter(|used| !used.cache_hit).collect();
            let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
            for used in &asked {
                *outcomes.entry(&used.outcome).or_default() += 1;
            }
            let sum = |of: fn(&ModelUse) -> u64| asked.iter().map(|used| of(used)).sum::<u64>();
            let kept = sum(|used| used.kept.len() as u64);
            let dropped = sum(|used| used.dropped.len() as u64);
            let tokens = sum(|used| used.tokens_read + used.tokens_written);
            let milliseconds = sum(|used| used.latency_ms);
            let repaired = asked.iter().filter(|used| used.repaired).count();
            let usd: Option<f64> = asked.iter().map(|used| used.usd).sum();
            let answered = outcomes.get("answered").copied().unwrap_or(0);
            rows.push(vec![
                (*node).to_owned(),
                asked.len().to_string(),
                answered.to_string(),
                repaired.to_string(),
                kept.to_string(),
                dropped.to_string(),
                tokens.to_string(),
                usd.map_or("–".to_owned(), |usd| format!("{usd:.4}")),
                format!("{:.1}", milliseconds as f64 / 1e3),
            ]);
            nodes.insert(
                (*node).to_owned(),
                json!({
                    "asked": asked.len(), "outcomes": outcomes, "repaired": repaired, "kept": kept, "dropped": dropped,
                    "tokens": tokens, "usd": usd, "milliseconds": milliseconds,
                }),
            );
        }
        let header = ["", "asked", "answered", "repaired", "kept", "dropped", "tokens", "USD", "seconds"];
        outcome.table(&format!("The model {}", self.address), &header, &rows);
        outcome.put("model", json!({ "address": self.address, "agents": nodes }));
    }
}
