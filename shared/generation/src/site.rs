//! Everything that templates are given: the plan and its constraints in the words of the generated repository.

mod access;
mod ci;
mod columns;
mod dashboard;
mod document;
mod left;
mod limits;
mod retrieval;
mod rhythm;
mod running;
mod serving;
mod size;

use std::collections::BTreeMap;

use design::{
    constraint::{Cloud, ConstraintSet, DataClass, Framework, Stated, Tooling, UseCase},
    node::Node,
    plan::{Capability, Component},
};
use knowledge::{catalogue::Catalogue, kept, request_log};
use serde::Serialize;

use self::{
    access::{Access, Asked, Job, Reader, Uses, readers},
    columns::{LakeColumn, StoredFeature, lake_columns, stored_features},
    dashboard::{Widget, widgets},
    document::{
        ComponentRow, Edge, Row, constraint_rows, data_class_name, data_words, edges, excerpt, framework_name, heading,
        purpose, row,
    },
    left::{
        cdk, language, no_cluster, no_controller, no_language_model, no_library, no_schedule, no_table, unasked_store,
        unreachable_server,
    },
    limits::{Late, Limits, late, limits},
    retrieval::{Model, vector_store},
    rhythm::{Publication, Rhythm, machine_rhythm, publication, rhythm},
    running::{
        Answers, LIVE_FUNCTIONS, STATE_MACHINES, Starts, Variable, endpoint, functions, has_feature_table, roles,
        variables,
    },
    size::{
        Pod, Subnets, count, has_gpu, instance, least_serving_units, on_gpu_machines, requests_per_minute_per_unit,
        serving_concurrency, serving_units, training_memory_gb, vcpus_of_a_job,
    },
};
pub use self::{ci::Ci, serving::Serving};
use crate::{
    Embedded, RenderError,
    blueprint::Subject,
    packages::{Requirements, Sets},
    provision::{FillIn, Iac, Infrastructure, STACKS, stack},
    schema::Schema,
    subject::Entity,
    task::{self, Family, Learner, Learning, Tuner},
    words,
};

/// The port of the service, in the container and behind the balancer. SageMaker calls no other.
pub const PORT: u16 = 8080;

/// The port of every node of a cluster that its load balancer sends requests to, of those that Kubernetes keeps for this
/// (30000 to 32767).
const NODE_PORT: u16 = 30080;

/// What the alarms on outcomes mean, where a pipeline joins them with what was scored.
const OUTCOME_ALARMS: [&str; 2] = [
    "`live-quality`: on what really happened the model in production misses the gate's floor. Look whether the outcomes are \
     right; then train anew, or go back.",
    "`unmatched-outcomes`: outcomes make no example. They break the data contract (a yes or no is `true` or `false`, say, and \
     not 1 or 0): upload the file again, mended. Or they found no record in two days, because they came too late or it was never \
     scored. See Outcomes.",
];

/// What the alarm on answers means that the language model did not write.
const ANSWER_ALARM: &str = "`quoted-answers`: the language model does not write the answers, and sentences of the documents \
     stand in their place; a deployment in progress goes back by itself. See the reason in the service's log: the model's quota, \
     its id, or the right to ask it.";

/// Of so many in a hundred requests that fail an alarm tells: a new version gets a tenth, so that one of which a fifth
/// fails goes back.
const ERROR_PERCENT: u64 = 2;

/// What a new version may get a tenth of the requests for, in minutes: `aws deploy wait` has patience for half an hour.
const CANARY_MINUTES: [u64; 3] = [5, 10, 15];

/// So many requests show whether a version answers.
const CANARY_REQUESTS: f64 = 3.0;

/// Days that an outcome may take to be uploaded once the whole horizon of a forecast is over: a month's figures come in the
/// month after.
const OUTCOME_DAYS: u32 = 45;

/// Days that a replaced or deleted object of the data bucket is kept, so that a mistake can be undone.
const REPLACED_DAYS: u32 = 90;

/// The same for data about persons: what was erased is gone for good within the month (GDPR Art. 12(3)).
const REPLACED_DAYS_OF_PERSONS: u32 = 30;

/// The endpoint of OpenSearch Serverless, as the catalogue calls it.
const VECTORS_ENDPOINT: &str = "aoss";

#[derive(Debug, Serialize)]
struct Stream {
    kind: &'static str,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct Money {
    expected: String,
    low: String,
    high: String,
    budget: Option<String>,
}

