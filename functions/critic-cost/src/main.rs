//! Wiring of the `critic-cost` function.

fn main() {}
