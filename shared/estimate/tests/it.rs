//! The engine over many workloads: what must hold whatever is asked.

use design::constraint::{
    Availability, Budget, ConstraintSet, Currency, DataVolume, Deployment, Latency, Source, Stated, Throughput, UseCase,
};
use design::cost::UsageBasis;
use estimate::{
    assessment,
    part::Part,
    sensitivity::{LOADS, sensitivity},
    usage,
    workload::Workload,
};
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
        data_volume: said(DataVolume { stored_gb, daily_gb: None, records: None, item_kb: None }),
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
        // The machine: an alarm costs the same in both.
        Part::new(catalogue.pattern("serve.sagemaker-real-time").unwrap(), &workload, catalogue).unwrap().lines[0]
            .monthly_usd
    };
    let virginia = price(&constraints);
    constraints.regions = said(vec![design::constraint::Region {
        cloud: design::constraint::Cloud::Aws,
        code: "eu-central-1".into(),
        jurisdiction: "EU".into(),
    }]);
    assert!((price(&constraints) / virginia - 1.20).abs() < 1e-9);
}

/// More of the same traffic costs no less on any pattern, and what stays within its quota can do all of it.
fn more_traffic_is_not_cheaper(
    use_case: Option<UseCase>,
    deployment: Option<Deployment>,
    rate: f64,
    more: f64,
    latency: f64,
) -> Result<(), TestCaseError> {
    let wrong = |error: &dyn std::fmt::Display| TestCaseError::fail(error.to_string());
    let catalogue = Catalogue::embedded().map_err(|error| wrong(&error))?;
    let little = Workload::of(&asked(use_case, deployment, rate, 100.0, latency), catalogue);
    let much = Workload::of(&asked(use_case, deployment, rate * more, 100.0, latency), catalogue);
    for pattern in &catalogue.patterns {
        let less = Part::new(pattern, &little, catalogue).map_err(|error| wrong(&error))?;
        let more = Part::new(pattern, &much, catalogue).map_err(|error| wrong(&error))?;
        prop_assert!(
            more.expected_usd >= less.expected_usd * (1.0 - 1e-9),
            "{}: {} < {}",
            pattern.id,
            more.expected_usd,
            less.expected_usd
        );
        if let (Some(less), Some(more), Some(sizing)) = (&less.size, &more.size, &pattern.sizing)
            && more.units <= f64::from(sizing.maximum)
        {
            prop_assert!(more.capacity >= more.arrivals, "{}", pattern.id);
            prop_assert!(more.arrivals >= less.arrivals);
        }
    }
    Ok(())
}

