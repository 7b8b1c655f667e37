//! Which questions, in which order, with which defaults.

use std::cmp::Ordering;

use design::{
    constraint::ConstraintField,
    coverage::{CoverageReport, Gap},
    question::{QuestionSet, Unasked},
};
use estimate::{EstimateError, sketches::Sketches};
use knowledge::{
    catalogue::Catalogue,
    question_bank::{QuestionFact, question_bank},
};
use run::question::{Priority, Question};

use crate::{
    complete::{Completed, Filled, complete, is_root},
    defaults::round,
    situation::{Situation, broken_laws, is_protected},
    stakes::{Stakes, in_words, stakes},
};

/// Other suggestions that a form shows.
const MOST_OTHERS: usize = 3;

/// A gap that is not asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// The field.
    pub field: ConstraintField,
    /// Its effect, where it was tried.
    pub effect: Option<f64>,
    /// Why it is not asked.
    pub why_not: String,
}

/// The questions of a round with what explains them.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The questions, and what is not asked because nothing hangs on it.
    pub set: QuestionSet,
    /// The effect of each question, in their order: the chance that the default is wrong times the change then.
    pub effects: Vec<f64>,
    /// What each default's confidence was computed from, in their order.
    pub basis: Vec<Vec<String>>,
    /// Gaps that are left for another reason than that nothing hangs on them.
    pub left: Vec<Left>,
    /// How many plans were tried.
    pub plans: usize,
}

/// A gap on which something hangs.
struct Candidate<'a> {
    gap: &'a Gap,
    filled: Filled,
    stakes: Stakes,
    effect: f64,
    priority: Priority,
}

/// Chooses the questions of a round. `asked` are the ids of questions that were answered or defaulted before; `settled`
/// is what an earlier round found to change nothing and what still holds, because nothing but defaults was taken since.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn choose(
    situation: &Situation,
    report: &CoverageReport,
    asked: &[String],
    settled: &[Unasked],
    round: u32,
    catalogue: &'static Catalogue,
) -> Result<Chosen, EstimateError> {
    let bank = question_bank();
    let mut chosen = Chosen {
        set: QuestionSet { round, ..QuestionSet::default() },
        effects: Vec::new(),
        basis: Vec::new(),
        left: Vec::new(),
        plans: 0,
    };
    let mut gaps: Vec<&Gap> = Vec::new();
    for gap in &report.gaps {
        if asked.iter().any(|id| id == gap.field.as_str()) {
            let why_not = "was asked in an earlier round".to_owned();
            chosen.left.push(Left { field: gap.field, effect: None, why_not });
        } else if let Some(settled) = settled.iter().find(|settled| settled.field == gap.field) {
            if !chosen.set.unasked.contains(settled) {
                chosen.set.unasked.push(settled.clone());
            }
        } else if !gaps.iter().any(|other| other.field == gap.field) {
            gaps.push(gap);
        }
    }
    if gaps.is_empty() {
        return Ok(chosen);
    }
    let sketches = Sketches::new(catalogue);
    let fields: Vec<ConstraintField> = gaps.iter().map(|gap| gap.field).collect();
    let Completed { whole, roots, filled, mut plans } = complete(situation, &fields, report.score, &sketches)?;

    // What is most likely to matter is tried first, because a round's plans are bounded.
    let mut open: Vec<(&Gap, Filled)> = filled
        .into_iter()
        .filter_map(|filled| Some((*gaps.iter().find(|gap| gap.field == filled.field)?, filled)))
        .collect();
    let prior = |gap: &Gap, fact: &QuestionFact| {
        let weight = report.fields.iter().find(|coverage| coverage.field == gap.field).map_or(0.0, |own| own.weight);
        weight * (fact.choice_impact + fact.cost_impact)
    };
    // A place is tried whenever a law is named, also by a default: see `keep_the_law`.
    let law = whole.situation.set.compliance.as_ref().is_some_and(|stated| !stated.value.is_empty());
    let first = |gap: &Gap| gap.blocking || (law && gap.field == ConstraintField::Regions);
    open.sort_by(|a, b| first(b.0).cmp(&first(a.0)).then(prior(b.0, b.1.fact).total_cmp(&prior(a.0, a.1.fact))));
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for (gap, filled) in open {
        let most = bank.most_plans.saturating_sub(plans);
        if most == 0 {
            let why_not = "was not tried in this round: others are more likely to matter".to_owned();
            chosen.left.push(Left { field: gap.field, effect: None, why_not });
            continue;
        }
        let base = if is_root(gap.field) { &roots } else { &whole };
        let stakes = stakes(&filled, situation, base, most, &sketches)?;
        plans += stakes.tries();
        let support = filled.suggestions[0].support;
        let effect = (1.0 - support) * stakes.mean_change();
        // What the requirement contradicts itself in is asked however likely the reading that was taken is.
        let conflict = situation.set.conflicts.iter().any(|conflict| conflict.fields.contains(&gap.field));
        if stakes.matter() && (conflict || effect >= bank.least_effect) {
            let priority = priority(situation, filled.fact, gap, effect);
            candidates.push(Candidate { gap, filled, stakes, effect, priority });
            continue;
        }
        let default = in_words(&filled, &filled.suggestions[0].value);
        let assumed = if situation.set.provenance(gap.field).is_some() {
            format!("Taken as “{default}”.")
        } else {
            format!("Left open; the usual answer would be “{default}”.")
        };
        let why = match stakes.sentence() {
            Some(sentence) => format!(
                "{sentence} But that is unlikely: {support:.2} speaks for the usual answer, so that {effect:.3} of the \
                 design would change in the mean."
            ),
            None => stakes.nothing_changed(),
        };
        chosen.set.unasked.push(Unasked { field: gap.field, assumed, why });
    }
    chosen.plans = plans;
    candidates.sort_by(order);
    let rest = candidates.split_off(bank.most_per_round.min(candidates.len()));
    let rest = keep_the_law(situation, &mut candidates, rest, catalogue);
    for candidate in &rest {
        let why_not = format!("{} others have more effect", candidates.len());
        chosen.left.push(Left { field: candidate.gap.field, effect: Some(round3(candidate.effect)), why_not });
    }
    for candidate in candidates {
        let (question, basis) = candidate.question();
        chosen.effects.push(round3(candidate.effect));
        chosen.set.questions.push(question);
        chosen.basis.push(basis);
    }
    Ok(chosen)
}

