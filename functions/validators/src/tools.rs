//! The real tools. Each names its version, and its machine-readable output is parsed; an output that cannot be read, an
//! exit code that means trouble, or no answer in time is "not run" with the reason, never a pass.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use design::validation::{Check, CheckStatus, ToolFinding};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Settings,
    check::CheckName,
    process::{self, Exit, Sandbox},
    repository::{Kind, Repository, SourceFile},
};

/// Longest time for saying a version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(15);

/// What a tool needs to run.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Where tools are.
    pub settings: &'a Settings,
    /// The repository on disk.
    pub sandbox: &'a Sandbox,
    /// The repository in memory.
    pub repository: &'a Repository,
}

impl Bench<'_> {
    /// A program and the version that it prints.
    async fn tool(&self, program: &str, version: &str) -> Result<(PathBuf, String), String> {
        let path = self.settings.find(program)?;
        let exit = process::run(&path, &[version.into()], self.sandbox, VERSION_TIMEOUT.min(self.settings.timeout))
            .await
            .map_err(|problem| format!("`{program} {version}` says nothing: {problem}"))?;
        let text = String::from_utf8_lossy(&exit.stdout);
        // Some print a banner; the version is on the first line with a number in it.
        let line = text.lines().map(str::trim).find(|line| line.contains(|c: char| c.is_ascii_digit()));
        match (exit.code, line) {
            (Some(0), Some(line)) => Ok((path, line.to_owned())),
            (Some(0), None) => Err(format!("`{program} {version}` prints no version")),
            _ => Err(format!("`{program} {version}` fails with {}", exit.complaint())),
        }
    }

    /// Runs a tool on files and lets its output be understood. `None` when there are no files for it.
    async fn check(
        &self,
        name: CheckName,
        version: &str,
        files: &[&SourceFile],
        arguments: &[&str],
        understand: impl Fn(&Exit) -> Result<Vec<ToolFinding>, String>,
    ) -> Option<Check> {
        if files.is_empty() {
            return None;
        }
        let clock = Instant::now();
        let (program, version) = match self.tool(name.tool, version).await {
            Ok(tool) => tool,
            Err(reason) => return Some(name.not_run(None, reason, clock)),
        };
        let mut arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        // `./` keeps a name that begins with a dash from being an option.
        arguments.extend(files.iter().map(|file| format!("./{}", file.path).into()));
        let understood = match process::run(&program, &arguments, self.sandbox, self.settings.timeout).await {
            Ok(exit) => understand(&exit),
            Err(problem) => Err(problem),
        };
        Some(match understood {
            Ok(findings) => name.ran(version, files.len(), findings, clock),
            Err(problem) => name.not_run(Some(version), format!("`{}` gave no verdict: {problem}.", name.name), clock),
        })
    }

    /// The Python linter with the repository's own settings.
    pub async fn ruff_check(&self) -> Option<Check> {
        let files: Vec<&SourceFile> = self.repository.of(Kind::Python).collect();
        let name = CheckName { name: "ruff check", category: "style", tool: "ruff" };
        let arguments = ["check", "--no-cache", "--no-fix", "--output-format", "json", "--"];
        self.check(name, "--version", &files, &arguments, |exit| self.ruff_findings(exit)).await
    }

    /// The Python formatter.
    pub async fn ruff_format(&self) -> Option<Check> {
        let files: Vec<&SourceFile> = self.repository.of(Kind::Python).collect();
        let name = CheckName { name: "ruff format", category: "style", tool: "ruff" };
        let arguments = ["format", "--check", "--no-cache", "--output-format", "json", "--"];
        self.check(name, "--version", &files, &arguments, |exit| self.ruff_findings(exit)).await
    }

    fn ruff_findings(&self, exit: &Exit) -> Result<Vec<ToolFinding>, String> {
        #[derive(Deserialize)]
        struct Place {
            row: u32,
        }
        #[derive(Deserialize)]
        struct Finding {
            code: Option<String>,
            filename: String,
            location: Option<Place>,
            message: String,
        }
        // 2 is trouble, unless it is explained by findings: the formatter's for files that are not Python.
        let findings: Vec<Finding> = read(exit, &[0, 1, 2])?;
        consistent(exit, exit.code == Some(0), findings.is_empty())?;
        Ok(findings
            .into_iter()
            .map(|finding| ToolFinding {
                path: self.sandbox.relative(&finding.filename),
                line: finding.location.map(|place| place.row),
                rule: finding.code.unwrap_or_else(|| "invalid-syntax".to_owned()),
                message: finding.message,
                blocking: true,
            })
            .collect())
    }

    /// Terraform's formatter. It also refuses what is not HCL.
    pub async fn terraform_fmt(&self) -> Option<Check> {
        let formatted = |file: &&SourceFile| {
            let path = file.path.as_str();
            path.ends_with(".tf") || path.ends_with(".tfvars") || path.ends_with(".tftest.hcl")
        };
        let files: Vec<&SourceFile> = self.repository.files().filter(formatted).collect();
        let name = CheckName { name: "terraform fmt", category: "style", tool: "terraform" };
        // Not `-diff`: it calls a `diff` from the search path, which a function does not have.
        let arguments = ["fmt", "-check", "-list=true", "-no-color"];
        let mut check = self.check(name, "version", &files, &arguments, |exit| self.unformatted(exit)).await?;
        if check.status == CheckStatus::Failed {
            self.name_lines(&mut check, &files).await;
        }
        Some(check)
    }

    fn unformatted(&self, exit: &Exit) -> Result<Vec<ToolFinding>, String> {
        let stdout = String::from_utf8(exit.stdout.clone()).map_err(|_| "its output is not text".to_owned())?;
        let mut findings: Vec<ToolFinding> = stdout
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|path| ToolFinding {
                path: self.sandbox.relative(path),
                line: None,
                rule: "unformatted".to_owned(),
                message: "The file is not as `terraform fmt` writes it.".to_owned(),
                blocking: true,
            })
            .collect();
        if let Some(stray) = findings.iter().find(|finding| self.repository.file(&finding.path).is_none()) {
            return Err(format!("it names `{}`, which is not a file", stray.path));
        }
        match exit.code {
            Some(0 | 3) => consistent(exit, exit.code == Some(0), findings.is_empty())?,
            Some(2) => {
                let broken = terraform_errors(&String::from_utf8_lossy(&exit.stderr), self.sandbox);
                if broken.is_empty() {
                    return Err(exit.complaint());
                }
                // Terraform lists what is not formatted only when everything parses.
                findings.extend(broken.into_iter().map(|finding| ToolFinding {
                    message: format!(
                        "{}. The format of the other files is not known until this is mended.",
                        finding.message
                    ),
                    ..finding
                }));
            }
            _ => return Err(exit.complaint()),
        }
        Ok(findings)
    }

    /// Has a copy of the unformatted files formatted, and names the first line that changes. A failure here costs the
    /// line numbers, not the verdict.
    async fn name_lines(&self, check: &mut Check, files: &[&SourceFile]) {
        let Ok((program, _)) = self.tool("terraform", "version").await else { return };
        let copies = self.sandbox.home().join("terraform-fmt");
        let mut places: BTreeMap<String, (PathBuf, String)> = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            let (Some(text), Some((_, extension))) = (file.text(), file.path.split_once('.')) else { continue };
            let copy = copies.join(format!("{number}.{}", extension.rsplit('/').next().unwrap_or(extension)));
            if check.findings.iter().any(|finding| finding.rule == "unformatted" && finding.path == file.path) {
                places.insert(file.path.clone(), (copy, text.to_owned()));
            }
        }
        let written = std::fs::create_dir_all(&copies)
            .and_then(|()| places.values().try_for_each(|(copy, text)| std::fs::write(copy, text)));
        let mut arguments: Vec<OsString> = vec!["fmt".into(), "-list=false".into()];
        arguments.extend(places.values().map(|(copy, _)| copy.into()));
        if written.is_err() || process::run(&program, &arguments, self.sandbox, self.settings.timeout).await.is_err() {
            return;
        }
        for finding in &mut check.findings {
            if let Some((copy, before)) = places.get(&finding.path) {
                finding.line = std::fs::read_to_string(copy).ok().and_then(|after| first_difference(before, &after));
            }
        }
    }

    /// The linter of GitHub Actions workflows, with the linter of shell scripts inside where it is there.
    pub async fn actionlint(&self) -> Option<Check> {
        #[derive(Deserialize)]
        struct Finding {
            message: String,
            filepath: String,
            line: u32,
            kind: String,
        }
        let files: Vec<&SourceFile> = self.repository.workflows().collect();
        let shell = if files.is_empty() { None } else { self.tool("shellcheck", "--version").await.ok() };
        let shellcheck = match &shell {
            Some((program, _)) => format!("-shellcheck={}", program.display()),
            None => "-shellcheck=".to_owned(),
        };
        let name = CheckName { name: "actionlint", category: "schema", tool: "actionlint" };
        let arguments = ["-no-color", "-format", "{{json .}}", "-pyflakes=", &shellcheck];
        let understand = |exit: &Exit| {
            let findings: Vec<Finding> = read::<Option<_>>(exit, &[0, 1])?.unwrap_or_default();
            consistent(exit, exit.code == Some(0), findings.is_empty())?;
            Ok(findings
                .into_iter()
                .map(|finding| ToolFinding {
                    path: self.sandbox.relative(&finding.filepath),
                    line: Some(finding.line),
                    // What the shell linter itself calls information or style is not a fault.
                    blocking: !(finding.kind == "shellcheck"
                        && [":info:", ":style:"].iter().any(|level| finding.message.contains(level))),
                    rule: finding.kind,
                    message: finding.message,
                })
                .collect())
        };
        let mut check = self.check(name, "-version", &files, &arguments, understand).await?;
        if let Some(version) = &mut check.version {
            match shell {
                Some((_, shell)) => {
                    version.push_str(&format!(", shellcheck {}", shell.trim_start_matches("version: ")))
                }
                None => version.push_str(", without shellcheck"),
            }
        }
        Some(check)
    }

    /// The auditor of workflows: what an attacker could do with them.
    pub async fn zizmor(&self) -> Option<Check> {
        #[derive(Deserialize)]
        struct Determinations {
            severity: String,
        }
        #[derive(Deserialize)]
        struct Symbolic {
            kind: String,
            annotation: String,
            key: Key,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Key {
            local: Local,
        }
        #[derive(Deserialize)]
        struct Local {
            verbatim_path: String,
        }
        #[derive(Deserialize)]
        struct Concrete {
            location: Span,
        }
        #[derive(Deserialize)]
        struct Span {
            start_point: Point,
        }
        #[derive(Deserialize)]
        struct Point {
            row: u32,
        }
        #[derive(Deserialize)]
        struct Location {
            symbolic: Symbolic,
            concrete: Concrete,
        }
        #[derive(Deserialize)]
        struct Finding {
            ident: String,
            desc: String,
            determinations: Determinations,
            locations: Vec<Location>,
            ignored: bool,
        }
        let files: Vec<&SourceFile> = self.repository.workflows().collect();
        let name = CheckName { name: "zizmor", category: "security", tool: "zizmor" };
        let arguments = ["--offline", "--no-progress", "--quiet", "--color", "never", "--format", "json", "--"];
        let understand = |exit: &Exit| {
            // Its exit code is the worst severity, from 11 on.
            let findings: Vec<Finding> = read(exit, &[0, 11, 12, 13, 14])?;
            let findings: Vec<Finding> = findings.into_iter().filter(|finding| !finding.ignored).collect();
            consistent(exit, exit.code == Some(0), findings.is_empty())?;
            Ok(findings
                .into_iter()
                .map(|finding| {
                    let place = finding.locations.iter().find(|location| location.symbolic.kind == "Primary");
                    let place = place.or(finding.locations.first());
                    ToolFinding {
                        path: place
                            .map(|place| self.sandbox.relative(&place.symbolic.key.local.verbatim_path))
                            .unwrap_or_default(),
                        line: place.map(|place| place.concrete.location.start_point.row + 1),
                        rule: finding.ident,
                        message: match place {
                            Some(place) => format!("{}: {}", finding.desc, place.symbolic.annotation),
                            None => finding.desc,
                        },
                        blocking: matches!(finding.determinations.severity.as_str(), "High" | "Medium"),
                    }
                })
                .collect())
        };
        self.check(name, "--version", &files, &arguments, understand).await
    }

    /// The linter of Dockerfiles.
    pub async fn hadolint(&self) -> Option<Check> {
        #[derive(Deserialize)]
        struct Finding {
            code: String,
            file: String,
            level: String,
            line: u32,
            message: String,
        }
        let files: Vec<&SourceFile> = self.repository.of(Kind::Dockerfile).collect();
        let name = CheckName { name: "hadolint", category: "style", tool: "hadolint" };
        let arguments = ["--no-color", "--format", "json", "--"];
        let understand = |exit: &Exit| {
            let findings: Vec<Finding> = read(exit, &[0, 1])?;
            consistent(exit, exit.code == Some(0), findings.is_empty())?;
            Ok(findings
                .into_iter()
                .map(|finding| ToolFinding {
                    path: self.sandbox.relative(&finding.file),
                    line: Some(finding.line),
                    blocking: matches!(finding.level.as_str(), "error" | "warning"),
                    rule: finding.code,
                    message: finding.message,
                })
                .collect())
        };
        self.check(name, "--version", &files, &arguments, understand).await
    }

    /// The secret scanner. Its report is redacted by itself, and of it only rule, description and place are kept.
    pub async fn gitleaks(&self) -> Option<Check> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Finding {
            #[serde(rename = "RuleID")]
            rule: String,
            description: String,
            start_line: u32,
            file: String,
        }
        let name = CheckName { name: "gitleaks", category: "security", tool: "gitleaks" };
        let clock = Instant::now();
        let files = self.repository.files().count();
        if files == 0 {
            return None;
        }
        let (program, version) = match self.tool("gitleaks", "version").await {
            Ok(tool) => tool,
            Err(reason) => return Some(name.not_run(None, reason, clock)),
        };
        // An exit code of its own for leaks: 1 is also that of trouble. No comment in a file switches the scan off.
        let arguments = [
            "dir",
            "--no-banner",
            "--no-color",
            "--log-level=error",
            "--redact",
            "--ignore-gitleaks-allow",
            "--exit-code=77",
            "--report-format=json",
            "--report-path=-",
            ".",
        ];
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let understood = match process::run(&program, &arguments, self.sandbox, self.settings.timeout).await {
            Ok(exit) => read::<Vec<Finding>>(&exit, &[0, 77]).and_then(|findings| {
                consistent(&exit, exit.code == Some(0), findings.is_empty())?;
                Ok(findings)
            }),
            Err(problem) => Err(problem),
        };
        Some(match understood {
            Ok(findings) => {
                let findings = findings.into_iter().map(|finding| ToolFinding {
                    path: self.sandbox.relative(&finding.file),
                    line: Some(finding.start_line),
                    rule: finding.rule,
                    message: finding.description,
                    blocking: true,
                });
                name.ran(version, files, findings.collect(), clock)
            }
            Err(problem) => name.not_run(Some(version), format!("`gitleaks` gave no verdict: {problem}."), clock),
        })
    }
}

