//! The waiting state machine behind the [`Tasks`] port.

use agent::{
    AgentError, BoxFuture,
    gate::{Completion, GateResult, Tasks},
};
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use store::TaskToken;

/// Step Functions.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: aws_sdk_sfn::Client,
}

impl StepFunctions {
    /// Through this client.
    pub fn new(client: aws_sdk_sfn::Client) -> Self {
        Self { client }
    }

    /// The client, for starting and stopping executions.
    pub fn client(&self) -> &aws_sdk_sfn::Client {
        &self.client
    }
}

impl Tasks for StepFunctions {
    fn succeed<'a>(
        &'a self,
        token: &'a TaskToken,
        result: &'a GateResult,
    ) -> BoxFuture<'a, Result<Completion, AgentError>> {
        Box::pin(async move {
            let output = serde_json::to_string(result)
                .map_err(|error| AgentError::Defect(format!("a gate's result is not JSON: {error}")))?;
            let sent = self.client.send_task_success().task_token(&token.0).output(output).send().await;
            let Err(error) = sent else { return Ok(Completion::Completed) };
            match error.as_service_error() {
                // AWS says the first after a timeout, the local engine says the second.
                Some(SendTaskSuccessError::TaskTimedOut(_) | SendTaskSuccessError::TaskDoesNotExist(_)) => {
                    Ok(Completion::Closed)
                }
                Some(SendTaskSuccessError::InvalidOutput(_) | SendTaskSuccessError::InvalidToken(_)) => {
                    Err(AgentError::Defect(format!("a gate could not be completed: {}", agent::chain(&error))))
                }
                Some(_) | None => Err(AgentError::Transient {
                    what: "states:SendTaskSuccess failed".to_owned(),
                    source: Some(Box::new(error)),
                }),
            }
        })
    }
}
