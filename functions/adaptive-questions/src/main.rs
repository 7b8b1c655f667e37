//! Wiring of the `adaptive-questions` function.

fn main() {}
