//! The frame around an agent: load, announce, think, commit, push.
