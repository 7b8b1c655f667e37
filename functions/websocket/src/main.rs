//! Wiring of the `websocket` function.

fn main() {}
