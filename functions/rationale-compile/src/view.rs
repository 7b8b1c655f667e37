//! What the documents say, worked out of the decisions before any template is rendered.

use std::collections::BTreeMap;

use design::{
    constraint::{ConstraintField, ConstraintSet, Evidence},
    cost::{CostLine, CostReview},
    coverage::CoverageReport,
    finding::{Finding, Severity, TechReview},
    implementation::{ImplementationReview, Place, RequirementTrace},
    plan::{Candidate, Capability, Component, PlanDecision},
    policy::{PolicyReport, PolicyResult, Verdict},
    question::QuestionSet,
    repository::RepositoryManifest,
    validation::{CheckStatus, ToolFinding, ValidationReport},
    words,
};
use knowledge::{catalogue::Catalogue, revision::Revision};
use run::gate::{Decision, Gate, GateKind, GateStatus};
use serde::Serialize;

use crate::Input;

/// Lines of the estimate that the architecture report names.
const TOP_LINES: usize = 5;

/// Everything that the templates print.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Title of the run.
    pub title: String,
    /// The requirement in its own words.
    pub requirement: String,
    /// What is known.
    pub constraints: Vec<Row>,
    /// What is not.
    pub unknown: Vec<Unknown>,
    /// Codes of regions that the text excludes.
    pub excluded_regions: Vec<String>,
    /// Contradictions.
    pub conflicts: Vec<ConflictView>,
    /// The coverage score with its threshold.
    pub coverage: CoverageReport,
    /// Decisions at gates.
    pub gates: Vec<GateView>,
    /// Questions of the newest round that no gate asked.
    pub unasked: Vec<AnswerView>,
    /// Questions that were not asked, because no plausible answer changes the design.
    pub settled: Vec<SettledView>,
    /// The plan.
    pub plan: PlanDecision,
    /// The assumptions with the names of their fields.
    pub assumptions: Vec<AssumptionView>,
    /// The candidates in a table.
    pub candidates: Vec<CandidateView>,
    /// Scores per criterion, a column per candidate.
    pub criteria: Vec<CriterionView>,
    /// The selected architecture.
    pub selected: SelectedView,
    /// The technical review.
    pub tech: TechReview,
    /// The cost review.
    pub cost: CostReview,
    /// Lines of the estimate, the most expensive first.
    pub lines: Vec<CostLine>,
    /// The first of them.
    pub top: Vec<CostLine>,
    /// Unit prices that were used, once each.
    pub prices: Vec<CostLine>,
    /// Policy results by verdict.
    pub policy: PolicyView,
    /// The checks.
    pub validation: ValidationView,
    /// The way from words to lines.
    pub trace: TraceabilityView,
    /// What is not mended.
    pub open: Vec<OpenFinding>,
    /// What a person accepted.
    pub accepted: Vec<OpenFinding>,
    /// The repository's name.
    pub repository: String,
    /// Its files by folder.
    pub folders: Vec<Folder>,
    /// Number of its files.
    pub file_count: usize,
}

/// A constraint that nothing is known of.
#[derive(Debug, Clone, Serialize)]
pub struct Unknown {
    /// Its name for people.
    pub label: &'static str,
    /// True when a design without it is a guess.
    pub required: bool,
    /// What was assumed instead.
    pub assumed: Option<String>,
}

/// A contradiction with its words.
#[derive(Debug, Clone, Serialize)]
pub struct ConflictView {
    /// Names of the fields.
    pub fields: Vec<&'static str>,
    /// What contradicts what.
    pub explanation: String,
    /// What was assumed.
    pub resolution: String,
    /// The words.
    pub quotes: Vec<String>,
}

/// Something taken for granted.
#[derive(Debug, Clone, Serialize)]
pub struct AssumptionView {
    /// Name of the constraint, where it is one.
    pub label: Option<&'static str>,
    /// What is assumed.
    pub text: String,
}

/// A question that is not asked, because no plausible answer changes the design.
#[derive(Debug, Clone, Serialize)]
pub struct SettledView {
    /// Name of the constraint.
    pub label: &'static str,
    /// What is taken for granted.
    pub assumed: String,
    /// What was tried.
    pub why: String,
}

