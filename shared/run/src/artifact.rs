//! Artifacts: the files that a run leaves.

use serde::{Deserialize, Serialize};

use crate::body::Sha256Hex;

/// One file that a run made. The body is in S3 under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Artifact {
    /// Path within the run's output, such as `repository.zip` or `repository/src/service/app.py`.
    pub path: String,
    /// Kind of artifact: `repository_file`, `bundle` (a zip), `git_bundle`, `report`, `diff`.
    pub kind: String,
    /// Media type.
    pub content_type: String,
    /// Hash of the content.
    pub sha256: Sha256Hex,
    /// Size in bytes.
    pub size_bytes: u64,
}
