//! The API over real protocols: DynamoDB by dynoxide, S3 by s3s-fs, both in process; only the engine is a fake.
//! Every answer is held against `openapi.json`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use agent::{
    AgentError, BoxFuture,
    gate::{Completion, GateResult, Tasks},
};
use api::{
    Api,
    executions::{ExecutionError, ExecutionInput, Executions},
    jobs::ExecutionStatus,
};
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use run::id::{OwnerId, ProjectId, RunId, RunKey};
use serde_json::{Value, json};
use store::{Store, TaskToken};
use tokio::net::TcpListener;
use tower::ServiceExt;

const KEY: &str = "local";
const SECRET: &str = "secret";
const TABLE: &str = "runs";
const BUCKET: &str = "bodies";

/// An engine that remembers what it was told.
#[derive(Debug, Default)]
pub struct Engine {
    pub executions: Mutex<BTreeMap<String, (ExecutionInput, ExecutionStatus)>>,
    pub completed: Mutex<Vec<(String, GateResult)>>,
    pub broken: AtomicBool,
}

impl Engine {
    pub fn set(&self, name: &str, status: ExecutionStatus) {
        self.executions.lock().unwrap().get_mut(name).expect("an execution of this name").1 = status;
    }

    pub fn forget(&self, name: &str) {
        self.executions.lock().unwrap().remove(name).expect("an execution of this name");
    }

    pub fn input(&self, name: &str) -> Option<ExecutionInput> {
        self.executions.lock().unwrap().get(name).map(|(input, _)| input.clone())
    }

    fn check(&self, what: &'static str) -> Result<(), ExecutionError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(ExecutionError { what, source: "planned: secret-host:1234".into() });
        }
        Ok(())
    }
}

impl Executions for Engine {
    fn start<'a>(&'a self, name: &'a str, input: &'a ExecutionInput) -> BoxFuture<'a, Result<(), ExecutionError>> {
        Box::pin(async move {
            self.check("states:StartExecution")?;
            let mut executions = self.executions.lock().unwrap();
            executions.entry(name.to_owned()).or_insert_with(|| (input.clone(), ExecutionStatus::Running));
            Ok(())
        })
    }

    fn status<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<ExecutionStatus, ExecutionError>> {
        Box::pin(async move {
            self.check("states:DescribeExecution")?;
            let executions = self.executions.lock().unwrap();
            Ok(executions.get(name).map_or(ExecutionStatus::Missing, |(_, status)| *status))
        })
    }

    fn stop<'a>(&'a self, name: &'a str, _cause: &'a str) -> BoxFuture<'a, Result<(), ExecutionError>> {
        Box::pin(async move {
            self.check("states:StopExecution")?;
            if let Some((_, status)) = self.executions.lock().unwrap().get_mut(name)
                && *status == ExecutionStatus::Running
            {
                *status = ExecutionStatus::Aborted;
            }
            Ok(())
        })
    }
}

impl Tasks for Engine {
    fn succeed<'a>(
        &'a self,
        token: &'a TaskToken,
        result: &'a GateResult,
    ) -> BoxFuture<'a, Result<Completion, AgentError>> {
        Box::pin(async move {
            if self.broken.load(Ordering::SeqCst) {
                return Err(AgentError::Transient { what: "planned".into(), source: None });
            }
            self.completed.lock().unwrap().push((token.0.clone(), result.clone()));
            Ok(Completion::Completed)
        })
    }
}

/// The services of one test. They stop with the test's runtime.
pub struct World {
    pub store: Store,
    pub engine: Arc<Engine>,
    router: Router,
    _bucket: tempfile::TempDir,
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn serve_s3(root: &std::path::Path) -> String {
    let mut builder = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    builder.set_auth(s3s::auth::SimpleAuth::from_single(KEY, SECRET));
    let service = builder.build();
    let (listener, url) = listener().await;
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let mut service = service.clone();
        async move { tower::Service::call(&mut service, request).await.unwrap().map(Body::new) }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn create_table(dynamo: &aws_sdk_dynamodb::Client) {
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let table = dynamo.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let table = table.attribute_definitions(attribute("pk")).attribute_definitions(attribute("sk"));
    let table = table.key_schema(key("pk", KeyType::Hash)).key_schema(key("sk", KeyType::Range));
    table.send().await.unwrap();
}

impl World {
    pub async fn new() -> Self {
        let (dynamo_listener, dynamo_url) = listener().await;
        tokio::spawn(dynoxide::server::serve_on(dynamo_listener, dynoxide::Database::memory().unwrap()));
        Self::with_dynamo(&dynamo_url, true).await
    }

    /// A world whose DynamoDB does not answer.
    pub async fn without_database() -> Self {
        // Port 9 (discard) is closed on every machine that runs tests.
        Self::with_dynamo("http://127.0.0.1:9", false).await
    }

    async fn with_dynamo(dynamo_url: &str, table: bool) -> Self {
        let bucket = tempfile::tempdir().unwrap();
        let s3_url = serve_s3(bucket.path()).await;
        let credentials = aws_sdk_dynamodb::config::Credentials::new(KEY, SECRET, None, None, "test");
        let region = aws_sdk_dynamodb::config::Region::new("us-east-1");
        let http = aws_smithy_http_client::Builder::new().build_http();
        let dynamo = aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::Config::builder()
                .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
                .http_client(http.clone())
                .credentials_provider(credentials.clone())
                .region(region.clone())
                .endpoint_url(dynamo_url)
                .build(),
        );
        let s3 = aws_sdk_s3::Client::from_conf(
            aws_sdk_s3::Config::builder()
                .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
                .http_client(http.clone())
                .credentials_provider(credentials.clone())
                .region(region.clone())
                .endpoint_url(s3_url)
                .force_path_style(true)
                .build(),
        );
        let management = aws_sdk_apigatewaymanagement::Client::from_conf(
            aws_sdk_apigatewaymanagement::Config::builder()
                .behavior_version(aws_sdk_apigatewaymanagement::config::BehaviorVersion::latest())
                .http_client(http)
                .credentials_provider(credentials)
                .region(region)
                .endpoint_url("http://127.0.0.1:9/ws")
                .build(),
        );
        if table {
            create_table(&dynamo).await;
        }
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        let store = Store::new(dynamo, s3, TABLE, BUCKET);
        let engine = Arc::new(Engine::default());
        let router = api::router(Api {
            live: live::Live::new(store.clone(), management),
            store: store.clone(),
            executions: engine.clone(),
            tasks: engine.clone(),
            models: models(),
            sandbox: policy::sandbox::Sandbox::of(env!("CARGO_BIN_EXE_api")),
            long_gate_timeout: Duration::from_secs(3600),
        });
        Self { store, engine, router, _bucket: bucket }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, body: Value) -> Reply {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send(Method::POST, path, &headers, body.to_string().into_bytes()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, &[("content-type", "application/json")], body.to_string().into_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], Vec::new()).await
    }

