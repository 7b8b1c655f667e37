//! The few DynamoDB operations that the store is made of, and how their failures are understood.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, ConditionCheck, Delete, DeleteRequest, Put, PutRequest, TransactWriteItem, Update, WriteRequest,
    },
};
use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use ulid::Ulid;

use crate::{BoxError, Store, StoreError};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// DynamoDB's limit for one transaction.
pub(crate) const TRANSACTION_LIMIT: usize = 100;

/// DynamoDB's limit for one batch.
const BATCH_LIMIT: usize = 25;

/// An item may have 400 KB, its attribute names and keys included.
const DOCUMENT_LIMIT: usize = 360 * 1024;

/// How often a change is tried again when others were faster.
pub(crate) const TRIES: u32 = 40;

/// Pauses between tries, with jitter so that competitors do not meet again. A transaction takes a few milliseconds, so
/// the pauses begin there; they sum to a few seconds, which a function has.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(3))
        .with_max_delay(Duration::from_millis(150))
        .with_factor(1.5)
        .with_jitter()
        .with_max_times(TRIES as usize - 1)
        .build()
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A document as JSON text: read back exactly as it was written, which DynamoDB's own numbers and maps do not promise.
pub(crate) fn document(what: &str, value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    let json = serde_json::to_string(value).map_err(|error| StoreError::corrupt("value to store", what, error))?;
    if json.len() > DOCUMENT_LIMIT {
        return Err(StoreError::TooLarge { what: what.to_owned(), size: json.len(), limit: DOCUMENT_LIMIT });
    }
    Ok(AttributeValue::S(json))
}

pub(crate) fn keyed(mut item: Item, pk: String, sk: String) -> Item {
    item.insert("pk".into(), AttributeValue::S(pk));
    item.insert("sk".into(), AttributeValue::S(sk));
    item
}

pub(crate) fn key(pk: String, sk: String) -> Item {
    keyed(Item::new(), pk, sk)
}

/// An item from a plain record.
pub(crate) fn record(value: &impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_item(value).map_err(|error| StoreError::corrupt("value to store", "", error))
}

/// A plain record from an item.
pub(crate) fn from_record<T: DeserializeOwned>(what: &'static str, item: Item) -> Result<T, StoreError> {
    let id = sort_key(&item).to_owned();
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|error| StoreError::corrupt(what, id, error))
}

pub(crate) fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A text attribute that must be there.
pub(crate) fn attribute<'a>(what: &'static str, item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or_else(|| StoreError::corrupt(what, sort_key(item), format!("there is no text `{name}`")))
}

/// A number attribute that must be there.
pub(crate) fn integer(what: &'static str, item: &Item, name: &str) -> Result<u64, StoreError> {
    item.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| StoreError::corrupt(what, sort_key(item), format!("there is no whole number `{name}`")))
}

/// A document attribute that must be there.
pub(crate) fn parse<T: DeserializeOwned>(what: &'static str, item: &Item, name: &str) -> Result<T, StoreError> {
    let json = attribute(what, item, name)?;
    serde_json::from_str(json).map_err(|error| StoreError::corrupt(what, sort_key(item), error))
}

/// A moment that must be there.
pub(crate) fn moment(what: &'static str, item: &Item, name: &str) -> Result<Timestamp, StoreError> {
    attribute(what, item, name)?
        .parse()
        .map_err(|error| StoreError::corrupt(what, sort_key(item), BoxError::from(error)))
}

/// True for an item whose time to live is over. DynamoDB deletes such items only hours or days later.
pub(crate) fn expired(item: &Item, now: Timestamp) -> bool {
    item.get("expires_at")
        .and_then(|value| value.as_n().ok())
        .and_then(|value| value.parse::<i64>().ok())
        .is_some_and(|at| at <= now.as_second())
}

/// Which items a query reads.
pub(crate) enum Range<'a> {
    /// Those whose sort key begins so.
    Prefix(&'a str),
    /// Those from one sort key to another, both included.
    Between(String, String),
}

