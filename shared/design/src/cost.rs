//! Output of `critic_cost`: money from unit prices and stated usage.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

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
}
