//! Composes capability patterns into candidates and selects one.
