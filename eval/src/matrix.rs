//! Many repositories: a requirement for each combination of what people ask for, thought through and written by the
//! agents themselves, the validators with their real tools and the last critic included.
//!
//! The combinations hold every use case with every way of serving and every CI system, and every pair of values of any
//! two factors at least once. `cargo xtask matrix` runs on them what a repository's own CI would run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use agent::AgentError;
use clap::Parser;
use codegen::Codegen;
use critic_implementation::ImplementationCritic;
use design::{finding::Severity, repository::RepositoryFile, validation::CheckStatus};
use generation::Implementation;
use rationale_compile::RationaleCompile;
use serde::Serialize;
use thiserror::Error;
use validators::{Settings, Validators};

use crate::pipeline::{Desktop, processor_ms, think};

/// A factor: its name, and its values with the words that ask for them.
struct Factor {
    name: &'static str,
    values: &'static [(&'static str, &'static str)],
}

/// A requirement and how it came about.
struct Asked {
    name: String,
    factors: BTreeMap<&'static str, &'static str>,
    requirement: String,
}

/// What people ask for. Of the first three every combination is made.
const FACTORS: [Factor; 11] = [
    Factor {
        name: "use_case",
        values: &[
            ("tabular", "We want to predict which telecom customers will churn, from their contract and usage table."),
            ("fraud", "We must detect fraudulent card payments from the transaction data."),
            ("anomaly", "We need anomaly detection on the sensor readings of our wind turbines."),
            ("recommender", "We want to recommend articles to the readers of our news site."),
            ("forecasting", "We need a forecast of the daily demand of 3,000 articles in 40 stores."),
            ("vision", "A camera takes pictures of parts on the line and a computer vision model shall find defects."),
            ("documents", "Incoming letters and invoices shall be classified by document type with an NLP model."),
            ("rag", "An assistant shall answer questions from our 40,000 manuals with retrieval augmented generation."),
            ("fine-tuning", "We want to fine-tune a language model on our 20,000 answered support tickets."),
            (
                "experiments",
                "Twelve data scientists need an experimentation platform with tracking and comparison of models.",
            ),
        ],
    },
    Factor {
        name: "deployment",
        values: &[
            ("real-time", "Answers are needed in real time for each request, within 300 ms."),
            ("batch", "All records are scored in a batch every night."),
            ("streaming", "Events are scored from a stream as they come in."),
            ("edge", "The model runs on edge devices at the sites."),
        ],
    },
    Factor {
        name: "ci",
        values: &[
            ("github", "Our code is on GitHub, with GitHub Actions."),
            ("gitlab", "Our code is on GitLab; use GitLab CI."),
            ("azure-devops", "Our code is in Azure DevOps; use Azure Pipelines."),
        ],
    },
    Factor {
        name: "cloud",
        values: &[
            ("aws-eu", "Everything runs on AWS in eu-central-1."),
            ("aws-us", "Everything runs on AWS in us-east-1."),
            ("gcp", "Everything runs on Google Cloud in europe-west3."),
            ("azure", "Everything runs on Azure in West Europe."),
        ],
    },
    Factor {
        name: "platform",
        values: &[
            ("any", ""),
            ("serverless", "We want it serverless."),
            ("containers", "We want containers."),
            ("kubernetes", "We run Kubernetes and want to use it."),
            ("managed", "We prefer managed services."),
        ],
    },
    Factor {
        name: "data",
        values: &[
            ("internal", "The data is internal."),
            ("gdpr", "It is personal data under GDPR."),
            ("hipaa", "It is patient health data, HIPAA applies."),
            ("pci", "Card data is in it, PCI DSS applies."),
        ],
    },
    Factor {
        name: "retraining",
        values: &[
            ("daily", "The model is retrained every day."),
            ("weekly", "The model is retrained every week."),
            ("monthly", "The model is retrained every month."),
            ("drift", "The model is retrained when the data drifts."),
            ("manual", "The model is retrained by hand."),
        ],
    },
    Factor {
        name: "infrastructure",
        // Without Terraform it is CloudFormation, where the plan is for AWS and all its parts can be written in it.
        values: &[("terraform", ""), ("no-terraform", "We do not use Terraform.")],
    },
    Factor {
        name: "load",
        values: &[
            ("small", "There are about 2,000 predictions a day. The budget is 900 dollars a month."),
            ("middle", "There are 20 predictions a second, 60 at peak. The budget is 6,000 dollars a month."),
            (
                "large",
                "There are 400 predictions a second, 1,500 at peak, 99.95 % available. The budget is 40,000 dollars a month.",
            ),
        ],
    },
    Factor {
        name: "library",
        values: &[
            ("any", ""),
            ("xgboost", "The model shall be trained with XGBoost."),
            ("lightgbm", "We have good experience with LightGBM."),
            ("pytorch", "Our team works with PyTorch."),
        ],
    },
    Factor {
        name: "schema",
        values: &[
            ("unnamed", ""),
            (
                "named",
                "The features are age, monthly spend, region and number of orders. The classes are good, worn and broken.",
            ),
        ],
    },
];

