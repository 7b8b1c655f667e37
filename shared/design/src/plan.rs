//! Output of `planner`: candidate architectures and the one selected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    constraint::{ConstraintField, ConstraintSet},
    cost::CostEstimate,
};

/// What a component is for; the order is that of the data's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Getting data in.
    Ingest,
    /// Cleaning and shaping it.
    Transform,
    /// Keeping it.
    Store,
    /// Features for training and serving.
    Feature,
    /// Training and evaluation.
    Train,
    /// Predictions.
    Serve,
    /// Watching data, model and service.
    Observe,
    /// Registry, lineage, access, secrets.
    Govern,
}

impl Capability {
    /// All capabilities in order.
    pub const ALL: [Self; 8] = [
        Self::Ingest,
        Self::Transform,
        Self::Store,
        Self::Feature,
        Self::Train,
        Self::Serve,
        Self::Observe,
        Self::Govern,
    ];

    /// The capability's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Transform => "transform",
            Self::Store => "store",
            Self::Feature => "feature",
            Self::Train => "train",
            Self::Serve => "serve",
            Self::Observe => "observe",
            Self::Govern => "govern",
        }
    }
}

/// Why a choice was made: claim, the constraint behind it, and its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trace {
    /// What is claimed.
    pub claim: String,
    /// The constraint behind it; `None` where it rests on the pattern's own facts.
    pub field: Option<ConstraintField>,
    /// The requirement's words, where there are some.
    pub quote: Option<String>,
}

/// One part of an architecture: a capability pattern, sized for the constraints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Component {
    /// What it is for.
    pub capability: Capability,
    /// Id of the pattern in the catalogue, such as `serve.sagemaker-real-time`.
    pub pattern: String,
    /// The pattern's name for people.
    pub name: String,
    /// The cloud services used, such as `Amazon SageMaker real-time endpoint`.
    pub services: Vec<String>,
    /// Sizing by name, such as `instance_type` = `ml.m5.large`, `instance_count` = `2`.
    pub sizing: BTreeMap<String, String>,
    /// Most requests or events per second at this size; `None` where it does not bound the flow.
    pub max_per_second: Option<f64>,
    /// Part of a request's latency at P95, in milliseconds; 0 when it is not on the request path.
    pub latency_ms: f64,
    /// Availability of this part in percent.
    pub availability_percent: f64,
    /// Why this pattern and this size.
    pub rationale: String,
    /// The constraints behind it.
    pub traces: Vec<Trace>,
}

/// What a candidate can do and what it takes, from the same arithmetic as the critics'.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CandidateMetrics {
    /// Expected US dollars per month.
    pub monthly_usd: f64,
    /// P95 latency of a request in milliseconds; `None` for batch designs.
    pub latency_p95_ms: Option<f64>,
    /// Most requests or events per second; `None` where nothing bounds it.
    pub max_per_second: Option<f64>,
    /// Availability in percent: the product of the parts on the request path.
    pub availability_percent: f64,
    /// Hours per month that people spend on running it.
    pub operations_hours_per_month: f64,
    /// 0 (none) to 1: share of parts that are new to the team, single points of failure and lock-in.
    pub risk: f64,
}

/// What candidates are scored by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Money.
    Cost,
    /// Answer time.
    Latency,
    /// Rate that is carried.
    Throughput,
    /// Time in service.
    Availability,
    /// Work of running it.
    Operations,
    /// Protection of data.
    Security,
    /// Suits the use case, and what is wanted by name.
    Fit,
}

impl Criterion {
    /// All criteria.
    pub const ALL: [Self; 7] =
        [Self::Cost, Self::Latency, Self::Throughput, Self::Availability, Self::Operations, Self::Security, Self::Fit];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Latency => "latency",
            Self::Throughput => "throughput",
            Self::Availability => "availability",
            Self::Operations => "operations",
            Self::Security => "security",
            Self::Fit => "fit",
        }
    }
}

/// Where a criterion's weight came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightSource {
    /// From what the constraints say.
    Constraints,
    /// From findings or a wish of a person that sent the plan back.
    Feedback,
    /// Given with the requirement.
    Input,
    /// Asked for in the comment of a revision.
    Comment,
    /// What those that were given leave over, in the proportions of the constraints.
    Rest,
}

/// The weight of a criterion, and why it is that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WeightUsed {
    /// The criterion.
    pub criterion: Criterion,
    /// 0 to 1; all weights sum to 1.
    pub weight: f64,
    /// Where it came from.
    pub source: WeightSource,
    /// Why it is that.
    pub reason: String,
}

/// A point of the comparison by cost, latency, work and risk; less is better in each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ParetoPoint {
    /// What it is, such as `Serverless endpoint with managed training`.
    pub name: String,
    /// Ids of its patterns in the order of capabilities.
    pub patterns: Vec<String>,
    /// Id of the candidate that it is; `None` for a point that is no candidate.
    pub candidate: Option<String>,
    /// Expected US dollars per month.
    pub monthly_usd: f64,
    /// P95 latency of a request in milliseconds; `None` for batch designs.
    pub latency_p95_ms: Option<f64>,
    /// Hours per month that people spend on running it.
    pub operations_hours_per_month: f64,
    /// 0 (none) to 1, as in [`CandidateMetrics::risk`].
    pub risk: f64,
    /// The weighted score, 0 to 1.
    pub score: f64,
    /// True when it breaks no constraint.
    pub feasible: bool,
    /// True when no other feasible design is at least as good in all four and better in one.
    pub on_front: bool,
    /// What is better in one and no worse in the others, in words; `None` on the front.
    pub dominated_by: Option<String>,
    /// What it is the best at, such as `cheapest`; empty for others.
    pub best_at: Vec<String>,
}

