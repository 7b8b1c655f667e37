//! Questions and defaults over whole requirements: what a person sees who accepts every default.
//!
//! The requirements in `cases/defaults` are the ten of issue 2's notes and others; the rules were not written for them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::{collections::BTreeSet, fmt::Debug, fs, path::Path, sync::Arc, time::Instant};

use adaptive_questions::{Chosen, Situation, choose};
use agent::{Agent, Desk, InMemoryBodies};
use coverage_check::assess;
use critic_cost::CostInput;
use critic_tech::TechInput;
use design::{
    constraint::{ConstraintField, ConstraintSet, StructuredConstraints},
    finding::Severity,
    policy::Verdict,
    words,
};
use intake_extract::merge::merge;
use jiff::Timestamp;
use knowledge::{catalogue::Catalogue, question_bank::question_bank};
use planning::Brief;
use policy_eval::{PolicyEngine, PolicyInput};
use run::{
    answer::Answers,
    body::Sha256Hex,
    card::Trigger,
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
};

/// As the state machine has it.
const ROUNDS: u32 = 2;

fn requirements() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/defaults");
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder of requirements")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    texts.sort();
    texts
}

/// A gate at which every default was taken.
fn accepted(round: u32, chosen: &Chosen) -> Gate {
    let mut gate = Gate {
        id: GateId { kind: GateKind::Input, iteration: round },
        status: GateStatus::AutoApproved,
        subject_hash: Sha256Hex::of(b""),
        summary: String::new(),
        questions: chosen.set.questions.clone(),
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: Vec::new() },
        opened_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        held: false,
        decision: None,
    };
    let (answers, defaulted) = gate.complete(&Answers::new());
    gate.decision = Some(GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: "auto-approval".into() },
        at: Timestamp::UNIX_EPOCH,
        comment: None,
        answers,
        defaulted,
    });
    gate
}

/// A requirement with every default accepted.
struct Walk {
    before: ConstraintSet,
    after: ConstraintSet,
    rounds: Vec<Chosen>,
    seconds: f64,
}

fn walk(text: &str) -> Walk {
    let catalogue = Catalogue::embedded().unwrap();
    let structured = StructuredConstraints::default();
    let mut gates: Vec<Gate> = Vec::new();
    let mut rounds = Vec::new();
    let before = merge(text, &structured, [].iter(), None).constraints;
    let mut seconds = 0.0;
    loop {
        let set = merge(text, &structured, gates.iter(), None).constraints;
        let report = assess(&set).report;
        let round = gates.len() as u32;
        if report.sufficient || round >= ROUNDS {
            return Walk { before, after: set, rounds, seconds };
        }
        let asked: Vec<String> =
            gates.iter().flat_map(|gate| gate.questions.iter().map(|question| question.id.clone())).collect();
        let situation =
            Situation { set: set.clone(), industries: Situation::industries_of(text), ..Situation::default() };
        let settled = rounds.last().map_or_else(Vec::new, |before: &Chosen| before.set.unasked.clone());
        let started = Instant::now();
        let chosen = choose(&situation, &report, &asked, &settled, round, catalogue).unwrap();
        seconds += started.elapsed().as_secs_f64();
        if chosen.set.questions.is_empty() {
            rounds.push(chosen);
            return Walk { before, after: set, rounds, seconds };
        }
        gates.push(accepted(round, &chosen));
        rounds.push(chosen);
    }
}

/// Constraints that the selected design breaks, when defaults count as much as what was said.
fn broken(set: &ConstraintSet) -> Vec<String> {
    let mut set = set.clone();
    for field in ConstraintField::ALL {
        set.agree(field);
    }
    let brief = Brief { constraints: set, ..Brief::default() };
    let plan = planning::plan(&brief, Catalogue::embedded().unwrap()).unwrap();
    plan.selected().unwrap().violations.clone()
}

/// The blocking rules of the shipped packs that the selected design fails, when defaults are as soft as the planner takes
/// them.
async fn failed(set: &ConstraintSet) -> BTreeSet<String> {
    let catalogue = Catalogue::embedded().unwrap();
    let brief = Brief { constraints: set.clone(), ..Brief::default() };
    let plan = planning::plan(&brief, catalogue).unwrap();
    let trigger = Trigger::Initial;
    let tech = critic_tech::review(&TechInput { plan: plan.clone(), trigger }, catalogue).unwrap();
    let cost = critic_cost::review(&CostInput { plan: plan.clone(), trigger }, catalogue).unwrap();
    let input = PolicyInput { plan, tech, cost, packs: vec![], waivers: vec![], previous: None, trigger };
    let desk = Desk::new(Arc::new(InMemoryBodies::default()));
    let report = PolicyEngine::default().think(input, &desk).await.unwrap().output;
    report
        .results
        .into_iter()
        .filter(|result| result.verdict == Verdict::Fail && result.severity == Severity::Blocking)
        .map(|result| result.rule)
        .collect()
}

