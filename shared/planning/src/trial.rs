//! A plan tried with other numbers: its chosen design sized and priced anew, and what would be chosen instead.

use design::{
    constraint::{
        Availability, Budget, ConstraintField, ConstraintSet, Currency, DataVolume, Deployment, Latency, Source,
        Stated, Throughput,
    },
    plan::{Candidate, PlanDecision},
    what_if::{OtherPart, PricedDesign, PricedPart, TriedChoice, TriedField, TriedValue, TriedValues, WhatIf},
};
use estimate::{
    EstimateError,
    assessment::{assess, parts_of},
    part::Part,
    sensitivity::usd_per_thousand,
    workload::Workload,
};
use knowledge::catalogue::Catalogue;

use crate::{Brief, decide};

/// The percentile of a latency that is tried where the design has no objective.
const PERCENTILE: f64 = 95.0;

/// As if a person had said it: what is tried is to be kept.
fn said<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 1.0, source: Source::Answer, evidence: Vec::new(), derivation: None })
}

/// The constraints with the numbers that are tried.
pub fn with(constraints: &ConstraintSet, tried: &TriedValues, catalogue: &Catalogue) -> ConstraintSet {
    if *tried == TriedValues::default() {
        return constraints.clone();
    }
    let own = Workload::of(constraints, catalogue);
    let mut set = constraints.clone();
    if let Some(average) = tried.average_per_second {
        let peak = if own.average_per_second() > 0.0 { own.peak_per_second() / own.average_per_second() } else { 1.0 };
        set.throughput = said(Throughput { average_per_second: average, peak_per_second: average * peak });
    }
    if tried.stored_gb.is_some() || tried.daily_gb.is_some() {
        let earlier = constraints.data_volume.as_ref().map(|stated| &stated.value);
        set.data_volume = said(DataVolume {
            stored_gb: tried.stored_gb.unwrap_or_else(|| own.stored_gb()),
            daily_gb: tried.daily_gb.or_else(|| earlier.and_then(|volume| volume.daily_gb)),
            records: earlier.and_then(|volume| volume.records),
            item_kb: earlier.and_then(|volume| volume.item_kb),
        });
    }
    if let Some(milliseconds) = tried.latency_ms {
        let percentile = constraints.latency.as_ref().map_or(PERCENTILE, |stated| stated.value.percentile);
        set.latency = said(Latency { milliseconds, percentile });
    }
    if let Some(percent) = tried.availability_percent {
        set.availability = said(Availability { percent });
    }
    if let Some(usd) = tried.budget_usd_per_month {
        set.budget = said(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd });
    }
    set
}

/// The number that the design has for a field.
fn number(field: TriedField, workload: &Workload) -> Option<f64> {
    match field {
        TriedField::AveragePerSecond => Some(workload.average_per_second()),
        TriedField::StoredGb => Some(workload.stored_gb()),
        TriedField::DailyGb => Some(workload.variable("daily_gb")),
        TriedField::LatencyMs => workload.latency_target_ms,
        TriedField::AvailabilityPercent => workload.availability_target,
        TriedField::BudgetUsdPerMonth => workload.budget_usd,
    }
}

/// True when a person said the number.
fn is_stated(field: TriedField, constraints: &ConstraintSet, workload: &Workload) -> bool {
    match field {
        TriedField::AveragePerSecond => workload.binds(ConstraintField::Throughput),
        TriedField::StoredGb => workload.binds(ConstraintField::DataVolume),
        TriedField::DailyGb => {
            workload.binds(ConstraintField::DataVolume)
                && constraints.data_volume.as_ref().is_some_and(|stated| stated.value.daily_gb.is_some())
        }
        TriedField::LatencyMs => workload.binds(ConstraintField::Latency),
        TriedField::AvailabilityPercent => workload.binds(ConstraintField::Availability),
        TriedField::BudgetUsdPerMonth => workload.binds(ConstraintField::Budget),
    }
}

