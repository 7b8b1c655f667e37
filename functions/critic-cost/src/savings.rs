//! Ways to pay less, found by pricing alternatives.

use design::{
    constraint::{ConstraintField, ConstraintSet, Region, Retraining, Source, Stated},
    cost::SavingsOption,
    plan::PlanDecision,
    words::{percent, readable},
};
use estimate::{
    EstimateError,
    assessment::{assess, cost, parts_of},
    part::Part,
    workload::Workload,
};
use knowledge::{catalogue::Catalogue, pattern::Pattern, region::by_code};

/// Savings below this many US dollars a month are not worth a decision.
const WORTH_SAYING_USD: f64 = 5.0;
/// What suits less than this share of how the present part suits is no advice, however cheap.
const POOR: f64 = 0.5;
/// Most options that are shown.
const OPTIONS: usize = 6;
/// Regions that are priced for comparison: those of the lowest price level.
const REGIONS: usize = 3;

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
    options.extend(one_unit_less(parts, workload, catalogue)?);
    options.extend(another_region(parts, constraints, workload, catalogue)?);
    options.extend(rarer_training(parts, constraints, workload, catalogue)?);
    options.retain(|option| option.monthly_usd >= WORTH_SAYING_USD);
    options.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd).then(a.title.cmp(&b.title)));
    options.truncate(OPTIONS);
    Ok(options)
}

/// The arithmetic of a saving, in cents, so that it can be done again.
fn less(now: f64, then: f64) -> String {
    format!("{now:.2} USD now − {then:.2} USD changed = {:.2} USD", now - then)
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
    let fit = |pattern: &Pattern| pattern.use_case_fit(workload.use_case) * pattern.deployment_fit(workload.deployment);
    let mut options = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let mut best: Option<SavingsOption> = None;
        for pattern in catalogue.patterns.iter().filter(|pattern| {
            pattern.capability == part.pattern.capability
                && pattern.cloud == workload.patterns_of
                && fit(pattern) >= POOR * fit(part.pattern)
                && pattern.id != part.pattern.id
                && !plan.excluded.iter().any(|exclusion| exclusion.pattern == pattern.id)
                && !excluded.iter().any(|tool| pattern.is_called(tool))
        }) {
            let other = Part::new(pattern, workload, catalogue)?;
            // Traits that protect data are not given up for money.
            let keeps = ["private-network", "customer-managed-keys", "phi-eligible", "pci-eligible", "fedramp"]
                .iter()
                .all(|name| !part.pattern.has(name) || pattern.has(name));
            if !other.violations.is_empty() || !keeps {
                continue;
            }
            let mut changed = parts.to_vec();
            changed[index] = &other;
            let then = assess(&changed, workload, catalogue);
            let saving = now.cost.expected_usd - then.cost.expected_usd;
            if saving <= best.as_ref().map_or(0.0, |best| best.monthly_usd) {
                continue;
            }
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
                    "{base:.2} USD of lines that run all month × {} % = {:.2} USD",
                    readable(commitment.discount * 100.0),
                    base * commitment.discount
                ),
            }
        })
        .collect()
}

/// The same design, sized and priced anew for other constraints.
fn repriced(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    catalogue: &'static Catalogue,
) -> Result<f64, EstimateError> {
    let workload = Workload::of(constraints, catalogue);
    let changed = parts_of(parts.iter().map(|part| part.pattern.id.as_str()), &workload, catalogue)?;
    Ok(cost(&changed.iter().collect::<Vec<_>>(), &workload, catalogue).expected_usd)
}

