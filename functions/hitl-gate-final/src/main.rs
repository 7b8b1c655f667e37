//! Wiring of the `hitl-gate-final` function.

fn main() {}