/// The context of all templates.
#[derive(Debug, Serialize)]
pub struct Site {
    /// Name of the repository.
    pub name: String,
    /// Its Python package.
    pub package: String,
    /// How predictions are made.
    pub serving: Serving,
    /// Folder of the family's templates.
    pub task: &'static str,
    /// True when teams run experiments.
    pub experimentation: bool,
    /// Regulated data or frameworks, in words.
    pub compliance: Vec<&'static str>,
    /// The same, as they are written on the wire.
    pub frameworks: Vec<Framework>,
    /// Whether an id that may be the number of a payment card is refused.
    refuses_cards: bool,
    /// True when the data is about persons, or as sensitive.
    pub personal_data: bool,
    /// Name of the constant in `records.py` with the field that records are told apart by.
    key_field: &'static str,
    /// True when something that happens later says whether a prediction was right.
    pub outcomes: bool,
    /// True when the model that goes out is fitted once more, on all examples: where a fit takes seconds, and what is
    /// measured is the model itself.
    refits: bool,
    /// True when what is scored is kept: everywhere but on gateways and devices that nothing here reaches.
    pub keeps_scored: bool,
    /// True when nothing is written in the background: what serves is frozen between two requests, or nobody waits for it.
    keeps_before_answering: bool,
    /// For how many days what was scored is kept.
    scored_days: u32,
    /// For how many days a replaced or deleted object of the data bucket is kept.
    replaced_days: u32,
    /// True when somebody may ask for the erasure of their records.
    pub erases: bool,
    /// True when runs and versions are kept in MLflow: the requirement names it, or the plan's registry is it.
    pub mlflow: bool,
    /// True when Feast keeps the features: the plan has an online store, and records are rows of named features.
    pub feast: bool,
    /// True when a table keeps the latest of each key, which a request may then leave out.
    pub keeps_latest: bool,
    /// True with a table of features in DynamoDB: Feast's, or the latest of each key.
    feature_table: bool,
    /// True when the service reads features from Feast by an id.
    pub reads_features: bool,
    /// True when the consumer of the stream reads from Feast what its events do not bring.
    pub reads_in_stream: bool,
    /// True when the consumer of the stream brings Feast up to date.
    pub updates_in_stream: bool,
    /// Whose features Feast keeps, where records are events of somebody.
    pub entity: Option<Entity>,
    /// True when the plan is for AWS: only there is infrastructure generated, and AWS's own client used.
    pub aws: bool,
    /// The region that resources are in.
    pub region: String,
    cloud: &'static str,
    /// The library that the model is trained with.
    pub learner: Learner,
    /// Its name for people.
    trained_with: &'static str,
    /// Folder of the templates of what is learned, which may be one of several for the task.
    pub learned_in: &'static str,
    /// True when answers are asked of a language model that something else runs.
    pub asks_a_writer: bool,
    /// True when the system tunes a language model itself.
    pub tunes_here: bool,
    /// The file of a stage that holds the model.
    model_file: &'static str,
    /// True when training needs packages that serving does without: it has a lock and an image of its own.
    pub trains_apart: bool,
    /// Of each library of models that the requirement names and nothing is trained with: why.
    pub unused_libraries: Vec<String>,
    /// What no template provides.
    pub not_provisioned: Vec<String>,
    short_name: String,
    title_comment: String,
    title_python: String,
    title_markdown: String,
    /// The requirement's beginning, without what may be an address or a number of somebody's.
    requirement_markdown: String,
    /// Versions of what the repository runs on.
    versions: BTreeMap<String, String>,
    summary_toml: String,
    summary_markdown: String,
    mode: &'static str,
    /// What who reads the README must know before all else; known to who joins the parts alone.
    pub read_first: Vec<String>,
    #[serde(flatten)]
    schema: Schema,
    learning: Learning,
    /// Whether something that the gate looks at rests on few examples, so that chance weighs more.
    rests_on_few: bool,
    limits: Limits,
    stream: Stream,
    requirements: Requirements,
    port: u16,
    node_port: u16,
    components: Vec<ComponentRow>,
    edges: Vec<Edge>,
    constraints: Vec<Row>,
    cost: Money,
    alarms: Vec<String>,
    retraining: Rhythm,
    /// When the state machine `learning` runs by itself.
    machine_rhythm: Rhythm,
    publication: Publication,
    data_words: String,
    data_class: &'static str,
    gpu_planned: bool,
    /// True when machines that serve have a graphics processor.
    gpu_serves: bool,
    purpose: String,
    gpu_swap: &'static str,
    allowed_regions: String,
    allowed_regions_words: String,
    log_retention_days: u32,
    audit_retention_days: u32,
    budget_usd: String,
    budget_words: String,
    bedrock: bool,
    endpoint: &'static str,
    monitored: bool,
    requests_per_minute_per_unit: u64,
    latency_ms: String,
    latency_percentile: String,
    /// From when on an alarm says that answers are late.
    late: Late,
    compute: &'static str,
    gpu: bool,
    spot: bool,
    managed_pipeline: bool,
    throttle_rate: u64,
    throttle_burst: u64,
    /// Of so many in a hundred requests that fail an alarm tells, and a new version goes back.
    error_percent: u64,
    /// Fewer errors in five minutes are no failure, whatever share of the requests they are.
    least_errors: u64,
    /// How long a tenth of the requests goes to a new version: until it has had some.
    canary_minutes: u64,
    /// What is planned for; an outage of it has to be heard of.
    requests_per_minute: f64,
    parallelization: u64,
    features: Vec<StoredFeature>,
    widgets: Vec<Widget>,
    has_kinesis: bool,
    spark_service: &'static str,
    /// What runs code of the system: jobs, the tasks of the cluster, functions, SageMaker.
    roles: Vec<&'static str>,
    /// The kinds of jobs, each with the role that it runs as.
    jobs: Vec<Job>,
    /// Their names.
    pub job_names: Vec<&'static str>,
    /// Steps of state machines that are processing jobs of SageMaker.
    processing_steps: Vec<&'static str>,
    /// Steps of the pipeline of SageMaker.
    pipeline_steps: Vec<&'static str>,
    /// By its role: which objects each service may touch that moves data, and each task that is no job.
    access: BTreeMap<&'static str, Access>,
    /// The parts of the infrastructure.
    parts: Vec<String>,
    /// State machines that a clock or the drift alarm starts.
    machines_started: Vec<&'static str>,
    /// True when a clock or the drift alarm starts the pipeline of SageMaker.
    starts_pipeline: bool,
    /// True when the drift alarm starts the training.
    starts_on_drift: bool,
    /// True when a clock starts something.
    has_schedules: bool,
    /// True when anything but a person starts something.
    has_starts: bool,
    /// True when everything runs in a network of its own.
    private: bool,
    /// True when the network has only jobs in it, which have a way out in place of endpoints.
    open_network: bool,
    endpoint_zones: u32,
    has_cloudtrail: bool,
    has_registry: bool,
    has_pipeline_states: bool,
    /// True when the index is built by a task of the cluster.
    has_embeddings: bool,
    has_states: bool,
    has_drift_job: bool,
    has_ecs_service: bool,
    /// True when callers reach the service through a load balancer of its own.
    has_balancer: bool,
    /// Roles that read a table for each request; the audit trail leaves their reads out.
    table_callers: Vec<&'static str>,
    /// Paths that callers of the service ask, besides those of its operation.
    routes: Vec<&'static str>,
    /// True when something reads the service's own metrics where it is deployed.
    is_scraped: bool,
    /// True when the service runs in a cluster of Kubernetes.
    pub has_eks: bool,
    /// What a pod of the service takes of a node of the cluster.
    pod: Pod,
    /// How large the subnets of the network are.
    subnets: Subnets,
    has_standing: bool,
    has_latency_alarm: bool,
    has_standby: bool,
    endpoints: Vec<String>,
    /// True when the index of passages is asked from a network without a way out.
    has_vectors_endpoint: bool,
    /// Machines or tasks that serve when nothing happens, as the estimate pays for them.
    serving_units: u64,
    /// Those that serve at most: twice what the peak takes.
    most_serving_units: u64,
    serving_concurrency: u64,
    /// Share of the requests that went well that have a line in the log.
    logged_share: f64,
    /// Machine that checks the data where that is a job of SageMaker.
    ingestion_instance: String,
    /// Where the data is checked: as the learning runs, or on SageMaker because the plan says so.
    ingestion_compute: &'static str,
    training_instance: String,
    training_instance_least: String,
    job_vcpus: u64,
    /// Tasks that share the files of a day when they are scored.
    scoring_tasks: u64,
    job_vcpus_least: u64,
    concurrency: u64,
    dev_budget_usd: String,
    left: Vec<String>,
    /// Where changes are checked and deployed from.
    pub ci: Ci,
    ci_name: &'static str,
    /// What the infrastructure is written in.
    pub iac: Iac,
    /// Why it is Terraform although CloudFormation was asked for, as a sentence.
    pub kept_in_terraform: Option<String>,
    has_api: bool,
    has_network: bool,
    has_msk: bool,
    /// True when what trains is in the network that the plan's MLflow server is in.
    is_tracked: bool,
    /// True when something that runs as a role of ours makes its own interfaces in the network.
    has_interfaces: bool,
    has_spark: bool,
    /// True when there are tables over the data that people query.
    has_lake: bool,
    /// The columns of such a table: a line of `raw/`.
    lake_columns: Vec<LakeColumn>,
    has_transform_model: bool,
    /// True when a schedule starts the scoring of each day.
    has_scoring: bool,
    stacks: Vec<&'static str>,
    variables: Vec<Variable>,
    /// The model of Amazon Bedrock that writes.
    language_model: Option<Model>,
    /// True when a language model of the plan writes the answers to questions.
    writes_answers: bool,
    /// The model of Amazon Bedrock that makes vectors of texts.
    embedding_model: Option<Model>,
    /// Its name, as it is asked; empty: the code makes its own vectors.
    embedding_model_id: String,
    /// Who finds passages in an index of the plan's.
    readers: Vec<Reader>,
    /// Policies of what is asked by what serves.
    serving_asks: Vec<&'static str>,
    /// Where retrieval finds its passages: `opensearch`, `aurora`, or nothing where the model's file holds them.
    pub vector_store: &'static str,
    deployment: &'static str,
    deployment_needs: &'static str,
    /// Settings without a default, as the language of the infrastructure spells them.
    fill_in: Vec<FillIn>,
    /// True when what serves is tied to one version of the model, so that a new one is a new deployment.
    pinned: bool,
    /// What a deployment without a model would do to what serves; empty where that stays as it is.
    loss: &'static str,
    /// What the containers that serve read from their environment.
    serving_variables: Vec<Variable>,
    /// Functions that callers reach through an alias, to which a new version comes step by step.
    live_functions: Vec<&'static str>,
    /// All functions.
    functions: Vec<&'static str>,
}

