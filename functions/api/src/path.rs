//! The ids in the paths.

use run::{
    gate::GateId,
    id::{JobId, OwnerId, ProjectId, RunId, RunKey},
    node::NodeName,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// A project's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// The project.
    pub project_id: ProjectId,
}

/// A policy pack's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PolicyPath {
    /// The project.
    pub project_id: ProjectId,
    /// Name of the pack: 2 to 40 small letters, digits and single hyphens, such as `acme-security`.
    #[param(min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    pub name: String,
}

/// A decision set's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DecisionSetPath {
    /// The project.
    pub project_id: ProjectId,
    /// The decision set.
    pub decision_set_id: RunId,
}

impl DecisionSetPath {
    /// The run's full address, for its owner.
    pub fn key(&self, owner: OwnerId) -> RunKey {
        RunKey { owner, project: self.project_id.clone(), run: self.decision_set_id.clone() }
    }
}

/// An agent run's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AgentRunPath {
    /// The project.
    pub project_id: ProjectId,
    /// The decision set.
    pub decision_set_id: RunId,
    /// The node, such as `planner`.
    pub node: NodeName,
    /// How often the loop around the node had come round before, from 0.
    pub iteration: u32,
}

impl AgentRunPath {
    /// The run's full address, for its owner.
    pub fn key(&self, owner: OwnerId) -> RunKey {
        RunKey { owner, project: self.project_id.clone(), run: self.decision_set_id.clone() }
    }
}

/// A gate's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct GatePath {
    /// The project.
    pub project_id: ProjectId,
    /// The decision set.
    pub decision_set_id: RunId,
    /// The gate.
    pub gate_id: GateId,
}

impl GatePath {
    /// The run's full address, for its owner.
    pub fn key(&self, owner: OwnerId) -> RunKey {
        RunKey { owner, project: self.project_id.clone(), run: self.decision_set_id.clone() }
    }
}

/// A job's address.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct JobPath {
    /// The project.
    pub project_id: ProjectId,
    /// The job.
    pub job_id: JobId,
}

impl JobPath {
    /// The run's full address, for its owner.
    pub fn key(&self, owner: OwnerId) -> RunKey {
        RunKey { owner, project: self.project_id.clone(), run: self.job_id.run().clone() }
    }
}
