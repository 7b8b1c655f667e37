//! Why: each choice in the user's own numbers, and in the words that it rests on.

use std::collections::BTreeSet;

use design::{
    constraint::{ConstraintField, ConstraintSet, Deployment, Platform, Source},
    plan::{Candidate, Capability, Component, Override, Relaxation, Trace},
    words::{capitalised, percent, readable},
};
use estimate::{EstimateError, assessment::assess, part::Part, workload::Workload};
use knowledge::{catalogue::Catalogue, lexicon, pattern::wire_name, revision::Revision};

use crate::{
    Brief,
    compose::{Bench, Combination, Wishes, is_of, lacks, required_traits},
    feedback::Feedback,
    rank::Ranking,
    score::{Best, Weights, explained},
};

/// A margin of this much of the score makes the choice plain.
const PLAIN_MARGIN: f64 = 0.05;

/// What is planned for and with.
pub struct Setting<'a> {
    /// The constraints.
    pub constraints: &'a ConstraintSet,
    /// The parts, sized.
    pub bench: &'a Bench<'a>,
    /// What is wanted by name.
    pub wishes: &'a Wishes,
    /// How much each criterion counts.
    pub weights: &'a Weights,
    /// What there is to compose.
    pub catalogue: &'static Catalogue,
}

/// The claims that a choice rests on, each with its constraint and the constraint's words.
fn traces(part: &Part<'_>, setting: &Setting<'_>) -> Vec<Trace> {
    let (constraints, workload) = (setting.constraints, setting.bench.workload);
    let mut traces = Vec::new();
    let mut quoting = |field: ConstraintField, claim: String, says: &dyn Fn(&str) -> bool| {
        let known = constraints.provenance(field);
        let claim = match known.as_ref().map(|provenance| provenance.source) {
            None => format!("{claim} (an assumption: nothing was said)"),
            Some(Source::Default) => format!("{claim} (an accepted default)"),
            Some(Source::Text | Source::Structured | Source::Answer | Source::Inherited) => claim,
        };
        let quote = constraints.words(field).iter().find(|words| says(&words.quote)).map(|words| words.quote.clone());
        traces.push(Trace { claim, field: Some(field), quote });
    };
    let mut claim = |field: ConstraintField, claim: String| quoting(field, claim, &|_| true);
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
            format!("carries up to {}/s, where the peak is {}/s", readable(size.capacity), readable(size.arrivals)),
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
            format!("{} ({})", percent(part.availability_percent()), pattern.availability.source),
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
    for fact in workload.work.iter().filter(|fact| fact.capability == pattern.capability) {
        let kind = wire_name(fact.kind).replace('_', " ");
        let tags: Vec<&str> =
            fact.provides.iter().filter(|tag| pattern.provides.contains(tag)).map(String::as_str).collect();
        let has = if lacks(pattern, fact) {
            format!("has nothing of {}", fact.provides.join(", "))
        } else {
            format!("has {}", tags.join(", "))
        };
        claim(ConstraintField::Workloads, format!("{has}, for {kind}"));
    }
    if constraints.model_types.is_some() && matches!(pattern.capability, Capability::Train | Capability::Serve) {
        claim(ConstraintField::ModelTypes, format!("sized for a model that is {}", workload.usual_model));
    }
    if !workload.frameworks.is_empty() {
        let names: Vec<&str> =
            required_traits(workload).iter().map(|(name, _)| *name).filter(|name| pattern.has(name)).collect();
        claim(ConstraintField::Compliance, format!("has {}", names.join(", ")));
    }
    // Of several words about a list, those that name the tool.
    for tool in setting.wishes.met_by(pattern).into_iter().collect::<BTreeSet<_>>() {
        quoting(ConstraintField::Tooling, format!("uses {tool}, as asked"), &|quote| names(quote, &tool));
    }
    if let Some(platform) = setting.wishes.platform
        && matches!(pattern.capability, Capability::Transform | Capability::Train | Capability::Serve)
    {
        let (is, is_not) = match platform {
            Platform::Serverless => ("is serverless", "is not serverless"),
            Platform::Containers => ("runs in containers", "does not run in containers of ours"),
            Platform::Kubernetes => ("runs on Kubernetes", "does not run on Kubernetes"),
            Platform::Managed => ("is run by the provider", "is not run by the provider as a whole"),
        };
        let claimed = if is_of(pattern, platform) {
            format!("{is}, as asked")
        } else {
            format!("{is_not}, although that was asked for")
        };
        quoting(ConstraintField::Platform, claimed, &|_| true);
    }
    if workload.budget_usd.is_some() {
        quoting(ConstraintField::Budget, format!("costs ${} a month", readable(part.expected_usd)), &|_| true);
    }
    traces.push(Trace { claim: pattern.summary.clone(), field: None, quote: None });
    traces
}