fn value<T: Clone>(stated: Option<&Stated<T>>) -> Option<T> {
    stated.map(|stated| stated.value.clone())
}

impl Site {
    /// The context for a plan.
    ///
    /// # Errors
    /// When the crate's own data is broken.
    pub fn of(subject: &Subject<'_>, infrastructure: &Infrastructure) -> Result<Self, RenderError> {
        let Subject { title, requirement, constraints, candidate, cost } = *subject;
        let components = &candidate.components;
        let use_case = value(constraints.use_case.as_ref());
        let name = words::repository_name(title, fallback_name(use_case));
        let retraining = rhythm(value(constraints.retraining.as_ref()));
        let machine_rhythm = machine_rhythm(infrastructure, value(constraints.retraining.as_ref()));
        let starts = Starts::of(infrastructure, &retraining, &machine_rhythm);
        let stream_kind = stream_kind(components);
        let cloud = cloud_of(components)?;
        let aws = cloud == Cloud::Aws;
        let catalogue = Catalogue::embedded().map_err(|error| RenderError(error.to_string()))?;
        let family = Family::of(constraints).in_plan(components, catalogue);
        let learning = family.learning();
        let deployment = value(constraints.deployment.as_ref());
        let mut serving = Serving::of(components, deployment, stream_kind.is_some(), catalogue);
        if !aws && serving.stream {
            // Elsewhere a stream pushes its events to the service.
            serving = Serving { online: true, stream: false, ..serving };
        }
        let schema = Schema::of(family, requirement)?;
        let class = value(constraints.data_class.as_ref());
        let personal_data = class.is_some_and(|class| class >= DataClass::Pii);
        let frameworks = value(constraints.compliance.as_ref()).unwrap_or_default();
        let erases = personal_data
            || frameworks
                .iter()
                .any(|framework| matches!(framework, Framework::Gdpr | Framework::Ccpa | Framework::Hipaa));
        let sensitive = class.is_some_and(|class| class >= DataClass::Pii) || !frameworks.is_empty();
        let latency = value(constraints.latency.as_ref());
        let latency_ms = latency.as_ref().map_or(1000.0, |latency| latency.milliseconds);
        let latency_percentile =
            latency.as_ref().map_or_else(|| "95".to_owned(), |latency| words::plain(latency.percentile));
        let throughput = value(constraints.throughput.as_ref());
        let measures_outcomes = has_outcomes(family)
            && serving.keeps()
            && (infrastructure.has("pipeline_states") || infrastructure.has("sagemaker_training"));
        let peak = throughput.as_ref().map_or(50.0, |throughput| throughput.peak_per_second.max(1.0));
        let average = throughput.as_ref().map_or(1.0, |throughput| throughput.average_per_second);
        let estimate = cost.map_or(&candidate.cost, |review| &review.estimate);
        let budget = value(constraints.budget.as_ref()).map(|budget| budget.usd_per_month);
        let regions: Vec<String> = value(constraints.regions.as_ref())
            .unwrap_or_default()
            .into_iter()
            .filter(|region| region.cloud == Cloud::Aws && is_region_code(&region.code))
            .map(|region| region.code)
            .collect();
        let serve = components.iter().find(|component| component.capability == Capability::Serve);
        let shards = count(components, "ingest").unwrap_or(1);
        let scoring_tasks = serve.filter(|_| infrastructure.has("batch_scoring")).and_then(serving_units).unwrap_or(1);
        let humanised = words::humanised(&name);
        let tooling = value(constraints.tooling.as_ref());
        let ci = Ci::of(tooling.as_ref());
        let (iac, kept_in_terraform) = language(tooling.as_ref(), infrastructure, aws);
        let is_private = candidate.network.as_ref().is_some_and(|network| network.private);
        let libraries = named_libraries(constraints);
        let has_gpus = |capability| {
            let mut of_it = components.iter().filter(|component| component.capability == capability);
            of_it.any(|component| has_gpu(component, catalogue))
        };
        let learner = Learner::of(family, &libraries);
        let unused_libraries = task::unused_libraries(family, learner, &libraries);
        let feast = infrastructure.has("feast_table");
        let keeps_latest = infrastructure.has("latest_table");
        let mlflow = has_mlflow(tooling.as_ref(), components, catalogue);
        let is_tracked = mlflow && infrastructure.has("ecs_mlflow") && (is_private || infrastructure.has("batch"));
        // A function would spend most of its start on the import, and SageMaker forwards one route only.
        let entity = schema.subject.as_ref().filter(|_| feast).and_then(|subject| subject.entity.clone());
        let has_state = schema.subject.as_ref().is_some_and(|subject| !subject.event);
        // What happens once is asked for once: only what is known of somebody else, or a thing with a state, can be looked up.
        let is_looked_up = feast && (has_state || entity.is_some());
        let reads_features = is_looked_up && serving.online && !serving.lambda && !serving.sagemaker;
        let reads_in_stream = serving.stream && entity.is_some();
        let updates_in_stream = serving.stream && feast && has_state;
        let checks_on_sagemaker = components.iter().any(|component| {
            component.capability == Capability::Transform
                && component.services.iter().any(|service| service.to_lowercase().contains("processing"))
        });
        let vector_store = if family == Family::Rag { vector_store(infrastructure) } else { "" };
        let live_functions: Vec<&str> =
            functions(infrastructure).filter(|function| LIVE_FUNCTIONS.contains(function)).collect();
        let endpoint = endpoint(serve, infrastructure);
        let loss = if endpoint != "none" || infrastructure.has("ecs_service") {
            "the service would be deleted"
        } else if live_functions.is_empty() {
            ""
        } else {
            "nothing would serve"
        };
        let pinned = aws
            && ["ecs_service", "eks", "lambda_http", "lambda_stream", "sagemaker_endpoint"]
                .iter()
                .any(|file| infrastructure.has(file));
        let has_balancer = ["ecs_service", "eks"].iter().any(|file| infrastructure.has(file));
        let package = words::package_name(&name);
        let region = regions.first().cloned().unwrap_or_else(|| "us-east-1".to_owned());
        let language_model = Model::that_writes(infrastructure, family, &region)?;
        let embedding_model = if family == Family::Rag { Model::that_embeds(components, &region)? } else { None };
        let writes_answers = family == Family::Rag && language_model.is_some();
        let asked = Asked {
            language_model: language_model.is_some(),
            embeddings: embedding_model.is_some(),
            passages: !vector_store.is_empty(),
        };
        let answers = Answers {
            language_model: language_model.as_ref(),
            embedding_model: embedding_model.as_ref(),
            vector_store,
        };
        let variables = |pinned| variables(infrastructure, family, is_tracked, pinned, &answers);
        let (job_variables, serving_variables) = (variables(false), variables(pinned));
        let uses = Uses {
            infrastructure,
            family,
            package: &package,
            joins_outcomes: has_outcomes(family) && serving.keeps(),
            keeps_scored: serving.keeps(),
            feast,
            reads_features,
            pinned,
            checks_on_sagemaker,
            endpoint,
            scoring_tasks,
            asked,
        };
        let jobs = access::jobs(&uses);
        let pod = Pod::of(serve, catalogue);
        let most_serving_units =
            2 * serve.and_then(|serve| serving_units(serve).max(least_serving_units(serve))).unwrap_or(2);
        Ok(Self {
            aws,
            cloud: design::words::cloud(cloud),
            short_name: words::short_name(&name),
            title_python: format!("\"{humanised}\""),
            title_comment: humanised,
            title_markdown: heading(title, requirement, family, &schema, use_case, &name),
            requirement_markdown: excerpt(requirement),
            versions: versions()?.clone(),
            summary_toml: serde_json::Value::from(words::one_line(&candidate.summary, 200).replace('\u{7f}', ""))
                .to_string(),
            summary_markdown: words::markdown(&candidate.summary),
            task: family.folder(),
            mode: family.mode(),
            limits: limits(
                family,
                sensitive,
                latency_ms,
                &learning,
                constraints,
                serving,
                training_memory_gb(components, infrastructure, catalogue),
            ),
            stream: match stream_kind {
                Some("kafka") => Stream { kind: "kafka", source: "Amazon MSK" },
                Some("sqs") => Stream { kind: "sqs", source: "Amazon SQS" },
                Some(_) | None => Stream { kind: "kinesis", source: "Amazon Kinesis Data Streams" },
            },
            requirements: requirements(
                serving,
                (family, learner),
                (mlflow, feast),
                aws.then_some(iac),
                vector_store,
                infrastructure.has("eks"),
                (has_gpus(Capability::Train), has_gpus(Capability::Serve)),
            )?,
            learner,
            trained_with: learner.name(),
            learned_in: family.learned_in(),
            asks_a_writer: matches!(family, Family::Rag | Family::FineTuning(Tuner::Service)),
            tunes_here: family == Family::FineTuning(Tuner::System),
            model_file: match (family, learner) {
                (Family::FineTuning(Tuner::System), _) => "model.zip",
                (_, Learner::Pytorch) => "model.onnx",
                (_, Learner::ScikitLearn | Learner::Xgboost | Learner::Lightgbm) => "model.joblib",
            },
            trains_apart: !learner.packages(family).1.is_empty(),
            mlflow,
            feast,
            keeps_latest,
            feature_table: has_feature_table(infrastructure),
            reads_features,
            reads_in_stream,
            updates_in_stream,
            routes: [(true, "/predict"), (reads_features, "/predict/known"), (true, "/health")]
                .into_iter()
                .filter_map(|(wanted, route)| wanted.then_some(route))
                .collect(),
            is_scraped: !aws || infrastructure.has("prometheus_grafana"),
            port: PORT,
            node_port: NODE_PORT,
            components: components
                .iter()
                .enumerate()
                .map(|(index, component)| row(index, component, constraints))
                .collect(),
            edges: edges(components),
            constraints: constraint_rows(constraints),
            cost: Money {
                expected: words::dollars(estimate.expected_usd),
                low: words::dollars(estimate.low_usd),
                high: words::dollars(estimate.high_usd),
                budget: budget.map(words::dollars),
            },
            alarms: if aws {
                let of_outcomes = if measures_outcomes { OUTCOME_ALARMS.as_slice() } else { &[] };
                let of_files = infrastructure.alarms.iter().map(|alarm| iac.words(alarm));
                let of_answers = writes_answers.then_some(ANSWER_ALARM);
                of_files.chain(of_outcomes.iter().copied().chain(of_answers).map(str::to_owned)).collect()
            } else {
                Vec::new()
            },
            not_provisioned: infrastructure
                .missing
                .iter()
                .map(|missing| words::markdown(&missing.to_string()))
                .collect(),
            retraining,
            machine_rhythm,
            publication: publication(serving, infrastructure, value(constraints.retraining.as_ref())),
            data_words: data_words(class, aws, serving.greengrass),
            data_class: class.map_or("unstated", data_class_name),
            personal_data,
            keeps_scored: serving.keeps(),
            keeps_before_answering: serving.lambda || !serving.online || endpoint == "serverless",
            scored_days: kept::DAYS.max(schema.horizon_days() + OUTCOME_DAYS),
            replaced_days: if erases { REPLACED_DAYS_OF_PERSONS } else { REPLACED_DAYS },
            erases,
            refits: matches!(family, Family::Tabular(_) | Family::Nlp | Family::Forecasting | Family::Recommendation),
            key_field: if family == Family::Forecasting { "KEY_FIELD" } else { "ID_FIELD" },
            outcomes: has_outcomes(family),
            gpu_planned: has_gpus(Capability::Train) || has_gpus(Capability::Serve),
            gpu_serves: has_gpus(Capability::Serve),
            gpu_swap: family.gpu_swap(),
            purpose: purpose(constraints),
            compliance: frameworks.iter().map(|framework| framework_name(*framework)).collect(),
            allowed_regions: regions.iter().map(|code| format!("\"{code}\"")).collect::<Vec<_>>().join(", "),
            allowed_regions_words: regions.join(", "),
            log_retention_days: if sensitive { 400 } else { 365 },
            refuses_cards: matches!(family, Family::Tabular(_))
                && (class == Some(DataClass::Pci) || frameworks.contains(&Framework::PciDss)),
            // HIPAA keeps records for six years; the others at least one.
            audit_retention_days: if frameworks.contains(&Framework::Hipaa) { 2190 } else { 400 },
            frameworks,
            budget_usd: cents(budget.unwrap_or(estimate.expected_usd)),
            // Enough for one small unit of each kind, for some hours a day.
            dev_budget_usd: cents(budget.unwrap_or(estimate.expected_usd) / 4.0),
            // Those that run at the same time at the peak, each as long as the objective, and as many again.
            concurrency: ((peak * (latency_ms / 1000.0).max(0.1) * 2.0).ceil() as u64).clamp(5, 200),
            private: is_private,
            open_network: infrastructure.has("network") && infrastructure.endpoints.is_empty(),
            endpoint_zones: candidate.network.as_ref().map_or(2, |network| network.zones),
            serving_units: serve.and_then(least_serving_units).unwrap_or(2),
            most_serving_units,
            logged_share: request_log::share(average),
            serving_concurrency: serve.and_then(serving_concurrency).unwrap_or(20),
            ingestion_instance: match instance(components, Capability::Transform) {
                Some(machine) => machine.to_owned(),
                None if checks_on_sagemaker => "ml.m5.xlarge".to_owned(),
                None => "ml.m5.large".to_owned(),
            },
            ingestion_compute: if infrastructure.has("batch") && !checks_on_sagemaker { "batch" } else { "sagemaker" },
            training_instance: instance(components, Capability::Train).unwrap_or("ml.m5.xlarge").to_owned(),
            // Another family may lack what the training needs, such as a GPU: only plain machines have a smaller one.
            training_instance_least: match instance(components, Capability::Train) {
                Some(machine) if !machine.starts_with("ml.m") && !machine.starts_with("ml.c") => machine.to_owned(),
                Some(_) | None => "ml.m5.large".to_owned(),
            },
            // Two jobs at the same time, and in a small environment one.
            job_vcpus: (vcpus_of_a_job(components) * scoring_tasks.max(2)).max(32),
            scoring_tasks,
            job_vcpus_least: vcpus_of_a_job(components).max(8),
            has_states: STATE_MACHINES.iter().any(|file| infrastructure.has(file)),
            has_ecs_service: infrastructure.has("ecs_service"),
            has_balancer,
            table_callers: [
                (has_balancer && (reads_features || keeps_latest), "serving"),
                (infrastructure.has("lambda_stream") && (reads_in_stream || updates_in_stream), "stream-function"),
            ]
            .into_iter()
            .filter_map(|(wanted, role)| wanted.then_some(role))
            .collect(),
            has_drift_job: infrastructure.has("drift_job"),
            has_eks: infrastructure.has("eks"),
            pod,
            subnets: Subnets::of(infrastructure.has("eks").then_some(most_serving_units), &pod),
            has_standing: ["aurora", "ecs_service", "eks", "feast_table", "latest_table"]
                .iter()
                .any(|file| infrastructure.has(file)),
            has_standby: ["aurora", "dms", "opensearch"].iter().any(|file| infrastructure.has(file)),
            has_latency_alarm: ["ecs_service", "eks", "lambda_http", "sagemaker_endpoint"]
                .iter()
                .any(|file| infrastructure.has(file)),
            has_cloudtrail: infrastructure.has("cloudtrail"),
            has_registry: infrastructure.has("model_registry"),
            has_pipeline_states: infrastructure.has("pipeline_states"),
            has_embeddings: infrastructure.has("ecs_embeddings"),
            // OpenSearch Serverless makes its own.
            endpoints: infrastructure.endpoints.iter().filter(|name| *name != VECTORS_ENDPOINT).cloned().collect(),
            has_vectors_endpoint: infrastructure.endpoints.iter().any(|name| name == VECTORS_ENDPOINT),
            budget_words: if budget.is_some() {
                "It is the budget of the requirement.".to_owned()
            } else {
                "No budget was given: this is the expected cost.".to_owned()
            },
            bedrock: infrastructure.has("bedrock"),
            endpoint,
            monitored: infrastructure.has("model_monitor"),
            requests_per_minute_per_unit: requests_per_minute_per_unit(serve),
            latency_ms: words::plain(latency_ms.round().max(1.0)),
            late: late(latency_ms, &latency_percentile, candidate.metrics.latency_p95_ms.filter(|_| latency.is_some())),
            latency_percentile,
            compute: if infrastructure.has("batch") { "batch" } else { "sagemaker" },
            gpu: on_gpu_machines(components),
            spot: components.iter().any(|component| component.pattern.contains("spot")),
            managed_pipeline: infrastructure.has("sagemaker_training"),
            throttle_rate: (peak * 1.5).ceil() as u64,
            throttle_burst: (peak * 3.0).ceil() as u64,
            error_percent: ERROR_PERCENT,
            // The errors of a new version, which are those of a tenth of the requests.
            least_errors: ((average * 30.0 * ERROR_PERCENT as f64 / 100.0).round() as u64).clamp(1, 5),
            canary_minutes: canary_minutes(average),
            requests_per_minute: ((average * 6000.0).ceil() / 100.0),
            parallelization: count(components, "serve").unwrap_or(1).div_ceil(shards).clamp(1, 10),
            features: schema.subject.as_ref().map(|subject| stored_features(&subject.features)).unwrap_or_default(),
            widgets: widgets(infrastructure, writes_answers),
            has_kinesis: infrastructure.has("kinesis"),
            readers: if vector_store.is_empty() { Vec::new() } else { readers(&jobs, infrastructure, has_balancer) },
            job_names: jobs.iter().map(Job::name).collect(),
            jobs,
            processing_steps: access::processing_steps(&uses),
            pipeline_steps: access::pipeline_steps(&uses),
            access: access::services(&uses).into_iter().map(|one| (one.name(), one)).collect(),
            parts: infrastructure.files.iter().map(|file| file.file.clone()).collect(),
            has_schedules: starts.has_schedules(),
            has_starts: starts.on_drift || starts.has_schedules(),
            starts_pipeline: starts.pipeline,
            starts_on_drift: starts.on_drift,
            machines_started: starts.machines,
            roles: roles(infrastructure).collect(),
            left: if aws { infrastructure.left() } else { Vec::new() }
                .into_iter()
                .map(|left| iac.words(&left))
                .chain(ci.left(tooling.as_ref()))
                .chain([ci.gate().to_owned()])
                .chain(kept_in_terraform.clone())
                .chain(cdk(iac, tooling.as_ref()))
                .chain(unreachable_server(mlflow && !is_tracked, infrastructure))
                .chain(unasked_store(!vector_store.is_empty(), infrastructure).map(|left| iac.words(&left)))
                .chain(no_language_model(aws && family == Family::Rag, language_model.is_some()))
                .chain(no_schedule(serving, infrastructure))
                .chain(no_table(components, infrastructure))
                .chain(no_library(tooling.as_ref(), feast))
                .chain(no_cluster(constraints, components, catalogue))
                .chain(no_controller(tooling.as_ref(), infrastructure))
                .chain(unused_libraries.clone())
                .chain(language_model.as_ref().and_then(|model| model.left(&region)).map(|left| iac.words(&left)))
                .collect(),
            unused_libraries,
            ci,
            ci_name: ci.name(),
            deployment: ci.deployment(),
            deployment_needs: ci.deployment_needs(iac),
            fill_in: infrastructure
                .fill_in(iac)?
                .into_iter()
                .chain(language_model.as_ref().and_then(|model| model.fill_in(iac)))
                .collect(),
            iac,
            kept_in_terraform,
            has_api: infrastructure.has("lambda_http"),
            has_network: infrastructure.has("network"),
            has_msk: infrastructure.has("msk"),
            has_interfaces: is_private && ["functions", "sagemaker_role"].iter().any(|file| infrastructure.has(file))
                || infrastructure.has("flink") && (is_private || infrastructure.has("msk")),
            has_transform_model: infrastructure.has("sagemaker_batch_transform"),
            has_scoring: infrastructure.starts_scoring(),
            has_spark: infrastructure.has("glue") || infrastructure.has("emr_serverless"),
            has_lake: infrastructure.has("lake"),
            lake_columns: lake_columns(family, schema.subject.as_ref(), entity.as_ref(), feast),
            stacks: STACKS
                .into_iter()
                .filter(|owner| *owner == Node::Codegen || infrastructure.files.iter().any(|file| file.owner == *owner))
                .map(stack)
                .collect(),
            variables: job_variables,
            serving_variables,
            is_tracked,
            pinned,
            loss,
            embedding_model_id: embedding_model.as_ref().map(Model::name).unwrap_or_default(),
            serving_asks: asked.policies(),
            language_model,
            writes_answers,
            embedding_model,
            vector_store,
            region,
            live_functions,
            functions: functions(infrastructure).collect(),
            spark_service: if infrastructure.has("glue") { "AWS Glue" } else { "Amazon EMR Serverless" },
            experimentation: use_case == Some(UseCase::ExperimentationPlatform),
            entity,
            read_first: Vec::new(),
            schema,
            rests_on_few: learning.guards.iter().any(|guard| guard.rests_on.is_some()),
            learning,
            serving,
            package,
            name,
        })
    }
}

