//! Artifacts: the files that a decision set leaves.

use jiff::Timestamp;
use run::artifact::Artifact;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An artifact with where to fetch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArtifactLink {
    /// The artifact.
    #[serde(flatten)]
    pub artifact: Artifact,
    /// A signed URL; anyone who has it can fetch the file until it expires.
    pub url: String,
    /// When the URL expires.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// All artifacts of a decision set, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArtifactList {
    /// The artifacts.
    pub artifacts: Vec<ArtifactLink>,
}

/// Which artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ContentQuery {
    /// The artifact's path.
    pub path: String,
}
use crate::problem::Problem;
use run::id::RunKey;
use store::Store;
pub async fn list(_: &Store, _: &RunKey) -> Result<ArtifactList, Problem> {
    unimplemented!()
}
pub async fn content(_: &Store, _: &RunKey, _: &str) -> Result<String, Problem> {
    unimplemented!()
}
