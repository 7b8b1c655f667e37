//! The 13 nodes of the design workflow in their order.

use run::node::NodeName;

/// A node of the design workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is described by the function of the same name")]
pub enum Node {
    IntakeExtract,
    CoverageCheck,
    AdaptiveQuestions,
    HitlGateInput,
    Planner,
    CriticTech,
    CriticCost,
    PolicyEval,
    HitlGateFinal,
    Codegen,
    Validators,
    RationaleCompile,
    DiffAndPersist,
}

impl Node {
    /// All nodes in the workflow's order.
    pub const ALL: [Self; 13] = [
        Self::IntakeExtract,
        Self::CoverageCheck,
        Self::AdaptiveQuestions,
        Self::HitlGateInput,
        Self::Planner,
        Self::CriticTech,
        Self::CriticCost,
        Self::PolicyEval,
        Self::HitlGateFinal,
        Self::Codegen,
        Self::Validators,
        Self::RationaleCompile,
        Self::DiffAndPersist,
    ];

    /// The node's name in events, records and the state machine.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IntakeExtract => "intake_extract",
            Self::CoverageCheck => "coverage_check",
            Self::AdaptiveQuestions => "adaptive_questions",
            Self::HitlGateInput => "hitl_gate_input",
            Self::Planner => "planner",
            Self::CriticTech => "critic_tech",
            Self::CriticCost => "critic_cost",
            Self::PolicyEval => "policy_eval",
            Self::HitlGateFinal => "hitl_gate_final",
            Self::Codegen => "codegen",
            Self::Validators => "validators",
            Self::RationaleCompile => "rationale_compile",
            Self::DiffAndPersist => "diff_and_persist",
        }
    }

    /// The node's name.
    pub fn name(self) -> NodeName {
        NodeName(self.as_str().to_owned())
    }
}
