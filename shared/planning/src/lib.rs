//! Composes capability patterns into candidate architectures, scores them and says why one wins.
//!
//! The way of thinking: size every pattern of the catalogue for the workload ([`estimate::part`]); drop what does not
//! suit, was excluded, or was found faulty ([`feedback`]); join what goes together ([`compose`]); score by criteria whose
//! weights come from the constraints and from what a person gave ([`score`]); order and pick ([`rank`]); compare by cost,
//! latency, work and risk ([`pareto`]); and say why in the user's own numbers ([`explain`]). Defaults that nobody asked
//! for give way ([`defaults`]); where nothing meets everything, what would have to give is planned for too ([`relax`]).
//!
//! The planner's agent decides with it; the agent that asks questions plans with other answers to see which question
//! would change the design ([`what_if`](mod@what_if)), and the API tries a plan with other numbers
//! ([`trial`](mod@trial)).
//!
//! Architecture invariant: pure thinking; it knows no store, no run and no agent.

pub mod answer;
pub mod compose;
pub mod decide;
pub mod defaults;
pub mod explain;
pub mod feedback;
pub mod pareto;
pub mod rank;
pub mod relax;
pub mod score;
pub mod trial;
pub mod what_if;

use std::collections::BTreeMap;

pub use decide::{Judged, plan, plan_with};
use design::{
    constraint::ConstraintSet,
    cost::CostReview,
    finding::TechReview,
    plan::{Criterion, PlanDecision},
    policy::PolicyReport,
    what_if::TriedValues,
};
pub use rank::Winner;
pub use trial::trial;
pub use what_if::{Outcome, Replaced, glance, what_if, what_if_not};

/// What is to be planned.
#[derive(Debug, Clone, Default)]
pub struct Brief {
    /// The constraints as they were read from the requirement.
    pub constraints: ConstraintSet,
    /// How much each criterion counts, where it was given with the requirement.
    pub weights: BTreeMap<Criterion, f64>,
    /// Score of the coverage, where it was checked.
    pub coverage: Option<f64>,
    /// The plan of the round before, and what was said of it.
    pub previous: Option<Previous>,
    /// Comments of all revisions that a person asked for, in order.
    pub comments: Vec<String>,
    /// True when the newest round comes from such a comment.
    pub revised_now: bool,
    /// Numbers that are tried in place of what was read and of what comments said.
    pub tried: TriedValues,
}

/// The plan of the round before, and what was said of it.
#[derive(Debug, Clone)]
pub struct Previous {
    /// The plan.
    pub plan: PlanDecision,
    /// What the technical critic said of it.
    pub tech: Option<TechReview>,
    /// What the cost critic said of it.
    pub cost: Option<CostReview>,
    /// What the policy engine said of it.
    pub policy: Option<PolicyReport>,
}
