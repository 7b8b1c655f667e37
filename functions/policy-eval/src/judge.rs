//! Judges a design by packs of rules.

use std::collections::BTreeSet;

use agent::AgentError;
use design::{
    finding::{Finding, Severity},
    plan::Candidate,
    policy::{PackRef, PolicyReport, PolicyResult, Verdict, Waiver},
    signal::PolicySignal,
};
use knowledge::{catalogue::Catalogue, pattern::Pattern};
use policy::{Fault, FaultKind, Outcome, sandbox::Sandbox, shipped};
use serde_json::Value;

use crate::{PolicyInput, facts};

/// A project's own pack with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPack {
    /// Its name and version.
    pub pack: PackRef,
    /// The text.
    pub text: String,
}

/// One rule, judged; what the report does not say of it but the signal needs.
struct Judged {
    result: PolicyResult,
    mendable: bool,
}

/// Judges the selected candidate by the shipped packs and the project's own.
///
/// # Errors
/// When a shipped pack is broken, or no sandbox can be started. What is wrong with a project's pack is a failed result.
pub async fn judge(
    input: &PolicyInput,
    own: &[OwnPack],
    sandbox: &Sandbox,
    catalogue: &Catalogue,
) -> Result<(PolicyReport, PolicySignal), AgentError> {
    let facts = facts::of_selected(input, catalogue);
    let mut judged = Vec::new();
    for (pack, outcomes) in shipped::evaluate(&facts).map_err(defect)? {
        judged.extend(outcomes.into_iter().map(|outcome| of_outcome(input, pack.to_owned(), outcome)));
    }
    for pack in own {
        match evaluate(sandbox, pack, std::slice::from_ref(&facts)).await? {
            Ok(mut outcomes) => {
                let outcomes = outcomes.pop().unwrap_or_default();
                judged.extend(outcomes.into_iter().map(|outcome| of_outcome(input, version(&pack.pack), outcome)));
            }
            Err(fault) => judged.push(of_fault(input, &pack.pack, &fault)),
        }
    }
    name_what_differs(input, own, sandbox, catalogue, &mut judged).await?;
    Ok(add_up(input, judged, catalogue))
}

fn defect(fault: Fault) -> AgentError {
    AgentError::Defect(format!("a shipped policy pack cannot be evaluated: {fault}"))
}

/// What a project's pack says of inputs; the outer error is one of the platform's.
async fn evaluate(
    sandbox: &Sandbox,
    pack: &OwnPack,
    inputs: &[Value],
) -> Result<Result<Vec<Vec<Outcome>>, Fault>, AgentError> {
    match sandbox.evaluate(&pack.pack.name, &pack.text, inputs).await {
        Ok(outcomes) => Ok(Ok(outcomes)),
        Err(fault) => match fault.kind {
            FaultKind::Start => Err(AgentError::Transient {
                what: format!("no policy sandbox: {fault}"),
                source: Some(Box::new(fault)),
            }),
            FaultKind::Syntax
            | FaultKind::Reference
            | FaultKind::Shape
            | FaultKind::Evaluation
            | FaultKind::Time
            | FaultKind::Memory
            | FaultKind::Process => Ok(Err(fault)),
        },
    }
}

/// A pack as results name it: a project's own with its version.
fn version(pack: &PackRef) -> String {
    format!("{}@{}", pack.name, pack.sha256.as_str().get(..12).unwrap_or_default())
}

fn verdict(input: &PolicyInput, rule: &str, holds: bool) -> (Verdict, Option<Waiver>) {
    if holds {
        return (Verdict::Pass, None);
    }
    if !input.plan.waived.iter().any(|waived| waived == rule) {
        return (Verdict::Fail, None);
    }
    let by = input.waivers.iter().rev().find(|(waived, _)| waived == rule).map(|(_, waiver)| waiver.clone());
    (Verdict::Waived, by)
}

