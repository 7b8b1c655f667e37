//! A project's own policy packs.

use design::policy::{PackRef, RuleSheet, Verdict};
use jiff::Timestamp;
use policy::{Fault, FaultKind, Outcome, examples, sandbox::PACK_MAX_BYTES};
use run::{
    body::Sha256Hex,
    id::{OwnerId, ProjectId},
};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;

use crate::{
    Api,
    problem::{Kind, Problem, internal},
};

/// Most packs of a project: each takes a moment of every round of planning.
const PACKS_MAX: usize = 10;

/// A pack to store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolicyPack {
    /// The rules in Rego, at most 64 KiB of UTF-8.
    #[schema(min_length = 1, max_length = 65536)]
    pub rego: String,
}

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPack {
    /// Its name.
    pub name: String,
    /// Hash of its text: the version that results and runs name.
    pub sha256: Sha256Hex,
    /// Size of its text in bytes.
    pub size: u64,
    /// Its rules.
    pub rules: Vec<RuleSheet>,
    /// When this version was stored.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// All packs of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPackList {
    /// The packs, by name.
    pub policies: Vec<PolicyPack>,
}

/// A pack with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPackText {
    /// The pack.
    pub policy: PolicyPack,
    /// Its text.
    pub rego: String,
}

/// A pack that was stored, and what its rules say of examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedPolicyPack {
    /// The pack.
    pub policy: PolicyPack,
    /// What its rules say of each example.
    pub trial: Vec<Trial>,
}

/// What the rules of a pack say of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trial {
    /// The example, in words.
    pub example: String,
    /// What each rule says.
    pub results: Vec<TrialResult>,
}

/// What a rule says of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialResult {
    /// Id of the rule.
    pub rule: String,
    /// The result.
    pub verdict: Verdict,
    /// The facts behind it; empty when the rule does not apply.
    pub evidence: String,
    /// Ids of the parts that break it.
    pub patterns: Vec<String>,
}

impl From<Outcome> for TrialResult {
    fn from(outcome: Outcome) -> Self {
        let rule = outcome.rule.id;
        match outcome.reading {
            None => Self { rule, verdict: Verdict::NotApplicable, evidence: String::new(), patterns: Vec::new() },
            Some(reading) => Self {
                rule,
                verdict: if reading.holds { Verdict::Pass } else { Verdict::Fail },
                evidence: reading.evidence,
                patterns: reading.offenders,
            },
        }
    }
}

/// The project's packs.
///
/// # Errors
/// When the project is not there or the store does not answer.
pub async fn list(store: &Store, owner: &OwnerId, project: &ProjectId) -> Result<PolicyPackList, Problem> {
    let (_, policies) = tokio::try_join!(store.project(owner, project), store.policies(owner, project))?;
    Ok(PolicyPackList { policies })
}

/// The project's packs as a run takes them.
///
/// # Errors
/// When the store does not answer.
pub async fn versions(store: &Store, owner: &OwnerId, project: &ProjectId) -> Result<Vec<PackRef>, Problem> {
    let packs: Vec<PolicyPack> = store.policies(owner, project).await?;
    Ok(packs.into_iter().map(|pack| PackRef { name: pack.name, sha256: pack.sha256 }).collect())
}

/// A pack with its text.
///
/// # Errors
/// When it is not there or the store does not answer.
pub async fn get(store: &Store, owner: &OwnerId, project: &ProjectId, name: &str) -> Result<PolicyPackText, Problem> {
    let (_, policy): (_, PolicyPack) =
        tokio::try_join!(store.project(owner, project), store.policy(owner, project, name))?;
    let text = store.get_body(owner, project, &policy.sha256).await?;
    let rego = String::from_utf8(text).map_err(|error| internal().because(error))?;
    Ok(PolicyPackText { policy, rego })
}

/// Tries a pack on the examples, and stores it.
///
/// # Errors
/// When the name or the text is not accepted, the project is not there or has too many packs, or a service does not
/// answer.
pub async fn put(
    api: &Api,
    owner: &OwnerId,
    project: &ProjectId,
    name: &str,
    new: NewPolicyPack,
) -> Result<TriedPolicyPack, Problem> {
    if let Some(problem) = policy::name::problem(name) {
        return Err(Problem::field(Kind::ParameterInvalid, "name", format!("`{name}` {problem}")));
    }
    let size = new.rego.len();
    if size > PACK_MAX_BYTES {
        let detail = format!("has {size} bytes; at most {PACK_MAX_BYTES} are accepted");
        return Err(Problem::field(Kind::BodyInvalid, "rego", detail));
    }
    let there = list(&api.store, owner, project).await?.policies;
    if there.len() >= PACKS_MAX && there.iter().all(|pack| pack.name != name) {
        let detail = format!("The project has {} policy packs, and {PACKS_MAX} are accepted; delete one.", there.len());
        return Err(Problem::new(Kind::PoliciesTooMany, detail));
    }
    let (rules, trial) = tried(api, name, &new.rego).await?;
    let body = api.store.put_body(owner, project, new.rego.into_bytes(), "text/plain; charset=utf-8").await?;
    let policy =
        PolicyPack { name: name.to_owned(), sha256: body.sha256, size: body.size, rules, updated_at: Timestamp::now() };
    api.store.put_policy(owner, project, name, &policy).await?;
    Ok(TriedPolicyPack { policy, trial })
}

/// The rules of a pack, and what they say of the examples.
async fn tried(api: &Api, name: &str, text: &str) -> Result<(Vec<RuleSheet>, Vec<Trial>), Problem> {
    let (names, inputs): (Vec<String>, Vec<serde_json::Value>) = examples()
        .map_err(|error| internal().because(error))?
        .into_iter()
        .map(|example| (example.name, example.input))
        .unzip();
    let outcomes = api.sandbox.evaluate(name, text, &inputs).await.map_err(refused)?;
    let sheets = |outcomes: &Vec<Outcome>| outcomes.iter().map(|outcome| outcome.rule.clone()).collect();
    let rules = outcomes.first().map(sheets).unwrap_or_default();
    let trial = names
        .into_iter()
        .zip(outcomes)
        .map(|(example, outcomes)| Trial { example, results: outcomes.into_iter().map(TrialResult::from).collect() })
        .collect();
    Ok((rules, trial))
}

fn refused(fault: Fault) -> Problem {
    match fault.kind {
        FaultKind::Start => {
            Problem::new(Kind::Unavailable, "The pack could not be tried. Try again in a moment.").because(fault)
        }
        FaultKind::Syntax
        | FaultKind::Reference
        | FaultKind::Shape
        | FaultKind::Evaluation
        | FaultKind::Time
        | FaultKind::Memory
        | FaultKind::Process => Problem::field(Kind::PolicyInvalid, "rego", format!("is no policy pack: {fault}")),
    }
}

/// Takes a pack from the project.
///
/// # Errors
/// When it is not there or the store does not answer.
pub async fn delete(store: &Store, owner: &OwnerId, project: &ProjectId, name: &str) -> Result<(), Problem> {
    let _: (_, PolicyPack) = tokio::try_join!(store.project(owner, project), store.policy(owner, project, name))?;
    Ok(store.delete_policy(owner, project, name).await?)
}
