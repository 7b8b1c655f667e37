//! What every generated repository keeps, whatever the plan.

use proptest::prelude::*;

use crate::fixture::{self, Repository};

/// What holds for every repository of the cloud that infrastructure is generated for.
pub fn check(name: &str, repository: &Repository) {
    check_any_cloud(name, repository);
    check_budget(name, repository);
}

fn check_budget(name: &str, repository: &Repository) {
    let stack = repository.files.iter().find(|file| file.path == "infra/cloudformation/foundation.yaml");
    let is_there = stack.is_some_and(|stack| stack.content.contains("Type: AWS::Budgets::Budget"))
        || has(repository, "terraform/budget.tf");
    assert!(is_there, "{name}: no budget");
}

/// What holds for every repository of a requirement without a template's brackets of its own.
pub fn check_any_cloud(name: &str, repository: &Repository) {
    check_shape(name, repository);
    for file in &repository.files {
        let template = file.content.replace("${{", "").replace("{{.", "");
        for marker in ["{{ ", "{% ", "{# ", "None\n", "undefined"] {
            let is_python = file.path.ends_with(".py");
            let is_right = (marker == "None\n" && is_python) || !template.contains(marker);
            assert!(is_right, "{name}: {} has {marker:?}", file.path);
        }
    }
}

/// What holds for every repository, whatever people wrote.
fn check_shape(name: &str, repository: &Repository) {
    let paths: Vec<&str> = repository.files.iter().map(|file| file.path.as_str()).collect();
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(paths, sorted, "{name}: paths are sorted and unique");
    for file in &repository.files {
        let at = format!("{name}: {}", file.path);
        assert!(!file.content.trim().is_empty(), "{at} is empty");
        assert!(file.content.ends_with('\n') && !file.content.ends_with("\n\n"), "{at} ends with one line end");
        assert!(!file.purpose.is_empty(), "{at} has no purpose");
        assert!(!file.content.contains('\t') || file.path == "Makefile", "{at} has a tab");
        for line in file.content.lines() {
            assert!(line.trim_end() == line, "{at} has blanks at the end of {line:?}");
        }
    }
    for wanted in ["README.md", "Dockerfile", "pyproject.toml", "requirements.txt"] {
        assert!(paths.contains(&wanted), "{name}: no {wanted}");
    }
}

fn has(repository: &Repository, end: &str) -> bool {
    repository.files.iter().any(|file| file.path.ends_with(end))
}

fn text<'r>(repository: &'r Repository, end: &str) -> &'r str {
    &repository.files.iter().find(|file| file.path.ends_with(end)).unwrap().content
}

#[test]
fn every_fixture_gives_a_whole_repository_and_the_same_one_each_time() {
    for (name, fixture) in fixture::all() {
        let repository = fixture.generate();
        check(&name, &repository);
        assert!(repository.missing.is_empty(), "{name}: {:?}", repository.missing);
        assert_eq!(repository, fixture.generate(), "{name}");
    }
}

#[test]
fn what_the_plan_does_not_ask_for_is_not_there() {
    let batch = fixture::one("forecast-batch").generate();
    assert!(!has(&batch, "/service.py") && !has(&batch, "/stream.py") && !has(&batch, "/edge.py"));
    assert!(!text(&batch, "requirements.txt").contains("fastapi"));
    assert!(!text(&batch, "Dockerfile").contains("EXPOSE"));
    assert!(!has(&batch, "terraform/kinesis.tf") && !has(&batch, "_endpoint.tf"));

    let online = fixture::one("churn-realtime").generate();
    assert!(has(&online, "/service.py") && !has(&online, "/batch.py") && !has(&online, "/stream.py"));

    let stream = fixture::one("fraud-stream").generate();
    assert!(has(&stream, "/stream.py") && !has(&stream, "/service.py"));
    assert!(text(&stream, "/stream.py").contains("Kinesis"));
    assert!(text(&fixture::one("anomaly-msk").generate(), "/stream.py").contains("Amazon MSK"));
}

