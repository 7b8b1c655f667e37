//! What hangs on a question: the planner plans with other plausible answers.

use design::{
    constraint::{ConstraintField, ConstraintSet},
    words,
};
use estimate::{EstimateError, sketches::Sketches};
use knowledge::{catalogue::Catalogue, question_bank::question_bank};
use planning::{Outcome, what_if_not};
use run::{
    answer::AnswerValue,
    question::{Field, Question, SmartDefault},
};

use crate::{
    complete::{Base, Filled},
    defaults::{fits, localise},
    situation::{Situation, broken_laws, is_protected, jurisdiction},
};

/// Most other answers that are tried for one question; of a number, its range has two ends.
const MOST_TRIED: usize = 3;
const MOST_NUMBERS_TRIED: usize = 2;
/// Numbers that differ by less than this share are one answer.
const SAME_NUMBER: f64 = 0.25;

/// An answer that was tried.
#[derive(Debug, Clone)]
struct Tried {
    /// How plausible it is.
    weight: f64,
    /// The answer for people.
    label: String,
    /// What the planner makes of it.
    outcome: Outcome,
    /// What the law makes of it, where it makes a difference.
    law: Option<String>,
    /// How far the design changes, 0 (not at all) to 1.
    change: f64,
}

/// What hangs on a question.
#[derive(Debug, Clone)]
pub(crate) struct Stakes {
    tried: Vec<Tried>,
}

impl Stakes {
    /// True when some plausible answer changes the design.
    pub(crate) fn matter(&self) -> bool {
        self.tried.iter().any(|tried| tried.change > 0.0)
    }

