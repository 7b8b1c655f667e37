//! The WebSocket API: subscribe, replay, ping.
//!
//! A client follows a run by its project and the last sequence number that it has. The subscription is stored first and
//! the missed events are sent after, so that no event falls between: one that is written meanwhile is pushed, and may
//! come twice, which the client sees by its number.
//!
//! What a route returns is only a status code, because the local API Gateway sends anything else to the client; every
//! answer is a message of its own.

mod message;
mod request;
mod serve;
mod subscription;

pub use request::{Request, RequestContext, Response};
pub use serve::{answer, serve};

use live::Live;
use run::{
    id::{OwnerId, RunId, RunKey},
    message::{ClientMessage, ServerMessage},
};
use store::{ConnectionId, Store, StoreError};

/// What the function needs.
#[derive(Debug, Clone)]
pub struct Socket {
    /// Runs and subscriptions.
    pub store: Store,
    /// The way back to the client.
    pub live: Live,
}

/// What came of a call, for its log line and its status code.
#[derive(Debug)]
pub enum Outcome {
    /// The route was served.
    Done,
    /// The client was told why its message was refused: the error's name.
    Refused(&'static str),
    /// The client was not reached; its connection is gone or slow.
    Unreachable,
    /// The store failed.
    Failed(StoreError),
}

impl Socket {
    /// Serves one call for an owner.
    pub async fn handle(&self, owner: &OwnerId, request: &Request) -> (Option<RunId>, Outcome) {
        let connection = ConnectionId(request.request_context.connection_id.clone());
        match request.request_context.route_key.as_str() {
            // Nothing is known of a connection before it subscribes.
            "$connect" => (None, Outcome::Done),
            "$disconnect" => match self.store.drop_connection(&connection).await {
                Ok(()) => (None, Outcome::Done),
                Err(error) => (None, Outcome::Failed(error)),
            },
            // API Gateway chose the route by the message's own `action`, so the message says it all.
            _ => match message::parse(request) {
                Ok(message) => self.follow(owner, &connection, message).await,
                Err(refusal) => (None, self.refuse(&connection, refusal.error, refusal.detail).await),
            },
        }
    }

    async fn follow(
        &self,
        owner: &OwnerId,
        connection: &ConnectionId,
        message: ClientMessage,
    ) -> (Option<RunId>, Outcome) {
        let key = |project, run| RunKey { owner: owner.clone(), project, run };
        let (run, result) = match message {
            ClientMessage::Subscribe { project_id, decision_set_id, after } => {
                let key = key(project_id, decision_set_id);
                let result = self.subscribe(&key, connection, after).await;
                (Some(key.run), result)
            }
            ClientMessage::Unsubscribe { project_id, decision_set_id } => {
                let key = key(project_id, decision_set_id);
                let result = self.unsubscribe(&key, connection).await;
                (Some(key.run), result)
            }
            ClientMessage::Ping => (None, self.ping(owner, connection).await),
        };
        let outcome = match result {
            Ok(true) => Outcome::Done,
            Ok(false) => Outcome::Unreachable,
            Err(StoreError::NotFound { what: "run", id }) => {
                let detail = format!("there is no decision set `{id}` in this project; list them over REST");
                self.refuse(connection, "UnknownRun", detail).await
            }
            Err(error) => {
                let detail = "the store did not answer; send the message again in a few seconds".to_owned();
                // The failure is what is logged; whether the client hears of it changes nothing about it.
                self.refuse(connection, "Unavailable", detail).await;
                Outcome::Failed(error)
            }
        };
        (run, outcome)
    }

    async fn refuse(&self, connection: &ConnectionId, error: &'static str, detail: String) -> Outcome {
        let refused = ServerMessage::Refused { error: error.to_owned(), detail };
        if self.live.send(connection, &[refused]).await { Outcome::Refused(error) } else { Outcome::Unreachable }
    }
}
