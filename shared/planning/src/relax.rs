//! What would have to give when nothing meets everything, and what that would cost.
//!
//! Each way is planned for anew, because another objective sizes other machines. A constraint gives way in steps, from
//! the nearest on; what a looser value makes feasible stays feasible with a looser one still, so the nearest step is
//! found by halving.

use design::{
    constraint::{ConstraintField, ConstraintSet, Source, Stated},
    plan::{Change, Relaxation},
    words::{self, capitalised, percent, readable},
};
use estimate::{EstimateError, workload::Workload};
use knowledge::catalogue::Catalogue;

use crate::{compose::Breadth, decide::Situation, rank::Winner};

/// Most ways that are shown.
const MOST: usize = 5;
/// How far a latency objective may give way, in multiples.
const LATENCY: [f64; 12] = [1.2, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0];
/// How far a rate may, in shares.
const THROUGHPUT: [f64; 16] =
    [0.9, 0.8, 0.65, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00001];
/// A looser latency is worth naming when it costs less than this share of the nearest that does.
const MUCH_CHEAPER: f64 = 0.8;
/// The multiple of the asked latency that is tried for a lower price.
const LOOSER: f64 = 5.0;
/// Availability objectives in percent.
const AVAILABILITY: [f64; 9] = [99.99, 99.95, 99.9, 99.8, 99.7, 99.5, 99.0, 98.0, 95.0];

/// Constraints with some that gave way, and what wins then.
struct Way {
    set: ConstraintSet,
    winner: Winner,
    fields: Vec<ConstraintField>,
}

/// The ways out, the nearest first.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn relaxations(constraints: &ConstraintSet, situation: &Situation<'_>) -> Result<Vec<Relaxation>, EstimateError> {
    let search = Search { asked: constraints, situation };
    use ConstraintField::{Availability, Budget, Cloud, Latency, Throughput, Tooling};
    let mut ways: Vec<Way> = Vec::new();
    // One constraint alone, and with it a second one where it alone is not enough: the price of a latency, what a budget
    // buys.
    for (alone, with) in [
        (Budget, &[][..]),
        (Latency, &[Budget][..]),
        (Throughput, &[Latency][..]),
        (Availability, &[Budget, Latency][..]),
        (Tooling, &[Budget][..]),
        (Cloud, &[Budget][..]),
    ] {
        if let Some(way) = search.single(alone)? {
            ways.push(way);
            continue;
        }
        for second in with {
            // Two that were not needed by what was found already say nothing new.
            if let Some(way) = search.pair(alone, *second)? {
                let cheaper = if (alone, *second) == (Latency, Budget) { search.looser(&way)? } else { None };
                ways.push(way);
                ways.extend(cheaper);
                break;
            }
        }
    }
    if ways.is_empty()
        && let Some(way) = search.together(&[Throughput, Availability, Latency, Budget])?
    {
        ways.push(way);
    }
    let ways = worth_naming(ways);
    Ok(ways.iter().map(|way| describe(way, constraints)).collect())
}

/// The ways, those that change least first, without those that change more and save little by it.
fn worth_naming(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by_key(|way| way.fields.len());
    let mut named: Vec<Way> = Vec::new();
    for way in ways {
        let useless = named.iter().any(|other| {
            let asks_less = other.fields.iter().all(|field| way.fields.contains(field));
            let same = other.fields == way.fields && other.set == way.set;
            asks_less
                && (same || other.fields.len() < way.fields.len())
                && way.winner.one.usd >= MUCH_CHEAPER * other.winner.one.usd
        });
        if !useless {
            named.push(way);
        }
    }
    named.truncate(MOST);
    named
}

struct Search<'a, 's> {
    asked: &'a ConstraintSet,
    situation: &'a Situation<'s>,
}

impl Search<'_, '_> {
    /// One constraint that gives way as little as does.
    fn single(&self, field: ConstraintField) -> Result<Option<Way>, EstimateError> {
        self.nearest(self.asked, field, vec![field])
    }

    /// One constraint that gives way in steps while the other is set free; then the other as little as does.
    fn pair(&self, field: ConstraintField, other: ConstraintField) -> Result<Option<Way>, EstimateError> {
        let Some(free) = loosest(self.asked, other, self.situation.catalogue()) else { return Ok(None) };
        let Some(way) = self.nearest(&free, field, vec![field])? else { return Ok(None) };
        let Some(first) = back(&way.set, self.asked, other) else { return Ok(None) };
        self.nearest(&first, other, vec![field, other])
    }

