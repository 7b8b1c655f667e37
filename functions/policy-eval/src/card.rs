//! The reason card of the policy engine.

use agent::CardDraft;
use design::{
    constraint::ConstraintField,
    policy::{PolicyReport, PolicyResult, Verdict},
    signal::PolicySignal,
};
use run::{
    card::{Category, Confidence, Fact, Impact, PolicyLine, Risk},
    question::Priority,
};

use crate::PolicyInput;

/// The card, and the outcome in one sentence.
pub(crate) fn draft(input: &PolicyInput, report: &PolicyReport, signal: &PolicySignal) -> (CardDraft, String) {
    let summary = format!(
        "{} rules pass, {} fail, {} blocking in all{}",
        report.passed,
        report.failed,
        signal.blocking,
        if signal.replan { "; another plan may mend it" } else { "" }
    );
    let applicable = report.results.iter().filter(|result| result.verdict != Verdict::NotApplicable).count();
    let mut card =
        CardDraft::new(input.trigger, Category::Policy, format!("{summary}."), confidence(input, report, applicable));
    card.priority = if signal.blocking > 0 { Priority::Critical } else { Priority::Medium };
    card.reasoning = report.results.iter().filter_map(reason).collect();
    card.reasoning.extend(course(input, report, signal));
    card.inputs = vec![
        Fact::new("design", input.plan.selected().map_or(String::new(), |selected| selected.name.clone())),
        Fact::new("rules", report.results.len().to_string()),
    ];
    card.inputs.extend(
        input.packs.iter().map(|pack| Fact::new(format!("pack {}", pack.name), format!("version {}", pack.sha256))),
    );
    card.outputs = vec![
        Fact::new("passed", report.passed.to_string()),
        Fact::new("failed", report.failed.to_string()),
        Fact::new("blocking", signal.blocking.to_string()),
        Fact::new("replan", if signal.replan { "yes" } else { "no" }),
    ];
    card.policy_results = report
        .results
        .iter()
        .filter(|result| result.verdict != Verdict::NotApplicable)
        .map(|result| PolicyLine {
            rule: result.rule.clone(),
            verdict: result.verdict.as_str().to_owned(),
            evidence: format!("{}: {}", result.control, result.evidence),
        })
        .collect();
    card.impact = Impact {
        security: Some(format!("{} of {applicable} rules that apply hold", report.passed)),
        ..Impact::default()
    };
    card.risks = report
        .results
        .iter()
        .filter(|result| result.verdict == Verdict::Fail)
        .map(|result| Risk {
            severity: result.severity.into(),
            text: format!("{}: {}", result.rule, result.title),
            mitigation: result.remedy.clone(),
        })
        .collect();
    card.evidence = input.plan.constraints.links([
        ("calls for framework rules", ConstraintField::Compliance),
        ("calls for data protection rules", ConstraintField::DataClass),
        ("calls for region rules", ConstraintField::Regions),
        ("calls for the budget rule", ConstraintField::Budget),
        ("calls for the tooling rule", ConstraintField::Tooling),
    ]);
    (card, summary)
}

/// The rules are exact; what they judge is as sure as the constraints that called for them.
fn confidence(input: &PolicyInput, report: &PolicyReport, applicable: usize) -> Confidence {
    let constraints = &input.plan.constraints;
    let known: Vec<f64> = [
        constraints.data_class.as_ref().map(|stated| stated.confidence),
        constraints.compliance.as_ref().map(|stated| stated.confidence),
        constraints.regions.as_ref().map(|stated| stated.confidence),
        constraints.budget.as_ref().map(|stated| stated.confidence),
        constraints.latency.as_ref().map(|stated| stated.confidence),
    ]
    .into_iter()
    .flatten()
    .collect();
    let value = if known.is_empty() { 0.5 } else { known.iter().sum::<f64>() / known.len() as f64 };
    Confidence {
        value: (value * 1000.0).round() / 1000.0,
        basis: vec![
            format!("{applicable} of {} rules apply; each is evaluated exactly", report.results.len()),
            if known.is_empty() {
                "nothing is stated of data class, compliance, region, budget and latency: 0.5".to_owned()
            } else {
                format!("mean confidence of the {} constraints that call for rules", known.len())
            },
        ],
    }
}

/// What is said of a rule that does not hold.
fn reason(result: &PolicyResult) -> Option<String> {
    let PolicyResult { rule, control, title, evidence, remedy, .. } = result;
    match result.verdict {
        Verdict::Fail => Some(format!("**{rule}** ({control}): {title}. {evidence} Remedy: {remedy}")),
        Verdict::Waived => {
            let by = result.waiver.as_ref().map_or_else(
                || "A person waived it.".to_owned(),
                |waiver| format!("{} waived it: “{}”", waiver.by, waiver.comment),
            );
            Some(format!("**{rule}** ({control}): {title}. {evidence} {by}"))
        }
        Verdict::Pass | Verdict::NotApplicable => None,
    }
}

/// What became of the last round's blocking points, what blocks now, and where it goes from here.
fn course(input: &PolicyInput, report: &PolicyReport, signal: &PolicySignal) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(previous) = &input.previous {
        let list = |ids: Vec<&String>| ids.into_iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let (left, mended): (Vec<&String>, Vec<&String>) =
            previous.blocking.iter().partition(|id| report.blocking.contains(id));
        if !mended.is_empty() {
            lines.push(format!("No longer blocking since the last round: {}.", list(mended)));
        }
        if !left.is_empty() {
            lines.push(format!("Blocking as in the last round: {}.", list(left)));
        }
    }
    if !report.blocking.is_empty() {
        lines.push(format!("Blocking: {}.", report.blocking.join(", ")));
        lines.push(
            if signal.replan {
                "The planner can leave out what is named, so the plan goes back while rounds are left; what then still blocks is decided at the final gate."
            } else {
                "No other choice of parts is known to mend what blocks; it is left to a person at the final gate, who accepts it, revises or rejects."
            }
            .to_owned(),
        );
    }
    lines
}
