//! What a model may add to a plan: designs made of patterns of the catalogue, and reasons.
//!
//! A proposal is a set of patterns. The engine joins, prices, scores and orders it with what it composed itself, so that every
//! number is the engine's and the selection is by its score; what does not go together, breaks a constraint or is there
//! already is dropped for the engine's reason. A reason is text beside a candidate; a figure that the engine does not have
//! for this candidate drops it.

use std::collections::BTreeSet;

use agent::{AgentError, Consultation, Prompt, Taken, Thought, figures, plain};
use design::{
    constraint::ConstraintField,
    plan::{Candidate, PlanDecision},
    signal::NoSignal,
    words,
};
use estimate::workload::Workload;
use knowledge::{catalogue::Catalogue, pattern::Pattern};
use planning::{Judged, compose::on_offer, plan_with};
use serde::{Deserialize, Serialize};

use crate::{PlannerInput, card};

/// The registered prompt.
pub const PROMPT: Prompt = Prompt { name: "planner", text: include_str!("../../../prompts/planner.md") };

/// Most tokens of an answer: four designs and a sentence for each candidate.
const MOST_TOKENS: u32 = 2_400;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 320;
/// Most parts that are looked at; an architecture has one for each capability.
const MOST_PARTS: usize = 12;
/// What stands before a model's reason in a candidate's summary.
const REASON: &str = "A model's reason: ";
/// What tells where a candidate comes from.
const PROPOSED: &str = "Proposed by a model, joined and priced by the engine.";

/// What a model would plan.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannerAnswer {
    /// Designs that are not among the candidates and worth comparing; empty when there are none.
    #[schemars(length(max = 6))]
    pub designs: Vec<ProposedDesign>,
    /// Reasons for or against candidates that the rules do not give.
    #[schemars(length(max = 8))]
    pub reasons: Vec<Reason>,
}

/// A design.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposedDesign {
    /// Ids of its patterns, one for each capability.
    pub patterns: Vec<String>,
    /// Why it is worth comparing, in one or two sentences.
    pub reason: String,
}

/// A reason.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Id of the candidate.
    pub candidate: String,
    /// The reason, in one or two sentences.
    pub text: String,
}

#[derive(Debug, Serialize)]
struct Context<'a> {
    constraints: Vec<Known>,
    weights: Vec<Weight<'a>>,
    comments: &'a [String],
    patterns: Vec<Row<'a>>,
    candidates: Vec<Shown<'a>>,
}

#[derive(Debug, Serialize)]
struct Known {
    field: &'static str,
    value: String,
    from: &'static str,
}

#[derive(Debug, Serialize)]
struct Weight<'a> {
    criterion: &'static str,
    weight: f64,
    why: &'a str,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    capability: &'static str,
    summary: &'a str,
    provides: &'a [String],
    needs: &'a [String],
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    patterns: Vec<&'a str>,
    summary: &'a str,
    score: f64,
    violations: &'a [String],
    why_not: Option<&'a str>,
}

/// Asks for designs and reasons.
///
/// # Errors
/// When the prompt cannot be made.
pub(crate) fn consult(
    input: &PlannerInput,
    rules: &Thought<PlanDecision, NoSignal>,
) -> Result<Consultation<PlanDecision, NoSignal>, AgentError> {
    let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
    let plan = &rules.output;
    let workload = Workload::of(&plan.constraints, catalogue);
    let is_left_out = |pattern: &&&Pattern| plan.excluded.iter().any(|exclusion| exclusion.pattern == pattern.id);
    let offer = on_offer(&workload, catalogue);
    let known = ConstraintField::ALL.into_iter().filter_map(|field| {
        let value = words::constraint(&plan.constraints, field)?;
        let from = plan.constraints.provenance(field).map_or("", |provenance| words::source(provenance.source));
        Some(Known { field: field.as_str(), value, from })
    });
    let context = Context {
        constraints: known.collect(),
        weights: plan
            .weights
            .iter()
            .map(|used| Weight { criterion: used.criterion.as_str(), weight: two(used.weight), why: &used.reason })
            .collect(),
        comments: &input.brief.comments,
        patterns: offer.iter().filter(|pattern| !is_left_out(pattern)).map(|pattern| row(pattern)).collect(),
        candidates: plan.candidates.iter().map(shown).collect(),
    };
    let prompt = PROMPT.render(&context)?;
    let input = input.clone();
    Ok(Consultation::new(prompt, MOST_TOKENS, move |thought, answer| advice(thought, &input, &answer, catalogue)))
}

fn two(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn row(pattern: &Pattern) -> Row<'_> {
    Row {
        id: &pattern.id,
        capability: pattern.capability.as_str(),
        summary: &pattern.summary,
        provides: &pattern.provides,
        needs: &pattern.needs,
    }
}

