//! The OpenAPI document, made from the routes and types.

use std::collections::BTreeMap;

use run::message::{ClientMessage, ServerMessage};
use utoipa::{
    IntoResponses, OpenApi, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::problem::ProblemBody;

/// The document without its routes, which the router adds.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Agentic MLOps Platform",
        version = "1",
        description = "A requirement in plain language becomes a validated MLOps repository. `POST …/constraints` starts a \
                       decision set; follow it on the WebSocket at `/ws` (messages: `ClientMessage`, `ServerMessage`) or by \
                       its events; decide at its gates with `POST …/approve`.\n\nErrors are problem details (RFC 9457) that \
                       name the field and the way out; branch on `type`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "The origin that serves the UI.")),
    components(schemas(ClientMessage, ServerMessage, ProblemBody)),
    tags(
        (name = "projects", description = "What isolates one team's decision sets from another's."),
        (name = "decision-sets", description = "One design run each: requirement, decisions, repository."),
        (name = "gates", description = "Where a run waits for a person."),
        (name = "artifacts", description = "Files and differences."),
        (name = "models", description = "Which models a project's agents ask beside their rules, and what a run may spend."),
        (name = "policies", description = "A project's own policy packs, in Rego, judged beside the platform's."),
        (name = "service", description = "The API itself.")
    )
)]
pub struct Document;

fn problem(description: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name(ProblemBody::name());
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build()
        .into()
}

fn problems(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    statuses.iter().map(|(status, description)| ((*status).to_owned(), problem(description))).collect()
}

const MALFORMED: (&str, &str) = ("400", "A parameter or the body cannot be read.");
const NOT_FOUND: (&str, &str) = ("404", "What the path names is not there.");
const CONFLICT: (&str, &str) = ("409", "The state of things does not allow it.");
const TOO_LARGE: (&str, &str) = ("413", "The body has more than 1,000,000 bytes.");
const MEDIA_TYPE: (&str, &str) = ("415", "The body is not `application/json`.");
const INVALID: (&str, &str) = ("422", "A field is not valid.");
const INTERNAL: (&str, &str) = ("500", "The API failed.");
const UNAVAILABLE: (&str, &str) = ("503", "A service behind the API does not answer; trying again helps.");

/// Problems of every reading route.
#[derive(Debug)]
pub struct ReadProblems;

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[MALFORMED, NOT_FOUND, INTERNAL, UNAVAILABLE])
    }
}

/// Problems of every route that does something and takes no body.
#[derive(Debug)]
pub struct ActProblems;

impl IntoResponses for ActProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[MALFORMED, NOT_FOUND, CONFLICT, INTERNAL, UNAVAILABLE])
    }
}

/// Problems of every route that takes a body.
#[derive(Debug)]
pub struct WriteProblems;

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[MALFORMED, NOT_FOUND, CONFLICT, TOO_LARGE, MEDIA_TYPE, INVALID, INTERNAL, UNAVAILABLE])
    }
}
