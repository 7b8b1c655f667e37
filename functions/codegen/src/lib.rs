//! Generates the repository from the plan.
//!
//! Templates are data (`templates/`), as are packages, subjects and the way from patterns to Terraform (`data/`). What
//! the plan does not ask for is not generated: a batch plan has no endpoint, a plan without a stream has no consumer.
//! The same plan gives the same bytes: there is no clock, no randomness and no id in what is written.

mod packages;
mod provision;
mod render;
mod site;
mod task;
mod words;

use std::collections::BTreeMap;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::ConstraintSet,
    cost::CostReview,
    input::DesignInput,
    node::Node,
    plan::{Candidate, Capability, PlanDecision},
    policy::{PolicyReport, Verdict},
    repository::{RepositoryFile, RepositoryManifest},
    signal::NoSignal,
};
use minijinja::{Value, context};
use run::{
    card::{Alternative, Category, Confidence, Fact, Impact, Risk, Trigger},
    gate::GateKind,
    question::Priority,
};

pub use provision::{Infrastructure, Provisioned};
pub use site::{Serving, Site};
pub use task::{Family, Mode};

/// A template or the crate's data is broken: our own fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError(pub String);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

impl From<RenderError> for AgentError {
    fn from(error: RenderError) -> Self {
        Self::Defect(error.0)
    }
}

/// The agent that writes the repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct Codegen;

/// What the agent thinks about.
#[derive(Debug, Clone)]
pub struct Input {
    /// Title of the run.
    pub title: String,
    /// The requirement's text.
    pub requirement: String,
    /// What made the agent think.
    pub trigger: Trigger,
    /// What is asked.
    pub constraints: ConstraintSet,
    /// The plan.
    pub plan: PlanDecision,
    /// The price, where it was reviewed.
    pub cost: Option<CostReview>,
    /// The policies' results, where they were evaluated.
    pub policy: Option<PolicyReport>,
}

/// A generated file before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the repository's root.
    pub path: String,
    /// Its text.
    pub content: String,
    /// What it is for.
    pub purpose: String,
    /// Patterns that it implements.
    pub patterns: Vec<String>,
}

/// The repository before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// Its files, sorted by path.
    pub files: Vec<SourceFile>,
    /// Services of the plan that no template provides.
    pub missing: Vec<String>,
    /// What is generated for serving, in words.
    pub parts: Vec<&'static str>,
    /// Folder of the family's templates.
    pub family: &'static str,
}

impl Agent for Codegen {
    const NODE: &'static str = Node::Codegen.as_str();
    const NAME: &'static str = "Code generator";
    const READS: &'static [&'static str] =
        &[Node::Planner.as_str(), Node::CriticCost.as_str(), Node::PolicyEval.as_str()];
    type Input = Input;
    type Output = RepositoryManifest;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        let plan: PlanDecision = memory.latest(Node::Planner.as_str())?;
        Ok(Input {
            title: memory.run().title.clone(),
            requirement: memory.input::<DesignInput>()?.requirement,
            trigger: memory.trigger(GateKind::Final),
            constraints: plan.constraints.clone(),
            plan,
            cost: memory.find(Node::CriticCost.as_str())?,
            policy: memory.find(Node::PolicyEval.as_str())?,
        })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<RepositoryManifest, NoSignal>, AgentError> {
        let candidate = selected(&input.plan)?;
        let repository =
            generate(&input.title, &input.requirement, &input.constraints, candidate, input.cost.as_ref())?;
        let mut files = Vec::with_capacity(repository.files.len());
        for file in &repository.files {
            let body = desk.bodies().put(file.content.as_bytes(), content_type(&file.path)).await?;
            files.push(RepositoryFile {
                path: file.path.clone(),
                body,
                executable: false,
                purpose: file.purpose.clone(),
                patterns: file.patterns.clone(),
            });
        }
        let manifest = RepositoryManifest {
            name: repository.name.clone(),
            total_bytes: files.iter().map(|file| file.body.size).sum(),
            files,
        };
        let card = card(&input, candidate, &repository, &manifest);
        Ok(Thought {
            summary: card.decision.clone(),
            output: manifest,
            signal: NoSignal {},
            card,
            artifacts: Vec::new(),
        })
    }
}

