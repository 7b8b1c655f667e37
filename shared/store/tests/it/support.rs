//! A store of its own for each test, and samples.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use run::{
    answer::AnswerValue,
    body::{BodyRef, Sha256Hex},
    event::{EventBody, NodeStart},
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunKey},
    node::{NodeRecord, Step, Thinker},
    question::{DefaultBasis, Field, Priority, Question, SmartDefault},
    record::{Progress, Project, Run, Variant},
};
use store::{NewProject, NewRun, Store};
use tokio::net::TcpListener;

const KEY: &str = "local";
const SECRET: &str = "secret";
const TABLE: &str = "runs";
const BUCKET: &str = "bodies";

/// What happens to the next call of an operation.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// DynamoDB says that its item is in another transaction.
    Conflict,
    /// DynamoDB answers an internal error and does nothing.
    NotDone,
    /// DynamoDB does it, but the answer is lost.
    AnswerLost,
}

/// Faults by operation (`TransactWriteItems`), used up one by one.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<BTreeMap<String, Vec<Fault>>>,
    calls: AtomicUsize,
}

impl Faults {
    pub fn plan(&self, operation: &str, faults: &[Fault]) {
        self.planned.lock().unwrap().entry(operation.to_owned()).or_default().extend(faults.iter().rev());
    }

    pub fn left(&self) -> usize {
        self.planned.lock().unwrap().values().map(Vec::len).sum()
    }

    /// How many calls of any operation there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn next(&self, target: &str) -> Option<Fault> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let operation = target.rsplit('.').next().unwrap_or_default();
        self.planned.lock().unwrap().get_mut(operation).and_then(Vec::pop)
    }
}

/// The services of one test. They stop with the test's runtime.
pub struct World {
    pub store: Store,
    pub dynamo: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    pub faults: Arc<Faults>,
    _bucket: tempfile::TempDir,
}

struct Proxy {
    upstream: String,
    http: reqwest::Client,
    faults: Arc<Faults>,
}

async fn forward(State(proxy): State<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let answer = |status: StatusCode, body: String| {
        Response::builder()
            .status(status)
            .header("content-type", "application/x-amz-json-1.0")
            .body(Body::from(body))
            .unwrap()
    };
    let internal = || {
        let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"planned"}"#;
        answer(StatusCode::INTERNAL_SERVER_ERROR, body.to_owned())
    };
    let fault = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).and_then(|t| proxy.faults.next(t));
    match fault {
        Some(Fault::Conflict) => {
            let items = body.windows(11).filter(|w| w == b"\"TableName\"").count();
            let reasons = vec![r#"{"Code":"TransactionConflict","Message":"planned"}"#; items].join(",");
            let body = format!(
                r#"{{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"planned","CancellationReasons":[{reasons}]}}"#
            );
            return answer(StatusCode::BAD_REQUEST, body);
        }
        Some(Fault::NotDone) => return internal(),
        Some(Fault::AnswerLost) | None => {}
    }
    let mut request = proxy.http.post(&proxy.upstream).body(body);
    for (name, value) in &headers {
        if name != "host" && name != "content-length" {
            request = request.header(name, value);
        }
    }
    let reply = request.send().await.unwrap();
    let status = reply.status();
    let bytes = reply.bytes().await.unwrap();
    if fault.is_some() {
        return internal();
    }
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Body::from(bytes))
        .unwrap()
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn serve_dynamo(faults: &Arc<Faults>) -> String {
    let (inner, upstream) = listener().await;
    let database = dynoxide::Database::memory().unwrap();
    tokio::spawn(dynoxide::server::serve_on(inner, database));
    let (outer, url) = listener().await;
    let proxy = Arc::new(Proxy { upstream, http: reqwest::Client::new(), faults: faults.clone() });
    let router = Router::new().fallback(forward).layer(axum::extract::DefaultBodyLimit::disable()).with_state(proxy);
    tokio::spawn(async move { axum::serve(outer, router).await.unwrap() });
    url
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

impl World {
    pub async fn new() -> Self {
        let faults = Arc::new(Faults::default());
        let bucket = tempfile::tempdir().unwrap();
        let dynamo_url = serve_dynamo(&faults).await;
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
                .http_client(http)
                .credentials_provider(credentials)
                .region(region)
                .endpoint_url(s3_url)
                .force_path_style(true)
                .build(),
        );
        create_table(&dynamo).await;
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        let store = Store::new(dynamo.clone(), s3.clone(), TABLE, BUCKET);
        Self { store, dynamo, s3, faults, _bucket: bucket }
    }

    pub async fn project(&self) -> Project {
        let new = NewProject { owner: owner(), name: "Recommendations".into(), description: "Tests".into() };
        self.store.create_project(new).await.unwrap()
    }

    /// A run in a project of its own.
    pub async fn run(&self) -> Run {
        let project = self.project().await;
        self.store.create_run(new_run(&project)).await.unwrap().run
    }

    /// Everything stored under a partition, as `sk` and item.
    pub async fn partition(&self, pk: &str) -> Vec<(String, BTreeMap<String, String>)> {
        let answer = self
            .dynamo
            .query()
            .table_name(TABLE)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", aws_sdk_dynamodb::types::AttributeValue::S(pk.to_owned()))
            .send()
            .await
            .unwrap();
        assert!(answer.last_evaluated_key.is_none(), "one page is enough for the tests");
        answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| {
                let sk = item["sk"].as_s().unwrap().clone();
                (sk, item.into_iter().map(|(name, value)| (name, format!("{value:?}"))).collect())
            })
            .collect()
    }
}

