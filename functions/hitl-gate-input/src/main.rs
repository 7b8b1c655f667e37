//! Wiring of the `hitl-gate-input` function.

fn main() {}
