//! Asks only for what is missing and would change the design.
//!
//! [`choose`] takes the gaps of the coverage report, leaves out what was asked before, orders the rest by effect
//! (coverage weight × how far an answer moves components and bill × what is not known yet), and gives each question a
//! default for the situation with a confidence computed from the conditions that hold.

mod agent;
mod choose;
mod situation;

pub use agent::{AdaptiveQuestions, QuestionsInput};
pub use choose::{Chosen, Left, choose};
