//! The decision: which candidates, which one, and why, in the user's own numbers.

use std::collections::BTreeSet;

use design::{
    constraint::{ConstraintField, ConstraintSet, Deployment, Stated},
    plan::{Candidate, Capability, Component, PlanDecision, Trace},
    words::{percent, readable},
};
use estimate::{EstimateError, assessment::assess, part::Part, workload::Workload};
use knowledge::{
    catalogue::Catalogue,
    pattern::wire_name,
    revision::{self, Revision},
};

use crate::{
    Brief,
    compose::{Bench, Combination, required_traits},
    feedback::Feedback,
    score::{Best, Weights, explained, total},
};

/// Most candidates that are shown.
const CANDIDATES: usize = 5;
/// A margin of this much of the score makes the choice plain.
const PLAIN_MARGIN: f64 = 0.05;

/// Plans.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn plan(input: &Brief, catalogue: &'static Catalogue) -> Result<PlanDecision, EstimateError> {
    let (constraints, revisions) = revision::revised(&input.constraints, &input.comments, catalogue);
    let workload = Workload::of(&constraints, catalogue);
    let mut feedback = Feedback::of(input, &revisions, catalogue);
    let bench = Bench::lay_out(&constraints, &workload, &feedback, catalogue)?;
    let mut preferred = constraints.tooling.as_ref().map(|tooling| tooling.value.preferred.clone()).unwrap_or_default();
    preferred.extend(feedback.wanted.iter().cloned());
    let combinations = bench.combinations(&preferred, &feedback.wanted);
    let weights = Weights::of(&workload, &feedback);
    let best = Best::of(&combinations);
    let ranked = rank(combinations, &bench, &feedback, &best, &weights);
    let picked = pick(&ranked, &bench);

    let mut candidates = Vec::new();
    for (one, score) in &picked {
        candidates.push(candidate(one, *score, &bench, &constraints, &best, &weights, catalogue, &preferred));
    }
    if let Some((first, others)) = candidates.split_first_mut() {
        for other in others {
            other.why_not = Some(why_not(first, other, &workload));
        }
    }
    let Some(selected) = candidates.first().cloned() else {
        return Err(EstimateError::Unknown("pattern to choose from".to_owned()));
    };
    respond(&mut feedback, input, &revisions, &selected, &bench, catalogue);
    let (confidence, confidence_basis) = confidence(input, &constraints, &candidates);
    Ok(PlanDecision {
        waived: revisions.iter().flat_map(|revision| revision.waived.iter().cloned()).collect(),
        constraints,
        selected: selected.id.clone(),
        reason: reason(&selected, &candidates, &ranked, &workload),
        candidates,
        assumptions: workload.assumptions.clone(),
        excluded: feedback.exclusions(),
        responses: feedback.responses,
        confidence,
        confidence_basis,
        ..PlanDecision::default()
    })
}

/// How a combination stands: broken constraints, wishes of a person that it misses, score.
fn rank(
    combinations: Vec<Combination>,
    bench: &Bench<'_>,
    feedback: &Feedback,
    best: &Best,
    weights: &Weights,
) -> Vec<(Combination, f64)> {
    let missed = |one: &Combination| {
        let names = feedback
            .wanted
            .iter()
            .filter(|name| !one.parts.iter().any(|index| bench.parts[*index].pattern.is_called(name)))
            .count();
        let wishes = [
            feedback.below_usd.is_some_and(|limit| one.usd >= limit - 0.005),
            feedback.below_ms.is_some_and(|limit| one.p95_ms >= limit - 0.005),
            feedback.above_percent.is_some_and(|limit| one.availability <= limit + 0.0001),
            feedback.below_hours.is_some_and(|limit| one.hours >= limit - 0.05),
        ];
        names + wishes.into_iter().filter(|missed| *missed).count()
    };
    let mut ranked: Vec<(usize, usize, Combination, f64)> = combinations
        .into_iter()
        .map(|one| {
            let score = total(&one, best, bench.workload, weights);
            (one.violations(), missed(&one), one, score)
        })
        .collect();
    // Among those that miss an objective, the nearer miss comes first, in steps of a twentieth.
    let miss = |one: &Combination| (one.overshoot(bench.workload) * 20.0).round();
    // The parts' order breaks ties, so that the same input gives the same plan.
    ranked.sort_by(|a, b| {
        a.0.cmp(&b.0)
            .then(miss(&a.2).total_cmp(&miss(&b.2)))
            .then(a.1.cmp(&b.1))
            .then(b.3.total_cmp(&a.3))
            .then(a.2.parts.cmp(&b.2.parts))
    });
    ranked.into_iter().map(|(_, _, one, score)| (one, score)).collect()
}

