//! The comparison by cost, latency, work and risk, over every feasible combination.

use design::{
    plan::{Compared, ParetoPoint},
    words::readable,
};

use crate::{
    compose::{Bench, Combination},
    rank::{Ranking, Winner},
};

/// Most points that are kept, candidates included: what a chart can show.
const POINTS: usize = 14;

/// Cost in cents, P95 in hundredths of a millisecond, work in tenths of an hour, risk in ten-thousandths: whole numbers,
/// so that what is shown as equal is equal.
type Place = [i64; 4];

fn place(one: &Combination) -> Place {
    let whole = |value: f64, scale: f64| (value.min(1e12) * scale).round() as i64;
    [whole(one.usd, 100.0), whole(one.p95_ms, 100.0), whole(one.hours, 10.0), whole(one.risk, 10_000.0)]
}

/// At least as good in all, better in one.
fn dominates(one: &Place, other: &Place) -> bool {
    one.iter().zip(other).all(|(one, other)| one <= other) && one != other
}

/// How many strong points the sieve holds.
const SIEVE: usize = 16;

/// The comparison of the feasible combinations.
pub struct Front {
    /// Indices of the combinations that nothing dominates, the cheapest first.
    members: Vec<usize>,
    /// Number of feasible combinations.
    feasible: usize,
}

/// The places of the feasible combinations that a few strong ones do not dominate, and the number of all. Most of some
/// ten thousand fall through here, so that few are sorted.
fn sieved(ranking: &Ranking) -> (Vec<(usize, Place)>, usize) {
    let mut strong: Vec<Place> = Vec::with_capacity(SIEVE);
    let mut left = Vec::new();
    let mut feasible = 0;
    for (at, one) in ranking.all.iter().enumerate().filter(|(_, one)| one.is_feasible()) {
        feasible += 1;
        let place = place(one);
        match strong.iter().position(|other| dominates(other, &place)) {
            Some(dominator) => strong.swap(dominator, dominator / 2),
            None => {
                left.push((at, place));
                // The newest takes the place of the one that has dominated least of late.
                strong.truncate(SIEVE - 1);
                strong.push(place);
            }
        }
    }
    (left, feasible)
}

impl Front {
    /// Compares all feasible combinations.
    pub fn of(ranking: &Ranking) -> Self {
        let (mut places, feasible) = sieved(ranking);
        // Sorted, nothing that comes later dominates what came before, so that one look at the front is enough.
        places.sort_unstable_by(|(a, one), (b, other)| one.cmp(other).then(a.cmp(b)));
        let mut front: Vec<(usize, Place)> = Vec::new();
        for (at, place) in &places {
            match front.iter().position(|(_, member)| dominates(member, place)) {
                // What dominates one often dominates the next: it moves towards the front.
                Some(dominator) => front.swap(dominator, dominator / 2),
                None => front.push((*at, *place)),
            }
        }
        front.sort_unstable_by(|(a, one), (b, other)| one.cmp(other).then(a.cmp(b)));
        Self { members: front.iter().map(|(at, _)| *at).collect(), feasible }
    }

    /// How much was compared.
    pub fn compared(&self, ranking: &Ranking) -> Compared {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Compared {
            combinations: count(ranking.all.len()),
            feasible: count(self.feasible),
            front: count(self.members.len()),
        }
    }

