//! Generates the repository from the plan.
