//! A component for tests.

use std::collections::BTreeMap;

use design::plan::{Capability, Component};

/// A part of a plan with these services, without sizes and reasons.
pub(crate) fn component(capability: Capability, pattern: &str, services: &[&str]) -> Component {
    Component {
        capability,
        pattern: pattern.into(),
        name: pattern.into(),
        services: services.iter().map(|&service| service.to_owned()).collect(),
        sizing: BTreeMap::new(),
        max_per_second: None,
        latency_ms: 0.0,
        availability_percent: 99.9,
        rationale: String::new(),
        traces: Vec::new(),
    }
}
