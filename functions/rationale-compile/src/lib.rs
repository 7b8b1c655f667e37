//! Compiles the decisions into documents.
//!
//! The documents say what was asked, what was decided and why, with the words, numbers and people behind it. They are
//! rendered from templates that escape whatever they print ([`markdown`]). The same decisions give the same bytes:
//! there is no clock, no duration and no id of a run in them.

pub mod markdown;
mod render;
pub mod sbom;
pub mod view;

#[cfg(test)]
mod tests;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::{ConstraintField, ConstraintSet},
    cost::CostReview,
    coverage::CoverageReport,
    finding::{Severity, TechReview},
    implementation::ImplementationReview,
    input::DesignInput,
    node::Node,
    plan::{Candidate, PlanDecision},
    policy::PolicyReport,
    question::QuestionSet,
    repository::{ReportSet, RepositoryFile, RepositoryManifest},
    signal::NoSignal,
    validation::ValidationReport,
    words,
};
use knowledge::catalogue::Catalogue;
use redaction::Secrets;
use run::{
    answer::AnswerValue,
    card::{Category, Confidence, EvidenceLink, Fact, Impact, PolicyLine, Risk, Trigger},
    gate::{Gate, GateKind},
    question::Priority,
};
use serde::Serialize;

use crate::{
    sbom::{Bill, PackageFile},
    view::{Document, OpenFinding, PolicyResultView, ValidationView, Waiver},
};

/// Path of the architecture report.
pub const ARCHITECTURE: &str = "reports/architecture.md";

/// Open findings that the card names; the report names all.
const MOST_RISKS: usize = 8;

/// The agent that writes the documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct RationaleCompile;

/// What the agent thinks about.
#[derive(Debug, Clone)]
pub struct Input {
    /// Title of the run.
    pub title: String,
    /// The requirement's text.
    pub requirement: String,
    /// What made the agent think.
    pub trigger: Trigger,
    /// The constraints, with what revisions changed.
    pub constraints: ConstraintSet,
    /// How much of them is known.
    pub coverage: CoverageReport,
    /// The newest questions, where some were asked.
    pub questions: Option<QuestionSet>,
    /// The gates of both kinds, in order.
    pub gates: Vec<Gate>,
    /// The plan.
    pub plan: PlanDecision,
    /// The technical review.
    pub tech: TechReview,
    /// The cost review.
    pub cost: CostReview,
    /// The policies' results.
    pub policy: PolicyReport,
    /// The generated files.
    pub manifest: RepositoryManifest,
    /// What the tools found in them.
    pub validation: ValidationReport,
    /// How they answer the requirement, and where.
    pub review: ImplementationReview,
}

/// A document before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Path from the repository's root.
    pub path: &'static str,
    /// Its text.
    pub content: String,
    /// What it is for.
    pub purpose: &'static str,
    /// Its media type.
    pub content_type: &'static str,
}

impl Agent for RationaleCompile {
    const NODE: &'static str = Node::RationaleCompile.as_str();
    const NAME: &'static str = "Rationale";
    const READS: &'static [&'static str] = &[
        Node::CoverageCheck.as_str(),
        Node::AdaptiveQuestions.as_str(),
        Node::Planner.as_str(),
        Node::CriticTech.as_str(),
        Node::CriticCost.as_str(),
        Node::PolicyEval.as_str(),
        Node::Codegen.as_str(),
        Node::Validators.as_str(),
        Node::CriticImplementation.as_str(),
    ];
    type Input = Input;
    type Output = ReportSet;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        let gates: Vec<Gate> = memory.gates(GateKind::Input).chain(memory.gates(GateKind::Final)).cloned().collect();
        let plan: PlanDecision = memory.latest(Node::Planner.as_str())?;
        Ok(Input {
            title: memory.run().title.clone(),
            requirement: memory.input::<DesignInput>()?.requirement,
            trigger: memory.trigger(GateKind::Final),
            constraints: plan.constraints.clone(),
            coverage: memory.latest(Node::CoverageCheck.as_str())?,
            questions: memory.find(Node::AdaptiveQuestions.as_str())?,
            gates,
            plan,
            tech: memory.latest(Node::CriticTech.as_str())?,
            cost: memory.latest(Node::CriticCost.as_str())?,
            policy: memory.latest(Node::PolicyEval.as_str())?,
            manifest: memory.latest(Node::Codegen.as_str())?,
            validation: memory.latest(Node::Validators.as_str())?,
            review: memory.latest(Node::CriticImplementation.as_str())?,
        })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<ReportSet, NoSignal>, AgentError> {
        let mut packages = Vec::new();
        for file in input.manifest.files.iter().filter(|file| sbom::lists_packages(&file.path)) {
            let bytes = desk.bodies().get(&file.body.sha256).await?;
            packages
                .push(PackageFile { path: file.path.clone(), content: String::from_utf8_lossy(&bytes).into_owned() });
        }
        let compiled = compile(&input, &packages)?;
        let mut files = Vec::with_capacity(compiled.reports.len());
        for report in &compiled.reports {
            let body = desk.bodies().put(report.content.as_bytes(), report.content_type).await?;
            files.push(RepositoryFile {
                path: report.path.to_owned(),
                body,
                executable: false,
                purpose: report.purpose.to_owned(),
                patterns: Vec::new(),
                written_by: Node::RationaleCompile.name(),
            });
        }
        let card = card(&input, &compiled);
        Ok(Thought {
            summary: card.decision.clone(),
            output: ReportSet { files, main: ARCHITECTURE.to_owned() },
            signal: NoSignal {},
            card,
            // The next node records every file of the version, reports included.
            artifacts: Vec::new(),
        })
    }
}

