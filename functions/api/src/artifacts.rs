//! Artifacts: the files that a decision set leaves.

use std::time::Duration;

use jiff::Timestamp;
use run::{artifact::Artifact, body::BodyRef, id::RunKey};
use serde::{Deserialize, Serialize};
use store::{Download, Store};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Kind, Problem};

/// How long a signed URL works: long enough for a download, too short for a link in a document.
const URL_TTL: Duration = Duration::from_secs(15 * 60);
/// A Lambda answers with at most 6 MB; JSON escapes of the proxy's answer can double a text.
const TEXT_MAX_BYTES: u64 = 2_000_000;

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

/// All artifacts with signed URLs.
///
/// # Errors
/// When the decision set is not there, or the store does not answer.
pub async fn list(store: &Store, key: &RunKey) -> Result<ArtifactList, Problem> {
    let (_, artifacts) = tokio::try_join!(store.run(key), store.artifacts(key))?;
    let links = artifacts.into_iter().map(|artifact| link(store, key, artifact));
    Ok(ArtifactList { artifacts: futures::future::try_join_all(links).await? })
}

async fn link(store: &Store, key: &RunKey, artifact: Artifact) -> Result<ArtifactLink, Problem> {
    let filename = artifact.path.rsplit('/').next().unwrap_or(&artifact.path).to_owned();
    let download = Download { filename, content_type: artifact.content_type.clone() };
    let signed = store.presign_get(&key.owner, &key.project, &artifact.sha256, &download, URL_TTL).await?;
    Ok(ArtifactLink { artifact, url: signed.url, expires_at: signed.expires_at })
}

/// The text of one artifact.
///
/// # Errors
/// When there is no such artifact, or it is not a text of a size that can be shown.
pub async fn content(store: &Store, key: &RunKey, path: &str) -> Result<String, Problem> {
    let (_, artifacts) = tokio::try_join!(store.run(key), store.artifacts(key))?;
    let Some(artifact) = artifacts.into_iter().find(|artifact| artifact.path == path) else {
        let shown: String = path.chars().take(200).collect();
        let detail = format!("is `{shown}`, which this decision set does not have; `…/artifacts` lists what it has");
        return Err(Problem::field(Kind::ArtifactNotFound, "path", detail));
    };
    text(store, key, &BodyRef { sha256: artifact.sha256, size: artifact.size_bytes }).await
}

/// A body as text.
///
/// # Errors
/// When it is not a text of a size that can be shown, or the store does not answer.
pub async fn text(store: &Store, key: &RunKey, body: &BodyRef) -> Result<String, Problem> {
    let refuse = |why: &str| {
        let detail = format!("{why}; download it with its signed URL from `…/artifacts`");
        Err(Problem::field(Kind::ArtifactNotText, "path", detail))
    };
    if body.size > TEXT_MAX_BYTES {
        return refuse(&format!("has {} bytes, more than the {TEXT_MAX_BYTES} that are shown", body.size));
    }
    let bytes = store.get_body(&key.owner, &key.project, &body.sha256).await?;
    String::from_utf8(bytes).or_else(|_| refuse("is not text"))
}
