//! Wiring of the `policy-eval` function.

fn main() {}
