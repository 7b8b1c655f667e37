//! The cost critic over plans within and over the budget.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use agent::{Agent, Desk, InMemoryBodies};
use critic_cost::{CostCritic, CostInput, review};
use design::{
    constraint::{Budget, ConstraintSet, Currency, Region, Retraining, Source},
    cost::{CostReview, UsageBasis},
    finding::Severity,
};
use estimate::mock::{plan, requirement, requirements, said};
use knowledge::catalogue::Catalogue;
use run::card::Trigger;

const MANAGED: &[&str] = &[
    "ingest.kinesis-data-streams",
    "transform.glue-spark",
    "store.s3-iceberg",
    "feature.sagemaker-feature-store",
    "train.sagemaker-gpu",
    "serve.sagemaker-real-time",
    "observe.cloudwatch-model-monitor",
    "govern.sagemaker-registry",
];
const FRUGAL: &[&str] = &[
    "ingest.s3-batch-landing",
    "transform.athena-ctas",
    "store.s3-iceberg",
    "feature.in-request",
    "train.sagemaker-managed-spot",
    "serve.ecs-fargate",
    "observe.cloudwatch-evidently",
    "govern.git-s3-registry",
];

fn input(constraints: &ConstraintSet, candidates: &[&[&str]]) -> CostInput {
    CostInput { plan: plan(constraints, candidates).unwrap(), trigger: Trigger::Initial }
}

fn reviewed(constraints: &ConstraintSet, candidates: &[&[&str]]) -> CostReview {
    review(&input(constraints, candidates), Catalogue::embedded().unwrap()).unwrap()
}

fn with_budget(usd: f64) -> ConstraintSet {
    let mut constraints = requirement("recommender");
    constraints.budget = said(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }, "budget");
    constraints
}

#[test]
fn the_estimate_is_the_planners() {
    let constraints = requirement("recommender");
    let plan = plan(&constraints, &[MANAGED]).unwrap();
    let review = reviewed(&constraints, &[MANAGED]);
    assert_eq!(review.estimate, plan.selected().unwrap().cost);
    let sum: f64 = review.estimate.lines.iter().map(|line| line.monthly_usd).sum();
    assert!((sum - review.estimate.expected_usd).abs() < 1e-6);
    assert!(
        review.estimate.low_usd < review.estimate.expected_usd
            && review.estimate.expected_usd < review.estimate.high_usd
    );
}

#[test]
fn over_the_budget_asks_for_another_plan_only_when_there_is_one() {
    let managed = reviewed(&with_budget(1e6), &[MANAGED]).estimate.expected_usd;
    let frugal = reviewed(&with_budget(1e6), &[FRUGAL]).estimate.expected_usd;
    assert!(frugal < managed, "{frugal} {managed}");
    let between = with_budget((frugal + managed) / 2.0);

    let finding = |review: &CostReview| review.findings.iter().find(|finding| finding.id == "cost.budget").cloned();
    let with_another = finding(&reviewed(&between, &[MANAGED, FRUGAL])).unwrap();
    assert_eq!((with_another.severity, with_another.replan), (Severity::Blocking, true));
    let alone = finding(&reviewed(&between, &[MANAGED])).unwrap();
    assert_eq!((alone.severity, alone.replan), (Severity::Major, false));
    assert!(alone.remedy.contains("would do"), "{}", alone.remedy);
    assert_eq!(finding(&reviewed(&with_budget(managed * 10.0), &[MANAGED])), None);
}

#[test]
fn the_verdict_is_arithmetic() {
    let review = reviewed(&with_budget(1000.0), &[MANAGED]);
    let verdict = review.budget.unwrap();
    assert!((verdict.used_share - review.estimate.expected_usd / 1000.0).abs() < 1e-12);
    assert_eq!(verdict.within, review.estimate.expected_usd <= 1000.0);
    assert!(reviewed(&ConstraintSet::default(), &[FRUGAL]).budget.is_none());
}

