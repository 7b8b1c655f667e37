//! What a model may add to a critic's findings: with evidence, or not at all.
//!
//! A critic gives the model a list of [`Evidence`]: facts of its own review and constraints, each with an id. A finding of
//! the model names a component of the selected design and the evidence that it rests on; what it rests on is told in the
//! review's words, and every figure of the finding must stand in them. It is at most a minor one: it blocks nothing, sends
//! nothing back, and takes nothing away from what the rules found.
//!
//! Architecture invariant: pure; it knows no run, no store and no function.

mod evidence;

use std::collections::BTreeSet;

use agent::{Taken, figures, plain};
use design::{
    finding::{Finding, Severity},
    plan::Candidate,
};
use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, of_constraints};

/// Most findings that one answer adds; more would drown the rules' own.
const MOST: usize = 6;
/// Most facts that one finding rests on; who names all of them points to nothing.
const MOST_EVIDENCE: usize = 4;
/// Characters of a title, and of a reason or a remedy.
const TITLE: usize = 160;
const TEXT: usize = 320;

/// What a model found.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriticAnswer {
    /// What the rules did not find; empty when there is nothing to add.
    #[schemars(length(max = 12))]
    pub findings: Vec<ModelFinding>,
}

/// One finding.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelFinding {
    /// The component of the design that it concerns, by its pattern.
    pub pattern: String,
    /// Ids of the evidence that it rests on, one to four.
    pub evidence: Vec<String>,
    /// What is wrong, in one sentence.
    pub title: String,
    /// How that follows from the evidence, in one or two sentences.
    pub reason: String,
    /// What would mend it, in one sentence.
    pub remedy: String,
    /// How bad.
    pub severity: Weight,
}

/// How bad a model thinks that something is. Whatever it says, it is at most a minor finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Would send the plan back, which a model cannot.
    Blocking,
    /// Must be looked at before production.
    Major,
    /// Should be improved.
    Minor,
    /// Good to know.
    Info,
}

impl Weight {
    fn severity(self) -> Severity {
        match self {
            Self::Blocking | Self::Major | Self::Minor => Severity::Minor,
            Self::Info => Severity::Info,
        }
    }
}

/// A component, as a model sees it.
#[derive(Debug, Serialize)]
pub struct Component<'a> {
    /// Id of the pattern.
    pub pattern: &'a str,
    /// What it is for.
    pub capability: &'static str,
    /// Its name for people.
    pub name: &'a str,
    /// Why it was chosen, and how it is sized.
    pub rationale: &'a str,
}

/// A finding of the rules, as a model sees it.
#[derive(Debug, Serialize)]
pub struct Found<'a> {
    /// Its id.
    pub id: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub title: &'a str,
}

/// What a critic's prompt is made from.
#[derive(Debug, Serialize)]
pub struct Context<'a> {
    /// What the design is called.
    pub design: &'a str,
    /// Its components.
    pub components: Vec<Component<'a>>,
    /// What a finding can rest on.
    pub evidence: &'a [Evidence],
    /// What the rules found.
    pub findings: Vec<Found<'a>>,
}

impl<'a> Context<'a> {
    /// The context of a review.
    pub fn of(selected: &'a Candidate, evidence: &'a [Evidence], findings: &'a [Finding]) -> Self {
        let component = |component: &'a design::plan::Component| Component {
            pattern: &component.pattern,
            capability: component.capability.as_str(),
            name: &component.name,
            rationale: &component.rationale,
        };
        let found = |finding: &'a Finding| Found { id: &finding.id, severity: finding.severity, title: &finding.title };
        Self {
            design: &selected.name,
            components: selected.components.iter().map(component).collect(),
            evidence,
            findings: findings.iter().map(found).collect(),
        }
    }
}

