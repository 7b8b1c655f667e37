//! What runs, as whom, and what starts it.

use design::plan::Component;
use serde::Serialize;

use super::{retrieval::Model, rhythm::Rhythm};
use crate::{
    provision::Infrastructure,
    task::{Family, Tuner},
};

/// Files that make a state machine.
pub(super) const STATE_MACHINES: [&str; 7] = [
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
pub(super) const LIVE_FUNCTIONS: [&str; 2] = ["service", "stream"];

/// A variable of the environment that the code reads.
#[derive(Debug, Serialize)]
pub(super) struct Variable {
    name: &'static str,
    /// A text, with what CloudFormation puts in between `${` and `}`.
    value: String,
    /// What stands there in place of a name of CloudFormation's own; the value is that name alone.
    given: Option<Given>,
    /// Whether only code that answers questions, or makes what is found in answer, reads it.
    of_answers: bool,
}

/// A name in a variable's value, and what CloudFormation makes it of.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    name: &'static str,
    value: String,
}

/// The value that another stack exports under this name.
fn imported(name: &str) -> String {
    format!("{{ \"Fn::ImportValue\": !Sub \"${{Name}}-${{Environment}}-{name}\" }}")
}

/// What starts by itself.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// State machines.
    pub(super) machines: Vec<&'static str>,
    /// The pipeline of SageMaker.
    pub(super) pipeline: bool,
    /// The drift alarm starts the training.
    pub(super) on_drift: bool,
    /// A clock starts the drift job.
    pub(super) drift_job: bool,
    /// A clock starts a state machine or the pipeline.
    pub(super) by_clock: bool,
}

impl Starts {
    pub(super) fn of(infrastructure: &Infrastructure, retraining: &Rhythm, machine: &Rhythm) -> Self {
        let (has_machine, has_pipeline) =
            (infrastructure.has("pipeline_states"), infrastructure.has("sagemaker_training"));
        let learning_by_clock = has_machine && !machine.schedule.is_empty();
        let pipeline_by_clock = has_pipeline && !retraining.schedule.is_empty();
        let on_drift = infrastructure.has("drift_alarm") && retraining.on_drift && (has_machine || has_pipeline);
        let by_clock = [
            ("columnar", infrastructure.has("glue") || infrastructure.has("emr_serverless")),
            ("scoring", infrastructure.starts_scoring()),
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

    pub(super) fn has_schedules(&self) -> bool {
        self.drift_job || self.by_clock
    }
}

/// The functions that the plan has.
pub(super) fn functions(infrastructure: &Infrastructure) -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().filter_map(|(file, function)| infrastructure.has(file).then_some(function))
}

/// What runs code of the system.
pub(super) fn roles(infrastructure: &Infrastructure) -> impl Iterator<Item = &'static str> {
    [("batch", "jobs"), ("ecs_cluster", "service"), ("functions", "lambda"), ("sagemaker_role", "sagemaker")]
        .into_iter()
        .filter_map(|(file, role)| infrastructure.has(file).then_some(role))
}

pub(super) fn endpoint(serve: Option<&Component>, infrastructure: &Infrastructure) -> &'static str {
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

/// What answers questions.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    pub(super) language_model: Option<&'a Model>,
    pub(super) embedding_model: Option<&'a Model>,
    pub(super) vector_store: &'static str,
}

impl Answers<'_> {
    fn variables(&self) -> Vec<Variable> {
        let plain = |name, value| Variable { name, value, given: None, of_answers: true };
        let given = |name, made: &'static str, value| Variable {
            given: Some(Given { name: made, value }),
            ..plain(name, format!("${{{made}}}"))
        };
        let cluster = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster:${Name}-${Environment}";
        let model = self.language_model.map(|model| {
            [
                match model.reference() {
                    Some(reference) => given("LLM_MODEL_ID", "LanguageModel", reference),
                    None => plain("LLM_MODEL_ID", "${LlmModelId}".to_owned()),
                },
                given("LLM_GUARDRAIL_ID", "GuardrailId", imported("guardrail")),
                given("LLM_GUARDRAIL_VERSION", "GuardrailVersion", imported("guardrail-version")),
            ]
        });
        let embedding = self.embedding_model.map(|model| plain("EMBEDDING_MODEL_ID", model.name()));
        let store = match self.vector_store {
            "opensearch" => vec![given("VECTOR_ENDPOINT", "VectorEndpoint", imported("vectors"))],
            "aurora" => vec![
                plain("VECTOR_CLUSTER_ARN", cluster.to_owned()),
                given("VECTOR_SECRET_ARN", "VectorSecret", imported("database-secret")),
            ],
            _ => Vec::new(),
        };
        model.into_iter().flatten().chain(embedding).chain(store).collect()
    }
}

/// Whether features are in a table of DynamoDB: Feast's, or the latest of each key.
pub(super) fn has_feature_table(infrastructure: &Infrastructure) -> bool {
    ["feast_table", "latest_table"].iter().any(|file| infrastructure.has(file))
}

/// What the code reads from its environment; the same as `local.environment` of the Terraform.
pub(super) fn variables(
    infrastructure: &Infrastructure,
    family: Family,
    is_tracked: bool,
    pinned: bool,
    answers: &Answers<'_>,
) -> Vec<Variable> {
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
        (has_feature_table(infrastructure), "FEATURE_TABLE", format!("{system}-features")),
        (infrastructure.has("model_registry"), "MODEL_PACKAGE_GROUP", system.to_owned()),
        (family == Family::FineTuning(Tuner::Service), "TUNING_ROLE_ARN", if bedrock { role } else { String::new() }),
    ];
    let always = all.into_iter().filter(|(wanted, _, _)| *wanted);
    always
        .map(|(_, name, value)| Variable { name, value, given: None, of_answers: false })
        .chain(answers.variables())
        .collect()
}
