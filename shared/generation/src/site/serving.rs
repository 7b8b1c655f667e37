//! How predictions are made.

use design::{
    constraint::Deployment,
    plan::{Capability, Component},
};
use knowledge::catalogue::Catalogue;
use serde::Serialize;

/// How predictions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Serving {
    /// An answer to each request.
    pub online: bool,
    /// Many records at a time.
    pub batch: bool,
    /// Events as they come.
    pub stream: bool,
    /// On devices.
    pub edge: bool,
    /// On devices that AWS IoT Greengrass brings the model to.
    pub greengrass: bool,
    /// SageMaker calls the container of the service.
    pub sagemaker: bool,
    /// SageMaker calls the container during a batch transform.
    pub batch_transform: bool,
    /// The service is a Lambda function.
    pub lambda: bool,
    /// Batch scoring is a Lambda function.
    pub lambda_batch: bool,
    /// The data contract is checked by a Lambda function.
    pub lambda_transform: bool,
}

impl Serving {
    /// What the components ask for. Without any serving component the deployment that was asked for decides.
    pub(super) fn of(
        components: &[Component],
        deployment: Option<Deployment>,
        stream: bool,
        catalogue: &Catalogue,
    ) -> Self {
        let mut serving = Self::default();
        for component in components {
            match component.capability {
                Capability::Serve => serving.add(component, catalogue),
                Capability::Transform => serving.lambda_transform |= component.pattern == "transform.lambda",
                Capability::Ingest
                | Capability::Store
                | Capability::Feature
                | Capability::Train
                | Capability::Observe
                | Capability::Govern => {}
            }
        }
        serving.stream |= stream;
        // What answers single requests may have been chosen for many: then there is a job that scores them as well.
        serving.batch |= deployment == Some(Deployment::Batch) && serving.online;
        if !(serving.online || serving.batch || serving.stream || serving.edge) {
            match deployment {
                Some(Deployment::RealTime) | None => serving.online = true,
                Some(Deployment::Batch | Deployment::Streaming) => serving.batch = true,
                Some(Deployment::Edge) => serving.edge = true,
            }
        }
        serving
    }

    /// What is generated for it, in words.
    pub fn parts(self) -> Vec<&'static str> {
        [
            (self.online, "an inference service"),
            (self.batch_transform, "a container for batch transform"),
            (self.batch, "a batch scoring job"),
            (self.stream, "a stream consumer"),
            (self.edge, "an edge scorer"),
        ]
        .into_iter()
        .filter_map(|(wanted, words)| wanted.then_some(words))
        .collect()
    }

    /// True when what is scored is kept.
    pub(super) fn keeps(self) -> bool {
        self.online || self.batch || self.stream || self.batch_transform || self.greengrass
    }

    fn add(&mut self, component: &Component, catalogue: &Catalogue) {
        let words = format!("{} {}", component.pattern, component.services.join(" ")).to_lowercase();
        let has = |needle: &str| words.contains(needle);
        match made_for(component, catalogue) {
            Deployment::Streaming => self.stream = true,
            Deployment::Batch => {
                self.batch = true;
                self.batch_transform |= has("batch transform") || has("batch-transform");
                self.lambda_batch |= has("lambda");
            }
            Deployment::Edge => {
                self.edge = true;
                self.greengrass |= has("greengrass");
            }
            Deployment::RealTime => {
                self.online = true;
                self.sagemaker |= has("sagemaker");
                self.lambda |= has("lambda") && !has("sagemaker");
            }
        }
    }
}

/// How a serving component predicts. The catalogue says what its patterns are made for: what can answer single requests
/// does, and the others are made for one thing. Of other patterns their words say it.
fn made_for(component: &Component, catalogue: &Catalogue) -> Deployment {
    let words = format!("{} {}", component.pattern, component.services.join(" ")).to_lowercase();
    let has = |needle: &str| words.contains(needle);
    if let Some(pattern) = catalogue.pattern(&component.pattern) {
        return [Deployment::RealTime, Deployment::Batch, Deployment::Streaming, Deployment::Edge]
            .into_iter()
            .find(|deployment| pattern.deployments.contains_key(deployment))
            .unwrap_or(Deployment::RealTime);
    }
    if has("stream") {
        Deployment::Streaming
    } else if has("batch") {
        Deployment::Batch
    } else if has("edge") || has("greengrass") {
        Deployment::Edge
    } else {
        Deployment::RealTime
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::component;

    #[test]
    fn what_devices_of_greengrass_score_is_kept() {
        let catalogue = Catalogue::embedded().unwrap();
        let of = |pattern| Serving::of(&[component(Capability::Serve, pattern, &[])], None, false, catalogue);
        for (pattern, is_reached) in [
            ("serve.greengrass-edge", true),
            ("serve.greengrass-sagemaker-hybrid", true),
            ("serve.ecs-edge-container", false),
            ("serve.azure-iot-edge", false),
        ] {
            let serving = of(pattern);
            assert!(serving.edge, "{pattern}");
            assert_eq!((serving.greengrass, serving.keeps()), (is_reached, is_reached), "{pattern}");
        }
    }

    #[test]
    fn the_catalogue_says_how_a_pattern_predicts() {
        let catalogue = Catalogue::embedded().unwrap();
        for (pattern, wanted) in [
            ("serve.azure-container-apps-job", Deployment::Batch),
            ("serve.gcp-run-jobs", Deployment::Batch),
            ("serve.sagemaker-batch-transform", Deployment::Batch),
            ("serve.sagemaker-async", Deployment::RealTime),
            ("serve.azure-arc-kubernetes", Deployment::Edge),
            ("serve.greengrass-sagemaker-hybrid", Deployment::Edge),
            ("serve.azure-functions-stream", Deployment::Streaming),
            ("serve.nobody-knows-batches", Deployment::Batch),
            ("serve.nobody-knows", Deployment::RealTime),
        ] {
            assert_eq!(made_for(&component(Capability::Serve, pattern, &[]), catalogue), wanted, "{pattern}");
        }
    }
}