    /// How far the design changes with another answer, in the mean by how plausible the answers are, 0 to 1.
    pub(crate) fn mean_change(&self) -> f64 {
        let weight: f64 = self.tried.iter().map(|tried| tried.weight).sum();
        let sum: f64 = self.tried.iter().map(|tried| tried.weight * tried.change).sum();
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    /// How many answers were tried.
    pub(crate) fn tries(&self) -> usize {
        self.tried.len()
    }

    /// What another answer changes, in words, the largest change first.
    pub(crate) fn sentence(&self) -> Option<String> {
        let mut moved: Vec<&Tried> = self.tried.iter().filter(|tried| tried.change > 0.0).collect();
        moved.sort_by(|a, b| b.change.total_cmp(&a.change));
        let told: Vec<String> = moved.iter().take(2).map(|tried| tried.sentence()).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// What was tried without effect, in words.
    pub(crate) fn nothing_changed(&self) -> String {
        let Some(first) = self.tried.first() else {
            return "It is a preference that nobody stated, and nothing else suggests itself.".to_owned();
        };
        let labels: Vec<&str> = self.tried.iter().map(|tried| tried.label.as_str()).collect();
        let costs = self.tried.iter().map(|tried| tried.outcome.usd_then).chain([first.outcome.usd_now]);
        let (low, high) = costs.fold((f64::INFINITY, 0.0f64), |(low, high), usd| (low.min(usd), high.max(usd)));
        let money = if high - low < 1.0 {
            format!("for ${high:.0} a month")
        } else {
            format!("for ${low:.0} to ${high:.0} a month")
        };
        format!("The planner comes to the same parts with {} too, {money}.", one_of(&labels))
    }
}

fn one_of(labels: &[&str]) -> String {
    match labels {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl Tried {
    fn sentence(&self) -> String {
        let outcome = &self.outcome;
        let mut effects = Vec::new();
        match (outcome.feasible_now, outcome.feasible_then) {
            (true, false) => effects.push("no design meets every constraint any more".to_owned()),
            (false, true) => effects.push("some design meets every constraint".to_owned()),
            (true, true) | (false, false) => {}
        }
        effects.extend(self.law.clone());
        if (outcome.usd_now - outcome.usd_then).abs() >= 1.0 {
            effects.push(format!("the cost moves from ${:.0} to ${:.0} a month", outcome.usd_now, outcome.usd_then));
        }
        let mut parts: Vec<String> = outcome.replaced.iter().map(|part| part.to.clone()).collect();
        if parts.len() > 2 {
            let more = parts.len() - 2;
            parts.truncate(2);
            parts.push(if more == 1 { "another new part".to_owned() } else { format!("{more} more new parts") });
        }
        if !parts.is_empty() {
            let names: Vec<&str> = parts.iter().map(String::as_str).collect();
            let names = match names.as_slice() {
                [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
                names => names.join(""),
            };
            effects.push(format!("the design gets {names}"));
        }
        if effects.is_empty() {
            effects.push("the design is sized otherwise".to_owned());
        }
        format!("With {}, {}.", self.label, effects.join(", "))
    }
}

/// Tries other answers to a question; at most `most` of them. `known` is what was known before defaults were taken,
/// and `base` is what other answers are compared with.
///
/// # Errors
/// When the catalogue's data is broken.
pub(crate) fn stakes(
    filled: &Filled,
    known: &Situation,
    base: &Base,
    most: usize,
    sketches: &Sketches,
) -> Result<Stakes, EstimateError> {
    let catalogue = sketches.catalogue;
    let completed = &base.situation;
    let others = alternatives(filled, known, completed, catalogue);
    let worth = match filled.form {
        Field::Number { .. } => MOST_NUMBERS_TRIED,
        Field::Text { .. } | Field::Choice { .. } | Field::MultiChoice { .. } => MOST_TRIED,
    };
    let answers: Vec<AnswerValue> = others.iter().take(most.min(worth)).map(|(answer, _)| answer.clone()).collect();
    let Some(now) = base.now.as_ref().filter(|_| !answers.is_empty()) else {
        return Ok(Stakes { tried: Vec::new() });
    };
    let asked = shown(filled);
    let mut tried = Vec::new();
    for outcome in what_if_not(now, &completed.brief(), filled.field, &answers, sketches)? {
        let weight = others.iter().find(|(answer, _)| *answer == outcome.answer).map_or(0.0, |(_, weight)| *weight);
        let law = completed
            .with(filled.field, &outcome.answer, 1.0)
            .and_then(|then| law(filled.field, &completed.set, &then.set, catalogue));
        let label = match &outcome.answer {
            AnswerValue::Many(values) if values.is_empty() => "none of them".to_owned(),
            value => format!("“{}”", words::answer(Some(&asked), value)),
        };
        let change = if law.is_some() { 1.0 } else { change(&outcome) };
        tried.push(Tried { weight, label, law, change, outcome });
    }
    Ok(Stakes { tried })
}

/// Other plausible answers with how plausible each is: what else suggests itself, then what the bank wants tried.
fn alternatives(
    filled: &Filled,
    known: &Situation,
    completed: &Situation,
    catalogue: &Catalogue,
) -> Vec<(AnswerValue, f64)> {
    let bank = question_bank();
    let default = &filled.suggestions[0].value;
    // Nobody who named a place says that a law holds which forbids it, and the other way round.
    let place_or_law = matches!(filled.field, ConstraintField::Regions | ConstraintField::Compliance);
    let implausible = |value: &AnswerValue| {
        place_or_law
            && known.with(filled.field, value, 1.0).is_some_and(|then| {
                then.set.regions.is_some()
                    && then.set.compliance.is_some()
                    && broken_laws(&then.set, catalogue).len() > broken_laws(&known.set, catalogue).len()
            })
    };
    let mut others: Vec<(AnswerValue, f64)> = Vec::new();
    let mut add = |value: AnswerValue, weight: f64| {
        let near = |other: &AnswerValue| match (other, &value) {
            // Numbers that differ by little are the same answer.
            (AnswerValue::Number(a), AnswerValue::Number(b)) => match filled.fact.spread {
                Some(_) => (a - b).abs() <= SAME_NUMBER * a.abs().max(b.abs()),
                // But not availabilities, where the little is all.
                None => (a - b).abs() < f64::EPSILON,
            },
            (a, b) => a == b,
        };
        let new = !near(default) && !others.iter().any(|(other, _)| near(other));
        if new && fits(&filled.form, &value) && !implausible(&value) {
            others.push((value, weight));
        }
    };
    let spread: Vec<AnswerValue> = match (filled.fact.spread, default, &filled.form) {
        (Some(spread), AnswerValue::Number(value), Field::Number { minimum, maximum, .. }) => {
            [value / spread, value * spread]
                .into_iter()
                .map(|value| AnswerValue::Number(value.clamp(*minimum, *maximum)))
                .collect()
        }
        (Some(_) | None, _, _) => Vec::new(),
    };
    let probes = filled.fact.probes.iter().filter_map(|probe| localise(&completed.set, filled.field, probe));
    // Both ends of a range before the suggestions between them; else the suggestions first.
    for value in spread {
        add(value, bank.probe_support);
    }
    for suggestion in filled.suggestions.iter().skip(1).take(2) {
        add(suggestion.value.clone(), suggestion.support);
    }
    for probe in probes {
        add(probe, bank.probe_support);
    }
    others
}

/// How far the planner's design changes: 1 when the answer decides whether anything is feasible, else the share of the
/// parts that are replaced, or the share of the larger cost that comes or goes, whichever is more; 0 when it is the same
/// design.
fn change(outcome: &Outcome) -> f64 {
    let bank = question_bank();
    if outcome.feasible_now != outcome.feasible_then {
        return 1.0;
    }
    let same_cost =
        (outcome.usd_now - outcome.usd_then).abs() < bank.same_cost_usd || outcome.cost_shift() < bank.same_cost_share;
    let parts = outcome.replaced.len() as f64 / design::plan::Capability::ALL.len() as f64;
    parts.max(if same_cost { 0.0 } else { outcome.cost_shift() }).min(1.0)
}

/// What an answer changes before the law.
fn law(
    field: ConstraintField,
    now: &ConstraintSet,
    then: &ConstraintSet,
    catalogue: &'static Catalogue,
) -> Option<String> {
    match field {
        ConstraintField::Regions
        | ConstraintField::Compliance
        | ConstraintField::DataClass
        | ConstraintField::Cloud => {}
        ConstraintField::Budget
        | ConstraintField::Latency
        | ConstraintField::Throughput
        | ConstraintField::DataVolume
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Team
        | ConstraintField::Availability
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => return None,
    }
    let (broken_now, broken_then) = (broken_laws(now, catalogue), broken_laws(then, catalogue));
    if let Some(law) = broken_then.iter().find(|law| !broken_now.contains(law)) {
        return Some(format!("the place is not one that {} is content with", law.source));
    }
    if let Some(law) = broken_now.iter().find(|law| !broken_then.contains(law)) {
        return Some(format!("the place is one that {} is content with", law.source));
    }
    let (here, there) = (jurisdiction(now, catalogue), jurisdiction(then, catalogue));
    if is_protected(now) && here != there {
        return Some(format!("protected data comes under the law of {}", there.as_deref().unwrap_or("another place")));
    }
    None
}

/// The question as far as words for its answers need it.
fn shown(filled: &Filled) -> Question {
    let first = &filled.suggestions[0];
    Question {
        id: filled.field.as_str().to_owned(),
        text: filled.fact.text.clone(),
        why: filled.fact.why.clone(),
        priority: filled.fact.priority,
        field: filled.form.clone(),
        default: SmartDefault {
            value: first.value.clone(),
            confidence: first.support,
            reason: first.reason.clone(),
            basis: first.basis,
        },
        others: Vec::new(),
    }
}

/// An answer to a gap's question in words.
pub(crate) fn in_words(filled: &Filled, value: &AnswerValue) -> String {
    words::answer(Some(&shown(filled)), value)
}
