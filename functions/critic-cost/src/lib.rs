//! Prices the plan from unit prices and stated usage.
//!
//! The critic prices the selected candidate anew with the planner's own engine, holds it against the budget, and looks
//! for ways to pay less by pricing alternatives: another pattern for a part, a commitment, fewer units. Over the budget
//! it sends the plan back only when one of the plan's other candidates is feasible and within it, and only when a person
//! stated the budget.
//!
//! It shows what it priced ([`estimate::usage`]), takes the estimate apart ([`breakdown`]), holds the candidates against
//! each other ([`compare`]) and prices other loads ([`estimate::sensitivity`]). What is free is shown apart. A model may
//! add findings that rest on evidence of the review ([`advice`]); no price is a model's.

pub mod advice;
pub mod breakdown;
pub mod compare;
pub mod savings;

use agent::{Agent, AgentError, CardDraft, Consulted, Desk, Memory, Thought};
use design::{
    constraint::ConstraintField,
    cost::{BudgetVerdict, CostReview, LoadCost, UsageBasis},
    finding::{Finding, Severity},
    node::Node,
    plan::PlanDecision,
    signal::NoSignal,
    words::{readable, share, usd},
};
use estimate::{
    EstimateError,
    assessment::{assess, parts_of},
    part::Part,
    sensitivity::{LOADS, sensitivity},
    usage,
    workload::Workload,
};
use knowledge::{catalogue::Catalogue, price::Certainty};
use run::{
    card::{Alternative, Category, Confidence, Fact, Impact, Trigger},
    gate::GateKind,
    question::Priority,
};

/// The agent.
#[derive(Debug, Default, Clone, Copy)]
pub struct CostCritic;

/// What the critic looks at.
#[derive(Debug, Clone)]
pub struct CostInput {
    /// The plan, with the constraints that it answers.
    pub plan: PlanDecision,
    /// Why it is reviewed now.
    pub trigger: Trigger,
}

impl Agent for CostCritic {
    const NODE: &'static str = "critic_cost";
    const NAME: &'static str = "Cost critic";
    const READS: &'static [&'static str] = &["planner"];
    type Input = CostInput;
    type Output = CostReview;
    type Signal = NoSignal;

    fn recall(&self, memory: &Memory) -> Result<CostInput, AgentError> {
        Ok(CostInput { plan: memory.latest(Node::Planner.as_str())?, trigger: memory.trigger(GateKind::Final) })
    }

    async fn think(&self, input: CostInput, _: &Desk) -> Result<Thought<CostReview, NoSignal>, AgentError> {
        let catalogue = Catalogue::embedded().map_err(|error| AgentError::Defect(error.to_string()))?;
        let review = review(&input, catalogue).map_err(|error| AgentError::Defect(error.to_string()))?;
        let (card, summary) = card(&input, &review, catalogue);
        Ok(Thought { output: review, signal: NoSignal {}, summary, card, artifacts: Vec::new() })
    }

    fn consult(&self, input: &CostInput, rules: &Thought<CostReview, NoSignal>) -> Consulted<CostReview, NoSignal> {
        advice::consult(input, rules)
    }

    fn cost(output: &CostReview) -> Result<Option<serde_json::Value>, AgentError> {
        serde_json::to_value(&output.estimate)
            .map(Some)
            .map_err(|error| AgentError::Defect(format!("the estimate is not JSON: {error}")))
    }
}

