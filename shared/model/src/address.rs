//! The address of a model: which API, where, and the model's name there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which API a model is asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Amazon Bedrock, Converse and ConverseStream.
    Bedrock,
    /// Anthropic, Messages.
    Anthropic,
    /// Any server that speaks OpenAI's chat completions.
    Openai,
}

impl Provider {
    /// The name as in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bedrock => "bedrock",
            Self::Anthropic => "anthropic",
            Self::Openai => "openai",
        }
    }

    /// The environment variable with a key, as the provider's own tools name it.
    pub fn key_variable(self) -> &'static str {
        match self {
            Self::Bedrock => "AWS_BEARER_TOKEN_BEDROCK",
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::Openai => "OPENAI_API_KEY",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The address of a model, written `bedrock:NAME@REGION`, `anthropic:NAME` or `openai:NAME`; each with `URL#` before the
/// name where it is not the provider's own server, as in `openai:http://127.0.0.1:8080/v1#qwen3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Which API.
    pub provider: Provider,
    /// The model's name there: a model id, an inference profile or its ARN for Bedrock.
    pub name: String,
    /// The region, for Bedrock only.
    pub region: Option<String>,
    /// Where the API is, without the last slash; the provider's own where it is not said.
    pub url: Option<String>,
}

impl Address {
    /// True for a server of one's own, which may let in without a key. Bedrock never does, whatever stands before it.
    pub fn may_be_open(&self) -> bool {
        self.url.is_some() && self.provider != Provider::Bedrock
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not begin with a provider that is known.
    #[error("`{0}` does not begin with `bedrock:`, `anthropic:` or `openai:`")]
    Provider(String),
    /// There is no name.
    #[error("`{0}` has no name of a model")]
    Name(String),
    /// Bedrock needs a region.
    #[error("`{0}` has no region: write `bedrock:NAME@REGION`")]
    Region(String),
    /// The URL cannot be one.
    #[error("the URL in `{0}` is not one: it begins with `http://` or `https://` and has no user, query or fragment")]
    Url(String),
    /// A key would go over the network for all to read.
    #[error("the URL in `{0}` is not https, and not on this machine")]
    Plain(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (provider, rest) = text.split_once(':').ok_or_else(|| AddressError::Provider(text.to_owned()))?;
        let provider = [Provider::Bedrock, Provider::Anthropic, Provider::Openai]
            .into_iter()
            .find(|known| known.as_str() == provider)
            .ok_or_else(|| AddressError::Provider(text.to_owned()))?;
        let (url, name) = match rest.split_once('#') {
            Some((url, name)) => (Some(url_of(text, url)?), name),
            None if rest.starts_with("http://") || rest.starts_with("https://") => {
                return Err(AddressError::Name(text.to_owned()));
            }
            None => (None, rest),
        };
        let (name, region) = match provider {
            Provider::Bedrock => match name.rsplit_once('@') {
                Some((name, region)) if is_region(region) => (name, Some(region.to_owned())),
                Some(_) | None => return Err(AddressError::Region(text.to_owned())),
            },
            Provider::Anthropic | Provider::Openai => (name, None),
        };
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '#') {
            return Err(AddressError::Name(text.to_owned()));
        }
        Ok(Self { provider, name: name.to_owned(), region, url })
    }
}

/// A region becomes part of a host name, so nothing else may be in it.
fn is_region(region: &str) -> bool {
    !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn url_of(text: &str, url: &str) -> Result<String, AddressError> {
    let wrong = || AddressError::Url(text.to_owned());
    let parsed = reqwest::Url::parse(url).map_err(|_| wrong())?;
    let host = parsed.host_str().ok_or_else(wrong)?;
    if !parsed.username().is_empty() || parsed.password().is_some() || parsed.query().is_some() {
        return Err(wrong());
    }
    match parsed.scheme() {
        "https" => {}
        "http" if is_here(host) => {}
        "http" => return Err(AddressError::Plain(text.to_owned())),
        _ => return Err(wrong()),
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

/// True for a host on this machine, or one that only a network of containers knows.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.provider)?;
        if let Some(url) = &self.url {
            write!(f, "{url}#")?;
        }
        f.write_str(&self.name)?;
        match &self.region {
            Some(region) => write!(f, "@{region}"),
            None => Ok(()),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "openai:gpt-5.4-mini",
            "openai:http://127.0.0.1:8080/v1#qwen3:8b",
            "openai:http://[::1]:8080/v1#x",
            "openai:https://example.openai.azure.com/openai/v1#deployment",
            "anthropic:claude-sonnet-5-5",
            "anthropic:http://localhost:9/proxy#claude",
            "bedrock:eu.anthropic.claude-haiku-4-5-20251001-v1:0@eu-central-1",
            "bedrock:arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0@us-east-1",
            "bedrock:https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com#amazon.nova-lite-v1:0@us-east-1",
        ] {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()), Ok(text.to_owned()));
        }
        let address: Address = "openai:http://127.0.0.1:8080/v1/#qwen3".parse().unwrap();
        assert_eq!(address.url.as_deref(), Some("http://127.0.0.1:8080/v1"), "the last slash does not count");
    }

    #[test]
    fn what_is_no_address_says_why() {
        type Check = fn(&AddressError) -> bool;
        let cases: [(&str, Check); 13] = [
            ("gpt-5", |error| matches!(error, AddressError::Provider(_))),
            ("azure:gpt-5", |error| matches!(error, AddressError::Provider(_))),
            ("openai:", |error| matches!(error, AddressError::Name(_))),
            ("openai:a b", |error| matches!(error, AddressError::Name(_))),
            ("openai:http://127.0.0.1:8080/v1", |error| matches!(error, AddressError::Name(_))),
            ("openai:http://127.0.0.1:8080/v1#", |error| matches!(error, AddressError::Name(_))),
            ("bedrock:amazon.nova-lite-v1:0", |error| matches!(error, AddressError::Region(_))),
            ("bedrock:amazon.nova-lite-v1:0@evil.example/", |error| matches!(error, AddressError::Region(_))),
            ("openai:ftp://127.0.0.1#x", |error| matches!(error, AddressError::Url(_))),
            ("openai:127.0.0.1:8080#x", |error| matches!(error, AddressError::Url(_))),
            ("openai:http://user:pass@127.0.0.1#x", |error| matches!(error, AddressError::Url(_))),
            ("openai:http://models.example/v1#x", |error| matches!(error, AddressError::Plain(_))),
            ("openai:http://127.0.0.1.evil.example#x", |error| matches!(error, AddressError::Plain(_))),
        ];
        for (text, is_right) in cases {
            let error = text.parse::<Address>().unwrap_err();
            assert!(is_right(&error), "{text}: {error:?}");
        }
    }
}
