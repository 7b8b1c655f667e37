//! Keys of the single table and of the bucket.
//!
//! Ids of projects and runs have a fixed shape without `#`, so that the owner, whatever it contains, cannot make two
//! keys meet.

use run::{
    body::Sha256Hex,
    gate::GateId,
    id::{OwnerId, ProjectId, RunId, RunKey},
    node::Step,
};

use crate::ConnectionId;

pub(crate) const PROJECT: &str = "PROJECT#";
pub(crate) const RUN: &str = "RUN#";
pub(crate) const EVENT: &str = "EVENT#";
pub(crate) const NODE: &str = "NODE#";
pub(crate) const GATE: &str = "GATE#";
pub(crate) const ARTIFACT: &str = "ARTIFACT#";
pub(crate) const EDIT: &str = "EDIT#";
pub(crate) const COST: &str = "COST#";
pub(crate) const SUBSCRIBER: &str = "SUBSCRIBER#";
pub(crate) const POLICY: &str = "POLICY#";
pub(crate) const CIRCUIT: &str = "CIRCUIT";

/// Highest sequence number that the key's ten digits can hold.
pub(crate) const LAST_SEQUENCE: u64 = 9_999_999_999;

pub(crate) fn owner(owner: &OwnerId) -> String {
    format!("OWNER#{owner}")
}

pub(crate) fn project(id: &ProjectId) -> String {
    format!("{PROJECT}{id}")
}

pub(crate) fn project_name(name: &str) -> String {
    format!("PROJECT_NAME#{}", name.trim().to_lowercase())
}

pub(crate) fn timing_prefix(kind: &str) -> String {
    format!("TIMING#{kind}#")
}

pub(crate) fn runs_of(owner: &OwnerId, project: &ProjectId) -> String {
    format!("PROJECT#{owner}#{project}")
}

pub(crate) fn run(id: &RunId) -> String {
    format!("{RUN}{id}")
}

pub(crate) fn idempotency(key: &str) -> String {
    format!("IDEMPOTENCY#{key}")
}

pub(crate) fn policy(name: &str) -> String {
    format!("{POLICY}{name}")
}

pub(crate) fn answer(hash: &str) -> String {
    format!("ANSWER#{hash}")
}

/// What a project says of models; one item.
pub(crate) const MODELS: &str = "MODELS";

pub(crate) fn model(address: &str) -> String {
    format!("MODEL#{address}")
}

pub(crate) fn of_run(key: &RunKey) -> String {
    format!("RUN#{}#{}#{}", key.owner, key.project, key.run)
}

pub(crate) fn event(sequence: u64) -> String {
    format!("{EVENT}{sequence:010}")
}

pub(crate) fn node(step: &Step) -> String {
    format!("{NODE}{}#{:04}", step.node, step.iteration)
}

pub(crate) fn gate(id: &GateId) -> String {
    format!("{GATE}{}#{:04}", id.kind.as_str(), id.iteration)
}

pub(crate) fn artifact(path: &str) -> String {
    format!("{ARTIFACT}{path}")
}

pub(crate) fn edit(path: &str) -> String {
    format!("{EDIT}{path}")
}

pub(crate) fn cost(iteration: u32) -> String {
    format!("{COST}{iteration:04}")
}

pub(crate) fn subscriber(connection: &ConnectionId) -> String {
    format!("{SUBSCRIBER}{connection}")
}

pub(crate) fn connection(connection: &ConnectionId) -> String {
    format!("CONNECTION#{connection}")
}

pub(crate) fn body(owner: &OwnerId, project: &ProjectId, sha256: &Sha256Hex) -> String {
    // An owner with a slash must not reach into another owner's keys.
    let mut safe = String::new();
    for byte in owner.0.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'@' | b':' | b'|' => safe.push(char::from(byte)),
            b'.' if !safe.is_empty() => safe.push('.'),
            other => safe.push_str(&format!("%{other:02X}")),
        }
    }
    format!("owner/{safe}/project/{project}/body/{sha256}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_cannot_reach_into_another_owners_bodies() {
        let project = ProjectId::generate();
        let hash = Sha256Hex::of(b"x");
        for owner in ["a/../b", "..", "a/project/x", "%2F"] {
            let key = body(&OwnerId(owner.into()), &project, &hash);
            let segments: Vec<&str> = key.split('/').collect();
            assert_eq!(segments.len(), 6, "{key}");
            assert!(segments.iter().all(|segment| *segment != ".."), "{key}");
        }
        assert_ne!(
            body(&OwnerId("%2F".into()), &project, &hash),
            body(&OwnerId("/".into()), &project, &hash),
            "escaping is one to one"
        );
    }

    #[test]
    fn sequence_numbers_sort_as_text() {
        assert!(event(9) < event(10));
        assert!(event(LAST_SEQUENCE - 1) < event(LAST_SEQUENCE));
    }
}
