//! The one place where every run ends.
