//! Machine types.

use serde::Deserialize;

/// A machine type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// The provider's name, such as `ml.m5.large`.
    pub id: String,
    /// Id of its price, where it has one of its own.
    pub price: Option<String>,
    /// Virtual processors.
    pub vcpu: f64,
    /// Memory in gigabytes.
    pub memory_gb: f64,
    /// Speed of a vCPU against that of an ml.m5.
    pub speed: f64,
    /// Graphics processors.
    #[serde(default)]
    pub gpus: f64,
    /// Speed of a GPU against that of an NVIDIA T4.
    #[serde(default)]
    pub gpu_speed: f64,
    /// Memory of all its GPUs in gigabytes.
    #[serde(default)]
    pub gpu_memory_gb: f64,
}
