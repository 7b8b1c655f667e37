//! What a model may add to the review: findings that rest on the review's own facts ([`critique`]). No price is a model's.

use agent::{Consultation, Consulted, Prompt, Taken, Thought};
use critique::{Context, CriticAnswer, Evidence, add, of_constraints};
use design::{
    cost::CostReview,
    signal::NoSignal,
    words::{readable, share, usd},
};
use knowledge::catalogue::Catalogue;

use crate::{CostInput, card};

/// The registered prompt.
pub const PROMPT: Prompt = Prompt { name: "critic-cost", text: include_str!("../../../prompts/critic-cost.md") };

/// Most tokens of an answer: six findings of a few sentences.
const MOST_TOKENS: u32 = 2_000;

/// Asks what the rules did not find. Nothing, where no design is selected.
pub(crate) fn consult(input: &CostInput, rules: &Thought<CostReview, NoSignal>) -> Consulted<CostReview, NoSignal> {
    let Some(selected) = input.plan.selected() else { return Ok(None) };
    let evidence = evidence(input, &rules.output);
    let prompt = PROMPT.render(&Context::of(selected, &evidence, &rules.output.findings))?;
    let input = input.clone();
    Ok(Some(Consultation::new(prompt, MOST_TOKENS, move |thought, answer| advice(thought, &input, &answer))))
}

/// The facts of the review that a finding can rest on.
pub fn evidence(input: &CostInput, review: &CostReview) -> Vec<Evidence> {
    let one = |pattern: &String| vec![pattern.clone()];
    let mut evidence = of_constraints(&input.plan.constraints);
    evidence.extend(Evidence::numbered(
        "line",
        review.estimate.lines.iter().map(|line| {
            let price = readable(line.unit_price_usd);
            let text = format!("{}: {} at ${price} is {} a month", line.item, line.formula, usd(line.monthly_usd));
            (one(&line.pattern), text)
        }),
    ));
    evidence.extend(Evidence::numbered(
        "component",
        review.components.iter().map(|part| {
            let (low, high) = (usd(part.low_usd), usd(part.high_usd));
            let text = format!(
                "{}: {low} to {high}, expected {}, {} of all",
                part.name,
                usd(part.expected_usd),
                share(part.share)
            );
            (one(&part.pattern), text)
        }),
    ));
    evidence.extend(Evidence::numbered(
        "range",
        review.range.iter().map(|line| {
            let width = share(line.share_of_width);
            (one(&line.pattern), format!("{} makes {width} of the range's width: {}", line.item, line.why))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "usage",
        review.usage.iter().map(|line| {
            (Vec::new(), format!("{}: {} {} ({})", line.name, readable(line.value), line.unit, line.derivation))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "saving",
        review.savings.iter().map(|option| {
            (Vec::new(), format!("{} saves {} a month; {}", option.title, usd(option.monthly_usd), option.trade_off))
        }),
    ));
    evidence.extend(Evidence::numbered(
        "load",
        review.sensitivity.iter().map(|load| {
            let breaks = if load.breaks.is_empty() { "nothing breaks".to_owned() } else { load.breaks.join("; ") };
            let text =
                format!("at {} times the load {} a month; {breaks}", readable(load.factor), usd(load.monthly_usd));
            (Vec::new(), text)
        }),
    ));
    evidence.extend(Evidence::numbered("trade-off", review.trade_offs.iter().map(|line| (Vec::new(), line.clone()))));
    evidence
}

/// Takes from a model's findings those with evidence, and puts them on the card.
pub fn advice(thought: &mut Thought<CostReview, NoSignal>, input: &CostInput, answer: &CriticAnswer) -> Taken {
    // The rules thought with the same catalogue, or they would not have thought.
    let (Some(selected), Ok(catalogue)) = (input.plan.selected(), Catalogue::embedded()) else {
        return Taken::default();
    };
    let evidence = evidence(input, &thought.output);
    let taken = add(&mut thought.output.findings, "cost", selected, &evidence, answer);
    if !taken.kept.is_empty() {
        (thought.card, thought.summary) = card(input, &thought.output, catalogue);
    }
    taken
}