/// The order of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// One write of a transaction, with its part so that a failed condition can be understood.
pub(crate) struct Write<P> {
    pub(crate) part: P,
    pub(crate) item: TransactWriteItem,
}

/// Why a transaction was not made.
pub(crate) enum Refusal<P> {
    /// Conditions of these parts did not hold.
    Conditions(Vec<P>),
    /// Another transaction was at the same items; nothing is known about the conditions.
    Busy,
    /// Anything else.
    Failed(StoreError),
}

/// A condition with its names and values.
#[derive(Default)]
pub(crate) struct Expression {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Item,
}

impl Expression {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn name(mut self, name: &str) -> Self {
        self.names.insert(format!("#{name}"), name.to_owned());
        self
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(format!(":{name}"), value);
        self
    }

    fn parts(self) -> (Option<HashMap<String, String>>, Option<Item>) {
        let some = |names: HashMap<String, String>| if names.is_empty() { None } else { Some(names) };
        (some(self.names), if self.values.is_empty() { None } else { Some(self.values) })
    }
}

// The SDK's builders fail only when a required part was not set; the table and the item or key always are, and DynamoDB
// refuses a write without its kind, so nothing can be left out in silence.
impl Store {
    pub(crate) fn put_item(&self, item: Item, condition: Option<&str>, with: Expression) -> TransactWriteItem {
        let (names, values) = with.parts();
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build();
        TransactWriteItem::builder().set_put(put.ok()).build()
    }

    pub(crate) fn update_item(&self, at: Item, update: &str, condition: &str, with: Expression) -> TransactWriteItem {
        let (names, values) = with.parts();
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(at))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build();
        TransactWriteItem::builder().set_update(update.ok()).build()
    }

    pub(crate) fn check_item(&self, at: Item, condition: &str, with: Expression) -> TransactWriteItem {
        let (names, values) = with.parts();
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(at))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build();
        TransactWriteItem::builder().set_condition_check(check.ok()).build()
    }

    pub(crate) fn delete_item(&self, at: Item) -> TransactWriteItem {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(at)).build();
        TransactWriteItem::builder().set_delete(delete.ok()).build()
    }

    /// Makes all writes or none. One request token goes with all of the SDK's own retries, so that a transaction whose
    /// answer was lost is not made twice. The token is made here, of the system's entropy: the SDK draws its own from a
    /// generator that is seeded with nothing but the monotonic clock and a thread's number, which functions that start
    /// together may share, and DynamoDB refuses a token that another transaction of the last ten minutes had
    /// (fastrand 2.5.0 and `aws-sdk-dynamodb` 1.136.0, read 2026-11-23).
    pub(crate) async fn transact<P>(&self, writes: Vec<Write<P>>) -> Result<(), Refusal<P>> {
        let (parts, items): (Vec<P>, Vec<TransactWriteItem>) =
            writes.into_iter().map(|write| (write.part, write.item)).unzip();
        let token = Ulid::generate().to_string();
        match self
            .dynamo
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => Err(refusal(parts, error)),
        }
    }

    /// Makes all writes or none, and waits for others who are at the same items. There are no conditions in them.
    pub(crate) async fn transact_patiently(&self, writes: &[TransactWriteItem]) -> Result<(), StoreError> {
        let mut pauses = pauses();
        loop {
            let writes = writes.iter().map(|item| Write { part: (), item: item.clone() }).collect();
            match self.transact(writes).await {
                Ok(()) => return Ok(()),
                Err(Refusal::Failed(error)) => return Err(error),
                Err(Refusal::Busy | Refusal::Conditions(_)) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(StoreError::Contention { attempts: TRIES }),
                },
            }
        }
    }

    pub(crate) async fn get(&self, pk: String, sk: String) -> Result<Option<Item>, StoreError> {
        let answer = self
            .dynamo
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| service("dynamodb:GetItem", error))?;
        Ok(answer.item)
    }

    /// Reads items of one partition, in order, up to `limit`.
    pub(crate) async fn query(
        &self,
        pk: &str,
        range: Range<'_>,
        order: Order,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items: Vec<Item> = Vec::new();
        let mut start = after.map(|sk| key(pk.to_owned(), sk.to_owned()));
        loop {
            let wanted = limit.map(|limit| limit - items.len());
            let query = self
                .dynamo
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .scan_index_forward(order == Order::Ascending)
                .expression_attribute_values(":pk", text(pk))
                .set_exclusive_start_key(start.take())
                .set_limit(wanted.and_then(|wanted| i32::try_from(wanted).ok()));
            let query = match &range {
                Range::Prefix(prefix) => query
                    .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                    .expression_attribute_values(":prefix", text(*prefix)),
                Range::Between(from, to) => query
                    .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                    .expression_attribute_values(":from", text(from.as_str()))
                    .expression_attribute_values(":to", text(to.as_str())),
            };
            let answer = query.send().await.map_err(|error| service("dynamodb:Query", error))?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() || limit.is_some_and(|limit| items.len() >= limit) {
                return Ok(items);
            }
        }
    }

    /// Writes items without a transaction, in batches; what DynamoDB leaves over is written again.
    pub(crate) async fn put_batches(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let requests = items.into_iter().filter_map(|item| {
            let put = PutRequest::builder().set_item(Some(item)).build().ok()?;
            Some(WriteRequest::builder().put_request(put).build())
        });
        self.write_batches(requests.collect()).await
    }

    /// Deletes items without a transaction, in batches.
    pub(crate) async fn delete_batches(&self, keys: Vec<Item>) -> Result<(), StoreError> {
        let requests = keys.into_iter().filter_map(|key| {
            let delete = DeleteRequest::builder().set_key(Some(key)).build().ok()?;
            Some(WriteRequest::builder().delete_request(delete).build())
        });
        self.write_batches(requests.collect()).await
    }

    async fn write_batches(&self, requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        for chunk in requests.chunks(BATCH_LIMIT) {
            let mut left = chunk.to_vec();
            let mut pauses = pauses();
            while !left.is_empty() {
                let answer = self
                    .dynamo
                    .batch_write_item()
                    .request_items(&self.table, left)
                    .send()
                    .await
                    .map_err(|error| service("dynamodb:BatchWriteItem", error))?;
                left = answer.unprocessed_items.and_then(|mut items| items.remove(&self.table)).unwrap_or_default();
                if !left.is_empty() {
                    let pause = pauses.next().ok_or(StoreError::Contention { attempts: TRIES })?;
                    tokio::time::sleep(pause).await;
                }
            }
        }
        Ok(())
    }
}

