//! What the same design costs at other loads.

use design::{constraint::Deployment, cost::LoadCost};
use knowledge::catalogue::Catalogue;

use crate::{
    EstimateError,
    assessment::{assess, parts_of},
    part::Part,
    workload::{Usage, Workload},
};

/// The loads that are shown: half, the estimate's own, double, and a success that nobody planned for.
pub const LOADS: [f64; 4] = [0.5, 1.0, 2.0, 5.0];

/// US dollars for 1,000 predictions of a month.
pub fn usd_per_thousand(monthly_usd: f64, workload: &Workload) -> f64 {
    let requests = workload.scope(Usage::Expected).get("requests_month").unwrap_or(0.0);
    if requests > 0.0 { monthly_usd / requests * 1000.0 } else { 0.0 }
}

/// Sizes and prices a design of these patterns at multiples of the workload's load. Requests and new data grow with
/// the load; what is stored already, and the training, stay. Machine types are chosen anew, as the planner would.
///
/// # Errors
/// When a pattern is not in the catalogue, or its data is broken.
pub fn sensitivity(
    patterns: &[&str],
    workload: &Workload,
    factors: &[f64],
    catalogue: &'static Catalogue,
) -> Result<Vec<LoadCost>, EstimateError> {
    let at = |factor: f64| -> Result<(LoadCost, Vec<String>), EstimateError> {
        let scaled = workload.scaled(factor);
        let parts = parts_of(patterns.iter().copied(), &scaled, catalogue)?;
        let parts: Vec<&Part<'_>> = parts.iter().collect();
        let assessment = assess(&parts, &scaled, catalogue);
        // A violation names its numbers, which differ by load: what is broken is compared, not how far.
        let kinds = parts
            .iter()
            .filter(|part| part.over_quota)
            .map(|part| format!("{}: more units than the quota", part.pattern.name))
            .chain(assessment.violations.iter().filter_map(|text| {
                ["latency: ", "budget: ", "availability: "].iter().find(|kind| text.starts_with(**kind))?;
                Some(text.clone())
            }))
            .collect();
        let load = LoadCost {
            factor,
            average_per_second: scaled.average_per_second(),
            peak_per_second: scaled.peak_per_second(),
            monthly_usd: assessment.cost.expected_usd,
            usd_per_thousand: usd_per_thousand(assessment.cost.expected_usd, &scaled),
            latency_ms: assessment.latency_ms.filter(|ms| ms.is_finite() && workload.deployment != Deployment::Batch),
            breaks: Vec::new(),
        };
        Ok((load, kinds))
    };
    let kind = |text: &String| text.split(": ").next().unwrap_or(text).to_owned();
    let own_load = at(1.0)?;
    let own: Vec<String> = own_load.1.iter().map(kind).collect();
    factors
        .iter()
        .map(|factor| {
            let (mut load, broken) = if *factor == 1.0 { own_load.clone() } else { at(*factor)? };
            load.breaks = broken.into_iter().filter(|text| !own.contains(&kind(text))).collect();
            Ok(load)
        })
        .collect()
}
