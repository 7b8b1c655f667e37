//! Serving calls: typed input, one log line, an error with its name.

use std::time::{Instant, SystemTime};

use agent::{
    Advice, Agent, AgentError, chain,
    gate::{self, Gatekeeper, TimeoutInput, WaitInput},
    harness,
};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use run::node::{ModelUse, NodeInput};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Error, GateSettings, Services, metrics,
    models::{self, ModelConfig, Models},
};

/// What a call is about, for its log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallContext {
    /// The run.
    pub run: String,
    /// Its project.
    pub project: String,
    /// The attempt.
    pub attempt: u32,
    /// The iteration of the loop, where there is one.
    pub iteration: Option<u32>,
}

/// The input of a call that knows what it is about.
pub trait Call: DeserializeOwned {
    /// What the call is about.
    fn context(&self) -> CallContext;
}

impl Call for NodeInput {
    fn context(&self) -> CallContext {
        CallContext {
            run: self.decision_set_id.to_string(),
            project: self.project_id.to_string(),
            attempt: self.attempt,
            iteration: Some(self.iteration),
        }
    }
}

impl Call for WaitInput {
    fn context(&self) -> CallContext {
        self.node.context()
    }
}

impl Call for TimeoutInput {
    fn context(&self) -> CallContext {
        self.node.context()
    }
}

/// Serves an agent node.
///
/// # Errors
/// When the environment is not complete, or the runtime API cannot be reached.
pub async fn serve_agent<A: Agent>(agent: A) -> Result<(), Error> {
    let services = Services::start().await?;
    serve(async |input: NodeInput| harness::run_node(&agent, &services.store, &services.live, &input).await).await
}

/// Serves an agent node that may ask a model beside its rules.
///
/// # Errors
/// When the environment is not complete, or the runtime API cannot be reached.
pub async fn serve_advised_agent<A: Agent>(agent: A) -> Result<(), Error> {
    let (services, settings) = Services::start_with(ModelConfig::read).await?;
    let models = Models::new(settings, services.store.clone(), &services.aws);
    let (agent, services, models) = (&agent, &services, &models);
    serve_until(async |input: NodeInput, ends: SystemTime| {
        let adviser = models.adviser(A::NODE, &input).await;
        let told: fn(&'static str, &ModelUse) = metrics::tell;
        let deadline = models::deadline(ends);
        let advice = adviser.as_ref().map(|adviser| Advice { adviser, deadline, told: Some(told) });
        harness::run_advised_node(agent, &services.store, &services.live, &input, advice).await
    })
    .await
}

/// Serves a node that opens a gate.
///
/// # Errors
/// When the runtime API cannot be reached.
pub async fn serve_gate<G: Gatekeeper>(keeper: G, services: Services, gates: GateSettings) -> Result<(), Error> {
    let (keeper, services) = (&keeper, &services);
    serve(async |input: NodeInput| {
        gate::open(keeper, &services.store, &services.live, &gates.rules, &gates.times, &input).await
    })
    .await
}

/// Serves a handler.
///
/// # Errors
/// When the runtime API cannot be reached.
pub async fn serve<I, O, F>(handler: F) -> Result<(), Error>
where
    I: Call,
    O: Serialize,
    F: AsyncFn(I) -> Result<O, AgentError>,
{
    let handler = &handler;
    serve_until(async |input: I, _: SystemTime| handler(input).await).await
}

/// The same for a handler that wants to know when the function's time is over.
async fn serve_until<I, O, F>(handler: F) -> Result<(), Error>
where
    I: Call,
    O: Serialize,
    F: AsyncFn(I, SystemTime) -> Result<O, AgentError>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let function = event.context.env_config.function_name.clone();
        let ends = event.context.deadline();
        answer(&function, event.payload, &async |input: I| handler(input, ends).await).await
    }))
    .await
}

/// One call, from its JSON to its JSON, with one log line.
async fn answer<I, O, F>(function: &str, payload: Value, handler: &F) -> Result<Value, Failed>
where
    I: Call,
    O: Serialize,
    F: AsyncFn(I) -> Result<O, AgentError>,
{
    let clock = Instant::now();
    let input = match I::deserialize(payload) {
        Ok(input) => input,
        Err(error) => {
            let failed = Failed(AgentError::Defect(format!("the call's input cannot be read: {error}")));
            tracing::error!(function, outcome = failed.0.name(), error = %failed.0, "call refused: {}", failed.0);
            return Err(failed);
        }
    };
    let about = input.context();
    // Boxed, because the layout of the clients' nested futures is deeper than the compiler follows.
    let answered = Box::pin(handler(input)).await.and_then(|output| {
        serde_json::to_value(output).map_err(|error| AgentError::Defect(format!("the answer is not JSON: {error}")))
    });
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (run, project, attempt, iteration) = (&about.run, &about.project, about.attempt, about.iteration);
    match answered {
        Ok(output) => {
            tracing::info!(
                function, run.id = %run, project.id = %project, attempt, iteration, duration_ms, outcome = "ok",
                "{function} answered for {run} in {duration_ms} ms"
            );
            Ok(output)
        }
        Err(error) => {
            let (name, said) = (error.name(), chain(&error));
            // An ended run and a newer attempt are not failures: the state machine ends quietly.
            match error {
                AgentError::RunEnded | AgentError::Superseded { .. } => tracing::info!(
                    function, run.id = %run, project.id = %project, attempt, iteration, duration_ms, outcome = name,
                    "{function} has nothing to add to {run}: {said}"
                ),
                AgentError::Transient { .. }
                | AgentError::Contention
                | AgentError::MemoryIncomplete(_)
                | AgentError::Unworkable(_)
                | AgentError::Defect(_) => tracing::error!(
                    function, run.id = %run, project.id = %project, attempt, iteration, duration_ms, outcome = name,
                    error = %said, "{function} failed for {run} with {name}: {said}"
                ),
            }
            Err(Failed(error))
        }
    }
}

/// An agent's error on its way to the state machine.
#[derive(Debug)]
struct Failed(AgentError);

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        Self { error_type: failed.0.name().to_owned(), error_message: chain(&failed.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Value {
        serde_json::json!({
            "owner": "local",
            "project_id": "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A",
            "decision_set_id": "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A",
            "attempt": 1,
            "iteration": 0
        })
    }

    #[tokio::test]
    async fn an_error_reaches_the_state_machine_with_its_name_and_its_whole_chain() {
        let broken = async |_: NodeInput| -> Result<(), _> {
            Err(AgentError::Transient { what: "dynamodb failed".into(), source: Some("connection refused".into()) })
        };
        let diagnostic: Diagnostic = answer("planner", event(), &broken).await.unwrap_err().into();
        assert_eq!(diagnostic.error_type, "Transient");
        assert_eq!(diagnostic.error_message, "dynamodb failed: connection refused");
    }

    #[tokio::test]
    async fn an_input_that_cannot_be_read_is_a_defect_that_names_the_field() {
        let mut event = event();
        event["project_id"] = "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A".into();
        let handler = async |_: NodeInput| Ok(());
        let diagnostic: Diagnostic = answer("planner", event, &handler).await.unwrap_err().into();
        assert_eq!(diagnostic.error_type, "Defect");
        assert!(diagnostic.error_message.contains("project id"), "{}", diagnostic.error_message);
    }

    #[tokio::test]
    async fn the_answer_is_what_the_handler_says() {
        let handler = async |input: NodeInput| Ok(serde_json::json!({ "iteration": input.iteration }));
        assert_eq!(answer("planner", event(), &handler).await.unwrap(), serde_json::json!({ "iteration": 0 }));
    }
}