/// A cheaper region where the data may be: one that was named as well, or, where none was named, one under the same law.
fn another_region(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Option<SavingsOption>, EstimateError> {
    let Some(levels) = catalogue.price_levels_of(workload.patterns_of) else { return Ok(None) };
    let Some(here) = by_code(&workload.region) else { return Ok(None) };
    let named: Vec<&str> = constraints
        .regions
        .iter()
        .filter(|_| workload.binds(ConstraintField::Regions))
        .flat_map(|regions| regions.value.iter().map(|region| region.code.as_str()))
        .collect();
    let mut others: Vec<(f64, Region)> = levels
        .regions
        .iter()
        .filter_map(|(code, level)| Some((*level, by_code(code)?.region())))
        .filter(|(_, region)| {
            region.code != here.code
                && region.jurisdiction == here.jurisdiction
                && (named.is_empty() || named.contains(&region.code.as_str()))
                && !constraints.excluded_regions.iter().any(|excluded| excluded.code == region.code)
                // A government's region is not for everybody.
                && !region.code.contains("-gov-")
        })
        .collect();
    others.sort_by(|(one, a), (other, b)| one.total_cmp(other).then(a.code.cmp(&b.code)));
    let now = cost(parts, workload, catalogue).expected_usd;
    let mut best: Option<(f64, Region)> = None;
    for (_, region) in others.into_iter().take(REGIONS) {
        let stated = |value| Stated {
            value,
            confidence: 1.0,
            source: Source::Structured,
            evidence: Vec::new(),
            derivation: None,
        };
        let moved = ConstraintSet { regions: Some(stated(vec![region.clone()])), ..constraints.clone() };
        let then = repriced(parts, &moved, catalogue)?;
        if best.as_ref().is_none_or(|(least, _)| then < *least) {
            best = Some((then, region));
        }
    }
    Ok(best.filter(|(then, _)| *then < now).map(|(then, region)| SavingsOption {
        title: format!("{} instead of {}", region.code, here.code),
        monthly_usd: now - then,
        trade_off: format!(
            "The way to users and data sources changes; whether every service is there must be looked up. The law is the same ({}).",
            region.jurisdiction
        ),
        evidence: less(now, then),
    }))
}

/// Training less often, where nobody said how often.
fn rarer_training(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Option<SavingsOption>, EstimateError> {
    if workload.binds(ConstraintField::Retraining) {
        return Ok(None);
    }
    let runs = workload.variable("runs_month");
    let rarer = [(Retraining::Daily, "day"), (Retraining::Weekly, "week"), (Retraining::Monthly, "month")]
        .into_iter()
        .find(|(rhythm, _)| catalogue.profiles.runs_per_month(*rhythm) < runs);
    let Some((rhythm, each)) = rarer else { return Ok(None) };
    let slower =
        Stated { value: rhythm, confidence: 1.0, source: Source::Structured, evidence: Vec::new(), derivation: None };
    let now = cost(parts, workload, catalogue).expected_usd;
    let then = repriced(parts, &ConstraintSet { retraining: Some(slower), ..constraints.clone() }, catalogue)?;
    Ok((then < now).then(|| SavingsOption {
        title: format!("Training once a {each}"),
        monthly_usd: now - then,
        trade_off: format!(
            "The model is up to {} days old instead of {}.",
            readable(30.4 / catalogue.profiles.runs_per_month(rhythm)),
            readable(30.4 / runs)
        ),
        evidence: less(now, then),
    }))
}

/// One unit instead of two where two are there only for redundancy.
fn one_unit_less(
    parts: &[&Part<'_>],
    workload: &Workload,
    catalogue: &'static Catalogue,
) -> Result<Vec<SavingsOption>, EstimateError> {
    let Some(alone) = workload.with_variable("redundancy", 1.0) else { return Ok(Vec::new()) };
    let mut options = Vec::new();
    for part in parts {
        let (Some(size), Some(sizing)) = (&part.size, &part.pattern.sizing) else { continue };
        let redundant = part.on_path && sizing.pooled && sizing.minimum == "redundancy" && size.units == 2.0;
        // One unit must carry the peak.
        let enough = size.arrivals <= size.capacity / 2.0 * sizing.target_utilisation;
        let single = part.pattern.availability.single;
        let allowed = workload.availability_target.is_none_or(|target| single >= target);
        if !(redundant && enough && allowed && part.pattern.availability.multi > single) {
            continue;
        }
        let one = match part.instance {
            Some(instance) => Part::with_instance(part.pattern, &alone, catalogue, &instance.id)?,
            None => Part::new(part.pattern, &alone, catalogue)?,
        };
        options.push(SavingsOption {
            title: format!("One unit of {} instead of two", part.pattern.name),
            monthly_usd: part.expected_usd - one.expected_usd,
            trade_off: format!(
                "{} available instead of {}: up to {} hours of outage a month.",
                percent(single),
                percent(part.pattern.availability.multi),
                readable((100.0 - single) / 100.0 * 730.0)
            ),
            evidence: less(part.expected_usd, one.expected_usd),
        });
    }
    Ok(options)
}
