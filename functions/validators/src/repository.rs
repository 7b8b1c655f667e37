//! The generated repository: in memory for our own checks, in a temporary folder for the tools.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Component, Path},
};

use design::validation::ToolFinding;

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Python.
    Python,
    /// YAML, possibly of several documents.
    Yaml,
    /// JSON.
    Json,
    /// JSON, one value a line.
    JsonLines,
    /// TOML.
    Toml,
    /// HCL: Terraform's configuration and variables.
    Hcl,
    /// Dockerfile.
    Dockerfile,
    /// Makefile.
    Makefile,
    /// Markdown.
    Markdown,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of a path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == "Dockerfile" || name.starts_with("Dockerfile.") || name.ends_with(".Dockerfile") {
            return Self::Dockerfile;
        }
        if name == "Makefile" || name == "GNUmakefile" || name.ends_with(".mk") {
            return Self::Makefile;
        }
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("py" | "pyi") => Self::Python,
            Some("yml" | "yaml") => Self::Yaml,
            Some("json" | "ipynb") => Self::Json,
            Some("jsonl" | "ndjson") => Self::JsonLines,
            Some("toml") => Self::Toml,
            Some("tf" | "tfvars" | "hcl") => Self::Hcl,
            Some("md") => Self::Markdown,
            Some(_) | None => Self::Other,
        }
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the repository's root.
    pub path: String,
    /// Its content.
    pub content: Vec<u8>,
    /// True for scripts.
    pub executable: bool,
}

impl SourceFile {
    /// Its text; `None` when it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }

    /// What it is, by its name.
    pub fn kind(&self) -> Kind {
        Kind::of(&self.path)
    }

    /// Its folder; empty for the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its lines, numbered from 1; none when it is not text.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.text().unwrap_or_default().lines())
    }

    /// A finding in the file.
    pub fn finding(&self, line: Option<u32>, rule: &str, message: impl Into<String>, blocking: bool) -> ToolFinding {
        ToolFinding { path: self.path.clone(), line, rule: rule.to_owned(), message: message.into(), blocking }
    }
}

/// The files that may be looked at, and the paths that were refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    files: BTreeMap<String, SourceFile>,
    folders: BTreeSet<String>,
    refused: Vec<ToolFinding>,
}

impl Repository {
    /// Takes the files whose paths stay in the repository and do not collide; the others are refused.
    pub fn new(files: Vec<SourceFile>) -> Self {
        let mut repository = Self::default();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for file in files {
            let problem = refusal(&file.path).map(str::to_owned).or_else(|| {
                // Two names that differ only in case are one file on many machines.
                known.get(&file.path.to_lowercase()).map(|other| format!("collides with `{other}`"))
            });
            match problem {
                Some(problem) => {
                    let message = format!("The file was not looked at: its path {problem}.");
                    repository.refused.push(file.finding(None, "path", message, true));
                }
                None => {
                    known.insert(file.path.to_lowercase(), file.path.clone());
                    repository.files.insert(file.path.clone(), file);
                }
            }
        }
        for path in repository.files.keys() {
            let mut folder = path.as_str();
            while let Some((parent, _)) = folder.rsplit_once('/') {
                repository.folders.insert(parent.to_owned());
                folder = parent;
            }
        }
        let (files, folders) = (&mut repository.files, &repository.folders);
        for path in folders {
            if let Some(file) = files.remove(path) {
                let message = "The file was not looked at: another file has its path as a folder.";
                repository.refused.push(file.finding(None, "path", message, true));
            }
        }
        repository
    }

    /// All files, by path.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// The files of a kind, by path.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &SourceFile> {
        self.files().filter(move |file| file.kind() == kind)
    }

    /// A file.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// True when there is a file or a folder at this path, which may be relative to the root (`./x`, `x/`).
    pub fn holds(&self, path: &str) -> bool {
        match normal(path) {
            Some(path) => path.is_empty() || self.files.contains_key(&path) || self.folders.contains(&path),
            None => false,
        }
    }

    /// True when there is a folder at this path.
    pub fn holds_folder(&self, path: &str) -> bool {
        normal(path).is_some_and(|path| path.is_empty() || self.folders.contains(&path))
    }

    /// The paths that were refused.
    pub fn refused(&self) -> &[ToolFinding] {
        &self.refused
    }

    /// GitHub Actions workflows.
    pub fn workflows(&self) -> impl Iterator<Item = &SourceFile> {
        self.of(Kind::Yaml).filter(|file| file.folder() == ".github/workflows")
    }

    /// Writes the files into an empty folder.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        for file in self.files() {
            let path = folder.join(&file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let mode = if file.executable { 0o755 } else { 0o644 };
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true).mode(mode).open(&path)?.write_all(&file.content)?;
        }
        Ok(())
    }
}

/// Why a path may not be written, if it may not.
fn refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.contains(['\\', '\0', '\n']) {
        return Some("holds a character that does not belong into a path");
    }
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return Some("leaves the repository");
    }
    // `a//b`, `a/./b` and `a/` mean something that the manifest does not say.
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Some("is not in its normal form");
    }
    if path.split('/').any(|part| part.eq_ignore_ascii_case(".git")) {
        return Some("is inside `.git`, which would steer the tools");
    }
    None
}

/// A relative path without `.`, `..` and doubled or trailing slashes; `None` when it leaves the root.
pub fn normal(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
