//! End-to-end tests: deployed locally, driven over REST, WebSocket and a real browser.
