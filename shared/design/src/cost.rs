//! Output of `critic_cost`: money from unit prices and stated usage.

use serde::{Deserialize, Serialize};

use crate::{constraint::ConstraintField, finding::Finding, plan::Capability};

/// Hours of the month that providers bill by.
pub const HOURS_PER_MONTH: f64 = 730.0;
/// Seconds of that month.
pub const SECONDS_PER_MONTH: f64 = HOURS_PER_MONTH * 3600.0;

/// One line of an estimate: quantity times unit price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostLine {
    /// Id of the component's pattern.
    pub pattern: String,
    /// What is paid for, such as `ml.m5.large hosting`.
    pub item: String,
    /// How much of it in a month.
    pub quantity: f64,
    /// The unit, such as `instance-hour`.
    pub unit: String,
    /// US dollars per unit.
    pub unit_price_usd: f64,
    /// Quantity times unit price, US dollars per month.
    pub monthly_usd: f64,
    /// How the quantity was computed, such as `2 instances × 730 h`.
    pub formula: String,
    /// Id of the price in the catalogue.
    pub price_id: String,
    /// Where the unit price is from.
    pub price_source: String,
    /// Date of the unit price, ISO 8601.
    pub price_date: String,
}

/// A way to pay less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SavingsOption {
    /// What to do.
    pub title: String,
    /// US dollars per month saved.
    pub monthly_usd: f64,
    /// What is given up.
    pub trade_off: String,
    /// The arithmetic: the price now less the price of the changed design.
    #[serde(default)]
    pub evidence: String,
}

/// Where a number of the usage comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageBasis {
    /// The requirement, a field or an answer says it.
    Stated,
    /// Computed from what is stated alone.
    Derived,
    /// At least one number behind it was taken for granted.
    Assumed,
}

/// A number of the usage that is priced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UsageLine {
    /// What is counted, such as `requests per month`.
    pub name: String,
    /// How many.
    pub value: f64,
    /// The unit.
    pub unit: String,
    /// How it was computed, with its numbers, or which words or default say it.
    pub derivation: String,
    /// Whether it was stated, derived or assumed.
    pub basis: UsageBasis,
    /// The constraint that would change it.
    pub field: Option<ConstraintField>,
}

/// The range of one line, and what makes it wide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineRange {
    /// Id of the component's pattern.
    pub pattern: String,
    /// What is paid for.
    pub item: String,
    /// Low end, US dollars per month.
    pub low_usd: f64,
    /// Expected.
    pub expected_usd: f64,
    /// High end.
    pub high_usd: f64,
    /// Part of the whole estimate's width that is this line's, 0 to 1.
    pub share_of_width: f64,
    /// Which usage and which price widen it.
    pub why: String,
}

/// What one component costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ComponentCost {
    /// Id of the pattern.
    pub pattern: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub capability: Capability,
    /// Low end, US dollars per month.
    pub low_usd: f64,
    /// Expected.
    pub expected_usd: f64,
    /// High end.
    pub high_usd: f64,
    /// Part of the whole, 0 to 1.
    pub share: f64,
}

/// The cost of one thing that the system does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnitCost {
    /// What one pays for, such as `1,000 predictions`.
    pub per: String,
    /// US dollars for it.
    pub usd: f64,
    /// The arithmetic.
    pub formula: String,
}

/// A line that makes much of the cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostDriver {
    /// Id of the component's pattern.
    pub pattern: String,
    /// What is paid for.
    pub item: String,
    /// US dollars per month.
    pub monthly_usd: f64,
    /// Part of the whole, 0 to 1.
    pub share: f64,
    /// This and the larger ones together, 0 to 1.
    pub cumulative_share: f64,
    /// Quantity times unit price, with numbers.
    pub formula: String,
}

