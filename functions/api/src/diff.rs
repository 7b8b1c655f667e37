//! What changed between two versions of a project.
//!
//! Against its parent, a completed version has said so itself (`diff_and_persist`), and that is given. Against any other
//! version it is computed here, from the same outputs.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{ConstraintField, ConstraintSet},
    cost::CostReview,
    node::Node,
    plan::PlanDecision,
    repository::{ReportSet, RepositoryFile, RepositoryManifest},
    version::{CostDelta, FileChange, FileDiff, PersistedVersion, VersionDiff},
    words,
};
use futures::{StreamExt, TryStreamExt};
use run::{
    body::Sha256Hex,
    id::{RunId, RunKey},
    record::{Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};
use store::{Store, StoreError};
use utoipa::IntoParams;

use crate::{
    decision_sets::Outputs,
    problem::{Kind, Problem, internal},
};

/// Bodies are read this many at a time: enough to hide the latency, few enough for one Lambda's memory.
const READS_AT_ONCE: usize = 16;
/// A unified diff larger than this is cut: the answer must fit into a Lambda's 6 MB.
const UNIFIED_MAX_BYTES: usize = 200_000;

/// Which version to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The other version; the parent when left out.
    pub against: Option<RunId>,
}

/// What a comparison needs of one version.
struct Version {
    run: Run,
    plan: PlanDecision,
    cost: CostReview,
    files: BTreeMap<String, RepositoryFile>,
    persisted: PersistedVersion,
}

/// The difference of a version against another, its parent when none is named.
///
/// # Errors
/// When there is nothing to compare with, one of the two has not completed, or the store does not answer.
pub async fn between(store: &Store, key: &RunKey, against: Option<RunId>) -> Result<VersionDiff, Problem> {
    let run = store.run(key).await?;
    let Some(against) = against.or_else(|| run.parent.clone()) else {
        let detail = "is left out, and this version has no parent; name another version of the project";
        return Err(Problem::field(Kind::NothingToCompare, "against", detail));
    };
    let after = load(store, run).await?;
    if let Some(diff) = after.persisted.diff.as_ref().filter(|diff| diff.parent == against) {
        return Ok(diff.clone());
    }
    let other = match store.run(&RunKey { run: against.clone(), ..key.clone() }).await {
        Ok(other) => other,
        Err(StoreError::NotFound { .. }) => {
            let detail = format!("is {against}, which is not a decision set of this project");
            return Err(Problem::field(Kind::DecisionSetNotFound, "against", detail));
        }
        Err(error) => return Err(error.into()),
    };
    let before = load(store, other).await?;
    let files = file_diffs(store, key, &before.files, &after.files).await?;
    let constraints = constraint_lines(&before.plan.constraints, &after.plan.constraints);
    let components = component_lines(&before.plan, &after.plan);
    let cost = cost_delta(before.cost.estimate.expected_usd, after.cost.estimate.expected_usd);
    let summary = summary(&before.run, &after.run, &constraints, &components, &cost, &files);
    Ok(VersionDiff { parent: against, summary, constraints, components, cost, files })
}

async fn load(store: &Store, run: Run) -> Result<Version, Problem> {
    if run.status != RunStatus::Completed {
        let detail =
            format!("Version {} ({}) has not completed, so there is no result to compare.", run.version, run.id);
        return Err(Problem::new(Kind::RunNotCompleted, detail));
    }
    let key = run.key();
    let records = store.node_records(&key).await?;
    let outputs = Outputs::new(store, &key, &records);
    let (plan, cost, manifest, reports, persisted) = tokio::try_join!(
        outputs.newest::<PlanDecision>(Node::Planner),
        outputs.newest::<CostReview>(Node::CriticCost),
        outputs.newest::<RepositoryManifest>(Node::Codegen),
        outputs.newest::<ReportSet>(Node::RationaleCompile),
        outputs.newest::<PersistedVersion>(Node::DiffAndPersist),
    )?;
    let parts = (plan, cost, manifest, reports, persisted);
    let (Some(plan), Some(cost), Some(manifest), Some(reports), Some(persisted)) = parts else {
        return Err(internal().because(format!("completed run {} lacks an output", run.id)));
    };
    // Reports join the repository; a compiled report replaces a generated file of the same path.
    let files = manifest.files.into_iter().chain(reports.files).map(|file| (file.path.clone(), file)).collect();
    Ok(Version { run, plan, cost, files, persisted })
}

type Files = BTreeMap<String, RepositoryFile>;

