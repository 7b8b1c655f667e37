//! What the agents know: capability patterns, prices, policies, questions and words, as data.

pub mod catalogue;
pub mod currency;
pub mod expression;
pub mod free_tier;
pub mod instance;
pub mod kept;
pub mod lexicon;
pub mod network;
pub mod pattern;
pub mod place;
pub mod policy;
pub mod price;
pub mod profile;
pub mod question_bank;
pub mod region;
pub mod request_log;
pub mod revision;
pub mod stream;
