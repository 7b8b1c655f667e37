//! DynamoDB and S3: the single table, transactions, the gapless event log, bodies by SHA-256.
//!
//! A run changes only through [`Store::commit`] (or [`Store::update`], which retries it): run record, events, node
//! record, gate and artifacts in one transaction, under an optimistic lock on the run record. Because every change of a
//! run raises its `revision`, the condition on the revision also proves what was read with it: attempt and status.
//!
//! Architecture invariant: nothing here knows what a design is, what an agent is, or that Lambda exists.

mod bodies;
mod change;
mod clients;
mod commit;
mod error;
mod events;
mod gates;
mod idempotency;
mod keys;
mod models;
mod page;
mod policies;
mod projects;
mod reads;
mod runs;
mod subscriptions;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod timing;

pub use bodies::{Download, SignedUrl};
pub use change::{Attached, Change, Committed, CostRecord, GateOutcome, Held, Hold, TaskToken, Verdict};
pub use clients::Clients;
pub use error::{BoxError, Conflict, StoreError};
pub use idempotency::IdempotencyKey;
pub use models::Circuit;
pub use page::{Page, Paged};
pub use projects::NewProject;
pub use runs::{Created, NewRun};
pub use subscriptions::ConnectionId;
pub use timing::{NodeTiming, eta_seconds};

/// The store: one table and one bucket. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    dynamo: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    table: String,
    bucket: String,
}

impl Store {
    /// A store on this table and bucket.
    pub fn new(
        dynamo: aws_sdk_dynamodb::Client,
        s3: aws_sdk_s3::Client,
        table: impl Into<String>,
        bucket: impl Into<String>,
    ) -> Self {
        Self { dynamo, s3, table: table.into(), bucket: bucket.into() }
    }
}