/// The best, then the best of each other way to serve, then what differs in two other capabilities.
fn pick(ranked: &[(Combination, f64)], bench: &Bench<'_>) -> Vec<(Combination, f64)> {
    let of = |one: &Combination, capability: Capability| {
        one.parts.iter().copied().find(|index| bench.parts[*index].pattern.capability == capability)
    };
    let mut picked: Vec<(Combination, f64)> = Vec::new();
    let feasible = ranked.iter().filter(|(one, _)| one.violations() == 0);
    for (one, score) in feasible {
        let serve = of(one, Capability::Serve);
        if picked.len() < CANDIDATES - 1 && picked.iter().all(|(other, _)| of(other, Capability::Serve) != serve) {
            picked.push((one.clone(), *score));
        }
    }
    let differs = |one: &Combination, other: &Combination| {
        Capability::ALL.iter().filter(|capability| of(one, **capability) != of(other, **capability)).count()
    };
    // Enough to compare: others among the feasible, then what comes nearest to being feasible.
    for (one, score) in ranked {
        if picked.len() >= 3 {
            break;
        }
        let in_substance = |other: &Combination| {
            [Capability::Ingest, Capability::Store, Capability::Feature, Capability::Train, Capability::Serve]
                .into_iter()
                .any(|capability| of(one, capability) != of(other, capability))
        };
        if picked.iter().all(|(other, _)| differs(one, other) >= 2 && in_substance(other)) {
            picked.push((one.clone(), *score));
        }
    }
    for (one, score) in ranked {
        if picked.len() >= 3 {
            break;
        }
        if picked.iter().all(|(other, _)| other.parts != one.parts) {
            picked.push((one.clone(), *score));
        }
    }
    let place = |one: &Combination| ranked.iter().position(|(other, _)| other.parts == one.parts);
    picked.sort_by_key(|(one, _)| place(one));
    picked
}

fn quote<T>(stated: &Option<Stated<T>>) -> Option<String> {
    stated.as_ref().and_then(|stated| stated.evidence.first()).map(|evidence| evidence.quote.clone())
}

/// The words behind a constraint.
pub fn quote_of(constraints: &ConstraintSet, field: ConstraintField) -> Option<String> {
    match field {
        ConstraintField::Cloud => quote(&constraints.cloud),
        ConstraintField::Budget => quote(&constraints.budget),
        ConstraintField::Regions => quote(&constraints.regions),
        ConstraintField::DataClass => quote(&constraints.data_class),
        ConstraintField::Latency => quote(&constraints.latency),
        ConstraintField::Throughput => quote(&constraints.throughput),
        ConstraintField::DataVolume => quote(&constraints.data_volume),
        ConstraintField::MlTask => quote(&constraints.ml_task),
        ConstraintField::UseCase => quote(&constraints.use_case),
        ConstraintField::Deployment => quote(&constraints.deployment),
        ConstraintField::Tooling => quote(&constraints.tooling),
        ConstraintField::Compliance => quote(&constraints.compliance),
        ConstraintField::Team => quote(&constraints.team),
        ConstraintField::Availability => quote(&constraints.availability),
        ConstraintField::Retraining => quote(&constraints.retraining),
        ConstraintField::Workloads => quote(&constraints.workloads),
        ConstraintField::Platform => quote(&constraints.platform),
        ConstraintField::ModelTypes => quote(&constraints.model_types),
    }
}

