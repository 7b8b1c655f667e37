//! The order of combinations, and which of them are shown.

use std::cmp::Ordering;

use design::plan::Capability;
use estimate::workload::Workload;

use crate::{
    compose::{Bench, Combination},
    feedback::Feedback,
    score::{Best, Scorer, Weights},
};

/// Most candidates that are shown.
const CANDIDATES: usize = 5;
/// A design that is cheaper than all that were picked by this share is worth seeing.
const CHEAPER: f64 = 0.9;
/// What an objective is missed by is compared in steps of a twentieth.
const STEPS: f64 = 20.0;

/// How a combination stands: broken constraints, by how much, wishes of a person that it misses, score.
#[derive(Debug, Clone, Copy)]
struct Standing {
    violations: usize,
    miss: f64,
    missed: usize,
    score: f64,
}

/// Combinations with their standing.
pub struct Ranking {
    /// The combinations in no order: those that were composed, then those that were proposed.
    pub all: Vec<Combination>,
    /// How many of them were composed.
    composed: usize,
    /// Where each proposal is, or why it is none of them.
    pub proposed: Vec<Result<usize, String>>,
    /// The best of each kind, which the scores measure by.
    pub best: Best,
    standings: Vec<Standing>,
}

impl Ranking {
    /// Scores all combinations: what is proposed is measured with what was composed, by the same weights.
    pub fn of(
        mut all: Vec<Combination>,
        proposals: Vec<Result<Combination, String>>,
        workload: &Workload,
        feedback: &Feedback,
        weights: &Weights,
    ) -> Self {
        let composed = all.len();
        let proposed = proposals
            .into_iter()
            .map(|proposal| {
                let one = proposal?;
                Ok(all.iter().position(|own| own.key() == one.key()).unwrap_or_else(|| {
                    all.push(one);
                    all.len() - 1
                }))
            })
            .collect();
        let best = Best::of(&all);
        let scorer = Scorer::new(&best, workload, weights);
        let standings = all
            .iter()
            .map(|one| {
                let violations = one.violations();
                Standing {
                    violations,
                    miss: if violations == 0 { 0.0 } else { (one.overshoot(workload) * STEPS).round() },
                    missed: usize::from(one.missed_wishes) + missed(one, feedback),
                    score: scorer.total(one),
                }
            })
            .collect();
        Self { all, composed, proposed, best, standings }
    }

    /// The score of a combination.
    pub fn score(&self, at: usize) -> f64 {
        self.standings[at].score
    }

    /// Which of two comes first. The parts break ties, so that the same input gives the same plan.
    fn order(&self, a: usize, b: usize) -> Ordering {
        let (one, other) = (&self.standings[a], &self.standings[b]);
        one.violations
            .cmp(&other.violations)
            .then(one.miss.total_cmp(&other.miss))
            .then(one.missed.cmp(&other.missed))
            .then(other.score.total_cmp(&one.score))
            .then_with(|| self.all[a].key().cmp(&self.all[b].key()))
    }

    /// The first of those that a rule admits.
    pub fn first(&self, admits: impl Fn(&Combination) -> bool) -> Option<usize> {
        self.first_of(self.all.len(), admits)
    }

    fn first_of(&self, count: usize, admits: impl Fn(&Combination) -> bool) -> Option<usize> {
        (0..count).filter(|at| admits(&self.all[*at])).min_by(|a, b| self.order(*a, *b))
    }

    /// Number of combinations that break nothing.
    pub fn feasible(&self) -> usize {
        self.standings.iter().filter(|standing| standing.violations == 0).count()
    }

    /// The best first.
    pub fn in_order(&self, mut picked: Vec<usize>) -> Vec<usize> {
        picked.sort_by(|a, b| self.order(*a, *b));
        picked
    }

