//! The suite `design`: does a requirement become a design that an engineer would sign?
//!
//! # Cases
//! `{name, prompt, …}` with what any sound answer must and must not contain; every other field may be left out:
//!
//! | field | right when |
//! |---|---|
//! | `feasible` | something meets every constraint, or (false) nothing does and ways out are offered |
//! | `cloud` | every pattern of the selected design is of this provider (`aws`, `gcp`, `azure`) |
//! | `must` | list of lists: of each inner list, one name is part of the selected design |
//! | `must_not` | none of the names is part of the selected design |
//! | `min_usd`, `max_usd` | the expected cost per month lies between |
//! | `min_candidates` | there are as many distinct candidates (feasible ones, where something is feasible) |
//! | `jurisdiction`, `region_not` | the region of the plan lies there, and is none of these |
//! | `relaxations` | fields, each of which some offered way relaxes; one of them is enough with `any_relaxation` |
//! | `rules_evaluated` | the policy rule had something to say |
//! | `rules_pass` | the policy rule passes |
//!
//! A name is a pattern's id, the beginning of one, a tool that a pattern is called, a tag that it provides, or one of its
//! traits; `serve:batch-serving` looks only at the part that serves. Fields that are not in the table are listed and
//! skipped.
//!
//! # What is run
//! The thinking of a design in process, by the agents themselves: intake, coverage, questions with every default
//! accepted, planner, critics, policy, and again from the planner while the policy engine asks for another plan, as often
//! as the state machine allows. Each requirement is thought through several times: what comes out must be the same
//! bytes, and the processor's time of the agents (recalling and thinking) is the median of the rounds.
//!
//! # Figures
//! *Validity*: designs without a fault of structure. *Reproducibility*: designs with the same bytes each time.
//! *Service correctness* and *compliance*: right expectations of all (the latter those about rules). *Traceability*:
//! claims whose constraint is known, or said to be assumed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use agent::AgentError;
use design::{
    constraint::{Cloud, Source},
    plan::{Candidate, Capability, Criterion, PlanDecision},
    policy::Verdict,
};
use estimate::workload::Workload;
use knowledge::{
    catalogue::Catalogue,
    pattern::{Pattern, wire_name},
    region::by_code,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    advised::Advised,
    cases::{self, BadCases},
    pipeline::{Design, Desktop, Times, processor_ms, runtime, think},
    report::{Outcome, ratio, share},
};

/// How often each requirement is thought through.
const REPEATS: usize = 3;

/// A requirement with what any sound answer must and must not contain.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// The name.
    pub name: String,
    /// The requirement's text.
    pub prompt: String,
    /// Whether something meets every constraint.
    #[serde(default)]
    pub feasible: Option<bool>,
    /// The provider.
    #[serde(default)]
    pub cloud: Option<Cloud>,
    /// Of each list, one name is part of the design.
    #[serde(default)]
    pub must: Vec<Vec<String>>,
    /// None of these is.
    #[serde(default)]
    pub must_not: Vec<String>,
    /// Least cost, US dollars per month.
    #[serde(default)]
    pub min_usd: Option<f64>,
    /// Most cost.
    #[serde(default)]
    pub max_usd: Option<f64>,
    /// Fewest candidates.
    #[serde(default)]
    pub min_candidates: Option<usize>,
    /// Where the region lies.
    #[serde(default)]
    pub jurisdiction: Option<String>,
    /// Regions that are wrong.
    #[serde(default)]
    pub region_not: Vec<String>,
    /// Fields that ways out relax.
    #[serde(default)]
    pub relaxations: Vec<String>,
    /// One of them is enough.
    #[serde(default)]
    pub any_relaxation: bool,
    /// Rules that have something to say.
    #[serde(default)]
    pub rules_evaluated: Vec<String>,
    /// Rules that pass.
    #[serde(default)]
    pub rules_pass: Vec<String>,
    /// Fields that this suite does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The design of a requirement, and the time that it took.
async fn thought(prompt: &str, advised: Option<&Arc<Advised>>) -> Result<(Design, Times), AgentError> {
    let mut desktop = Desktop::new("A case", prompt)?.advised(advised);
    let design = think(&mut desktop).await?;
    Ok((design, desktop.times))
}

/// What was expected, and whether it holds.
struct Check {
    what: String,
    holds: bool,
    compliance: bool,
}

/// A case, judged.
struct Judged {
    checks: Vec<Check>,
    faults: Vec<String>,
    same: bool,
    traces: (u32, u32),
    milliseconds: f64,
    nodes: Times,
    design: Option<Design>,
}