fn traces(part: &Part<'_>, constraints: &ConstraintSet, workload: &Workload, preferred: &[String]) -> Vec<Trace> {
    let mut traces = Vec::new();
    let mut claim = |field: ConstraintField, claim: String| {
        let quote = quote_of(constraints, field);
        traces.push(Trace { claim, field: Some(field), quote });
    };
    let pattern = part.pattern;
    let deployment = wire_name(workload.deployment).replace('_', " ");
    claim(
        ConstraintField::Deployment,
        format!("fits {deployment} results at {} of 1", readable(pattern.deployment_fit(workload.deployment))),
    );
    if let Some(use_case) = workload.use_case {
        claim(
            ConstraintField::UseCase,
            format!(
                "fits {} at {} of 1",
                wire_name(use_case).replace('_', " "),
                readable(pattern.use_case_fit(workload.use_case))
            ),
        );
    }
    if let Some(size) = &part.size {
        claim(
            ConstraintField::Throughput,
            format!("carries {}/s of the {}/s at peak", readable(size.capacity), readable(size.arrivals)),
        );
    }
    if part.on_path
        && let Some(target) = workload.latency_target_ms
    {
        claim(
            ConstraintField::Latency,
            format!(
                "takes {} ms of {} ms at P{}",
                readable(part.loaded_ms(workload.percentile)),
                readable(target),
                readable(workload.percentile)
            ),
        );
    }
    if part.on_path && workload.availability_target.is_some() {
        claim(
            ConstraintField::Availability,
            format!("{} % ({})", percent(part.availability_percent()), pattern.availability.source),
        );
    }
    if matches!(pattern.capability, Capability::Store | Capability::Transform | Capability::Ingest) {
        claim(
            ConstraintField::DataVolume,
            format!(
                "made for {} GB and {} GB more each day",
                readable(workload.stored_gb()),
                readable(workload.variable("daily_gb"))
            ),
        );
    }
    if pattern.capability == Capability::Train {
        claim(
            ConstraintField::Retraining,
            format!(
                "{} runs a month of {} h",
                readable(workload.variable("runs_month")),
                readable(part.hours.unwrap_or(0.0))
            ),
        );
    }
    if !workload.frameworks.is_empty() {
        let names: Vec<&str> =
            required_traits(workload).iter().map(|(name, _)| *name).filter(|name| pattern.has(name)).collect();
        claim(ConstraintField::Compliance, format!("has {}", names.join(", ")));
    }
    for tool in preferred.iter().filter(|tool| pattern.is_called(tool)) {
        claim(ConstraintField::Tooling, format!("is {tool}, which is wanted"));
    }
    if workload.budget_usd.is_some() {
        claim(ConstraintField::Budget, format!("costs ${} a month", readable(part.expected_usd)));
    }
    traces.push(Trace { claim: pattern.summary.clone(), field: None, quote: None });
    traces
}

fn rationale(part: &Part<'_>, workload: &Workload) -> String {
    let mut text = part.pattern.summary.clone();
    if let Some(size) = &part.size {
        let unit = part.pattern.sizing.as_ref().map_or("unit", |sizing| sizing.unit.as_str());
        let machine = part.instance.map(|instance| format!(" of {}", instance.id)).unwrap_or_default();
        text.push_str(&format!(
            " Sized at {} × {unit}{machine}: {}/s of {}/s at peak, {} % used.",
            readable(size.units),
            readable(size.arrivals),
            readable(size.capacity),
            readable((size.arrivals / size.capacity * 100.0).round()),
        ));
    }
    if let (Some(hours), Some(instance)) = (part.hours, part.instance) {
        text.push_str(&format!(
            " One run takes {} h on {}, {} times a month.",
            readable(hours),
            instance.id,
            readable(workload.variable("runs_month"))
        ));
    }
    text.push_str(&format!(" ${} a month.", readable((part.expected_usd * 100.0).round() / 100.0)));
    text
}