/// A decision at a gate; without times, so that the same decisions give the same document.
#[derive(Debug, Clone, Serialize)]
pub struct GateView {
    /// `Questions, round 1` or `Approval, round 1`.
    pub heading: String,
    /// What was decided, by whom.
    pub outcome: String,
    /// Blocking points that whoever approved accepted.
    pub accepted: Vec<String>,
    /// The comment, in the actor's words.
    pub comment: Option<String>,
    /// What was understood of a revision's comment.
    pub understood: Vec<String>,
    /// What was not.
    pub not_understood: Vec<String>,
    /// Questions and answers.
    pub answers: Vec<AnswerView>,
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerView {
    /// The question.
    pub question: String,
    /// What the answer changes.
    pub why: String,
    /// The answer in words.
    pub answer: String,
    /// Who gave it.
    pub by: String,
}

/// A candidate in a table.
#[derive(Debug, Clone, Serialize)]
pub struct CandidateView {
    /// Its name.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// True for the selected one.
    pub selected: bool,
    /// Cost per month.
    pub cost: String,
    /// P95 latency.
    pub latency: String,
    /// Capacity.
    pub capacity: String,
    /// Availability.
    pub availability: String,
    /// Hours of work per month.
    pub operations: String,
    /// The score.
    pub score: String,
    /// Why it lost.
    pub why_not: Option<String>,
    /// Hard constraints that it breaks.
    pub violations: Vec<String>,
    /// Patterns that it has and the selected has not.
    pub differs: Vec<String>,
}

/// A criterion's scores.
#[derive(Debug, Clone, Serialize)]
pub struct CriterionView {
    /// The criterion.
    pub name: String,
    /// Its weight.
    pub weight: f64,
    /// Score per candidate, in the candidates' order.
    pub scores: Vec<String>,
    /// How the selected candidate's score came about.
    pub explanation: String,
}

/// The selected architecture.
#[derive(Debug, Clone, Serialize)]
pub struct SelectedView {
    /// Its name.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// Facts for the document's head.
    pub facts: Vec<(String, String)>,
    /// Components by capability.
    pub groups: Vec<Group>,
    /// Arrows between capabilities: from, arrow, to.
    pub arrows: Vec<(&'static str, &'static str, &'static str)>,
}

/// Components of one capability.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Id in the diagram.
    pub id: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The components.
    pub components: Vec<ComponentView>,
}

/// A component.
#[derive(Debug, Clone, Serialize)]
pub struct ComponentView {
    /// Id in the diagram.
    pub id: String,
    /// The pattern's name.
    pub name: String,
    /// The pattern's id.
    pub pattern: String,
    /// Cloud services.
    pub services: Vec<String>,
    /// Facts: sizing, capacity, latency, availability, cost.
    pub facts: Vec<(String, String)>,
    /// Why.
    pub rationale: String,
    /// Claims with what is behind them.
    pub traces: Vec<TraceView>,
}

/// A claim, the constraint behind it, its words.
#[derive(Debug, Clone, Serialize)]
pub struct TraceView {
    /// The claim.
    pub claim: String,
    /// `Latency: P95 within 100 ms`.
    pub constraint: Option<String>,
    /// The words of the requirement, or where the value is from.
    pub words: Option<String>,
    /// True when `words` is a quote.
    pub quoted: bool,
}

/// The way from words to lines.
#[derive(Debug, Clone, Serialize)]
pub struct TraceabilityView {
    /// Expectations that were looked at.
    pub checked: u32,
    /// Expectations that are met.
    pub met: u32,
    /// A row for each constraint.
    pub rows: Vec<TraceabilityRow>,
    /// What every repository owes its owner.
    pub standards: Vec<PlaceView>,
    /// What the last review found.
    pub findings: Vec<Finding>,
}

/// A constraint with its words, decisions and lines.
#[derive(Debug, Clone, Serialize)]
pub struct TraceabilityRow {
    /// Its name for people.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// Where the value came from.
    pub source: &'static str,
    /// The words of the requirement.
    pub quotes: Vec<String>,
    /// What was decided because of it.
    pub decisions: Vec<String>,
    /// Where it is implemented.
    pub places: Vec<PlaceView>,
}

/// A line.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceView {
    /// `terraform/budget.tf:5`.
    pub at: String,
    /// What stands there.
    pub text: String,
    /// What it is for.
    pub says: String,
}

