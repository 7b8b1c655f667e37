//! What other numbers would change: priced and planned with the run's own engine. Nothing is stored.

use design::{
    constraint::ConstraintSet,
    coverage::CoverageReport,
    input::DesignInput,
    node::Node,
    plan::PlanDecision,
    what_if::{TriedField, TriedValues, WhatIf},
};
use knowledge::{catalogue::Catalogue, revision};
use planning::{Brief, Previous};
use run::{
    gate::{Decision, Gate, GateKind},
    id::RunKey,
};
use store::Store;

use crate::{
    decision_sets::{Outputs, body},
    problem::{FieldError, Kind, Problem, internal},
};

fn check(tried: &TriedValues) -> Result<(), Problem> {
    let errors = TriedField::ALL.into_iter().filter_map(|field| {
        let ((minimum, maximum), value) = (field.bounds(), tried.get(field)?);
        (!(minimum..=maximum).contains(&value)).then(|| FieldError {
            field: field.as_str().to_owned(),
            detail: format!("is {value}; a number from {minimum} to {maximum} is accepted"),
        })
    });
    Problem::fields(Kind::BodyInvalid, errors.collect()).map_or(Ok(()), Err)
}

/// What other numbers would change for the newest plan of a run.
///
/// # Errors
/// When a number is out of its bounds, the run is not there or has no plan yet, or the store does not answer.
pub async fn try_values(store: &Store, key: &RunKey, tried: TriedValues) -> Result<WhatIf, Problem> {
    check(&tried)?;
    let (records, gates) = tokio::try_join!(store.node_records(key), store.gates(key))?;
    let run = store.run(key).await?;
    let outputs = Outputs::new(store, key, &records);
    let (input, plan, constraints, coverage) = tokio::try_join!(
        body::<DesignInput>(store, key, &run.input.sha256),
        outputs.newest::<PlanDecision>(Node::Planner),
        outputs.newest::<ConstraintSet>(Node::IntakeExtract),
        outputs.newest::<CoverageReport>(Node::CoverageCheck),
    )?;
    let (Some(plan), Some(constraints)) = (plan, constraints) else {
        let detail =
            "There is no plan yet to try other numbers with; ask again once `plan` of the decision set is there.";
        return Err(Problem::new(Kind::RunNotCompleted, detail));
    };
    let round = outputs.round(Node::Planner).unwrap_or_default();
    let brief = Brief {
        constraints,
        weights: input.weights,
        coverage: coverage.map(|report| report.score),
        previous: previous(&outputs, round).await?,
        comments: revision::comments(finals(&gates)),
        revised_now: is_revised(&gates, round),
        tried: TriedValues::default(),
    };
    let catalogue = Catalogue::embedded().map_err(|error| internal().because(error.to_string()))?;
    planning::trial(&plan, &brief, &tried, catalogue).map_err(|error| internal().because(error))
}

fn finals(gates: &[Gate]) -> impl Iterator<Item = &Gate> {
    gates.iter().filter(|gate| gate.id.kind == GateKind::Final)
}

/// What the round of planning before came to; the planner was told the same.
async fn previous(outputs: &Outputs<'_>, round: u32) -> Result<Option<Previous>, Problem> {
    let Some(before) = round.checked_sub(1) else { return Ok(None) };
    let (plan, tech, cost, policy) = tokio::try_join!(
        outputs.at(Node::Planner, before),
        outputs.at(Node::CriticTech, before),
        outputs.at(Node::CriticCost, before),
        outputs.at(Node::PolicyEval, before),
    )?;
    Ok(plan.map(|plan| Previous { plan, tech, cost, policy }))
}

/// True when a person's comment called for the round.
fn is_revised(gates: &[Gate], round: u32) -> bool {
    finals(gates)
        .filter(|gate| Some(gate.id.iteration) == round.checked_sub(1))
        .filter_map(|gate| gate.decision.as_ref())
        .any(|made| made.decision == Decision::Revise)
}
