//! The generated repositories: for fixture plans, for the whole catalogue, and under their own tools.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

mod agent_node;
mod catalogue;
mod cloudformation;
mod deployment;
mod fixture;
mod model;
mod repository;
mod requirement;
mod terraform;
mod tools;
mod whole;
