//! The estimate taken apart: per component, per prediction, what dominates, what makes the range wide, what is free.

use design::{
    constraint::{ConstraintSet, Deployment},
    cost::{ComponentCost, CostDriver, CostEstimate, CostLine, FreeTierLine, LineRange, LoadCost, UnitCost},
    plan::Capability,
    words::{readable, usd},
};
use estimate::{
    part::{Part, Range, plural},
    workload::Workload,
};
use knowledge::free_tier;

/// Share of the cost that the drivers together make.
const MOST: f64 = 0.8;
/// Fewest and most drivers that are named.
const DRIVERS: std::ops::RangeInclusive<usize> = 3..=8;

/// What each component costs, with what the network costs that is there because of it, the dearest first.
pub fn components(
    parts: &[&Part<'_>],
    network: Option<&(CostLine, Range)>,
    estimate: &CostEstimate,
) -> Vec<ComponentCost> {
    let mut components: Vec<ComponentCost> = parts
        .iter()
        .map(|part| {
            let network = network.filter(|(line, _)| line.pattern == part.pattern.id);
            let of_network =
                network.map_or((0.0, 0.0, 0.0), |(line, range)| (range.low_usd, line.monthly_usd, range.high_usd));
            let expected_usd = part.expected_usd + of_network.1;
            ComponentCost {
                pattern: part.pattern.id.clone(),
                name: part.pattern.name.clone(),
                capability: part.pattern.capability,
                low_usd: part.low_usd + of_network.0,
                expected_usd,
                high_usd: part.high_usd + of_network.2,
                share: share_of(expected_usd, estimate.expected_usd),
            }
        })
        .collect();
    components.sort_by(|a, b| b.expected_usd.total_cmp(&a.expected_usd).then(a.pattern.cmp(&b.pattern)));
    components
}

fn share_of(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The lines that make most of the cost.
pub fn drivers(estimate: &CostEstimate) -> Vec<CostDriver> {
    let mut lines: Vec<_> = estimate.lines.iter().filter(|line| line.monthly_usd > 0.0).collect();
    lines.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd).then(a.item.cmp(&b.item)));
    let mut drivers: Vec<CostDriver> = Vec::new();
    let mut sum = 0.0;
    for line in lines {
        if drivers.len() >= *DRIVERS.end()
            || (drivers.len() >= *DRIVERS.start() && share_of(sum, estimate.expected_usd) >= MOST)
        {
            break;
        }
        sum += line.monthly_usd;
        drivers.push(CostDriver {
            pattern: line.pattern.clone(),
            item: line.item.clone(),
            monthly_usd: line.monthly_usd,
            share: share_of(line.monthly_usd, estimate.expected_usd),
            cumulative_share: share_of(sum, estimate.expected_usd),
            formula: format!("{} × {} USD", line.formula, readable(line.unit_price_usd)),
        });
    }
    drivers
}

