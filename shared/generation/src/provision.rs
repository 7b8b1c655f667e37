//! From the plan's components to Terraform files.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::Cloud,
    node::Node,
    plan::{Capability, Component, Network},
};
use knowledge::catalogue::Catalogue;
use run::{card::Risk, question::Priority};
use serde::Deserialize;

use crate::RenderError;

/// Who writes a file.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Owner {
    Ingestion,
    Features,
    Training,
    Inference,
    Monitoring,
    Learning,
    Shared,
}

impl Owner {
    fn node(self) -> Node {
        match self {
            Self::Ingestion => Node::ImplementIngestion,
            Self::Features => Node::ImplementFeatures,
            Self::Training => Node::ImplementTraining,
            Self::Inference => Node::ImplementInference,
            Self::Monitoring => Node::ImplementMonitoring,
            Self::Learning => Node::ImplementLearning,
            Self::Shared => Node::Codegen,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    owner: Owner,
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
pub struct Provisioned {
    /// Name of the file, and of its template in the owner's `templates/terraform/`, without the ending.
    pub file: String,
    /// Who writes it.
    pub owner: Node,
    /// Components that asked for it; empty for what others only need.
    pub components: Vec<Component>,
    /// What people must still do for it, in words.
    pub left: Vec<String>,
}

/// A service of the plan that no template provides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The service.
    pub service: String,
    /// Name of the component that has it.
    pub component: String,
    /// What the component is for.
    pub capability: Capability,
}

impl Missing {
    /// What it means for those who take over the repository.
    pub fn risk(&self) -> Risk {
        Risk {
            severity: Priority::High,
            text: format!("{self} has no Terraform template."),
            mitigation: "The README lists it: set it up by hand.".to_owned(),
        }
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.service, self.component)
    }
}

/// The infrastructure of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Infrastructure {
    /// The files, sorted by name.
    pub files: Vec<Provisioned>,
    /// Alarms that the files bring, in words.
    pub alarms: Vec<String>,
    /// Services that no template provides; said in the README and on the cards.
    pub missing: Vec<Missing>,
    /// Services that are called from the network through an interface endpoint, sorted; none without a network.
    pub endpoints: Vec<String>,
}

impl Infrastructure {
    /// The infrastructure of these components in the plan's network.
    ///
    /// # Errors
    /// When the data is broken.
    pub fn of(components: &[Component], network: Option<&Network>) -> Result<Self, RenderError> {
        let rules = rules()?;
        let mut wanted: BTreeMap<String, Vec<&Component>> = BTreeMap::new();
        let mut missing = Vec::new();
        for component in components {
            for file in rules.files_of(component, &mut missing) {
                wanted.entry(file).or_default().push(component);
            }
        }
        // A consumer needs a stream, also where the plan leaves open which.
        if wanted.contains_key("lambda_stream") && !wanted.contains_key("msk") {
            wanted.entry("kinesis".to_owned()).or_default();
        }
        if network.is_some_and(|network| network.private) && !wanted.is_empty() {
            wanted.entry("network".to_owned()).or_default();
        }
        let mut open: Vec<String> = wanted.keys().cloned().collect();
        // Steps of a state machine need somewhere to run: AWS Batch where the plan has it, otherwise SageMaker.
        if wanted.contains_key("pipeline_states") && !wanted.contains_key("batch") {
            wanted.entry("sagemaker_role".to_owned()).or_default();
        }
        while let Some(file) = open.pop() {
            let known = rules.of(&file)?;
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
        let mut files = Vec::with_capacity(wanted.len());
        for (file, components) in wanted {
            let known = rules.of(&file)?;
            let components = components.into_iter().cloned().collect();
            files.push(Provisioned { owner: known.owner.node(), left: known.left.clone(), file, components });
        }
        missing.sort();
        missing.dedup();
        let endpoints = if files.iter().any(|provisioned| provisioned.file == "network") {
            endpoints(network)?
        } else {
            Vec::new()
        };
        Ok(Self { files, alarms, missing, endpoints })
    }

    /// What people must still do for what the files make, in words, each once and sorted; said in the README.
    pub fn left(&self) -> Vec<String> {
        let left: BTreeSet<&String> = self.files.iter().flat_map(|file| &file.left).collect();
        left.into_iter().cloned().collect()
    }

    /// True when the plan has this file.
    pub fn has(&self, file: &str) -> bool {
        self.files.iter().any(|provisioned| provisioned.file == file)
    }
}

/// The endpoints of the plan's network; where the plan has none and a file needs one all the same, those of any network.
fn endpoints(network: Option<&Network>) -> Result<Vec<String>, RenderError> {
    if let Some(network) = network {
        return Ok(network.endpoints.clone());
    }
    let catalogue = Catalogue::embedded().map_err(|error| RenderError(error.to_string()))?;
    Ok(catalogue.networks.get(&Cloud::Aws).map(|fact| fact.endpoints.clone()).unwrap_or_default())
}

impl Rules {
    fn of(&self, file: &str) -> Result<&File, RenderError> {
        self.file.get(file).ok_or_else(|| RenderError(format!("data/services.toml does not describe `{file}`")))
    }

    fn files_of(&self, component: &Component, missing: &mut Vec<Missing>) -> BTreeSet<String> {
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
                None => missing.push(Missing {
                    service: service.clone(),
                    component: component.name.clone(),
                    capability: component.capability,
                }),
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
        let infrastructure = Infrastructure::of(&components, None).unwrap();
        assert!(infrastructure.has("ecs_service") && infrastructure.has("network"));
        assert!(!infrastructure.has("kinesis"));
        assert!(infrastructure.missing.is_empty());
    }

    #[test]
    fn an_unknown_pattern_goes_by_its_services_and_says_what_is_missing() {
        let components =
            [component(Capability::Ingest, "ingest.new", &["Amazon Kinesis Data Streams", "Quantum Ledger"])];
        let infrastructure = Infrastructure::of(&components, None).unwrap();
        assert!(infrastructure.has("kinesis"));
        let missing: Vec<String> = infrastructure.missing.iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["Quantum Ledger (ingest.new)"]);
    }

    #[test]
    fn a_private_plan_has_the_network_that_was_priced() {
        let components = [
            component(Capability::Serve, "serve.bedrock-nova-lite", &["Amazon Bedrock"]),
            component(Capability::Govern, "govern.sagemaker-registry", &[]),
        ];
        let open = Infrastructure::of(&components, None).unwrap();
        assert!(!open.has("network") && open.endpoints.is_empty());
        let network = Network { private: true, zones: 1, endpoints: vec!["logs".to_owned(), "sts".to_owned()] };
        let private = Infrastructure::of(&components, Some(&network)).unwrap();
        assert!(private.has("network"));
        assert_eq!(private.endpoints, network.endpoints);
    }

    #[test]
    fn the_catalogue_knows_who_runs_in_a_network() {
        let catalogue = Catalogue::embedded().unwrap();
        for pattern in catalogue.patterns.iter().filter(|pattern| pattern.cloud == Cloud::Aws) {
            let own = component(pattern.capability, &pattern.id, &[]);
            assert_eq!(
                Infrastructure::of(&[own], None).unwrap().has("network"),
                pattern.network.is_some(),
                "{}",
                pattern.id
            );
        }
    }

    #[test]
    fn every_file_that_is_named_is_described() {
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
        }
    }
}