/// Reads JSON from standard output, when the exit code is one of those that come with it.
fn read<T: DeserializeOwned>(exit: &Exit, codes: &[i32]) -> Result<T, String> {
    if !exit.code.is_some_and(|code| codes.contains(&code)) {
        return Err(exit.complaint());
    }
    // The parser's own words could repeat what stands in a file.
    serde_json::from_slice(&exit.stdout)
        .map_err(|error| format!("its output is not the expected JSON (line {}), {}", error.line(), exit.complaint()))
}

/// A verdict must have its findings, and findings their verdict.
fn consistent(exit: &Exit, clean: bool, empty: bool) -> Result<(), String> {
    match (clean, empty) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err("it ended well and yet named findings".to_owned()),
        (false, true) => Err(format!("it named no finding, {}", exit.complaint())),
    }
}

/// Terraform's errors: a paragraph each, `Error: TITLE`, then `on FILE line N`.
fn terraform_errors(stderr: &str, sandbox: &Sandbox) -> Vec<ToolFinding> {
    let mut findings: Vec<ToolFinding> = Vec::new();
    for line in stderr.lines().map(|line| line.trim_matches(|c: char| c.is_whitespace() || "╷│╵".contains(c))) {
        if let Some(title) = line.strip_prefix("Error: ") {
            findings.push(ToolFinding {
                path: String::new(),
                line: None,
                rule: "syntax".to_owned(),
                message: title.to_owned(),
                blocking: true,
            });
        } else if let Some(finding) = findings.last_mut()
            && finding.path.is_empty()
            && let Some((path, rest)) = line.strip_prefix("on ").and_then(|line| line.split_once(" line "))
        {
            finding.path = sandbox.relative(path);
            finding.line = rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse().ok());
        }
    }
    findings.retain(|finding| !finding.path.is_empty() && Path::new(&finding.path).is_relative());
    findings
}

/// The first line, from 1, at which two texts differ.
fn first_difference(before: &str, after: &str) -> Option<u32> {
    let (mut before, mut after) = (before.split('\n'), after.split('\n'));
    for number in 1.. {
        match (before.next(), after.next()) {
            (None, None) => return None,
            (before, after) if before != after => return Some(number),
            _ => {}
        }
    }
    None
}
