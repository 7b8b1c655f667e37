//! The WebSocket API: subscribe, replay, ping.
