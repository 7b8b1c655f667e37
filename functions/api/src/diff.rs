//! What changed between two versions.

use run::id::RunId;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Which version to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DiffQuery {
    /// The other version; the parent when left out.
    pub against: Option<RunId>,
}
use crate::problem::Problem;
use design::version::VersionDiff;
use run::id::RunKey;
use store::Store;
pub async fn between(_: &Store, _: &RunKey, _: Option<RunId>) -> Result<VersionDiff, Problem> {
    unimplemented!()
}
