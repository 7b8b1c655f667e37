//! The vocabulary of a design run: constraints, plans, findings, costs, policies, repositories; pure types and rules.
//!
//! Each node's typed output is here, because functions never depend on each other: one node writes it, later nodes and
//! the API read it.
//!
//! Architecture invariant: this crate knows `run` and nothing else of ours; `store`, `live` and `agent` do not know it.

pub mod constraint;
pub mod cost;
pub mod coverage;
pub mod finding;
pub mod implementation;
pub mod input;
pub mod node;
pub mod plan;
pub mod policy;
pub mod question;
pub mod repository;
pub mod signal;
pub mod validation;
pub mod version;
pub mod what_if;
pub mod words;