    /// Calls the router, and holds the answer against the document.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let reply = Reply { status: parts.status, headers: parts.headers, bytes };
        reply.check(&method, path.split('?').next().unwrap());
        reply
    }

    /// The id of a new project.
    pub async fn project(&self, name: &str) -> String {
        let reply = self.post("/v1/projects", json!({"name": name})).await;
        reply.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// A decision set in a new project: its path and its key.
    pub async fn decision_set(&self) -> (String, RunKey) {
        let project = self.project(&format!("Project {}", ulid::Ulid::generate())).await;
        self.decision_set_in(&project, json!({"requirement": "Score churn for 2 million customers."})).await
    }

    pub async fn decision_set_in(&self, project: &str, body: Value) -> (String, RunKey) {
        let reply = self.post(&format!("/v1/projects/{project}/constraints"), body).await;
        let accepted = reply.expect(202);
        let run: RunId = accepted["decision_set_id"].as_str().unwrap().parse().unwrap();
        let key = RunKey { owner: OwnerId("local".into()), project: project.parse::<ProjectId>().unwrap(), run };
        (accepted["links"]["decision_set"].as_str().unwrap().to_owned(), key)
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Reply {
    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// The problem, when it is of this type, with its fields.
    #[track_caller]
    pub fn problem(&self, status: u16, kind: &str) -> (Value, Vec<String>) {
        let body = self.expect(status);
        assert_eq!(body["type"], format!("/problems/{kind}"), "{body}");
        let fields = body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned());
        (body.clone(), fields.collect())
    }

    #[track_caller]
    fn check(&self, method: &Method, path: &str) {
        for name in ["x-request-id", "x-content-type-options", "content-security-policy", "strict-transport-security"] {
            assert!(self.headers.contains_key(name), "{method} {path} lacks the header {name}");
        }
        assert_eq!(self.headers["cache-control"], "no-store");
        let content_type = self.headers.get("content-type").map_or("", |value| value.to_str().unwrap());
        let essence = content_type.split(';').next().unwrap();
        let schema = match documented(method, path) {
            // What no route serves is told in the same shape.
            None => {
                assert!(self.status == 404 || self.status == 405, "{method} {path} is not documented");
                assert_eq!(essence, "application/problem+json");
                json!({"$ref": "#/components/schemas/Problem"})
            }
            Some(operation) => {
                let response = &operation["responses"][self.status.as_str()];
                assert!(response.is_object(), "{method} {path}: {} is not documented", self.status);
                if response.get("content").is_none() {
                    assert!(self.bytes.is_empty(), "{method} {path}: {} has no body", self.status);
                    return;
                }
                let content = &response["content"][essence];
                assert!(content.is_object(), "{method} {path}: {} as `{essence}` is not documented", self.status);
                content["schema"].clone()
            }
        };
        if essence.ends_with("json") {
            let body: Value = serde_json::from_slice(&self.bytes).unwrap();
            let problems = validate(&schema, &body);
            assert!(problems.is_empty(), "{method} {path} {}: {problems:#?}", self.status);
        }
        if essence == "application/problem+json" {
            let body: Value = serde_json::from_slice(&self.bytes).unwrap();
            assert_eq!(body["status"], self.status.as_u16());
            assert_eq!(body["instance"], path);
            assert_eq!(body["request_id"], self.headers["x-request-id"].to_str().unwrap());
            assert!(!body.to_string().contains("secret-host"), "the inside is told outside: {body}");
        }
    }
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(api::openapi_json()).unwrap());

/// What a value has wrong by a schema of the document.
pub fn validate(schema: &Value, body: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(body).map(|error| format!("{} at {}", error, error.instance_path())).collect()
}

/// The operation that a path is served by.
fn documented(method: &Method, path: &str) -> Option<Value> {
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == segments.len()
            && template.iter().zip(&segments).all(|(part, segment)| part.starts_with('{') || part == segment)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let (_, item) = paths.iter().filter(|(template, _)| fits(template)).min_by_key(|(t, _)| t.matches('{').count())?;
    item.get(method.as_str().to_lowercase()).cloned()
}

/// The models of the deployment: one with a price, and a server of one's own.
fn models() -> agent::ModelChoices {
    let address = |text: &str| text.parse().unwrap_or_else(|error| panic!("{error}"));
    agent::ModelChoices {
        models: vec![address("anthropic:claude-haiku-4-5"), address("openai:http://127.0.0.1:8080/v1#qwen3")],
        ceilings: model::Ceilings { tokens: Some(400_000), usd: Some(2.0) },
        ..agent::ModelChoices::default()
    }
}
