//! Joining patterns into architectures: what suits, what goes together, what is worth a look.

use design::{
    constraint::{ConstraintSet, DataClass, Deployment, Framework},
    plan::Capability,
};
use estimate::{
    EstimateError,
    part::Part,
    workload::{Usage, Workload},
};
use knowledge::catalogue::Catalogue;

use crate::feedback::Feedback;

/// Most alternatives of one capability that are joined with the others; serving decides most and gets more.
fn breadth(capability: Capability) -> usize {
    match capability {
        Capability::Serve => 7,
        Capability::Ingest | Capability::Transform | Capability::Store | Capability::Feature | Capability::Train => 4,
        Capability::Observe | Capability::Govern => 3,
    }
}

/// What an architecture of parts can do, in the numbers that scores are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// Index of each part in the bench.
    pub parts: Vec<usize>,
    /// Expected US dollars per month.
    pub usd: f64,
    /// Latency at the objective's percentile; 0 for batch designs.
    pub latency_ms: f64,
    /// P95 latency.
    pub p95_ms: f64,
    /// Availability in percent.
    pub availability: f64,
    /// Capacity over peak; at least 1 when it is carried.
    pub headroom: f64,
    /// Hours per month.
    pub hours: f64,
    /// Share of required security traits that the parts have.
    pub security: f64,
    /// How well it suits: half the mean fit of the parts, half the least.
    pub fit: f64,
    /// Violations of the parts themselves.
    pub broken: usize,
    /// Over the budget.
    pub over_budget: bool,
    /// Over the latency objective.
    pub too_slow: bool,
    /// Below the availability objective.
    pub too_fragile: bool,
    /// Number of tags that nothing provides.
    pub missing_tags: usize,
}

impl Combination {
    /// Number of hard constraints that are broken.
    pub fn violations(&self) -> usize {
        self.broken
            + self.missing_tags
            + usize::from(self.over_budget)
            + usize::from(self.too_slow)
            + usize::from(self.too_fragile)
    }
}

impl Combination {
    /// By how much the objectives are missed, in shares of each, summed.
    pub fn overshoot(&self, workload: &Workload) -> f64 {
        let beyond = |value: f64, limit: Option<f64>| limit.map_or(0.0, |limit| (value / limit - 1.0).max(0.0));
        let outage = |percent: f64| (100.0 - percent).max(0.0);
        beyond(self.usd, workload.budget_usd)
            + beyond(self.latency_ms.min(1e9), workload.latency_target_ms)
            + workload
                .availability_target
                .map_or(0.0, |target| (outage(self.availability) / outage(target).max(1e-4) - 1.0).max(0.0))
    }
}

/// All parts, sized, with their own violations.
pub struct Bench<'a> {
    /// The parts in the catalogue's order.
    pub parts: Vec<Part<'a>>,
    /// What is asked.
    pub workload: &'a Workload,
}

/// Security traits that the data and the frameworks demand of every part, and why.
pub fn required_traits(workload: &Workload) -> Vec<(&'static str, &'static str)> {
    let class = workload.data_class.unwrap_or(DataClass::Internal);
    let mut traits = vec![("encryption-at-rest", "any data"), ("encryption-in-transit", "any data")];
    if class >= DataClass::Confidential {
        traits.push(("private-network", "sensitive data"));
        traits.push(("customer-managed-keys", "sensitive data"));
        traits.push(("audit-log", "sensitive data"));
    }
    for framework in &workload.frameworks {
        traits.extend(match framework {
            Framework::Hipaa => vec![("phi-eligible", "HIPAA"), ("private-network", "HIPAA"), ("audit-log", "HIPAA")],
            Framework::PciDss => {
                vec![("pci-eligible", "PCI DSS"), ("private-network", "PCI DSS"), ("audit-log", "PCI DSS")]
            }
            Framework::Soc2 => vec![("soc2", "SOC 2"), ("audit-log", "SOC 2")],
            Framework::FedRamp => vec![("fedramp", "FedRAMP")],
            Framework::Gdpr => vec![("stays-in-region", "GDPR"), ("audit-log", "GDPR")],
            Framework::Iso27001 => vec![("customer-managed-keys", "ISO 27001")],
            Framework::Ccpa | Framework::EuAiAct => vec![("audit-log", "records of access")],
        });
    }
    if class == DataClass::Phi {
        traits.push(("phi-eligible", "health data"));
    }
    if class == DataClass::Pci {
        traits.push(("pci-eligible", "card data"));
    }
    traits.sort_unstable();
    traits.dedup_by_key(|(name, _)| *name);
    traits
}

