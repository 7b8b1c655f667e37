//! Very different requirements, and plans made of named patterns, for the tests of agents.

use design::{
    constraint::{
        Availability, Budget, Cloud, ConstraintSet, Currency, DataClass, DataVolume, Deployment, Evidence, Expertise,
        Framework, Latency, MlTask, Region, Retraining, Source, Stated, Team, Throughput, Tooling, UseCase,
    },
    plan::{Candidate, PlanDecision},
};
use knowledge::catalogue::Catalogue;

use crate::{
    EstimateError,
    assessment::{assess, parts_of},
    part::Part,
    workload::Workload,
};

/// A value that the requirement says in these words.
pub fn said<T>(value: T, quote: &str) -> Option<Stated<T>> {
    Some(Stated {
        value,
        confidence: 0.9,
        source: Source::Text,
        evidence: vec![Evidence { quote: quote.to_owned(), start: 0, end: quote.chars().count() as u32 }],
        derivation: None,
    })
}

fn region(code: &str, jurisdiction: &str) -> Region {
    Region { cloud: Cloud::Aws, code: code.to_owned(), jurisdiction: jurisdiction.to_owned() }
}

fn budget(usd: f64) -> Option<Stated<Budget>> {
    said(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }, &format!("${usd} per month"))
}

fn rate(average: f64, peak: f64) -> Option<Stated<Throughput>> {
    said(Throughput { average_per_second: average, peak_per_second: peak }, &format!("{peak} per second"))
}

fn data(stored_gb: f64) -> Option<Stated<DataVolume>> {
    said(DataVolume { stored_gb, daily_gb: None, records: None, item_kb: None }, &format!("{stored_gb} GB"))
}

/// Requirements by name, from plain to impossible.
pub fn requirements() -> Vec<(&'static str, ConstraintSet)> {
    vec![
        ("nothing said", ConstraintSet::default()),
        (
            "real-time fraud",
            ConstraintSet {
                use_case: said(UseCase::FraudDetection, "fraud"),
                ml_task: said(MlTask::Classification, "fraud"),
                deployment: said(Deployment::RealTime, "real time"),
                throughput: rate(5000.0, 5000.0),
                latency: said(Latency { milliseconds: 50.0, percentile: 99.0 }, "p99 below 50 ms"),
                data_class: said(DataClass::Pci, "card data"),
                compliance: said(vec![Framework::PciDss], "PCI DSS"),
                regions: said(vec![region("eu-central-1", "EU")], "Frankfurt"),
                budget: budget(20_000.0),
                tooling: said(Tooling { preferred: vec![], excluded: vec!["kubernetes".into()] }, "no Kubernetes"),
                availability: said(Availability { percent: 99.8 }, "99.8 %"),
                ..ConstraintSet::default()
            },
        ),
        (
            "nightly churn",
            ConstraintSet {
                use_case: said(UseCase::TabularScoring, "churn"),
                deployment: said(Deployment::Batch, "nightly"),
                data_volume: said(
                    DataVolume { stored_gb: 20.0, daily_gb: None, records: Some(2e6), item_kb: None },
                    "2 million customers",
                ),
                budget: budget(200.0),
                team: said(Team { size: Some(2), expertise: Some(Expertise::Beginner) }, "two people"),
                data_class: said(DataClass::Pii, "customer data"),
                compliance: said(vec![Framework::Gdpr], "GDPR"),
                regions: said(vec![region("eu-west-1", "EU")], "Ireland"),
                ..ConstraintSet::default()
            },
        ),
        (
            "retrieval over health documents",
            ConstraintSet {
                use_case: said(UseCase::RetrievalAugmentedGeneration, "questions over documents"),
                ml_task: said(MlTask::GenerativeAi, "questions over documents"),
                data_volume: data(2000.0),
                data_class: said(DataClass::Phi, "patient records"),
                compliance: said(vec![Framework::Hipaa], "HIPAA"),
                regions: said(vec![region("us-east-1", "US")], "US"),
                throughput: rate(1.0, 3.0),
                latency: said(Latency { milliseconds: 6000.0, percentile: 95.0 }, "6 seconds"),
                budget: budget(15_000.0),
                ..ConstraintSet::default()
            },
        ),
        (
            "edge vision",
            ConstraintSet {
                use_case: said(UseCase::ComputerVision, "cameras"),
                deployment: said(Deployment::Edge, "on the cameras"),
                latency: said(Latency { milliseconds: 100.0, percentile: 95.0 }, "100 ms"),
                budget: budget(3000.0),
                ..ConstraintSet::default()
            },
        ),
        (
            "demand forecast",
            ConstraintSet {
                use_case: said(UseCase::Forecasting, "demand"),
                deployment: said(Deployment::Batch, "weekly"),
                data_volume: data(80.0),
                retraining: said(Retraining::Weekly, "weekly"),
                ..ConstraintSet::default()
            },
        ),
        (
            "recommender",
            ConstraintSet {
                use_case: said(UseCase::Recommender, "recommend"),
                deployment: said(Deployment::RealTime, "on the page"),
                throughput: rate(500.0, 500.0),
                latency: said(Latency { milliseconds: 150.0, percentile: 95.0 }, "150 ms"),
                budget: budget(5000.0),
                team: said(Team { size: Some(6), expertise: Some(Expertise::Expert) }, "six engineers"),
                ..ConstraintSet::default()
            },
        ),
        (
            "sensor stream",
            ConstraintSet {
                use_case: said(UseCase::StreamingAnomaly, "sensors"),
                deployment: said(Deployment::Streaming, "as they come"),
                throughput: rate(2000.0, 6000.0),
                latency: said(Latency { milliseconds: 2000.0, percentile: 95.0 }, "two seconds"),
                budget: budget(6000.0),
                ..ConstraintSet::default()
            },
        ),
        (
            "fine-tuned assistant",
            ConstraintSet {
                use_case: said(UseCase::FineTuning, "fine-tune"),
                budget: budget(8000.0),
                latency: said(Latency { milliseconds: 10_000.0, percentile: 95.0 }, "ten seconds"),
                ..ConstraintSet::default()
            },
        ),
        (
            "impossible: big and fast for ten dollars",
            ConstraintSet {
                use_case: said(UseCase::FraudDetection, "fraud"),
                deployment: said(Deployment::RealTime, "real time"),
                throughput: rate(20_000.0, 60_000.0),
                latency: said(Latency { milliseconds: 2.0, percentile: 99.0 }, "2 ms"),
                budget: budget(10.0),
                availability: said(Availability { percent: 99.999 }, "five nines"),
                ..ConstraintSet::default()
            },
        ),
        (
            "impossible: only the budget",
            ConstraintSet {
                use_case: said(UseCase::Recommender, "recommend"),
                deployment: said(Deployment::RealTime, "on the page"),
                throughput: rate(500.0, 500.0),
                budget: budget(100.0),
                ..ConstraintSet::default()
            },
        ),
        (
            "another cloud",
            ConstraintSet {
                cloud: said(Cloud::OnPremises, "in our own data centre"),
                use_case: said(UseCase::TabularScoring, "churn"),
                ..ConstraintSet::default()
            },
        ),
        (
            "recommender on Google Cloud",
            ConstraintSet {
                cloud: said(Cloud::Gcp, "Google Cloud"),
                use_case: said(UseCase::Recommender, "recommend"),
                deployment: said(Deployment::RealTime, "on the page"),
                throughput: rate(200.0, 200.0),
                latency: said(Latency { milliseconds: 200.0, percentile: 95.0 }, "200 ms"),
                budget: budget(6000.0),
                ..ConstraintSet::default()
            },
        ),
        (
            "sensor stream in Amsterdam on Azure",
            ConstraintSet {
                use_case: said(UseCase::StreamingAnomaly, "sensors"),
                deployment: said(Deployment::Streaming, "as they come"),
                throughput: rate(1000.0, 3000.0),
                latency: said(Latency { milliseconds: 3000.0, percentile: 95.0 }, "three seconds"),
                regions: said(
                    vec![Region { cloud: Cloud::Azure, code: "westeurope".to_owned(), jurisdiction: "EU".to_owned() }],
                    "West Europe",
                ),
                ..ConstraintSet::default()
            },
        ),
    ]
}