impl Site {
    /// Whether each node of the cluster has a pod of the service, which comes and goes with it.
    pub fn has_pod_on_each_node(&self) -> bool {
        self.has_eks && self.pod.is_on_each_node()
    }

    /// Share of broken lines, in percent, from which on a source is refused.
    pub fn most_rejected_percent(&self) -> f64 {
        self.limits.max_rejected_share * 100.0
    }

    /// From which shift on a feature counts as drifted, and why.
    pub fn drift_words(&self) -> String {
        format!(
            "A feature whose population stability index is above {} counts as drifted. {}",
            words::plain(self.limits.drift_threshold),
            self.limits.drift_reason
        )
    }

    /// US dollars a month that the design is expected to cost, as documents write them.
    pub fn expected_dollars(&self) -> &str {
        &self.cost.expected
    }

    /// When the model is trained again.
    pub fn retraining_words(&self) -> &'static str {
        self.retraining.words
    }

    /// True when a clock starts the training.
    pub fn is_retrained_by_schedule(&self) -> bool {
        !self.retraining.schedule.is_empty()
    }
}

/// True when something that happens later says whether a prediction was right.
fn has_outcomes(family: Family) -> bool {
    !matches!(family, Family::Rag | Family::Tabular(task::Mode::Clustering))
}

