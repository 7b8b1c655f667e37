//! The input that rules are judged against; `knowledge/data/policies/input.schema.json` describes it for those who write
//! rules.

use std::collections::BTreeSet;

use design::{
    constraint::{ConstraintSet, DataClass},
    cost::CostEstimate,
    finding::Finding,
    plan::{Candidate, Component},
};
use estimate::workload::Workload;
use knowledge::{catalogue::Catalogue, pattern::wire_name, region};
use serde_json::{Value, json};

use crate::PolicyInput;

/// Raised when a fact changes its meaning or goes away.
const VERSION: u32 = 1;

/// Facts of the constraints, the selected candidate and its cost. What was not said is null, or an empty list.
pub fn of_selected(input: &PolicyInput, catalogue: &Catalogue) -> Value {
    let findings: Vec<&Finding> = input.tech.findings.iter().chain(&input.cost.findings).collect();
    let selected = input.plan.selected();
    let measured = Measured {
        // At the objective's own percentile and at peak, as the technical critic computed it.
        latency_ms: input.tech.path_latency_ms,
        availability: input.tech.availability_percent,
        estimate: &input.cost.estimate,
        findings,
    };
    lay_out(&input.plan.constraints, selected, &measured, catalogue)
}

/// Facts of another candidate, as the planner measured it: the critics have not looked at it.
pub fn of_candidate(input: &PolicyInput, candidate: &Candidate, catalogue: &Catalogue) -> Value {
    let has = |pattern: &String| candidate.components.iter().any(|component| component.pattern == *pattern);
    let all = input.tech.findings.iter().chain(&input.cost.findings);
    let measured = Measured {
        latency_ms: candidate.metrics.latency_p95_ms,
        availability: candidate.metrics.availability_percent,
        estimate: &candidate.cost,
        // What was found of parts that this candidate has as well is taken to be true of it.
        findings: all.filter(|finding| finding.patterns.is_empty() || finding.patterns.iter().any(has)).collect(),
    };
    lay_out(&input.plan.constraints, Some(candidate), &measured, catalogue)
}

/// What critics or planner computed of a candidate.
struct Measured<'a> {
    latency_ms: Option<f64>,
    availability: f64,
    estimate: &'a CostEstimate,
    findings: Vec<&'a Finding>,
}

fn lay_out(
    constraints: &ConstraintSet,
    candidate: Option<&Candidate>,
    measured: &Measured<'_>,
    catalogue: &Catalogue,
) -> Value {
    let workload = Workload::of(constraints, catalogue);
    let regions = constraints.regions.as_ref().map(|stated| stated.value.clone()).unwrap_or_default();
    let jurisdiction = regions
        .iter()
        .find(|region| region.code == workload.region)
        .map(|region| region.jurisdiction.clone())
        .or_else(|| region::by_code(&workload.region).map(|fact| fact.region().jurisdiction));
    let metrics = candidate.map(|candidate| &candidate.metrics);
    let components = candidate.map(|candidate| candidate.components.as_slice()).unwrap_or_default();
    let estimate = measured.estimate;
    json!({
        "version": VERSION,
        "constraints": asked(constraints, &workload),
        "plan": {
            "name": candidate.map(|candidate| candidate.name.as_str()).unwrap_or_default(),
            "region": workload.region,
            "jurisdiction": jurisdiction,
            "monthly_usd": metrics.map(|metrics| metrics.monthly_usd),
            "latency_ms": measured.latency_ms,
            "max_per_second": metrics.and_then(|metrics| metrics.max_per_second),
            "availability": measured.availability,
            "operations_hours": metrics.map(|metrics| metrics.operations_hours_per_month),
            "risk": metrics.map(|metrics| metrics.risk),
            "parts": components.iter().map(|component| part(component, estimate, catalogue)).collect::<Vec<_>>(),
        },
        "cost": {
            "low": estimate.low_usd,
            "expected": estimate.expected_usd,
            "high": estimate.high_usd,
            "lines": estimate.lines.iter().map(|line| json!({
                "part": line.pattern, "item": line.item, "monthly_usd": line.monthly_usd,
            })).collect::<Vec<_>>(),
        },
        "findings": measured.findings.iter().map(|finding| json!({
            "id": finding.id, "severity": wire_name(finding.severity), "parts": finding.patterns,
        })).collect::<Vec<_>>(),
    })
}

