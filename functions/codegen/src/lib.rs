//! Assembles the repository: joins the parts that the six implementers wrote, adds what they share (packaging, base
//! infrastructure, CI, documents), and checks that the whole fits together.

mod controls;
pub mod edits;
mod read_first;

use std::collections::BTreeMap;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    input::DesignInput,
    node::Node,
    policy::{PolicyReport, Verdict},
    repository::{RepositoryFile, RepositoryManifest, RepositoryPart},
    signal::NoSignal,
};
use generation::{Blueprint, Ci, Iac, Missing, RenderError, Request, Site, SourceFile, Wanted, files, stored};
use minijinja::{Value, value::Serde};
use run::{
    card::{Category, Confidence, Fact, Impact, Risk},
    edit::FileEdit,
    question::Priority,
};
use rust_embed::RustEmbed;

/// The templates of what the parts share.
#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The agent that assembles the repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct Codegen;

/// What the agent thinks about.
#[derive(Debug, Clone)]
pub struct Input {
    /// The plan, and what it answers.
    pub request: Request,
    /// The parts by the node that wrote them, in the workflow's order.
    pub parts: Vec<(Node, RepositoryPart)>,
    /// The policies' results, where they were evaluated.
    pub policy: Option<PolicyReport>,
    /// What people edited in earlier versions.
    pub edits: Vec<FileEdit>,
}

impl Agent for Codegen {
    const NODE: &'static str = Node::Codegen.as_str();
    const NAME: &'static str = "Assembler";
    const READS: &'static [&'static str] = &[
        Node::Planner.as_str(),
        Node::CriticCost.as_str(),
        Node::Validators.as_str(),
        Node::PolicyEval.as_str(),
        Node::ImplementIngestion.as_str(),
        Node::ImplementFeatures.as_str(),
        Node::ImplementTraining.as_str(),
        Node::ImplementInference.as_str(),
        Node::ImplementMonitoring.as_str(),
        Node::ImplementLearning.as_str(),
    ];
    type Input = Input;
    type Output = RepositoryManifest;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        let parts = Node::IMPLEMENTERS
            .into_iter()
            .map(|node| Ok((node, memory.latest(node.as_str())?)))
            .collect::<Result<_, AgentError>>()?;
        let edits = memory.input::<DesignInput>()?.edits;
        Ok(Input { request: Request::recall(memory)?, parts, policy: memory.find(Node::PolicyEval.as_str())?, edits })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<RepositoryManifest, NoSignal>, AgentError> {
        let mut blueprint = Blueprint::of(&input.request.subject()?)?;
        blueprint.site.read_first = read_first::of(&input.request.plan, input.policy.as_ref());
        let mut own = stored(&shared_files(&blueprint)?, Node::Codegen, desk).await?;
        let mended = input.request.mends.apply(&mut own);
        let files = joined(input.parts.iter().flat_map(|(_, part)| part.files.clone()).chain(own))?;
        // Before the checks, which judge the repository as the person will have it.
        let mut edited = edits::apply(files, &input.edits, desk).await?;
        let mut persons: Vec<RepositoryFile> =
            edited.files.extract_if(.., |file| file.written_by.0 == edits::PERSON).collect();
        let mended_edits = input.request.mends.apply(&mut persons);
        let files = joined(edited.files.into_iter().chain(persons))?;
        let manifest = RepositoryManifest {
            name: blueprint.site.name.clone(),
            total_bytes: files.iter().map(|file| file.body.size).sum(),
            files,
            edits: edited.carried,
            conflicts: edited.conflicts,
            fallbacks: input.parts.iter().flat_map(|(_, part)| part.fallbacks.clone()).collect(),
        };
        let mut card = card(&input, &blueprint, &manifest);
        card.reasoning.extend(mended);
        tell_edits(&manifest, mended_edits, &mut card);
        Ok(Thought {
            summary: card.decision.clone(),
            output: manifest,
            signal: NoSignal {},
            card,
            artifacts: Vec::new(),
        })
    }
}

