//! What fails together: blast radius, coupling and shared services.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::Deployment,
    cost::HOURS_PER_MONTH,
    finding::{BlastRadius, Coupling, CouplingKind, FailureDomain},
    plan::Capability,
    words::{percent, readable},
};
use estimate::{assessment::availability_percent, part::Part, workload::Workload};

/// Families of services with a control plane of their own: endpoints, jobs and registries of one fail together.
const FAMILIES: [&str; 14] = [
    "SageMaker",
    "Bedrock",
    "DynamoDB",
    "S3",
    "Fargate",
    "Lambda",
    "Kinesis",
    "Vertex AI",
    "BigQuery",
    "Cloud Run",
    "Pub/Sub",
    "Azure Machine Learning",
    "Event Hubs",
    "Azure OpenAI",
];

/// Whether the second takes in what the first hands on; the order of capabilities is that of the data's way.
fn feeds(from: Capability, to: Capability) -> bool {
    match from {
        Capability::Ingest => to == Capability::Transform || to == Capability::Store,
        Capability::Transform => to == Capability::Store,
        Capability::Store => matches!(to, Capability::Feature | Capability::Train),
        Capability::Feature => matches!(to, Capability::Train | Capability::Serve),
        Capability::Train => to == Capability::Serve,
        Capability::Serve => to == Capability::Observe,
        Capability::Govern => to == Capability::Train,
        Capability::Observe => false,
    }
}

/// The tag for which one part is the only one that another can turn to.
fn only_source<'a>(provider: &Part<'_>, consumer: &'a Part<'_>, parts: &[&Part<'_>]) -> Option<&'a str> {
    consumer.pattern.needs.iter().map(String::as_str).find(|need| {
        let gives = |part: &Part<'_>| need.split('|').any(|tag| part.pattern.provides.iter().any(|own| own == tag));
        let others = |part: &&&Part<'_>| {
            part.pattern.id != provider.pattern.id && part.pattern.id != consumer.pattern.id && gives(part)
        };
        gives(provider) && !parts.iter().any(|part| others(&part))
    })
}

/// What each part takes with it when it fails, the farthest first.
pub fn blast_radius(parts: &[&Part<'_>], workload: &Workload) -> Vec<BlastRadius> {
    let mut all: Vec<BlastRadius> = parts.iter().map(|part| radius(part, parts, workload)).collect();
    all.sort_by(|a, b| {
        (b.requests_fail, b.share)
            .partial_cmp(&(a.requests_fail, a.share))
            .map_or(a.pattern.cmp(&b.pattern), |order| order.then(a.pattern.cmp(&b.pattern)))
    });
    all
}

fn radius(failing: &Part<'_>, parts: &[&Part<'_>], workload: &Workload) -> BlastRadius {
    let id = |part: &&Part<'_>| part.pattern.id.clone();
    // A request waits for every part on its way: one that fails stops them all.
    let mut stops: BTreeSet<String> = BTreeSet::new();
    if failing.on_path {
        stops.extend(parts.iter().filter(|part| part.on_path).map(id));
    }
    // A scoring run reads the store while it runs.
    let batch = workload.deployment == Deployment::Batch;
    if batch && matches!(failing.pattern.capability, Capability::Store | Capability::Serve) {
        stops.extend(parts.iter().filter(|part| part.pattern.capability == Capability::Serve).map(id));
    }
    stops.remove(&failing.pattern.id);
    // Everything behind it goes on with what it has, and grows old.
    let mut stale: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&Part<'_>> = vec![failing];
    while let Some(from) = open.pop() {
        for to in parts {
            let follows =
                feeds(from.pattern.capability, to.pattern.capability) || only_source(from, to, parts).is_some();
            if follows && to.pattern.id != failing.pattern.id && stale.insert(to.pattern.id.clone()) {
                open.push(to);
            }
        }
    }
    let goes_stale: Vec<String> = stale.difference(&stops).cloned().collect();
    let stops: Vec<String> = stops.into_iter().collect();
    let serving = |ids: &[String]| {
        ids.iter()
            .any(|id| parts.iter().any(|part| part.pattern.id == *id && part.pattern.capability == Capability::Serve))
    };
    let requests_fail = failing.on_path;
    let run_fails = batch && (failing.pattern.capability == Capability::Serve || serving(&stops));
    let effect = if requests_fail {
        "Answers stop."
    } else if run_fails {
        "The scoring run stops; the scores of the day before stay."
    } else if serving(&goes_stale) {
        "Answers go on with the model and the features of before."
    } else if goes_stale.is_empty() {
        "Answers go on; only its own work waits."
    } else {
        "Answers go on; what stands behind it waits."
    };
    BlastRadius {
        pattern: failing.pattern.id.clone(),
        requests_fail,
        share: (1 + stops.len() + goes_stale.len()) as f64 / parts.len().max(1) as f64,
        stops,
        goes_stale,
        single_point: !failing.is_redundant() || !failing.pattern.has("multi-az"),
        hours_out_per_month: (100.0 - failing.availability_percent()) / 100.0 * HOURS_PER_MONTH,
        effect: effect.to_owned(),
    }
}

