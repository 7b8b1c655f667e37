//! The agent: recalls the requirement and what was answered, and says what it understood.

use agent::{Agent, AgentError, CardDraft, Consulted, Desk, Memory, Thought};
use design::{
    constraint::{ConstraintField, ConstraintSet},
    input::{DesignInput, REQUIREMENT_MAX_CHARACTERS},
    node::Node,
    signal::NoSignal,
    words,
};
use run::{
    card::{Category, Confidence, Fact, Impact, Risk, Trigger},
    gate::{Gate, GateKind},
    question::Priority,
};

use crate::{
    advice,
    confidence::round,
    merge::{Merged, merge, validate},
};

/// Reads the requirement into typed constraints with evidence.
#[derive(Debug, Clone, Copy, Default)]
pub struct IntakeExtract;

/// What the agent recalls.
#[derive(Debug, Clone)]
pub struct IntakeInput {
    /// What was asked.
    pub design: DesignInput,
    /// The input gates so far, in order.
    pub gates: Vec<Gate>,
    /// The parent version's constraints.
    pub parent: Option<ConstraintSet>,
    /// What made the agent think.
    pub trigger: Trigger,
}

impl Agent for IntakeExtract {
    const NODE: &'static str = Node::IntakeExtract.as_str();
    const NAME: &'static str = "Intake";
    const READS: &'static [&'static str] = &[];
    const READS_PARENT: &'static [&'static str] = &[Node::IntakeExtract.as_str()];
    type Input = IntakeInput;
    type Output = ConstraintSet;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<IntakeInput, AgentError> {
        let parent = match memory.parent() {
            Some(parent) => parent.find(Self::NODE)?,
            None => None,
        };
        let gates: Vec<Gate> = memory.gates(GateKind::Input).cloned().collect();
        Ok(IntakeInput { design: memory.input()?, gates, parent, trigger: memory.trigger(GateKind::Input) })
    }

    async fn think(&self, input: IntakeInput, _desk: &Desk) -> Result<Thought<ConstraintSet, NoSignal>, AgentError> {
        let characters = input.design.requirement.chars().count();
        if input.design.requirement.trim().is_empty() || characters > REQUIREMENT_MAX_CHARACTERS {
            return Err(AgentError::Unworkable(format!(
                "requirement has {characters} characters; 1 to {REQUIREMENT_MAX_CHARACTERS}, not all blank, are accepted"
            )));
        }
        validate(&input.design.constraints)
            .map_err(|problems| AgentError::Unworkable(format!("constraints: {}", problems.join("; "))))?;
        let merged = read(&input);
        Ok(thought(&input, merged))
    }

    fn consult(
        &self,
        input: &IntakeInput,
        _rules: &Thought<ConstraintSet, NoSignal>,
    ) -> Consulted<ConstraintSet, NoSignal> {
        advice::consult(input).map(Some)
    }
}

/// What the rules read, with fields, answers and the parent version.
pub(crate) fn read(input: &IntakeInput) -> Merged {
    merge(&input.design.requirement, &input.design.constraints, input.gates.iter(), input.parent.as_ref())
}

/// What is known, on its card.
pub(crate) fn thought(input: &IntakeInput, merged: Merged) -> Thought<ConstraintSet, NoSignal> {
    let card = card(input, &merged, input.design.requirement.chars().count());
    let known = known(&merged.constraints);
    let summary = format!(
        "{} of {} constraints are known, {}.",
        known.len(),
        ConstraintField::ALL.len(),
        count(merged.constraints.conflicts.len(), "contradiction")
    );
    Thought { output: merged.constraints, signal: NoSignal {}, summary, card, artifacts: Vec::new() }
}

