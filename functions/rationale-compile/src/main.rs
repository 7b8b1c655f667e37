//! Wiring of the `rationale-compile` function.

fn main() {}