    /// A latency that is looser than the nearest that does, where it costs much less: what speed costs.
    fn looser(&self, nearest: &Way) -> Result<Option<Way>, EstimateError> {
        let milliseconds = |set: &ConstraintSet| set.latency.as_ref().map(|stated| stated.value.milliseconds);
        let (Some(asked), Some(now)) = (milliseconds(self.asked), milliseconds(&nearest.set)) else { return Ok(None) };
        let looser = two_digits_up(asked * LOOSER);
        if looser <= now {
            return Ok(None);
        }
        let mut set = nearest.set.clone();
        if let Some(stated) = &mut set.latency {
            stated.value.milliseconds = looser;
        }
        let way = self.price(&set, nearest.fields.clone())?;
        Ok(way.filter(|way| way.winner.one.usd < MUCH_CHEAPER * nearest.winner.one.usd))
    }

    /// All of some constraints, where two are not enough: first all are free, then each comes back as far as it can, in
    /// this order.
    fn together(&self, fields: &[ConstraintField]) -> Result<Option<Way>, EstimateError> {
        let mut set = self.asked.clone();
        let mut free = Vec::new();
        for field in fields {
            if let Some(loose) = loosest(&set, *field, self.situation.catalogue()) {
                set = loose;
                free.push(*field);
            }
        }
        let Some(winner) = self.feasible(&set)? else { return Ok(None) };
        let mut way = Way { set, winner, fields: Vec::new() };
        for field in free {
            let Some(strict) = back(&way.set, self.asked, field) else { continue };
            if let Some(winner) = self.feasible(&strict)? {
                way = Way { set: strict, winner, ..way };
            } else if let Some(nearest) = self.nearest(&strict, field, vec![field])? {
                way.fields.push(field);
                way = Way { fields: way.fields, ..nearest };
            } else {
                way.fields.push(field);
            }
        }
        Ok(Some(way))
    }

    fn nearest(
        &self,
        base: &ConstraintSet,
        field: ConstraintField,
        fields: Vec<ConstraintField>,
    ) -> Result<Option<Way>, EstimateError> {
        if field == ConstraintField::Budget {
            return self.price(base, fields);
        }
        let steps = steps(base, field, self.situation.catalogue());
        if field == ConstraintField::Tooling {
            // Tools are no scale: one alone may do where the one before it does not.
            for set in steps {
                if let Some(winner) = self.feasible(&set)? {
                    return Ok(Some(Way { set, winner, fields }));
                }
            }
            return Ok(None);
        }
        let Some(last) = steps.last() else { return Ok(None) };
        let Some(winner) = self.feasible(last)? else { return Ok(None) };
        let mut best = (last, winner);
        // The smallest step that does.
        let (mut low, mut high) = (0, steps.len() - 1);
        while low < high {
            let middle = (low + high) / 2;
            match self.feasible(&steps[middle])? {
                Some(winner) => {
                    best = (&steps[middle], winner);
                    high = middle;
                }
                None => low = middle + 1,
            }
        }
        Ok(Some(Way { set: best.0.clone(), winner: best.1, fields }))
    }

    /// The cheapest that meets everything else: the budget does not size anything, so one look is enough.
    fn price(&self, base: &ConstraintSet, fields: Vec<ConstraintField>) -> Result<Option<Way>, EstimateError> {
        let Some(free) = loosest(base, ConstraintField::Budget, self.situation.catalogue()) else { return Ok(None) };
        let cheapest = self.situation.explore(&free, Breadth::Narrow, |ranking, setting| {
            ranking.cheapest().map(|at| Winner::of(&ranking.all[at], setting.bench))
        })?;
        let Some(winner) = cheapest else { return Ok(None) };
        let mut set = base.clone();
        if let Some(stated) = &mut set.budget {
            stated.value.usd_per_month = two_digits_up(winner.one.usd);
            stated.value.amount = stated.value.usd_per_month;
        }
        Ok(Some(Way { set, winner, fields }))
    }

    fn feasible(&self, set: &ConstraintSet) -> Result<Option<Winner>, EstimateError> {
        Ok(self.situation.winner(set)?.filter(|winner| winner.one.is_feasible()))
    }
}

