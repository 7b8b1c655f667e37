//! Edits: what a person changed in the files of a version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{body::BodyRef, gate::Actor};

/// A file that a person changed, added or took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileEdit {
    /// Path from the repository's root.
    pub path: String,
    /// The person's content; null where the file was taken out.
    pub body: Option<BodyRef>,
    /// What had been generated when the person edited; null for a file that the person added.
    pub base: Option<BodyRef>,
    /// True for scripts.
    pub executable: bool,
    /// Whose edit it is.
    pub by: Actor,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}
