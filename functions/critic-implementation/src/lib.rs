//! Reviews the whole repository against the requirement, once the tools have checked it.
//!
//! Two questions. Does the repository do what was asked: is the budget of the alarm that of the requirement, is every
//! region allowed, is the schedule of training the rhythm that was wanted, does each component of the plan have a file
//! ([`anchors`], [`review`])? And where: for each constraint the words of the requirement, the decisions that rest on it
//! and the lines that implement it. What is found does not stop the run: it is part of the result.

pub mod anchors;
pub mod review;

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought};
use design::{
    finding::{Finding, Severity},
    implementation::ImplementationReview,
    node::Node,
    plan::PlanDecision,
    repository::RepositoryManifest,
    signal::NoSignal,
    validation::ValidationReport,
    words,
};
use run::{
    card::{Category, Confidence, Fact, Impact, Trigger},
    gate::GateKind,
    question::Priority,
};

use crate::review::{Source, Subject};

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct ImplementationCritic;

/// What the critic looks at.
#[derive(Debug, Clone)]
pub struct Input {
    /// The plan, with the constraints that it answers.
    pub plan: PlanDecision,
    /// The repository.
    pub manifest: RepositoryManifest,
    /// What the tools found in it.
    pub validation: ValidationReport,
    /// Why it is reviewed now.
    pub trigger: Trigger,
}

impl Agent for ImplementationCritic {
    const NODE: &'static str = Node::CriticImplementation.as_str();
    const NAME: &'static str = "Implementation critic";
    const READS: &'static [&'static str] = &[Node::Planner.as_str(), Node::Codegen.as_str(), Node::Validators.as_str()];
    type Input = Input;
    type Output = ImplementationReview;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<Input, AgentError> {
        Ok(Input {
            plan: memory.latest(Node::Planner.as_str())?,
            manifest: memory.latest(Node::Codegen.as_str())?,
            validation: memory.latest(Node::Validators.as_str())?,
            trigger: memory.trigger(GateKind::Final),
        })
    }

    async fn think(&self, input: Input, desk: &Desk) -> Result<Thought<ImplementationReview, NoSignal>, AgentError> {
        let candidate = input.plan.selected().ok_or_else(|| {
            AgentError::MemoryIncomplete(format!("the plan selects `{}`, which it does not hold", input.plan.selected))
        })?;
        let texts = generation::texts(&input.manifest.files, desk).await?;
        let sources: Vec<Source> =
            input.manifest.files.iter().cloned().zip(texts).map(|(file, text)| Source { file, text }).collect();
        let subject = Subject {
            constraints: &input.plan.constraints,
            candidate,
            sources: &sources,
            validation: &input.validation,
        };
        let review = review::review(subject)?;
        let card = card(&input, &review);
        Ok(Thought { summary: card.decision.clone(), output: review, signal: NoSignal {}, card, artifacts: Vec::new() })
    }
}

fn card(input: &Input, review: &ImplementationReview) -> CardDraft {
    let blocking = review.findings.iter().filter(|finding| finding.severity == Severity::Blocking).count();
    let traced = review.traces.iter().filter(|trace| !trace.places.is_empty()).count();
    let decision = format!(
        "{} of {} expectations are met; {traced} of {} constraints are traced to lines; {} findings, {blocking} blocking.",
        review.met,
        review.checked,
        review.traces.len(),
        review.findings.len()
    );
    // The share of expectations that are met: each was looked for in the files themselves.
    let share = if review.checked == 0 { 0.0 } else { f64::from(review.met) / f64::from(review.checked) };
    let confidence = Confidence {
        value: (share * 1000.0).round() / 1000.0,
        basis: vec![
            format!("{} of {} expectations of the requirement are met by a line of a file", review.met, review.checked),
            format!("{} checks ran with real tools before", input.validation.passed + input.validation.failed),
        ],
    };
    let mut card = CardDraft::new(input.trigger, Category::Technical, decision, confidence);
    card.priority = review.findings.first().map_or(Priority::Low, |finding| finding.severity.into());
    for trace in &review.traces {
        let Some(place) = trace.places.first() else { continue };
        card.reasoning.push(format!(
            "**{}** ({}): {} in `{}`, line {}{}.",
            words::label(trace.field),
            trace.value,
            place.says,
            place.path,
            place.line,
            match trace.places.len() - 1 {
                0 => String::new(),
                1 => ", and one more place".to_owned(),
                more => format!(", and {more} more places"),
            }
        ));
    }
    let shaping: Vec<&str> =
        review.traces.iter().filter(|trace| trace.places.is_empty()).map(|trace| words::label(trace.field)).collect();
    if !shaping.is_empty() {
        card.reasoning.push(format!("No line of its own, they shaped the choice: {}.", shaping.join(", ")));
    }
    card.inputs = vec![
        Fact::new("Files", input.manifest.files.len().to_string()),
        Fact::new("Constraints known", review.traces.len().to_string()),
    ];
    card.outputs = review
        .findings
        .iter()
        .map(|finding| Fact::new(finding.id.clone(), format!("{} {}", finding.title, finding.evidence)))
        .collect();
    card.impact = Impact::default();
    card.risks =
        review.findings.iter().filter(|finding| finding.severity != Severity::Info).map(Finding::risk).collect();
    card.evidence = input.plan.constraints.links(
        review
            .traces
            .iter()
            .filter(|trace| !trace.places.is_empty())
            .map(|trace| (words::label(trace.field), trace.field)),
    );
    card
}
