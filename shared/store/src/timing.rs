//! How long nodes took before, and what remains according to that.

use run::node::NodeName;
use serde::{Deserialize, Serialize};

/// What is known of a node's duration in earlier runs of an owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeTiming {
    /// The node.
    pub node: NodeName,
    /// How often it was measured.
    pub count: u64,
    /// Mean duration in milliseconds.
    pub mean_ms: f64,
}

/// Seconds of work that remain, from history; `None` when nothing is known of any of the remaining nodes.
/// A node without history counts as the mean of the known ones.
pub fn eta_seconds(history: &[NodeTiming], remaining: &[NodeName]) -> Option<f64> {
    let known: Vec<f64> = remaining
        .iter()
        .filter_map(|node| history.iter().find(|timing| timing.node == *node && timing.count > 0))
        .map(|timing| timing.mean_ms)
        .collect();
    if remaining.is_empty() {
        return Some(0.0);
    }
    if known.is_empty() {
        return None;
    }
    let sum: f64 = known.iter().sum();
    let mean = sum / known.len() as f64;
    Some((sum + mean * (remaining.len() - known.len()) as f64) / 1000.0)
}