#[test]
fn feast_is_there_where_the_plan_keeps_features_of_named_rows() {
    let stream = fixture::one("fraud-stream").generate();
    assert!(has(&stream, "/feature_repo/definitions.py") && has(&stream, "terraform/feast_table.tf"));
    assert!(text(&stream, "/feature_repo/feature_store.yaml").contains("type: dynamodb"));
    assert!(text(&stream, "terraform/main.tf").contains("FEATURE_TABLE = aws_dynamodb_table.features.name"));
    assert!(text(&stream, "/training.py").contains("feature_store.as_of("), "as of each example's time");
    assert!(text(&stream, "/ingestion.py").contains("feature_store.Publisher("));
    assert!(!has(&stream, "terraform/dynamodb.tf") || text(&stream, "terraform/dynamodb.tf").contains("\"pk\""));
    // A payment happens once: what is kept are the features of its account, and the stream's consumer looks them up.
    assert!(text(&stream, "/feature_repo/definitions.py").contains("KEY = \"account_id\""));
    assert!(text(&stream, "/stream.py").contains("self._features.records("));
    assert!(text(&stream, "terraform/lambda_stream.tf").contains("ReadFeatures"));

    let stacks = fixture::one("arrival-cloudformation").generate();
    assert!(text(&stacks, "cloudformation/features.yaml").contains("AttributeName: entity_id"));

    // The same service as a container reads features by an id.
    let mut container = fixture::one("lambda-http");
    let catalogue = knowledge::catalogue::Catalogue::embedded().unwrap();
    let fargate = catalogue.pattern("serve.ecs-fargate").unwrap();
    for component in &mut container.plan.candidates[0].components {
        if component.pattern == "serve.lambda-container" {
            *component = fixture::component(fargate, None);
        }
    }
    // A trip happens once, and nobody is behind it: nothing is asked for by an id.
    let trips = container.generate();
    assert!(!text(&trips, "/service.py").contains("/predict/known"));
    assert!(text(&trips, "docs/architecture.md").contains("there is no `/predict/known`"));
    container.requirement = "Estimate the lifetime value of our customers.".to_owned();
    assert!(text(&container.generate(), "/service.py").contains("\"/predict/known\""));
    assert!(!text(&fixture::one("lambda-http").generate(), "/service.py").contains("feast"));

    for name in ["churn-realtime", "recommender-ecs", "forecast-batch"] {
        let other = fixture::one(name).generate();
        assert!(!has(&other, "/feature_repo/definitions.py"), "{name}");
        assert!(!text(&other, "requirements.txt").contains("feast=="), "{name}");
        assert!(!text(&other, "/records.py").contains("observed_at"), "{name}");
    }
}