/// Reviews the selected candidate's money.
///
/// # Errors
/// When the plan names patterns that the catalogue does not have.
pub fn review(input: &CostInput, catalogue: &'static Catalogue) -> Result<CostReview, EstimateError> {
    let workload = Workload::of(&input.plan.constraints, catalogue);
    let selected =
        input.plan.selected().ok_or_else(|| EstimateError::Unknown("selected candidate in the plan".to_owned()))?;
    let parts = parts_of(selected.components.iter().map(|component| component.pattern.as_str()), &workload, catalogue)?;
    let parts: Vec<&Part<'_>> = parts.iter().collect();
    let assessment = assess(&parts, &workload, catalogue);
    let estimate = assessment.cost;
    let network = assessment.network.and_then(|priced| priced.line);
    let budget = workload.budget_usd.map(|limit| BudgetVerdict {
        limit_usd: limit,
        used_share: estimate.expected_usd / limit,
        within: estimate.expected_usd <= limit,
    });
    let savings = savings::find(&parts, &input.plan.constraints, &input.plan, &workload, catalogue)?;
    let patterns: Vec<&str> = parts.iter().map(|part| part.pattern.id.as_str()).collect();
    let sensitivity = sensitivity(&patterns, &workload, &LOADS, catalogue)?;
    let mut findings = findings(input, &estimate, budget.as_ref(), &savings, &parts, &workload, catalogue);
    findings.extend(growth(&sensitivity));
    findings.sort_by_key(|finding| finding.severity);
    let comparison = compare::comparison(&input.plan);
    Ok(CostReview {
        budget,
        savings,
        trade_offs: compare::lines(&comparison),
        findings,
        usage: usage::lines(&workload, catalogue),
        components: breakdown::components(&parts, network.as_ref(), &estimate),
        unit_costs: breakdown::unit_costs(&parts, &estimate, &sensitivity, &input.plan.constraints, &workload),
        drivers: breakdown::drivers(&estimate),
        range: breakdown::range(&parts, network.as_ref(), &workload),
        free_tier: breakdown::free_tier(&estimate, &workload),
        sensitivity,
        comparison,
        estimate,
    })
}

/// The first load at which an objective breaks that holds today.
fn growth(sensitivity: &[LoadCost]) -> Option<Finding> {
    let own = sensitivity.iter().find(|load| load.factor == 1.0)?;
    let load = sensitivity.iter().find(|load| load.factor > 1.0 && !load.breaks.is_empty())?;
    Some(Finding {
        id: "cost.growth".to_owned(),
        severity: Severity::Info,
        title: format!("At {} times the load the design no longer holds", readable(load.factor)),
        evidence: format!(
            "{} a month at {}/s instead of {} at {}/s; {}",
            usd(load.monthly_usd),
            readable(load.average_per_second),
            usd(own.monthly_usd),
            readable(own.average_per_second),
            load.breaks.join("; ")
        ),
        remedy: "Plan again before the load is there.".to_owned(),
        patterns: Vec::new(),
        replan: false,
    })
}