#[test]
fn savings_are_real_and_say_what_is_given_up() {
    let review = reviewed(&with_budget(1e6), &[MANAGED]);
    assert!(review.savings.len() >= 2, "{:?}", review.savings);
    assert!(review.savings.windows(2).all(|pair| pair[0].monthly_usd >= pair[1].monthly_usd));
    for option in &review.savings {
        assert!(option.monthly_usd > 0.0 && option.monthly_usd <= review.estimate.expected_usd, "{option:?}");
        assert!(!option.trade_off.is_empty());
    }
    assert!(review.savings.iter().any(|option| option.title.contains("Savings Plan")), "{:?}", review.savings);
}

#[test]
fn a_swap_saves_what_the_swapped_plan_costs_less() {
    let mut swapped = MANAGED.to_vec();
    let review = reviewed(&with_budget(1e6), &[MANAGED]);
    let option =
        review.savings.iter().find(|option| option.title.contains("instead of SageMaker training on GPU")).unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    let name = option.title.split(" instead of ").next().unwrap();
    let pattern = catalogue.patterns.iter().find(|pattern| pattern.name == name).unwrap();
    swapped[4] = &pattern.id;
    let cheaper = reviewed(&with_budget(1e6), &[&swapped]).estimate.expected_usd;
    assert!((review.estimate.expected_usd - cheaper - option.monthly_usd).abs() < 1e-6);
}

#[test]
fn every_requirement_is_priced_the_same_way_twice() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, constraints) in requirements() {
        let write = || {
            let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
            let thought = runtime.block_on(CostCritic.think(input(&constraints, &[MANAGED, FRUGAL]), &desk)).unwrap();
            assert!((0.0..=1.0).contains(&thought.card.confidence.value));
            assert!(CostCritic::cost(&thought.output).unwrap().is_some());
            serde_json::to_string(&thought.output).unwrap()
        };
        assert_eq!(write(), write(), "{name}");
    }
}

#[test]
fn a_budget_that_was_only_accepted_blocks_nothing() {
    let managed = reviewed(&with_budget(1e6), &[MANAGED]).estimate.expected_usd;
    let frugal = reviewed(&with_budget(1e6), &[FRUGAL]).estimate.expected_usd;
    let mut between = with_budget((frugal + managed) / 2.0);
    between.budget.as_mut().unwrap().source = Source::Default;
    let review = reviewed(&between, &[MANAGED, FRUGAL]);
    let finding = review.findings.iter().find(|finding| finding.id == "cost.budget").unwrap();
    assert_eq!((finding.severity, finding.replan), (Severity::Minor, false));
}

#[test]
fn the_breakdown_adds_up_for_every_requirement() {
    for (name, constraints) in requirements() {
        let review = reviewed(&constraints, &[MANAGED]);
        let expected = review.estimate.expected_usd;
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
        assert!(close(review.components.iter().map(|one| one.expected_usd).sum(), expected), "{name}");
        assert!(close(review.components.iter().map(|one| one.low_usd).sum(), review.estimate.low_usd), "{name}");
        assert!(close(review.components.iter().map(|one| one.high_usd).sum(), review.estimate.high_usd), "{name}");
        assert!(close(review.components.iter().map(|one| one.share).sum(), 1.0), "{name}");
        let last = review.drivers.last().unwrap();
        assert!(close(last.cumulative_share, review.drivers.iter().map(|one| one.share).sum()), "{name}");
        assert!(review.drivers.windows(2).all(|pair| pair[0].monthly_usd >= pair[1].monthly_usd), "{name}");
        let width: f64 = review.range.iter().map(|one| one.share_of_width).sum();
        assert!(close(width, 1.0), "{name}: {width}");
        assert!(review.range.iter().all(|one| !one.why.is_empty()), "{name}: {:?}", review.range);
        let own = review.sensitivity.iter().find(|load| load.factor == 1.0).unwrap();
        assert!(close(own.monthly_usd, expected) && own.breaks.is_empty(), "{name}: {own:?}");
        assert!(!review.usage.is_empty(), "{name}");
    }
}