    /// The points worth showing: the candidates, what is best at something, and what is far from all of these.
    pub fn points(&self, ranking: &Ranking, bench: &Bench<'_>, candidates: &[(usize, String)]) -> Vec<ParetoPoint> {
        let best: Vec<(usize, &str)> = [(0, "cheapest"), (1, "fastest"), (2, "least work"), (3, "least risk")]
            .into_iter()
            // Batch designs have no latency, so none is the fastest.
            .filter(|(by, _)| *by != 1 || ranking.all.iter().any(|one| one.p95_ms > 0.0))
            .filter_map(|(by, what)| {
                let first = self.members.iter().min_by_key(|at| {
                    let place = place(&ranking.all[**at]);
                    (place[by], place, **at)
                })?;
                Some((*first, what))
            })
            .collect();
        let mut shown: Vec<usize> = Vec::new();
        for at in candidates.iter().map(|(at, _)| *at).chain(best.iter().map(|(at, _)| *at)) {
            if !shown.contains(&at) {
                shown.push(at);
            }
        }
        self.spread(ranking, &mut shown);
        shown.sort_by_key(|at| (place(&ranking.all[*at]), *at));
        shown
            .into_iter()
            .map(|at| {
                let one = &ranking.all[at];
                let on_front = self.members.contains(&at);
                let winner = Winner::of(one, bench);
                ParetoPoint {
                    name: winner.name.clone(),
                    candidate: candidates.iter().find(|(own, _)| *own == at).map(|(_, id)| id.clone()),
                    monthly_usd: (one.usd * 100.0).round() / 100.0,
                    latency_p95_ms: winner.latency_p95_ms(),
                    operations_hours_per_month: (one.hours * 10.0).round() / 10.0,
                    risk: (one.risk * 10_000.0).round() / 10_000.0,
                    score: ranking.score(at),
                    feasible: one.is_feasible(),
                    on_front,
                    dominated_by: if on_front { None } else { self.dominator(at, ranking, bench) },
                    best_at: best.iter().filter(|(own, _)| *own == at).map(|(_, what)| (*what).to_owned()).collect(),
                    patterns: winner.parts.into_iter().map(|(_, id, _)| id).collect(),
                }
            })
            .collect()
    }

    /// Fills up with members of the front, each the farthest from all that are shown.
    fn spread(&self, ranking: &Ranking, shown: &mut Vec<usize>) {
        let places: Vec<Place> = self.members.iter().map(|at| place(&ranking.all[*at])).collect();
        let range = |by: usize| {
            let low = places.iter().map(|place| place[by]).min().unwrap_or(0);
            let high = places.iter().map(|place| place[by]).max().unwrap_or(0);
            ((high - low) as f64).max(1.0)
        };
        let ranges = [range(0), range(1), range(2), range(3)];
        let distance = |one: &Place, other: &Place| -> f64 {
            (0..4).map(|by| ((one[by] - other[by]) as f64 / ranges[by]).powi(2)).sum()
        };
        let nearest = |to: &Place, shown: &[usize]| {
            shown.iter().map(|at| distance(to, &place(&ranking.all[*at]))).fold(f64::INFINITY, f64::min)
        };
        let mut gaps: Vec<f64> = places.iter().map(|place| nearest(place, shown)).collect();
        while shown.len() < POINTS.min(self.members.len() + shown.len()) {
            let Some((farthest, gap)) =
                gaps.iter().enumerate().max_by(|(a, one), (b, other)| one.total_cmp(other).then(b.cmp(a)))
            else {
                return;
            };
            // What is a hundredth of the whole width away looks the same on a chart.
            if *gap < 1e-4 {
                return;
            }
            shown.push(self.members[farthest]);
            let new = places[farthest];
            for (gap, place) in gaps.iter_mut().zip(&places) {
                *gap = gap.min(distance(place, &new));
            }
        }
    }

    /// The member of the front that dominates a feasible combination; of several the one that scores best.
    pub fn better_than(&self, at: usize, ranking: &Ranking) -> Option<usize> {
        let own = place(&ranking.all[at]);
        self.members
            .iter()
            .copied()
            .filter(|member| ranking.all[at].is_feasible() && dominates(&place(&ranking.all[*member]), &own))
            .max_by(|a, b| ranking.score(*a).total_cmp(&ranking.score(*b)).then(b.cmp(a)))
    }

    /// What dominates a combination, with the numbers in which it is better.
    fn dominator(&self, at: usize, ranking: &Ranking, bench: &Bench<'_>) -> Option<String> {
        let one = &ranking.all[at];
        if !one.is_feasible() {
            return Some("it breaks a constraint, so it is not compared".to_owned());
        }
        let other = &ranking.all[self.better_than(at, ranking)?];
        let (own, theirs) = (place(one), place(other));
        let words = [
            format!("${} a month against ${}", readable(other.usd.round()), readable(one.usd.round())),
            format!("P95 {} ms against {} ms", readable(other.p95_ms), readable(one.p95_ms)),
            format!("{} hours of work against {}", readable(other.hours), readable(one.hours)),
            format!("risk {} against {}", readable(rounded(other.risk)), readable(rounded(one.risk))),
        ];
        let better_in: Vec<String> =
            words.into_iter().zip(theirs.iter().zip(&own)).filter(|(_, (a, b))| a < b).map(|(text, _)| text).collect();
        Some(format!("{}: {}, and no worse in the rest", bench.name(other), better_in.join(", ")))
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
