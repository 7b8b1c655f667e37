//! Copies what a completed version decided into a new one, so that its execution replays it.

use std::collections::BTreeMap;

use design::node::Node;
use run::{
    event::{Event, EventBody, GateDecided},
    gate::{Gate, GateKind},
    node::{NodeRecord, Step},
    record::Run,
};
use store::{Change, Store, StoreError};

use crate::problem::Problem;

/// True for the nodes whose results are decisions; the rest makes the repository from them.
fn decides(step: &Step) -> bool {
    Node::ALL.iter().take_while(|node| !Node::IMPLEMENTERS.contains(node)).any(|node| node.as_str() == step.node.0)
}

/// Copies node records (with their events, costs and progress) and decided gates, one transaction per node. What is
/// there already is left alone, so that a copy that was broken off can be done again.
///
/// # Errors
/// When the store does not answer.
pub async fn decisions(store: &Store, source: &Run, target: &Run) -> Result<(), Problem> {
    let (from, to) = (source.key(), target.key());
    let (records, gates, costs, done) =
        tokio::try_join!(store.node_records(&from), store.gates(&from), store.costs(&from), store.node_records(&to))?;
    let mut events = events_by_step(store, source).await?;
    for record in records.into_iter().filter(|record| record.ok && decides(&record.step)) {
        let step_events = events.remove(&record.step).unwrap_or_default();
        if done.iter().any(|done| done.step == record.step) {
            continue;
        }
        let cost = costs
            .iter()
            .filter(|_| record.step.node.0 == Node::CriticCost.as_str())
            .find(|cost| cost.iteration == record.step.iteration);
        let mut change = change(target, &record, step_events, gate_of(&record.step, &gates));
        if let Some(cost) = cost {
            change = change.cost(cost.iteration, cost.estimate.clone());
        }
        let change = change.node(NodeRecord { attempt: target.attempt, ..record });
        match store.update::<StoreError, _>(&to, |_| Ok(change.clone())).await {
            Ok(_) | Err(StoreError::AlreadyDone(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn change(target: &Run, record: &NodeRecord, events: Vec<EventBody>, gate: Option<&Gate>) -> Change {
    let progress = events.iter().rev().find_map(|event| match event {
        EventBody::NodeComplete(complete) if complete.step == record.step => Some(complete.progress.clone()),
        _ => None,
    });
    let mut change = Change::by_attempt(target.attempt).events(events);
    if let Some(progress) = progress {
        change = change.progress(progress);
    }
    let decided = gate.and_then(|gate| Some((gate, gate.decision.clone()?)));
    if let Some((gate, decision)) = decided {
        let resumed = GateDecided { gate: gate.id.clone(), status: gate.status, decision };
        change = change.open_gate(gate.clone()).event(EventBody::WorkflowResumed(resumed));
    }
    change
}

/// The gate that a node opened: the one of its kind in the same iteration.
fn gate_of<'a>(step: &Step, gates: &'a [Gate]) -> Option<&'a Gate> {
    let kind = match step.node.0.as_str() {
        name if name == Node::HitlGateInput.as_str() => GateKind::Input,
        name if name == Node::HitlGateFinal.as_str() => GateKind::Final,
        _ => return None,
    };
    gates.iter().find(|gate| gate.id.kind == kind && gate.id.iteration == step.iteration)
}

/// The events by which a node told of its work. The workflow's own events (start, pauses, errors, end) are not copied:
/// the new run did not pause.
async fn events_by_step(store: &Store, source: &Run) -> Result<BTreeMap<Step, Vec<EventBody>>, StoreError> {
    let mut by_step = BTreeMap::<Step, Vec<EventBody>>::new();
    for Event { body, .. } in store.events(&source.key()).await? {
        if let Some(step) = step_of(&body) {
            let told = by_step.entry(step).or_default();
            // A second attempt may have begun the node again.
            if !matches!(body, EventBody::NodeStart(_)) || told.is_empty() {
                told.push(body);
            }
        }
    }
    Ok(by_step)
}

fn step_of(body: &EventBody) -> Option<Step> {
    match body {
        EventBody::NodeStart(start) => Some(start.step.clone()),
        EventBody::ReasonCard(card) => Some(card.step.clone()),
        EventBody::NodeComplete(complete) => Some(complete.step.clone()),
        EventBody::WorkflowStart(_)
        | EventBody::QuestionsPresented(_)
        | EventBody::WorkflowPaused(_)
        | EventBody::GateHeld(_)
        | EventBody::AutoApproving(_)
        | EventBody::WorkflowResumed(_)
        | EventBody::WorkflowComplete(_)
        | EventBody::Error(_)
        | EventBody::FilesEdited(_) => None,
    }
}
