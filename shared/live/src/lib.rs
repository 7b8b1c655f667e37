//! Pushing committed events to the browsers that follow a run.
//!
//! Architecture invariant: nothing here decides anything. A push that is lost costs latency, never an event.

use run::{event::Event, id::RunKey, message::ServerMessage};
use store::{ConnectionId, Store};

/// Pushes events to those who follow a run. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Live {
    store: Store,
    client: aws_sdk_apigatewaymanagement::Client,
}

impl Live {
    /// Pushes through this management client (its endpoint names API and stage).
    pub fn new(store: Store, client: aws_sdk_apigatewaymanagement::Client) -> Self {
        Self { store, client }
    }

    /// The client for an endpoint such as `https://<api>.execute-api.<region>.amazonaws.com/<stage>`.
    pub fn client(config: &aws_config::SdkConfig, endpoint: &str) -> aws_sdk_apigatewaymanagement::Client {
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(config).endpoint_url(endpoint).build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }

    /// Sends committed events to all who follow the run, in order per connection. It never fails: what could not be
    /// sent is logged, and dead connections are forgotten.
    pub async fn push(&self, run: &RunKey, events: &[Event]) {
        unimplemented!("skeleton")
    }

    /// Sends messages to one connection, in order; false when the connection is dead (it is then forgotten).
    pub async fn send(&self, connection: &ConnectionId, messages: &[ServerMessage]) -> bool {
        unimplemented!("skeleton")
    }
}
