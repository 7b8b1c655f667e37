//! How many requests leave a line in the log: one rule for the estimate, and for the services that are written.

use design::cost::SECONDS_PER_MONTH;

/// Requests of a month that each have a line: 20 million lines of 210 bytes, as the services write them, are 4 GB.
const ALL_OF: f64 = 2e7;
/// The share of the requests beyond them.
const SHARE_BEYOND: f64 = 0.01;

/// Requests of a month that are logged: all of a small service, and a sample of a large one.
pub fn logged(requests_month: f64) -> f64 {
    requests_month.min(ALL_OF) + SHARE_BEYOND * (requests_month - ALL_OF).max(0.0)
}

/// Share of the requests that is logged at an average rate per second, between 0 and 1, to three decimals.
pub fn share(average_per_second: f64) -> f64 {
    let requests_month = average_per_second * SECONDS_PER_MONTH;
    if requests_month <= ALL_OF {
        return 1.0;
    }
    (logged(requests_month) / requests_month * 1000.0).ceil() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_service_logs_all_of_its_requests_and_a_large_one_a_sample() {
        assert!((share(0.0) - 1.0).abs() < f64::EPSILON);
        assert!((share(7.0) - 1.0).abs() < f64::EPSILON);
        assert!((share(400.0) - 0.029).abs() < f64::EPSILON);
        assert!(share(1e6) >= SHARE_BEYOND);
    }

    #[test]
    fn what_is_logged_grows_with_the_requests_and_is_never_more() {
        let rates = [0.0, 1e6, ALL_OF, 3e7, 1e9, 1e12];
        assert!(rates.windows(2).all(|pair| logged(pair[0]) < logged(pair[1])));
        assert!(rates.iter().all(|requests| logged(*requests) <= *requests));
    }
}