fn catalogue() -> Result<&'static Catalogue, AgentError> {
    Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))
}

/// The documents and what they were made from.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The documents, sorted by path.
    pub reports: Vec<Report>,
    /// What they say.
    pub document: Document,
    /// The bill of materials.
    pub bill: Bill,
}

/// What the templates are given.
#[derive(Debug, Serialize)]
struct Context<'a> {
    #[serde(flatten)]
    document: &'a Document,
    bill: BillContext<'a>,
}

#[derive(Debug, Serialize)]
struct BillContext<'a> {
    runtime: usize,
    development: usize,
    unclear: &'a [String],
}

/// `reports/cost.json`.
#[derive(Debug, Serialize)]
struct CostDocument<'a> {
    design: &'a str,
    #[serde(flatten)]
    review: &'a CostReview,
}

/// `reports/policy.json`.
#[derive(Debug, Serialize)]
struct PolicyDocument<'a> {
    passed: usize,
    failed: usize,
    waived: usize,
    not_applicable: usize,
    blocking: &'a [String],
    waivers: Vec<&'a Waiver>,
    results: &'a [design::policy::PolicyResult],
}

/// `reports/validation.json`: without durations, which differ each time.
#[derive(Debug, Serialize)]
struct ValidationDocument<'a> {
    passed: u32,
    failed: u32,
    not_run: u32,
    checks: &'a [view::CheckView],
}

/// The input without credentials and personal data of what people wrote; `None` where there are none. The API takes them
/// out of what it stores, so this is for what came in another way or before it did. Who decided at a gate stays: that is
/// the record, not the requirement.
fn cleaned(input: &Input) -> Result<Option<Input>, AgentError> {
    let decisions = input.gates.iter().filter_map(|gate| gate.decision.as_ref());
    let said = decisions.flat_map(|decision| {
        let texts = decision.answers.values().flat_map(|answer| match answer {
            AnswerValue::Text(text) => std::slice::from_ref(text),
            AnswerValue::Many(texts) => texts,
            AnswerValue::Number(_) => &[],
        });
        texts.map(String::as_str).chain(decision.comment.as_deref())
    });
    let secrets = Secrets::of([input.requirement.as_str(), input.title.as_str()].into_iter().chain(said));
    if secrets.is_empty() {
        return Ok(None);
    }
    let failed = |error: redaction::Uncleaned| AgentError::Defect(error.to_string());
    let Input { requirement, title, trigger, manifest, .. } = input;
    Ok(Some(Input {
        title: secrets.scrub(title),
        requirement: secrets.scrub(requirement),
        trigger: *trigger,
        constraints: secrets.scrub_all(input.constraints.clone()).map_err(failed)?,
        coverage: secrets.scrub_all(input.coverage.clone()).map_err(failed)?,
        questions: secrets.scrub_all(input.questions.clone()).map_err(failed)?,
        gates: secrets.scrub_all(input.gates.clone()).map_err(failed)?,
        plan: secrets.scrub_all(input.plan.clone()).map_err(failed)?,
        tech: secrets.scrub_all(input.tech.clone()).map_err(failed)?,
        cost: secrets.scrub_all(input.cost.clone()).map_err(failed)?,
        policy: secrets.scrub_all(input.policy.clone()).map_err(failed)?,
        // Paths and hashes of files that are clean already.
        manifest: manifest.clone(),
        validation: secrets.scrub_all(input.validation.clone()).map_err(failed)?,
        review: secrets.scrub_all(input.review.clone()).map_err(failed)?,
    }))
}