#[test]
fn unit_costs_come_from_the_usage_that_is_shown() {
    let review = reviewed(&requirement("recommender"), &[MANAGED]);
    let usage = |name: &str| review.usage.iter().find(|line| line.name == name).unwrap();
    let per = |start: &str| review.unit_costs.iter().find(|unit| unit.per.starts_with(start)).unwrap().usd;
    let requests = usage("requests per month");
    assert_eq!(requests.basis, UsageBasis::Derived);
    assert!(
        (per("1,000 predictions, everything") - review.estimate.expected_usd / requests.value * 1000.0).abs() < 1e-9
    );
    let training = review.components.iter().find(|one| one.pattern == "train.sagemaker-gpu").unwrap().expected_usd;
    assert!((per("training run") - training / usage("training runs per month").value).abs() < 1e-9);
    let loads = &review.sensitivity;
    let further = (loads[2].monthly_usd - loads[1].monthly_usd) / requests.value * 1000.0;
    assert!((per("1,000 further") - further).abs() < 1e-9);
    assert!(per("1,000 further") < per("1,000 predictions, everything"), "what is fixed is paid already");
}

#[test]
fn what_is_free_is_shown_apart_and_never_taken_off() {
    let review = reviewed(&requirement("recommender"), &[FRUGAL]);
    assert!(
        review.free_tier.iter().any(|line| line.item.contains("metrics") && line.allowance == 10.0),
        "{:?}",
        review.free_tier
    );
    let sum: f64 = review.estimate.lines.iter().map(|line| line.monthly_usd).sum();
    assert!((sum - review.estimate.expected_usd).abs() < 1e-6);
    for line in &review.free_tier {
        assert!(line.worth_usd >= 0.0 && line.worth_usd <= review.estimate.expected_usd + 1e-9, "{line:?}");
        assert!(!line.source.is_empty() && !line.date.is_empty() && !line.terms.is_empty());
        // Twenty metrics, ten of them free: half of what they cost.
        if line.item.contains("metrics") {
            assert!((line.worth_usd - 10.0 * 0.30).abs() < 1e-9 || line.used < 10.0, "{line:?}");
        }
    }
}

#[test]
fn a_cheaper_region_is_offered_under_the_same_law_and_where_it_was_named() {
    let region =
        |code: &str| Region { cloud: design::constraint::Cloud::Aws, code: code.into(), jurisdiction: "EU".into() };
    let mut constraints = requirement("recommender");
    let offered = |constraints: &ConstraintSet| {
        let options = reviewed(constraints, &[MANAGED]).savings;
        options.into_iter().find(|option| option.title.contains(" instead of eu-central-1"))
    };
    constraints.regions = said(vec![region("eu-central-1")], "Frankfurt");
    assert_eq!(offered(&constraints), None, "one region was named, and it is kept");
    constraints.regions = said(vec![region("eu-central-1"), region("eu-west-1")], "Frankfurt or Dublin");
    let option = offered(&constraints).unwrap();
    let now = reviewed(&constraints, &[MANAGED]).estimate.expected_usd;
    constraints.regions = said(vec![region("eu-west-1")], "Dublin");
    let then = reviewed(&constraints, &[MANAGED]).estimate.expected_usd;
    assert!((now - then - option.monthly_usd).abs() < 1e-6, "{option:?}");
}

#[test]
fn training_less_often_is_offered_only_where_nobody_said_how_often() {
    let mut constraints = requirement("recommender");
    let offered = |constraints: &ConstraintSet| {
        let review = reviewed(constraints, &[MANAGED]);
        review.savings.iter().find(|option| option.title.starts_with("Training once")).map(|option| option.monthly_usd)
    };
    let saving = offered(&constraints).unwrap();
    let now = reviewed(&constraints, &[MANAGED]).estimate.expected_usd;
    constraints.retraining = said(Retraining::Weekly, "weekly");
    assert!((now - reviewed(&constraints, &[MANAGED]).estimate.expected_usd - saving).abs() < 1e-6);
    constraints.retraining = said(Retraining::Daily, "daily");
    assert_eq!(offered(&constraints), None);
}

#[test]
fn every_saving_shows_its_arithmetic() {
    for (name, constraints) in requirements() {
        for option in reviewed(&constraints, &[MANAGED]).savings {
            let (terms, result) = option.evidence.rsplit_once(" = ").unwrap();
            let result: f64 = result.trim_end_matches(" USD").parse().unwrap();
            assert!((result - option.monthly_usd).abs() <= 0.005 + 1e-9, "{name}: {option:?}");
            if let Some((now, then)) = terms.split_once(" − ") {
                let number = |text: &str| text.split(' ').next().unwrap().parse::<f64>().unwrap();
                assert!((number(now) - number(then) - result).abs() < 0.0151, "{name}: {option:?}");
            }
        }
    }
}

