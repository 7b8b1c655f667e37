//! Everything that templates are given: the plan and its constraints in the words of the generated repository.

use std::collections::BTreeMap;

use design::{
    constraint::{
        Cloud, ConstraintField, ConstraintSet, DataClass, Deployment, Framework, Platform, Retraining, Source, Stated,
        Tooling, UseCase,
    },
    node::Node,
    plan::{Capability, Component},
};
use knowledge::catalogue::Catalogue;
use serde::Serialize;

use crate::{
    RenderError,
    blueprint::Subject,
    packages::{Requirements, Sets},
    provision::{FillIn, Iac, Infrastructure, STACKS, stack},
    render::pick,
    schema::Schema,
    subject::{self, Entity, Feature},
    task::{self, Family, Learner, Learning},
    words,
};

/// The port of the service, in the container and behind the balancer. SageMaker calls no other.
pub const PORT: u16 = 8080;

/// Files that make a state machine.
const STATE_MACHINES: [&str; 7] = [
    "batch_scoring",
    "emr_serverless",
    "glue",
    "lambda_batch",
    "pipeline_states",
    "sagemaker_batch_transform",
    "sagemaker_processing",
];

/// Files of functions, with the functions' names.
const FUNCTIONS: [(&str, &str); 4] = [
    ("transform_lambda", "transform"),
    ("lambda_batch", "scoring"),
    ("lambda_http", "service"),
    ("lambda_stream", "stream"),
];

/// Functions that serve: a new version of theirs gets its callers step by step.
const LIVE_FUNCTIONS: [&str; 2] = ["service", "stream"];

/// The requirement is quoted up to this many characters; all of it stands where it was asked.
const QUOTED_CHARACTERS: usize = 600;

/// What the alarms on outcomes mean, where a pipeline joins them with what was scored.
const OUTCOME_ALARMS: [&str; 2] = [
    "`live-quality`: on what really happened the model in production misses the gate's floor. Look whether the outcomes are \
     right; then train anew, or go back.",
    "`unmatched-outcomes`: outcomes found no record, because they came too late or it was never scored. See Outcomes.",
];

/// Days that what was scored is kept: outcomes that take a quarter of a year to come, such as whether somebody has left,
/// still find their record. Of data about persons too: they are what the purpose needs, and who asks for erasure is taken
/// out of them before (`erasure.py`).
const SCORED_DAYS: u32 = 90;
/// Days that an outcome may take to be uploaded once the whole horizon of a forecast is over: a month's figures come in the
/// month after.
const OUTCOME_DAYS: u32 = 45;

/// Days that a replaced or deleted object of the data bucket is kept, so that a mistake can be undone.
const REPLACED_DAYS: u32 = 90;

/// The same for data about persons: what was erased is gone for good within the month (GDPR Art. 12(3)).
const REPLACED_DAYS_OF_PERSONS: u32 = 30;

/// A number with so many digits may be somebody's: an account, a telephone, a card.
const DIGITS_OF_SOMEBODY: usize = 9;

/// How predictions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Serving {
    /// An answer to each request.
    pub online: bool,
    /// Many records at a time.
    pub batch: bool,
    /// Events as they come.
    pub stream: bool,
    /// On devices.
    pub edge: bool,
    /// SageMaker calls the container of the service.
    pub sagemaker: bool,
    /// SageMaker calls the container during a batch transform.
    pub batch_transform: bool,
    /// The service is a Lambda function.
    pub lambda: bool,
    /// Batch scoring is a Lambda function.
    pub lambda_batch: bool,
    /// The data contract is checked by a Lambda function.
    pub lambda_transform: bool,
}

impl Serving {
    /// What the components ask for. Without any serving component the deployment that was asked for decides.
    fn of(components: &[Component], deployment: Option<Deployment>, stream: bool, catalogue: &Catalogue) -> Self {
        let mut serving = Self::default();
        for component in components {
            match component.capability {
                Capability::Serve => serving.add(component, catalogue),
                Capability::Transform => serving.lambda_transform |= component.pattern == "transform.lambda",
                Capability::Ingest
                | Capability::Store
                | Capability::Feature
                | Capability::Train
                | Capability::Observe
                | Capability::Govern => {}
            }
        }
        serving.stream |= stream;
        // What answers single requests may have been chosen for many: then there is a job that scores them as well.
        serving.batch |= deployment == Some(Deployment::Batch) && serving.online;
        if !(serving.online || serving.batch || serving.stream || serving.edge) {
            match deployment {
                Some(Deployment::RealTime) | None => serving.online = true,
                Some(Deployment::Batch | Deployment::Streaming) => serving.batch = true,
                Some(Deployment::Edge) => serving.edge = true,
            }
        }
        serving
    }

    /// What is generated for it, in words.
    pub fn parts(self) -> Vec<&'static str> {
        [
            (self.online, "an inference service"),
            (self.batch_transform, "a container for batch transform"),
            (self.batch, "a batch scoring job"),
            (self.stream, "a stream consumer"),
            (self.edge, "an edge scorer"),
        ]
        .into_iter()
        .filter_map(|(wanted, words)| wanted.then_some(words))
        .collect()
    }

    /// True when what is scored is kept.
    fn keeps(self) -> bool {
        self.online || self.batch || self.stream || self.batch_transform
    }

    fn add(&mut self, component: &Component, catalogue: &Catalogue) {
        let words = format!("{} {}", component.pattern, component.services.join(" ")).to_lowercase();
        let has = |needle: &str| words.contains(needle);
        match made_for(component, catalogue) {
            Deployment::Streaming => self.stream = true,
            Deployment::Batch => {
                self.batch = true;
                self.batch_transform |= has("batch transform") || has("batch-transform");
                self.lambda_batch |= has("lambda");
            }
            Deployment::Edge => self.edge = true,
            Deployment::RealTime => {
                self.online = true;
                self.sagemaker |= has("sagemaker");
                self.lambda |= has("lambda") && !has("sagemaker");
            }
        }
    }
}

/// How a serving component predicts. The catalogue says what its patterns are made for: what can answer single requests
/// does, and the others are made for one thing. Of other patterns their words say it.
fn made_for(component: &Component, catalogue: &Catalogue) -> Deployment {
    let words = format!("{} {}", component.pattern, component.services.join(" ")).to_lowercase();
    let has = |needle: &str| words.contains(needle);
    if let Some(pattern) = catalogue.pattern(&component.pattern) {
        return [Deployment::RealTime, Deployment::Batch, Deployment::Streaming, Deployment::Edge]
            .into_iter()
            .find(|deployment| pattern.deployments.contains_key(deployment))
            .unwrap_or(Deployment::RealTime);
    }
    if has("stream") {
        Deployment::Streaming
    } else if has("batch") {
        Deployment::Batch
    } else if has("edge") || has("greengrass") {
        Deployment::Edge
    } else {
        Deployment::RealTime
    }
}

/// Where changes are checked and deployed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Azure Pipelines.
    Azure,
}

impl Ci {
    /// The first that is wanted; otherwise the first that is not excluded.
    fn of(tooling: Option<&Tooling>) -> Self {
        let Some(tooling) = tooling else { return Self::Github };
        let wanted = tooling.preferred.iter().find_map(|tool| Self::named(tool));
        let excluded: Vec<Self> = tooling.excluded.iter().filter_map(|tool| Self::named(tool)).collect();
        let default = [Self::Github, Self::Gitlab, Self::Azure].into_iter().find(|ci| !excluded.contains(ci));
        wanted.or(default).unwrap_or(Self::Github)
    }