fn of_outcome(input: &PolicyInput, pack: String, outcome: Outcome) -> Judged {
    let Outcome { rule, reading } = outcome;
    let (verdict, waiver, evidence, patterns) = match reading {
        None => {
            (Verdict::NotApplicable, None, "Nothing in the requirement calls for this rule.".to_owned(), Vec::new())
        }
        Some(reading) => {
            let (verdict, waiver) = verdict(input, &rule.id, reading.holds);
            let mut evidence = reading.evidence;
            let patterns = in_order(input.plan.selected(), reading.offenders);
            if !patterns.is_empty() {
                evidence.push_str(&format!(" It is broken by {}.", patterns.join(", ")));
            }
            (verdict, waiver, evidence, patterns)
        }
    };
    let result = PolicyResult {
        rule: rule.id,
        title: rule.title,
        framework: rule.framework,
        source: rule.source,
        verdict,
        severity: rule.severity,
        evidence,
        remedy: rule.remedy,
        patterns,
        control: rule.control,
        as_of: rule.as_of,
        pack,
        waiver,
    };
    Judged { result, mendable: rule.mendable }
}

/// Patterns in the order of the design; names that are no parts of it come last.
fn in_order(selected: Option<&Candidate>, mut patterns: Vec<String>) -> Vec<String> {
    let components = selected.map(|selected| selected.components.as_slice()).unwrap_or_default();
    patterns.sort_by_key(|pattern| {
        components.iter().position(|component| component.pattern == *pattern).unwrap_or(usize::MAX)
    });
    patterns
}

/// A pack that cannot be evaluated has shown nothing, so it blocks.
fn of_fault(input: &PolicyInput, pack: &PackRef, fault: &Fault) -> Judged {
    let rule = format!("{}.could-not-be-evaluated", pack.name);
    let (verdict, waiver) = verdict(input, &rule, false);
    let result = PolicyResult {
        title: format!("The project's policy pack `{}` can be evaluated", pack.name),
        framework: None,
        source: format!("The project's own pack `{}`, version {}", pack.name, pack.sha256),
        verdict,
        severity: Severity::Blocking,
        evidence: format!(
            "The pack `{}` could not be evaluated: {}.",
            pack.name,
            fault.to_string().trim_end_matches('.')
        ),
        remedy: format!("Mend the pack and start a new version, or waive `{rule}` in a revision."),
        patterns: Vec::new(),
        control: "House rule".to_owned(),
        as_of: None,
        pack: version(pack),
        waiver,
        rule,
    };
    Judged { result, mendable: false }
}

fn blocks(result: &PolicyResult) -> bool {
    result.verdict == Verdict::Fail && result.severity == Severity::Blocking
}

/// A blocking failure that names no part gives the planner nothing to leave out. Where another candidate keeps the rule,
/// what makes the difference is named: the parts that the selected one has and the other has not.
async fn name_what_differs(
    input: &PolicyInput,
    own: &[OwnPack],
    sandbox: &Sandbox,
    catalogue: &Catalogue,
    judged: &mut [Judged],
) -> Result<(), AgentError> {
    let is_open = |judged: &Judged| judged.mendable && blocks(&judged.result) && judged.result.patterns.is_empty();
    let Some(selected) = input.plan.selected() else { return Ok(()) };
    if !judged.iter().any(is_open) {
        return Ok(());
    }
    let others: Vec<&Candidate> = input
        .plan
        .candidates
        .iter()
        .filter(|candidate| candidate.id != selected.id && candidate.violations.is_empty())
        .collect();
    let inputs: Vec<Value> = others.iter().map(|other| facts::of_candidate(input, other, catalogue)).collect();
    // Per candidate, the rules that it keeps.
    let mut kept: Vec<BTreeSet<String>> = vec![BTreeSet::new(); others.len()];
    for (kept, facts) in kept.iter_mut().zip(&inputs) {
        for (_, outcomes) in shipped::evaluate(facts).map_err(defect)? {
            keep(kept, outcomes);
        }
    }
    for pack in own {
        let concerned = judged.iter().any(|judged| is_open(judged) && judged.result.pack == version(&pack.pack));
        if !concerned || inputs.is_empty() {
            continue;
        }
        // A pack that cannot be evaluated for the others has nothing to say of them.
        if let Ok(outcomes) = evaluate(sandbox, pack, &inputs).await? {
            for (kept, outcomes) in kept.iter_mut().zip(outcomes) {
                keep(kept, outcomes);
            }
        }
    }
    for judged in judged.iter_mut().filter(|judged| is_open(judged)) {
        let result = &mut judged.result;
        let keeper = others.iter().zip(&kept).find(|(_, kept)| kept.contains(&result.rule)).map(|(other, _)| other);
        let Some(other) = keeper else { continue };
        let has = |pattern: &String| other.components.iter().any(|component| component.pattern == *pattern);
        let own = selected.components.iter().map(|component| component.pattern.clone());
        result.patterns = own.filter(|pattern| !has(pattern)).collect();
        let differs = result.patterns.join(", ");
        result.evidence.push_str(&format!(" “{}” keeps the rule: it does without {differs}.", other.name));
    }
    Ok(())
}

