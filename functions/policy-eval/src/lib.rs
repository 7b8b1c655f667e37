//! Evaluates the policy rules against constraints, plan and cost.
