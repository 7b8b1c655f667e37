//! What can go wrong: with one request, and with asking as a whole.

use std::time::Duration;

use jiff::Timestamp;

/// What went wrong with one request.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Too many requests.
    #[error("the provider asks for fewer requests: {said}")]
    Throttled {
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
        /// What it said.
        said: String,
    },
    /// The provider cannot for now.
    #[error("the provider is overloaded ({status}): {said}")]
    Overloaded {
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
        /// What it said.
        said: String,
    },
    /// The provider failed.
    #[error("the provider failed ({status}): {said}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// The provider does not take the request: key, model, or a field of it.
    #[error("the provider refused the request ({status}): {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// The provider does not know this way of asking for a shape.
    #[error("the provider does not know the form ({status}): {said}")]
    Form {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// There was no connection.
    #[error("the provider was not reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nothing came for too long.
    #[error("nothing came for {0:?}")]
    TimedOut(Duration),
    /// The reply ended before it was whole.
    #[error("the reply was cut off: {0}")]
    CutOff(String),
    /// The reply is not what the API promises.
    #[error("the reply is not what the API promises: {0}")]
    Broken(String),
    /// There are no credentials to sign with, or it could not be signed.
    #[error("the request could not be signed")]
    Unsigned(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Fault {
    /// True when the same request may succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Overloaded { .. }
            | Self::Server { .. }
            | Self::Unreachable(_)
            | Self::TimedOut(_)
            | Self::CutOff(_)
            | Self::Broken(_) => true,
            Self::Refused { .. } | Self::Form { .. } | Self::Unsigned(_) => false,
        }
    }

    /// How long the provider wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after, .. } | Self::Overloaded { retry_after, .. } => *retry_after,
            Self::Server { .. }
            | Self::Refused { .. }
            | Self::Form { .. }
            | Self::Unreachable(_)
            | Self::TimedOut(_)
            | Self::CutOff(_)
            | Self::Broken(_)
            | Self::Unsigned(_) => None,
        }
    }

    /// The fault without a secret that the server repeated.
    #[must_use]
    pub(crate) fn without(mut self, secret: &str) -> Self {
        match &mut self {
            Self::Throttled { said, .. }
            | Self::Overloaded { said, .. }
            | Self::Server { said, .. }
            | Self::Refused { said, .. }
            | Self::Form { said, .. }
            | Self::CutOff(said)
            | Self::Broken(said) => {
                if said.contains(secret) {
                    *said = said.replace(secret, "…");
                }
            }
            Self::Unreachable(_) | Self::TimedOut(_) | Self::Unsigned(_) => {}
        }
        self
    }

    /// A fixed word for records and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "throttled",
            Self::Overloaded { .. } => "overloaded",
            Self::Server { .. } => "server",
            Self::Refused { .. } => "refused",
            Self::Form { .. } => "form",
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut(_) => "timed_out",
            Self::CutOff(_) => "cut_off",
            Self::Broken(_) => "broken",
            Self::Unsigned(_) => "unsigned",
        }
    }
}

/// What a run must not spend more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Tokens.
    Tokens,
    /// Dollars.
    Usd,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was tried as often as it may be.
    #[error("{attempts} requests failed")]
    Unavailable {
        /// How many requests.
        attempts: u32,
        /// The last of them.
        #[source]
        last: Fault,
    },
    /// The caller's time is over, or would be before there is an answer.
    #[error("the time was not enough after {attempts} requests")]
    OutOfTime {
        /// How many requests.
        attempts: u32,
        /// The last of them, where one failed before.
        #[source]
        last: Option<Fault>,
    },
    /// Trying again would not help.
    #[error("the provider does not answer this")]
    Rejected(#[source] Fault),
    /// The provider failed too often just now, and is left alone.
    #[error("the provider is left alone until {until}")]
    CircuitOpen {
        /// Until when.
        until: Timestamp,
    },
    /// The answer does not have the shape, also after it was asked to mend it.
    #[error("the answer does not have the shape that was asked for: {}", errors.join("; "))]
    WrongShape {
        /// What is wrong, one line each.
        errors: Vec<String>,
    },
    /// The answer is longer than it may be.
    #[error("the answer is longer than {0} tokens")]
    TooLong(u32),
    /// The model, or a filter before it, does not want to answer.
    #[error("the model declined: {0}")]
    Declined(String),
    /// The run has spent its share.
    #[error("the run's ceiling of {} is reached", match limit { Limit::Tokens => "tokens", Limit::Usd => "dollars" })]
    Ceiling {
        /// Of what.
        limit: Limit,
    },
}

impl Failure {
    /// A fixed word for records and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::OutOfTime { .. } => "out_of_time",
            Self::Rejected(_) => "rejected",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::WrongShape { .. } => "wrong_shape",
            Self::TooLong(_) => "too_long",
            Self::Declined(_) => "declined",
            Self::Ceiling { .. } => "ceiling",
        }
    }
}