impl TraceabilityView {
    fn of(review: &ImplementationReview) -> Self {
        let place = |place: &Place| PlaceView {
            at: format!("{}:{}", place.path, place.line),
            text: place.text.clone(),
            says: place.says.clone(),
        };
        let row = |trace: &RequirementTrace| TraceabilityRow {
            label: words::label(trace.field),
            value: trace.value.clone(),
            source: words::source(trace.source),
            quotes: quotes(&trace.quotes),
            decisions: trace.decisions.clone(),
            places: trace.places.iter().map(place).collect(),
        };
        Self {
            checked: review.checked,
            met: review.met,
            rows: review.traces.iter().map(row).collect(),
            standards: review.standards.iter().map(place).collect(),
            findings: review.findings.clone(),
        }
    }
}

/// Policy results.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// Rules that passed.
    pub passed: usize,
    /// Rules that failed.
    pub failed: usize,
    /// Rules that a person waived.
    pub waived: usize,
    /// Rules that have nothing to say.
    pub not_applicable: usize,
    /// Results of the rules that apply: failed, waived, passed.
    pub results: Vec<PolicyResultView>,
    /// Failed and waived ones.
    pub notable: Vec<PolicyResultView>,
    /// Rules that have nothing to say: id and demand.
    pub silent: Vec<(String, String)>,
}

/// A rule's result.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyResultView {
    /// The result.
    #[serde(flatten)]
    pub result: PolicyResult,
    /// The verdict in words.
    pub verdict_words: String,
    /// The framework's name.
    pub framework_name: Option<String>,
    /// Who waived it and with which words.
    pub waived_by: Option<Waiver>,
}

/// A person's acceptance of something that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// Rule or finding.
    pub rule: String,
    /// Who.
    pub by: String,
    /// Their words.
    pub comment: String,
}

/// The checks.
#[derive(Debug, Clone, Serialize)]
pub struct ValidationView {
    /// Number that passed.
    pub passed: u32,
    /// Number that failed.
    pub failed: u32,
    /// Number that could not run.
    pub not_run: u32,
    /// The checks.
    pub checks: Vec<CheckView>,
    /// What they found.
    pub findings: Vec<CheckFinding>,
}

/// A check, without how long it took: that differs each time.
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// The tool.
    pub tool: String,
    /// The tool's version.
    pub version: Option<String>,
    /// How it ended.
    pub status: CheckStatus,
    /// Files looked at.
    pub files: u32,
    /// What it found.
    pub findings: Vec<ToolFinding>,
    /// Why it did not run.
    pub reason: Option<String>,
}

/// A tool's finding with its check.
#[derive(Debug, Clone, Serialize)]
pub struct CheckFinding {
    /// The check.
    pub check: String,
    /// `path:line`.
    pub place: String,
    /// The tool's rule.
    pub rule: String,
    /// The tool's message.
    pub message: String,
    /// True when it must be mended.
    pub blocking: bool,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, Serialize)]
pub struct OpenFinding {
    /// Its id.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// Who found it.
    pub origin: &'static str,
    /// What is wrong.
    pub title: String,
    /// What would mend it.
    pub remedy: String,
    /// Who accepted it.
    pub waiver: Option<Waiver>,
}

/// Files of one folder.
#[derive(Debug, Clone, Serialize)]
pub struct Folder {
    /// The folder, or an empty text for the root.
    pub path: String,
    /// Its files.
    pub files: Vec<FileView>,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
pub struct FileView {
    /// Its name within the folder.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Patterns that it implements.
    pub patterns: Vec<String>,
}

/// A constraint in a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The field's name on the wire.
    pub field: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The value in words.
    pub value: String,
    /// Where it came from.
    pub source: &'static str,
    /// 0 to 1.
    pub confidence: f64,
    /// The words of the requirement.
    pub quotes: Vec<String>,
    /// How it was derived.
    pub derivation: Option<String>,
}

impl Row {
    /// The constraint as a table row, when something is known of it.
    fn of(set: &ConstraintSet, field: ConstraintField) -> Option<Self> {
        let provenance = set.provenance(field)?;
        Some(Self {
            field: field.as_str(),
            label: words::label(field),
            value: words::constraint(set, field)?,
            source: words::source(provenance.source),
            confidence: provenance.confidence,
            quotes: provenance.evidence.iter().map(|evidence| evidence.quote.clone()).collect(),
            derivation: provenance.derivation.map(str::to_owned),
        })
    }
}

