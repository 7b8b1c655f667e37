//! Serving a Lambda: configuration, clients built once, JSON logs, error names.
//!
//! The `main.rs` of an agent node is these lines:
//!
//! ```no_run
//! # mod planner {
//! #     use agent::{Agent, AgentError, Desk, Memory, Thought};
//! #     #[derive(Default)]
//! #     pub struct Planner;
//! #     impl Agent for Planner {
//! #         const NODE: &'static str = "planner";
//! #         const NAME: &'static str = "Planner";
//! #         const READS: &'static [&'static str] = &[];
//! #         type Input = ();
//! #         type Output = String;
//! #         type Signal = String;
//! #         fn recall(&self, _: &Memory) -> Result<(), AgentError> { Ok(()) }
//! #         async fn think(&self, _: (), _: &Desk) -> Result<Thought<String, String>, AgentError> {
//! #             Err(AgentError::Defect("an example".into()))
//! #         }
//! #     }
//! # }
//! // Above this stands: //! Wiring of the `planner` function.
//! #[tokio::main]
//! async fn main() -> Result<(), lambda::Error> {
//!     lambda::serve_agent(planner::Planner::default()).await
//! }
//! ```
//!
//! One that asks a model beside its rules says `serve_advised_agent`.
//!
//! A function that is not an agent starts its [`Services`] and serves a handler of its own with [`serve`]; the HTTP API
//! takes the [`Services`] and runs `lambda_http` itself:
//!
//! ```ignore
//! let (services, settings) = lambda::Services::start_with(|env| Settings::read(env)).await?;
//! let tasks = services.tasks();
//! lambda::serve(async |input: MyInput| my_function(&services.store, &services.live, &tasks, &settings, &input).await).await
//! ```
//!
//! Architecture invariant: this is the only shared crate that knows `lambda_runtime`, and the one place that says who is
//! asking ([`principal`]).

pub mod environment;
mod gates;
mod metrics;
pub mod models;
pub mod principal;
mod serve;
mod services;
mod tasks;

/// What a `main` returns.
pub use lambda_runtime::Error;

pub use gates::GateSettings;
pub use serve::{Call, CallContext, serve, serve_advised_agent, serve_agent, serve_gate};
pub use services::{Config, Services, log};
pub use tasks::StepFunctions;
