//! CloudFormation as the language of the infrastructure: whole by itself, and the same system as in Terraform.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use design::constraint::Cloud;
use generation::{Iac, stack};
use knowledge::catalogue::Catalogue;

use crate::{
    fixture::{self, Fixture, Repository},
    repository,
};

/// Longest body of a template that is sent as it is.
const MOST_BYTES: usize = 51_200;

fn infrastructure(repository: &Repository) -> String {
    let is_infrastructure = |path: &str| path.starts_with("terraform/") || path.starts_with("infra/");
    let files = repository.files.iter().filter(|file| is_infrastructure(&file.path));
    files.map(|file| file.content.as_str()).collect::<Vec<_>>().join("\n")
}

/// Everything that the checks of templates say, also what does not block.
fn findings(repository: &Repository) -> Vec<String> {
    let files = repository.files.iter().map(|file| (file.path.clone(), file.content.clone().into_bytes()));
    validators::cloudformation_findings(files)
        .into_iter()
        .map(|finding| format!("{}:{} {}: {}", finding.path, finding.line.unwrap_or(0), finding.rule, finding.message))
        .collect()
}

/// What holds for every repository whose infrastructure is CloudFormation.
fn check(name: &str, fixture: &Fixture, repository: &Repository) {
    repository::check(name, repository);
    assert_eq!(findings(repository), Vec::<String>::new(), "{name}");
    for file in &repository.files {
        let at = format!("{name}: {}", file.path);
        assert!(!file.path.starts_with("terraform/"), "{at}");
        let is_stack = file.path.starts_with("infra/") && file.path.ends_with(".yaml");
        assert!(!is_stack || file.content.len() <= MOST_BYTES, "{at} has {} bytes", file.content.len());
        for line in file.content.lines().map(str::to_lowercase) {
            // The table of constraints says what was wanted and what was excluded.
            assert!(!line.contains("terraform") || line.starts_with("| tooling |"), "{at}: {line}");
        }
    }
    // What a stack takes from another one is there before it.
    let mut exported = BTreeSet::new();
    for stack in fixture.blueprint().stacks() {
        let path = format!("infra/cloudformation/{stack}.yaml");
        let text = &repository.files.iter().find(|file| file.path == path).unwrap().content;
        let names = |before: &str| -> BTreeSet<String> {
            let ends = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
            ends.map(str::to_owned).collect()
        };
        let imported = names("\"Fn::ImportValue\": !Sub \"${Name}-${Environment}-");
        assert!(imported.is_subset(&exported), "{name}: {stack} imports {:?}", imported.difference(&exported));
        exported.extend(names("Export:\n      Name: !Sub \"${Name}-${Environment}-"));
    }
}

/// Words of letters, digits and some signs.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_:.*/".contains(c))
}

/// Actions of policies, such as `s3:GetObject`.
fn actions(text: &str) -> BTreeSet<&str> {
    words(text)
        .filter(|word| {
            let parts: Vec<&str> = word.split(':').collect();
            let [service, action] = parts.as_slice() else { return false };
            let is_service = service.len() > 1 && service.chars().all(|c| c.is_ascii_lowercase() || "-23".contains(c));
            is_service && action.starts_with(|c: char| c.is_ascii_uppercase()) && !["aws", "cron"].contains(service)
        })
        .filter(|word| !word.contains("SourceA") && !word.contains("SecureTransport") && !word.contains("PassedTo"))
        .filter(|word| !word.contains("GrantIsFor"))
        // A device's own name in its policy.
        .filter(|word| !word.starts_with("iot:Connection"))
        .collect()
}

/// What stands between two texts, with the system's name written in one way.
fn between(text: &str, before: &str, after: char) -> BTreeSet<String> {
    let text = text.replace("${local.name}", "${Name}-${Environment}");
    let found: BTreeSet<String> =
        text.split(before).skip(1).filter_map(|rest| Some(rest.split(after).next()?.trim().to_owned())).collect();
    found
}

#[test]
fn every_part_has_a_template_in_both_languages_or_a_reason() {
    let rules: toml::Table = toml::from_str(include_str!("../../../../shared/generation/data/services.toml")).unwrap();
    let functions = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut only = Vec::new();
    for (part, rule) in rules["file"].as_table().unwrap() {
        let owner = rule["owner"].as_str().unwrap();
        let folder = if owner == "shared" { "codegen".to_owned() } else { format!("implement-{owner}") };
        let templates = functions.join(folder).join("templates");
        assert!(templates.join(format!("terraform/{part}.tf.j2")).is_file(), "{part}: no Terraform template");
        let twin = templates.join(format!("cloudformation/{part}.yaml.j2")).is_file();
        let reason = rule.get("terraform_only").map(|reason| reason.as_str().unwrap());
        assert_eq!(twin, reason.is_none(), "{part} has either a CloudFormation template or the reason why not");
        if let Some(reason) = reason {
            assert!(reason.ends_with('.') && reason.len() > 20, "{part}: {reason:?} is no reason");
            only.push(part.as_str());
        }
    }
    assert_eq!(only, ["dms", "redshift"]);
}

#[test]
fn fixtures_in_cloudformation_are_whole() {
    let mut tried = 0;
    for (name, fixture) in fixture::written_in(Iac::CloudFormation) {
        check(&name, &fixture, &fixture.generate());
        tried += 1;
    }
    assert!(tried >= 3);
}

