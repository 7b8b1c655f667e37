//! The frame of an agent that writes one part of the repository.

use agent::{Agent, AgentError, CardDraft, Consulted, Desk, Memory, Thought};
use design::{node::Node, plan::Capability, repository::RepositoryPart, signal::NoSignal};
use run::{
    card::{Alternative, Category, Confidence, Fact, Impact, Risk},
    question::Priority,
};
use rust_embed::RustEmbed;

use crate::{Blueprint, RenderError, Request, SourceFile, Wanted, advice, render, stored};

/// Who writes a part: which files the plan asks of it, and why.
pub trait Implementer: Send + Sync {
    /// The node.
    const NODE: Node;
    /// The agent's name for people.
    const NAME: &'static str;
    /// What the part is, in words that follow "for": `data ingestion`.
    const PART: &'static str;
    /// Capabilities of the plan that the part implements.
    const CAPABILITIES: &'static [Capability];
    /// The agent's prompt, for the model that may change its files.
    const PROMPT: &'static str;
    /// The agent's own templates.
    type Templates: RustEmbed + 'static;

    /// The files that the plan asks for, in any order, besides the infrastructure that the part owns.
    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted>;

    /// Why these files, one Markdown paragraph each.
    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String>;

    /// What could have been written and was not, with the reason.
    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative>;
}

/// Writes a part: pure, and the same for the same plan. The files are sorted by path.
///
/// # Errors
/// When a template is broken.
pub fn write<I: Implementer>(implementer: &I, blueprint: &Blueprint) -> Result<Vec<SourceFile>, RenderError> {
    let mut wanted = implementer.files(blueprint);
    wanted.extend(blueprint.provisions(I::NODE, &[]));
    render::files::<I::Templates>(blueprint, wanted)
}

/// An implementer as an agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Implementation<I>(pub I);

impl<I: Implementer> Agent for Implementation<I> {
    const NODE: &'static str = I::NODE.as_str();
    const NAME: &'static str = I::NAME;
    const READS: &'static [&'static str] = &Request::READS;
    type Input = Request;
    type Output = RepositoryPart;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Request, AgentError> {
        Request::recall(memory)
    }

    async fn think(&self, request: Request, desk: &Desk) -> Result<Thought<RepositoryPart, NoSignal>, AgentError> {
        let blueprint = Blueprint::of(&request.subject()?)?;
        let files = write(&self.0, &blueprint)?;
        let mut card = card(&self.0, &request, &blueprint, &files);
        let mut part = RepositoryPart { files: stored(&files, I::NODE, desk).await?, fallbacks: Vec::new() };
        card.reasoning.extend(request.mends.taken_back(&part.files));
        card.reasoning.extend(request.mends.apply(&mut part.files));
        Ok(Thought { summary: card.decision.clone(), output: part, signal: NoSignal {}, card, artifacts: Vec::new() })
    }

    fn consult(
        &self,
        request: &Request,
        rules: &Thought<RepositoryPart, NoSignal>,
    ) -> Consulted<RepositoryPart, NoSignal> {
        advice::consult(&self.0, request, rules)
    }
}

fn card<I: Implementer>(implementer: &I, request: &Request, blueprint: &Blueprint, files: &[SourceFile]) -> CardDraft {
    let lines: usize = files.iter().map(|file| file.content.lines().count()).sum();
    let own: Vec<_> =
        blueprint.components.iter().filter(|component| I::CAPABILITIES.contains(&component.capability)).collect();
    let covered =
        own.iter().filter(|component| files.iter().any(|file| file.patterns.contains(&component.pattern))).count();
    let missing: Vec<_> = blueprint
        .infrastructure
        .missing
        .iter()
        .filter(|missing| blueprint.site.aws && I::CAPABILITIES.contains(&missing.capability))
        .collect();
    let decision = format!(
        "Wrote {} file{} ({lines} lines) for {}.",
        files.len(),
        if files.len() == 1 { "" } else { "s" },
        I::PART
    );
    // Every component that a file implements is evidence; every service without a template speaks against it.
    let share = if own.is_empty() { 1.0 } else { covered as f64 / own.len() as f64 };
    let penalty = 0.2 * missing.len() as f64;
    let confidence = Confidence {
        value: ((share - penalty).clamp(0.0, 1.0) * 100.0).round() / 100.0,
        basis: vec![
            format!("{covered} of {} components of this part are implemented by a file of their own", own.len()),
            format!("{} services of this part have no template", missing.len()),
        ],
    };
    let mut card = CardDraft::new(request.trigger, Category::Code, decision, confidence);
    card.priority = if missing.is_empty() { Priority::Low } else { Priority::High };
    card.reasoning = implementer.reasoning(blueprint);
    card.inputs =
        own.iter().map(|component| Fact::new(component.capability.as_str(), component.name.clone())).collect();
    card.outputs = files.iter().map(|file| Fact::new(file.path.clone(), file.purpose.clone())).collect();
    card.alternatives = implementer.alternatives(blueprint);
    card.impact = Impact {
        cost: None,
        performance: None,
        security: None,
        operations: (!own.is_empty()).then(|| format!("{} of the plan's parts are set up by it.", own.len())),
    };
    card.risks = missing.iter().map(|missing| missing.risk()).collect();
    card.risks.extend(
        blueprint.infrastructure.files.iter().filter(|file| blueprint.site.aws && file.owner == I::NODE).flat_map(
            |file| {
                file.left.iter().map(|left| Risk {
                    severity: Priority::Low,
                    text: blueprint.site.iac.words(left),
                    mitigation: "The README says what is left to you.".to_owned(),
                })
            },
        ),
    );
    card
}

/// Those of the things that could have been written that are not, each with the reason.
pub fn left_out<const N: usize>(things: [(bool, &str, &str); N]) -> Vec<Alternative> {
    things
        .into_iter()
        .filter(|(is_left_out, _, _)| *is_left_out)
        .map(|(_, name, why_not)| Alternative { name: name.to_owned(), score: None, why_not: why_not.to_owned() })
        .collect()
}
