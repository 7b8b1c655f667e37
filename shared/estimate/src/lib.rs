//! Money and queueing arithmetic: what a composition of patterns costs and how it performs.
//!
//! The planner and both critics use this one engine, so that their numbers agree: [`workload::Workload`] turns
//! constraints into numbers and says what it assumed; [`part::Part`] sizes one pattern for them and prices it;
//! [`network`] prices what its parts share, and [`consumer`] says what a stream costs that none of them reads; [`assessment::Assessment`] adds them up to an architecture; [`usage`] shows the numbers that were priced, and
//! [`sensitivity`] prices the same design at other loads.
//!
//! Architecture invariant: this crate knows `knowledge` and `design`; it knows no agent and no store.

pub mod assessment;
pub mod consumer;
#[cfg(feature = "mock")]
pub mod mock;
pub mod network;
pub mod part;
pub mod queue;
pub mod sensitivity;
pub mod sketches;
pub mod usage;
pub mod workload;

/// An estimate could not be made: a fault of the catalogue's data, which the tests keep from happening.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EstimateError {
    /// An expression of a pattern cannot be evaluated.
    #[error("pattern `{pattern}`: {source}")]
    Expression {
        /// The pattern.
        pattern: String,
        /// What is wrong with the expression.
        #[source]
        source: knowledge::expression::ExpressionError,
    },
    /// A pattern names something that the catalogue does not have.
    #[error("the catalogue has no `{0}`")]
    Unknown(String),
}