fn is_named(pattern: &Pattern, name: &str) -> bool {
    let (capability, name) = name.split_once(':').map_or((None, name), |(own, name)| (Some(own), name));
    let own = pattern.id.split_once('.').map_or(pattern.id.as_str(), |(_, own)| own);
    capability.is_none_or(|capability| pattern.capability.as_str() == capability)
        && (pattern.id == name
            || own.starts_with(name)
            || pattern.is_called(name)
            || pattern.provides.iter().any(|tag| tag == name)
            || pattern.has(name))
}

fn patterns<'a>(candidate: &Candidate, catalogue: &'a Catalogue) -> Vec<&'a Pattern> {
    candidate.components.iter().filter_map(|component| catalogue.pattern(&component.pattern)).collect()
}

/// What is wrong with a design's structure, whatever was asked.
fn faults(design: &Design, catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |bad: bool, text: &str| {
        if bad {
            faults.push(text.to_owned());
        }
    };
    let Some(plan) = design.plans.last() else { return vec!["there is no plan".to_owned()] };
    let Some(selected) = plan.selected() else { return vec!["the selected candidate is not there".to_owned()] };
    let ids: BTreeSet<&str> = plan.candidates.iter().map(|candidate| candidate.id.as_str()).collect();
    fault(ids.len() != plan.candidates.len(), "two candidates have one id");
    fault(
        plan.candidates.first().map(|first| first.id.as_str()) != Some(plan.selected.as_str()),
        "the first is not selected",
    );
    for candidate in &plan.candidates {
        let capabilities: Vec<Capability> = candidate.components.iter().map(|part| part.capability).collect();
        fault(capabilities != Capability::ALL, "a candidate lacks a capability");
        fault(patterns(candidate, catalogue).len() != candidate.components.len(), "a pattern is not in the catalogue");
        let lines: f64 = candidate.cost.lines.iter().map(|line| line.monthly_usd).sum();
        fault((lines - candidate.cost.expected_usd).abs() > 0.01, "the lines do not add up to the cost");
        fault((candidate.metrics.monthly_usd - candidate.cost.expected_usd).abs() > 0.01, "two costs of one candidate");
        let cost = &candidate.cost;
        fault(!(cost.low_usd <= cost.expected_usd && cost.expected_usd <= cost.high_usd), "a range is upside down");
        let weights: f64 = candidate.scores.iter().map(|score| score.weight).sum();
        fault((weights - 1.0).abs() > 1e-6, "the weights do not sum to 1");
        let total: f64 = candidate.scores.iter().map(|score| score.weight * score.score).sum();
        fault((total - candidate.total_score).abs() > 1e-6, "the scores do not add up to the total");
        fault((candidate.id == plan.selected) != candidate.why_not.is_none(), "why a candidate lost is not said");
        let point = plan.pareto.iter().any(|point| point.candidate.as_ref() == Some(&candidate.id));
        fault(!point, "a candidate is not in the comparison");
    }
    fault(plan.weights.len() != Criterion::ALL.len(), "a weight is not recorded");
    fault(
        selected.violations.is_empty() != plan.relaxations.is_empty() && selected.violations.is_empty(),
        "ways out of nothing",
    );
    fault(
        (design.cost.estimate.expected_usd - selected.metrics.monthly_usd).abs() > 0.01,
        "planner and critic disagree on the cost",
    );
    fault(design.policy.results.is_empty(), "no rule was evaluated");
    faults
}

/// Claims whose constraint is known or said to be assumed, of all.
fn traces(plan: &PlanDecision) -> (u32, u32) {
    let (mut right, mut all) = (0, 0);
    for component in plan.candidates.iter().flat_map(|candidate| &candidate.components) {
        all += 1;
        right += u32::from(component.traces.iter().any(|trace| trace.field.is_some()));
        for trace in &component.traces {
            let Some(field) = trace.field else { continue };
            all += 1;
            let known = plan.constraints.provenance(field);
            right += u32::from(match known.map(|known| (known.source, known.evidence.is_empty())) {
                None => trace.claim.contains("assumption"),
                Some((Source::Default, _)) => trace.claim.contains("default"),
                Some((Source::Text, has_no_words)) => trace.quote.is_some() != has_no_words,
                Some((Source::Structured | Source::Answer | Source::Inherited, _)) => true,
            });
        }
    }
    (right, all)
}