fn refusal<P>(parts: Vec<P>, error: SdkError<TransactWriteItemsError>) -> Refusal<P> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons();
            let codes = || reasons.iter().filter_map(|reason| reason.code());
            let failed: Vec<P> = parts
                .into_iter()
                .zip(reasons)
                .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
                .map(|(part, _)| part)
                .collect();
            if !failed.is_empty() {
                Refusal::Conditions(failed)
            } else if codes()
                .any(|code| matches!(code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded"))
            {
                Refusal::Busy
            } else {
                Refusal::Failed(service("dynamodb:TransactWriteItems", error))
            }
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Refusal::Busy,
        _ => Refusal::Failed(service("dynamodb:TransactWriteItems", error)),
    }
}

/// Understands a failed call: what the client could not do and what the service has no capacity for may work later.
pub(crate) fn service<E, R>(what: &'static str, error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let retryable = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(service) => matches!(
            service.err().code(),
            Some(
                "InternalServerError"
                    | "InternalError"
                    | "LimitExceededException"
                    | "ProvisionedThroughputExceededException"
                    | "ReplicatedWriteConflictException"
                    | "RequestLimitExceeded"
                    | "RequestTimeout"
                    | "ServiceUnavailable"
                    | "SlowDown"
                    | "ThrottlingException"
                    | "TransactionConflictException"
            )
        ),
        _ => false,
    };
    StoreError::Service { what, retryable, source: Box::new(error) }
}
