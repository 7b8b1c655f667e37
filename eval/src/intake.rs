//! The suite `intake`: does the requirement's text become the constraints that a careful person reads in it?
//!
//! # Cases
//! `{name, prompt, expected: {field: value}, accept?: {field: [values]}, absent?: [field]}`. A field in neither
//! `expected` nor `absent` is not judged. `expected` of `null` or `[]` says the same as `absent`. Fields that are not
//! in the table are listed and skipped; so are other keys of a case.
//!
//! # How values are compared
//! | field | value | right when |
//! |---|---|---|
//! | `budget_usd_month` | number | within 2 % (a month has 30 to 30.44 days); within 10 % when the text gives another currency, because a case cannot know the day's rate |
//! | `latency_ms` | number | within 1 % |
//! | `throughput_rps` | number | the average or the peak that was read is within 2 % |
//! | `availability_target` | percent | the share of time that may fail is within 5 %: 99.9 is not 99.99 |
//! | `team_size` | number | equal |
//! | `data_classification`, `deployment_preference`, `training_frequency` | name | equal |
//! | `language` | ISO 639-1 | the first two letters are equal |
//! | `regions`, `workload_types`, `compliance` | list | by element, without order |
//! | `model_types` | list | by element; a member stands for its family (`xgboost` is a `gradient_boosting`), not the other way round. A case may list kinds of tasks too (`classification`, `forecasting`, `nlp`, `rag`): those are compared with the schema's task and use case, and only where the case has one |
//! | `tooling`, `tooling_excluded` | list | by element, under any name that the catalogue of tools knows (`k8s` is `kubernetes`) |
//! | `conflicts` | list of lists of fields, or a list of fields | by contradiction: one that was found is the expected one when they share a field |
//!
//! For `training_frequency`, `on_demand` and `ad_hoc` are the schema's `manual`.
//!
//! Names are compared in lower case, with `_` for spaces and hyphens.
//!
//! `accept` lists other right answers: for a list, an item that is a list is another right whole, an item that is a
//! name may be there too without harm; an item `null` says that nothing is right as well. Three more things do neither
//! good nor harm where a case does not list them: a cloud's own name, `gpu`, a platform (`kubernetes`, `docker`) or what
//! runs all the time among the tools, a name among the tools that is (also) a family of models, and the family of a model
//! that is listed by its own name.
//!
//! `data_classification` is a mapping of the schema's class, which is finer: `public` and `internal` are themselves;
//! `confidential` and `pii` are `sensitive`; `restricted`, `pci` and `phi` are `restricted`.
//!
//! # Figures
//! *Precision*: right elements of those given for judged fields. *Recall*: right elements of those expected.
//! *Invented*: elements given for fields in `absent`; they lower the precision too. The calibration table takes each
//! judged value as a whole, with the confidence that intake gave it: a value of 0.9 or more must be right at least nine
//! times in ten.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use design::constraint::{
    Cloud, ConstraintField, ConstraintSet, Currency, DataClass, Framework, MlTask, Stated, UseCase,
};
use intake_extract::{IntakeExtract, extract::extract};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    advised::Advised,
    cases::{self, BadCases},
    pipeline::{Desktop, runtime},
    report::{Outcome, ratio, share},
};

mod judge;
mod names;

use judge::{Count, Wanted, judge, wanted};
use names::{is_a, is_kind, is_model, model, tool, wire};

/// A case as it stands in a file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Case {
    /// Short name.
    pub name: String,
    /// The requirement.
    pub prompt: String,
    /// What must be read.
    #[serde(default)]
    pub expected: BTreeMap<String, Value>,
    /// Other right answers.
    #[serde(default)]
    pub accept: BTreeMap<String, Value>,
    /// What the text says nothing of.
    #[serde(default)]
    pub absent: Vec<String>,
}

