//! The decision: constraints in, candidates compared, one selected.

use design::{
    constraint::ConstraintSet,
    plan::{Override, PlanDecision},
    question::accepted_defaults,
};
use estimate::{EstimateError, sketches::Sketches, workload::Workload};
use knowledge::{
    catalogue::Catalogue,
    revision::{self, Revision},
};

use crate::{
    Brief,
    compose::{Bench, Breadth, Wishes},
    defaults,
    explain::{self, Setting},
    feedback::Feedback,
    pareto::Front,
    rank::{Ranking, Winner},
    relax,
    score::{Given, Weights},
    trial,
};

/// What stays the same while constraints are tried.
pub struct Situation<'a> {
    /// What sent the plan back.
    pub feedback: &'a Feedback,
    /// The weights that a person gave.
    pub given: &'a Given,
    /// What there is to compose, and what was sized of it before.
    pub sketches: &'a Sketches,
}

impl Situation<'_> {
    /// What there is to compose.
    pub fn catalogue(&self) -> &'static Catalogue {
        self.sketches.catalogue
    }

    /// Composes and ranks for some constraints, and looks at the outcome.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn explore<R>(
        &self,
        constraints: &ConstraintSet,
        breadth: Breadth,
        look: impl FnOnce(&Ranking, &Setting<'_>) -> R,
    ) -> Result<R, EstimateError> {
        let workload = Workload::of(constraints, self.catalogue());
        let wishes = Wishes::of(constraints, &workload, self.feedback, self.catalogue());
        let bench = Bench::lay_out(constraints, &workload, self.feedback, &wishes, self.sketches)?;
        let weights = Weights::of(&workload, self.feedback, self.given);
        let ranking = Ranking::of(bench.combinations(breadth), &workload, self.feedback, &weights);
        let setting =
            Setting { constraints, bench: &bench, wishes: &wishes, weights: &weights, catalogue: self.catalogue() };
        Ok(look(&ranking, &setting))
    }

    /// The winner for some constraints, from a narrow look.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn winner(&self, constraints: &ConstraintSet) -> Result<Option<Winner>, EstimateError> {
        self.explore(constraints, Breadth::Narrow, |ranking, setting| ranking.winner(setting.bench))
    }
}

/// Plans.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn plan(input: &Brief, catalogue: &'static Catalogue) -> Result<PlanDecision, EstimateError> {
    let (constraints, revisions) = revision::revised(&input.constraints, &input.comments, catalogue);
    let feedback = Feedback::of(input, &revisions, catalogue);
    let given = Given::of(&input.weights, &revisions);
    let sketches = Sketches::new(catalogue);
    let situation = Situation { feedback: &feedback, given: &given, sketches: &sketches };
    let constraints = trial::with(&constraints, &input.tried, catalogue);
    let (mut constraints, mut overrides) = defaults::keep_the_law(&constraints, catalogue);
    loop {
        let outcome = situation.explore(&constraints, Breadth::Full, |ranking, setting| {
            attempt(input, &revisions, &overrides, ranking, setting, &feedback)
        })??;
        match outcome {
            Attempt::Planned(plan) => {
                let mut plan = *plan;
                if plan.selected().is_none() {
                    return Err(EstimateError::Unknown("pattern to choose from".to_owned()));
                }
                if plan.selected().is_some_and(|selected| !selected.violations.is_empty()) {
                    if let Some((set, more)) = defaults::let_go(&constraints, &situation)? {
                        (constraints, overrides) = (set, [overrides, more].concat());
                        continue;
                    }
                    plan.relaxations = relax::relaxations(&constraints, &situation)?;
                    plan.reason = explain::with_relaxations(&plan.reason, &plan.relaxations);
                }
                return Ok(plan);
            }
            // Bounded: each round sets one default aside for good.
            Attempt::MissedDefault(set, missed) => {
                constraints = *set;
                overrides.push(missed);
            }
        }
    }
}

/// What came of composing for some constraints.
enum Attempt {
    /// A plan.
    Planned(Box<PlanDecision>),
    /// The best design misses a default: the constraints without it.
    MissedDefault(Box<ConstraintSet>, Override),
}

fn attempt(
    input: &Brief,
    revisions: &[Revision],
    overrides: &[Override],
    ranking: &Ranking,
    setting: &Setting<'_>,
    feedback: &Feedback,
) -> Result<Attempt, EstimateError> {
    let picked = ranking.pick();
    if let Some(first) = picked.first()
        && let Some((set, missed)) = defaults::missed(&ranking.all[*first], setting)
    {
        return Ok(Attempt::MissedDefault(Box::new(set), missed));
    }
    let workload = setting.bench.workload;
    let mut candidates = Vec::new();
    for at in &picked {
        candidates.push(explain::candidate(&ranking.all[*at], ranking.score(*at), &ranking.best, setting)?);
    }
    if let Some((first, others)) = candidates.split_first_mut() {
        for other in others {
            other.why_not = Some(explain::why_not(first, other, workload));
        }
    }
    let Some(selected) = candidates.first().cloned() else {
        return Ok(Attempt::Planned(Box::default()));
    };
    let front = Front::of(ranking);
    let mut reason = explain::reason(&selected, &candidates, ranking, overrides);
    if let Some((first, better)) = picked.first().and_then(|first| Some((*first, front.better_than(*first, ranking)?)))
    {
        let other = explain::candidate(&ranking.all[better], ranking.score(better), &ranking.best, setting)?;
        let ranks = (&ranking.all[first], &ranking.all[better]);
        reason.push_str(&explain::off_the_front(&selected, &other, ranks));
    }
    let ids: Vec<(usize, String)> =
        picked.iter().zip(&candidates).map(|(at, candidate)| (*at, candidate.id.clone())).collect();
    let mut feedback = feedback.clone();
    explain::respond(&mut feedback, input, revisions, &selected, setting);
    let (confidence, confidence_basis) = explain::confidence(input, setting.constraints, &candidates);
    Ok(Attempt::Planned(Box::new(PlanDecision {
        waived: revisions.iter().flat_map(|revision| revision.waived.iter().cloned()).collect(),
        constraints: setting.constraints.clone(),
        selected: selected.id.clone(),
        reason,
        assumptions: workload.assumptions.iter().cloned().chain(accepted_defaults(setting.constraints)).collect(),
        excluded: feedback.exclusions(),
        responses: feedback.responses,
        confidence,
        confidence_basis,
        weights: setting.weights.used().to_vec(),
        pareto: front.points(ranking, setting.bench, &ids),
        compared: front.compared(ranking),
        overrides: overrides.to_vec(),
        relaxations: Vec::new(),
        candidates,
    })))
}
