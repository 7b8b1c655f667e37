//! Runs real tools on the generated repository.
