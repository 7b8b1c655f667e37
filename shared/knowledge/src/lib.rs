//! What the agents know: capability patterns, prices, policies, questions and words, as data.
