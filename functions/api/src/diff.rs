//! What changed between two versions of a project.
//!
//! Against the nearest completed version before it, a version has said so itself (`diff_and_persist`), and that is given.
//! Against any other version it is computed here, by the same comparer and from the same outputs.

use std::collections::BTreeSet;

use design::{
    cost::CostReview,
    finding::TechReview,
    node::Node,
    plan::PlanDecision,
    policy::PolicyReport,
    repository::{ReportSet, RepositoryManifest},
    version::{PersistedVersion, VersionDiff},
};
use futures::{StreamExt, TryStreamExt};
use run::{
    body::Sha256Hex,
    id::{RunId, RunKey},
    record::{Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use utoipa::IntoParams;
use versions::{Bodies, Version};

use crate::{
    decision_sets::Outputs,
    problem::{Kind, Problem, internal},
};

/// Bodies are read this many at a time: enough to hide the latency, few enough for one Lambda's memory.
const READS_AT_ONCE: usize = 16;
/// A unified diff larger than this is cut.
const UNIFIED_MAX_BYTES: usize = 200_000;
/// All unified diffs of an answer: it must fit into a Lambda's 6 MB, and escapes take room.
const ANSWER_MAX_BYTES: usize = 3_000_000;

/// Which version to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The other version; the nearest completed one that this one continues when left out.
    pub against: Option<RunId>,
}

/// The difference of a version against another, the completed one before it when none is named.
///
/// # Errors
/// When there is nothing to compare with, one of the two has not completed, or the store does not answer.
pub async fn between(store: &Store, key: &RunKey, against: Option<RunId>) -> Result<VersionDiff, Problem> {
    let run = store.run(key).await?;
    let parent = run.parent.clone();
    let (after, persisted) = load(store, run).await?;
    let told = persisted.diff.filter(|diff| against.as_ref().is_none_or(|against| diff.parent == *against));
    let mut diff = match told {
        Some(diff) => diff,
        None => {
            let before = match against {
                Some(against) => other(store, key, against).await?,
                None => completed_before(store, key, parent).await?,
            };
            let (before, _) = load(store, before).await?;
            let wanted = versions::needed(&before.files, &after.files);
            let bodies = read(store, key, wanted).await?;
            versions::compare(&before, &after, &bodies).map_err(|error| internal().because(error))?
        }
    };
    versions::cut(&mut diff, UNIFIED_MAX_BYTES, ANSWER_MAX_BYTES);
    Ok(diff)
}

/// The nearest version before that completed. Parents are older than their children, so this ends.
async fn completed_before(store: &Store, key: &RunKey, mut parent: Option<RunId>) -> Result<Run, Problem> {
    while let Some(run) = parent {
        let run = store.run(&RunKey { run, ..key.clone() }).await?;
        if run.status == RunStatus::Completed {
            return Ok(run);
        }
        parent = run.parent;
    }
    let detail = "is left out, and this version continues none that has completed; name another version of the project";
    Err(Problem::field(Kind::NothingToCompare, "against", detail))
}

async fn other(store: &Store, key: &RunKey, against: RunId) -> Result<Run, Problem> {
    match store.run(&RunKey { run: against.clone(), ..key.clone() }).await {
        Ok(other) => Ok(other),
        Err(StoreError::NotFound { .. }) => {
            let detail = format!("is {against}, which is not a decision set of this project");
            Err(Problem::field(Kind::DecisionSetNotFound, "against", detail))
        }
        Err(error) => Err(error.into()),
    }
}

async fn load(store: &Store, run: Run) -> Result<(Version, PersistedVersion), Problem> {
    if run.status != RunStatus::Completed {
        let detail =
            format!("Version {} ({}) has not completed, so there is no result to compare.", run.version, run.id);
        return Err(Problem::new(Kind::RunNotCompleted, detail));
    }
    let key = run.key();
    let records = store.node_records(&key).await?;
    let outputs = Outputs::new(store, &key, &records);
    let (plan, cost, tech, policy, manifest, reports, persisted) = tokio::try_join!(
        outputs.newest::<PlanDecision>(Node::Planner),
        outputs.newest::<CostReview>(Node::CriticCost),
        outputs.newest::<TechReview>(Node::CriticTech),
        outputs.newest::<PolicyReport>(Node::PolicyEval),
        outputs.newest::<RepositoryManifest>(Node::Codegen),
        outputs.newest::<ReportSet>(Node::RationaleCompile),
        outputs.newest::<PersistedVersion>(Node::DiffAndPersist),
    )?;
    let parts = (plan, cost, manifest, reports, persisted);
    let (Some(plan), Some(cost), Some(manifest), Some(reports), Some(persisted)) = parts else {
        return Err(internal().because(format!("completed run {} lacks an output", run.id)));
    };
    let (edits, conflicts) = (manifest.edits.clone(), manifest.conflicts.clone());
    let files = versions::joined(manifest, reports);
    let version = Version { run: run.id, number: run.version, plan, cost, tech, policy, files, edits, conflicts };
    Ok((version, persisted))
}

async fn read(store: &Store, key: &RunKey, wanted: BTreeSet<Sha256Hex>) -> Result<Bodies, Problem> {
    futures::stream::iter(wanted)
        .map(|sha256| async move {
            let body = store.get_body(&key.owner, &key.project, &sha256).await?;
            Ok::<_, Problem>((sha256, body))
        })
        .buffer_unordered(READS_AT_ONCE)
        .try_collect()
        .await
}
