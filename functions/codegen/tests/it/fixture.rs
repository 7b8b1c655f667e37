//! Plans as files: the planner's crate is another function, so this one keeps its own.

use std::{collections::BTreeMap, fs, path::PathBuf};

use design::{
    constraint::{Cloud, ConstraintSet, Source, Stated, Tooling},
    cost::CostEstimate,
    plan::{Candidate, Capability, Component, PlanDecision},
};
use estimate::{
    assessment::{cost, parts_of},
    network::{self, PricedNetwork},
    workload::Workload,
};
use generation::{Blueprint, Iac, Implementer, SourceFile, Subject, write};
use knowledge::{catalogue::Catalogue, pattern::Pattern};

/// A plan and what was asked.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Fixture {
    /// Title of the run.
    pub title: String,
    /// The requirement.
    pub requirement: String,
    /// The constraints.
    pub constraints: ConstraintSet,
    /// The plan.
    pub plan: PlanDecision,
}

/// The repository of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its files, sorted by path.
    pub files: Vec<SourceFile>,
    /// Services of the plan that no template provides.
    pub missing: Vec<String>,
}

impl Fixture {
    /// The plan's network with its price, as the planner finds it: tests change the data and the parts.
    pub fn network(&self) -> Option<PricedNetwork> {
        let catalogue = Catalogue::embedded().unwrap();
        let workload = Workload::of(&self.constraints, catalogue);
        let patterns = self.plan.selected().unwrap().components.iter().map(|component| component.pattern.as_str());
        let parts = parts_of(patterns.filter(|id| catalogue.pattern(id).is_some()), &workload, catalogue).unwrap();
        network::of(&parts.iter().collect::<Vec<_>>(), &workload, catalogue)
    }

    /// What the plan costs, as the planner works it out.
    pub fn cost(&self) -> CostEstimate {
        let catalogue = Catalogue::embedded().unwrap();
        let workload = Workload::of(&self.constraints, catalogue);
        let patterns = self.plan.selected().unwrap().components.iter().map(|component| component.pattern.as_str());
        let parts = parts_of(patterns.filter(|id| catalogue.pattern(id).is_some()), &workload, catalogue).unwrap();
        cost(&parts.iter().collect::<Vec<_>>(), &workload, catalogue)
    }

    /// The same plan with tools that are wanted and tools that are not.
    #[must_use]
    pub fn with_tools(mut self, preferred: &[&str], excluded: &[&str]) -> Self {
        let names = |tools: &[&str]| tools.iter().map(|&tool| tool.to_owned()).collect();
        self.constraints.tooling = Some(Stated {
            value: Tooling { preferred: names(preferred), excluded: names(excluded) },
            confidence: 0.9,
            source: Source::Text,
            evidence: Vec::new(),
            derivation: None,
        });
        self
    }

    /// The blueprint of the plan.
    pub fn blueprint(&self) -> Blueprint {
        let network = self.network().map(|priced| priced.network);
        let subject = Subject {
            title: &self.title,
            requirement: &self.requirement,
            constraints: &self.constraints,
            candidate: &Candidate { network, ..self.plan.selected().unwrap().clone() },
            cost: None,
        };
        Blueprint::of(&subject).unwrap()
    }

    /// The repository of the plan: the parts of all, joined.
    pub fn generate(&self) -> Repository {
        let blueprint = self.blueprint();
        let mut files = codegen::shared_files(&blueprint).unwrap();
        files.extend(part(&implement_ingestion::Ingestion, &blueprint));
        files.extend(part(&implement_features::Features, &blueprint));
        files.extend(part(&implement_training::Training, &blueprint));
        files.extend(part(&implement_inference::Inference, &blueprint));
        files.extend(part(&implement_monitoring::Monitoring, &blueprint));
        files.extend(part(&implement_learning::Learning, &blueprint));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let missing = blueprint.infrastructure.missing.iter().map(ToString::to_string).collect();
        Repository { files, missing }
    }
}

fn part<I: Implementer>(implementer: &I, blueprint: &Blueprint) -> Vec<SourceFile> {
    write(implementer, blueprint).unwrap()
}

/// All fixtures by name.
pub fn all() -> BTreeMap<String, Fixture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let fixture: Fixture = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fixture)
        })
        .collect()
}

/// Those of the fixtures whose infrastructure is written in a language.
pub fn written_in(iac: Iac) -> impl Iterator<Item = (String, Fixture)> {
    all().into_iter().filter(move |(_, fixture)| fixture.blueprint().site.iac == iac)
}

/// One fixture.
pub fn one(name: &str) -> Fixture {
    all().remove(name).unwrap()
}

/// The fixtures with plans of the first pattern of each capability on other clouds.
pub fn elsewhere() -> BTreeMap<String, Fixture> {
    let catalogue = Catalogue::embedded().unwrap();
    let mut fixtures = BTreeMap::new();
    for cloud in [Cloud::Gcp, Cloud::Azure] {
        for (name, mut fixture) in written_in(Iac::Terraform) {
            let of = |capability: Capability| {
                let suits = |pattern: &&Pattern| pattern.cloud == cloud && pattern.capability == capability;
                catalogue.patterns.iter().find(suits).map(|pattern| component(pattern, None))
            };
            let candidate = &mut fixture.plan.candidates[0];
            candidate.summary = "One part of each kind.".to_owned();
            candidate.components = Capability::ALL.into_iter().filter_map(of).collect();
            assert_eq!(candidate.components.len(), Capability::ALL.len(), "{cloud:?} lacks a capability");
            fixtures.insert(format!("{name}-{}", format!("{cloud:?}").to_lowercase()), fixture);
        }
    }
    fixtures
}

/// A component of a pattern.
pub fn component(pattern: &Pattern, machine: Option<&String>) -> Component {
    let mut sizing = BTreeMap::from([("instance_count".to_owned(), "3".to_owned())]);
    if let Some(machine) = machine {
        sizing.insert("instance_type".to_owned(), machine.clone());
    }
    Component {
        capability: pattern.capability,
        pattern: pattern.id.clone(),
        name: pattern.name.clone(),
        services: pattern.services.clone(),
        sizing,
        max_per_second: Some(90.0),
        latency_ms: 10.0,
        availability_percent: 99.9,
        rationale: pattern.summary.clone(),
        traces: Vec::new(),
    }
}
