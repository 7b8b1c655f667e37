//! Wiring of the `run-end` function.

fn main() {}