/// The constraints with one given way in steps, the nearest first; empty where there is none, or none that a person said.
fn steps(base: &ConstraintSet, field: ConstraintField, catalogue: &Catalogue) -> Vec<ConstraintSet> {
    // A default that nobody asked for is soft already: letting it go changes nothing.
    if base.provenance(field).is_none_or(|known| known.source == Source::Default) {
        return Vec::new();
    }
    let changed = |change: &dyn Fn(&mut ConstraintSet)| {
        let mut set = base.clone();
        change(&mut set);
        set
    };
    match field {
        ConstraintField::Latency => {
            let Some(now) = base.latency.as_ref().map(|stated| stated.value.milliseconds) else { return Vec::new() };
            LATENCY
                .iter()
                .map(|factor| {
                    changed(&|set| {
                        if let Some(stated) = &mut set.latency {
                            stated.value.milliseconds = two_digits_up(now * factor);
                        }
                    })
                })
                .collect()
        }
        ConstraintField::Throughput => {
            let Some(now) = base.throughput.as_ref().map(|stated| stated.value.clone()) else { return Vec::new() };
            THROUGHPUT
                .iter()
                .map(|share| {
                    changed(&|set| {
                        if let Some(stated) = &mut set.throughput {
                            stated.value.average_per_second = two_digits_down(now.average_per_second * share);
                            stated.value.peak_per_second =
                                two_digits_down(now.peak_per_second * share).max(stated.value.average_per_second);
                        }
                    })
                })
                .collect()
        }
        ConstraintField::Availability => {
            let Some(now) = base.availability.as_ref().map(|stated| stated.value.percent) else { return Vec::new() };
            AVAILABILITY
                .iter()
                .filter(|percent| **percent < now)
                .map(|percent| {
                    changed(&|set| {
                        if let Some(stated) = &mut set.availability {
                            stated.value.percent = *percent;
                        }
                    })
                })
                .collect()
        }
        ConstraintField::Tooling => {
            let excluded = base.tooling.as_ref().map(|stated| stated.value.excluded.clone()).unwrap_or_default();
            // Each alone is allowed again, then one after another.
            let alone = excluded.iter().map(|tool| excluded.iter().filter(|other| *other != tool).cloned().collect());
            let together = (2..=excluded.len()).map(|count| excluded[count..].to_vec());
            alone
                .chain(together)
                .map(|left: Vec<String>| {
                    changed(&|set| {
                        if let Some(stated) = &mut set.tooling {
                            stated.value.excluded.clone_from(&left);
                        }
                    })
                })
                .collect()
        }
        // Where the catalogue has nothing for the wanted provider, the one whose patterns stand in for it.
        ConstraintField::Cloud => {
            let instead = Workload::of(base, catalogue).patterns_of;
            base.cloud
                .iter()
                .filter(|stated| stated.value != instead)
                .map(|stated| ConstraintSet {
                    cloud: Some(Stated { value: instead, ..stated.clone() }),
                    ..base.clone()
                })
                .collect()
        }
        ConstraintField::Budget
        | ConstraintField::Regions
        | ConstraintField::DataClass
        | ConstraintField::DataVolume
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Compliance
        | ConstraintField::Team
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => Vec::new(),
    }
}

/// The constraints with one set as free as it can be; none where there is nothing to free.
fn loosest(base: &ConstraintSet, field: ConstraintField, catalogue: &Catalogue) -> Option<ConstraintSet> {
    if field == ConstraintField::Budget {
        base.budget.as_ref().filter(|stated| stated.source != Source::Default)?;
        return Some(ConstraintSet { budget: None, ..base.clone() });
    }
    steps(base, field, catalogue).pop()
}

/// The constraints with one as it was asked.
fn back(set: &ConstraintSet, asked: &ConstraintSet, field: ConstraintField) -> Option<ConstraintSet> {
    let mut set = set.clone();
    match field {
        ConstraintField::Budget => set.budget.clone_from(&asked.budget),
        ConstraintField::Latency => set.latency.clone_from(&asked.latency),
        ConstraintField::Throughput => set.throughput.clone_from(&asked.throughput),
        ConstraintField::Availability => set.availability.clone_from(&asked.availability),
        ConstraintField::Tooling => set.tooling.clone_from(&asked.tooling),
        ConstraintField::Cloud
        | ConstraintField::Regions
        | ConstraintField::DataClass
        | ConstraintField::DataVolume
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Compliance
        | ConstraintField::Team
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => return None,
    }
    Some(set)
}

