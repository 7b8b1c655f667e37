//! A store on real protocols for tests, of this crate and of others (feature `testing`, for dev-dependencies only):
//! DynamoDB by dynoxide and S3 by s3s-fs, in process, on loopback, with faults put in between where a test wants them.

#![expect(clippy::unwrap_used, reason = "only tests use this, and a test that cannot set up its world must stop")]

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
use run::{
    id::OwnerId,
    record::{Project, Run, Variant},
};
use tokio::net::TcpListener;

use crate::{NewProject, NewRun, Store};

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
    /// Plans faults for the next calls of an operation, in this order.
    pub fn plan(&self, operation: &str, faults: &[Fault]) {
        self.planned.lock().unwrap().entry(operation.to_owned()).or_default().extend(faults.iter().rev());
    }

    /// How many planned faults have not happened yet.
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
#[derive(Debug)]
pub struct World {
    /// The store.
    pub store: Store,
    /// DynamoDB, to look at what the store wrote.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// S3, likewise.
    pub s3: aws_sdk_s3::Client,
    /// What goes wrong between the store and DynamoDB.
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
    // `model` turns TLS on in reqwest where both are built together; then it wants to know whose. A second call is refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
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
    /// Starts the services, empty.
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

    /// A project of `local`.
    pub async fn project(&self) -> Project {
        let owner = OwnerId("local".into());
        let new = NewProject { owner, name: "Recommendations".into(), description: "Tests".into(), idempotency: None };
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

/// A run of two nodes to be made in a project.
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
