//! Joining patterns into architectures: what suits, what goes together, what is worth a look.
//!
//! Every sum of an architecture is a sum over its parts, but for the network that they share, so the parts are put into numbers once ([`Facts`]) and the
//! combinations are walked like a tree, carrying the sums along; tags are bits. No part of the walk allocates but the
//! list of what is found.

use design::{
    constraint::{ConstraintField, ConstraintSet, DataClass, Deployment, Expertise, Framework, Platform},
    plan::Capability,
    words::capitalised,
};
use estimate::{EstimateError, network, part::Part, sketches::Sketches, workload::Workload};
use knowledge::{
    catalogue::Catalogue,
    pattern::{ALWAYS_ON, ALWAYS_ON_DATABASE, Pattern},
    profile::WorkFact,
};

use crate::feedback::Feedback;

mod given;

pub use given::on_offer;

/// Capabilities of an architecture.
const CAPABILITIES: usize = Capability::ALL.len();
/// Most combinations that are reserved for at once.
const MOST_RESERVED: usize = 1 << 15;
/// Stands for "no part of this capability".
const NONE: u16 = u16::MAX;

/// How many alternatives of each capability are joined with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Enough for a decision.
    Full,
    /// Enough to see whether another value changes a decision.
    Narrow,
}

impl Breadth {
    /// Most alternatives of one capability; serving decides most and gets more.
    fn of(self, capability: Capability) -> usize {
        match (self, capability) {
            (Self::Full, Capability::Serve) => 7,
            (
                Self::Full,
                Capability::Ingest
                | Capability::Transform
                | Capability::Store
                | Capability::Feature
                | Capability::Train,
            ) => 4,
            (Self::Full, Capability::Observe | Capability::Govern) => 3,
            (Self::Narrow, Capability::Serve) => 5,
            (
                Self::Narrow,
                Capability::Ingest
                | Capability::Transform
                | Capability::Store
                | Capability::Feature
                | Capability::Train,
            ) => 3,
            (Self::Narrow, Capability::Observe | Capability::Govern) => 2,
        }
    }
}

/// The tools and the platform that are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// Tools of the requirement and of comments: they suit better.
    pub preferred: Vec<String>,
    /// Tools that a person asked for, in the requirement or in a comment: a design with them comes before one without.
    pub wanted: Vec<String>,
    /// The platform that is wanted.
    pub platform: Option<Platform>,
    /// True when a person stated the platform.
    pub platform_is_stated: bool,
}

impl Wishes {
    /// The wishes of constraints and comments.
    pub fn of(constraints: &ConstraintSet, workload: &Workload, feedback: &Feedback, catalogue: &Catalogue) -> Self {
        let named = constraints.tooling.as_ref().map(|tooling| tooling.value.preferred.clone()).unwrap_or_default();
        let rejected = |tool: &String| feedback.rejected.contains(tool);
        let mut wanted = feedback.wanted.clone();
        if workload.binds(ConstraintField::Tooling) {
            // What a comment asks for comes first, so that it is never what does not fit.
            for tool in named.iter().filter(|tool| !rejected(tool)) {
                if !wanted.contains(tool) {
                    wanted.push(tool.clone());
                }
            }
        }
        // "Claude on Bedrock" names a model, which is a wish only where something can be chosen by it.
        let models = constraints.model_types.iter().flat_map(|stated| &stated.value);
        let to_choose = |model: &&String| catalogue.patterns.iter().any(|pattern| pattern.is_called(model));
        let models: Vec<String> = models.filter(to_choose).filter(|model| !rejected(model)).cloned().collect();
        if workload.binds(ConstraintField::ModelTypes) {
            let new: Vec<String> = models.iter().filter(|model| !wanted.contains(model)).cloned().collect();
            wanted.extend(new);
        }
        let mut preferred = named;
        preferred.extend(models);
        preferred.extend(feedback.wanted.iter().cloned());
        Self {
            preferred,
            wanted,
            platform: constraints.platform.as_ref().map(|stated| stated.value),
            platform_is_stated: workload.binds(ConstraintField::Platform),
        }
    }

    /// What is asked of a pattern by name or platform, in words.
    pub fn met_by(&self, pattern: &Pattern) -> Vec<String> {
        self.preferred.iter().filter(|tool| pattern.is_called(tool)).cloned().collect()
    }
}

