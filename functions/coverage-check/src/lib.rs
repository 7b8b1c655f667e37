//! Scores how much of the constraint schema is known.