fn known(set: &ConstraintSet) -> Vec<ConstraintField> {
    ConstraintField::ALL.into_iter().filter(|field| set.provenance(*field).is_some()).collect()
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// How much a field moves the design, as the question bank has it; it weighs the card's confidence.
fn weight(field: ConstraintField) -> f64 {
    let bank = knowledge::question_bank::question_bank();
    bank.question
        .iter()
        .find(|question| question.field == field)
        .map_or(0.5, |question| (question.choice_impact + question.cost_impact) / 2.0)
}

fn card(input: &IntakeInput, merged: &Merged, characters: usize) -> CardDraft {
    let set = &merged.constraints;
    let known = known(set);
    let mut weighted = 0.0;
    let mut weights = 0.0;
    let mut basis = Vec::new();
    let mut outputs = Vec::new();
    let mut evidence = Vec::new();
    for field in &known {
        let (Some(provenance), Some(value)) = (set.provenance(*field), words::constraint(set, *field)) else {
            continue;
        };
        weighted += weight(*field) * provenance.confidence;
        weights += weight(*field);
        let why = merged.basis.get(field).map(|lines| lines.join(", ")).unwrap_or_default();
        basis.push(format!(
            "{} {:.2} (weight {:.2}): {why}",
            words::label(*field),
            provenance.confidence,
            weight(*field)
        ));
        let derived = provenance.derivation.map(|derivation| format!(" — {derivation}")).unwrap_or_default();
        outputs.push(Fact::new(
            words::label(*field),
            format!("{value} [{}, {:.2}]{derived}", words::source(provenance.source), provenance.confidence),
        ));
        evidence
            .extend(provenance.evidence.iter().map(|words| words.link(format!("{}: {value}", words::label(*field)))));
    }
    if !set.excluded_regions.is_empty() {
        let codes: Vec<&str> = set.excluded_regions.iter().map(|region| region.code.as_str()).collect();
        outputs.push(Fact::new("excluded regions", codes.join(", ")));
    }
    let value = if weights > 0.0 { round(weighted / weights) } else { 0.0 };
    if basis.is_empty() {
        basis.push("nothing that the schema knows is said".to_owned());
    }
    let unknown: Vec<&str> =
        ConstraintField::ALL.into_iter().filter(|field| !known.contains(field)).map(words::label).collect();
    let gist: Vec<String> =
        [ConstraintField::UseCase, ConstraintField::Deployment, ConstraintField::Cloud, ConstraintField::Budget]
            .into_iter()
            .filter_map(|field| words::constraint(set, field))
            .collect();
    let decision = if gist.is_empty() {
        "The requirement says little that a design can start from.".to_owned()
    } else {
        format!(
            "Understood as: {}; {} of {} constraints are known.",
            gist.join(", "),
            known.len(),
            ConstraintField::ALL.len()
        )
    };
    let mut card = CardDraft::new(input.trigger, Category::Requirements, decision, Confidence { value, basis });
    card.reasoning.push(format!(
        "The text of {characters} characters was read by rules: numbers with their units, the words around them, names \
         of places, tools and laws, and what is denied. Each value's confidence is computed from its evidence: an \
         explicit unit, the distance of cue words, hedges, competing values. The card's confidence is the mean of the \
         values' confidences, weighted by how much each moves the design."
    ));
    if !unknown.is_empty() {
        card.reasoning.push(format!("Nothing was found about: {}.", unknown.join(", ")));
    }
    for (field, what) in [(ConstraintField::UseCase, "use case"), (ConstraintField::MlTask, "task")] {
        let words: Vec<String> = set
            .provenance(field)
            .map(|provenance| provenance.evidence.iter().map(|words| format!("“{}”", words.quote)).collect())
            .unwrap_or_default();
        if let (Some(value), false) = (words::constraint(set, field), words.is_empty()) {
            card.reasoning.push(format!("The {what} **{value}** was recognised by {}.", words.join(", ")));
        }
    }
    card.reasoning.extend(merged.notes.iter().cloned());
    card.inputs.push(Fact::new("requirement", format!("{characters} characters")));
    let structured = serde_json::to_value(&input.design.constraints)
        .ok()
        .and_then(|value| value.as_object().map(|fields| fields.values().filter(|value| !value.is_null()).count()))
        .unwrap_or(0);
    card.inputs.push(Fact::new("fields beside the text", structured.to_string()));
    let answers: usize =
        input.gates.iter().filter_map(|gate| gate.decision.as_ref()).map(|decision| decision.answers.len()).sum();
    card.inputs.push(Fact::new("answers and accepted defaults", answers.to_string()));
    if input.parent.is_some() {
        card.inputs.push(Fact::new("parent version", "its constraints"));
    }
    card.outputs = outputs;
    card.evidence = evidence;
    for conflict in &set.conflicts {
        let quotes: Vec<String> = conflict.evidence.iter().map(|words| format!("“{}”", words.quote)).collect();
        let against = if quotes.is_empty() { String::new() } else { format!(" ({})", quotes.join(" against ")) };
        card.risks.push(Risk {
            severity: Priority::High,
            text: format!("{}{against}", conflict.explanation),
            mitigation: conflict.resolution.clone(),
        });
        card.evidence.extend(conflict.evidence.iter().map(|words| words.link(conflict.explanation.clone())));
    }
    card.priority = if set.conflicts.is_empty() { Priority::Medium } else { Priority::High };
    card.impact = Impact {
        cost: words::constraint(set, ConstraintField::Budget)
            .map(|budget| format!("Everything must fit into {budget}.")),
        performance: words::constraint(set, ConstraintField::Latency)
            .map(|latency| format!("Answers within {latency}.")),
        security: words::constraint(set, ConstraintField::DataClass)
            .map(|class| format!("Data is treated as {class}.")),
        operations: words::constraint(set, ConstraintField::Team).map(|team| format!("Run by {team}.")),
    };
    card
}
