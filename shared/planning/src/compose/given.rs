//! One given set of patterns, joined and summed as the walk over all of them does.

use design::{constraint::ConstraintField, plan::Capability, words::readable};
use estimate::workload::Workload;
use knowledge::{catalogue::Catalogue, pattern::Pattern};

use super::{Bench, CAPABILITIES, Combination, NONE, Sums, is_made_for, place};

impl Bench<'_> {
    /// The combination of given patterns.
    ///
    /// # Errors
    /// In words, why they are no architecture: a pattern that is not on offer, two of a capability, none of one that has
    /// patterns, or patterns that do not go together.
    fn given(&self, patterns: &[String]) -> Result<Combination, String> {
        let mut parts = [NONE; CAPABILITIES];
        for id in patterns {
            let Some(index) = self.parts.iter().position(|part| part.pattern.id == *id) else {
                return Err(format!("{id} is not among the patterns that suit what is asked"));
            };
            let slot = &mut parts[place(self.parts[index].pattern.capability)];
            if *slot != NONE {
                let capability = self.parts[index].pattern.capability.as_str();
                return Err(format!("it has more than one part to {capability}"));
            }
            *slot = u16::try_from(index).unwrap_or(NONE);
        }
        let without = Capability::ALL.into_iter().find(|capability| {
            parts[place(*capability)] == NONE && self.parts.iter().any(|part| part.pattern.capability == *capability)
        });
        if let Some(capability) = without {
            return Err(format!("it has no part to {}", capability.as_str()));
        }
        let used = parts.iter().filter(|part| **part != NONE);
        let sums = used.fold(Sums::START, |sums, part| sums.plus(&self.facts[usize::from(*part)]));
        let missing = self.missing(&sums, &parts);
        let one = self.join(&sums, parts, missing);
        if missing > 0 {
            return Err(self.missing_tags(&one).join("; "));
        }
        Ok(one)
    }

    /// The combination of given patterns, when it breaks nothing.
    ///
    /// # Errors
    /// In words, why they are no architecture, or what it breaks.
    pub fn judge(&self, patterns: &[String]) -> Result<Combination, String> {
        let one = self.given(patterns)?;
        if one.is_feasible() { Ok(one) } else { Err(self.broken(&one).join("; ")) }
    }

    /// What a combination breaks, in words.
    fn broken(&self, one: &Combination) -> Vec<String> {
        let workload = self.workload;
        let mut broken: Vec<String> =
            one.parts().flat_map(|index| self.parts[index].violations.iter().cloned()).collect();
        let over = |what: bool, field: ConstraintField, value: String| {
            what.then(|| format!("it breaks the {}: {value}", design::words::label(field).to_lowercase()))
        };
        let money = format!("${} a month", readable(one.usd.round()));
        broken.extend(over(one.over_budget, ConstraintField::Budget, money));
        let time = format!("{} ms at P{}", readable(one.latency_ms), readable(workload.percentile));
        broken.extend(over(one.too_slow, ConstraintField::Latency, time));
        let available = design::words::percent(one.availability);
        broken.extend(over(one.too_fragile, ConstraintField::Availability, available));
        broken
    }
}

/// The patterns that a design for a workload may be made of: of its provider, made for what is asked.
pub fn on_offer(workload: &Workload, catalogue: &'static Catalogue) -> Vec<&'static Pattern> {
    let own = catalogue.patterns.iter().filter(|pattern| pattern.cloud == workload.patterns_of);
    own.filter(|pattern| is_made_for(pattern, workload)).collect()
}
