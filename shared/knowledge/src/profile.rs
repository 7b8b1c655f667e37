//! What a use case usually asks of a system, where the requirement does not say it.

use std::collections::BTreeMap;

use design::{
    constraint::{Deployment, Retraining, UseCase, WorkloadType},
    plan::Capability,
};
use serde::Deserialize;

use crate::{
    catalogue::{CatalogueError, parse},
    pattern::wire_name,
};

/// Usual demands of a use case; the data file explains each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is explained at the top of data/workloads.toml")]
pub struct Profile {
    pub deployment: Deployment,
    pub average_per_second: f64,
    pub payload_kb: f64,
    pub model_ms: f64,
    pub model_gpu_ms: f64,
    pub needs_gpu: f64,
    pub gpu_slots: f64,
    pub model_gb: f64,
    pub memory_gb: f64,
    pub tokens_in: f64,
    pub tokens_out: f64,
    pub stored_gb: f64,
    pub daily_gb_share: f64,
    pub train_vcpu_hours: f64,
    pub train_vcpu_hours_per_gb: f64,
    pub train_gpu_hours: f64,
    pub train_gpu_hours_per_gb: f64,
    pub train_gb_max: f64,
    pub needs_gpu_train: f64,
    pub retraining: Retraining,
    pub devices: f64,
    pub requires: Vec<String>,
}

/// What families of models need where one of them is named; the data file explains each value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFact {
    /// What they are called together.
    pub name: String,
    /// The families, as intake names them.
    pub families: Vec<String>,
    /// True when the values are the least that is needed.
    #[serde(default)]
    at_least: bool,
    model_ms: Option<f64>,
    model_gpu_ms: Option<f64>,
    needs_gpu: Option<f64>,
    model_gb: Option<f64>,
    memory_gb: Option<f64>,
    train_vcpu_hours: Option<f64>,
    train_vcpu_hours_per_gb: Option<f64>,
    train_gpu_hours: Option<f64>,
    train_gpu_hours_per_gb: Option<f64>,
    needs_gpu_train: Option<f64>,
}

impl ModelFact {
    /// The profile with what these models need.
    fn applied(&self, mut profile: Profile) -> Profile {
        let put = |own: &mut f64, value: Option<f64>| {
            if let Some(value) = value {
                *own = if self.at_least { own.max(value) } else { value };
            }
        };
        put(&mut profile.model_ms, self.model_ms);
        put(&mut profile.model_gpu_ms, self.model_gpu_ms);
        put(&mut profile.needs_gpu, self.needs_gpu);
        put(&mut profile.model_gb, self.model_gb);
        put(&mut profile.memory_gb, self.memory_gb);
        put(&mut profile.train_vcpu_hours, self.train_vcpu_hours);
        put(&mut profile.train_vcpu_hours_per_gb, self.train_vcpu_hours_per_gb);
        put(&mut profile.train_gpu_hours, self.train_gpu_hours);
        put(&mut profile.train_gpu_hours_per_gb, self.train_gpu_hours_per_gb);
        put(&mut profile.needs_gpu_train, self.needs_gpu_train);
        profile
    }
}

/// What a kind of work asks of the parts of a capability.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkFact {
    /// The kind of work.
    pub kind: WorkloadType,
    /// Which parts it is about.
    pub capability: Capability,
    /// Tags of which one is enough.
    pub provides: Vec<String>,
    /// How well a part without them suits, 0 to 1.
    pub without: f64,
}

/// All profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles {
    default: Profile,
    models: Vec<ModelFact>,
    work: Vec<WorkFact>,
    use_cases: BTreeMap<String, Profile>,
    peak_factor: BTreeMap<String, f64>,
    runs_per_month: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    default: toml::Table,
    use_case: BTreeMap<String, toml::Table>,
    model: Vec<ModelFact>,
    work: Vec<WorkFact>,
    peak_factor: BTreeMap<String, f64>,
    runs_per_month: BTreeMap<String, f64>,
}

impl Profiles {
    pub(crate) fn read() -> Result<Self, CatalogueError> {
        let wrong = |error: toml::de::Error| CatalogueError { file: "workloads.toml", problem: error.to_string() };
        let file: ProfileFile = parse("workloads.toml", include_str!("../data/workloads.toml"))?;
        let use_cases = file
            .use_case
            .into_iter()
            .map(|(name, own)| {
                // A use case says only what is special about it.
                let mut merged = file.default.clone();
                merged.extend(own);
                Ok((name, merged.try_into().map_err(wrong)?))
            })
            .collect::<Result<_, CatalogueError>>()?;
        Ok(Self {
            default: file.default.try_into().map_err(wrong)?,
            use_cases,
            models: file.model,
            work: file.work,
            peak_factor: file.peak_factor,
            runs_per_month: file.runs_per_month,
        })
    }

