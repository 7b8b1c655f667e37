//! Cold starts against the latency objective, and where the data is.

use design::{
    constraint::ConstraintSet,
    finding::{ColdStartReview, Residency},
    words::{readable, share},
};
use estimate::{assessment::path_latency_ms, part::Part, workload::Workload};
use knowledge::region::by_code;

/// Seconds without a call after which a serverless unit is taken down: about ten minutes, as the patterns say.
const KEPT_WARM_SECONDS: f64 = 600.0;

/// Cold starts of the design.
pub fn cold_starts(parts: &[&Part<'_>], workload: &Workload) -> Vec<ColdStartReview> {
    let path = path_latency_ms(parts, workload, workload.percentile).filter(|ms| ms.is_finite());
    parts
        .iter()
        .filter_map(|part| Some((part, part.pattern.cold_start.as_ref()?)))
        .map(|(part, cold)| {
            let meets_requests = part.on_path && meets_requests(&cold.when);
            let average = workload.average_per_second();
            let alone = (-average * KEPT_WARM_SECONDS).exp();
            let cold_latency_ms = path.filter(|_| meets_requests).map(|path| path + cold.p50_ms);
            ColdStartReview {
                pattern: part.pattern.id.clone(),
                p50_ms: cold.p50_ms,
                p99_ms: cold.p99_ms,
                when: cold.when.clone(),
                meets_requests,
                share_of_requests: meets_requests.then_some(alone),
                cold_latency_ms,
                formula: match (meets_requests, path) {
                    (true, Some(path)) => format!(
                        "random arrivals at {}/s: e^(−{} × {} s) = {} of the requests come after {} s of silence; {} ms path + {} ms = {} ms",
                        readable(average),
                        readable(average),
                        readable(KEPT_WARM_SECONDS),
                        small_share(alone),
                        readable(KEPT_WARM_SECONDS),
                        readable(path),
                        readable(cold.p50_ms),
                        readable(path + cold.p50_ms)
                    ),
                    (true, None) => "the path is overloaded: no latency to add to".to_owned(),
                    (false, _) => "no request waits for it".to_owned(),
                },
                avoided_by: cold.avoided_by.clone(),
                source: cold.source.clone(),
            }
        })
        .collect()
}

/// Machines that join under growing load are waited for by nobody, and a unit that this design keeps is not scaled to
/// nothing: the data says both in these words, which a test holds it to.
pub fn meets_requests(when: &str) -> bool {
    !when.contains("never for a request") && !when.starts_with("only when")
}

/// A share as percent that does not hide what is small.
pub fn small_share(value: f64) -> String {
    if value < 0.005 { "less than 1 %".to_owned() } else { share(value) }
}

/// Where the data is, against what the requirement allows.
pub fn residency(parts: &[&Part<'_>], constraints: &ConstraintSet, workload: &Workload) -> Residency {
    let codes = |regions: &[design::constraint::Region]| {
        regions.iter().map(|region| region.code.clone()).collect::<Vec<String>>()
    };
    let allowed_regions = constraints.regions.as_ref().map(|regions| codes(&regions.value)).unwrap_or_default();
    let excluded_regions = codes(&constraints.excluded_regions);
    let leaves_the_region: Vec<String> =
        parts.iter().filter(|part| !part.pattern.has("stays-in-region")).map(|part| part.pattern.id.clone()).collect();
    let allowed = allowed_regions.is_empty() || allowed_regions.contains(&workload.region);
    Residency {
        jurisdiction: by_code(&workload.region).map(|fact| fact.jurisdiction.clone()),
        kept: allowed && !excluded_regions.contains(&workload.region) && leaves_the_region.is_empty(),
        region: workload.region.clone(),
        allowed_regions,
        excluded_regions,
        leaves_the_region,
    }
}
