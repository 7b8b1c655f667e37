//! The comparison in words: what was asked, what is planned, what it costs, and which brought about which.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{ConstraintField, ConstraintSet},
    plan::{Capability, Component, PlanDecision},
    version::{Cause, CostDelta, FileChange, FindingChange, VersionDiff},
    words,
};

use crate::Version;

/// A constraint that differs.
pub(crate) struct ConstraintChange {
    pub(crate) field: ConstraintField,
    pub(crate) line: String,
}

/// A component that differs.
pub(crate) struct ComponentChange {
    pub(crate) pattern: String,
    pub(crate) line: String,
    pub(crate) because: BTreeSet<ConstraintField>,
}

/// Changed constraints, in the order of the schema. How sure we are of a value, and whose words it is from, is not a
/// change of what is asked.
pub(crate) fn constraints(before: &ConstraintSet, after: &ConstraintSet) -> Vec<ConstraintChange> {
    ConstraintField::ALL
        .into_iter()
        .filter_map(|field| {
            let name = words::label(field);
            let line = match (words::constraint(before, field), words::constraint(after, field)) {
                (old, new) if old == new => return None,
                (None, Some(new)) => format!("{name}: now {new}"),
                (Some(old), None) => format!("{name}: no longer {old}"),
                (Some(old), Some(new)) => format!("{name}: {new} instead of {old}"),
                (None, None) => return None,
            };
            Some(ConstraintChange { field, line })
        })
        .collect()
}

type Parts<'a> = BTreeMap<(Capability, &'a str), &'a Component>;

fn parts(plan: &PlanDecision) -> Parts<'_> {
    let components = plan.selected().map(|candidate| candidate.components.as_slice()).unwrap_or_default();
    components.iter().map(|part| ((part.capability, part.pattern.as_str()), part)).collect()
}

/// Changed components of the selected candidates, in the order of capabilities.
pub(crate) fn components(
    before: &PlanDecision,
    after: &PlanDecision,
    changed: &[ConstraintChange],
) -> Vec<ComponentChange> {
    let (old, new) = (parts(before), parts(after));
    let changed: BTreeSet<ConstraintField> = changed.iter().map(|change| change.field).collect();
    let rests = |part: &Component| -> BTreeSet<ConstraintField> {
        part.traces.iter().filter_map(|trace| trace.field).filter(|field| changed.contains(field)).collect()
    };
    let mut changes = Vec::new();
    for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let capability = key.0.as_str();
        let (mut line, because) = match (old.get(key), new.get(key)) {
            (None, Some(is)) => (format!("{capability}: {} added", is.name), rests(is)),
            (Some(was), None) => {
                // What comes in its place says best why it went.
                let successors = new.iter().filter(|(other, _)| other.0 == key.0 && !old.contains_key(*other));
                let because = successors.flat_map(|(_, part)| rests(part)).chain(rests(was)).collect();
                (format!("{capability}: {} removed", was.name), because)
            }
            (Some(was), Some(is)) if was.sizing != is.sizing => {
                let because = rests(was).into_iter().chain(rests(is)).collect();
                (format!("{capability}: {} with {}", is.name, sizes(was, is)), because)
            }
            (Some(_), Some(_)) | (None, None) => continue,
        };
        if !because.is_empty() {
            let labels: Vec<&str> = because.iter().map(|field| words::label(*field)).collect();
            line.push_str(&format!(", because of {}", labels.join(" and ")));
        } else if let Some(exclusion) = after.excluded.iter().find(|exclusion| exclusion.pattern == key.1)
            && !new.contains_key(key)
        {
            line.push_str(&format!(", left out: {}", exclusion.reason));
        }
        changes.push(ComponentChange { pattern: key.1.to_owned(), line, because });
    }
    changes
}

fn sizes(was: &Component, is: &Component) -> String {
    let size = |part: &Component, name: &String| part.sizing.get(name).cloned().unwrap_or_else(|| "-".to_owned());
    let names: BTreeSet<_> = was.sizing.keys().chain(is.sizing.keys()).collect();
    let changes = names
        .into_iter()
        .filter(|name| was.sizing.get(*name) != is.sizing.get(*name))
        .map(|name| format!("{name} {} instead of {}", size(is, name), size(was, name)));
    changes.collect::<Vec<_>>().join(", ")
}

/// Which changed constraint is behind which changed components.
pub(crate) fn causes(constraints: &[ConstraintChange], components: &[ComponentChange]) -> Vec<Cause> {
    constraints
        .iter()
        .map(|change| {
            let effects = components.iter().filter(|component| component.because.contains(&change.field));
            Cause {
                field: change.field,
                change: change.line.clone(),
                patterns: effects.map(|component| component.pattern.clone()).collect(),
            }
        })
        .collect()
}

