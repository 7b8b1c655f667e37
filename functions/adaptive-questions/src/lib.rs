//! Asks only for what is missing and would change the design.
//!
//! The way of thinking ([`choose`]): every gap of the coverage report gets a default, chosen so that the defaults agree
//! with each other and some design carries them all (`complete`, `defaults`); then the planner plans with other
//! plausible answers (`stakes`). When none of them changes the design, the question is not asked and that is recorded;
//! else it is asked in the order of its effect: the chance that the default is wrong times the change then.
//!
//! A default's confidence is the share of the design that is right when it is taken: all of it when it is what a person
//! would say, and else what the person's answer leaves as it is.
//!
//! A model may word questions for the person and order those of equal weight ([`advice`]); what is asked is the rules'.

pub mod advice;
mod agent;
mod choose;
mod complete;
mod defaults;
mod situation;
mod stakes;

pub use agent::{AdaptiveQuestions, QuestionsInput};
pub use choose::{Chosen, Left, choose};
pub use situation::Situation;