fn shown(candidate: &Candidate) -> Shown<'_> {
    Shown {
        id: &candidate.id,
        name: &candidate.name,
        patterns: candidate.components.iter().map(|component| component.pattern.as_str()).collect(),
        summary: &candidate.summary,
        score: two(candidate.total_score),
        violations: &candidate.violations,
        why_not: candidate.why_not.as_deref(),
    }
}

/// Takes from a model's designs those that the engine finds feasible, and reasons that contradict no number.
pub fn advice(
    thought: &mut Thought<PlanDecision, NoSignal>,
    input: &PlannerInput,
    answer: &PlannerAnswer,
    catalogue: &'static Catalogue,
) -> Taken {
    let mut taken = Taken::default();
    let mut is_changed = false;
    let proposals: Vec<Vec<String>> = answer.designs.iter().map(|design| cleaned(&design.patterns)).collect();
    let mut reasons: Vec<Reason> = Vec::new();
    if !proposals.is_empty() {
        match plan_with(&input.brief, &proposals, catalogue) {
            Ok(Judged { mut plan, proposals: judged }) => {
                for ((design, patterns), verdict) in answer.designs.iter().zip(&proposals).zip(judged) {
                    let what = format!("design {}", patterns.join(" + "));
                    match verdict {
                        Ok(id) => {
                            let Some(candidate) = plan.candidates.iter_mut().find(|own| own.id == id) else { continue };
                            candidate.summary = format!("{} {PROPOSED}", candidate.summary);
                            is_changed = true;
                            let why = format!(
                                "it goes together and breaks nothing; the engine scores it at {:.3}",
                                candidate.total_score
                            );
                            taken.keep(&what, &why);
                            reasons.push(Reason { candidate: id, text: design.reason.clone() });
                        }
                        Err(why) => taken.drop(&what, &why),
                    }
                }
                // Without a design that joins them, the candidates are the rules' own.
                if is_changed {
                    thought.output = plan;
                }
            }
            Err(error) => {
                for patterns in &proposals {
                    taken.drop(&format!("design {}", patterns.join(" + ")), &error.to_string());
                }
            }
        }
    }
    reasons.extend(answer.reasons.iter().cloned());
    is_changed |= attach(&mut thought.output, &reasons, &mut taken);
    if is_changed {
        (thought.card, thought.summary) = card::draft(input, &thought.output);
        let told = thought.output.candidates.iter().filter_map(|candidate| {
            let (_, said) = candidate.summary.split_once(REASON)?;
            Some(format!("**{}** — {REASON}{said}", candidate.name))
        });
        thought.card.reasoning.extend(told);
    }
    taken
}

/// Ids without what is around them, each once.
fn cleaned(patterns: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in patterns.iter().take(MOST_PARTS).map(|id| id.trim().to_lowercase()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Puts reasons beside their candidates; true when there is one.
fn attach(plan: &mut PlanDecision, reasons: &[Reason], taken: &mut Taken) -> bool {
    let mut seen = BTreeSet::new();
    let mut is_changed = false;
    let constraints: BTreeSet<String> = ConstraintField::ALL
        .into_iter()
        .filter_map(|field| words::constraint(&plan.constraints, field))
        .flat_map(|value| figures(&value))
        .collect();
    for reason in reasons {
        let what = format!("reason for {}: {}", reason.candidate, reason.text);
        let Some(candidate) = plan.candidates.iter_mut().find(|own| own.id == reason.candidate.trim()) else {
            taken.drop(&what, "there is no such candidate");
            continue;
        };
        if !seen.insert(candidate.id.clone()) {
            taken.drop(&what, "another reason for it came first");
            continue;
        }
        let text = match plain(&reason.text, LONGEST_REASON) {
            Ok(text) => text,
            Err(why) => {
                taken.drop(&what, why);
                continue;
            }
        };
        let own = own_figures(candidate);
        if let Some(figure) =
            figures(&text).into_iter().find(|figure| !own.contains(figure) && !constraints.contains(figure))
        {
            taken.drop(&what, &format!("the engine does not have the figure {figure} for it"));
            continue;
        }
        candidate.summary = format!("{} {REASON}{text}", candidate.summary);
        taken.keep(&what, "it contradicts no number of the engine");
        is_changed = true;
    }
    is_changed
}

/// The figures that the engine has for a candidate. Money is that of the whole: what one part costs is not what it costs.
fn own_figures(candidate: &Candidate) -> BTreeSet<String> {
    let mut told: Vec<&str> = vec![&candidate.name, &candidate.summary];
    told.extend(candidate.why_not.as_deref());
    told.extend(candidate.scores.iter().map(|score| score.explanation.as_str()));
    let mut own: BTreeSet<String> = told.into_iter().flat_map(figures).collect();
    for component in &candidate.components {
        let mut told = vec![component.name.as_str(), component.pattern.as_str(), component.rationale.as_str()];
        told.extend(component.services.iter().map(String::as_str));
        told.extend(component.traces.iter().map(|trace| trace.claim.as_str()));
        own.extend(told.into_iter().flat_map(figures).filter(|figure| !figure.starts_with('$')));
    }
    own
}
