//! Writes how the model goes on learning: the gate to production, and what starts the next training.

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
pub struct Learning;

impl Implementer for Learning {
    const NODE: Node = Node::ImplementLearning;
    const NAME: &'static str = "Continual learning implementer";
    const PART: &'static str = "continual learning";
    const CAPABILITIES: &'static [Capability] = &[Capability::Govern];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-learning.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let mut files = vec![
            blueprint.module(
                "promotion",
                "python/promotion.py.j2",
                "The gate to production, and the way back",
                Some(Capability::Govern),
            ),
            blueprint.test("test_promotion", "Tests of the gate and of the way back"),
        ];
        if blueprint.site.aws && blueprint.infrastructure.has("model_registry") {
            files.push(blueprint.module(
                "registry",
                "python/registry.py.j2",
                "Versions of what went to production",
                Some(Capability::Govern),
            ));
            files.push(blueprint.test("test_registry", "Tests of the registration"));
        }
        if blueprint.site.outcomes {
            files.push(blueprint.module("feedback", "python/feedback.py.j2", "What became of what was scored", None));
            files.push(blueprint.test("test_feedback", "Tests of the feedback"));
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        vec![
            blueprint.site.retraining_words().to_owned(),
            "A new model reaches production only when it is good enough by itself and no worse than the one that is there; \
             going back is one command."
                .to_owned(),
            if blueprint.site.outcomes {
                "Outcomes are joined to the records that were scored: they measure the model in production and are examples \
                 of the next training."
                    .to_owned()
            } else {
                "No outcome comes back that would say whether a prediction was right, so none is collected.".to_owned()
            },
        ]
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        left_out([
            (
                !blueprint.infrastructure.has("pipeline_states"),
                "a state machine of its own",
                "The plan's managed pipeline runs the steps.",
            ),
            (
                !blueprint.site.outcomes,
                "feedback of outcomes",
                "Nothing that happens later says whether a prediction was right.",
            ),
            (blueprint.site.is_retrained_by_schedule(), "training when data drifts", "The requirement names a rhythm."),
        ])
    }
}
