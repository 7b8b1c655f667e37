//! What every function needs, built once per process: configuration, logs, clients, store and live.

use aws_config::SdkConfig;
use live::Live;
use store::{Clients, Store};
use tracing_subscriber::EnvFilter;

use crate::{
    StepFunctions,
    environment::{self, Environment, EnvironmentError},
};

/// Configuration of every function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `TABLE_NAME`.
    pub table: String,
    /// `BUCKET_NAME`.
    pub bucket: String,
    /// `WEBSOCKET_ENDPOINT`: the management endpoint of the WebSocket API's stage.
    pub websocket_endpoint: String,
}

impl Config {
    /// Reads the variables.
    pub fn read(env: &mut Environment<'_>) -> Self {
        Self {
            table: env.text("TABLE_NAME"),
            bucket: env.text("BUCKET_NAME"),
            websocket_endpoint: env.text("WEBSOCKET_ENDPOINT"),
        }
    }
}

/// What every function needs. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Services {
    /// The configuration.
    pub config: Config,
    /// Table and bucket.
    pub store: Store,
    /// Pushes committed events.
    pub live: Live,
    /// Region, credentials and HTTP client, for further clients.
    pub aws: SdkConfig,
}

impl Services {
    /// Logs, configuration and clients.
    ///
    /// # Errors
    /// When the environment is not complete: all problems at once.
    pub async fn start() -> Result<Self, EnvironmentError> {
        let (services, ()) = Self::start_with(|_| ()).await?;
        Ok(services)
    }

    /// The same, with more configuration of the function's own.
    ///
    /// # Errors
    /// When the environment is not complete: all problems at once.
    pub async fn start_with<T>(
        settings: impl FnOnce(&mut Environment<'_>) -> T,
    ) -> Result<(Self, T), EnvironmentError> {
        log();
        let (config, settings) = environment::read(|env| (Config::read(env), settings(env)))?;
        let clients = Clients::from_env().await;
        let store = Store::new(clients.dynamo, clients.s3, &config.table, &config.bucket);
        let management = Live::client(&clients.config, &config.websocket_endpoint);
        let live = Live::new(store.clone(), management);
        Ok((Self { config, store, live, aws: clients.config }, settings))
    }

    /// The port to waiting state machines.
    pub fn tasks(&self) -> StepFunctions {
        StepFunctions::new(aws_sdk_sfn::Client::new(&self.aws))
    }
}

/// JSON lines on standard output at `LOG_LEVEL` (`info` when it is not set, because a log must not need configuration);
/// the libraries below us only from `warn` on. A second call changes nothing.
pub fn log() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let nodes = [
        "adaptive_questions",
        "codegen",
        "coverage_check",
        "critic_cost",
        "critic_implementation",
        "critic_tech",
        "diff_and_persist",
        "hitl_gate_final",
        "hitl_gate_input",
        "implement_features",
        "implement_inference",
        "implement_ingestion",
        "implement_learning",
        "implement_monitoring",
        "implement_training",
        "intake_extract",
        "planner",
        "policy_eval",
        "rationale_compile",
        "validators",
    ];
    let rest = [
        "agent",
        "api",
        "gate_timeout",
        "gate_wait",
        "generation",
        "lambda",
        "live",
        "model",
        "run_end",
        "store",
        "websocket",
    ];
    let mut filter = EnvFilter::new("warn");
    for name in nodes.into_iter().chain(rest) {
        if let Ok(directive) = format!("{name}={level}").parse() {
            filter = filter.add_directive(directive);
        }
    }
    // An error only says that a subscriber is installed already, as in a test.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_target(true)
        .try_init();
}
