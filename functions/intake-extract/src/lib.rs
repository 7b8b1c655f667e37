//! Reads the requirement into typed constraints with evidence.
