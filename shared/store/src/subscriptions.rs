//! Who follows a run on the WebSocket.

use jiff::{Timestamp, ToSpan};
use run::id::{OwnerId, RunKey};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, keys,
    table::{self, Expression, Item, Order, Range},
};

/// API Gateway closes a WebSocket after 2 hours, so no subscription is older.
const CONNECTION_HOURS: i64 = 2;

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
        let now = Timestamp::now();
        let expires_at = table::number(now.checked_add(CONNECTION_HOURS.hours()).unwrap_or(now).as_second());
        let mut subscriber = subscriber_key(key, connection);
        subscriber.insert("connection_id".into(), table::text(&connection.0));
        subscriber.insert("expires_at".into(), expires_at.clone());
        // The other way round, so that a connection that ends is found without knowing what it followed.
        let mut reverse = reverse_key(key, connection);
        reverse.insert("owner".into(), table::text(&key.owner.0));
        reverse.insert("project_id".into(), table::text(key.project.as_str()));
        reverse.insert("run_id".into(), table::text(key.run.as_str()));
        reverse.insert("expires_at".into(), expires_at);
        let put = |item| self.put_item(item, None, Expression::new());
        self.transact_patiently(&[put(subscriber), put(reverse)]).await
    }

    /// Lets it follow no more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unsubscribe(&self, key: &RunKey, connection: &ConnectionId) -> Result<(), StoreError> {
        let delete = |at| self.delete_item(at);
        let writes = [delete(subscriber_key(key, connection)), delete(reverse_key(key, connection))];
        self.transact_patiently(&writes).await
    }

    /// The connections that follow a run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscribers(&self, key: &RunKey) -> Result<Vec<ConnectionId>, StoreError> {
        let range = Range::Prefix(keys::SUBSCRIBER);
        let items = self.query(&keys::of_run(key), range, Order::Ascending, None, None).await?;
        let now = Timestamp::now();
        items
            .iter()
            .filter(|item| !table::expired(item, now))
            .map(|item| Ok(ConnectionId(table::attribute("subscriber", item, "connection_id")?.to_owned())))
            .collect()
    }

    /// The runs that a connection follows.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriptions(&self, connection: &ConnectionId) -> Result<Vec<RunKey>, StoreError> {
        let pk = keys::connection(connection);
        let items = self.query(&pk, Range::Prefix(keys::RUN), Order::Ascending, None, None).await?;
        let now = Timestamp::now();
        items.iter().filter(|item| !table::expired(item, now)).map(run_key).collect()
    }

    /// Forgets a connection and all that it follows.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn drop_connection(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        let pk = keys::connection(connection);
        let items = self.query(&pk, Range::Prefix(keys::RUN), Order::Ascending, None, None).await?;
        let runs = items.iter().map(run_key).collect::<Result<Vec<_>, _>>()?;
        // The reverse records last: if this is interrupted, they still say what is left to do.
        self.delete_batches(runs.iter().map(|run| subscriber_key(run, connection)).collect()).await?;
        self.delete_batches(runs.iter().map(|run| reverse_key(run, connection)).collect()).await
    }
}

fn subscriber_key(key: &RunKey, connection: &ConnectionId) -> Item {
    table::key(keys::of_run(key), keys::subscriber(connection))
}

fn reverse_key(key: &RunKey, connection: &ConnectionId) -> Item {
    // The whole address of the run, because its id alone does not say whose it is.
    table::key(keys::connection(connection), keys::of_run(key))
}

fn run_key(item: &Item) -> Result<RunKey, StoreError> {
    let what = "connection";
    let corrupt = |error: run::id::InvalidId| StoreError::corrupt(what, table::sort_key(item), error);
    Ok(RunKey {
        owner: OwnerId(table::attribute(what, item, "owner")?.to_owned()),
        project: table::attribute(what, item, "project_id")?.parse().map_err(corrupt)?,
        run: table::attribute(what, item, "run_id")?.parse().map_err(corrupt)?,
    })
}
