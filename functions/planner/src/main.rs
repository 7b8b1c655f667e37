//! Wiring of the `planner` function.

fn main() {}
