//! What the README says before all else: what the design does not keep, and where it is not what was asked.

use design::{
    finding::Severity,
    plan::PlanDecision,
    policy::{PolicyReport, Verdict},
    words::label,
};
use generation::words::markdown;

/// Each point as a sentence or two in Markdown; empty where the design is all that was asked and breaks no rule.
pub fn of(plan: &PlanDecision, policy: Option<&PolicyReport>) -> Vec<String> {
    let broken = policy.into_iter().flat_map(|report| &report.results).filter_map(|result| {
        let how = match result.verdict {
            Verdict::Fail => "is not kept",
            Verdict::Waived => "is waived by a person",
            Verdict::Pass | Verdict::NotApplicable => return None,
        };
        (result.severity <= Severity::Major).then(|| {
            let (title, evidence, remedy) =
                (markdown(&result.title), markdown(&result.evidence), markdown(&result.remedy));
            format!("**{title}** {how} (`{}`). {evidence} {remedy}", result.rule)
        })
    });
    let missed = plan.selected().into_iter().flat_map(|selected| &selected.violations);
    let missed = missed.map(|violation| format!("The design misses what was asked: {}", markdown(violation)));
    let other = plan.overrides.iter().map(|one| {
        let (to, from, reason) = (markdown(&one.to), markdown(&one.from), markdown(&one.reason));
        format!("{}: planned for {to} in place of {from}. {reason}", label(one.field))
    });
    let conflicts = plan.constraints.conflicts.iter().map(|conflict| {
        let (explanation, resolution) = (markdown(&conflict.explanation), markdown(&conflict.resolution));
        format!("What was asked contradicts itself: {explanation} {resolution}")
    });
    broken.chain(missed).chain(other).chain(conflicts).collect()
}

#[cfg(test)]
mod tests {
    use design::{constraint::ConstraintField, plan::Override, policy::PolicyResult};

    use super::*;

    fn result(rule: &str, verdict: Verdict, severity: Severity) -> PolicyResult {
        PolicyResult {
            rule: rule.into(),
            title: "Data stays in the Union".into(),
            framework: None,
            source: String::new(),
            verdict,
            severity,
            evidence: "The design is in us-east-1.".into(),
            remedy: "Take a region of the Union.".into(),
            patterns: Vec::new(),
            control: String::new(),
            as_of: None,
            pack: String::new(),
            waiver: None,
        }
    }

    #[test]
    fn broken_rules_come_first_and_what_is_kept_is_not_told() {
        let results = vec![
            result("a.kept", Verdict::Pass, Severity::Blocking),
            result("a.small", Verdict::Fail, Severity::Minor),
            result("a.broken", Verdict::Fail, Severity::Blocking),
        ];
        let report = PolicyReport { results, ..PolicyReport::default() };
        let plan = PlanDecision {
            overrides: vec![Override {
                field: ConstraintField::Regions,
                from: "us-east-1".into(),
                to: "eu-central-1".into(),
                reason: "GDPR keeps the data in EU.".into(),
            }],
            ..PlanDecision::default()
        };
        let said = of(&plan, Some(&report));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("**Data stays in the Union** is not kept (`a.broken`)"), "{said:?}");
        assert_eq!(said[1], "Regions: planned for eu-central-1 in place of us-east-1. GDPR keeps the data in EU.");
        assert!(of(&PlanDecision::default(), None).is_empty());
    }
}
