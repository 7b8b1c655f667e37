//! Messages on the WebSocket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    id::{ProjectId, RunId},
    node::Step,
};

/// What a client sends. `action` selects the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Follow a run: everything after `after`, then what comes.
    Subscribe {
        /// Project of the run.
        project_id: ProjectId,
        /// The run.
        decision_set_id: RunId,
        /// The last sequence number that the client has; 0 for all.
        #[serde(default)]
        after: u64,
    },
    /// Follow it no more.
    Unsubscribe {
        /// Project of the run.
        project_id: ProjectId,
        /// The run.
        decision_set_id: RunId,
    },
    /// Keep the connection; answered by a heartbeat per subscription.
    Ping,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "messages are made one at a time and soon serialised")]
pub enum ServerMessage {
    /// A stored event, live or replayed.
    Event {
        /// The event.
        event: Event,
    },
    /// Stored events exist up to this number but are too large or too many to push: fetch them over REST.
    EventsAvailable {
        /// The run.
        decision_set_id: RunId,
        /// The newest sequence number.
        newest_sequence: u64,
    },
    /// All stored events up to this number have been sent.
    Subscribed {
        /// The run.
        decision_set_id: RunId,
        /// The newest sequence number at the time of subscribing.
        newest_sequence: u64,
    },
    /// The subscription has ended.
    Unsubscribed {
        /// The run.
        decision_set_id: RunId,
    },
    /// Answer to a ping; passing, not stored.
    Heartbeat {
        /// The run; `None` when nothing is subscribed.
        decision_set_id: Option<RunId>,
        /// The newest sequence number, so that a lost push is noticed.
        newest_sequence: u64,
        /// The server's time.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// A piece of a model's reasoning; passing, not stored.
    ReasoningDelta {
        /// The run.
        decision_set_id: RunId,
        /// Which node is thinking.
        step: Step,
        /// The piece.
        text: String,
        /// True when what passed before of this step does not count: the model is asked again.
        again: bool,
    },
    /// A client message was refused.
    Refused {
        /// Name of the error.
        error: String,
        /// What is wrong and what would be accepted.
        detail: String,
    },
}
