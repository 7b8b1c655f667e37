//! Bodies in S3 under their SHA-256.

use std::time::Duration;

use jiff::Timestamp;
use run::{
    body::{BodyRef, Sha256Hex},
    id::{OwnerId, ProjectId},
};

use crate::{Store, StoreError};

/// How a browser is to treat what it downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Name of the file to save.
    pub filename: String,
    /// Media type.
    pub content_type: String,
}

/// A URL that gives its holder one body for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// The URL.
    pub url: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl Store {
    /// Stores a body of a project; storing it again is harmless.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_body(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        bytes: impl Into<Vec<u8>>,
        content_type: &str,
    ) -> Result<BodyRef, StoreError> {
        unimplemented!("skeleton")
    }

    /// Reads a body of a project, and checks that it is the one that its hash says.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Corrupt` when it is another.
    pub async fn get_body(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        sha256: &Sha256Hex,
    ) -> Result<Vec<u8>, StoreError> {
        unimplemented!("skeleton")
    }

    /// A signed URL for a body; made without asking S3, so it is not known whether the body is there.
    ///
    /// # Errors
    /// When the time to live is longer than a week or there are no credentials.
    pub async fn presign_get(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        sha256: &Sha256Hex,
        download: &Download,
        ttl: Duration,
    ) -> Result<SignedUrl, StoreError> {
        unimplemented!("skeleton")
    }
}