/// Laws that are named and whose data is elsewhere.
fn unlawful(set: &ConstraintSet) -> Vec<String> {
    // Where nothing is named, the planner takes a place that the laws are content with, or Virginia.
    let brief = Brief { constraints: set.clone(), ..Brief::default() };
    let plan = planning::plan(&brief, Catalogue::embedded().unwrap()).unwrap();
    let regions = plan.constraints.regions.as_ref().or(set.regions.as_ref());
    let place = regions.and_then(|stated| stated.value.first()).map_or("US", |region| region.jurisdiction.as_str());
    let frameworks = set.compliance.iter().flat_map(|stated| &stated.value);
    frameworks
        .filter_map(|framework| question_bank().law.iter().find(|law| law.framework == *framework))
        .filter(|law| !law.jurisdictions.iter().any(|jurisdiction| jurisdiction == place))
        .map(|law| law.source.clone())
        .collect()
}

/// Accepts every default of a requirement, and holds what must be true of the questions. Returns what the defaults
/// broke.
async fn check(name: &str, text: &str) -> Vec<String> {
    let walked = walk(text);
    println!("\n=== {name}: {:.2} s", walked.seconds);
    let mut seen: Vec<&str> = Vec::new();
    for chosen in &walked.rounds {
        println!(" round {} ({} plans)", chosen.set.round, chosen.plans);
        assert!(chosen.set.questions.len() <= 5, "{name}");
        for (question, effect) in chosen.set.questions.iter().zip(&chosen.effects) {
            println!(
                "  {:?} {:.3} {} -> {} ({:.2}) {}\n      {}",
                question.priority,
                effect,
                question.id,
                words::answer(Some(question), &question.default.value),
                question.default.confidence,
                question.default.reason,
                question.why
            );
            assert!(!seen.contains(&question.id.as_str()), "{name} asks {} again", question.id);
            seen.push(&question.id);
            // Each question shows what hangs on it.
            assert!(question.why.contains("With “") || question.why.contains("With none"), "{}", question.why);
        }
        for unasked in &chosen.set.unasked {
            println!("  not asked {}: {} {}", unasked.field.as_str(), unasked.assumed, unasked.why);
        }
        for left in &chosen.left {
            println!("  left {}: {}", left.field.as_str(), left.why_not);
        }
    }
    let brief = Brief { constraints: walked.after.clone(), ..Brief::default() };
    let plan = planning::plan(&brief, Catalogue::embedded().unwrap()).unwrap();
    println!("  planner confidence {:.3} {:?}", plan.confidence, plan.confidence_basis);
    // Without an application there is no design that could hold: what one was taken for is not the default's doing.
    let mut start = walked.before.clone();
    start.use_case = start.use_case.or_else(|| walked.after.use_case.clone());
    start.deployment = start.deployment.or_else(|| walked.after.deployment.clone());
    let mut faults = Vec::new();
    let mut hold = |kept: bool, before: &dyn Debug, after: &dyn Debug| {
        if !kept {
            faults.push(format!("{name}: {after:?} and before the defaults {before:?}"));
        }
    };
    let (before, after) = (broken(&start), broken(&walked.after));
    hold(after.len() <= before.len(), &before, &after);
    let (before, after) = (unlawful(&walked.before), unlawful(&walked.after));
    hold(after.len() <= before.len(), &before, &after);
    let (before, after) = (failed(&walked.before).await, failed(&walked.after).await);
    println!("  rules failed {before:?} before, {after:?} after");
    hold(after.is_subset(&before), &before, &after);
    faults
}

#[tokio::test]
async fn accepting_every_default_breaks_nothing_that_would_hold_otherwise() {
    let mut faults = Vec::new();
    for (name, text) in requirements() {
        faults.extend(check(&name, &text).await);
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Requirements that were written for intake, by other people and in other languages; each twentieth of them.
#[tokio::test]
async fn nor_over_the_golden_set_of_intake() {
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        prompt: String,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/intake");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let cases = files
        .iter()
        .flat_map(|file| serde_json::from_str::<Vec<Case>>(&fs::read_to_string(file).expect("a file")).expect("cases"));
    let step = std::env::var("EVERY").ok().and_then(|step| step.parse().ok()).unwrap_or(20);
    let mut faults = Vec::new();
    for case in cases.step_by(step) {
        faults.extend(check(&case.name, &case.prompt).await);
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
