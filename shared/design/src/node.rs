//! The nodes of the design workflow in their order: the stages, and the six who write the parts of the repository that
//! `codegen` assembles.

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
    ImplementIngestion,
    ImplementFeatures,
    ImplementTraining,
    ImplementInference,
    ImplementMonitoring,
    ImplementLearning,
    Codegen,
    Validators,
    CriticImplementation,
    RationaleCompile,
    DiffAndPersist,
}

impl Node {
    /// Those who write the parts of the repository, side by side.
    pub const IMPLEMENTERS: [Self; 6] = [
        Self::ImplementIngestion,
        Self::ImplementFeatures,
        Self::ImplementTraining,
        Self::ImplementInference,
        Self::ImplementMonitoring,
        Self::ImplementLearning,
    ];

    /// Those who may ask a model beside their rules.
    pub const ADVISED: [Self; 11] = [
        Self::IntakeExtract,
        Self::AdaptiveQuestions,
        Self::Planner,
        Self::CriticTech,
        Self::CriticCost,
        Self::ImplementIngestion,
        Self::ImplementFeatures,
        Self::ImplementTraining,
        Self::ImplementInference,
        Self::ImplementMonitoring,
        Self::ImplementLearning,
    ];

    /// All nodes in the workflow's order; the implementers run side by side.
    pub const ALL: [Self; 20] = [
        Self::IntakeExtract,
        Self::CoverageCheck,
        Self::AdaptiveQuestions,
        Self::HitlGateInput,
        Self::Planner,
        Self::CriticTech,
        Self::CriticCost,
        Self::PolicyEval,
        Self::HitlGateFinal,
        Self::ImplementIngestion,
        Self::ImplementFeatures,
        Self::ImplementTraining,
        Self::ImplementInference,
        Self::ImplementMonitoring,
        Self::ImplementLearning,
        Self::Codegen,
        Self::Validators,
        Self::CriticImplementation,
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
            Self::ImplementIngestion => "implement_ingestion",
            Self::ImplementFeatures => "implement_features",
            Self::ImplementTraining => "implement_training",
            Self::ImplementInference => "implement_inference",
            Self::ImplementMonitoring => "implement_monitoring",
            Self::ImplementLearning => "implement_learning",
            Self::Codegen => "codegen",
            Self::Validators => "validators",
            Self::CriticImplementation => "critic_implementation",
            Self::RationaleCompile => "rationale_compile",
            Self::DiffAndPersist => "diff_and_persist",
        }
    }

    /// The node's name.
    pub fn name(self) -> NodeName {
        NodeName(self.as_str().to_owned())
    }
}
