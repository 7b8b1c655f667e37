//! The REST API.
//!
//! `routes` reads requests and converts results; the modules named after resources do what is asked; `problem` is the one
//! error. The OpenAPI document is made from the routes and types ([`openapi_json`]) and kept in `openapi.json`.

pub mod artifacts;
pub mod constraints;
pub mod decision_sets;
pub mod diff;
pub mod gates;
pub mod jobs;
pub mod openapi;
pub mod page;
pub mod path;
pub mod problem;
pub mod projects;
pub mod request;
pub mod routes;

use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

/// What the routes work with.
#[derive(Debug)]
pub struct Api {
    /// Table and bucket.
    pub store: store::Store,
}

/// The OpenAPI document as JSON.
pub fn openapi_json() -> String {
    let document = OpenApiRouter::with_openapi(openapi::Document::openapi()).merge(routes::all()).into_openapi();
    let mut json = document.to_pretty_json().unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    json.push('\n');
    json
}
