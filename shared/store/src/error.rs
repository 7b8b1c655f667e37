//! What can go wrong at the store, so that a caller can branch on it.

use run::{gate::Gate, gate::GateId, id::ProjectId, node::NodeRecord, record::RunStatus};

/// Any error, kept as the source of one of ours.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing under this owner and project.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What was looked for, in words, such as `project`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Others changed the same records at the same time, too often in a row; trying again helps.
    #[error("others changed the same records at the same time, {attempts} times in a row")]
    Contention {
        /// How often it was tried.
        attempts: u32,
    },
    /// The run has ended; only a failed one can be resumed, and nothing else changes it.
    #[error("the run has ended as {status:?}")]
    Ended {
        /// How it ended.
        status: RunStatus,
    },
    /// A newer attempt at the run has begun.
    #[error("attempt {given} was superseded by attempt {current}")]
    Superseded {
        /// The attempt that asked.
        given: u32,
        /// The attempt that goes on.
        current: u32,
    },
    /// The node's result was stored before; here it is. Nothing was written and nothing is announced again.
    #[error("the result of {} is stored already", .0.step)]
    AlreadyDone(Box<NodeRecord>),
    /// The gate is not pending, so the change that needed it so was not made; here is the gate as it stands.
    #[error("gate {} was decided before", .0.id)]
    GateDecided(Box<Gate>),
    /// A person has touched the gate's form, so the timer may not decide; here is the gate as it stands.
    #[error("gate {} is held by a person", .0.id)]
    GateHeld(Box<Gate>),
    /// What was asked contradicts what is stored.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The cursor is not one that this list gave.
    #[error("the cursor is not one that this list gave; leave it out to begin at the start")]
    InvalidCursor,
    /// Something is larger than one record may be.
    #[error("{what} has {size} bytes; at most {limit} are stored in one record")]
    TooLarge {
        /// What it is.
        what: String,
        /// Its size in bytes.
        size: usize,
        /// The most that is accepted.
        limit: usize,
    },
    /// What is stored cannot be read: another version's record, or a damaged body.
    #[error("the stored {what} `{id}` cannot be read")]
    Corrupt {
        /// What it is.
        what: &'static str,
        /// Its key.
        id: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// DynamoDB or S3 did not do it.
    #[error("{what} failed")]
    Service {
        /// The operation, such as `dynamodb:TransactWriteItems`.
        what: &'static str,
        /// True when trying again may help.
        retryable: bool,
        /// What the service or the client said.
        #[source]
        source: BoxError,
    },
}

/// What was asked contradicts what is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The owner has a project of this name.
    #[error("there is a project named `{name}` already: {existing}")]
    ProjectName {
        /// The name as asked for.
        name: String,
        /// The project that has it.
        existing: ProjectId,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used before for another request, which made {existing}")]
    IdempotencyKey {
        /// Id of what the other request made.
        existing: String,
    },
    /// The gate is open already.
    #[error("gate {0} is open already")]
    GateOpen(GateId),
}

impl StoreError {
    /// True when trying again may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Contention { .. } => true,
            Self::Service { retryable, .. } => *retryable,
            Self::NotFound { .. }
            | Self::Ended { .. }
            | Self::Superseded { .. }
            | Self::AlreadyDone(_)
            | Self::GateDecided(_)
            | Self::GateHeld(_)
            | Self::Conflict(_)
            | Self::InvalidCursor
            | Self::TooLarge { .. }
            | Self::Corrupt { .. } => false,
        }
    }

    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn corrupt(what: &'static str, id: impl ToString, source: impl Into<BoxError>) -> Self {
        Self::Corrupt { what, id: id.to_string(), source: source.into() }
    }
}