/// The fields that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names on the wire say what they are")]
pub enum Field {
    BudgetUsdMonth,
    Regions,
    DataClassification,
    LatencyMs,
    ThroughputRps,
    AvailabilityTarget,
    WorkloadTypes,
    DeploymentPreference,
    TrainingFrequency,
    ModelTypes,
    Compliance,
    Tooling,
    ToolingExcluded,
    TeamSize,
    Language,
    Conflicts,
}

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Name,
    Names,
    Groups,
}

impl Field {
    /// All fields in the order of the tables.
    pub const ALL: [Self; 16] = [
        Self::BudgetUsdMonth,
        Self::Regions,
        Self::DataClassification,
        Self::LatencyMs,
        Self::ThroughputRps,
        Self::AvailabilityTarget,
        Self::WorkloadTypes,
        Self::DeploymentPreference,
        Self::TrainingFrequency,
        Self::ModelTypes,
        Self::Compliance,
        Self::Tooling,
        Self::ToolingExcluded,
        Self::TeamSize,
        Self::Language,
        Self::Conflicts,
    ];

    /// The name in files of cases.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BudgetUsdMonth => "budget_usd_month",
            Self::Regions => "regions",
            Self::DataClassification => "data_classification",
            Self::LatencyMs => "latency_ms",
            Self::ThroughputRps => "throughput_rps",
            Self::AvailabilityTarget => "availability_target",
            Self::WorkloadTypes => "workload_types",
            Self::DeploymentPreference => "deployment_preference",
            Self::TrainingFrequency => "training_frequency",
            Self::ModelTypes => "model_types",
            Self::Compliance => "compliance",
            Self::Tooling => "tooling",
            Self::ToolingExcluded => "tooling_excluded",
            Self::TeamSize => "team_size",
            Self::Language => "language",
            Self::Conflicts => "conflicts",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    fn kind(self) -> Kind {
        match self {
            Self::BudgetUsdMonth
            | Self::LatencyMs
            | Self::ThroughputRps
            | Self::AvailabilityTarget
            | Self::TeamSize => Kind::Number,
            Self::DataClassification | Self::DeploymentPreference | Self::TrainingFrequency | Self::Language => {
                Kind::Name
            }
            Self::Regions
            | Self::WorkloadTypes
            | Self::ModelTypes
            | Self::Compliance
            | Self::Tooling
            | Self::ToolingExcluded => Kind::Names,
            Self::Conflicts => Kind::Groups,
        }
    }
}

/// What intake gave for a field.
#[derive(Debug, Clone, Default)]
struct Given {
    /// Numbers, each of which would be right.
    numbers: Vec<f64>,
    /// Share by which a number may be off.
    tolerance: f64,
    names: Vec<String>,
    /// Kinds of tasks, which count where a case lists such: first the task, then what the use case says of it.
    kinds: Vec<String>,
    /// The fields of each contradiction.
    groups: Vec<Vec<String>>,
    confidence: Option<f64>,
}

impl Given {
    /// What may be compared with the names that a case lists: where it speaks of kinds of tasks, those of the schema come
    /// in, and names of models that it does not speak of stay out. A use case tells a task too, but an application has
    /// parts of other kinds: it is never held against a case.
    fn in_terms_of(&self, field: Field, wanted: Option<&Wanted>) -> Vec<Self> {
        let Some(wanted) = wanted.filter(|_| field == Field::ModelTypes) else { return vec![self.clone()] };
        let listed: Vec<&String> = wanted.wholes.iter().flatten().chain(&wanted.extras).collect();
        if !listed.iter().any(|name| is_kind(name)) {
            return vec![self.clone()];
        }
        let (task, of_use) = self.kinds.split_at(self.kinds.len().min(1));
        let also: Vec<&String> = of_use.iter().filter(|kind| listed.iter().any(|name| is_a(kind, name, 4))).collect();
        // Answers from documents and tuned models generate, too.
        let generates = also.iter().any(|kind| matches!(kind.as_str(), "rag" | "fine_tuning"));
        let task: Vec<&String> = task.iter().filter(|task| !(generates && *task == "generative_ai")).collect();
        let only_kinds = listed.iter().all(|name| is_kind(name) && !is_model(name));
        let own = if only_kinds { &[][..] } else { &self.names };
        let with = |kinds: &[&String]| {
            let mut names: Vec<String> = own.iter().chain(kinds.iter().copied()).cloned().collect();
            names.sort();
            names.dedup();
            Self { names, ..self.clone() }
        };
        vec![with(&task), with(&[task.as_slice(), also.as_slice()].concat())]
    }

