//! The planner's reason card.

use agent::CardDraft;
use design::plan::PlanDecision;
use estimate::assessment::percent;
use knowledge::expression::readable;
use run::{
    card::{Alternative, Category, Confidence, EvidenceLink, Fact, Impact, Risk, Trigger},
    question::Priority,
};

use crate::PlannerInput;

/// The card and the outcome in one sentence.
pub fn draft(input: &PlannerInput, plan: &PlanDecision) -> (CardDraft, String) {
    let trigger = match (input.iteration, input.revised_now) {
        (0, _) => Trigger::Initial,
        (_, true) => Trigger::Revision,
        (_, false) => Trigger::Findings,
    };
    let confidence = Confidence { value: plan.confidence, basis: plan.confidence_basis.clone() };
    let Some(selected) = plan.selected() else {
        let card = CardDraft::new(trigger, Category::Architecture, "No design was found", confidence);
        return (card, "No design was found".to_owned());
    };
    let metrics = &selected.metrics;
    let verb = if selected.violations.is_empty() { "Selected" } else { "Nothing meets everything; nearest is" };
    let summary = format!(
        "{verb} “{}” from {} candidates: ${} a month{}",
        selected.name,
        plan.candidates.len(),
        readable(metrics.monthly_usd.round()),
        metrics.latency_p95_ms.map_or(String::new(), |ms| format!(", P95 {} ms", readable(ms)))
    );
    let mut card = CardDraft::new(trigger, Category::Architecture, format!("{summary}."), confidence);
    card.priority = if selected.violations.is_empty() { Priority::High } else { Priority::Critical };
    card.reasoning.push(plan.reason.clone());
    card.reasoning.extend(plan.responses.iter().cloned());
    card.reasoning.push(
        selected
            .components
            .iter()
            .map(|component| {
                format!("- **{}**: {}. {}", component.capability.as_str(), component.name, component.rationale)
            })
            .collect::<Vec<_>>()
            .join("\n"),
    );
    card.inputs = input_facts(input, plan);
    card.outputs = selected
        .components
        .iter()
        .map(|component| Fact::new(component.capability.as_str(), component.name.clone()))
        .chain([
            Fact::new(
                "cost per month",
                format!(
                    "${} (${} to ${})",
                    readable(selected.cost.expected_usd.round()),
                    readable(selected.cost.low_usd.round()),
                    readable(selected.cost.high_usd.round())
                ),
            ),
            Fact::new("score", format!("{:.3}", selected.total_score)),
        ])
        .collect();
    card.alternatives = plan
        .candidates
        .iter()
        .skip(1)
        .map(|candidate| Alternative {
            name: candidate.name.clone(),
            score: Some(candidate.total_score),
            why_not: candidate.why_not.clone().unwrap_or_default(),
        })
        .chain(plan.excluded.iter().map(|exclusion| Alternative {
            name: exclusion.pattern.clone(),
            score: None,
            why_not: format!("Left out: {}", exclusion.reason),
        }))
        .collect();
    card.impact = Impact {
        cost: Some(format!("${} a month expected", readable(metrics.monthly_usd.round()))),
        performance: Some(format!(
            "{}{}",
            metrics.latency_p95_ms.map_or("no request latency".to_owned(), |ms| format!("P95 {} ms", readable(ms))),
            metrics.max_per_second.map_or(String::new(), |rate| format!(", up to {}/s at this size", readable(rate)))
        )),
        security: selected
            .scores
            .iter()
            .find(|score| score.criterion == "security")
            .map(|score| score.explanation.clone()),
        operations: Some(format!(
            "{} hours of work a month, {} % available",
            readable(metrics.operations_hours_per_month),
            percent(metrics.availability_percent)
        )),
    };
    card.risks = selected
        .violations
        .iter()
        .map(|violation| Risk {
            severity: Priority::Critical,
            text: violation.clone(),
            mitigation: "Relax the constraint, or accept it at the gate.".to_owned(),
        })
        .collect();
    if plan.assumptions.len() > 4 {
        card.risks.push(Risk {
            severity: Priority::Medium,
            text: format!("{} things were taken for granted because nothing was said.", plan.assumptions.len()),
            mitigation: plan
                .assumptions
                .iter()
                .map(|assumption| assumption.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        });
    }
    card.evidence = evidence(input);
    (card, summary)
}

fn input_facts(input: &PlannerInput, plan: &PlanDecision) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("assumptions", plan.assumptions.len().to_string()),
        Fact::new("round", input.iteration.to_string()),
    ];
    if let Some(coverage) = input.coverage {
        facts.push(Fact::new("coverage", format!("{coverage:.2}")));
    }
    facts.extend(input.comments.iter().map(|comment| Fact::new("comment", comment.clone())));
    facts
}

/// The words behind the selected design's claims, with their place in the requirement.
fn evidence(input: &PlannerInput) -> Vec<EvidenceLink> {
    let constraints = &input.constraints;
    let mut links: Vec<EvidenceLink> = Vec::new();
    let mut add = |claim: &str, evidence: Option<&Vec<design::constraint::Evidence>>| {
        for words in evidence.into_iter().flatten().take(2) {
            links.push(EvidenceLink {
                claim: claim.to_owned(),
                quote: words.quote.clone(),
                start: words.start,
                end: words.end,
            });
        }
    };
    add("sets how results are delivered", constraints.deployment.as_ref().map(|stated| &stated.evidence));
    add("sets which patterns suit", constraints.use_case.as_ref().map(|stated| &stated.evidence));
    add("sets the size", constraints.throughput.as_ref().map(|stated| &stated.evidence));
    add("bounds the path", constraints.latency.as_ref().map(|stated| &stated.evidence));
    add("bounds the cost", constraints.budget.as_ref().map(|stated| &stated.evidence));
    add("sets storage and training", constraints.data_volume.as_ref().map(|stated| &stated.evidence));
    add("demands security traits", constraints.data_class.as_ref().map(|stated| &stated.evidence));
    add("demands security traits", constraints.compliance.as_ref().map(|stated| &stated.evidence));
    add("sets redundancy", constraints.availability.as_ref().map(|stated| &stated.evidence));
    add("wants or excludes tools", constraints.tooling.as_ref().map(|stated| &stated.evidence));
    add("sets the region", constraints.regions.as_ref().map(|stated| &stated.evidence));
    add("limits the work", constraints.team.as_ref().map(|stated| &stated.evidence));
    links
}
