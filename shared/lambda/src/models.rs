//! The models that a function may ask: which, by which key, until when.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use agent::{Adviser, ModelChoices, StoredCircuits, chain};
use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use model::{Access, Address, Asker, Ceilings, Key, KeyError, Model, Provider};
use run::node::{NodeInput, NodeName};
use store::Store;
use tokio::{sync::Mutex, time::Instant};

use crate::environment::Environment;

/// What is left of a function's time for storing the result and telling of it.
const RESERVE: Duration = Duration::from_secs(15);

/// What the template says of models.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelConfig {
    /// Which there are.
    pub choices: ModelChoices,
    /// The secret with the key, by its ARN; nothing where keys are in the environment.
    pub secret_arn: Option<String>,
}

impl ModelConfig {
    /// `MODELS` (addresses with `;` between them, the first is the default; missing or empty: the rules think alone),
    /// `MODEL_PER_AGENT` (`planner=ADDRESS;…`), `MODEL_TEMPERATURE`, `MODEL_TOKENS_PER_RUN`, `MODEL_USD_PER_RUN`,
    /// `MODEL_SECRET_ARN`.
    pub fn read(env: &mut Environment<'_>) -> Self {
        let mut models = Vec::new();
        for text in parts(env.optional("MODELS")) {
            match text.parse() {
                Ok(address) => models.push(address),
                Err(error) => env.problem(format!("MODELS: {error}")),
            }
        }
        let mut per_agent = BTreeMap::new();
        for text in parts(env.optional("MODEL_PER_AGENT")) {
            match text.split_once('=').map(|(node, address)| (node.trim(), address.parse::<Address>())) {
                Some((node, Ok(address))) => {
                    per_agent.insert(NodeName::from(node), address);
                }
                Some((_, Err(error))) => env.problem(format!("MODEL_PER_AGENT: {error}")),
                None => env.problem(format!("MODEL_PER_AGENT: `{text}` is not NODE=ADDRESS")),
            }
        }
        let temperature = env.given("MODEL_TEMPERATURE", "a number from 0 to 2");
        if let Some(wrong) = temperature.filter(|temperature| !(0.0..=2.0).contains(temperature)) {
            let () = env.problem(format!("MODEL_TEMPERATURE is {wrong}; a number from 0 to 2 is expected"));
        }
        let ceilings = Ceilings {
            tokens: env.given("MODEL_TOKENS_PER_RUN", "a whole number of tokens"),
            usd: env.given("MODEL_USD_PER_RUN", "a number of US dollars"),
        };
        let choices = ModelChoices { models, per_agent, temperature, ceilings };
        Self { choices, secret_arn: env.optional("MODEL_SECRET_ARN") }
    }
}

