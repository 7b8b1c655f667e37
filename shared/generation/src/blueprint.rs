//! The plan as those who implement it need it.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{Cloud, ConstraintSet, Retraining},
    cost::CostReview,
    node::Node,
    plan::{Candidate, Capability, Component},
};
use knowledge::stream;
use minijinja::Value;

use crate::{
    RenderError, Site,
    provision::{Iac, Infrastructure, Provisioned, STACKS, stack},
    site::{cloud_of, is_online},
    task::Family,
    words,
};

/// What a blueprint is made of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Title of the run.
    pub title: &'a str,
    /// The requirement's text.
    pub requirement: &'a str,
    /// What is asked.
    pub constraints: &'a ConstraintSet,
    /// The design that is to be implemented.
    pub candidate: &'a Candidate,
    /// Its price, where it was reviewed.
    pub cost: Option<&'a CostReview>,
}

/// A file that is to be written.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Path from the repository's root.
    pub path: String,
    /// Its template.
    pub template: String,
    /// What it is for.
    pub purpose: String,
    /// Patterns that it implements; empty for shared parts.
    pub patterns: Vec<String>,
    /// What its template is given besides the site, by names that the site does not have.
    pub context: BTreeMap<&'static str, Value>,
    /// Parts that are joined into one CloudFormation template; `template` then declares what they share.
    pub fragments: Vec<Fragment>,
}

/// A part of a CloudFormation template.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// Its template.
    pub template: String,
    /// What the template is given besides the site.
    pub context: BTreeMap<&'static str, Value>,
}

impl Fragment {
    /// A part that every repository has.
    pub fn base(name: &str) -> Self {
        Self { template: format!("cloudformation/{name}.yaml.j2"), context: BTreeMap::new() }
    }
}

impl Wanted {
    /// A file with nothing special in its context.
    pub fn new(
        path: impl Into<String>,
        template: impl Into<String>,
        purpose: impl Into<String>,
        patterns: Vec<String>,
    ) -> Self {
        Self {
            path: path.into(),
            template: template.into(),
            purpose: purpose.into(),
            patterns,
            context: BTreeMap::new(),
            fragments: Vec::new(),
        }
    }

    /// The same file with something more in its context.
    #[must_use]
    pub fn given(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.context.insert(name, value.into());
        self
    }
}

/// The plan in the words of the repository, with its infrastructure: the same for everyone who writes a part.
#[derive(Debug)]
pub struct Blueprint {
    /// What templates are given.
    pub site: Site,
    /// Parts of the infrastructure and who asked for them.
    pub infrastructure: Infrastructure,
    /// The plan's parts.
    pub components: Vec<Component>,
}

impl Blueprint {
    /// The blueprint of a plan.
    ///
    /// # Errors
    /// When the crate's own data is broken.
    pub fn of(subject: &Subject<'_>) -> Result<Self, RenderError> {
        let network = subject.candidate.network.as_ref();
        let components = with_learning(with_stream_consumer(subject.candidate), subject.constraints)?;
        let infrastructure = Infrastructure::of(&with_feature_table(components, subject.constraints)?, network)?;
        let site = Site::of(subject, &infrastructure)?;
        Ok(Self { site, infrastructure, components: subject.candidate.components.clone() })
    }

    /// Ids of the plan's patterns of a capability.
    pub fn patterns(&self, capability: Capability) -> Vec<String> {
        self.components
            .iter()
            .filter(|component| component.capability == capability)
            .map(|component| component.pattern.clone())
            .collect()
    }

    /// The patterns of what keeps the index of passages; none where the model's file does.
    pub fn index_patterns(&self) -> Vec<String> {
        let files = self.infrastructure.files.iter().filter(|file| file.file == self.site.vector_store);
        files.flat_map(|file| &file.components).map(|component| component.pattern.clone()).collect()
    }

    /// The patterns of what keeps files: all that keep anything, without the index of passages.
    pub fn file_patterns(&self) -> Vec<String> {
        let index = self.index_patterns();
        self.patterns(Capability::Store).into_iter().filter(|pattern| !index.contains(pattern)).collect()
    }

    /// A module of the repository's own package.
    pub fn module(&self, name: &str, template: &str, purpose: &str, capability: Option<Capability>) -> Wanted {
        let path = format!("src/{}/{name}.py", self.site.package);
        Wanted::new(path, template, purpose, capability.map(|of| self.patterns(of)).unwrap_or_default())
    }

    /// A file of tests.
    pub fn test(&self, name: &str, purpose: &str) -> Wanted {
        Wanted::new(format!("tests/{name}.py"), format!("tests/{name}.py.j2"), purpose, Vec::new())
    }

    /// The files of the infrastructure that a writer owns: one per part in Terraform, one for all parts in
    /// CloudFormation, and none where no infrastructure is generated. `base` are the parts that every stack of the writer
    /// has; in Terraform they are files of their own.
    pub fn provisions(&self, owner: Node, base: &[&str]) -> Vec<Wanted> {
        if !self.site.aws {
            return Vec::new();
        }
        let own = self.infrastructure.files.iter().filter(|provisioned| provisioned.owner == owner);
        match self.site.iac {
            Iac::Terraform => own.map(|provisioned| self.provision(provisioned)).collect(),
            Iac::CloudFormation => {
                let parts: Vec<Wanted> = own.map(|provisioned| self.provision(provisioned)).collect();
                let patterns: BTreeSet<String> = parts.iter().flat_map(|part| part.patterns.iter().cloned()).collect();
                let fragments: Vec<Fragment> = base
                    .iter()
                    .copied()
                    .map(Fragment::base)
                    .chain(parts.into_iter().map(|part| Fragment { template: part.template, context: part.context }))
                    .collect();
                if fragments.is_empty() {
                    return Vec::new();
                }
                let mut whole = Wanted::new(
                    Iac::CloudFormation.file("", owner),
                    "cloudformation/shared.yaml.j2",
                    format!("Infrastructure: {}", stack(owner)),
                    patterns.into_iter().collect(),
                );
                whole.fragments = fragments;
                vec![whole]
            }
        }
    }