fn component(part: &Part<'_>, constraints: &ConstraintSet, workload: &Workload, preferred: &[String]) -> Component {
    Component {
        rationale: rationale(part, workload),
        traces: traces(part, constraints, workload, preferred),
        ..part.component()
    }
}

#[expect(clippy::too_many_arguments, reason = "the one place where everything comes together")]
fn candidate(
    one: &Combination,
    total_score: f64,
    bench: &Bench<'_>,
    constraints: &ConstraintSet,
    best: &Best,
    weights: &Weights,
    catalogue: &Catalogue,
    preferred: &[String],
) -> Candidate {
    let workload = bench.workload;
    let parts: Vec<&Part<'_>> = one.parts.iter().map(|index| &bench.parts[*index]).collect();
    let assessment = assess(&parts, workload, catalogue);
    let mut violations = assessment.violations;
    violations.extend(bench.missing_tags(&one.parts));
    let short = |capability: Capability| {
        parts.iter().find(|part| part.pattern.capability == capability).map_or("", |part| part.pattern.short.as_str())
    };
    let id = parts
        .iter()
        .map(|part| part.pattern.id.split_once('.').map_or(part.pattern.id.as_str(), |(_, name)| name))
        .collect::<Vec<_>>()
        .join("+");
    let latency = match assessment.metrics.latency_p95_ms {
        Some(ms) => format!(", P95 {} ms", readable(ms)),
        None => String::new(),
    };
    let mut name = format!("{} with {}", short(Capability::Serve), short(Capability::Train));
    if let Some(first) = name.get(..1) {
        name = format!("{}{}", first.to_uppercase(), &name[1..]);
    }
    Candidate {
        id,
        name,
        summary: format!(
            "{} brings data in, {} keeps it, {} gives features, {} serves; ${} a month{latency}, {} available, {} hours of work a month.",
            short(Capability::Ingest),
            short(Capability::Store),
            short(Capability::Feature),
            short(Capability::Serve),
            readable(assessment.metrics.monthly_usd.round()),
            percent(assessment.metrics.availability_percent),
            readable(assessment.metrics.operations_hours_per_month),
        ),
        components: parts.iter().map(|part| component(part, constraints, workload, preferred)).collect(),
        scores: explained(one, best, workload, weights),
        metrics: assessment.metrics,
        cost: assessment.cost,
        total_score,
        violations,
        why_not: None,
    }
}

/// Why a candidate lost, by the criteria where it is furthest behind, in the user's numbers.
fn why_not(selected: &Candidate, other: &Candidate, workload: &Workload) -> String {
    if other.violations.len() > selected.violations.len() {
        return format!("It breaks a constraint: {}.", other.violations.join("; "));
    }
    let mut behind: Vec<(f64, &str)> = other
        .scores
        .iter()
        .zip(&selected.scores)
        .map(|(other, selected)| ((selected.score - other.score) * selected.weight, other.criterion.as_str()))
        .filter(|(gap, _)| *gap > 0.001)
        .collect();
    behind.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (own, won) = (&other.metrics, &selected.metrics);
    let reasons: Vec<String> = behind
        .iter()
        .take(2)
        .map(|(_, criterion)| match *criterion {
            "cost" => match workload.budget_usd {
                Some(budget) => format!(
                    "it costs ${} a month against ${} ({} % of your ${} against {} %)",
                    readable(own.monthly_usd.round()),
                    readable(won.monthly_usd.round()),
                    readable((own.monthly_usd / budget * 100.0).round()),
                    readable(budget),
                    readable((won.monthly_usd / budget * 100.0).round())
                ),
                None => format!(
                    "it costs ${} a month against ${}",
                    readable(own.monthly_usd.round()),
                    readable(won.monthly_usd.round())
                ),
            },
            "latency" => format!(
                "its P95 is {} ms against {} ms{}",
                readable(own.latency_p95_ms.unwrap_or(0.0)),
                readable(won.latency_p95_ms.unwrap_or(0.0)),
                workload.latency_target_ms.map_or(String::new(), |target| format!(
                    " (you asked for {} ms at P{})",
                    readable(target),
                    readable(workload.percentile)
                ))
            ),
            "throughput" => format!(
                "it carries {}/s against {}/s for your {}/s",
                readable(own.max_per_second.unwrap_or(f64::INFINITY)),
                readable(won.max_per_second.unwrap_or(f64::INFINITY)),
                readable(workload.peak_per_second())
            ),
            "availability" => format!(
                "its path is available {} against {}",
                percent(own.availability_percent),
                percent(won.availability_percent)
            ),
            "operations" => format!(
                "it takes {} hours of work a month against {} from {} people",
                readable(own.operations_hours_per_month),
                readable(won.operations_hours_per_month),
                readable(workload.variable("team_size"))
            ),
            "security" => "fewer of its parts have the security traits that your data asks for".to_owned(),
            _ => weakest_fit(selected, other, workload),
        })
        .collect();
    if reasons.is_empty() {
        return format!(
            "It scores {:.3} against {:.3} and is behind in nothing by much: what a person asked for decided.",
            other.total_score, selected.total_score
        );
    }
    format!("Compared with the selected design, {}.", reasons.join(", and "))
}

