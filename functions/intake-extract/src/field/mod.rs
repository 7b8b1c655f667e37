//! The readers of single fields. Each returns what it found, and statements that clash.

pub mod budget;
pub mod kind;
pub mod meaning;
pub mod people;
pub mod performance;
pub mod place;
