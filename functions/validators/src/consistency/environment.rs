//! Environment variables that the code reads and nobody mentions.

use super::{Looked, Subject, pattern};
use crate::repository::{Kind, SourceFile};

/// Set by the machine, the cloud or the tools, not by the repository.
const GIVEN: [&str; 12] = [
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_EXECUTION_ENV",
    "CI",
    "HOME",
    "HOSTNAME",
    "PATH",
    "PYTHONPATH",
    "TMPDIR",
    "USER",
    "TZ",
];
/// Beginnings of such names: AWS Lambda, SageMaker's containers, ECS, Kubernetes, GitHub Actions, pytest.
const GIVEN_PREFIXES: [&str; 6] = ["AWS_LAMBDA_", "SM_", "ECS_CONTAINER_", "KUBERNETES_", "GITHUB_", "PYTEST_"];

pub(super) fn look(subject: &Subject) -> Looked {
    let mentions = |file: &&SourceFile| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        match file.kind() {
            Kind::Hcl | Kind::Markdown | Kind::Dockerfile | Kind::Makefile | Kind::Yaml | Kind::Json => true,
            Kind::Other => name.starts_with(".env") || name.ends_with(".env"),
            Kind::Python | Kind::JsonLines | Kind::Toml => false,
        }
    };
    let mentioning: Vec<&SourceFile> = subject.repository.files().filter(mentions).collect();
    let mut files = 0;
    let mut findings = Vec::new();
    for (file, module) in subject.running() {
        if module.reads.is_empty() {
            continue;
        }
        files += 1;
        for read in &module.reads {
            let name = read.name.as_str();
            if GIVEN.contains(&name) || GIVEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            let word = pattern(&format!(r"(^|[^A-Za-z0-9_]){}($|[^A-Za-z0-9_])", regex::escape(name)));
            if !mentioning.iter().any(|file| file.text().is_some_and(|text| word.is_match(text))) {
                let message = if read.required {
                    format!("The program needs `{name}`, which neither Terraform, Dockerfile, README nor .env names.")
                } else {
                    format!("`{name}` can be set, but neither Terraform, Dockerfile, README nor .env names it.")
                };
                findings.push(file.finding(Some(read.line), "undocumented-variable", message, read.required));
            }
        }
    }
    Looked { files, findings }
}