/// Holds a design against what was expected.
fn checks(case: &Case, design: &Design, catalogue: &Catalogue) -> Vec<Check> {
    let mut checks = Vec::new();
    let (Some(plan), true) = (design.plans.last(), true) else { return checks };
    let Some(selected) = plan.selected() else { return checks };
    let parts = patterns(selected, catalogue);
    let mut check = |compliance: bool, what: String, holds: bool| checks.push(Check { what, holds, compliance });
    let feasible = selected.violations.is_empty();
    if let Some(wanted) = case.feasible {
        check(false, format!("feasible is {wanted} ({})", selected.violations.join("; ")), feasible == wanted);
        if !wanted {
            check(false, "a way out is offered".to_owned(), !plan.relaxations.is_empty());
        }
    }
    if let Some(cloud) = case.cloud {
        check(false, format!("all of {}", wire_name(cloud)), parts.iter().all(|pattern| pattern.cloud == cloud));
    }
    let ids: Vec<&str> = parts.iter().map(|pattern| pattern.id.as_str()).collect();
    for names in &case.must {
        let holds = names.iter().any(|name| parts.iter().any(|pattern| is_named(pattern, name)));
        check(false, format!("must have {} (has {})", names.join(" or "), ids.join(", ")), holds);
    }
    for name in &case.must_not {
        let found: Vec<&str> =
            parts.iter().filter(|pattern| is_named(pattern, name)).map(|pattern| pattern.id.as_str()).collect();
        check(false, format!("must not have {name} (has {})", found.join(", ")), found.is_empty());
    }
    let usd = selected.metrics.monthly_usd;
    if let Some(most) = case.max_usd {
        check(false, format!("at most ${most} (${usd:.0})"), usd <= most);
    }
    if let Some(least) = case.min_usd {
        check(false, format!("at least ${least} (${usd:.0})"), usd >= least);
    }
    if let Some(wanted) = case.min_candidates {
        let count = plan.candidates.iter().filter(|candidate| !feasible || candidate.violations.is_empty()).count();
        check(false, format!("at least {wanted} candidates ({count})"), count >= wanted);
    }
    // The region that the plan is made and priced for, whoever named it.
    let region = by_code(&Workload::of(&plan.constraints, catalogue).region);
    if let Some(place) = &case.jurisdiction {
        let own = region.map_or("none", |region| region.jurisdiction.as_str());
        check(true, format!("in {place} ({own})"), own == place);
    }
    for code in &case.region_not {
        check(true, format!("not in {code}"), region.is_none_or(|region| region.code != *code));
    }
    let relaxed: BTreeSet<&str> =
        plan.relaxations.iter().flat_map(|way| way.changes.iter().map(|change| change.field.as_str())).collect();
    let offered = |field: &String| relaxed.contains(field.as_str());
    if case.any_relaxation {
        let what = format!("one of {} may give way ({relaxed:?})", case.relaxations.join(", "));
        check(false, what, case.relaxations.iter().any(offered));
    } else {
        for field in &case.relaxations {
            check(false, format!("{field} may give way ({relaxed:?})"), offered(field));
        }
    }
    let verdict = |rule: &str| design.policy.results.iter().find(|result| result.rule == rule);
    for rule in &case.rules_evaluated {
        let found = verdict(rule);
        let holds = found.is_some_and(|result| result.verdict != Verdict::NotApplicable);
        check(
            true,
            format!("{rule} has something to say ({})", found.map_or("no such rule", |result| result.verdict.as_str())),
            holds,
        );
    }
    for rule in &case.rules_pass {
        let found = verdict(rule);
        let evidence = found
            .map_or("no such rule".to_owned(), |result| format!("{}: {}", result.verdict.as_str(), result.evidence));
        check(true, format!("{rule} passes ({evidence})"), found.is_some_and(|result| result.verdict == Verdict::Pass));
    }
    checks
}

/// Thinks a case through several times and judges what came out.
async fn judge(case: &Case, catalogue: &Catalogue, advised: Option<&Arc<Advised>>) -> Judged {
    let mut texts: Vec<String> = Vec::new();
    let mut rounds: Vec<Times> = Vec::new();
    let mut last = None;
    for _ in 0..REPEATS {
        match thought(&case.prompt, advised).await {
            Ok((design, times)) => {
                texts.push(serde_json::to_string(&design).unwrap_or_default());
                rounds.push(times);
                last = Some(design);
            }
            Err(error) => {
                return Judged {
                    checks: Vec::new(),
                    faults: vec![format!("it failed: {}", agent::chain(&error))],
                    same: false,
                    traces: (0, 0),
                    milliseconds: 0.0,
                    nodes: Times::new(),
                    design: None,
                };
            }
        }
    }
    let total = |times: &Times| times.values().sum::<f64>();
    rounds.sort_by(|a, b| total(a).total_cmp(&total(b)));
    let nodes = rounds.swap_remove(rounds.len() / 2);
    let Some(design) = last else { unreachable!("a requirement is thought through at least once") };
    Judged {
        checks: checks(case, &design, catalogue),
        faults: faults(&design, catalogue),
        same: texts.windows(2).all(|pair| pair[0] == pair[1]),
        traces: design.plans.last().map_or((0, 0), traces),
        milliseconds: total(&nodes),
        nodes,
        design: Some(design),
    }
}