/// What a provider gives without charge. It is never taken off the estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FreeTierLine {
    /// What is free, such as `Lambda requests`.
    pub item: String,
    /// How much of it is free in a month.
    pub allowance: f64,
    /// The unit.
    pub unit: String,
    /// How much of it the design uses in a month.
    pub used: f64,
    /// US dollars per month that the allowance is worth to this design.
    pub worth_usd: f64,
    /// For whom and how long, such as `every account, without end`.
    pub terms: String,
    /// Where that is written.
    pub source: String,
    /// Date of the source, year and month.
    pub date: String,
}

/// What the same design costs at another load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoadCost {
    /// Times the load of the estimate.
    pub factor: f64,
    /// Requests, events or records per second, average.
    pub average_per_second: f64,
    /// Peak per second.
    pub peak_per_second: f64,
    /// Expected US dollars per month.
    pub monthly_usd: f64,
    /// US dollars per 1,000 predictions.
    pub usd_per_thousand: f64,
    /// Latency at the objective's percentile, in milliseconds; `None` for batch designs and when it is overloaded.
    pub latency_ms: Option<f64>,
    /// Objectives and limits that break at this load and not at that of the estimate.
    pub breaks: Vec<String>,
}

/// A candidate against the selected one, in money and in what the money buys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CandidateTradeOff {
    /// Id of the candidate.
    pub candidate: String,
    /// Its name.
    pub name: String,
    /// US dollars per month more than the selected one (negative: less).
    pub usd_more: f64,
    /// P95 milliseconds slower than the selected one (negative: faster), where both have a latency.
    pub ms_slower: Option<f64>,
    /// Percent points more available (negative: less).
    pub percent_more_available: f64,
    /// Hours of work more per month (negative: less).
    pub hours_more: f64,
    /// US dollars a month for each millisecond at P95 that the dearer of the two is faster.
    pub usd_per_ms: Option<f64>,
    /// US dollars for each hour of work that the dearer of the two saves.
    pub usd_per_hour: Option<f64>,
    /// Hard constraints that it breaks.
    pub breaks: Vec<String>,
}

/// How the estimate stands against the budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BudgetVerdict {
    /// The budget, US dollars per month.
    pub limit_usd: f64,
    /// Expected cost over budget, 1 = all of it.
    pub used_share: f64,
    /// True when the expected cost is within the budget.
    pub within: bool,
}

/// US dollars per month, with a range and a breakdown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostEstimate {
    /// Low end: usage at half of what was assumed where it is assumed.
    pub low_usd: f64,
    /// Expected; the sum of the lines.
    pub expected_usd: f64,
    /// High end: usage at peak where only averages are known.
    pub high_usd: f64,
    /// The lines.
    pub lines: Vec<CostLine>,
    /// Usage that was assumed, one line each.
    pub assumptions: Vec<String>,
}

/// Output of `critic_cost`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CostReview {
    /// The selected candidate's estimate.
    pub estimate: CostEstimate,
    /// Against the budget, where there is one.
    pub budget: Option<BudgetVerdict>,
    /// Ways to pay less, the largest first.
    pub savings: Vec<SavingsOption>,
    /// Cost against performance, one line each.
    pub trade_offs: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The usage that is priced.
    #[serde(default)]
    pub usage: Vec<UsageLine>,
    /// What each component costs, the dearest first.
    #[serde(default)]
    pub components: Vec<ComponentCost>,
    /// Cost per prediction, per training run and so on.
    #[serde(default)]
    pub unit_costs: Vec<UnitCost>,
    /// The lines that make most of the cost, the largest first.
    #[serde(default)]
    pub drivers: Vec<CostDriver>,
    /// What makes the range wide, the widest first.
    #[serde(default)]
    pub range: Vec<LineRange>,
    /// What providers give without charge; never taken off the estimate.
    #[serde(default)]
    pub free_tier: Vec<FreeTierLine>,
    /// Cost at other loads.
    #[serde(default)]
    pub sensitivity: Vec<LoadCost>,
    /// The other candidates against the selected one.
    #[serde(default)]
    pub comparison: Vec<CandidateTradeOff>,
}
