//! Evaluates the policy rules against constraints, plan and cost.
//!
//! The rules are data ([`knowledge::policy`]); this crate lays out the facts ([`facts`]) and judges. Its signal adds up
//! everything blocking: failed rules and the critics' findings; it asks for another plan only when another plan may
//! mend one of them.

pub mod facts;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    constraint::ConstraintField,
    cost::CostReview,
    finding::{Finding, Severity, TechReview},
    node::Node,
    plan::PlanDecision,
    policy::{PolicyReport, PolicyResult, Verdict},
    signal::PolicySignal,
};
use knowledge::{
    catalogue::Catalogue,
    expression::{ExpressionError, Facts},
    pattern::Pattern,
    policy::{self, Rule},
};
use run::{
    card::{Category, Confidence, Fact, Impact, PolicyLine, Risk, Trigger},
    gate::GateKind,
    question::Priority,
};

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct PolicyEngine;

/// What the engine judges.
#[derive(Debug, Clone)]
pub struct PolicyInput {
    /// The plan, with the constraints that it answers and the rules that a person waived.
    pub plan: PlanDecision,
    /// The technical review.
    pub tech: TechReview,
    /// The cost review.
    pub cost: CostReview,
    /// Why it is judged now.
    pub trigger: Trigger,
}

impl Agent for PolicyEngine {
    const NODE: &'static str = "policy_eval";
    const NAME: &'static str = "Policy engine";
    const READS: &'static [&'static str] = &["planner", "critic_tech", "critic_cost"];
    type Input = PolicyInput;
    type Output = PolicyReport;
    type Signal = PolicySignal;

    fn recall(&self, memory: &Memory) -> Result<PolicyInput, AgentError> {
        Ok(PolicyInput {
            plan: memory.latest(Node::Planner.as_str())?,
            tech: memory.latest(Node::CriticTech.as_str())?,
            cost: memory.latest(Node::CriticCost.as_str())?,
            trigger: memory.trigger(GateKind::Final),
        })
    }

    async fn think(&self, input: PolicyInput, _: &Desk) -> Result<Thought<PolicyReport, PolicySignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let rules = policy::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let (report, signal) =
            judge(&input, rules, catalogue).map_err(|error| AgentError::Defect(error.to_string()))?;
        let (card, summary) = card(&input, &report, &signal);
        Ok(Thought { output: report, signal, summary, card, artifacts: Vec::new() })
    }
}

/// Judges the selected candidate by rules.
///
/// # Errors
/// When a rule cannot be evaluated.
pub fn judge(
    input: &PolicyInput,
    rules: &[Rule],
    catalogue: &Catalogue,
) -> Result<(PolicyReport, PolicySignal), ExpressionError> {
    let facts = facts::lay_out(input, catalogue);
    let results = rules
        .iter()
        .map(|rule| result(rule, &facts, &input.plan.waived))
        .collect::<Result<Vec<_>, ExpressionError>>()?;
    let count = |verdict: Verdict| results.iter().filter(|result| result.verdict == verdict).count() as u32;
    let critics: Vec<&Finding> = input
        .tech
        .findings
        .iter()
        .chain(&input.cost.findings)
        .filter(|finding| finding.severity == Severity::Blocking)
        .collect();
    let failed: Vec<(&PolicyResult, &Rule)> = results
        .iter()
        .zip(rules)
        .filter(|(result, _)| result.verdict == Verdict::Fail && result.severity == Severity::Blocking)
        .collect();
    let replan = critics.iter().any(|finding| finding.replan)
        || failed.iter().any(|(result, rule)| rule.mendable && may_be_mended(result, input, catalogue));
    let mut blocking: Vec<String> = failed.iter().map(|(result, _)| result.rule.clone()).collect();
    blocking.extend(critics.iter().map(|finding| finding.id.clone()));
    let signal = PolicySignal { replan, blocking: blocking.len() as u32 };
    Ok((PolicyReport { passed: count(Verdict::Pass), failed: count(Verdict::Fail), blocking, results }, signal))
}