fn priced(
    patterns: &[&str],
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<PricedDesign, EstimateError> {
    let parts = parts_of(patterns.iter().copied(), workload, catalogue)?;
    let parts: Vec<&Part<'_>> = parts.iter().collect();
    let assessment = assess(&parts, workload, catalogue);
    let mut each: Vec<PricedPart> = parts
        .iter()
        .map(|part| PricedPart {
            pattern: part.pattern.id.clone(),
            name: part.pattern.name.clone(),
            monthly_usd: part.expected_usd,
        })
        .collect();
    each.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd).then_with(|| a.pattern.cmp(&b.pattern)));
    Ok(PricedDesign {
        low_usd: assessment.cost.low_usd,
        monthly_usd: assessment.cost.expected_usd,
        high_usd: assessment.cost.high_usd,
        usd_per_thousand: usd_per_thousand(assessment.cost.expected_usd, workload),
        latency_ms: assessment.latency_ms.filter(|ms| ms.is_finite() && workload.deployment != Deployment::Batch),
        percentile: workload.percentile,
        availability_percent: assessment.metrics.availability_percent,
        max_per_second: assessment.metrics.max_per_second,
        violations: assessment.violations,
        parts: each,
    })
}

/// Where another design differs, in the order of its parts.
fn differences(now: &Candidate, then: &Candidate) -> Vec<OtherPart> {
    let missing = |from: &Candidate, pattern: &str| !from.components.iter().any(|other| other.pattern == pattern);
    let mut gone: Vec<_> = now.components.iter().filter(|part| missing(then, &part.pattern)).collect();
    let mut parts = Vec::new();
    for new in then.components.iter().filter(|part| missing(now, &part.pattern)) {
        let place = gone.iter().position(|old| old.capability == new.capability);
        parts.push(OtherPart {
            capability: new.capability,
            from: place.map(|place| gone.remove(place).name.clone()),
            to: Some(new.name.clone()),
        });
    }
    let left = gone.into_iter();
    parts.extend(left.map(|old| OtherPart { capability: old.capability, from: Some(old.name.clone()), to: None }));
    parts
}

/// What other numbers would change for a plan. `brief` is what the plan was made from.
///
/// # Errors
/// When the plan selects nothing, names a pattern that the catalogue does not have, or the catalogue's data is broken.
pub fn trial(
    plan: &PlanDecision,
    brief: &Brief,
    tried: &TriedValues,
    catalogue: &'static Catalogue,
) -> Result<WhatIf, EstimateError> {
    let selected =
        plan.selected().ok_or_else(|| EstimateError::Unknown("selected candidate in the plan".to_owned()))?;
    let patterns: Vec<&str> = selected.components.iter().map(|component| component.pattern.as_str()).collect();
    let own = Workload::of(&plan.constraints, catalogue);
    let workload = Workload::of(&with(&plan.constraints, tried, catalogue), catalogue);
    let now = priced(&patterns, &own, catalogue)?;
    let then = priced(&patterns, &workload, catalogue)?;
    let again;
    let chosen = if *tried == TriedValues::default() {
        selected
    } else {
        again = decide::plan(&Brief { tried: *tried, ..brief.clone() }, catalogue)?;
        again.selected().ok_or_else(|| EstimateError::Unknown("pattern to choose from".to_owned()))?
    };
    let parts = differences(selected, chosen);
    let delta_usd = then.monthly_usd - now.monthly_usd;
    Ok(WhatIf {
        values: TriedField::ALL
            .into_iter()
            .map(|field| {
                let (minimum, maximum) = field.bounds();
                TriedValue {
                    field,
                    now: number(field, &own),
                    tried: number(field, &workload),
                    stated: is_stated(field, &plan.constraints, &own),
                    minimum,
                    maximum,
                }
            })
            .collect(),
        delta_usd,
        delta_percent: (now.monthly_usd > 0.0).then(|| delta_usd / now.monthly_usd * 100.0),
        choice: TriedChoice {
            same: parts.is_empty(),
            name: chosen.name.clone(),
            monthly_usd: chosen.metrics.monthly_usd,
            latency_p95_ms: chosen.metrics.latency_p95_ms,
            violations: chosen.violations.clone(),
            parts,
        },
        now,
        tried: then,
    })
}