/// How long a tenth of the requests goes to a new version, for so many requests a second: until it has had some.
fn canary_minutes(average: f64) -> u64 {
    let [.., longest] = CANARY_MINUTES;
    CANARY_MINUTES.into_iter().find(|minutes| average * 6.0 * *minutes as f64 >= CANARY_REQUESTS).unwrap_or(longest)
}

/// Whether the requirement names MLflow, or the plan's registry is it.
fn has_mlflow(tooling: Option<&Tooling>, components: &[Component], catalogue: &Catalogue) -> bool {
    let names = |tools: &[String]| tools.iter().any(|tool| tool == "mlflow");
    let registry = components
        .iter()
        .filter(|component| component.capability == Capability::Govern)
        .filter_map(|component| catalogue.pattern(&component.pattern))
        .any(|pattern| pattern.is_called("mlflow"));
    (registry || tooling.is_some_and(|tooling| names(&tooling.preferred)))
        && !tooling.is_some_and(|tooling| names(&tooling.excluded))
}

/// Versions of what repositories run on.
fn versions() -> Result<&'static BTreeMap<String, String>, RenderError> {
    static VERSIONS: Embedded<BTreeMap<String, String>> =
        Embedded::new("data/versions.toml", include_str!("../data/versions.toml"));
    VERSIONS.get()
}