    /// The service that a tool of the vocabulary means.
    fn named(tool: &str) -> Option<Self> {
        match tool {
            "github" | "github_actions" => Some(Self::Github),
            "gitlab" => Some(Self::Gitlab),
            "azure_devops" | "azure_pipelines" => Some(Self::Azure),
            _ => None,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab CI",
            Self::Azure => "Azure Pipelines",
        }
    }

    /// What deploys, in words that follow "run".
    fn deployment(self) -> &'static str {
        match self {
            Self::Github => "the workflow `.github/workflows/deploy.yml`",
            Self::Gitlab => "the job `deploy-dev` or `deploy-prod` of `.gitlab-ci.yml`",
            Self::Azure => "the pipeline `azure-pipelines-deploy.yml`",
        }
    }

    /// What is to be set before it can deploy.
    fn deployment_needs(self, iac: Iac) -> &'static str {
        match (self, iac) {
            (Self::Github, Iac::Terraform) => "Set the repository variables `AWS_ROLE_ARN` and `TF_STATE_BUCKET`.",
            (Self::Gitlab, Iac::Terraform) => "Set the CI/CD variables `AWS_ROLE_ARN` and `STATE_BUCKET`.",
            (Self::Github, Iac::CloudFormation) => "Set the repository variable `AWS_ROLE_ARN`.",
            (Self::Gitlab, Iac::CloudFormation) => "Set the CI/CD variable `AWS_ROLE_ARN`.",
            (Self::Azure, Iac::CloudFormation) => {
                "Make the service connection `deploy` with workload identity federation, let the role trust its issuer and \
                 subject, and set the variable `AWS_ROLE_ARN`."
            }
            (Self::Azure, Iac::Terraform) => {
                "Make the service connection `deploy` with workload identity federation, let the role trust its issuer and \
                 subject, and set the variables `AWS_ROLE_ARN` and `STATE_BUCKET`."
            }
        }
    }

    /// What makes the checks a condition of merging: a setting of the service, which no file of a repository can make.
    fn gate(self) -> &'static str {
        match self {
            Self::Github => {
                "A ruleset for `main` that requires the checks of `.github/workflows/ci.yml` and a review: until then a failed \
                 change can be merged."
            }
            Self::Gitlab => {
                "The setting \"Pipelines must succeed\" of merge requests, and an approval rule for `main`: until then a failed \
                 change can be merged."
            }
            Self::Azure => {
                "A build validation policy on `main` that runs `azure-pipelines.yml`, and a minimum of reviewers: Azure Repos \
                 ignores `pr:` in the file, so that without the policy pull requests are not checked at all."
            }
        }
    }

    /// What is left where another service was named, which nothing is generated for.
    fn left(self, tooling: Option<&Tooling>) -> Option<String> {
        let named = tooling?.preferred.iter().find_map(|tool| match tool.as_str() {
            "jenkins" => Some("Jenkins"),
            "circleci" => Some("CircleCI"),
            "bitbucket" => Some("Bitbucket Pipelines"),
            _ => None,
        })?;
        Some(format!("{named} was named: bring the steps of {} there.", self.name()))
    }
}

#[derive(Debug, Serialize)]
struct Stream {
    kind: &'static str,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct Limits {
    max_rejected_share: f64,
    drift_threshold: f64,
    drift_reason: &'static str,
    max_records: u32,
    batch_reason: &'static str,
    latency_seconds: f64,
    latency_reason: String,
    chunk: u32,
    chunk_reason: &'static str,
    test_rows: u32,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    value: String,
    source: &'static str,
    said: String,
}