/// Factors of which every combination is made.
const CROSSED: usize = 3;

/// Factors of which every combination of three values stands somewhere: the infrastructure is written in another language
/// on AWS alone, and each CI system deploys each language in its own way.
const TOGETHER: [usize; 3] = [2, 3, 7];

/// A value of each factor, by its number.
type Row = [usize; FACTORS.len()];

/// The combinations: the first factors crossed, the others so that as many new pairs as possible are covered, in an
/// order that is always the same.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![[0; FACTORS.len()]];
    for (factor, of) in FACTORS.iter().enumerate().take(CROSSED) {
        rows = rows
            .into_iter()
            .flat_map(|row| {
                (0..of.values.len()).map(move |value| {
                    let mut row = row;
                    row[factor] = value;
                    row
                })
            })
            .collect();
    }
    let mut covered: BTreeSet<(usize, usize, usize, usize)> = BTreeSet::new();
    let mut together: BTreeSet<[usize; 3]> = BTreeSet::new();
    let mut used = [[0_usize; 16]; FACTORS.len()];
    for row in &mut rows {
        for factor in CROSSED..FACTORS.len() {
            let [first, second, third] = TOGETHER;
            let new = |value: usize| {
                let pairs =
                    (0..factor).filter(|other| !covered.contains(&(*other, row[*other], factor, value))).count();
                let is_new = factor == third && !together.contains(&[row[first], row[second], value]);
                // More than a pair, so that none is left for another row that does not come.
                pairs + 2 * usize::from(is_new)
            };
            // The least used value settles ties, so that all values come round.
            let values = 0..FACTORS[factor].values.len();
            let best = values.min_by_key(|value| (usize::MAX - new(*value), used[factor][*value], *value)).unwrap_or(0);
            row[factor] = best;
            used[factor][best] += 1;
        }
        together.insert(TOGETHER.map(|factor| row[factor]));
        for later in 0..FACTORS.len() {
            covered.extend((0..later).map(|earlier| (earlier, row[earlier], later, row[later])));
        }
    }
    rows
}

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "matrix", about = "Write the repositories of many requirements")]
pub struct Arguments {
    /// The folder that the repositories are written to; what it holds is replaced.
    #[arg(long)]
    pub out: PathBuf,
    /// The folder with the validators' tools.
    #[arg(long, value_parser = folder)]
    pub tools: PathBuf,
    /// Write only those whose name contains this; may be repeated.
    #[arg(long)]
    pub only: Vec<String>,
    /// Write the repository of this requirement in place of the combinations; may be repeated.
    #[arg(long)]
    pub requirement: Vec<String>,
}

/// A folder that is there, from the root on: tools are called from other folders.
fn folder(path: &str) -> Result<PathBuf, String> {
    fs::canonicalize(path).map_err(|error| error.to_string())
}

/// Why the repositories could not be written.
#[derive(Debug, Error)]
pub enum MatrixError {
    /// No combination has this in its name.
    #[error("no combination has `{0}` in its name; names are made of the values of the factors in eval/src/matrix.rs")]
    Unknown(String),
    /// The folder cannot be written.
    #[error("{0}: {1}")]
    Folder(PathBuf, io::Error),
    /// An agent failed.
    #[error("{0}: {1}")]
    Agent(String, AgentError),
}

