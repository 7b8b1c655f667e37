//! Writes what is watched in production: drift, logs, alarms and dashboards, with thresholds from the constraints.

use design::{node::Node, plan::Capability};
use generation::{Blueprint, Iac, Implementer, Wanted, left_out};
use run::card::Alternative;
use rust_embed::RustEmbed;

/// The agent's templates.
#[derive(RustEmbed)]
#[folder = "templates/"]
pub struct Templates;

/// The agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monitoring;

impl Implementer for Monitoring {
    const NODE: Node = Node::ImplementMonitoring;
    const NAME: &'static str = "Monitoring implementer";
    const PART: &'static str = "monitoring and testing in production";
    const CAPABILITIES: &'static [Capability] = &[Capability::Observe];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-monitoring.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let mut files = vec![
            blueprint.module("reference", "python/reference.py.j2", "What drift is measured against", None),
            blueprint.module("monitoring", "python/monitoring.py.j2", "Drift", Some(Capability::Observe)),
            blueprint.module("logs", "python/logs.py.j2", "Logs as JSON", None),
            blueprint.test("test_monitoring", "Tests of the drift measures"),
        ];
        if blueprint.site.aws {
            let test = match blueprint.site.iac {
                Iac::Terraform => {
                    files.push(Wanted::new(
                        "terraform/alarms.tf",
                        "terraform/alarms.tf.j2",
                        "Infrastructure: base",
                        Vec::new(),
                    ));
                    "tests/test_infrastructure.py.j2"
                }
                // The topic is in the foundation, which is there before the first alarm.
                Iac::CloudFormation => "tests/test_stacks.py.j2",
            };
            files.push(Wanted::new(
                "tests/test_infrastructure.py",
                test,
                "Tests of what the infrastructure promises",
                Vec::new(),
            ));
            if blueprint.site.job_names.contains(&"ingestion") {
                files.push(blueprint.test("test_rights", "Tests of what the steps ask of the buckets"));
            }
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        vec![
            blueprint.site.drift_words(),
            "Evidently measures and draws the report, in an image of its own: with what it needs it is larger than all that \
             serves. The limit is ours, because its own does not know how many records were counted."
                .to_owned(),
            if blueprint.site.keeps_scored {
                "What is scored is kept, and drift is measured on that and on what the model said of it: labelled examples \
                 come later, and only of some."
                    .to_owned()
            } else {
                "What a device scores stays on it: drift is measured on the examples that come back.".to_owned()
            },
            "Logs are JSON with counts and ids, never records or predictions.".to_owned(),
        ]
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        left_out([
            (
                !blueprint.infrastructure.has("model_monitor"),
                "SageMaker Model Monitor",
                "The plan measures drift in the repository's own job.",
            ),
            (
                !blueprint.infrastructure.has("prometheus_grafana"),
                "Prometheus and Grafana",
                "The plan's metrics go to the provider's own monitoring.",
            ),
        ])
    }
}
