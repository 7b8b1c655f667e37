//! The one error of the API: RFC 9457 problem details that name the field and the way out.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use design::words::capitalised;
use run::{
    gate::{Decision, Gate},
    record::RunStatus,
};
use serde::{Deserialize, Serialize};
use store::{Conflict, StoreError};

/// What kinds of problem there are. The `type` on the wire is stable; clients branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by its title")]
pub enum Kind {
    RequestMalformed,
    ParameterInvalid,
    BodyInvalid,
    RouteNotFound,
    MethodNotAllowed,
    BodyTooLarge,
    MediaTypeUnsupported,
    IdempotencyKeyReused,
    ProjectNotFound,
    ProjectNameTaken,
    DecisionSetNotFound,
    GateNotFound,
    GateChanged,
    GateDecided,
    AnswersInvalid,
    VersionChanged,
    RunEnded,
    RunNotCompleted,
    RunStillRunning,
    JobNotFound,
    ArtifactNotFound,
    ArtifactNotText,
    NothingToCompare,
    PolicyNotFound,
    PolicyInvalid,
    PoliciesTooMany,
    ExecutionNotStarted,
    Unavailable,
    Internal,
}

impl Kind {
    /// All kinds, in the order of their statuses.
    pub const ALL: [Self; 29] = [
        Self::RequestMalformed,
        Self::ParameterInvalid,
        Self::BodyInvalid,
        Self::RouteNotFound,
        Self::MethodNotAllowed,
        Self::BodyTooLarge,
        Self::MediaTypeUnsupported,
        Self::IdempotencyKeyReused,
        Self::ProjectNotFound,
        Self::ProjectNameTaken,
        Self::DecisionSetNotFound,
        Self::GateNotFound,
        Self::GateChanged,
        Self::GateDecided,
        Self::AnswersInvalid,
        Self::VersionChanged,
        Self::RunEnded,
        Self::RunNotCompleted,
        Self::RunStillRunning,
        Self::JobNotFound,
        Self::ArtifactNotFound,
        Self::ArtifactNotText,
        Self::NothingToCompare,
        Self::PolicyNotFound,
        Self::PolicyInvalid,
        Self::PoliciesTooMany,
        Self::ExecutionNotStarted,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The problem's `type`: a URI reference that never changes.
    pub fn uri(self) -> &'static str {
        match self {
            Self::RequestMalformed => "/problems/request-malformed",
            Self::ParameterInvalid => "/problems/parameter-invalid",
            Self::BodyInvalid => "/problems/body-invalid",
            Self::RouteNotFound => "/problems/route-not-found",
            Self::MethodNotAllowed => "/problems/method-not-allowed",
            Self::BodyTooLarge => "/problems/body-too-large",
            Self::MediaTypeUnsupported => "/problems/media-type-unsupported",
            Self::IdempotencyKeyReused => "/problems/idempotency-key-reused",
            Self::ProjectNotFound => "/problems/project-not-found",
            Self::ProjectNameTaken => "/problems/project-name-taken",
            Self::DecisionSetNotFound => "/problems/decision-set-not-found",
            Self::GateNotFound => "/problems/gate-not-found",
            Self::GateChanged => "/problems/gate-changed",
            Self::GateDecided => "/problems/gate-decided",
            Self::AnswersInvalid => "/problems/answers-invalid",
            Self::VersionChanged => "/problems/version-changed",
            Self::RunEnded => "/problems/run-ended",
            Self::RunNotCompleted => "/problems/run-not-completed",
            Self::RunStillRunning => "/problems/run-still-running",
            Self::JobNotFound => "/problems/job-not-found",
            Self::ArtifactNotFound => "/problems/artifact-not-found",
            Self::ArtifactNotText => "/problems/artifact-not-text",
            Self::NothingToCompare => "/problems/nothing-to-compare",
            Self::PolicyNotFound => "/problems/policy-not-found",
            Self::PolicyInvalid => "/problems/policy-invalid",
            Self::PoliciesTooMany => "/problems/policies-too-many",
            Self::ExecutionNotStarted => "/problems/execution-not-started",
            Self::Unavailable => "/problems/unavailable",
            Self::Internal => "/problems/internal",
        }
    }

