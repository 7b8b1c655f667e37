//! A design tried with other numbers: what it would cost and keep, and what would be chosen instead.

use serde::{Deserialize, Serialize};

use crate::plan::Capability;

/// Numbers to try in place of a design's own. What is left out stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedValues {
    /// Requests, events or records per second, average. The peak follows in the design's own proportion.
    #[serde(default)]
    #[schema(minimum = 0.001, maximum = 1e6, example = 50.0)]
    pub average_per_second: Option<f64>,
    /// Data stored at the beginning, in gigabytes. New data a day follows where it was not stated.
    #[serde(default)]
    #[schema(minimum = 0.001, maximum = 1e7)]
    pub stored_gb: Option<f64>,
    /// New data a day, in gigabytes.
    #[serde(default)]
    #[schema(minimum = 0.0, maximum = 1e6)]
    pub daily_gb: Option<f64>,
    /// Milliseconds that an answer may take, at the design's own percentile (95 where it has none).
    #[serde(default)]
    #[schema(minimum = 1.0, maximum = 86400000.0)]
    pub latency_ms: Option<f64>,
    /// Availability, in percent of the time.
    #[serde(default)]
    #[schema(minimum = 90.0, maximum = 100.0)]
    pub availability_percent: Option<f64>,
    /// Budget in US dollars a month.
    #[serde(default)]
    #[schema(minimum = 1.0, maximum = 1e9)]
    pub budget_usd_per_month: Option<f64>,
}

/// A number that can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriedField {
    /// [`TriedValues::average_per_second`].
    AveragePerSecond,
    /// [`TriedValues::stored_gb`].
    StoredGb,
    /// [`TriedValues::daily_gb`].
    DailyGb,
    /// [`TriedValues::latency_ms`].
    LatencyMs,
    /// [`TriedValues::availability_percent`].
    AvailabilityPercent,
    /// [`TriedValues::budget_usd_per_month`].
    BudgetUsdPerMonth,
}

impl TriedField {
    /// All fields, in the order of forms.
    pub const ALL: [Self; 6] = [
        Self::AveragePerSecond,
        Self::StoredGb,
        Self::DailyGb,
        Self::LatencyMs,
        Self::AvailabilityPercent,
        Self::BudgetUsdPerMonth,
    ];

    /// The field's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AveragePerSecond => "average_per_second",
            Self::StoredGb => "stored_gb",
            Self::DailyGb => "daily_gb",
            Self::LatencyMs => "latency_ms",
            Self::AvailabilityPercent => "availability_percent",
            Self::BudgetUsdPerMonth => "budget_usd_per_month",
        }
    }

    /// The smallest and the largest number that mean something; both are accepted.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::AveragePerSecond => (0.001, 1e6),
            Self::StoredGb => (0.001, 1e7),
            Self::DailyGb => (0.0, 1e6),
            // A day: what may take longer has no latency.
            Self::LatencyMs => (1.0, 86_400_000.0),
            Self::AvailabilityPercent => (90.0, 100.0),
            Self::BudgetUsdPerMonth => (1.0, 1e9),
        }
    }
}

impl TriedValues {
    /// The number that is tried for a field.
    pub fn get(&self, field: TriedField) -> Option<f64> {
        match field {
            TriedField::AveragePerSecond => self.average_per_second,
            TriedField::StoredGb => self.stored_gb,
            TriedField::DailyGb => self.daily_gb,
            TriedField::LatencyMs => self.latency_ms,
            TriedField::AvailabilityPercent => self.availability_percent,
            TriedField::BudgetUsdPerMonth => self.budget_usd_per_month,
        }
    }
}

/// One of the numbers, as the design has it and as it is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TriedValue {
    /// Which number.
    pub field: TriedField,
    /// The design's own; null where it has none, such as a budget that nobody named.
    pub now: Option<f64>,
    /// The one that is tried; the same as `now` where nothing is.
    pub tried: Option<f64>,
    /// True when a person said the design's own number; false when it was taken for granted or does not exist.
    pub stated: bool,
    /// The smallest number that is accepted.
    pub minimum: f64,
    /// The largest number that is accepted.
    pub maximum: f64,
}

/// The chosen design in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PricedDesign {
    /// Low end of the range, US dollars a month.
    pub low_usd: f64,
    /// Expected US dollars a month.
    pub monthly_usd: f64,
    /// High end of the range.
    pub high_usd: f64,
    /// US dollars for 1,000 predictions.
    pub usd_per_thousand: f64,
    /// Latency at the objective's percentile; null for batch designs and when it is overloaded.
    pub latency_ms: Option<f64>,
    /// The percentile.
    pub percentile: f64,
    /// Availability by the providers' agreements.
    pub availability_percent: f64,
    /// Most requests per second; null where nothing bounds them.
    pub max_per_second: Option<f64>,
    /// Objectives and limits that it breaks.
    pub violations: Vec<String>,
    /// What each part costs, the dearest first.
    pub parts: Vec<PricedPart>,
}

/// What a part of the design costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PricedPart {
    /// Id of its pattern.
    pub pattern: String,
    /// Its name.
    pub name: String,
    /// Expected US dollars a month, without the network.
    pub monthly_usd: f64,
}

/// A part that another one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OtherPart {
    /// What it is for.
    pub capability: Capability,
    /// Name of the part now; null where there is none.
    pub from: Option<String>,
    /// Name of the part then; null where it is no longer needed.
    pub to: Option<String>,
}

/// What the planner chooses with the numbers that are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TriedChoice {
    /// True when it is the same design.
    pub same: bool,
    /// Name of the design.
    pub name: String,
    /// Expected US dollars a month.
    pub monthly_usd: f64,
    /// P95 latency in milliseconds; null for batch designs.
    pub latency_p95_ms: Option<f64>,
    /// Objectives and limits that even it breaks.
    pub violations: Vec<String>,
    /// Where it differs.
    pub parts: Vec<OtherPart>,
}

/// What other numbers would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WhatIf {
    /// The numbers.
    pub values: Vec<TriedValue>,
    /// The chosen design with its own numbers.
    pub now: PricedDesign,
    /// The same design, sized anew for the numbers that are tried.
    pub tried: PricedDesign,
    /// What `tried` costs more than `now`, US dollars a month.
    pub delta_usd: f64,
    /// The same in percent of `now`; null when `now` costs nothing.
    pub delta_percent: Option<f64>,
    /// What the planner chooses with the numbers that are tried.
    pub choice: TriedChoice,
}