    /// Of what was composed: the best, then the best of each other way to serve, the cheapest, and others that differ in
    /// what matters, until there are three.
    pub fn pick(&self) -> Vec<usize> {
        let mut of_each: Vec<(Option<usize>, usize)> = Vec::new();
        for (at, one) in self.all.iter().enumerate().take(self.composed).filter(|(_, one)| one.is_feasible()) {
            let serve = one.part(Capability::Serve);
            match of_each.iter_mut().find(|(other, _)| *other == serve) {
                Some((_, best)) => {
                    if self.order(at, *best).is_lt() {
                        *best = at;
                    }
                }
                None => of_each.push((serve, at)),
            }
        }
        let mut picked: Vec<usize> = of_each.into_iter().map(|(_, at)| at).collect();
        picked.sort_by(|a, b| self.order(*a, *b));
        picked.truncate(CANDIDATES - 1);
        if let Some(cheapest) = self.cheapest_of(self.composed)
            && picked.iter().all(|other| {
                self.all[cheapest].usd < CHEAPER * self.all[*other].usd
                    && differs_in_substance(&self.all[cheapest], &self.all[*other])
            })
        {
            picked.push(cheapest);
        }
        // Enough to compare: others among the feasible, then what comes nearest to being feasible. First those that
        // differ in two parts, then in one; what differs only in how it is watched or governed is the same to a user.
        for parts in [2, 1] {
            while picked.len() < 3 {
                let another = self.first_of(self.composed, |one| {
                    picked.iter().all(|other| {
                        let other = &self.all[*other];
                        differing(one, other).count() >= parts && differs_in_substance(one, other)
                    })
                });
                let Some(another) = another else { break };
                picked.push(another);
            }
        }
        picked.sort_by(|a, b| self.order(*a, *b));
        picked
    }

    /// The cheapest of the feasible.
    pub fn cheapest(&self) -> Option<usize> {
        self.cheapest_of(self.all.len())
    }

    fn cheapest_of(&self, count: usize) -> Option<usize> {
        (0..count)
            .filter(|at| self.all[*at].is_feasible())
            .min_by(|a, b| self.all[*a].usd.total_cmp(&self.all[*b].usd).then_with(|| self.order(*a, *b)))
    }

    /// What the winner is called and does, in a few numbers.
    pub fn winner(&self, bench: &Bench<'_>) -> Option<Winner> {
        let at = self.first(|_| true)?;
        Some(Winner::of(&self.all[at], bench))
    }
}

/// A combination in the numbers that comparisons of plans need.
#[derive(Debug, Clone, PartialEq)]
pub struct Winner {
    /// What it is.
    pub one: Combination,
    /// What it is called.
    pub name: String,
    /// Capability, id and name of each part.
    pub parts: Vec<(Capability, String, String)>,
    /// Most requests or events per second; `None` where nothing bounds them.
    pub max_per_second: Option<f64>,
    /// False for batch designs, which have no latency.
    pub has_latency: bool,
}

impl Winner {
    /// The numbers of a combination.
    pub fn of(one: &Combination, bench: &Bench<'_>) -> Self {
        Self {
            one: *one,
            name: bench.name(one),
            parts: bench
                .patterns(one)
                .map(|pattern| (pattern.capability, pattern.id.clone(), pattern.name.clone()))
                .collect(),
            max_per_second: one.headroom.is_finite().then(|| one.headroom * bench.workload.peak_per_second()),
            has_latency: bench.workload.deployment != design::constraint::Deployment::Batch,
        }
    }

    /// P95 latency; `None` for batch designs and where nothing keeps up with the load.
    pub fn latency_p95_ms(&self) -> Option<f64> {
        (self.has_latency && self.one.p95_ms.is_finite()).then(|| (self.one.p95_ms * 100.0).round() / 100.0)
    }
}

/// Wishes of the feedback that a combination misses.
fn missed(one: &Combination, feedback: &Feedback) -> usize {
    [
        feedback.below_usd.is_some_and(|limit| one.usd >= limit - 0.005),
        feedback.below_ms.is_some_and(|limit| one.p95_ms >= limit - 0.005),
        feedback.above_percent.is_some_and(|limit| one.availability <= limit + 0.0001),
        feedback.below_hours.is_some_and(|limit| one.hours >= limit - 0.05),
    ]
    .into_iter()
    .filter(|missed| *missed)
    .count()
}

fn differing<'a>(one: &'a Combination, other: &'a Combination) -> impl Iterator<Item = Capability> + 'a {
    Capability::ALL.into_iter().filter(|capability| one.part(*capability) != other.part(*capability))
}

fn differs_in_substance(one: &Combination, other: &Combination) -> bool {
    differing(one, other).any(|capability| match capability {
        Capability::Ingest
        | Capability::Transform
        | Capability::Store
        | Capability::Feature
        | Capability::Train
        | Capability::Serve => true,
        Capability::Observe | Capability::Govern => false,
    })
}
