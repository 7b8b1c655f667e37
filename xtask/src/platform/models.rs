//! The models that the local platform's agents may ask, and the keys that the functions are given.

use anyhow::{Result, bail};
use model::Address;

use super::engine::Keys;

/// Which models there are.
#[derive(Debug, Clone, Default)]
pub struct Models {
    addresses: Vec<Address>,
    per_agent: Vec<(String, Address)>,
    /// Their keys, from this process's environment.
    pub keys: Keys,
}

impl Models {
    /// These models, with their keys from the environment.
    ///
    /// # Errors
    /// When a key is not there; the message names its variable.
    pub fn new(addresses: Vec<Address>, per_agent: Vec<(String, Address)>) -> Result<Self> {
        let mut keys = Keys::default();
        for address in addresses.iter().chain(per_agent.iter().map(|(_, address)| address)) {
            let variable = address.provider.key_variable();
            if keys.0.iter().any(|(known, _)| *known == variable) {
                continue;
            }
            match std::env::var(variable) {
                Ok(key) if !key.trim().is_empty() => keys.0.push((variable, key)),
                Ok(_) | Err(_) if address.may_be_open() => {}
                Ok(_) | Err(_) => bail!("{address} needs a key: set {variable} and start again"),
            }
        }
        Ok(Self { addresses, per_agent, keys })
    }

    /// The parameter `Models` of the template.
    pub fn addresses(&self) -> String {
        self.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")
    }

    /// The parameter `ModelPerAgent` of the template.
    pub fn per_agent(&self) -> String {
        self.per_agent.iter().map(|(agent, address)| format!("{agent}={address}")).collect::<Vec<_>>().join(";")
    }
}

/// Reads `AGENT=ADDRESS`.
///
/// # Errors
/// When it is not that.
pub fn for_agent(text: &str) -> Result<(String, Address), String> {
    let (agent, address) = text.split_once('=').ok_or_else(|| format!("`{text}` is not AGENT=ADDRESS"))?;
    if agent.trim().is_empty() {
        return Err(format!("`{text}` names no agent"));
    }
    Ok((agent.trim().to_owned(), address.parse().map_err(|error: model::AddressError| error.to_string())?))
}
