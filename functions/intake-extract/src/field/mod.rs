//! The readers of single fields. Each returns what it found, and statements that clash.

pub mod availability;
pub mod budget;
pub mod class;
mod every;
pub mod kind;
pub mod latency;
pub mod many;
pub mod meaning;
mod names;
pub mod place;
pub mod retraining;
pub mod share;
pub mod size;
pub mod task;
pub mod team;
pub mod throughput;
mod topic;
pub mod volume;
