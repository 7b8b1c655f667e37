//! What every call gets: a request id, security headers, problem bodies, and one log line.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use agent::chain;
use axum::{
    extract::{MatchedPath, Request},
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use lambda_http::request::RequestContext;

use crate::problem::{Kind, Problem};

/// Header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The API serves data to programs: nothing of it is cached, framed, sniffed or run by a browser.
const HEADERS: [(HeaderName, &str); 7] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (REFERRER_POLICY, "no-referrer"),
    (STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Runs a call within its frame.
pub async fn frame(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |path| path.as_str().to_owned());
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = response.unwrap_or_else(|panic| panicked(panic.as_ref()).into_response());
    let problem = response.extensions_mut().remove::<Arc<Problem>>();
    if let Some(problem) = &problem {
        response = with_body(problem, &path, &id);
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, duration_ms) = (response.status().as_u16(), start.elapsed().as_secs_f64() * 1000.0);
    let problem_type = problem.as_ref().map(|problem| problem.kind.uri());
    match problem.filter(|_| status >= 500) {
        Some(problem) => tracing::error!(
            request.id = id, http.method = %method, http.route = route, http.status = status, duration_ms,
            problem.r#type = problem_type, error = chain(&*problem), "{method} {route} failed with {status}"
        ),
        None => tracing::info!(
            request.id = id, http.method = %method, http.route = route, http.status = status, duration_ms,
            problem.r#type = problem_type, "{method} {route} answered {status}"
        ),
    }
    response
}

/// The gateway's id of the request, so that its logs and ours can be laid side by side; a new one where there is none.
fn request_id(request: &Request) -> String {
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        // Other kinds of gateway are not linked in; tests call the router without any.
        _ => None,
    }
    .unwrap_or_else(|| format!("req_{}", ulid::Ulid::generate()))
}

fn with_body(problem: &Problem, path: &str, id: &str) -> Response {
    let body = serde_json::to_vec(&problem.body(path, id)).unwrap_or_default();
    let mut response = (problem.kind.status(), body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Problem::new(Kind::Internal, "The API failed on this request; its logs say more under the request id.")
        .because(format!("panicked: {words}"))
}
