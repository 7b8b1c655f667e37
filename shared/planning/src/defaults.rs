//! Accepted defaults are soft: they steer the choice, and give way where nothing keeps them.
//!
//! A default that the best design misses is set to what that design reaches, so that everybody after the planner judges
//! by the same constraints; one that stands against a law or makes everything infeasible is set aside. Each time the
//! plan says so.

use design::{
    constraint::{ConstraintField, ConstraintSet, DataClass, Framework, Region, Source, Stated},
    plan::Override,
    words::{self, percent, readable},
};
use estimate::{EstimateError, workload::Workload};
use knowledge::{catalogue::Catalogue, region};

use crate::{compose::Combination, decide::Situation, explain::Setting};

/// Defaults that can make parts unsuitable, in the order in which they are tried without: those that matter least first.
const MAY_GO: [ConstraintField; 7] = [
    ConstraintField::Tooling,
    ConstraintField::Throughput,
    ConstraintField::DataVolume,
    ConstraintField::ModelTypes,
    ConstraintField::Deployment,
    ConstraintField::UseCase,
    ConstraintField::Team,
];

/// The jurisdiction that a law binds data to, where it binds it to one.
fn jurisdiction(framework: Framework) -> Option<&'static str> {
    match framework {
        Framework::Gdpr => Some("EU"),
        Framework::FedRamp => Some("US"),
        Framework::Hipaa
        | Framework::PciDss
        | Framework::Soc2
        | Framework::Iso27001
        | Framework::Ccpa
        | Framework::EuAiAct => None,
    }
}

fn is_soft<T>(stated: &Option<Stated<T>>) -> bool {
    stated.as_ref().is_none_or(|stated| stated.source == Source::Default)
}

/// The class of data that a law is about alone, and where that is written. Read 2026-11.
fn class_of(framework: Framework) -> Option<(DataClass, &'static str)> {
    match framework {
        Framework::Gdpr => Some((DataClass::Pii, "Regulation (EU) 2016/679, Art. 2(1)")),
        Framework::Ccpa => Some((DataClass::Pii, "California Civil Code, 1798.140(v)")),
        Framework::Hipaa => Some((DataClass::Phi, "45 CFR 160.103")),
        Framework::PciDss => Some((DataClass::Pci, "PCI DSS 4.0.1, section 2")),
        Framework::Soc2 | Framework::Iso27001 | Framework::FedRamp | Framework::EuAiAct => None,
    }
}

/// What nobody said gives way to the law: data of which only a law is named is of the law's class, data under a law that
/// binds it to a place stays there, and a region that was excluded is not used.
pub fn keep_the_law(constraints: &ConstraintSet, catalogue: &Catalogue) -> (ConstraintSet, Vec<Override>) {
    let (set, class) = with_class(constraints);
    let (set, place) = with_place(&set, catalogue);
    (set, class.into_iter().chain(place).collect())
}

/// The data's class, where nobody named one and a law is about one alone.
fn with_class(constraints: &ConstraintSet) -> (ConstraintSet, Option<Override>) {
    let mut set = constraints.clone();
    let Some(laws) = constraints.compliance.as_ref().filter(|_| constraints.data_class.is_none()) else {
        return (set, None);
    };
    let strictest =
        laws.value.iter().filter_map(|law| class_of(*law).map(|(class, source)| (class, *law, source))).max();
    let Some((class, law, source)) = strictest else { return (set, None) };
    let reason = format!("{} is about such data alone ({source}).", words::name(&law));
    set.data_class = Some(Stated {
        value: class,
        confidence: laws.confidence,
        source: Source::Default,
        evidence: Vec::new(),
        derivation: Some(reason.clone()),
    });
    let told = Override {
        field: ConstraintField::DataClass,
        from: "internal data, which is assumed where nothing is said".to_owned(),
        to: words::constraint(&set, ConstraintField::DataClass).unwrap_or_default(),
        reason,
    };
    (set, Some(told))
}

/// The region, where nobody named one.
fn with_place(constraints: &ConstraintSet, catalogue: &Catalogue) -> (ConstraintSet, Option<Override>) {
    let mut set = constraints.clone();
    if !is_soft(&constraints.regions) {
        return (set, None);
    }
    let workload = Workload::of(constraints, catalogue);
    let here = region::by_code(&workload.region).map(|fact| fact.region());
    let law = constraints.compliance.as_ref().and_then(|stated| {
        let law = stated.value.iter().find_map(|framework| Some((*framework, jurisdiction(*framework)?)))?;
        Some((law, stated.confidence))
    });
    let excluded = |region: &Region| constraints.excluded_regions.iter().any(|other| other.code == region.code);
    let wanted = match (&law, &here) {
        (Some(((_, place), _)), Some(here)) if here.jurisdiction != *place => Some(*place),
        (_, Some(here)) if excluded(here) => Some(law.map_or(here.jurisdiction.as_str(), |((_, place), _)| place)),
        (_, Some(_) | None) => None,
    };
    let Some(place) = wanted else { return (set, None) };
    let own = region::of_jurisdiction(workload.patterns_of, place).into_iter().find(|region| !excluded(region));
    // Where the whole jurisdiction is excluded, any place of the provider's that is not.
    let any = || {
        region::regions()
            .iter()
            .filter(|fact| fact.cloud == workload.patterns_of)
            .map(|fact| fact.region())
            .find(|region| !excluded(region))
    };
    let Some(new) = own.or_else(any) else { return (set, None) };
    let reason = match law {
        Some(((framework, place), _)) => {
            format!("{} keeps the data in {place}, and no region was named by a person.", words::name(&framework))
        }
        None => format!("{} is excluded, and no other region was named.", workload.region),
    };
    let told = Override {
        field: ConstraintField::Regions,
        from: match &constraints.regions {
            Some(_) => words::constraint(constraints, ConstraintField::Regions).unwrap_or_default(),
            None => format!("{}, which is assumed where nothing is said", workload.region),
        },
        to: new.code.clone(),
        reason: reason.clone(),
    };
    set.regions = Some(Stated {
        value: vec![new],
        // As sure as the law is that calls for it.
        confidence: law.map_or(0.5, |(_, confidence)| confidence),
        source: Source::Default,
        evidence: Vec::new(),
        derivation: Some(reason),
    });
    (set, Some(told))
}

