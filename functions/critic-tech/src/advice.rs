//! What a model may add to the review: findings that rest on the review's own facts ([`critique`]).

use agent::{Consultation, Consulted, Prompt, Taken, Thought};
use critique::{Context, CriticAnswer, Evidence, add, of_constraints};
use design::{finding::TechReview, signal::NoSignal, words::percent};

use crate::{TechInput, card};

/// The registered prompt.
pub const PROMPT: Prompt = Prompt { name: "critic-tech", text: include_str!("../../../prompts/critic-tech.md") };

/// Most tokens of an answer: six findings of a few sentences.
const MOST_TOKENS: u32 = 2_000;

/// Asks what the rules did not find. Nothing, where no design is selected.
pub(crate) fn consult(input: &TechInput, rules: &Thought<TechReview, NoSignal>) -> Consulted<TechReview, NoSignal> {
    let Some(selected) = input.plan.selected() else { return Ok(None) };
    let evidence = evidence(input, &rules.output);
    let prompt = PROMPT.render(&Context::of(selected, &evidence, &rules.output.findings))?;
    let input = input.clone();
    Ok(Some(Consultation::new(prompt, MOST_TOKENS, move |thought, answer| advice(thought, &input, &answer))))
}

/// The facts of the review that a finding can rest on.
pub fn evidence(input: &TechInput, review: &TechReview) -> Vec<Evidence> {
    let one = |pattern: &String| vec![pattern.clone()];
    let mut evidence = of_constraints(&input.plan.constraints);
    let stages = review.paths.iter().flat_map(|path| path.stages.iter().map(move |stage| (path, stage)));
    evidence.extend(Evidence::numbered(
        "stage",
        stages.map(|(path, stage)| {
            (one(&stage.pattern), format!("{} path, {}: {}", path.name, stage.pattern, stage.formula))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "path",
        review.paths.iter().map(|path| {
            let patterns = path.stages.iter().map(|stage| stage.pattern.clone()).collect();
            (patterns, format!("{} path: {}", path.name, path.formula))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "quota",
        review.quotas.iter().map(|quota| {
            (one(&quota.pattern), format!("quota {} of {}: {}", quota.name, quota.pattern, quota.formula))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "blast",
        review.blast_radius.iter().map(|blast| {
            let alone = if blast.single_point { "; it runs as one unit" } else { "" };
            (one(&blast.pattern), format!("when {} fails: {}{alone}", blast.pattern, blast.effect))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "domain",
        review.failure_domains.iter().map(|domain| {
            let with = domain.patterns.join(", ");
            (domain.patterns.clone(), format!("{} fails with {with}: {}", domain.name, domain.effect))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "coupling",
        review.couplings.iter().map(|coupling| {
            (coupling.patterns.clone(), format!("{} are bound: {}", coupling.patterns.join(", "), coupling.why))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "cold",
        review.cold_starts.iter().map(|cold| {
            (one(&cold.pattern), format!("cold start of {}, {}: {}", cold.pattern, cold.when, cold.formula))
        }),
    ));
    let available = format!("the path is available {}", percent(review.availability_percent));
    evidence.extend(Evidence::numbered("availability", [(Vec::new(), available)]));
    evidence
}

/// Takes from a model's findings those with evidence, and puts them on the card.
pub fn advice(thought: &mut Thought<TechReview, NoSignal>, input: &TechInput, answer: &CriticAnswer) -> Taken {
    let Some(selected) = input.plan.selected() else { return Taken::default() };
    let evidence = evidence(input, &thought.output);
    let taken = add(&mut thought.output.findings, "tech", selected, &evidence, answer);
    if !taken.kept.is_empty() {
        (thought.card, thought.summary) = card(input, &thought.output);
    }
    taken
}
