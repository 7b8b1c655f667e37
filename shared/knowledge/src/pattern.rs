//! Capability patterns: the building blocks of architectures, as data.

use std::collections::BTreeMap;

use design::{
    constraint::{Cloud, Deployment, Expertise, UseCase},
    plan::Capability,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The name of an enum's value on the wire, which is also its name in the data files.
pub fn wire_name(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The value of an enum by its name on the wire.
pub fn from_wire_name<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// How well a pattern fits use cases, 0 to 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UseCaseFits {
    /// A use case that is not named, or none.
    pub default: f64,
    /// Those that are named.
    #[serde(flatten)]
    pub named: BTreeMap<UseCase, f64>,
}

/// Something that must hold for a pattern to be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precondition {
    /// Predicate over the variables of a workload and a size.
    pub check: String,
    /// What is broken when it does not hold; `{name}` stands for a variable's value.
    pub text: String,
}

/// Milliseconds by percentile.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Median.
    pub p50: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
}

impl Envelope {
    /// Milliseconds at a percentile: linear in the logarithm of the tail between the known points, which is exact for
    /// an exponential tail.
    pub fn at(self, percentile: f64) -> f64 {
        let depth = |p: f64| -(1.0 - p.clamp(0.0, 99.999) / 100.0).ln();
        let between = |low: (f64, f64), high: (f64, f64)| {
            let share = (depth(percentile) - depth(low.0)) / (depth(high.0) - depth(low.0));
            (low.1 + share * (high.1 - low.1)).max(0.0)
        };
        if percentile <= 95.0 {
            between((50.0, self.p50), (95.0, self.p95)).max(self.p50.min(self.p95) * 0.5)
        } else {
            between((95.0, self.p95), (99.0, self.p99))
        }
    }
}

/// Availability by redundancy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityFact {
    /// Percent with two or more units.
    pub multi: f64,
    /// Percent with one unit.
    pub single: f64,
    /// Where that is written.
    pub source: String,
}

/// Hours that people spend each month.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// However big it is.
    pub base: f64,
    /// For each unit.
    pub per_unit: f64,
}

/// One way to fail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureMode {
    /// What happens.
    pub what: String,
    /// What is noticed of it.
    pub effect: String,
    /// What helps.
    pub mitigation: String,
}

/// A limit that the provider sets on an account, a resource or a request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// What is limited, such as `concurrent executions per region`.
    pub name: String,
    /// The documented default.
    pub value: f64,
    /// What is counted, such as `requests/s`.
    pub unit: String,
    /// True when the provider raises it on request.
    pub adjustable: bool,
    /// Where it is written.
    pub source: String,
    /// How much of it a design takes at peak, in the same unit: an expression over the variables of a workload and a
    /// size. `None` where only a person can say.
    #[serde(default)]
    pub demand: Option<String>,
}

/// What the first request after a pause, or a new unit under growing load, waits for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColdStart {
    /// Milliseconds, median.
    pub p50_ms: f64,
    /// Milliseconds that 99 of 100 stay below.
    pub p99_ms: f64,
    /// When it happens.
    pub when: String,
    /// What keeps it from happening, and at what price.
    pub avoided_by: String,
    /// Where the numbers are from.
    pub source: String,
}

/// How a pattern is sized. Either units have `servers` that each take `service_ms` per request, or they have a
/// `capacity_per_unit`; a pattern with neither, but with `hours`, runs as a job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizing {
    /// What there are several of, such as `instance` or `shard`.
    pub unit: String,
    /// Machine types to choose from; empty when there is no choice.
    #[serde(default)]
    pub instances: Vec<String>,
    /// Milliseconds of one request on one server.
    pub service_ms: Option<String>,
    /// Servers that work in parallel in one unit.
    pub servers: Option<String>,
    /// Requests or events per second of one unit.
    pub capacity_per_unit: Option<String>,
    /// Hours of one run, for jobs.
    pub hours: Option<String>,
    /// Whether a machine type can be used.
    pub usable: Option<String>,
    /// Fewest units.
    pub minimum: String,
    /// Most units, usually a quota.
    pub maximum: u32,
    /// Share of the capacity that is planned to be used at peak.
    #[serde(default = "full")]
    pub target_utilisation: f64,
    /// True when fewer units run while there is less to do.
    #[serde(default)]
    pub autoscale: bool,
    /// True when the work is done within a window on a schedule, not as it arrives.
    #[serde(default)]
    pub windowed: bool,
    /// True when the load is that of arriving data also for batch designs.
    #[serde(default)]
    pub per_event: bool,
    /// False when each unit has callers of its own, as a device has.
    #[serde(default = "yes")]
    pub pooled: bool,
}

fn yes() -> bool {
    true
}

fn full() -> f64 {
    1.0
}

/// One term of the cost: price × quantity per month.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostTerm {
    /// Id of the price; `{instance}` is that of the chosen machine type.
    pub price: String,
    /// Quantity per month.
    pub quantity: String,
    /// What is paid for, where it is more than the price's own item.
    #[serde(default)]
    pub item: Option<String>,
    /// The unit price is multiplied by this.
    #[serde(default = "full")]
    pub factor: f64,
    /// Why there is a factor.
    #[serde(default)]
    pub factor_why: String,
}