fn round3(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// What changes the design most first; the field settles ties.
fn order(a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
    b.effect.total_cmp(&a.effect).then(a.gap.field.cmp(&b.gap.field))
}

/// When the defaults that are asked name a law, and the place that it wants is a default that is not asked, the place is
/// asked in the last one's stead: accepting all defaults must not break a law. Returns what is left over.
fn keep_the_law<'a>(
    situation: &Situation,
    asked: &mut Vec<Candidate<'a>>,
    mut rest: Vec<Candidate<'a>>,
    catalogue: &'static Catalogue,
) -> Vec<Candidate<'a>> {
    let accepted = |asked: &[Candidate<'_>]| {
        asked.iter().fold(situation.clone(), |situation, candidate| {
            let first = &candidate.filled.suggestions[0];
            situation.with(candidate.gap.field, &first.value, first.support).unwrap_or(situation)
        })
    };
    let broken = |situation: &Situation| broken_laws(&situation.set, catalogue).len();
    if broken(&accepted(asked)) > broken(situation)
        && let Some(place) = rest.iter().position(|candidate| candidate.gap.field == ConstraintField::Regions)
    {
        let place = rest.remove(place);
        let law = |candidate: &Candidate<'_>| candidate.gap.field == ConstraintField::Compliance;
        if let Some(last) = asked.iter().rposition(|candidate| !law(candidate)) {
            rest.push(asked.remove(last));
        }
        asked.push(place);
        asked.sort_by(order);
    }
    rest
}

/// By the effect; critical where a design would be a guess, or where protected data would be put in a place that no
/// law which is known has chosen.
fn priority(situation: &Situation, fact: &QuestionFact, gap: &Gap, effect: f64) -> Priority {
    let bank = question_bank();
    let set = &situation.set;
    let guess = gap.blocking && fact.priority == Priority::Critical;
    let law_is_known = set
        .compliance
        .iter()
        .flat_map(|stated| &stated.value)
        .any(|framework| bank.law.iter().any(|law| law.framework == *framework));
    let place = gap.blocking && fact.field == ConstraintField::Regions && is_protected(set) && !law_is_known;
    if guess || place {
        Priority::Critical
    } else if effect >= bank.high_effect {
        Priority::High
    } else if effect >= bank.medium_effect {
        Priority::Medium
    } else {
        Priority::Low
    }
}

impl Candidate<'_> {
    fn question(&self) -> (Question, Vec<String>) {
        let Filled { field, fact, form, suggestions } = &self.filled;
        let first = &suggestions[0];
        // How much of the design is right when the default is taken: all of it when the default is what a person would
        // say, and else what the person's answer would leave as it is.
        let acceptable = 1.0 - self.effect;
        let mut basis = first.lines.clone();
        basis.push(format!("likely what a person would say: {:.2}", first.support));
        basis.push(format!(
            "{} other answers were tried, which change {:.2} of the design in the mean: 1 − (1 − {:.2}) × {:.2} = \
             {acceptable:.2}",
            self.stakes.tries(),
            self.stakes.mean_change(),
            first.support,
            self.stakes.mean_change()
        ));
        let mut why = fact.why.clone();
        if !self.gap.reason.starts_with("nothing is said") {
            why.push_str(&format!(" It is {}.", self.gap.reason.trim_end_matches('.')));
        }
        why.extend(self.stakes.sentence().map(|sentence| format!(" {sentence}")));
        let question = Question {
            id: field.as_str().to_owned(),
            text: fact.text.clone(),
            why,
            priority: self.priority,
            field: form.clone(),
            default: first.shown(acceptable),
            others: suggestions
                .iter()
                .skip(1)
                .take(MOST_OTHERS)
                .map(|other| other.shown(round(other.support)))
                .collect(),
        };
        (question, basis)
    }
}
