//! How long is waited, and how often it is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::{Address, Fault};

/// How long is waited, and how often it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The most requests for one answer, without those that only found out which form the server knows.
    pub attempts: u32,
    /// About the first pause; each further one is twice as long, with jitter.
    pub first_pause: Duration,
    /// The longest pause of our own choice; a server may ask for a longer one.
    pub longest_pause: Duration,
    /// The most time for one request.
    pub whole: Duration,
    /// The most time without a piece of a stream.
    pub piece: Duration,
    /// With less time than this no request is begun.
    pub least: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            // A few thousand tokens at a slow model's fifty a second.
            whole: Duration::from_secs(90),
            piece: Duration::from_secs(30),
            least: Duration::from_secs(2),
        }
    }
}

impl Patience {
    /// For the model at an address. A server of one's own may read a long question on a processor for a minute before it
    /// says anything: there only the whole answer has an end.
    pub fn of(address: &Address) -> Self {
        let own = Self::default();
        if address.may_be_open() { Self { piece: own.whole, ..own } } else { own }
    }

    /// Pauses of our own choice, one before each further request.
    pub(crate) fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::default()
            .with_min_delay(self.first_pause)
            .with_max_delay(self.longest_pause)
            .with_factor(2.0)
            .with_jitter()
            .with_max_times(self.attempts.saturating_sub(1) as usize)
            .build()
    }

    /// How long to wait before the next request, when `own` is our choice; nothing when the time is not enough.
    pub(crate) fn pause(&self, own: Duration, fault: &Fault, remaining: Duration) -> Option<Duration> {
        let pause = fault.retry_after().map_or(own, |asked| asked.max(own));
        (pause.checked_add(self.least)? <= remaining).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks_if_there_is_time() {
        let patience = Patience::default();
        let asked = |retry_after| Fault::Throttled { retry_after, said: String::new() };
        assert_eq!(patience.pause(seconds(1), &asked(None), seconds(60)), Some(seconds(1)));
        assert_eq!(patience.pause(seconds(1), &asked(Some(seconds(20))), seconds(60)), Some(seconds(20)));
        assert_eq!(patience.pause(seconds(3), &asked(Some(seconds(0))), seconds(60)), Some(seconds(3)));
        assert_eq!(patience.pause(seconds(1), &asked(Some(seconds(20))), seconds(21)), None, "no time for a request");
        assert_eq!(patience.pause(seconds(1), &asked(Some(Duration::MAX)), Duration::MAX), None, "nothing overflows");
    }

    #[test]
    fn there_is_one_pause_less_than_requests() {
        let patience = Patience { attempts: 3, ..Patience::default() };
        let pauses: Vec<Duration> = patience.pauses().collect();
        assert_eq!(pauses.len(), 2);
        assert!(pauses.iter().all(|pause| *pause >= patience.first_pause), "{pauses:?}");
        assert_eq!(Patience { attempts: 0, ..patience }.pauses().count(), 0);
    }
}
