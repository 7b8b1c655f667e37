//! Opens the gate at which a person approves, revises or rejects.

use agent::{
    AgentError, CardDraft, Memory,
    gate::{GateDraft, Gatekeeper},
};
use design::{
    cost::CostReview,
    finding::{Finding, Severity, TechReview},
    node::Node,
    plan::{Candidate, PlanDecision},
    policy::{PolicyReport, PolicyResult, Verdict},
};
use run::{
    card::{Category, Confidence, Fact, PolicyLine, Risk, Trigger},
    gate::{Decision, GateKind},
    question::Priority,
};
use serde_json::json;

/// The keeper of the final gate.
#[derive(Debug, Clone, Copy)]
pub struct FinalGate {
    /// Round of planning from which a revision is no longer offered, so that the loop is bounded.
    pub max_plan_rounds: u32,
}

impl Gatekeeper for FinalGate {
    const NODE: &'static str = Node::HitlGateFinal.as_str();
    const NAME: &'static str = "Final gate";
    const READS: &'static [&'static str] =
        &[Node::Planner.as_str(), Node::CriticTech.as_str(), Node::CriticCost.as_str(), Node::PolicyEval.as_str()];
    const KIND: GateKind = GateKind::Final;

    fn prepare(&self, memory: &Memory) -> Result<GateDraft, AgentError> {
        let shown = Shown {
            plan: memory.latest(Node::Planner.as_str())?,
            tech: memory.latest(Node::CriticTech.as_str())?,
            cost: memory.latest(Node::CriticCost.as_str())?,
            policy: memory.latest(Node::PolicyEval.as_str())?,
        };
        let blocking = shown.blocking();
        let card = shown.card(memory.trigger(GateKind::Final), &blocking)?;
        let mut options = vec![Decision::Approve];
        if memory.iteration() < self.max_plan_rounds {
            options.push(Decision::Revise);
        }
        options.push(Decision::Reject);
        Ok(GateDraft {
            subject: json!({
                "plan": shown.plan, "tech": shown.tech, "cost": shown.cost, "policy": shown.policy,
            }),
            summary: shown.summary(&blocking)?,
            questions: Vec::new(),
            options,
            risks: blocking.into_iter().map(|point| point.line).collect(),
            // A plan that rests on guesses, or that hardly beats another, is for a person to look at.
            confidence: Some(shown.plan.confidence),
            card,
        })
    }
}

/// Something that blocks, and that whoever approves accepts.
struct Blocking {
    /// Id of the finding or rule.
    id: String,
    /// It in one line.
    line: String,
    /// It on the card.
    risk: Risk,
}

/// What is shown at the gate.
struct Shown {
    plan: PlanDecision,
    tech: TechReview,
    cost: CostReview,
    policy: PolicyReport,
}

impl Shown {
    fn selected(&self) -> Result<&Candidate, AgentError> {
        self.plan.selected().ok_or_else(|| {
            AgentError::MemoryIncomplete(format!(
                "the plan has no candidate `{}`, which it selected",
                self.plan.selected
            ))
        })
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.tech.findings.iter().chain(&self.cost.findings)
    }

    fn failed_policies(&self) -> impl Iterator<Item = &PolicyResult> {
        self.policy.results.iter().filter(|result| match result.verdict {
            Verdict::Fail => true,
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => false,
        })
    }