/// One of the requirements.
///
/// # Panics
/// When there is none of this name.
pub fn requirement(name: &str) -> ConstraintSet {
    requirements()
        .into_iter()
        .find(|(own, _)| *own == name)
        .map_or_else(|| panic!("there is no requirement `{name}`"), |(_, constraints)| constraints)
}

/// A plan whose candidates are made of these patterns, the first selected.
///
/// # Errors
/// When a pattern is not in the catalogue.
pub fn plan(constraints: &ConstraintSet, candidates: &[&[&str]]) -> Result<PlanDecision, EstimateError> {
    let catalogue =
        Catalogue::embedded().map_err(|error| EstimateError::Unknown(format!("embedded catalogue: {error}")))?;
    let workload = Workload::of(constraints, catalogue);
    let candidates = candidates
        .iter()
        .map(|patterns| {
            let parts = parts_of(patterns.iter().copied(), &workload, catalogue)?;
            let parts: Vec<&Part<'_>> = parts.iter().collect();
            let assessment = assess(&parts, &workload, catalogue);
            Ok(Candidate {
                id: patterns.join("+"),
                name: patterns.join(" and "),
                components: parts.iter().map(|part| part.component()).collect(),
                network: assessment.network.map(|priced| priced.network),
                metrics: assessment.metrics,
                cost: assessment.cost,
                total_score: 0.5,
                violations: assessment.violations,
                ..Candidate::default()
            })
        })
        .collect::<Result<Vec<Candidate>, EstimateError>>()?;
    Ok(PlanDecision {
        constraints: constraints.clone(),
        selected: candidates.first().map(|candidate| candidate.id.clone()).unwrap_or_default(),
        candidates,
        assumptions: workload.assumptions,
        confidence: 0.5,
        ..PlanDecision::default()
    })
}
