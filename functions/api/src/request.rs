//! Reading requests: every refusal is a [`Problem`] that names the field.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, header::CONTENT_TYPE, request::Parts},
};
use lambda::principal::Principal;
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem};

/// Largest accepted body. A requirement of 20,000 characters takes at most 80 kB, with room for constraints and answers.
pub const BODY_MAX_BYTES: usize = 1_000_000;

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_media_type(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        parse(&bytes).map(Self)
    }
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("not readable"));
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    let given = given.map_or_else(|| "none is given".to_owned(), |given| format!("`{given}` is given"));
    let detail = format!("must be `application/json`; {given}");
    Err(Problem::field(Kind::MediaTypeUnsupported, "content-type", detail))
}

fn unread(rejection: BytesRejection) -> Problem {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Kind::BodyTooLarge, format!("At most {BODY_MAX_BYTES} bytes are accepted."))
    } else {
        Problem::new(Kind::RequestMalformed, "The body ended before it was complete.").because(rejection)
    }
}

/// Reads JSON. What is not JSON is malformed (400, with its position); JSON of another shape is invalid (422, with the
/// path of the field).
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let place = format!("line {} column {}", error.line(), error.column());
        if !error.is_data() {
            return Problem::field(Kind::RequestMalformed, "body", format!("is not JSON: {error}"));
        }
        let field = if path == "." { "body".to_owned() } else { path };
        // serde's words end with the position, which is said once, in our own words.
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Problem::field(Kind::BodyInvalid, field, format!("is not accepted: {words} ({place})"))
    })?;
    deserializer.end().map_err(|error| {
        Problem::field(Kind::RequestMalformed, "body", format!("has something after its JSON: {error}"))
    })?;
    Ok(value)
}

/// The parameters in the path.
#[derive(Debug, Clone, Copy)]
pub struct PathOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(value) = Path::from_request_parts(parts, state).await.map_err(|rejection: PathRejection| {
            let words = rejection.body_text();
            let words = words.strip_prefix("Invalid URL: ").unwrap_or(&words);
            Problem::new(Kind::ParameterInvalid, format!("The path cannot be read: {words}."))
        })?;
        Ok(Self(value))
    }
}

/// The parameters after the `?`.
#[derive(Debug, Clone, Copy)]
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(value) = Query::from_request_parts(parts, state).await.map_err(|rejection: QueryRejection| {
            let words = rejection.body_text();
            let words = words.strip_prefix("Failed to deserialize query string: ").unwrap_or(&words);
            match words.split_once(": ") {
                Some((field, detail)) if !field.contains(' ') => {
                    Problem::field(Kind::ParameterInvalid, field, format!("is not accepted: {detail}"))
                }
                _ => Problem::new(Kind::ParameterInvalid, format!("The query cannot be read: {words}.")),
            }
        })?;
        Ok(Self(value))
    }
}

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Caller(pub Principal);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(Principal::of_request()))
    }
}

/// The client's key for a request: a repeat with the same key does nothing twice.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub Option<String>);

/// The header of [`IdempotencyKey`].
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// Your key for this request, 1 to 200 visible ASCII characters: a repeat with the same key does nothing twice and
    /// gets the same answer.
    #[serde(rename = "Idempotency-Key")]
    #[param(min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    pub idempotency_key: Option<String>,
}

/// Longest accepted key.
pub const KEY_MAX_CHARACTERS: usize = 200;

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let bytes = value.as_bytes();
        let visible = bytes.iter().all(|byte| (b'!'..=b'~').contains(byte));
        if values.next().is_none() && visible && (1..=KEY_MAX_CHARACTERS).contains(&bytes.len()) {
            return Ok(Self(Some(String::from_utf8_lossy(bytes).into_owned())));
        }
        let detail = format!("must be one value of 1 to {KEY_MAX_CHARACTERS} visible ASCII characters");
        Err(Problem::field(Kind::ParameterInvalid, "idempotency-key", detail))
    }
}
