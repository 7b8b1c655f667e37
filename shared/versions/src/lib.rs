//! A version of a repository beside another one.
//!
//! [`compare`] is the one comparer of versions: of what was asked, planned, found, what it costs, and of the files
//! ([`files`]). Who stores a version and who answers a request say the same, because both ask here. [`patch`] makes of it
//! what `git apply` takes. Everything is pure: the caller reads the bodies that [`needed`] names.

mod binary;
pub mod files;
mod findings;
pub mod git;
pub mod merge;
mod patch;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use design::{
    cost::CostReview,
    finding::TechReview,
    plan::PlanDecision,
    policy::PolicyReport,
    repository::{EditConflict, ReportSet, RepositoryFile, RepositoryManifest},
    version::{CostDelta, VersionDiff},
};
use run::{body::Sha256Hex, edit::FileEdit, id::RunId};

pub use files::cut;
pub use git::Damaged;
pub use patch::patch;
pub use words::{cost_in_words, findings_in_words};

/// Contents by their hash.
pub type Bodies = BTreeMap<Sha256Hex, Vec<u8>>;

/// A body that [`needed`] names was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the body {0} of a version is not at hand")]
pub struct MissingBody(pub Sha256Hex);

/// One version, as far as a comparison looks at it.
#[derive(Debug, Clone)]
pub struct Version {
    /// The run that made it.
    pub run: RunId,
    /// Its number within the project.
    pub number: u32,
    /// What was asked and planned.
    pub plan: PlanDecision,
    /// What it costs.
    pub cost: CostReview,
    /// What the technical critic found, where it looked.
    pub tech: Option<TechReview>,
    /// What the policies found, where they were evaluated.
    pub policy: Option<PolicyReport>,
    /// Generated files and reports, sorted by path.
    pub files: Vec<RepositoryFile>,
    /// Edits of people that are in them.
    pub edits: Vec<FileEdit>,
    /// Edits that could not be brought together with what is generated.
    pub conflicts: Vec<EditConflict>,
}

/// The files of a version, sorted by path. A report replaces a generated file of the same path.
pub fn joined(manifest: RepositoryManifest, reports: ReportSet) -> Vec<RepositoryFile> {
    let files: BTreeMap<String, RepositoryFile> =
        manifest.files.into_iter().chain(reports.files).map(|file| (file.path.clone(), file)).collect();
    files.into_values().collect()
}

/// The bodies that a comparison looks into: those of files that differ.
pub fn needed(before: &[RepositoryFile], after: &[RepositoryFile]) -> BTreeSet<Sha256Hex> {
    fn side(files: &[RepositoryFile]) -> BTreeSet<(&str, &Sha256Hex)> {
        files.iter().map(|file| (file.path.as_str(), &file.body.sha256)).collect()
    }
    side(before).symmetric_difference(&side(after)).map(|(_, sha256)| (*sha256).clone()).collect()
}

/// What changed from one version to another, and why.
///
/// # Errors
/// When a body that [`needed`] names is not among `bodies`.
pub fn compare(before: &Version, after: &Version, bodies: &Bodies) -> Result<VersionDiff, MissingBody> {
    let files = files::differences(&before.files, &after.files, bodies)?;
    let constraints = words::constraints(&before.plan.constraints, &after.plan.constraints);
    let components = words::components(&before.plan, &after.plan, &constraints);
    let causes = words::causes(&constraints, &components);
    let findings = findings::differences(before, after);
    let cost = cost(before.cost.estimate.expected_usd, after.cost.estimate.expected_usd);
    let mut diff = VersionDiff {
        parent: before.run.clone(),
        summary: String::new(),
        constraints: constraints.into_iter().map(|change| change.line).collect(),
        components: components.into_iter().map(|change| change.line).collect(),
        causes,
        findings,
        edits: after.edits.clone(),
        conflicts: after.conflicts.clone(),
        cost,
        files,
    };
    diff.summary = words::summary(before, after, &diff);
    Ok(diff)
}

fn cost(before_usd: f64, after_usd: f64) -> CostDelta {
    let delta_usd = after_usd - before_usd;
    let delta_percent = (before_usd != 0.0).then(|| delta_usd / before_usd * 100.0);
    CostDelta { before_usd, after_usd, delta_usd, delta_percent }
}

#[cfg(test)]
mod tests;