fn selected(plan: &PlanDecision) -> Result<&Candidate, AgentError> {
    plan.selected().ok_or_else(|| {
        AgentError::MemoryIncomplete(format!("the plan selects `{}`, which is not among its candidates", plan.selected))
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("py") => "text/x-python",
        Some("md") => "text/markdown",
        Some("yml" | "yaml") => "application/yaml",
        Some("toml") => "application/toml",
        Some("json") => "application/json",
        Some(_) | None => "text/plain",
    }
}

/// Generates the repository of a plan: pure, and the same for the same input.
///
/// # Errors
/// When a template or the crate's data is broken.
pub fn generate(
    title: &str,
    requirement: &str,
    constraints: &ConstraintSet,
    candidate: &Candidate,
    cost: Option<&CostReview>,
) -> Result<Repository, RenderError> {
    let components = with_stream_consumer(candidate);
    let infrastructure = Infrastructure::of(&components)?;
    let site = Site::of(title, requirement, constraints, candidate, cost, &infrastructure)?;
    let environment = render::environment()?;
    let base = Value::from(minijinja::value::Serde(&site));
    let mut files: BTreeMap<String, SourceFile> = BTreeMap::new();
    for wanted in layout(&site, candidate) {
        let context = context! { environment => wanted.environment, ..base.clone() };
        let content = render::render(&environment, &wanted.template, &context)?;
        let file = SourceFile {
            path: wanted.path.clone(),
            content,
            purpose: wanted.purpose.to_owned(),
            patterns: wanted.patterns,
        };
        files.insert(wanted.path, file);
    }
    for provisioned in infrastructure.files.iter().filter(|_| site.aws) {
        let (path, file) = terraform(provisioned, candidate, &environment, &base)?;
        files.insert(path, file);
    }
    Ok(Repository {
        parts: parts(&site),
        family: site.task,
        missing: infrastructure.missing.clone(),
        name: site.name,
        files: files.into_values().collect(),
    })
}

/// A stream that nobody reads would be thrown away: where the plan has a stream and no consumer, there is one.
fn with_stream_consumer(candidate: &Candidate) -> Vec<design::plan::Component> {
    let mut components = candidate.components.clone();
    let stream = components.iter().find(|component| {
        component.capability == Capability::Ingest
            && component.services.iter().any(|service| {
                let service = service.to_lowercase();
                service.contains("kinesis data streams") || service.contains("msk") || service.contains("kafka")
            })
    });
    let consumed = components.iter().any(|component| component.pattern == "serve.lambda-stream-consumer");
    if let (Some(stream), false) = (stream, consumed) {
        let consumer = design::plan::Component {
            pattern: "serve.lambda-stream-consumer".to_owned(),
            sizing: BTreeMap::new(),
            rationale: format!("Reads the stream of {}.", stream.pattern),
            ..stream.clone()
        };
        components.push(consumer);
    }
    components
}

fn terraform(
    provisioned: &Provisioned<'_>,
    candidate: &Candidate,
    environment: &minijinja::Environment<'_>,
    base: &Value,
) -> Result<(String, SourceFile), RenderError> {
    let file = &provisioned.file;
    // A consumer that was added for the stream is no part of the plan.
    let in_plan = |pattern: &str| candidate.components.iter().any(|own| own.pattern == pattern);
    let patterns: Vec<String> = provisioned
        .components
        .iter()
        .map(|component| component.pattern.clone())
        .filter(|pattern| in_plan(pattern))
        .collect();
    let why = if provisioned.components.is_empty() {
        "Needed by other parts.".to_owned()
    } else {
        let names: Vec<String> =
            provisioned.components.iter().map(|component| words::comment(&component.name)).collect();
        words::comment(&format!("{}.", names.join("; ")))
    };
    let sizing = provisioned.components.first().map(|component| component.sizing.clone()).unwrap_or_default();
    let context = context! { why => why, sizing => sizing, ..base.clone() };
    let content = render::render(environment, &format!("terraform/services/{file}.tf.j2"), &context)?;
    let path = format!("terraform/{file}.tf");
    let purpose = format!("Infrastructure: {}", file.replace('_', " "));
    Ok((path.clone(), SourceFile { path, content, purpose, patterns }))
}

struct Wanted {
    path: String,
    template: String,
    purpose: &'static str,
    patterns: Vec<String>,
    environment: &'static str,
}

/// The files of a repository beside its services' Terraform.
fn layout(site: &Site, candidate: &Candidate) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let of = |capability: Capability| -> Vec<String> {
        candidate
            .components
            .iter()
            .filter(|component| component.capability == capability)
            .map(|component| component.pattern.clone())
            .collect()
    };
    let mut add = |path: String, template: String, purpose: &'static str, patterns: Vec<String>| {
        wanted.push(Wanted { path, template, purpose, patterns, environment: "" });
    };
    let package = &site.package;
    let serving = site.serving;
    let http = serving.online || serving.batch_transform;

    for (path, template, purpose) in [
        ("README.md", "README.md", "What the system is and how to run it"),
        ("Makefile", "Makefile", "Short names for what is done often"),
        ("pyproject.toml", "pyproject.toml", "The package, its dependencies and its tools"),
        ("requirements.txt", "requirements.txt", "Exact versions of what runs in production"),
        ("requirements-dev.txt", "requirements-dev.txt", "Exact versions of what tests and checks need"),
        (".gitignore", "gitignore", "What stays out of the repository"),
        (".dockerignore", "dockerignore", "What stays out of the image"),
        ("Dockerfile", "Dockerfile", "The image of all jobs and services"),
        ("docs/operations.md", "operations.md", "Alarms, retraining, drift, going back"),
    ] {
        add(path.to_owned(), format!("root/{template}.j2"), purpose, Vec::new());
    }
    add(".github/workflows/ci.yml".into(), "github/ci.yml.j2".into(), "Checks of every change", Vec::new());
    if site.aws {
        add(".github/workflows/deploy.yml".into(), "github/deploy.yml.j2".into(), "Deployment by hand", Vec::new());
    }

    let mut module = |name: &str, template: &str, purpose: &'static str, capability: Option<Capability>| {
        add(format!("src/{package}/{name}.py"), template.to_owned(), purpose, capability.map(of).unwrap_or_default());
    };
    for (name, purpose, capability) in [
        ("__init__", "The package", None),
        ("settings", "Configuration from the environment", None),
        ("logs", "Logs as JSON", None),
        ("storage", "Local files and S3", Some(Capability::Store)),
        ("contract", "The data contract", Some(Capability::Ingest)),
        ("ingestion", "From raw lines to checked examples", Some(Capability::Ingest)),
        ("artifacts", "Models with their hashes", Some(Capability::Govern)),
        ("training", "Training and evaluation", Some(Capability::Train)),
        ("promotion", "The gate to production", Some(Capability::Govern)),
        ("monitoring", "Drift", Some(Capability::Observe)),
    ] {
        module(name, &format!("python/{name}.py.j2"), purpose, capability);
    }
    for (name, purpose, capability) in [
        ("records", "The schema of what comes in and goes out", None),
        ("synthetic", "Generated examples from a fixed seed", None),
        ("features", "Features, the same for training and serving", Some(Capability::Feature)),
        ("learning", "The model", Some(Capability::Train)),
    ] {
        module(name, &format!("tasks/{}/{name}.py.j2", site.task), purpose, capability);
    }
    let serve = Some(Capability::Serve);
    for (is_wanted, name, template, purpose) in [
        (serving.online, "service", "python/service.py.j2", "The inference service"),
        (serving.batch_transform && !serving.online, "service", "python/transform_service.py.j2", "Batch transform"),
        (serving.online && serving.lambda, "lambda_handler", "python/lambda_handler.py.j2", "The service on Lambda"),
        (serving.batch, "batch", "python/batch.py.j2", "Batch scoring"),
        (serving.stream, "stream", "python/stream.py.j2", "Scoring of events"),
        (serving.edge, "edge", "python/edge.py.j2", "Scoring on devices"),
        (site.experimentation, "experiments", "python/experiments.py.j2", "Experiments of teams"),
        (site.task == "rag", "llm", "tasks/rag/llm.py.j2", "The language model behind a port"),
        (site.task == "fine_tuning", "llm", "tasks/fine_tuning/llm.py.j2", "The language model behind a port"),
        (
            site.aws && site.task == "fine_tuning",
            "tuning",
            "tasks/fine_tuning/tuning.py.j2",
            "Tuning of the language model",
        ),
    ] {
        if is_wanted {
            module(name, template, purpose, serve);
        }
    }
    for (is_wanted, name) in [
        (true, "__init__"),
        (true, "conftest"),
        (true, "test_pipeline"),
        (true, "test_monitoring"),
        (serving.online, "test_service"),
        (http && !serving.online, "test_transform"),
        (serving.batch, "test_batch"),
        (serving.stream, "test_stream"),
        (serving.edge, "test_edge"),
        (site.experimentation, "test_experiments"),
        (site.task == "rag", "test_answers"),
        (site.aws && site.task == "fine_tuning", "test_tuning"),
    ] {
        if is_wanted {
            add(format!("tests/{name}.py"), format!("tests/{name}.py.j2"), "Tests", Vec::new());
        }
    }
    if !site.aws {
        return wanted;
    }
    for name in ["versions", "variables", "main", "storage", "alarms", "budget", "outputs"] {
        add(format!("terraform/{name}.tf"), format!("terraform/{name}.tf.j2"), "Infrastructure: base", Vec::new());
    }
    let spark = of(Capability::Transform)
        .into_iter()
        .filter(|pattern| pattern.contains("glue") || pattern.contains("emr"))
        .collect::<Vec<_>>();
    if !spark.is_empty() {
        add("jobs/transform_job.py".into(), "jobs/transform_job.py.j2".into(), "Spark job", spark);
    }
    for environment in ["dev", "prod"] {
        wanted.push(Wanted {
            path: format!("terraform/envs/{environment}.tfvars"),
            template: "terraform/tfvars.j2".into(),
            purpose: "What differs between environments",
            patterns: Vec::new(),
            environment,
        });
    }
    wanted
}

