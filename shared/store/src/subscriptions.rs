//! Who follows a run on the WebSocket.

use run::id::RunKey;
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError};

/// A WebSocket connection, as API Gateway names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub String);

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Store {
    /// Lets a connection follow a run; doing it again is harmless.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn subscribe(&self, key: &RunKey, connection: &ConnectionId) -> Result<(), StoreError> {
        unimplemented!("skeleton")
    }

    /// Lets it follow no more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unsubscribe(&self, key: &RunKey, connection: &ConnectionId) -> Result<(), StoreError> {
        unimplemented!("skeleton")
    }

    /// The connections that follow a run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscribers(&self, key: &RunKey) -> Result<Vec<ConnectionId>, StoreError> {
        unimplemented!("skeleton")
    }

    /// The runs that a connection follows.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriptions(&self, connection: &ConnectionId) -> Result<Vec<RunKey>, StoreError> {
        unimplemented!("skeleton")
    }

    /// Forgets a connection and all that it follows.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn drop_connection(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        unimplemented!("skeleton")
    }
}