    /// Everything that keeps the design from being approved without a person: blocking findings, failed blocking rules,
    /// a cost over the budget, and constraints that the plan breaks.
    fn blocking(&self) -> Vec<Blocking> {
        let findings =
            self.findings().filter(|finding| finding.severity == Severity::Blocking).map(|finding| Blocking {
                id: finding.id.clone(),
                line: format!("`{}` is blocking: {}", finding.id, finding.title),
                risk: finding.risk(),
            });
        let rules =
            self.failed_policies().filter(|result| result.severity == Severity::Blocking).map(|result| Blocking {
                id: result.rule.clone(),
                line: format!("`{}` failed: {}", result.rule, result.title),
                risk: Risk {
                    severity: Priority::Critical,
                    text: format!("{}: {}", result.rule, result.title),
                    mitigation: result.remedy.clone(),
                },
            });
        let mut known: Vec<Blocking> = findings.chain(rules).collect();
        let plain = |id: &str, line: String, mitigation: &str| Blocking {
            id: id.to_owned(),
            risk: Risk { severity: Priority::Critical, text: line.clone(), mitigation: mitigation.to_owned() },
            line,
        };
        // The policy node is the one that sums up; what it names and we do not know still blocks.
        for id in &self.policy.blocking {
            if !known.iter().any(|other| other.id == *id) {
                known.push(plain(id, format!("`{id}` is blocking"), "See the finding."));
            }
        }
        if let Some(budget) = self.cost.budget.as_ref().filter(|budget| !budget.within)
            && !known.iter().any(|other| other.id.contains("budget"))
        {
            let line = format!(
                "the expected {} a month is over the budget of {}",
                usd(self.cost.estimate.expected_usd),
                usd(budget.limit_usd)
            );
            known.push(plain("budget", line, "Raise the budget, or ask for something cheaper."));
        }
        // The critics say the same in their own words; what none of them says is not lost.
        if known.is_empty()
            && let Some(selected) = self.plan.selected()
        {
            let broken = selected.violations.iter();
            known.extend(broken.map(|line| {
                plain("plan", format!("the plan breaks a constraint: {line}"), "Relax the constraint, or accept it.")
            }));
        }
        known
    }

    fn summary(&self, blocking: &[Blocking]) -> Result<String, AgentError> {
        let selected = self.selected()?;
        let estimate = &self.cost.estimate;
        let mut text = format!(
            "{}: {} Expected {} a month ({} to {})",
            selected.name,
            full_stop(&selected.summary),
            usd(estimate.expected_usd),
            usd(estimate.low_usd),
            usd(estimate.high_usd)
        );
        if let Some(budget) = &self.cost.budget {
            let place = if budget.within { "within" } else { "over" };
            text.push_str(&format!(", {place} the budget of {}", usd(budget.limit_usd)));
        }
        text.push('.');
        if let Some(latency) = self.tech.path_latency_ms {
            text.push_str(&format!(" P95 latency {latency:.0} ms."));
        }
        text.push_str(&format!(
            " {} findings, {} of {} policy rules failed, {}.",
            self.findings().count(),
            self.policy.failed,
            self.policy.failed + self.policy.passed,
            match blocking.len() {
                0 => "nothing blocks".to_owned(),
                1 => "1 point blocks".to_owned(),
                many => format!("{many} points block"),
            }
        ));
        Ok(text)
    }

    fn card(&self, trigger: Trigger, blocking: &[Blocking]) -> Result<CardDraft, AgentError> {
        let selected = self.selected()?;
        let decision = format!("Ask a person to approve, revise or reject \"{}\".", selected.name);
        let confidence = Confidence { value: self.plan.confidence, basis: self.plan.confidence_basis.clone() };
        let mut card = CardDraft::new(trigger, Category::Approval, decision, confidence);
        card.priority = if blocking.is_empty() { Priority::High } else { Priority::Critical };
        card.reasoning = vec![self.summary(blocking)?];
        if !self.plan.reason.is_empty() {
            card.reasoning.push(self.plan.reason.clone());
        }
        card.reasoning.extend(blocking.iter().map(|point| format!("Before approving: {}.", point.line)));
        card.risks = blocking.iter().map(|point| point.risk.clone()).collect();
        card.inputs = vec![
            Fact::new("Candidates", self.plan.candidates.len().to_string()),
            Fact::new("Expected cost", format!("{} a month", usd(self.cost.estimate.expected_usd))),
            Fact::new("Findings", self.findings().count().to_string()),
            Fact::new("Policy rules failed", self.policy.failed.to_string()),
        ];
        card.policy_results = self
            .failed_policies()
            .map(|result| PolicyLine {
                rule: result.rule.clone(),
                verdict: result.verdict.as_str().to_owned(),
                evidence: result.evidence.clone(),
            })
            .collect();
        Ok(card)
    }
}

fn full_stop(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Dollars for people: cents only below a hundred.
fn usd(amount: f64) -> String {
    if amount.abs() < 100.0 { format!("${amount:.2}") } else { format!("${}", design::words::readable(amount.round())) }
}

#[cfg(test)]
mod tests;
