//! Opens the final gate: a person approves, revises or rejects.