#[test]
fn evidently_is_in_the_image_of_the_drift_job_alone() {
    for (name, fixture) in fixture::all() {
        let repository = fixture.generate();
        assert!(text(&repository, "requirements-monitoring.txt").contains("evidently=="), "{name}");
        assert!(!text(&repository, "requirements.txt").contains("evidently=="), "{name}");
        let importers: Vec<&str> = repository
            .files
            .iter()
            .filter(|file| file.path.starts_with("src/") && file.content.contains("evidently import"))
            .map(|file| file.path.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(importers, ["monitoring.py"], "{name}");
        // What serves and learns never imports the drift job.
        let imports = |file: &&generation::SourceFile| {
            file.path.starts_with("src/")
                && file.content.lines().any(|line| line.starts_with("from . import") && line.contains("monitoring"))
        };
        assert_eq!(repository.files.iter().filter(imports).count(), 0, "{name}");
    }
    let stream = fixture::one("fraud-stream").generate();
    assert!(text(&stream, "terraform/drift_job.tf").contains("\"${local.image}-monitoring\""));
    assert!(text(&stream, "scripts/deploy.sh").contains("-monitoring\" requirements-monitoring.txt"));
}

#[test]
fn a_library_that_is_named_and_not_used_is_answered_in_the_readme() {
    let readme = |name: &str, tools: &[&str]| {
        text(&fixture::one(name).with_tools(tools, &[]).generate(), "README.md").to_owned()
    };
    assert!(readme("forecast-batch", &["great_expectations"]).contains("Great Expectations was named: `contract.py`"));
    assert!(readme("forecast-batch", &["feast"]).contains("Feast was named, and there is nothing for it to keep"));
    assert!(!readme("fraud-stream", &["feast", "evidently"]).contains("was named"), "they are used");
}

#[test]
fn numbers_of_the_requirement_arrive_in_the_files() {
    let repository = fixture::one("churn-realtime").generate();
    assert!(text(&repository, "terraform/variables.tf").contains("default     = 800\n"), "the budget");
    assert!(text(&repository, "envs/prod.tfvars").contains("region             = \"eu-central-1\""));
    assert!(text(&repository, "/service.py").contains("LATENCY_OBJECTIVE_SECONDS = 0.1\n"));
    assert!(text(&repository, "/monitoring.py").contains("DRIFT_THRESHOLD = 0.1\n"), "personal data");
    assert!(text(&repository, "sagemaker_endpoint.tf").contains("instance_type          = \"ml.c5.large\""));
    assert!(text(&repository, "sagemaker_training.tf").contains("cron(0 3 ? * MON *)"), "weekly");

    let other = fixture::one("recommender-ecs").generate();
    assert!(text(&other, "/monitoring.py").contains("DRIFT_THRESHOLD = 0.15\n"), "retrained on drift");
    assert!(text(&other, "ecs_service.tf").contains("80 ms (p99)"));
}

#[test]
fn the_requirement_picks_what_is_learned() {
    let about = |name: &str| text(&fixture::one(name).generate(), "/records.py").to_owned();
    assert!(about("churn-realtime").contains("tenure_months"));
    assert!(about("fraud-stream").contains("payments_24h"));
    assert!(about("edge-ecs").contains("vibration_mm_s"));
    assert!(about("experiments-eks").contains("area_m2"));
    assert!(about("rag-lambda").contains("question"));
}

#[test]
fn the_promotion_floor_in_the_readme_is_the_one_in_the_code() {
    for (name, fixture) in fixture::all() {
        let repository = fixture.generate();
        let code = text(&repository, "/learning.py");
        let value = |key: &str| {
            let line = code.lines().find(|line| line.starts_with(key)).unwrap();
            line.split(" = ").nth(1).unwrap().trim_matches('"').to_owned()
        };
        let readme = text(&repository, "README.md");
        let bound = if value("HIGHER_IS_BETTER") == "True" { "at least" } else { "at most" };
        let wanted = format!("(`{}` {bound} {})", value("PRIMARY_METRIC"), value("MINIMUM_QUALITY"));
        assert!(readme.contains(&wanted), "{name}: {wanted}");
    }
}

#[test]
fn a_plan_without_a_serving_part_follows_the_deployment_that_was_asked_for() {
    let mut fixture = fixture::one("forecast-batch");
    fixture.plan.candidates[0].components.retain(|component| component.capability.as_str() != "serve");
    assert!(has(&fixture.generate(), "/batch.py"));
    fixture.plan.candidates[0].components.clear();
    fixture.constraints = Default::default();
    let repository = fixture.generate();
    check("nothing but a title", &repository);
    assert!(has(&repository, "/service.py"));
}

#[test]
fn lists_of_files() {
    for name in ["churn-realtime", "forecast-batch", "fraud-stream", "rag-lambda", "churn-cloudformation"] {
        let repository = fixture::one(name).generate();
        let list: Vec<String> =
            repository.files.iter().map(|file| format!("{}  {}", file.path, file.patterns.join(" "))).collect();
        insta::assert_snapshot!(name, list.join("\n").replace("  \n", "\n").trim_end());
    }
}

#[test]
fn texts_that_people_read() {
    let repository = fixture::one("churn-realtime").generate();
    insta::assert_snapshot!("readme", text(&repository, "README.md"));
    insta::assert_snapshot!("endpoint", text(&repository, "sagemaker_endpoint.tf"));
    insta::assert_snapshot!("service", text(&repository, "/service.py"));

    let repository = fixture::one("churn-cloudformation").generate();
    insta::assert_snapshot!("readme_of_stacks", text(&repository, "README.md"));
    insta::assert_snapshot!("inference_stack", text(&repository, "cloudformation/inference.yaml"));
    insta::assert_snapshot!("deployment_of_stacks", text(&repository, "scripts/deploy.sh"));
    let batch = fixture::one("forecast-cloudformation-gitlab").generate();
    insta::assert_snapshot!("learning_stack", text(&batch, "cloudformation/learning.yaml"));
    let functions = fixture::one("arrival-cloudformation").generate();
    insta::assert_snapshot!("settings_of_stacks", text(&functions, "cloudformation/envs/dev.json"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Their brackets too: a template's brackets in a requirement are text in the repository.
    #[test]
    fn whatever_people_write_stays_where_it_belongs(title in "\\PC{0,120}", summary in "\\PC{0,200}", size in "\\PC{0,30}") {
        let mut fixture = fixture::one("churn-realtime");
        let plain = fixture.generate();
        fixture.title = title;
        fixture.requirement = summary.clone();
        let candidate = &mut fixture.plan.candidates[0];
        candidate.summary = summary;
        for component in &mut candidate.components {
            component.name = size.clone();
            component.sizing.insert("instance_count".into(), size.clone());
        }
        let repository = fixture.generate();
        check_shape("any text", &repository);
        check_budget("any text", &repository);
        prop_assert_eq!(repository.files.len(), plain.files.len());
        for file in &repository.files {
            if file.path.ends_with(".tf") || file.path.ends_with(".tfvars") {
                prop_assert!(hcl::parse(&file.content).is_ok(), "{}", file.path);
            }
            if file.path.ends_with(".toml") {
                prop_assert!(toml::from_str::<toml::Value>(&file.content).is_ok(), "{}", file.path);
            }
        }
    }
}