impl Document {
    /// Works out what the documents say.
    pub fn new(input: &Input, selected: &Candidate, catalogue: &Catalogue) -> Self {
        let waivers = waivers(&input.gates, catalogue);
        let (accepted, open) = findings(input, &waivers).into_iter().partition(|finding| finding.waiver.is_some());
        let mut lines = input.cost.estimate.lines.clone();
        // The item settles ties, so that the order is always the same.
        lines.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd).then_with(|| a.item.cmp(&b.item)));
        let prices: BTreeMap<&String, &CostLine> = lines.iter().map(|line| (&line.price_id, line)).collect();
        let constraints: Vec<Row> =
            ConstraintField::ALL.into_iter().filter_map(|field| Row::of(&input.constraints, field)).collect();
        Self {
            title: input.title.clone(),
            requirement: input.requirement.clone(),
            unknown: unknown(input),
            excluded_regions: input.constraints.excluded_regions.iter().map(|region| region.code.clone()).collect(),
            conflicts: conflicts(&input.constraints),
            coverage: input.coverage.clone(),
            gates: input.gates.iter().map(|gate| gate_view(gate, catalogue)).collect(),
            unasked: unasked(input.questions.as_ref(), &input.gates),
            settled: input
                .questions
                .iter()
                .flat_map(|set| &set.unasked)
                .map(|unasked| SettledView {
                    label: words::label(unasked.field),
                    assumed: unasked.assumed.clone(),
                    why: unasked.why.clone(),
                })
                .collect(),
            assumptions: input
                .plan
                .assumptions
                .iter()
                .map(|assumption| AssumptionView {
                    label: assumption.field.map(words::label),
                    text: assumption.text.clone(),
                })
                .collect(),
            candidates: input.plan.candidates.iter().map(|candidate| candidate_view(candidate, selected)).collect(),
            criteria: criteria(&input.plan, selected),
            selected: selected_view(input, selected, &constraints),
            tech: input.tech.clone(),
            cost: input.cost.clone(),
            top: lines.iter().take(TOP_LINES).cloned().collect(),
            prices: prices.into_values().cloned().collect(),
            lines,
            policy: policy_view(&input.policy, &waivers),
            validation: validation_view(&input.validation),
            trace: TraceabilityView::of(&input.review),
            open,
            accepted,
            repository: input.manifest.name.clone(),
            folders: folders(&input.manifest),
            file_count: input.manifest.files.len(),
            plan: input.plan.clone(),
            constraints,
        }
    }
}

fn quotes(evidence: &[Evidence]) -> Vec<String> {
    evidence.iter().map(|evidence| evidence.quote.clone()).collect()
}

fn unknown(input: &Input) -> Vec<Unknown> {
    ConstraintField::ALL
        .into_iter()
        .filter(|field| words::constraint(&input.constraints, *field).is_none())
        .map(|field| Unknown {
            label: words::label(field),
            required: input.coverage.fields.iter().any(|coverage| coverage.field == field && coverage.required),
            assumed: input
                .plan
                .assumptions
                .iter()
                .find(|assumption| assumption.field == Some(field))
                .map(|assumption| assumption.text.clone()),
        })
        .collect()
}

fn conflicts(constraints: &ConstraintSet) -> Vec<ConflictView> {
    constraints
        .conflicts
        .iter()
        .map(|conflict| ConflictView {
            fields: conflict.fields.iter().copied().map(words::label).collect(),
            explanation: conflict.explanation.clone(),
            resolution: conflict.resolution.clone(),
            quotes: quotes(&conflict.evidence),
        })
        .collect()
}

