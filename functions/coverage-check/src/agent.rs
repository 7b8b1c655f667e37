//! The agent: reads the constraints and says whether they are enough.

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{constraint::ConstraintSet, coverage::CoverageReport, node::Node, signal::CoverageSignal};
use run::{
    card::{Category, Confidence, Fact, Impact, Risk, Trigger},
    gate::GateKind,
    question::Priority,
    record::Variant,
};

use crate::assess::{assess, has_no_substance};

/// What the agent recalls.
#[derive(Debug, Clone)]
pub struct CoverageInput {
    /// What is known.
    pub set: ConstraintSet,
    /// What made the agent think.
    pub trigger: Trigger,
    /// Whether somebody can be asked.
    pub variant: Variant,
}

/// Why a thin run ends where nothing says what is to be built: its defaults would design something that nobody asked for.
const NOTHING_TO_DESIGN: &str = "The requirement does not say what is to be built, and a thin run asks nobody: there is not \
     enough to design anything. Say what is to be predicted, found, recommended or answered, from which data, and how \
     results are wanted (at once, in batches, as events come); or give `use_case` among the constraints; or start the \
     run with the variant `full`, which asks";

/// Scores how much of the constraint schema is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct CoverageCheck;

impl Agent for CoverageCheck {
    const NODE: &'static str = Node::CoverageCheck.as_str();
    const NAME: &'static str = "Coverage";
    const READS: &'static [&'static str] = &[Node::IntakeExtract.as_str()];
    type Input = CoverageInput;
    type Output = CoverageReport;
    type Signal = CoverageSignal;

    fn recall(&self, memory: &Memory) -> Result<Self::Input, AgentError> {
        Ok(CoverageInput {
            set: memory.latest(Node::IntakeExtract.as_str())?,
            trigger: memory.trigger(GateKind::Input),
            variant: memory.run().variant,
        })
    }

    async fn think(
        &self,
        CoverageInput { set, trigger, variant }: Self::Input,
        _desk: &Desk,
    ) -> Result<Thought<CoverageReport, CoverageSignal>, AgentError> {
        let nothing_to_build = has_no_substance(&set);
        match variant {
            Variant::Thin if nothing_to_build => return Err(AgentError::Unworkable(NOTHING_TO_DESIGN.to_owned())),
            Variant::Thin | Variant::Full | Variant::HitlEnhanced => {}
        }
        let assessment = assess(&set);
        let report = assessment.report.clone();
        let blocking: Vec<&str> = report.gaps.iter().filter(|gap| gap.blocking).map(|gap| gap.field.as_str()).collect();
        let verdict = if nothing_to_build {
            "not enough to design anything, because nothing says what is to be built"
        } else if report.sufficient {
            "enough to plan"
        } else if blocking.is_empty() {
            "too little to plan without asking"
        } else {
            "not enough to plan without guessing"
        };
        let decision = format!("{:.0} % of what matters is known: {verdict}.", report.score * 100.0);
        // The score is arithmetic; what can be wrong is what it rests on, so the card is as sure as the known values are.
        let known: Vec<_> = report.fields.iter().filter(|field| field.known).collect();
        let weight: f64 = known.iter().map(|field| field.weight).sum();
        let sure: f64 = known.iter().map(|field| field.weight * field.confidence).sum();
        let value = if weight > 0.0 { (sure / weight * 1000.0).round() / 1000.0 } else { 1.0 };
        let mut basis = vec![if known.is_empty() {
            "nothing is known, which is certain".to_owned()
        } else {
            format!("weighted mean confidence of the {} known fields", known.len())
        }];
        basis.extend(
            known.iter().map(|field| {
                format!("{}: {:.2} at weight {:.2}", field.field.as_str(), field.confidence, field.weight)
            }),
        );
        let mut card = CardDraft::new(trigger, Category::Requirements, decision, Confidence { value, basis });
        card.priority = if report.sufficient { Priority::Low } else { Priority::High };
        let total: f64 = report.fields.iter().map(|field| field.weight).sum();
        let reached: f64 = report.fields.iter().map(|field| field.weight * field.confidence).sum();
        card.reasoning.push(format!(
            "Score = sum of weight × confidence / sum of weights = {reached:.2} / {total:.2} = {:.3}; the threshold is \
             {:.2}.",
            report.score, report.threshold
        ));
        card.reasoning.extend(assessment.reasons.iter().cloned());
        if !assessment.not_applicable.is_empty() {
            let names: Vec<&str> = assessment.not_applicable.iter().map(|field| field.as_str()).collect();
            card.reasoning.push(format!("Does not matter here: {}.", names.join(", ")));
        }
        card.inputs = vec![
            Fact::new("known fields", format!("{} of {}", known.len(), report.fields.len())),
            Fact::new("contradictions", set.conflicts.len().to_string()),
        ];
        card.outputs = vec![
            Fact::new("score", format!("{:.3}", report.score)),
            Fact::new("threshold", format!("{:.2}", report.threshold)),
            Fact::new("enough", if report.sufficient { "yes" } else { "no" }),
        ];
        card.outputs.extend(report.gaps.iter().map(|gap| {
            let kind = if gap.blocking { "blocking gap" } else { "gap" };
            Fact::new(format!("{kind}: {}", gap.field.as_str().replace('_', " ")), gap.reason.clone())
        }));
        card.risks = assessment
            .inconsistencies
            .iter()
            .map(|text| Risk {
                severity: Priority::High,
                text: text.clone(),
                mitigation: "The numbers are used as they are; check them in the requirement.".to_owned(),
            })
            .collect();
        card.impact = Impact {
            operations: (!report.sufficient).then(|| "Questions are asked before anything is planned.".to_owned()),
            ..Impact::default()
        };
        let summary = format!(
            "Coverage {:.2} of {:.2} needed, {} blocking gaps.",
            report.score,
            report.threshold,
            blocking.len()
        );
        let signal = CoverageSignal { sufficient: report.sufficient, score: report.score };
        Ok(Thought { output: report, signal, summary, card, artifacts: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use agent::{InMemoryBodies, MemoryBuilder};
    use design::constraint::{Budget, Currency, Deployment, Source, Stated};
    use run::{
        body::BodyRef,
        id::{OwnerId, ProjectId, RunId},
        record::{Progress, Run, RunStatus},
    };
    use serde_json::json;

    use super::*;

    fn think(set: &ConstraintSet, variant: Variant) -> Result<Thought<CoverageReport, CoverageSignal>, AgentError> {
        let run = Run {
            id: RunId::generate(),
            project_id: ProjectId::generate(),
            owner: OwnerId("local".into()),
            kind: "design".into(),
            version: 1,
            parent: None,
            title: "t".into(),
            variant,
            status: RunStatus::Running,
            revision: 1,
            last_sequence: 1,
            attempt: 1,
            progress: Progress {
                percentage: 0,
                current: None,
                running: Vec::new(),
                completed: vec![],
                eta_seconds: None,
            },
            open_gate: None,
            failure: None,
            input: BodyRef::of(b"{}"),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            ended_at: None,
        };
        let memory = MemoryBuilder::new(run, json!({})).output(Node::IntakeExtract.as_str(), 0, set)?.build();
        let desk = Desk::new(Arc::new(InMemoryBodies::default()));
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(CoverageCheck.think(CoverageCheck.recall(&memory)?, &desk))
    }

    fn stated<T>(value: T) -> Option<Stated<T>> {
        Some(Stated { value, confidence: 0.9, source: Source::Text, evidence: vec![], derivation: None })
    }

    #[test]
    fn a_thin_run_with_nothing_to_build_ends_with_the_way_out_and_others_ask() {
        let budget = stated(Budget { usd_per_month: 500.0, amount: 500.0, currency: Currency::Usd });
        for set in [ConstraintSet::default(), ConstraintSet { budget, ..ConstraintSet::default() }] {
            let error = think(&set, Variant::Thin).expect_err("refused");
            assert_eq!(error.name(), "Unworkable");
            assert!(error.to_string().contains("use_case") && error.to_string().contains("`full`"), "{error}");
            for variant in [Variant::Full, Variant::HitlEnhanced] {
                let thought = think(&set, variant).expect("a thought");
                assert!(!thought.signal.sufficient);
                assert!(
                    thought.output.gaps.iter().any(|gap| gap.blocking && gap.reason.contains("not enough to design"))
                );
                assert!(
                    thought.card.decision.contains("nothing says what is to be built"),
                    "{}",
                    thought.card.decision
                );
            }
        }
        let batch = ConstraintSet { deployment: stated(Deployment::Batch), ..ConstraintSet::default() };
        assert!(think(&batch, Variant::Thin).is_ok(), "something is to be built, and the rest has defaults");
    }
}
