//! The review: pure, and the same for the same repository.

use agent::AgentError;
use design::{
    constraint::{ConstraintField, ConstraintSet, Tooling},
    finding::{Finding, Severity},
    implementation::{ImplementationReview, Place, RequirementTrace},
    plan::{Candidate, Component},
    repository::{RepositoryFile, is_lock},
    validation::{CheckStatus, ValidationReport},
    words,
};
use generation::{Iac, Infrastructure};
use regex::Regex;

use crate::anchors::{Anchor, Wanted, anchors, tool_files, wanted};

/// Most lines of one component that a trace names: its first ones, file by file.
const MOST_PLACES_OF_A_COMPONENT: usize = 3;
/// Longest line that is quoted, in characters.
const LONGEST_LINE: usize = 160;

/// A file with its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub file: RepositoryFile,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The place of a match, from its first byte that is not blank.
    fn place(&self, start: usize, says: &str) -> Place {
        let before = &self.text[..start];
        let line = before.matches('\n').count();
        let text = self.text.lines().nth(line).unwrap_or_default().trim();
        let text = match text.char_indices().nth(LONGEST_LINE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        Place {
            path: self.file.path.clone(),
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            text,
            says: says.to_owned(),
            written_by: self.file.written_by.clone(),
        }
    }

    /// What runs, in contrast to what only tells: prose may name what the code does not use.
    fn is_code(&self) -> bool {
        let path = self.file.path.as_str();
        !path.ends_with(".md") && !path.starts_with("docs/") && !path.starts_with("reports/")
    }
}

/// What is reviewed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What was asked.
    pub constraints: &'a ConstraintSet,
    /// The design.
    pub candidate: &'a Candidate,
    /// The repository.
    pub sources: &'a [Source],
    /// What the tools found in it.
    pub validation: &'a ValidationReport,
}

/// What came of looking for an expectation.
struct Looked {
    places: Vec<Place>,
    finding: Option<Finding>,
}

/// Reviews the repository.
///
/// # Errors
/// When the rules are broken.
pub fn review(subject: Subject<'_>) -> Result<ImplementationReview, AgentError> {
    let anchors = anchors()?;
    let mut review = ImplementationReview::default();
    for field in ConstraintField::ALL {
        let (Some(wanted), Some(provenance)) = (subject.wanted(field), subject.constraints.provenance(field)) else {
            continue;
        };
        let mut places = Vec::new();
        for anchor in anchors.iter().filter(|anchor| anchor.field == Some(field) && anchor.concerns(&wanted)) {
            count(&mut review, subject.look(anchor, &wanted), &mut places);
        }
        let tooling = subject.constraints.tooling.as_ref().filter(|_| field == ConstraintField::Tooling);
        for looked in tooling.map(|stated| subject.tools(&stated.value)).unwrap_or_default() {
            count(&mut review, Some(looked), &mut places);
        }
        let deciding = || {
            subject.candidate.components.iter().filter_map(move |component| Some((component, claim(component, field)?)))
        };
        // What most parts rest on leads to none of them: it is the design as a whole.
        let all = subject.candidate.components.len();
        let resting = deciding().count();
        let (decisions, of_components): (Vec<String>, Vec<Place>) = if resting * 2 > all {
            let why = format!("the design as a whole: {resting} of its {all} parts rest on it");
            (vec![why], Vec::new())
        } else {
            let places = deciding().flat_map(|(component, _)| subject.of_component(component)).collect();
            (deciding().map(|(component, claim)| format!("{}: {claim}", component.name)).collect(), places)
        };
        places.extend(of_components);
        places.dedup();
        review.traces.push(RequirementTrace {
            field,
            value: words::constraint(subject.constraints, field).unwrap_or_default(),
            source: provenance.source,
            quotes: provenance.evidence.to_vec(),
            decisions,
            places,
        });
    }
    let mut standards = Vec::new();
    for anchor in anchors.iter().filter(|anchor| anchor.field.is_none()) {
        count(&mut review, subject.look(anchor, &Wanted::default()), &mut standards);
    }
    review.standards = standards;
    let rest = subject.components()?.into_iter().chain(subject.checks());
    review.findings.extend(rest);
    review.findings.sort_by(|a, b| (a.severity, &a.id).cmp(&(b.severity, &b.id)));
    Ok(review)
}

fn count(review: &mut ImplementationReview, looked: Option<Looked>, places: &mut Vec<Place>) {
    let Some(looked) = looked else { return };
    review.checked += 1;
    review.met += u32::from(looked.finding.is_none());
    review.findings.extend(looked.finding);
    places.extend(looked.places);
}

fn claim(component: &Component, field: ConstraintField) -> Option<&str> {
    component.traces.iter().find(|trace| trace.field == Some(field)).map(|trace| trace.claim.as_str())
}