#[derive(Debug, Serialize)]
struct ComponentRow {
    node: String,
    mermaid: String,
    capability: &'static str,
    name_cell: String,
    pattern: String,
    services_cell: String,
    sizing_cell: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Edge {
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct Money {
    expected: String,
    low: String,
    high: String,
    budget: Option<String>,
}

#[derive(Debug, Serialize)]
struct Rhythm {
    words: &'static str,
    schedule: &'static str,
    on_drift: bool,
}

#[derive(Debug, Serialize)]
struct StoredFeature {
    name: String,
    store_type: &'static str,
}

/// A column of the lines of `raw/`, with the type that both Spark and Athena write so.
#[derive(Debug, Serialize)]
struct LakeColumn {
    name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Widget {
    title: &'static str,
    stat: &'static str,
    metrics: Vec<&'static str>,
    /// The same metrics as JSON, with what CloudFormation puts in between `${` and `}`.
    metrics_json: Vec<String>,
}

/// A variable of the environment that the code reads, with what CloudFormation puts in between `${` and `}`.
#[derive(Debug, Serialize)]
struct Variable {
    name: &'static str,
    value: String,
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
    /// True when the data is about persons, or as sensitive.
    pub personal_data: bool,
    /// Name of the constant in `records.py` with the field that records are told apart by.
    key_field: &'static str,
    /// True when something that happens later says whether a prediction was right.
    pub outcomes: bool,
    /// True when the model that goes out is fitted once more, on all examples: where a fit takes seconds, and what is
    /// measured is the model itself.
    refits: bool,
    /// True when what is scored is kept: everywhere but on devices, which have no network.
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
    limits: Limits,
    stream: Stream,
    requirements: Requirements,
    port: u16,
    components: Vec<ComponentRow>,
    edges: Vec<Edge>,
    constraints: Vec<Row>,
    cost: Money,
    alarms: Vec<String>,
    retraining: Rhythm,
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
    compute: &'static str,
    gpu: bool,
    spot: bool,
    managed_pipeline: bool,
    throttle_rate: u64,
    throttle_burst: u64,
    parallelization: u64,
    features: Vec<StoredFeature>,
    widgets: Vec<Widget>,
    has_kinesis: bool,
    greengrass_anywhere: bool,
    spark_service: &'static str,
    /// What runs code of the system: jobs, the tasks of the cluster, functions, SageMaker.
    roles: Vec<&'static str>,
    /// Those that have one role for all of their code; a function has its own.
    shared_roles: Vec<&'static str>,
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
    /// Those of them, and of what measures, that Amazon SageMaker runs jobs and endpoints as: each does one thing.
    sagemaker_roles: Vec<&'static str>,
    /// True when tasks run as the role `service`: the drift job has one of its own.
    has_tasks: bool,
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
    /// True with a DynamoDB table besides that of the features.
    has_table: bool,
    has_drift_job: bool,
    has_ecs_service: bool,
    /// Paths that callers of the service ask, besides those of its operation.
    routes: Vec<&'static str>,
    /// True when something reads the service's own metrics where it is deployed.
    is_scraped: bool,
    has_eks: bool,
    has_standing: bool,
    has_latency_alarm: bool,
    has_standby: bool,
    endpoints: Vec<String>,
    serving_units: u64,
    serving_concurrency: u64,
    /// Machine that checks the data where that is a job of SageMaker.
    ingestion_instance: String,
    /// Where the data is checked: as the learning runs, or on SageMaker because the plan says so.
    ingestion_compute: &'static str,
    training_instance: String,
    training_instance_least: String,
    job_vcpus: u64,
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
    llm_model_id: String,
    deployment: &'static str,
    deployment_needs: &'static str,
    /// Settings without a default, as the language of the infrastructure spells them.
    fill_in: Vec<FillIn>,
    /// True when what serves is tied to one version of the model, so that a new one is a new deployment.
    pinned: bool,
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
        let family = Family::of(constraints);
        let learning = family.learning();
        let use_case = value(constraints.use_case.as_ref());
        let name = words::repository_name(title, fallback_name(use_case));
        let retraining = rhythm(value(constraints.retraining.as_ref()));
        let starts = Starts::of(infrastructure, &retraining);
        let stream_kind = stream_kind(components);
        let cloud = cloud_of(components)?;
        let aws = cloud == Cloud::Aws;
        let catalogue = Catalogue::embedded().map_err(|error| RenderError(error.to_string()))?;
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
        let throughput = value(constraints.throughput.as_ref());
        let measures_outcomes = has_outcomes(family)
            && serving.keeps()
            && (infrastructure.has("pipeline_states") || infrastructure.has("sagemaker_training"));
        let peak = throughput.as_ref().map_or(50.0, |throughput| throughput.peak_per_second.max(1.0));
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
        let humanised = words::humanised(&name);
        let tooling = value(constraints.tooling.as_ref());
        let ci = Ci::of(tooling.as_ref());
        let (iac, kept_in_terraform) = language(tooling.as_ref(), infrastructure, aws);
        let is_private = candidate.network.as_ref().is_some_and(|network| network.private);
        let libraries = named_libraries(constraints);
        let learner = Learner::of(family, &libraries);
        let unused_libraries = task::unused_libraries(family, learner, &libraries);
        let feast = infrastructure.has("feast_table");
        let mlflow = has_mlflow(tooling.as_ref(), components, catalogue);
        let is_tracked = mlflow && infrastructure.has("ecs_mlflow") && (is_private || infrastructure.has("batch"));
        // A function would spend most of its start on the import, and SageMaker forwards one route only.
        let entity = schema.subject.as_ref().filter(|_| feast).and_then(|subject| subject.entity.clone());
        let has_state = schema.subject.as_ref().is_some_and(|subject| !subject.event);
        // What happens once is asked for once: only what is known of somebody else, or a thing with a state, can be looked up.
        let is_looked_up = feast && (has_state || entity.is_some());
        let reads_features = is_looked_up && serving.online && !serving.lambda && !serving.sagemaker;
        let checks_on_sagemaker = components.iter().any(|component| {
            component.capability == Capability::Transform
                && component.services.iter().any(|service| service.to_lowercase().contains("processing"))
        });
        let pinned = aws
            && ["ecs_service", "lambda_http", "lambda_stream", "sagemaker_endpoint"]
                .iter()
                .any(|file| infrastructure.has(file));
        Ok(Self {
            aws,
            cloud: design::words::cloud(cloud),
            package: words::package_name(&name),
            short_name: words::short_name(&name),
            title_python: format!("\"{humanised}\""),
            title_comment: humanised,
            title_markdown: heading(title, requirement, family, &schema, use_case, &name),
            requirement_markdown: excerpt(requirement),
            versions: versions()?,
            summary_toml: serde_json::Value::from(words::one_line(&candidate.summary, 200).replace('\u{7f}', ""))
                .to_string(),
            summary_markdown: words::markdown(&candidate.summary),
            task: family.folder(),
            mode: family.mode(),
            limits: limits(family, sensitive, latency_ms, &learning, constraints, serving),
            stream: match stream_kind {
                Some("kafka") => Stream { kind: "kafka", source: "Amazon MSK" },
                Some("sqs") => Stream { kind: "sqs", source: "Amazon SQS" },
                Some(_) | None => Stream { kind: "kinesis", source: "Amazon Kinesis Data Streams" },
            },
            requirements: requirements(serving, family, learner, mlflow, feast, aws.then_some(iac))?,
            learner,
            trained_with: learner.name(),
            trains_apart: !learner.packages().1.is_empty(),
            mlflow,
            feast,
            reads_features,
            reads_in_stream: serving.stream && entity.is_some(),
            updates_in_stream: serving.stream && feast && has_state,
            routes: [(true, "/predict"), (reads_features, "/predict/known"), (true, "/health")]
                .into_iter()
                .filter_map(|(wanted, route)| wanted.then_some(route))
                .collect(),
            is_scraped: !aws || ["eks", "prometheus_grafana"].iter().any(|file| infrastructure.has(file)),
            port: PORT,
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
                of_files.chain(of_outcomes.iter().map(|&alarm| alarm.to_owned())).collect()
            } else {
                Vec::new()
            },
            not_provisioned: infrastructure
                .missing
                .iter()
                .map(|missing| words::markdown(&missing.to_string()))
                .collect(),
            retraining,
            data_words: data_words(class, aws),
            data_class: class.map_or("unstated", data_class_name),
            personal_data,
            keeps_scored: serving.keeps(),
            keeps_before_answering: serving.lambda
                || !serving.online
                || endpoint(serve, infrastructure) == "serverless",
            scored_days: SCORED_DAYS.max(schema.horizon_days() + OUTCOME_DAYS),
            replaced_days: if erases { REPLACED_DAYS_OF_PERSONS } else { REPLACED_DAYS },
            erases,
            refits: matches!(family, Family::Tabular(_) | Family::Nlp | Family::Forecasting | Family::Recommendation),
            key_field: if family == Family::Forecasting { "KEY_FIELD" } else { "ID_FIELD" },
            outcomes: has_outcomes(family),
            gpu_planned: components.iter().any(has_gpu),
            gpu_serves: components
                .iter()
                .any(|component| component.capability == Capability::Serve && has_gpu(component)),
            gpu_swap: family.gpu_swap(),
            purpose: purpose(constraints),
            compliance: frameworks.iter().map(|framework| framework_name(*framework)).collect(),
            allowed_regions: regions.iter().map(|code| format!("\"{code}\"")).collect::<Vec<_>>().join(", "),
            allowed_regions_words: regions.join(", "),
            region: regions.first().cloned().unwrap_or_else(|| "us-east-1".to_owned()),
            log_retention_days: if sensitive { 400 } else { 365 },
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
            serving_units: serve.and_then(serving_units).unwrap_or(2),
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
            job_vcpus: (vcpus_of_a_job(components) * 2).max(32),
            job_vcpus_least: vcpus_of_a_job(components).max(8),
            has_table: infrastructure.has("dynamodb"),
            has_states: STATE_MACHINES.iter().any(|file| infrastructure.has(file)),
            has_ecs_service: infrastructure.has("ecs_service"),
            has_drift_job: infrastructure.has("drift_job"),
            has_eks: infrastructure.has("eks"),
            has_standing: ["aurora", "dynamodb", "ecs_service", "feast_table"]
                .iter()
                .any(|file| infrastructure.has(file)),
            has_standby: ["aurora", "dms", "opensearch"].iter().any(|file| infrastructure.has(file)),
            has_latency_alarm: ["ecs_service", "lambda_http", "sagemaker_endpoint"]
                .iter()
                .any(|file| infrastructure.has(file)),
            has_cloudtrail: infrastructure.has("cloudtrail"),
            has_registry: infrastructure.has("model_registry"),
            has_pipeline_states: infrastructure.has("pipeline_states"),
            has_embeddings: infrastructure.has("ecs_embeddings"),
            endpoints: infrastructure.endpoints.clone(),
            budget_words: if budget.is_some() {
                "It is the budget of the requirement.".to_owned()
            } else {
                "No budget was given: this is the expected cost.".to_owned()
            },
            bedrock: infrastructure.has("bedrock"),
            endpoint: endpoint(serve, infrastructure),
            monitored: infrastructure.has("model_monitor"),
            requests_per_minute_per_unit: requests_per_minute_per_unit(serve),
            latency_ms: words::plain(latency_ms.round().max(1.0)),
            latency_percentile: latency.map_or_else(|| "95".to_owned(), |latency| words::plain(latency.percentile)),
            compute: if infrastructure.has("batch") { "batch" } else { "sagemaker" },
            gpu: components.iter().any(|component| component.pattern == "train.batch-ec2-gpu-spot"),
            spot: components.iter().any(|component| component.pattern.contains("spot")),
            managed_pipeline: infrastructure.has("sagemaker_training"),
            throttle_rate: (peak * 1.5).ceil() as u64,
            throttle_burst: (peak * 3.0).ceil() as u64,
            parallelization: count(components, "serve").unwrap_or(1).div_ceil(shards).clamp(1, 10),
            features: schema.subject.as_ref().map(|subject| stored_features(&subject.features)).unwrap_or_default(),
            widgets: widgets(infrastructure),
            has_kinesis: infrastructure.has("kinesis"),
            greengrass_anywhere: infrastructure.has("ecs_anywhere"),
            shared_roles: roles(infrastructure)
                .filter(|role| match *role {
                    "service" => has_tasks(infrastructure),
                    role => role == "jobs",
                })
                .chain(sagemaker_roles(infrastructure, checks_on_sagemaker).filter(|role| *role != "monitor"))
                .collect(),
            sagemaker_roles: sagemaker_roles(infrastructure, checks_on_sagemaker).collect(),
            has_tasks: has_tasks(infrastructure),
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
                .chain(no_schedule(serving, infrastructure))
                .chain(no_library(tooling.as_ref(), feast))
                .chain(no_cluster(constraints, components, catalogue))
                .chain(unused_libraries.clone())
                .collect(),
            unused_libraries,
            ci,
            ci_name: ci.name(),
            deployment: ci.deployment(),
            deployment_needs: ci.deployment_needs(iac),
            fill_in: infrastructure.fill_in(iac)?,
            iac,
            kept_in_terraform,
            has_api: infrastructure.has("lambda_http"),
            has_network: infrastructure.has("network"),
            has_msk: infrastructure.has("msk"),
            has_interfaces: is_private && ["functions", "sagemaker_role"].iter().any(|file| infrastructure.has(file))
                || infrastructure.has("flink") && (is_private || infrastructure.has("msk")),
            has_transform_model: infrastructure.has("sagemaker_batch_transform"),
            has_scoring: ["batch_scoring", "lambda_batch", "sagemaker_batch_transform"]
                .iter()
                .any(|file| infrastructure.has(file)),
            has_spark: infrastructure.has("glue") || infrastructure.has("emr_serverless"),
            has_lake: infrastructure.has("lake"),
            lake_columns: lake_columns(family, schema.subject.as_ref(), entity.as_ref(), feast),
            stacks: STACKS
                .into_iter()
                .filter(|owner| *owner == Node::Codegen || infrastructure.files.iter().any(|file| file.owner == *owner))
                .map(stack)
                .collect(),
            variables: variables(infrastructure, family, is_tracked, false),
            serving_variables: variables(infrastructure, family, is_tracked, pinned),
            is_tracked,
            pinned,
            llm_model_id: infrastructure
                .files
                .iter()
                .find(|file| file.file == "bedrock")
                .and_then(|file| file.components.first())
                .and_then(|component| pick(&component.sizing, "model_id|model"))
                .unwrap_or_default(),
            live_functions: functions(infrastructure).filter(|function| LIVE_FUNCTIONS.contains(function)).collect(),
            functions: functions(infrastructure).collect(),
            spark_service: if infrastructure.has("glue") { "AWS Glue" } else { "Amazon EMR Serverless" },
            experimentation: use_case == Some(UseCase::ExperimentationPlatform),
            entity,
            read_first: Vec::new(),
            schema,
            learning,
            serving,
            name,
        })
    }
}

impl Site {
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

/// The fields of an example of the family, as columns.
fn lake_columns(
    family: Family,
    subject: Option<&subject::Subject>,
    entity: Option<&Entity>,
    feast: bool,
) -> Vec<LakeColumn> {
    let column = |name: &str, kind: &'static str| LakeColumn { name: name.to_owned(), kind };
    let all = |columns: &[(&str, &'static str)]| columns.iter().map(|(name, kind)| column(name, kind)).collect();
    match (family, subject) {
        (Family::Tabular(mode), Some(subject)) => {
            let label = match mode {
                task::Mode::Classification | task::Mode::Anomaly => "boolean",
                task::Mode::Regression => "double",
                task::Mode::Ranking | task::Mode::Clustering => "bigint",
            };
            let mut columns = vec![column("record_id", "string")];
            columns.extend(entity.map(|entity| column(&entity.id, "string")));
            columns.extend((mode == task::Mode::Ranking).then(|| column("query_id", "string")));
            columns.extend(subject.features.iter().map(|feature| {
                let kind = match feature.kind.as_str() {
                    "integer" => "bigint",
                    "category" => "string",
                    _ => "double",
                };
                column(&feature.name, kind)
            }));
            columns.extend(feast.then(|| column("observed_at", "string")));
            columns.push(column(&subject.label, label));
            columns
        }
        (Family::Tabular(_), None) => Vec::new(),
        (Family::Forecasting, _) => all(&[
            ("series_id", "string"),
            ("cutoff", "string"),
            ("history", "array<double>"),
            ("future", "array<double>"),
        ]),
        (Family::Recommendation, _) => all(&[
            ("session_id", "string"),
            ("recent_items", "array<string>"),
            ("count", "bigint"),
            ("next_item", "string"),
        ]),
        (Family::Vision, _) => all(&[("image_id", "string"), ("image", "string"), ("label", "string")]),
        (Family::Nlp, _) => all(&[("document_id", "string"), ("text", "string"), ("label", "string")]),
        (Family::Rag, _) => all(&[
            ("document_id", "string"),
            ("question", "string"),
            ("sources", "bigint"),
            ("title", "string"),
            ("text", "string"),
        ]),
        (Family::FineTuning, _) => all(&[("prompt_id", "string"), ("prompt", "string"), ("completion", "string")]),
    }
}

/// The functions that the plan has.
fn functions(infrastructure: &Infrastructure) -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().filter_map(|(file, function)| infrastructure.has(file).then_some(function))
}

/// What runs code of the system.
fn roles(infrastructure: &Infrastructure) -> impl Iterator<Item = &'static str> {
    [("batch", "jobs"), ("ecs_cluster", "service"), ("functions", "lambda"), ("sagemaker_role", "sagemaker")]
        .into_iter()
        .filter_map(|(file, role)| infrastructure.has(file).then_some(role))
}

/// What starts by itself.
#[derive(Debug, Default)]
struct Starts {
    /// State machines.
    machines: Vec<&'static str>,
    /// The pipeline of SageMaker.
    pipeline: bool,
    /// The drift alarm starts the training.
    on_drift: bool,
    /// A clock starts the drift job.
    drift_job: bool,
    /// A clock starts a state machine or the pipeline.
    by_clock: bool,
}

impl Starts {
    fn of(infrastructure: &Infrastructure, retraining: &Rhythm) -> Self {
        let (has_machine, has_pipeline) =
            (infrastructure.has("pipeline_states"), infrastructure.has("sagemaker_training"));
        // Where SageMaker trains, the machine checks what has arrived every night.
        let learning_by_clock = has_machine && (has_pipeline || !retraining.schedule.is_empty());
        let pipeline_by_clock = has_pipeline && !retraining.schedule.is_empty();
        let on_drift = infrastructure.has("drift_alarm") && retraining.on_drift && (has_machine || has_pipeline);
        let scoring = ["batch_scoring", "lambda_batch", "sagemaker_batch_transform"];
        let by_clock = [
            ("columnar", infrastructure.has("glue") || infrastructure.has("emr_serverless")),
            ("scoring", scoring.iter().any(|file| infrastructure.has(file))),
            ("transform", infrastructure.has("sagemaker_processing")),
            ("learning", learning_by_clock),
        ];
        let is_started = |machine: &str, by_clock| by_clock || (machine == "learning" && on_drift && !has_pipeline);
        Self {
            machines: by_clock.iter().filter(|(name, clock)| is_started(name, *clock)).map(|(name, _)| *name).collect(),
            pipeline: pipeline_by_clock || (on_drift && has_pipeline),
            on_drift,
            drift_job: infrastructure.has("drift_job"),
            by_clock: pipeline_by_clock || by_clock.iter().any(|(_, clock)| *clock),
        }
    }

