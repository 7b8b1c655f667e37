//! Policy packs: rules in Rego, readable by those who write no Rust; `data/policies/README.md` says how to write one.

/// A pack of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// Its name, such as `gdpr`.
    pub name: &'static str,
    /// Its text.
    pub rego: &'static str,
}

/// Packs by name from files of the data folder.
macro_rules! packs {
    ($folder:literal: $($name:literal),* $(,)?) => {
        [$(Pack { name: $name, rego: include_str!(concat!("../data/policies/", $folder, $name, ".rego")) }),*]
    };
}

/// The packs that the platform brings, in the order in which their results are shown: law and standards first.
pub const SHIPPED: [Pack; 17] = packs!["":
    "gdpr",
    "hipaa",
    "pci-dss",
    "soc2",
    "iso27001",
    "fedramp",
    "ccpa",
    "eu-ai-act",
    "pii",
    "governance",
    "region",
    "tooling",
    "latency",
    "throughput",
    "availability",
    "budget",
    "operations",
];

/// What every pack may import.
pub const LIBRARY: [Pack; 2] = packs!["library/": "words", "parts"];

/// JSON Schema of the input that rules are judged against.
pub const INPUT_SCHEMA: &str = include_str!("../data/policies/input.schema.json");

/// Inputs to try a pack on: a list of `{name, input}`.
pub const EXAMPLES: &str = include_str!("../data/policies/examples.json");

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_pack() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies");
        let found = |folder: &Path| -> BTreeSet<String> {
            let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let packs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rego"));
            packs.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
        };
        let names = |packs: &[Pack]| packs.iter().map(|pack| pack.name.to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(names(&SHIPPED), found(&folder));
        assert_eq!(names(&LIBRARY), found(&folder.join("library")));
    }

    #[test]
    fn schema_and_examples_are_json() {
        assert!(serde_json::from_str::<serde_json::Value>(INPUT_SCHEMA).unwrap()["properties"].is_object());
        assert!(serde_json::from_str::<Vec<serde_json::Value>>(EXAMPLES).unwrap().len() >= 2);
    }
}
