//! Plans over very different requirements: what is compared, what gives way, what weights and answers change.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{
        Availability, Budget, Cloud, ConstraintField, ConstraintSet, Currency, DataClass, DataVolume, Deployment,
        Framework, Latency, Platform, Region, Source, Stated, Throughput, Tooling, UseCase, WorkloadType,
    },
    plan::{Capability, Criterion, ParetoPoint, PlanDecision, WeightSource},
};
use estimate::mock::{requirement, requirements, said};
use knowledge::catalogue::Catalogue;
use planning::{Brief, what_if};
use run::answer::AnswerValue;

fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().unwrap()
}

fn brief(constraints: &ConstraintSet) -> Brief {
    Brief { constraints: constraints.clone(), ..Brief::default() }
}

fn plan(constraints: &ConstraintSet) -> PlanDecision {
    planning::plan(&brief(constraints), catalogue()).unwrap()
}

fn default<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, confidence: 0.6, source: Source::Default, evidence: vec![], derivation: None })
}

fn budget(usd: f64) -> Budget {
    Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }
}

fn selected_patterns(plan: &PlanDecision) -> Vec<&str> {
    plan.selected().unwrap().components.iter().map(|component| component.pattern.as_str()).collect()
}

#[test]
fn the_front_is_a_front_and_every_candidate_has_its_place_on_it() {
    for (name, constraints) in requirements() {
        let plan = plan(&constraints);
        let numbers = |point: &ParetoPoint| {
            [point.monthly_usd, point.latency_p95_ms.unwrap_or(0.0), point.operations_hours_per_month, point.risk]
        };
        let dominates = |one: &ParetoPoint, other: &ParetoPoint| {
            let pairs: Vec<_> = numbers(one).into_iter().zip(numbers(other)).collect();
            pairs.iter().all(|(a, b)| a <= b) && pairs.iter().any(|(a, b)| a < b)
        };
        for point in plan.pareto.iter().filter(|point| point.on_front) {
            let better = plan.pareto.iter().find(|other| other.feasible && dominates(other, point));
            assert!(better.is_none(), "{name}: {point:?} is dominated by {better:?}");
            assert!(point.dominated_by.is_none(), "{name}");
        }
        for point in plan.pareto.iter().filter(|point| !point.on_front) {
            assert!(point.dominated_by.is_some(), "{name}: {point:?}");
        }
        for candidate in &plan.candidates {
            let point = plan.pareto.iter().find(|point| point.candidate.as_ref() == Some(&candidate.id)).unwrap();
            let metrics = &candidate.metrics;
            assert_eq!(point.feasible, candidate.violations.is_empty(), "{name}");
            assert!((point.monthly_usd - metrics.monthly_usd).abs() < 0.01, "{name}");
            assert!((point.risk - metrics.risk).abs() < 2e-4, "{name}: {} {}", point.risk, metrics.risk);
            assert!((point.operations_hours_per_month - metrics.operations_hours_per_month).abs() < 0.11, "{name}");
            assert!((point.score - candidate.total_score).abs() < 1e-9, "{name}");
            if candidate.violations.is_empty() {
                assert_eq!(point.latency_p95_ms, metrics.latency_p95_ms, "{name}");
            }
        }
        let feasible = plan.compared.feasible > 0;
        assert_eq!(plan.pareto.iter().any(|point| point.best_at.iter().any(|best| best == "cheapest")), feasible);
        assert!(plan.pareto.len() <= 20, "{name}: a chart can show {}", plan.pareto.len());
    }
}

/// The front compares four numbers and the choice weighs more: when the selected design is not on the front, the reason
/// says what would be better by the four alone, and why it lost.
#[test]
fn a_selected_design_that_is_off_the_front_says_why() {
    let mut off = 0;
    for (name, constraints) in requirements() {
        for fit in [None, Some(0.9)] {
            let weights: BTreeMap<Criterion, f64> = fit.map(|fit| (Criterion::Fit, fit)).into_iter().collect();
            let brief = Brief { weights, ..brief(&constraints) };
            let plan = planning::plan(&brief, catalogue()).unwrap();
            let point = plan.pareto.iter().find(|point| point.candidate.as_ref() == Some(&plan.selected)).unwrap();
            let said = plan.reason.contains("By cost, latency, work and risk alone");
            assert_eq!(said, point.feasible && !point.on_front, "{name}: {}", plan.reason);
            if said {
                off += 1;
                assert!(plan.reason.contains("selected all the same because it "), "{name}: {}", plan.reason);
            }
        }
    }
    assert!(off > 0, "no requirement tells this apart");
}

