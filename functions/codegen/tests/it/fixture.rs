//! Plans as files: the planner's crate is another function, so this one keeps its own.

use std::{collections::BTreeMap, fs, path::PathBuf};

use codegen::Repository;
use design::{constraint::ConstraintSet, plan::PlanDecision};

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

impl Fixture {
    /// The repository of the plan.
    pub fn generate(&self) -> Repository {
        codegen::generate(&self.title, &self.requirement, &self.constraints, self.plan.selected().unwrap(), None)
            .unwrap()
    }
}

/// All fixtures by name.
pub fn all() -> BTreeMap<String, Fixture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let fixture = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fixture)
        })
        .collect()
}

/// One fixture.
pub fn one(name: &str) -> Fixture {
    all().remove(name).unwrap()
}
