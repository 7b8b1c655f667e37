//! Sizes of the plan, as numbers.

use design::plan::{Capability, Component};
use knowledge::catalogue::Catalogue;
use serde::Serialize;

use crate::{provision::Infrastructure, render::memory_mb, task::Family};

/// Machines or tasks that serve when nothing happens: as many as run on average where their number follows the load.
pub(super) fn least_serving_units(serve: &Component) -> Option<u64> {
    let average = serve.sizing.get("average_count").and_then(|count| count.parse::<f64>().ok());
    average.map(|average| average.max(1.0) as u64).or_else(|| serving_units(serve))
}

/// Machines or tasks that serve at the peak.
pub(super) fn serving_units(serve: &Component) -> Option<u64> {
    size(serve, &["instance_count", "units", "count", "tasks"])
}

/// Requests that a serverless endpoint answers at the same time; SageMaker takes at most 200.
pub(super) fn serving_concurrency(serve: &Component) -> Option<u64> {
    size(serve, &["max_concurrency", "concurrency", "units"]).map(|most| most.min(200))
}

/// The first of these sizes that is a number.
fn size(component: &Component, keys: &[&str]) -> Option<u64> {
    keys.iter().find_map(|key| component.sizing.get(*key)?.parse().ok()).filter(|units| *units > 0)
}

/// The machine of the first component for this, where the plan names one of SageMaker's.
pub(super) fn instance(components: &[Component], capability: Capability) -> Option<&str> {
    let is_plain = |machine: &&str| machine.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    components
        .iter()
        .filter(|component| component.capability == capability)
        .filter_map(|component| component.sizing.get("instance_type").map(String::as_str))
        .find(|machine| machine.starts_with("ml.") && is_plain(machine))
}

/// Virtual CPUs of the largest job: `task-4vcpu-16gb` says them, and a machine's size follows from `xlarge`, which has four.
pub(super) fn vcpus_of_a_job(components: &[Component]) -> u64 {
    let vcpus = |component: &Component| -> Option<u64> {
        let machine = component.sizing.get("instance_type")?;
        if let Some(vcpus) = machine.split('-').find_map(|part| part.strip_suffix("vcpu")?.parse().ok()) {
            return Some(vcpus);
        }
        match machine.rsplit('.').next()?.strip_suffix("xlarge")? {
            "" => Some(4),
            times => times.parse::<u64>().ok().filter(|times| *times <= 112).map(|times| times * 4),
        }
    };
    components.iter().filter(|component| component.pattern.contains("batch")).filter_map(vcpus).max().unwrap_or(4)
}

/// Whether jobs run on machines with a graphics processor.
pub(super) fn on_gpu_machines(components: &[Component]) -> bool {
    components.iter().any(|component| component.pattern == "train.batch-ec2-gpu-spot")
}

/// Mebibytes that a job has on such a machine, whose 16 GiB it cannot have whole: the system and the agent of the container
/// service have theirs, and a job that asks for more than is left waits for ever ("Compute resource memory management", AWS Batch
/// User Guide, read on 23 November 2026).
const GPU_JOB_MB: u64 = 14_336;

/// Memory of the machine that trains, in gigabytes: as the templates of the jobs have it.
pub(super) fn training_memory_gb(
    components: &[Component],
    infrastructure: &Infrastructure,
    catalogue: &Catalogue,
) -> f64 {
    let of_machine = |machine: &str| catalogue.instances.get(machine).map_or(8.0, |instance| instance.memory_gb);
    let of_task = |file: &str, default: u64| {
        let asking = infrastructure.files.iter().find(|one| one.file == file);
        let first = asking.and_then(|one| one.components.first());
        first.and_then(|component| memory_mb(&component.sizing)).unwrap_or(default) as f64 / 1024.0
    };
    if infrastructure.has("sagemaker_training") {
        of_machine(instance(components, Capability::Train).unwrap_or("ml.m5.xlarge"))
    } else if infrastructure.has("ecs_embeddings") {
        of_task("ecs_embeddings", 2048)
    } else if infrastructure.has("batch") {
        of_task("batch", if on_gpu_machines(components) { GPU_JOB_MB } else { 16_384 })
    } else {
        // A processing job of the state machine; elsewhere a machine of yours, and no smaller one.
        of_machine("ml.m5.large")
    }
}