fn two_digits(value: f64, round: fn(f64) -> f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10f64.powf(value.log10().floor() - 1.0);
    // Twelve digits take back what binary fractions add: 1.2 × 50 is 60, not 61.
    round((value / scale * 1e9).round() / 1e9) * scale
}

/// The next number with two digits.
fn two_digits_up(value: f64) -> f64 {
    (two_digits(value, f64::ceil) * 1e6).round() / 1e6
}

/// The number with two digits before.
fn two_digits_down(value: f64) -> f64 {
    (two_digits(value, f64::floor) * 1e9).round() / 1e9
}

/// A way in one sentence, with what it costs.
fn describe(way: &Way, asked: &ConstraintSet) -> Relaxation {
    let (one, winner) = (&way.winner.one, &way.winner);
    let said = |set: &ConstraintSet, field| words::constraint(set, field).unwrap_or_else(|| "none".to_owned());
    let changes: Vec<Change> = way
        .fields
        .iter()
        .map(|field| Change { field: *field, from: said(asked, *field), to: said(&way.set, *field) })
        .filter(|change| change.from != change.to)
        .collect();
    let latency = |set: &ConstraintSet| {
        set.latency.as_ref().filter(|stated| stated.source != Source::Default).map(|stated| {
            format!("P{} within {} ms", readable(stated.value.percentile), readable(stated.value.milliseconds))
        })
    };
    let rate = |set: &ConstraintSet| {
        set.throughput.as_ref().map(|stated| format!("{}/s", readable(stated.value.peak_per_second)))
    };
    let availability = |set: &ConstraintSet| {
        let said = set.availability.as_ref().filter(|stated| stated.source != Source::Default);
        said.map(|stated| percent(stated.value.percent))
    };
    let has = |field| changes.iter().any(|change: &Change| change.field == field);
    let budget = asked.budget.as_ref().map(|stated| format!("${} a month", readable(stated.value.usd_per_month)));
    let what: Vec<String> = [latency(&way.set), rate(&way.set), availability(&way.set)].into_iter().flatten().collect();
    let what = if what.is_empty() { "what is asked".to_owned() } else { what.join(" at ") };
    let tools =
        |set: &ConstraintSet| set.tooling.as_ref().map(|stated| stated.value.excluded.clone()).unwrap_or_default();
    let again: Vec<String> = tools(asked).into_iter().filter(|tool| !tools(&way.set).contains(tool)).collect();
    let elsewhere =
        way.set.cloud.as_ref().filter(|_| has(ConstraintField::Cloud)).map(|stated| words::cloud(stated.value));
    let allowed = match (again.as_slice(), elsewhere) {
        ([], None) => String::new(),
        ([], Some(cloud)) => format!("On {cloud}, "),
        (tools, _) => format!("With {} allowed, ", tools.join(" and ")),
    };
    let money = format!("about ${} a month", readable(two_digits_up(one.usd)));
    let text = match (has(ConstraintField::Throughput), has(ConstraintField::Budget), budget) {
        (true, _, Some(budget)) => format!("with {budget} the most you get is {what}"),
        (true, _, None) => format!("the most you get is {what}, for {money}"),
        (false, true, Some(budget)) => format!("{what} costs {money}, not {budget}"),
        (false, _, _) => format!("{what} costs {money}"),
    };
    let text = capitalised(&format!("{allowed}{text} ({})", winner.name));
    Relaxation {
        changes,
        monthly_usd: (one.usd * 100.0).round() / 100.0,
        latency_p95_ms: winner.latency_p95_ms(),
        max_per_second: winner.max_per_second,
        availability_percent: (one.availability * 1e4).floor() / 1e4,
        candidate: winner.name.clone(),
        text: format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_kept() {
        assert_eq!(two_digits_up(1234.0), 1300.0);
        assert_eq!(two_digits_up(50.0 * 1.2), 60.0);
        assert_eq!(two_digits_up(9.91), 10.0);
        assert_eq!(two_digits_down(1299.0), 1200.0);
        assert_eq!(two_digits_down(0.0123), 0.012);
    }
}