/// What the best design misses of a default objective: the constraints with what it reaches, and what to say.
pub fn missed(one: &Combination, setting: &Setting<'_>) -> Option<(ConstraintSet, Override)> {
    let (set, workload) = (setting.constraints, setting.bench.workload);
    let said = |field: ConstraintField| words::constraint(set, field).unwrap_or_default();
    let mut new = set.clone();
    let (field, from, reached) = if let Some(latency) = &set.latency
        && is_soft(&set.latency)
        && workload.latency_target_ms.is_some_and(|target| one.latency_ms > target)
    {
        // Another objective sizes other machines, so the objective goes: latency is compared then, not limited.
        new.latency = None;
        let percentile = readable(latency.value.percentile);
        let reached = if one.latency_ms.is_finite() {
            format!("P{percentile} of {} ms at best", readable(one.latency_ms.ceil()))
        } else {
            "no latency at this load".to_owned()
        };
        (ConstraintField::Latency, said(ConstraintField::Latency), reached)
    } else if let Some(availability) = &set.availability
        && is_soft(&set.availability)
        && one.availability < availability.value.percent
    {
        if let Some(stated) = &mut new.availability {
            stated.value.percent = (one.availability * 1e4).floor() / 1e4;
            stated.derivation = Some(format!("the default of {} is not reached", percent(availability.value.percent)));
        }
        (ConstraintField::Availability, said(ConstraintField::Availability), percent(one.availability))
    } else if let Some(budget) = &set.budget
        && is_soft(&set.budget)
        && one.usd > budget.value.usd_per_month
    {
        if let Some(stated) = &mut new.budget {
            let usd = one.usd.ceil();
            stated.derivation = Some(format!("the default of ${} is not kept", readable(stated.value.usd_per_month)));
            stated.value.usd_per_month = usd;
            stated.value.amount = usd;
        }
        (ConstraintField::Budget, said(ConstraintField::Budget), format!("${} a month", readable(one.usd.ceil())))
    } else {
        return None;
    };
    let reason = format!(
        "Nobody asked for it, and the design that keeps what was asked for and scores best does not keep it: {reached}."
    );
    Some((new, Override { field, from, to: reached, reason }))
}

/// The constraints without the first default that stands in the way of everything, where one does.
///
/// # Errors
/// When the catalogue's data is broken.
pub fn let_go(
    constraints: &ConstraintSet,
    situation: &Situation<'_>,
) -> Result<Option<(ConstraintSet, Vec<Override>)>, EstimateError> {
    let mut all = constraints.clone();
    let mut gone = Vec::new();
    for field in MAY_GO {
        if constraints.provenance(field).is_none_or(|provenance| provenance.source != Source::Default) {
            continue;
        }
        let mut alone = constraints.clone();
        clear(&mut alone, field);
        clear(&mut all, field);
        gone.push(field);
        for (set, fields) in [(&alone, vec![field]), (&all, gone.clone())] {
            if situation.winner(set)?.is_some_and(|winner| winner.one.is_feasible()) {
                let overrides = fields
                    .into_iter()
                    .map(|field| Override {
                        field,
                        from: words::constraint(constraints, field).unwrap_or_default(),
                        to: "what is usual".to_owned(),
                        reason: "With this default, which nobody asked for, nothing meets every constraint.".to_owned(),
                    })
                    .collect();
                return Ok(Some((set.clone(), overrides)));
            }
        }
    }
    Ok(None)
}

/// Takes a field's value away.
fn clear(set: &mut ConstraintSet, field: ConstraintField) {
    match field {
        ConstraintField::Cloud => set.cloud = None,
        ConstraintField::Budget => set.budget = None,
        ConstraintField::Regions => set.regions = None,
        ConstraintField::DataClass => set.data_class = None,
        ConstraintField::Latency => set.latency = None,
        ConstraintField::Throughput => set.throughput = None,
        ConstraintField::DataVolume => set.data_volume = None,
        ConstraintField::MlTask => set.ml_task = None,
        ConstraintField::UseCase => set.use_case = None,
        ConstraintField::Deployment => set.deployment = None,
        ConstraintField::Tooling => set.tooling = None,
        ConstraintField::Compliance => set.compliance = None,
        ConstraintField::Team => set.team = None,
        ConstraintField::Availability => set.availability = None,
        ConstraintField::Retraining => set.retraining = None,
        ConstraintField::Workloads => set.workloads = None,
        ConstraintField::Platform => set.platform = None,
        ConstraintField::ModelTypes => set.model_types = None,
    }
}