fn gate_view(gate: &Gate, catalogue: &Catalogue) -> GateView {
    let name = match gate.id.kind {
        GateKind::Input => "Questions",
        GateKind::Final => "Approval",
    };
    let decision = gate.decision.as_ref();
    let outcome = match (gate.status, decision) {
        (GateStatus::Answered, Some(decision)) => {
            let done = match (gate.id.kind, decision.decision) {
                (GateKind::Input, Decision::Approve) => "Answered",
                (GateKind::Final, Decision::Approve) => "Approved",
                (GateKind::Input | GateKind::Final, Decision::Revise) => "Sent back for a revision",
                (GateKind::Input | GateKind::Final, Decision::Reject) => "Rejected",
            };
            format!("{done} by {}", decision.actor.name)
        }
        (GateStatus::AutoApproved, Some(decision)) => match gate.id.kind {
            GateKind::Input => format!("No person answered: the defaults were taken ({})", decision.actor.name),
            GateKind::Final => format!("No person decided: approved automatically ({})", decision.actor.name),
        },
        (GateStatus::Expired, _) => "Expired without a decision".to_owned(),
        (GateStatus::Pending, _) | (GateStatus::Answered | GateStatus::AutoApproved, None) => "Not decided".to_owned(),
    };
    let answers = decision.map_or_else(Vec::new, |decision| {
        decision
            .answers
            .iter()
            .map(|(id, value)| {
                let question = gate.questions.iter().find(|question| question.id == *id);
                let by = match question {
                    Some(question) if decision.defaulted.contains(id) => format!(
                        "default, confidence {}: {}",
                        words::share(question.default.confidence),
                        question.default.reason
                    ),
                    None if decision.defaulted.contains(id) => "default".to_owned(),
                    Some(_) | None => decision.actor.name.clone(),
                };
                AnswerView {
                    question: question.map_or_else(|| id.clone(), |question| question.text.clone()),
                    why: question.map_or_else(String::new, |question| question.why.clone()),
                    answer: words::answer(question, value),
                    by,
                }
            })
            .collect()
    });
    let comment = decision.and_then(|decision| decision.comment.clone()).filter(|comment| !comment.trim().is_empty());
    let revision = decision
        .filter(|decision| decision.decision == Decision::Revise)
        .and(comment.as_ref())
        .map(|comment| Revision::read(comment, catalogue))
        .unwrap_or_default();
    GateView {
        heading: format!("{name}, round {}", gate.id.iteration + 1),
        outcome,
        accepted: match decision.map(|decision| decision.decision) {
            Some(Decision::Approve) => gate.risks.clone(),
            Some(Decision::Revise | Decision::Reject) | None => Vec::new(),
        },
        comment,
        understood: revision.understood,
        not_understood: revision.not_understood,
        answers,
    }
}

fn unasked(newest: Option<&QuestionSet>, gates: &[Gate]) -> Vec<AnswerView> {
    newest
        .into_iter()
        .flat_map(|set| &set.questions)
        .filter(|question| !gates.iter().any(|gate| gate.questions.iter().any(|asked| asked.id == question.id)))
        .map(|question| AnswerView {
            question: question.text.clone(),
            why: question.why.clone(),
            answer: words::answer(Some(question), &question.default.value),
            by: format!("suggested, confidence {}", words::share(question.default.confidence)),
        })
        .collect()
}

fn waivers(gates: &[Gate], catalogue: &Catalogue) -> Vec<Waiver> {
    gates
        .iter()
        .filter(|gate| gate.id.kind == GateKind::Final)
        .filter_map(|gate| gate.decision.as_ref())
        .filter(|decision| decision.decision == Decision::Revise)
        .filter_map(|decision| decision.comment.as_ref().map(|comment| (decision, comment)))
        .flat_map(|(decision, comment)| {
            Revision::read(comment, catalogue).waived.into_iter().map(|rule| Waiver {
                rule,
                by: decision.actor.name.clone(),
                comment: comment.clone(),
            })
        })
        .collect()
}

fn candidate_view(candidate: &Candidate, selected: &Candidate) -> CandidateView {
    let metrics = &candidate.metrics;
    let has = |pattern: &str| selected.components.iter().any(|component| component.pattern == pattern);
    CandidateView {
        name: candidate.name.clone(),
        summary: candidate.summary.clone(),
        selected: candidate.id == selected.id,
        cost: words::usd(metrics.monthly_usd),
        latency: metrics.latency_p95_ms.map_or_else(|| "batch".to_owned(), |ms| format!("{} ms", words::readable(ms))),
        capacity: metrics
            .max_per_second
            .map_or_else(|| "not bounded".to_owned(), |rate| format!("{}/s", words::readable(rate))),
        availability: words::percent(metrics.availability_percent),
        operations: format!("{} h", words::readable(metrics.operations_hours_per_month)),
        score: format!("{:.3}", candidate.total_score),
        why_not: candidate.why_not.clone(),
        violations: candidate.violations.clone(),
        differs: candidate
            .components
            .iter()
            .filter(|component| !has(&component.pattern))
            .map(|component| component.pattern.clone())
            .collect(),
    }
}

