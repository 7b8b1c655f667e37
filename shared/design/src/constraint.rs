//! The constraint schema: what a requirement says, each value with the words that it came from.

use run::card::EvidenceLink;
use serde::{Deserialize, Serialize};

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The words of the requirement.
    Text,
    /// A field given beside the text.
    Structured,
    /// A person's answer at the input gate.
    Answer,
    /// A smart default that a person or the timer accepted.
    Default,
    /// The parent version's decision.
    Inherited,
}

/// Words of the requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// The words.
    pub quote: String,
    /// First character in the requirement (Unicode scalar values, from 0).
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

impl Evidence {
    /// The words as a reason card shows them, with the claim that rests on them.
    pub fn link(&self, claim: impl Into<String>) -> EvidenceLink {
        EvidenceLink { claim: claim.into(), quote: self.quote.clone(), start: self.start, end: self.end }
    }
}

/// A value with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// 0 to 1, computed from the evidence.
    pub confidence: f64,
    /// Where it came from.
    pub source: Source,
    /// The words that it came from; empty unless the source is the text.
    pub evidence: Vec<Evidence>,
    /// How it was derived, when it is not literally in the words, such as `2,000,000 per day / 86,400 s`.
    pub derivation: Option<String>,
}

/// A currency that budgets are understood in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Swiss franc.
    Chf,
    /// Canadian dollar.
    Cad,
    /// Australian dollar.
    Aud,
    /// Japanese yen.
    Jpy,
    /// Indian rupee.
    Inr,
    /// Brazilian real.
    Brl,
    /// Swedish krona.
    Sek,
    /// Polish złoty.
    Pln,
}

impl Currency {
    /// All currencies.
    pub const ALL: [Self; 11] = [
        Self::Usd,
        Self::Eur,
        Self::Gbp,
        Self::Chf,
        Self::Cad,
        Self::Aud,
        Self::Jpy,
        Self::Inr,
        Self::Brl,
        Self::Sek,
        Self::Pln,
    ];

    /// ISO 4217.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Chf => "CHF",
            Self::Cad => "CAD",
            Self::Aud => "AUD",
            Self::Jpy => "JPY",
            Self::Inr => "INR",
            Self::Brl => "BRL",
            Self::Sek => "SEK",
            Self::Pln => "PLN",
        }
    }
}

/// Money per month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Budget {
    /// US dollars per month.
    pub usd_per_month: f64,
    /// The amount as it was given, before conversion.
    pub amount: f64,
    /// The currency as it was given.
    pub currency: Currency,
}

/// A cloud provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
    /// Microsoft Azure.
    Azure,
    /// The customer's own data centre or device.
    OnPremises,
}

/// A cloud region by its provider's code, such as `eu-central-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Region {
    /// The provider.
    pub cloud: Cloud,
    /// The provider's code.
    pub code: String,
    /// Jurisdiction: `EU`, `US`, `UK`, `CH`, `CA`, `AU`, `JP`, `IN`, `BR`, … (ISO 3166 alpha-2, or `EU`).
    pub jurisdiction: String,
}

/// How sensitive the data is; the order is that of rising protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// Anyone may see it.
    Public,
    /// For the organisation.
    Internal,
    /// For some in the organisation.
    Confidential,
    /// Personal data.
    Pii,
    /// The organisation's own highest class, without a law that names it.
    Restricted,
    /// Payment card data.
    Pci,
    /// Health data of persons.
    Phi,
}

/// A latency objective of one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Latency {
    /// Milliseconds.
    pub milliseconds: f64,
    /// Percentile that must stay below, such as 95; 95 where the text names none.
    pub percentile: f64,
}

/// Requests or events per second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Throughput {
    /// Average per second.
    pub average_per_second: f64,
    /// Peak per second.
    pub peak_per_second: f64,
}

/// Amount of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DataVolume {
    /// Stored at the beginning, in gigabytes (10^9 bytes).
    pub stored_gb: f64,
    /// New data per day, in gigabytes.
    pub daily_gb: Option<f64>,
    /// Rows or documents, where the text counts them.
    pub records: Option<f64>,
    /// Kilobytes of what one request or event carries, where the text says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_kb: Option<f64>,
}

/// The machine-learning task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MlTask {
    /// Classes of records.
    Classification,
    /// Numbers of records.
    Regression,
    /// Values of a time series.
    Forecasting,
    /// Items for users.
    Recommendation,
    /// Unusual records or events.
    AnomalyDetection,
    /// Groups without labels.
    Clustering,
    /// Images and video.
    ComputerVision,
    /// Text and documents, without generating.
    Nlp,
    /// Generating text, with or without retrieval.
    GenerativeAi,
    /// Ranking of search results.
    Ranking,
}