/// Where the other candidate's parts suit less, with the numbers.
fn weakest_fit(selected: &Candidate, other: &Candidate, workload: &Workload) -> String {
    let fit = |candidate: &Candidate| {
        candidate.scores.iter().find(|score| score.criterion == "fit").map_or(0.0, |score| score.score)
    };
    let deployment = wire_name(workload.deployment).replace('_', " ");
    let asked = workload.use_case.map_or_else(
        || deployment.clone(),
        |use_case| format!("{} ({deployment})", wire_name(use_case).replace('_', " ")),
    );
    let differing: Vec<String> = other
        .components
        .iter()
        .zip(&selected.components)
        .filter(|(theirs, ours)| theirs.pattern != ours.pattern)
        .map(|(theirs, ours)| format!("{} instead of {}", theirs.name, ours.name))
        .collect();
    format!("it suits {asked} less, {:.2} of 1 against {:.2} ({})", fit(other), fit(selected), differing.join(", "))
}

fn reason(
    selected: &Candidate,
    candidates: &[Candidate],
    ranked: &[(Combination, f64)],
    workload: &Workload,
) -> String {
    let count = ranked.iter().filter(|(one, _)| one.violations() == 0).count();
    if !selected.violations.is_empty() {
        return format!(
            "No combination of {} meets everything; this comes nearest. It breaks: {}. {}",
            readable(ranked.len() as f64),
            selected.violations.join("; "),
            relaxations(ranked, workload)
        );
    }
    let mut strong: Vec<_> = selected.scores.iter().collect();
    strong.sort_by(|a, b| (b.weight * b.score).total_cmp(&(a.weight * a.score)));
    let facts: Vec<&str> = strong.iter().take(3).map(|score| score.explanation.as_str()).collect();
    let runner_up = candidates
        .get(1)
        .map_or(String::new(), |other| format!(" The runner-up is {} with {:.3}.", other.name, other.total_score));
    format!(
        "{} of {} combinations meet every constraint; this one scores {:.3}. What counts most: {}.{runner_up}",
        readable(count as f64),
        readable(ranked.len() as f64),
        selected.total_score,
        facts.join("; "),
    )
}

