//! The store against the real protocols: DynamoDB by dynoxide and S3 by s3s-fs, both in process, with faults put in
//! between where a test wants them.

#[cfg(test)]
mod attempts;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod models;
mod nodes;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod support;
