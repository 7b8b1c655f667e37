//! The shipped packs and the examples.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::BTreeSet;

use design::constraint::Framework;
use policy::{Outcome, examples, shipped};

#[test]
fn the_examples_are_what_the_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(knowledge::policy::INPUT_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::options().build(&schema).unwrap();
    for example in examples().unwrap() {
        let problems: Vec<String> = validator
            .iter_errors(&example.input)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", example.name);
    }
}

fn all() -> Vec<Outcome> {
    let input = examples().unwrap().remove(0).input;
    shipped::evaluate(&input).unwrap().into_iter().flat_map(|(_, outcomes)| outcomes).collect()
}

#[test]
fn shipped_rules_are_many_unique_and_say_where_they_come_from() {
    let rules = all();
    assert!(rules.len() >= 42, "{}", rules.len());
    let ids: BTreeSet<&str> = rules.iter().map(|outcome| outcome.rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.len());
    for Outcome { rule, .. } in &rules {
        assert_ne!(rule.control, "House rule", "{}", rule.id);
        assert!(rule.title.len() > 10 && rule.remedy.len() > 10 && rule.source.len() > 10, "{}", rule.id);
        assert!(rule.as_of.is_some() || rule.source.starts_with("Requirement: "), "{} has no date", rule.id);
    }
    for framework in [Framework::Gdpr, Framework::Hipaa, Framework::PciDss, Framework::Soc2] {
        assert!(rules.iter().filter(|outcome| outcome.rule.framework == Some(framework)).count() >= 3, "{framework:?}");
    }
}

#[test]
fn results_come_in_the_order_of_the_packs_text() {
    let ids: Vec<String> = all().into_iter().map(|outcome| outcome.rule.id).collect();
    assert_eq!(ids[..3], ["gdpr.residency", "gdpr.security-of-processing", "gdpr.erasure"]);
}

#[test]
fn each_example_is_judged_with_evidence() {
    for example in examples().unwrap() {
        for (pack, outcomes) in shipped::evaluate(&example.input).unwrap() {
            assert!(!outcomes.is_empty(), "{pack}");
            for (id, reading) in outcomes.iter().filter_map(|o| Some((&o.rule.id, o.reading.as_ref()?))) {
                assert!(!reading.evidence.contains("states no evidence"), "{}: {id}", example.name);
                assert!(
                    !reading.evidence.contains("null") && !reading.evidence.contains("%!"),
                    "{id}: {}",
                    reading.evidence
                );
            }
        }
    }
}

#[test]
fn a_fact_that_is_missing_passes_no_rule() {
    // What is asked is there, what was planned is not: only rules that forbid something could hold.
    let mut input = examples().unwrap().remove(0).input;
    input["plan"]["parts"] = serde_json::json!([]);
    for fact in ["region", "jurisdiction", "latency_ms", "max_per_second", "availability"] {
        input["plan"].as_object_mut().unwrap().remove(fact);
    }
    input["cost"] = serde_json::json!({});
    for (_, outcomes) in shipped::evaluate(&input).unwrap() {
        for (id, reading) in outcomes.iter().filter_map(|o| Some((&o.rule.id, o.reading.as_ref()?))) {
            if [
                "slo.latency",
                "slo.throughput",
                "slo.availability",
                "budget.expected",
                "region.allowed",
                "secrets.managed",
            ]
            .contains(&id.as_str())
            {
                assert!(!reading.holds, "{id}");
            }
        }
    }
}
