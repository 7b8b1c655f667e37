//! Criteria, their weights and scores.
//!
//! Weights begin equal in spirit and grow with what the constraints say: a stated budget makes cost count more, a tight
//! latency makes latency count more, and so on. All weights sum to 1, and each explains itself.

use design::{
    constraint::{ConstraintField, DataClass, Deployment},
    plan::CriterionScore,
    words::{percent, readable},
};
use estimate::workload::Workload;

use crate::{compose::Combination, feedback::Feedback};

/// Latency below which an objective is tight: network, gateway and model each take some of it.
const TIGHT_LATENCY_MS: f64 = 100.0;
/// Hours a month that one person can give to running a system beside other work.
const HOURS_PER_PERSON: f64 = 16.0;
/// How much a wish of a person's comment multiplies its criterion's weight.
const WISH: f64 = 3.0;

/// A criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Weight of each criterion with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights(Vec<(Criterion, f64, String)>);

impl Weights {
    /// Weights from what is asked.
    pub fn of(workload: &Workload, feedback: &Feedback) -> Self {
        let stated = |field| !workload.is_assumed(field);
        let batch = workload.deployment == Deployment::Batch;
        let mut weights: Vec<(Criterion, f64, String)> = Criterion::ALL
            .iter()
            .map(|criterion| {
                let (weight, why) = match criterion {
                    Criterion::Cost => match workload.budget_usd {
                        Some(budget) => (3.0, format!("a budget of ${} was stated", readable(budget))),
                        None => (2.0, "no budget was stated".to_owned()),
                    },
                    Criterion::Latency => match workload.latency_target_ms {
                        _ if batch => (0.0, "batch results have no latency".to_owned()),
                        Some(target) if target <= TIGHT_LATENCY_MS => {
                            (2.5, format!("{} ms is tight", readable(target)))
                        }
                        Some(target) => (1.5, format!("{} ms were asked", readable(target))),
                        None => (0.7, "no latency was stated".to_owned()),
                    },
                    Criterion::Throughput => {
                        if stated(ConstraintField::Throughput) {
                            (1.0, "a rate was stated".to_owned())
                        } else {
                            (0.4, "no rate was stated".to_owned())
                        }
                    }
                    Criterion::Availability => match workload.availability_target {
                        Some(target) if target >= 99.9 => (1.5, format!("{} were asked", percent(target))),
                        Some(target) => (1.0, format!("{} were asked", percent(target))),
                        None => (0.6, "no availability was stated".to_owned()),
                    },
                    Criterion::Operations => {
                        let people = workload.variable("team_size");
                        if people <= 3.0 {
                            (2.0, format!("{} people run it", readable(people)))
                        } else {
                            (1.0, format!("{} people can run it", readable(people)))
                        }
                    }
                    Criterion::Security => {
                        if workload.data_class.is_some_and(|class| class >= DataClass::Pii)
                            || !workload.frameworks.is_empty()
                        {
                            (2.0, "the data is protected by law or contract".to_owned())
                        } else {
                            (0.7, "the data is not specially protected".to_owned())
                        }
                    }
                    Criterion::Fit => (3.0, "patterns differ in how well they suit the use case".to_owned()),
                };
                (*criterion, weight, why)
            })
            .collect();
        for (criterion, weight, why) in &mut weights {
            let wished = match criterion {
                Criterion::Cost => feedback.below_usd.is_some(),
                Criterion::Latency => feedback.below_ms.is_some(),
                Criterion::Availability => feedback.above_percent.is_some(),
                Criterion::Operations => feedback.below_hours.is_some(),
                Criterion::Throughput | Criterion::Security | Criterion::Fit => false,
            };
            if wished {
                *weight *= WISH;
                why.push_str(", and the feedback asks for it");
            }
        }
        let sum: f64 = weights.iter().map(|(_, weight, _)| weight).sum();
        for (_, weight, _) in &mut weights {
            *weight /= sum;
        }
        Self(weights)
    }

    /// Each criterion with its weight and the reason for it.
    pub fn iter(&self) -> impl Iterator<Item = (Criterion, f64, &str)> {
        self.0.iter().map(|(criterion, weight, why)| (*criterion, *weight, why.as_str()))
    }
}

/// The best of each kind among the combinations, which the others are measured by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    usd: f64,
    p95_ms: f64,
}

impl Best {
    /// The best among the feasible, or among all when none is.
    pub fn of(combinations: &[Combination]) -> Self {
        let feasible = combinations.iter().any(|one| one.violations() == 0);
        let best = |value: fn(&Combination) -> f64| {
            combinations
                .iter()
                .filter(|one| !feasible || one.violations() == 0)
                .map(value)
                .fold(f64::INFINITY, f64::min)
        };
        Self { usd: best(|one| one.usd), p95_ms: best(|one| one.p95_ms) }
    }
}