    /// The profile of a use case, or the general one.
    pub fn of(&self, use_case: Option<UseCase>) -> &Profile {
        use_case.and_then(|use_case| self.use_cases.get(&wire_name(use_case))).unwrap_or(&self.default)
    }

    /// The profile of a use case with what the named families of models need, and the row that says it. What always runs a
    /// language model needs more than any family that is named beside it.
    pub fn with_models(&self, use_case: Option<UseCase>, families: &[String]) -> (Profile, Option<&ModelFact>) {
        let profile = self.of(use_case).clone();
        let own = profile.requires.iter().any(|tag| tag == "language-model");
        let row = self.models.iter().rfind(|row| !own && row.families.iter().any(|family| families.contains(family)));
        match row {
            Some(row) => (row.applied(profile), Some(row)),
            None => (profile, None),
        }
    }

    /// What the kinds of work ask of the parts.
    pub fn asked_by<'a>(&'a self, kinds: &'a [WorkloadType]) -> impl Iterator<Item = &'a WorkFact> {
        self.work.iter().filter(|fact| kinds.contains(&fact.kind))
    }

    /// Peak over average where only the average is known.
    pub fn peak_factor(&self, deployment: Deployment) -> f64 {
        self.peak_factor.get(&wire_name(deployment)).copied().unwrap_or(1.0)
    }

    /// Training runs per month.
    pub fn runs_per_month(&self, retraining: Retraining) -> f64 {
        self.runs_per_month.get(&wire_name(retraining)).copied().unwrap_or(1.0)
    }

    /// Every tag that some use case requires.
    pub fn all_requirements(&self) -> impl Iterator<Item = &str> {
        self.use_cases.values().flat_map(|profile| profile.requires.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use design::constraint::Cloud;

    use crate::{catalogue::Catalogue, lexicon::concepts};

    use super::*;

    #[test]
    fn every_use_case_has_its_own_profile() {
        let profiles = &Catalogue::embedded().unwrap().profiles;
        let all = [
            UseCase::TabularScoring,
            UseCase::FraudDetection,
            UseCase::StreamingAnomaly,
            UseCase::Recommender,
            UseCase::Forecasting,
            UseCase::ComputerVision,
            UseCase::DocumentProcessing,
            UseCase::RetrievalAugmentedGeneration,
            UseCase::FineTuning,
            UseCase::ExperimentationPlatform,
        ];
        for use_case in all {
            assert_ne!(profiles.of(Some(use_case)), profiles.of(None), "{use_case:?}");
        }
        assert_eq!(profiles.use_cases.len(), all.len());
        assert!(profiles.runs_per_month(Retraining::Hourly) > profiles.runs_per_month(Retraining::Daily));
    }

    #[test]
    fn a_named_model_needs_what_it_needs_whatever_the_use_case_usually_has() {
        let profiles = &Catalogue::embedded().unwrap().profiles;
        let of = |use_case: UseCase, family: &str| profiles.with_models(Some(use_case), &[family.to_owned()]).0;
        assert!(of(UseCase::DocumentProcessing, "logistic_regression").needs_gpu_train.abs() < 1e-9);
        assert!(of(UseCase::Recommender, "two_tower").needs_gpu_train > 0.0);
        // A network in a vision system is as large as the system makes it.
        assert_eq!(&of(UseCase::ComputerVision, "neural_network"), profiles.of(Some(UseCase::ComputerVision)));
        let rag = UseCase::RetrievalAugmentedGeneration;
        assert_eq!(&of(rag, "bert"), profiles.of(Some(rag)));
        let both = ["bert".to_owned(), "xgboost".to_owned()];
        assert_eq!(profiles.with_models(None, &both).1.map(|row| row.name.as_str()), Some("transformers"));
    }

    #[test]
    fn the_families_of_models_are_those_that_intake_knows() {
        let profiles = &Catalogue::embedded().unwrap().profiles;
        for family in profiles.models.iter().flat_map(|row| &row.families) {
            let known = concepts().iter().any(|concept| concept.group == "model_type" && concept.value == *family);
            assert!(known, "{family}");
        }
    }

    #[test]
    fn what_work_asks_for_is_provided_by_some_pattern_of_each_cloud() {
        let catalogue = Catalogue::embedded().unwrap();
        for fact in &catalogue.profiles.work {
            for cloud in [Cloud::Aws, Cloud::Gcp, Cloud::Azure] {
                let provided = catalogue.patterns.iter().any(|pattern| {
                    pattern.cloud == cloud
                        && pattern.capability == fact.capability
                        && pattern.provides.iter().any(|tag| fact.provides.contains(tag))
                });
                assert!(provided, "{fact:?} {cloud:?}");
            }
        }
    }
}
