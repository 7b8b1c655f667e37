//! Decisions, findings and money.

use design::{
    constraint::{Budget, Cloud, ConstraintField, ConstraintSet, Source, Stated},
    cost::CostReview,
    finding::{Finding, Severity, TechReview},
    plan::{Candidate, Capability, Component, Exclusion, PlanDecision, Trace},
    policy::{PolicyReport, PolicyResult, Verdict},
    version::{CostDelta, FindingChange, FindingSource, VersionDiff},
};
use run::id::RunId;

use crate::{Bodies, Version, compare, cost, cost_in_words};

pub(super) fn nothing() -> VersionDiff {
    let cost = CostDelta { before_usd: 1.0, after_usd: 1.0, delta_usd: 0.0, delta_percent: Some(0.0) };
    VersionDiff {
        parent: RunId::generate(),
        summary: String::new(),
        constraints: vec![],
        components: vec![],
        causes: vec![],
        findings: vec![],
        edits: vec![],
        conflicts: vec![],
        cost,
        files: vec![],
    }
}

fn stated<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 0.9, source: Source::Text, evidence: vec![], derivation: None })
}

fn component(capability: Capability, pattern: &str, size: &str, traces: &[ConstraintField]) -> Component {
    Component {
        capability,
        pattern: pattern.into(),
        name: format!("The {pattern}"),
        services: vec![],
        sizing: [("count".to_owned(), size.to_owned())].into(),
        max_per_second: None,
        latency_ms: 0.0,
        availability_percent: 99.9,
        rationale: "fits".into(),
        traces: traces.iter().map(|field| Trace { claim: "claim".into(), field: Some(*field), quote: None }).collect(),
    }
}

fn finding(id: &str, severity: Severity) -> Finding {
    Finding {
        id: id.into(),
        severity,
        title: format!("title of {id}"),
        evidence: "1 > 0".into(),
        remedy: "mend".into(),
        patterns: vec![],
        replan: false,
    }
}

fn rule(id: &str, verdict: Verdict) -> PolicyResult {
    PolicyResult {
        rule: id.into(),
        title: format!("rule {id}"),
        framework: None,
        source: "somewhere".into(),
        verdict,
        severity: Severity::Major,
        evidence: "facts".into(),
        remedy: "mend".into(),
        patterns: vec![],
        control: String::new(),
        as_of: None,
        pack: String::new(),
        waiver: None,
    }
}

fn version(number: u32, constraints: ConstraintSet, components: Vec<Component>) -> Version {
    let candidate = Candidate { id: "c".into(), components, ..Candidate::default() };
    let plan = PlanDecision {
        constraints,
        candidates: vec![candidate],
        selected: "c".into(),
        reason: "It scores best.".into(),
        ..PlanDecision::default()
    };
    Version {
        run: RunId::generate(),
        number,
        plan,
        cost: CostReview::default(),
        tech: Some(TechReview::default()),
        policy: Some(PolicyReport::default()),
        files: vec![],
        edits: vec![],
        conflicts: vec![],
    }
}

#[test]
fn each_change_names_the_constraint_behind_it() {
    let before = ConstraintSet { cloud: stated(Cloud::Aws), ..ConstraintSet::default() };
    let budget = serde_json::from_value::<Budget>(
        serde_json::json!({"usd_per_month": 500.0, "amount": 500.0, "currency": "USD"}),
    );
    let after = ConstraintSet { cloud: stated(Cloud::Gcp), budget: budget.ok().and_then(stated), ..before.clone() };
    let (cloud, latency) = (ConstraintField::Cloud, ConstraintField::Latency);
    let old = version(
        3,
        before,
        vec![
            component(Capability::Serve, "serve.a", "1", &[latency]),
            component(Capability::Store, "store.a", "1", &[cloud]),
            component(Capability::Train, "train.a", "1", &[]),
        ],
    );
    let mut new = version(
        5,
        after,
        vec![
            component(Capability::Serve, "serve.b", "1", &[cloud, latency]),
            component(Capability::Store, "store.a", "2", &[cloud]),
        ],
    );
    new.plan.excluded = vec![Exclusion { pattern: "train.a".into(), reason: "it was found to be too slow".into() }];
    new.plan.responses = vec!["The training was taken out, as the comment asks.".into()];
    let diff = compare(&old, &new, &Bodies::new()).unwrap();
    assert_eq!(diff.constraints[0], "Cloud: Google Cloud instead of AWS");
    assert_eq!(
        diff.components,
        [
            "store: The store.a with count 2 instead of 1, because of Cloud",
            "train: The train.a removed, left out: it was found to be too slow",
            "serve: The serve.a removed, because of Cloud",
            "serve: The serve.b added, because of Cloud",
        ]
    );
    assert_eq!((diff.causes[0].field, diff.causes[0].patterns.len()), (cloud, 3));
    assert!(diff.summary.starts_with("Version 5 against version 3."), "{}", diff.summary);
    assert!(
        diff.summary.contains("Cloud: Google Cloud instead of AWS: it changed The store.a (`store.a`)"),
        "{}",
        diff.summary
    );
    assert!(diff.summary.contains("It scores best."), "what no constraint explains is explained: {}", diff.summary);
    assert!(diff.summary.contains("as the comment asks"), "{}", diff.summary);
    assert_eq!(diff.causes.len(), diff.constraints.len());
}

