//! The store against the real protocols: DynamoDB by dynoxide and S3 by s3s-fs, both in process, with faults put in
//! between where a test wants them.

mod attempts;
mod bodies;
mod events;
mod faults;
mod gates;
mod nodes;
mod projects;
mod runs;
mod subscriptions;
mod support;