fn keep(kept: &mut BTreeSet<String>, outcomes: Vec<Outcome>) {
    let held = outcomes.into_iter().filter(|outcome| outcome.reading.as_ref().is_none_or(|reading| reading.holds));
    kept.extend(held.map(|outcome| outcome.rule.id));
}

fn add_up(input: &PolicyInput, judged: Vec<Judged>, catalogue: &Catalogue) -> (PolicyReport, PolicySignal) {
    let count = |verdict: Verdict| judged.iter().filter(|judged| judged.result.verdict == verdict).count() as u32;
    let critics: Vec<&Finding> = input
        .tech
        .findings
        .iter()
        .chain(&input.cost.findings)
        .filter(|finding| finding.severity == Severity::Blocking)
        .collect();
    // A finding that a person has accepted still shows, but sends nothing back.
    // The planner has already looked at everything when nothing is feasible: leaving parts out makes it no better.
    let hopeless = input.plan.candidates.iter().all(|candidate| !candidate.violations.is_empty());
    let mendable = critics.iter().any(|finding| finding.replan && !input.plan.waived.contains(&finding.id))
        || judged
            .iter()
            .any(|judged| judged.mendable && blocks(&judged.result) && may_be_mended(&judged.result, input, catalogue));
    let replan = mendable && !hopeless;
    let (passed, failed) = (count(Verdict::Pass), count(Verdict::Fail));
    let results: Vec<PolicyResult> = judged.into_iter().map(|judged| judged.result).collect();
    let mut blocking: Vec<String> =
        results.iter().filter(|result| blocks(result)).map(|result| result.rule.clone()).collect();
    blocking.extend(critics.iter().map(|finding| finding.id.clone()));
    let signal = PolicySignal { replan, blocking: blocking.len() as u32 };
    (PolicyReport { results, passed, failed, blocking }, signal)
}

/// True when the planner can do something about a failure: the patterns concerned have alternatives that were not left
/// out yet. A failure that names no pattern, and that no other candidate mends, is for a person at the final gate.
fn may_be_mended(result: &PolicyResult, input: &PolicyInput, catalogue: &Catalogue) -> bool {
    let selected_breaks = input.plan.selected().is_some_and(|selected| !selected.violations.is_empty());
    // The planner has already said that nothing meets everything: asking again gives the same answer.
    if selected_breaks && input.plan.candidates.iter().all(|candidate| !candidate.violations.is_empty()) {
        return false;
    }
    let left_out = |pattern: &Pattern| {
        result.patterns.contains(&pattern.id)
            || input.plan.excluded.iter().any(|exclusion| exclusion.pattern == pattern.id)
    };
    !result.patterns.is_empty()
        && result.patterns.iter().all(|id| {
            catalogue.pattern(id).is_some_and(|broken| {
                catalogue.patterns.iter().any(|other| {
                    other.capability == broken.capability && other.cloud == broken.cloud && !left_out(other)
                })
            })
        })
}
