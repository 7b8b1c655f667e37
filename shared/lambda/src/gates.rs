//! What the functions at gates are told by the template.

use std::time::Duration;

use agent::gate::{GateRules, GateTimes};

use crate::environment::Environment;

/// Rules and times of gates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateSettings {
    /// When a timer may decide.
    pub rules: GateRules,
    /// How long gates wait.
    pub times: GateTimes,
}

impl GateSettings {
    /// `HITL_TIMEOUT_SECONDS`, `LONG_GATE_TIMEOUT_SECONDS`, `AUTO_APPROVE_THRESHOLD`, `ALLOW_CRITICAL_AUTO_APPROVAL`.
    pub fn read(env: &mut Environment<'_>) -> Self {
        let times = Self::times(env);
        let threshold: f64 = env.parsed("AUTO_APPROVE_THRESHOLD", "a number from 0 to 1");
        if !(0.0..=1.0).contains(&threshold) {
            let () = env.problem(format!("AUTO_APPROVE_THRESHOLD is {threshold}; a number from 0 to 1 is expected"));
        }
        let critical_allowed = env.parsed("ALLOW_CRITICAL_AUTO_APPROVAL", "`true` or `false`");
        Self { rules: GateRules { threshold, critical_allowed }, times }
    }

    /// Only the times: `HITL_TIMEOUT_SECONDS`, `LONG_GATE_TIMEOUT_SECONDS`.
    pub fn times(env: &mut Environment<'_>) -> GateTimes {
        let mut seconds = |name| Duration::from_secs(env.parsed(name, "a whole number of seconds"));
        GateTimes { wait: seconds("HITL_TIMEOUT_SECONDS"), long_wait: seconds("LONG_GATE_TIMEOUT_SECONDS") }
    }
}
