//! Wiring of the `coverage-check` function.

fn main() {}
