//! The environment, read once at start into typed values. All problems are told at once, each with the variable's name.

use std::str::FromStr;

/// What is wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not complete: {}", .problems.join("; "))]
pub struct EnvironmentError {
    /// One line per variable.
    pub problems: Vec<String>,
}

/// Reads variables and remembers what is wrong. What it returns for a wrong variable is a placeholder that never leaves
/// [`read`].
pub struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Environment<'_> {
    /// A text that must be there and not empty.
    pub fn text(&mut self, name: &str) -> String {
        match (self.lookup)(name) {
            Some(text) if !text.trim().is_empty() => text,
            Some(_) => self.problem(format!("{name} is empty")),
            None => self.problem(format!("{name} is not set")),
        }
    }

    /// A text that may be missing or empty.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|text| !text.trim().is_empty())
    }

    /// A value that must be there; `wanted` says what is accepted, such as `a whole number of seconds`.
    pub fn parsed<T: FromStr + Default>(&mut self, name: &str, wanted: &str) -> T {
        let text = self.text(name);
        if text.is_empty() {
            return T::default();
        }
        match text.trim().parse() {
            Ok(value) => value,
            Err(_) => self.problem(format!("{name} is `{text}`; {wanted} is expected")),
        }
    }

    /// A value that may be missing or empty; `wanted` says what is accepted.
    pub fn given<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let text = self.optional(name)?;
        match text.trim().parse() {
            Ok(value) => Some(value),
            Err(_) => self.problem(format!("{name} is `{text}`; {wanted} is expected")),
        }
    }

    /// Remembers a problem and returns a placeholder.
    pub fn problem<T: Default>(&mut self, problem: String) -> T {
        self.problems.push(problem);
        T::default()
    }
}

/// Reads the process's environment.
///
/// # Errors
/// All problems at once.
pub fn read<T>(read: impl FnOnce(&mut Environment<'_>) -> T) -> Result<T, EnvironmentError> {
    read_from(&|name| std::env::var(name).ok(), read)
}

/// Reads from any source of variables.
///
/// # Errors
/// All problems at once.
pub fn read_from<T>(
    lookup: &dyn Fn(&str) -> Option<String>,
    read: impl FnOnce(&mut Environment<'_>) -> T,
) -> Result<T, EnvironmentError> {
    let mut environment = Environment { lookup, problems: Vec::new() };
    let value = read(&mut environment);
    if environment.problems.is_empty() { Ok(value) } else { Err(EnvironmentError { problems: environment.problems }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, GateSettings};

    fn lookup<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn all_problems_are_told_at_once_with_their_names() {
        let variables = [("TABLE_NAME", " "), ("HITL_TIMEOUT_SECONDS", "5m"), ("AUTO_APPROVE_THRESHOLD", "1.5")];
        let error = read_from(&lookup(&variables), |env| (Config::read(env), GateSettings::read(env))).unwrap_err();
        let text = error.to_string();
        for part in [
            "TABLE_NAME is empty",
            "BUCKET_NAME is not set",
            "WEBSOCKET_ENDPOINT is not set",
            "HITL_TIMEOUT_SECONDS is `5m`",
            "LONG_GATE_TIMEOUT_SECONDS is not set",
            "AUTO_APPROVE_THRESHOLD is 1.5",
            "ALLOW_CRITICAL_AUTO_APPROVAL is not set",
        ] {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
        assert_eq!(error.problems.len(), 7, "{text}");
    }

    #[test]
    fn a_complete_environment_is_read() {
        let variables = [("TABLE_NAME", "t"), ("BUCKET_NAME", "b"), ("WEBSOCKET_ENDPOINT", "http://127.0.0.1:1/ws")];
        let config = read_from(&lookup(&variables), Config::read).unwrap();
        assert_eq!((config.table.as_str(), config.bucket.as_str()), ("t", "b"));
    }
}