#[test]
fn a_model_that_is_named_sets_what_trains_and_serves() {
    let with = |use_case: UseCase, families: &[&str]| {
        let families: Vec<String> = families.iter().map(|family| (*family).to_owned()).collect();
        let set = ConstraintSet {
            use_case: said(use_case, "it"),
            deployment: said(Deployment::Batch, "each night"),
            model_types: (!families.is_empty()).then(|| said(families, "a model")).flatten(),
            ..ConstraintSet::default()
        };
        let plan = plan(&set);
        plan.selected().unwrap().metrics.monthly_usd
    };
    let usual = with(UseCase::DocumentProcessing, &[]);
    let small = with(UseCase::DocumentProcessing, &["logistic_regression"]);
    assert!(small < 0.9 * usual, "a linear model is trained and run on less: {small} of {usual}");
    let large = with(UseCase::Recommender, &["two_tower"]);
    assert!(large > with(UseCase::Recommender, &["matrix_factorization"]));
}

#[test]
fn what_a_request_carries_sets_limits_and_cost() {
    let with = |item_kb: Option<f64>| {
        let set = ConstraintSet {
            use_case: said(UseCase::ComputerVision, "scans"),
            deployment: said(Deployment::RealTime, "at once"),
            throughput: said(Throughput { average_per_second: 0.1042, peak_per_second: 0.3125 }, "9,000 a day"),
            data_volume: said(
                DataVolume { stored_gb: 5400.0, daily_gb: Some(180.0), records: None, item_kb },
                "9,000 scans a day, 20 MB each",
            ),
            ..ConstraintSet::default()
        };
        plan(&set)
    };
    let large = with(Some(20_000.0));
    assert!(large.selected().unwrap().violations.is_empty(), "{:?}", large.selected());
    let limited = |plan: &PlanDecision| {
        selected_patterns(plan).into_iter().any(|id| {
            let pattern = catalogue().patterns.iter().find(|pattern| pattern.id == id).unwrap();
            pattern.quotas.iter().any(|quota| {
                quota.unit == "kB" && quota.demand.as_deref() == Some("payload_kb") && quota.value < 20_000.0
            })
        })
    };
    assert!(!limited(&large), "{:?}", selected_patterns(&large));
    assert!(
        limited(&with(None)),
        "a usual picture goes where a large scan does not: {:?}",
        selected_patterns(&with(None))
    );
}

#[test]
fn work_that_is_named_is_provided_for_and_claimed() {
    let set = ConstraintSet {
        use_case: said(UseCase::TabularScoring, "it"),
        deployment: said(Deployment::RealTime, "at once"),
        workloads: said(vec![WorkloadType::FeatureEngineering, WorkloadType::ModelExperimentation], "work"),
        ..ConstraintSet::default()
    };
    let plan = plan(&set);
    let selected = plan.selected().unwrap();
    for (capability, tag) in [(Capability::Feature, "offline-features"), (Capability::Govern, "experiment-tracking")] {
        let part = selected.components.iter().find(|component| component.capability == capability).unwrap();
        let pattern = catalogue().patterns.iter().find(|pattern| pattern.id == part.pattern).unwrap();
        assert!(pattern.provides.iter().any(|own| own == tag), "{} has no {tag}", part.pattern);
        let claim = part.traces.iter().find(|trace| trace.field == Some(ConstraintField::Workloads)).unwrap();
        assert!(claim.claim.contains(tag) && claim.quote.as_deref() == Some("work"), "{claim:?}");
    }
}