/// A repository that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// Its name, from the values of the factors, and that of its folder.
    pub name: String,
    /// The value of each factor.
    pub factors: BTreeMap<&'static str, &'static str>,
    /// What was asked.
    pub requirement: String,
    /// The selected design.
    pub design: String,
    /// True when the design breaks no constraint.
    pub feasible: bool,
    /// Number of its files, reports included.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// Processor's time of writing, in milliseconds.
    pub writing_ms: f64,
    /// Processor's time of the validators in this process, in milliseconds, without that of their tools.
    pub validating_ms: f64,
    /// Validators' checks that passed, failed, did not run.
    pub checks: (u32, u32, u32),
    /// What the validators and the last critic found that must be mended.
    pub faults: Vec<String>,
    /// What the last critic found besides.
    pub remarks: Vec<String>,
}

/// The value of each factor: the factor's name, the value's, and the words that ask for it.
fn values(row: &Row) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FACTORS.iter().zip(*row).map(|(factor, value)| (factor.name, factor.values[value].0, factor.values[value].1))
}

fn name(row: &Row) -> String {
    values(row).map(|(_, value, _)| value).collect::<Vec<_>>().join("_")
}

fn asked(row: &Row) -> Asked {
    let words = values(row).map(|(_, _, words)| words).filter(|words| !words.is_empty());
    Asked {
        name: name(row),
        factors: values(row).map(|(factor, value, _)| (factor, value)).collect(),
        requirement: words.collect::<Vec<_>>().join(" "),
    }
}

/// Requirements that somebody wrote, by their places.
fn own(requirements: &[String]) -> Vec<Asked> {
    let own = requirements.iter().enumerate();
    own.map(|(index, requirement)| Asked {
        name: format!("own-{}", index + 1),
        factors: BTreeMap::new(),
        requirement: requirement.clone(),
    })
    .collect()
}

/// Writes the repositories and `matrix.json` about them.
///
/// # Errors
/// When no combination has the name that is asked for, a folder cannot be written, or an agent fails.
pub async fn run(arguments: &Arguments) -> Result<Vec<Written>, MatrixError> {
    let mut wanted =
        if arguments.requirement.is_empty() { rows().iter().map(asked).collect() } else { own(&arguments.requirement) };
    let has = |one: &Asked, part: &String| one.name.contains(part.as_str());
    if let Some(part) = arguments.only.iter().find(|part| !wanted.iter().any(|one| has(one, part))) {
        return Err(MatrixError::Unknown(part.clone()));
    }
    if !arguments.only.is_empty() {
        wanted.retain(|one| arguments.only.iter().any(|part| has(one, part)));
    }
    let folder = |error| MatrixError::Folder(arguments.out.clone(), error);
    if arguments.out.exists() {
        fs::remove_dir_all(&arguments.out).map_err(folder)?;
    }
    fs::create_dir_all(&arguments.out).map_err(folder)?;
    let mut written = Vec::with_capacity(wanted.len());
    for asked in wanted {
        let one = write(arguments, asked).await?;
        eprintln!("{}: {} files, {}", one.name, one.files, if one.faults.is_empty() { "in order" } else { "FAULTS" });
        written.push(one);
    }
    let text = serde_json::to_string_pretty(&written).unwrap_or_default();
    fs::write(arguments.out.join("matrix.json"), text).map_err(folder)?;
    Ok(written)
}

