//! Wiring of the `gate-timeout` function.

fn main() {}
