//! The circuit breaker: a provider that keeps failing is left alone, by all invocations, for a while.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::BoxFuture;

/// So many requests in a row must fail.
const FAILURES: u32 = 5;

/// How long the provider is left alone at first; each time that the probe fails, twice as long.
const FIRST_REST: Duration = Duration::from_secs(30);

/// The longest rest: a person who looks again after a coffee finds the model back.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// How long others wait for the outcome of a probe.
const PROBE: Duration = Duration::from_secs(120);

/// The state of a circuit. It starts closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Circuit {
    /// Requests that failed in a row.
    pub failures: u32,
    /// How often in a row it opened.
    pub opened: u32,
    /// Until when nobody asks.
    pub open_until: Option<Timestamp>,
}

/// Whether to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Ask.
    Go,
    /// Ask, if this state can be stored before anyone else does: one request finds out whether the provider is back.
    Probe(Circuit),
    /// Do not ask.
    Rest {
        /// Until then.
        until: Timestamp,
    },
}

impl Circuit {
    /// Whether to ask now.
    pub fn admit(&self, now: Timestamp) -> Admission {
        match self.open_until {
            None => Admission::Go,
            Some(until) if until > now => Admission::Rest { until },
            Some(_) => Admission::Probe(Self { open_until: Some(later(now, PROBE)), ..self.clone() }),
        }
    }

    /// The state after requests that failed in a row.
    #[must_use]
    pub fn failed(&self, requests: u32, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(requests);
        if failures < FAILURES {
            return Self { failures, ..self.clone() };
        }
        let rest = FIRST_REST.saturating_mul(1 << self.opened.min(8)).min(LONGEST_REST);
        Self { failures, opened: self.opened.saturating_add(1), open_until: Some(later(now, rest)) }
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A circuit with the number of its last change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// The state.
    pub circuit: Circuit,
    /// Raised by every change; 0 where nothing is stored.
    pub revision: u64,
}

/// The state cannot be read or written. It is asked all the same.
pub type CircuitError = Box<dyn std::error::Error + Send + Sync>;

/// Where circuits are kept, so that they outlive an invocation.
pub trait Circuits: Send + Sync {
    /// The circuit of an address; closed where nothing is stored.
    fn load<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Stored, CircuitError>>;

    /// Stores a state if nobody changed it since this revision. False when somebody did.
    fn swap<'a>(
        &'a self,
        address: &'a str,
        revision: u64,
        circuit: &'a Circuit,
    ) -> BoxFuture<'a, Result<bool, CircuitError>>;
}

/// Circuits of one process.
#[derive(Debug, Default)]
pub struct InMemoryCircuits {
    circuits: Mutex<BTreeMap<String, Stored>>,
}

impl Circuits for InMemoryCircuits {
    fn load<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Stored, CircuitError>> {
        let circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = circuits.get(address).cloned().unwrap_or_default();
        Box::pin(async move { Ok(stored) })
    }

    fn swap<'a>(
        &'a self,
        address: &'a str,
        revision: u64,
        circuit: &'a Circuit,
    ) -> BoxFuture<'a, Result<bool, CircuitError>> {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = circuits.entry(address.to_owned()).or_default();
        let is_unchanged = stored.revision == revision;
        if is_unchanged {
            *stored = Stored { circuit: circuit.clone(), revision: revision + 1 };
        }
        Box::pin(async move { Ok(is_unchanged) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_provider_that_keeps_failing_is_left_alone_for_longer_and_longer() {
        let mut circuit = Circuit::default();
        for _ in 1..FAILURES {
            circuit = circuit.failed(1, at(0));
            assert_eq!(circuit.admit(at(0)), Admission::Go);
        }
        circuit = circuit.failed(1, at(0));
        assert_eq!(circuit.admit(at(29)), Admission::Rest { until: at(30) });
        let mut now = 30;
        for rest in [60, 120, 240, 300, 300] {
            let Admission::Probe(probe) = circuit.admit(at(now)) else { panic!("{circuit:?}") };
            assert_eq!(probe.admit(at(now + 1)), Admission::Rest { until: at(now + 120) }, "one probe is enough");
            circuit = probe.failed(1, at(now));
            assert_eq!(circuit.admit(at(now)), Admission::Rest { until: at(now + rest) });
            now += rest;
        }
        assert_eq!(
            Circuit::default().failed(FAILURES, at(0)),
            Circuit { failures: 5, opened: 1, open_until: Some(at(30)) }
        );
    }

    #[tokio::test]
    async fn only_one_of_two_may_change_a_state() {
        let circuits = InMemoryCircuits::default();
        let seen = circuits.load("a").await.unwrap();
        let failed = seen.circuit.failed(1, at(0));
        assert!(circuits.swap("a", seen.revision, &failed).await.unwrap());
        assert!(!circuits.swap("a", seen.revision, &Circuit::default()).await.unwrap(), "somebody was faster");
        assert_eq!(circuits.load("a").await.unwrap(), Stored { circuit: failed, revision: 1 });
        assert_eq!(circuits.load("b").await.unwrap(), Stored::default());
    }
}
