//! What a use case usually asks of a system, where the requirement does not say it.

use std::collections::BTreeMap;

use design::constraint::{Deployment, Retraining, UseCase};
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

/// All profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles {
    default: Profile,
    use_cases: BTreeMap<String, Profile>,
    peak_factor: BTreeMap<String, f64>,
    runs_per_month: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    default: toml::Table,
    use_case: BTreeMap<String, toml::Table>,
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
            peak_factor: file.peak_factor,
            runs_per_month: file.runs_per_month,
        })
    }

    /// The profile of a use case, or the general one.
    pub fn of(&self, use_case: Option<UseCase>) -> &Profile {
        use_case.and_then(|use_case| self.use_cases.get(&wire_name(use_case))).unwrap_or(&self.default)
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
    use crate::catalogue::Catalogue;

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
}
