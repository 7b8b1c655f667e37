//! Policy packs, and the output of `policy_eval`.

use run::body::Sha256Hex;
use serde::{Deserialize, Serialize};

use crate::{constraint::Framework, finding::Severity};

/// The sheet of a rule, as its pack states it: what it demands and where that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RuleSheet {
    /// Id, such as `gdpr.residency`.
    pub id: String,
    /// What it demands.
    pub title: String,
    /// The framework behind it, where there is one.
    pub framework: Option<Framework>,
    /// The control it maps to, such as `GDPR Art. 44` or `PCI DSS 4.0.1 3.5.1`.
    pub control: String,
    /// Where the demand is written.
    pub source: String,
    /// Date of the source, or of its last look, ISO 8601; `None` where the source is the requirement itself.
    pub as_of: Option<String>,
    /// How bad a failure is.
    pub severity: Severity,
    /// True when another choice of patterns may mend a failure.
    pub mendable: bool,
    /// What would mend a failure.
    pub remedy: String,
}

/// One version of a project's own pack: its text is the project's body under this hash, and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackRef {
    /// Name of the pack.
    pub name: String,
    /// Hash of its text.
    pub sha256: Sha256Hex,
}

/// Who accepted that a rule is broken, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waiver {
    /// The person.
    pub by: String,
    /// The comment of the revision that waived it.
    pub comment: String,
}

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
    /// The control it maps to, such as `GDPR Art. 44`.
    #[serde(default)]
    pub control: String,
    /// Date of the source, or of its last look; `None` where the source is the requirement itself.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The pack that the rule is from; a project's own with the version that was evaluated.
    #[serde(default)]
    pub pack: String,
    /// Who waived it and why, where somebody did.
    #[serde(default)]
    pub waiver: Option<Waiver>,
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