/// True when a pattern is of the platform. What runs no code of one's own is of any.
pub fn is_of(pattern: &Pattern, platform: Platform) -> bool {
    let called = |names: &[&str]| names.iter().any(|name| pattern.is_called(name));
    let runs_code = matches!(pattern.capability, Capability::Transform | Capability::Train | Capability::Serve);
    match platform {
        Platform::Serverless => pattern.has("serverless"),
        Platform::Managed => pattern.has("managed"),
        Platform::Containers => !runs_code || called(&["containers", "docker", "kubernetes"]),
        Platform::Kubernetes => !runs_code || called(&["kubernetes", "k8s"]),
    }
}

/// What an architecture of parts can do, in the numbers that scores are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Combination {
    parts: [u16; CAPABILITIES],
    /// Expected US dollars per month.
    pub usd: f64,
    /// Latency at the objective's percentile; 0 for batch designs.
    pub latency_ms: f64,
    /// P95 latency; 0 for batch designs.
    pub p95_ms: f64,
    /// Availability in percent.
    pub availability: f64,
    /// Capacity over peak; at least 1 when it is carried.
    pub headroom: f64,
    /// Hours per month.
    pub hours: f64,
    /// 0 to 1, as [`design::plan::CandidateMetrics::risk`].
    pub risk: f64,
    /// Share of required security traits that the parts have.
    pub security: f64,
    /// How well it suits: half the mean fit of the parts, half the least.
    pub fit: f64,
    /// Violations of the parts themselves.
    pub broken: u16,
    /// Number of tags that nothing provides.
    pub missing_tags: u16,
    /// Over the budget.
    pub over_budget: bool,
    /// Over the latency objective.
    pub too_slow: bool,
    /// Below the availability objective.
    pub too_fragile: bool,
    /// Names and platforms that a person asked for and that are not part of it.
    pub missed_wishes: u16,
}

impl Combination {
    /// Index of each part in the bench, in the order of capabilities.
    pub fn parts(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().filter(|part| **part != NONE).map(|part| usize::from(*part))
    }

    /// The part of a capability.
    pub fn part(&self, capability: Capability) -> Option<usize> {
        let part = self.parts[place(capability)];
        (part != NONE).then_some(usize::from(part))
    }

    /// The parts as they break ties.
    pub fn key(&self) -> [u16; CAPABILITIES] {
        self.parts
    }

    /// Number of hard constraints that are broken.
    pub fn violations(&self) -> usize {
        usize::from(self.broken)
            + usize::from(self.missing_tags)
            + usize::from(self.over_budget)
            + usize::from(self.too_slow)
            + usize::from(self.too_fragile)
    }

    /// True when nothing is broken.
    pub fn is_feasible(&self) -> bool {
        self.violations() == 0
    }

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

/// Place of a capability in the data's way.
fn place(capability: Capability) -> usize {
    match capability {
        Capability::Ingest => 0,
        Capability::Transform => 1,
        Capability::Store => 2,
        Capability::Feature => 3,
        Capability::Train => 4,
        Capability::Serve => 5,
        Capability::Observe => 6,
        Capability::Govern => 7,
    }
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

/// The numbers and tags of one part.
#[derive(Debug, Clone, Default)]
struct Facts {
    usd: f64,
    latency_ms: f64,
    p95_ms: f64,
    /// 1 where it does not count.
    availability: f64,
    headroom: f64,
    hours: f64,
    risk: f64,
    security: f64,
    fit: f64,
    broken: u16,
    provides: u128,
    /// Each need is a set of tags of which one is enough.
    needs: Vec<u128>,
    conflicts: u128,
    /// Names of [`Wishes::wanted`] that it is called, as bits.
    wanted: u32,
    off_platform: bool,
    /// It runs in a network with endpoints.
    inside: bool,
    /// Services that are called from the network because of it.
    endpoints: u128,
}

impl Facts {
    /// At least as good as another part in everything that an architecture is judged by, so that it can stand in for it
    /// anywhere. `clashes` are the tags that any part does not go with.
    fn outdoes(&self, other: &Self, clashes: u128) -> bool {
        let numbers = self.usd <= other.usd
            && self.latency_ms <= other.latency_ms
            && self.p95_ms <= other.p95_ms
            && self.availability >= other.availability
            && self.headroom >= other.headroom
            && self.hours <= other.hours
            && self.risk <= other.risk
            && self.security >= other.security
            && self.fit >= other.fit
            && self.broken <= other.broken;
        let wishes = other.wanted & !self.wanted == 0 && (!self.off_platform || other.off_platform);
        let company = other.provides & !self.provides == 0
            && self.provides & !other.provides & clashes == 0
            && self.needs.iter().all(|need| other.needs.contains(need))
            && self.conflicts & !other.conflicts == 0;
        let network = (!self.inside || other.inside) && self.endpoints & !other.endpoints == 0;
        numbers && wishes && company && network
    }
}

/// Tags as bits, in the order in which the patterns name them.
#[derive(Debug, Default)]
struct Tags<'a>(Vec<&'a str>);

impl<'a> Tags<'a> {
    fn bit(&mut self, tag: &'a str) -> Result<u128, EstimateError> {
        let at = self.0.iter().position(|own| *own == tag).unwrap_or_else(|| {
            self.0.push(tag);
            self.0.len() - 1
        });
        u32::try_from(at)
            .ok()
            .and_then(|at| 1u128.checked_shl(at))
            .ok_or_else(|| EstimateError::Unknown("place for a 129th tag".to_owned()))
    }