fn parts(list: Option<String>) -> Vec<String> {
    let list = list.unwrap_or_default();
    list.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The models that a function asks. Connections live as long as the process; a key that could not be had is asked for
/// again by the next call.
pub struct Models {
    settings: ModelConfig,
    store: Store,
    credentials: Option<SharedCredentialsProvider>,
    /// Where Secrets Manager is, where it is not AWS's own.
    endpoint: Option<String>,
    askers: Mutex<HashMap<String, Arc<Asker>>>,
}

impl Models {
    /// Models by these settings.
    pub fn new(settings: ModelConfig, store: Store, aws: &SdkConfig) -> Self {
        Self {
            settings,
            store,
            credentials: aws.credentials_provider(),
            endpoint: aws.endpoint_url().map(str::to_owned),
            askers: Mutex::default(),
        }
    }

    /// Whom this node asks in this project; nothing where the rules think alone. Never fails: an adviser that cannot be
    /// asked says why on the card.
    pub async fn adviser(&self, node: &str, input: &NodeInput) -> Option<Adviser> {
        // Without a model in the deployment the store is not asked either.
        let anyway =
            self.settings.choices.models.first().or_else(|| self.settings.choices.per_agent.values().next())?;
        let project = match self.store.model_settings(&input.owner, &input.project_id).await {
            Ok(project) => project,
            Err(error) => {
                tracing::warn!(error = %error, "what the project says of models cannot be read: {}", chain(&error));
                return Some(Adviser::unavailable(anyway.clone(), "what the project says of models could not be read"));
            }
        };
        let chosen = self.settings.choices.for_node(node, &project)?;
        Some(match self.asker(&chosen.address).await {
            Ok(asker) => Adviser::new(asker as Arc<dyn Model>, chosen.ceilings).temperature(chosen.temperature),
            Err(error) => {
                tracing::warn!(model = %chosen.address, error = %chain(&error), "{} cannot be asked", chosen.address);
                Adviser::unavailable(chosen.address, "its key is not to be had")
            }
        })
    }

    async fn asker(&self, address: &Address) -> Result<Arc<Asker>, ModelsError> {
        let mut askers = self.askers.lock().await;
        if let Some(asker) = askers.get(&address.to_string()) {
            return Ok(asker.clone());
        }
        let http = model::http_client(address)?;
        let access = self.access(address, &http).await?;
        let circuits = Arc::new(StoredCircuits(self.store.clone()));
        let asker = Arc::new(Asker::new(address.clone(), access, http, circuits));
        askers.insert(address.to_string(), asker.clone());
        Ok(asker)
    }

    /// A key from the environment, then one from the secret, then the role for Bedrock; a server of one's own needs none.
    async fn access(&self, address: &Address, http: &reqwest::Client) -> Result<Access, ModelsError> {
        if let Some(key) = Key::from_environment(address.provider)? {
            return Ok(Access::Key(key));
        }
        let credentials = self.credentials.as_ref().ok_or(ModelsError::NoCredentials);
        if address.provider == Provider::Bedrock {
            return Ok(Access::Role(credentials?.clone()));
        }
        match &self.settings.secret_arn {
            Some(arn) => {
                let key = Key::from_secrets_manager(http, credentials?, arn, self.endpoint.as_deref()).await?;
                Ok(Access::Key(key))
            }
            None if address.may_be_open() => Ok(Access::Open),
            None => Err(ModelsError::NoKey { variable: address.provider.key_variable() }),
        }
    }
}

/// Why a model cannot be asked.
#[derive(Debug, thiserror::Error)]
enum ModelsError {
    #[error("there are no AWS credentials")]
    NoCredentials,
    #[error("there is no key: neither {variable} nor MODEL_SECRET_ARN is set")]
    NoKey { variable: &'static str },
    #[error("there is no key")]
    Key(#[from] KeyError),
    #[error("the HTTP client cannot be built")]
    Http(#[from] reqwest::Error),
}

/// When a model must have answered, so that time is left before the function's own end.
pub(crate) fn deadline(function_ends: SystemTime) -> Instant {
    let left = function_ends.duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESERVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::read_from;

    fn read(variables: &[(&str, &str)]) -> Result<ModelConfig, String> {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        read_from(&lookup, ModelConfig::read).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_word_of_models_there_is_none() {
        assert_eq!(read(&[]), Ok(ModelConfig::default()));
        assert_eq!(read(&[("MODELS", ""), ("MODEL_TEMPERATURE", " ")]), Ok(ModelConfig::default()));
    }

    #[test]
    fn what_the_template_says_is_read() {
        let settings = read(&[
            ("MODELS", "anthropic:claude-haiku-4-5; openai:http://127.0.0.1:8080/v1#qwen3"),
            ("MODEL_PER_AGENT", "planner=anthropic:claude-opus-4-8"),
            ("MODEL_TEMPERATURE", "0.2"),
            ("MODEL_TOKENS_PER_RUN", "200000"),
            ("MODEL_USD_PER_RUN", "1.5"),
            ("MODEL_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:k"),
        ])
        .unwrap();
        let names =
            ["anthropic:claude-haiku-4-5", "openai:http://127.0.0.1:8080/v1#qwen3", "anthropic:claude-opus-4-8"];
        let found: Vec<String> = settings.choices.addresses().into_iter().map(ToString::to_string).collect();
        assert_eq!(found, names);
        assert_eq!(settings.choices.ceilings, Ceilings { tokens: Some(200_000), usd: Some(1.5) });
        assert!(settings.secret_arn.is_some());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_variable() {
        let error = read(&[
            ("MODELS", "gpt-5"),
            ("MODEL_PER_AGENT", "planner"),
            ("MODEL_TEMPERATURE", "3"),
            ("MODEL_TOKENS_PER_RUN", "many"),
        ])
        .unwrap_err();
        for part in [
            "MODELS: `gpt-5`",
            "MODEL_PER_AGENT: `planner`",
            "MODEL_TEMPERATURE is 3",
            "MODEL_TOKENS_PER_RUN is `many`",
        ] {
            assert!(error.contains(part), "`{part}` is not in: {error}");
        }
    }
}
