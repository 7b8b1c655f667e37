//! What an agent has at hand while it thinks: the place for large bodies.

use std::{future::Future, pin::Pin, sync::Arc};

use run::body::{BodyRef, Sha256Hex};

use crate::AgentError;

/// A body could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// There is no body under this hash.
    #[error("there is no body {0}")]
    Missing(Sha256Hex),
    /// The service did not do it.
    #[error("the object store did not {verb} body {sha256}")]
    Service {
        /// `read` or `write`.
        verb: &'static str,
        /// Which body.
        sha256: Sha256Hex,
        /// What it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<BodyError> for AgentError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Missing(sha256) => Self::MemoryIncomplete(format!("there is no body {sha256}")),
            BodyError::Service { verb, .. } => Self::Transient {
                what: format!("the object store did not {verb} a body"),
                source: Some(Box::new(error)),
            },
        }
    }
}

/// A future that can be kept in a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The port to the object store: bodies of one project, by hash.
pub trait Bodies: Send + Sync {
    /// Stores a body; storing it again is harmless.
    fn put<'a>(&'a self, bytes: &'a [u8], content_type: &'a str) -> BoxFuture<'a, Result<BodyRef, BodyError>>;

    /// Reads a body.
    fn get<'a>(&'a self, sha256: &'a Sha256Hex) -> BoxFuture<'a, Result<Vec<u8>, BodyError>>;
}

/// What an agent has at hand while it thinks.
#[derive(Clone)]
pub struct Desk {
    bodies: Arc<dyn Bodies>,
}

impl Desk {
    /// A desk with this object store.
    pub fn new(bodies: Arc<dyn Bodies>) -> Self {
        Self { bodies }
    }

    /// Bodies of the run's project.
    pub fn bodies(&self) -> &dyn Bodies {
        self.bodies.as_ref()
    }
}

/// Bodies kept in memory, for tests.
#[cfg(feature = "mock")]
#[derive(Debug, Default)]
pub struct InMemoryBodies {
    bodies: std::sync::Mutex<std::collections::BTreeMap<Sha256Hex, Vec<u8>>>,
}

#[cfg(feature = "mock")]
impl Bodies for InMemoryBodies {
    fn put<'a>(&'a self, bytes: &'a [u8], _content_type: &'a str) -> BoxFuture<'a, Result<BodyRef, BodyError>> {
        Box::pin(async move {
            let reference = BodyRef::of(bytes);
            let mut bodies = self.bodies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            bodies.insert(reference.sha256.clone(), bytes.to_vec());
            Ok(reference)
        })
    }

    fn get<'a>(&'a self, sha256: &'a Sha256Hex) -> BoxFuture<'a, Result<Vec<u8>, BodyError>> {
        Box::pin(async move {
            let bodies = self.bodies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            bodies.get(sha256).cloned().ok_or_else(|| BodyError::Missing(sha256.clone()))
        })
    }
}