#[test]
fn candidates_are_compared_in_what_the_money_buys() {
    let review = reviewed(&with_budget(1e6), &[MANAGED, FRUGAL]);
    let own = plan(&with_budget(1e6), &[MANAGED, FRUGAL]).unwrap();
    let other = &review.comparison[0];
    let (won, lost) = (&own.candidates[0].metrics, &own.candidates[1].metrics);
    assert!((other.usd_more - (lost.monthly_usd - won.monthly_usd)).abs() < 1e-9);
    let slower = lost.latency_p95_ms.unwrap() - won.latency_p95_ms.unwrap();
    assert_eq!(other.ms_slower, Some(slower));
    if slower > 0.5 && other.usd_more < 0.0 {
        assert!((other.usd_per_ms.unwrap() - other.usd_more.abs() / slower).abs() < 1e-9);
    } else {
        assert_eq!(other.usd_per_ms, None, "the cheaper one is not slower: the money buys no time");
    }
    assert_eq!(review.trade_offs.len(), review.comparison.len());
}

#[test]
fn one_unit_less_saves_the_unit_and_not_what_both_share() {
    let mut constraints = with_budget(1e6);
    constraints.throughput =
        said(design::constraint::Throughput { average_per_second: 1.0, peak_per_second: 2.0 }, "two per second");
    let review = reviewed(&constraints, &[FRUGAL]);
    let option = review.savings.iter().find(|option| option.title.starts_with("One unit of Containers")).unwrap();
    let lines = review.estimate.lines.iter().filter(|line| line.pattern == "serve.ecs-fargate");
    // What each task writes goes with it.
    let own = |price: &str| price.starts_with("fargate.") || price == "s3.put";
    let tasks: f64 = lines.filter(|line| own(&line.price_id)).map(|line| line.monthly_usd).sum();
    assert!((option.monthly_usd - tasks / 2.0).abs() < 1e-6, "the load balancer stays: {option:?}, tasks {tasks}");
}

fn thought(input: &CostInput) -> agent::Thought<CostReview, design::signal::NoSignal> {
    let desk = Desk::new(std::sync::Arc::new(InMemoryBodies::default()));
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(CostCritic.think(input.clone(), &desk))
        .unwrap()
}

#[test]
fn a_models_finding_changes_no_price() {
    let input = input(&with_budget(400.0), &[MANAGED, FRUGAL]);
    let alone = thought(&input);
    let answer = serde_json::json!({ "findings": [
        { "pattern": MANAGED[5], "evidence": ["constraint.deployment"], "title": "The endpoint is paid around the clock",
          "reason": "It runs while nobody asks.", "remedy": "Stop it at night.", "severity": "major" },
        { "pattern": MANAGED[5], "evidence": ["line.1"], "title": "It costs $1 a month, so the budget holds",
          "reason": "So it is.", "remedy": "Approve it.", "severity": "info" },
        { "pattern": "serve.free", "evidence": ["line.1"], "title": "A free part",
          "reason": "So it is.", "remedy": "Take it.", "severity": "info" },
    ] });
    let mut advised = alone.clone();
    let taken = CostCritic.consult(&input, &alone).unwrap().unwrap().take(&mut advised, answer).unwrap();
    assert_eq!((taken.kept.len(), taken.dropped.len()), (1, 2), "{taken:?}");
    let (before, mut after) = (alone.output, advised.output);
    let at = after.findings.iter().position(|finding| finding.id == "cost.model.1").unwrap();
    assert_eq!(after.findings.remove(at).severity, Severity::Minor);
    assert_eq!(before, after);
    assert_eq!(CostCritic::cost(&before).unwrap(), CostCritic::cost(&after).unwrap());
}

#[test]
fn the_prompt_is_fixed_and_its_data_are_json() {
    let input = input(&with_budget(400.0), &[FRUGAL]);
    let consultation = CostCritic.consult(&input, &thought(&input)).unwrap().unwrap();
    insta::assert_snapshot!("system", consultation.question().system);
    insta::assert_snapshot!("question", consultation.question().prompt);
    insta::assert_json_snapshot!("schema", consultation.question().schema.strict());
}
