//! Decides what a gate's timer may decide: see [`agent::gate::timeout`].

pub use agent::gate::timeout as handle;
