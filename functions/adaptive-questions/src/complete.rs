//! Defaults that agree with each other: each is chosen with those before it taken, and a plan must carry them all.

use design::constraint::ConstraintField;
use estimate::{EstimateError, sketches::Sketches};
use knowledge::question_bank::{QuestionFact, question_bank};
use planning::Winner;
use run::{answer::AnswerValue, question::Field};

use crate::{
    defaults::{Suggestion, fits, form, rank, suggestions, weigh_rivals},
    situation::Situation,
};

/// What leads to what: what it is, whose data, which law, where, how much, how well, by whom, for how much.
const ORDER: [ConstraintField; 18] = [
    ConstraintField::UseCase,
    ConstraintField::MlTask,
    ConstraintField::Deployment,
    ConstraintField::Cloud,
    ConstraintField::DataClass,
    ConstraintField::Compliance,
    ConstraintField::Regions,
    ConstraintField::Throughput,
    ConstraintField::DataVolume,
    ConstraintField::Latency,
    ConstraintField::Availability,
    ConstraintField::Team,
    ConstraintField::Platform,
    ConstraintField::Tooling,
    ConstraintField::Retraining,
    ConstraintField::Workloads,
    ConstraintField::ModelTypes,
    ConstraintField::Budget,
];

/// What everything else follows from.
const ROOTS: [ConstraintField; 4] =
    [ConstraintField::UseCase, ConstraintField::MlTask, ConstraintField::Deployment, ConstraintField::Cloud];

/// Objectives that a default may set too high for any design.
const OBJECTIVES: [ConstraintField; 3] =
    [ConstraintField::Latency, ConstraintField::Availability, ConstraintField::Budget];

/// Room that an objective leaves above what the nearest design reaches.
const HEADROOM: f64 = 1.1;
/// Room of a budget above an expected cost: estimates of an assumed load are wide.
const BUDGET_HEADROOM: f64 = 1.5;

/// A gap with what suggests itself for it.
#[derive(Debug, Clone)]
pub(crate) struct Filled {
    /// The constraint.
    pub field: ConstraintField,
    /// Its question.
    pub fact: &'static QuestionFact,
    /// The form in this situation.
    pub form: Field,
    /// What suggests itself, the default first; never empty.
    pub suggestions: Vec<Suggestion>,
}

/// A situation, and what would be selected in it.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// The situation.
    pub situation: Situation,
    /// What would be selected; `None` when there is nothing to choose from.
    pub now: Option<Winner>,
}

/// All gaps filled.
#[derive(Debug, Clone)]
pub(crate) struct Completed {
    /// Every default taken.
    pub whole: Base,
    /// The defaults of the roots alone; what follows from them is open.
    pub roots: Base,
    /// The gaps.
    pub filled: Vec<Filled>,
    /// How many plans were tried.
    pub plans: usize,
}

/// True for what everything else follows from: with another answer here the other defaults would be others too.
pub(crate) fn is_root(field: ConstraintField) -> bool {
    ROOTS.contains(&field)
}

/// Chooses a default for each gap. `coverage` is how much is known in all.
///
/// # Errors
/// When the catalogue's data is broken.
pub(crate) fn complete(
    situation: &Situation,
    gaps: &[ConstraintField],
    coverage: f64,
    sketches: &Sketches,
) -> Result<Completed, EstimateError> {
    let agreed = situation.agreed(&OBJECTIVES);
    let mut filling = Filling::of(&agreed, gaps, coverage, sketches, None)?;
    if let Some(milder) = filling.milder_protection()? {
        let plans = filling.plans;
        filling = Filling::of(&agreed, gaps, coverage, sketches, Some(&milder))?;
        filling.plans += plans;
    }
    let roots = if gaps.iter().any(|field| is_root(*field)) {
        let roots = filling.roots.clone();
        Base { now: filling.glance(&roots)?, situation: roots }
    } else {
        Base { situation: agreed, now: None }
    };
    let whole = Base { situation: filling.situation, now: filling.now };
    Ok(Completed { whole, roots, filled: filling.filled, plans: filling.plans })
}

/// Gaps on their way to being filled.
struct Filling<'a> {
    situation: Situation,
    roots: Situation,
    filled: Vec<Filled>,
    now: Option<Winner>,
    plans: usize,
    sketches: &'a Sketches,
}

impl<'a> Filling<'a> {
    /// Fills the gaps one after the other; `class` is the data's class that goes before what else suggests itself.
    fn of(
        known: &Situation,
        gaps: &[ConstraintField],
        coverage: f64,
        sketches: &'a Sketches,
        class: Option<&Suggestion>,
    ) -> Result<Self, EstimateError> {
        let (situation, roots) = (known.clone(), known.clone());
        let mut filling = Self { situation, roots, filled: Vec::new(), now: None, plans: 0, sketches };
        for field in ORDER.into_iter().filter(|field| gaps.contains(field)) {
            let Some(fact) = question_bank().question.iter().find(|fact| fact.field == field) else { continue };
            let form = form(&filling.situation.set, fact);
            let mut suggestions = suggestions(&filling.situation, fact, &form, sketches.catalogue);
            if field == ConstraintField::Budget && filling.situation.set.budget.is_none() {
                suggestions.extend(filling.planned_budget(&form, coverage)?);
                rank(&mut suggestions);
            }
            weigh_rivals(&mut suggestions);
            if let Some(class) = class.filter(|_| field == ConstraintField::DataClass) {
                suggestions.retain(|other| other.value != class.value);
                suggestions.insert(0, class.clone());
            }
            filling.take(field, &suggestions[0]);
            if is_root(field) {
                filling.roots = filling.situation.clone();
            }
            filling.filled.push(Filled { field, fact, form, suggestions });
        }
        filling.soften(known)?;
        Ok(filling)
    }

