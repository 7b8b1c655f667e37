//! Imports: of the repository's own modules, which must be there, and of packages, which somebody must install.

use std::collections::BTreeSet;

use ruff_python_stdlib::sys::is_known_standard_library;

use super::{Looked, Subject, pattern};
use crate::{python::Import, repository::Kind};

/// The newest Python whose standard library Ruff knows well; modules that were removed since are not used anew.
const PYTHON_MINOR: u8 = 13;

/// Import names whose distribution is called otherwise.
const OTHERWISE: [(&str, &[&str]); 20] = [
    ("attr", &["attrs"]),
    ("awslambdaric", &["awslambdaric"]),
    ("bs4", &["beautifulsoup4"]),
    ("cv2", &["opencv-python", "opencv-python-headless"]),
    ("dateutil", &["python-dateutil"]),
    ("dotenv", &["python-dotenv"]),
    ("faiss", &["faiss-cpu", "faiss-gpu"]),
    ("fitz", &["pymupdf"]),
    ("grpc", &["grpcio"]),
    ("jose", &["python-jose"]),
    ("jwt", &["pyjwt"]),
    ("kafka", &["kafka-python", "kafka-python-ng"]),
    ("multipart", &["python-multipart"]),
    ("opensearchpy", &["opensearch-py"]),
    ("PIL", &["pillow"]),
    ("psycopg", &["psycopg", "psycopg-binary"]),
    ("psycopg2", &["psycopg2", "psycopg2-binary"]),
    ("pythonjsonlogger", &["python-json-logger"]),
    ("sklearn", &["scikit-learn"]),
    ("yaml", &["pyyaml"]),
];

/// Packages that come with others and are used together with them.
const COMES_WITH: [(&str, &[&str]); 6] = [
    ("botocore", &["boto3"]),
    ("pydantic", &["fastapi", "pydantic-settings"]),
    ("starlette", &["fastapi"]),
    ("numpy", &["pandas", "scikit-learn", "scipy", "torch"]),
    ("awsglue", &[]),
    ("pyspark", &[]),
];

pub(super) fn look(subject: &Subject) -> Looked {
    let modules = subject.modules();
    let own: BTreeSet<&str> = modules.keys().filter_map(|dotted| dotted.split('.').next()).collect();
    let declared = declared(subject);
    let mut findings = Vec::new();
    for (path, module) in &subject.python {
        let Some(file) = subject.repository.file(path) else { continue };
        for import in &module.imports {
            let Some(from) = absolute(import, path) else {
                findings.push(file.finding(Some(import.line), "import", "The import leaves its package.", true));
                continue;
            };
            let top = from.split('.').next().unwrap_or(&from);
            // A module beside the file, as in a folder of scripts.
            let beside = modules.values().any(|other| {
                other
                    .strip_suffix(".py")
                    .and_then(|other| other.strip_prefix(file.folder()))
                    .map(|name| name.trim_start_matches('/'))
                    == Some(top)
            });
            if own.contains(top) {
                if beside && !modules.contains_key(top) {
                    continue;
                }
                let dotted = match import.name.as_deref() {
                    None | Some("*") => from.clone(),
                    Some(name) => format!("{from}.{name}"),
                };
                let folder = |dotted: &str| modules.keys().any(|known| known.starts_with(&format!("{dotted}.")));
                if !folder(&dotted)
                    && let Err(problem) = subject.resolve(&dotted)
                    // `from package import module` where the package has no `__init__.py` of its own.
                    && !(import.name.as_deref() == Some("*") && folder(&from))
                {
                    let message = format!("The import leads nowhere: {problem}.");
                    findings.push(file.finding(Some(import.line), "import", message, !import.guarded));
                }
            } else if !beside
                && !import.guarded
                && !is_known_standard_library(PYTHON_MINOR, top)
                && !installed(top, &declared)
            {
                let message = format!("`{top}` is imported, and no requirements file or pyproject names its package.");
                // The name of a package is a guess from the name of its module.
                findings.push(file.finding(Some(import.line), "undeclared-package", message, false));
            }
        }
    }
    Looked { files: subject.python.len(), findings }
}

/// The absolute name of what is imported; `None` when a relative import leaves the repository.
fn absolute(import: &Import, path: &str) -> Option<String> {
    if import.level == 0 {
        return Some(import.module.clone());
    }
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let mut parts: Vec<&str> = inside.split('/').collect();
    for _ in 0..import.level {
        parts.pop()?;
    }
    if !import.module.is_empty() {
        parts.push(&import.module);
    }
    (!parts.is_empty()).then(|| parts.join(".").replace('/', "."))
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

fn installed(import: &str, declared: &BTreeSet<String>) -> bool {
    let named = |table: &[(&str, &[&str])]| {
        table.iter().find(|(name, _)| *name == import).is_some_and(|(_, packages)| {
            packages.is_empty() || packages.iter().any(|package| declared.contains(*package))
        })
    };
    let plain = plain(import);
    declared.contains(&plain)
        || declared.contains(&format!("python-{plain}"))
        || named(&OTHERWISE)
        || named(&COMES_WITH)
        // Namespace packages: `google.cloud`, `opentelemetry`.
        || declared.iter().any(|package| package.starts_with(&format!("{plain}-")))
}

/// Distributions that requirements files, pyproject and `pip install` lines name.
fn declared(subject: &Subject) -> BTreeSet<String> {
    let requirement = pattern(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;@#]|$)");
    let mut names = BTreeSet::new();
    let mut add = |text: &str| names.extend(requirement.captures(text).map(|found| plain(&found[1])));
    for file in subject.repository.files() {
        let Some(text) = file.text() else { continue };
        if file.path.ends_with(".txt") && file.path.contains("requirements") {
            text.lines().for_each(&mut add);
        } else if file.path.ends_with("pyproject.toml") {
            let Ok(table) = text.parse::<toml::Table>() else { continue };
            strings(table.get("project").and_then(|project| project.get("dependencies")), &mut add);
            for groups in [
                table.get("project").and_then(|project| project.get("optional-dependencies")),
                table.get("dependency-groups"),
            ] {
                for (_, group) in groups.and_then(toml::Value::as_table).into_iter().flatten() {
                    strings(Some(group), &mut add);
                }
            }
        } else if file.kind() == Kind::Dockerfile {
            for (_, install) in text.lines().filter_map(|line| line.split_once("pip install ")) {
                install.split_whitespace().filter(|word| !word.starts_with('-')).for_each(&mut add);
            }
        }
    }
    names
}

fn strings(value: Option<&toml::Value>, add: &mut impl FnMut(&str)) {
    for text in value.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str) {
        add(text);
    }
}
