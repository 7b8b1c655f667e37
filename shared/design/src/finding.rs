//! Findings of critics and policy, and the technical review.

use run::{card::Risk, question::Priority};
use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Sends the plan back.
    Blocking,
    /// Must be looked at before production.
    Major,
    /// Should be improved.
    Minor,
    /// Good to know.
    Info,
}

impl From<Severity> for Priority {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Blocking => Self::Critical,
            Severity::Major => Self::High,
            Severity::Minor => Self::Medium,
            Severity::Info => Self::Low,
        }
    }
}

/// Something that a critic found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// Stable id, such as `tech.throughput.serve`.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong in one sentence.
    pub title: String,
    /// The arithmetic or facts behind it.
    pub evidence: String,
    /// What would mend it.
    pub remedy: String,
    /// Patterns concerned.
    pub patterns: Vec<String>,
    /// True when choosing other patterns than those concerned may mend it, so that the planner should avoid them.
    pub replan: bool,
}

impl Finding {
    /// The finding as a risk on a reason card.
    pub fn risk(&self) -> Risk {
        Risk { severity: self.severity.into(), text: self.title.clone(), mitigation: self.remedy.clone() }
    }
}

/// A stage on the way of a request or an event, with its load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StageLoad {
    /// Id of the component's pattern.
    pub pattern: String,
    /// Peak arrivals per second.
    pub arrivals_per_second: f64,
    /// Capacity per second.
    pub capacity_per_second: f64,
    /// Arrivals over capacity; 1 is full.
    pub utilisation: f64,
    /// P95 latency without load, in milliseconds.
    pub service_ms: f64,
    /// P95 latency with queueing at this load, in milliseconds.
    pub loaded_ms: f64,
    /// The formula with its numbers.
    pub formula: String,
}

/// Parts that fail together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FailureDomain {
    /// What fails.
    pub name: String,
    /// Patterns that fail with it.
    pub patterns: Vec<String>,
    /// What the user of the system notices.
    pub effect: String,
}

/// Output of `critic_tech`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TechReview {
    /// The request path, stage by stage.
    pub stages: Vec<StageLoad>,
    /// Sum of the loaded latencies in milliseconds; `None` for batch designs.
    pub path_latency_ms: Option<f64>,
    /// Availability of the path in percent.
    pub availability_percent: f64,
    /// What fails together.
    pub failure_domains: Vec<FailureDomain>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}
