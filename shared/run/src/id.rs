//! Identifiers: newtypes with a prefix on the wire, so that one kind is never taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::schema::string_schema;

/// A text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind}: expected `{prefix}` followed by 26 characters")]
pub struct InvalidId {
    /// What was given.
    pub text: String,
    /// The kind that was wanted, in words.
    pub kind: &'static str,
    /// The prefix of that kind.
    pub prefix: &'static str,
}

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        string_schema!($name, concat!("A ", $kind, "."), concat!($prefix, "01JC9Z3V7K5T2Q8W6E4R1Y0X9A"));

        impl $name {
            /// The prefix of this kind on the wire.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids sort by the time of their making.
            pub fn generate() -> Self {
                Self(format!("{}{}", $prefix, Ulid::generate()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The part after the prefix.
            pub fn suffix(&self) -> &str {
                &self.0[$prefix.len()..]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = || InvalidId { text: text.chars().take(64).collect(), kind: $kind, prefix: $prefix };
                let suffix = text.strip_prefix($prefix).ok_or_else(invalid)?;
                Ulid::from_string(suffix).map_err(|_| invalid())?;
                // One spelling only: `ulid` also accepts lower case, which would be another key.
                if suffix.chars().any(|c| c.is_ascii_lowercase()) {
                    return Err(invalid());
                }
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

prefixed_id!(
    /// A project: what isolates one team's decision sets from another's.
    ProjectId, "prj_", "project id"
);
prefixed_id!(
    /// A run. A decision set is a run, and its id starts with `ds_`.
    RunId, "ds_", "decision set id"
);

/// Who owns a project. Locally a fixed principal; with sign-in, the subject of the token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct OwnerId(pub String);

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The full address of a run. There is no shorter one: a run is reached only through its project and owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunKey {
    /// Who owns the project.
    pub owner: OwnerId,
    /// The project of the run.
    pub project: ProjectId,
    /// The run.
    pub run: RunId,
}

/// One attempt at a run: the name of its execution. Attempt 1 is named after the run itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId {
    run: RunId,
    attempt: u32,
}

string_schema!(JobId, "A job: one attempt at a run.", "job_01JC9Z3V7K5T2Q8W6E4R1Y0X9A-1");

impl JobId {
    /// The job that is attempt number `attempt` (from 1) of `run`.
    pub fn new(run: RunId, attempt: u32) -> Self {
        Self { run, attempt }
    }

    /// The run that this is an attempt of.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// Number of the attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Name of the Step Functions execution: unique per attempt, so that starting it twice starts it once.
    pub fn execution_name(&self) -> String {
        if self.attempt == 1 { self.run.to_string() } else { format!("{}-{}", self.run, self.attempt) }
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job_{}-{}", self.run.suffix(), self.attempt)
    }
}

impl FromStr for JobId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId { text: text.chars().take(64).collect(), kind: "job id", prefix: "job_" };
        let (suffix, attempt) = text.strip_prefix("job_").and_then(|rest| rest.split_once('-')).ok_or_else(invalid)?;
        let run = format!("{}{suffix}", RunId::PREFIX).parse().map_err(|_| invalid())?;
        let attempt = attempt.parse().ok().filter(|attempt| *attempt > 0).ok_or_else(invalid)?;
        Ok(Self { run, attempt })
    }
}

impl TryFrom<String> for JobId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> String {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let project = ProjectId::generate();
        assert!(project.as_str().parse::<RunId>().is_err());
        assert_eq!(project.as_str().parse::<ProjectId>().unwrap(), project);
        assert!(project.as_str().to_lowercase().parse::<ProjectId>().is_err());
    }

    #[test]
    fn a_job_id_names_its_run_and_attempt() {
        let job = JobId::new(RunId::generate(), 3);
        assert_eq!(job.to_string().parse::<JobId>().unwrap(), job);
        assert!(job.execution_name().ends_with("-3"));
        assert_eq!(JobId::new(job.run().clone(), 1).execution_name(), job.run().to_string());
    }
}