/// The edits of people on the card: each file by name, what was mended in it, and what needs another look.
fn tell_edits(manifest: &RepositoryManifest, mended: Vec<String>, card: &mut CardDraft) {
    if !manifest.edits.is_empty() {
        let named = manifest.edits.iter().map(|edit| {
            let what = if edit.body.is_some() { "kept" } else { "left out" };
            format!("`{}` ({what}, {})", edit.path, edit.by.name)
        });
        card.reasoning
            .push(format!("Edits of people are in the repository: {}.", named.collect::<Vec<_>>().join(", ")));
        card.outputs.push(Fact::new("Edited files", manifest.edits.len().to_string()));
    }
    card.reasoning.extend(mended.into_iter().map(|said| format!("In an edited file: {said}")));
    for conflict in &manifest.conflicts {
        card.priority = Priority::High;
        card.risks.push(Risk {
            severity: Priority::High,
            text: edits::told(conflict),
            mitigation: "Compare both in the version's conflicts, and store the file as it should be.".to_owned(),
        });
    }
}

/// The files sorted by path, each written by one agent.
fn joined(files: impl IntoIterator<Item = RepositoryFile>) -> Result<Vec<RepositoryFile>, AgentError> {
    let mut joined: BTreeMap<String, RepositoryFile> = BTreeMap::new();
    for file in files {
        if let Some(other) = joined.get(&file.path) {
            return Err(AgentError::Defect(format!(
                "`{}` and `{}` both wrote {}",
                other.written_by, file.written_by, file.path
            )));
        }
        joined.insert(file.path.clone(), file);
    }
    Ok(joined.into_values().collect())
}

/// Parts of the foundation's CloudFormation that every system has.
const FOUNDATION: [&str; 4] = ["main", "storage", "alarms", "budget"];

/// The parts with roles of people: who take a person's records out of what is kept, and who go back to an older model.
fn people(site: &Site) -> impl Iterator<Item = &'static str> {
    let goes_back = site.job_names.contains(&"promotion");
    [(site.erases, "erasure"), (goes_back, "operator")].into_iter().filter_map(|(wanted, part)| wanted.then_some(part))
}

/// What the parts share: pure, and the same for the same plan.
///
/// # Errors
/// When a template is broken.
pub fn shared_files(blueprint: &Blueprint) -> Result<Vec<SourceFile>, RenderError> {
    let mut wanted = layout(blueprint);
    let foundation: Vec<&str> = FOUNDATION.into_iter().chain(people(&blueprint.site)).collect();
    wanted.extend(blueprint.provisions(Node::Codegen, &foundation));
    wanted.extend(documents(blueprint, &wanted)?);
    files::<Templates>(blueprint, wanted)
}

