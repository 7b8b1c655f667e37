//! Scores how much of the constraint schema is known.
//!
//! [`assess`] is arithmetic over data: each field has a weight that depends on deployment, use case and sensitivity
//! (`data/weights.toml`); the score is the sum of weight × confidence over the sum of weights of the fields that apply.
//! Gaps are what is missing, what another field makes necessary, what was read too weakly, and what contradicts.

mod agent;
mod assess;
mod facts;

pub use agent::{CoverageCheck, CoverageInput};
pub use assess::{Assessment, assess, has_no_substance};
