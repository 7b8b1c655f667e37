//! The facts that rules are judged against; `knowledge/data/policies.toml` lists them for those who write rules.

use design::{constraint::DataClass, plan::Component};
use estimate::workload::Workload;
use knowledge::{catalogue::Catalogue, expression::Facts, pattern::wire_name, region};
use serde_json::{Value, json};

use crate::PolicyInput;

/// Facts of the constraints, the selected candidate and its cost. What was not said is null, or an empty list.
pub fn lay_out(input: &PolicyInput, catalogue: &Catalogue) -> Facts {
    let constraints = &input.plan.constraints;
    let workload = Workload::of(constraints, catalogue);
    let class = constraints.data_class.as_ref().map(|stated| stated.value);
    let regions = constraints.regions.as_ref().map(|stated| stated.value.clone()).unwrap_or_default();
    let tooling = constraints.tooling.as_ref().map(|stated| stated.value.clone()).unwrap_or_default();
    let selected = input.plan.selected();
    let jurisdiction = regions
        .iter()
        .find(|region| region.code == workload.region)
        .map(|region| region.jurisdiction.clone())
        .or_else(|| region::by_code(&workload.region).map(|fact| fact.region().jurisdiction));
    let estimate = &input.cost.estimate;
    Facts::new(json!({
        "constraints": {
            "cloud": constraints.cloud.as_ref().map(|stated| wire_name(stated.value)),
            "budget": workload.budget_usd,
            "regions": regions.iter().map(|region| region.code.clone()).collect::<Vec<_>>(),
            "jurisdictions": regions.iter().map(|region| region.jurisdiction.clone()).collect::<Vec<_>>(),
            "excluded_regions": constraints.excluded_regions.iter().map(|region| region.code.clone()).collect::<Vec<_>>(),
            "data_class": class.map(wire_name),
            "personal": class.is_some_and(|class| class >= DataClass::Pii),
            "sensitive": class.is_some_and(|class| class >= DataClass::Confidential),
            "latency_ms": workload.latency_target_ms,
            "percentile": workload.percentile,
            "average_per_second": constraints.throughput.as_ref().map(|_| workload.average_per_second()),
            "peak_per_second": constraints.throughput.as_ref().map(|_| workload.peak_per_second()),
            "deployment": wire_name(workload.deployment),
            "use_case": constraints.use_case.as_ref().map(|stated| wire_name(stated.value)),
            "excluded_tools": tooling.excluded.iter().map(|tool| normal(tool)).collect::<Vec<_>>(),
            "frameworks": workload.frameworks.iter().map(wire_name).collect::<Vec<_>>(),
            "availability": workload.availability_target,
            "team_size": constraints.team.as_ref().and_then(|stated| stated.value.size),
            "retraining": constraints.retraining.as_ref().map(|stated| wire_name(stated.value)),
        },
        "plan": {
            "region": workload.region,
            "jurisdiction": jurisdiction,
            "monthly_usd": selected.map(|candidate| candidate.metrics.monthly_usd),
            // At the objective's own percentile, as the technical critic computed it.
            "latency_ms": input.tech.path_latency_ms,
            "max_per_second": selected.and_then(|candidate| candidate.metrics.max_per_second),
            "availability": input.tech.availability_percent,
            "operations_hours": selected.map(|candidate| candidate.metrics.operations_hours_per_month),
            "risk": selected.map(|candidate| candidate.metrics.risk),
            "parts": selected
                .map(|candidate| candidate.components.iter().map(|component| part(component, catalogue)).collect::<Vec<_>>())
                .unwrap_or_default(),
        },
        "cost": { "low": estimate.low_usd, "expected": estimate.expected_usd, "high": estimate.high_usd },
    }))
}

/// Tools are compared however their words are joined.
fn normal(tool: &str) -> String {
    tool.trim().to_lowercase().replace(['_', ' '], "-")
}

fn part(component: &Component, catalogue: &Catalogue) -> Value {
    let pattern = catalogue.pattern(&component.pattern);
    json!({
        "id": component.pattern,
        "capability": component.capability.as_str(),
        "name": component.name,
        "cloud": pattern.map(|pattern| wire_name(pattern.cloud)),
        "traits": pattern.map(|pattern| pattern.traits.clone()).unwrap_or_default(),
        "tools": pattern.map(|pattern| pattern.tools.iter().map(|tool| normal(tool)).collect::<Vec<_>>()).unwrap_or_default(),
        "provides": pattern.map(|pattern| pattern.provides.clone()).unwrap_or_default(),
        "on_path": component.latency_ms > 0.0,
        "redundant": pattern.is_some_and(|pattern| component.availability_percent >= pattern.availability.multi),
        "availability": component.availability_percent,
        "expertise": pattern.map(|pattern| wire_name(pattern.expertise)),
    })
}
