//! Attaches the task token to an open gate: see [`agent::gate::wait`].

pub use agent::gate::wait as handle;