    fn has_schedules(&self) -> bool {
        self.drift_job || self.by_clock
    }
}

/// True when a task of the plan runs as the role `service`.
fn has_tasks(infrastructure: &Infrastructure) -> bool {
    ["ecs_anywhere", "ecs_embeddings", "ecs_mlflow"].iter().any(|file| infrastructure.has(file))
}

/// The roles of Amazon SageMaker: who learns and registers, who trains, who scores, who measures.
fn sagemaker_roles(infrastructure: &Infrastructure, checks_on_sagemaker: bool) -> impl Iterator<Item = &'static str> {
    // Without a queue of jobs all steps of the state machine run there too.
    let has_steps = infrastructure.has("pipeline_states") && (checks_on_sagemaker || !infrastructure.has("batch"));
    let learns = ["feature_store", "sagemaker_processing", "sagemaker_training"];
    let serves = ["sagemaker_batch_transform", "sagemaker_endpoint"];
    [
        (has_steps || learns.iter().any(|file| infrastructure.has(file)), "sagemaker"),
        (infrastructure.has("sagemaker_training"), "training"),
        (serves.iter().any(|file| infrastructure.has(file)), "scoring"),
        (infrastructure.has("model_monitor"), "monitor"),
    ]
    .into_iter()
    .filter_map(|(wanted, role)| wanted.then_some(role))
}

/// What the infrastructure is written in, and why that is not what was asked for.
fn language(tooling: Option<&Tooling>, infrastructure: &Infrastructure, aws: bool) -> (Iac, Option<String>) {
    if !aws || Iac::wanted(tooling) == Iac::Terraform {
        return (Iac::Terraform, None);
    }
    let reasons = infrastructure.terraform_only();
    if reasons.is_empty() {
        return (Iac::CloudFormation, None);
    }
    let said = format!(
        "CloudFormation was asked for. The infrastructure is Terraform all the same, because parts of the plan have no \
         CloudFormation template: {}",
        reasons.join(" ")
    );
    (Iac::Terraform, Some(said))
}

/// What is left where the CDK was named, which templates are not written in.
fn cdk(iac: Iac, tooling: Option<&Tooling>) -> Option<String> {
    let is_named = iac == Iac::CloudFormation && tooling?.preferred.iter().any(|tool| tool == "cdk");
    is_named.then(|| "The CDK was named: an application of yours takes the templates in with `CfnInclude`.".to_owned())
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

/// What is said where runs could be tracked and nothing says where.
fn unreachable_server(is_open: bool, infrastructure: &Infrastructure) -> Option<String> {
    let said = if infrastructure.has("ecs_mlflow") {
        "The MLflow server answers within its network only, and the training runs outside of it: bring both together, then set \
         `MLFLOW_TRACKING_URI`."
    } else {
        "`MLFLOW_TRACKING_URI` names your MLflow server; until it does, nothing is tracked."
    };
    is_open.then(|| said.to_owned())
}

/// What is said where many records are scored by what answers single requests: nothing of the plan starts it.
fn no_schedule(serving: Serving, infrastructure: &Infrastructure) -> Option<String> {
    let is_started =
        ["batch_scoring", "lambda_batch", "sagemaker_batch_transform"].iter().any(|file| infrastructure.has(file));
    let said = "The plan scores by what answers single requests: start the batch scoring (`make score`, or the image with the \
                same command) by a schedule of yours.";
    (serving.online && serving.batch && !is_started).then(|| said.to_owned())
}

/// What is said where a library was named whose work another one does, or that the plan has no place for.
fn no_library(tooling: Option<&Tooling>, feast: bool) -> Vec<String> {
    let is_named = |name: &str| tooling.is_some_and(|tooling| tooling.preferred.iter().any(|tool| tool == name));
    let mut said = Vec::new();
    if is_named("great_expectations") {
        said.push(
            "Great Expectations was named: `contract.py` checks each line by the types and limits of `records.py`, which \
             requests are checked by as well, and `table.py` all examples together, with pandera. An expectation suite of \
             yours goes before both, over the files in `raw/`."
                .to_owned(),
        );
    }
    if is_named("feast") && !feast {
        said.push(
            "Feast was named, and there is nothing for it to keep: `docs/architecture.md` names where features come from in \
             this plan and why."
                .to_owned(),
        );
    }
    said
}

/// What is said where Kubernetes was asked for and the plan has none: its parts were chosen for other reasons.
fn no_cluster(constraints: &ConstraintSet, components: &[Component], catalogue: &Catalogue) -> Option<String> {
    let platform = value(constraints.platform.as_ref());
    let tooling = value(constraints.tooling.as_ref());
    let is_wanted = platform == Some(Platform::Kubernetes)
        || tooling.is_some_and(|tooling| tooling.preferred.iter().any(|tool| tool == "kubernetes"));
    let is_there = components
        .iter()
        .filter_map(|component| catalogue.pattern(&component.pattern))
        .any(|pattern| pattern.is_called("kubernetes"));
    let said = "Kubernetes was asked for, and no part of the plan runs on it: `docs/architecture.md` names what was chosen in \
                its place and why.";
    (is_wanted && !is_there).then(|| said.to_owned())
}

/// What the code reads from its environment; the same as `local.environment` of the Terraform.
fn variables(infrastructure: &Infrastructure, family: Family, is_tracked: bool, pinned: bool) -> Vec<Variable> {
    let system = "${Name}-${Environment}";
    let bedrock = infrastructure.has("bedrock");
    let role = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{system}-tuning");
    let all = [
        (true, "DATA_BUCKET", format!("{system}-data-${{AWS::AccountId}}")),
        (true, "MODEL_BUCKET", format!("{system}-models-${{AWS::AccountId}}")),
        (true, "DATA_DIR", "/tmp/data".to_owned()),
        (true, "MODEL_DIR", "/tmp/models".to_owned()),
        (true, "LOG_LEVEL", "${LogLevel}".to_owned()),
        (true, "METRIC_NAMESPACE", system.to_owned()),
        // The AWS SDK for Python reads this name alone; not every service sets it in a container.
        (true, "AWS_DEFAULT_REGION", "${AWS::Region}".to_owned()),
        (pinned, "MODEL_VERSION", "${ModelVersion}".to_owned()),
        (is_tracked, "MLFLOW_TRACKING_URI", format!("http://mlflow.{system}.internal:5000")),
        (bedrock, "LLM_MODEL_ID", "${LlmModelId}".to_owned()),
        // The guardrail is in the stack of what serves.
        (bedrock && pinned, "LLM_GUARDRAIL_ID", "${Guardrail.GuardrailId}".to_owned()),
        (bedrock && pinned, "LLM_GUARDRAIL_VERSION", "${GuardrailVersion.Version}".to_owned()),
        (infrastructure.has("feast_table"), "FEATURE_TABLE", format!("{system}-features")),
        (infrastructure.has("model_registry"), "MODEL_PACKAGE_GROUP", system.to_owned()),
        (family == Family::FineTuning, "TUNING_ROLE_ARN", if bedrock { role } else { String::new() }),
    ];
    all.into_iter().filter(|(wanted, _, _)| *wanted).map(|(_, name, value)| Variable { name, value }).collect()
}

/// The heading of the README: the title that a person gave; where that is only the requirement's beginning, what the
/// project is about, or else the telling words of the requirement.
fn heading(
    title: &str,
    requirement: &str,
    family: Family,
    schema: &Schema,
    use_case: Option<UseCase>,
    name: &str,
) -> String {
    let line = words::one_line(&masked(title), 120);
    let given = line.trim();
    let is_made = plain_beginning(requirement).starts_with(&plain_beginning(given));
    if !given.is_empty() && !is_made {
        return words::markdown(given);
    }
    let about = match use_case {
        Some(UseCase::ExperimentationPlatform) => Some("Experimentation platform".to_owned()),
        Some(_) | None => family.title().map(str::to_owned).or_else(|| schema.title().map(str::to_owned)),
    };
    words::markdown(&about.unwrap_or_else(|| words::humanised(name)))
}

/// A text without what a title made from it may lack: case, blanks, and marks at its end.
fn plain_beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    line.trim_end_matches(|c: char| c.is_ascii_punctuation() || c == '…' || c == ' ').to_owned()
}

/// The requirement's first sentences, as documents quote them.
fn excerpt(requirement: &str) -> String {
    let line = requirement.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut ends: Vec<usize> =
        line.match_indices(['.', '!', '?']).map(|(at, _)| at + 1).filter(|at| line[*at..].starts_with(' ')).collect();
    ends.push(line.len());
    let (mut said, mut start) = (String::new(), 0);
    for end in ends {
        let sentence = masked(&line[start..end]);
        start = end;
        let shown = if sentence.contains('@') { "…" } else { sentence.as_str() };
        if !said.is_empty() && said.chars().count() + shown.chars().count() > QUOTED_CHARACTERS {
            said.push_str(" …");
            break;
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(shown);
    }
    words::markdown(&words::one_line(&said, QUOTED_CHARACTERS + 2))
}

/// Versions of what repositories run on.
fn versions() -> Result<BTreeMap<String, String>, RenderError> {
    toml::from_str(include_str!("../data/versions.toml"))
        .map_err(|error| RenderError(format!("data/versions.toml: {error}")))
}

/// Words that look like credentials, or like a number of somebody's, do not go into documents.
fn masked(title: &str) -> String {
    title
        .split_whitespace()
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let mixed = digits > 0 && word.chars().any(|c| c.is_ascii_alphabetic());
            let is_number = digits >= DIGITS_OF_SOMEBODY && !word.contains(',');
            if is_number || (word.chars().count() >= 16 && mixed) { "…" } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
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

/// Machines or tasks that serve.
fn serving_units(serve: &Component) -> Option<u64> {
    size(serve, &["instance_count", "units", "count", "tasks"])
}

/// Requests that a serverless endpoint answers at the same time; SageMaker takes at most 200.
fn serving_concurrency(serve: &Component) -> Option<u64> {
    size(serve, &["max_concurrency", "concurrency", "units"]).map(|most| most.min(200))
}

/// The first of these sizes that is a number.
fn size(component: &Component, keys: &[&str]) -> Option<u64> {
    keys.iter().find_map(|key| component.sizing.get(*key)?.parse().ok()).filter(|units| (1..=1000).contains(units))
}

/// The machine of the first component for this, where the plan names one of SageMaker's.
fn instance(components: &[Component], capability: Capability) -> Option<&str> {
    let is_plain = |machine: &&str| machine.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    components
        .iter()
        .filter(|component| component.capability == capability)
        .filter_map(|component| component.sizing.get("instance_type").map(String::as_str))
        .find(|machine| machine.starts_with("ml.") && is_plain(machine))
}

/// Virtual CPUs of the largest job: `task-4vcpu-16gb` says them, and a machine's size follows from `xlarge`, which has four.
fn vcpus_of_a_job(components: &[Component]) -> u64 {
    let vcpus = |component: &Component| -> Option<u64> {
        let machine = component.sizing.get("instance_type")?;
        if let Some(vcpus) = machine.split('-').find_map(|part| part.strip_suffix("vcpu")?.parse().ok()) {
            return Some(vcpus);
        }
        match machine.rsplit('.').next()?.strip_suffix("xlarge")? {
            "" => Some(4),
            times => times.parse::<u64>().ok().filter(|times| *times <= 112).map(|times| times * 4),
        }
    };
    components.iter().filter(|component| component.pattern.contains("batch")).filter_map(vcpus).max().unwrap_or(4)
}

fn count(components: &[Component], capability: &str) -> Option<u64> {
    components
        .iter()
        .filter(|component| component.capability.as_str() == capability)
        .find_map(|component| component.sizing.get("instance_count")?.parse().ok())
        .filter(|count| *count > 0)
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
    family: Family,
    learner: Learner,
    mlflow: bool,
    feast: bool,
    iac: Option<Iac>,
) -> Result<Requirements, RenderError> {
    let (own, training) = learner.packages();
    let mut sets = [&["always"], own].concat();
    let mut training = training.to_vec();
    // Only the training looks at the whole table: where it has an image of its own, the service does without pandas.
    if training.is_empty() {
        sets.push("tables");
    } else {
        training.push("tables");
    }
    let mut dev = vec!["dev"];
    if let Some(iac) = iac {
        sets.push("aws");
        dev.push(match iac {
            Iac::Terraform => "dev_terraform",
            Iac::CloudFormation => "dev_cloudformation",
        });
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
    if family == Family::Recommendation {
        sets.push("sparse");
    }
    if serving.online || serving.batch_transform {
        dev.push("dev_online");
    }
    Requirements::of(&Sets { serving: sets, training, dev })
}

fn limits(
    family: Family,
    sensitive: bool,
    latency_ms: f64,
    learning: &Learning,
    set: &ConstraintSet,
    serving: Serving,
) -> Limits {
    let on_drift = set.retraining.as_ref().is_some_and(|stated| stated.value == Retraining::OnDrift);
    let (drift_threshold, drift_reason) = if sensitive {
        (0.1, "Regulated data: even a moderate shift is looked at by a person.")
    } else if on_drift {
        (0.15, "Drift starts the retraining, so that it is noticed before it is severe.")
    } else {
        (0.2, "The usual line between a moderate and a severe shift.")
    };
    // Unpacking the largest image that is taken costs 13 ms on one core (a PNG of a million pixels, measured with
    // Pillow 12 on 22 November 2026), and half of the objective is for all else.
    let (max_records, batch_reason) = if family == Family::Vision {
        let images = (latency_ms / 2.0 / 15.0).clamp(1.0, 32.0) as u32;
        (images, "Images take time to unpack: as many of the largest ones take half of the latency objective.")
    } else if latency_ms < 100.0 {
        (32, "Few at a time: the latency objective leaves no room for more.")
    } else {
        (256, "A request of this size stays within the latency objective.")
    };
    let latency_reason = match set.latency.as_ref().filter(|_| serving.online) {
        Some(stated) => format!(
            "The requirement: {} ms at the {}th percentile.",
            words::plain(stated.value.milliseconds),
            words::plain(stated.value.percentile)
        ),
        None => "No latency was asked for: one second is assumed.".to_owned(),
    };
    let large = set.data_volume.as_ref().is_some_and(|stated| stated.value.stored_gb > 100.0);
    let (chunk, chunk_reason) = if large {
        (10_000, "Large data: big chunks cost memory and save time.")
    } else {
        (1_000, "Small enough for a small machine.")
    };
    Limits {
        max_rejected_share: if sensitive { 0.01 } else { 0.05 },
        drift_threshold,
        drift_reason,
        max_records,
        batch_reason,
        latency_seconds: latency_ms / 1000.0,
        latency_reason,
        chunk,
        chunk_reason,
        test_rows: learning.test_rows,
    }
}

fn row(index: usize, component: &Component, set: &ConstraintSet) -> ComponentRow {
    let sizing: Vec<String> = component.sizing.iter().map(|(key, value)| format!("{key} {value}")).collect();
    ComponentRow {
        node: format!("{}{index}", component.capability.as_str()),
        mermaid: words::mermaid(&component.name),
        capability: component.capability.as_str(),
        name_cell: words::markdown(&component.name),
        pattern: component.pattern.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).collect(),
        services_cell: if component.services.is_empty() {
            "none: code only".to_owned()
        } else {
            words::markdown(&component.services.join(", "))
        },
        sizing_cell: if sizing.is_empty() { "by use".to_owned() } else { words::markdown(&sizing.join(", ")) },
        why: why(component, set),
    }
}

/// Arrows along the data's way; what watches and governs hangs on serving and training.
fn edges(components: &[Component]) -> Vec<Edge> {
    let way = [
        Capability::Ingest,
        Capability::Transform,
        Capability::Store,
        Capability::Feature,
        Capability::Train,
        Capability::Serve,
        Capability::Observe,
    ];
    let nodes = |capability: Capability| -> Vec<String> {
        components
            .iter()
            .enumerate()
            .filter(|(_, component)| component.capability == capability)
            .map(|(index, component)| format!("{}{index}", component.capability.as_str()))
            .collect()
    };
    let stages: Vec<Vec<String>> = way.into_iter().map(nodes).filter(|stage| !stage.is_empty()).collect();
    let mut edges = Vec::new();
    let mut connect = |from: &[String], to: &[String]| {
        for from in from {
            for to in to {
                edges.push(Edge { from: from.clone(), to: to.clone() });
            }
        }
    };
    for pair in stages.windows(2) {
        connect(&pair[0], &pair[1]);
    }
    connect(&nodes(Capability::Train), &nodes(Capability::Govern));
    edges
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Text => "requirement",
        Source::Structured => "given field",
        Source::Answer => "answer",
        Source::Default => "accepted default",
        Source::Inherited => "earlier version",
    }
}

fn constraint_rows(set: &ConstraintSet) -> Vec<Row> {
    let row = |field: ConstraintField| {
        let provenance = set.provenance(field)?;
        let quotes: Vec<String> = provenance.evidence.iter().filter_map(|evidence| quoted(&evidence.quote)).collect();
        Some(Row {
            name: design::words::label(field),
            value: words::markdown(&design::words::constraint(set, field)?),
            source: source_name(provenance.source),
            said: if quotes.is_empty() { "–".to_owned() } else { quotes.join(", ") },
        })
    };
    ConstraintField::ALL.into_iter().filter_map(row).collect()
}

/// Words of the requirement as documents quote them; words that may be an address are left out.
fn quoted(text: &str) -> Option<String> {
    let line = words::one_line(&masked(text), 160);
    (!line.is_empty() && !line.contains('@')).then(|| format!("“{}”", words::markdown(&line)))
}

/// What the requirement wants the model for.
fn purpose(set: &ConstraintSet) -> String {
    let said: Vec<String> = [ConstraintField::UseCase, ConstraintField::MlTask, ConstraintField::Deployment]
        .into_iter()
        .filter_map(|field| {
            let value = design::words::constraint(set, field)?;
            Some(format!("{}: {}", design::words::label(field).to_lowercase(), words::markdown(&value)))
        })
        .collect();
    if said.is_empty() {
        "The requirement does not say.".to_owned()
    } else {
        format!("The requirement says: {}. It is meant for that and for nothing else.", said.join(", "))
    }
}

/// Why a component is there: its reason, and the constraints that speak for it.
fn why(component: &Component, set: &ConstraintSet) -> String {
    let traces = component.traces.iter().filter_map(|trace| {
        let behind = trace.quote.as_deref().and_then(quoted).or_else(|| {
            let field = trace.field?;
            Some(format!(
                "{} {}",
                design::words::label(field),
                words::markdown(&design::words::constraint(set, field)?)
            ))
        })?;
        Some(format!("{} ({behind}).", words::markdown(&trace.claim)))
    });
    let rationale = words::markdown(&component.rationale);
    std::iter::once(rationale).filter(|text| !text.is_empty()).chain(traces).collect::<Vec<_>>().join(" ")
}

/// The class's name in tags and documents.
fn data_class_name(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "public",
        DataClass::Internal => "internal",
        DataClass::Confidential => "confidential",
        DataClass::Pii => "pii",
        DataClass::Restricted => "restricted",
        DataClass::Pci => "pci",
        DataClass::Phi => "phi",
    }
}

fn framework_name(framework: Framework) -> &'static str {
    match framework {
        Framework::Gdpr => "GDPR",
        Framework::Hipaa => "HIPAA",
        Framework::PciDss => "PCI DSS",
        Framework::Soc2 => "SOC 2",
        Framework::Iso27001 => "ISO/IEC 27001",
        Framework::Ccpa => "CCPA",
        Framework::FedRamp => "FedRAMP",
        Framework::EuAiAct => "EU AI Act",
    }
}