/// The kind of application, which picks defaults and the generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Scores of table rows, such as churn or credit risk.
    TabularScoring,
    /// Fraud and abuse while it happens.
    FraudDetection,
    /// Anomalies in streams of events or sensors.
    StreamingAnomaly,
    /// Items for users.
    Recommender,
    /// Demand and other series.
    Forecasting,
    /// Images and video.
    ComputerVision,
    /// Documents and text.
    DocumentProcessing,
    /// Questions answered from documents.
    RetrievalAugmentedGeneration,
    /// Fine-tuning of a language model.
    FineTuning,
    /// A platform for experiments of many teams.
    ExperimentationPlatform,
}

/// How results are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// An answer to each request.
    RealTime,
    /// Many records at a time, on a schedule.
    Batch,
    /// Events as they come.
    Streaming,
    /// On devices.
    Edge,
}

/// A kind of work that the system does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkloadType {
    /// Models are trained, once or again and again.
    BatchTraining,
    /// Single requests are answered.
    OnlineInference,
    /// Events are scored as they come.
    StreamingInference,
    /// Many records are scored at a time.
    BatchInference,
    /// Features are computed and kept.
    FeatureEngineering,
    /// Data is cleaned, joined, moved.
    DataProcessing,
    /// People try out models.
    ModelExperimentation,
}

impl Deployment {
    /// The kind of work that gives results in this way; none of its own on devices.
    pub fn inference(self) -> Option<WorkloadType> {
        match self {
            Self::RealTime => Some(WorkloadType::OnlineInference),
            Self::Batch => Some(WorkloadType::BatchInference),
            Self::Streaming => Some(WorkloadType::StreamingInference),
            Self::Edge => None,
        }
    }
}

/// On what the system is wanted to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Nothing that runs while nobody asks.
    Serverless,
    /// Containers on a service that runs them.
    Containers,
    /// A Kubernetes cluster.
    Kubernetes,
    /// Services that the provider runs as a whole.
    Managed,
}

/// Tools that are wanted or excluded, by their usual names in lower case (`kubernetes`, `airflow`, `pytorch`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tooling {
    /// Wanted.
    pub preferred: Vec<String>,
    /// Excluded ("no Kubernetes").
    pub excluded: Vec<String>,
}

/// A compliance framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Framework {
    /// EU General Data Protection Regulation.
    Gdpr,
    /// US Health Insurance Portability and Accountability Act.
    Hipaa,
    /// Payment Card Industry Data Security Standard.
    PciDss,
    /// SOC 2.
    Soc2,
    /// ISO/IEC 27001.
    Iso27001,
    /// California Consumer Privacy Act.
    Ccpa,
    /// US Federal Risk and Authorization Management Program.
    FedRamp,
    /// EU Artificial Intelligence Act.
    EuAiAct,
}

/// How practised a team is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expertise {
    /// First system of this kind.
    Beginner,
    /// Has run some.
    Intermediate,
    /// Runs many.
    Expert,
}

/// The people who will run the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Team {
    /// Number of people, where it is said.
    pub size: Option<u32>,
    /// How practised they are, where it is said.
    pub expertise: Option<Expertise>,
}

/// An availability objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Availability {
    /// Percent of time, such as 99.9.
    pub percent: f64,
}

/// How often the model is trained again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retraining {
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// When drift is found.
    OnDrift,
    /// By hand.
    Manual,
}

/// The names of the constraint fields, as questions, coverage and policies use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each names the field of `ConstraintSet` of the same name")]
pub enum ConstraintField {
    Cloud,
    Budget,
    Regions,
    DataClass,
    Latency,
    Throughput,
    DataVolume,
    MlTask,
    UseCase,
    Deployment,
    Tooling,
    Compliance,
    Team,
    Availability,
    Retraining,
    Workloads,
    Platform,
    ModelTypes,
}

impl ConstraintField {
    /// All fields in the order of the schema.
    pub const ALL: [Self; 18] = [
        Self::Cloud,
        Self::Budget,
        Self::Regions,
        Self::DataClass,
        Self::Latency,
        Self::Throughput,
        Self::DataVolume,
        Self::MlTask,
        Self::UseCase,
        Self::Deployment,
        Self::Tooling,
        Self::Compliance,
        Self::Team,
        Self::Availability,
        Self::Retraining,
        Self::Workloads,
        Self::Platform,
        Self::ModelTypes,
    ];

