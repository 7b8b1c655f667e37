//! The engine over many workloads: what must hold whatever is asked.

use design::constraint::{
    Availability, Budget, ConstraintSet, Currency, DataVolume, Deployment, Latency, Source, Stated, Throughput, UseCase,
};
use estimate::{assessment, part::Part, workload::Workload};
use knowledge::catalogue::Catalogue;
use proptest::prelude::*;

fn said<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 0.9, source: Source::Text, evidence: Vec::new(), derivation: None })
}

fn asked(
    use_case: Option<UseCase>,
    deployment: Option<Deployment>,
    rate: f64,
    stored_gb: f64,
    latency: f64,
) -> ConstraintSet {
    ConstraintSet {
        use_case: use_case.and_then(said),
        deployment: deployment.and_then(said),
        throughput: said(Throughput { average_per_second: rate, peak_per_second: rate }),
        data_volume: said(DataVolume { stored_gb, daily_gb: None, records: None }),
        latency: said(Latency { milliseconds: latency, percentile: 99.0 }),
        budget: said(Budget { usd_per_month: 5000.0, amount: 5000.0, currency: Currency::Usd }),
        availability: said(Availability { percent: 99.9 }),
        ..ConstraintSet::default()
    }
}

const USE_CASES: [Option<UseCase>; 11] = [
    None,
    Some(UseCase::TabularScoring),
    Some(UseCase::FraudDetection),
    Some(UseCase::StreamingAnomaly),
    Some(UseCase::Recommender),
    Some(UseCase::Forecasting),
    Some(UseCase::ComputerVision),
    Some(UseCase::DocumentProcessing),
    Some(UseCase::RetrievalAugmentedGeneration),
    Some(UseCase::FineTuning),
    Some(UseCase::ExperimentationPlatform),
];
const DEPLOYMENTS: [Option<Deployment>; 5] =
    [None, Some(Deployment::RealTime), Some(Deployment::Batch), Some(Deployment::Streaming), Some(Deployment::Edge)];

#[test]
fn every_pattern_can_be_estimated_for_every_workload() {
    let catalogue = Catalogue::embedded().unwrap();
    for use_case in USE_CASES {
        for deployment in DEPLOYMENTS {
            let workload = Workload::of(&asked(use_case, deployment, 50.0, 100.0, 200.0), catalogue);
            for pattern in &catalogue.patterns {
                let part = Part::new(pattern, &workload, catalogue)
                    .unwrap_or_else(|error| panic!("{} for {use_case:?} {deployment:?}: {error}", pattern.id));
                assert!(part.low_usd <= part.expected_usd && part.expected_usd <= part.high_usd, "{}", pattern.id);
                let sum: f64 = part.lines.iter().map(|line| line.monthly_usd).sum();
                assert!((sum - part.expected_usd).abs() < 1e-9, "{}", pattern.id);
                for line in &part.lines {
                    assert!((line.quantity * line.unit_price_usd - line.monthly_usd).abs() < 1e-9);
                    assert!(!line.price_source.is_empty() && line.formula.contains('='), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn nothing_said_is_assumed_and_stated() {
    let catalogue = Catalogue::embedded().unwrap();
    let workload = Workload::of(&ConstraintSet::default(), catalogue);
    assert!(workload.assumptions.len() >= 8, "{:?}", workload.assumptions);
    assert!(workload.average_per_second() > 0.0 && workload.peak_per_second() > workload.average_per_second());
}

#[test]
fn a_region_changes_the_price() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut constraints = asked(Some(UseCase::FraudDetection), None, 100.0, 100.0, 100.0);
    let price = |constraints: &ConstraintSet| {
        let workload = Workload::of(constraints, catalogue);
        Part::new(catalogue.pattern("serve.sagemaker-real-time").unwrap(), &workload, catalogue).unwrap().expected_usd
    };
    let virginia = price(&constraints);
    constraints.regions = said(vec![design::constraint::Region {
        cloud: design::constraint::Cloud::Aws,
        code: "eu-central-1".into(),
        jurisdiction: "EU".into(),
    }]);
    assert!((price(&constraints) / virginia - 1.20).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn more_traffic_never_costs_less_and_is_never_faster(
        use_case in 0usize..11, deployment in 0usize..5, rate in 0.01f64..2000.0, more in 1.0f64..5.0, latency in 20.0f64..5000.0,
    ) {
        let catalogue = Catalogue::embedded().unwrap();
        let (use_case, deployment) = (USE_CASES[use_case], DEPLOYMENTS[deployment]);
        let little = Workload::of(&asked(use_case, deployment, rate, 100.0, latency), catalogue);
        let much = Workload::of(&asked(use_case, deployment, rate * more, 100.0, latency), catalogue);
        for pattern in &catalogue.patterns {
            let less = Part::new(pattern, &little, catalogue).unwrap();
            let more = Part::new(pattern, &much, catalogue).unwrap();
            prop_assert!(more.expected_usd >= less.expected_usd * (1.0 - 1e-9), "{}: {} < {}", pattern.id, more.expected_usd, less.expected_usd);
            if let (Some(less), Some(more)) = (&less.size, &more.size) && more.units <= f64::from(pattern.sizing.as_ref().unwrap().maximum) {
                prop_assert!(more.capacity >= more.arrivals, "{}", pattern.id);
                prop_assert!(more.arrivals >= less.arrivals);
            }
        }
    }

    #[test]
    fn lines_sum_to_the_total(rate in 0.1f64..500.0, stored in 1.0f64..5000.0) {
        let catalogue = Catalogue::embedded().unwrap();
        let workload = Workload::of(&asked(Some(UseCase::FraudDetection), None, rate, stored, 100.0), catalogue);
        let parts = assessment::parts_of(["ingest.kinesis-data-streams", "store.s3-iceberg", "serve.ecs-fargate"], &workload, catalogue).unwrap();
        let parts: Vec<&Part<'_>> = parts.iter().collect();
        let cost = assessment::cost(&parts, &workload, catalogue);
        let sum: f64 = cost.lines.iter().map(|line| line.monthly_usd).sum();
        prop_assert!((sum - cost.expected_usd).abs() < 1e-6);
        prop_assert!(cost.low_usd <= cost.expected_usd && cost.expected_usd <= cost.high_usd);
    }

    #[test]
    fn more_data_never_costs_less(stored in 1.0f64..5000.0, more in 1.0f64..10.0) {
        let catalogue = Catalogue::embedded().unwrap();
        let little = Workload::of(&asked(Some(UseCase::RetrievalAugmentedGeneration), None, 1.0, stored, 8000.0), catalogue);
        let much = Workload::of(&asked(Some(UseCase::RetrievalAugmentedGeneration), None, 1.0, stored * more, 8000.0), catalogue);
        for pattern in catalogue.patterns.iter().filter(|pattern| pattern.capability != design::plan::Capability::Train) {
            let less = Part::new(pattern, &little, catalogue).unwrap().expected_usd;
            let more = Part::new(pattern, &much, catalogue).unwrap().expected_usd;
            prop_assert!(more >= less * (1.0 - 1e-9), "{}: {more} < {less}", pattern.id);
        }
    }
}
