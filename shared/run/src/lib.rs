//! The vocabulary of a run: ids, statuses, events, gates, reason cards; pure types and rules, no AWS.
//!
//! A **run** is a workflow's execution with its events, gates, cards and artifacts. A decision set is one kind of run
//! (see the `design` crate); other kinds stand on the same words.
//!
//! Architecture invariant: this crate knows no other crate of ours, and nothing of machine-learning designs.

pub mod answer;
pub mod artifact;
pub mod body;
pub mod card;
pub mod edit;
pub mod event;
pub mod gate;
pub mod id;
pub mod message;
pub mod models;
pub mod node;
pub mod question;
pub mod record;
mod schema;