/// Score of one criterion, 0 to 1.
pub fn score(criterion: Criterion, one: &Combination, best: &Best, workload: &Workload) -> f64 {
    let ratio = |best: f64, own: f64| if own <= best || own <= 0.0 { 1.0 } else { best / own };
    let value = match criterion {
        Criterion::Cost => {
            // Ten dollars more or less say nothing about an architecture.
            let relative = ratio(best.usd + 10.0, one.usd + 10.0).sqrt();
            match workload.budget_usd {
                // Within a budget, what it is spent on matters more than who is cheapest.
                Some(budget) => 0.3 * relative + 0.7 * within(one.usd / budget),
                None => relative,
            }
        }
        Criterion::Latency => {
            if workload.deployment == Deployment::Batch {
                1.0
            } else {
                match workload.latency_target_ms {
                    Some(target) => within(one.latency_ms / target),
                    None => ratio(best.p95_ms, one.p95_ms).sqrt(),
                }
            }
        }
        Criterion::Throughput => {
            if one.headroom.is_infinite() {
                1.0
            } else {
                (one.headroom / 1.4).clamp(0.0, 1.0)
            }
        }
        Criterion::Availability => {
            // Nines: two of them are 0, four of them are 1.
            let nines = |percent: f64| -((100.0 - percent).max(0.0005) / 100.0).log10();
            match workload.availability_target {
                Some(target) if one.availability < target => 0.5 * (nines(one.availability) / nines(target)).min(1.0),
                Some(target) => (0.7 + 0.3 * (nines(one.availability) - nines(target))).min(1.0),
                None => ((nines(one.availability) - 2.0) / 2.0).clamp(0.0, 1.0),
            }
        }
        Criterion::Operations => {
            let capacity = workload.variable("team_size") * HOURS_PER_PERSON;
            1.0 / (1.0 + (one.hours / capacity).powi(2))
        }
        Criterion::Security => one.security,
        Criterion::Fit => one.fit,
    };
    value.clamp(0.0, 1.0)
}

/// 1 for nothing used, 0.5 for all of it, quickly to 0 beyond.
fn within(used: f64) -> f64 {
    if used <= 1.0 { 1.0 - 0.5 * used } else { 0.5 / (used * used) }
}

/// Weighted sum.
pub fn total(one: &Combination, best: &Best, workload: &Workload, weights: &Weights) -> f64 {
    weights.iter().map(|(criterion, weight, _)| weight * score(criterion, one, best, workload)).sum()
}

/// Scores with their explanations.
pub fn explained(one: &Combination, best: &Best, workload: &Workload, weights: &Weights) -> Vec<CriterionScore> {
    weights
        .iter()
        .map(|(criterion, weight, why)| {
            let fact = match criterion {
                Criterion::Cost => match workload.budget_usd {
                    Some(budget) => format!(
                        "${} a month is {} % of the budget; the cheapest is ${}",
                        readable(one.usd),
                        readable((one.usd / budget * 100.0).round()),
                        readable(best.usd)
                    ),
                    None => format!("${} a month; the cheapest is ${}", readable(one.usd), readable(best.usd)),
                },
                Criterion::Latency => match workload.latency_target_ms {
                    _ if workload.deployment == Deployment::Batch => "batch results have no latency".to_owned(),
                    Some(target) => {
                        format!(
                            "P{} {} ms of {} ms",
                            readable(workload.percentile),
                            readable(one.latency_ms),
                            readable(target)
                        )
                    }
                    None => format!("P95 {} ms; the fastest has {} ms", readable(one.p95_ms), readable(best.p95_ms)),
                },
                Criterion::Throughput => {
                    if one.headroom.is_infinite() {
                        "nothing bounds the rate".to_owned()
                    } else {
                        format!("carries {} times the peak", readable(one.headroom))
                    }
                }
                Criterion::Availability => format!("{} by the providers' agreements", percent(one.availability)),
                Criterion::Operations => format!("{} hours of work a month", readable(one.hours)),
                Criterion::Security => {
                    format!("{} % of the wanted traits, over all parts", readable((one.security * 100.0).round()))
                }
                Criterion::Fit => format!(
                    "fit {} of 1 (half the mean of the parts, half the least)",
                    readable((one.fit * 100.0).round() / 100.0)
                ),
            };
            CriterionScore {
                criterion: criterion.as_str().to_owned(),
                weight,
                score: score(criterion, one, best, workload),
                explanation: format!("{fact} (weight {:.2}: {why})", weight),
            }
        })
        .collect()
}
