//! Parts that were sketched before: plans that are compared with each other size most patterns for the same load.

use std::{cell::RefCell, collections::HashMap};

use design::constraint::{Cloud, ConstraintField, Deployment, UseCase};
use knowledge::{catalogue::Catalogue, expression::Scope, pattern::Pattern};

use crate::{
    EstimateError,
    part::Part,
    workload::{Usage, Workload},
};

/// Everything of a workload that a part's size and price depend on.
#[derive(Debug, Clone, PartialEq)]
struct Load {
    variables: Scope,
    percentile: f64,
    latency_target_ms: Option<f64>,
    deployment: Deployment,
    use_case: Option<UseCase>,
    cloud: Cloud,
    patterns_of: Cloud,
    region: String,
    requires: Vec<String>,
    /// What a person stated, so that it is broken and not only missed.
    binds: [bool; 3],
}

impl Load {
    fn of(workload: &Workload) -> Self {
        Self {
            variables: workload.scope(Usage::Expected),
            percentile: workload.percentile,
            latency_target_ms: workload.latency_target_ms,
            deployment: workload.deployment,
            use_case: workload.use_case,
            cloud: workload.cloud,
            patterns_of: workload.patterns_of,
            region: workload.region.clone(),
            requires: workload.requires.clone(),
            binds: [ConstraintField::Latency, ConstraintField::Throughput, ConstraintField::Team]
                .map(|field| workload.binds(field)),
        }
    }
}

/// Sketches of parts ([`Part::sketch`]) by their load, kept while plans are compared.
pub struct Sketches {
    /// What there is to sketch.
    pub catalogue: &'static Catalogue,
    known: RefCell<Vec<(Load, HashMap<&'static str, Part<'static>>)>>,
}

impl Sketches {
    /// Knows nothing yet.
    pub fn new(catalogue: &'static Catalogue) -> Self {
        Self { catalogue, known: RefCell::default() }
    }

    /// The parts of some patterns, in their order.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn of(
        &self,
        patterns: impl IntoIterator<Item = &'static Pattern>,
        workload: &Workload,
    ) -> Result<Vec<Part<'static>>, EstimateError> {
        let load = Load::of(workload);
        let mut known = self.known.borrow_mut();
        let at = known.iter().position(|(own, _)| *own == load).unwrap_or_else(|| {
            known.push((load, HashMap::new()));
            known.len() - 1
        });
        let parts = &mut known[at].1;
        patterns
            .into_iter()
            .map(|pattern| {
                if let Some(part) = parts.get(pattern.id.as_str()) {
                    return Ok(part.clone());
                }
                let part = Part::sketch(pattern, workload, self.catalogue)?;
                parts.insert(&pattern.id, part.clone());
                Ok(part)
            })
            .collect()
    }
}