    fn bits(&mut self, tags: impl IntoIterator<Item = &'a str>) -> Result<u128, EstimateError> {
        tags.into_iter().try_fold(0, |bits, tag| Ok(bits | self.bit(tag)?))
    }
}

/// The parts that may be chosen, sized, with their own violations.
pub struct Bench<'a> {
    /// The parts in the catalogue's order.
    pub parts: Vec<Part<'a>>,
    /// What is asked.
    pub workload: &'a Workload,
    facts: Vec<Facts>,
    requires: u128,
    wished: u32,
    network: NetworkFee,
}

/// What the private network costs that parts share.
#[derive(Debug, Clone, Copy)]
struct NetworkFee {
    /// Services that are called from every network.
    endpoints: u128,
    /// US dollars of one endpoint for a month.
    usd_each: f64,
}

impl NetworkFee {
    /// US dollars per month for parts that call these services.
    fn usd(self, inside: bool, endpoints: u128) -> f64 {
        if inside { f64::from((self.endpoints | endpoints).count_ones()) * self.usd_each } else { 0.0 }
    }
}

/// True when a pattern is made for the deployment and the use case.
fn is_made_for(pattern: &Pattern, workload: &Workload) -> bool {
    pattern.deployment_fit(workload.deployment) > 0.0 && pattern.use_case_fit(workload.use_case) > 0.0
}

/// The patterns worth sizing: of the wanted provider, made for what is asked; of a capability that has too few of
/// these, also others, so that there is something to compare with and to say why it does not suit.
fn worth_sizing(
    workload: &Workload,
    wishes: &Wishes,
    catalogue: &'static Catalogue,
) -> impl Iterator<Item = &'static Pattern> {
    let own = |pattern: &&Pattern| pattern.cloud == workload.patterns_of;
    let mut suited = [0usize; CAPABILITIES];
    for pattern in catalogue.patterns.iter().filter(own).filter(|pattern| is_made_for(pattern, workload)) {
        suited[place(pattern.capability)] += 1;
    }
    catalogue
        .patterns
        .iter()
        .filter(own)
        .filter(move |pattern| {
            is_made_for(pattern, workload)
                || suited[place(pattern.capability)] < 3
                || wishes.wanted.iter().any(|tool| pattern.is_called(tool))
        })
        .collect::<Vec<_>>()
        .into_iter()
}

