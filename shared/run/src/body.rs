//! Large bodies live in S3 under their SHA-256; items and messages carry a reference.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes, in lower-case hex (64 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Hex(pub String);

crate::schema::string_schema!(
    Sha256Hex,
    "A SHA-256 in lower-case hex.",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
);

impl Sha256Hex {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(bytes)))
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a body is: its hash is its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BodyRef {
    /// Hash of the body, which is also the last part of its object key.
    pub sha256: Sha256Hex,
    /// Size in bytes.
    pub size: u64,
}

impl BodyRef {
    /// The reference of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: Sha256Hex::of(bytes), size: bytes.len() as u64 }
    }
}
