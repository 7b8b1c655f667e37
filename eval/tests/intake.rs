//! Holds intake to what it reaches on the committed cases, and the suite to its own rules.

use std::path::PathBuf;

use eval::{Suite, cases::BadCases};
use serde_json::{Value, json};

/// The goal of the issue that asked for the suite.
const FLOOR: f64 = 0.97;

fn measure(files: &[PathBuf]) -> Value {
    let outcome = Suite::Intake.run(files, None).expect("usable cases");
    serde_json::from_str(&outcome.json()).expect("one JSON object")
}

/// A file of cases in the test's own folder.
fn file(name: &str, cases: &Value) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&path, cases.to_string()).expect("a file");
    path
}

fn run(name: &str, cases: Value) -> Result<Value, BadCases> {
    let outcome = Suite::Intake.run(&[file(name, &cases)], None)?;
    Ok(serde_json::from_str(&outcome.json()).expect("one JSON object"))
}

#[test]
fn the_committed_cases_hold_the_floors() {
    let files = Suite::Intake.files().expect("the repository's cases");
    let result = measure(&files);
    let figure = |value: &Value, name: &str| value[name].as_f64().expect("a number");
    assert!(result["cases"].as_array().expect("a list").len() >= 200);
    assert!(figure(&result, "precision") >= FLOOR && figure(&result, "recall") >= FLOOR, "{}", result["fields"]);
    assert_eq!(result["invented"], 0);
    assert_eq!(result["skipped"], json!({}), "a committed case has a field that nobody judges");
    let surest = result["calibration"].as_array().and_then(|bins| bins.last()).expect("bins");
    assert!(figure(surest, "share") >= 0.9 && surest["values"].as_u64() >= Some(100), "{surest}");
    let fields = result["fields"].as_object().expect("fields");
    assert_eq!(fields.len(), 16);
    for (name, counts) in fields {
        // A field that is seldom judged may miss one.
        assert!(figure(counts, "precision") >= 0.9 && figure(counts, "recall") >= 0.9, "{name}: {counts}");
    }
}

#[test]
fn right_wrong_missed_and_invented_are_told_apart() {
    let result = run(
        "verdicts",
        json!([{
            "name": "a",
            "prompt": "Latency below 100 ms, budget $2,000 per month, MLflow and Airflow.",
            "expected": {"latency_ms": 100, "budget_usd_month": 3000, "team_size": 4, "tooling": ["mlflow", "dbt"]},
            "absent": ["availability_target", "workload_types"],
        }]),
    )
    .expect("usable cases");
    let verdict = |field: &str| result["cases"][0]["fields"][field]["verdict"].clone();
    assert_eq!(verdict("latency_ms"), "right");
    assert_eq!(verdict("budget_usd_month"), "wrong");
    assert_eq!(verdict("team_size"), "missed");
    assert_eq!(verdict("tooling"), "partly");
    assert_eq!(verdict("availability_target"), "right");
    assert_eq!(verdict("workload_types"), "invented");
    assert_eq!(result["invented"], 1);
    // Right: the latency and one tool. Given: the latency, the budget, two tools, one kind of work.
    assert_eq!((&result["right"], &result["given"], &result["expected"]), (&json!(2), &json!(5), &json!(5)));
}

#[test]
fn other_right_answers_are_accepted_and_unknown_fields_are_listed() {
    let result = run(
        "accepted",
        json!([{
            "name": "a", "notes": "no key of a case",
            "prompt": "XGBoost on k8s with p99 of 80 ms for EUR 1,000 a month.",
            "expected": {"model_types": ["gradient_boosting"], "latency_ms": 90, "budget_usd_month": 1090,
                "tooling": ["Kubernetes"], "mood": "good", "regions": null},
            "accept": {"latency_ms": [80]},
            "absent": ["weather"],
        }]),
    )
    .expect("usable cases");
    assert_eq!((&result["precision"], &result["recall"], &result["invented"]), (&json!(1.0), &json!(1.0), &json!(0)));
    assert_eq!(result["skipped"], json!({"mood": 1, "weather": 1}));
}

#[test]
fn a_file_that_cannot_be_used_names_the_case_and_the_field() {
    for (name, cases, said) in [
        (
            "type",
            json!([{"name": "x", "prompt": "p", "expected": {"latency_ms": "fast"}}]),
            "`x`, field `expected.latency_ms`",
        ),
        ("prompt", json!([{"name": "x", "expected": {}}]), "missing field `prompt`"),
        ("list", json!([{"name": "x", "prompt": "p", "absent": "regions"}]), "field `absent`"),
        ("both", json!([{"name": "x", "prompt": "p", "expected": {"regions": ["a"]}, "absent": ["regions"]}]), "both"),
        ("array", json!({"name": "x"}), "a JSON array of cases is expected"),
    ] {
        let error = run(name, cases).expect_err(name).to_string();
        assert!(error.contains(said), "{error}");
    }
    let missing = Suite::Intake.run(&[PathBuf::from("/nowhere.json")], None).expect_err("no file").to_string();
    assert!(missing.contains("/nowhere.json"), "{missing}");
}