/// Compiles the documents: pure, and the same for the same input.
///
/// # Errors
/// When the plan does not hold the candidate that it selects, or a template is broken.
pub fn compile(input: &Input, packages: &[PackageFile]) -> Result<Compiled, AgentError> {
    let clean = cleaned(input)?;
    let input = clean.as_ref().unwrap_or(input);
    let selected: &Candidate = input.plan.selected().ok_or_else(|| {
        AgentError::MemoryIncomplete(format!(
            "the plan selects `{}`, which is not among its candidates",
            input.plan.selected
        ))
    })?;
    let document = Document::new(input, selected, catalogue()?);
    let bill = sbom::bill(&input.manifest.name, packages);
    let context = Context {
        document: &document,
        bill: BillContext { runtime: bill.runtime, development: bill.development, unclear: &bill.unclear },
    };
    let markdown =
        render::render(&["architecture.md", "cost.md", "policy.md", "traceability.md", "validation.md"], &context)
            .map_err(|error| AgentError::Defect(format!("a report's template is broken: {error:#}")))?;
    let [architecture, cost, policy, traceability, validation]: [String; 5] = markdown
        .try_into()
        .map_err(|texts: Vec<String>| AgentError::Defect(format!("{} of 5 reports rendered", texts.len())))?;
    let waivers: Vec<&Waiver> =
        document.policy.notable.iter().filter_map(|result: &PolicyResultView| result.waived_by.as_ref()).collect();
    let checks: &ValidationView = &document.validation;
    let markdown = |path, content, purpose| Report { path, content, purpose, content_type: "text/markdown" };
    let data = |path, content, purpose| Report { path, content, purpose, content_type: "application/json" };
    let reports = vec![
        markdown(ARCHITECTURE, architecture, "What was asked, what was decided and why"),
        data(
            "reports/cost.json",
            json(&CostDocument { design: &selected.name, review: &input.cost })?,
            "The cost estimate as data",
        ),
        markdown("reports/cost.md", cost, "The cost estimate with formulas, prices and sources"),
        data(
            "reports/policy.json",
            json(&PolicyDocument {
                passed: document.policy.passed,
                failed: document.policy.failed,
                waived: document.policy.waived,
                not_applicable: document.policy.not_applicable,
                blocking: &input.policy.blocking,
                waivers,
                results: &input.policy.results,
            })?,
            "The policy results as data",
        ),
        markdown("reports/policy.md", policy, "The policy results with their evidence"),
        data("reports/sbom.cdx.json", json(&bill.bom)?, "Bill of materials of the Python packages, CycloneDX 1.6"),
        data("reports/traceability.json", json(&input.review)?, "The way from words to lines as data"),
        markdown(
            "reports/traceability.md",
            traceability,
            "Words of the requirement, constraints, decisions, files and lines",
        ),
        data(
            "reports/validation.json",
            json(&ValidationDocument {
                passed: checks.passed,
                failed: checks.failed,
                not_run: checks.not_run,
                checks: &checks.checks,
            })?,
            "The checks of the repository as data",
        ),
        markdown("reports/validation.md", validation, "Which tools checked the repository and what they found"),
    ];
    Ok(Compiled { reports, document, bill })
}

fn json(document: &impl Serialize) -> Result<String, AgentError> {
    serde_json::to_string_pretty(document)
        .map(|text| format!("{text}\n"))
        .map_err(|error| AgentError::Defect(format!("a report is not JSON: {error}")))
}

/// Claims of the selected design, and how many of them rest on words or a person's decision.
fn traced(document: &Document) -> (usize, usize) {
    let traces = || document.selected.groups.iter().flat_map(|group| &group.components).flat_map(|one| &one.traces);
    let claims = traces().filter(|trace| trace.constraint.is_some()).count();
    let known = traces().filter(|trace| trace.constraint.is_some() && trace.words.is_some()).count();
    (known, claims)
}

fn confidence(input: &Input, document: &Document) -> Confidence {
    let (known, claims) = traced(document);
    let checks = &document.validation;
    let all = checks.passed + checks.failed + checks.not_run;
    // What the documents say is as sure as what they rest on: each part is a share that was counted.
    let parts = [
        (claims > 0).then(|| {
            (
                known as f64 / claims as f64,
                format!("{known} of {claims} claims about constraints rest on a known value"),
            )
        }),
        Some((input.coverage.score, format!("coverage of the constraints is {}", words::share(input.coverage.score)))),
        (all > 0).then(|| {
            let ran = checks.passed + checks.failed;
            (f64::from(ran) / f64::from(all), format!("{ran} of {all} checks of the repository ran"))
        }),
    ];
    let parts: Vec<(f64, String)> = parts.into_iter().flatten().collect();
    let mean = parts.iter().map(|(value, _)| value).sum::<f64>() / parts.len().max(1) as f64;
    Confidence {
        value: (mean.clamp(0.0, 1.0) * 1000.0).round() / 1000.0,
        basis: parts.into_iter().map(|(_, basis)| basis).collect(),
    }
}