/// What makes the range wide, the widest first.
pub fn range(parts: &[&Part<'_>], network: Option<&(CostLine, Range)>, workload: &Workload) -> Vec<LineRange> {
    let all = || {
        let shared = network.map(|(line, range)| (line, range));
        parts.iter().flat_map(|part| part.lines.iter().zip(&part.ranges)).chain(shared)
    };
    let width: f64 = all().map(|(_, range)| range.high_usd - range.low_usd).sum();
    let mut ranges: Vec<LineRange> = all()
        .filter(|(_, range)| range.high_usd > range.low_usd)
        .map(|(line, range)| {
            let moves = range.low_quantity != line.quantity || range.high_quantity != line.quantity;
            let mut why: Vec<String> = Vec::new();
            if moves {
                why.push(format!(
                    "{} to {} {}",
                    readable(range.low_quantity),
                    readable(range.high_quantity),
                    plural(&line.unit)
                ));
                why.extend(range.drivers.iter().map(|driver| driver.spread(workload)));
            }
            if range.widening > 0.0 {
                why.push(format!(
                    "the price is not confirmed in a second place: ±{} %",
                    readable(range.widening * 100.0)
                ));
            }
            LineRange {
                pattern: line.pattern.clone(),
                item: line.item.clone(),
                low_usd: range.low_usd,
                expected_usd: line.monthly_usd,
                high_usd: range.high_usd,
                share_of_width: share_of(range.high_usd - range.low_usd, width),
                why: why.join("; "),
            }
        })
        .collect();
    ranges.sort_by(|a, b| b.share_of_width.total_cmp(&a.share_of_width).then(a.item.cmp(&b.item)));
    ranges
}

/// What one prediction, one training run and so on cost.
pub fn unit_costs(
    parts: &[&Part<'_>],
    estimate: &CostEstimate,
    sensitivity: &[LoadCost],
    constraints: &ConstraintSet,
    workload: &Workload,
) -> Vec<UnitCost> {
    let total = estimate.expected_usd;
    let of = |capability: Capability| -> f64 {
        parts.iter().filter(|part| part.pattern.capability == capability).map(|part| part.expected_usd).sum()
    };
    let mut costs = Vec::new();
    let mut push = |per: &str, money: f64, count: f64, size: f64, what: &str| {
        if count > 0.0 {
            costs.push(UnitCost {
                per: per.to_owned(),
                usd: money / count * size,
                formula: if size == 1.0 {
                    format!("{} / {} {what}", usd(money), readable(count))
                } else {
                    format!("{} / {} {what} × {}", usd(money), readable(count), readable(size))
                },
            });
        }
    };
    let requests = workload.scope(estimate::workload::Usage::Expected).get("requests_month").unwrap_or(0.0);
    push("1,000 predictions, everything included", total, requests, 1000.0, "a month");
    push("1,000 predictions, serving alone", of(Capability::Serve), requests, 1000.0, "a month");
    let at = |factor: f64| sensitivity.iter().find(|load| load.factor == factor).map(|load| load.monthly_usd);
    if let (Some(now), Some(double)) = (at(1.0), at(2.0)) {
        push(
            "1,000 further predictions, from one to two times the load",
            double - now,
            requests,
            1000.0,
            "more a month",
        );
    }
    push("training run", of(Capability::Train), workload.variable("runs_month"), 1.0, "runs a month");
    let stored = workload.stored_gb() + 6.0 * workload.variable("monthly_gb");
    push("GB kept for a month", of(Capability::Store), stored, 1.0, "GB, mean of the first year");
    let tokens: f64 = estimate.lines.iter().filter(|line| line.unit == "token").map(|line| line.quantity).sum();
    let token_usd: f64 = estimate.lines.iter().filter(|line| line.unit == "token").map(|line| line.monthly_usd).sum();
    push("1,000,000 tokens, in and out as they are used", token_usd, tokens, 1e6, "tokens a month");
    if let Some(records) = constraints.data_volume.as_ref().and_then(|volume| volume.value.records) {
        push("1,000 of your records and a month", total, records, 1000.0, "records");
    }
    if workload.deployment == Deployment::Edge {
        push("device and month", total, workload.variable("devices"), 1.0, "devices");
    }
    costs
}

/// What providers give without charge, for what this design uses.
pub fn free_tier(estimate: &CostEstimate, workload: &Workload) -> Vec<FreeTierLine> {
    let mut lines: Vec<FreeTierLine> = Vec::new();
    let tiers = free_tier::all();
    for tier in tiers.monthly.iter().filter(|tier| tier.regions.is_empty() || tier.regions.contains(&workload.region)) {
        for (id, allowance) in &tier.allowances {
            // Several components may use the same thing; the allowance is there once.
            let used = estimate.lines.iter().filter(|line| line.price_id == *id && line.quantity > 0.0);
            let (quantity, money) =
                used.clone().fold((0.0, 0.0), |sum, line| (sum.0 + line.quantity, sum.1 + line.monthly_usd));
            let Some(line) = used.clone().next() else { continue };
            lines.push(FreeTierLine {
                item: line.item.split(',').next().unwrap_or(&line.item).to_owned(),
                allowance: *allowance,
                unit: line.unit.clone(),
                used: quantity,
                worth_usd: money * (allowance / quantity).min(1.0),
                terms: tier.terms.clone(),
                source: tier.source.clone(),
                date: tier.date.clone(),
            });
        }
    }
    lines.sort_by(|a, b| b.worth_usd.total_cmp(&a.worth_usd).then(a.item.cmp(&b.item)));
    let credits = tiers.credits.iter().filter(|credit| credit.cloud == workload.patterns_of);
    lines.extend(credits.map(|credit| FreeTierLine {
        item: "Credits of a new account, spread over the months until they are gone".to_owned(),
        allowance: credit.usd,
        unit: "USD, once".to_owned(),
        used: estimate.expected_usd,
        worth_usd: (credit.usd / credit.months).min(estimate.expected_usd),
        terms: credit.terms.clone(),
        source: credit.source.clone(),
        date: credit.date.clone(),
    }));
    lines
}