/// The value that a share of the values stay below or reach.
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Judges the cases of some files.
///
/// # Errors
/// When a file cannot be used.
pub fn run(files: &[PathBuf], advised: Option<&Arc<Advised>>) -> Result<Outcome, BadCases> {
    let mut all: Vec<Case> = Vec::new();
    for file in files {
        all.extend(cases::read::<Case>(file)?);
    }
    let broken = |problem: String| BadCases::Malformed { path: "the catalogue".to_owned(), problem };
    let catalogue = Catalogue::embedded().map_err(|error| broken(error.to_string()))?;
    let runtime = runtime().map_err(|error| broken(format!("no runtime: {error}")))?;
    let start = processor_ms();
    // The first thought compiles expressions and reads the embedded data: its time is told apart.
    let first = all.first().map(|case| {
        let thought = runtime.block_on(thought(&case.prompt, None));
        (processor_ms() - start, thought.is_ok())
    });
    let judged: Vec<Judged> = all.iter().map(|case| runtime.block_on(judge(case, catalogue, advised))).collect();
    Ok(outcome(&all, &judged, catalogue, first.map_or(0.0, |(milliseconds, _)| milliseconds)))
}

fn outcome(all: &[Case], judged: &[Judged], catalogue: &Catalogue, first_ms: f64) -> Outcome {
    let mut outcome = Outcome::default();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let of = count(judged.len());
    let valid = count(judged.iter().filter(|one| one.faults.is_empty()).count());
    let same = count(judged.iter().filter(|one| one.same).count());
    let expectations = |compliance: bool| {
        let checks = || judged.iter().flat_map(|one| &one.checks).filter(|check| check.compliance == compliance);
        (count(checks().filter(|check| check.holds).count()), count(checks().count()))
    };
    let (services, compliance) = (expectations(false), expectations(true));
    let whole = count(judged.iter().filter(|one| one.checks.iter().all(|check| check.holds)).count());
    let traced = judged.iter().fold((0, 0), |sum, one| (sum.0 + one.traces.0, sum.1 + one.traces.1));
    let times: Vec<f64> = judged.iter().map(|one| one.milliseconds).collect();
    let (median, high) = (percentile(&times, 50.0), percentile(&times, 95.0));
    let slowest = percentile(&times, 100.0);

    let row = |name: &str, (right, of): (u32, u32), goal: &str| {
        vec![name.to_owned(), share(right, of), format!("{right} of {of}"), goal.to_owned()]
    };
    outcome.table(
        "Designs",
        &["", "share", "right", "goal"],
        &[
            row("structural validity", (valid, of), "1.000"),
            row("reproducibility", (same, of), "1.000"),
            row("service correctness", services, "0.950"),
            row("compliance", compliance, "0.950"),
            row("traceability", traced, "1.000"),
            row("cases with nothing wrong", (whole, of), ""),
        ],
    );
    outcome.say(format!(
        "Processor time of the thinking: p50 {median:.1} ms, p95 {high:.1} ms, slowest {slowest:.1} ms (goal: below 50 ms, \
         built for release); the very first thought of a process {first_ms:.1} ms."
    ));
    let names: BTreeSet<&str> = judged.iter().flat_map(|one| one.nodes.keys().copied()).collect();
    let nodes: Vec<(&str, f64, f64)> = names
        .into_iter()
        .map(|name| {
            let own: Vec<f64> = judged.iter().filter_map(|one| one.nodes.get(name).copied()).collect();
            (name, percentile(&own, 50.0), percentile(&own, 95.0))
        })
        .collect();
    let rows: Vec<Vec<String>> = nodes
        .iter()
        .map(|(name, median, high)| vec![(*name).to_owned(), format!("{median:.1}"), format!("{high:.1}")])
        .collect();
    outcome.table("Processor time by agent", &["agent", "p50 ms", "p95 ms"], &rows);
    let mut details = Vec::new();
    let mut wrong = Vec::new();
    for (case, one) in all.iter().zip(judged) {
        let plan = one.design.as_ref().and_then(|design| design.plans.last());
        let selected = plan.and_then(PlanDecision::selected);
        let bad: Vec<String> = one
            .faults
            .iter()
            .cloned()
            .chain(one.checks.iter().filter(|check| !check.holds).map(|check| check.what.clone()))
            .collect();
        details.push(vec![
            case.name.clone(),
            format!("{} of {}", one.checks.iter().filter(|check| check.holds).count(), one.checks.len()),
            selected.map_or(String::new(), |selected| format!("{:.0}", selected.metrics.monthly_usd)),
            plan.map_or(String::new(), |plan| plan.candidates.len().to_string()),
            one.design.as_ref().map_or(String::new(), |design| design.plans.len().to_string()),
            format!("{:.1}", one.milliseconds),
        ]);
        wrong.extend(bad.iter().map(|what| format!("  {}: {what}", case.name)));
    }
    outcome.table("Cases", &["case", "right", "$ a month", "candidates", "plans", "ms"], &details);
    if !wrong.is_empty() {
        outcome.say(format!("Wrong:\n{}", wrong.join("\n")));
    }
    let unknown: BTreeSet<&str> = all
        .iter()
        .flat_map(|case| case.must.iter().flatten().chain(&case.must_not))
        .filter(|name| !catalogue.patterns.iter().any(|pattern| is_named(pattern, name)))
        .map(String::as_str)
        .collect();
    let skipped: BTreeSet<&str> = all.iter().flat_map(|case| case.other.keys()).map(String::as_str).collect();
    for (what, names) in [("Names that nothing in the catalogue has", &unknown), ("Fields that were skipped", &skipped)]
    {
        if !names.is_empty() {
            outcome.say(format!("{what}: {}.", names.iter().copied().collect::<Vec<_>>().join(", ")));
        }
    }
    outcome.put("suite", "design");
    outcome.put(
        "totals",
        json!({
            "cases": of,
            "structural_validity": ratio(valid, of),
            "reproducibility": ratio(same, of),
            "service_correctness": ratio(services.0, services.1),
            "compliance": ratio(compliance.0, compliance.1),
            "traceability": ratio(traced.0, traced.1),
            "cases_right": ratio(whole, of),
            "cpu_ms_p50": median,
            "cpu_ms_p95": high,
            "cpu_ms_max": slowest,
            "cpu_ms_first": first_ms,
            "cpu_ms_by_agent": nodes.iter().map(|(name, median, high)| ((*name).to_owned(), json!({ "p50": median, "p95": high }))).collect::<serde_json::Map<_, _>>(),
        }),
    );
    outcome.put("unknown_names", json!(unknown));
    outcome.put("skipped_fields", json!(skipped));
    outcome.put("cases", Value::Array(all.iter().zip(judged).map(|(case, one)| in_json(case, one)).collect()));
    outcome
}