/// The shared files besides the infrastructure that several parts need.
fn layout(blueprint: &Blueprint) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for (path, template, purpose) in [
        ("Makefile", "Makefile", "Short names for what is done often"),
        ("pyproject.toml", "pyproject.toml", "The package, its dependencies and its tools"),
        ("requirements.txt", "requirements.txt", "Exact versions of what runs in production"),
        (
            "requirements-monitoring.txt",
            "requirements-monitoring.txt",
            "Exact versions of what the drift job needs besides",
        ),
        ("requirements-dev.txt", "requirements-dev.txt", "Exact versions of what tests and checks need"),
        (".gitignore", "gitignore", "What stays out of the repository"),
        (".dockerignore", "dockerignore", "What stays out of the image"),
        ("Dockerfile", "Dockerfile", "The images of jobs and services"),
        ("CONTRIBUTING.md", "CONTRIBUTING.md", "How to change it"),
        (".pre-commit-config.yaml", "pre-commit", "Checks before a commit"),
        (".editorconfig", "editorconfig", "How editors write files"),
    ] {
        wanted.push(Wanted::new(path, format!("root/{template}.j2"), purpose, Vec::new()));
    }
    if blueprint.site.trains_apart {
        let purpose = "Exact versions of what only training needs";
        wanted.push(Wanted::new("requirements-train.txt", "root/requirements-train.txt.j2", purpose, Vec::new()));
    }
    if blueprint.site.serving.greengrass {
        let purpose = "Exact versions of what devices need besides";
        wanted.push(Wanted::new("requirements-devices.txt", "root/requirements-devices.txt.j2", purpose, Vec::new()));
    }
    let brings = |part| blueprint.infrastructure.has(part);
    if blueprint.site.iac == Iac::CloudFormation && brings("eks") && ["bedrock", "aurora"].into_iter().any(brings) {
        let purpose = "What cfn-lint leaves alone, and why";
        wanted.push(Wanted::new(".cfnlintrc", "root/cfnlintrc.j2", purpose, Vec::new()));
    }
    let (checks_template, deployment) = match blueprint.site.ci {
        Ci::Github => ("github/ci.yml.j2", Some((".github/workflows/deploy.yml", "github/deploy.yml.j2"))),
        // One file holds all jobs.
        Ci::Gitlab => ("gitlab/ci.yml.j2", None),
        Ci::Azure => ("azure/ci.yml.j2", Some(("azure-pipelines-deploy.yml", "azure/deploy.yml.j2"))),
    };
    let checks = controls::checks(blueprint.site.ci);
    wanted.push(Wanted::new(checks, checks_template, "Checks of every change", Vec::new()));
    wanted.push(blueprint.module("__init__", "python/__init__.py.j2", "The package", None));
    wanted.push(blueprint.module("settings", "python/settings.py.j2", "Configuration from the environment", None));
    wanted.push(blueprint.test("__init__", "Tests"));
    wanted.push(blueprint.test("conftest", "What tests share"));
    wanted.push(Wanted::new("scripts/demo.py", "scripts/demo.py.j2", "The whole system on one machine", Vec::new()));
    wanted.push(blueprint.test("test_demo", "Tests of the demo"));
    if !blueprint.site.aws {
        return wanted;
    }
    if let Some((path, template)) = deployment {
        wanted.push(Wanted::new(path, template, "Deployment by hand", Vec::new()));
    }
    let deploy = match blueprint.site.iac {
        Iac::Terraform => "scripts/deploy.sh.j2",
        Iac::CloudFormation => "scripts/deploy_stacks.sh.j2",
    };
    wanted.push(Wanted::new("scripts/deploy.sh", deploy, "The steps of a deployment", Vec::new()));
    if blueprint.site.iac == Iac::Terraform {
        let base = ["versions", "variables", "main", "storage", "budget", "outputs"];
        for name in base.into_iter().chain(people(&blueprint.site)) {
            wanted.push(Wanted::new(
                format!("terraform/{name}.tf"),
                format!("terraform/{name}.tf.j2"),
                "Infrastructure: base",
                Vec::new(),
            ));
        }
    }
    for environment in ["dev", "prod"] {
        let (path, template) = match blueprint.site.iac {
            Iac::Terraform => (format!("terraform/envs/{environment}.tfvars"), "terraform/tfvars.j2"),
            Iac::CloudFormation => {
                (format!("infra/cloudformation/envs/{environment}.json"), "cloudformation/envs.json.j2")
            }
        };
        wanted.push(
            Wanted::new(path, template, "What differs between environments", Vec::new())
                .given("environment", environment),
        );
    }
    wanted
}

/// The documents: each follows the plan, and the compliance notes are there only where something calls for them.
fn documents(blueprint: &Blueprint, wanted: &[Wanted]) -> Result<Vec<Wanted>, RenderError> {
    let provisions = Node::IMPLEMENTERS.into_iter().flat_map(|node| blueprint.provisions(node, &[]));
    let paths: Vec<String> = wanted.iter().cloned().chain(provisions).map(|file| file.path).collect();
    let controls = controls::of(blueprint, &paths)?;
    let mut documents = vec![
        ("architecture", "What it is made of, and why"),
        ("runbook", "Alarms, going back, retraining, drift"),
        ("model_card", "What the model is for, and its limits"),
        ("data_sheet", "Schema, contract and retention of the data"),
    ];
    if !controls.is_empty() {
        documents.push(("compliance", "Which file answers to which control"));
    }
    let given = |file: Wanted| {
        file.given("controls", Value::from(Serde(&controls))).given("checks", controls::checks(blueprint.site.ci))
    };
    let document = |(name, purpose)| {
        given(Wanted::new(format!("docs/{name}.md"), format!("docs/{name}.md.j2"), purpose, Vec::new()))
    };
    let readme = Wanted::new("README.md", "root/README.md.j2", "What the system is and how to run it", Vec::new());
    let test = blueprint.test("test_documents", "Tests of the documents");
    Ok(documents.into_iter().map(document).chain([given(readme), test]).collect())
}

