//! Every provider's catalogue carries a whole design for whatever is asked.

use design::constraint::{Cloud, ConstraintField, ConstraintSet, Deployment, Latency, Region, Source, Stated, UseCase};
use design::plan::Capability;
use estimate::{
    assessment::{assess, cost},
    part::Part,
    workload::Workload,
};
use knowledge::{catalogue::Catalogue, pattern::Pattern};

const CLOUDS: [Cloud; 3] = [Cloud::Aws, Cloud::Gcp, Cloud::Azure];
const DEPLOYMENTS: [Deployment; 4] = [Deployment::RealTime, Deployment::Batch, Deployment::Streaming, Deployment::Edge];
const USE_CASES: [UseCase; 10] = [
    UseCase::TabularScoring,
    UseCase::FraudDetection,
    UseCase::StreamingAnomaly,
    UseCase::Recommender,
    UseCase::Forecasting,
    UseCase::ComputerVision,
    UseCase::DocumentProcessing,
    UseCase::RetrievalAugmentedGeneration,
    UseCase::FineTuning,
    UseCase::ExperimentationPlatform,
];

fn said<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 0.9, source: Source::Text, evidence: Vec::new(), derivation: None })
}

fn asked(cloud: Cloud, use_case: UseCase, deployment: Deployment) -> ConstraintSet {
    ConstraintSet {
        cloud: said(cloud),
        use_case: said(use_case),
        deployment: said(deployment),
        ..ConstraintSet::default()
    }
}

fn region(cloud: Cloud, code: &str, jurisdiction: &str) -> Region {
    Region { cloud, code: code.to_owned(), jurisdiction: jurisdiction.to_owned() }
}

fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"))
}

/// What is against a pattern for a workload.
fn violations(pattern: &Pattern, workload: &Workload) -> Vec<String> {
    Part::new(pattern, workload, catalogue()).unwrap_or_else(|error| panic!("{error}")).violations
}

/// True when what each pattern and the use case need is there, and nothing clashes.
fn goes_together(patterns: &[&Pattern], requires: &[String]) -> bool {
    let provided = |tag: &str, except: Option<&str>| {
        patterns.iter().any(|other| Some(other.id.as_str()) != except && other.provides.iter().any(|own| own == tag))
    };
    requires.iter().all(|tag| provided(tag, None))
        && patterns.iter().all(|pattern| {
            let own = Some(pattern.id.as_str());
            pattern.needs.iter().all(|need| need.split('|').any(|tag| provided(tag, own)))
                && !pattern.conflicts.iter().any(|tag| provided(tag, own))
        })
}

/// A design of one pattern per capability, none of which has anything against it.
fn a_design(options: &[Vec<&'static Pattern>], chosen: &mut Vec<&'static Pattern>, requires: &[String]) -> bool {
    let Some((here, rest)) = options.split_first() else { return goes_together(chosen, requires) };
    for pattern in here {
        chosen.push(pattern);
        if a_design(rest, chosen, requires) {
            return true;
        }
        chosen.pop();
    }
    false
}

fn design_for(constraints: &ConstraintSet) -> Option<Vec<&'static Pattern>> {
    let workload = Workload::of(constraints, catalogue());
    let options: Vec<Vec<&'static Pattern>> = Capability::ALL
        .iter()
        .map(|capability| {
            catalogue()
                .patterns_of(workload.patterns_of)
                .filter(|pattern| pattern.capability == *capability)
                .filter(|pattern| violations(pattern, &workload).is_empty())
                .collect()
        })
        .collect();
    let mut chosen = Vec::new();
    a_design(&options, &mut chosen, &workload.requires).then_some(chosen)
}

#[test]
fn whatever_is_asked_can_be_planned_on_every_cloud() {
    let mut possible = 0;
    for use_case in USE_CASES {
        for deployment in DEPLOYMENTS {
            let on = CLOUDS.map(|cloud| design_for(&asked(cloud, use_case, deployment)).is_some());
            // What no catalogue can do: language models on devices, and features that only a stream has.
            if on == [false; 3] {
                let language = [UseCase::RetrievalAugmentedGeneration, UseCase::FineTuning].contains(&use_case);
                let unusual = deployment == Deployment::Edge || deployment == Deployment::Streaming;
                assert!(language && unusual, "{use_case:?} {deployment:?} is possible nowhere");
                continue;
            }
            assert_eq!(on, [true; 3], "{use_case:?} {deployment:?} on {CLOUDS:?}");
            possible += 1;
        }
    }
    assert!(possible >= 36, "{possible}");
}