    /// The same sentence for every problem of this kind.
    pub fn title(self) -> &'static str {
        match self {
            Self::RequestMalformed => "The request cannot be read.",
            Self::ParameterInvalid => "A parameter is not valid.",
            Self::BodyInvalid => "The body is not valid.",
            Self::RouteNotFound => "There is no such route.",
            Self::MethodNotAllowed => "The route does not have this method.",
            Self::BodyTooLarge => "The body is too large.",
            Self::MediaTypeUnsupported => "The body's media type is not supported.",
            Self::IdempotencyKeyReused => "The Idempotency-Key was used for another request.",
            Self::ProjectNotFound => "There is no such project.",
            Self::ProjectNameTaken => "A project of this name exists.",
            Self::DecisionSetNotFound => "There is no such decision set.",
            Self::GateNotFound => "There is no such gate.",
            Self::GateChanged => "The gate shows something else now.",
            Self::GateDecided => "The gate is decided.",
            Self::AnswersInvalid => "Some answers do not fit their questions.",
            Self::VersionChanged => "The decision set has changed since it was read.",
            Self::RunEnded => "The run has ended.",
            Self::RunNotCompleted => "The run has not completed.",
            Self::RunStillRunning => "The run is still going on.",
            Self::JobNotFound => "There is no such job.",
            Self::ArtifactNotFound => "There is no such artifact.",
            Self::ArtifactNotText => "The artifact cannot be shown as text.",
            Self::NothingToCompare => "There is no version to compare with.",
            Self::PolicyNotFound => "There is no such policy pack.",
            Self::PolicyInvalid => "The policy pack cannot be used.",
            Self::PoliciesTooMany => "The project has as many policy packs as it may.",
            Self::ExecutionNotStarted => "The run is stored, but its work could not be started.",
            Self::Unavailable => "A service behind the API does not answer.",
            Self::Internal => "The API failed.",
        }
    }

    /// The HTTP status of this kind.
    pub fn status(self) -> StatusCode {
        match self {
            Self::RequestMalformed | Self::ParameterInvalid => StatusCode::BAD_REQUEST,
            Self::RouteNotFound
            | Self::ProjectNotFound
            | Self::DecisionSetNotFound
            | Self::GateNotFound
            | Self::JobNotFound
            | Self::ArtifactNotFound
            | Self::NothingToCompare
            | Self::PolicyNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ProjectNameTaken
            | Self::GateChanged
            | Self::GateDecided
            | Self::VersionChanged
            | Self::RunEnded
            | Self::RunNotCompleted
            | Self::RunStillRunning
            | Self::PoliciesTooMany => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyInvalid
            | Self::IdempotencyKeyReused
            | Self::AnswersInvalid
            | Self::ArtifactNotText
            | Self::PolicyInvalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ExecutionNotStarted | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What is wrong with one field, and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Path of the field in the body, or the name of the parameter or header, such as
    /// `constraints.budget_usd_per_month`.
    pub field: String,
    /// What is wrong and what would be accepted.
    pub detail: String,
}

/// A problem: what the API answers when it does not do what was asked.
#[derive(Debug)]
pub struct Problem {
    /// What kind of problem.
    pub kind: Kind,
    /// What is wrong here, and the way out.
    pub detail: String,
    /// The fields concerned.
    pub errors: Vec<FieldError>,
    /// The gate as it stands now, when the problem is about a gate.
    pub gate: Option<Box<Gate>>,
    /// What happened behind the API; logged, never sent.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    /// A problem with its detail.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), gate: None, source: None }
    }

    /// A problem with one field, whose words are the detail as well.
    pub fn field(kind: Kind, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let (field, detail) = (field.into(), detail.into());
        Self::new(kind, format!("`{field}` {detail}")).with_errors(vec![FieldError { field, detail }])
    }

    /// A problem with several fields; `None` when there are none.
    pub fn fields(kind: Kind, errors: Vec<FieldError>) -> Option<Self> {
        let detail = errors.iter().map(|error| format!("`{}` {}", error.field, error.detail)).collect::<Vec<_>>();
        (!errors.is_empty()).then(|| Self::new(kind, detail.join("; ")).with_errors(errors))
    }

    /// Adds the fields concerned.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds the gate as it stands.
    #[must_use]
    pub fn with_gate(mut self, gate: Gate) -> Self {
        self.gate = Some(Box::new(gate));
        self
    }

    /// Adds what happened behind the API.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.uri(), self.detail)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The type of a problem, as a URI reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProblemType(pub String);

impl utoipa::PartialSchema for ProblemType {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("What kind of problem; stable, so that clients can branch on it."))
            .enum_values(Some(Kind::ALL.map(Kind::uri)))
            .into()
    }
}

impl utoipa::ToSchema for ProblemType {}

