//! The readers of single fields. Each returns what it found, and statements that clash.

pub mod availability;
pub mod budget;
pub mod kind;
pub mod latency;
pub mod many;
pub mod meaning;
pub mod people;
pub mod place;
pub mod share;
pub mod size;
pub mod task;
pub mod throughput;
mod topic;
pub mod volume;