async fn file_diffs(store: &Store, key: &RunKey, before: &Files, after: &Files) -> Result<Vec<FileDiff>, Problem> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let hash = |files: &Files, path: &String| files.get(path).map(|file| file.body.sha256.clone());
    // Collected, because a stream over borrowed paths is not `Send` for every lifetime.
    let changed: Vec<_> = paths
        .into_iter()
        .map(|path| (path.clone(), hash(before, path), hash(after, path)))
        .filter(|(_, before, after)| before != after)
        .collect();
    futures::stream::iter(changed)
        .map(|(path, before, after)| async move {
            let (old, new) = tokio::try_join!(text(store, key, before.as_ref()), text(store, key, after.as_ref()))?;
            Ok(file_diff(path, old, new))
        })
        .buffered(READS_AT_ONCE)
        .try_collect()
        .await
}

async fn text(store: &Store, key: &RunKey, sha256: Option<&Sha256Hex>) -> Result<Option<Vec<u8>>, Problem> {
    match sha256 {
        Some(sha256) => Ok(Some(store.get_body(&key.owner, &key.project, sha256).await?)),
        None => Ok(None),
    }
}

/// The difference of one file; a side that is `None` does not have it.
fn file_diff(path: String, old: Option<Vec<u8>>, new: Option<Vec<u8>>) -> FileDiff {
    let change = match (&old, &new) {
        (None, _) => FileChange::Added,
        (Some(_), None) => FileChange::Removed,
        (Some(_), Some(_)) => FileChange::Modified,
    };
    let name = |prefix: &str, side: &Option<Vec<u8>>| match side {
        Some(_) => format!("{prefix}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (old_name, new_name) = (name("a", &old), name("b", &new));
    let texts = (String::from_utf8(old.unwrap_or_default()), String::from_utf8(new.unwrap_or_default()));
    let (Ok(old), Ok(new)) = texts else {
        let unified = format!("Binary files {old_name} and {new_name} differ\n");
        return FileDiff { path, change, additions: 0, deletions: 0, unified };
    };
    let diff = TextDiff::from_lines(&old, &new);
    let count = |tag| u32::try_from(diff.iter_all_changes().filter(|change| change.tag() == tag).count());
    let mut unified = diff.unified_diff().context_radius(3).header(&old_name, &new_name).to_string();
    if unified.len() > UNIFIED_MAX_BYTES {
        let end = unified.floor_char_boundary(UNIFIED_MAX_BYTES);
        let end = unified[..end].rfind('\n').map_or(end, |line| line + 1);
        unified.truncate(end);
        unified.push_str("\\ The rest of this difference is left out: it is too large to show.\n");
    }
    FileDiff {
        path,
        change,
        additions: count(ChangeTag::Insert).unwrap_or(u32::MAX),
        deletions: count(ChangeTag::Delete).unwrap_or(u32::MAX),
        unified,
    }
}

fn cost_delta(before_usd: f64, after_usd: f64) -> CostDelta {
    let delta_usd = after_usd - before_usd;
    let delta_percent = (before_usd != 0.0).then(|| delta_usd / before_usd * 100.0);
    CostDelta { before_usd, after_usd, delta_usd, delta_percent }
}

/// Changed constraints, one line each, in the order of the schema. How sure we are of a value, and whose words it is
/// from, is not a change of what is asked.
fn constraint_lines(before: &ConstraintSet, after: &ConstraintSet) -> Vec<String> {
    ConstraintField::ALL
        .into_iter()
        .filter_map(|field| {
            let name = words::label(field);
            match (words::constraint(before, field), words::constraint(after, field)) {
                (old, new) if old == new => None,
                (None, Some(new)) => Some(format!("{name}: now {new}")),
                (Some(old), None) => Some(format!("{name}: no longer {old}")),
                (Some(old), Some(new)) => Some(format!("{name}: {new} instead of {old}")),
                (None, None) => None,
            }
        })
        .collect()
}

/// Changed components of the selected candidates, one line each, in the order of capabilities.
fn component_lines(before: &PlanDecision, after: &PlanDecision) -> Vec<String> {
    let parts = |plan: &PlanDecision| {
        let components = plan.selected().map(|candidate| candidate.components.clone()).unwrap_or_default();
        components.into_iter().map(|part| ((part.capability, part.pattern.clone()), part)).collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (parts(before), parts(after));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for key in keys {
        let capability = key.0.as_str();
        match (before.get(key), after.get(key)) {
            (None, Some(new)) => lines.push(format!("{capability}: {} added", new.name)),
            (Some(old), None) => lines.push(format!("{capability}: {} removed", old.name)),
            (Some(old), Some(new)) if old.sizing != new.sizing => {
                let sizes: BTreeSet<_> = old.sizing.keys().chain(new.sizing.keys()).collect();
                let size =
                    |part: &BTreeMap<String, String>, name: &String| part.get(name).cloned().unwrap_or("-".into());
                let changes = sizes
                    .into_iter()
                    .filter(|name| old.sizing.get(*name) != new.sizing.get(*name))
                    .map(|name| format!("{name} {} instead of {}", size(&new.sizing, name), size(&old.sizing, name)));
                lines.push(format!("{capability}: {} with {}", new.name, changes.collect::<Vec<_>>().join(", ")));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    lines
}

fn summary(
    before: &Run,
    after: &Run,
    constraints: &[String],
    components: &[String],
    cost: &CostDelta,
    files: &[FileDiff],
) -> String {
    let list = |title: &str, lines: &[String]| match lines {
        [] => format!("\n**{title}**: no difference.\n"),
        lines => format!("\n**{title}**\n\n{}\n", lines.iter().map(|line| format!("- {line}\n")).collect::<String>()),
    };
    let count = |change| files.iter().filter(|file| file.change == change).count();
    let percent = cost.delta_percent.map(|percent| format!(" ({percent:+.1} %)")).unwrap_or_default();
    format!(
        "Version {} against version {}.\n{}{}\n**Cost**: ${:.2} instead of ${:.2} a month{percent}.\n\n\
         **Files**: {} added, {} removed, {} modified.\n",
        after.version,
        before.version,
        list("Constraints", constraints),
        list("Components", components),
        cost.after_usd,
        cost.before_usd,
        count(FileChange::Added),
        count(FileChange::Removed),
        count(FileChange::Modified),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_added_removed_modified_or_binary() {
        let added = file_diff("a.py".into(), None, Some(b"x = 1\ny = 2\n".to_vec()));
        assert_eq!((added.change, added.additions, added.deletions), (FileChange::Added, 2, 0));
        assert!(added.unified.starts_with("--- /dev/null\n+++ b/a.py\n"), "{}", added.unified);
        let removed = file_diff("a.py".into(), Some(b"x = 1\n".to_vec()), None);
        assert_eq!((removed.change, removed.deletions), (FileChange::Removed, 1));
        let modified = file_diff("a.py".into(), Some(b"x = 1\nkeep\n".to_vec()), Some(b"x = 2\nkeep\n".to_vec()));
        assert_eq!((modified.change, modified.additions, modified.deletions), (FileChange::Modified, 1, 1));
        assert!(modified.unified.contains("-x = 1\n+x = 2\n keep\n"), "{}", modified.unified);
        let binary = file_diff("a.bin".into(), Some(vec![0xff]), Some(vec![0xfe]));
        assert_eq!(binary.unified, "Binary files a/a.bin and b/a.bin differ\n");
    }

    #[test]
    fn a_long_difference_is_cut_at_a_line() {
        let long = "ä".repeat(100).lines().map(|line| format!("{line}\n")).collect::<String>().repeat(2000);
        let diff = file_diff("a.txt".into(), None, Some(long.into_bytes()));
        assert!(diff.unified.len() < UNIFIED_MAX_BYTES + 100);
        assert!(diff.unified.ends_with("too large to show.\n"));
        assert_eq!(diff.additions, 2000);
    }

    #[test]
    fn changed_constraints_are_told_in_words() {
        let stated = |value: serde_json::Value, confidence: f64| json!({"value": value, "confidence": confidence, "source": "text", "evidence": [], "derivation": null});
        let set = |json: serde_json::Value| serde_json::from_value::<ConstraintSet>(json).unwrap();
        let before = set(
            json!({"cloud": stated(json!("aws"), 0.5), "team": stated(json!({"size": 3, "expertise": null}), 0.9)}),
        );
        let after = set(json!({
            "cloud": stated(json!("aws"), 0.9),
            "compliance": stated(json!(["gdpr", "hipaa"]), 0.9),
            "team": stated(json!({"size": 5, "expertise": "expert"}), 0.9)
        }));
        assert_eq!(
            constraint_lines(&before, &after),
            ["Compliance: now GDPR, HIPAA", "Team: 5 people, expert instead of 3 people"]
        );
        assert_eq!(constraint_lines(&after, &after), Vec::<String>::new());
    }

    #[test]
    fn a_free_version_has_no_percentage() {
        assert_eq!(cost_delta(0.0, 5.0).delta_percent, None);
        assert_eq!(cost_delta(10.0, 5.0).delta_percent, Some(-50.0));
    }
}