impl Subject<'_> {
    /// What is wanted of a field. A plan that is later than was asked was approved as it is, and an alarm that never ends
    /// says nothing: then what the plan expects counts.
    fn wanted(&self, field: ConstraintField) -> Option<Wanted> {
        let asked = wanted(self.constraints, field)?;
        let expected = self.candidate.metrics.latency_p95_ms.filter(|_| field == ConstraintField::Latency);
        let number = asked.number.map(|number| expected.map_or(number, |expected| expected.ceil().max(number)));
        Some(Wanted { number, ..asked })
    }

    /// The language that the infrastructure is written in; none where there is no code of it.
    fn infrastructure(&self) -> Option<Iac> {
        [Iac::Terraform, Iac::CloudFormation]
            .into_iter()
            .find(|iac| self.sources.iter().any(|source| source.file.path.starts_with(iac.folder())))
    }

    /// Looks for an expectation; `None` when it does not concern this repository.
    fn look(&self, anchor: &Anchor, wanted: &Wanted) -> Option<Looked> {
        // What is about one language is nothing to a repository in the other.
        let about = [Iac::Terraform, Iac::CloudFormation]
            .into_iter()
            .find(|iac| anchor.files.as_str().strip_prefix('^').is_some_and(|path| path.starts_with(iac.folder())));
        if about.is_some() && about != self.infrastructure() {
            return None;
        }
        let code = || self.sources.iter().filter(|source| source.is_code());
        if anchor.having.as_ref().is_some_and(|having| !code().any(|source| having.is_match(&source.text))) {
            return None;
        }
        let mut matches = Vec::new();
        for source in self.sources.iter().filter(|source| anchor.files.is_match(&source.file.path)) {
            for found in anchor.text.captures_iter(&source.text) {
                let Some(at) = found.name("value").or_else(|| found.get(0)) else { continue };
                // A pattern may begin with blanks; the place is where its words begin.
                let blanks = at.as_str().len() - at.as_str().trim_start().len();
                matches.push((
                    source.place(at.start() + blanks, &anchor.says),
                    anchor.holds(at.as_str(), wanted),
                    at.as_str(),
                ));
            }
        }
        let met = if anchor.every {
            !matches.is_empty() && matches.iter().all(|(_, holds, _)| *holds)
        } else {
            matches.iter().any(|(_, holds, _)| *holds)
        };
        let finding = (!met).then(|| {
            let found: Vec<String> = matches
                .iter()
                .filter(|(_, holds, _)| !holds)
                .map(|(place, _, value)| format!("{}:{} has {value}", place.path, place.line))
                .collect();
            let found = if found.is_empty() { "it is nowhere".to_owned() } else { found.join(", ") };
            Finding {
                id: format!("code.{}", anchor.id),
                severity: anchor.severity,
                title: format!("The repository does not answer the requirement: {}.", anchor.says),
                evidence: format!("{}; {found}.", anchor.expectation(wanted)),
                remedy: anchor.remedy.clone(),
                patterns: Vec::new(),
                replan: false,
            }
        });
        // One line says it; where a value is compared, each that holds is shown.
        let most = if anchor.compare.is_some() { usize::MAX } else { 1 };
        let places = matches.into_iter().filter(|(_, holds, _)| *holds).map(|(place, _, _)| place).take(most).collect();
        Some(Looked { places, finding })
    }

    /// Tools that were asked for by name must be there, those that were excluded must not.
    fn tools(&self, tooling: &Tooling) -> Vec<Looked> {
        let preferred = tooling.preferred.iter().map(|tool| {
            let place = self.naming(tool, &format!("{tool} is used"));
            let finding = place.is_none().then(|| Finding {
                id: format!("code.tooling.{tool}"),
                severity: Severity::Minor,
                title: format!("{tool} was asked for, and nothing in the repository uses it."),
                evidence: "no file of code names it.".to_owned(),
                remedy: format!("Add {tool}, or take the plan's choice in its place as it is."),
                patterns: Vec::new(),
                replan: false,
            });
            Looked { places: place.into_iter().collect(), finding }
        });
        let excluded = tooling.excluded.iter().map(|tool| {
            let finding = self.naming(tool, tool).map(|place| Finding {
                id: format!("code.tooling_excluded.{tool}"),
                severity: Severity::Major,
                title: format!("{tool} was excluded, and the repository uses it."),
                evidence: format!("{}:{} says: {}", place.path, place.line, place.text),
                remedy: format!("Take {tool} out."),
                patterns: Vec::new(),
                replan: false,
            });
            Looked { places: Vec::new(), finding }
        });
        preferred.chain(excluded).collect()
    }

    /// The first line of code that names a tool: its words, however they are joined.
    fn naming(&self, tool: &str, says: &str) -> Option<Place> {
        let words: Vec<String> =
            tool.split(['-', '_', ' ']).filter(|word| !word.is_empty()).map(regex::escape).collect();
        let named = Regex::new(&format!(r"(?i)\b{}\b", words.join("[-_ ]?"))).ok()?;
        let named_in = |source: &&Source| {
            // What a comment names is not used.
            let comment = |start: usize| {
                let line = &source.text[source.text[..start].rfind('\n').map_or(0, |end| end + 1)..start];
                line.contains('#') || line.trim_start().starts_with(['/', '*'])
            };
            named.find_iter(&source.text).map(|found| found.start()).find(|start| !comment(*start))
        };
        // Some tools are used by a file of theirs being there.
        let own = tool_files(tool);
        let by_file = |source: &&Source| own.is_some_and(|own| own.is_match(&source.file.path));
        if let Some(source) = self.sources.iter().find(by_file) {
            return Some(source.place(0, says));
        }
        self.sources
            .iter()
            // What a package brings along is in the lock, and nobody has chosen it.
            .filter(|source| source.is_code() && !is_lock(&source.file.path))
            .find_map(|source| Some(source.place(named_in(&source)?, says)))
    }

    /// The first line of each of the first files that implement a component.
    fn of_component(&self, component: &Component) -> Vec<Place> {
        let own = self.sources.iter().filter(|source| source.file.patterns.contains(&component.pattern));
        own.take(MOST_PLACES_OF_A_COMPONENT)
            .map(|source| {
                let begins = |line: &str| {
                    ["resource \"", "module \"", "Resources:", "def ", "class "]
                        .iter()
                        .any(|word| line.starts_with(word))
                };
                let mut at = 0;
                for line in source.text.split_inclusive('\n') {
                    if begins(line) {
                        return source.place(at, &component.name);
                    }
                    at += line.len();
                }
                source.place(0, &component.name)
            })
            .collect()
    }

    /// Components of the plan that the files do not implement, or not wholly. Without any infrastructure code that is one finding, not many.
    fn components(&self) -> Result<Vec<Finding>, AgentError> {
        let components = &self.candidate.components;
        let Some(iac) = self.infrastructure() else {
            return Ok(vec![Finding {
                id: "code.infrastructure".to_owned(),
                severity: Severity::Major,
                title: "There is no infrastructure code.".to_owned(),
                evidence: format!("the plan has {} parts to set up; code is generated for AWS only.", components.len()),
                remedy: "Set up the parts that the README lists, or plan for AWS.".to_owned(),
                patterns: components.iter().map(|component| component.pattern.clone()).collect(),
                replan: false,
            }]);
        };
        let missing = Infrastructure::of(components, None)?.missing;
        let finding = |component: &Component| {
            let services: Vec<&str> = missing
                .iter()
                .filter(|missing| missing.component == component.name)
                .map(|missing| missing.service.as_str())
                .collect();
            let has_file = self.sources.iter().any(|source| source.file.patterns.contains(&component.pattern));
            let evidence = match (services.as_slice(), has_file) {
                ([], true) => return None,
                ([], false) => "no file of the repository is for it.".to_owned(),
                (services, _) => format!("there is no {} for {}.", iac.name(), services.join(", ")),
            };
            Some(Finding {
                id: format!("code.component.{}", component.pattern),
                severity: Severity::Major,
                title: format!("{} is in the plan, and is not wholly implemented.", component.name),
                evidence,
                remedy: "Set it up by hand, as the README says.".to_owned(),
                patterns: vec![component.pattern.clone()],
                replan: false,
            })
        };
        Ok(components.iter().filter_map(finding).collect())
    }

    /// What the tools found, or could not look at.
    fn checks(&self) -> Vec<Finding> {
        let named = |status: CheckStatus| {
            let checks = self.validation.checks.iter().filter(move |check| check.status == status);
            checks.map(|check| check.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let finding = |id: &str, severity, title: String, evidence: String, remedy: &str| Finding {
            id: format!("code.{id}"),
            severity,
            title,
            evidence,
            remedy: remedy.to_owned(),
            patterns: Vec::new(),
            replan: false,
        };
        let mut findings = Vec::new();
        if self.validation.failed > 0 {
            findings.push(finding(
                "checks_failed",
                Severity::Blocking,
                format!("{} checks of the repository failed.", self.validation.failed),
                format!("{}.", named(CheckStatus::Failed)),
                "See reports/validation.md for each place.",
            ));
        }
        if self.validation.not_run > 0 {
            findings.push(finding(
                "checks_not_run",
                Severity::Info,
                format!("{} checks of the repository could not run here.", self.validation.not_run),
                format!("{}.", named(CheckStatus::NotRun)),
                "Run `make check` where the tools are; nothing here says that they pass.",
            ));
        }
        findings
    }
}
