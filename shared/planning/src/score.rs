//! Criteria, their weights and scores.
//!
//! Weights begin equal in spirit and grow with what the constraints say: a stated budget makes cost count more, a tight
//! latency makes latency count more, and so on. All weights sum to 1, and each explains itself.

use std::collections::BTreeMap;

use design::{
    constraint::{ConstraintField, DataClass, Deployment},
    plan::{Criterion, CriterionScore, WeightSource, WeightUsed},
    words::{percent, readable},
};
use estimate::workload::Workload;
use knowledge::revision::Revision;

use crate::{compose::Combination, feedback::Feedback};

/// Latency below which an objective is tight: network, gateway and model each take some of it.
const TIGHT_LATENCY_MS: f64 = 100.0;
/// Hours a month that one person can give to running a system beside other work.
const HOURS_PER_PERSON: f64 = 16.0;
/// How much a wish of a person's comment multiplies its criterion's weight.
const WISH: f64 = 3.0;

/// What a person gave: how much criteria count, and where that was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given(BTreeMap<Criterion, (f64, WeightSource, String)>);

impl Given {
    /// The weights given with the requirement, and those that comments asked for; later ones win.
    pub fn of(input: &BTreeMap<Criterion, f64>, revisions: &[Revision]) -> Self {
        let sane = |weight: f64| if weight.is_finite() { weight.max(0.0) } else { 0.0 };
        let mut given: BTreeMap<Criterion, (f64, WeightSource, String)> = input
            .iter()
            .map(|(criterion, weight)| {
                let why = format!("{} was given with the requirement", readable(*weight));
                (*criterion, (sane(*weight), WeightSource::Input, why))
            })
            .collect();
        for revision in revisions {
            for (criterion, weight) in &revision.weights {
                let why = format!("asked for in a revision: “{}”", revision.comment);
                given.insert(*criterion, (sane(*weight), WeightSource::Comment, why));
            }
            if let Some(criterion) = revision.matters_most {
                // "Matters most" leaves the others together no more than it has itself.
                let others: f64 =
                    given.iter().filter(|(other, _)| **other != criterion).map(|(_, (weight, _, _))| weight).sum();
                let why = format!("“{}” asks that it matters most", revision.comment);
                given.insert(criterion, (others.max(MOST), WeightSource::Comment, why));
            }
        }
        Self(given)
    }
}

/// The share of what matters most where nothing else is given.
const MOST: f64 = 0.5;

/// Weight of each criterion with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights(Vec<WeightUsed>);

impl Weights {
    /// Weights from what is asked, and from what a person gave.
    pub fn of(workload: &Workload, feedback: &Feedback, given: &Given) -> Self {
        let mut weights: Vec<WeightUsed> = Criterion::ALL
            .into_iter()
            .map(|criterion| {
                let (weight, reason) = from_constraints(criterion, workload);
                WeightUsed { criterion, weight, source: WeightSource::Constraints, reason }
            })
            .collect();
        for used in &mut weights {
            let wished = match used.criterion {
                Criterion::Cost => feedback.below_usd.is_some(),
                Criterion::Latency => feedback.below_ms.is_some(),
                Criterion::Availability => feedback.above_percent.is_some(),
                Criterion::Operations => feedback.below_hours.is_some(),
                Criterion::Throughput | Criterion::Security | Criterion::Fit => false,
            };
            if wished {
                used.weight *= WISH;
                used.source = WeightSource::Feedback;
                used.reason.push_str(", and the feedback asks for it");
            }
        }
        let mut weights = Self(weights);
        weights.normalise();
        weights.take(given);
        weights
    }

    /// Given weights that sum to at most 1 are shares, and the rest is left to the others in the proportions that they
    /// have; given weights that sum to more are proportions among themselves.
    fn take(&mut self, given: &Given) {
        if given.0.is_empty() {
            return;
        }
        let sum: f64 = given.0.values().map(|(weight, _, _)| weight).sum();
        let rest: f64 =
            self.0.iter().filter(|used| !given.0.contains_key(&used.criterion)).map(|used| used.weight).sum();
        let left = (1.0 - sum).max(0.0);
        for used in &mut self.0 {
            match given.0.get(&used.criterion) {
                Some((weight, source, why)) => {
                    *used = WeightUsed { weight: *weight, source: *source, reason: why.clone(), ..used.clone() };
                }
                None => {
                    used.weight = if rest > 0.0 { used.weight / rest * left } else { 0.0 };
                    used.source = WeightSource::Rest;
                    used.reason = format!("a share of what the given weights leave, because {}", used.reason);
                }
            }
        }
        self.normalise();
    }

    /// Makes the weights sum to 1; equal ones when all are 0.
    fn normalise(&mut self) {
        let sum: f64 = self.0.iter().map(|used| used.weight).sum();
        let count = self.0.len() as f64;
        for used in &mut self.0 {
            used.weight = if sum > 0.0 { used.weight / sum } else { 1.0 / count };
        }
    }