    fn value(&self, kind: Kind) -> Value {
        match kind {
            Kind::Number => json!(self.numbers),
            Kind::Name => json!(self.names.first()),
            Kind::Names => json!(self.names),
            Kind::Groups => json!(self.groups),
        }
    }
}

/// The kinds of tasks that a requirement's constraints say: the task, then what the use case adds.
fn kinds(set: &ConstraintSet) -> Vec<String> {
    let task = set.ml_task.as_ref().map(|stated| match stated.value {
        MlTask::Classification
        | MlTask::Regression
        | MlTask::Forecasting
        | MlTask::Recommendation
        | MlTask::AnomalyDetection
        | MlTask::Clustering
        | MlTask::ComputerVision
        | MlTask::Nlp
        | MlTask::GenerativeAi
        | MlTask::Ranking => wire(&stated.value),
    });
    let of_use: &[&str] = match set.use_case.as_ref().map(|stated| stated.value) {
        Some(UseCase::FraudDetection) => &["anomaly_detection", "classification"],
        Some(UseCase::StreamingAnomaly) => &["anomaly_detection"],
        Some(UseCase::Recommender) => &["recommendation"],
        Some(UseCase::Forecasting) => &["forecasting"],
        Some(UseCase::ComputerVision) => &["computer_vision"],
        Some(UseCase::DocumentProcessing) => &["nlp"],
        Some(UseCase::RetrievalAugmentedGeneration) => &["rag", "llm"],
        Some(UseCase::FineTuning) => &["fine_tuning", "llm"],
        Some(UseCase::TabularScoring | UseCase::ExperimentationPlatform) | None => &[],
    };
    task.into_iter().chain(of_use.iter().map(|&kind| kind.to_owned())).collect()
}

/// The suite's fields that a field of the schema stands for in a contradiction.
fn suite_fields(field: ConstraintField) -> &'static [Field] {
    match field {
        ConstraintField::Cloud | ConstraintField::Regions => &[Field::Regions],
        ConstraintField::Budget => &[Field::BudgetUsdMonth],
        ConstraintField::DataClass => &[Field::DataClassification],
        ConstraintField::Latency => &[Field::LatencyMs],
        ConstraintField::Throughput => &[Field::ThroughputRps],
        ConstraintField::DataVolume | ConstraintField::MlTask | ConstraintField::UseCase => &[],
        ConstraintField::Deployment => &[Field::WorkloadTypes, Field::DeploymentPreference],
        ConstraintField::Tooling => &[Field::Tooling, Field::ToolingExcluded],
        ConstraintField::Compliance => &[Field::Compliance],
        ConstraintField::Team => &[Field::TeamSize],
        ConstraintField::Availability => &[Field::AvailabilityTarget],
        ConstraintField::Retraining => &[Field::TrainingFrequency],
        ConstraintField::Workloads => &[Field::WorkloadTypes],
        ConstraintField::Platform => &[Field::DeploymentPreference],
        ConstraintField::ModelTypes => &[Field::ModelTypes],
    }
}

