//! The critic of the implementation on whole repositories: what they answer, and that it notices when they do not.

use std::collections::BTreeMap;

use critic_implementation::review::{self, Subject, review};
use design::{
    constraint::{ConstraintField, Source, Stated, Tooling},
    finding::Severity,
    implementation::ImplementationReview,
    node::Node,
    repository::RepositoryFile,
    validation::ValidationReport,
};
use run::body::BodyRef;

use crate::fixture::{self, Fixture};

/// The review of a fixture's repository after some texts are replaced.
fn reviewed(fixture: &Fixture, replaced: &[(&str, &str)]) -> ImplementationReview {
    let mut hits: BTreeMap<&str, usize> = replaced.iter().map(|(from, _)| (*from, 0)).collect();
    let sources: Vec<review::Source> = fixture
        .generate()
        .files
        .into_iter()
        .map(|file| {
            let mut text = file.content;
            for (from, to) in replaced {
                *hits.entry(from).or_default() += text.matches(from).count();
                text = text.replace(from, to);
            }
            let file = RepositoryFile {
                path: file.path,
                body: BodyRef::of(text.as_bytes()),
                executable: false,
                purpose: file.purpose,
                patterns: file.patterns,
                written_by: Node::Codegen.name(),
            };
            review::Source { file, text }
        })
        .collect();
    assert!(hits.values().all(|hits| *hits > 0), "nothing was replaced: {hits:?}");
    let candidate = fixture.plan.selected().unwrap();
    let validation = ValidationReport::default();
    review(Subject { constraints: &fixture.constraints, candidate, sources: &sources, validation: &validation })
        .unwrap()
}

fn ids(review: &ImplementationReview) -> Vec<&str> {
    review.findings.iter().map(|finding| finding.id.as_str()).collect()
}

#[test]
fn every_repository_answers_its_requirement() {
    for (name, fixture) in fixture::all() {
        let review = reviewed(&fixture, &[]);
        let open: Vec<_> = review.findings.iter().filter(|finding| finding.severity <= Severity::Major).collect();
        assert!(open.is_empty(), "{name}: {open:#?}");
        assert!(review.checked >= 6 && review.met > 0, "{name}: {} of {}", review.met, review.checked);
    }
}

#[test]
fn every_place_is_the_line_that_it_names() {
    for (name, fixture) in fixture::all() {
        let files = fixture.generate().files;
        let review = reviewed(&fixture, &[]);
        let places = review.traces.iter().flat_map(|trace| &trace.places).chain(&review.standards);
        for place in places {
            let file = files.iter().find(|file| file.path == place.path).unwrap();
            let line = file.content.lines().nth(place.line as usize - 1).unwrap().trim();
            assert!(!line.is_empty() && line.starts_with(place.text.trim_end_matches('…')), "{name}: {place:?}");
        }
    }
}

#[test]
fn what_is_not_as_it_was_asked_is_found() {
    let churn = fixture::one("churn-realtime");
    for (from, to, id, severity) in [
        ("monthly_budget_usd = 800", "monthly_budget_usd = 8000", "code.budget.limit", Severity::Major),
        ("= \"eu-central-1\"", "= \"us-east-1\"", "code.regions.of_environments", Severity::Blocking),
        ("cron(0 3 ? * MON *)", "cron(0 3 1 * ? *)", "code.retraining.schedule", Severity::Major),
        (
            "enable_key_rotation     = true",
            "enable_key_rotation     = false",
            "code.data_class.key",
            Severity::Blocking,
        ),
        ("threshold           = 100 * 1000", "threshold           = 900 * 1000", "code.latency.alarm", Severity::Major),
        ("\nUSER ", "\n# ", "code.repository.user", Severity::Blocking),
        ("serving_units = 2", "serving_units = 2 # Redshift", "code.tooling_excluded.redshift", Severity::Major),
    ] {
        let mut churn = churn.clone();
        let tooling = Tooling { preferred: Vec::new(), excluded: vec!["redshift".into()] };
        churn.constraints.tooling = Some(stated(tooling));
        let review = reviewed(&churn, &[(from, to)]);
        let found = review.findings.iter().find(|finding| finding.id == id);
        if id.starts_with("code.tooling") {
            assert!(found.is_none(), "a comment uses nothing");
            continue;
        }
        assert_eq!(found.map(|found| found.severity), Some(severity), "{id}: {:?}", ids(&review));
    }
}

