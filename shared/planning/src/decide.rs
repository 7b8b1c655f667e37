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
    /// Sets of patterns that are looked at beside what is composed.
    pub proposals: &'a [Vec<String>],
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
        let proposals = match breadth {
            Breadth::Full => self.proposals.iter().map(|patterns| bench.judge(patterns)).collect(),
            Breadth::Narrow => Vec::new(),
        };
        let ranking = Ranking::of(bench.combinations(breadth), proposals, &workload, self.feedback, &weights);
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
    Ok(plan_with(input, &[], catalogue)?.plan)
}

/// A plan, and what became of the designs that were proposed for it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The plan.
    pub plan: PlanDecision,
    /// For each proposal the id of its candidate, or why it is none.
    pub proposals: Vec<Result<String, String>>,
}

/// Plans, with designs that somebody proposes, each a set of patterns. They are joined, priced, scored and ordered as
/// what is composed is; what does not go together, breaks a constraint or is there already becomes no candidate.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn plan_with(
    input: &Brief,
    proposals: &[Vec<String>],
    catalogue: &'static Catalogue,
) -> Result<Judged, EstimateError> {
    let (constraints, revisions) = revision::revised(&input.constraints, &input.comments, catalogue);
    let feedback = Feedback::of(input, &revisions, catalogue);
    let given = Given::of(&input.weights, &revisions);
    let sketches = Sketches::new(catalogue);
    let situation = Situation { feedback: &feedback, given: &given, sketches: &sketches, proposals };
    let constraints = trial::with(&constraints, &input.tried, catalogue);
    let (mut constraints, mut overrides) = defaults::keep_the_law(&constraints, catalogue);
    loop {
        let outcome = situation.explore(&constraints, Breadth::Full, |ranking, setting| {
            attempt(input, &revisions, &overrides, ranking, setting, &feedback)
        })??;
        match outcome {
            Attempt::Planned(judged) => {
                let Judged { mut plan, proposals } = *judged;
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
                return Ok(Judged { plan, proposals });
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
    Planned(Box<Judged>),
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
    let (picked, proposed) = with_proposals(ranking);
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
        return Ok(Attempt::Planned(Box::new(Judged { plan: PlanDecision::default(), proposals: Vec::new() })));
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
    let id_of = |at: usize| {
        let known = ids.iter().find(|(own, _)| *own == at).map(|(_, id)| id.clone());
        known.ok_or_else(|| "it is no candidate".to_owned())
    };
    let proposals = proposed.into_iter().map(|proposal| proposal.and_then(id_of)).collect();
    let plan = PlanDecision {
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
    };
    Ok(Attempt::Planned(Box::new(Judged { plan, proposals })))
}

/// Most designs that are shown because they were proposed.
const MOST_PROPOSED: usize = 3;

/// What is shown, the best first, and where each proposal is among all.
fn with_proposals(ranking: &Ranking) -> (Vec<usize>, Vec<Result<usize, String>>) {
    let mut picked = ranking.pick();
    let mut added: Vec<usize> = Vec::new();
    let proposed = ranking
        .proposed
        .iter()
        .map(|proposal| {
            let at = proposal.clone()?;
            if picked.contains(&at) || added.contains(&at) {
                return Err("it is one of the candidates already".to_owned());
            }
            if added.len() == MOST_PROPOSED {
                return Err(format!("{MOST_PROPOSED} proposals are enough"));
            }
            added.push(at);
            Ok(at)
        })
        .collect();
    picked.extend(added);
    (ranking.in_order(picked), proposed)
}
