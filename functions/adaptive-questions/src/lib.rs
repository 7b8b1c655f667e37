//! Asks only for what is missing and would change the design.
