//! Checks throughput, latency, bottlenecks and failure domains.
