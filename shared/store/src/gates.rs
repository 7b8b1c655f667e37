//! Gates: exactly one winner. Opening is part of a change ([`crate::Change::open_gate`]).

use jiff::Timestamp;
use run::{gate::GateId, id::RunKey};

use crate::{Attached, GateOutcome, Held, Hold, Store, StoreError, TaskToken, Verdict};

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
        unimplemented!("skeleton")
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
        unimplemented!("skeleton")
    }

    /// Holds a gate open: the short timer no longer decides. Event `gate-held`. Holding it again changes nothing.
    ///
    /// # Errors
    /// `NotFound`, `Ended`; `GateDecided` when it is too late.
    pub async fn hold_gate(&self, key: &RunKey, gate: &GateId, hold: Hold) -> Result<Held, StoreError> {
        unimplemented!("skeleton")
    }
}
