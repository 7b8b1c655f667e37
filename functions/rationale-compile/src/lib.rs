//! Compiles the decisions into documents.
