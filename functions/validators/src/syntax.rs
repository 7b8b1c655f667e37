//! Parses every file in process, so that syntax is known also where no tool is installed. Messages are made of what a
//! parser says, without the lines that some parsers quote: a file may hold a secret.

use std::time::Instant;

use design::validation::{Check, ToolFinding};
use serde::Deserialize;

use crate::{
    check::CheckName,
    python,
    repository::{Kind, Repository, SourceFile},
};

/// Line, where known, and message of a syntax error.
type SyntaxError = (Option<u32>, String);

/// A parser of ours.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    name: &'static str,
    library: &'static str,
    version: &'static str,
    kinds: &'static [Kind],
    parse: fn(Kind, &str) -> Vec<SyntaxError>,
}

/// The parsers. A test holds the versions to `Cargo.lock`.
pub const PARSERS: [Parser; 5] = [
    Parser {
        name: "Python syntax",
        library: "ruff_python_parser",
        version: "0.0.10",
        kinds: &[Kind::Python],
        parse: |_, text| python::parse(text).errors,
    },
    Parser { name: "YAML syntax", library: "serde_norway", version: "0.9.42", kinds: &[Kind::Yaml], parse: yaml },
    Parser {
        name: "JSON syntax",
        library: "serde_json",
        version: "1.0.154",
        kinds: &[Kind::Json, Kind::JsonLines],
        parse: json,
    },
    Parser { name: "TOML syntax", library: "toml", version: "1.2.1+spec-1.1.0", kinds: &[Kind::Toml], parse: toml },
    Parser { name: "HCL syntax", library: "hcl-rs", version: "0.20.0", kinds: &[Kind::Hcl], parse: hcl },
];

impl Parser {
    /// What the check is called.
    pub fn name(&self) -> CheckName {
        CheckName { name: self.name, category: "syntax", tool: self.library }
    }

    /// Parses the files; `None` when there are none.
    pub fn check(&self, repository: &Repository) -> Option<Check> {
        let clock = Instant::now();
        let files: Vec<&SourceFile> = repository.files().filter(|file| self.kinds.contains(&file.kind())).collect();
        if files.is_empty() {
            return None;
        }
        let mut findings: Vec<ToolFinding> = Vec::new();
        for file in &files {
            match file.text() {
                None => findings.push(file.finding(None, "encoding", "The file is not UTF-8 text.", true)),
                Some(text) => {
                    for (line, message) in (self.parse)(file.kind(), text) {
                        findings.push(file.finding(line, "syntax", message, true));
                    }
                }
            }
        }
        Some(self.name().ran(self.version.to_owned(), files.len(), findings, clock))
    }
}

fn number(line: usize) -> Option<u32> {
    u32::try_from(line).ok().filter(|line| *line > 0)
}

fn yaml(_: Kind, text: &str) -> Vec<SyntaxError> {
    for document in serde_norway::Deserializer::from_str(text) {
        // A typed value also refuses doubled keys.
        if let Err(error) = serde_norway::Value::deserialize(document) {
            let line = error.location().and_then(|location| number(location.line()));
            return vec![(line, error.to_string())];
        }
    }
    Vec::new()
}

fn json(kind: Kind, text: &str) -> Vec<SyntaxError> {
    let problem = |text: &str| serde_json::from_str::<serde_json::Value>(text).err();
    if kind == Kind::JsonLines {
        return (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
            .filter_map(|(number, line)| problem(line).map(|error| (Some(number), error.to_string())))
            .collect();
    }
    problem(text).into_iter().map(|error| (number(error.line()), error.to_string())).collect()
}

fn toml(_: Kind, text: &str) -> Vec<SyntaxError> {
    let line = |at: usize| number(text.get(..at).unwrap_or_default().matches('\n').count() + 1);
    match text.parse::<toml::Table>() {
        Ok(_) => Vec::new(),
        Err(error) => vec![(error.span().and_then(|span| line(span.start)), error.message().to_owned())],
    }
}

fn hcl(_: Kind, text: &str) -> Vec<SyntaxError> {
    match hcl::parse(text) {
        Ok(_) => Vec::new(),
        Err(hcl::Error::Parse(error)) => vec![(number(error.location().line()), error.message().to_owned())],
        Err(error) => vec![(None, error.to_string())],
    }
}