/// What intake gave, in the suite's terms.
fn given(set: &ConstraintSet, field: Field) -> Given {
    fn number<T>(stated: Option<&Stated<T>>, tolerance: f64, numbers: impl Fn(&T) -> Vec<f64>) -> Given {
        stated.map_or_else(Given::default, |stated| Given {
            numbers: numbers(&stated.value),
            tolerance,
            confidence: Some(stated.confidence),
            ..Given::default()
        })
    }
    fn names<T>(stated: Option<&Stated<T>>, names: impl Fn(&T) -> Vec<String>) -> Given {
        stated.map_or_else(Given::default, |stated| {
            let mut names = names(&stated.value);
            names.sort();
            names.dedup();
            Given { names, confidence: Some(stated.confidence), ..Given::default() }
        })
    }
    match field {
        Field::BudgetUsdMonth => {
            let foreign = set.budget.as_ref().is_some_and(|stated| stated.value.currency != Currency::Usd);
            number(set.budget.as_ref(), if foreign { 0.1 } else { 0.02 }, |budget| vec![budget.usd_per_month])
        }
        Field::Regions => names(set.regions.as_ref(), |regions| regions.iter().map(|r| r.code.clone()).collect()),
        Field::DataClassification => names(set.data_class.as_ref(), |class| {
            let name = match class {
                DataClass::Public => "public",
                DataClass::Internal => "internal",
                DataClass::Confidential | DataClass::Pii => "sensitive",
                DataClass::Pci | DataClass::Phi | DataClass::Restricted => "restricted",
            };
            vec![name.to_owned()]
        }),
        Field::LatencyMs => number(set.latency.as_ref(), 0.01, |latency| vec![latency.milliseconds]),
        Field::ThroughputRps => number(set.throughput.as_ref(), 0.02, |throughput| {
            vec![throughput.average_per_second, throughput.peak_per_second]
        }),
        Field::AvailabilityTarget => number(set.availability.as_ref(), 0.05, |availability| vec![availability.percent]),
        Field::WorkloadTypes => names(set.workloads.as_ref(), |types| types.iter().map(wire).collect()),
        Field::DeploymentPreference => names(set.platform.as_ref(), |platform| vec![wire(platform)]),
        Field::TrainingFrequency => names(set.retraining.as_ref(), |retraining| vec![wire(retraining)]),
        Field::ModelTypes => {
            let named = names(set.model_types.as_ref(), |types| types.iter().map(|name| model(name)).collect());
            let confidence = named.confidence.or_else(|| set.ml_task.as_ref().map(|stated| stated.confidence));
            Given { kinds: kinds(set), confidence, ..named }
        }
        Field::Compliance => names(set.compliance.as_ref(), |frameworks| {
            let name = |framework: &Framework| match framework {
                Framework::FedRamp => "fedramp".to_owned(),
                Framework::Gdpr
                | Framework::Hipaa
                | Framework::PciDss
                | Framework::Soc2
                | Framework::Iso27001
                | Framework::Ccpa
                | Framework::EuAiAct => wire(framework),
            };
            frameworks.iter().map(name).collect()
        }),
        Field::Tooling => {
            let mut given =
                names(set.tooling.as_ref(), |tools| tools.preferred.iter().map(|name| tool(name)).collect());
            // A cloud is no tool, but a case may list it as one; it never counts against a case that does not.
            match set.cloud.as_ref().map(|stated| stated.value) {
                Some(cloud @ (Cloud::Aws | Cloud::Gcp | Cloud::Azure)) if !given.names.is_empty() => {
                    given.names.push(wire(&cloud));
                }
                Some(_) | None => {}
            }
            given
        }
        Field::ToolingExcluded => {
            names(set.tooling.as_ref(), |tools| tools.excluded.iter().map(|name| tool(name)).collect())
        }
        Field::TeamSize => {
            let sized = set.team.as_ref().filter(|stated| stated.value.size.is_some());
            number(sized, 0.0, |team| team.size.map(f64::from).into_iter().collect())
        }
        Field::Language => Given { names: set.language.iter().cloned().collect(), ..Given::default() },
        Field::Conflicts => {
            let group = |fields: &[ConstraintField]| {
                let mut names: Vec<String> =
                    fields.iter().flat_map(|f| suite_fields(*f)).map(|f| f.as_str().to_owned()).collect();
                names.sort();
                names.dedup();
                names
            };
            let groups: Vec<Vec<String>> = set.conflicts.iter().map(|conflict| group(&conflict.fields)).collect();
            Given { groups: groups.into_iter().filter(|group| !group.is_empty()).collect(), ..Given::default() }
        }
    }
}