fn parts(site: &Site) -> Vec<&'static str> {
    let serving = site.serving;
    [
        (serving.online, "an inference service"),
        (serving.batch_transform, "a container for batch transform"),
        (serving.batch, "a batch scoring job"),
        (serving.stream, "a stream consumer"),
        (serving.edge, "an edge scorer"),
        (site.experimentation, "experiment tracking"),
    ]
    .into_iter()
    .filter_map(|(wanted, words)| wanted.then_some(words))
    .collect()
}

fn card(input: &Input, candidate: &Candidate, repository: &Repository, manifest: &RepositoryManifest) -> CardDraft {
    let count = |prefix: &str| repository.files.iter().filter(|file| file.path.starts_with(prefix)).count();
    let lines: usize = repository.files.iter().map(|file| file.content.lines().count()).sum();
    let covered = candidate
        .components
        .iter()
        .filter(|component| repository.files.iter().any(|file| file.patterns.contains(&component.pattern)))
        .count();
    let total = candidate.components.len();
    let decision = format!(
        "Generated {} files ({lines} lines) in `{}`: {}, with training, monitoring, tests and Terraform.",
        repository.files.len(),
        manifest.name,
        repository.parts.join(", ")
    );
    // Every component that a file implements is evidence; every service without a template speaks against it.
    let share = if total == 0 { 0.0 } else { covered as f64 / total as f64 };
    let penalty = 0.05 * repository.missing.len() as f64;
    let confidence = Confidence {
        value: ((share - penalty).clamp(0.0, 1.0) * 100.0).round() / 100.0,
        basis: vec![
            format!("{covered} of {total} components of the plan are implemented by a file of their own"),
            format!("{} services of the plan have no template", repository.missing.len()),
        ],
    };
    let mut card = CardDraft::new(input.trigger, Category::Code, decision, confidence);
    card.priority = if repository.missing.is_empty() { Priority::Medium } else { Priority::High };
    card.reasoning = vec![
        format!(
            "The use case and task pick the `{}` templates: the model is small, trains on generated data with a fixed \
             seed, and must pass a promotion gate before anything serves it.",
            repository.family
        ),
        format!(
            "The plan's serving and ingestion parts decide what there is besides: {}. What the plan does not ask for \
             is not generated.",
            repository.parts.join(", ")
        ),
        format!(
            "Each component brings its Terraform by its pattern ({} files), with one key for everything stored, one \
             role per kind of workload, alarms and a budget.",
            count("terraform/")
        ),
    ];
    card.inputs = vec![
        Fact::new("Plan", candidate.name.clone()),
        Fact::new("Components", total.to_string()),
        Fact::new(
            "Policies that passed",
            input.policy.as_ref().map_or_else(
                || "not evaluated".to_owned(),
                |report| report.results.iter().filter(|result| result.verdict == Verdict::Pass).count().to_string(),
            ),
        ),
    ];
    card.outputs = vec![
        Fact::new("Repository", manifest.name.clone()),
        Fact::new("Files", repository.files.len().to_string()),
        Fact::new("Bytes", manifest.total_bytes.to_string()),
        Fact::new("Python modules", count("src/").to_string()),
        Fact::new("Test files", count("tests/").to_string()),
        Fact::new("Terraform files", count("terraform/").to_string()),
    ];
    card.alternatives = left_out(&repository.parts)
        .into_iter()
        .map(|(name, why_not)| Alternative { name: name.to_owned(), score: None, why_not: why_not.to_owned() })
        .collect();
    card.impact = Impact {
        cost: Some(format!(
            "A budget alarm stands in Terraform; the plan is expected to cost {} US dollars a month.",
            words::dollars(
                input.cost.as_ref().map_or(candidate.cost.expected_usd, |review| review.estimate.expected_usd)
            )
        )),
        performance: None,
        security: Some(
            "Customer-managed encryption, no public access, least privilege, image as a user without rights, \
             short-lived credentials in CI."
                .to_owned(),
        ),
        operations: Some("`docs/operations.md` names each alarm and what to do.".to_owned()),
    };
    card.risks = repository
        .missing
        .iter()
        .map(|service| Risk {
            severity: Priority::High,
            text: format!("{service} has no Terraform template."),
            mitigation: "The README lists it: set it up by hand.".to_owned(),
        })
        .collect();
    card.risks.push(Risk {
        severity: Priority::Medium,
        text: "The model is trained on generated examples.".to_owned(),
        mitigation: "Put real examples into `data/raw`; the data contract says whether they fit, and the promotion \
                     gate's floor is set anew for them."
            .to_owned(),
    });
    card
}

/// What could have been generated and was not, with the reason.
fn left_out(parts: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    [
        ("an inference service", "The plan has no component that answers single requests."),
        ("a batch scoring job", "The plan has no component that scores many records at a time."),
        ("a stream consumer", "The plan ingests no stream."),
        ("an edge scorer", "The plan serves nothing on devices."),
    ]
    .into_iter()
    .filter(|(name, _)| !parts.contains(name))
    .collect()
}