fn criteria(plan: &PlanDecision, selected: &Candidate) -> Vec<CriterionView> {
    selected
        .scores
        .iter()
        .map(|score| CriterionView {
            name: score.criterion.clone(),
            weight: score.weight,
            scores: plan
                .candidates
                .iter()
                .map(|candidate| {
                    candidate
                        .scores
                        .iter()
                        .find(|other| other.criterion == score.criterion)
                        .map_or_else(|| "none".to_owned(), |score| format!("{:.2}", score.score))
                })
                .collect(),
            explanation: score.explanation.clone(),
        })
        .collect()
}

fn capability_label(capability: Capability) -> &'static str {
    match capability {
        Capability::Ingest => "Ingest",
        Capability::Transform => "Transform",
        Capability::Store => "Store",
        Capability::Feature => "Features",
        Capability::Train => "Train",
        Capability::Serve => "Serve",
        Capability::Observe => "Observe",
        Capability::Govern => "Govern",
    }
}

/// True for capabilities that data passes through; the others stand beside its way.
fn carries_data(capability: Capability) -> bool {
    match capability {
        Capability::Ingest
        | Capability::Transform
        | Capability::Store
        | Capability::Feature
        | Capability::Train
        | Capability::Serve => true,
        Capability::Observe | Capability::Govern => false,
    }
}

