//! Messages as text frames of a size that API Gateway takes.

use run::message::ServerMessage;

/// API Gateway's frames have 32 KB; the rest is for what a frame carries besides.
pub const FRAME_LIMIT: usize = 30 * 1024;

/// The text of a message. An event that is too large becomes the news that it can be fetched. `None` for a passing
/// message that is too large: nothing is lost with it that is stored.
pub fn frame(message: &ServerMessage) -> Option<String> {
    let text = text(message)?;
    if text.len() <= FRAME_LIMIT {
        return Some(text);
    }
    match message {
        ServerMessage::Event { event } => self::text(&ServerMessage::EventsAvailable {
            decision_set_id: event.decision_set_id.clone(),
            newest_sequence: event.sequence,
        }),
        ServerMessage::EventsAvailable { .. }
        | ServerMessage::Subscribed { .. }
        | ServerMessage::Unsubscribed { .. }
        | ServerMessage::Heartbeat { .. }
        | ServerMessage::ReasoningDelta { .. }
        | ServerMessage::Refused { .. } => {
            tracing::warn!(size = text.len(), limit = FRAME_LIMIT, "a passing message is too large to be sent");
            None
        }
    }
}

fn text(message: &ServerMessage) -> Option<String> {
    serde_json::to_string(message)
        .inspect_err(|error| tracing::error!(%error, "a message cannot be written as JSON: {error}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use run::{
        event::{Event, EventBody, WorkflowComplete},
        id::RunId,
        record::RunStatus,
    };

    use super::*;

    fn event(summary: String) -> ServerMessage {
        let body = EventBody::WorkflowComplete(WorkflowComplete { status: RunStatus::Completed, summary });
        ServerMessage::Event {
            event: Event { sequence: 7, decision_set_id: RunId::generate(), at: jiff::Timestamp::now(), body },
        }
    }

    #[test]
    fn no_frame_is_larger_than_the_limit_and_no_event_is_dropped() {
        let around = FRAME_LIMIT - 400..FRAME_LIMIT + 400;
        for length in [0, 100].into_iter().chain(around.step_by(50)) {
            for letter in ["a", "é", "💶", "\"", "\n"] {
                let message = event(letter.repeat(length / letter.len()));
                let text = frame(&message).expect("an event is always told of");
                assert!(text.len() <= FRAME_LIMIT, "{letter} {length}: {}", text.len());
                let told: ServerMessage = serde_json::from_str(&text).expect("a message");
                match told {
                    ServerMessage::Event { .. } => assert_eq!(told, message),
                    ServerMessage::EventsAvailable { newest_sequence, .. } => assert_eq!(newest_sequence, 7),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_passing_message_that_is_too_large_is_not_sent() {
        let refused = |detail: String| ServerMessage::Refused { error: "InvalidMessage".into(), detail };
        assert!(frame(&refused("x".repeat(FRAME_LIMIT))).is_none());
        assert!(frame(&refused("x".into())).is_some());
    }
}