/// One constraint that gives way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// The constraint.
    pub field: ConstraintField,
    /// Its value now.
    pub from: String,
    /// The value that would do.
    pub to: String,
}

/// A way to make an infeasible requirement feasible, with its price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Relaxation {
    /// What gives way.
    pub changes: Vec<Change>,
    /// US dollars per month of the best design then.
    pub monthly_usd: f64,
    /// Its P95 latency; `None` for batch designs.
    pub latency_p95_ms: Option<f64>,
    /// Most requests or events per second that it carries; `None` where nothing bounds them.
    pub max_per_second: Option<f64>,
    /// Its availability in percent.
    pub availability_percent: f64,
    /// Its name.
    pub candidate: String,
    /// All of it in one sentence.
    pub text: String,
}

/// An accepted default that was set aside, because nothing that was said asks for it and no design keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Override {
    /// The constraint.
    pub field: ConstraintField,
    /// The default.
    pub from: String,
    /// What is planned for instead.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// A criterion's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CriterionScore {
    /// `cost`, `latency`, `throughput`, `availability`, `operations`, `security`, `fit`.
    pub criterion: String,
    /// Its weight; all weights sum to 1.
    pub weight: f64,
    /// 0 to 1.
    pub score: f64,
    /// How the score came about.
    pub explanation: String,
}

/// The private network that an architecture runs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Network {
    /// True when the data demands that everything runs in it; otherwise only the parts do that cannot do without.
    pub private: bool,
    /// Zones in which there are endpoints, 1 or 2: as redundant as what serves.
    pub zones: u32,
    /// Services that are called from it through an interface endpoint, such as `logs`, sorted; empty where there are only
    /// jobs in it, which have a way out instead, and where the provider does not charge by the network.
    pub endpoints: Vec<String>,
}

/// A complete architecture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Candidate {
    /// Stable id made from its patterns.
    pub id: String,
    /// A short name, such as `Serverless endpoint with managed training`.
    pub name: String,
    /// What it is in a sentence or two.
    pub summary: String,
    /// Its parts, in the order of capabilities; several per capability are possible.
    pub components: Vec<Component>,
    /// The network that the parts run in; `None` when no part needs one.
    #[serde(default)]
    pub network: Option<Network>,
    /// What it can do and what it takes.
    pub metrics: CandidateMetrics,
    /// Price, from the same engine as the cost critic's.
    pub cost: CostEstimate,
    /// Score per criterion.
    pub scores: Vec<CriterionScore>,
    /// Weighted sum, 0 to 1.
    pub total_score: f64,
    /// Hard constraints that it breaks, in words; empty when feasible.
    pub violations: Vec<String>,
    /// Why it lost against the selected one; `None` for the selected.
    pub why_not: Option<String>,
}

/// Something taken for granted because nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assumption {
    /// The constraint, where it is one.
    pub field: Option<ConstraintField>,
    /// What is assumed.
    pub text: String,
}

/// Output of `planner`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanDecision {
    /// The constraints that are planned for: the requirement's, with what the comments of revisions changed. Everything
    /// after the planner judges and generates by these.
    pub constraints: ConstraintSet,
    /// Ids of policy rules that a person accepted to be broken, in the comment of a revision.
    pub waived: Vec<String>,
    /// The candidates, best first; the first is the selected one.
    pub candidates: Vec<Candidate>,
    /// Id of the selected candidate.
    pub selected: String,
    /// Why it was selected.
    pub reason: String,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
    /// Patterns left out because of earlier findings or a revision's comment, with the reason.
    pub excluded: Vec<Exclusion>,
    /// What this round did about the feedback that sent the plan back; empty in the first round.
    pub responses: Vec<String>,
    /// 0 to 1: from coverage of the constraints, the margin to the runner-up, and violations.
    pub confidence: f64,
    /// What the confidence was computed from.
    pub confidence_basis: Vec<String>,
    /// The weights of the criteria, and where each came from.
    #[serde(default)]
    pub weights: Vec<WeightUsed>,
    /// The candidates and the other designs worth showing, by cost, latency, work and risk; from all feasible
    /// combinations. Empty where nothing is feasible.
    #[serde(default)]
    pub pareto: Vec<ParetoPoint>,
    /// How many feasible combinations were compared, and how many of them are on the front.
    #[serde(default)]
    pub compared: Compared,
    /// What would have to give way, the nearest first; empty where something is feasible.
    #[serde(default)]
    pub relaxations: Vec<Relaxation>,
    /// Accepted defaults that were set aside.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

/// How much was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Compared {
    /// Combinations of patterns that go together.
    pub combinations: u32,
    /// Those that break no constraint.
    pub feasible: u32,
    /// Those of the feasible that nothing dominates.
    pub front: u32,
}

impl PlanDecision {
    /// The selected candidate; `None` only in a broken document.
    pub fn selected(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == self.selected)
    }
}

/// A pattern left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exclusion {
    /// The pattern's id.
    pub pattern: String,
    /// Why.
    pub reason: String,
}
