//! Harness and gates on a real store: DynamoDB by dynoxide and S3 by s3s-fs, both in process, with faults in between.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod advice;
mod gates;
mod nodes;
mod support;
mod toy;