impl<'a> Bench<'a> {
    /// Sizes the patterns and notes what the tooling, the data and the feedback have against each.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn lay_out(
        constraints: &ConstraintSet,
        workload: &'a Workload,
        feedback: &Feedback,
        wishes: &Wishes,
        sketches: &Sketches,
    ) -> Result<Self, EstimateError> {
        let excluded_tools =
            constraints.tooling.as_ref().map(|tooling| tooling.value.excluded.as_slice()).unwrap_or_default();
        let required = required_traits(workload);
        // A framework or a protected class of data makes the traits hard, when a person said so.
        let hard = (!workload.frameworks.is_empty() && workload.binds(ConstraintField::Compliance))
            || (workload.data_class.is_some_and(|class| class >= DataClass::Pci)
                && workload.binds(ConstraintField::DataClass));
        let mut parts = sketches.of(worth_sizing(workload, wishes, sketches.catalogue), workload)?;
        for part in &mut parts {
            let pattern = part.pattern;
            for tool in excluded_tools.iter().filter(|tool| pattern.is_called(tool)) {
                let what = match tool.as_str() {
                    ALWAYS_ON | ALWAYS_ON_DATABASE => "runs all the time".to_owned(),
                    name => format!("is {name}"),
                };
                part.violations.push(format!("{} {what}, which you excluded", pattern.name));
            }
            if let Some(reason) = feedback.excluded.get(&pattern.id) {
                part.violations.push(format!("{} was left out: {reason}", pattern.name));
            }
            if hard {
                for (name, why) in required.iter().filter(|(name, _)| !pattern.has(name)) {
                    part.violations.push(format!("{} lacks {name}, which {why} demands", pattern.name));
                }
            }
        }
        let mut endpoints = Tags::default();
        let of_every_network = sketches.catalogue.networks.get(&workload.patterns_of).map(|fact| &fact.endpoints);
        let network = NetworkFee {
            endpoints: endpoints.bits(of_every_network.into_iter().flatten().map(String::as_str))?,
            usd_each: network::endpoint_usd(workload, sketches.catalogue),
        };
        let mut tags = Tags::default();
        let requires = tags.bits(workload.requires.iter().map(String::as_str))?;
        let facts = parts
            .iter()
            .map(|part| {
                let inside = part.pattern.calls_through_endpoints(workload.is_private());
                let own = part.pattern.endpoints.iter().filter(|_| inside).map(String::as_str);
                let called = endpoints.bits(own)?;
                Ok(Facts { inside, endpoints: called, ..facts(part, workload, wishes, &required, &mut tags)? })
            })
            .collect::<Result<Vec<_>, EstimateError>>()?;
        let wished = (0..wishes.wanted.len().min(32)).fold(0, |bits, at| bits | (1 << at));
        Ok(Self { parts, workload, facts, requires, wished, network })
    }

    /// Candidates of one capability: those that suit, or, when none does, those with the least against them.
    fn options(&self, capability: Capability, breadth: Breadth) -> Vec<usize> {
        let mut options: Vec<usize> =
            (0..self.parts.len()).filter(|index| self.parts[*index].pattern.capability == capability).collect();
        let cheapest = options.iter().map(|index| self.facts[*index].usd).fold(f64::INFINITY, f64::min).max(1.0);
        let rank = |index: usize| {
            let (part, facts) = (&self.parts[index], &self.facts[index]);
            let provides = f64::from((facts.provides & self.requires).count_ones());
            let asked = f64::from(u8::from(facts.wanted != 0));
            let on_platform = f64::from(u8::from(!facts.off_platform));
            let cheap = cheapest / facts.usd.max(cheapest);
            let calm = 1.0 / (1.0 + part.pattern.operations.base / 10.0);
            // In this order: broken, asked for by a person, needed by the use case, promising.
            let promise = facts.fit + 0.5 * cheap + 0.5 * calm + 0.5 * on_platform;
            (facts.broken, -(asked * 100.0 + provides * 10.0 + promise))
        };
        let mut ranked: Vec<((u16, f64), usize)> = options.drain(..).map(|index| (rank(index), index)).collect();
        ranked.sort_by(|(a, _), (b, _)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let suit = ranked.iter().filter(|((broken, _), _)| *broken == 0).count();
        // Serving keeps some that do not quite suit, so that there is something to compare with.
        let at_least = if capability == Capability::Serve { 3 } else { usize::from(suit == 0) * 2 };
        let keep = suit.min(breadth.of(capability)).max(at_least);
        // The cheapest, the fastest and the most available that suit are never left out: what is said of the least cost must be true.
        let suited = ranked.get(..suit).unwrap_or_default();
        let least = |value: fn(&Facts) -> f64| {
            suited
                .iter()
                .map(|(_, index)| *index)
                .min_by(|a, b| value(&self.facts[*a]).total_cmp(&value(&self.facts[*b])))
        };
        let alone = |index: &usize| {
            let facts = &self.facts[*index];
            facts.usd + self.network.usd(facts.inside, facts.endpoints)
        };
        let extremes = [
            least(|facts| facts.usd),
            least(|facts| facts.p95_ms),
            // Where an availability is asked for, what can reach it must be there, however dear it is.
            self.workload.availability_target.and_then(|_| least(|facts| -facts.availability)),
            // Cheap by itself, but what brings a network of its own along may be dear.
            suited.iter().map(|(_, index)| *index).min_by(|a, b| alone(a).total_cmp(&alone(b))),
        ];
        let mut kept: Vec<usize> = ranked.iter().take(keep).map(|(_, index)| *index).collect();
        for extreme in extremes.into_iter().flatten() {
            if !kept.contains(&extreme) {
                kept.push(extreme);
            }
        }
        // Ways to serve are shown side by side; of the others, what is outdone can neither win nor stand on the front.
        if capability != Capability::Serve {
            let clashes = self.facts.iter().fold(0, |bits, facts| bits | facts.conflicts);
            let outdone = |at: usize| {
                kept.iter().enumerate().any(|(other, index)| {
                    other != at
                        && self.facts[*index].outdoes(&self.facts[kept[at]], clashes)
                        // Of two that are the same the first stays.
                        && (other < at || !self.facts[kept[at]].outdoes(&self.facts[*index], clashes))
                })
            };
            kept = (0..kept.len()).filter(|at| !outdone(*at)).map(|at| kept[at]).collect();
        }
        kept
    }

    /// All combinations of the promising parts that go together; when none does, those where the least is missing.
    pub fn combinations(&self, breadth: Breadth) -> Vec<Combination> {
        let options = Capability::ALL.map(|capability| self.options(capability, breadth));
        let most = options.iter().map(|options| options.len().max(1)).product::<usize>();
        let mut found = Found { least: u16::MAX, all: Vec::with_capacity(most.min(MOST_RESERVED)) };
        self.descend(0, &Sums::START, [NONE; CAPABILITIES], &options, &mut found);
        found.all
    }

    fn descend(
        &self,
        depth: usize,
        sums: &Sums,
        mut parts: [u16; CAPABILITIES],
        options: &[Vec<usize>; CAPABILITIES],
        found: &mut Found,
    ) {
        let Some(options_here) = options.get(depth) else {
            let missing = self.missing(sums, &parts);
            if missing < found.least {
                found.least = missing;
                found.all.clear();
            }
            if missing == found.least {
                found.all.push(self.join(sums, parts, missing));
            }
            return;
        };
        if options_here.is_empty() {
            self.descend(depth + 1, sums, parts, options, found);
        }
        for index in options_here {
            parts[depth] = u16::try_from(*index).unwrap_or(NONE);
            self.descend(depth + 1, &sums.plus(&self.facts[*index]), parts, options, found);
        }
    }

    fn join(&self, sums: &Sums, parts: [u16; CAPABILITIES], missing_tags: u16) -> Combination {
        let workload = self.workload;
        let count = sums.count.max(1.0);
        let availability = sums.availability * 100.0;
        let batch = workload.deployment == Deployment::Batch;
        let latency_ms = if batch { 0.0 } else { sums.latency_ms };
        let usd = sums.usd + self.network.usd(sums.inside, sums.endpoints);
        Combination {
            parts,
            usd,
            latency_ms,
            p95_ms: if batch { 0.0 } else { sums.p95_ms },
            availability,
            headroom: sums.headroom,
            hours: sums.hours,
            risk: sums.risk / count,
            security: sums.security / count,
            // A design suits as well as its weakest part lets it: half the mean, half the least.
            fit: 0.5 * sums.fit / count + 0.5 * sums.least_fit,
            broken: sums.broken,
            missing_tags,
            over_budget: workload.budget_usd.is_some_and(|budget| usd > budget)
                && workload.binds(ConstraintField::Budget),
            too_slow: workload.latency_target_ms.is_some_and(|target| latency_ms > target)
                && workload.binds(ConstraintField::Latency),
            too_fragile: workload.availability_target.is_some_and(|target| availability < target)
                && workload.binds(ConstraintField::Availability),
            missed_wishes: (self.wished & !sums.wanted).count_ones() as u16 + u16::from(sums.off_platform),
        }
    }

    /// Number of tags that the use case or a part needs and nothing else provides, and of tags that clash.
    fn missing(&self, sums: &Sums, parts: &[u16; CAPABILITIES]) -> u16 {
        let mut missing = (self.requires & !sums.provides).count_ones();
        for part in parts.iter().filter(|part| **part != NONE) {
            let facts = &self.facts[usize::from(*part)];
            if facts.needs.is_empty() && facts.conflicts == 0 {
                continue;
            }
            let others = sums.provided_twice | (sums.provides & !facts.provides);
            missing += facts.needs.iter().filter(|need| **need & others == 0).count() as u32;
            missing += (facts.conflicts & others).count_ones();
        }
        missing as u16
    }

    /// What is missing or clashes, in words.
    pub fn missing_tags(&self, one: &Combination) -> Vec<String> {
        let provided = |tag: &str, except: Option<usize>| {
            one.parts()
                .filter(|index| Some(*index) != except)
                .any(|index| self.parts[index].pattern.provides.iter().any(|own| own == tag))
        };
        let mut missing: Vec<String> = self
            .workload
            .requires
            .iter()
            .filter(|tag| !provided(tag, None))
            .map(|tag| format!("nothing provides {tag}"))
            .collect();
        for index in one.parts() {
            let pattern = self.parts[index].pattern;
            for need in &pattern.needs {
                if !need.split('|').any(|tag| provided(tag, Some(index))) {
                    missing.push(format!("{} needs {}", pattern.name, need.replace('|', " or ")));
                }
            }
            for tag in &pattern.conflicts {
                if provided(tag, Some(index)) {
                    missing.push(format!("{} does not go with {tag}", pattern.name));
                }
            }
        }
        missing
    }

    /// The patterns of a combination, in the order of capabilities.
    pub fn patterns(&self, one: &Combination) -> impl Iterator<Item = &'a Pattern> {
        one.parts().map(|index| self.parts[index].pattern).collect::<Vec<_>>().into_iter()
    }

    /// What a combination is called: how it serves and how it trains.
    pub fn name(&self, one: &Combination) -> String {
        let short = |capability| one.part(capability).map_or("", |index| self.parts[index].pattern.short.as_str());
        capitalised(&format!("{} with {}", short(Capability::Serve), short(Capability::Train)))
    }
}

