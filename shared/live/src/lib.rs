//! Pushing committed events to the browsers that follow a run.