    /// The next milder class of data, when the usual one breaks what was said, nothing that was said is behind it, and the
    /// milder one breaks less.
    fn milder_protection(&mut self) -> Result<Option<Suggestion>, EstimateError> {
        let broken = self.violations();
        let class = self.filled.iter().find(|filled| filled.field == ConstraintField::DataClass).cloned();
        let Some(Filled { form: Field::Choice { choices }, suggestions, .. }) = class else { return Ok(None) };
        let usual = &suggestions[0];
        let at = choices.iter().position(|choice| usual.value == AnswerValue::Text(choice.value.clone()));
        // The form has them in order, what anyone may see first; that is never assumed.
        let Some(at) = at.filter(|at| broken > 0 && !usual.is_specific() && *at > 1) else { return Ok(None) };
        let value = AnswerValue::Text(choices[at - 1].value.clone());
        let Some(milder) = self.situation.with(ConstraintField::DataClass, &value, usual.support) else {
            return Ok(None);
        };
        let now = self.glance(&milder)?;
        let reason = format!(
            "The usual default, “{}”, would break what was said, and nothing that was said speaks for it.",
            choices[at].label
        );
        let better = now.is_some_and(|winner| winner.one.violations() < broken);
        Ok(better.then(|| Suggestion::of_planner(value, usual.support, reason)))
    }

    /// Number of hard constraints that what would be selected breaks.
    fn violations(&self) -> usize {
        self.now.as_ref().map_or(0, |winner| winner.one.violations())
    }

    fn take(&mut self, field: ConstraintField, suggestion: &Suggestion) {
        if let Some(taken) = self.situation.with(field, &suggestion.value, suggestion.support) {
            self.situation = taken;
        }
    }

    fn glance(&mut self, situation: &Situation) -> Result<Option<Winner>, EstimateError> {
        self.plans += 1;
        planning::glance(&situation.brief(), self.sketches)
    }

    /// What the design would cost that scores best without a budget. It is as sure as the rest is known, and never less
    /// than what is said of any system.
    fn planned_budget(&mut self, form: &Field, coverage: f64) -> Result<Option<Suggestion>, EstimateError> {
        let Some(usd) = self.glance(&self.situation.clone())?.map(|winner| winner.one.usd) else { return Ok(None) };
        let value = AnswerValue::Number(round_up((usd * BUDGET_HEADROOM).max(10.0)));
        let reason = format!(
            "The design that scores best without a budget is expected to cost ${usd:.0} a month; half as much again is \
             for what was assumed of the load."
        );
        let confidence = coverage.max(question_bank().general_support);
        Ok(fits(form, &value).then(|| Suggestion::of_planner(value, confidence, reason)))
    }

    /// Objectives that no design keeps give way to what a design can do: a default must not break what was said.
    fn soften(&mut self, known: &Situation) -> Result<(), EstimateError> {
        self.now = self.glance(&self.situation.clone())?;
        let open = |field: &ConstraintField| known.set.provenance(*field).is_none();
        for field in OBJECTIVES.into_iter().filter(open) {
            let broken = self.violations();
            if broken == 0 {
                break;
            }
            let Some(at) = self.filled.iter().position(|filled| filled.field == field) else { continue };
            let mut without = self.situation.clone();
            match field {
                ConstraintField::Latency => without.set.latency = None,
                ConstraintField::Availability => without.set.availability = None,
                _ => without.set.budget = None,
            }
            let Some(nearest) = self.glance(&without)?.filter(|winner| winner.one.violations() < broken) else {
                continue;
            };
            let (value, what) = match field {
                ConstraintField::Latency => {
                    let Some(ms) = nearest.latency_p95_ms() else { continue };
                    (round_up(ms * HEADROOM), format!("answers in {ms:.0} ms at P95"))
                }
                ConstraintField::Availability => {
                    let percent = nearest.one.availability;
                    ((percent * 10.0).floor() / 10.0, format!("is available {percent:.3} % of the time"))
                }
                _ => {
                    let usd = nearest.one.usd;
                    (round_up((usd * HEADROOM).max(10.0)), format!("is expected to cost ${usd:.0} a month"))
                }
            };
            let value = AnswerValue::Number(value);
            if !fits(&self.filled[at].form, &value) {
                continue;
            }
            // As sure as the usual default was that an objective of this kind is wanted at all.
            let support = self.filled[at].suggestions[0].support;
            let reason = format!(
                "The usual default would break what was said or accepted; the nearest design that keeps it {what}."
            );
            let suggestion = Suggestion::of_planner(value, support, reason);
            self.take(field, &suggestion);
            self.filled[at].suggestions.insert(0, suggestion);
            self.now = self.glance(&self.situation.clone())?;
        }
        Ok(())
    }
}

/// The next number that people would name: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and their tens.
fn round_up(value: f64) -> f64 {
    const STEPS: [f64; 9] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    let tens = 10f64.powf(value.max(1e-9).log10().floor());
    STEPS.iter().map(|step| step * tens).find(|step| *step >= value * 0.999_999).unwrap_or(10.0 * tens)
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn amounts_are_rounded_up_to_what_people_name() {
        for (value, named) in [(0.9, 1.0), (10.0, 10.0), (412.0, 500.0), (801.0, 1000.0), (1499.0, 1500.0)] {
            assert!((round_up(value) - named).abs() < 1e-9, "{value}: {}", round_up(value));
        }
    }
}