/// True where words of a requirement name a tool.
fn names(quote: &str, tool: &str) -> bool {
    let lower = quote.to_lowercase();
    let known = lexicon::tools().iter().filter(|known| known.name == tool);
    known.flat_map(|known| &known.words).any(|word| lower.contains(&word.to_lowercase()))
        || lower.contains(&tool.replace(['-', '_'], " "))
}

fn rationale(part: &Part<'_>, workload: &Workload) -> String {
    let mut text = part.pattern.summary.clone();
    if let Some(size) = &part.size {
        let unit = part.pattern.sizing.as_ref().map_or("unit", |sizing| sizing.unit.as_str());
        let machine = part.instance.map(|instance| format!(" of {}", instance.id)).unwrap_or_default();
        text.push_str(&format!(
            " Sized at {} × {unit}{machine}: {}/s at peak of the {}/s that they carry, {} % used.",
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

fn component(part: &Part<'_>, setting: &Setting<'_>) -> Component {
    Component { rationale: rationale(part, setting.bench.workload), traces: traces(part, setting), ..part.component() }
}

/// A combination as a candidate, with all that it rests on.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn candidate(
    one: &Combination,
    total_score: f64,
    best: &Best,
    setting: &Setting<'_>,
) -> Result<Candidate, EstimateError> {
    let (bench, workload) = (setting.bench, setting.bench.workload);
    // The bench has sketches; what is shown has its lines and ranges, and what the bench has against it.
    let parts = one
        .parts()
        .map(|index| {
            let sketch = &bench.parts[index];
            let mut part = Part::new(sketch.pattern, workload, setting.catalogue)?;
            part.violations.clone_from(&sketch.violations);
            Ok(part)
        })
        .collect::<Result<Vec<_>, EstimateError>>()?;
    let parts: Vec<&Part<'_>> = parts.iter().collect();
    let assessment = assess(&parts, workload, setting.catalogue);
    let mut violations = assessment.violations;
    violations.extend(bench.missing_tags(one));
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
    let way: Vec<String> = [
        ("data by", Capability::Ingest),
        ("kept in", Capability::Store),
        ("features from", Capability::Feature),
        ("served by", Capability::Serve),
    ]
    .into_iter()
    .filter(|(_, capability)| !short(*capability).is_empty())
    .map(|(what, capability)| match short(capability) {
        // "features in the request" says what it is by itself.
        features if capability == Capability::Feature && features.contains("features") => features.to_owned(),
        other => format!("{what} {other}"),
    })
    .collect();
    Ok(Candidate {
        id,
        name: bench.name(one),
        summary: format!(
            "{}; ${} a month{latency}, {} available, {} hours of work a month.",
            capitalised(&way.join(", ")),
            readable(assessment.metrics.monthly_usd.round()),
            percent(assessment.metrics.availability_percent),
            readable(assessment.metrics.operations_hours_per_month),
        ),
        components: parts.iter().map(|part| component(part, setting)).collect(),
        network: assessment.network.map(|priced| priced.network),
        scores: explained(one, best, workload, setting.weights),
        metrics: assessment.metrics,
        cost: assessment.cost,
        total_score,
        violations,
        why_not: None,
    })
}

/// Why a candidate lost, by the criteria where it is furthest behind, in the user's numbers.
pub fn why_not(selected: &Candidate, other: &Candidate, workload: &Workload) -> String {
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
            "security" => format!(
                "its parts have {} % of the security traits that your data asks for against {} %",
                readable((score_of(other, "security") * 100.0).round()),
                readable((score_of(selected, "security") * 100.0).round())
            ),
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

/// A candidate's score of a criterion.
fn score_of(candidate: &Candidate, criterion: &str) -> f64 {
    candidate.scores.iter().find(|score| score.criterion == criterion).map_or(0.0, |score| score.score)
}

/// Where the other candidate's parts suit less, with the numbers.
fn weakest_fit(selected: &Candidate, other: &Candidate, workload: &Workload) -> String {
    let fit = |candidate: &Candidate| score_of(candidate, "fit");
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

/// Why the selected one, in a few sentences.
pub fn reason(selected: &Candidate, candidates: &[Candidate], ranking: &Ranking, overrides: &[Override]) -> String {
    let mut text = if selected.violations.is_empty() {
        let mut strong: Vec<_> = selected.scores.iter().collect();
        strong.sort_by(|a, b| (b.weight * b.score).total_cmp(&(a.weight * a.score)));
        let facts: Vec<&str> = strong.iter().take(3).map(|score| score.explanation.as_str()).collect();
        let runner_up = candidates
            .get(1)
            .map_or(String::new(), |other| format!(" The runner-up is {} with {:.3}.", other.name, other.total_score));
        format!(
            "{} of {} combinations meet every constraint; this one scores {:.3}. What counts most: {}.{runner_up}",
            readable(ranking.feasible() as f64),
            readable(ranking.all.len() as f64),
            selected.total_score,
            facts.join("; "),
        )
    } else {
        format!(
            "No combination of {} meets everything; this comes nearest. It breaks: {}.",
            readable(ranking.all.len() as f64),
            selected.violations.join("; "),
        )
    };
    for one in overrides {
        text.push_str(&format!(
            " The default for {} ({}) was set aside for {}: {}",
            one.field.as_str().replace('_', " "),
            one.from,
            one.to,
            one.reason
        ));
    }
    text
}

/// Why a design that something else dominates by cost, latency, work and risk is selected all the same: the front compares
/// four numbers, and the choice weighs more than these.
pub fn off_the_front(selected: &Candidate, other: &Candidate, ranks: (&Combination, &Combination)) -> String {
    let (own, theirs) = (&selected.metrics, &other.metrics);
    let mut better = Vec::new();
    let mut compare = |less: bool, text: String| {
        if less {
            better.push(text);
        }
    };
    let (mine, its) = (own.monthly_usd.round(), theirs.monthly_usd.round());
    compare(its < mine, format!("${} a month against ${}", readable(its), readable(mine)));
    if let (Some(its), Some(mine)) = (theirs.latency_p95_ms, own.latency_p95_ms) {
        compare(its < mine, format!("P95 {} ms against {} ms", readable(its), readable(mine)));
    }
    let (mine, its) = (own.operations_hours_per_month, theirs.operations_hours_per_month);
    compare(its < mine, format!("{} hours of work against {}", readable(its), readable(mine)));
    let (mine, its) = (own.risk, theirs.risk);
    compare(its < mine, format!("risk {its:.2} against {mine:.2}"));
    let differing: Vec<String> = other
        .components
        .iter()
        .zip(&selected.components)
        .filter(|(theirs, ours)| theirs.pattern != ours.pattern)
        .map(|(theirs, ours)| format!("{} instead of {}", theirs.name, ours.name))
        .collect();
    let mut ahead: Vec<(f64, String)> = selected
        .scores
        .iter()
        .zip(&other.scores)
        .map(|(own, theirs)| {
            let gain = (own.score - theirs.score) * own.weight;
            (
                gain,
                format!(
                    "{} ({:.2} of 1 against {:.2}, which counts {:.2})",
                    own.criterion, own.score, theirs.score, own.weight
                ),
            )
        })
        .filter(|(gain, _)| *gain > 0.0005)
        .collect();
    ahead.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut why: Vec<String> = ahead.into_iter().take(2).map(|(_, text)| format!("it is ahead in {text}")).collect();
    if ranks.0.missed_wishes < ranks.1.missed_wishes {
        why.insert(0, "it has what was asked for by name".to_owned());
    }
    let why = if why.is_empty() {
        "a comment asked for what it has, or they differ by less than can be told".to_owned()
    } else {
        why.join(", and ")
    };
    format!(
        " By cost, latency, work and risk alone, {} would be better: {}. It differs by {}. This one is selected all the \
         same because {why}.",
        other.name,
        if better.is_empty() { "by less than is shown".to_owned() } else { better.join(", ") },
        differing.join(", "),
    )
}

/// A refusal with what would do instead.
pub fn with_relaxations(reason: &str, relaxations: &[Relaxation]) -> String {
    if relaxations.is_empty() {
        return format!(
            "{reason} Neither more money, time or outages nor less load would make it feasible: the parts named above do."
        );
    }
    let ways: Vec<&str> = relaxations.iter().map(|way| way.text.as_str()).collect();
    format!("{reason} The nearest that would do: {}", ways.join(" "))
}

/// Says what the feedback changed.
pub fn respond(
    feedback: &mut Feedback,
    input: &Brief,
    revisions: &[Revision],
    selected: &Candidate,
    setting: &Setting<'_>,
) {
    let (bench, catalogue) = (setting.bench, setting.catalogue);
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
pub fn confidence(input: &Brief, constraints: &ConstraintSet, candidates: &[Candidate]) -> (f64, Vec<String>) {
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

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn words_about_one_tool_are_not_quoted_for_another() {
        assert!(names("trained with XGBoost", "xgboost") && !names("Our code is on GitLab", "xgboost"));
        assert!(names("GitLab CI", "gitlab") && names("in feature stores like Feast", "feast"));
    }
}