#[test]
fn the_use_cases_usual_deployment_has_a_choice_of_serving_on_every_cloud() {
    for cloud in CLOUDS {
        for use_case in USE_CASES {
            let mut constraints = asked(cloud, use_case, Deployment::Batch);
            constraints.deployment = None;
            let workload = Workload::of(&constraints, catalogue());
            for (capability, least) in
                [(Capability::Serve, 2), (Capability::Train, 2), (Capability::Store, 2), (Capability::Ingest, 2)]
            {
                let suit = catalogue()
                    .patterns_of(cloud)
                    .filter(|pattern| pattern.capability == capability)
                    .filter(|pattern| violations(pattern, &workload).is_empty())
                    .count();
                assert!(suit >= least, "{cloud:?} {use_case:?} {}: {suit}", capability.as_str());
            }
        }
    }
}

#[test]
fn every_pattern_of_every_cloud_can_be_estimated_with_its_quotas() {
    for cloud in CLOUDS {
        for use_case in USE_CASES {
            for deployment in DEPLOYMENTS {
                let workload = Workload::of(&asked(cloud, use_case, deployment), catalogue());
                for pattern in catalogue().patterns_of(cloud) {
                    let part = Part::new(pattern, &workload, catalogue())
                        .unwrap_or_else(|error| panic!("{} for {use_case:?} {deployment:?}: {error}", pattern.id));
                    assert!(part.low_usd <= part.expected_usd && part.expected_usd <= part.high_usd, "{}", pattern.id);
                    let quotas = part.quotas(&workload, catalogue()).unwrap();
                    for quota in &quotas {
                        assert!(quota.demand.is_none_or(|demand| demand.is_finite()), "{}: {quota:?}", pattern.id);
                    }
                    assert_eq!(quotas.len(), pattern.quotas.len());
                }
            }
        }
    }
}

#[test]
fn the_region_decides_the_cloud_where_none_is_named() {
    for (code, cloud) in [("europe-west3", Cloud::Gcp), ("westeurope", Cloud::Azure), ("eu-central-1", Cloud::Aws)] {
        let constraints = ConstraintSet { regions: said(vec![region(cloud, code, "EU")]), ..ConstraintSet::default() };
        let workload = Workload::of(&constraints, catalogue());
        assert_eq!((workload.cloud, workload.patterns_of, workload.region.as_str()), (cloud, cloud, code));
        assert!(
            workload.assumptions.iter().any(|assumption| {
                assumption.field == Some(ConstraintField::Cloud) && assumption.text.contains(code)
            })
        );
    }
    let nothing = Workload::of(&ConstraintSet::default(), catalogue());
    assert_eq!((nothing.cloud, nothing.region.as_str()), (Cloud::Aws, "us-east-1"));
}

#[test]
fn each_cloud_has_a_region_that_is_assumed_and_a_foreign_region_gives_way_to_the_nearest() {
    for (cloud, code) in [(Cloud::Aws, "us-east-1"), (Cloud::Gcp, "us-central1"), (Cloud::Azure, "eastus")] {
        let constraints = ConstraintSet { cloud: said(cloud), ..ConstraintSet::default() };
        assert_eq!(Workload::of(&constraints, catalogue()).region, code);
    }
    let constraints = ConstraintSet {
        cloud: said(Cloud::Gcp),
        regions: said(vec![region(Cloud::Aws, "eu-west-1", "EU")]),
        ..ConstraintSet::default()
    };
    let workload = Workload::of(&constraints, catalogue());
    assert_eq!(workload.region, "europe-west3");
    assert!(workload.assumptions.iter().any(|assumption| assumption.text.contains("eu-west-1 is no region of")));
}

