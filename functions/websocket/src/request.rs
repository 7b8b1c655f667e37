//! What API Gateway hands to the function, as far as it is used, and what it gets back.
//!
//! Own types of four fields: the ones of `aws_lambda_events` demand fields that the local API Gateway does not promise,
//! and a message must not be lost for a missing time stamp that nobody reads.

use serde::{Deserialize, Serialize};

/// A call of a WebSocket route.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Who calls which route.
    pub request_context: RequestContext,
    /// The frame's text; none for `$connect` and `$disconnect`.
    #[serde(default)]
    pub body: Option<String>,
    /// True for a binary frame.
    #[serde(default)]
    pub is_base64_encoded: Option<bool>,
}

/// Who calls which route.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    /// The connection.
    pub connection_id: String,
    /// The route, such as `$connect` or `subscribe`.
    pub route_key: String,
}

/// What goes back to API Gateway: a status code and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// 200 for what was served or refused in words, 400 for an event that is none, 500 for a failure of ours.
    pub status_code: u16,
}
