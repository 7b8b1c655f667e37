//! What is wrong with a pack.

use serde::{Deserialize, Serialize};

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The text is not Rego.
    Syntax,
    /// It asks for what packs do not get, or for what is not there.
    Reference,
    /// It is Rego, but does not state rules as packs do.
    Shape,
    /// A rule failed while it was evaluated.
    Evaluation,
    /// It took too long.
    Time,
    /// It took too much memory.
    Memory,
    /// The process that evaluated it broke down.
    Process,
    /// No process could be started: not the pack's fault, and trying again may help.
    Start,
}

/// Why a pack cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}{message}", self.place())]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// The line, from 1, where one is known.
    pub line: Option<u32>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, line: None, message: message.into() }
    }

    pub(crate) fn at(kind: FaultKind, line: u32, message: impl Into<String>) -> Self {
        Self { kind, line: Some(line), message: message.into() }
    }

    fn place(&self) -> String {
        self.line.map_or_else(String::new, |line| format!("line {line}: "))
    }
}
