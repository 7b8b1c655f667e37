//! Ways to pay less, found by pricing alternatives.

use design::{
    constraint::ConstraintSet,
    cost::SavingsOption,
    plan::PlanDecision,
    words::{percent, readable, usd},
};
use estimate::{EstimateError, assessment::assess, part::Part, workload::Workload};
use knowledge::catalogue::Catalogue;

/// Savings below this many US dollars a month are not worth a decision.
const WORTH_SAYING_USD: f64 = 5.0;
/// Most options that are shown.
const OPTIONS: usize = 6;

/// Ways to pay less, the largest first.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn find(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    plan: &PlanDecision,
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Vec<SavingsOption>, EstimateError> {
    let mut options = other_patterns(parts, constraints, plan, workload, catalogue)?;
    options.extend(commitments(parts, catalogue));
    options.extend(one_unit_less(parts, workload));
    options.retain(|option| option.monthly_usd >= WORTH_SAYING_USD);
    options.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd).then(a.title.cmp(&b.title)));
    options.truncate(OPTIONS);
    Ok(options)
}

/// The arithmetic of a saving.
fn less(now: f64, then: f64) -> String {
    format!("{} now − {} changed = {}", usd(now), usd(then), usd(now - then))
}

/// Another pattern for one part, the rest unchanged: the cheapest that still goes together and breaks nothing new.
fn other_patterns(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    plan: &PlanDecision,
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Vec<SavingsOption>, EstimateError> {
    let excluded = constraints.tooling.as_ref().map(|tooling| tooling.value.excluded.clone()).unwrap_or_default();
    let now = assess(parts, workload, catalogue);
    let mut options = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let mut best: Option<SavingsOption> = None;
        for pattern in catalogue.patterns.iter().filter(|pattern| {
            pattern.capability == part.pattern.capability
                && pattern.id != part.pattern.id
                && !plan.excluded.iter().any(|exclusion| exclusion.pattern == pattern.id)
                && !excluded.iter().any(|tool| pattern.is_called(tool))
        }) {
            let other = Part::new(pattern, workload, catalogue)?;
            let saving = part.expected_usd - other.expected_usd;
            // Traits that protect data are not given up for money.
            let keeps = ["private-network", "customer-managed-keys", "phi-eligible", "pci-eligible", "fedramp"]
                .iter()
                .all(|name| !part.pattern.has(name) || pattern.has(name));
            if !other.violations.is_empty() || !keeps || saving <= best.as_ref().map_or(0.0, |best| best.monthly_usd) {
                continue;
            }
            let mut changed = parts.to_vec();
            changed[index] = &other;
            let then = assess(&changed, workload, catalogue);
            if then.violations.len() > now.violations.len() || !goes_together(&changed, workload) {
                continue;
            }
            let mut gives_up = Vec::new();
            if let (Some(before), Some(after)) = (now.metrics.latency_p95_ms, then.metrics.latency_p95_ms)
                && after > before + 0.5
            {
                gives_up.push(format!("P95 {} ms instead of {} ms", readable(after), readable(before)));
            }
            if then.metrics.availability_percent < now.metrics.availability_percent - 0.0005 {
                gives_up.push(format!(
                    "{} available instead of {}",
                    percent(then.metrics.availability_percent),
                    percent(now.metrics.availability_percent)
                ));
            }
            let hours = then.metrics.operations_hours_per_month - now.metrics.operations_hours_per_month;
            if hours > 0.05 {
                gives_up.push(format!("{} hours more work a month", readable(hours)));
            }
            let fit = |pattern: &knowledge::pattern::Pattern| {
                pattern.use_case_fit(workload.use_case) * pattern.deployment_fit(workload.deployment)
            };
            if fit(pattern) < fit(part.pattern) - 0.05 {
                gives_up.push(format!(
                    "suits the use case less ({} against {} of 1)",
                    readable(fit(pattern)),
                    readable(fit(part.pattern))
                ));
            }
            if gives_up.is_empty() {
                gives_up.push(
                    pattern.failure_modes.first().map_or("nothing that the catalogue knows".to_owned(), |mode| {
                        format!("{}: {}", mode.what, mode.effect)
                    }),
                );
            }
            best = Some(SavingsOption {
                title: format!("{} instead of {}", pattern.name, part.pattern.name),
                monthly_usd: saving,
                trade_off: format!("{}.", gives_up.join("; ")),
                evidence: less(now.cost.expected_usd, then.cost.expected_usd),
            });
        }
        options.extend(best);
    }
    Ok(options)
}

/// True when what each part and the use case need is there.
fn goes_together(parts: &[&Part<'_>], workload: &Workload) -> bool {
    let provided = |tag: &str, except: Option<&str>| {
        parts
            .iter()
            .filter(|part| Some(part.pattern.id.as_str()) != except)
            .any(|part| part.pattern.provides.iter().any(|own| own == tag))
    };
    workload.requires.iter().all(|tag| provided(tag, None))
        && parts.iter().all(|part| {
            part.pattern.needs.iter().all(|need| need.split('|').any(|tag| provided(tag, Some(&part.pattern.id))))
        })
}

/// A commitment for what runs all month.
fn commitments(parts: &[&Part<'_>], catalogue: &Catalogue) -> Vec<SavingsOption> {
    catalogue
        .commitments
        .iter()
        .map(|commitment| {
            let base: f64 = parts
                .iter()
                // Only what runs always: jobs and spot capacity are not worth a commitment.
                .filter(|part| part.hours.is_none() && part.size.is_some() && !part.pattern.has("spot"))
                .flat_map(|part| &part.lines)
                .filter(|line| commitment.prices.iter().any(|start| line.price_id.starts_with(start.as_str())))
                .map(|line| line.monthly_usd)
                .sum();
            SavingsOption {
                title: format!("A {}", commitment.name),
                monthly_usd: base * commitment.discount,
                trade_off: format!(
                    "{} About {} % of ${} ({}).",
                    commitment.trade_off,
                    readable(commitment.discount * 100.0),
                    readable(base.round()),
                    commitment.source
                ),
                evidence: format!(
                    "{} of lines that run all month × {} % = {}",
                    usd(base),
                    readable(commitment.discount * 100.0),
                    usd(base * commitment.discount)
                ),
            }
        })
        .collect()
}

/// One unit instead of two where two are there only for redundancy.
fn one_unit_less(parts: &[&Part<'_>], workload: &Workload) -> Vec<SavingsOption> {
    parts
        .iter()
        .filter_map(|part| {
            let size = part.size.as_ref()?;
            let sizing = part.pattern.sizing.as_ref()?;
            let redundant = part.on_path && sizing.pooled && sizing.minimum == "redundancy" && size.units == 2.0;
            // One unit must carry the peak.
            let enough = size.arrivals <= size.capacity / 2.0 * sizing.target_utilisation;
            let single = part.pattern.availability.single;
            let allowed = workload.availability_target.is_none_or(|target| single >= target);
            (redundant && enough && allowed && part.pattern.availability.multi > single).then(|| SavingsOption {
                title: format!("One unit of {} instead of two", part.pattern.name),
                monthly_usd: part.expected_usd / 2.0,
                trade_off: format!(
                    "{} available instead of {}: up to {} hours of outage a month.",
                    percent(single),
                    percent(part.pattern.availability.multi),
                    readable((100.0 - single) / 100.0 * 730.0)
                ),
                evidence: less(part.expected_usd, part.expected_usd / 2.0),
            })
        })
        .collect()
}
