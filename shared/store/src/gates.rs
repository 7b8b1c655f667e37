//! Gates: exactly one winner. Opening is part of a change ([`crate::Change::open_gate`]).
//!
//! What can change (status, held, closing time, decision, token) stands beside the gate as it was opened, so that the
//! token is attached without rewriting the rest.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use run::{
    event::{EventBody, GateDecided, GateHeld, GateOpened},
    gate::{Gate, GateId, GateStatus},
    id::RunKey,
    record::{Run, RunStatus},
};

use crate::{
    Attached, Change, GateOutcome, Held, Hold, Store, StoreError, TaskToken, Verdict,
    change::GateChange,
    keys, table,
    table::{Expression, Item, Refusal, Write},
};

const WHAT: &str = "gate";

/// A gate and what only the server knows of it.
pub(crate) struct GateRecord {
    pub(crate) gate: Gate,
    token: Option<TaskToken>,
    /// The attempt in which it was opened, joined again or decided last.
    attempt: u64,
}

pub(crate) fn status_name(status: GateStatus) -> &'static str {
    match status {
        GateStatus::Pending => "pending",
        GateStatus::Answered => "answered",
        GateStatus::AutoApproved => "auto_approved",
        GateStatus::Expired => "expired",
    }
}

pub(crate) fn to_item(key: &RunKey, gate: &Gate, attempt: u32) -> Result<Item, StoreError> {
    let mut item = table::key(keys::of_run(key), keys::gate(&gate.id));
    item.insert("gate".into(), table::document("the gate", gate)?);
    item.insert("status".into(), table::text(status_name(gate.status)));
    item.insert("held".into(), AttributeValue::Bool(gate.held));
    item.insert("closes_at".into(), table::text(gate.expires_at.to_string()));
    item.insert("attempt".into(), table::number(attempt));
    if let Some(decision) = &gate.decision {
        item.insert("decision".into(), table::document("the gate's decision", decision)?);
    }
    Ok(item)
}

pub(crate) fn from_item(item: &Item) -> Result<GateRecord, StoreError> {
    let corrupt = |why: String| StoreError::corrupt(WHAT, table::sort_key(item), why);
    let mut gate: Gate = table::parse(WHAT, item, "gate")?;
    gate.status = match table::attribute(WHAT, item, "status")? {
        "pending" => GateStatus::Pending,
        "answered" => GateStatus::Answered,
        "auto_approved" => GateStatus::AutoApproved,
        "expired" => GateStatus::Expired,
        other => return Err(corrupt(format!("`{other}` is no status of a gate"))),
    };
    gate.held = *item
        .get("held")
        .and_then(|value| value.as_bool().ok())
        .ok_or_else(|| corrupt("there is no truth value `held`".into()))?;
    gate.expires_at = table::moment(WHAT, item, "closes_at")?;
    gate.decision = if item.contains_key("decision") { Some(table::parse(WHAT, item, "decision")?) } else { None };
    let token = item.get("task_token").and_then(|value| value.as_s().ok()).map(|token| TaskToken(token.clone()));
    Ok(GateRecord { gate, token, attempt: table::integer(WHAT, item, "attempt")? })
}

