//! What asking takes, and what a run may spend.

use serde::{Deserialize, Serialize};

use crate::{Failure, Form, Limit, Price, Usage};

/// What it took to ask one question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Account {
    /// HTTP requests that were made.
    pub requests: u32,
    /// Tokens of the replies that came whole; of a reply that was cut off nothing is known.
    pub usage: Usage,
    /// True where the server said of a reply no tokens, and they are counted by its length: three bytes each.
    pub is_estimate: bool,
    /// Dollars; nothing where the model's price is not known.
    pub usd: Option<f64>,
    /// From the question to its end.
    pub latency_ms: u64,
    /// True when an equal question was answered before.
    pub cache_hit: bool,
    /// True when the model was asked to mend its answer.
    pub repaired: bool,
    /// How the last request asked for the shape.
    pub form: Option<Form>,
}

/// The most that a run may spend on models.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ceilings {
    /// Tokens, read and written.
    pub tokens: Option<u64>,
    /// Dollars. It holds only where the model's price is known.
    pub usd: Option<f64>,
}

/// What a run has spent on models so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Tokens, read and written.
    pub tokens: u64,
    /// Dollars, as far as they are known.
    pub usd: f64,
}

impl Ceilings {
    /// Refuses what could go beyond a ceiling. What will be read is an estimate, what will be written the most that may
    /// be. Agents at work side by side do not see each other's spending: each may come up to the ceiling.
    pub(crate) fn admit(&self, spent: Spent, next: Usage, price: Option<&Price>) -> Result<(), Failure> {
        if self.tokens.is_some_and(|most| spent.tokens.saturating_add(next.total()) > most) {
            return Err(Failure::Ceiling { limit: Limit::Tokens });
        }
        let usd = price.map_or(0.0, |price| price.usd(next));
        if self.usd.is_some_and(|most| spent.usd + usd > most) {
            return Err(Failure::Ceiling { limit: Limit::Usd });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PriceList;

    #[test]
    fn a_request_that_could_go_beyond_a_ceiling_is_not_made() {
        let price = PriceList::shipped().find(&"anthropic:claude-sonnet-5".parse().unwrap());
        let next = Usage { input: 1_000, cached: 0, output: 1_000 };
        let admit = |tokens, usd, spent: u64, dollars: f64| {
            let ceilings = Ceilings { tokens, usd };
            match ceilings.admit(Spent { tokens: spent, usd: dollars }, next, price) {
                Ok(()) => None,
                Err(Failure::Ceiling { limit }) => Some(limit),
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(admit(None, None, u64::MAX, 1e9), None);
        assert_eq!(admit(Some(10_000), None, 8_000, 0.0), None);
        assert_eq!(admit(Some(10_000), None, 8_001, 0.0), Some(Limit::Tokens));
        // A thousand tokens each way cost 0.002 + 0.010 dollars.
        assert_eq!(admit(None, Some(0.05), 0, 0.0379), None);
        assert_eq!(admit(None, Some(0.05), 0, 0.0381), Some(Limit::Usd));
    }
}
