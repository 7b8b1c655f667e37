//! The port to the engine that runs the state machine: one execution per attempt at a run.

use agent::BoxFuture;
use run::{
    id::{OwnerId, ProjectId, RunId},
    record::{Run, Variant},
};
use serde::{Deserialize, Serialize};

use crate::jobs::ExecutionStatus;

/// What an execution is started with: ids and counters, and nothing bigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionInput {
    /// Owner of the project.
    pub owner: OwnerId,
    /// Project of the run.
    pub project_id: ProjectId,
    /// The run.
    pub decision_set_id: RunId,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// How gates are treated.
    pub variant: Variant,
    /// Rounds of the input loop so far.
    pub input_round: u32,
    /// Rounds of the plan loop so far.
    pub plan_round: u32,
}

impl ExecutionInput {
    /// The input of the run's current attempt. Loops begin at 0: what is stored is replayed.
    pub fn of(run: &Run) -> Self {
        Self {
            owner: run.owner.clone(),
            project_id: run.project_id.clone(),
            decision_set_id: run.id.clone(),
            attempt: run.attempt,
            variant: run.variant,
            input_round: 0,
            plan_round: 0,
        }
    }
}

/// The engine did not do it.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed")]
pub struct ExecutionError {
    /// The operation, such as `states:StartExecution`.
    pub what: &'static str,
    /// What the service or the client said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The engine, as far as the API needs it.
pub trait Executions: Send + Sync + std::fmt::Debug {
    /// Starts an execution. One of this name that is there already is as good: names are unique per attempt.
    fn start<'a>(&'a self, name: &'a str, input: &'a ExecutionInput) -> BoxFuture<'a, Result<(), ExecutionError>>;

    /// How the execution of this name stands.
    fn status<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<ExecutionStatus, ExecutionError>>;

    /// Stops it; one that has ended or is not there is as good.
    fn stop<'a>(&'a self, name: &'a str, cause: &'a str) -> BoxFuture<'a, Result<(), ExecutionError>>;
}

/// Step Functions.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: aws_sdk_sfn::Client,
    state_machine_arn: String,
}

impl StepFunctions {
    /// Executions of this state machine.
    pub fn new(client: aws_sdk_sfn::Client, state_machine_arn: impl Into<String>) -> Self {
        Self { client, state_machine_arn: state_machine_arn.into() }
    }

    /// The execution's ARN, which follows from the state machine's and its name.
    fn execution_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.state_machine_arn.replacen(":stateMachine:", ":execution:", 1))
    }
}

fn failed(what: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> ExecutionError {
    ExecutionError { what, source: Box::new(source) }
}

impl Executions for StepFunctions {
    fn start<'a>(&'a self, name: &'a str, input: &'a ExecutionInput) -> BoxFuture<'a, Result<(), ExecutionError>> {
        const WHAT: &str = "states:StartExecution";
        Box::pin(async move {
            let input = serde_json::to_string(input).map_err(|error| failed(WHAT, error))?;
            let arn = &self.state_machine_arn;
            let Err(error) = self.client.start_execution().state_machine_arn(arn).name(name).input(input).send().await
            else {
                return Ok(());
            };
            let exists = error.as_service_error().is_some_and(|error| error.is_execution_already_exists());
            // The local engine says so as well of an execution that was just refused; so look at it.
            if exists && self.status(name).await? != ExecutionStatus::Missing {
                return Ok(());
            }
            Err(failed(WHAT, error))
        })
    }

    fn status<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<ExecutionStatus, ExecutionError>> {
        use aws_sdk_sfn::types::ExecutionStatus as Said;
        const WHAT: &str = "states:DescribeExecution";
        Box::pin(async move {
            match self.client.describe_execution().execution_arn(self.execution_arn(name)).send().await {
                Ok(execution) => Ok(match execution.status() {
                    Said::Succeeded => ExecutionStatus::Succeeded,
                    Said::Failed => ExecutionStatus::Failed,
                    Said::TimedOut => ExecutionStatus::TimedOut,
                    Said::Aborted => ExecutionStatus::Aborted,
                    // A redrive that is pending, and whatever the engine learns to say, has not ended.
                    _ => ExecutionStatus::Running,
                }),
                Err(error) if error.as_service_error().is_some_and(|error| error.is_execution_does_not_exist()) => {
                    Ok(ExecutionStatus::Missing)
                }
                Err(error) => Err(failed(WHAT, error)),
            }
        })
    }

    fn stop<'a>(&'a self, name: &'a str, cause: &'a str) -> BoxFuture<'a, Result<(), ExecutionError>> {
        const WHAT: &str = "states:StopExecution";
        Box::pin(async move {
            let arn = self.execution_arn(name);
            match self.client.stop_execution().execution_arn(arn).error("RunCancelled").cause(cause).send().await {
                Ok(_) => Ok(()),
                Err(error) if error.as_service_error().is_some_and(|error| error.is_execution_does_not_exist()) => {
                    Ok(())
                }
                Err(error) => Err(failed(WHAT, error)),
            }
        })
    }
}
