//! The routes: each reads typed input, makes one call into the library, and converts the result.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
};
use design::{
    version::VersionDiff,
    what_if::{TriedValues, WhatIf},
};
use run::{gate::Gate, models::ModelSettings, record::Project};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api,
    agent_runs::{self, ModelEffect},
    artifacts::{self, ArtifactList, ContentQuery},
    constraints::{self, Accepted, NewDecisionSet},
    decision_sets::{self, DecisionSet, DecisionSetList, EventList, EventsQuery},
    diff::{self, DiffQuery},
    edits::{self, EditContentQuery, EditList, NewEdits},
    gates::{self, GateAnswer},
    jobs::{self, JobStatus},
    models::{self, ProjectModels},
    openapi::{ActProblems, ReadProblems, WriteProblems},
    page::PageQuery,
    path::{AgentRunPath, DecisionSetPath, GatePath, JobPath, PolicyPath, ProjectPath},
    policies::{self, NewPolicyPack, PolicyPackList, PolicyPackText, TriedPolicyPack},
    problem::Problem,
    projects::{self, NewProject, ProjectList},
    request::{Body, Caller, IdempotencyHeader, IdempotencyKey, PathOf, QueryOf},
    what_if,
};

type Shared = State<Arc<Api>>;
type Answer<T> = Result<Json<T>, Problem>;

/// All routes with their documentation.
pub fn all() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(openapi_document))
        .routes(routes!(list_projects, create_project))
        .routes(routes!(get_project))
        .routes(routes!(create_decision_set))
        .routes(routes!(list_decision_sets))
        .routes(routes!(get_decision_set))
        .routes(routes!(get_model_effect))
        .routes(routes!(list_events))
        .routes(routes!(answer_gate))
        .routes(routes!(hold_gate))
        .routes(routes!(generate))
        .routes(routes!(cancel))
        .routes(routes!(resume))
        .routes(routes!(what_if))
        .routes(routes!(list_artifacts))
        .routes(routes!(artifact_content))
        .routes(routes!(get_diff))
        .routes(routes!(list_edits, put_edits))
        .routes(routes!(edit_content))
        .routes(routes!(job_status))
        .routes(routes!(get_models, put_models))
        .routes(routes!(list_policies))
        .routes(routes!(get_policy, put_policy, delete_policy))
}

/// That the API is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`: an API that cannot say so does not answer.
    pub status: String,
    /// Version of the program.
    pub version: String,
}

/// Is the API there?
#[utoipa::path(get, path = "/v1/health", tag = "service", responses((status = 200, description = "It is.", body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "service",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object, content_type = "application/json")))]
async fn openapi_document() -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], crate::openapi_json()).into_response()
}

/// Your projects, the newest first.
#[utoipa::path(get, path = "/v1/projects", tag = "projects", params(PageQuery),
    responses((status = 200, description = "A page of projects.", body = ProjectList), ReadProblems))]
async fn list_projects(
    State(api): Shared,
    Caller(who): Caller,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<ProjectList> {
    projects::list(&api.store, &who.owner(), &page).await.map(Json)
}

/// Makes a project.
#[utoipa::path(post, path = "/v1/projects", tag = "projects", params(IdempotencyHeader), request_body = NewProject,
    responses((status = 201, description = "The project.", body = Project,
        headers(("location" = String, description = "The project's path."))), WriteProblems))]
async fn create_project(
    State(api): Shared,
    Caller(who): Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewProject>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Project>), Problem> {
    let project = projects::create(&api.store, &who.owner(), key, new).await?;
    Ok((StatusCode::CREATED, [(LOCATION, format!("/v1/projects/{}", project.id))], Json(project)))
}

/// A project.
#[utoipa::path(get, path = "/v1/projects/{project_id}", tag = "projects", params(ProjectPath),
    responses((status = 200, description = "The project.", body = Project), ReadProblems))]
async fn get_project(State(api): Shared, Caller(who): Caller, PathOf(path): PathOf<ProjectPath>) -> Answer<Project> {
    projects::get(&api.store, &who.owner(), &path.project_id).await.map(Json)
}

