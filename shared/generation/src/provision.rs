//! From the plan's components to the parts of its infrastructure, and what they are written in.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{Cloud, Tooling},
    node::Node,
    plan::{Capability, Component, Network},
};
use knowledge::catalogue::Catalogue;
use run::{card::Risk, question::Priority};
use serde::{Deserialize, Serialize};

use crate::{Embedded, RenderError};

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
    #[serde(default)]
    fill_in: Vec<FillIn>,
    /// Why there is no CloudFormation template of it; `None` where there is one.
    terraform_only: Option<String>,
}

/// A setting without a default: nothing can be deployed before people have filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FillIn {
    /// Its name: as Terraform spells it in the data, as the plan's language does in a site.
    pub name: String,
    /// What it is, in words that follow its name.
    pub words: String,
    /// A value of the right shape, as Terraform writes it.
    pub example: String,
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

/// What the infrastructure is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Iac {
    /// Terraform: a file per part in one folder.
    Terraform,
    /// AWS CloudFormation: a template per writer, deployed one after the other.
    CloudFormation,
}

impl Iac {
    /// The first that is wanted; otherwise the first that is not excluded.
    pub fn wanted(tooling: Option<&Tooling>) -> Self {
        let Some(tooling) = tooling else { return Self::Terraform };
        let wanted = tooling.preferred.iter().find_map(|tool| Self::named(tool));
        let excluded: Vec<Self> = tooling.excluded.iter().filter_map(|tool| Self::named(tool)).collect();
        let default = [Self::Terraform, Self::CloudFormation].into_iter().find(|iac| !excluded.contains(iac));
        wanted.filter(|iac| !excluded.contains(iac)).or(default).unwrap_or(Self::Terraform)
    }

    /// What a tool of the vocabulary means. The CDK and SAM make CloudFormation of what people write.
    fn named(tool: &str) -> Option<Self> {
        match tool {
            "terraform" => Some(Self::Terraform),
            "cloudformation" | "cdk" | "aws_sam" => Some(Self::CloudFormation),
            _ => None,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::CloudFormation => "CloudFormation",
        }
    }

    /// The folder of the infrastructure, with a slash at its end.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Terraform => "terraform/",
            Self::CloudFormation => "infra/cloudformation/",
        }
    }

    /// A sentence of `data/services.toml` in this language's names: variables are `snake_case` in Terraform and parameters
    /// `PascalCase` in CloudFormation, and files are where this language keeps them.
    pub fn words(self, text: &str) -> String {
        if self == Self::Terraform {
            return text.to_owned();
        }
        let named = |name: &str| -> String {
            let part = name.strip_prefix("terraform/").and_then(|file| file.strip_suffix(".tf"));
            let owner = part.and_then(|part| rules().ok()?.file.get(part).map(|file| file.owner.node()));
            if let (Some(part), Some(owner)) = (part, owner) {
                return self.file(part, owner);
            }
            let is_variable = name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if is_variable { pascal(name) } else { name.to_owned() }
        };
        let parts: Vec<String> = text
            .split('`')
            .enumerate()
            .map(|(number, part)| if number % 2 == 1 { named(part) } else { part.to_owned() })
            .collect();
        parts.join("`")
    }

    /// The file that holds a part which a writer owns.
    pub fn file(self, part: &str, owner: Node) -> String {
        match self {
            Self::Terraform => format!("terraform/{part}.tf"),
            Self::CloudFormation => format!("{}{}.yaml", self.folder(), stack(owner)),
        }
    }
}

/// A name of words that are joined by `_`, as CloudFormation writes it.
pub(crate) fn pascal(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').filter(|part| !part.is_empty()).map(word).collect()
}

/// Writers of stacks in the order that they are deployed in: each finds there what it imports.
pub const STACKS: [Node; 7] = [
    Node::Codegen,
    Node::ImplementIngestion,
    Node::ImplementTraining,
    Node::ImplementFeatures,
    Node::ImplementInference,
    Node::ImplementLearning,
    Node::ImplementMonitoring,
];

/// The name of the stack that a node writes.
pub fn stack(owner: Node) -> &'static str {
    match owner {
        Node::Codegen => "foundation",
        other => other.as_str().trim_start_matches("implement_"),
    }
}

