//! Writes how records become features: one function for training and for serving, and the stores that the plan has for
//! them.

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
pub struct Features;

impl Implementer for Features {
    const NODE: Node = Node::ImplementFeatures;
    const NAME: &'static str = "Feature engineering implementer";
    const PART: &'static str = "feature engineering";
    const CAPABILITIES: &'static [Capability] = &[Capability::Feature];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-features.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let template = format!("tasks/{}/features.py.j2", blueprint.site.task);
        vec![
            blueprint.module(
                "features",
                &template,
                "Features, the same for training and serving",
                Some(Capability::Feature),
            ),
            blueprint.test("test_features", "Tests that serving sees what training saw"),
        ]
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        let mut reasons = vec![format!(
            "Training and serving call the same functions of `features.py` (family `{}`), so that a feature cannot mean one \
             thing while the model learns and another while it answers.",
            blueprint.site.task
        )];
        if blueprint.patterns(Capability::Feature).iter().any(|pattern| pattern == "feature.in-request") {
            reasons.push("Each request brings what its features need: the plan keeps no store for them.".to_owned());
        }
        reasons
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        let stored = blueprint.infrastructure.has("feature_store") || blueprint.infrastructure.has("dynamodb");
        left_out([
            (!stored, "an online feature store", "The plan reads no feature that a request does not bring."),
            (blueprint.site.task != "rag", "an index of embeddings", "Nothing is looked up by meaning."),
        ])
    }
}