fn accepted(accepted: Accepted) -> (StatusCode, [(HeaderName, String); 1], Json<Accepted>) {
    (StatusCode::ACCEPTED, [(LOCATION, accepted.links.decision_set.clone())], Json(accepted))
}

/// Starts a design run for a requirement.
#[utoipa::path(post, path = "/v1/projects/{project_id}/constraints", tag = "decision-sets",
    params(ProjectPath, IdempotencyHeader), request_body = NewDecisionSet,
    responses((status = 202, description = "Stored, and the work has been started.", body = Accepted,
        headers(("location" = String, description = "The decision set's path."))), WriteProblems))]
async fn create_decision_set(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<ProjectPath>,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewDecisionSet>,
) -> Result<impl IntoResponse, Problem> {
    constraints::create(&api, &who.owner(), &path.project_id, key, new).await.map(accepted)
}

/// The decision sets of a project, the newest first.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets", tag = "decision-sets",
    params(ProjectPath, PageQuery),
    responses((status = 200, description = "A page of decision sets.", body = DecisionSetList), ReadProblems))]
async fn list_decision_sets(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<ProjectPath>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<DecisionSetList> {
    decision_sets::list(&api.store, &who.owner(), &path.project_id, &page).await.map(Json)
}

/// Everything that is known of a decision set.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}", tag = "decision-sets",
    params(DecisionSetPath),
    responses((status = 200, description = "The decision set.", body = DecisionSet), ReadProblems))]
async fn get_decision_set(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
) -> Answer<DecisionSet> {
    decision_sets::get(&api.store, &path.key(who.owner())).await.map(Json)
}

/// What a model changed at a node: the output by the rules alone, and the one that counts.
#[utoipa::path(get,
    path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/agent-runs/{node}/{iteration}/model-effect",
    tag = "decision-sets", params(AgentRunPath),
    responses((status = 200, description = "Both outputs.", body = ModelEffect), ReadProblems))]
async fn get_model_effect(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<AgentRunPath>,
) -> Answer<ModelEffect> {
    agent_runs::model_effect(&api.store, &path.key(who.owner()), path.node, path.iteration).await.map(Json)
}

/// Events after a sequence number, in order and without gaps.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/events",
    tag = "decision-sets", params(DecisionSetPath, EventsQuery),
    responses((status = 200, description = "The events.", body = EventList), ReadProblems))]
async fn list_events(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    QueryOf(query): QueryOf<EventsQuery>,
) -> Answer<EventList> {
    decision_sets::events(&api.store, &path.key(who.owner()), &query).await.map(Json)
}

/// Decides at a gate. Exactly one decision wins; a later one gets 409 with the gate as it was decided.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/approve", tag = "gates",
    params(DecisionSetPath), request_body = GateAnswer,
    responses((status = 200, description = "The gate as it is decided now.", body = Gate), WriteProblems))]
async fn answer_gate(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    Body(answer): Body<GateAnswer>,
) -> Answer<Gate> {
    gates::answer(&api, &who, &path.key(who.owner()), answer).await.map(Json)
}

/// Says that a person is at the form: the short timer no longer decides.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/gates/{gate_id}/hold",
    tag = "gates", params(GatePath),
    responses((status = 200, description = "The gate, held.", body = Gate), ActProblems))]
async fn hold_gate(State(api): Shared, Caller(who): Caller, PathOf(path): PathOf<GatePath>) -> Answer<Gate> {
    gates::hold(&api, &who, &path.key(who.owner()), &path.gate_id).await.map(Json)
}

/// Makes a new version with the same decisions, and generates its code anew.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/generate",
    tag = "decision-sets", params(DecisionSetPath, IdempotencyHeader),
    responses((status = 202, description = "The new version.", body = Accepted,
        headers(("location" = String, description = "The new version's path."))), ActProblems))]
