//! What is remembered of models: what a project says of them, answers they gave in it, and whether they are to be left
//! alone for a while.

use jiff::{Timestamp, ToSpan};
use run::{
    id::{OwnerId, ProjectId},
    models::ModelSettings,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store, StoreError, keys,
    table::{self, Expression, Refusal, Write},
};

/// An equal question comes again when a run is started anew or a version continues another: within days.
const ANSWER_HOURS: i64 = 7 * 24;

/// A circuit that nobody touched for so long is closed: it rests for minutes at most.
const CIRCUIT_HOURS: i64 = 1;

/// Name of the attribute with the record.
const RECORD: &str = "record";
const REVISION: &str = "revision";

/// The state of a circuit with the number of its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit<T> {
    /// The state; nothing where none is stored.
    pub state: Option<T>,
    /// Raised by every change; 0 where nothing is stored.
    pub revision: u64,
}

impl Store {
    /// What a project says of models; the default where it says nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn model_settings(&self, owner: &OwnerId, project: &ProjectId) -> Result<ModelSettings, StoreError> {
        let item = self.get(keys::runs_of(owner, project), keys::MODELS.to_owned()).await?;
        item.map_or_else(|| Ok(ModelSettings::default()), |item| table::parse("model settings", &item, RECORD))
    }

    /// Stores what a project says of models. Nodes that begin from now on see it, those of runs at work as well.
    ///
    /// # Errors
    /// `NotFound` when the owner has no such project.
    pub async fn put_model_settings(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        settings: &ModelSettings,
    ) -> Result<(), StoreError> {
        let mut item = table::key(keys::runs_of(owner, project), keys::MODELS.to_owned());
        item.insert(RECORD.into(), table::document("model settings", settings)?);
        self.put_in_project(owner, project, item).await
    }

    /// The answer to an equal question in this project, by the question's hash.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn answer<T: DeserializeOwned>(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        hash: &str,
    ) -> Result<Option<T>, StoreError> {
        let item = self.get(keys::runs_of(owner, project), keys::answer(hash)).await?;
        let live = item.filter(|item| !table::expired(item, Timestamp::now()));
        live.map(|item| table::parse("answer", &item, RECORD)).transpose()
    }

    /// Keeps an answer for a while, in place of the one that was there.
    ///
    /// # Errors
    /// `TooLarge` for an answer that no record holds.
    pub async fn put_answer(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        hash: &str,
        answer: &impl Serialize,
    ) -> Result<(), StoreError> {
        let mut item = table::key(keys::runs_of(owner, project), keys::answer(hash));
        item.insert(RECORD.into(), table::document("answer", answer)?);
        item.insert("expires_at".into(), in_hours(Timestamp::now(), ANSWER_HOURS));
        self.transact_patiently(&[self.put_item(item, None, Expression::new())]).await
    }

    /// The circuit of a model's address.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn circuit<T: DeserializeOwned>(&self, address: &str) -> Result<Circuit<T>, StoreError> {
        let item = self.get(keys::model(address), keys::CIRCUIT.to_owned()).await?;
        match item.filter(|item| !table::expired(item, Timestamp::now())) {
            Some(item) => Ok(Circuit {
                state: Some(table::parse("circuit", &item, RECORD)?),
                revision: table::integer("circuit", &item, REVISION)?,
            }),
            None => Ok(Circuit { state: None, revision: 0 }),
        }
    }

    /// Changes the circuit if nobody did since this revision; false when somebody did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn swap_circuit(&self, address: &str, revision: u64, state: &impl Serialize) -> Result<bool, StoreError> {
        let now = Timestamp::now();
        let mut item = table::key(keys::model(address), keys::CIRCUIT.to_owned());
        item.insert(RECORD.into(), table::document("circuit", state)?);
        item.insert(REVISION.into(), table::number(revision.saturating_add(1)));
        item.insert("expires_at".into(), in_hours(now, CIRCUIT_HOURS));
        // A circuit whose time is over may still be there, and counts as none.
        let condition = match revision {
            0 => "attribute_not_exists(pk) OR #expires_at <= :now",
            _ => "#revision = :revision AND #expires_at > :now",
        };
        let with = Expression::new().name("expires_at").value("now", table::number(now.as_second()));
        let with = match revision {
            0 => with,
            _ => with.name(REVISION).value(REVISION, table::number(revision)),
        };
        let writes = vec![Write { part: (), item: self.put_item(item, Some(condition), with) }];
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(_) | Refusal::Busy) => Ok(false),
            Err(Refusal::Failed(error)) => Err(error),
        }
    }
}

fn in_hours(now: Timestamp, hours: i64) -> aws_sdk_dynamodb::types::AttributeValue {
    table::number(now.checked_add(hours.hours()).unwrap_or(now).as_second())
}
