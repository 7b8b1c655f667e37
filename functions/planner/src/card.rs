//! The planner's reason card.

use agent::CardDraft;
use design::{
    constraint::{Cloud, ConstraintField},
    plan::PlanDecision,
    words::{percent, readable},
};
use run::{
    card::{Alternative, Category, Confidence, Fact, Impact, Risk},
    question::Priority,
};

use crate::PlannerInput;

/// The card and the outcome in one sentence.
pub fn draft(input: &PlannerInput, plan: &PlanDecision) -> (CardDraft, String) {
    let confidence = Confidence { value: plan.confidence, basis: plan.confidence_basis.clone() };
    let Some(selected) = plan.selected() else {
        let card = CardDraft::new(input.trigger, Category::Architecture, "No design was found", confidence);
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
    let mut card = CardDraft::new(input.trigger, Category::Architecture, format!("{summary}."), confidence);
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
            "{} hours of work a month, {} available",
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
    if plan.constraints.cloud.as_ref().is_some_and(|stated| stated.value != Cloud::Aws) {
        card.risks.push(Risk {
            severity: Priority::High,
            text: "The repository will have no infrastructure code: it is generated for AWS only.".to_owned(),
            mitigation: "Application, tests and CI are generated; set up the listed parts yourself, or choose AWS."
                .to_owned(),
        });
    }
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
    card.evidence = plan.constraints.links([
        ("sets how results are delivered", ConstraintField::Deployment),
        ("sets which patterns suit", ConstraintField::UseCase),
        ("sets the size", ConstraintField::Throughput),
        ("bounds the path", ConstraintField::Latency),
        ("bounds the cost", ConstraintField::Budget),
        ("sets storage and training", ConstraintField::DataVolume),
        ("demands security traits", ConstraintField::DataClass),
        ("demands security traits", ConstraintField::Compliance),
        ("sets redundancy", ConstraintField::Availability),
        ("wants or excludes tools", ConstraintField::Tooling),
        ("sets the region", ConstraintField::Regions),
        ("limits the work", ConstraintField::Team),
    ]);
    (card, summary)
}

fn input_facts(input: &PlannerInput, plan: &PlanDecision) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("assumptions", plan.assumptions.len().to_string()),
        Fact::new("round", input.iteration.to_string()),
    ];
    if let Some(coverage) = input.brief.coverage {
        facts.push(Fact::new("coverage", format!("{coverage:.2}")));
    }
    facts.extend(input.brief.comments.iter().map(|comment| Fact::new("comment", comment.clone())));
    facts
}