/// What would have to give, one constraint at a time.
fn relaxations(ranked: &[(Combination, f64)], workload: &Workload) -> String {
    let least = |only: fn(&Combination) -> bool, value: fn(&Combination) -> f64| {
        ranked
            .iter()
            .map(|(one, _)| one)
            .filter(|one| one.violations() == 1 && only(one))
            .map(value)
            .fold(f64::INFINITY, f64::min)
    };
    let mut ways = Vec::new();
    let usd = least(|one| one.over_budget, |one| one.usd);
    if usd.is_finite() {
        ways.push(format!("a budget of ${} a month", readable(usd.ceil())));
    }
    let ms = least(|one| one.too_slow, |one| one.latency_ms);
    if ms.is_finite() {
        ways.push(format!("P{} within {} ms", readable(workload.percentile), readable(ms.ceil())));
    }
    let nines = least(|one| one.too_fragile, |one| -one.availability);
    if nines.is_finite() {
        ways.push(format!("{} availability", percent(-nines)));
    }
    if ranked.iter().any(|(one, _)| one.violations() == 1 && one.broken == 1) {
        ways.push("accepting the one part that does not suit".to_owned());
    }
    if ways.is_empty() {
        // More than one constraint has to give: the least of each over the combinations that break the fewest.
        let fewest = ranked.first().map_or(0, |(one, _)| one.violations());
        let near: Vec<&Combination> =
            ranked.iter().map(|(one, _)| one).filter(|one| one.violations() == fewest).collect();
        let smallest = |value: fn(&Combination) -> f64| near.iter().map(|one| value(one)).fold(f64::INFINITY, f64::min);
        let mut needs = Vec::new();
        if near.iter().all(|one| one.over_budget) {
            needs.push(format!("a budget of ${} a month", readable(smallest(|one| one.usd).ceil())));
        }
        if near.iter().all(|one| one.too_slow) {
            needs.push(format!(
                "P{} within {} ms",
                readable(workload.percentile),
                readable(smallest(|one| one.latency_ms).ceil())
            ));
        }
        if near.iter().all(|one| one.too_fragile) {
            needs.push(format!("{} availability", percent(-smallest(|one| -one.availability))));
        }
        return format!(
            "More than one thing has to give: {}.",
            if needs.is_empty() { "the parts named above".to_owned() } else { needs.join(" and ") }
        );
    }
    if let [only] = ways.as_slice() {
        return format!("Nearest that would do: {only}.");
    }
    format!("Any one of these would do: {}.", ways.join(", or "))
}

/// Says what the feedback changed.
fn respond(
    feedback: &mut Feedback,
    input: &Brief,
    revisions: &[Revision],
    selected: &Candidate,
    bench: &Bench<'_>,
    catalogue: &Catalogue,
) {
    let Some(previous) = input.previous.as_ref().and_then(|previous| previous.plan.selected()) else { return };
    if input.revised_now
        && let Some(revision) = revisions.last()
    {
        for name in &revision.wanted {
            let called = |component: &Component| {
                catalogue.pattern(&component.pattern).is_some_and(|pattern| pattern.is_called(name))
            };
            if selected.components.iter().any(called) {
                feedback.responses.push(format!("{name} is part of the design."));
            } else if let Some(part) =
                bench.parts.iter().filter(|part| part.pattern.is_called(name)).min_by_key(|part| part.violations.len())
            {
                let why = if part.violations.is_empty() {
                    "no combination with it does better by the constraints and the other wishes".to_owned()
                } else {
                    part.violations.join("; ")
                };
                feedback.responses.push(format!("{name} is not part of the design: {why}."));
            } else {
                feedback.responses.push(format!("{name} is not in the catalogue."));
            }
        }
    }
    let (now, before) = (&selected.metrics, &previous.metrics);
    let parts = |candidate: &Candidate| -> BTreeSet<String> {
        candidate.components.iter().map(|component| component.name.clone()).collect()
    };
    let (new, old) = (parts(selected), parts(previous));
    let added: Vec<&str> = new.difference(&old).map(String::as_str).collect();
    let removed: Vec<&str> = old.difference(&new).map(String::as_str).collect();
    feedback.responses.push(if added.is_empty() && removed.is_empty() {
        format!(
            "The parts stay the same; ${} a month before, ${} now.",
            readable(before.monthly_usd.round()),
            readable(now.monthly_usd.round())
        )
    } else {
        format!(
            "Changed: {} instead of {}; ${} a month before, ${} now{}.",
            added.join(", "),
            removed.join(", "),
            readable(before.monthly_usd.round()),
            readable(now.monthly_usd.round()),
            match (before.latency_p95_ms, now.latency_p95_ms) {
                (Some(before), Some(now)) => format!("; P95 {} ms before, {} ms now", readable(before), readable(now)),
                (Some(_) | None, _) => String::new(),
            }
        )
    });
    for (asked, met, what) in [
        (feedback.below_usd.is_some(), feedback.below_usd.is_some_and(|limit| now.monthly_usd < limit), "cheaper"),
        (
            feedback.below_ms.is_some(),
            feedback.below_ms.is_some_and(|limit| now.latency_p95_ms.is_some_and(|ms| ms < limit)),
            "faster",
        ),
        (
            feedback.above_percent.is_some(),
            feedback.above_percent.is_some_and(|limit| now.availability_percent > limit),
            "more available",
        ),
        (
            feedback.below_hours.is_some(),
            feedback.below_hours.is_some_and(|limit| now.operations_hours_per_month < limit),
            "less work",
        ),
    ] {
        if asked && !met {
            feedback.responses.push(format!("No combination that keeps the constraints is {what} than the last one."));
        }
    }
}

