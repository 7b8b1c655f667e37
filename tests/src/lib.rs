//! End-to-end tests: deployed locally, driven over REST, WebSocket and a real browser.
//!
//! This library is what the tests are written with: a client that waits, and never longer than it says.

mod platform;
mod socket;

pub use platform::{Platform, Reply, RunHandle, assert_log, client};
pub use socket::Socket;