fn result(rule: &Rule, facts: &Facts, waived: &[String]) -> Result<PolicyResult, ExpressionError> {
    let named =
        |error: ExpressionError| ExpressionError { problem: format!("{} (rule {})", error.problem, rule.id), ..error };
    let mut patterns = Vec::new();
    let (verdict, evidence) = if facts.holds(&rule.applies).map_err(named)? {
        if let Some(offenders) = &rule.offenders {
            patterns = facts.texts(offenders).map_err(named)?;
        }
        let holds = match &rule.check {
            Some(check) => facts.holds(check).map_err(named)?,
            None => patterns.is_empty(),
        };
        let mut evidence = facts.fill(&rule.evidence).map_err(named)?;
        if !patterns.is_empty() {
            evidence.push_str(&format!(" It is broken by {}.", patterns.join(", ")));
        }
        let verdict = match (holds, waived.contains(&rule.id)) {
            (true, _) => Verdict::Pass,
            (false, true) => Verdict::Waived,
            (false, false) => Verdict::Fail,
        };
        (verdict, evidence)
    } else {
        (Verdict::NotApplicable, "Nothing in the requirement calls for this rule.".to_owned())
    };
    Ok(PolicyResult {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        framework: rule.framework,
        source: rule.source.clone(),
        verdict,
        severity: rule.severity,
        evidence,
        remedy: rule.remedy.clone(),
        patterns,
    })
}

/// True when another plan may mend the failure: the patterns concerned have an alternative that was not left out yet,
/// or, where no pattern is named, another of the plan's candidates is feasible.
fn may_be_mended(result: &PolicyResult, input: &PolicyInput, catalogue: &Catalogue) -> bool {
    let selected_breaks = input.plan.selected().is_some_and(|selected| !selected.violations.is_empty());
    // The planner has already said that nothing meets everything: asking again gives the same answer.
    if selected_breaks && input.plan.candidates.iter().all(|candidate| !candidate.violations.is_empty()) {
        return false;
    }
    if result.patterns.is_empty() {
        return input
            .plan
            .candidates
            .iter()
            .any(|candidate| candidate.id != input.plan.selected && candidate.violations.is_empty());
    }
    let left_out = |pattern: &Pattern| {
        result.patterns.contains(&pattern.id)
            || input.plan.excluded.iter().any(|exclusion| exclusion.pattern == pattern.id)
    };
    result.patterns.iter().all(|id| {
        catalogue.pattern(id).is_some_and(|broken| {
            catalogue.patterns.iter().any(|other| other.capability == broken.capability && !left_out(other))
        })
    })
}

fn card(input: &PolicyInput, report: &PolicyReport, signal: &PolicySignal) -> (CardDraft, String) {
    let summary = format!(
        "{} rules pass, {} fail, {} blocking in all{}",
        report.passed,
        report.failed,
        signal.blocking,
        if signal.replan { "; another plan may mend it" } else { "" }
    );
    let applicable = report.results.iter().filter(|result| result.verdict != Verdict::NotApplicable).count();
    // The rules are exact; what they judge is as sure as the constraints that called for them.
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
    let confidence = Confidence {
        value: (value * 1000.0).round() / 1000.0,
        basis: vec![
            format!("{applicable} of {} rules apply; each is evaluated exactly", report.results.len()),
            if known.is_empty() {
                "nothing is stated of data class, compliance, region, budget and latency: 0.5".to_owned()
            } else {
                format!("mean confidence of the {} constraints that call for rules", known.len())
            },
        ],
    };
    let mut card = CardDraft::new(input.trigger, Category::Policy, format!("{summary}."), confidence);
    card.priority = if signal.blocking > 0 { Priority::Critical } else { Priority::Medium };
    card.reasoning = report
        .results
        .iter()
        .filter(|result| matches!(result.verdict, Verdict::Fail | Verdict::Waived))
        .map(|result| {
            format!(
                "**{}** ({}): {} {} Remedy: {}",
                result.rule, result.source, result.title, result.evidence, result.remedy
            )
        })
        .collect();
    if !report.blocking.is_empty() {
        card.reasoning.push(format!("Blocking: {}.", report.blocking.join(", ")));
    }
    card.inputs = vec![
        Fact::new("design", input.plan.selected().map_or(String::new(), |selected| selected.name.clone())),
        Fact::new("rules", report.results.len().to_string()),
    ];
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
            evidence: result.evidence.clone(),
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
    card.evidence = constraints.links([
        ("calls for framework rules", ConstraintField::Compliance),
        ("calls for data protection rules", ConstraintField::DataClass),
        ("calls for region rules", ConstraintField::Regions),
        ("calls for the budget rule", ConstraintField::Budget),
        ("calls for the tooling rule", ConstraintField::Tooling),
    ]);
    (card, summary)
}
