//! The deployed platform, from outside. `tests/README.md` says how to run them.

mod faults;
mod machine;
mod policies;
mod rest;
mod websocket;
mod workflow;

/// A requirement that says enough to design for.
const CLEAR: &str = "Score churn for 2 million customers every night on AWS in Frankfurt (eu-central-1). Batch scoring, \
    tabular data, 50 GB stored in S3 with 1 GB new per day. Personal data, GDPR applies. At most $3000 per month, 99.5 % \
    availability, a team of 4 with some MLOps experience, weekly retraining, no Kubernetes.";
/// A requirement that leaves most things open.
const VAGUE: &str = "We want recommendations in our online shop.";