fn card(input: &Input, compiled: &Compiled) -> CardDraft {
    let document = &compiled.document;
    let (known, claims) = traced(document);
    let blocking = document.open.iter().filter(|finding| finding.severity == Severity::Blocking).count();
    let decision = format!(
        "Compiled {} documents: {} and {} findings still open, {blocking} of them blocking.",
        compiled.reports.len(),
        document.selected.name,
        document.open.len(),
    );
    let mut card = CardDraft::new(input.trigger, Category::Documentation, decision, confidence(input, document));
    card.priority = if blocking > 0 { Priority::High } else { Priority::Low };
    card.reasoning = vec![
        format!(
            "{known} of {claims} claims about constraints are traced to a known value; the words of the requirement \
             stand beside each that has some."
        ),
        format!(
            "{} candidates are compared; each loser has its reason. {} gates are recorded with who decided.",
            document.candidates.len(),
            document.gates.len()
        ),
        "Times and durations are left out, so that the same decisions give the same documents.".to_owned(),
    ];
    if !document.accepted.is_empty() {
        let accepted: Vec<String> = document
            .accepted
            .iter()
            .map(|finding| {
                let by = finding.waiver.as_ref().map_or("a person", |waiver| waiver.by.as_str());
                format!("{} by {}", markdown::code(&finding.id), markdown::text(by))
            })
            .collect();
        card.reasoning.push(format!("Accepted although not mended: {}.", accepted.join(", ")));
    }
    card.inputs = vec![
        Fact::new("Design", document.selected.name.clone()),
        Fact::new("Constraints known", document.constraints.len().to_string()),
        Fact::new("Gates", document.gates.len().to_string()),
        Fact::new("Policy rules", input.policy.results.len().to_string()),
        Fact::new("Checks", input.validation.checks.len().to_string()),
        Fact::new("Generated files", document.file_count.to_string()),
    ];
    card.outputs = compiled
        .reports
        .iter()
        .map(|report| Fact::new(report.path, format!("{} bytes", report.content.len())))
        .collect();
    card.outputs.push(Fact::new(
        "Bill of materials",
        format!("{} packages in production, {} for development", compiled.bill.runtime, compiled.bill.development),
    ));
    card.policy_results = document
        .policy
        .notable
        .iter()
        .map(|view| PolicyLine {
            rule: view.result.rule.clone(),
            verdict: view.result.verdict.as_str().to_owned(),
            evidence: view.result.evidence.clone(),
        })
        .collect();
    card.impact = Impact {
        cost: Some(format!("{} per month are expected.", words::usd(input.cost.estimate.expected_usd))),
        performance: input.tech.path_latency_ms.map(|ms| format!("P95 at peak is {} ms.", words::readable(ms))),
        security: Some(format!(
            "{} policy rules pass, {} fail, {} are waived.",
            document.policy.passed, document.policy.failed, document.policy.waived
        )),
        operations: Some(format!(
            "`{ARCHITECTURE}` joins the repository with {} documents beside it.",
            compiled.reports.len() - 1
        )),
    };
    card.risks = document.open.iter().take(MOST_RISKS).map(risk).collect();
    card.risks.extend(compiled.bill.unclear.iter().map(|unclear| Risk {
        severity: Priority::Medium,
        text: format!("The bill of materials is incomplete: {unclear}"),
        mitigation: "Pin the package to one version.".to_owned(),
    }));
    card.evidence = evidence(&input.constraints);
    card
}

fn risk(finding: &OpenFinding) -> Risk {
    Risk { severity: finding.severity.into(), text: finding.title.clone(), mitigation: finding.remedy.clone() }
}

/// The words behind the constraints, with their place in the requirement.
fn evidence(set: &ConstraintSet) -> Vec<EvidenceLink> {
    ConstraintField::ALL
        .into_iter()
        .flat_map(|field| {
            let claim = words::constraint(set, field)
                .map_or_else(String::new, |value| format!("{}: {value}", words::label(field)));
            set.words(field).iter().map(move |words| words.link(claim.clone()))
        })
        .collect()
}