#[test]
fn every_pattern_is_whole_in_cloudformation_or_says_why_not() {
    let base = fixture::one("churn-cloudformation");
    let (mut whole, mut kept) = (0, 0);
    for pattern in Catalogue::embedded().unwrap().patterns.iter().filter(|pattern| pattern.cloud == Cloud::Aws) {
        let mut fixture = base.clone();
        let components = &mut fixture.plan.candidates[0].components;
        components.retain(|other| other.capability != pattern.capability);
        components.push(fixture::component(pattern, None));
        let repository = fixture.generate();
        assert!(repository.missing.is_empty(), "{}: {:?}", pattern.id, repository.missing);
        if fixture.blueprint().site.iac == Iac::CloudFormation {
            check(&pattern.id, &fixture, &repository);
            whole += 1;
        } else {
            let readme = &repository.files.iter().find(|file| file.path == "README.md").unwrap().content;
            assert!(readme.contains("CloudFormation was asked for"), "{}: {readme}", pattern.id);
            assert!(repository.files.iter().any(|file| file.path == "terraform/main.tf"), "{}", pattern.id);
            kept += 1;
        }
    }
    assert!(whole > 30 && kept > 0, "{whole} {kept}");
}

#[test]
fn the_system_is_the_same_in_both_languages() {
    let mut compared = 0;
    for (name, fixture) in fixture::all() {
        let stacks = fixture.clone().with_tools(&["cloudformation"], &[]);
        if stacks.blueprint().site.iac != Iac::CloudFormation {
            continue;
        }
        let ours = infrastructure(&stacks.generate());
        let theirs = infrastructure(&fixture.with_tools(&["terraform"], &[]).generate());
        assert!(actions(&ours).len() > 8, "{name}: {:?}", actions(&ours));
        assert_eq!(actions(&ours), actions(&theirs), "{name}: actions of policies");
        let alarms = |text: &str, before: &str| between(text, before, '"');
        assert_eq!(
            alarms(&ours, "AlarmName: !Sub \"${Name}-${Environment}-"),
            alarms(&theirs, "alarm_name          = \"${Name}-${Environment}-"),
            "{name}: alarms"
        );
        let metrics = |text: &str, before: &str, after| -> BTreeMap<String, usize> {
            let mut counts = BTreeMap::new();
            for rest in text.split(before).skip(1) {
                *counts.entry(rest.split(after).next().unwrap().to_owned()).or_default() += 1;
            }
            counts
        };
        assert_eq!(
            metrics(&ours, "\n      MetricName: ", '\n'),
            metrics(&theirs, "\n  metric_name         = \"", '"'),
            "{name}: metrics of alarms"
        );
        for before in ["cron(", "rate("] {
            assert_eq!(between(&ours, before, ')'), between(&theirs, before, ')'), "{name}: schedules");
        }
        let machines = |text| -> BTreeSet<String> {
            words(text).filter(|word| word.starts_with("ml.")).map(str::to_owned).collect()
        };
        assert_eq!(machines(&ours), machines(&theirs), "{name}: machines");
        let logs = |text: &str, before: &str| -> BTreeSet<String> { between(text, before, '"') };
        let named = logs(&ours, "LogGroupName: !Sub \"");
        let groups: BTreeSet<String> =
            logs(&theirs, "name              = \"").into_iter().filter(|name| name.starts_with('/')).collect();
        assert_eq!(named, groups, "{name}: groups of logs");
        for variable in theirs.split("\n  environment = {").nth(1).unwrap().split("\n  }").next().unwrap().lines() {
            if let Some((variable, _)) = variable.split_once('=') {
                // A system of functions alone is told its region by AWS Lambda.
                let environments = ours.matches("DATA_BUCKET").count();
                let functions = ours.matches("Type: AWS::Lambda::Function").count();
                let is_told = variable.trim() == "AWS_DEFAULT_REGION" && environments == functions;
                assert!(is_told || ours.contains(variable.trim()), "{name}: {variable} is in no environment");
            }
        }
        compared += 1;
    }
    assert!(compared > 12, "only {compared}");
}

#[test]
fn a_part_without_a_template_keeps_the_infrastructure_in_terraform_and_is_named() {
    let mut fixture = fixture::one("edge-ecs").with_tools(&["cloudformation"], &[]);
    let warehouse = Catalogue::embedded().unwrap().pattern("store.redshift-serverless").unwrap();
    fixture.plan.candidates[0].components.push(fixture::component(warehouse, None));
    let blueprint = fixture.blueprint();
    assert_eq!(blueprint.site.iac, Iac::Terraform);
    let said = blueprint.site.kept_in_terraform.clone().unwrap();
    assert!(said.contains("`redshift`: CloudFormation has no resource"), "{said}");
    let repository = fixture.generate();
    let readme = &repository.files.iter().find(|file| file.path == "README.md").unwrap().content;
    assert!(readme.contains(&said), "{readme}");
}

#[test]
fn stacks_are_deployed_after_what_they_import() {
    let blueprint = fixture::one("churn-cloudformation").blueprint();
    assert_eq!(blueprint.stacks(), ["foundation", "ingestion", "training", "inference", "learning", "monitoring"]);
    assert_eq!(blueprint.stacks().first(), Some(&stack(design::node::Node::Codegen)));
}
