//! The agent over a memory, and properties of any text.

use std::time::Instant;

use agent::{Agent, AgentError, Desk, InMemoryBodies, MemoryBuilder, Thought};
use design::{
    constraint::{Cloud, ConstraintField, ConstraintSet, Framework, Latency, Source, StructuredConstraints},
    input::DesignInput,
    signal::NoSignal,
    words,
};
use intake_extract::{IntakeExtract, extract::extract, merge::field_named};
use knowledge::question_bank::question_bank;
use proptest::prelude::*;
use run::{
    answer::{AnswerValue, Answers},
    body::{BodyRef, Sha256Hex},
    card::Trigger,
    gate::{Actor, AutoApproval, Decision, Gate, GateDecision, GateId, GateKind, GateStatus},
    id::{OwnerId, ProjectId, RunId},
    question::{DefaultBasis, Field, Question, SmartDefault},
    record::{Progress, Run, RunStatus, Variant},
};

fn a_run() -> Run {
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "t".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 1,
        last_sequence: 1,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

fn input(text: &str, constraints: StructuredConstraints) -> DesignInput {
    DesignInput { requirement: text.to_owned(), constraints, ..DesignInput::default() }
}

fn memory(design: &DesignInput) -> MemoryBuilder {
    MemoryBuilder::new(a_run(), serde_json::to_value(design).expect("input is JSON"))
}

fn think(memory: MemoryBuilder) -> Result<Thought<ConstraintSet, NoSignal>, AgentError> {
    let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
    let input = IntakeExtract.recall(&memory.build())?;
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(IntakeExtract.think(input, &desk))
}

fn question(field: ConstraintField, default: AnswerValue, confidence: f64) -> Question {
    let fact = question_bank().question.iter().find(|fact| fact.field == field).expect("every field has a question");
    Question {
        id: field.as_str().to_owned(),
        text: fact.text.clone(),
        why: fact.why.clone(),
        priority: fact.priority,
        field: fact.form.clone(),
        default: SmartDefault { value: default, confidence, reason: "usual".into(), basis: DefaultBasis::Security },
        others: Vec::new(),
    }
}

fn gate(iteration: u32, questions: Vec<Question>, given: Answers) -> Gate {
    let mut gate = Gate {
        id: GateId { kind: GateKind::Input, iteration },
        status: GateStatus::Answered,
        subject_hash: Sha256Hex::of(b"x"),
        summary: String::new(),
        questions,
        risks: Vec::new(),
        options: vec![Decision::Approve],
        auto_approval: AutoApproval { allowed: true, threshold: 0.8, blockers: vec![] },
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        expires_at: jiff::Timestamp::UNIX_EPOCH,
        held: false,
        decision: None,
    };
    let (answers, defaulted) = gate.complete(&given);
    gate.decision = Some(GateDecision {
        decision: Decision::Approve,
        actor: Actor { name: "ann".into() },
        at: jiff::Timestamp::UNIX_EPOCH,
        comment: None,
        answers,
        defaulted,
    });
    gate
}

const CHURN: &str =
    "Predict churn of our customers in a nightly batch on AWS in eu-central-1. Budget $3,000 per month.";

#[test]
fn a_first_reading_links_its_claims_to_the_words() {
    let thought = think(memory(&input(CHURN, StructuredConstraints::default()))).expect("a thought");
    assert_eq!(thought.card.trigger, Trigger::Initial);
    let budget = thought.output.budget.expect("a budget");
    assert!((budget.value.usd_per_month - 3000.0).abs() < 1e-6);
    assert!(budget.evidence.iter().any(|words| words.quote.contains("$3,000 per month")), "{:?}", budget.evidence);
    assert!(
        thought
            .card
            .evidence
            .iter()
            .any(|link| link.claim.to_lowercase().starts_with("use case") && link.quote == "churn")
    );
    assert!(thought.card.confidence.value > 0.5 && thought.card.confidence.basis.len() >= 4);
    assert!(thought.output.latency.is_none() && thought.output.team.is_none());
}

#[test]
fn answers_and_defaults_are_told_apart_and_the_newest_wins() {
    let questions = vec![
        question(ConstraintField::Latency, AnswerValue::Number(200.0), 0.61),
        question(ConstraintField::Budget, AnswerValue::Number(900.0), 0.5),
    ];
    let first = gate(0, questions, Answers::from([("budget".to_owned(), AnswerValue::Number(1234.0))]));
    let again = gate(
        1,
        vec![question(ConstraintField::Latency, AnswerValue::Number(200.0), 0.61)],
        Answers::from([("latency".to_owned(), AnswerValue::Number(75.0))]),
    );
    let design = input(CHURN, StructuredConstraints::default());
    let once = think(memory(&design).iteration(1).gates(vec![first.clone()])).expect("a thought");
    assert_eq!(once.card.trigger, Trigger::Answers);
    let (budget, latency) = (once.output.budget.expect("budget"), once.output.latency.expect("latency"));
    assert_eq!((budget.source, budget.value.usd_per_month), (Source::Answer, 1234.0));
    assert_eq!((latency.source, latency.value.milliseconds, latency.confidence), (Source::Default, 200.0, 0.61));
    let twice = think(memory(&design).iteration(2).gates(vec![first, again])).expect("a thought");
    let latency = twice.output.latency.expect("latency");
    assert_eq!((latency.source, latency.value.milliseconds), (Source::Answer, 75.0));
}

#[test]
fn an_accepted_default_that_says_what_the_words_say_leaves_it_to_the_words() {
    let accept = |field, value: AnswerValue, confidence| {
        let design = input(
            "GDPR applies. Score loans in us-east-1 on AWS, P99 within 200 ms.",
            StructuredConstraints::default(),
        );
        let gate = gate(0, vec![question(field, value, confidence)], Answers::default());
        think(memory(&design).iteration(1).gates(vec![gate])).expect("a thought").output
    };
    let regions = |codes: &[&str]| AnswerValue::Many(codes.iter().map(|code| (*code).to_owned()).collect());
    let set = accept(ConstraintField::Regions, regions(&["us-east-1"]), 0.7);
    assert_eq!(set.conflicts, [], "who was asked has seen it");
    let kept = set.regions.expect("regions");
    assert_eq!((kept.source, kept.evidence[0].quote.as_str()), (Source::Text, "us-east-1"));
    // The percentile of the words is not lost either.
    let latency = accept(ConstraintField::Latency, AnswerValue::Number(200.0), 0.7).latency.expect("latency");
    assert_eq!((latency.source, latency.value.percentile), (Source::Text, 99.0));
    // Another value, or one that is surer than the words, is the default's.
    let moved = accept(ConstraintField::Regions, regions(&["eu-central-1"]), 0.7).regions.expect("regions");
    assert_eq!((moved.source, moved.value[0].code.as_str()), (Source::Default, "eu-central-1"));
    let surer = accept(ConstraintField::Latency, AnswerValue::Number(200.0), 0.99).latency.expect("latency");
    assert_eq!(surer.source, Source::Default);
}

/// Every answer that a question of the bank accepts becomes the value that it says.
#[test]
fn every_choice_and_default_of_the_bank_is_read_back() {
    for fact in &question_bank().question {
        let mut values: Vec<AnswerValue> = fact.defaults.iter().map(|default| default.value.clone()).collect();
        match &fact.form {
            Field::Choice { choices } => {
                values.extend(choices.iter().map(|choice| AnswerValue::Text(choice.value.clone())));
            }
            Field::MultiChoice { choices } => {
                values.extend(choices.iter().map(|choice| AnswerValue::Many(vec![choice.value.clone()])));
            }
            Field::Number { minimum, maximum, .. } => {
                values.extend([AnswerValue::Number(*minimum), AnswerValue::Number(*maximum)]);
            }
            Field::Text { .. } => {}
        }
        for value in values {
            let given = Answers::from([(fact.field.as_str().to_owned(), value.clone())]);
            let gate = gate(0, vec![question(fact.field, value.clone(), 0.5)], given);
            let design = input("Something with models.", StructuredConstraints::default());
            let thought = think(memory(&design).iteration(1).gates(vec![gate])).expect("a thought");
            let json = serde_json::to_value(&thought.output).expect("JSON");
            let stated = &json[fact.field.as_str()];
            assert_eq!(stated["source"], "answer", "{}: {value:?}", fact.field.as_str());
            let read = &stated["value"];
            match &value {
                AnswerValue::Number(number) => {
                    let key = match fact.field {
                        ConstraintField::Budget => "usd_per_month",
                        ConstraintField::Latency => "milliseconds",
                        ConstraintField::Throughput => "average_per_second",
                        ConstraintField::DataVolume => "stored_gb",
                        _ => "percent",
                    };
                    assert_eq!(read[key].as_f64(), Some(*number), "{}", fact.field.as_str());
                }
                AnswerValue::Text(text) if fact.field == ConstraintField::Team => {
                    assert_eq!(format!("{}_{}", read["size"], read["expertise"].as_str().expect("expertise")), *text);
                }
                AnswerValue::Text(text) if fact.field == ConstraintField::Tooling => {
                    for tool in text.split(", ") {
                        let (list, tool) = tool.strip_prefix("no ").map_or(("preferred", tool), |t| ("excluded", t));
                        let names = read[list].as_array().expect("a list");
                        assert!(names.contains(&tool.replace(' ', "_").into()), "{tool} in {read}");
                    }
                }
                // An answer that names no family leaves the choice to the design.
                AnswerValue::Text(_) if fact.field == ConstraintField::ModelTypes => {
                    assert_eq!(read.as_array().map(Vec::len), Some(0));
                }
                AnswerValue::Text(text) => assert_eq!(read, text),
                AnswerValue::Many(codes) => {
                    let found: Vec<&str> = read
                        .as_array()
                        .expect("a list")
                        .iter()
                        .map(|item| item.as_str().or(item["code"].as_str()).expect("a name"))
                        .collect();
                    assert_eq!(found.len(), codes.len());
                    assert!(codes.iter().all(|code| found.contains(&code.as_str())));
                }
            }
        }
    }
}

#[test]
fn structured_fields_win_and_the_difference_is_told() {
    let constraints = StructuredConstraints {
        budget_usd_per_month: Some(500.0),
        regions: Some(vec!["us-east-1".into()]),
        latency: Some(Latency { milliseconds: 80.0, percentile: 99.0 }),
        ..Default::default()
    };
    let thought = think(memory(&input(CHURN, constraints))).expect("a thought");
    let set = thought.output;
    assert_eq!(set.budget.as_ref().map(|stated| stated.source), Some(Source::Structured));
    let about: Vec<_> = set.conflicts.iter().map(|conflict| conflict.fields.clone()).collect();
    assert!(
        about.contains(&vec![ConstraintField::Budget]) && about.contains(&vec![ConstraintField::Regions]),
        "{about:?}"
    );
    assert!(set.conflicts.iter().all(|conflict| !conflict.evidence.is_empty()));
    assert!(thought.card.risks.iter().any(|risk| risk.text.contains("500")));
    assert_eq!(set.latency.map(|stated| stated.value.percentile), Some(99.0));
}

#[test]
fn structured_fields_that_cannot_be_are_named() {
    let constraints = StructuredConstraints {
        budget_usd_per_month: Some(-1.0),
        regions: Some(vec!["mars-north-1".into()]),
        availability_percent: Some(12.0),
        ..Default::default()
    };
    let error = think(memory(&input(CHURN, constraints))).expect_err("refused");
    assert_eq!(error.name(), "Unworkable");
    let text = error.to_string();
    assert!(text.contains("budget_usd_per_month") && text.contains("mars-north-1") && text.contains("availability"));
    assert!(think(memory(&input("  \n ", StructuredConstraints::default()))).is_err());
}

#[test]
fn a_follow_up_keeps_the_places_that_the_parent_spoke_of() {
    let first = "We predict which bikes will be missing at which station in Lyon, every night.";
    let parent = think(memory(&input(first, StructuredConstraints::default()))).expect("a thought").output;
    assert!(parent.regions.is_none() && parent.places == ["EU"], "{:?}", parent.places);
    let follow_up = |text: &str| {
        let earlier =
            memory(&input(first, StructuredConstraints::default())).output("intake_extract", 0, &parent).expect("JSON");
        let child = Run { parent: Some(RunId::generate()), ..a_run() };
        let design = serde_json::to_value(input(text, StructuredConstraints::default())).expect("JSON");
        think(MemoryBuilder::new(child, design).parent(earlier.build())).expect("a thought").output.places
    };
    assert_eq!(follow_up("What if the budget is $500 a month?"), ["EU"]);
    assert_eq!(follow_up("What if it is for Toronto instead?"), ["CA"]);
}

#[test]
fn a_follow_up_inherits_what_it_does_not_change() {
    let parent = think(memory(&input(CHURN, StructuredConstraints::default()))).expect("a thought").output;
    let before = parent.use_case.clone().expect("a use case");
    let parent_memory = || {
        memory(&input(CHURN, StructuredConstraints::default()))
            .output("intake_extract", 0, &parent)
            .expect("JSON")
            .build()
    };
    let follow_up =
        input("Now make it cheaper: at most $1,000 per month. Also SOC 2.", StructuredConstraints::default());
    let child = Run { parent: Some(RunId::generate()), ..a_run() };
    let follow = MemoryBuilder::new(child, serde_json::to_value(&follow_up).expect("input is JSON"));
    let thought = think(follow.parent(parent_memory())).expect("a thought");
    assert_eq!(thought.card.trigger, Trigger::Revision);
    let set = &thought.output;
    assert_eq!(
        set.budget.as_ref().map(|stated| (stated.source, stated.value.usd_per_month)),
        Some((Source::Text, 1000.0))
    );
    let use_case = set.use_case.as_ref().expect("inherited");
    assert_eq!((use_case.source, use_case.value), (Source::Inherited, before.value));
    assert!(use_case.confidence < before.confidence && use_case.evidence.is_empty() && use_case.derivation.is_some());
    assert_eq!(set.compliance.as_ref().map(|stated| stated.value.clone()), Some(vec![Framework::Soc2]));
    let other = input(
        "A chatbot that answers questions from our wiki in real time on Azure for $9,000 per month, answers within 2 seconds.",
        StructuredConstraints::default(),
    );
    let set = think(memory(&other).parent(parent_memory())).expect("a thought").output;
    assert!(set.regions.is_none(), "a new application stands alone: {:?}", set.regions);
}

#[test]
fn an_answered_contradiction_is_settled() {
    let text = "The budget is $2,000 per month. Finance: the budget is at most $10,000 per month. Fraud detection.";
    let design = input(text, StructuredConstraints::default());
    let first = think(memory(&design)).expect("a thought").output;
    assert_eq!(first.conflicts.len(), 1);
    assert_eq!(first.conflicts[0].evidence.len(), 2);
    let given = Answers::from([("budget".to_owned(), AnswerValue::Number(5000.0))]);
    let gate = gate(0, vec![question(ConstraintField::Budget, AnswerValue::Number(2000.0), 0.5)], given);
    let set = think(memory(&design).iteration(1).gates(vec![gate])).expect("a thought").output;
    assert!(set.conflicts.is_empty());
    assert_eq!(set.budget.map(|stated| stated.value.usd_per_month), Some(5000.0));
}

#[test]
fn regions_follow_the_cloud_that_was_answered() {
    let given = Answers::from([("cloud".to_owned(), AnswerValue::Text("azure".into()))]);
    let gate = gate(0, vec![question(ConstraintField::Cloud, AnswerValue::Text("aws".into()), 0.5)], given);
    let design = input("Data must stay in Germany.", StructuredConstraints::default());
    let set = think(memory(&design).iteration(1).gates(vec![gate])).expect("a thought").output;
    let regions = set.regions.expect("regions").value;
    assert_eq!((regions[0].cloud, regions[0].code.as_str()), (Cloud::Azure, "germanywestcentral"));
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let characters: Vec<char> = text.chars().collect();
    let set = extract(text).constraints;
    let mut evidence: Vec<_> = set.conflicts.iter().flat_map(|conflict| &conflict.evidence).collect();
    for field in ConstraintField::ALL {
        if let Some(provenance) = set.provenance(field) {
            prop_assert!(provenance.confidence > 0.0 && provenance.confidence <= 0.98, "{}", field.as_str());
            prop_assert!(!provenance.evidence.is_empty(), "{} has no evidence", field.as_str());
            prop_assert!(words::constraint(&set, field).is_some());
            prop_assert_eq!(field_named(field.as_str()), Some(field));
            evidence.extend(provenance.evidence);
        }
    }
    for words in evidence {
        let quote: String = characters[words.start as usize..words.end as usize].iter().collect();
        prop_assert_eq!(&quote, &words.quote);
        prop_assert!(!quote.trim().is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_unicode_is_read_without_panic(text in "\\PC{0,300}") {
        check(&text)?;
    }

    #[test]
    fn any_mixture_of_words_is_read_with_true_quotes(parts in prop::collection::vec(prop::sample::select(vec![
        "budget", "$", "€", "5k", "2M", "1,000.5", "per", "month", "/", "second", "ms", "latency", "under", "no", "not",
        "Kubernetes", "us-east-1", "EU", "only", "in", "Frankfurt", "GDPR", "batch", "real-time", "fraud", "–", "-",
        "half", "a", "million", "rows", "requests", ".", ",", "but", "was", "last year", "team of", "five", "engineers",
        "99.9", "%", "uptime", "p95", "🚀", "données", "личные", "数据", "\n", "\u{200d}", "e\u{301}", "retrain", "weekly",
        "GB", "RAM", "every", "10", "seconds", "sensors", "outside", "between", "and", "to", "~", "+", "(", ")", "peak",
    ]), 0..60), spaced in any::<bool>()) {
        check(&parts.join(if spaced { " " } else { "" }))?;
    }

    #[test]
    fn amounts_of_money_round_trip(amount in 100_u32..5_000_000, euro in any::<bool>()) {
        let sign = if euro { "€" } else { "$" };
        let set = extract(&format!("Our budget is {sign}{amount} per month.")).constraints;
        let budget = set.budget.expect("a budget").value;
        prop_assert!((budget.amount - f64::from(amount)).abs() < 1e-6);
    }

    #[test]
    fn latencies_and_rates_round_trip(ms in 1_u32..60_000, rate in 1_u32..10_000_000) {
        let set = extract(&format!("P99 latency under {ms} ms at {rate} requests per second.")).constraints;
        let latency = set.latency.expect("a latency").value;
        prop_assert!((latency.milliseconds - f64::from(ms)).abs() < 1e-6 && (latency.percentile - 99.0).abs() < 1e-9);
        let throughput = set.throughput.expect("a throughput").value;
        prop_assert!((throughput.average_per_second - f64::from(rate)).abs() < 1e-6);
    }
}

#[test]
fn the_longest_texts_are_read_in_time() {
    for unit in [
        "no ",
        "Kubernetes ",
        "5k requests per second, ",
        "$5k per month budget. ",
        "ms ",
        "a",
        "数据",
        "in EU only, ",
        "🚀",
    ] {
        let text: String = unit.chars().cycle().take(20_000).collect();
        let start = Instant::now();
        check(&text).expect("true quotes");
        let seconds = start.elapsed().as_secs_f64();
        println!("{unit:?}: {seconds:.2} s");
        // An unoptimised build is about ten times slower than what is deployed; the function's limit is far above.
        assert!(seconds < 20.0, "{unit:?} took {seconds:.1} s");
    }
}