#[test]
fn what_must_not_run_all_the_time_does_not() {
    let excluded = |names: &[&str]| ConstraintSet {
        use_case: said(UseCase::StreamingAnomaly, "anomalies"),
        deployment: said(Deployment::Streaming, "as they come"),
        throughput: said(Throughput { average_per_second: 2000.0, peak_per_second: 4000.0 }, "2,000 a second"),
        tooling: said(
            Tooling { preferred: vec![], excluded: names.iter().map(|name| (*name).to_owned()).collect() },
            "nothing that runs all the time",
        ),
        ..ConstraintSet::default()
    };
    let on = |plan: &PlanDecision| {
        let pattern = |id: &str| catalogue().patterns.iter().find(|pattern| pattern.id == id).unwrap();
        selected_patterns(plan).into_iter().filter(|id| pattern(id).has("always-on")).count()
    };
    assert!(on(&plan(&excluded(&[]))) > 0, "nothing would change");
    let without = plan(&excluded(&["always_on"]));
    let selected = without.selected().unwrap();
    // A stream that nothing holds open may be out of reach: then the plan says what breaks the exclusion.
    assert_eq!(on(&without) > 0, selected.violations.iter().any(|text| text.contains("runs all the time")));
    assert!(on(&without) < on(&plan(&excluded(&[]))), "{:?}", selected_patterns(&without));
}

#[test]
fn candidates_differ_in_what_matters() {
    for (name, constraints) in requirements() {
        let plan = plan(&constraints);
        let substance: BTreeSet<Vec<&str>> = plan
            .candidates
            .iter()
            .map(|candidate| {
                candidate
                    .components
                    .iter()
                    .filter(|component| !matches!(component.capability, Capability::Observe | Capability::Govern))
                    .map(|component| component.pattern.as_str())
                    .collect()
            })
            .collect();
        assert_eq!(substance.len(), plan.candidates.len(), "{name}");
        assert!(plan.candidates.len() >= 3, "{name}");
    }
}

#[test]
fn every_choice_rests_on_something_that_is_known_or_said_to_be_assumed() {
    for (name, constraints) in requirements() {
        let plan = plan(&constraints);
        for component in plan.candidates.iter().flat_map(|candidate| &candidate.components) {
            assert!(component.traces.iter().any(|trace| trace.field.is_some()), "{name}: {}", component.pattern);
            for trace in &component.traces {
                let Some(field) = trace.field else { continue };
                match plan.constraints.provenance(field).map(|known| known.source) {
                    None => assert!(trace.claim.contains("assumption"), "{name}: {trace:?}"),
                    Some(Source::Default) => assert!(trace.claim.contains("default"), "{name}: {trace:?}"),
                    Some(Source::Text) => assert!(trace.quote.is_some(), "{name}: {trace:?}"),
                    Some(Source::Structured | Source::Answer | Source::Inherited) => {}
                }
            }
        }
    }
}

