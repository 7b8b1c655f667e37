//! Output of `policy_eval`.

use serde::{Deserialize, Serialize};

use crate::{constraint::Framework, finding::Severity};

/// A rule's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rule holds.
    Pass,
    /// It does not.
    Fail,
    /// It does not, and a person has accepted that.
    Waived,
    /// The rule has nothing to say here.
    NotApplicable,
}

impl Verdict {
    /// The verdict's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One rule's result with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyResult {
    /// Rule id, such as `gdpr.residency`.
    pub rule: String,
    /// What the rule demands.
    pub title: String,
    /// The framework behind it, where there is one.
    pub framework: Option<Framework>,
    /// Where the demand is written.
    pub source: String,
    /// The result.
    pub verdict: Verdict,
    /// How bad a failure is.
    pub severity: Severity,
    /// The facts that the verdict rests on.
    pub evidence: String,
    /// What would mend a failure.
    pub remedy: String,
    /// Patterns concerned by a failure.
    pub patterns: Vec<String>,
}

/// Output of `policy_eval`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyReport {
    /// Each rule's result.
    pub results: Vec<PolicyResult>,
    /// Number of rules that passed.
    pub passed: u32,
    /// Number of rules that failed.
    pub failed: u32,
    /// Ids of everything blocking: failed rules and the critics' findings.
    pub blocking: Vec<String>,
}