/// Parts that share a service fail together; so does everything in the region.
pub fn failure_domains(parts: &[&Part<'_>], workload: &Workload) -> Vec<FailureDomain> {
    let mut domains = vec![FailureDomain {
        name: format!("Region {}", workload.region),
        patterns: parts.iter().map(|part| part.pattern.id.clone()).collect(),
        effect: "Everything stops; there is no second region in this design.".to_owned(),
    }];
    for (service, sharing) in families(parts) {
        if sharing.len() < 2 {
            continue;
        }
        let serving = sharing.iter().any(|part| part.on_path);
        domains.push(FailureDomain {
            name: service.to_owned(),
            patterns: sharing.iter().map(|part| part.pattern.id.clone()).collect(),
            effect: if serving {
                "Requests fail, and what feeds or watches the model stops with them.".to_owned()
            } else {
                "Requests go on; training, monitoring or data loads wait.".to_owned()
            },
        });
    }
    domains
}

/// The parts by the family of services that they use.
pub fn families<'p, 'a>(parts: &[&'p Part<'a>]) -> BTreeMap<&'p str, Vec<&'p Part<'a>>> {
    let mut by_service: BTreeMap<&str, Vec<&Part<'_>>> = BTreeMap::new();
    for part in parts {
        for service in &part.pattern.services {
            let family = FAMILIES.into_iter().find(|family| service.contains(family)).unwrap_or(service);
            let sharing = by_service.entry(family).or_default();
            if !sharing.iter().any(|other| other.pattern.id == part.pattern.id) {
                sharing.push(part);
            }
        }
    }
    by_service
}

/// What is bound together: on a request's way, by what is handed over, by a shared service.
pub fn couplings(parts: &[&Part<'_>]) -> Vec<Coupling> {
    let mut couplings = Vec::new();
    let path: Vec<&&Part<'_>> = parts.iter().filter(|part| part.on_path).collect();
    if path.len() > 1 {
        let product = path.iter().map(|part| percent(part.availability_percent())).collect::<Vec<_>>().join(" × ");
        couplings.push(Coupling {
            kind: CouplingKind::Synchronous,
            patterns: path.iter().map(|part| part.pattern.id.clone()).collect(),
            why: format!(
                "A request waits for {} parts in turn; {product} = {}.",
                path.len(),
                percent(availability_percent(parts))
            ),
            remedy: "A timeout and a fallback for each call, such as a default score when features are missing.".into(),
        });
    }
    for consumer in parts {
        // What stands before it on the data's way; the other way round, a part only has to be there.
        for provider in parts.iter().filter(|part| part.pattern.capability < consumer.pattern.capability) {
            let Some(tag) = only_source(provider, consumer, parts) else { continue };
            couplings.push(Coupling {
                kind: CouplingKind::Contract,
                patterns: vec![provider.pattern.id.clone(), consumer.pattern.id.clone()],
                why: format!(
                    "{} works on what only {} hands over ({}): a change of its form changes both.",
                    consumer.pattern.name,
                    provider.pattern.name,
                    tag.replace('|', " or ").replace('-', " ")
                ),
                remedy: "A versioned schema or signature, and a test of the pair before either is deployed.".into(),
            });
        }
    }
    for (service, sharing) in families(parts).into_iter().filter(|(_, sharing)| sharing.len() > 1) {
        couplings.push(Coupling {
            kind: CouplingKind::SharedService,
            patterns: sharing.iter().map(|part| part.pattern.id.clone()).collect(),
            why: format!(
                "{} parts share the control plane, the quotas and the outages of {service}.",
                readable(sharing.len() as f64)
            ),
            remedy: "An account or project of its own for production, so that a test run cannot use up its quota."
                .into(),
        });
    }
    couplings
}
