//! Wiring of the `intake-extract` function.

fn main() {}
