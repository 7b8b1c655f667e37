//! Varied requirements with what must be read from them, and precision and recall per field.
//!
//! A golden file names the text, the values that the text says (`expect`), and the fields that it says nothing of
//! (`absent`). A field in neither list is not judged. Anything that is read for an absent field lowers precision.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use design::constraint::{ConstraintField, ConstraintSet};
use intake_extract::extract::extract;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    text: String,
    #[serde(default)]
    expect: BTreeMap<ConstraintField, toml::Value>,
    #[serde(default)]
    absent: Vec<ConstraintField>,
    #[serde(default)]
    excluded_regions: Vec<String>,
    /// Fields that a conflict must name; none may be found beyond these.
    #[serde(default)]
    conflicts: Vec<Vec<ConstraintField>>,
}

/// The value in the short form of the golden files.
fn short(set: &ConstraintSet, field: ConstraintField) -> Option<Value> {
    let plain = |value: &dyn erased::Json| value.json();
    match field {
        ConstraintField::Cloud => set.cloud.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Budget => set.budget.as_ref().map(|stated| json!(stated.value.usd_per_month)),
        ConstraintField::Regions => set
            .regions
            .as_ref()
            .map(|stated| json!(stated.value.iter().map(|region| region.code.clone()).collect::<Vec<_>>())),
        ConstraintField::DataClass => set.data_class.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Latency => {
            set.latency.as_ref().map(|stated| json!([stated.value.milliseconds, stated.value.percentile]))
        }
        ConstraintField::Throughput => {
            set.throughput.as_ref().map(|stated| json!([stated.value.average_per_second, stated.value.peak_per_second]))
        }
        ConstraintField::DataVolume => set.data_volume.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::MlTask => set.ml_task.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::UseCase => set.use_case.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Deployment => set.deployment.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Tooling => set.tooling.as_ref().map(|stated| {
            let sorted = |tools: &[String]| {
                let mut tools = tools.to_vec();
                tools.sort();
                tools
            };
            json!({"preferred": sorted(&stated.value.preferred), "excluded": sorted(&stated.value.excluded)})
        }),
        ConstraintField::Compliance => set.compliance.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Team => set.team.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Availability => set.availability.as_ref().map(|stated| json!(stated.value.percent)),
        ConstraintField::Retraining => set.retraining.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Workloads => set.workloads.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::Platform => set.platform.as_ref().map(|stated| plain(&stated.value)),
        ConstraintField::ModelTypes => set.model_types.as_ref().map(|stated| plain(&stated.value)),
    }
}

mod erased {
    pub trait Json {
        fn json(&self) -> serde_json::Value;
    }
    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).expect("constraints are JSON")
        }
    }
}

/// Equal up to half a percent for numbers; objects only by the keys that are expected; a list whose last element is
/// `"..."` may go on.
fn equal(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= 0.005 * a.abs().max(1e-9)
        }
        (Value::Array(a), Value::Array(b)) => {
            if let Some((last, first)) = a.split_last()
                && *last == json!("...")
            {
                return b.len() >= first.len() && first.iter().zip(b).all(|(a, b)| equal(a, b));
            }
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b))),
        (a, b) => a == b,
    }
}

#[derive(Default, Clone, Copy)]
struct Count {
    right: u32,
    wrong: u32,
    missed: u32,
    invented: u32,
}

#[test]
fn golden_requirements() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 25, "{} golden files", files.len());
    let mut counts: BTreeMap<ConstraintField, Count> = BTreeMap::new();
    let mut problems = String::new();
    for path in &files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let golden: Golden =
            toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let reading = extract(&golden.text);
        let set = &reading.constraints;
        for field in ConstraintField::ALL {
            let count = counts.entry(field).or_default();
            let found = short(set, field);
            match (golden.expect.get(&field), found) {
                (Some(expected), Some(found)) => {
                    let expected = serde_json::to_value(expected).unwrap();
                    if equal(&expected, &found) {
                        count.right += 1;
                    } else {
                        count.wrong += 1;
                        writeln!(problems, "{name}: {} is {found}, expected {expected}", field.as_str()).unwrap();
                    }
                }
                (Some(expected), None) => {
                    count.missed += 1;
                    writeln!(problems, "{name}: {} is absent, expected {expected}", field.as_str()).unwrap();
                }
                (None, Some(found)) if golden.absent.contains(&field) => {
                    count.invented += 1;
                    writeln!(problems, "{name}: {} is {found}, but nothing is said", field.as_str()).unwrap();
                }
                (None, Some(_) | None) => {}
            }
        }
        let excluded: Vec<&str> = set.excluded_regions.iter().map(|region| region.code.as_str()).collect();
        for code in &golden.excluded_regions {
            if !excluded.contains(&code.as_str()) {
                writeln!(problems, "{name}: {code} is not excluded ({excluded:?})").unwrap();
            }
        }
        if golden.excluded_regions.is_empty() && !excluded.is_empty() {
            writeln!(problems, "{name}: excluded without being said: {excluded:?}").unwrap();
        }
        let found: Vec<&Vec<ConstraintField>> = set.conflicts.iter().map(|conflict| &conflict.fields).collect();
        for fields in &golden.conflicts {
            if !found.contains(&fields) {
                writeln!(problems, "{name}: no conflict about {fields:?} ({found:?})").unwrap();
            }
        }
        for fields in found.into_iter().filter(|fields| !golden.conflicts.contains(fields)) {
            writeln!(problems, "{name}: unexpected conflict about {fields:?}").unwrap();
        }
    }
    println!("{:<14} {:>9} {:>7}  right wrong missed invented", "field", "precision", "recall");
    let mut total = Count::default();
    let line = |name: &str, count: Count| {
        let part = |of: u32| f64::from(count.right) / f64::from(of.max(1));
        println!(
            "{name:<14} {:>9.2} {:>7.2}  {:>5} {:>5} {:>6} {:>8}",
            part(count.right + count.wrong + count.invented),
            part(count.right + count.wrong + count.missed),
            count.right,
            count.wrong,
            count.missed,
            count.invented
        );
    };
    for (field, count) in &counts {
        line(field.as_str(), *count);
        total.right += count.right;
        total.wrong += count.wrong;
        total.missed += count.missed;
        total.invented += count.invented;
    }
    line("all", total);
    assert!(problems.is_empty(), "{} golden files:\n{problems}", files.len());
}