/// A cost difference in words, such as `cost rises by $120.00 to $1620.00 a month (+8.0 %)`.
pub fn cost_in_words(cost: &CostDelta) -> String {
    let percent = percent(cost);
    if cost.delta_usd.abs() < 0.005 {
        format!("cost stays at ${:.2} a month", cost.after_usd)
    } else if cost.delta_usd > 0.0 {
        format!("cost rises by ${:.2} to ${:.2} a month{percent}", cost.delta_usd, cost.after_usd)
    } else {
        format!("cost falls by ${:.2} to ${:.2} a month{percent}", -cost.delta_usd, cost.after_usd)
    }
}

fn percent(cost: &CostDelta) -> String {
    cost.delta_percent.map(|percent| format!(" ({percent:+.1} %)")).unwrap_or_default()
}

/// All of it in Markdown.
pub(crate) fn summary(before: &Version, after: &Version, diff: &VersionDiff) -> String {
    let mut parts = vec![format!("Version {} against version {}.", after.number, before.number)];
    parts.push(list("Constraints", diff.constraints.iter().cloned()));
    parts.push(list("Components", diff.components.iter().cloned()));
    parts.extend(why(after, diff));
    parts.push(list("Findings", diff.findings.iter().map(|finding| finding.text.clone())));
    parts.push(format!(
        "**Cost**: ${:.2} instead of ${:.2} a month{}.",
        diff.cost.after_usd,
        diff.cost.before_usd,
        percent(&diff.cost)
    ));
    parts.push(files(diff));
    parts.extend(edits(diff));
    parts.join("\n\n") + "\n"
}

fn list(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.map(|line| format!("- {line}")).collect();
    if lines.is_empty() {
        format!("**{title}**: no difference.")
    } else {
        format!("**{title}**\n\n{}", lines.join("\n"))
    }
}

/// What brought the changes about: constraints, or else what the planner says of its choice.
fn why(after: &Version, diff: &VersionDiff) -> Option<String> {
    let name = |pattern: &String| {
        let selected = after.plan.selected();
        let part = selected.and_then(|plan| plan.components.iter().find(|part| part.pattern == *pattern));
        part.map_or_else(|| format!("`{pattern}`"), |part| format!("{} (`{pattern}`)", part.name))
    };
    let mut lines: Vec<String> = diff
        .causes
        .iter()
        .map(|cause| match cause.patterns.as_slice() {
            [] => format!("{}: no component changed because of it.", cause.change),
            patterns => {
                format!("{}: it changed {}.", cause.change, patterns.iter().map(name).collect::<Vec<_>>().join(", "))
            }
        })
        .collect();
    let explained: BTreeSet<&String> = diff.causes.iter().flat_map(|cause| &cause.patterns).collect();
    if diff.components.len() > explained.len() {
        lines.push(format!("For the components that no changed constraint names: {}", after.plan.reason));
        lines.extend(after.plan.responses.iter().cloned());
    }
    (!lines.is_empty()).then(|| list("Why", lines.into_iter()))
}

fn files(diff: &VersionDiff) -> String {
    let count = |change: FileChange| diff.files.iter().filter(|file| file.change == change).count();
    let sum = |lines: fn(&design::version::FileDiff) -> u32| diff.files.iter().map(lines).map(u64::from).sum::<u64>();
    format!(
        "**Files**: {} added, {} removed, {} modified, {} renamed (+{} −{} lines).",
        count(FileChange::Added),
        count(FileChange::Removed),
        count(FileChange::Modified),
        count(FileChange::Renamed),
        sum(|file| file.additions),
        sum(|file| file.deletions),
    )
}

/// The edits of people that are in the version, and those that need another look.
fn edits(diff: &VersionDiff) -> Option<String> {
    if diff.edits.is_empty() && diff.conflicts.is_empty() {
        return None;
    }
    let kept = diff.edits.iter().map(|edit| match edit.body {
        Some(_) => format!("`{}` with the edit of {}", edit.path, edit.by.name),
        None => format!("`{}` stays out, as {} wants it", edit.path, edit.by.name),
    });
    let open = diff.conflicts.iter().map(|conflict| {
        format!(
            "**conflict** in `{}`: the side of {} was kept; look at what is generated",
            conflict.path, conflict.by.name
        )
    });
    Some(list("Edits of people", kept.chain(open)))
}

/// How many findings came and went, for a sentence.
pub fn findings_in_words(diff: &VersionDiff) -> String {
    let count = |change: FindingChange| diff.findings.iter().filter(|finding| finding.change == change).count();
    format!(
        "{} findings are new, {} are gone, {} changed",
        count(FindingChange::New),
        count(FindingChange::Gone),
        count(FindingChange::Changed)
    )
}