fn in_json(case: &Case, one: &Judged) -> Value {
    let plan = one.design.as_ref().and_then(|design| design.plans.last());
    let selected = plan.and_then(PlanDecision::selected);
    json!({
        "name": case.name,
        "valid": one.faults.is_empty(),
        "faults": one.faults,
        "reproducible": one.same,
        "checks": one.checks.iter().map(|check| json!({
            "what": check.what,
            "holds": check.holds,
            "kind": if check.compliance { "compliance" } else { "service" },
        })).collect::<Vec<_>>(),
        "traces": { "right": one.traces.0, "of": one.traces.1 },
        "cpu_ms": one.milliseconds,
        "patterns": selected.map(|selected| {
            selected.components.iter().map(|component| component.pattern.clone()).collect::<Vec<_>>()
        }),
        "monthly_usd": selected.map(|selected| selected.metrics.monthly_usd),
        "latency_p95_ms": selected.and_then(|selected| selected.metrics.latency_p95_ms),
        "violations": selected.map(|selected| selected.violations.clone()),
        "blocking": one.design.as_ref().map(|design| design.policy.blocking.clone()),
        "relaxations": plan.map(|plan| plan.relaxations.iter().map(|way| way.text.clone()).collect::<Vec<_>>()),
        "overrides": plan.map(|plan| plan.overrides.iter().map(|one| one.field.as_str()).collect::<Vec<_>>()),
        "plans": one.design.as_ref().map(|design| design.plans.len()),
        "questions": one.design.as_ref().map(|design| {
            design.questions.iter().map(|set| set.questions.len()).sum::<usize>()
        }),
    })
}