/// As many examples as the training has memory for, in two digits.
///
/// Half of the memory is for them and for what is computed of them; the rest is for libraries, and for examples that are
/// larger than those that were measured. The peak of a training grew by 1.2 kB for each card payment of eight features
/// and by 6.2 kB for each daily series of demand (`ru_maxrss` of `python -m PACKAGE.training` with 5,000 and with 25,000
/// generated examples, on 23 November 2026); wider rows and longer histories take more. Texts and images are kept as they
/// came: a text may have 20,000 characters, and a photograph that was scaled down has some 100 KB.
pub(super) fn training_examples(family: Family, memory_gb: f64) -> u64 {
    let bytes = match family {
        Family::Tabular(_) => 4_000.0,
        Family::Forecasting => 10_000.0,
        Family::Recommendation => 8_000.0,
        Family::Nlp | Family::Rag | Family::FineTuning(_) => 40_000.0,
        Family::Vision => 150_000.0,
    };
    let room = memory_gb * 0.5e9 / bytes;
    let digits = 10_f64.powf(room.log10().floor() - 1.0);
    ((room / digits).floor() * digits) as u64
}

pub(super) fn count(components: &[Component], capability: &str) -> Option<u64> {
    components
        .iter()
        .filter(|component| component.capability.as_str() == capability)
        .find_map(|component| component.sizing.get("instance_count")?.parse().ok())
        .filter(|count| *count > 0)
}

/// Whether a machine of the component has a graphics processor: its pattern, its family or the catalogue says so.
pub(super) fn has_gpu(component: &Component, catalogue: &Catalogue) -> bool {
    let machine = component.sizing.get("instance_type").map_or("", String::as_str);
    let family = machine.trim_start_matches("ml.").split('.').next().unwrap_or_default();
    let is_accelerated = family.starts_with(['g', 'p']) && family[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_known = catalogue.instances.get(machine).is_some_and(|known| known.gpus > 0.0);
    let is_made_of_machines = matches!(component.capability, Capability::Train | Capability::Serve);
    is_made_of_machines && (component.pattern.contains("gpu") || is_accelerated || is_known)
}

/// Requests that one machine takes in a minute at 70 % of its capacity, for target tracking.
pub(super) fn requests_per_minute_per_unit(serve: Option<&Component>) -> u64 {
    let per_second = serve.and_then(|component| {
        let units: f64 = component.sizing.get("instance_count")?.parse().ok()?;
        Some(component.max_per_second? / units.max(1.0))
    });
    per_second.map_or(600, |per_second| (per_second * 60.0 * 0.7).round().max(1.0) as u64)
}

/// What one pod of the service takes of its node, as Kubernetes counts it.
///
/// Two pods make a node busy; a third has room while one version takes the place of another. Half a processor of each node is
/// the cluster's own, as the catalogue's pattern has it. A graphics processor is given to one pod at a time: there each node
/// has one pod, and during a rollout one goes before the next comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Pod {
    /// Pods of a busy node.
    per_node: u64,
    /// Thousandths of a processor that are kept for it.
    cpu: u64,
    /// Thousandths of a processor that it uses on average before there are more.
    busy_cpu: u64,
    /// Thousandths of a processor that it may use: all that the cluster leaves of its node.
    most_cpu: u64,
    /// Mebibytes that are kept for it.
    memory: u64,
    /// Mebibytes that it may use.
    most_memory: u64,
    /// Graphics processors.
    gpus: u64,
    /// Addresses that a node has at hand for its pods: one more while a version takes the place of another, one for the pod
    /// that brings the logs, and one for what the cluster itself runs.
    addresses: u64,
    /// Virtual CPUs of its node, which the account's quota counts.
    node_vcpus: u64,
    /// What the quota of such machines is called, and its code in the service quotas of Amazon EC2.
    quota: Quota,
}

/// A quota of Amazon EC2 on the virtual CPUs of running machines, by their families. Codes as the console of
/// AWS Service Quotas has them, read in three public repositories that ask for them (23 November 2026).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Quota {
    name: &'static str,
    code: &'static str,
}

impl Quota {
    /// That of a machine, by the family that its name begins with.
    fn of(machine: &str) -> Self {
        if machine.starts_with('p') {
            Self { name: "Running On-Demand P instances", code: "L-417A185B" }
        } else if machine.starts_with('g') || machine.starts_with("vt") {
            Self { name: "Running On-Demand G and VT instances", code: "L-DB2E81BA" }
        } else {
            Self { name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", code: "L-1216C47A" }
        }
    }
}

impl Pod {
    /// A graphics processor is given to one pod, and the machines of the catalogue's cluster have one each.
    pub(super) fn is_on_each_node(self) -> bool {
        self.gpus > 0
    }

