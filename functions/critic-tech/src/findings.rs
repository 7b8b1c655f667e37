//! What is wrong with a design, each finding with its arithmetic.

use design::{
    constraint::{ConstraintField, ConstraintSet, DataClass, Deployment, Framework},
    cost::HOURS_PER_MONTH,
    finding::{Finding, Severity, TechReview},
    plan::{Candidate, Capability},
    words::{capitalised, percent, readable, share},
};
use estimate::{
    assessment::{availability_percent, max_per_second, path_latency_ms},
    part::Part,
    workload::{BATCH_WINDOW_HOURS, Workload},
};
use knowledge::pattern::wire_name;

use crate::{conditions::small_share, reach::families};

/// Share of a quota above which there is too little left for growth.
const TIGHT: f64 = 0.8;

/// Utilisation at peak above which a burst queues.
const HOT: f64 = 0.75;

/// All findings, the worst first.
pub fn find(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    workload: &Workload,
    selected: &Candidate,
    review: &TechReview,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    hard_constraints(parts, &mut findings);
    tooling(parts, constraints, &mut findings);
    throughput(parts, workload, &mut findings);
    latency(parts, workload, &mut findings);
    availability(parts, workload, &mut findings);
    quotas(workload, review, &mut findings);
    cold_starts(workload, review, &mut findings);
    training(review, &mut findings);
    residency(workload, review, &mut findings);
    blast_radius(review, &mut findings);
    coupling(parts, &mut findings);
    security(parts, workload, &mut findings);
    people(parts, workload, selected, &mut findings);
    failure_modes(parts, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn hard_constraints(parts: &[&Part<'_>], findings: &mut Vec<Finding>) {
    for part in parts {
        findings.extend(part.concerns.iter().enumerate().map(|(index, concern)| Finding {
            id: format!("tech.concern.{}.{index}", part.pattern.id),
            severity: Severity::Minor,
            title: format!("{} does not keep an accepted default", part.pattern.name),
            evidence: concern.clone(),
            remedy: "State the number if it must be kept: the next plan will keep it.".to_owned(),
            patterns: vec![part.pattern.id.clone()],
            replan: false,
        }));
        for (index, violation) in part.violations.iter().enumerate() {
            // A cloud that the catalogue does not know is not mended by another pattern.
            let no_patterns = violation.contains("the catalogue has no patterns");
            if no_patterns {
                if findings.iter().any(|finding| finding.id == "tech.cloud") {
                    continue;
                }
                findings.push(Finding {
                    id: "tech.cloud".to_owned(),
                    severity: Severity::Major,
                    title: "The design is not where it was asked for".to_owned(),
                    evidence: violation.clone(),
                    remedy: "Accept the provider's services for these parts, or run replacements of your own."
                        .to_owned(),
                    patterns: Vec::new(),
                    replan: false,
                });
                continue;
            }
            findings.push(Finding {
                id: format!("tech.precondition.{}.{index}", part.pattern.id),
                severity: Severity::Blocking,
                title: format!("{} does not suit", part.pattern.name),
                evidence: violation.clone(),
                remedy: format!("Choose another pattern to {}.", part.pattern.capability.as_str()),
                patterns: vec![part.pattern.id.clone()],
                replan: true,
            });
        }
    }
}

/// Severity of an objective that is missed: one that a person stated blocks, an accepted or assumed one is soft.
fn missed(workload: &Workload, field: ConstraintField) -> (Severity, bool) {
    if workload.binds(field) { (Severity::Blocking, true) } else { (Severity::Minor, false) }
}

/// The documented limits of the services against the peak.
fn quotas(workload: &Workload, review: &TechReview, findings: &mut Vec<Finding>) {
    for (index, quota) in review.quotas.iter().enumerate() {
        let Some(demand) = quota.demand.filter(|demand| *demand > 0.0) else { continue };
        let over = demand > quota.limit;
        let used = quota.share.unwrap_or(f64::INFINITY);
        if !over && used <= TIGHT {
            continue;
        }
        // A limit of exactly one unit, used once, is no sign of growth.
        if !over && quota.reached_at_per_second.is_none() {
            continue;
        }
        let by_load = quota.reached_at_per_second.is_some();
        let (severity, replan) = match (over, quota.adjustable) {
            (true, false) if by_load && workload.binds(ConstraintField::Throughput) => (Severity::Blocking, true),
            (true, false | true) => (Severity::Major, false),
            (false, false | true) => (Severity::Minor, false),
        };
        let reached = quota.reached_at_per_second.map_or_else(String::new, |rate| {
            format!("; reached at about {}/s, the peak is {}/s", readable(rate), readable(workload.peak_per_second()))
        });
        findings.push(Finding {
            id: format!("tech.quota.{}.{index}", quota.pattern),
            severity,
            title: match (over, quota.adjustable) {
                (true, true) => format!("Ask for a higher quota before launch: {}", quota.name),
                (true, false) => format!("The design needs more than the limit: {}", quota.name),
                (false, true | false) => format!("{} of a quota is used at peak: {}", share(used), quota.name),
            },
            evidence: format!("{}{reached} ({})", quota.formula, quota.source),
            remedy: if quota.adjustable {
                "A quota increase takes days: ask for it with the design, and alarm at 80 %.".to_owned()
            } else {
                "The provider does not raise it: another pattern, or several of them side by side.".to_owned()
            },
            patterns: vec![quota.pattern.clone()],
            replan,
        });
    }
}

/// Cold starts that the latency objective does not bear.
fn cold_starts(workload: &Workload, review: &TechReview, findings: &mut Vec<Finding>) {
    let Some(target) = workload.latency_target_ms else { return };
    for cold in &review.cold_starts {
        let (Some(latency), Some(alone)) = (cold.cold_latency_ms, cold.share_of_requests) else { continue };
        if latency <= target {
            continue;
        }
        let spared = 1.0 - workload.percentile / 100.0;
        let often = alone > spared;
        // How often depends on the rate: an assumed one proves nothing.
        let proven = workload.binds(ConstraintField::Throughput) && workload.binds(ConstraintField::Latency);
        let (severity, replan) = match (often, proven) {
            (true, true) => (Severity::Blocking, true),
            (true, false) => (Severity::Major, false),
            (false, true | false) => (Severity::Minor, false),
        };
        findings.push(Finding {
            id: format!("tech.cold-start.{}", cold.pattern),
            severity,
            title: if often {
                format!("Cold starts miss the objective of {} ms", readable(target))
            } else {
                format!("A cold start takes longer than the {} ms of the objective", readable(target))
            },
            evidence: format!(
                "{}; P{} spares {} of the requests ({})",
                cold.formula,
                readable(workload.percentile),
                small_share(spared),
                cold.source
            ),
            remedy: format!("{}.", capitalised(&cold.avoided_by)),
            patterns: vec![cold.pattern.clone()],
            replan,
        });
    }
}

/// A training run that is not done when the next one begins.
fn training(review: &TechReview, findings: &mut Vec<Finding>) {
    for path in review.paths.iter().filter(|path| path.name == "training") {
        let (Some(interval), Some(stage)) = (path.objective, path.stages.first()) else { continue };
        if stage.time < interval {
            continue;
        }
        findings.push(Finding {
            id: format!("tech.training.{}", stage.pattern),
            severity: if path.objective_is_hard { Severity::Blocking } else { Severity::Minor },
            title: "A training run is not done when the next one begins".to_owned(),
            evidence: stage.formula.clone(),
            remedy: "Larger machines, a sample of the data, or training less often.".to_owned(),
            patterns: vec![stage.pattern.clone()],
            replan: path.objective_is_hard,
        });
    }
}

/// Data outside the place where it may be.
fn residency(workload: &Workload, review: &TechReview, findings: &mut Vec<Finding>) {
    let residency = &review.residency;
    let region = &residency.region;
    if residency.excluded_regions.contains(region) {
        findings.push(Finding {
            id: "tech.residency.excluded".to_owned(),
            severity: Severity::Blocking,
            title: format!("The design is in {region}, which was excluded"),
            evidence: format!("excluded: {}", residency.excluded_regions.join(", ")),
            remedy: "Name another region.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
    if !residency.allowed_regions.is_empty() && !residency.allowed_regions.contains(region) {
        findings.push(Finding {
            id: "tech.residency.region".to_owned(),
            severity: Severity::Major,
            title: format!("The design is in {region}, which was not named"),
            evidence: format!("named: {}", residency.allowed_regions.join(", ")),
            remedy: "Name a region of the design's provider, or another provider.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
    let bound = workload.binds(ConstraintField::Regions)
        || workload.frameworks.contains(&Framework::Gdpr)
        || workload.data_class.is_some_and(|class| class >= DataClass::Pii);
    if bound && !residency.leaves_the_region.is_empty() {
        findings.push(Finding {
            id: "tech.residency.leaves".to_owned(),
            severity: Severity::Major,
            title: format!("{} parts may work outside {region}", residency.leaves_the_region.len()),
            evidence: residency.leaves_the_region.join(", "),
            remedy: "A pattern that stays in its region, or a written transfer assessment.".to_owned(),
            patterns: residency.leaves_the_region.clone(),
            replan: false,
        });
    }
}

/// The part whose failure reaches farthest.
fn blast_radius(review: &TechReview, findings: &mut Vec<Finding>) {
    let Some(worst) = review.blast_radius.first().filter(|radius| radius.requests_fail) else { return };
    findings.push(Finding {
        id: format!("tech.blast-radius.{}", worst.pattern),
        severity: Severity::Info,
        title: format!("An outage of {} reaches {} of the design", worst.pattern, share(worst.share)),
        evidence: format!(
            "stops: {}; grows old: {}; up to {} h a month by the provider's agreement",
            listed(&worst.stops),
            listed(&worst.goes_stale),
            readable(worst.hours_out_per_month)
        ),
        remedy: "A fallback answer that needs nothing of it, and a runbook that was rehearsed.".to_owned(),
        patterns: vec![worst.pattern.clone()],
        replan: false,
    });
}

fn listed(ids: &[String]) -> String {
    if ids.is_empty() { "nothing else".to_owned() } else { ids.join(", ") }
}

fn tooling(parts: &[&Part<'_>], constraints: &ConstraintSet, findings: &mut Vec<Finding>) {
    let Some(tooling) = &constraints.tooling else { return };
    for part in parts {
        for tool in tooling.value.excluded.iter().filter(|tool| part.pattern.is_called(tool)) {
            findings.push(Finding {
                id: format!("tech.excluded.{}", part.pattern.id),
                severity: Severity::Blocking,
                title: format!("{} is {tool}, which was excluded", part.pattern.name),
                evidence: format!("Excluded were {}.", tooling.value.excluded.join(", ")),
                remedy: format!("Choose another pattern to {}.", part.pattern.capability.as_str()),
                patterns: vec![part.pattern.id.clone()],
                replan: true,
            });
        }
    }
}

fn throughput(parts: &[&Part<'_>], workload: &Workload, findings: &mut Vec<Finding>) {
    for part in parts.iter().filter(|part| part.bounds_the_flow(workload.deployment)) {
        let Some(size) = &part.size else { continue };
        let utilisation = size.arrivals / size.capacity;
        let (overload, replan) = missed(workload, ConstraintField::Throughput);
        let arithmetic = format!(
            "{}/s at peak over {}/s = {} %",
            readable(size.arrivals),
            readable(size.capacity),
            readable((utilisation * 100.0).round())
        );
        if utilisation >= 1.0 {
            findings.push(Finding {
                id: format!("tech.throughput.{}", part.pattern.id),
                severity: overload,
                title: format!("{} cannot carry the peak", part.pattern.name),
                evidence: arithmetic,
                remedy: "More units, a quota increase, or another pattern.".to_owned(),
                patterns: vec![part.pattern.id.clone()],
                replan,
            });
        } else if utilisation > HOT && workload.deployment != Deployment::Batch {
            findings.push(Finding {
                id: format!("tech.hot.{}", part.pattern.id),
                severity: Severity::Minor,
                title: format!("{} is the bottleneck at peak", part.pattern.name),
                evidence: arithmetic,
                remedy: "Scale before known peaks; alarm at 80 %.".to_owned(),
                patterns: vec![part.pattern.id.clone()],
                replan: false,
            });
        }
    }
    if workload.deployment == Deployment::Batch
        && let Some(rate) = max_per_second(parts, workload)
    {
        let records = workload.variable("records_per_run");
        let hours = records / rate / 3600.0;
        findings.push(Finding {
            id: "tech.window".to_owned(),
            severity: if hours > BATCH_WINDOW_HOURS { Severity::Major } else { Severity::Info },
            title: format!("A scoring run takes about {} h", readable(hours)),
            evidence: format!(
                "{} records / {}/s = {} h; the window is {} h",
                readable(records),
                readable(rate),
                readable(hours),
                readable(BATCH_WINDOW_HOURS)
            ),
            remedy: "More units if the window is shorter than assumed.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
}

fn latency(parts: &[&Part<'_>], workload: &Workload, findings: &mut Vec<Finding>) {
    let (Some(target), Some(path)) =
        (workload.latency_target_ms, path_latency_ms(parts, workload, workload.percentile))
    else {
        return;
    };
    let sum = parts
        .iter()
        .filter(|part| part.on_path)
        .map(|part| format!("{} {}", readable(part.loaded_ms(workload.percentile)), part.pattern.short))
        .collect::<Vec<_>>()
        .join(" + ");
    let p = readable(workload.percentile);
    let slowest = parts
        .iter()
        .filter(|part| part.on_path)
        .max_by(|a, b| a.loaded_ms(workload.percentile).total_cmp(&b.loaded_ms(workload.percentile)));
    if path > target {
        let (severity, replan) = missed(workload, ConstraintField::Latency);
        findings.push(Finding {
            id: "tech.latency".to_owned(),
            severity,
            title: format!("P{p} of {} ms is above the {} ms that were asked", readable(path), readable(target)),
            evidence: format!("{sum} = {} ms (sum of percentiles, an upper bound)", readable(path)),
            remedy: "A faster pattern for the slowest part, a cache, or a wider objective.".to_owned(),
            patterns: slowest.iter().map(|part| part.pattern.id.clone()).collect(),
            replan,
        });
    } else if path > 0.8 * target {
        findings.push(Finding {
            id: "tech.latency-margin".to_owned(),
            severity: Severity::Minor,
            title: format!(
                "The latency objective is met with {} % to spare",
                readable(((1.0 - path / target) * 100.0).round())
            ),
            evidence: format!("{sum} = {} ms of {} ms at P{p}", readable(path), readable(target)),
            remedy: "Measure early; load test before launch.".to_owned(),
            patterns: slowest.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
}

fn availability(parts: &[&Part<'_>], workload: &Workload, findings: &mut Vec<Finding>) {
    let reached = availability_percent(parts);
    let product = parts
        .iter()
        .filter(|part| part.counts_for_availability)
        .map(|part| percent(part.availability_percent()))
        .collect::<Vec<_>>()
        .join(" × ");
    let counted = if product.is_empty() { percent(reached) } else { format!("{product} = {}", percent(reached)) };
    if let Some(target) = workload.availability_target
        && reached < target
    {
        let minutes = |percent: f64| (100.0 - percent) / 100.0 * HOURS_PER_MONTH * 60.0;
        let weakest = parts
            .iter()
            .filter(|part| part.counts_for_availability)
            .min_by(|a, b| a.availability_percent().total_cmp(&b.availability_percent()));
        let (severity, replan) = missed(workload, ConstraintField::Availability);
        findings.push(Finding {
            id: "tech.availability".to_owned(),
            severity,
            title: format!("{} is below the {} that were asked", percent(reached), percent(target)),
            evidence: format!(
                "{counted}: {} minutes a month instead of {}",
                readable(minutes(reached).round()),
                readable(minutes(target).round())
            ),
            remedy: "Fewer parts on the path, or a second region.".to_owned(),
            // Two nines more than any single part promises need a second region, not another part.
            replan: replan && weakest.is_some_and(|part| part.availability_percent() < target),
            patterns: weakest.iter().map(|part| part.pattern.id.clone()).collect(),
        });
    }
    for part in parts
        .iter()
        .filter(|part| !part.is_redundant() && (part.on_path || part.pattern.capability == Capability::Serve))
    {
        let serious = workload.deployment == Deployment::RealTime || workload.deployment == Deployment::Streaming;
        findings.push(Finding {
            id: format!("tech.single-point.{}", part.pattern.id),
            severity: if serious && part.pattern.availability.single < part.pattern.availability.multi {
                Severity::Minor
            } else {
                Severity::Info
            },
            title: format!("{} runs as one unit", part.pattern.name),
            evidence: format!(
                "{} with one unit, {} with two ({})",
                percent(part.pattern.availability.single),
                percent(part.pattern.availability.multi),
                part.pattern.availability.source
            ),
            remedy: "A second unit in another zone when an outage costs more than it.".to_owned(),
            patterns: vec![part.pattern.id.clone()],
            replan: false,
        });
    }
}

fn coupling(parts: &[&Part<'_>], findings: &mut Vec<Finding>) {
    let bound: Vec<&&Part<'_>> = parts.iter().filter(|part| part.pattern.lock_in >= 0.6).collect();
    if bound.len() * 2 >= parts.len().max(1) {
        findings.push(Finding {
            id: "tech.lock-in".to_owned(),
            severity: Severity::Minor,
            title: format!("{} of {} parts are bound to the provider", bound.len(), parts.len()),
            evidence: bound
                .iter()
                .map(|part| format!("{} {}", part.pattern.short, part.pattern.lock_in))
                .collect::<Vec<_>>()
                .join(", "),
            remedy: "Keep the model in a plain container and features in open tables.".to_owned(),
            patterns: bound.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
    let path = parts.iter().filter(|part| part.on_path).count();
    if path > 3 {
        findings.push(Finding {
            id: "tech.coupling".to_owned(),
            severity: Severity::Minor,
            title: format!("A request waits for {path} parts"),
            evidence: parts
                .iter()
                .filter(|part| part.on_path)
                .map(|part| part.pattern.short.clone())
                .collect::<Vec<_>>()
                .join(" → "),
            remedy: "Timeouts and fallbacks for each call; a default score when features are missing.".to_owned(),
            patterns: parts.iter().filter(|part| part.on_path).map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
}

fn security(parts: &[&Part<'_>], workload: &Workload, findings: &mut Vec<Finding>) {
    let sensitive =
        workload.data_class.is_some_and(|class| class >= DataClass::Confidential) || !workload.frameworks.is_empty();
    for (name, title, applies) in [
        ("private-network", "cannot be kept inside a private network", sensitive),
        ("encryption-at-rest", "does not encrypt at rest", true),
        ("encryption-in-transit", "does not encrypt in transit", true),
        ("customer-managed-keys", "does not take own keys", sensitive),
        ("audit-log", "keeps no audit log", sensitive),
    ] {
        let lacking: Vec<&&Part<'_>> = parts.iter().filter(|part| applies && !part.pattern.has(name)).collect();
        if lacking.is_empty() {
            continue;
        }
        findings.push(Finding {
            id: format!("tech.security.{name}"),
            severity: Severity::Major,
            title: format!(
                "{} {title}",
                lacking.iter().map(|part| part.pattern.name.as_str()).collect::<Vec<_>>().join(", ")
            ),
            evidence: format!(
                "data class {}, trait {name}",
                workload.data_class.map_or("not stated".to_owned(), wire_name)
            ),
            remedy: "Another pattern, or a compensating control that is written down.".to_owned(),
            patterns: lacking.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
    let open: Vec<&&Part<'_>> = parts
        .iter()
        .filter(|part| part.on_path && part.pattern.provides.iter().any(|tag| tag == "http-api"))
        .filter(|part| !part.pattern.has("authenticated"))
        .collect();
    if !open.is_empty() {
        findings.push(Finding {
            id: "tech.security.authenticated".to_owned(),
            severity: if sensitive { Severity::Major } else { Severity::Minor },
            title: "An endpoint answers without asking who calls".to_owned(),
            evidence: open.iter().map(|part| part.pattern.name.clone()).collect::<Vec<_>>().join(", "),
            remedy: "An authoriser or signed requests before the first user.".to_owned(),
            patterns: open.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
    if sensitive && !parts.iter().any(|part| part.pattern.has("secrets")) {
        findings.push(Finding {
            id: "tech.security.secrets".to_owned(),
            severity: Severity::Minor,
            title: "No part of the design keeps secrets".to_owned(),
            evidence: format!("none of {} parts has the trait secrets", parts.len()),
            remedy: "The provider's store of secrets, read at start, never in code or environment files.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
    for (service, sharing) in families(parts).into_iter().filter(|(_, sharing)| sensitive && sharing.len() > 2) {
        findings.push(Finding {
            id: format!("tech.security.shared-role.{}", service.to_lowercase().replace(' ', "-")),
            severity: Severity::Minor,
            title: format!("{} parts would share one role if {service} had only one", sharing.len()),
            evidence: sharing.iter().map(|part| part.pattern.short.clone()).collect::<Vec<_>>().join(", "),
            remedy: "A role for each part, with its own prefix of the data and its own key.".to_owned(),
            patterns: sharing.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
    let operated: Vec<&&Part<'_>> = parts.iter().filter(|part| part.pattern.has("self-operated")).collect();
    if sensitive && !operated.is_empty() {
        findings.push(Finding {
            id: "tech.security.patching".to_owned(),
            severity: Severity::Minor,
            title: "The team itself patches parts that touch sensitive data".to_owned(),
            evidence: operated.iter().map(|part| part.pattern.name.clone()).collect::<Vec<_>>().join(", "),
            remedy: "Image scanning and a monthly patch day.".to_owned(),
            patterns: operated.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
}

fn people(parts: &[&Part<'_>], workload: &Workload, selected: &Candidate, findings: &mut Vec<Finding>) {
    let hours = selected.metrics.operations_hours_per_month;
    let people = workload.variable("team_size");
    let share = hours / (people * 160.0);
    if share > 0.25 {
        findings.push(Finding {
            id: "tech.operations".to_owned(),
            severity: Severity::Major,
            title: format!("Running it takes {} % of the team", readable((share * 100.0).round())),
            evidence: format!("{} h a month / ({} people × 160 h)", readable(hours), readable(people)),
            remedy: "More managed parts, or more people.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
    let beyond: Vec<&&Part<'_>> = parts.iter().filter(|part| part.pattern.expertise > workload.expertise).collect();
    if !beyond.is_empty() {
        findings.push(Finding {
            id: "tech.expertise".to_owned(),
            severity: Severity::Minor,
            title: format!("{} parts ask for more practice than the team has", beyond.len()),
            evidence: format!(
                "team: {}; {}",
                wire_name(workload.expertise),
                beyond
                    .iter()
                    .map(|part| format!("{} asks for {}", part.pattern.short, wire_name(part.pattern.expertise)))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            remedy: "Training, support by the provider, or a simpler pattern.".to_owned(),
            patterns: beyond.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: false,
        });
    }
}

/// The ways in which the parts on the path, or what serves, usually fail.
fn failure_modes(parts: &[&Part<'_>], findings: &mut Vec<Finding>) {
    for part in parts.iter().filter(|part| part.on_path || part.pattern.capability == Capability::Serve) {
        for (index, mode) in part.pattern.failure_modes.iter().enumerate() {
            findings.push(Finding {
                id: format!("tech.failure-mode.{}.{index}", part.pattern.id),
                severity: Severity::Info,
                title: format!("{}: {}", part.pattern.short, mode.what),
                evidence: mode.effect.clone(),
                remedy: mode.mitigation.clone(),
                patterns: vec![part.pattern.id.clone()],
                replan: false,
            });
        }
    }
}
