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

/// One part on a path, with its share of the path's budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PathStage {
    /// Id of the component's pattern.
    pub pattern: String,
    /// Arrivals per second at peak, in the path's unit of work; 0 where nothing arrives one by one.
    pub arrivals_per_second: f64,
    /// Most per second; `None` where nothing bounds it.
    pub capacity_per_second: Option<f64>,
    /// Arrivals over capacity, or the busy share of the time; `None` where nothing bounds it.
    pub utilisation: Option<f64>,
    /// Time that the stage takes at this load, in the path's unit.
    pub time: f64,
    /// Its part of the objective, or of the path's time where there is no objective, 0 to 1 and more.
    pub share: f64,
    /// The formula with its numbers.
    pub formula: String,
}

/// A way through the design, with its budget of time and its load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PathBudget {
    /// `request`, `event`, `ingest`, `scoring` or `training`.
    pub name: String,
    /// What goes along it.
    pub what: String,
    /// Unit of its times: `ms` or `h`.
    pub unit: String,
    /// Percentile of its times, where they have one.
    pub percentile: Option<f64>,
    /// The parts in their order.
    pub stages: Vec<PathStage>,
    /// Time of the whole path; `None` when a stage is overloaded.
    pub total: Option<f64>,
    /// The objective, where there is one.
    pub objective: Option<f64>,
    /// True when a person stated the objective; an assumed or accepted one is soft.
    pub objective_is_hard: bool,
    /// Most per second along the whole path; `None` where nothing bounds it.
    pub max_per_second: Option<f64>,
    /// The pattern that bounds it.
    pub bottleneck: Option<String>,
    /// The sum with its numbers.
    pub formula: String,
}

/// A documented limit of a service against what the design takes of it at peak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuotaUse {
    /// Id of the component's pattern.
    pub pattern: String,
    /// What is limited.
    pub name: String,
    /// The documented default.
    pub limit: f64,
    /// What is counted.
    pub unit: String,
    /// What the design takes at peak; `None` where the catalogue cannot compute it.
    pub demand: Option<f64>,
    /// Demand over limit; `None` where there is no demand to compute, or the limit is nought.
    pub share: Option<f64>,
    /// Peak per second at which the limit is reached, about; `None` where the load makes no difference.
    pub reached_at_per_second: Option<f64>,
    /// True when the provider raises it on request.
    pub adjustable: bool,
    /// Where it is written.
    pub source: String,
    /// How the demand was computed, with its numbers.
    pub formula: String,
}

/// What stops and what goes stale when one part fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BlastRadius {
    /// The part that fails.
    pub pattern: String,
    /// True when answers stop.
    pub requests_fail: bool,
    /// Parts that stop with it.
    pub stops: Vec<String>,
    /// Parts that go on with what they have, which grows old.
    pub goes_stale: Vec<String>,
    /// Parts of the design that it reaches, itself included, 0 to 1.
    pub share: f64,
    /// True when it runs as one unit.
    pub single_point: bool,
    /// Hours a month that it may be out by the provider's agreement.
    pub hours_out_per_month: f64,
    /// What is noticed.
    pub effect: String,
}

/// How parts are bound to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouplingKind {
    /// A request waits for all of them, one after another.
    Synchronous,
    /// One works on what another hands over, so that both change together.
    Contract,
    /// They share a service's control plane, quotas and outages.
    SharedService,
}

/// Parts that change, deploy or fail together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Coupling {
    /// How.
    pub kind: CouplingKind,
    /// Which.
    pub patterns: Vec<String>,
    /// What binds them.
    pub why: String,
    /// What loosens it.
    pub remedy: String,
}

/// A cold start against the latency objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ColdStartReview {
    /// Id of the component's pattern.
    pub pattern: String,
    /// Milliseconds, median.
    pub p50_ms: f64,
    /// Milliseconds that 99 of 100 stay below.
    pub p99_ms: f64,
    /// When it happens.
    pub when: String,
    /// True when a request waits for it.
    pub meets_requests: bool,
    /// Share of the requests that meet one, where that can be computed.
    pub share_of_requests: Option<f64>,
    /// Latency of such a request, in milliseconds: the path and the median cold start.
    pub cold_latency_ms: Option<f64>,
    /// The arithmetic.
    pub formula: String,
    /// What keeps it from happening, and at what price.
    pub avoided_by: String,
    /// Where the numbers are from.
    pub source: String,
}

/// Where the data is, and under whose law.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Residency {
    /// The region of the design.
    pub region: String,
    /// Its jurisdiction; `None` when the region is not in the catalogue.
    pub jurisdiction: Option<String>,
    /// Regions that the requirement allows; empty when it says nothing.
    pub allowed_regions: Vec<String>,
    /// Regions that it excludes.
    pub excluded_regions: Vec<String>,
    /// Patterns that may work outside the region.
    pub leaves_the_region: Vec<String>,
    /// True when the region is one of the allowed, none of the excluded, and no pattern leaves it.
    pub kept: bool,
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
    /// The ways of requests, data and training, each with its budget.
    #[serde(default)]
    pub paths: Vec<PathBudget>,
    /// The services' limits and what is taken of them.
    #[serde(default)]
    pub quotas: Vec<QuotaUse>,
    /// What each part takes with it when it fails, the farthest first.
    #[serde(default)]
    pub blast_radius: Vec<BlastRadius>,
    /// What is bound together.
    #[serde(default)]
    pub couplings: Vec<Coupling>,
    /// Cold starts.
    #[serde(default)]
    pub cold_starts: Vec<ColdStartReview>,
    /// Where the data is.
    #[serde(default)]
    pub residency: Residency,
}