#[test]
fn nothing_changed_says_so() {
    let one = version(1, ConstraintSet::default(), vec![component(Capability::Serve, "serve.a", "1", &[])]);
    let diff = compare(&one, &one, &Bodies::new()).unwrap();
    assert!(diff.constraints.is_empty() && diff.components.is_empty() && diff.findings.is_empty());
    assert!(!diff.summary.contains("**Why**"), "{}", diff.summary);
    assert!(diff.summary.contains("**Constraints**: no difference."), "{}", diff.summary);
}

#[test]
fn findings_come_go_and_change() {
    let (mut old, mut new) =
        (version(1, ConstraintSet::default(), vec![]), version(2, ConstraintSet::default(), vec![]));
    let tech = |findings| Some(TechReview { findings, ..TechReview::default() });
    let policy = |results| Some(PolicyReport { results, ..PolicyReport::default() });
    old.tech = tech(vec![finding("tech.gone", Severity::Minor), finding("tech.worse", Severity::Minor)]);
    new.tech = tech(vec![finding("tech.worse", Severity::Blocking), finding("tech.twice", Severity::Info)]);
    new.tech.as_mut().unwrap().findings.push(finding("tech.twice", Severity::Info));
    new.cost.findings = vec![finding("cost.budget", Severity::Major)];
    old.policy = policy(vec![rule("p.waived", Verdict::Fail), rule("p.same", Verdict::Fail)]);
    new.policy =
        policy(vec![rule("p.waived", Verdict::Waived), rule("p.same", Verdict::Fail), rule("p.ok", Verdict::Pass)]);
    let diff = compare(&old, &new, &Bodies::new()).unwrap();
    let seen: Vec<_> = diff.findings.iter().map(|f| (f.id.as_str(), f.source, f.change)).collect();
    let (tech, cost, policy) = (FindingSource::CriticTech, FindingSource::CriticCost, FindingSource::PolicyEval);
    assert_eq!(
        seen,
        [
            ("cost.budget", cost, FindingChange::New),
            ("tech.twice", tech, FindingChange::New),
            ("tech.twice", tech, FindingChange::New),
            ("tech.gone", tech, FindingChange::Gone),
            ("tech.worse", tech, FindingChange::Changed),
            ("p.waived", policy, FindingChange::Changed),
        ]
    );
    assert_eq!(diff.findings[4].text, "Now blocking instead of minor: title of tech.worse");
    assert_eq!(diff.findings[5].text, "Now major but waived instead of major: rule p.waived");
}

#[test]
fn money_is_told_with_its_direction() {
    assert_eq!(cost_in_words(&cost(100.0, 80.0)), "cost falls by $20.00 to $80.00 a month (-20.0 %)");
    assert_eq!(cost_in_words(&cost(0.0, 80.0)), "cost rises by $80.00 to $80.00 a month");
    assert_eq!(cost_in_words(&cost(5.0, 5.0)), "cost stays at $5.00 a month");
    assert_eq!(cost(0.0, 5.0).delta_percent, None);
}

#[test]
fn a_difference_of_an_earlier_release_is_read() {
    let stored = serde_json::json!({
        "parent": RunId::generate(), "summary": "s", "constraints": [], "components": [],
        "cost": {"before_usd": 1.0, "after_usd": 1.0, "delta_usd": 0.0, "delta_percent": 0.0},
        "files": [{"path": "a.py", "change": "added", "additions": 1, "deletions": 0,
                   "unified": "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+x\n"}],
    });
    let diff: VersionDiff = serde_json::from_value(stored).unwrap();
    assert!(diff.files[0].before.is_none() && diff.findings.is_empty());
}
