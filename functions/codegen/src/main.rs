//! Wiring of the `codegen` function.

fn main() {}