fn findings(
    input: &CostInput,
    estimate: &design::cost::CostEstimate,
    budget: Option<&BudgetVerdict>,
    savings: &[design::cost::SavingsOption],
    parts: &[&Part<'_>],
    workload: &Workload,
    catalogue: &Catalogue,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // An accepted default is soft: nobody said that more may not be spent.
    let stated = workload.binds(ConstraintField::Budget);
    let dear = |count: usize| {
        let mut order: Vec<&&Part<'_>> = parts.iter().collect();
        order.sort_by(|a, b| b.expected_usd.total_cmp(&a.expected_usd));
        order.into_iter().take(count).map(|part| part.pattern.id.clone()).collect::<Vec<_>>()
    };
    if let Some(budget) = budget {
        let arithmetic = format!(
            "${} expected / ${} budget = {} %; range ${} to ${}",
            readable(estimate.expected_usd.round()),
            readable(budget.limit_usd),
            readable((budget.used_share * 100.0).round()),
            readable(estimate.low_usd.round()),
            readable(estimate.high_usd.round())
        );
        if !budget.within {
            let cheaper = input
                .plan
                .candidates
                .iter()
                .filter(|candidate| candidate.id != input.plan.selected && candidate.violations.is_empty())
                .find(|candidate| candidate.metrics.monthly_usd <= budget.limit_usd);
            let relaxed = format!("A budget of ${} a month would do.", readable(estimate.expected_usd.ceil()));
            findings.push(match cheaper {
                Some(cheaper) => Finding {
                    id: "cost.budget".to_owned(),
                    severity: if stated { Severity::Blocking } else { Severity::Minor },
                    title: "The design is over the budget, and another candidate is not".to_owned(),
                    evidence: arithmetic,
                    remedy: format!(
                        "“{}” costs ${} a month.",
                        cheaper.name,
                        readable(cheaper.metrics.monthly_usd.round())
                    ),
                    patterns: dear(2),
                    replan: stated,
                },
                None => Finding {
                    id: "cost.budget".to_owned(),
                    severity: if stated { Severity::Major } else { Severity::Minor },
                    title: "The design is over the budget, and no feasible candidate is within it".to_owned(),
                    evidence: arithmetic,
                    remedy: match savings.first() {
                        Some(option) => format!(
                            "{relaxed} Largest saving: {} (${} a month).",
                            option.title,
                            readable(option.monthly_usd.round())
                        ),
                        None => relaxed,
                    },
                    patterns: dear(2),
                    replan: false,
                },
            });
        } else if estimate.high_usd > budget.limit_usd {
            findings.push(Finding {
                id: "cost.budget-high-end".to_owned(),
                severity: Severity::Minor,
                title: "The high end of the estimate is over the budget".to_owned(),
                evidence: arithmetic,
                remedy: "A budget alarm at 80 %; measure the usage that was assumed.".to_owned(),
                patterns: dear(1),
                replan: false,
            });
        }
    }
    let largest = estimate.lines.iter().max_by(|a, b| a.monthly_usd.total_cmp(&b.monthly_usd));
    if let Some(line) = largest
        && estimate.expected_usd > 0.0
        && line.monthly_usd > 0.5 * estimate.expected_usd
    {
        findings.push(Finding {
            id: "cost.concentration".to_owned(),
            severity: Severity::Info,
            title: format!(
                "{} % of the cost is one line: {}",
                readable((line.monthly_usd / estimate.expected_usd * 100.0).round()),
                line.item
            ),
            evidence: format!(
                "{} × ${} = ${}",
                line.formula,
                readable(line.unit_price_usd),
                readable(line.monthly_usd.round())
            ),
            remedy: "Measure this usage first.".to_owned(),
            patterns: vec![line.pattern.clone()],
            replan: false,
        });
    }
    let unsure: Vec<&str> = estimate
        .lines
        .iter()
        .filter(|line| line.monthly_usd > 0.05 * estimate.expected_usd)
        .filter(|line| {
            catalogue.prices.get(&line.price_id).is_some_and(|price| price.certainty == Certainty::SingleSource)
        })
        .map(|line| line.price_id.as_str())
        .collect();
    if !unsure.is_empty() {
        findings.push(Finding {
            id: "cost.unconfirmed-price".to_owned(),
            severity: Severity::Minor,
            title: "Prices that matter are not confirmed in a second place".to_owned(),
            evidence: unsure.join(", "),
            remedy: "Look them up in the provider's calculator before deciding.".to_owned(),
            patterns: Vec::new(),
            replan: false,
        });
    }
    findings
}

/// Share of the expected cost that rests on what was stated and on confirmed prices.
fn confidence(review: &CostReview, workload: &Workload, catalogue: &Catalogue) -> Confidence {
    let estimate = &review.estimate;
    let total = estimate.expected_usd.max(0.01);
    let confirmed: f64 = estimate
        .lines
        .iter()
        .filter(|line| {
            catalogue.prices.get(&line.price_id).is_some_and(|price| price.certainty == Certainty::Published)
        })
        .map(|line| line.monthly_usd)
        .sum::<f64>()
        / total;
    let fields = [
        ConstraintField::Throughput,
        ConstraintField::DataVolume,
        ConstraintField::Retraining,
        ConstraintField::Regions,
    ];
    let stated = fields.iter().filter(|field| !workload.is_assumed(**field)).count() as f64 / fields.len() as f64;
    let spread = ((estimate.high_usd - estimate.low_usd) / total).clamp(0.0, 2.0) / 2.0;
    let confirmed = if estimate.lines.is_empty() { 1.0 } else { confirmed };
    let value = 0.2 + 0.3 * confirmed + 0.25 * stated + 0.25 * (1.0 - spread);
    Confidence {
        value: (value * 1000.0).round() / 1000.0,
        basis: vec![
            format!("{:.2}: share of the money at confirmed prices", confirmed),
            format!("{:.2}: share of the usage (rate, data, training, region) that was stated", stated),
            format!("{:.2}: width of the range, 1 for twice the expected cost", spread),
            "0.2 + 0.3 × confirmed + 0.25 × stated + 0.25 × (1 − width)".to_owned(),
        ],
    }
}

fn card(input: &CostInput, review: &CostReview, catalogue: &Catalogue) -> (CardDraft, String) {
    let workload = Workload::of(&input.plan.constraints, catalogue);
    let estimate = &review.estimate;
    let range = format!(
        "${} a month (${} to ${})",
        readable(estimate.expected_usd.round()),
        readable(estimate.low_usd.round()),
        readable(estimate.high_usd.round())
    );
    let verdict = match &review.budget {
        Some(budget) if budget.within => format!(", {} % of the budget", readable((budget.used_share * 100.0).round())),
        Some(budget) => format!(", {} % of the budget: over it", readable((budget.used_share * 100.0).round())),
        None => ", no budget stated".to_owned(),
    };
    let summary = format!("{range}{verdict}");
    let mut card =
        CardDraft::new(input.trigger, Category::Cost, format!("{summary}."), confidence(review, &workload, catalogue));
    card.priority = match &review.budget {
        Some(budget) if !budget.within => Priority::Critical,
        Some(_) | None => Priority::Medium,
    };
    let mut lines: Vec<_> = estimate.lines.iter().collect();
    lines.sort_by(|a, b| b.monthly_usd.total_cmp(&a.monthly_usd));
    card.reasoning = lines
        .iter()
        .take(8)
        .map(|line| {
            format!(
                "**{}** ${}: {} at ${} ({})",
                line.item,
                readable((line.monthly_usd * 100.0).round() / 100.0),
                line.formula,
                readable(line.unit_price_usd),
                line.price_source
            )
        })
        .collect();
    card.reasoning.extend(review.trade_offs.iter().cloned());
    card.inputs
        .push(Fact::new("design", input.plan.selected().map_or(String::new(), |selected| selected.name.clone())));
    card.inputs.extend(review.usage.iter().map(|line| {
        let basis = match line.basis {
            UsageBasis::Stated => "stated",
            UsageBasis::Derived => "derived",
            UsageBasis::Assumed => "assumed",
        };
        Fact::new(line.name.clone(), format!("{} {} ({basis}: {})", readable(line.value), line.unit, line.derivation))
    }));
    card.outputs.push(Fact::new("expected", range));
    card.outputs.extend(
        review
            .unit_costs
            .iter()
            .map(|unit| Fact::new(unit.per.clone(), format!("{} USD: {}", readable(unit.usd), unit.formula))),
    );
    card.outputs.extend(review.range.iter().take(3).map(|line| {
        Fact::new(
            format!("range: {}", line.item),
            format!(
                "{} to {}, {} of the width: {}",
                usd(line.low_usd),
                usd(line.high_usd),
                share(line.share_of_width),
                line.why
            ),
        )
    }));
    let free: f64 = review.free_tier.iter().map(|line| line.worth_usd).sum();
    if free > 0.0 {
        card.outputs.push(Fact::new("free, not taken off", format!("up to {} a month", usd(free))));
    }
    card.outputs.extend(
        review
            .findings
            .iter()
            .map(|finding| Fact::new(finding.id.clone(), format!("{}: {}", finding.title, finding.evidence))),
    );
    card.alternatives = review
        .savings
        .iter()
        .map(|option| Alternative {
            name: format!("{} (saves ${} a month)", option.title, readable(option.monthly_usd.round())),
            score: None,
            why_not: format!("{} {}", option.trade_off, option.evidence),
        })
        .collect();
    card.impact = Impact { cost: Some(summary.clone()), ..Impact::default() };
    card.risks =
        review.findings.iter().filter(|finding| finding.severity != Severity::Info).map(Finding::risk).collect();
    card.evidence = input.plan.constraints.links([
        ("budget", ConstraintField::Budget),
        ("usage", ConstraintField::Throughput),
        ("data", ConstraintField::DataVolume),
    ]);
    (card, summary)
}
