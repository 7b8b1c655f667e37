//! Writes how the model learns: training, evaluation, the model's files with their hashes, experiments and tuning where
//! the plan has them.

use design::{node::Node, plan::Capability};
use generation::{Blueprint, Implementer, Wanted, left_out};
use run::card::Alternative;
use rust_embed::RustEmbed;

/// The agent's templates.
#[derive(RustEmbed)]
#[folder = "templates/"]
pub struct Templates;

/// The agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Training;

impl Implementer for Training {
    const NODE: Node = Node::ImplementTraining;
    const NAME: &'static str = "Model training implementer";
    const PART: &'static str = "model training";
    const CAPABILITIES: &'static [Capability] = &[Capability::Train];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-training.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let site = &blueprint.site;
        let train = Some(Capability::Train);
        let learning = format!("tasks/{}/learning.py.j2", site.learned_in);
        let mut files = vec![
            blueprint.module("training", "python/training.py.j2", "Training and evaluation", train),
            blueprint.module("table", "python/table.py.j2", "What must be true of all examples together", train),
            blueprint.module("learning", &learning, "The model", train),
            blueprint.module(
                "artifacts",
                "python/artifacts.py.j2",
                "Models with their hashes",
                Some(Capability::Govern),
            ),
            blueprint.test("test_table", "Tests of what must be true of all examples together"),
            blueprint.test("test_model", "Tests of how the model behaves"),
            blueprint.test("test_pipeline", "Tests from raw lines to a model in production"),
        ];
        if site.trains_apart {
            let network = format!("tasks/{}/network.py.j2", site.learned_in);
            files.push(blueprint.module("network", &network, "The network and its training", train));
            let test = if site.tunes_here { "test_language_model" } else { "test_network" };
            files.push(blueprint.test(test, "Tests of the network and of what serves it"));
        }
        if site.tunes_here {
            let baseline = format!("tasks/{}/baseline.py.j2", site.learned_in);
            files.push(blueprint.module("baseline", &baseline, "What the tuned model must beat", train));
        }
        if site.mlflow {
            files.push(blueprint.module(
                "tracking",
                "python/tracking.py.j2",
                "Runs and versions in MLflow",
                Some(Capability::Govern),
            ));
            files.push(blueprint.test("test_tracking", "Tests of the tracking"));
        }
        if site.experimentation {
            files.push(blueprint.module(
                "experiments",
                "python/experiments.py.j2",
                "Experiments of teams",
                Some(Capability::Serve),
            ));
            files.push(blueprint.test("test_experiments", "Tests of the experiments"));
        }
        if site.aws && site.task == "fine_tuning" && !site.tunes_here {
            files.push(blueprint.module(
                "tuning",
                "tasks/fine_tuning/service/tuning.py.j2",
                "Tuning of the language model",
                Some(Capability::Serve),
            ));
            files.push(blueprint.test("test_tuning", "Tests of the tuning"));
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        let site = &blueprint.site;
        let mut reasons = vec![
            format!(
                "The use case and task pick the `{}` templates: the model is small, trains with {} on generated data with a \
                 fixed seed in seconds, and is measured on examples that it has not seen.",
                site.task,
                site.learner.name()
            ),
            "Before the training pandera holds all examples together against a schema: what no line shows by itself, such as a \
             feature that is the label in other words, is found before a model is made of it."
                .to_owned(),
            "A model is a file with a manifest of hashes and metrics: what is loaded is what was measured, or nothing."
                .to_owned(),
        ];
        if site.trains_apart {
            let runs = if site.tunes_here {
                "The language model is tuned in PyTorch by adapters beside its weights (LoRA), which are merged and converted. \
                 Evaluation and serving run the same file in CTranslate2"
            } else {
                "The network is trained in PyTorch and exported to ONNX. Evaluation and serving run the same file in ONNX Runtime"
            };
            reasons.push(format!(
                "{runs}, so that what was measured is what answers, and the image that serves holds no PyTorch."
            ));
        }
        reasons.extend(site.unused_libraries.iter().cloned());
        reasons
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        left_out([
            (!blueprint.site.mlflow, "tracking in MLflow", "Neither the requirement nor the plan names it."),
            (!blueprint.site.experimentation, "experiment tracking", "No team asks for experiments of its own."),
            (blueprint.site.task != "fine_tuning", "tuning of a language model", "The plan tunes no foundation model."),
        ])
    }
}
