//! Reading a client's message strictly: what is refused is said with what would be accepted.

use run::message::ClientMessage;
use serde_json::Value;

use crate::Request;

/// API Gateway's limit for one frame; the local one does not enforce it.
const FRAME_LIMIT: usize = 32 * 1024;

/// What is accepted, for those who sent something else.
const ACCEPTED: &str = "accepted are {\"action\":\"subscribe\",\"project_id\":\"prj_…\",\"decision_set_id\":\"ds_…\",\"after\":0}, \
                        {\"action\":\"unsubscribe\",\"project_id\":\"prj_…\",\"decision_set_id\":\"ds_…\"} and {\"action\":\"ping\"}";

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    pub(crate) detail: String,
}

/// The message of a request.
pub(crate) fn parse(request: &Request) -> Result<ClientMessage, Refusal> {
    let invalid = |problem: String| Refusal { error: "InvalidMessage", detail: format!("{problem}; {ACCEPTED}") };
    let body = request.body.as_deref().unwrap_or_default();
    if body.len() > FRAME_LIMIT {
        let detail = format!("the message has {} bytes; at most {FRAME_LIMIT} are accepted", body.len());
        return Err(Refusal { error: "MessageTooLarge", detail });
    }
    if request.is_base64_encoded.unwrap_or(false) {
        return Err(invalid("a binary frame is no message".into()));
    }
    if body.trim().is_empty() {
        return Err(invalid("the message is empty".into()));
    }
    let value: Value =
        serde_json::from_str(body).map_err(|error| invalid(format!("the message is not JSON: {error}")))?;
    let message: ClientMessage = serde_path_to_error::deserialize(&value).map_err(|error| invalid(describe(&error)))?;
    match unknown_field(&value, &message) {
        None => Ok(message),
        Some(field) => Err(invalid(format!("`{field}` is no field of this message"))),
    }
}

fn describe(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    // The serde representation of a tagged message has no path of its own; its words name field or value.
    if path == "." { error.inner().to_string() } else { format!("{path}: {}", error.inner()) }
}

/// The first field that the message's type does not have: a misspelt `after` must not replay everything.
fn unknown_field(value: &Value, message: &ClientMessage) -> Option<String> {
    let known = serde_json::to_value(message).ok()?;
    let known = known.as_object()?;
    value.as_object()?.keys().find(|name| !known.contains_key(*name)).map(|name| name.chars().take(64).collect())
}

#[cfg(test)]
mod tests {
    use run::id::{ProjectId, RunId};

    use super::*;
    use crate::RequestContext;

    fn request(body: Option<&str>) -> Request {
        let request_context = RequestContext { connection_id: "c".into(), route_key: "$default".into() };
        Request { request_context, body: body.map(str::to_owned), is_base64_encoded: Some(false) }
    }

    fn detail(body: &str) -> String {
        let refusal = parse(&request(Some(body))).expect_err("it is refused");
        assert_eq!(refusal.error, "InvalidMessage");
        assert!(refusal.detail.contains("\"action\":\"subscribe\""), "says what is accepted: {}", refusal.detail);
        refusal.detail
    }

    #[test]
    fn good_messages_are_read() {
        let (project_id, decision_set_id) = (ProjectId::generate(), RunId::generate());
        let text =
            format!(r#"{{"action":"subscribe","project_id":"{project_id}","decision_set_id":"{decision_set_id}"}}"#);
        let message = parse(&request(Some(&text))).unwrap();
        assert_eq!(message, ClientMessage::Subscribe { project_id, decision_set_id, after: 0 });
        assert_eq!(parse(&request(Some(r#" {"action": "ping"} "#))).unwrap(), ClientMessage::Ping);
    }

    #[test]
    fn each_fault_is_named() {
        let (project, run) = (ProjectId::generate(), RunId::generate());
        assert!(detail("").contains("empty"));
        assert!(detail("hello").contains("not JSON"));
        assert!(detail("[1]").contains("accepted are"));
        assert!(detail("{}").contains("action"));
        assert!(detail(r#"{"action":"delete"}"#).contains("delete"));
        assert!(detail(r#"{"action":"subscribe"}"#).contains("project_id"));
        let swapped = format!(r#"{{"action":"subscribe","project_id":"{run}","decision_set_id":"{run}"}}"#);
        assert!(detail(&swapped).contains("project id"), "{}", detail(&swapped));
        let misspelt =
            format!(r#"{{"action":"subscribe","project_id":"{project}","decision_set_id":"{run}","aftr":9}}"#);
        assert!(detail(&misspelt).contains("`aftr`"));
        for after in ["-1", "1.5", "\"3\"", "null", "1e3"] {
            let text = format!(
                r#"{{"action":"subscribe","project_id":"{project}","decision_set_id":"{run}","after":{after}}}"#
            );
            detail(&text);
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_unread() {
        let body = format!(r#"{{"action":"ping"}}{}"#, " ".repeat(FRAME_LIMIT));
        let refusal = parse(&request(Some(&body))).unwrap_err();
        assert_eq!(refusal.error, "MessageTooLarge");
        assert!(parse(&request(None)).is_err());
        let binary = Request { is_base64_encoded: Some(true), ..request(Some("eyJhY3Rpb24iOiJwaW5nIn0=")) };
        assert!(parse(&binary).unwrap_err().detail.contains("binary"));
    }
}
