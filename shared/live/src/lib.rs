//! Pushing committed events to the browsers that follow a run.
//!
//! Architecture invariant: nothing here decides anything. A push that is lost costs latency, never an event: a client
//! knows the last number it saw, and asks for what follows.

mod connections;
#[cfg(feature = "mock")]
mod fake;
mod frame;

use std::{fmt, sync::Arc, time::Duration};

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use futures::{StreamExt, stream};
use run::{event::Event, id::RunKey, message::ServerMessage};
use store::{ConnectionId, Store};

pub use connections::{BoxFuture, Connections, PostError};
#[cfg(feature = "mock")]
pub use fake::FakeConnections;
pub use frame::{FRAME_LIMIT, frame};

/// How many connections are served at the same time; each holds one connection to API Gateway.
const AT_ONCE: usize = 64;

/// A browser that is not reached in this time fetches what it missed; the node that pushes must not wait for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Pushes events to those who follow a run. Cloning is cheap.
#[derive(Clone)]
pub struct Live {
    store: Store,
    connections: Arc<dyn Connections>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Live {
    /// Pushes through this management client (its endpoint names API and stage).
    pub fn new(store: Store, client: aws_sdk_apigatewaymanagement::Client) -> Self {
        Self::with(store, Arc::new(client))
    }

    /// Pushes through any connections.
    pub fn with(store: Store, connections: Arc<dyn Connections>) -> Self {
        Self { store, connections }
    }

    /// The client for an endpoint such as `https://<api>.execute-api.<region>.amazonaws.com/<stage>`.
    pub fn client(config: &SdkConfig, endpoint: &str) -> aws_sdk_apigatewaymanagement::Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(PATIENCE)
            .build();
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(config)
            .endpoint_url(endpoint)
            .timeout_config(timeouts)
            .build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }

    /// Sends committed events to all who follow the run, in order per connection. It never fails: what could not be
    /// sent is logged, and dead connections are forgotten.
    pub async fn push(&self, run: &RunKey, events: &[Event]) {
        // Written once, sent many times.
        let texts: Vec<String> =
            events.iter().filter_map(|event| frame(&ServerMessage::Event { event: event.clone() })).collect();
        self.broadcast(run, &texts).await;
    }

    /// Sends a message that is not stored to all who follow the run. Who joins later does not get it.
    pub async fn pass(&self, run: &RunKey, message: &ServerMessage) {
        let texts: Vec<String> = frame(message).into_iter().collect();
        self.broadcast(run, &texts).await;
    }

    async fn broadcast(&self, run: &RunKey, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        let subscribers = match self.store.subscribers(run).await {
            Ok(subscribers) => subscribers,
            Err(error) => {
                let cause: &(dyn std::error::Error + 'static) = &error;
                tracing::warn!(run.id = %run.run, cause, "the followers of {} are not known: {error}", run.run);
                return;
            }
        };
        if subscribers.is_empty() {
            return;
        }
        stream::iter(&subscribers)
            .for_each_concurrent(AT_ONCE, |connection| async move {
                let posted = tokio::time::timeout(PATIENCE, self.post_all(connection, texts)).await;
                if posted.is_err() {
                    let seconds = PATIENCE.as_secs();
                    tracing::warn!(run.id = %run.run, %connection, "{connection} took no message in {seconds} s");
                }
            })
            .await;
    }

    /// Sends messages to one connection, in order; false when they did not all reach it. A dead connection is forgotten.
    pub async fn send(&self, connection: &ConnectionId, messages: &[ServerMessage]) -> bool {
        let texts: Vec<String> = messages.iter().filter_map(frame).collect();
        self.post_all(connection, &texts).await
    }

    /// Stops at the first message that is not taken: what comes after a gap is of no use to the client.
    async fn post_all(&self, connection: &ConnectionId, texts: &[String]) -> bool {
        for text in texts {
            match self.connections.post(connection, text).await {
                Ok(()) => {}
                Err(PostError::Gone) => {
                    self.forget(connection).await;
                    return false;
                }
                Err(PostError::Failed(error)) => {
                    let cause: &(dyn std::error::Error + 'static) = error.as_ref();
                    tracing::warn!(%connection, cause, "{connection} did not take a message");
                    return false;
                }
            }
        }
        true
    }

    async fn forget(&self, connection: &ConnectionId) {
        tracing::info!(%connection, "{connection} is gone and forgotten");
        if let Err(error) = self.store.drop_connection(connection).await {
            let cause: &(dyn std::error::Error + 'static) = &error;
            // Its records end by their time to live, and until then the next push tries again.
            tracing::warn!(%connection, cause, "{connection} is gone but was not forgotten: {error}");
        }
    }
}