async fn write(arguments: &Arguments, asked: Asked) -> Result<Written, MatrixError> {
    let Asked { name, factors, requirement } = asked;
    let failed = |error| MatrixError::Agent(name.clone(), error);
    let title: String = requirement.split('.').next().unwrap_or_default().to_owned();
    let mut desktop = Desktop::new(&title, &requirement).map_err(failed)?;
    let design = think(&mut desktop).await.map_err(failed)?;
    let plans = u32::try_from(design.plans.len()).unwrap_or(u32::MAX);
    let round = plans.saturating_sub(1);
    let start = processor_ms();
    macro_rules! implement {
        ($($implementer:expr),*) => {$(
            desktop.think(&Implementation($implementer), round).await.map_err(failed)?;
        )*};
    }
    implement!(
        implement_ingestion::Ingestion,
        implement_features::Features,
        implement_training::Training,
        implement_inference::Inference,
        implement_monitoring::Monitoring,
        implement_learning::Learning
    );
    let (manifest, _) = desktop.think(&Codegen, round).await.map_err(failed)?;
    let writing_ms = processor_ms() - start;
    let start = processor_ms();
    let validators =
        Validators::new(Settings { folders: vec![arguments.tools.clone()], timeout: Duration::from_secs(120) });
    let (validation, _) = desktop.think(&validators, round).await.map_err(failed)?;
    let validating_ms = processor_ms() - start;
    let (review, _) = desktop.think(&ImplementationCritic, round).await.map_err(failed)?;
    let (reports, _) = desktop.think(&RationaleCompile, round).await.map_err(failed)?;
    let root = arguments.out.join(&name);
    let files: Vec<&RepositoryFile> = manifest.files.iter().chain(&reports.files).collect();
    for file in &files {
        let text = desktop.desk().bodies().get(&file.body.sha256).await.map_err(|error| failed(error.into()))?;
        put(&root, &file.path, &text).map_err(|error| MatrixError::Folder(root.join(&file.path), error))?;
    }
    let faults = validation
        .checks
        .iter()
        .filter(|check| check.status == CheckStatus::Failed)
        .flat_map(|check| {
            check.findings.iter().filter(|finding| finding.blocking).map(move |finding| {
                let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("{}: {}{line} {}", check.name, finding.path, finding.message)
            })
        })
        .chain(review.findings.iter().filter(|finding| finding.severity <= Severity::Major).filter_map(|finding| {
            // That there is code for AWS only is known, and said in each of the others.
            let known = finding.id == "code.infrastructure" || finding.id == "code.checks_failed";
            (!known).then(|| format!("{}: {} {}", finding.id, finding.title, finding.evidence))
        }))
        .collect();
    let remarks = review.findings.iter().filter(|finding| finding.severity == Severity::Minor);
    let selected = design.plans.last().and_then(|plan| plan.selected());
    Ok(Written {
        factors,
        design: selected.map(|selected| selected.name.clone()).unwrap_or_default(),
        feasible: selected.is_some_and(|selected| selected.violations.is_empty()),
        files: files.len(),
        bytes: files.iter().map(|file| file.body.size).sum(),
        writing_ms,
        validating_ms,
        checks: (validation.passed, validation.failed, validation.not_run),
        faults,
        remarks: remarks.map(|finding| finding.title.clone()).collect(),
        name,
        requirement,
    })
}

fn put(root: &Path, path: &str, text: &[u8]) -> io::Result<()> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ci_system_meets_both_languages_of_infrastructure_on_each_cloud() {
        let rows = rows();
        let met: BTreeSet<[usize; 3]> = rows.iter().map(|row| TOGETHER.map(|factor| row[factor])).collect();
        assert_eq!(TOGETHER.map(|factor| FACTORS[factor].name), ["ci", "cloud", "infrastructure"]);
        assert_eq!(met.len(), TOGETHER.iter().map(|factor| FACTORS[*factor].values.len()).product::<usize>());
    }

    #[test]
    fn every_pair_of_values_stands_in_some_row() {
        let rows = rows();
        assert!(rows.len() >= 100, "{}", rows.len());
        for (first, one) in FACTORS.iter().enumerate() {
            for (second, other) in FACTORS.iter().enumerate().skip(first + 1) {
                for a in 0..one.values.len() {
                    for b in 0..other.values.len() {
                        assert!(
                            rows.iter().any(|row| row[first] == a && row[second] == b),
                            "{} {} with {} {}",
                            one.name,
                            one.values[a].0,
                            other.name,
                            other.values[b].0
                        );
                    }
                }
            }
        }
    }
}