    /// The field's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::Budget => "budget",
            Self::Regions => "regions",
            Self::DataClass => "data_class",
            Self::Latency => "latency",
            Self::Throughput => "throughput",
            Self::DataVolume => "data_volume",
            Self::MlTask => "ml_task",
            Self::UseCase => "use_case",
            Self::Deployment => "deployment",
            Self::Tooling => "tooling",
            Self::Compliance => "compliance",
            Self::Team => "team",
            Self::Availability => "availability",
            Self::Retraining => "retraining",
            Self::Workloads => "workloads",
            Self::Platform => "platform",
            Self::ModelTypes => "model_types",
        }
    }
}

/// Statements of the requirement that cannot all hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conflict {
    /// The fields concerned.
    pub fields: Vec<ConstraintField>,
    /// The statements in their own words.
    pub evidence: Vec<Evidence>,
    /// What contradicts what.
    pub explanation: String,
    /// What was assumed meanwhile.
    pub resolution: String,
}

/// Everything that is known of what is asked. A field that nothing was said about is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ConstraintSet {
    /// The cloud provider.
    pub cloud: Option<Stated<Cloud>>,
    /// Money per month.
    pub budget: Option<Stated<Budget>>,
    /// Regions where data and services may be, the first preferred.
    pub regions: Option<Stated<Vec<Region>>>,
    /// Sensitivity of the data.
    pub data_class: Option<Stated<DataClass>>,
    /// Latency of one request.
    pub latency: Option<Stated<Latency>>,
    /// Requests or events per second.
    pub throughput: Option<Stated<Throughput>>,
    /// Amount of data.
    pub data_volume: Option<Stated<DataVolume>>,
    /// The task.
    pub ml_task: Option<Stated<MlTask>>,
    /// The application.
    pub use_case: Option<Stated<UseCase>>,
    /// How results are wanted.
    pub deployment: Option<Stated<Deployment>>,
    /// Tools wanted and excluded.
    pub tooling: Option<Stated<Tooling>>,
    /// Compliance frameworks.
    pub compliance: Option<Stated<Vec<Framework>>>,
    /// The people.
    pub team: Option<Stated<Team>>,
    /// Availability objective.
    pub availability: Option<Stated<Availability>>,
    /// Retraining rhythm.
    pub retraining: Option<Stated<Retraining>>,
    /// What the system does.
    pub workloads: Option<Stated<Vec<WorkloadType>>>,
    /// On what it is wanted to run.
    pub platform: Option<Stated<Platform>>,
    /// Families of models that are named, in snake case (`gradient_boosting`, `xgboost`, `llm`).
    pub model_types: Option<Stated<Vec<String>>>,
    /// Language of the requirement (ISO 639-1), when it can be told; no constraint.
    pub language: Option<String>,
    /// Jurisdictions of peoples and places that the requirement names (`EU`, `US`), wherever the data is to be; no
    /// constraint.
    #[serde(default)]
    pub places: Vec<String>,
    /// Contradictions that were found.
    pub conflicts: Vec<Conflict>,
    /// Regions that are excluded by the text.
    pub excluded_regions: Vec<Region>,
}

/// Where a constraint's value came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Provenance<'a> {
    /// The source.
    pub source: Source,
    /// 0 to 1.
    pub confidence: f64,
    /// The words; empty unless the source is the text.
    pub evidence: &'a [Evidence],
    /// How it was derived.
    pub derivation: Option<&'a str>,
}

/// A function of the place of a field's value, whichever its type is: `of_field!(field, of(&self))`.
macro_rules! of_field {
    ($field:expr, $of:ident($($set:tt)+)) => {
        match $field {
            ConstraintField::Cloud => $of($($set)+.cloud),
            ConstraintField::Budget => $of($($set)+.budget),
            ConstraintField::Regions => $of($($set)+.regions),
            ConstraintField::DataClass => $of($($set)+.data_class),
            ConstraintField::Latency => $of($($set)+.latency),
            ConstraintField::Throughput => $of($($set)+.throughput),
            ConstraintField::DataVolume => $of($($set)+.data_volume),
            ConstraintField::MlTask => $of($($set)+.ml_task),
            ConstraintField::UseCase => $of($($set)+.use_case),
            ConstraintField::Deployment => $of($($set)+.deployment),
            ConstraintField::Tooling => $of($($set)+.tooling),
            ConstraintField::Compliance => $of($($set)+.compliance),
            ConstraintField::Team => $of($($set)+.team),
            ConstraintField::Availability => $of($($set)+.availability),
            ConstraintField::Retraining => $of($($set)+.retraining),
            ConstraintField::Workloads => $of($($set)+.workloads),
            ConstraintField::Platform => $of($($set)+.platform),
            ConstraintField::ModelTypes => $of($($set)+.model_types),
        }
    };
}

