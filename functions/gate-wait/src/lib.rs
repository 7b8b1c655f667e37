//! Attaches the task token to an open gate.
