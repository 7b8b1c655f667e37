//! Bundles the repository and compares it with the parent version.