#[test]
fn what_is_not_as_it_was_asked_is_found_in_stacks_too() {
    let churn = fixture::one("churn-cloudformation");
    for (from, to, id, severity) in [
        (
            "\"MonthlyBudgetUsd\": \"800\"",
            "\"MonthlyBudgetUsd\": \"8000\"",
            "code.budget.limit_of_stack",
            Severity::Major,
        ),
        (
            "\"Region\": \"eu-central-1\"",
            "\"Region\": \"us-east-1\"",
            "code.regions.of_environment_stacks",
            Severity::Blocking,
        ),
        ("AllowedValues: [eu-central-1", "AllowedValues: [us-east-1", "code.regions.of_any_stack", Severity::Major),
        ("cron(0 3 ? * MON *)", "cron(0 3 1 * ? *)", "code.retraining.schedule_of_stack", Severity::Major),
        ("EnableKeyRotation: true", "EnableKeyRotation: false", "code.data_class.key_of_stack", Severity::Blocking),
        ("Threshold: 100000\n", "Threshold: 900000\n", "code.latency.alarm_of_model", Severity::Major),
        ("    Condition: HasModel\n", "", "code.repository.endpoint_waits_in_stack", Severity::Blocking),
    ] {
        let review = reviewed(&churn, &[(from, to)]);
        let found = review.findings.iter().find(|finding| finding.id == id);
        assert_eq!(found.map(|found| found.severity), Some(severity), "{id}: {:?}", ids(&review));
    }
}

#[test]
fn tools_that_were_named_are_looked_for() {
    let mut churn = fixture::one("churn-realtime");
    let tooling = Tooling {
        preferred: vec!["scikit-learn".into(), "kubeflow".into()],
        excluded: vec!["glue".into(), "kafka".into()],
    };
    churn.constraints.tooling = Some(stated(tooling));
    let review = reviewed(&churn, &[]);
    let found: Vec<&str> = ids(&review).into_iter().filter(|id| id.contains("tooling")).collect();
    assert_eq!(found, ["code.tooling_excluded.glue", "code.tooling.kubeflow"]);
    let trace = review.traces.iter().find(|trace| trace.field == ConstraintField::Tooling).unwrap();
    assert!(trace.places.iter().any(|place| place.says == "scikit-learn is used"), "{trace:?}");
}

#[test]
fn a_component_that_no_file_implements_is_found() {
    let mut churn = fixture::one("churn-realtime");
    churn.plan.candidates[0].components[0].pattern = "ingest.carrier-pigeons".into();
    churn.plan.candidates[0].components[0].services = vec!["Carrier Pigeons".into()];
    assert!(ids(&reviewed(&churn, &[])).contains(&"code.component.ingest.carrier-pigeons"));
}

#[test]
fn without_infrastructure_there_is_one_finding_that_says_so() {
    for (name, fixture) in fixture::elsewhere() {
        let review = reviewed(&fixture, &[]);
        let open: Vec<&str> = review
            .findings
            .iter()
            .filter(|finding| finding.severity <= Severity::Major)
            .map(|finding| finding.id.as_str())
            .collect();
        assert_eq!(open, ["code.infrastructure"], "{name}");
    }
}

fn stated<T>(value: T) -> Stated<T> {
    Stated { value, confidence: 0.9, source: Source::Text, evidence: Vec::new(), derivation: None }
}
