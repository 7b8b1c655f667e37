//! Waiting lines: M/M/c for pools of servers, M/D/1 for flows of a given capacity.

/// Probability that an arrival has to wait in M/M/c (Erlang C), from the recursion of Erlang B.
///
/// `offered` is arrivals × service time, the mean number of busy servers.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    if offered <= 0.0 {
        return 0.0;
    }
    if offered >= f64::from(servers) {
        return 1.0;
    }
    let mut blocking = 1.0;
    for server in 1..=servers {
        blocking = offered * blocking / (f64::from(server) + offered * blocking);
    }
    let utilisation = offered / f64::from(servers);
    blocking / (1.0 - utilisation * (1.0 - blocking))
}

/// Milliseconds that an arrival waits in M/M/c at a percentile; infinite when the servers cannot keep up.
pub fn wait_in_pool(servers: u32, arrivals_per_second: f64, service_ms: f64, percentile: f64) -> f64 {
    let rate = 1000.0 / service_ms;
    let spare = f64::from(servers) * rate - arrivals_per_second;
    if spare <= 0.0 {
        return f64::INFINITY;
    }
    let waits = erlang_c(servers, arrivals_per_second / rate);
    let tail = 1.0 - percentile.clamp(0.0, 99.999) / 100.0;
    // P(W > t) = C · e^(−spare·t)
    if waits <= tail { 0.0 } else { (waits / tail).ln() / spare * 1000.0 }
}

/// Milliseconds that an event waits in M/D/1 at a percentile, its tail taken as exponential.
pub fn wait_in_flow(capacity_per_second: f64, arrivals_per_second: f64, percentile: f64) -> f64 {
    let utilisation = arrivals_per_second / capacity_per_second;
    if utilisation >= 1.0 {
        return f64::INFINITY;
    }
    let mean = utilisation / (2.0 * (1.0 - utilisation)) * 1000.0 / capacity_per_second;
    mean * -(1.0 - percentile.clamp(0.0, 99.999) / 100.0).ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values_of_erlang_c() {
        // M/M/1: the probability of waiting is the utilisation.
        assert!((erlang_c(1, 0.7) - 0.7).abs() < 1e-12);
        // Two servers at 70 %: 2ρ²/(1+ρ).
        assert!((erlang_c(2, 1.4) - 2.0 * 0.49 / 1.7).abs() < 1e-12);
        assert!(erlang_c(10, 8.0) > 0.40 && erlang_c(10, 8.0) < 0.42, "Erlang's table says 0.409");
    }

    #[test]
    fn a_full_system_waits_for_ever() {
        assert!(wait_in_pool(2, 200.0, 10.0, 95.0).is_infinite());
        assert!(wait_in_flow(100.0, 100.0, 95.0).is_infinite());
    }

    proptest! {
        #[test]
        fn waiting_grows_with_load_and_falls_with_servers(
            servers in 1u32..200, share in 0.01f64..0.98, more in 0.001f64..0.02, service in 0.5f64..500.0,
        ) {
            let full = f64::from(servers) * 1000.0 / service;
            let wait = wait_in_pool(servers, full * share, service, 99.0);
            prop_assert!(wait_in_pool(servers, full * (share + more).min(0.999), service, 99.0) >= wait - 1e-9);
            prop_assert!(wait_in_pool(servers + 1, full * share, service, 99.0) <= wait + 1e-9);
            prop_assert!(wait_in_pool(servers, full * share, service, 99.9) >= wait - 1e-9);
            prop_assert!(wait_in_flow(full, full * share, 95.0) >= 0.0);
        }
    }
}
