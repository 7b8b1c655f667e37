//! What another answer would change: the value of asking.

use design::{
    constraint::{ConstraintField, ConstraintSet},
    plan::Capability,
};
use estimate::{EstimateError, sketches::Sketches};
use knowledge::{catalogue::Catalogue, revision};
use run::answer::AnswerValue;

use crate::{Brief, answer, decide::Situation, defaults, feedback::Feedback, rank::Winner, score::Given, trial};

/// A part that another one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// What it is for.
    pub capability: Capability,
    /// Name of the part with the constraints as they are; empty where there was none.
    pub from: String,
    /// Name of the part with the other answer.
    pub to: String,
}

/// What one other answer would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The answer.
    pub answer: AnswerValue,
    /// Parts that would be others; empty where the selected patterns stay the same.
    pub replaced: Vec<Replaced>,
    /// US dollars per month with the constraints as they are.
    pub usd_now: f64,
    /// US dollars per month with the answer.
    pub usd_then: f64,
    /// P95 latency with the constraints as they are; `None` for batch designs.
    pub latency_ms_now: Option<f64>,
    /// P95 latency with the answer.
    pub latency_ms_then: Option<f64>,
    /// True when something meets every constraint as they are.
    pub feasible_now: bool,
    /// True when something meets every constraint with the answer.
    pub feasible_then: bool,
}

impl Outcome {
    /// True when other patterns would be selected, or when the answer decides whether anything is feasible.
    pub fn changes_the_design(&self) -> bool {
        !self.replaced.is_empty() || self.feasible_now != self.feasible_then
    }

    /// How far the cost moves, as a share of the larger of both; 0 to 1.
    pub fn cost_shift(&self) -> f64 {
        let larger = self.usd_now.max(self.usd_then);
        if larger > 0.0 { (self.usd_now - self.usd_then).abs() / larger } else { 0.0 }
    }
}

/// What would be selected, by a narrower look than a plan's, in the numbers that comparisons need; `None` when the
/// catalogue has nothing to choose from. Many looks share the sketches.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn glance(brief: &Brief, sketches: &Sketches) -> Result<Option<Winner>, EstimateError> {
    looked_at(brief, sketches, |winner, constraints| winner(constraints))
}

/// Plans again, with a narrower look, with each of other answers to the question of a field. Answers that do not fit the
/// field are left out.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn what_if(
    brief: &Brief,
    field: ConstraintField,
    alternatives: &[AnswerValue],
    catalogue: &'static Catalogue,
) -> Result<Vec<Outcome>, EstimateError> {
    let sketches = Sketches::new(catalogue);
    match glance(brief, &sketches)? {
        Some(now) => what_if_not(&now, brief, field, alternatives, &sketches),
        None => Ok(Vec::new()),
    }
}

/// The same against a glance at the brief that was taken before, so that many questions share it.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn what_if_not(
    now: &Winner,
    brief: &Brief,
    field: ConstraintField,
    alternatives: &[AnswerValue],
    sketches: &Sketches,
) -> Result<Vec<Outcome>, EstimateError> {
    looked_at(brief, sketches, |winner, constraints| {
        let mut outcomes = Vec::new();
        for answer in alternatives {
            let Some(set) = answer::with(constraints, field, answer) else { continue };
            let Some(then) = winner(&set)? else { continue };
            outcomes.push(Outcome {
                answer: answer.clone(),
                replaced: replaced(now, &then),
                usd_now: now.one.usd,
                usd_then: then.one.usd,
                latency_ms_now: now.latency_p95_ms(),
                latency_ms_then: then.latency_p95_ms(),
                feasible_now: now.one.is_feasible(),
                feasible_then: then.one.is_feasible(),
            });
        }
        Ok(outcomes)
    })
}

/// Prepares the narrower look at a brief, and the brief's constraints as its comments change them.
fn looked_at<T>(
    brief: &Brief,
    sketches: &Sketches,
    look: impl FnOnce(
        &dyn Fn(&ConstraintSet) -> Result<Option<Winner>, EstimateError>,
        &ConstraintSet,
    ) -> Result<T, EstimateError>,
) -> Result<T, EstimateError> {
    let catalogue = sketches.catalogue;
    let (constraints, revisions) = revision::revised(&brief.constraints, &brief.comments, catalogue);
    let constraints = trial::with(&constraints, &brief.tried, catalogue);
    let feedback = Feedback::of(brief, &revisions, catalogue);
    let given = Given::of(&brief.weights, &revisions);
    let situation = Situation { feedback: &feedback, given: &given, sketches, proposals: &[] };
    look(&|set| situation.winner(&defaults::keep_the_law(set, catalogue).0), &constraints)
}

fn replaced(now: &Winner, then: &Winner) -> Vec<Replaced> {
    then.parts
        .iter()
        .filter_map(|(capability, id, to)| {
            let before = now.parts.iter().find(|(own, _, _)| own == capability);
            if before.is_some_and(|(_, before, _)| before == id) {
                return None;
            }
            let from = before.map(|(_, _, name)| name.clone()).unwrap_or_default();
            Some(Replaced { capability: *capability, from, to: to.clone() })
        })
        .collect()
}