impl Store {
    /// Attaches the token of the task that waits at the gate, and says when its timer runs out.
    ///
    /// After a resume the run is sent back to a gate that is pending or expired (status, `open_gate`, event
    /// `workflow-paused`), in the same transaction.
    ///
    /// # Errors
    /// `NotFound`, `Ended`, `Superseded`.
    pub async fn attach_token(
        &self,
        key: &RunKey,
        attempt: u32,
        gate: &GateId,
        token: TaskToken,
        expires_at: Timestamp,
    ) -> Result<Attached, StoreError> {
        let mut pauses = table::pauses();
        loop {
            match self.try_attach(key, attempt, gate, &token, expires_at).await {
                Ok(attached) => return Ok(attached),
                Err(StoreError::GateDecided(gate)) => return Ok(Attached::Decided { gate: *gate }),
                Err(StoreError::Contention { .. }) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(StoreError::Contention { attempts: table::TRIES }),
                },
                Err(error) => return Err(error),
            }
        }
    }

    /// Decides a gate, if nobody has: gate, run (running again, no open gate) and the events `auto-approving` (for the
    /// timer) and `workflow-resumed` in one transaction. `Expired` leaves the run to its ending and writes no event.
    ///
    /// `attempt` is `None` for a person, and the attempt of the function for the timer.
    ///
    /// # Errors
    /// `NotFound`, `Ended`, `Superseded`.
    pub async fn decide_gate(
        &self,
        key: &RunKey,
        attempt: Option<u32>,
        gate: &GateId,
        verdict: Verdict,
    ) -> Result<GateOutcome, StoreError> {
        let mut pauses = table::pauses();
        loop {
            // The gate before the run: what was decided is told even when the run has ended since.
            let record = self.gate_record(key, gate).await?;
            match (record.gate.status, &verdict) {
                (GateStatus::Answered | GateStatus::AutoApproved | GateStatus::Expired, _) => {
                    return Ok(GateOutcome::Lost { gate: record.gate, token: record.token });
                }
                (GateStatus::Pending, Verdict::AutoApproved(_)) if record.gate.held => {
                    return Ok(GateOutcome::Held { gate: record.gate });
                }
                (GateStatus::Pending, Verdict::Answered(_) | Verdict::AutoApproved(_) | Verdict::Expired) => {}
            }
            let run = self.run(key).await?;
            match self.commit(&run, decision(attempt, gate, &verdict)).await {
                Ok(committed) => {
                    // Read after the decision: a token that was attached in the meantime is there now, and one that
                    // comes later finds the gate decided.
                    let record = self.gate_record(key, gate).await?;
                    return Ok(GateOutcome::Won { gate: record.gate, committed, token: record.token });
                }
                Err(StoreError::GateDecided(_) | StoreError::GateHeld(_) | StoreError::Contention { .. }) => {
                    match pauses.next() {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return Err(StoreError::Contention { attempts: table::TRIES }),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Holds a gate open: the short timer no longer decides. Event `gate-held`. Holding it again changes nothing.
    ///
    /// # Errors
    /// `NotFound`, `Ended`; `GateDecided` when it is too late.
    pub async fn hold_gate(&self, key: &RunKey, gate: &GateId, hold: Hold) -> Result<Held, StoreError> {
        let mut pauses = table::pauses();
        loop {
            let record = self.gate_record(key, gate).await?;
            match record.gate.status {
                GateStatus::Answered | GateStatus::AutoApproved | GateStatus::Expired => {
                    return Err(StoreError::GateDecided(Box::new(record.gate)));
                }
                GateStatus::Pending if record.gate.held => return Ok(Held { gate: record.gate, committed: None }),
                GateStatus::Pending => {}
            }
            let run = self.run(key).await?;
            let event = GateHeld { gate: gate.clone(), actor: hold.actor.clone(), expires_at: hold.expires_at };
            let change = Change::by_person()
                .gate(GateChange::Hold { id: gate.clone(), expires_at: hold.expires_at })
                .event(EventBody::GateHeld(event));
            match self.commit(&run, change).await {
                Ok(committed) => {
                    let gate = Gate { held: true, expires_at: hold.expires_at, ..record.gate };
                    return Ok(Held { gate, committed: Some(committed) });
                }
                Err(StoreError::Contention { .. }) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(StoreError::Contention { attempts: table::TRIES }),
                },
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn gate_record(&self, key: &RunKey, gate: &GateId) -> Result<GateRecord, StoreError> {
        match self.get(keys::of_run(key), keys::gate(gate)).await? {
            Some(item) => from_item(&item),
            None => Err(StoreError::not_found(WHAT, gate)),
        }
    }

    async fn try_attach(
        &self,
        key: &RunKey,
        attempt: u32,
        id: &GateId,
        token: &TaskToken,
        expires_at: Timestamp,
    ) -> Result<Attached, StoreError> {
        let record = self.gate_record(key, id).await?;
        let run = self.run(key).await?;
        match record.gate.status {
            GateStatus::Pending => {}
            // It expired in an earlier attempt; the new one gives people time again.
            GateStatus::Expired if record.attempt < u64::from(attempt) => {}
            GateStatus::Answered | GateStatus::AutoApproved | GateStatus::Expired => {
                return Ok(Attached::Decided { gate: record.gate });
            }
        }
        let reopened = record.gate.status == GateStatus::Expired;
        let gate = Gate {
            status: GateStatus::Pending,
            held: record.gate.held && !reopened,
            expires_at,
            decision: None,
            ..record.gate
        };
        if !reopened && run.attempt == attempt && waits_at(&run, id) {
            self.keep_token(key, attempt, id, token, expires_at).await?;
            return Ok(Attached::Waiting { gate, committed: None });
        }
        let rejoin = GateChange::Rejoin { id: id.clone(), held: gate.held, token: token.clone(), expires_at };
        let change = Change::by_attempt(attempt)
            .gate(rejoin)
            .event(EventBody::WorkflowPaused(GateOpened { gate: gate.clone() }));
        let committed = self.commit(&run, change).await?;
        Ok(Attached::Waiting { gate, committed: Some(committed) })
    }

    /// Attaches a token while the run waits at the gate and nobody has decided.
    async fn keep_token(
        &self,
        key: &RunKey,
        attempt: u32,
        gate: &GateId,
        token: &TaskToken,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let run = table::key(keys::runs_of(&key.owner, &key.project), keys::run(&key.run));
        let still = Expression::new()
            .name("attempt")
            .name("status")
            .value("attempt", table::number(attempt))
            .value("waiting", table::text("awaiting_input"));
        let with = Expression::new()
            .name("status")
            .name("task_token")
            .name("closes_at")
            .value("pending", table::text(status_name(GateStatus::Pending)))
            .value("token", table::text(&token.0))
            .value("closes_at", table::text(expires_at.to_string()));
        let at = table::key(keys::of_run(key), keys::gate(gate));
        let update = "SET #task_token = :token, #closes_at = :closes_at";
        let writes = vec![
            Write { part: (), item: self.check_item(run, "#attempt = :attempt AND #status = :waiting", still) },
            Write { part: (), item: self.update_item(at, update, "#status = :pending", with) },
        ];
        match self.transact(writes).await {
            Ok(()) => Ok(()),
            // Whatever changed, reading gate and run again tells it.
            Err(Refusal::Conditions(_) | Refusal::Busy) => Err(StoreError::Contention { attempts: 1 }),
            Err(Refusal::Failed(error)) => Err(error),
        }
    }
}

fn waits_at(run: &Run, gate: &GateId) -> bool {
    run.status == RunStatus::AwaitingInput && run.open_gate.as_ref() == Some(gate)
}

/// The change that decides a gate.
fn decision(attempt: Option<u32>, gate: &GateId, verdict: &Verdict) -> Change {
    let change = attempt.map_or_else(Change::by_person, Change::by_attempt);
    let decided = |decision: &run::gate::GateDecision| GateDecided {
        gate: gate.clone(),
        status: verdict.status(),
        decision: decision.clone(),
    };
    let change = match verdict {
        Verdict::Answered(decision) => change.event(EventBody::WorkflowResumed(decided(decision))),
        Verdict::AutoApproved(decision) => change
            .event(EventBody::AutoApproving(decided(decision)))
            .event(EventBody::WorkflowResumed(decided(decision))),
        Verdict::Expired => change,
    };
    change.gate(GateChange::Decide { id: gate.clone(), verdict: verdict.clone() })
}