#[test]
fn given_weights_are_used_and_the_rest_is_shared() {
    let constraints = requirement("recommender");
    let usual = plan(&constraints);
    let weighed = |weights: &[(Criterion, f64)]| {
        let weights: BTreeMap<Criterion, f64> = weights.iter().copied().collect();
        planning::plan(&Brief { weights, ..brief(&constraints) }, catalogue()).unwrap()
    };
    let of = |plan: &PlanDecision, criterion: Criterion| {
        plan.weights.iter().find(|used| used.criterion == criterion).unwrap().clone()
    };
    let half = weighed(&[(Criterion::Cost, 0.5)]);
    assert!((of(&half, Criterion::Cost).weight - 0.5).abs() < 1e-12);
    assert_eq!(of(&half, Criterion::Cost).source, WeightSource::Input);
    assert_eq!(of(&half, Criterion::Fit).source, WeightSource::Rest);
    let ratio = |plan: &PlanDecision| of(plan, Criterion::Fit).weight / of(plan, Criterion::Operations).weight;
    assert!((ratio(&half) - ratio(&usual)).abs() < 1e-9, "the others keep their proportions");
    let large = weighed(&[(Criterion::Cost, 3.0), (Criterion::Latency, 1.0)]);
    assert!((of(&large, Criterion::Cost).weight - 0.75).abs() < 1e-12);
    assert_eq!(of(&large, Criterion::Fit).weight, 0.0);
    for plan in [&usual, &half, &large] {
        assert!((plan.weights.iter().map(|used| used.weight).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(plan.weights.len(), Criterion::ALL.len());
    }
    // Only cost: the cheapest of all wins. Only work: the one that makes the least.
    let cheapest = weighed(&[(Criterion::Cost, 1.0)]);
    let least = |by: &str, plan: &PlanDecision| {
        let best = plan.pareto.iter().find(|point| point.best_at.iter().any(|what| what == by)).unwrap();
        (best.monthly_usd, best.operations_hours_per_month)
    };
    let usd = cheapest.selected().unwrap().metrics.monthly_usd;
    assert!((usd - least("cheapest", &cheapest).0).abs() < 0.01, "{usd}");
    assert!(usd < usual.selected().unwrap().metrics.monthly_usd);
    let calm = weighed(&[(Criterion::Operations, 1.0)]);
    let hours = calm.selected().unwrap().metrics.operations_hours_per_month;
    assert!((hours - least("least work", &calm).1).abs() < 0.11, "{hours}");
    let none = weighed(&[(Criterion::Cost, 0.0)]);
    assert_eq!(of(&none, Criterion::Cost).weight, 0.0);
    let zeros: Vec<(Criterion, f64)> = Criterion::ALL.iter().map(|criterion| (*criterion, 0.0)).collect();
    assert!((of(&weighed(&zeros), Criterion::Fit).weight - 1.0 / 7.0).abs() < 1e-9, "nothing says more of any");
}

#[test]
fn a_comment_changes_the_weights_and_wins_over_the_input() {
    let constraints = requirement("recommender");
    let commented = |comment: &str| {
        let brief = Brief {
            weights: BTreeMap::from([(Criterion::Cost, 0.1)]),
            comments: vec![comment.to_owned()],
            revised_now: true,
            ..brief(&constraints)
        };
        planning::plan(&brief, catalogue()).unwrap()
    };
    let of =
        |plan: &PlanDecision, criterion| plan.weights.iter().find(|used| used.criterion == criterion).unwrap().clone();
    let set = of(&commented("weight cost 0.6"), Criterion::Cost);
    assert!((set.weight - 0.6).abs() < 1e-12 && set.source == WeightSource::Comment, "{set:?}");
    let most = commented("cost matters most");
    let cost = of(&most, Criterion::Cost);
    assert!(most.weights.iter().all(|used| used.weight <= cost.weight + 1e-12), "{:?}", most.weights);
    assert_eq!(of(&commented("no Kinesis"), Criterion::Cost).source, WeightSource::Input);
}

#[test]
fn what_cannot_be_done_is_priced() {
    // The example of the requirement's author: a hard latency at a high rate for little money.
    let constraints = ConstraintSet {
        use_case: said(UseCase::FraudDetection, "fraud"),
        deployment: said(Deployment::RealTime, "real time"),
        latency: said(Latency { milliseconds: 10.0, percentile: 95.0 }, "10 ms"),
        throughput: said(Throughput { average_per_second: 20_000.0, peak_per_second: 50_000.0 }, "50,000 rps"),
        budget: said(budget(150.0), "$150 a month"),
        ..ConstraintSet::default()
    };
    let refused = plan(&constraints);
    assert!(!refused.selected().unwrap().violations.is_empty());
    assert!(refused.relaxations.len() >= 2, "{:?}", refused.relaxations);
    assert!(refused.reason.contains("costs about $"), "{}", refused.reason);
    let fields: BTreeSet<ConstraintField> =
        refused.relaxations.iter().flat_map(|way| way.changes.iter().map(|change| change.field)).collect();
    assert!(fields.contains(&ConstraintField::Budget) && fields.contains(&ConstraintField::Throughput), "{fields:?}");
    println!("{:#?}", refused.relaxations.iter().map(|way| way.text.as_str()).collect::<Vec<_>>());
    // A budget as large as the way says is enough, and one that is smaller is not.
    let way =
        refused.relaxations.iter().find(|way| way.changes.iter().all(|change| change.field == ConstraintField::Budget));
    if let Some(way) = way {
        let with = |usd: f64| plan(&ConstraintSet { budget: said(budget(usd), "more"), ..constraints.clone() });
        assert!(with(way.monthly_usd + 1.0).selected().unwrap().violations.is_empty());
        assert!(!with(way.monthly_usd * 0.9).selected().unwrap().violations.is_empty());
    }
}

#[test]
fn every_relaxation_that_is_named_does_when_it_is_taken() {
    for (name, constraints) in requirements() {
        let refused = plan(&constraints);
        assert_eq!(refused.relaxations.is_empty(), refused.compared.feasible > 0, "{name}");
        for way in &refused.relaxations {
            assert!(!way.changes.is_empty() && way.monthly_usd > 0.0, "{name}: {way:?}");
            assert!(way.changes.iter().all(|change| change.from != change.to), "{name}: {way:?}");
            if let [change] = way.changes.as_slice()
                && change.field == ConstraintField::Budget
            {
                let more = ConstraintSet { budget: said(budget(way.monthly_usd + 1.0), "more"), ..constraints.clone() };
                assert!(plan(&more).selected().unwrap().violations.is_empty(), "{name}");
            }
        }
    }
}

#[test]
fn a_default_never_makes_a_design_infeasible() {
    // What is known to have failed: defaults that are stricter than what the requirement allows.
    for (name, constraints) in requirements().into_iter().filter(|(name, _)| !name.starts_with("impossible")) {
        let before = plan(&constraints);
        let feasible = before.selected().unwrap().violations.is_empty();
        let mut tight = constraints.clone();
        let mut set = Vec::new();
        if tight.availability.is_none() {
            tight.availability = default(Availability { percent: 99.9999 });
            set.push(ConstraintField::Availability);
        }
        if tight.budget.is_none() {
            tight.budget = default(budget(5.0));
            set.push(ConstraintField::Budget);
        }
        if tight.latency.is_none() {
            tight.latency = default(Latency { milliseconds: 0.5, percentile: 99.0 });
            set.push(ConstraintField::Latency);
        }
        let after = plan(&tight);
        assert_eq!(after.selected().unwrap().violations.is_empty(), feasible, "{name}: {:?}", after.reason);
        for field in set {
            // Batch designs have no latency that could be missed.
            if field == ConstraintField::Latency && after.selected().unwrap().metrics.latency_p95_ms.is_none() {
                continue;
            }
            assert!(after.overrides.iter().any(|one| one.field == field), "{name}: {field:?} {:?}", after.overrides);
        }
        // Whoever judges the plan judges by what it is planned for.
        let metrics = &after.selected().unwrap().metrics;
        if let Some(availability) = &after.constraints.availability {
            assert!(metrics.availability_percent >= availability.value.percent - 1e-9, "{name}");
        }
        if feasible && let Some(budget) = &after.constraints.budget {
            assert!(metrics.monthly_usd <= budget.value.usd_per_month, "{name}");
        }
    }
}

/// A store that promises more than files would hide that a batch run reads files all the same.
#[test]
fn a_high_availability_buys_a_batch_design_no_table() {
    for (name, constraints) in requirements() {
        let constraints = ConstraintSet {
            deployment: said(Deployment::Batch, "every night"),
            availability: said(Availability { percent: 99.95 }, "99.95 %"),
            cloud: said(Cloud::Aws, "AWS"),
            tooling: None,
            ..constraints
        };
        let with = plan(&constraints);
        let without = plan(&ConstraintSet { availability: None, ..constraints });
        let store = |plan: &PlanDecision| {
            let selected = plan.selected().unwrap().components.iter();
            selected
                .filter(|part| part.capability == Capability::Store)
                .map(|part| part.pattern.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(store(&with), store(&without), "{name}");
        assert!(!store(&with).contains(&"store.dynamodb".to_owned()), "{name}");
    }
}

#[test]
fn a_region_that_nobody_named_keeps_the_law() {
    let gdpr = ConstraintSet {
        use_case: said(UseCase::TabularScoring, "churn"),
        compliance: said(vec![Framework::Gdpr], "GDPR"),
        data_class: said(DataClass::Pii, "customers"),
        ..ConstraintSet::default()
    };
    let american = vec![Region { cloud: Cloud::Aws, code: "us-east-1".into(), jurisdiction: "US".into() }];
    for cloud in [None, Some(Cloud::Aws), Some(Cloud::Gcp), Some(Cloud::Azure)] {
        for regions in [None, default(american.clone())] {
            let set =
                ConstraintSet { cloud: cloud.and_then(|cloud| said(cloud, "the cloud")), regions, ..gdpr.clone() };
            let plan = plan(&set);
            let region = &plan.constraints.regions.as_ref().unwrap().value[0];
            assert_eq!(region.jurisdiction, "EU", "{cloud:?}");
            assert_eq!(region.cloud, cloud.unwrap_or(Cloud::Aws));
            assert!(plan.overrides.iter().any(|one| one.field == ConstraintField::Regions), "{cloud:?}");
        }
    }
    // A region that a person named stays: the policy says what it breaks.
    let named = ConstraintSet { regions: said(american, "Virginia"), ..gdpr };
    let plan = plan(&named);
    assert_eq!(plan.constraints.regions.as_ref().unwrap().value[0].code, "us-east-1");
    assert!(plan.overrides.is_empty());
}

#[test]
fn what_an_answer_would_change_is_what_planning_with_it_changes() {
    let constraints = requirement("recommender");
    let number = AnswerValue::Number;
    let outcomes = what_if(
        &brief(&constraints),
        ConstraintField::Throughput,
        &[number(1.0), number(50_000.0), AnswerValue::Text("nonsense".into())],
        catalogue(),
    )
    .unwrap();
    assert_eq!(outcomes.len(), 2, "what does not fit the field is left out");
    assert!(outcomes[1].usd_then > outcomes[0].usd_then * 2.0, "{outcomes:?}");
    assert!(outcomes[0].cost_shift() > 0.0 && outcomes[0].feasible_then);
    let same = what_if(
        &brief(&constraints),
        ConstraintField::Budget,
        &[number(constraints.budget.as_ref().unwrap().value.usd_per_month)],
        catalogue(),
    )
    .unwrap();
    assert!(!same[0].changes_the_design() && same[0].cost_shift() == 0.0, "{same:?}");
    let other =
        what_if(&brief(&constraints), ConstraintField::Deployment, &[AnswerValue::Text("batch".into())], catalogue())
            .unwrap();
    assert!(other[0].replaced.iter().any(|part| part.capability == Capability::Serve), "{other:?}");
    assert!(other[0].latency_ms_then.is_none() && other[0].latency_ms_now.is_some());
    let poor = what_if(&brief(&constraints), ConstraintField::Budget, &[number(10.0)], catalogue()).unwrap();
    assert!(poor[0].feasible_now && !poor[0].feasible_then && poor[0].changes_the_design());
}

#[test]
fn a_stated_platform_is_followed() {
    let base = requirement("recommender");
    let on = |platform| plan(&ConstraintSet { platform: said(platform, "the platform"), ..base.clone() });
    let serve = |plan: &PlanDecision| {
        let id = plan.selected().unwrap().components.iter().find(|part| part.capability == Capability::Serve);
        catalogue().pattern(&id.unwrap().pattern).unwrap()
    };
    assert!(serve(&on(Platform::Kubernetes)).is_called("kubernetes"));
    assert!(serve(&on(Platform::Containers)).is_called("containers"));
    assert!(serve(&on(Platform::Serverless)).has("serverless"));
    assert!(serve(&on(Platform::Managed)).has("managed"));
    // An exclusion is harder than a platform.
    let both = ConstraintSet {
        platform: said(Platform::Kubernetes, "Kubernetes"),
        tooling: said(Tooling { preferred: vec![], excluded: vec!["kubernetes".into()] }, "no Kubernetes"),
        ..base.clone()
    };
    assert!(!serve(&plan(&both)).is_called("kubernetes"));
}

#[test]
fn each_provider_gets_its_own_patterns() {
    for cloud in [Cloud::Aws, Cloud::Gcp, Cloud::Azure] {
        for (name, constraints) in requirements().into_iter().filter(|(name, _)| !name.contains("cloud")) {
            let set = ConstraintSet { cloud: said(cloud, "the cloud"), regions: None, ..constraints };
            let plan = plan(&set);
            for id in selected_patterns(&plan) {
                assert_eq!(catalogue().pattern(id).unwrap().cloud, cloud, "{name}: {id}");
            }
        }
    }
}

#[test]
fn the_same_brief_gives_the_same_plan() {
    for (name, constraints) in requirements() {
        let once = serde_json::to_string(&plan(&constraints)).unwrap();
        assert_eq!(once, serde_json::to_string(&plan(&constraints)).unwrap(), "{name}");
    }
}