/// How a pattern runs in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InNetwork {
    /// Jobs that run to their end and are called by nobody: a way out is enough, which costs nothing by itself.
    Jobs,
    /// What stands and is called: it has private addresses only and calls other services through endpoints.
    Services,
}

/// A capability pattern.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Id, such as `serve.sagemaker-real-time`.
    pub id: String,
    /// What it is for.
    pub capability: Capability,
    /// Whose services it uses.
    pub cloud: Cloud,
    /// Name for people.
    pub name: String,
    /// Name in a candidate's name.
    pub short: String,
    /// The services.
    pub services: Vec<String>,
    /// What it is in a sentence.
    pub summary: String,
    /// Names under which it is wanted or excluded, in lower case.
    pub tools: Vec<String>,
    /// Tags that it brings to an architecture.
    #[serde(default)]
    pub provides: Vec<String>,
    /// Tags that other parts must bring; alternatives are separated by `|`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Tags that no other part may bring.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Fit by deployment, 0 to 1; missing is 0.
    pub deployments: BTreeMap<Deployment, f64>,
    /// Fit by use case, 0 to 1.
    pub use_cases: UseCaseFits,
    /// What must hold.
    #[serde(default)]
    pub preconditions: Vec<Precondition>,
    /// Deployments in which a request waits for it.
    pub on_path: Vec<Deployment>,
    /// It is on the path only where the use case requires this tag.
    #[serde(default)]
    pub path_tag: Option<String>,
    /// Its own part in a request's latency.
    pub latency: Envelope,
    /// Its availability.
    pub availability: AvailabilityFact,
    /// The work that it makes.
    pub operations: Operations,
    /// Practice that it asks for.
    pub expertise: Expertise,
    /// 0 (portable) to 1 (bound to the provider).
    pub lock_in: f64,
    /// Security and operations traits.
    pub traits: Vec<String>,
    /// How it fails.
    pub failure_modes: Vec<FailureMode>,
    /// The provider's documented limits that a design of this kind can meet.
    #[serde(default)]
    pub quotas: Vec<Quota>,
    /// What a cold start takes, where there are cold starts.
    #[serde(default)]
    pub cold_start: Option<ColdStart>,
    /// Where its limits, its latency and its work are from.
    pub sources: Vec<String>,
    /// Until when its facts are known to hold: the date of its file.
    #[serde(skip)]
    pub date: String,
    /// How it is sized; nothing is sized without.
    #[serde(default)]
    pub sizing: Option<Sizing>,
    /// What it costs.
    pub cost: Vec<CostTerm>,
    /// How it runs in a network also where the data asks for none; `None` where it does without.
    #[serde(default)]
    pub network: Option<InNetwork>,
    /// Services that it calls besides those of every network: each is an interface endpoint of the network it runs in.
    #[serde(default)]
    pub endpoints: Vec<String>,
}

impl Pattern {
    /// How well it fits a deployment, 0 to 1.
    pub fn deployment_fit(&self, deployment: Deployment) -> f64 {
        self.deployments.get(&deployment).copied().unwrap_or(0.0)
    }

    /// How well it fits a use case, 0 to 1.
    pub fn use_case_fit(&self, use_case: Option<UseCase>) -> f64 {
        use_case.and_then(|use_case| self.use_cases.named.get(&use_case)).copied().unwrap_or(self.use_cases.default)
    }

    /// True when it runs in a network from which services are called through endpoints: any part does where the network
    /// must be `private`, otherwise what stands and is called.
    pub fn calls_through_endpoints(&self, private: bool) -> bool {
        private || self.network == Some(InNetwork::Services)
    }

    /// True when it has the trait.
    pub fn has(&self, name: &str) -> bool {
        self.traits.iter().any(|own| own == name)
    }

    /// True when a tool's name means this pattern, however its words are joined. Besides tools, people exclude what runs
    /// all the time.
    pub fn is_called(&self, tool: &str) -> bool {
        match tool {
            ALWAYS_ON => self.has("always-on"),
            ALWAYS_ON_DATABASE => {
                self.has("always-on") && matches!(self.capability, Capability::Store | Capability::Feature)
            }
            _ => self.tools.iter().any(|own| letters(own).eq(letters(tool))),
        }
    }
}

/// What is excluded by "nothing that runs all the time", as it stands among the tools.
pub const ALWAYS_ON: &str = "always_on";
/// What is excluded by "no always-on database".
pub const ALWAYS_ON_DATABASE: &str = "always_on_database";

/// The letters of a tool's name: small, words joined by hyphens.
fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    name.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(|letter| if matches!(letter, '_' | ' ') { '-' } else { letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_grows_with_the_percentile() {
        let envelope = Envelope { p50: 6.0, p95: 11.0, p99: 16.0 };
        let mut last = 0.0;
        for percentile in [50.0, 75.0, 90.0, 95.0, 97.0, 99.0, 99.9] {
            let now = envelope.at(percentile);
            assert!(now >= last, "{percentile}: {now} < {last}");
            last = now;
        }
        assert!((envelope.at(95.0) - 11.0).abs() < 1e-9 && (envelope.at(99.0) - 16.0).abs() < 1e-9);
    }

    #[test]
    fn names_on_the_wire_go_both_ways() {
        assert_eq!(wire_name(Deployment::RealTime), "real_time");
        assert_eq!(from_wire_name::<UseCase>("forecasting"), Some(UseCase::Forecasting));
        assert_eq!(from_wire_name::<UseCase>("astrology"), None);
    }
}
