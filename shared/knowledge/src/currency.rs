//! Currencies that budgets are read in, with planning rates that every conversion shows.

use std::sync::OnceLock;

use serde::Deserialize;

/// A currency.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencyFact {
    /// ISO 4217.
    pub code: String,
    /// US dollars for one unit.
    pub usd: f64,
    /// Signs that stand before or after a number.
    pub symbols: Vec<String>,
    /// Words that stand before or after a number.
    pub words: Vec<String>,
}

/// The currencies with the date of their rates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currencies {
    /// Date of the rates, ISO 8601.
    pub date: String,
    /// What the rates are.
    pub source: String,
    /// The currencies.
    pub currencies: Vec<CurrencyFact>,
}

/// The currencies with the date of their rates.
pub fn currencies() -> &'static Currencies {
    static FILE: OnceLock<Currencies> = OnceLock::new();
    FILE.get_or_init(|| crate::region::compiled_in("currency.toml", include_str!("../data/currency.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_currencies_are_there_and_rates_are_positive() {
        let file = currencies();
        for code in ["USD", "EUR", "GBP"] {
            assert!(file.currencies.iter().any(|currency| currency.code == code));
        }
        assert!(file.currencies.iter().all(|currency| currency.usd > 0.0 && currency.code.len() == 3));
        assert_eq!(file.date.len(), 10);
    }
}
