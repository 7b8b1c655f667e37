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
