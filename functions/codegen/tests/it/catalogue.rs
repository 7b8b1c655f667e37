//! The whole catalogue: every pattern of the cloud that we generate for yields a repository.

use std::collections::BTreeMap;

use design::{constraint::Cloud, plan::Component};
use knowledge::{catalogue::Catalogue, pattern::Pattern};

use crate::{fixture, repository};

fn component(pattern: &Pattern, machine: Option<&String>) -> Component {
    let mut sizing = BTreeMap::from([("instance_count".to_owned(), "3".to_owned())]);
    if let Some(machine) = machine {
        sizing.insert("instance_type".to_owned(), machine.clone());
    }
    Component {
        capability: pattern.capability,
        pattern: pattern.id.clone(),
        name: pattern.name.clone(),
        services: pattern.services.clone(),
        sizing,
        max_per_second: Some(90.0),
        latency_ms: 10.0,
        availability_percent: 99.9,
        rationale: pattern.summary.clone(),
        traces: Vec::new(),
    }
}

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
            components.push(component(pattern, machine));
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
        components.push(component(catalogue.pattern(id).unwrap(), Some(&machine.to_owned())));
        let repository = fixture.generate();
        let content = &repository.files.iter().find(|found| found.path.ends_with(file)).unwrap().content;
        assert!(content.contains(wanted), "{id}: {wanted} is not in\n{content}");
    }
}