    /// Names of the stacks of the repository, in the order that they are deployed in.
    pub fn stacks(&self) -> Vec<&'static str> {
        let is_there = |owner: &Node| {
            *owner == Node::Codegen || self.infrastructure.files.iter().any(|provisioned| provisioned.owner == *owner)
        };
        STACKS.into_iter().filter(is_there).map(stack).collect()
    }

    fn provision(&self, provisioned: &Provisioned) -> Wanted {
        let file = &provisioned.file;
        // A consumer that was added for the stream is no part of the plan.
        let in_plan = |pattern: &str| self.components.iter().any(|own| own.pattern == pattern);
        let patterns: Vec<String> = provisioned
            .components
            .iter()
            .map(|component| match component.pattern.as_str() {
                FEAST | LATEST => ONLINE_FEATURES.to_owned(),
                other => other.to_owned(),
            })
            .filter(|pattern| in_plan(pattern))
            .collect();
        let why = if provisioned.components.is_empty() {
            "Needed by other parts.".to_owned()
        } else {
            let names: Vec<String> =
                provisioned.components.iter().map(|component| words::comment(&component.name)).collect();
            words::comment(&format!("{}.", names.join("; ")))
        };
        let sizing = provisioned.components.first().map(|component| component.sizing.clone()).unwrap_or_default();
        let template = match self.site.iac {
            Iac::Terraform => format!("terraform/{file}.tf.j2"),
            Iac::CloudFormation => format!("cloudformation/{file}.yaml.j2"),
        };
        Wanted::new(
            self.site.iac.file(file, provisioned.owner),
            template,
            format!("Infrastructure: {}", file.replace('_', " ")),
            patterns,
        )
        .given("why", why)
        .given("sizing", sizing)
    }
}

/// A rhythm that nothing keeps would be forgotten: where the model is to learn again by itself and no part of the plan
/// starts that, there is a state machine that does.
fn with_learning(mut components: Vec<Component>, constraints: &ConstraintSet) -> Result<Vec<Component>, RenderError> {
    let rhythm = constraints.retraining.as_ref().map(|stated| stated.value);
    let plan = Infrastructure::of(&components, None)?;
    // A task that builds an index is a step of the machine, also where a person starts it.
    let is_by_itself = rhythm.is_some_and(|rhythm| rhythm != Retraining::Manual) || plan.has("ecs_embeddings");
    let is_started = plan.has("pipeline_states") || plan.has("sagemaker_training");
    let is_here = cloud_of(&components)? == Cloud::Aws;
    if let (true, false, Some(first)) = (is_by_itself && is_here, is_started, components.first()) {
        components.push(Component {
            capability: Capability::Train,
            pattern: LEARNING.to_owned(),
            name: "The model learns again".to_owned(),
            services: vec!["AWS Step Functions".to_owned()],
            sizing: BTreeMap::new(),
            ..first.clone()
        });
    }
    Ok(components)
}

/// What the table of online features is for. Where records are rows of named features, Feast keeps them, in the shape that it
/// reads and writes. Where a record carries its own past, the table has the latest of each key, which a request may leave
/// out. Nobody would read any other table, so that none is made.
fn with_feature_table(
    mut components: Vec<Component>,
    constraints: &ConstraintSet,
) -> Result<Vec<Component>, RenderError> {
    let table = match Family::of(constraints) {
        Family::Tabular(_) => Some(FEAST),
        Family::Forecasting | Family::Recommendation if is_online(&components, constraints)? => Some(LATEST),
        Family::Forecasting
        | Family::Recommendation
        | Family::Vision
        | Family::Nlp
        | Family::Rag
        | Family::FineTuning(_) => None,
    };
    if let Some(table) = table {
        for component in components.iter_mut().filter(|component| component.pattern == ONLINE_FEATURES) {
            component.pattern = table.to_owned();
        }
    }
    Ok(components)
}

/// The catalogue's pattern of features in DynamoDB and the lake.
pub(crate) const ONLINE_FEATURES: &str = "feature.dynamodb-online";

/// The pattern of the same in Feast, which no plan names.
const FEAST: &str = "feature.feast";

/// The pattern of the latest of each key, which no plan names.
const LATEST: &str = "feature.latest";

/// The pattern of a state machine that no plan names.
const LEARNING: &str = "train.again";

/// A stream that nobody reads would be thrown away: where the plan has a stream and no consumer, there is one.
fn with_stream_consumer(candidate: &Candidate) -> Vec<Component> {
    let mut components = candidate.components.clone();
    let is_stream =
        |component: &&Component| component.capability == Capability::Ingest && stream::is_stream(&component.services);
    let stream = components.iter().find(is_stream);
    let consumed = components.iter().any(|component| component.pattern == stream::CONSUMER);
    if let (Some(stream), false) = (stream, consumed) {
        let consumer = Component {
            pattern: stream::CONSUMER.to_owned(),
            sizing: BTreeMap::new(),
            rationale: format!("Reads the stream of {}.", stream.pattern),
            ..stream.clone()
        };
        components.push(consumer);
    }
    components
}
