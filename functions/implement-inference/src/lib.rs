//! Writes how predictions are made: a service, batches, a stream or devices, as the plan serves.

use design::{node::Node, plan::Capability};
use generation::{Blueprint, Implementer, Wanted, left_out};
use run::card::Alternative;
use rust_embed::RustEmbed;

/// The agent's templates.
#[derive(RustEmbed)]
#[folder = "templates/"]
pub struct Templates;

/// The component of AWS IoT Greengrass, how it is made, and how a device joins: path, template, purpose.
const COMPONENT: [(&str, &str, &str); 6] = [
    ("infra/greengrass/recipe.json", "greengrass/recipe.json.j2", "What devices do with the component"),
    ("infra/greengrass/deployment.json", "greengrass/deployment.json.j2", "How a version comes to the devices"),
    ("scripts/component.py", "greengrass/component.py.j2", "Makes the component that devices get"),
    ("scripts/release.sh", "greengrass/release.sh.j2", "Brings a version of the model to the devices"),
    ("scripts/join.sh", "greengrass/join.sh.j2", "A thing and a certificate for a device"),
    ("scripts/device.sh", "greengrass/device.sh.j2", "Installs AWS IoT Greengrass on a device"),
];

/// What runs in a cluster, where the plan serves in one.
const KUBERNETES: [(&str, &str); 7] = [
    ("kustomization.yaml", "What runs in the cluster"),
    ("namespaces.yaml", "What may run where in the cluster"),
    ("service.yaml", "The service in the cluster"),
    (SCALING, "How many pods there are"),
    ("network.yaml", "Who speaks with whom in the cluster"),
    ("logs.yaml", "How logs leave the cluster"),
    ("rollout.sh", "A new version in the cluster, and the way back"),
];

/// The manifest with the number of pods.
const SCALING: &str = "scaling.yaml";

/// The agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inference;

impl Implementer for Inference {
    const NODE: Node = Node::ImplementInference;
    const NAME: &'static str = "Inference implementer";
    const PART: &'static str = "inference";
    const CAPABILITIES: &'static [Capability] = &[Capability::Serve];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-inference.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let site = &blueprint.site;
        let serving = site.serving;
        let serve = Some(Capability::Serve);
        let transform_only = serving.batch_transform && !serving.online;
        let in_lines = serving.batch || transform_only || serving.greengrass;
        let llm = format!("tasks/{}/llm.py.j2", site.learned_in);
        let mut files = Vec::new();
        for (is_wanted, name, template, purpose) in [
            (site.keeps_scored, "scored", "python/scored.py.j2", "What was scored, with its predictions"),
            (in_lines, "lines", "python/lines.py.j2", "A line in answer for each line"),
            (serving.online, "service", "python/service.py.j2", "The inference service"),
            (transform_only, "service", "python/transform_service.py.j2", "Batch transform"),
            (
                serving.online && serving.lambda,
                "lambda_handler",
                "python/lambda_handler.py.j2",
                "The service on Lambda",
            ),
            (serving.batch, "batch", "python/batch.py.j2", "Batch scoring"),
            (serving.stream, "stream", "python/stream.py.j2", "Scoring of events"),
            (serving.edge, "edge", "python/edge.py.j2", "Scoring on devices"),
            (serving.greengrass, "device", "python/device.py.j2", "What a device runs"),
            (serving.greengrass, "outbox", "python/outbox.py.j2", "What was scored, until there is a network"),
            (site.asks_a_writer, "llm", &llm, "The language model behind a port"),
        ] {
            if is_wanted {
                files.push(blueprint.module(name, template, purpose, serve));
            }
        }
        for (is_wanted, name, purpose) in [
            (site.keeps_scored, "test_scored", "Tests of what is kept of the scoring"),
            (in_lines, "test_lines", "Tests of the answers to lines"),
            (serving.online, "test_service", "Tests of the inference service"),
            (serving.online && serving.lambda, "test_lambda_handler", "Tests of the service on Lambda"),
            (transform_only, "test_transform", "Tests of the batch transform"),
            (serving.batch, "test_batch", "Tests of the batch scoring"),
            (serving.stream, "test_stream", "Tests of the scoring of events"),
            (serving.edge, "test_edge", "Tests of the scoring on devices"),
            (serving.greengrass, "test_device", "Tests of what a device runs"),
            (serving.greengrass, "test_outbox", "Tests of what waits for a network"),
            (serving.greengrass, "test_component", "Tests of the component that devices get"),
            (site.task == "rag", "test_answers", "Tests of the answers"),
        ] {
            if is_wanted {
                files.push(blueprint.test(name, purpose));
            }
        }
        if site.has_eks {
            // Where each node has a pod, there is nothing to say of their number.
            let is_there = |name: &str| name != SCALING || !site.has_pod_on_each_node();
            files.extend(KUBERNETES.into_iter().filter(|(name, _)| is_there(name)).map(|(name, purpose)| {
                let path = format!("kubernetes/{name}");
                Wanted::new(&path, format!("{path}.j2"), purpose, blueprint.patterns(Capability::Serve))
            }));
            files.push(blueprint.test("test_kubernetes", "Tests of what runs in the cluster"));
            files.push(blueprint.test("test_rollout", "Tests of how a version comes into the cluster, and back"));
        }
        if serving.greengrass {
            for (path, template, purpose) in COMPONENT {
                files.push(Wanted::new(path, template, purpose, blueprint.patterns(Capability::Serve)));
            }
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        vec![format!(
            "The plan's serving and ingestion parts decide how predictions are made: {}. What the plan does not ask for is not \
             generated.",
            blueprint.site.serving.parts().join(", ")
        )]
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        let serving = blueprint.site.serving;
        left_out([
            (!serving.online, "an inference service", "The plan has no component that answers single requests."),
            (!serving.batch, "a batch scoring job", "The plan has no component that scores many records at a time."),
            (!serving.stream, "a stream consumer", "The plan ingests no stream."),
            (!serving.edge, "an edge scorer", "The plan serves nothing on devices."),
        ])
    }
}
