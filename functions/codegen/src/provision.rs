//! From the plan's components to Terraform files.

use std::collections::{BTreeMap, BTreeSet};

use design::plan::Component;
use serde::Deserialize;

use crate::RenderError;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    alarms: Vec<String>,
    #[serde(default)]
    left: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceRule {
    words: Vec<String>,
    capability: Option<String>,
    files: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    file: BTreeMap<String, File>,
    pattern: BTreeMap<String, Vec<String>>,
    service: Vec<ServiceRule>,
}

/// One Terraform file of the plan and the components that it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Provisioned<'p> {
    /// Name of the template in `templates/terraform/services/`, without its ending.
    pub file: String,
    /// Components that asked for it; empty for what others only need.
    pub components: Vec<&'p Component>,
}

/// The infrastructure of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Infrastructure<'p> {
    /// The files, sorted by name.
    pub files: Vec<Provisioned<'p>>,
    /// Alarms that the files bring, in words.
    pub alarms: Vec<String>,
    /// What people must still do for what the files make, in words; said in the README.
    pub left: Vec<String>,
    /// Services that no template provides, in words; said in the README and on the card.
    pub missing: Vec<String>,
}

impl<'p> Infrastructure<'p> {
    /// The infrastructure of these components.
    ///
    /// # Errors
    /// When the data is broken.
    pub fn of(components: &'p [Component]) -> Result<Self, RenderError> {
        let rules = rules()?;
        let mut wanted: BTreeMap<String, Vec<&Component>> = BTreeMap::new();
        let mut missing = Vec::new();
        for component in components {
            for file in rules.files_of(component, &mut missing) {
                wanted.entry(file).or_default().push(component);
            }
        }
        let mut open: Vec<String> = wanted.keys().cloned().collect();
        // Steps of a state machine need somewhere to run: AWS Batch where the plan has it, otherwise SageMaker.
        if wanted.contains_key("pipeline_states") && !wanted.contains_key("batch") {
            wanted.entry("sagemaker_role".to_owned()).or_default();
        }
        while let Some(file) = open.pop() {
            let known = rules
                .file
                .get(&file)
                .ok_or_else(|| RenderError(format!("data/services.toml does not describe `{file}`")))?;
            for need in &known.needs {
                if !wanted.contains_key(need) {
                    wanted.insert(need.clone(), Vec::new());
                    open.push(need.clone());
                }
            }
        }
        let alarms = wanted
            .keys()
            .filter_map(|file| rules.file.get(file))
            .flat_map(|file| file.alarms.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let left = wanted
            .keys()
            .filter_map(|file| rules.file.get(file))
            .flat_map(|file| file.left.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let files = wanted.into_iter().map(|(file, components)| Provisioned { file, components }).collect();
        missing.sort();
        missing.dedup();
        Ok(Self { files, alarms, left, missing })
    }

    /// True when the plan has this file.
    pub fn has(&self, file: &str) -> bool {
        self.files.iter().any(|provisioned| provisioned.file == file)
    }
}

impl Rules {
    fn files_of(&self, component: &Component, missing: &mut Vec<String>) -> BTreeSet<String> {
        if let Some(files) = self.pattern.get(&component.pattern) {
            return files.iter().cloned().collect();
        }
        let mut files = BTreeSet::new();
        for service in &component.services {
            let words = service.to_lowercase();
            let rule = self.service.iter().find(|rule| {
                rule.words.iter().any(|word| words.contains(word.as_str()))
                    && rule.capability.as_deref().is_none_or(|capability| capability == component.capability.as_str())
            });
            match rule {
                Some(rule) => files.extend(rule.files.iter().cloned()),
                None => missing.push(format!("{service} ({})", component.name)),
            }
        }
        files
    }
}

fn rules() -> Result<Rules, RenderError> {
    toml::from_str(include_str!("../data/services.toml"))
        .map_err(|error| RenderError(format!("data/services.toml: {error}")))
}

#[cfg(test)]
mod tests {
    use design::plan::Capability;

    use super::*;

    fn component(capability: Capability, pattern: &str, services: &[&str]) -> Component {
        Component {
            capability,
            pattern: pattern.into(),
            name: pattern.into(),
            services: services.iter().map(|&service| service.to_owned()).collect(),
            sizing: BTreeMap::new(),
            max_per_second: None,
            latency_ms: 0.0,
            availability_percent: 99.9,
            rationale: String::new(),
            traces: Vec::new(),
        }
    }

    #[test]
    fn a_pattern_brings_what_it_needs() {
        let components = [component(Capability::Serve, "serve.ecs-fargate", &["Amazon ECS"])];
        let infrastructure = Infrastructure::of(&components).unwrap();
        assert!(infrastructure.has("ecs_service") && infrastructure.has("network"));
        assert!(!infrastructure.has("kinesis"));
        assert!(infrastructure.missing.is_empty());
    }

    #[test]
    fn an_unknown_pattern_goes_by_its_services_and_says_what_is_missing() {
        let components =
            [component(Capability::Ingest, "ingest.new", &["Amazon Kinesis Data Streams", "Quantum Ledger"])];
        let infrastructure = Infrastructure::of(&components).unwrap();
        assert!(infrastructure.has("kinesis"));
        assert_eq!(infrastructure.missing, ["Quantum Ledger (ingest.new)"]);
    }

    #[test]
    fn every_file_that_is_named_is_described_and_has_a_template() {
        let rules = rules().unwrap();
        let named = rules
            .pattern
            .values()
            .flatten()
            .chain(rules.service.iter().flat_map(|rule| &rule.files))
            .chain(rules.file.values().flat_map(|file| &file.needs))
            .chain(rules.file.keys());
        for file in named {
            assert!(rules.file.contains_key(file), "{file} is not described");
            let template = format!("terraform/services/{file}.tf.j2");
            assert!(crate::render::Templates::get(&template).is_some(), "{template} is not there");
        }
    }
}
