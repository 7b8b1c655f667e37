//! What models cost: data with its source and date.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Address, Provider, Usage};

/// Where the prices are from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSource {
    /// Its name.
    pub name: String,
    /// `provider` or `third_party`.
    pub kind: String,
    /// As of when.
    pub date: String,
}

/// What a model costs, in US dollars per million tokens, and what it can hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// At whose API.
    pub provider: Provider,
    /// Its names there.
    pub names: Vec<String>,
    /// Reading.
    pub input: f64,
    /// Writing.
    pub output: f64,
    /// Reading from the provider's cache, where that has a price of its own.
    pub cached: Option<f64>,
    /// The most tokens that it reads.
    pub context: u64,
    /// The most tokens that it writes.
    pub answer: u64,
}

impl Price {
    /// What these tokens cost, in dollars.
    pub fn usd(&self, usage: Usage) -> f64 {
        let part = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        part(usage.input, self.input)
            + part(usage.cached, self.cached.unwrap_or(self.input))
            + part(usage.output, self.output)
    }
}

/// Prices of models.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Where they are from.
    pub source: PriceSource,
    #[serde(rename = "model")]
    models: Vec<Price>,
}

impl PriceList {
    /// The prices that come with the program. A test reads them; were they broken, no price would be known.
    pub fn shipped() -> &'static Self {
        static LIST: LazyLock<PriceList> = LazyLock::new(|| {
            toml::from_str(include_str!("../data/prices.toml")).unwrap_or_else(|error| PriceList {
                source: PriceSource { name: format!("unreadable: {error}"), kind: String::new(), date: String::new() },
                models: Vec::new(),
            })
        });
        &LIST
    }

    /// The price of the model at an address, where it is known. A server of one's own may use any name, so it has none.
    pub fn find(&self, address: &Address) -> Option<&Price> {
        let own = match (address.provider, &address.url) {
            (Provider::Openai | Provider::Anthropic, Some(_)) => true,
            (Provider::Openai | Provider::Anthropic, None) | (Provider::Bedrock, _) => false,
        };
        // An ARN of an inference profile ends with the profile's name.
        let name = address.name.rsplit('/').next().unwrap_or(&address.name);
        self.models
            .iter()
            .find(|price| !own && price.provider == address.provider && price.names.iter().any(|known| known == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_prices_are_sound() {
        let list: PriceList = toml::from_str(include_str!("../data/prices.toml")).unwrap();
        assert!(list.source.name.contains("litellm") && !list.source.date.is_empty());
        let mut names = Vec::new();
        for price in &list.models {
            let name = price.names.join(", ");
            // Reading is cheaper than writing, and from the cache cheaper still.
            assert!(price.input > 0.0 && price.input <= price.output && price.output < 1_000.0, "{name}");
            assert!(price.cached.is_none_or(|cached| cached > 0.0 && cached <= price.input), "{name}");
            assert!(price.context >= price.answer && price.answer > 0, "{name}");
            names.extend(price.names.iter().map(|name| (price.provider, name)));
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "each name has one price");
        for provider in [Provider::Bedrock, Provider::Anthropic, Provider::Openai] {
            assert!(list.models.iter().filter(|price| price.provider == provider).count() >= 5, "{provider}");
        }
    }

    #[test]
    fn a_price_is_found_by_the_address() {
        let find = |address: &str| PriceList::shipped().find(&address.parse().unwrap());
        let sonnet = find("anthropic:claude-sonnet-5").unwrap();
        let usage = Usage { input: 1_000_000, cached: 1_000_000, output: 100_000 };
        assert!((sonnet.usd(usage) - (2.0 + 0.2 + 1.0)).abs() < 1e-9, "{}", sonnet.usd(usage));
        let plain = find("bedrock:amazon.nova-lite-v1:0@us-east-1").unwrap();
        let arn = "bedrock:arn:aws:bedrock:us-east-1:123456789012:foundation-model/amazon.nova-lite-v1:0@us-east-1";
        assert_eq!(find(arn), Some(plain));
        assert_eq!(find("openai:http://127.0.0.1:1/v1#gpt-5.4"), None, "a server of one's own has its own price");
        assert_eq!(find("openai:claude-sonnet-5"), None);
        assert!(find("openai:gpt-5.4").is_some());
    }
}