impl ConstraintSet {
    /// The number of a field's value, where it has one: US dollars a month, milliseconds, average requests a second, stored
    /// gigabytes, percent, people.
    pub fn number(&self, field: ConstraintField) -> Option<f64> {
        match field {
            ConstraintField::Budget => self.budget.as_ref().map(|stated| stated.value.usd_per_month),
            ConstraintField::Latency => self.latency.as_ref().map(|stated| stated.value.milliseconds),
            ConstraintField::Throughput => self.throughput.as_ref().map(|stated| stated.value.average_per_second),
            ConstraintField::DataVolume => self.data_volume.as_ref().map(|stated| stated.value.stored_gb),
            ConstraintField::Availability => self.availability.as_ref().map(|stated| stated.value.percent),
            ConstraintField::Team => self.team.as_ref().and_then(|stated| stated.value.size).map(f64::from),
            ConstraintField::Cloud
            | ConstraintField::Regions
            | ConstraintField::DataClass
            | ConstraintField::MlTask
            | ConstraintField::UseCase
            | ConstraintField::Deployment
            | ConstraintField::Tooling
            | ConstraintField::Compliance
            | ConstraintField::Retraining
            | ConstraintField::Workloads
            | ConstraintField::Platform
            | ConstraintField::ModelTypes => None,
        }
    }

    /// Where the value of a field came from, when there is one.
    pub fn provenance(&self, field: ConstraintField) -> Option<Provenance<'_>> {
        fn of<T>(stated: &Option<Stated<T>>) -> Option<Provenance<'_>> {
            stated.as_ref().map(|stated| Provenance {
                source: stated.source,
                confidence: stated.confidence,
                evidence: &stated.evidence,
                derivation: stated.derivation.as_deref(),
            })
        }
        of_field!(field, of(&self))
    }

    /// How sure a field's value is, from 0 to 1, and where it came from, to be changed; `None` where it has no value.
    pub fn standing(&mut self, field: ConstraintField) -> Option<(&mut f64, &mut Source)> {
        fn of<T>(stated: &mut Option<Stated<T>>) -> Option<(&mut f64, &mut Source)> {
            stated.as_mut().map(|stated| (&mut stated.confidence, &mut stated.source))
        }
        of_field!(field, of(&mut self))
    }

    /// Makes a default that was accepted as binding as an answer; the planner takes accepted defaults as soft.
    pub fn agree(&mut self, field: ConstraintField) {
        if let Some((_, source)) = self.standing(field).filter(|(_, source)| **source == Source::Default) {
            *source = Source::Answer;
        }
    }

    /// The words behind a field's value; none when nothing is known of it or it is not from the text.
    pub fn words(&self, field: ConstraintField) -> &[Evidence] {
        self.provenance(field).map_or(&[], |provenance| provenance.evidence)
    }

    /// The words behind claims, each of which rests on a field, as a reason card shows them.
    pub fn links<'a>(&self, claims: impl IntoIterator<Item = (&'a str, ConstraintField)>) -> Vec<EvidenceLink> {
        let link =
            |(claim, field): (&'a str, ConstraintField)| self.words(field).iter().map(move |words| words.link(claim));
        claims.into_iter().flat_map(link).collect()
    }
}

/// Constraints given as plain values; what is `None` is left to the text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StructuredConstraints {
    /// The cloud provider.
    pub cloud: Option<Cloud>,
    /// US dollars per month, above 0.
    pub budget_usd_per_month: Option<f64>,
    /// Region codes, such as `eu-central-1`.
    pub regions: Option<Vec<String>>,
    /// Sensitivity of the data.
    pub data_class: Option<DataClass>,
    /// Latency objective.
    pub latency: Option<Latency>,
    /// Requests or events per second.
    pub throughput: Option<Throughput>,
    /// Amount of data.
    pub data_volume: Option<DataVolume>,
    /// The task.
    pub ml_task: Option<MlTask>,
    /// The application.
    pub use_case: Option<UseCase>,
    /// How results are wanted.
    pub deployment: Option<Deployment>,
    /// Tools wanted and excluded.
    pub tooling: Option<Tooling>,
    /// Compliance frameworks.
    pub compliance: Option<Vec<Framework>>,
    /// The people.
    pub team: Option<Team>,
    /// Percent of time, from 90 to 100.
    pub availability_percent: Option<f64>,
    /// Retraining rhythm.
    pub retraining: Option<Retraining>,
    /// What the system does.
    pub workloads: Option<Vec<WorkloadType>>,
    /// On what it is wanted to run.
    pub platform: Option<Platform>,
    /// Families of models, in snake case.
    pub model_types: Option<Vec<String>>,
}
