//! Checks throughput, latency, bottlenecks and failure domains.
//!
//! The critic sizes the selected candidate anew with [`estimate`] and holds it against the constraints: the [`paths`] of
//! requests, data and training with their queues; what a failure takes with it and what is bound together ([`reach`]);
//! cold starts and residency ([`conditions`]); the services' quotas. A finding blocks only when an objective or a hard
//! constraint is broken that a person stated: an accepted default is soft. Everything else is said with its severity
//! and does not stop the run. A model may add findings that rest on evidence of the review ([`advice`]).

pub mod advice;
pub mod conditions;
pub mod findings;
pub mod paths;
pub mod reach;

use agent::{Agent, AgentError, CardDraft, Consulted, Desk, Memory, Thought};
use design::{
    constraint::ConstraintField,
    finding::{Finding, QuotaUse, Severity, TechReview},
    node::Node,
    plan::PlanDecision,
    signal::NoSignal,
    words::{percent, readable, share},
};
use estimate::{
    EstimateError,
    assessment::{availability_percent, parts_of, path_latency_ms, stages},
    part::Part,
    workload::Workload,
};
use knowledge::catalogue::Catalogue;
use run::{
    card::{Category, Confidence, Fact, Impact, Trigger},
    gate::GateKind,
    question::Priority,
};

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct TechnicalCritic;

/// What the critic looks at.
#[derive(Debug, Clone)]
pub struct TechInput {
    /// The plan, with the constraints that it answers.
    pub plan: PlanDecision,
    /// Why it is reviewed now.
    pub trigger: Trigger,
}

impl Agent for TechnicalCritic {
    const NODE: &'static str = "critic_tech";
    const NAME: &'static str = "Technical critic";
    const READS: &'static [&'static str] = &["planner"];
    type Input = TechInput;
    type Output = TechReview;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<TechInput, AgentError> {
        Ok(TechInput { plan: memory.latest(Node::Planner.as_str())?, trigger: memory.trigger(GateKind::Final) })
    }

    async fn think(&self, input: TechInput, _: &Desk) -> Result<Thought<TechReview, NoSignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let review = review(&input, catalogue).map_err(|error| AgentError::Defect(error.to_string()))?;
        let (card, summary) = card(&input, &review);
        Ok(Thought { output: review, signal: NoSignal {}, summary, card, artifacts: Vec::new() })
    }

    fn consult(&self, input: &TechInput, rules: &Thought<TechReview, NoSignal>) -> Consulted<TechReview, NoSignal> {
        advice::consult(input, rules)
    }
}

/// Reviews the selected candidate.
///
/// # Errors
/// When the plan names patterns that the catalogue does not have.
pub fn review(input: &TechInput, catalogue: &'static Catalogue) -> Result<TechReview, EstimateError> {
    let workload = Workload::of(&input.plan.constraints, catalogue);
    let selected =
        input.plan.selected().ok_or_else(|| EstimateError::Unknown("selected candidate in the plan".to_owned()))?;
    let parts = parts_of(selected.components.iter().map(|component| component.pattern.as_str()), &workload, catalogue)?;
    let parts: Vec<&Part<'_>> = parts.iter().collect();
    let constraints = &input.plan.constraints;
    let quotas = parts
        .iter()
        .map(|part| part.quotas(&workload, catalogue))
        .collect::<Result<Vec<Vec<QuotaUse>>, EstimateError>>()?
        .concat();
    let mut review = TechReview {
        stages: stages(&parts, &workload),
        // JSON has no infinity: an overloaded path has no latency, and the throughput finding says so.
        path_latency_ms: path_latency_ms(&parts, &workload, workload.percentile).filter(|ms| ms.is_finite()),
        availability_percent: availability_percent(&parts),
        failure_domains: reach::failure_domains(&parts, &workload),
        findings: Vec::new(),
        paths: paths::paths(&parts, &workload),
        quotas,
        blast_radius: reach::blast_radius(&parts, &workload),
        couplings: reach::couplings(&parts),
        cold_starts: conditions::cold_starts(&parts, &workload),
        residency: conditions::residency(&parts, constraints, &workload),
    };
    review.findings = findings::find(&parts, constraints, &workload, selected, &review);
    Ok(review)
}

fn card(input: &TechInput, review: &TechReview) -> (CardDraft, String) {
    let blocking = review.findings.iter().filter(|finding| finding.severity == Severity::Blocking).count();
    let hottest = review
        .stages
        .iter()
        .max_by(|a, b| a.utilisation.total_cmp(&b.utilisation))
        .filter(|stage| stage.utilisation > 0.0);
    let path = review
        .path_latency_ms
        .map_or("no request latency".to_owned(), |ms| format!("path latency {} ms", readable(ms)));
    let summary = format!(
        "{} findings, {blocking} blocking; {path}, {} available",
        review.findings.len(),
        percent(review.availability_percent)
    );
    let assumed = input.plan.assumptions.len() as f64;
    // Arithmetic is as good as its inputs: each assumed number takes some of the certainty.
    let value = ((1.0 - 0.04 * assumed).max(0.3) * 1000.0).round() / 1000.0;
    let confidence = Confidence {
        value,
        basis: vec![
            format!("{} numbers of the plan are assumed, each takes 0.04 off 1", input.plan.assumptions.len()),
            "queueing formulas assume random arrivals; service times are the catalogue's, not measured".to_owned(),
        ],
    };
    let mut card = CardDraft::new(input.trigger, Category::Technical, format!("{summary}."), confidence);
    card.priority = if blocking > 0 { Priority::Critical } else { Priority::Medium };
    for path in &review.paths {
        card.reasoning.push(format!("**{} path**: {}", path.name, path.formula));
        for stage in path.stages.iter().filter(|stage| stage.utilisation.is_some()) {
            card.reasoning.push(format!("**{}**: {}", stage.pattern, stage.formula));
        }
    }
    if let Some(stage) = hottest {
        card.reasoning.push(format!(
            "The bottleneck is {}: {} % of {}/s.",
            stage.pattern,
            readable((stage.utilisation * 100.0).round()),
            readable(stage.capacity_per_second)
        ));
    }
    let tightest = review.quotas.iter().filter_map(|quota| Some((quota.share?, quota)));
    if let Some((used, quota)) = tightest.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        card.reasoning.push(format!(
            "The tightest quota is {} ({}): {}, {}.",
            quota.name,
            quota.pattern,
            quota.formula,
            share(used)
        ));
    }
    card.inputs
        .push(Fact::new("design", input.plan.selected().map_or(String::new(), |selected| selected.name.clone())));
    card.outputs = review
        .findings
        .iter()
        .map(|finding| Fact::new(finding.id.clone(), format!("{}: {}", finding.title, finding.evidence)))
        .collect();
    card.impact = Impact { performance: Some(path), ..Impact::default() };
    card.risks =
        review.findings.iter().filter(|finding| finding.severity != Severity::Info).map(Finding::risk).collect();
    card.evidence = input.plan.constraints.links([
        ("latency objective", ConstraintField::Latency),
        ("rate", ConstraintField::Throughput),
        ("availability objective", ConstraintField::Availability),
    ]);
    (card, summary)
}