/// `serve.azure-ml-batch-endpoint` once took a machine type beyond its quota that it had passed over for the quota at
/// a lighter load, and was cheaper.
#[test]
fn more_traffic_is_not_cheaper_where_it_leaves_the_quota() {
    more_traffic_is_not_cheaper(Some(UseCase::DocumentProcessing), None, 532.3517070983157, 1.1356982163108682, 20.0)
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn more_traffic_never_costs_less_and_is_never_faster(
        use_case in 0usize..11, deployment in 0usize..5, rate in 0.01f64..2000.0, more in 1.0f64..5.0, latency in 20.0f64..5000.0,
    ) {
        more_traffic_is_not_cheaper(USE_CASES[use_case], DEPLOYMENTS[deployment], rate, more, latency)?;
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

/// A design of each kind of deployment.
const DESIGNS: [(Deployment, &[&str]); 3] = [
    (
        Deployment::RealTime,
        &[
            "ingest.kinesis-data-streams",
            "store.s3-iceberg",
            "feature.dynamodb-online",
            "train.sagemaker-cpu",
            "serve.sagemaker-real-time",
            "observe.cloudwatch-model-monitor",
        ],
    ),
    (Deployment::Batch, &["ingest.s3-batch-landing", "store.s3-iceberg", "train.batch-fargate", "serve.batch-fargate"]),
    (
        Deployment::Streaming,
        &["ingest.kinesis-data-streams", "transform.managed-flink", "serve.lambda-stream-consumer"],
    ),
];

#[test]
fn more_load_costs_more_and_the_own_load_costs_what_the_estimate_says() {
    let catalogue = Catalogue::embedded().unwrap();
    for (deployment, design) in DESIGNS {
        let workload = Workload::of(&asked(None, Some(deployment), 40.0, 100.0, 300.0), catalogue);
        let loads = sensitivity(design, &workload, &LOADS, catalogue).unwrap();
        assert_eq!(loads.iter().map(|load| load.factor).collect::<Vec<_>>(), LOADS);
        assert!(loads.windows(2).all(|pair| pair[0].monthly_usd < pair[1].monthly_usd), "{loads:?}");
        assert!(
            loads.windows(2).all(|pair| pair[0].usd_per_thousand > pair[1].usd_per_thousand),
            "what is fixed is shared by more predictions: {loads:?}"
        );
        let parts = assessment::parts_of(design.iter().copied(), &workload, catalogue).unwrap();
        let expected = assessment::cost(&parts.iter().collect::<Vec<_>>(), &workload, catalogue).expected_usd;
        let own = loads.iter().find(|load| load.factor == 1.0).unwrap();
        assert!((own.monthly_usd - expected).abs() < 1e-9 && own.breaks.is_empty(), "{own:?}");
    }
}

#[test]
fn a_load_beyond_the_budget_says_so_at_that_load_only() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut constraints = asked(None, Some(Deployment::RealTime), 40.0, 100.0, 300.0);
    let design = DESIGNS[0].1;
    let usd = |constraints: &ConstraintSet| {
        sensitivity(design, &Workload::of(constraints, catalogue), &[1.0, 5.0], catalogue).unwrap()
    };
    let between = f64::midpoint(usd(&constraints)[0].monthly_usd, usd(&constraints)[1].monthly_usd);
    constraints.budget = said(Budget { usd_per_month: between, amount: between, currency: Currency::Usd });
    let loads = usd(&constraints);
    assert!(loads[0].breaks.is_empty(), "{loads:?}");
    assert!(loads[1].breaks.iter().any(|text| text.starts_with("budget: ")), "{loads:?}");
}

#[test]
fn the_range_of_a_part_is_the_sum_of_its_lines_and_says_what_drives_it() {
    let catalogue = Catalogue::embedded().unwrap();
    let workload = Workload::of(&asked(Some(UseCase::Recommender), None, 40.0, 100.0, 300.0), catalogue);
    for pattern in &catalogue.patterns {
        let part = Part::new(pattern, &workload, catalogue).unwrap();
        assert_eq!(part.ranges.len(), part.lines.len());
        let (low, high) =
            part.ranges.iter().fold((0.0, 0.0), |sum, range| (sum.0 + range.low_usd, sum.1 + range.high_usd));
        assert!((low - part.low_usd).abs() < 1e-9 && (high - part.high_usd).abs() < 1e-9, "{}", pattern.id);
        for (line, range) in part.lines.iter().zip(&part.ranges) {
            let moved = range.low_quantity != line.quantity || range.high_quantity != line.quantity;
            assert!(!moved || !range.drivers.is_empty(), "{}: {} moves with nothing", pattern.id, line.item);
        }
    }
}

#[test]
fn quotas_are_reached_where_the_line_through_two_loads_says() {
    let catalogue = Catalogue::embedded().unwrap();
    let workload = Workload::of(&asked(None, Some(Deployment::RealTime), 1000.0, 100.0, 500.0), catalogue);
    let part = Part::new(catalogue.pattern("serve.lambda-container").unwrap(), &workload, catalogue).unwrap();
    let quotas = part.quotas(&workload, catalogue).unwrap();
    let rate = quotas.iter().find(|quota| quota.formula.starts_with("1,000 peak rps")).unwrap();
    assert_eq!((rate.demand, rate.share), (Some(1000.0), Some(1000.0 / rate.limit)));
    assert!((rate.reached_at_per_second.unwrap() - rate.limit).abs() < 1e-6, "{rate:?}");
    let payload = quotas.iter().find(|quota| quota.unit == "kB").unwrap();
    assert_eq!(payload.reached_at_per_second, None, "no load makes a request larger");
    // The engine agrees: at the load where the quota of executions is reached, that many units are needed.
    let executions = quotas.iter().find(|quota| quota.unit == "executions").unwrap();
    let at = executions.reached_at_per_second.unwrap();
    let there = Workload::of(&asked(None, Some(Deployment::RealTime), at, 100.0, 500.0), catalogue);
    let units = Part::new(part.pattern, &there, catalogue).unwrap().size.unwrap().units;
    assert!((units / executions.limit - 1.0).abs() < 0.05, "{units} of {}", executions.limit);
}

#[test]
fn accepted_defaults_are_soft() {
    let catalogue = Catalogue::embedded().unwrap();
    let design = DESIGNS[0].1;
    let mut constraints = asked(None, Some(Deployment::RealTime), 40.0, 100.0, 1.0);
    constraints.budget = said(Budget { usd_per_month: 1.0, amount: 1.0, currency: Currency::Usd });
    constraints.availability = said(Availability { percent: 99.9999 });
    let violations = |constraints: &ConstraintSet| {
        let workload = Workload::of(constraints, catalogue);
        let parts = assessment::parts_of(design.iter().copied(), &workload, catalogue).unwrap();
        assessment::assess(&parts.iter().collect::<Vec<_>>(), &workload, catalogue).violations
    };
    assert_eq!(violations(&constraints).len(), 3, "{:?}", violations(&constraints));
    for stated in [
        constraints.budget.as_mut().map(|stated| &mut stated.source),
        constraints.latency.as_mut().map(|stated| &mut stated.source),
        constraints.availability.as_mut().map(|stated| &mut stated.source),
    ] {
        *stated.unwrap() = Source::Default;
    }
    assert_eq!(violations(&constraints), Vec::<String>::new());
}

#[test]
fn the_usage_says_which_numbers_are_stated_and_which_are_not() {
    let catalogue = Catalogue::embedded().unwrap();
    let constraints = asked(Some(UseCase::FraudDetection), Some(Deployment::RealTime), 40.0, 100.0, 300.0);
    let lines = usage::lines(&Workload::of(&constraints, catalogue), catalogue);
    let line = |name: &str| lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("{name}: {lines:#?}"));
    assert_eq!(
        (line("requests per second, average").value, line("requests per second, average").basis),
        (40.0, UsageBasis::Stated)
    );
    assert_eq!(
        (line("requests per month").value, line("requests per month").basis),
        (40.0 * 2_628_000.0, UsageBasis::Derived)
    );
    assert_eq!(line("new data per day").basis, UsageBasis::Assumed);
    assert_eq!(line("training runs per month").basis, UsageBasis::Assumed);
    assert!(lines.iter().all(|line| !line.derivation.is_empty() && line.value.is_finite()), "{lines:#?}");

    let mut defaulted = constraints;
    defaulted.throughput.as_mut().unwrap().source = Source::Default;
    let lines = usage::lines(&Workload::of(&defaulted, catalogue), catalogue);
    assert_eq!(lines[0].basis, UsageBasis::Assumed, "an accepted default is not what a person said");
}