/// What a walk found: the combinations with the fewest missing tags.
struct Found {
    least: u16,
    all: Vec<Combination>,
}

impl Sums {
    /// The sums over no part.
    const START: Self = Self {
        usd: 0.0,
        latency_ms: 0.0,
        p95_ms: 0.0,
        availability: 1.0,
        headroom: f64::INFINITY,
        hours: 0.0,
        risk: 0.0,
        security: 0.0,
        fit: 0.0,
        least_fit: 1.0,
        count: 0.0,
        broken: 0,
        provides: 0,
        provided_twice: 0,
        wanted: 0,
        off_platform: false,
        inside: false,
        endpoints: 0,
    };
}

/// Sums over the parts so far.
#[derive(Debug, Clone, Copy)]
struct Sums {
    usd: f64,
    latency_ms: f64,
    p95_ms: f64,
    availability: f64,
    headroom: f64,
    hours: f64,
    risk: f64,
    security: f64,
    fit: f64,
    least_fit: f64,
    count: f64,
    broken: u16,
    provides: u128,
    /// Tags of more than one part.
    provided_twice: u128,
    wanted: u32,
    off_platform: bool,
    inside: bool,
    endpoints: u128,
}

impl Sums {
    fn plus(&self, facts: &Facts) -> Self {
        Self {
            usd: self.usd + facts.usd,
            latency_ms: self.latency_ms + facts.latency_ms,
            p95_ms: self.p95_ms + facts.p95_ms,
            availability: self.availability * facts.availability,
            headroom: self.headroom.min(facts.headroom),
            hours: self.hours + facts.hours,
            risk: self.risk + facts.risk,
            security: self.security + facts.security,
            fit: self.fit + facts.fit,
            least_fit: self.least_fit.min(facts.fit),
            count: self.count + 1.0,
            broken: self.broken + facts.broken,
            provides: self.provides | facts.provides,
            provided_twice: self.provided_twice | (self.provides & facts.provides),
            wanted: self.wanted | facts.wanted,
            off_platform: self.off_platform || facts.off_platform,
            inside: self.inside || facts.inside,
            endpoints: self.endpoints | facts.endpoints,
        }
    }
}

