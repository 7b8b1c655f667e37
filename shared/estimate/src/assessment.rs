//! An architecture: parts added up.

use design::{
    constraint::{ConstraintField, Deployment, Expertise},
    cost::{CostEstimate, CostLine},
    finding::StageLoad,
    plan::CandidateMetrics,
    words::{percent, readable},
};
use knowledge::{catalogue::Catalogue, price::RegionBasis};

use crate::{
    EstimateError, consumer,
    network::{self, PricedNetwork},
    part::{Part, Range},
    workload::Workload,
};

/// What an architecture can do and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Price.
    pub cost: CostEstimate,
    /// The network that the parts share, with its part of the price; `None` when nothing runs in one.
    pub network: Option<PricedNetwork>,
    /// Performance and work.
    pub metrics: CandidateMetrics,
    /// Latency at the objective's percentile; `None` for batch designs, infinite when overloaded.
    pub latency_ms: Option<f64>,
    /// Hard constraints that are broken, in words.
    pub violations: Vec<String>,
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

/// Price of parts and of the network that they run in; the expected value is the sum of the lines.
pub fn cost(parts: &[&Part<'_>], workload: &Workload, catalogue: &Catalogue) -> CostEstimate {
    cost_with(network::of(parts, workload, catalogue).as_ref(), parts, workload, catalogue)
}

fn cost_with(
    network: Option<&PricedNetwork>,
    parts: &[&Part<'_>],
    workload: &Workload,
    catalogue: &Catalogue,
) -> CostEstimate {
    let network = network.and_then(|network| network.line.as_ref());
    let of_network = |end: fn(&Range) -> f64| network.map_or(0.0, |(_, range)| end(range));
    let (low, high) = (of_network(|range| range.low_usd), of_network(|range| range.high_usd));
    let mut lines: Vec<_> = parts.iter().flat_map(|part| part.lines.iter().cloned()).collect();
    lines.extend(network.map(|(line, _)| line.clone()));
    let mut assumptions: Vec<String> = workload.assumptions.iter().map(|assumption| assumption.text.clone()).collect();
    assumptions.extend(workload.range_assumptions());
    let levels = catalogue.price_levels_of(workload.patterns_of);
    let reference = levels.map_or("the reference region", |levels| levels.reference_region.as_str());
    let (factor, listed) = catalogue.region_factor(&workload.region);
    let by_level = |line: &CostLine| {
        catalogue
            .price_in(&line.price_id, &workload.region)
            .is_some_and(|price| matches!(price.basis, RegionBasis::Factor(_)))
    };
    let assumed = lines.iter().filter(|line| by_level(line)).count();
    if assumed > 0 {
        let known = if listed { "" } else { ", whose price level is not in the catalogue" };
        assumptions.push(format!(
            "{assumed} of {} prices are not listed for {}{known}: {} times those of {reference} is assumed.",
            lines.len(),
            workload.region,
            readable(factor)
        ));
    }
    assumptions.extend(consumer::unpriced(parts, workload, catalogue));
    assumptions.push(
        "List prices without free tiers, discounts, taxes, support plan and data transfer to the internet.".into(),
    );
    CostEstimate {
        low_usd: parts.iter().map(|part| part.low_usd).sum::<f64>() + low,
        expected_usd: lines.iter().map(|line| line.monthly_usd).sum(),
        high_usd: parts.iter().map(|part| part.high_usd).sum::<f64>() + high,
        lines,
        assumptions,
    }
}

/// The stages of the way of a request or event, at P95.
pub fn stages(parts: &[&Part<'_>], workload: &Workload) -> Vec<StageLoad> {
    parts
        .iter()
        .filter(|part| part.on_path || part.bounds_the_flow(workload.deployment))
        .map(|part| {
            let (arrivals, capacity) = match &part.size {
                Some(size) => (size.arrivals, size.capacity),
                // A managed service without a size takes what comes: its utilisation is nought.
                None => (workload.peak_per_second(), 0.0),
            };
            let loaded = part.loaded_ms(95.0);
            StageLoad {
                pattern: part.pattern.id.clone(),
                arrivals_per_second: arrivals,
                capacity_per_second: capacity,
                utilisation: part.utilisation().unwrap_or(0.0),
                service_ms: part.unloaded_ms(95.0),
                // An overloaded stage has no latency that JSON could say; a day stands for it.
                loaded_ms: if loaded.is_finite() { loaded } else { 86_400_000.0 },
                formula: part.queue_formula(95.0),
            }
        })
        .collect()
}

/// Latency of a request at a percentile: the sum of the parts' percentiles, which is an upper bound.
pub fn path_latency_ms(parts: &[&Part<'_>], workload: &Workload, percentile: f64) -> Option<f64> {
    (workload.deployment != Deployment::Batch).then(|| parts.iter().map(|part| part.loaded_ms(percentile)).sum())
}

/// Availability in percent: the product over the parts on the path, or what scores in batch designs.
pub fn availability_percent(parts: &[&Part<'_>]) -> f64 {
    parts
        .iter()
        .filter(|part| part.counts_for_availability)
        .map(|part| part.availability_percent() / 100.0)
        .product::<f64>()
        * 100.0
}

/// Most requests or events per second; `None` where nothing bounds them.
pub fn max_per_second(parts: &[&Part<'_>], workload: &Workload) -> Option<f64> {
    parts
        .iter()
        .filter(|part| part.bounds_the_flow(workload.deployment))
        .filter_map(|part| part.size.as_ref().map(|size| size.capacity))
        .reduce(f64::min)
}

/// Practice as a number.
fn level(expertise: Expertise) -> u8 {
    match expertise {
        Expertise::Beginner => 0,
        Expertise::Intermediate => 1,
        Expertise::Expert => 2,
    }
}

/// 0 to 1: 40 % the share of parts beyond the team's practice, 30 % the share of single points of failure, 30 % lock-in.
fn risk(parts: &[&Part<'_>], workload: &Workload) -> f64 {
    if parts.is_empty() {
        return 0.0;
    }
    let count = parts.len() as f64;
    let beyond = parts.iter().filter(|part| level(part.pattern.expertise) > level(workload.expertise)).count() as f64;
    let single = parts.iter().filter(|part| !part.is_redundant()).count() as f64;
    let lock_in: f64 = parts.iter().map(|part| part.pattern.lock_in).sum();
    rounded(0.4 * beyond / count + 0.3 * single / count + 0.3 * lock_in / count, 4)
}

/// Adds parts up and holds them against the objectives that a person stated; accepted defaults are soft.
pub fn assess(parts: &[&Part<'_>], workload: &Workload, catalogue: &Catalogue) -> Assessment {
    let network = network::of(parts, workload, catalogue);
    let cost = cost_with(network.as_ref(), parts, workload, catalogue);
    let latency_ms = path_latency_ms(parts, workload, workload.percentile);
    let latency_p95 =
        path_latency_ms(parts, workload, 95.0).map(|ms| if ms.is_finite() { rounded(ms, 2) } else { 86_400_000.0 });
    let availability = availability_percent(parts);
    let max = max_per_second(parts, workload);

    let mut violations: Vec<String> = Vec::new();
    for violation in parts.iter().flat_map(|part| &part.violations) {
        if !violations.contains(violation) {
            violations.push(violation.clone());
        }
    }
    if let (Some(target), Some(latency)) = (workload.latency_target_ms, latency_ms)
        && latency > target
        && workload.binds(ConstraintField::Latency)
    {
        violations.push(format!(
            "latency: P{} of {} ms is above your {} ms",
            readable(workload.percentile),
            readable(latency),
            readable(target)
        ));
    }
    if let Some(budget) = workload.budget_usd
        && cost.expected_usd > budget
        && workload.binds(ConstraintField::Budget)
    {
        violations.push(format!(
            "budget: ${} a month is {} % of your ${}",
            readable(rounded(cost.expected_usd, 2)),
            readable((cost.expected_usd / budget * 100.0).round()),
            readable(budget)
        ));
    }
    if let Some(target) = workload.availability_target
        && availability < target
        && workload.binds(ConstraintField::Availability)
    {
        violations.push(format!(
            "availability: {} by the providers' agreements is below your {}",
            percent(availability),
            percent(target)
        ));
    }
    Assessment {
        metrics: CandidateMetrics {
            monthly_usd: cost.expected_usd,
            latency_p95_ms: latency_p95,
            max_per_second: max,
            availability_percent: rounded(availability, 4),
            operations_hours_per_month: rounded(
                parts
                    .iter()
                    .map(|part| {
                        let units = part.size.as_ref().map_or(0.0, |size| size.units);
                        part.pattern.operations.base + part.pattern.operations.per_unit * units
                    })
                    .sum(),
                1,
            ),
            risk: risk(parts, workload),
        },
        cost,
        network,
        latency_ms,
        violations,
    }
}

/// The parts of a candidate, sized and priced anew from its patterns: the same numbers as the planner's.
///
/// # Errors
/// When a pattern is not in the catalogue, or its data is broken.
pub fn parts_of<'a>(
    patterns: impl IntoIterator<Item = &'a str>,
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Vec<Part<'static>>, EstimateError> {
    patterns
        .into_iter()
        .map(|id| {
            let pattern = catalogue.pattern(id).ok_or_else(|| EstimateError::Unknown(id.to_owned()))?;
            Part::new(pattern, workload, catalogue)
        })
        .collect()
}