/// A bin of the calibration table.
#[derive(Debug, Clone, Copy)]
struct Bin {
    from: f64,
    to: f64,
    values: u32,
    right: u32,
}

/// Bins of the calibration table; the last one has the promise.
const BINS: [(f64, f64); 5] = [(0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)];

/// Runs the suite.
///
/// # Errors
/// When a file cannot be used; the message names the case and the field.
pub fn run(files: &[PathBuf], advised: Option<&Arc<Advised>>) -> Result<Outcome, BadCases> {
    let runtime = runtime().map_err(|error| BadCases::Model { problem: format!("no runtime: {error}") })?;
    let mut totals: BTreeMap<Field, Count> = BTreeMap::new();
    let mut bins: Vec<Bin> = BINS.iter().map(|(from, to)| Bin { from: *from, to: *to, values: 0, right: 0 }).collect();
    let mut skipped: BTreeMap<String, u32> = BTreeMap::new();
    let mut results: Vec<Value> = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    for path in files {
        for case in cases::read::<Case>(path)? {
            let asked = asked(path, &case, &mut skipped)?;
            let set = read(&case, advised, &runtime)?;
            let mut judged = serde_json::Map::new();
            for (field, wanted) in asked {
                let readings = given(&set, field).in_terms_of(field, wanted.as_ref()).into_iter();
                let judged_readings = readings.map(|given| (judge(field, &given, wanted.as_ref()), given));
                let best = judged_readings.reduce(|a, b| if b.0.quality() > a.0.quality() { b } else { a });
                let Some((counted, given)) = best else { continue };
                totals.entry(field).or_default().add(counted);
                let verdict = counted.verdict();
                if let Some(confidence) = given.confidence
                    && counted.given > 0
                    && let Some(bin) = bins.iter_mut().find(|bin| (bin.from..bin.to).contains(&confidence))
                {
                    bin.values += 1;
                    bin.right += u32::from(counted.right == counted.given);
                }
                let value = given.value(field.kind());
                let expected = case.expected.get(field.as_str());
                if verdict != "right" && counted != Count::default() {
                    let expected = expected.map_or("nothing".to_owned(), ToString::to_string);
                    problems.push(format!(
                        "{:<9} {} {} is {value}, expected {expected}",
                        verdict,
                        case.name,
                        field.as_str()
                    ));
                }
                judged.insert(
                    field.as_str().to_owned(),
                    json!({
                        "verdict": verdict, "given": value, "expected": expected, "confidence": given.confidence,
                        "right": counted.right, "of_given": counted.given, "of_expected": counted.expected,
                        "invented": counted.invented,
                    }),
                );
            }
            results.push(json!({
                "file": path.file_name().map(|name| name.to_string_lossy().into_owned()),
                "name": case.name,
                "fields": judged,
            }));
        }
    }
    Ok(outcome(&totals, &bins, &skipped, results, &problems))
}

/// What intake reads in a case: the rules alone, or with a model.
fn read(case: &Case, advised: Option<&Arc<Advised>>, runtime: &Runtime) -> Result<ConstraintSet, BadCases> {
    if advised.is_none() {
        return Ok(extract(&case.prompt).constraints);
    }
    let read = runtime.block_on(async {
        let mut desktop = Desktop::new(&case.name, &case.prompt)?.advised(advised);
        desktop.think(&IntakeExtract, 0).await
    });
    match read {
        Ok((set, _)) => Ok(set),
        Err(error) => Err(BadCases::Model { problem: format!("`{}` failed: {}", case.name, agent::chain(&error)) }),
    }
}