/// Practice as a number.
fn level(expertise: Expertise) -> u8 {
    match expertise {
        Expertise::Beginner => 0,
        Expertise::Intermediate => 1,
        Expertise::Expert => 2,
    }
}

/// True when a pattern is of the capability that a kind of work asks something of, and has nothing of it.
pub fn lacks(pattern: &Pattern, fact: &WorkFact) -> bool {
    pattern.capability == fact.capability && !pattern.provides.iter().any(|tag| fact.provides.contains(tag))
}

/// Fit of a pattern, 0 to 1: use case and deployment, a bonus for what is wanted by name, less for another platform and
/// for what lacks what the named kinds of work ask for.
fn fit(pattern: &Pattern, workload: &Workload, wishes: &Wishes) -> f64 {
    let own = pattern.use_case_fit(workload.use_case) * pattern.deployment_fit(workload.deployment);
    let own = if wishes.met_by(pattern).is_empty() { own } else { own * 0.5 + 0.5 };
    let own = own * workload.work.iter().filter(|fact| lacks(pattern, fact)).map(|fact| fact.without).product::<f64>();
    match wishes.platform {
        Some(platform) if !is_of(pattern, platform) => {
            // What serves is what people mean by where something runs.
            own * if pattern.capability == Capability::Serve { 0.6 } else { 0.9 }
        }
        Some(_) | None => own,
    }
}