fn data_words(class: Option<DataClass>, aws: bool) -> String {
    let start = match class {
        Some(DataClass::Public) => "The data is public.",
        Some(DataClass::Internal) => "The data is for the organisation.",
        Some(DataClass::Confidential) => "The data is confidential.",
        Some(DataClass::Pii) => "The data is about persons: keep what the purpose needs, and no longer.",
        Some(DataClass::Restricted) => "The data is of the organisation's highest class: every access is logged.",
        Some(DataClass::Pci) => "The data is about payment cards: no full card number may be stored.",
        Some(DataClass::Phi) => "The data is about the health of persons: every access is logged.",
        None => "Nobody said how sensitive the data is: it is treated as confidential.",
    };
    let protection = if aws {
        "It is encrypted with the system's own key at rest and with TLS on the way."
    } else {
        "Encryption at rest and on the way is set up with the infrastructure."
    };
    format!(
        "{start} {protection} Logs hold counts and ids, never\nrecords or predictions; lines that broke the data contract \
         are in `quarantine/` of the data bucket."
    )
}

fn rhythm(retraining: Option<Retraining>) -> Rhythm {
    let (words, schedule) = match retraining {
        Some(Retraining::Hourly) => ("The model is trained again every hour.", "rate(1 hour)"),
        Some(Retraining::Daily) => ("The model is trained again every day.", "cron(0 3 * * ? *)"),
        Some(Retraining::Weekly) => ("The model is trained again every week.", "cron(0 3 ? * MON *)"),
        Some(Retraining::Monthly) => ("The model is trained again every month.", "cron(0 3 1 * ? *)"),
        Some(Retraining::Quarterly) => ("The model is trained again every quarter.", "cron(0 3 1 1,4,7,10 ? *)"),
        Some(Retraining::OnDrift) => ("The model is trained again when the drift alarm says so.", ""),
        Some(Retraining::Manual) => ("The model is trained again when a person starts it.", ""),
        None => ("No rhythm was asked for: a person starts the training.", ""),
    };
    Rhythm { words, schedule, on_drift: retraining == Some(Retraining::OnDrift) }
}

