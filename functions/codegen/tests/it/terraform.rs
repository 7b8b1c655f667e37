//! The generated Terraform against the provider's schema, and what the plan promises and pays for against what is made.

use std::collections::BTreeMap;

use design::constraint::{Cloud, DataClass, Source, Stated};
use generation::Iac;
use knowledge::{catalogue::Catalogue, stream::CONSUMER};

use crate::fixture::{self, Fixture, Repository};

/// Everything that the checks of Terraform say, also what does not block.
fn findings(repository: &Repository) -> Vec<String> {
    let files = repository.files.iter().map(|file| (file.path.clone(), file.content.clone().into_bytes()));
    validators::terraform_findings(files)
        .into_iter()
        .map(|finding| format!("{}:{} {}: {}", finding.path, finding.line.unwrap_or(0), finding.rule, finding.message))
        .collect()
}

fn text<'a>(repository: &'a Repository, name: &str) -> &'a str {
    repository.files.iter().find(|file| file.path.ends_with(name)).map_or("", |file| &file.content)
}

/// The same plan with data that must stay private, or with data that need not.
fn with_data(mut fixture: Fixture, class: DataClass) -> Fixture {
    fixture.constraints.compliance = None;
    fixture.constraints.data_class = Some(Stated {
        value: class,
        source: Source::Text,
        evidence: Vec::new(),
        ..fixture::one("churn-realtime").constraints.data_class.unwrap()
    });
    fixture
}

#[test]
fn fixtures_keep_to_the_providers_schema_and_declare_nothing_for_nobody() {
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        for class in [None, Some(DataClass::Phi), Some(DataClass::Public)] {
            let fixture = class.map_or_else(|| fixture.clone(), |class| with_data(fixture.clone(), class));
            assert_eq!(findings(&fixture.generate()), Vec::<String>::new(), "{name} {class:?}");
        }
    }
}

#[test]
fn every_pattern_keeps_to_the_providers_schema() {
    let base = fixture::one("churn-realtime");
    for pattern in Catalogue::embedded().unwrap().patterns.iter().filter(|pattern| pattern.cloud == Cloud::Aws) {
        for class in [DataClass::Public, DataClass::Pii] {
            let mut fixture = with_data(base.clone(), class);
            let components = &mut fixture.plan.candidates[0].components;
            components.retain(|other| other.capability != pattern.capability);
            components.push(fixture::component(pattern, None));
            assert_eq!(findings(&fixture.generate()), Vec::<String>::new(), "{} {class:?}", pattern.id);
        }
    }
}

/// Interface endpoints that `network.tf` makes, and the one that OpenSearch Serverless makes for itself.
fn made(repository: &Repository) -> usize {
    let vectors = repository.files.iter().filter(|file| file.path == "terraform/opensearch.tf");
    let of_vectors =
        vectors.filter(|file| file.content.contains("aws_opensearchserverless_vpc_endpoint\" \"main\"")).count();
    let line = text(repository, "terraform/network.tf")
        .lines()
        .skip_while(|line| !line.contains("\"aws_vpc_endpoint\" \"interface\""))
        .find(|line| line.contains("for_each"));
    of_vectors + line.map_or(0, |line| line.matches('"').count() / 2)
}

#[test]
fn a_plan_pays_for_the_endpoints_that_its_network_has() {
    let mut counts = BTreeMap::new();
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        for class in [DataClass::Phi, DataClass::Public] {
            let fixture = with_data(fixture.clone(), class);
            let repository = fixture.generate();
            let settings = text(&repository, "envs/prod.tfvars");
            let zones = settings.lines().find_map(|line| line.strip_prefix("endpoint_zones = "));
            let hours = made(&repository) as f64 * zones.map_or(0.0, |zones| zones.parse().unwrap()) * 730.0;
            let paid = fixture.network().and_then(|network| network.line).map_or(0.0, |(line, _)| line.quantity);
            assert_eq!(hours, paid, "{name} {class:?}");
            *counts.entry(made(&repository)).or_insert(0) += 1;
        }
    }
    assert!(counts.len() > 2, "{counts:?}: fixtures with other parts have other endpoints");
}

/// How many of a resource the configuration makes.
fn resources(repository: &Repository, kind: &str) -> usize {
    let files = repository.files.iter().filter(|file| file.path.ends_with(".tf"));
    files.map(|file| file.content.matches(&format!("\nresource \"{kind}\" ")).count()).sum()
}

#[test]
fn a_plan_pays_for_the_keys_and_alarms_that_are_made() {
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        let repository = fixture.generate();
        let lines = fixture.cost().lines;
        let paid =
            |price: &str| -> f64 { lines.iter().filter(|line| line.price_id == price).map(|line| line.quantity).sum() };
        let (keys, alarms) = (paid("kms.key"), paid("cloudwatch.alarm"));
        if fixture.plan.selected().unwrap().components.iter().any(|one| one.pattern.starts_with("govern.")) {
            assert_eq!(keys, resources(&repository, "aws_kms_key") as f64, "{name}");
        }
        let made = resources(&repository, "aws_cloudwatch_metric_alarm") as f64;
        // Those of what reads a stream that the plan leaves unread are not in the sum, which says so.
        let is_planned = fixture.plan.selected().unwrap().components.iter().any(|one| one.pattern == CONSUMER);
        let beside = if is_planned || text(&repository, "terraform/lambda_stream.tf").is_empty() { 0.0 } else { 4.0 };
        // What two parts bring together, such as the queue of failed events, each of them counts.
        assert!((alarms + beside - made).abs() <= 2.0, "{name}: {alarms} are paid and {made} are made");
    }
}