fn card(input: &Input, blueprint: &Blueprint, manifest: &RepositoryManifest) -> CardDraft {
    let count = |prefix: &str| manifest.files.iter().filter(|file| file.path.starts_with(prefix)).count();
    let components = &blueprint.components;
    let missing = &blueprint.infrastructure.missing;
    let written = parts(blueprint).join(", ");
    let covered = components
        .iter()
        .filter(|component| manifest.files.iter().any(|file| file.patterns.contains(&component.pattern)))
        .count();
    let total = components.len();
    let aws = blueprint.site.aws;
    let iac = blueprint.site.iac;
    let decision = format!(
        "Assembled {} files in `{}`: {written}, with training, monitoring{}.",
        manifest.files.len(),
        manifest.name,
        if aws { format!(", tests and {}", iac.name()) } else { " and tests, without infrastructure code".to_owned() }
    );
    // Every component that a file implements is evidence; every service without a template speaks against it.
    let share = if total == 0 { 0.0 } else { covered as f64 / total as f64 };
    let penalty = 0.05 * missing.len() as f64;
    let confidence = Confidence {
        value: ((share - penalty).clamp(0.0, 1.0) * 100.0).round() / 100.0,
        basis: vec![
            format!("{covered} of {total} components of the plan are implemented by a file of their own"),
            format!("{} services of the plan have no template", missing.len()),
        ],
    };
    let mut card = CardDraft::new(input.request.trigger, Category::Code, decision, confidence);
    card.priority = if missing.is_empty() { Priority::Medium } else { Priority::High };
    card.reasoning = vec![
        format!(
            "Six agents wrote {} files from the same plan: {}. The assembler adds the {} that they share: packaging, base \
             infrastructure, CI and documents.",
            input.parts.iter().map(|(_, part)| part.files.len()).sum::<usize>(),
            input
                .parts
                .iter()
                .map(|(node, part)| format!("{} {}", node.as_str().replace("implement_", ""), part.files.len()))
                .collect::<Vec<_>>()
                .join(", "),
            manifest.files.iter().filter(|file| file.written_by == Node::Codegen.name()).count()
        ),
        if aws {
            format!(
                "Each component brings its {} by its pattern ({} files), with one key for everything stored, one role per \
                 kind of workload, alarms and a budget.",
                iac.name(),
                count(iac.folder())
            )
        } else {
            "Infrastructure code is generated for AWS only; the README lists the parts that are to be set up."
                .to_owned()
        },
    ];
    card.inputs = vec![
        Fact::new("Plan", input.request.plan.selected().map(|plan| plan.name.clone()).unwrap_or_default()),
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
        Fact::new("Files", manifest.files.len().to_string()),
        Fact::new("Bytes", manifest.total_bytes.to_string()),
        Fact::new("Python modules", count("src/").to_string()),
        Fact::new("Test files", count("tests/").to_string()),
        Fact::new(format!("{} files", iac.name()), count(iac.folder()).to_string()),
    ];
    card.impact = Impact {
        cost: Some(format!(
            "{}he plan is expected to cost {} US dollars a month.",
            if aws { format!("A budget alarm stands in {}; t", iac.name()) } else { "T".to_owned() },
            blueprint.site.expected_dollars()
        )),
        performance: None,
        security: Some(
            if aws {
                "Customer-managed encryption, no public access, least privilege, image as a user without rights, \
                 short-lived credentials in CI."
            } else {
                "The image runs as a user without rights; encryption, network and access rights are to be set up with \
                 the infrastructure."
            }
            .to_owned(),
        ),
        operations: Some("`docs/runbook.md` names each alarm and what to do.".to_owned()),
    };
    card.risks = missing.iter().map(Missing::risk).collect();
    if !aws {
        card.risks.push(Risk {
            severity: Priority::High,
            text: "There is no infrastructure code: it is generated for AWS only.".to_owned(),
            mitigation: "Set up the parts that the README lists, or plan for AWS.".to_owned(),
        });
    }
    if let Some(text) = blueprint.site.kept_in_terraform.clone() {
        card.risks.push(Risk {
            severity: Priority::Medium,
            text,
            mitigation: "Take these parts out of the plan, or accept Terraform for it.".to_owned(),
        });
    }
    card.risks.push(Risk {
        severity: Priority::Medium,
        text: "The model is trained on generated examples.".to_owned(),
        mitigation: "Put real examples into `data/raw`; the data contract says whether they fit, and the promotion \
                     gate's floor is set anew for them."
            .to_owned(),
    });
    card
}

/// What is generated, in words.
fn parts(blueprint: &Blueprint) -> Vec<&'static str> {
    let mut parts = blueprint.site.serving.parts();
    if blueprint.site.experimentation {
        parts.push("experiment tracking");
    }
    parts
}
