//! The errors of agent nodes, with the names that the state machine retries and catches.

use store::StoreError;

/// Why a node could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A service did not answer, or asked for patience; trying again helps.
    #[error("{what}")]
    Transient {
        /// What was tried.
        what: String,
        /// What the service or the client said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Others changed the run at the same time, too often in a row; trying again helps.
    #[error("the run was changed by others at the same time")]
    Contention,
    /// Something that an earlier node should have stored is not there or cannot be read.
    #[error("{0}")]
    MemoryIncomplete(String),
    /// The run has ended, so nothing may be added to it.
    #[error("the run has ended")]
    RunEnded,
    /// A newer attempt at the run has begun; this one has nothing more to say.
    #[error("attempt {given} was superseded by attempt {current}")]
    Superseded {
        /// The attempt that asked.
        given: u32,
        /// The attempt that goes on.
        current: u32,
    },
    /// The requirement cannot be worked on as it is; a person must change it.
    #[error("{0}")]
    Unworkable(String),
    /// The agent's own fault.
    #[error("{0}")]
    Defect(String),
}

impl AgentError {
    /// Every name that [`AgentError::name`] can give; a test holds the state machine's Retry and Catch to it.
    pub const NAMES: [&'static str; 7] =
        ["Transient", "Contention", "MemoryIncomplete", "RunEnded", "Superseded", "Unworkable", "Defect"];

    /// The names for which trying again helps.
    pub const RETRYABLE: [&'static str; 2] = ["Transient", "Contention"];

    /// The error's name in the state machine.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "Transient",
            Self::Contention => "Contention",
            Self::MemoryIncomplete(_) => "MemoryIncomplete",
            Self::RunEnded => "RunEnded",
            Self::Superseded { .. } => "Superseded",
            Self::Unworkable(_) => "Unworkable",
            Self::Defect(_) => "Defect",
        }
    }
}

impl From<StoreError> for AgentError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contention { .. } => Self::Contention,
            StoreError::Ended { .. } => Self::RunEnded,
            StoreError::Superseded { given, current } => Self::Superseded { given, current },
            StoreError::NotFound { .. } | StoreError::Corrupt { .. } => Self::MemoryIncomplete(chain(&error)),
            StoreError::Service { what, retryable: true, .. } => {
                Self::Transient { what: format!("{what} failed"), source: Some(Box::new(error)) }
            }
            // Refused for good (no permission, not valid), or a change that the caller should not have asked for.
            StoreError::Service { retryable: false, .. }
            | StoreError::AlreadyDone(_)
            | StoreError::GateDecided(_)
            | StoreError::GateHeld(_)
            | StoreError::Conflict(_)
            | StoreError::InvalidCursor
            | StoreError::TooLarge { .. } => Self::Defect(chain(&error)),
        }
    }
}

/// An error with all its sources on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        // Some libraries repeat their source in their own words.
        if !text.ends_with(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = error.source();
    }
    text
}
