//! Decides a gate whose timer ran out.