#[test]
fn an_own_data_centre_gets_an_aws_design_that_says_so_and_its_parts_on_devices_stand() {
    let constraints = asked(Cloud::OnPremises, UseCase::ComputerVision, Deployment::Edge);
    let workload = Workload::of(&constraints, catalogue());
    assert_eq!((workload.cloud, workload.patterns_of), (Cloud::OnPremises, Cloud::Aws));
    assert!(
        workload.assumptions.iter().any(|assumption| assumption.text.contains("no patterns for an own data centre"))
    );
    let against = |id: &str| violations(catalogue().pattern(id).unwrap(), &workload);
    assert!(against("serve.greengrass-edge").is_empty());
    assert!(against("store.s3-iceberg").iter().any(|violation| violation.contains("the catalogue has no patterns")));
}

#[test]
fn a_region_with_prices_of_its_own_is_priced_by_them_and_another_by_its_level() {
    let estimate = |cloud, code: &str, id: &str| {
        let constraints = ConstraintSet {
            regions: said(vec![region(cloud, code, "EU")]),
            ..asked(cloud, UseCase::TabularScoring, Deployment::RealTime)
        };
        let workload = Workload::of(&constraints, catalogue());
        let part = Part::new(catalogue().pattern(id).unwrap(), &workload, catalogue()).unwrap();
        let assumptions = cost(&[&part], &workload, catalogue()).assumptions;
        (part, assumptions)
    };
    // Fargate is 15 % dearer in Frankfurt than in Virginia; the level of the region is 20 %.
    let (frankfurt, _) = estimate(Cloud::Aws, "eu-central-1", "serve.ecs-fargate");
    let vcpu = frankfurt.lines.iter().find(|line| line.price_id == "fargate.vcpu").unwrap();
    assert_eq!(vcpu.unit_price_usd, 0.04656);
    assert!(!vcpu.formula.contains("assumption"));
    let (milan, assumptions) = estimate(Cloud::Aws, "eu-south-1", "serve.ecs-fargate");
    let vcpu = milan.lines.iter().find(|line| line.price_id == "fargate.vcpu").unwrap();
    assert!((vcpu.unit_price_usd / (0.04048 * 1.17) - 1.0).abs() < 1e-9 && vcpu.formula.contains("(assumption)"));
    assert!(assumptions.iter().any(|text| text.contains("not listed for eu-south-1") && text.contains("us-east-1")));
    let (_, assumptions) = estimate(Cloud::Azure, "norwayeast", "serve.azure-container-apps");
    assert!(assumptions.iter().any(|text| text.contains("not listed for norwayeast") && text.contains("eastus")));
}

#[test]
fn a_retrieval_answer_within_three_seconds_is_possible_on_every_cloud() {
    for (cloud, parts) in [
        (Cloud::Aws, ["store.opensearch-serverless-vector", "feature.bedrock-embeddings", "serve.bedrock-nova-micro"]),
        (Cloud::Gcp, ["store.gcp-vector-search", "feature.gcp-vertex-embeddings", "serve.gcp-gemini-flash-lite"]),
        (Cloud::Azure, ["store.azure-ai-search", "feature.azure-openai-embeddings", "serve.azure-openai-nano"]),
    ] {
        let constraints = ConstraintSet {
            latency: said(Latency { milliseconds: 3000.0, percentile: 95.0 }),
            ..asked(cloud, UseCase::RetrievalAugmentedGeneration, Deployment::RealTime)
        };
        let workload = Workload::of(&constraints, catalogue());
        let parts: Vec<Part<'_>> = parts
            .iter()
            .map(|id| Part::new(catalogue().pattern(id).unwrap(), &workload, catalogue()).unwrap())
            .collect();
        let parts: Vec<&Part<'_>> = parts.iter().collect();
        let assessment = assess(&parts, &workload, catalogue());
        assert!(assessment.violations.is_empty(), "{cloud:?}: {:?}", assessment.violations);
    }
    // A large model takes longer, which the estimate shows.
    let constraints = asked(Cloud::Aws, UseCase::RetrievalAugmentedGeneration, Deployment::RealTime);
    let workload = Workload::of(&constraints, catalogue());
    let p95 = |id: &str| Part::new(catalogue().pattern(id).unwrap(), &workload, catalogue()).unwrap().loaded_ms(95.0);
    assert!(p95("serve.bedrock-claude-sonnet-5-5") > 3000.0 && p95("serve.bedrock-nova-micro") < 2500.0);
}
