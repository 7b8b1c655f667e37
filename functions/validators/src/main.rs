//! Wiring of the `validators` function.

fn main() {}