fn asked(constraints: &ConstraintSet, workload: &Workload) -> Value {
    let class = constraints.data_class.as_ref().map(|stated| stated.value);
    let regions = constraints.regions.as_ref().map(|stated| stated.value.as_slice()).unwrap_or_default();
    let excluded = constraints.tooling.as_ref().map(|stated| stated.value.excluded.as_slice()).unwrap_or_default();
    // A jurisdiction is said once, however many of its regions are named.
    let jurisdictions: BTreeSet<&str> = regions.iter().map(|region| region.jurisdiction.as_str()).collect();
    json!({
        "cloud": constraints.cloud.as_ref().map(|stated| wire_name(stated.value)),
        "budget": workload.budget_usd,
        "regions": regions.iter().map(|region| region.code.as_str()).collect::<Vec<_>>(),
        "jurisdictions": jurisdictions,
        "excluded_regions": constraints.excluded_regions.iter().map(|region| region.code.as_str()).collect::<Vec<_>>(),
        "data_class": class.map(wire_name),
        "personal": class.is_some_and(is_personal),
        "sensitive": class.is_some_and(|class| class >= DataClass::Confidential),
        "latency_ms": workload.latency_target_ms,
        "percentile": workload.percentile,
        "average_per_second": constraints.throughput.as_ref().map(|_| workload.average_per_second()),
        "peak_per_second": constraints.throughput.as_ref().map(|_| workload.peak_per_second()),
        "deployment": wire_name(workload.deployment),
        "use_case": constraints.use_case.as_ref().map(|stated| wire_name(stated.value)),
        "excluded_tools": excluded.iter().map(|tool| normal(tool)).collect::<Vec<_>>(),
        "frameworks": workload.frameworks.iter().map(wire_name).collect::<Vec<_>>(),
        "availability": workload.availability_target,
        "team_size": constraints.team.as_ref().and_then(|stated| stated.value.size),
        "retraining": constraints.retraining.as_ref().map(|stated| wire_name(stated.value)),
    })
}

fn is_personal(class: DataClass) -> bool {
    match class {
        DataClass::Pii | DataClass::Pci | DataClass::Phi => true,
        DataClass::Public | DataClass::Internal | DataClass::Confidential | DataClass::Restricted => false,
    }
}

/// Tools are compared however their words are joined.
fn normal(tool: &str) -> String {
    tool.trim().to_lowercase().replace(['_', ' '], "-")
}

fn part(component: &Component, estimate: &CostEstimate, catalogue: &Catalogue) -> Value {
    let pattern = catalogue.pattern(&component.pattern);
    let lines = estimate.lines.iter().filter(|line| line.pattern == component.pattern);
    json!({
        "id": component.pattern,
        "capability": component.capability.as_str(),
        "name": component.name,
        "cloud": pattern.map(|pattern| wire_name(pattern.cloud)),
        "services": component.services,
        "sizing": component.sizing,
        "traits": pattern.map(|pattern| pattern.traits.clone()).unwrap_or_default(),
        "tools": pattern.map(|pattern| pattern.tools.iter().map(|tool| normal(tool)).collect::<Vec<_>>()).unwrap_or_default(),
        "provides": pattern.map(|pattern| pattern.provides.clone()).unwrap_or_default(),
        "on_path": component.latency_ms > 0.0,
        "redundant": pattern.is_some_and(|pattern| component.availability_percent >= pattern.availability.multi),
        "availability": component.availability_percent,
        "latency_ms": component.latency_ms,
        "max_per_second": component.max_per_second,
        "expertise": pattern.map(|pattern| wire_name(pattern.expertise)),
        "monthly_usd": lines.map(|line| line.monthly_usd).sum::<f64>(),
    })
}
