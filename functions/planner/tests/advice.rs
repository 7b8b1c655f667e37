//! What a model may add to a plan, and what the engine says to it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeMap;

use agent::{Agent, Desk, InMemoryBodies, Taken, Thought};
use design::{
    plan::{Candidate, PlanDecision},
    signal::NoSignal,
};
use estimate::mock::requirement;
use knowledge::catalogue::Catalogue;
use planner::{
    Planner, PlannerInput,
    advice::{PlannerAnswer, ProposedDesign, Reason, advice},
};
use planning::Brief;
use run::card::Trigger;

fn input() -> PlannerInput {
    let brief = Brief { constraints: requirement("real-time fraud"), ..Brief::default() };
    PlannerInput { brief, trigger: Trigger::Initial, iteration: 0 }
}

fn rules(input: &PlannerInput) -> Thought<PlanDecision, NoSignal> {
    let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Planner.think(input.clone(), &desk)).unwrap()
}

fn advised(alone: &Thought<PlanDecision, NoSignal>, answer: PlannerAnswer) -> (Thought<PlanDecision, NoSignal>, Taken) {
    let mut thought = alone.clone();
    let taken = advice(&mut thought, &input(), &answer, Catalogue::embedded().unwrap());
    (thought, taken)
}

fn patterns(candidate: &Candidate) -> Vec<String> {
    candidate.components.iter().map(|component| component.pattern.clone()).collect()
}

fn design(patterns: Vec<String>) -> PlannerAnswer {
    let reason = "Fewer parts to run.".to_owned();
    PlannerAnswer { designs: vec![ProposedDesign { patterns, reason }], reasons: Vec::new() }
}

/// A feasible design that is not among the candidates: one part of the selected is replaced.
fn another(plan: &PlanDecision) -> Vec<String> {
    let catalogue = Catalogue::embedded().unwrap();
    let selected = patterns(plan.selected().unwrap());
    let known: Vec<Vec<String>> = plan.candidates.iter().map(patterns).collect();
    let found = catalogue.patterns.iter().find_map(|pattern| {
        let mut tried = selected.clone();
        let at = tried.iter().position(|id| {
            catalogue.pattern(id).is_some_and(|own| own.capability == pattern.capability && own.id != pattern.id)
        })?;
        tried[at].clone_from(&pattern.id);
        let judged = planning::plan_with(&input().brief, std::slice::from_ref(&tried), catalogue).unwrap();
        (judged.proposals[0].is_ok() && !known.contains(&tried)).then_some(tried)
    });
    found.expect("some other design is feasible")
}

#[test]
fn a_feasible_design_joins_the_candidates_with_the_engines_numbers() {
    let alone = rules(&input());
    let proposed = another(&alone.output);
    let (thought, taken) = advised(&alone, design(proposed.clone()));
    assert_eq!(taken.dropped, []);
    let plan = &thought.output;
    let joined = plan.candidates.iter().find(|candidate| patterns(candidate) == proposed).unwrap();
    assert!(joined.summary.contains("Proposed by a model") && joined.summary.contains("Fewer parts to run."));
    assert!(joined.violations.is_empty() && joined.metrics.monthly_usd > 0.0 && joined.total_score > 0.0);
    let weights = |candidate: &Candidate| candidate.scores.iter().map(|score| score.weight).collect::<Vec<_>>();
    assert_eq!(weights(joined), weights(&alone.output.candidates[0]));
    // The order is that of the score, and the first is the selected one.
    assert_eq!(plan.selected, plan.candidates[0].id);
    let best = plan.candidates.iter().map(|candidate| candidate.total_score).fold(0.0, f64::max);
    assert!((plan.candidates[0].total_score - best).abs() < 1e-12);
    // The others keep their numbers.
    let of = |plan: &PlanDecision| -> BTreeMap<String, String> {
        plan.candidates.iter().map(|one| (one.id.clone(), format!("{:?}{:?}", one.metrics, one.cost))).collect()
    };
    let after = of(plan);
    for (id, numbers) in of(&alone.output) {
        assert_eq!(after.get(&id), Some(&numbers), "{id}");
    }
    assert!(thought.card.reasoning.iter().any(|line| line.contains("A model's reason: Fewer parts")));
}