/// What a case asks for: each judged field with what is wanted, `None` where nothing may be given.
fn asked(
    path: &Path,
    case: &Case,
    skipped: &mut BTreeMap<String, u32>,
) -> Result<BTreeMap<Field, Option<Wanted>>, BadCases> {
    let mut asked = BTreeMap::new();
    let mut known = |name: &str| {
        let field = Field::named(name);
        if field.is_none() {
            *skipped.entry(name.to_owned()).or_default() += 1;
        }
        field
    };
    for (name, value) in &case.expected {
        let Some(field) = known(name) else { continue };
        let accept = match case.accept.get(name) {
            Some(Value::Array(items)) => items.clone(),
            Some(single) => vec![single.clone()],
            None => Vec::new(),
        };
        let wanted = wanted(field, value, &accept)
            .map_err(|problem| BadCases::field(path, &case.name, &format!("expected.{name}"), problem))?;
        asked.insert(field, wanted);
    }
    for name in &case.absent {
        let Some(field) = known(name) else { continue };
        if asked.insert(field, None).is_some_and(|wanted| wanted.is_some()) {
            return Err(BadCases::field(path, &case.name, name, "is both expected and absent"));
        }
    }
    Ok(asked)
}

fn outcome(
    totals: &BTreeMap<Field, Count>,
    bins: &[Bin],
    skipped: &BTreeMap<String, u32>,
    results: Vec<Value>,
    problems: &[String],
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut total = Count::default();
    let mut rows = Vec::new();
    let mut fields = serde_json::Map::new();
    let row = |name: &str, count: Count| {
        vec![
            name.to_owned(),
            share(count.right, count.given),
            share(count.right, count.expected),
            count.invented.to_string(),
            count.right.to_string(),
            count.given.to_string(),
            count.expected.to_string(),
        ]
    };
    for (field, count) in totals {
        rows.push(row(field.as_str(), *count));
        total.add(*count);
        fields.insert(
            field.as_str().to_owned(),
            json!({
                "precision": ratio(count.right, count.given), "recall": ratio(count.right, count.expected),
                "invented": count.invented, "right": count.right, "given": count.given, "expected": count.expected,
            }),
        );
    }
    rows.push(row("total", total));
    if !problems.is_empty() {
        outcome.say(problems.join("\n"));
    }
    outcome.table(
        &format!("intake: {} cases", results.len()),
        &["field", "precision", "recall", "invented", "right", "given", "expected"],
        &rows,
    );
    let calibration: Vec<Vec<String>> = bins
        .iter()
        .map(|bin| {
            let range =
                if bin.to > 1.0 { format!("{} and more", bin.from) } else { format!("{} to {}", bin.from, bin.to) };
            vec![range, bin.values.to_string(), bin.right.to_string(), share(bin.right, bin.values)]
        })
        .collect();
    outcome.table("calibration", &["confidence", "values", "right", "share right"], &calibration);
    if !skipped.is_empty() {
        let names: Vec<String> = skipped.iter().map(|(name, times)| format!("{name} ({times})")).collect();
        outcome.say(format!("Fields that are not known, skipped: {}", names.join(", ")));
    }
    outcome.put("suite", "intake");
    outcome.put("precision", ratio(total.right, total.given));
    outcome.put("recall", ratio(total.right, total.expected));
    outcome.put("invented", total.invented);
    outcome.put("right", total.right);
    outcome.put("given", total.given);
    outcome.put("expected", total.expected);
    outcome.put("fields", fields);
    outcome.put(
        "calibration",
        bins.iter()
            .map(|bin| {
                json!({"from": bin.from, "to": bin.to.min(1.0), "values": bin.values, "right": bin.right,
                    "share": (bin.values > 0).then(|| ratio(bin.right, bin.values))})
            })
            .collect::<Vec<_>>(),
    );
    outcome.put("skipped", json!(skipped));
    outcome.put("cases", results);
    outcome
}
