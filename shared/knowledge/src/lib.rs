//! What the agents know: capability patterns, prices, policies, questions and words, as data.

pub mod currency;
pub mod lexicon;
pub mod question_bank;
pub mod region;
