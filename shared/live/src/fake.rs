//! Connections in memory, for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use run::message::ServerMessage;
use store::ConnectionId;

use crate::connections::{BoxFuture, Connections, PostError};

#[derive(Debug, Default)]
struct State {
    received: BTreeMap<ConnectionId, Vec<String>>,
    gone: BTreeSet<ConnectionId>,
    failing: BTreeSet<ConnectionId>,
    delays: BTreeMap<ConnectionId, Duration>,
}

/// Connections that remember what they received.
#[derive(Debug, Default)]
pub struct FakeConnections {
    state: Mutex<State>,
}

impl FakeConnections {
    /// Closes a connection for good.
    pub fn close(&self, connection: &ConnectionId) {
        self.state().gone.insert(connection.clone());
    }

    /// Lets posts to a connection fail without its being gone.
    pub fn fail(&self, connection: &ConnectionId) {
        self.state().failing.insert(connection.clone());
    }

    /// Lets each post to a connection take this long.
    pub fn delay(&self, connection: &ConnectionId, delay: Duration) {
        self.state().delays.insert(connection.clone(), delay);
    }

    /// The texts that a connection received, in order.
    pub fn texts(&self, connection: &ConnectionId) -> Vec<String> {
        self.state().received.get(connection).cloned().unwrap_or_default()
    }

    /// The messages that a connection received, in order.
    ///
    /// # Panics
    /// When a text is not a message.
    pub fn messages(&self, connection: &ConnectionId) -> Vec<ServerMessage> {
        let read = |text: &String| match serde_json::from_str(text) {
            Ok(message) => message,
            Err(error) => panic!("{error}: {text}"),
        };
        self.texts(connection).iter().map(read).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections for FakeConnections {
    fn post<'a>(&'a self, connection: &'a ConnectionId, message: &'a str) -> BoxFuture<'a, Result<(), PostError>> {
        Box::pin(async move {
            let delay = self.state().delays.get(connection).copied();
            if let Some(delay) = delay {
                tokio::time::sleep(delay).await;
            }
            let mut state = self.state();
            if state.gone.contains(connection) {
                Err(PostError::Gone)
            } else if state.failing.contains(connection) {
                Err(PostError::Failed("planned".into()))
            } else {
                state.received.entry(connection.clone()).or_default().push(message.to_owned());
                Ok(())
            }
        })
    }
}