/// Problem details as in RFC 9457.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// What kind of problem.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// The kind in one sentence.
    pub title: String,
    /// The HTTP status again.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong here, and the way out.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    /// Id of the request, as in the header `x-request-id` and in the logs.
    pub request_id: String,
    /// The fields concerned; empty when the problem is not about fields.
    pub errors: Vec<FieldError>,
    /// The gate as it stands now, when the problem is about a gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

impl Problem {
    /// The body that is sent.
    pub fn body(&self, instance: &str, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: ProblemType(self.kind.uri().to_owned()),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            gate: self.gate.as_deref().cloned(),
        }
    }
}

impl IntoResponse for Problem {
    /// Only the status and the problem itself: what knows the request ([`crate::frame`]) writes the body.
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = format!("{}.", sentence(&error));
        match &error {
            StoreError::NotFound { what, id } => match *what {
                "project" => Self::new(
                    Kind::ProjectNotFound,
                    format!("You have no project `{id}`; GET /v1/projects lists yours."),
                ),
                "gate" => Self::new(
                    Kind::GateNotFound,
                    format!("The run has not come to gate `{id}`; its gates are in the decision set."),
                ),
                "run" => Self::new(
                    Kind::DecisionSetNotFound,
                    format!("The project has no decision set `{id}`; its `…/decision-sets` lists them."),
                ),
                "policy" => Self::new(
                    Kind::PolicyNotFound,
                    format!("The project has no policy pack `{id}`; its `…/policies` lists them."),
                ),
                // What the platform itself wrote down must be there.
                _ => internal().because(error),
            },
            StoreError::Contention { .. } => {
                Self::new(Kind::Unavailable, format!("{detail} Try again.")).because(error)
            }
            StoreError::Ended { status } => ended(*status),
            StoreError::GateDecided(gate) => decided((**gate).clone()),
            StoreError::Conflict(Conflict::ProjectName { name, existing }) => Self::field(
                Kind::ProjectNameTaken,
                "name",
                format!("is taken: `{name}` is project {existing}; choose another name, or use that project"),
            ),
            StoreError::Conflict(Conflict::IdempotencyKey { existing }) => Self::field(
                Kind::IdempotencyKeyReused,
                "idempotency-key",
                format!("was used for another request, which made {existing}; use a new key for a new request"),
            ),
            StoreError::InvalidCursor => Self::field(
                Kind::ParameterInvalid,
                "cursor",
                "is not one that this list gave; leave it out to begin at the start",
            ),
            StoreError::TooLarge { .. } => Self::new(Kind::BodyTooLarge, format!("{detail} Write less.")),
            StoreError::Service { retryable: true, .. } => {
                Self::new(Kind::Unavailable, format!("{detail} Try again in a moment.")).because(error)
            }
            StoreError::Service { retryable: false, .. }
            | StoreError::Corrupt { .. }
            | StoreError::Superseded { .. }
            | StoreError::AlreadyDone(_)
            | StoreError::GateHeld(_)
            | StoreError::Conflict(Conflict::GateOpen(_)) => internal().because(error),
        }
    }
}

fn sentence(error: &StoreError) -> String {
    capitalised(&error.to_string())
}

/// A failure that the caller can do nothing about.
pub fn internal() -> Problem {
    Problem::new(Kind::Internal, "The API failed on this request; its logs say more under the request id.")
}

/// The run has ended, and what can be done instead.
pub fn ended(status: RunStatus) -> Problem {
    let way_out = match status {
        RunStatus::Completed => "It is completed; start a new version with it as `parent`.",
        RunStatus::Failed => "It failed; `resume` starts it again where it stopped.",
        RunStatus::Rejected => "Its design was rejected; start a new version with it as `parent`.",
        RunStatus::Cancelled => "It was cancelled; start a new version with it as `parent`.",
        RunStatus::Queued | RunStatus::Running | RunStatus::AwaitingInput => "Read it again.",
    };
    Problem::new(Kind::RunEnded, way_out)
}

/// Somebody else has decided the gate: who, when and what.
pub fn decided(gate: Gate) -> Problem {
    let words = match &gate.decision {
        Some(made) => {
            let what = match made.decision {
                Decision::Approve => "approved",
                Decision::Revise => "sent back for a revision",
                Decision::Reject => "rejected",
            };
            format!("Gate {} was {what} by {} at {}; that decision stands.", gate.id, made.actor.name, made.at)
        }
        None => format!("Gate {} has expired; `resume` the run to open it again.", gate.id),
    };
    Problem::new(Kind::GateDecided, words).with_gate(gate)
}
