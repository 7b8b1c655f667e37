//! Wiring of the `critic-tech` function.

fn main() {}