fn selected_view(input: &Input, selected: &Candidate, constraints: &[Row]) -> SelectedView {
    let groups: Vec<Group> = Capability::ALL
        .into_iter()
        .filter_map(|capability| {
            let components: Vec<ComponentView> = selected
                .components
                .iter()
                .enumerate()
                .filter(|(_, component)| component.capability == capability)
                .map(|(index, component)| component_view(index, component, &input.cost, constraints))
                .collect();
            (!components.is_empty()).then(|| Group {
                id: capability.as_str(),
                label: capability_label(capability),
                components,
            })
        })
        .collect();
    let present: Vec<Capability> = Capability::ALL
        .into_iter()
        .filter(|capability| selected.components.iter().any(|component| component.capability == *capability))
        .collect();
    let way: Vec<Capability> = present.iter().copied().filter(|capability| carries_data(*capability)).collect();
    let mut arrows: Vec<(&'static str, &'static str, &'static str)> = way
        .windows(2)
        .map(|pair| match pair {
            [from, to] => (from.as_str(), "-->", to.as_str()),
            _ => ("", "", ""),
        })
        .collect();
    if let Some(last) = way.last() {
        for capability in present.iter().filter(|capability| !carries_data(**capability)) {
            arrows.push((last.as_str(), "-.-", capability.as_str()));
        }
    }
    SelectedView {
        name: selected.name.clone(),
        summary: selected.summary.clone(),
        facts: head(input, selected),
        groups,
        arrows,
    }
}

fn head(input: &Input, selected: &Candidate) -> Vec<(String, String)> {
    let readable = words::readable;
    let estimate = &input.cost.estimate;
    let budget = input.cost.budget.as_ref().map_or_else(
        || "no budget is known".to_owned(),
        |budget| format!("{} of the budget of {}", words::share(budget.used_share), words::usd(budget.limit_usd)),
    );
    let mut facts = vec![(
        "Cost per month".to_owned(),
        format!(
            "{} expected, {} to {}; {budget}",
            words::usd(estimate.expected_usd),
            words::usd(estimate.low_usd),
            words::usd(estimate.high_usd)
        ),
    )];
    if let Some(ms) = input.tech.path_latency_ms {
        let target = input.constraints.latency.as_ref().map_or_else(
            || "no objective is known".to_owned(),
            |latency| {
                format!(
                    "objective P{} within {} ms",
                    readable(latency.value.percentile),
                    readable(latency.value.milliseconds)
                )
            },
        );
        facts.push(("P95 latency at peak".to_owned(), format!("{} ms; {target}", readable(ms))));
    }
    if let Some(rate) = selected.metrics.max_per_second {
        let peak = input.constraints.throughput.as_ref().map_or_else(
            || "no load is known".to_owned(),
            |throughput| format!("peak load {}/s", readable(throughput.value.peak_per_second)),
        );
        facts.push(("Capacity".to_owned(), format!("{}/s; {peak}", readable(rate))));
    }
    let objective = input.constraints.availability.as_ref().map_or_else(
        || "no objective is known".to_owned(),
        |availability| format!("objective {}", words::percent(availability.value.percent)),
    );
    facts
        .push(("Availability".to_owned(), format!("{}; {objective}", words::percent(input.tech.availability_percent))));
    facts.push((
        "Operations".to_owned(),
        format!("{} hours per month", readable(selected.metrics.operations_hours_per_month)),
    ));
    facts.push(("Score".to_owned(), format!("{:.3} of 1", selected.total_score)));
    facts.push(("Planner's confidence".to_owned(), words::share(input.plan.confidence)));
    facts
}

fn component_view(index: usize, component: &Component, cost: &CostReview, constraints: &[Row]) -> ComponentView {
    let readable = words::readable;
    let mut facts: Vec<(String, String)> =
        component.sizing.iter().map(|(name, value)| (name.replace('_', " "), value.clone())).collect();
    if let Some(rate) = component.max_per_second {
        facts.push(("capacity".to_owned(), format!("{}/s", readable(rate))));
    }
    if component.latency_ms > 0.0 {
        facts.push(("P95 latency".to_owned(), format!("{} ms", readable(component.latency_ms))));
    }
    facts.push(("availability".to_owned(), words::percent(component.availability_percent)));
    let lines: Vec<&CostLine> = cost.estimate.lines.iter().filter(|line| line.pattern == component.pattern).collect();
    if !lines.is_empty() {
        let sum: f64 = lines.iter().map(|line| line.monthly_usd).sum();
        facts.push(("cost".to_owned(), format!("{} per month", words::usd(sum))));
    }
    ComponentView {
        id: format!("c{index}"),
        name: component.name.clone(),
        pattern: component.pattern.clone(),
        services: component.services.clone(),
        facts,
        rationale: component.rationale.clone(),
        traces: component
            .traces
            .iter()
            .map(|trace| {
                let row = trace.field.and_then(|field| constraints.iter().find(|row| row.field == field.as_str()));
                TraceView {
                    claim: trace.claim.clone(),
                    constraint: trace.field.map(|field| match row {
                        Some(row) => format!("{}: {}", row.label, row.value),
                        None => format!("{}: not stated", words::label(field)),
                    }),
                    words: trace.quote.clone().or_else(|| row.map(|row| row.source.to_owned())),
                    quoted: trace.quote.is_some(),
                }
            })
            .collect(),
    }
}

fn policy_view(report: &PolicyReport, waivers: &[Waiver]) -> PolicyView {
    let with = |verdict: Verdict| report.results.iter().filter(move |result| result.verdict == verdict);
    let view = |result: &PolicyResult| PolicyResultView {
        verdict_words: words::name(&result.verdict),
        framework_name: result.framework.as_ref().map(words::name),
        waived_by: waivers
            .iter()
            .find(|waiver| result.verdict == Verdict::Waived && waiver.rule == result.rule)
            .cloned(),
        result: result.clone(),
    };
    let notable: Vec<PolicyResultView> = with(Verdict::Fail).chain(with(Verdict::Waived)).map(view).collect();
    let mut results = notable.clone();
    results.extend(with(Verdict::Pass).map(view));
    PolicyView {
        passed: with(Verdict::Pass).count(),
        failed: with(Verdict::Fail).count(),
        waived: with(Verdict::Waived).count(),
        not_applicable: with(Verdict::NotApplicable).count(),
        results,
        notable,
        silent: with(Verdict::NotApplicable).map(|result| (result.rule.clone(), result.title.clone())).collect(),
    }
}

fn validation_view(report: &ValidationReport) -> ValidationView {
    ValidationView {
        passed: report.passed,
        failed: report.failed,
        not_run: report.not_run,
        checks: report
            .checks
            .iter()
            .map(|check| CheckView {
                name: check.name.clone(),
                category: check.category.clone(),
                tool: check.tool.clone(),
                version: check.version.clone(),
                status: check.status,
                files: check.files,
                findings: check.findings.clone(),
                reason: check.reason.clone(),
            })
            .collect(),
        findings: report
            .checks
            .iter()
            .flat_map(|check| {
                check.findings.iter().map(|finding| CheckFinding {
                    check: check.name.clone(),
                    place: match finding.line {
                        Some(line) => format!("{}:{line}", finding.path),
                        None => finding.path.clone(),
                    },
                    rule: finding.rule.clone(),
                    message: finding.message.clone(),
                    blocking: finding.blocking,
                })
            })
            .collect(),
    }
}

/// What is not as it should be, the worst first: critics, policy, checks.
fn findings(input: &Input, waivers: &[Waiver]) -> Vec<OpenFinding> {
    let waiver = |id: &str| waivers.iter().find(|waiver| waiver.rule == id).cloned();
    let critic = |origin: &'static str, finding: &Finding| OpenFinding {
        id: finding.id.clone(),
        severity: finding.severity,
        origin,
        title: finding.title.clone(),
        remedy: finding.remedy.clone(),
        waiver: waiver(&finding.id),
    };
    let is_problem = |finding: &&Finding| match finding.severity {
        Severity::Blocking | Severity::Major | Severity::Minor => true,
        Severity::Info => false,
    };
    let mut findings: Vec<OpenFinding> = input
        .tech
        .findings
        .iter()
        .filter(is_problem)
        .map(|finding| critic("technical critic", finding))
        .chain(input.cost.findings.iter().filter(is_problem).map(|finding| critic("cost critic", finding)))
        // The checks that failed or did not run stand below, each for itself.
        .chain(
            input
                .review
                .findings
                .iter()
                .filter(|finding| is_problem(finding) && !finding.id.starts_with("code.checks_"))
                .map(|finding| critic("implementation critic", finding)),
        )
        .collect();
    for result in &input.policy.results {
        let is_open = match result.verdict {
            Verdict::Fail | Verdict::Waived => true,
            Verdict::Pass | Verdict::NotApplicable => false,
        };
        if is_open {
            findings.push(OpenFinding {
                id: result.rule.clone(),
                severity: result.severity,
                origin: "policy engine",
                title: result.title.clone(),
                remedy: result.remedy.clone(),
                waiver: waiver(&result.rule).or_else(|| {
                    // The engine says that it is waived; whoever did it, it is not open.
                    (result.verdict == Verdict::Waived).then(|| Waiver {
                        rule: result.rule.clone(),
                        by: "a person".to_owned(),
                        comment: String::new(),
                    })
                }),
            });
        }
    }
    for check in &input.validation.checks {
        let (severity, title) = match check.status {
            CheckStatus::Passed => continue,
            // What no function can run stands in the validation report, and is nothing that somebody left open.
            CheckStatus::NotRun if check.category == "elsewhere" => continue,
            CheckStatus::Failed => {
                let blocking = check.findings.iter().filter(|finding| finding.blocking).count();
                let findings = if blocking == 1 { "finding" } else { "findings" };
                (Severity::Blocking, format!("The check {} failed with {blocking} blocking {findings}", check.name))
            }
            CheckStatus::NotRun => {
                let reason = check.reason.as_deref().unwrap_or("no reason was given");
                (Severity::Minor, format!("The check {} did not run: {reason}", check.name))
            }
        };
        findings.push(OpenFinding {
            id: format!("validation.{}", check.name.replace(' ', "-")),
            severity,
            origin: "validators",
            title,
            remedy: match check.status {
                CheckStatus::NotRun => format!("Run {} where it is installed.", check.tool),
                CheckStatus::Failed | CheckStatus::Passed => "See the validation report.".to_owned(),
            },
            waiver: None,
        });
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn folders(manifest: &RepositoryManifest) -> Vec<Folder> {
    let mut folders: BTreeMap<&str, Vec<FileView>> = BTreeMap::new();
    for file in &manifest.files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        folders.entry(folder).or_default().push(FileView {
            name: name.to_owned(),
            purpose: file.purpose.clone(),
            patterns: file.patterns.clone(),
        });
    }
    folders.into_iter().map(|(path, files)| Folder { path: path.to_owned(), files }).collect()
}
