//! Wiring of the `gate-wait` function.

fn main() {}