#[test]
fn what_the_engine_refuses_is_dropped_for_its_reason_and_changes_nothing() {
    let alone = rules(&input());
    let selected = patterns(alone.output.selected().unwrap());
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut patterns = selected.clone();
        change(&mut patterns);
        patterns
    };
    for (proposed, reason) in [
        (with(&|all| all[0] = "ingest.telepathy".into()), "ingest.telepathy is not among the patterns"),
        (with(&|all| drop(all.pop())), "it has no part to govern"),
        (with(&|all| all.push("serve.sagemaker-async".into())), ""),
        (selected.clone(), "one of the candidates already"),
        (Vec::new(), "it has no part to"),
    ] {
        let (thought, taken) = advised(&alone, design(proposed.clone()));
        assert_eq!(taken.kept, [], "{proposed:?}");
        assert!(taken.dropped[0].value.contains(reason), "{:?}", taken.dropped);
        assert_eq!(thought.output, alone.output);
        assert_eq!(thought.card.reasoning, alone.card.reasoning);
    }
}

#[test]
fn a_design_that_breaks_a_constraint_is_dropped() {
    let mut tight = input();
    let alone = rules(&tight);
    let dear = alone.output.candidates.iter().max_by(|a, b| a.metrics.monthly_usd.total_cmp(&b.metrics.monthly_usd));
    let dear = dear.unwrap();
    let usd = (dear.metrics.monthly_usd * 0.9).floor();
    let budget =
        design::constraint::Budget { usd_per_month: usd, amount: usd, currency: design::constraint::Currency::Usd };
    tight.brief.constraints.budget = estimate::mock::said(budget, "budget");
    let judged = planning::plan_with(&tight.brief, &[patterns(dear)], Catalogue::embedded().unwrap()).unwrap();
    let why = judged.proposals[0].clone().unwrap_err();
    assert!(why.contains("breaks the budget"), "{why}");
    assert_eq!(judged.plan, planning::plan(&tight.brief, Catalogue::embedded().unwrap()).unwrap());
}

#[test]
fn reasons_carry_no_figures_of_their_own_and_lead_nowhere() {
    let alone = rules(&input());
    let id = alone.output.candidates[1].id.clone();
    let said = |candidate: &str, text: &str| {
        let reason = Reason { candidate: candidate.to_owned(), text: text.to_owned() };
        advised(&alone, PlannerAnswer { designs: Vec::new(), reasons: vec![reason] })
    };
    let (thought, taken) = said(&id, "A cold start is never met here.");
    assert_eq!(taken.kept.len(), 1);
    let mut plan = thought.output.clone();
    assert!(plan.candidates[1].summary.ends_with("A model's reason: A cold start is never met here."));
    plan.candidates[1].summary.clone_from(&alone.output.candidates[1].summary);
    assert_eq!(plan, alone.output);
    for (candidate, text, why) in [
        (id.as_str(), "It costs 13579 a month.", "figure 13579"),
        (id.as_str(), "Read https://evil.example first.", "address"),
        (id.as_str(), "<b>Best</b>", "markup"),
        ("approved", "Take it.", "no such candidate"),
    ] {
        let (thought, taken) = said(candidate, text);
        assert!(taken.kept.is_empty() && taken.dropped[0].value.contains(why), "{:?}", taken);
        assert_eq!(thought.output, alone.output);
    }
}

#[test]
fn the_prompt_is_fixed_and_its_data_are_json() {
    let input = input();
    let consultation = Planner.consult(&input, &rules(&input)).unwrap().unwrap();
    insta::assert_snapshot!("system", consultation.question().system);
    insta::assert_snapshot!("question", consultation.question().prompt);
    insta::assert_json_snapshot!("schema", consultation.question().schema.strict());
}