async fn generate(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<impl IntoResponse, Problem> {
    constraints::generate(&api, &path.key(who.owner()), key).await.map(accepted)
}

/// Ends a run. Cancelling a cancelled run changes nothing.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/cancel", tag = "decision-sets",
    params(DecisionSetPath),
    responses((status = 200, description = "The job, cancelled.", body = JobStatus), ActProblems))]
async fn cancel(State(api): Shared, Caller(who): Caller, PathOf(path): PathOf<DecisionSetPath>) -> Answer<JobStatus> {
    jobs::cancel(&api, &who, &path.key(who.owner())).await.map(Json)
}

/// Starts a failed or interrupted run again; it goes on where it stopped.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/resume", tag = "decision-sets",
    params(DecisionSetPath),
    responses((status = 202, description = "The new attempt.", body = Accepted,
        headers(("location" = String, description = "The decision set's path."))), ActProblems))]
async fn resume(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
) -> Result<impl IntoResponse, Problem> {
    jobs::resume(&api, &path.key(who.owner())).await.map(accepted)
}

/// What the chosen design would cost and keep with other numbers, and whether another one would be chosen. Stores
/// nothing; an empty body gives the design's own numbers.
#[utoipa::path(post, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/what-if",
    tag = "decision-sets", params(DecisionSetPath), request_body = TriedValues,
    responses((status = 200, description = "The design with its own numbers and with those.", body = WhatIf),
        WriteProblems))]
async fn what_if(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    Body(tried): Body<TriedValues>,
) -> Answer<WhatIf> {
    what_if::try_values(&api.store, &path.key(who.owner()), tried).await.map(Json)
}

/// The files that a decision set left, with signed URLs.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/artifacts", tag = "artifacts",
    params(DecisionSetPath),
    responses((status = 200, description = "All artifacts.", body = ArtifactList), ReadProblems))]
async fn list_artifacts(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
) -> Answer<ArtifactList> {
    artifacts::list(&api.store, &path.key(who.owner())).await.map(Json)
}

/// The text of one artifact.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/artifacts/content",
    tag = "artifacts", params(DecisionSetPath, ContentQuery),
    responses((status = 200, description = "The text, whatever the artifact's own media type.", body = String,
        content_type = "text/plain"),
        (status = 422, description = "It is not text, or too large to show.", body = crate::problem::ProblemBody,
            content_type = "application/problem+json"), ReadProblems))]
async fn artifact_content(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    QueryOf(query): QueryOf<ContentQuery>,
) -> Result<String, Problem> {
    artifacts::content(&api.store, &path.key(who.owner()), &query.path).await
}

/// What changed against another version.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/diff", tag = "artifacts",
    params(DecisionSetPath, DiffQuery),
    responses((status = 200, description = "The difference; `parent` is the version compared with.",
        body = VersionDiff), ActProblems))]
async fn get_diff(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    QueryOf(query): QueryOf<DiffQuery>,
) -> Answer<VersionDiff> {
    diff::between(&api.store, &path.key(who.owner()), query.against).await.map(Json)
}

/// The files of a completed version that people edited.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits", tag = "artifacts",
    params(DecisionSetPath),
    responses((status = 200, description = "The edits, and the conflicts that are open.", body = EditList), ActProblems))]
async fn list_edits(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
) -> Answer<EditList> {
    edits::list(&api.store, &path.key(who.owner())).await.map(Json)
}

/// The text of a file of a completed version, with its edits or as it is generated.
#[utoipa::path(get, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits/content",
    tag = "artifacts", params(DecisionSetPath, EditContentQuery),
    responses((status = 200, description = "The text, whatever the file's own media type.", body = String,
        content_type = "text/plain"),
        (status = 422, description = "It is not text, or too large to show.", body = crate::problem::ProblemBody,
            content_type = "application/problem+json"), ActProblems))]
async fn edit_content(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    QueryOf(query): QueryOf<EditContentQuery>,
) -> Result<String, Problem> {
    edits::content(&api.store, &path.key(who.owner()), &query).await
}

