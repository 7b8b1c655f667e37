//! What each node tells the state machine: the few values that its choices look at.

use serde::{Deserialize, Serialize};

/// Signal of `coverage_check`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageSignal {
    /// True when no questions are needed.
    pub sufficient: bool,
    /// The score, 0 to 1.
    pub score: f64,
}

/// Signal of `adaptive_questions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionsSignal {
    /// Number of questions; 0 goes on to the planner unless gates are always wanted.
    pub questions: u32,
}

/// Signal of `policy_eval`: the sum of the critics and the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySignal {
    /// True when something blocking was found that another plan may mend.
    pub replan: bool,
    /// Number of blocking findings in all.
    pub blocking: u32,
}

/// Signal of `validators`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationSignal {
    /// Number of checks that failed.
    pub failed: u32,
    /// Number of files that another round of writing would mend.
    pub mendable: u32,
}

/// Signal of a node that no choice looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NoSignal {}
