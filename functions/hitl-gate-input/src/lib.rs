//! Opens the input gate: a person answers the questions.
