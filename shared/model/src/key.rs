//! Keys: where they come from, and that nobody reads them by accident.

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{Provider, sign, transport};

/// A key. Its `Debug` prints nothing of it.
#[derive(Debug, Clone)]
pub struct Key(SecretString);

impl Key {
    /// A key from its text, without the white space that a file or a console puts around it.
    ///
    /// # Errors
    /// When nothing is left, or it could not be sent in a header.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::Unprintable);
        }
        Ok(Self(SecretString::from(text.to_owned())))
    }

    /// The provider's key in the environment, under the name that the provider's own tools look for.
    ///
    /// # Errors
    /// When what is there could not be sent in a header.
    pub fn from_environment(provider: Provider) -> Result<Option<Self>, KeyError> {
        match std::env::var(provider.key_variable()) {
            Ok(text) if !text.trim().is_empty() => Self::new(&text).map(Some),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// The key itself, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Reads the key from Secrets Manager: the whole secret where it is a plain text, its field `api_key` where it is a
    /// JSON object. `endpoint` is for another place than AWS.
    ///
    /// AWS Secrets Manager API Reference, `GetSecretValue` (read 2026-11): `POST /`, JSON 1.1, the target in a header.
    ///
    /// # Errors
    /// When the ARN is none, or the service does not give the secret.
    pub async fn from_secrets_manager(
        http: &reqwest::Client,
        credentials: &SharedCredentialsProvider,
        arn: &str,
        endpoint: Option<&str>,
    ) -> Result<Self, KeyError> {
        let region = region_of(arn).ok_or_else(|| KeyError::Arn(arn.to_owned()))?;
        let url = match endpoint {
            Some(endpoint) => format!("{}/", endpoint.trim_end_matches('/')),
            None => format!("https://secretsmanager.{region}.{}/", sign::domain(region)),
        };
        let body = serde_json::json!({ "SecretId": arn }).to_string().into_bytes();
        let headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), "secretsmanager.GetSecretValue".to_owned()),
        ];
        let identity =
            credentials.provide_credentials().await.map_err(|error| KeyError::Credentials(Box::new(error)))?;
        let secret_headers =
            sign::headers(&url, &headers, &body, identity, region, "secretsmanager", std::time::SystemTime::now())
                .map_err(KeyError::Sign)?;
        let (status, bytes) = transport::post_plain(http, &url, headers, secret_headers, body)
            .await
            .map_err(|error| KeyError::Unreachable(Box::new(error)))?;
        if status != 200 {
            return Err(KeyError::Refused { status, said: sign::error_type(&bytes) });
        }
        Self::from_secret(&bytes)
    }

    fn from_secret(bytes: &[u8]) -> Result<Self, KeyError> {
        #[derive(Deserialize)]
        struct Value {
            #[serde(rename = "SecretString")]
            text: String,
        }
        #[derive(Deserialize)]
        struct Fields {
            api_key: String,
        }
        // The error of the parser could quote the secret, so it is not kept.
        let value: Value = serde_json::from_slice(bytes).map_err(|_| KeyError::NotText)?;
        if value.text.trim_start().starts_with('{') {
            let fields: Fields = serde_json::from_str(&value.text).map_err(|_| KeyError::NoField)?;
            return Self::new(&fields.api_key);
        }
        Self::new(&value.text)
    }
}

/// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:name` lies in `eu-west-1`.
fn region_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let (scheme, _partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (scheme == "arn" && service == "secretsmanager" && !region.is_empty() && region.chars().all(plain))
        .then_some(region)
}

/// Why there is no key. Never says any of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing is in it.
    #[error("the key is empty")]
    Empty,
    /// It could not be sent in a header.
    #[error("the key has characters that no key has")]
    Unprintable,
    /// Not the ARN of a secret.
    #[error("`{0}` is not the ARN of a secret")]
    Arn(String),
    /// There are no credentials to ask with.
    #[error("there are no AWS credentials")]
    Credentials(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request could not be signed.
    #[error("the request for the secret could not be signed")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Secrets Manager was not reached.
    #[error("Secrets Manager was not reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Secrets Manager does not give it.
    #[error("Secrets Manager answered {status} {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The error's type.
        said: String,
    },
    /// The secret is binary or damaged.
    #[error("the secret is not a text")]
    NotText,
    /// The secret is an object without the key.
    #[error("the secret is a JSON object without a text `api_key`")]
    NoField,
}

/// How one is let in.
#[derive(Debug, Clone)]
pub enum Access {
    /// By a key.
    Key(Key),
    /// By the role of whoever runs: requests are signed.
    Role(SharedCredentialsProvider),
    /// Not at all: a server on this machine.
    Open,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let key = Key::new(" sk-very-secret\n").unwrap();
        assert_eq!(key.expose(), "sk-very-secret");
        let access = Access::Key(key);
        assert!(!format!("{access:?}").contains("very"), "{access:?}");
    }

    #[test]
    fn a_secret_is_a_text_or_an_object_with_the_key() {
        let read = |secret: &str| {
            let answer = serde_json::json!({ "SecretString": secret }).to_string();
            Key::from_secret(answer.as_bytes()).map(|key| key.expose().to_owned())
        };
        assert_eq!(read("sk-1\n").unwrap(), "sk-1");
        assert_eq!(read(r#"{"api_key":"sk-2","other":1}"#).unwrap(), "sk-2");
        assert!(matches!(read(r#"{"key":"sk-3"}"#), Err(KeyError::NoField)));
        assert!(matches!(read("  "), Err(KeyError::Empty)));
        assert!(matches!(read("sk\u{e9}"), Err(KeyError::Unprintable)));
        assert!(matches!(Key::from_secret(br#"{"SecretBinary":"c2s="}"#), Err(KeyError::NotText)));
    }

    #[test]
    fn the_region_is_in_the_arn() {
        assert_eq!(region_of("arn:aws:secretsmanager:eu-west-1:123456789012:secret:k-a1"), Some("eu-west-1"));
        assert_eq!(region_of("arn:aws:s3:eu-west-1:123456789012:x"), None);
        assert_eq!(region_of("arn:aws:secretsmanager:evil.example/:1:secret:k"), None);
        assert_eq!(region_of("sk-1"), None);
    }
}