fn endpoint(serve: Option<&Component>, infrastructure: &Infrastructure) -> &'static str {
    if !infrastructure.has("sagemaker_endpoint") {
        return "none";
    }
    match serve.map(|component| component.pattern.as_str()) {
        Some("serve.sagemaker-serverless") => "serverless",
        Some("serve.sagemaker-async") => "async",
        Some("serve.sagemaker-real-time") => "real_time",
        Some(other) if other.contains("sagemaker") && !other.contains("batch") => "real_time",
        Some(_) | None => "none",
    }
}

/// Whether a machine of the component has a graphics processor: its pattern or its family says so.
fn has_gpu(component: &Component) -> bool {
    let machine = component.sizing.get("instance_type").map_or("", String::as_str);
    let family = machine.trim_start_matches("ml.").split('.').next().unwrap_or_default();
    let is_accelerated = family.starts_with(['g', 'p']) && family[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_made_of_machines = matches!(component.capability, Capability::Train | Capability::Serve);
    is_made_of_machines && (component.pattern.contains("gpu") || is_accelerated)
}

/// Requests that one machine takes in a minute at 70 % of its capacity, for target tracking.
fn requests_per_minute_per_unit(serve: Option<&Component>) -> u64 {
    let per_second = serve.and_then(|component| {
        let units: f64 = component.sizing.get("instance_count")?.parse().ok()?;
        Some(component.max_per_second? / units.max(1.0))
    });
    per_second.map_or(600, |per_second| (per_second * 60.0 * 0.7).round().max(1.0) as u64)
}

fn stored_features(features: &[Feature]) -> Vec<StoredFeature> {
    features
        .iter()
        .map(|feature| StoredFeature {
            name: feature.name.clone(),
            store_type: match feature.kind.as_str() {
                "category" => "String",
                "integer" => "Integral",
                _ => "Fractional",
            },
        })
        .collect()
}

/// Metrics of the dashboard in JSON: what Terraform reads from a resource is a name that the system gives, or what another
/// stack exports.
fn in_json(metrics: &[&str]) -> Vec<String> {
    let names = [
        ("aws_lb.service.arn_suffix", "${LoadBalancer}"),
        ("aws_apigatewayv2_api.service.id", "${ApiId}"),
        ("aws_kinesis_stream.events.name", "${Name}-${Environment}-events"),
        (
            "aws_sfn_state_machine.learning.arn",
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${Name}-${Environment}-learning",
        ),
        ("local.name", "${Name}-${Environment}"),
    ];
    let written = |metric: &&str| {
        names.iter().fold((*metric).to_owned(), |text, (from, to)| text.replace(from, &format!("\"{to}\"")))
    };
    metrics.iter().map(written).collect()
}

fn widgets(infrastructure: &Infrastructure) -> Vec<Widget> {
    let widget =
        |title, stat, metrics: Vec<&'static str>| Widget { title, stat, metrics_json: in_json(&metrics), metrics };
    let table: BTreeMap<&str, Vec<Widget>> = BTreeMap::from([
        (
            "ecs_service",
            vec![
                widget(
                    "Requests and server errors",
                    "Sum",
                    vec![
                        r#"["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.service.arn_suffix]"#,
                        r#"["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", aws_lb.service.arn_suffix]"#,
                    ],
                ),
                widget(
                    "Answer time in seconds",
                    "p95",
                    vec![r#"["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.service.arn_suffix]"#],
                ),
            ],
        ),
        (
            "sagemaker_endpoint",
            vec![
                widget(
                    "Requests and server errors",
                    "Sum",
                    vec![
                        r#"["AWS/SageMaker", "Invocations", "EndpointName", local.name, "VariantName", "current"]"#,
                        r#"["AWS/SageMaker", "Invocation5XXErrors", "EndpointName", local.name, "VariantName", "current"]"#,
                    ],
                ),
                widget(
                    "Model time in microseconds",
                    "p95",
                    vec![r#"["AWS/SageMaker", "ModelLatency", "EndpointName", local.name, "VariantName", "current"]"#],
                ),
            ],
        ),
        (
            "lambda_http",
            vec![
                widget(
                    "Requests and server errors",
                    "Sum",
                    vec![
                        r#"["AWS/ApiGateway", "Count", "ApiId", aws_apigatewayv2_api.service.id]"#,
                        r#"["AWS/ApiGateway", "5xx", "ApiId", aws_apigatewayv2_api.service.id]"#,
                    ],
                ),
                widget(
                    "Answer time in milliseconds",
                    "p95",
                    vec![r#"["AWS/ApiGateway", "Latency", "ApiId", aws_apigatewayv2_api.service.id]"#],
                ),
            ],
        ),
        (
            "kinesis",
            vec![widget(
                "Events in, and how long they wait",
                "Maximum",
                vec![
                    r#"["AWS/Kinesis", "IncomingRecords", "StreamName", aws_kinesis_stream.events.name]"#,
                    r#"["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", aws_kinesis_stream.events.name]"#,
                ],
            )],
        ),
        (
            "pipeline_states",
            vec![widget(
                "Learning: runs that succeeded and failed",
                "Sum",
                vec![
                    r#"["AWS/States", "ExecutionsSucceeded", "StateMachineArn", aws_sfn_state_machine.learning.arn]"#,
                    r#"["AWS/States", "ExecutionsFailed", "StateMachineArn", aws_sfn_state_machine.learning.arn]"#,
                ],
            )],
        ),
    ]);
    let mut widgets: Vec<Widget> =
        table.into_iter().filter(|(file, _)| infrastructure.has(file)).flat_map(|(_, widgets)| widgets).collect();
    widgets.push(widget("Drifted features", "Maximum", vec![r#"[local.name, "DriftedFeatures"]"#]));
    widgets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(pattern: &str) -> Component {
        Component {
            capability: Capability::Serve,
            pattern: pattern.into(),
            name: pattern.into(),
            services: Vec::new(),
            sizing: BTreeMap::new(),
            max_per_second: None,
            latency_ms: 0.0,
            availability_percent: 99.9,
            rationale: String::new(),
            traces: Vec::new(),
        }
    }

    #[test]
    fn the_catalogue_says_how_a_pattern_predicts() {
        let catalogue = Catalogue::embedded().unwrap();
        for (pattern, wanted) in [
            ("serve.azure-container-apps-job", Deployment::Batch),
            ("serve.gcp-run-jobs", Deployment::Batch),
            ("serve.sagemaker-batch-transform", Deployment::Batch),
            ("serve.sagemaker-async", Deployment::RealTime),
            ("serve.azure-arc-kubernetes", Deployment::Edge),
            ("serve.greengrass-sagemaker-hybrid", Deployment::Edge),
            ("serve.azure-functions-stream", Deployment::Streaming),
            ("serve.nobody-knows-batches", Deployment::Batch),
            ("serve.nobody-knows", Deployment::RealTime),
        ] {
            assert_eq!(made_for(&component(pattern), catalogue), wanted, "{pattern}");
        }
    }

    #[test]
    fn a_title_is_the_persons_or_says_what_it_is_about() {
        let requirement = "We want to predict which customers will churn. Budget 900 dollars.";
        let of = |title: &str, requirement: &str| {
            let family = Family::Tabular(task::Mode::Classification);
            let schema = Schema::of(family, requirement).unwrap();
            heading(title, requirement, family, &schema, None, "predict-leavers")
        };
        assert_eq!(of("We want to predict which customers…", requirement), "Churn prediction");
        assert_eq!(of("Leavers of the north", requirement), "Leavers of the north");
        assert_eq!(of("", "Something else entirely"), "Predict leavers");
    }

    #[test]
    fn a_quotation_ends_with_a_sentence_and_leaves_addresses_out() {
        let said = excerpt("Score at 99.95 % each night. Write to jane@example.com! Account 123456789012 pays.");
        assert_eq!(said, "Score at 99.95 % each night. … Account … pays.");
        let long = excerpt(&"One sentence of some words. ".repeat(60));
        assert!(long.ends_with(". …") && long.chars().count() <= QUOTED_CHARACTERS + 2, "{long}");
    }
}