impl<'a> Bench<'a> {
    /// Sizes every pattern and notes what the tooling, the data and the feedback have against it.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn lay_out(
        constraints: &ConstraintSet,
        workload: &'a Workload,
        feedback: &Feedback,
        catalogue: &'a Catalogue,
    ) -> Result<Self, EstimateError> {
        let excluded_tools =
            constraints.tooling.as_ref().map(|tooling| tooling.value.excluded.clone()).unwrap_or_default();
        // A framework or a protected class of data makes these traits hard.
        let hard = !workload.frameworks.is_empty() || workload.data_class.is_some_and(|class| class >= DataClass::Pci);
        let mut parts = Vec::new();
        for pattern in &catalogue.patterns {
            let mut part = Part::new(pattern, workload, catalogue)?;
            for tool in excluded_tools.iter().filter(|tool| pattern.is_called(tool)) {
                part.violations.push(format!("{} is {tool}, which you excluded", pattern.name));
            }
            if let Some(reason) = feedback.excluded.get(&pattern.id) {
                part.violations.push(format!("{} was left out: {reason}", pattern.name));
            }
            if hard {
                for (name, why) in required_traits(workload) {
                    if !pattern.has(name) {
                        part.violations.push(format!("{} lacks {name}, which {why} demands", pattern.name));
                    }
                }
            }
            parts.push(part);
        }
        Ok(Self { parts, workload })
    }

    /// Fit of a part, 0 to 1: use case and deployment, and a bonus for what is wanted by name.
    pub fn fit(&self, part: &Part<'_>, wanted: &[String]) -> f64 {
        let own =
            part.pattern.use_case_fit(self.workload.use_case) * part.pattern.deployment_fit(self.workload.deployment);
        if wanted.iter().any(|tool| part.pattern.is_called(tool)) { own * 0.5 + 0.5 } else { own }
    }

    /// Candidates of one capability: those that suit, or, when none does, those with the least against them.
    fn options(&self, capability: Capability, preferred: &[String], wanted: &[String]) -> Vec<usize> {
        let mut options: Vec<usize> =
            (0..self.parts.len()).filter(|index| self.parts[*index].pattern.capability == capability).collect();
        let cheapest =
            options.iter().map(|index| self.parts[*index].expected_usd).fold(f64::INFINITY, f64::min).max(1.0);
        let rank = |index: &usize| {
            let part = &self.parts[*index];
            let provides =
                part.pattern.provides.iter().filter(|tag| self.workload.requires.contains(tag)).count() as f64;
            let asked = wanted.iter().any(|tool| part.pattern.is_called(tool));
            let fit = self.fit(part, preferred);
            let cheap = cheapest / part.expected_usd.max(cheapest);
            let calm = 1.0 / (1.0 + part.pattern.operations.base / 10.0);
            // In this order: broken, asked for by a person, needed by the use case, promising.
            (
                part.violations.len(),
                -(f64::from(u8::from(asked)) * 100.0 + provides * 10.0 + fit + 0.5 * cheap + 0.5 * calm),
            )
        };
        options.sort_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let suit = options.iter().filter(|index| self.parts[**index].violations.is_empty()).count();
        let keep = breadth(capability);
        // Serving keeps some that do not quite suit, so that there is something to compare with.
        let at_least = if capability == Capability::Serve { 3 } else { usize::from(suit == 0) * 2 };
        options.truncate(suit.min(keep).max(at_least));
        options
    }

    /// All combinations of the promising parts that go together; when none does, those where the least is missing.
    pub fn combinations(&self, preferred: &[String], wanted: &[String]) -> Vec<Combination> {
        let options: Vec<Vec<usize>> =
            Capability::ALL.iter().map(|capability| self.options(*capability, preferred, wanted)).collect();
        let facts: Vec<PartFacts> = self.parts.iter().map(|part| self.facts(part, preferred)).collect();
        let mut chosen = vec![0usize; options.len()];
        let mut all = Vec::new();
        loop {
            let parts: Vec<usize> =
                options.iter().zip(&chosen).filter_map(|(options, at)| options.get(*at).copied()).collect();
            all.push(self.join(parts, &facts));
            // The next combination, like an odometer.
            let mut wheel = 0;
            loop {
                if wheel == options.len() {
                    let least = all.iter().map(|one| one.missing_tags).min().unwrap_or(0);
                    all.retain(|one| one.missing_tags == least);
                    return all;
                }
                chosen[wheel] += 1;
                if chosen[wheel] < options[wheel].len() {
                    break;
                }
                chosen[wheel] = 0;
                wheel += 1;
            }
        }
    }

    fn facts(&self, part: &Part<'_>, preferred: &[String]) -> PartFacts {
        let required = required_traits(self.workload);
        let has = required.iter().filter(|(name, _)| part.pattern.has(name)).count() as f64;
        let units = part.size.as_ref().map_or(0.0, |size| size.units);
        // A share for what goes beyond the required: private networking even where nobody demands it.
        let private = f64::from(u8::from(part.pattern.has("private-network")));
        PartFacts {
            latency_ms: part.loaded_ms(self.workload.percentile),
            p95_ms: part.loaded_ms(95.0),
            availability: part.availability_percent() / 100.0,
            counts_for_availability: if self.workload.deployment == Deployment::Batch {
                matches!(part.pattern.capability, Capability::Serve | Capability::Store)
            } else {
                part.on_path
            },
            headroom: match (&part.size, part.bounds_the_flow(self.workload.deployment)) {
                (Some(size), true) => size.capacity / size.arrivals.max(1e-9),
                (Some(_) | None, _) => f64::INFINITY,
            },
            hours: part.pattern.operations.base + part.pattern.operations.per_unit * units,
            security: (has + private) / (required.len() as f64 + 1.0),
            fit: self.fit(part, preferred),
        }
    }

    fn join(&self, parts: Vec<usize>, facts: &[PartFacts]) -> Combination {
        let count = parts.len().max(1) as f64;
        let sum = |value: fn(&PartFacts) -> f64| parts.iter().map(|index| value(&facts[*index])).sum::<f64>();
        let usd: f64 = parts.iter().map(|index| self.parts[*index].expected_usd).sum();
        let batch = self.workload.deployment == Deployment::Batch;
        let latency_ms = if batch { 0.0 } else { sum(|facts| facts.latency_ms) };
        let availability = parts
            .iter()
            .filter(|index| facts[**index].counts_for_availability)
            .map(|index| facts[*index].availability)
            .product::<f64>()
            * 100.0;
        Combination {
            usd,
            latency_ms,
            p95_ms: if batch { 0.0 } else { sum(|facts| facts.p95_ms) },
            availability,
            headroom: parts.iter().map(|index| facts[*index].headroom).fold(f64::INFINITY, f64::min),
            hours: sum(|facts| facts.hours),
            security: sum(|facts| facts.security) / count,
            // A design suits as well as its weakest part lets it: half the mean, half the least.
            fit: 0.5 * sum(|facts| facts.fit) / count
                + 0.5 * parts.iter().map(|index| facts[*index].fit).fold(1.0, f64::min),
            broken: parts.iter().map(|index| self.parts[*index].violations.len()).sum(),
            over_budget: self.workload.budget_usd.is_some_and(|budget| usd > budget),
            too_slow: self.workload.latency_target_ms.is_some_and(|target| latency_ms > target),
            too_fragile: self.workload.availability_target.is_some_and(|target| availability < target),
            missing_tags: self.missing_tags(&parts).len(),
            parts,
        }
    }

    /// Tags that the use case or a part needs and nothing provides, and tags that clash.
    pub fn missing_tags(&self, parts: &[usize]) -> Vec<String> {
        let provided = |tag: &str, except: Option<usize>| {
            parts
                .iter()
                .filter(|index| Some(**index) != except)
                .any(|index| self.parts[*index].pattern.provides.iter().any(|own| own == tag))
        };
        let mut missing: Vec<String> = self
            .workload
            .requires
            .iter()
            .filter(|tag| !provided(tag, None))
            .map(|tag| format!("nothing provides {tag}"))
            .collect();
        for index in parts {
            let pattern = self.parts[*index].pattern;
            for need in &pattern.needs {
                if !need.split('|').any(|tag| provided(tag, Some(*index))) {
                    missing.push(format!("{} needs {}", pattern.name, need.replace('|', " or ")));
                }
            }
            for tag in &pattern.conflicts {
                if provided(tag, Some(*index)) {
                    missing.push(format!("{} does not go with {tag}", pattern.name));
                }
            }
        }
        missing
    }

    /// The peak that is planned for.
    pub fn peak(&self) -> f64 {
        self.workload.scope(Usage::Expected).get("peak_rps").copied().unwrap_or(0.0)
    }
}

struct PartFacts {
    latency_ms: f64,
    p95_ms: f64,
    availability: f64,
    counts_for_availability: bool,
    headroom: f64,
    hours: f64,
    security: f64,
    fit: f64,
}