/// The findings with those of a model that carry evidence, the worst first; what was there stays as it is. `critic` is the
/// beginning of their ids, such as `tech`.
pub fn add(
    findings: &mut Vec<Finding>,
    critic: &str,
    selected: &Candidate,
    evidence: &[Evidence],
    answer: &CriticAnswer,
) -> Taken {
    let mut taken = Taken::default();
    let mut added: Vec<Finding> = Vec::new();
    for proposed in &answer.findings {
        let checked = if added.len() < MOST {
            check(proposed, selected, evidence).and_then(|finding| is_new(finding, findings, &added))
        } else {
            Err(format!("{MOST} findings are enough"))
        };
        match checked {
            Ok(mut finding) => {
                finding.id = format!("{critic}.model.{}", added.len() + 1);
                let weight = match proposed.severity {
                    Weight::Blocking | Weight::Major => "; a model's finding is at most a minor one",
                    Weight::Minor | Weight::Info => "",
                };
                taken.keep(&finding.title, &format!("it rests on {}{weight}", proposed.evidence.join(", ")));
                added.push(finding);
            }
            Err(why) => taken.drop(&proposed.title, &why),
        }
    }
    findings.extend(added);
    findings.sort_by_key(|finding| finding.severity);
    taken
}

fn check(proposed: &ModelFinding, selected: &Candidate, evidence: &[Evidence]) -> Result<Finding, String> {
    let pattern = proposed.pattern.trim();
    if !selected.components.iter().any(|component| component.pattern == pattern) {
        return Err(format!("{pattern} is no part of the selected design"));
    }
    let ids: BTreeSet<&str> = proposed.evidence.iter().map(|id| id.trim()).collect();
    if ids.is_empty() || ids.len() > MOST_EVIDENCE {
        return Err(format!("it rests on {} facts; one to {MOST_EVIDENCE} are evidence", ids.len()));
    }
    let mut facts = Vec::new();
    for id in ids {
        let fact = evidence.iter().find(|fact| fact.id == id);
        facts.push(fact.ok_or_else(|| format!("there is no evidence {id}"))?);
    }
    if !facts.iter().any(|fact| fact.concerns(pattern)) {
        return Err(format!("what it rests on says nothing of {pattern}"));
    }
    let shown =
        |what: &str, text: &str, most| plain(text, most).map_err(|why| format!("its {what} is not shown: {why}"));
    let title = shown("title", &proposed.title, TITLE)?;
    let reason = shown("reason", &proposed.reason, TEXT)?;
    let remedy = shown("remedy", &proposed.remedy, TEXT)?;
    let known: BTreeSet<String> = facts.iter().flat_map(|fact| figures(&fact.text)).collect();
    // A name may have figures: "S3", "EC2".
    let names = selected.components.iter().filter(|component| component.pattern == pattern);
    let names = names.flat_map(|component| {
        figures(&[component.pattern.as_str(), &component.name, &component.services.join(" ")].join(" "))
    });
    let known: BTreeSet<String> = known.into_iter().chain(names).collect();
    let said = figures(&[title.as_str(), &reason, &remedy].join(" "));
    if let Some(figure) = said.difference(&known).next() {
        return Err(format!("the figure {figure} does not stand in what it rests on"));
    }
    let facts: Vec<&str> = facts.iter().map(|fact| fact.text.as_str()).collect();
    Ok(Finding {
        id: String::new(),
        severity: proposed.severity.severity(),
        title,
        evidence: format!("Found by a model: {reason} It rests on: {}", facts.join("; ")),
        remedy,
        patterns: vec![pattern.to_owned()],
        replan: false,
    })
}

fn is_new(finding: Finding, findings: &[Finding], added: &[Finding]) -> Result<Finding, String> {
    let same = |own: &&Finding| own.patterns == finding.patterns && own.title.eq_ignore_ascii_case(&finding.title);
    match findings.iter().find(same) {
        Some(own) => Err(format!("the rules found it: {}", own.id)),
        None if added.iter().any(|own| same(&own)) => Err("it was said before".to_owned()),
        None => Ok(finding),
    }
}

#[cfg(test)]
mod tests;