async fn create_table(dynamo: &aws_sdk_dynamodb::Client) {
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    dynamo
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send()
        .await
        .unwrap();
}

pub fn owner() -> OwnerId {
    OwnerId("local".into())
}

pub fn new_run(project: &Project) -> NewRun {
    NewRun {
        owner: project.owner.clone(),
        project: project.id.clone(),
        kind: "design".into(),
        parent: None,
        title: "Recommendations for a shop".into(),
        variant: Variant::Full,
        nodes: vec!["intake_extract".into(), "planner".into()],
        input: br#"{"requirement":"Recommend products"}"#.to_vec(),
        idempotency: None,
    }
}

pub fn partition_of(key: &RunKey) -> String {
    format!("RUN#{}#{}#{}", key.owner, key.project, key.run)
}

pub fn somewhere() -> RunKey {
    RunKey { owner: owner(), project: ProjectId::generate(), run: run::id::RunId::generate() }
}

pub fn step(node: &str, iteration: u32) -> Step {
    Step { node: node.into(), iteration }
}

/// An event that can be told from others by its iteration.
pub fn note(iteration: u32) -> EventBody {
    let progress = Progress { percentage: 10, current: None, completed: Vec::new(), eta_seconds: Some(1.5) };
    EventBody::NodeStart(NodeStart { step: step("planner", iteration), progress })
}

pub fn mark(body: &EventBody) -> Option<u32> {
    match body {
        EventBody::NodeStart(start) => Some(start.step.iteration),
        _ => None,
    }
}

pub fn record(node: &str, iteration: u32, attempt: u32) -> NodeRecord {
    NodeRecord {
        step: step(node, iteration),
        attempt,
        thinker: Thinker::BuiltInRules,
        tokens_total: 0,
        started_at: Timestamp::now(),
        duration_ms: 1200,
        ok: true,
        output: BodyRef::of(b"{}"),
        signal: serde_json::json!({"sufficient": true, "score": 1.0}),
    }
}

pub fn gate_id(kind: GateKind) -> GateId {
    GateId { kind, iteration: 0 }
}

pub fn gate(kind: GateKind) -> Gate {
    let now = Timestamp::now();
    Gate {
        id: gate_id(kind),
        status: GateStatus::Pending,
        subject_hash: Sha256Hex::of(b"subject"),
        summary: "What is shown".into(),
        questions: vec![Question {
            id: "budget".into(),
            text: "How much may it cost? 予算 💶".into(),
            why: "Sizes everything.".into(),
            priority: Priority::High,
            field: Field::Number { unit: "USD per month".into(), minimum: 0.1, maximum: 1e6 },
            default: SmartDefault {
                value: AnswerValue::Number(0.1 + 0.2),
                confidence: 1.0,
                reason: "usual".into(),
                basis: DefaultBasis::IndustryPractice,
            },
        }],
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: Vec::new() },
        opened_at: now,
        expires_at: later(300),
        held: false,
        decision: None,
    }
}

pub fn later(seconds: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

pub fn decided_by(name: &str) -> GateDecision {
    GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: name.into() },
        at: Timestamp::now(),
        comment: None,
        answers: [("budget".to_owned(), AnswerValue::Number(1500.0))].into(),
        defaulted: Vec::new(),
    }
}
