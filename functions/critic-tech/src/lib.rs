//! Checks throughput, latency, bottlenecks and failure domains.
//!
//! The critic sizes the selected candidate anew with [`estimate`] and holds it against the constraints. A finding blocks
//! only when an objective or a hard constraint is broken; everything else is said with its severity and does not stop
//! the run.

pub mod findings;

use std::collections::BTreeMap;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::ConstraintField,
    finding::{FailureDomain, Finding, Severity, TechReview},
    node::Node,
    plan::PlanDecision,
    signal::NoSignal,
    words::{percent, readable},
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
    Ok(TechReview {
        stages: stages(&parts, &workload),
        // JSON has no infinity: an overloaded path has no latency, and the throughput finding says so.
        path_latency_ms: path_latency_ms(&parts, &workload, workload.percentile).filter(|ms| ms.is_finite()),
        availability_percent: availability_percent(&parts, &workload),
        failure_domains: failure_domains(&parts, &workload),
        findings: findings::find(&parts, &input.plan.constraints, &workload, selected),
        ..TechReview::default()
    })
}

/// Parts that share a service fail together; so does everything in the region.
fn failure_domains(parts: &[&Part<'_>], workload: &Workload) -> Vec<FailureDomain> {
    let mut by_service: BTreeMap<&str, Vec<&Part<'_>>> = BTreeMap::new();
    for part in parts {
        for service in &part.pattern.services {
            // A product's family fails together: its endpoints, jobs and registries share a control plane.
            let family = ["SageMaker", "Bedrock", "DynamoDB", "S3", "Fargate", "Lambda", "Kinesis"]
                .into_iter()
                .find(|family| service.contains(family))
                .unwrap_or(service);
            let sharing = by_service.entry(family).or_default();
            if !sharing.iter().any(|other| other.pattern.id == part.pattern.id) {
                sharing.push(part);
            }
        }
    }
    let mut domains = vec![FailureDomain {
        name: format!("Region {}", workload.region),
        patterns: parts.iter().map(|part| part.pattern.id.clone()).collect(),
        effect: "Everything stops; there is no second region in this design.".to_owned(),
    }];
    for (service, sharing) in by_service {
        if sharing.len() < 2 {
            continue;
        }
        let serving = sharing.iter().any(|part| part.on_path);
        domains.push(FailureDomain {
            name: service.to_owned(),
            patterns: sharing.iter().map(|part| part.pattern.id.clone()).collect(),
            effect: if serving {
                "Requests fail, and what feeds or watches the model stops with them.".to_owned()
            } else {
                "Requests go on; training, monitoring or data loads wait.".to_owned()
            },
        });
    }
    domains
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
    for stage in &review.stages {
        card.reasoning.push(format!("**{}**: {}", stage.pattern, stage.formula));
    }
    if let Some(stage) = hottest {
        card.reasoning.push(format!(
            "The bottleneck is {}: {} % of {}/s.",
            stage.pattern,
            readable((stage.utilisation * 100.0).round()),
            readable(stage.capacity_per_second)
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
