//! The REST API.
//!
//! `routes` reads requests and converts results; the modules named after resources do what is asked; `problem` is the one
//! error. The OpenAPI document is made from the routes and types ([`openapi_json`]) and kept in `openapi.json`.

pub mod agent_runs;
pub mod artifacts;
pub mod constraints;
mod copy;
pub mod decision_sets;
pub mod diff;
pub mod edits;
pub mod executions;
pub mod frame;
pub mod gates;
mod given;
pub mod jobs;
pub mod models;
pub mod openapi;
pub mod page;
pub mod path;
pub mod policies;
pub mod problem;
pub mod projects;
pub mod request;
pub mod routes;
mod text;
pub mod what_if;

use std::{
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use agent::{ModelChoices, gate::Tasks};
use axum::{Router, extract::DefaultBodyLimit, http::Method, middleware};
use live::Live;
use policy::sandbox::Sandbox;
use store::Store;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    executions::Executions,
    problem::{Kind, Problem},
};

/// What the routes work with.
pub struct Api {
    /// Table and bucket.
    pub store: Store,
    /// Pushes committed events.
    pub live: Live,
    /// Starts, stops and looks at executions.
    pub executions: Arc<dyn Executions>,
    /// Completes tasks that wait at gates.
    pub tasks: Arc<dyn Tasks>,
    /// Where projects' policy packs are tried.
    pub sandbox: Sandbox,
    /// The models that projects can choose among.
    pub models: ModelChoices,
    /// How long a gate that a person holds stays open, counted from the end of its short timer.
    pub long_gate_timeout: Duration,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("store", &self.store).field("executions", &self.executions).finish_non_exhaustive()
    }
}

fn documented() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(openapi::Document::openapi()).merge(routes::all())
}

/// The API as a service.
pub fn router(api: Api) -> Router {
    let (router, _) = documented().split_for_parts();
    router
        .fallback(async |request: axum::extract::Request| {
            let detail = format!("`{}` is not a path of this API; /v1/openapi.json lists them.", request.uri().path());
            Problem::new(Kind::RouteNotFound, detail)
        })
        .method_not_allowed_fallback(async |method: Method| {
            let detail = format!("{method} is not possible here; the header `allow` says what is.");
            Problem::new(Kind::MethodNotAllowed, detail)
        })
        .layer(DefaultBodyLimit::max(request::BODY_MAX_BYTES))
        .layer(middleware::from_fn(frame::frame))
        .with_state(Arc::new(api))
}

/// The OpenAPI document as JSON.
pub fn openapi_json() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        // Its types are made of strings, lists and maps: all of them are JSON.
        let mut json = documented().into_openapi().to_pretty_json().unwrap_or_default();
        json.push('\n');
        json
    });
    &DOCUMENT
}
