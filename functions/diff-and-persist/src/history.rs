//! This version as a commit on top of the versions before it.

use agent::Memory;
use design::{input::DesignInput, version::VersionDiff};
use jiff::Timestamp;
use redaction::Secrets;
use run::{artifact::Artifact, gate::GateKind, id::RunId};
use versions::{
    Bodies, Damaged, MissingBody, Version,
    git::{Commit, History, Person},
};

/// Media type of a git bundle.
pub const GIT_BUNDLE: &str = "application/x-git-bundle";
/// Addresses of people in commits: of a domain that nobody has (RFC 2606), so that no mail goes anywhere.
const DOMAIN: &str = "users.agentic-mlops.invalid";

/// What the commit says besides the files.
#[derive(Debug, Clone)]
pub struct Story {
    /// The run.
    pub run: RunId,
    /// Title of the run, without what does not belong into it.
    pub title: String,
    /// Who approved the design, or else whose project it is.
    pub author: String,
    /// When the run was made.
    pub at: Timestamp,
    /// What does not belong into the message.
    pub secrets: Secrets,
    /// The history of the version before, where it has one.
    pub before: Option<Artifact>,
}

impl Story {
    /// Takes it from memory.
    ///
    /// # Errors
    /// When the input or the parent's result cannot be read.
    pub fn recall(memory: &Memory, before: Option<Artifact>) -> Result<Self, agent::AgentError> {
        let run = memory.run();
        let asked = memory.input::<DesignInput>()?.requirement;
        let decisions = || memory.gates(GateKind::Final).filter_map(|gate| gate.decision.as_ref());
        let comments = decisions().filter_map(|decision| decision.comment.as_deref());
        let secrets = Secrets::of([asked.as_str(), run.title.as_str()].into_iter().chain(comments));
        let approver = decisions().last().map(|decision| decision.actor.name.clone());
        Ok(Self {
            run: run.id.clone(),
            title: secrets.scrub(&run.title),
            author: approver.filter(|name| name != agent::gate::AUTO_APPROVAL).unwrap_or_else(|| run.owner.0.clone()),
            at: run.created_at,
            secrets,
            before,
        })
    }

    fn commit(&self, version: &Version, parent: Option<u32>, diff: Option<&VersionDiff>) -> Commit {
        let why = format!("{}\n\n", version.plan.reason);
        let changes = diff.map_or_else(String::new, |diff| format!("{}\n", diff.summary));
        let body = format!("{why}{changes}Decision-set: {}", self.run);
        Commit {
            version: version.number,
            parent,
            author: person(&self.author),
            committer: Person { name: "Agentic MLOps Platform".to_owned(), email: format!("platform@{DOMAIN}") },
            at: self.at,
            subject: format!("Version {}: {}", version.number, self.title),
            body: self.secrets.scrub(&body),
        }
    }
}

/// Someone by the name that the platform knows: an address is not spread any further.
fn person(name: &str) -> Person {
    let name = name.split('@').next().unwrap_or_default();
    let local: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    Person { name: name.to_owned(), email: format!("{}@{DOMAIN}", local.trim_matches('-')) }
}

/// The history with this version as its newest.
#[derive(Debug)]
pub struct Grown {
    /// The bundle.
    pub bundle: Vec<u8>,
    /// How many versions are in it.
    pub versions: usize,
    /// Why the history before could not be continued, where it could not.
    pub lost: Option<Damaged>,
}

/// Puts the version on top of the history before it. A history that cannot be read does not keep a version from being
/// stored: it begins anew, and that is said.
///
/// # Errors
/// When a file's body is not among `bodies`.
pub fn grow(
    story: &Story,
    version: &Version,
    parent: Option<u32>,
    before: Option<&[u8]>,
    diff: Option<&VersionDiff>,
    bodies: &Bodies,
) -> Result<Grown, MissingBody> {
    let (mut history, lost) = match before.map(History::read) {
        None => (History::default(), None),
        Some(Ok(history)) => (history, None),
        Some(Err(damaged)) => (History::default(), Some(damaged)),
    };
    history.commit(&story.commit(version, parent, diff), &version.files, bodies)?;
    Ok(Grown { bundle: history.bundle(version.number), versions: history.versions().count(), lost })
}
