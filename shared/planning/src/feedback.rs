//! What sent the plan back: findings of the critics, broken rules, and a person's comment.

use std::collections::BTreeMap;

use design::{finding::Severity, plan::Exclusion, policy::Verdict};
use knowledge::{catalogue::Catalogue, revision::Revision};

use crate::Brief;

/// How the next plan is to differ.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Feedback {
    /// Patterns to leave out, with the reason.
    pub excluded: BTreeMap<String, String>,
    /// Tools that a person wants.
    pub wanted: Vec<String>,
    /// Tools that a person rejects.
    pub rejected: Vec<String>,
    /// The plan must cost less than this, if something feasible does.
    pub below_usd: Option<f64>,
    /// It must answer faster than this many milliseconds at P95.
    pub below_ms: Option<f64>,
    /// It must be more available than this.
    pub above_percent: Option<f64>,
    /// It must be less work than this many hours.
    pub below_hours: Option<f64>,
    /// What was done about the feedback.
    pub responses: Vec<String>,
}

impl Feedback {
    /// Reads the feedback of all rounds before.
    pub fn of(input: &Brief, revisions: &[Revision], catalogue: &Catalogue) -> Self {
        let mut feedback = Self::default();
        // What was left out stays out: otherwise two findings could send the plan to and fro.
        for exclusion in input.previous.iter().flat_map(|previous| &previous.plan.excluded) {
            feedback.excluded.insert(exclusion.pattern.clone(), exclusion.reason.clone());
        }
        feedback.take_findings(input);
        feedback.take_revisions(input, revisions, catalogue);
        feedback
    }

    fn take_findings(&mut self, input: &Brief) {
        let Some(previous) = &input.previous else { return };
        // Where nothing meets everything, leaving parts out makes it no better: what has to give are the constraints.
        if previous.plan.candidates.iter().all(|candidate| !candidate.violations.is_empty()) {
            return;
        }
        let findings = previous
            .tech
            .iter()
            .flat_map(|review| &review.findings)
            .chain(previous.cost.iter().flat_map(|review| &review.findings))
            .filter(|finding| finding.severity == Severity::Blocking && finding.replan);
        let mut asks: Vec<(String, String, Vec<String>)> =
            findings.map(|finding| (finding.id.clone(), finding.title.clone(), finding.patterns.clone())).collect();
        asks.extend(
            previous
                .policy
                .iter()
                .flat_map(|report| &report.results)
                .filter(|result| result.verdict == Verdict::Fail && result.severity == Severity::Blocking)
                .map(|result| (format!("policy.{}", result.rule), result.title.clone(), result.patterns.clone())),
        );
        for (id, title, patterns) in asks {
            if id.starts_with("cost.") || id == "policy.budget.expected" {
                if self.below_usd.is_none()
                    && let Some(selected) = input.previous.as_ref().and_then(|previous| previous.plan.selected())
                {
                    self.below_usd = Some(selected.metrics.monthly_usd);
                    self.responses.push(format!(
                        "`{id}`: looked for a design below ${:.0} a month.",
                        selected.metrics.monthly_usd
                    ));
                }
                continue;
            }
            for pattern in patterns {
                let reason = format!("`{id}`: {title}");
                if self.excluded.insert(pattern.clone(), reason).is_none() {
                    self.responses.push(format!("`{id}`: left out `{pattern}`."));
                }
            }
        }
    }

    fn take_revisions(&mut self, input: &Brief, revisions: &[Revision], catalogue: &Catalogue) {
        for (index, revision) in revisions.iter().enumerate() {
            let newest = index + 1 == revisions.len() && input.revised_now;
            for name in &revision.wanted {
                self.rejected.retain(|other| other != name);
                if !self.wanted.contains(name) {
                    self.wanted.push(name.clone());
                }
                // A person's word counts more than what a rule left out before.
                self.excluded.retain(|id, reason| {
                    !(reason.starts_with("you asked")
                        && catalogue.pattern(id).is_some_and(|pattern| pattern.is_called(name)))
                });
            }
            for name in &revision.rejected {
                self.wanted.retain(|other| other != name);
                if !self.rejected.contains(name) {
                    self.rejected.push(name.clone());
                }
            }
            if !newest {
                continue;
            }
            if revision.understood.is_empty() {
                self.responses.push(format!(
                    "Not understood: “{}”. The rules understand names of services, budgets, latencies, rates, availability, and “cheaper”, “faster”, “simpler”, “more available”.",
                    revision.comment
                ));
            } else {
                self.responses.push(format!("Understood: {}.", revision.understood.join("; ")));
                for part in &revision.not_understood {
                    self.responses.push(format!("Not understood: “{part}”."));
                }
            }
            if let Some(selected) = input.previous.as_ref().and_then(|previous| previous.plan.selected()) {
                if revision.cheaper {
                    self.below_usd = Some(selected.metrics.monthly_usd);
                }
                if revision.faster {
                    self.below_ms = selected.metrics.latency_p95_ms;
                }
                if revision.more_available {
                    self.above_percent = Some(selected.metrics.availability_percent);
                }
                if revision.simpler {
                    self.below_hours = Some(selected.metrics.operations_hours_per_month);
                }
            }
        }
        let rejected = self.rejected.clone();
        for name in &rejected {
            let called: Vec<&str> = catalogue
                .patterns
                .iter()
                .filter(|pattern| {
                    pattern.is_called(name) && !self.wanted.iter().any(|wanted| pattern.is_called(wanted))
                })
                .map(|pattern| pattern.id.as_str())
                .collect();
            if called.is_empty() && input.revised_now {
                self.responses
                    .push(format!("Nothing in the catalogue is called “{name}”, so nothing had to be left out."));
            }
            for id in called {
                self.excluded.insert(id.to_owned(), format!("you asked to do without {name}"));
            }
        }
    }

    /// The exclusions as the plan records them.
    pub fn exclusions(&self) -> Vec<Exclusion> {
        self.excluded
            .iter()
            .map(|(pattern, reason)| Exclusion { pattern: pattern.clone(), reason: reason.clone() })
            .collect()
    }
}
