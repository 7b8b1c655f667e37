//! Changing a run: the one place where fences are checked and events are numbered.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use run::{
    artifact::Artifact,
    event::{Event, EventBody, WorkflowStart},
    gate::{Gate, GateId, GateStatus},
    id::RunKey,
    node::NodeRecord,
    record::{Run, RunStatus},
};

use crate::{
    Change, Committed, Conflict, Store, StoreError, Verdict,
    change::GateChange,
    gates, keys, runs,
    table::{self, Expression, Item, Refusal, Write},
};

/// What a node tells the state machine; the execution's whole state may have 256 KB.
const SIGNAL_LIMIT: usize = 16 * 1024;

/// The records of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Run,
    Event,
    Node,
    Gate(GateId),
    Other,
}

impl Store {
    /// Makes one change, if the run is still as it was read (`run.revision`).
    ///
    /// # Errors
    /// `Contention` when the run has changed since; `Superseded`, `Ended`, `AlreadyDone`, `GateDecided`, `GateHeld` when
    /// the change may not be made.
    pub async fn commit(&self, run: &Run, change: Change) -> Result<Committed, StoreError> {
        allow(run, &change)?;
        let key = run.key();
        let (next, events) = advance(run, &change);
        let mut writes = vec![Write { part: Part::Run, item: self.replace_run(run, &next)? }];
        for event in &events {
            writes.push(Write { part: Part::Event, item: self.put_new(self.event_item(&key, event).await?) });
        }
        if let Some(record) = &change.node {
            writes.push(Write { part: Part::Node, item: self.put_new(node_item(&key, record)?) });
        }
        if let Some(gate) = &change.gate {
            let (id, item) = self.write_gate(&key, run.attempt, gate)?;
            writes.push(Write { part: Part::Gate(id), item });
        }
        if let Some(cost) = &change.cost {
            let mut item = table::key(keys::of_run(&key), keys::cost(cost.iteration));
            item.insert("cost".into(), table::document("the cost estimate", cost)?);
            writes.push(Write { part: Part::Other, item: self.put_item(item, None, Expression::new()) });
        }
        let artifacts = change
            .artifacts
            .iter()
            .map(|artifact| artifact_item(&key, artifact, change.node.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        if writes.len() + artifacts.len() <= table::TRANSACTION_LIMIT {
            writes.extend(
                artifacts
                    .into_iter()
                    .map(|item| Write { part: Part::Other, item: self.put_item(item, None, Expression::new()) }),
            );
        } else {
            // They name the node that announces them, and are not listed before its record is there.
            self.put_batches(artifacts).await?;
        }
        for edit in &change.edits {
            let item = table::keyed(table::record(edit)?, keys::of_run(&key), keys::edit(&edit.path));
            writes.push(Write { part: Part::Other, item: self.put_item(item, None, Expression::new()) });
        }
        if writes.len() > table::TRANSACTION_LIMIT {
            let what = "the list of records in one change".to_owned();
            return Err(StoreError::TooLarge { what, size: writes.len(), limit: table::TRANSACTION_LIMIT });
        }
        match self.transact(writes).await {
            Ok(()) => {}
            Err(refusal) => return Err(self.explain(&key, &change, refusal).await),
        }
        if let Some(record) = &change.node {
            self.measure(run, record).await;
        }
        Ok(Committed { run: next, events })
    }

    /// Reads the run, makes a change for it and commits that; when others were faster, again with the run as it is then.
    ///
    /// # Errors
    /// What `change` returns, and what [`Store::commit`] does; `Contention` only after many tries.
    pub async fn update<E, F>(&self, key: &RunKey, mut change: F) -> Result<Committed, E>
    where
        E: From<StoreError>,
        F: FnMut(&Run) -> Result<Change, E>,
    {
        let mut pauses = table::pauses();
        loop {
            let run = self.run(key).await?;
            match self.commit(&run, change(&run)?).await {
                Ok(committed) => return Ok(committed),
                Err(StoreError::Contention { .. }) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(StoreError::Contention { attempts: table::TRIES }.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn replace_run(&self, run: &Run, next: &Run) -> Result<TransactWriteItem, StoreError> {
        // Every change raises the revision, so this one condition also holds status and attempt as they were checked.
        let with = Expression::new().name("revision").value("read", table::number(run.revision));
        Ok(self.put_item(runs::run_item(next)?, Some("#revision = :read"), with))
    }

    /// The conditional write of a gate.
    fn write_gate(
        &self,
        key: &RunKey,
        attempt: u32,
        change: &GateChange,
    ) -> Result<(GateId, TransactWriteItem), StoreError> {
        let at = |id: &GateId| table::key(keys::of_run(key), keys::gate(id));
        let status = |status: GateStatus| table::text(gates::status_name(status));
        let write = match change {
            GateChange::Open(gate) => {
                let item = gates::to_item(key, gate, attempt)?;
                let with = Expression::new().name("status").value("expired", status(GateStatus::Expired));
                let condition = "attribute_not_exists(pk) OR #status = :expired";
                (gate.id.clone(), self.put_item(item, Some(condition), with))
            }
            GateChange::Decide { id, verdict } => {
                let mut with = Expression::new()
                    .name("status")
                    .name("attempt")
                    .value("status", status(verdict.status()))
                    .value("pending", status(GateStatus::Pending))
                    .value("attempt", table::number(attempt));
                let mut update = "SET #status = :status, #attempt = :attempt".to_owned();
                if let Some(decision) = verdict.decision() {
                    update.push_str(", #decision = :decision");
                    with = with.name("decision").value("decision", table::document("the gate's decision", decision)?);
                }
                let condition = match verdict {
                    Verdict::Answered(_) | Verdict::Expired => "#status = :pending",
                    Verdict::AutoApproved(_) => {
                        with = with.name("held").value("free", aws_sdk_dynamodb::types::AttributeValue::Bool(false));
                        "#status = :pending AND #held = :free"
                    }
                };
                (id.clone(), self.update_item(at(id), &update, condition, with))
            }
            GateChange::Hold { id, expires_at } => {
                let with = Expression::new()
                    .name("status")
                    .name("held")
                    .name("closes_at")
                    .value("pending", status(GateStatus::Pending))
                    .value("held", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
                    .value("closes_at", table::text(expires_at.to_string()));
                let update = "SET #held = :held, #closes_at = :closes_at";
                (id.clone(), self.update_item(at(id), update, "#status = :pending", with))
            }
            GateChange::Rejoin { id, held, token, expires_at } => {
                let with = Expression::new()
                    .name("status")
                    .name("held")
                    .name("closes_at")
                    .name("task_token")
                    .name("attempt")
                    .value("pending", status(GateStatus::Pending))
                    .value("expired", status(GateStatus::Expired))
                    .value("held", aws_sdk_dynamodb::types::AttributeValue::Bool(*held))
                    .value("closes_at", table::text(expires_at.to_string()))
                    .value("token", table::text(&token.0))
                    .value("attempt", table::number(attempt));
                let update = "SET #status = :pending, #held = :held, #closes_at = :closes_at, #task_token = :token, \
                              #attempt = :attempt";
                (id.clone(), self.update_item(at(id), update, "#status = :pending OR #status = :expired", with))
            }
        };
        Ok(write)
    }

    /// Says which of the refusals it was.
    async fn explain(&self, key: &RunKey, change: &Change, refusal: Refusal<Part>) -> StoreError {
        let parts = match refusal {
            Refusal::Failed(error) => return error,
            Refusal::Busy => return StoreError::Contention { attempts: 1 },
            Refusal::Conditions(parts) => parts,
        };
        if let (true, Some(record)) = (parts.contains(&Part::Node), &change.node) {
            return match self.node_record(key, &record.step).await {
                Ok(Some(stored)) => StoreError::AlreadyDone(Box::new(stored)),
                Ok(None) => StoreError::Contention { attempts: 1 },
                Err(error) => error,
            };
        }
        let gate = parts.iter().find_map(|part| match part {
            Part::Gate(id) => Some(id),
            Part::Run | Part::Event | Part::Node | Part::Other => None,
        });
        match gate {
            Some(id) => match self.gate(key, id).await {
                Ok(gate) => gate_refusal(gate, change),
                Err(error) => error,
            },
            None => StoreError::Contention { attempts: 1 },
        }
    }

    /// Adds a node's duration to the history of its kind. Beside the transaction: all runs of an owner share these
    /// records, and would wait for each other at them; a measurement that is lost makes an estimate a little older.
    async fn measure(&self, run: &Run, record: &NodeRecord) {
        if !record.ok {
            return;
        }
        let sk = format!("{}{}", keys::timing_prefix(&run.kind), record.step.node);
        let update = self
            .dynamo
            .update_item()
            .table_name(&self.table)
            .set_key(Some(table::key(keys::owner(&run.owner), sk)))
            .update_expression("SET #node = :node ADD measured :one, total_ms :duration")
            .expression_attribute_names("#node", "node")
            .expression_attribute_values(":node", table::text(&record.step.node.0))
            .expression_attribute_values(":one", table::number(1))
            .expression_attribute_values(":duration", table::number(record.duration_ms));
        if let Err(error) = update.send().await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(run.id = %run.id, node = %record.step.node, error, "a node's duration was not recorded");
        }
    }
}

/// The fences: may this change be made to this run?
fn allow(run: &Run, change: &Change) -> Result<(), StoreError> {
    if !change.edits.is_empty() {
        let completed = run.status == RunStatus::Completed;
        return if completed { Ok(()) } else { Err(StoreError::Ended { status: run.status }) };
    }
    let open = match (run.status, &change.resume) {
        (RunStatus::Queued | RunStatus::Running | RunStatus::AwaitingInput, _) => true,
        (RunStatus::Failed, resume) => resume.is_some(),
        (RunStatus::Completed | RunStatus::Rejected | RunStatus::Cancelled, _) => false,
    };
    if !open {
        return Err(StoreError::Ended { status: run.status });
    }
    match change.attempt {
        Some(given) if given != run.attempt => Err(StoreError::Superseded { given, current: run.attempt }),
        Some(_) | None => Ok(()),
    }
}

/// The run after the change, and its new events.
fn advance(run: &Run, change: &Change) -> (Run, Vec<Event>) {
    // A clock that went back must not put an event before its predecessor.
    let now = Timestamp::now().max(run.updated_at);
    let mut next = run.clone();
    next.revision += 1;
    next.updated_at = now;
    let mut bodies = Vec::with_capacity(change.events.len() + 1);
    if let Some(nodes) = &change.resume {
        next.attempt += 1;
        next.status = RunStatus::Queued;
        next.failure = None;
        next.ended_at = None;
        // The new attempt comes to the gate again by itself.
        next.open_gate = None;
        bodies.push(EventBody::WorkflowStart(WorkflowStart {
            attempt: next.attempt,
            variant: run.variant,
            nodes: nodes.clone(),
        }));
    }
    bodies.extend(change.events.iter().cloned());
    match &change.gate {
        Some(GateChange::Open(gate)) if gate.status == GateStatus::Pending => wait_at(&mut next, &gate.id),
        Some(GateChange::Rejoin { id, .. }) => wait_at(&mut next, id),
        Some(GateChange::Decide { id, verdict }) => match verdict {
            Verdict::Answered(_) | Verdict::AutoApproved(_) => {
                next.status = RunStatus::Running;
                next.open_gate = next.open_gate.filter(|open| open != id);
            }
            // The run is about to end, which says more than a change of its status now.
            Verdict::Expired => {}
        },
        Some(GateChange::Open(_) | GateChange::Hold { .. }) | None => {}
    }
    if let Some(status) = change.status {
        next.status = status;
    }
    if let Some(progress) = &change.progress {
        next.progress = progress.clone();
    }
    if let Some(failure) = &change.failure {
        next.failure = Some(failure.clone());
    }
    // An edit of the result does not end the run once more.
    if next.status.has_ended() && change.edits.is_empty() {
        next.ended_at = Some(now);
        next.open_gate = None;
    }
    let events = bodies
        .into_iter()
        .zip(run.last_sequence + 1..)
        .map(|(body, sequence)| Event { sequence, decision_set_id: run.id.clone(), at: now, body })
        .collect::<Vec<_>>();
    next.last_sequence += events.len() as u64;
    (next, events)
}

fn wait_at(run: &mut Run, gate: &GateId) {
    run.status = RunStatus::AwaitingInput;
    run.open_gate = Some(gate.clone());
}

fn node_item(key: &RunKey, record: &NodeRecord) -> Result<Item, StoreError> {
    let signal = record.signal.to_string().len();
    if signal > SIGNAL_LIMIT {
        let what = format!("the signal of {}", record.step);
        return Err(StoreError::TooLarge { what, size: signal, limit: SIGNAL_LIMIT });
    }
    let mut item = table::key(keys::of_run(key), keys::node(&record.step));
    item.insert("record".into(), table::document("the node record", record)?);
    Ok(item)
}

fn artifact_item(key: &RunKey, artifact: &Artifact, node: Option<&NodeRecord>) -> Result<Item, StoreError> {
    let mut item = table::keyed(table::record(artifact)?, keys::of_run(key), keys::artifact(&artifact.path));
    if let Some(record) = node {
        item.insert("announced_by".into(), table::text(keys::node(&record.step)));
    }
    Ok(item)
}

/// Why a gate refused a change, from the gate as it stands now.
fn gate_refusal(gate: Gate, change: &Change) -> StoreError {
    match (&change.gate, gate.status) {
        (Some(GateChange::Open(_)), GateStatus::Pending) => Conflict::GateOpen(gate.id).into(),
        (Some(GateChange::Decide { verdict: Verdict::AutoApproved(_), .. }), GateStatus::Pending) if gate.held => {
            StoreError::GateHeld(Box::new(gate))
        }
        // It was refused and would be accepted now: someone reopened it in between.
        (_, GateStatus::Pending) => StoreError::Contention { attempts: 1 },
        (_, GateStatus::Answered | GateStatus::AutoApproved | GateStatus::Expired) => {
            StoreError::GateDecided(Box::new(gate))
        }
    }
}
