//! What is wrong with a design, each finding with its arithmetic.

use design::{
    constraint::{ConstraintSet, DataClass, Deployment},
    finding::{Finding, Severity},
    plan::{Candidate, Capability},
    words::{percent, readable},
};
use estimate::{
    assessment::{availability_percent, max_per_second, path_latency_ms},
    part::Part,
    workload::{BATCH_WINDOW_HOURS, Workload},
};
use knowledge::pattern::wire_name;

/// Utilisation at peak above which a burst queues.
const HOT: f64 = 0.75;

/// All findings, the worst first.
pub fn find(
    parts: &[&Part<'_>],
    constraints: &ConstraintSet,
    workload: &Workload,
    selected: &Candidate,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    hard_constraints(parts, &mut findings);
    tooling(parts, constraints, &mut findings);
    throughput(parts, workload, &mut findings);
    latency(parts, workload, &mut findings);
    availability(parts, workload, &mut findings);
    coupling(parts, &mut findings);
    security(parts, workload, &mut findings);
    people(parts, workload, selected, &mut findings);
    failure_modes(parts, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn hard_constraints(parts: &[&Part<'_>], findings: &mut Vec<Finding>) {
    for part in parts {
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
                    title: "The design is on another cloud than was asked for".to_owned(),
                    evidence: violation.clone(),
                    remedy: "Accept AWS, or wait for the catalogue to grow.".to_owned(),
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
        let arithmetic = format!(
            "{}/s at peak over {}/s = {} %",
            readable(size.arrivals),
            readable(size.capacity),
            readable((utilisation * 100.0).round())
        );
        if utilisation >= 1.0 {
            findings.push(Finding {
                id: format!("tech.throughput.{}", part.pattern.id),
                severity: Severity::Blocking,
                title: format!("{} cannot carry the peak", part.pattern.name),
                evidence: arithmetic,
                remedy: "More units, a quota increase, or another pattern.".to_owned(),
                patterns: vec![part.pattern.id.clone()],
                replan: true,
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
        findings.push(Finding {
            id: "tech.latency".to_owned(),
            severity: Severity::Blocking,
            title: format!("P{p} of {} ms is above the {} ms that were asked", readable(path), readable(target)),
            evidence: format!("{sum} = {} ms (sum of percentiles, an upper bound)", readable(path)),
            remedy: "A faster pattern for the slowest part, a cache, or a wider objective.".to_owned(),
            patterns: slowest.iter().map(|part| part.pattern.id.clone()).collect(),
            replan: true,
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
    let reached = availability_percent(parts, workload);
    let product = parts
        .iter()
        .filter(|part| part.on_path)
        .map(|part| percent(part.availability_percent()))
        .collect::<Vec<_>>()
        .join(" × ");
    let counted = if product.is_empty() { percent(reached) } else { format!("{product} = {}", percent(reached)) };
    if let Some(target) = workload.availability_target
        && reached < target
    {
        let minutes = |percent: f64| (100.0 - percent) / 100.0 * 730.0 * 60.0;
        let weakest = parts
            .iter()
            .filter(|part| part.on_path)
            .min_by(|a, b| a.availability_percent().total_cmp(&b.availability_percent()));
        findings.push(Finding {
            id: "tech.availability".to_owned(),
            severity: Severity::Blocking,
            title: format!("{} is below the {} that were asked", percent(reached), percent(target)),
            evidence: format!(
                "{counted}: {} minutes a month instead of {}",
                readable(minutes(reached).round()),
                readable(minutes(target).round())
            ),
            remedy: "Fewer parts on the path, or a second region.".to_owned(),
            // Two nines more than any single part promises need a second region, not another part.
            replan: weakest.is_some_and(|part| part.availability_percent() < target),
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