#[test]
fn a_plan_pays_for_the_drift_job_as_it_is_made() {
    let mut jobs = 0;
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        let repository = fixture.generate();
        let job = text(&repository, "terraform/drift_job.tf");
        let number = |setting: &str| {
            let line = job.lines().find_map(|line| line.trim().strip_prefix(setting)?.trim().strip_prefix("= "));
            line.map_or(0.0, |value| value.parse::<f64>().unwrap()) / 1024.0
        };
        let lines = fixture.cost().lines;
        let hours = |item: &str| lines.iter().find(|line| line.item == item).map_or(0.0, |line| line.quantity);
        let (vcpus, memory) = (hours("Fargate vCPU of the drift job"), hours("Fargate memory of the drift job"));
        assert_eq!(vcpus * number("memory "), memory * number("cpu "), "{name}");
        jobs += usize::from(vcpus > 0.0);
        assert_eq!(vcpus > 0.0, !job.is_empty(), "{name}");
    }
    assert!(jobs > 2);
}

#[test]
fn a_plan_says_what_the_reader_of_its_stream_costs() {
    let mut added = 0;
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        let is_made = !text(&fixture.generate(), "terraform/lambda_stream.tf").is_empty();
        let components = &fixture.plan.selected().unwrap().components;
        let is_planned = components.iter().any(|component| component.pattern == CONSUMER);
        let is_told =
            fixture.cost().assumptions.iter().any(|text| text.starts_with("No part of the design reads the stream"));
        assert_eq!(is_made && !is_planned, is_told, "{name}");
        added += usize::from(is_told);
    }
    assert!(added > 0);
}

#[test]
fn a_private_plan_runs_within_its_network() {
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        let repository = with_data(fixture.clone(), DataClass::Pii).generate();
        let all: String =
            repository.files.iter().filter(|file| file.path.ends_with(".tf")).map(|file| &*file.content).collect();
        for block in all.split("\nresource \"").filter(|block| {
            ["aws_lambda_function\"", "aws_sagemaker_model\"", "aws_sagemaker_data_quality_job_definition\""]
                .iter()
                .any(|kind| block.starts_with(kind))
        }) {
            assert!(block.contains("vpc_config {"), "{name}: {block}");
        }
        for start in ["createProcessingJob", "Type = \"Training\""] {
            for block in all.split(start).skip(1) {
                let job = block.split("Retry").next().unwrap();
                let in_network = ["VpcConfig", "local.processing_network"].iter().any(|word| job.contains(word));
                assert!(in_network, "{name}: {start}");
            }
        }
    }
}

#[test]
fn a_private_plan_transforms_within_its_network_in_both_languages() {
    let catalogue = Catalogue::embedded().unwrap();
    for (pattern, terraform, stack) in [
        (
            "transform.glue-spark",
            "connections            = [aws_glue_connection.network.name]",
            "Connections: [!Ref NetworkConnection]",
        ),
        ("transform.managed-flink", "vpc_configuration {", "VpcConfigurations:"),
        ("transform.emr-serverless", "network_configuration {", "NetworkConfiguration:"),
    ] {
        for (class, is_within) in [(DataClass::Pii, true), (DataClass::Public, false)] {
            let mut fixture = with_data(fixture::one("churn-realtime"), class);
            let components = &mut fixture.plan.candidates[0].components;
            components.retain(|other| other.capability.as_str() != "transform");
            components.push(fixture::component(catalogue.pattern(pattern).unwrap(), None));
            let of = |tool: &str| -> String {
                let files = fixture.clone().with_tools(&[tool], &[]).generate().files.into_iter();
                let is_infrastructure = |path: &str| path.starts_with("terraform/") || path.starts_with("infra/");
                files.filter(|file| is_infrastructure(&file.path)).map(|file| file.content).collect()
            };
            assert_eq!(of("terraform").contains(terraform), is_within, "{pattern} {class:?}");
            assert_eq!(of("cloudformation").contains(stack), is_within, "{pattern} {class:?}");
        }
    }
}

#[test]
fn environments_differ_in_budget_and_sizes() {
    for (name, fixture) in fixture::written_in(Iac::Terraform) {
        let repository = fixture.generate();
        let read = |environment: &str| -> BTreeMap<String, String> {
            let body = hcl::parse(text(&repository, &format!("envs/{environment}.tfvars"))).unwrap();
            body.attributes().map(|attribute| (attribute.key().to_owned(), attribute.expr().to_string())).collect()
        };
        let (dev, prod) = (read("dev"), read("prod"));
        assert!(dev.keys().eq(prod.keys()), "{name}");
        let number = |of: &BTreeMap<String, String>, key: &str| of[key].parse::<f64>().unwrap();
        assert!(number(&dev, "monthly_budget_usd") < number(&prod, "monthly_budget_usd"), "{name}");
        let sizes = ["serving_units", "serving_concurrency", "function_concurrency", "job_vcpus"];
        for size in sizes.iter().filter(|size| dev.contains_key(**size)) {
            assert!(number(&dev, size) <= number(&prod, size), "{name} {size}");
        }
        let differs = |size: &&str| dev.get(*size) != prod.get(*size);
        assert!(sizes.iter().chain(&["standby", "training_instance"]).any(differs), "{name}: {dev:?}");
    }
}