    /// Each criterion with its weight and the reason for it.
    pub fn iter(&self) -> impl Iterator<Item = (Criterion, f64, &str)> {
        self.0.iter().map(|used| (used.criterion, used.weight, used.reason.as_str()))
    }

    /// The weights as the plan records them.
    pub fn used(&self) -> &[WeightUsed] {
        &self.0
    }
}

/// What the constraints say of a criterion's weight. A default that was accepted counts less than what was said.
fn from_constraints(criterion: Criterion, workload: &Workload) -> (f64, String) {
    let said = |field| if workload.binds(field) { ("stated", 1.0) } else { ("accepted as a default", 0.7) };
    match criterion {
        Criterion::Cost => match workload.budget_usd {
            Some(budget) => {
                let (how, factor) = said(ConstraintField::Budget);
                (3.0 * factor, format!("a budget of ${} was {how}", readable(budget)))
            }
            None => (2.0, "no budget was stated".to_owned()),
        },
        Criterion::Latency => match workload.latency_target_ms {
            _ if workload.deployment == Deployment::Batch => (0.0, "batch results have no latency".to_owned()),
            Some(target) => {
                let (how, factor) = said(ConstraintField::Latency);
                let tight = target <= TIGHT_LATENCY_MS;
                let what = if tight { ", which is tight" } else { "" };
                (if tight { 2.5 } else { 1.5 } * factor, format!("{} ms were {how}{what}", readable(target)))
            }
            None => (0.7, "no latency was stated".to_owned()),
        },
        Criterion::Throughput => {
            if workload.is_assumed(ConstraintField::Throughput) {
                (0.4, "no rate was stated".to_owned())
            } else {
                (1.0, format!("{}/s at peak were given", readable(workload.peak_per_second())))
            }
        }
        Criterion::Availability => match workload.availability_target {
            Some(target) => {
                let (how, factor) = said(ConstraintField::Availability);
                (if target >= 99.9 { 1.5 } else { 1.0 } * factor, format!("{} were {how}", percent(target)))
            }
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
            if workload.data_class.is_some_and(|class| class >= DataClass::Pii) || !workload.frameworks.is_empty() {
                (2.0, "the data is protected by law or contract".to_owned())
            } else {
                (0.7, "the data is not specially protected".to_owned())
            }
        }
        Criterion::Fit => (3.0, "patterns differ in how well they suit the use case".to_owned()),
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

/// Scores combinations; what is the same for all of them is looked up once.
pub struct Scorer<'a> {
    best: &'a Best,
    workload: &'a Workload,
    weights: &'a Weights,
    /// Hours a month that the people have for it.
    capacity_hours: f64,
    target_nines: f64,
}

/// Nines of an availability: 99 % has two, 99.9 % has three.
fn nines(percent: f64) -> f64 {
    -((100.0 - percent).max(0.0005) / 100.0).log10()
}

impl<'a> Scorer<'a> {
    /// A scorer that measures by the best.
    pub fn new(best: &'a Best, workload: &'a Workload, weights: &'a Weights) -> Self {
        Self {
            best,
            workload,
            weights,
            capacity_hours: workload.variable("team_size") * HOURS_PER_PERSON,
            target_nines: workload.availability_target.map_or(0.0, nines),
        }
    }

    /// Score of one criterion, 0 to 1.
    pub fn score(&self, criterion: Criterion, one: &Combination) -> f64 {
        let ratio = |best: f64, own: f64| if own <= best || own <= 0.0 { 1.0 } else { best / own };
        let (best, workload) = (self.best, self.workload);
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
            // Two nines are 0, four of them are 1, where no objective says how many are wanted.
            Criterion::Availability => match workload.availability_target {
                Some(target) if one.availability < target => {
                    0.5 * (nines(one.availability) / self.target_nines).min(1.0)
                }
                Some(_) => (0.7 + 0.3 * (nines(one.availability) - self.target_nines)).min(1.0),
                None => ((nines(one.availability) - 2.0) / 2.0).clamp(0.0, 1.0),
            },
            Criterion::Operations => 1.0 / (1.0 + (one.hours / self.capacity_hours).powi(2)),
            Criterion::Security => one.security,
            Criterion::Fit => one.fit,
        };
        value.clamp(0.0, 1.0)
    }

    /// Weighted sum.
    pub fn total(&self, one: &Combination) -> f64 {
        self.weights.iter().map(|(criterion, weight, _)| weight * self.score(criterion, one)).sum()
    }
}

/// 1 for nothing used, 0.5 for all of it, quickly to 0 beyond.
fn within(used: f64) -> f64 {
    if used <= 1.0 { 1.0 - 0.5 * used } else { 0.5 / (used * used) }
}

/// Scores with their explanations.
pub fn explained(one: &Combination, best: &Best, workload: &Workload, weights: &Weights) -> Vec<CriterionScore> {
    let scorer = Scorer::new(best, workload, weights);
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
                score: scorer.score(criterion, one),
                explanation: format!("{fact} (weight {:.2}: {why})", weight),
            }
        })
        .collect()
}