fn facts<'a>(
    part: &Part<'a>,
    workload: &Workload,
    wishes: &Wishes,
    required: &[(&str, &str)],
    tags: &mut Tags<'a>,
) -> Result<Facts, EstimateError> {
    let pattern = part.pattern;
    let has = required.iter().filter(|(name, _)| pattern.has(name)).count() as f64;
    let units = part.size.as_ref().map_or(0.0, |size| size.units);
    // A share for what goes beyond the required: private networking even where nobody demands it.
    let private = f64::from(u8::from(pattern.has("private-network")));
    let beyond = f64::from(u8::from(level(pattern.expertise) > level(workload.expertise)));
    let single = f64::from(u8::from(!part.is_redundant()));
    let named = |(at, tool): (usize, &String)| if pattern.is_called(tool) { 1u32 << at } else { 0 };
    Ok(Facts {
        usd: part.expected_usd,
        latency_ms: part.loaded_ms(workload.percentile),
        p95_ms: part.loaded_ms(95.0),
        availability: if part.counts_for_availability { part.availability_percent() / 100.0 } else { 1.0 },
        headroom: match (&part.size, part.bounds_the_flow(workload.deployment)) {
            (Some(size), true) => size.capacity / size.arrivals.max(1e-9),
            (Some(_) | None, _) => f64::INFINITY,
        },
        hours: pattern.operations.base + pattern.operations.per_unit * units,
        risk: 0.4 * beyond + 0.3 * single + 0.3 * pattern.lock_in,
        security: (has + private) / (required.len() as f64 + 1.0),
        fit: fit(pattern, workload, wishes),
        broken: u16::try_from(part.violations.len()).unwrap_or(u16::MAX),
        provides: tags.bits(pattern.provides.iter().map(String::as_str))?,
        needs: pattern.needs.iter().map(|need| tags.bits(need.split('|'))).collect::<Result<_, _>>()?,
        conflicts: tags.bits(pattern.conflicts.iter().map(String::as_str))?,
        wanted: wishes.wanted.iter().take(32).enumerate().map(named).sum(),
        off_platform: wishes.platform_is_stated
            && pattern.capability == Capability::Serve
            && wishes.platform.is_some_and(|platform| !is_of(pattern, platform)),
        inside: false,
        endpoints: 0,
    })
}