    /// The pod of a plan; of a machine that the catalogue does not know, that of the smallest of its pattern.
    pub(super) fn of(serve: Option<&Component>, catalogue: &Catalogue) -> Self {
        let machine = serve.and_then(|component| component.sizing.get("instance_type"));
        let known = machine.and_then(|machine| catalogue.instances.get(machine));
        let (vcpu, memory_gb, gpus) = known.map_or((4.0, 8.0, 0.0), |of| (of.vcpu, of.memory_gb, of.gpus));
        let cores = (vcpu - 0.5_f64).max(0.5);
        let per_node = if gpus > 0.0 { 1.0 } else { 2.0 };
        Self {
            per_node: per_node as u64,
            cpu: (cores * 1000.0 / (per_node + 2.0)) as u64,
            busy_cpu: (cores * 1000.0 * 0.65 / per_node) as u64,
            most_cpu: (cores * 1000.0) as u64,
            memory: (memory_gb * 1024.0 / (per_node + 2.0)) as u64,
            most_memory: (memory_gb * 1024.0 * 0.75) as u64,
            gpus: u64::from(gpus > 0.0),
            addresses: per_node as u64 + 3,
            node_vcpus: vcpu as u64,
            quota: Quota::of(machine.map_or("", String::as_str)),
        }
    }
}

/// The two subnets of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Subnets {
    /// How many bits of an address say which subnet it is of.
    bits: u32,
    /// How many say which network, as a regular expression: there are two subnets at least.
    network_bits: String,
}

impl Subnets {
    /// Addresses of a subnet that AWS keeps for itself.
    const KEPT: u64 = 5;
    /// Room for what is there besides nodes: endpoints, load balancers, functions, jobs.
    const BESIDES: u64 = 128;

    /// Those that have room for jobs and functions, and for so many nodes: all of them in one zone, while the other is out.
    pub(super) fn of(nodes: Option<u64>, pod: &Pod) -> Self {
        // A node has an address itself, those for its pods, and one at hand for the next pod.
        let taken = nodes.unwrap_or(0) * (pod.addresses + 2) + Self::BESIDES + Self::KEPT;
        let bits = (18..=23).rev().find(|bits| 1 << (32 - bits) >= taken).unwrap_or(18);
        let network_bits = match bits {
            22.. => format!("1[6-9]|2[0-{}]", bits - 21),
            21 => "1[6-9]|20".to_owned(),
            _ => format!("1[6-{}]", bits - 11),
        };
        Self { bits, network_bits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::component;

    #[test]
    fn two_pods_fill_a_node_and_a_third_has_room_beside_them() {
        let catalogue = Catalogue::embedded().unwrap();
        let mut serve = component(Capability::Serve, "serve.eks", &[]);
        serve.sizing.insert("instance_type".to_owned(), "c6i.xlarge".to_owned());
        let pod = Pod::of(Some(&serve), catalogue);
        let wanted = Pod {
            per_node: 2,
            cpu: 875,
            busy_cpu: 1137,
            most_cpu: 3500,
            memory: 2048,
            most_memory: 6144,
            gpus: 0,
            addresses: 5,
            node_vcpus: 4,
            quota: Quota::of("c6i.xlarge"),
        };
        assert_eq!(pod, wanted);
        assert!(3 * pod.cpu < 3500 && 3 * pod.memory < 8192 - 1024);
        serve.sizing.insert("instance_type".to_owned(), "g5.xlarge".to_owned());
        let pod = Pod::of(Some(&serve), catalogue);
        assert_eq!((pod.per_node, pod.gpus, pod.quota.code), (1, 1, "L-DB2E81BA"));
    }

    #[test]
    fn a_subnet_has_room_for_all_nodes_of_the_cluster() {
        let pod = Pod::of(None, Catalogue::embedded().unwrap());
        for (nodes, bits, network_bits) in [
            (None, 23, "1[6-9]|2[0-2]"),
            (Some(50), 23, "1[6-9]|2[0-2]"),
            (Some(104), 22, "1[6-9]|2[0-1]"),
            (Some(400), 20, "1[6-9]"),
            (Some(1000), 19, "1[6-8]"),
        ] {
            assert_eq!(Subnets::of(nodes, &pod), Subnets { bits, network_bits: network_bits.to_owned() });
        }
    }

    #[test]
    fn a_design_of_very_many_machines_keeps_their_number() {
        let mut serve = component(Capability::Serve, "serve.eks", &[]);
        serve.sizing.insert("instance_count".to_owned(), "1286".to_owned());
        serve.sizing.insert("average_count".to_owned(), "342.9".to_owned());
        assert_eq!((least_serving_units(&serve), serving_units(&serve)), (Some(342), Some(1286)));
    }

    #[test]
    fn more_memory_is_room_for_more_examples_in_two_digits() {
        assert_eq!(training_examples(Family::Forecasting, 8.0), 400_000);
        assert_eq!(training_examples(Family::Forecasting, 16.0), 800_000);
        assert_eq!(training_examples(Family::Vision, 16.0), 53_000);
    }
}
