//! The whole catalogue: every pattern of the cloud that we generate for yields a repository.

use design::constraint::Cloud;
use knowledge::catalogue::Catalogue;

use crate::{fixture, repository};

#[test]
fn every_pattern_yields_a_repository_with_infrastructure_that_parses() {
    let base = fixture::one("churn-realtime");
    let mut tried = 0;
    for pattern in &Catalogue::embedded().unwrap().patterns {
        if pattern.cloud != Cloud::Aws {
            continue;
        }
        let machines: Vec<Option<&String>> = match &pattern.sizing {
            Some(sizing) if !sizing.instances.is_empty() => sizing.instances.iter().map(Some).collect(),
            Some(_) | None => vec![None],
        };
        for machine in machines {
            let mut fixture = base.clone();
            let components = &mut fixture.plan.candidates[0].components;
            components.retain(|other| other.capability != pattern.capability);
            components.push(fixture::component(pattern, machine));
            let repository = fixture.generate();
            let name = format!("{} {machine:?}", pattern.id);
            repository::check(&name, &repository);
            assert!(repository.missing.is_empty(), "{name}: {:?}", repository.missing);
            for file in repository.files.iter().filter(|file| file.path.starts_with("terraform/")) {
                hcl::parse(&file.content).unwrap_or_else(|error| panic!("{name}: {}: {error}", file.path));
            }
            // A pattern is either implemented by a file, or it lives in the code and says so by having no services.
            let implemented = repository.files.iter().any(|file| file.patterns.contains(&pattern.id));
            assert!(implemented, "{name}: no file implements it");
            tried += 1;
        }
    }
    assert!(tried > 60, "only {tried} patterns and machines: is the catalogue there?");
}

#[test]
fn a_machine_of_the_plan_is_a_machine_of_the_infrastructure() {
    let base = fixture::one("churn-realtime");
    let catalogue = Catalogue::embedded().unwrap();
    for (id, machine, file, wanted) in [
        ("serve.sagemaker-real-time", "ml.m5.2xlarge", "sagemaker_endpoint.tf", "\"ml.m5.2xlarge\""),
        ("serve.sagemaker-serverless", "serverless-4096mb", "sagemaker_endpoint.tf", "memory_size_in_mb = 4096"),
        ("serve.ecs-fargate", "task-2vcpu-4gb", "ecs_service.tf", "memory                   = 4096"),
        ("serve.lambda-container", "function-3538mb", "lambda_http.tf", "memory_size   = 3538"),
        ("serve.eks", "g5.xlarge", "eks.tf", "[\"g5.xlarge\"]"),
    ] {
        let mut fixture = base.clone();
        let components = &mut fixture.plan.candidates[0].components;
        components.retain(|other| other.capability.as_str() != "serve");
        components.push(fixture::component(catalogue.pattern(id).unwrap(), Some(&machine.to_owned())));
        let repository = fixture.generate();
        let content = &repository.files.iter().find(|found| found.path.ends_with(file)).unwrap().content;
        assert!(content.contains(wanted), "{id}: {wanted} is not in\n{content}");
    }
}

#[test]
fn another_cloud_gets_the_code_and_is_told_what_is_not_generated() {
    for (name, fixture) in fixture::elsewhere() {
        let repository = fixture.generate();
        repository::check_any_cloud(&name, &repository);
        for file in &repository.files {
            let place = format!("{name}: {}", file.path);
            assert!(!file.path.starts_with("terraform/") && !file.path.ends_with("deploy.yml"), "{place}");
            for word in ["boto3", "terraform", "Bedrock", "SageMaker", "awslambdaric"] {
                assert!(!file.content.contains(word), "{place} speaks of {word}");
            }
        }
        let readme = &repository.files.iter().find(|file| file.path == "README.md").unwrap().content;
        assert!(readme.contains("infrastructure is not generated"), "{name}: {readme}");
        let architecture = repository.files.iter().find(|file| file.path == "docs/architecture.md").unwrap();
        for component in &fixture.plan.candidates[0].components {
            assert!(architecture.content.contains(&component.pattern), "{name}: {} is left out", component.pattern);
        }
    }
}
