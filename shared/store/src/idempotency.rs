//! Keys that make a repeat of a request give what the first one made.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::{Timestamp, ToSpan};
use run::body::Sha256Hex;

use crate::{
    Conflict, Store, StoreError, keys,
    table::{self, Expression},
};

/// A client tries a request again within minutes; a day covers a queue that was stuck overnight.
const HOURS: i64 = 24;

/// A sort key may have 1,024 bytes.
const KEY_LIMIT: usize = 512;

/// What is stored under a key.
const WHAT: &str = "idempotency record";

/// A client's key for a request, and what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, as the client sent it.
    pub key: String,
    /// Hash of the request, to tell a repeat from another request under the same key.
    pub request: Sha256Hex,
}

impl IdempotencyKey {
    /// # Errors
    /// `TooLarge` when the key does not fit into a sort key.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let size = self.key.len();
        if size > KEY_LIMIT {
            return Err(StoreError::TooLarge { what: "the idempotency key".to_owned(), size, limit: KEY_LIMIT });
        }
        Ok(())
    }
}

impl Store {
    /// The id of what the key led to before under a partition, if it was used; `made` is the attribute that has it.
    ///
    /// # Errors
    /// [`Conflict::IdempotencyKey`] when it was used for another request.
    pub(crate) async fn made_before(
        &self,
        pk: String,
        idempotency: &IdempotencyKey,
        made: &'static str,
    ) -> Result<Option<String>, StoreError> {
        let Some(item) = self.get(pk, keys::idempotency(&idempotency.key)).await? else { return Ok(None) };
        if table::expired(&item, Timestamp::now()) {
            return Ok(None);
        }
        let existing = table::attribute(WHAT, &item, made)?.to_owned();
        if table::attribute(WHAT, &item, "request")? != idempotency.request.as_str() {
            return Err(Conflict::IdempotencyKey { existing }.into());
        }
        Ok(Some(existing))
    }

    /// Remembers under a partition what a request made: the attribute and the id.
    pub(crate) fn remember(
        &self,
        pk: String,
        idempotency: &IdempotencyKey,
        (made, id): (&'static str, &str),
        now: Timestamp,
    ) -> TransactWriteItem {
        let mut item = table::key(pk, keys::idempotency(&idempotency.key));
        item.insert(made.into(), table::text(id));
        item.insert("request".into(), table::text(idempotency.request.as_str()));
        let expires_at = now.checked_add(HOURS.hours()).unwrap_or(now).as_second();
        item.insert("expires_at".into(), table::number(expires_at));
        // A key whose time is over may still be there, and counts as unused.
        let condition = "attribute_not_exists(pk) OR #expires_at <= :now";
        let with = Expression::new().name("expires_at").value("now", table::number(now.as_second()));
        self.put_item(item, Some(condition), with)
    }
}
