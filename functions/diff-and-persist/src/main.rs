//! Wiring of the `diff-and-persist` function.

fn main() {}
