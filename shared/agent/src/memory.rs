//! The run's memory: what was asked, what was decided, by whom.

use std::collections::BTreeMap;

use run::{
    card::Trigger,
    gate::{Decision, Gate, GateKind},
    record::Run,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::AgentError;

/// What an agent can recall of a run. It is a snapshot: plain data, so that an agent is tested without any service.
#[derive(Debug, Clone)]
pub struct Memory {
    iteration: u32,
    run: Run,
    input: Value,
    outputs: BTreeMap<String, Vec<(u32, Value)>>,
    gates: Vec<Gate>,
    parent: Option<Box<Memory>>,
}

impl Memory {
    /// How often the loop around the present node has come round before, from 0.
    pub fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The run's record.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What was asked, as the run's kind understands it.
    ///
    /// # Errors
    /// When the stored input is not of this type.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, AgentError> {
        read("the run's input", &self.input)
    }

    /// The newest output of a node, when there is one.
    ///
    /// # Errors
    /// When the stored output is not of this type.
    pub fn find<T: DeserializeOwned>(&self, node: &str) -> Result<Option<T>, AgentError> {
        self.outputs
            .get(node)
            .and_then(|outputs| outputs.iter().max_by_key(|(iteration, _)| *iteration))
            .map(|(_, output)| read(node, output))
            .transpose()
    }

    /// The newest output of a node.
    ///
    /// # Errors
    /// When there is none, or it is not of this type.
    pub fn latest<T: DeserializeOwned>(&self, node: &str) -> Result<T, AgentError> {
        self.find(node)?.ok_or_else(|| AgentError::MemoryIncomplete(format!("there is no output of `{node}` yet")))
    }

    /// The output of a node in one iteration, when there is one.
    ///
    /// # Errors
    /// When the stored output is not of this type.
    pub fn at<T: DeserializeOwned>(&self, node: &str, iteration: u32) -> Result<Option<T>, AgentError> {
        self.outputs
            .get(node)
            .and_then(|outputs| outputs.iter().find(|(at, _)| *at == iteration))
            .map(|(_, output)| read(node, output))
            .transpose()
    }

    /// The gates of a kind that the run has come to, in order.
    pub fn gates(&self, kind: GateKind) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(move |gate| gate.id.kind == kind)
    }

    /// Why the workflow came to this node, which lies between the gate of this kind and the one before.
    pub fn trigger(&self, gate: GateKind) -> Trigger {
        let decided = |gate: &Gate| gate.decision.as_ref().map(|decision| decision.decision);
        match gate {
            GateKind::Input if self.iteration > 0 && self.gates(gate).any(|gate| decided(gate).is_some()) => {
                Trigger::Answers
            }
            GateKind::Input if self.run.parent.is_some() => Trigger::Revision,
            GateKind::Input => Trigger::Initial,
            GateKind::Final => match self.iteration.checked_sub(1) {
                None => Trigger::Initial,
                Some(before) => {
                    let last = self.gates(gate).find(|gate| gate.id.iteration == before).and_then(decided);
                    match last {
                        Some(Decision::Revise) => Trigger::Revision,
                        Some(Decision::Approve | Decision::Reject) | None => Trigger::Findings,
                    }
                }
            },
        }
    }

    /// The parent version's memory, with the outputs that the agent said it reads.
    pub fn parent(&self) -> Option<&Memory> {
        self.parent.as_deref()
    }
}

fn read<T: DeserializeOwned>(what: &str, value: &Value) -> Result<T, AgentError> {
    T::deserialize(value).map_err(|error| AgentError::MemoryIncomplete(format!("{what} cannot be read: {error}")))
}

/// Makes a [`Memory`]; used by the harness, and by tests of agents.
#[derive(Debug, Clone)]
pub struct MemoryBuilder(Memory);

impl MemoryBuilder {
    /// Begins with the run and what was asked.
    pub fn new(run: Run, input: Value) -> Self {
        Self(Memory { iteration: 0, run, input, outputs: BTreeMap::new(), gates: Vec::new(), parent: None })
    }

    /// Sets the iteration of the present node.
    #[must_use]
    pub fn iteration(mut self, iteration: u32) -> Self {
        self.0.iteration = iteration;
        self
    }

    /// Adds the output of a node in an iteration.
    ///
    /// # Errors
    /// When the output cannot be written as JSON.
    pub fn output(mut self, node: &str, iteration: u32, output: &impl Serialize) -> Result<Self, AgentError> {
        let value = serde_json::to_value(output)
            .map_err(|error| AgentError::Defect(format!("the output of `{node}` is not JSON: {error}")))?;
        self.0.outputs.entry(node.to_owned()).or_default().push((iteration, value));
        Ok(self)
    }

    /// Adds the gates of the run, in order.
    #[must_use]
    pub fn gates(mut self, gates: Vec<Gate>) -> Self {
        self.0.gates = gates;
        self
    }

    /// Adds the parent version.
    #[must_use]
    pub fn parent(mut self, parent: Memory) -> Self {
        self.0.parent = Some(Box::new(parent));
        self
    }

    /// The memory.
    pub fn build(self) -> Memory {
        self.0
    }
}