/// From what is known of the constraints, the margin to the runner-up, and violations.
fn confidence(input: &Brief, constraints: &ConstraintSet, candidates: &[Candidate]) -> (f64, Vec<String>) {
    let batch = constraints.deployment.as_ref().is_some_and(|stated| stated.value == Deployment::Batch);
    // What decides a plan; the rest of the schema changes details.
    let deciding: Vec<(ConstraintField, f64)> = [
        (ConstraintField::UseCase, 2.0),
        (ConstraintField::Deployment, 2.0),
        (ConstraintField::Throughput, 1.5),
        (ConstraintField::Latency, if batch { 0.0 } else { 1.5 }),
        (ConstraintField::Budget, 1.5),
        (ConstraintField::DataVolume, 1.0),
        (ConstraintField::DataClass, 1.0),
        (ConstraintField::Regions, 0.5),
        (ConstraintField::Availability, 0.5),
        (ConstraintField::Team, 0.5),
    ]
    .into_iter()
    .collect();
    let weight: f64 = deciding.iter().map(|(_, weight)| weight).sum();
    let known: f64 = deciding
        .iter()
        .map(|(field, weight)| weight * constraints.provenance(*field).map_or(0.0, |stated| stated.confidence))
        .sum::<f64>()
        / weight;
    let mut basis = vec![format!(
        "{:.2}: what is known of the {} constraints that decide a plan, by weight and confidence",
        known,
        deciding.iter().filter(|(_, weight)| *weight > 0.0).count()
    )];
    if let Some(coverage) = input.coverage {
        basis.push(format!("{coverage:.2}: coverage of the whole schema"));
    }
    let first = candidates.first();
    let feasible: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.violations.is_empty()).collect();
    let margin = match feasible.as_slice() {
        [first, second, ..] => ((first.total_score - second.total_score) / PLAIN_MARGIN).clamp(0.0, 1.0),
        [_] => 0.5,
        [] => 0.0,
    };
    basis.push(format!("{margin:.2}: lead over the runner-up, 1 from {PLAIN_MARGIN} of the score on"));
    let broken = first.map_or(0, |candidate| candidate.violations.len());
    let base = 0.3 + 0.5 * known + 0.2 * margin;
    let value = base * 0.6f64.powi(broken.min(3) as i32);
    basis.push(format!("0.3 + 0.5 × {known:.2} + 0.2 × {margin:.2} = {base:.2}"));
    if broken > 0 {
        basis.push(format!("{broken} broken constraints: × 0.6 each, at most three times = {value:.2}"));
    }
    ((value * 1000.0).round() / 1000.0, basis)
}