/// Edits files of a completed version. A version made with this one as `parent` builds on them: what is generated then is
/// merged with them, and where that is not possible your text stays and a conflict tells of it. Repeating it changes
/// nothing.
#[utoipa::path(put, path = "/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits", tag = "artifacts",
    params(DecisionSetPath), request_body = NewEdits,
    responses((status = 200, description = "All edits of the version.", body = EditList), WriteProblems))]
async fn put_edits(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<DecisionSetPath>,
    Body(new): Body<NewEdits>,
) -> Answer<EditList> {
    edits::put(&api, &who, &path.key(who.owner()), new).await.map(Json)
}

/// How a job stands.
#[utoipa::path(get, path = "/v1/projects/{project_id}/jobs/{job_id}/status", tag = "decision-sets",
    params(JobPath),
    responses((status = 200, description = "The job.", body = JobStatus), ReadProblems))]
async fn job_status(State(api): Shared, Caller(who): Caller, PathOf(path): PathOf<JobPath>) -> Answer<JobStatus> {
    jobs::status(&api, &path.key(who.owner()), &path.job_id).await.map(Json)
}

/// The project's own policy packs. Each design run takes them as they are when it begins.
#[utoipa::path(get, path = "/v1/projects/{project_id}/policies", tag = "policies", params(ProjectPath),
    responses((status = 200, description = "All packs, by name.", body = PolicyPackList), ReadProblems))]
async fn list_policies(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<ProjectPath>,
) -> Answer<PolicyPackList> {
    policies::list(&api.store, &who.owner(), &path.project_id).await.map(Json)
}

/// A policy pack with its text.
#[utoipa::path(get, path = "/v1/projects/{project_id}/policies/{name}", tag = "policies", params(PolicyPath),
    responses((status = 200, description = "The pack.", body = PolicyPackText), ReadProblems))]
async fn get_policy(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<PolicyPath>,
) -> Answer<PolicyPackText> {
    policies::get(&api.store, &who.owner(), &path.project_id, &path.name).await.map(Json)
}

/// Stores a policy pack after it was tried on examples, in place of the one of this name.
#[utoipa::path(put, path = "/v1/projects/{project_id}/policies/{name}", tag = "policies", params(PolicyPath),
    request_body = NewPolicyPack,
    responses((status = 200, description = "The pack as it is stored, and what its rules say of the examples.",
        body = TriedPolicyPack), WriteProblems))]
async fn put_policy(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<PolicyPath>,
    Body(new): Body<NewPolicyPack>,
) -> Answer<TriedPolicyPack> {
    policies::put(&api, &who.owner(), &path.project_id, &path.name, new).await.map(Json)
}

/// What the project says of models, and which the deployment has.
#[utoipa::path(get, path = "/v1/projects/{project_id}/models", tag = "models", params(ProjectPath),
    responses((status = 200, description = "The settings.", body = ProjectModels), ReadProblems))]
async fn get_models(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<ProjectPath>,
) -> Answer<ProjectModels> {
    models::get(&api, &who.owner(), &path.project_id).await.map(Json)
}

/// Stores what the project says of models. Agents that begin to think from now on keep to it.
#[utoipa::path(put, path = "/v1/projects/{project_id}/models", tag = "models", params(ProjectPath),
    request_body = ModelSettings,
    responses((status = 200, description = "The settings as they are stored.", body = ProjectModels), WriteProblems))]
async fn put_models(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<ProjectPath>,
    Body(settings): Body<ModelSettings>,
) -> Answer<ProjectModels> {
    models::put(&api, &who.owner(), &path.project_id, settings).await.map(Json)
}

/// Takes a policy pack from the project. Runs that began with it keep it.
#[utoipa::path(delete, path = "/v1/projects/{project_id}/policies/{name}", tag = "policies", params(PolicyPath),
    responses((status = 204, description = "It is gone."), ReadProblems))]
async fn delete_policy(
    State(api): Shared,
    Caller(who): Caller,
    PathOf(path): PathOf<PolicyPath>,
) -> Result<StatusCode, Problem> {
    policies::delete(&api.store, &who.owner(), &path.project_id, &path.name).await.map(|()| StatusCode::NO_CONTENT)
}
