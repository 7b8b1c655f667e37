//! Confidence of a value, computed from what speaks for it and what weakens it.
//!
//! Each thing that speaks for a value has a support from 0 to 1: an explicit unit, a cue word (less the farther it
//! stands), a bound, a period. Supports are combined as independent witnesses: `1 - (1 - a)(1 - b)…`. What weakens the
//! value multiplies the result: a hedge ("maybe"), an assumption that had to be made, a competing value, a reading that
//! is only implied. The result stays below [`HIGHEST`], because rules that read language are never certain.

/// No reading of free text is more certain than this.
pub const HIGHEST: f64 = 0.98;
/// A cue word at this distance (tokens) has half its support.
const HALF_DISTANCE: f64 = 6.0;

/// A unit or name that has one meaning.
pub const EXPLICIT: f64 = 0.55;
/// A cue word right beside the value.
pub const CUE: f64 = 0.75;
/// A bound such as "at most".
pub const BOUND: f64 = 0.2;
/// A period such as "per month".
pub const PERIOD: f64 = 0.45;
/// A hedge in the same clause.
pub const HEDGED: f64 = 0.85;
/// "around", "roughly".
pub const APPROXIMATE: f64 = 0.95;
/// A number taken for a vague word.
pub const VAGUE: f64 = 0.7;
/// Something had to be assumed.
pub const ASSUMED: f64 = 0.8;
/// Another value competes.
pub const COMPETING: f64 = 0.8;
/// The value is implied, not said.
pub const IMPLIED: f64 = 0.7;

/// Support of a cue word at a distance.
pub fn at_distance(support: f64, tokens: usize) -> f64 {
    support / (1.0 + tokens as f64 / HALF_DISTANCE)
}

/// What speaks for a value and what weakens it.
#[derive(Debug, Clone, Default)]
pub struct Weigher {
    supports: Vec<(String, f64)>,
    penalties: Vec<(String, f64)>,
}

impl Weigher {
    /// Adds a witness.
    #[must_use]
    pub fn support(mut self, what: impl Into<String>, support: f64) -> Self {
        self.supports.push((what.into(), support.clamp(0.0, 1.0)));
        self
    }

    /// Adds a witness when there is one.
    #[must_use]
    pub fn support_if(self, there: bool, what: impl Into<String>, support: f64) -> Self {
        if there { self.support(what, support) } else { self }
    }

    /// Weakens the value.
    #[must_use]
    pub fn penalty(mut self, what: impl Into<String>, factor: f64) -> Self {
        self.penalties.push((what.into(), factor.clamp(0.0, 1.0)));
        self
    }

    /// Weakens the value when there is a reason.
    #[must_use]
    pub fn penalty_if(self, there: bool, what: impl Into<String>, factor: f64) -> Self {
        if there { self.penalty(what, factor) } else { self }
    }

    /// The confidence, 0 to [`HIGHEST`], to three digits.
    pub fn value(&self) -> f64 {
        let doubt: f64 = self.supports.iter().map(|(_, support)| 1.0 - support).product();
        let weakened: f64 = self.penalties.iter().map(|(_, factor)| factor).product();
        round(((1.0 - doubt) * weakened).min(HIGHEST))
    }

    /// One line for each thing that was weighed.
    pub fn lines(&self) -> Vec<String> {
        let supports = self.supports.iter().map(|(what, support)| format!("{what} (+{support:.2})"));
        let penalties = self.penalties.iter().map(|(what, factor)| format!("{what} (×{factor:.2})"));
        supports.chain(penalties).collect()
    }
}

/// Rounds a confidence to three digits, so that equal evidence shows equal numbers.
pub fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_raises_and_hedges_lower() {
        let unit = Weigher::default().support("unit", EXPLICIT);
        let cue = unit.clone().support("cue", at_distance(CUE, 1));
        let far = unit.clone().support("cue", at_distance(CUE, 12));
        let hedged = cue.clone().penalty("maybe", HEDGED);
        assert!(unit.value() < far.value() && far.value() < cue.value() && hedged.value() < cue.value());
        assert!(Weigher::default().support("x", 1.0).value() <= HIGHEST);
        assert!(Weigher::default().value().abs() < 1e-9);
    }
}