/// One part of the plan's infrastructure and the components that it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Provisioned {
    /// Name of the part: of its templates in the owner's `templates/terraform/` and `templates/cloudformation/`, without
    /// the ending.
    pub file: String,
    /// Who writes it.
    pub owner: Node,
    /// Components that asked for it; empty for what others only need.
    pub components: Vec<Component>,
    /// What people must still do for it, in words.
    pub left: Vec<String>,
    /// Why there is no CloudFormation template of it; `None` where there is one.
    pub terraform_only: Option<String>,
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
            text: format!("{self} has no template."),
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
        // What checks the data is the first step of whatever learns from it: a machine of its own would do the same twice.
        let learning = ["pipeline_states", "sagemaker_training"].into_iter().find(|part| wanted.contains_key(*part));
        if let Some(learning) = learning
            && let Some(checking) = wanted.remove("sagemaker_processing")
        {
            wanted.entry(learning.to_owned()).or_default().extend(checking);
            wanted.entry("sagemaker_role".to_owned()).or_default();
        }
        // SageMaker's pipeline builds the index itself; otherwise a step of the state machine does, as a task of its own.
        if wanted.contains_key("sagemaker_training")
            && let Some(embedding) = wanted.remove("ecs_embeddings")
        {
            wanted.entry("sagemaker_training".to_owned()).or_default().extend(embedding);
        }
        if network.is_some_and(|network| network.private) && !wanted.is_empty() {
            wanted.entry("network".to_owned()).or_default();
        }
        // Steps of a state machine need somewhere to run: AWS Batch where the plan has it, otherwise SageMaker.
        if wanted.contains_key("pipeline_states") && !wanted.contains_key("batch") {
            wanted.entry("sagemaker_role".to_owned()).or_default();
        }
        let mut open: Vec<String> = wanted.keys().cloned().collect();
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
            files.push(Provisioned {
                owner: known.owner.node(),
                left: known.left.clone(),
                terraform_only: known.terraform_only.clone(),
                file,
                components,
            });
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

    /// Why it is not written in CloudFormation although that was asked for: each part without a template, and the reason.
    /// Empty where every part has one.
    pub fn terraform_only(&self) -> Vec<String> {
        let reason = |file: &Provisioned| Some(format!("`{}`: {}", file.file, file.terraform_only.as_ref()?));
        self.files.iter().filter_map(reason).collect()
    }

    /// What people fill in before the first deployment, in the order of the files that need it.
    ///
    /// # Errors
    /// When the data is broken.
    pub fn fill_in(&self, iac: Iac) -> Result<Vec<FillIn>, RenderError> {
        let rules = rules()?;
        let mut wanted = Vec::new();
        for provisioned in &self.files {
            for setting in &rules.of(&provisioned.file)?.fill_in {
                let name = match iac {
                    Iac::Terraform => setting.name.clone(),
                    Iac::CloudFormation => pascal(&setting.name),
                };
                wanted.push(FillIn { name, ..setting.clone() });
            }
        }
        Ok(wanted)
    }

    /// True when the plan has this file.
    pub fn has(&self, file: &str) -> bool {
        self.files.iter().any(|provisioned| provisioned.file == file)
    }

    /// True when something of it starts the scoring of a day's files.
    pub fn starts_scoring(&self) -> bool {
        ["batch_scoring", "lambda_batch", "sagemaker_batch_transform"].iter().any(|file| self.has(file))
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

fn rules() -> Result<&'static Rules, RenderError> {
    static RULES: Embedded<Rules> = Embedded::new("data/services.toml", include_str!("../data/services.toml"));
    RULES.get()
}

#[cfg(test)]
mod tests {
    use design::plan::Capability;

    use super::*;
    use crate::fixture::component;

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
    fn the_language_is_the_one_that_is_wanted_and_not_one_that_is_excluded() {
        let of = |preferred: &[&str], excluded: &[&str]| {
            let all = |tools: &[&str]| tools.iter().map(|&tool| tool.to_owned()).collect();
            Iac::wanted(Some(&Tooling { preferred: all(preferred), excluded: all(excluded) }))
        };
        assert_eq!(Iac::wanted(None), Iac::Terraform);
        assert_eq!(of(&["pytorch"], &["pulumi"]), Iac::Terraform);
        assert_eq!(of(&["cloudformation"], &[]), Iac::CloudFormation);
        assert_eq!(of(&["cdk"], &[]), Iac::CloudFormation);
        assert_eq!(of(&["cloudformation", "terraform"], &[]), Iac::CloudFormation, "the first");
        assert_eq!(of(&[], &["terraform"]), Iac::CloudFormation);
        assert_eq!(of(&["terraform"], &["cloudformation"]), Iac::Terraform);
        assert_eq!(of(&[], &["cdk"]), Iac::Terraform);
        assert_eq!(of(&[], &["terraform", "cloudformation"]), Iac::Terraform, "something has to write it");
    }

    #[test]
    fn sentences_name_parameters_and_files_of_their_language() {
        let text = "Set `certificate_arn`; see `terraform/aurora.tf`, `edge.py`, `raw/` and `failed`.";
        assert_eq!(Iac::Terraform.words(text), text);
        assert_eq!(
            Iac::CloudFormation.words(text),
            "Set `CertificateArn`; see `infra/cloudformation/ingestion.yaml`, `edge.py`, `raw/` and `failed`."
        );
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
    fn the_data_is_checked_by_the_first_step_of_the_learning_or_by_a_machine_of_its_own() {
        let checking = component(Capability::Transform, "transform.sagemaker-processing", &[]);
        let landing = component(Capability::Ingest, "ingest.s3-batch-landing", &[]);
        let both = Infrastructure::of(&[landing, checking.clone()], None).unwrap();
        assert!(both.has("pipeline_states") && both.has("sagemaker_role") && !both.has("sagemaker_processing"));
        let pipeline = both.files.iter().find(|file| file.file == "pipeline_states").unwrap();
        assert!(pipeline.components.contains(&checking), "who looks for the component finds it there");
        let alone = Infrastructure::of(&[checking], None).unwrap();
        assert!(alone.has("sagemaker_processing") && !alone.has("pipeline_states"));
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
