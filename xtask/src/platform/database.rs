//! DynamoDB: dynoxide, embedded, on a SQLite file. MiniStack has a DynamoDB of its own, but writes it to disk only when
//! it stops in order, and finished designs must survive `kill -9`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// AWS deletes expired items within days; a minute shows in a local session that it happens.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The running database.
pub struct Database {
    /// Where it is reached.
    pub url: String,
    engine: Arc<dynoxide::Database>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<(), String>>,
    sweeper: JoinHandle<()>,
}

impl Database {
    /// Open the file at `path`, and serve it on a free loopback port.
    pub async fn start(path: &Path) -> Result<Self> {
        let file = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
        let engine = dynoxide::Database::new(file).with_context(|| format!("cannot open {file}"))?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, engine.clone(), async {
            stopped.await.ok();
        }));
        let swept = engine.clone();
        let sweeper = tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP_INTERVAL).await;
                let swept = swept.clone();
                // The sweep takes the database's lock: not on a thread that serves.
                tokio::task::spawn_blocking(move || swept.sweep_ttl().ok()).await.ok();
            }
        });
        Ok(Self { url, engine: Arc::new(engine), stop: Some(stop), server, sweeper })
    }

    /// Make the table that `description` (an answer to DescribeTable) describes, unless it is there.
    pub fn ensure_table(&self, description: &Value, expiry: Option<&str>) -> Result<()> {
        let name = description["TableName"].as_str().context("a table without a name")?;
        match self.engine.describe_table(request(json!({"TableName": name}))?) {
            Ok(found) => self.reconcile(name, &serde_json::to_value(found)?["Table"], description)?,
            Err(_) => {
                self.engine
                    .create_table(request(creation(description))?)
                    .with_context(|| format!("the table {name} could not be made"))?;
            }
        }
        if let Some(attribute) = expiry {
            let wanted = json!({
                "TableName": name,
                "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true},
            });
            // Asking for what is set already is an error in DynamoDB, and fine here.
            if let Err(error) = self.engine.update_time_to_live(request(wanted)?)
                && !error.to_string().contains("already enabled")
            {
                bail!("the expiry of the table {name} could not be set: {error}");
            }
        }
        Ok(())
    }

    /// A table of an earlier start may lack an index. Its keys cannot change.
    fn reconcile(&self, name: &str, found: &Value, wanted: &Value) -> Result<()> {
        if found["KeySchema"] != wanted["KeySchema"] {
            bail!("the keys of the table {name} have changed, and its data cannot follow: start with --fresh");
        }
        let names = |table: &Value| -> Vec<String> {
            let indexes = table["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
            indexes.iter().filter_map(|index| index["IndexName"].as_str().map(str::to_owned)).collect()
        };
        let there = names(found);
        for index in wanted["GlobalSecondaryIndexes"].as_array().into_iter().flatten() {
            if index["IndexName"].as_str().is_some_and(|index| there.iter().any(|found| found == index)) {
                continue;
            }
            let update = json!({
                "TableName": name,
                "AttributeDefinitions": wanted["AttributeDefinitions"],
                "GlobalSecondaryIndexUpdates": [{"Create": index_creation(index)}],
            });
            self.engine.update_table(request(update)?).map_err(|error| {
                anyhow!("the table {name} lacks an index that cannot be added ({error}): start with --fresh")
            })?;
        }
        Ok(())
    }

    /// Stop serving. What was written is on disk already.
    pub async fn stop(mut self) {
        self.sweeper.abort();
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        // Warm functions keep connections open; the database does not wait for them.
        tokio::time::timeout(Duration::from_millis(500), &mut self.server).await.ok();
        self.server.abort();
    }
}

fn request<T: DeserializeOwned>(input: Value) -> Result<T> {
    serde_json::from_value(input).context("the database does not understand the table")
}

fn creation(description: &Value) -> Value {
    let mut input = json!({
        "TableName": description["TableName"],
        "KeySchema": description["KeySchema"],
        "AttributeDefinitions": description["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
    });
    let indexes: Vec<Value> =
        description["GlobalSecondaryIndexes"].as_array().into_iter().flatten().map(index_creation).collect();
    if !indexes.is_empty() {
        input["GlobalSecondaryIndexes"] = json!(indexes);
    }
    if let Some(indexes) = description["LocalSecondaryIndexes"].as_array().filter(|all| !all.is_empty()) {
        input["LocalSecondaryIndexes"] = indexes.iter().map(index_creation).collect();
    }
    input
}

fn index_creation(index: &Value) -> Value {
    json!({
        "IndexName": index["IndexName"],
        "KeySchema": index["KeySchema"],
        "Projection": index["Projection"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Value {
        json!({
            "TableName": "runs",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
                {"AttributeName": "owner", "AttributeType": "S"},
            ],
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }],
        })
    }

    fn without_index() -> Value {
        let mut table = table();
        table["AttributeDefinitions"].as_array_mut().unwrap().pop();
        table.as_object_mut().unwrap().remove("GlobalSecondaryIndexes");
        table
    }

    #[tokio::test]
    async fn a_table_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.sqlite");
        for _ in 0..2 {
            let database = Database::start(&file).await.unwrap();
            database.ensure_table(&table(), Some("expires")).unwrap();
            database.stop().await;
        }
    }

    #[tokio::test]
    async fn a_new_index_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::start(&folder.path().join("data.sqlite")).await.unwrap();
        database.ensure_table(&without_index(), None).unwrap();
        database.ensure_table(&table(), None).unwrap();
        let found = database.engine.describe_table(request(json!({"TableName": "runs"})).unwrap()).unwrap();
        let found = serde_json::to_value(found).unwrap();
        assert_eq!(found["Table"]["GlobalSecondaryIndexes"][0]["IndexName"], "by-owner");
    }

    #[tokio::test]
    async fn changed_keys_ask_for_a_fresh_start() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::start(&folder.path().join("data.sqlite")).await.unwrap();
        database.ensure_table(&without_index(), None).unwrap();
        let mut changed = without_index();
        changed["KeySchema"][1]["AttributeName"] = json!("other");
        let error = database.ensure_table(&changed, None).unwrap_err();
        assert!(error.to_string().contains("--fresh"), "{error}");
    }
}