/// US dollars as Terraform writes them; a budget of nothing is refused by AWS.
fn cents(dollars: f64) -> String {
    words::plain((dollars.max(1.0) * 100.0).round() / 100.0)
}

fn fallback_name(use_case: Option<UseCase>) -> &'static str {
    match use_case {
        Some(UseCase::TabularScoring) | None => "tabular-scoring",
        Some(UseCase::FraudDetection) => "fraud-detection",
        Some(UseCase::StreamingAnomaly) => "streaming-anomaly",
        Some(UseCase::Recommender) => "recommender",
        Some(UseCase::Forecasting) => "forecasting",
        Some(UseCase::ComputerVision) => "image-classification",
        Some(UseCase::DocumentProcessing) => "document-processing",
        Some(UseCase::RetrievalAugmentedGeneration) => "document-answers",
        Some(UseCase::FineTuning) => "fine-tuning",
        Some(UseCase::ExperimentationPlatform) => "experimentation",
    }
}

fn is_region_code(code: &str) -> bool {
    (5..=20).contains(&code.len()) && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The cloud that a plan is for: that of its patterns.
pub(crate) fn cloud_of(components: &[Component]) -> Result<Cloud, RenderError> {
    let catalogue = Catalogue::embedded().map_err(|error| RenderError(error.to_string()))?;
    let mut clouds = components.iter().filter_map(|component| catalogue.pattern(&component.pattern));
    Ok(clouds.next().map_or(Cloud::Aws, |pattern| pattern.cloud))
}

/// Whether the plan answers single requests.
pub(crate) fn is_online(components: &[Component], constraints: &ConstraintSet) -> Result<bool, RenderError> {
    let catalogue = Catalogue::embedded().map_err(|error| RenderError(error.to_string()))?;
    let deployment = value(constraints.deployment.as_ref());
    Ok(Serving::of(components, deployment, stream_kind(components).is_some(), catalogue).online)
}

/// The kind of event source that the plan has, if any.
fn stream_kind(components: &[Component]) -> Option<&'static str> {
    let words: Vec<String> = components
        .iter()
        .filter(|component| component.capability == Capability::Ingest)
        .flat_map(|component| component.services.iter().map(|service| service.to_lowercase()))
        .collect();
    let has = |needle: &str| words.iter().any(|service| service.contains(needle));
    if has("kinesis data streams") {
        Some("kinesis")
    } else if has("msk") || has("kafka") {
        Some("kafka")
    } else if has("sqs") {
        Some("sqs")
    } else {
        None
    }
}

