//! Errors, state machine, template and folders speak the same names.

mod interpreter;
mod machine;
mod paths;
mod template;

use std::{fs, path::PathBuf};

/// The workspace's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The definition as it is in the folder, with its substitutions.
fn definition_text() -> String {
    read("statemachine/design.asl.json")
}

/// The names of the substitutions in a text.
fn substitutions(text: &str) -> std::collections::BTreeSet<String> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// The definition with its substitutions made: numbers where the template gives numbers, names elsewhere.
fn definition() -> serde_json::Value {
    let mut text = definition_text();
    for name in substitutions(&text) {
        let value = match name.as_str() {
            "MaxInputRounds" | "MaxReplans" | "MaxMends" => "2".to_owned(),
            "HitlTimeoutSeconds" => "300".to_owned(),
            "LongGateTimeoutSeconds" => "604800".to_owned(),
            other => other.to_owned(),
        };
        text = text.replace(&format!("${{{name}}}"), &value);
    }
    serde_json::from_str(&text).expect("the definition is JSON")
}

/// `hitl-gate-input` or `hitl_gate_input` as `HitlGateInput`.
fn pascal(name: &str) -> String {
    name.split(['-', '_'])
        .map(|part| {
            let (first, rest) = part.split_at(1);
            first.to_uppercase() + rest
        })
        .collect()
}

/// The folders in `functions/`.
fn folders() -> Vec<String> {
    let mut folders: Vec<String> = fs::read_dir(root().join("functions"))
        .expect("there is a folder `functions`")
        .map(|entry| entry.expect("a folder entry"))
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().expect("a name in Unicode"))
        .collect();
    folders.sort();
    folders
}