/// What may name a library of models: tools that are wanted, and families of models, which people name by their library.
fn named_libraries(constraints: &ConstraintSet) -> Vec<&str> {
    let tooling = constraints.tooling.as_ref().map(|stated| &stated.value);
    let wanted = tooling.iter().flat_map(|tooling| &tooling.preferred);
    let families = constraints.model_types.iter().flat_map(|stated| &stated.value);
    let is_excluded = |name: &str| tooling.is_some_and(|tooling| tooling.excluded.iter().any(|tool| tool == name));
    wanted.chain(families).map(String::as_str).filter(|name| !is_excluded(name)).collect()
}

fn requirements(
    serving: Serving,
    (family, learner): (Family, Learner),
    (mlflow, feast): (bool, bool),
    iac: Option<Iac>,
    vector_store: &str,
    has_eks: bool,
    (gpu_trains, gpu_serves): (bool, bool),
) -> Result<Requirements, RenderError> {
    let (own, training) = learner.packages(family);
    let mut sets = [&["always"], own].concat();
    let mut training = training.to_vec();
    // Only the training looks at the whole table: where it has an image of its own, the service does without pandas.
    if training.is_empty() {
        sets.push("tables");
    } else {
        training.push("tables");
    }
    if family == Family::FineTuning(Tuner::System) {
        // The training measures what it has learned in the same way as what serves.
        if gpu_serves {
            sets.push("language_models_gpu");
        } else if gpu_trains {
            training.push("language_models_gpu");
        }
    }
    let mut dev = vec!["dev"];
    if let Some(iac) = iac {
        sets.push("aws");
        dev.push(match iac {
            Iac::Terraform => "dev_terraform",
            Iac::CloudFormation => "dev_cloudformation",
        });
    }
    if has_eks {
        dev.push("dev_kubernetes");
    }
    let pure_lambda = serving.lambda && !serving.sagemaker;
    if serving.online && pure_lambda {
        sets.push("online_lambda");
    } else if serving.online {
        sets.push("online");
    }
    if serving.batch_transform {
        sets.push("transform");
    }
    if serving.stream || serving.lambda_batch || serving.lambda_transform {
        sets.push("stream");
    }
    if mlflow {
        sets.push("mlflow");
    }
    if feast {
        sets.push("feast");
    }
    if matches!(family, Family::Recommendation | Family::Rag) {
        sets.push("sparse");
    }
    if vector_store == "opensearch" {
        sets.push("opensearch");
    }
    if vector_store == "aurora" {
        dev.push("dev_aurora");
    }
    if serving.online || serving.batch_transform {
        dev.push("dev_online");
    }
    let devices = if serving.greengrass { vec!["devices"] } else { Vec::new() };
    Requirements::of(&Sets { serving: sets, training, devices, dev })
}
