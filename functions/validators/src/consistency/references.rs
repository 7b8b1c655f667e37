//! Files, folders and modules that Dockerfile, Makefile, workflows, pyproject, Terraform and documents name.

use design::validation::ToolFinding;
use regex::Regex;

use super::{Looked, Subject, pattern};
use crate::repository::{Kind, Repository, SourceFile, normal};

pub(super) fn look(subject: &Subject) -> Looked {
    let mut files = 0;
    let mut findings = Vec::new();
    let commands = Commands::new(&subject.packages());
    for file in subject.repository.files() {
        let before = files;
        files += 1;
        match file.kind() {
            Kind::Dockerfile => {
                dockerfile(subject, file, &mut findings);
                commands.look(subject, file, &mut findings);
            }
            Kind::Makefile => commands.look(subject, file, &mut findings),
            Kind::Yaml => {
                if file.folder() == ".github/workflows" {
                    commands.look(subject, file, &mut findings);
                } else {
                    commands.names(subject, file, &mut findings);
                }
            }
            // Its entry points are read as such: elsewhere in it a dotted name may be a pattern.
            Kind::Toml if file.path.ends_with("pyproject.toml") => pyproject(subject, file, &mut findings),
            Kind::Toml => commands.names(subject, file, &mut findings),
            Kind::Hcl => {
                terraform(&subject.repository, file, &mut findings);
                commands.names(subject, file, &mut findings);
            }
            Kind::Markdown => document(&subject.repository, file, &mut findings),
            Kind::Other if file.path.ends_with(".sh") => commands.look(subject, file, &mut findings),
            Kind::Other if is_requirements(&file.path) => requirements(&subject.repository, file, &mut findings),
            Kind::Python | Kind::Json | Kind::JsonLines | Kind::Other => files = before,
        }
    }
    Looked { files, findings }
}

fn is_requirements(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".txt") && (name.contains("requirements") || name.contains("constraints"))
}

fn missing(file: &SourceFile, line: u32, what: &str, path: &str, blocking: bool) -> ToolFinding {
    file.finding(Some(line), "missing-file", format!("{what} `{path}`, which is not in the repository."), blocking)
}

/// Something that only the shell knows.
fn is_variable(path: &str) -> bool {
    path.contains(['$', '*', '?', '{', '}', '<', '>', '`', '%', '"', '\'', '(', ')'])
}

/// Sources of COPY and ADD, and what `.dockerignore` keeps from them.
fn dockerfile(subject: &Subject, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
    let repository = &subject.repository;
    let ignored: Vec<&str> = repository
        .file(".dockerignore")
        .and_then(SourceFile::text)
        .map(|text| text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect())
        .unwrap_or_default();
    let mut words = String::new();
    let mut first = 0;
    for (number, line) in file.lines() {
        let line = line.trim();
        if words.is_empty() {
            first = number;
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                words.push_str(part);
                words.push(' ');
                continue;
            }
            None => words.push_str(line),
        }
        let instruction = std::mem::take(&mut words);
        let mut parts = instruction.split_whitespace();
        if !parts.next().is_some_and(|word| word.eq_ignore_ascii_case("COPY") || word.eq_ignore_ascii_case("ADD")) {
            continue;
        }
        let (options, paths): (Vec<&str>, Vec<&str>) = parts.partition(|word| word.starts_with("--"));
        if options.iter().any(|option| option.starts_with("--from=")) {
            continue;
        }
        let trim = |path: &str| path.trim_matches(|c| c == '[' || c == ']' || c == ',' || c == '"').to_owned();
        let Some((_, sources)) = paths.split_last() else { continue };
        for source in sources.iter().map(|path| trim(path)) {
            if is_variable(&source) || source.contains("://") || source.starts_with("<<") {
                continue;
            }
            // The build's root is `/`, too.
            let path = source.trim_start_matches('/');
            if !repository.holds(path) {
                findings.push(missing(file, first, "The image is built from", &source, true));
            } else if let Some(path) = normal(path)
                && let Some(rule) = excluded(&path, &ignored)
            {
                let message =
                    format!("`{source}` is copied into the image, but `{rule}` in .dockerignore keeps it out.");
                findings.push(file.finding(Some(first), "ignored-file", message, true));
            }
        }
    }
}

/// The rule of `.dockerignore` that keeps a path out: the last one that speaks of it. Only plain rules (`name`,
/// `folder/`, `*.ext`, `*`) are understood; another kind of rule is taken for one that does not speak of the path.
fn excluded<'a>(path: &str, rules: &[&'a str]) -> Option<&'a str> {
    let mut keeping_out = None;
    for rule in rules {
        let (bare, kept) = match rule.strip_prefix('!') {
            Some(bare) => (bare, true),
            None => (*rule, false),
        };
        let bare = bare.trim_start_matches('/').trim_end_matches('/');
        let speaks = match bare.strip_prefix('*') {
            Some("") => true,
            Some(end) => !end.contains(['*', '?', '[']) && !path.contains('/') && path.ends_with(end),
            None => path == bare || path.strip_prefix(bare).is_some_and(|rest| rest.starts_with('/')),
        };
        if speaks {
            keeping_out = if kept { None } else { Some(*rule) };
        }
    }
    keeping_out
}

/// Patterns for command lines.
struct Commands {
    requirement: Regex,
    folder: Regex,
    option: Regex,
    run: Regex,
    module: Option<Regex>,
}

impl Commands {
    fn new(packages: &[String]) -> Self {
        let escaped: Vec<String> = packages.iter().map(|package| regex::escape(package)).collect();
        Self {
            requirement: pattern(
                r"\b(?:install|sync|pip|compile|pip-audit)\b[^;&|]*?\s(?:-r|-c|--requirement|--constraint)[ =]([^\s;&|]+)",
            ),
            folder: pattern(r"(?:-chdir=|working-directory:\s*|(?:^|[\s;&])cd\s+)([^\s;&|]+)"),
            option: pattern(r"(?:-var-file|--file|--env-file|--config-file)[ =]([^\s;&|]+)"),
            run: pattern(
                r"(?:^|[\s;&|@])(?:python3?|bash|sh|source)\s+((?:\./)?[\w./-]+\.(?:py|sh))|(?:^|[\s;&|@])(\./[\w./-]+)",
            ),
            // The package's name, then modules; not part of a path or of a longer name.
            module: (!packages.is_empty())
                .then(|| pattern(&format!(r"(?:^|[^\w./-])((?:{})(?:\.\w+)+)(?::(\w+))?", escaped.join("|")))),
        }
    }

    /// Looks at command lines.
    fn look(&self, subject: &Subject, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
        self.names(subject, file, findings);
        let repository = &subject.repository;
        // Where a job or a recipe works is only known line by line: a path counts from the root or from a folder that
        // the line names.
        for (number, line) in file.lines() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            let mut base = String::new();
            for found in self.folder.captures_iter(line) {
                let folder = found[1].trim_matches(|c| c == '"' || c == '\'');
                if is_variable(folder) || folder.starts_with('/') || folder.starts_with('-') {
                    continue;
                }
                if repository.holds_folder(folder) {
                    base = folder.trim_end_matches('/').to_owned();
                } else if folder != ".." {
                    findings.push(missing(file, number, "A command works in", folder, true));
                }
            }
            let holds = |path: &str| repository.holds(path) || repository.holds(&format!("{base}/{path}"));
            let mut named: Vec<(&str, &str)> = Vec::new();
            for (expression, what) in [
                (&self.requirement, "A command installs from"),
                (&self.option, "A command reads"),
                (&self.run, "A command runs"),
            ] {
                for found in expression.captures_iter(line) {
                    named.extend(found.iter().skip(1).flatten().next().map(|path| (path.as_str(), what)));
                }
            }
            for (path, what) in named {
                let path = path.trim_matches(|c| c == '"' || c == '\'');
                if !is_variable(path) && !path.starts_with('/') && !path.starts_with('-') && !holds(path) {
                    findings.push(missing(file, number, what, path, true));
                }
            }
        }
    }

    /// Looks at modules of the repository's own packages, as in `package.service:create_app`.
    fn names(&self, subject: &Subject, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
        let Some(module) = &self.module else { return };
        for (number, line) in file.lines() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            for found in module.captures_iter(line) {
                let dotted = match found.get(2) {
                    Some(name) => format!("{}.{}", &found[1], name.as_str()),
                    None => found[1].to_owned(),
                };
                // `package.egg-info` and `package.log` are files; a name that is followed by a dash is none either.
                if line[found.get(0).map_or(0, |all| all.end())..].starts_with(['-', '/']) {
                    continue;
                }
                if let Err(problem) = subject.resolve(&dotted) {
                    let message = format!(
                        "`{}` leads nowhere: {problem}.",
                        found[0].trim_matches(|c: char| !c.is_alphanumeric())
                    );
                    findings.push(file.finding(Some(number), "missing-module", message, true));
                }
            }
        }
    }
}

/// `-r other.txt` in a requirements file counts from its folder.
fn requirements(repository: &Repository, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
    let include = pattern(r"^\s*(?:-r|-c|--requirement|--constraint)[ =]\s*(\S+)");
    for (number, line) in file.lines() {
        if let Some(found) = include.captures(line) {
            let path = &found[1];
            if !path.contains("://") && !repository.holds(format!("{}/{path}", file.folder()).trim_start_matches('/')) {
                findings.push(missing(file, number, "It includes", path, true));
            }
        }
    }
}

/// Files and entry points in `pyproject.toml`.
fn pyproject(subject: &Subject, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
    let Some(table) = file.text().and_then(|text| text.parse::<toml::Table>().ok()) else { return };
    let Some(project) = table.get("project").and_then(toml::Value::as_table) else { return };
    let line = |text: &str| file.lines().find(|(_, line)| line.contains(text)).map(|(number, _)| number).unwrap_or(1);
    let named = |value: &toml::Value| match value {
        toml::Value::String(path) => Some(path.clone()),
        toml::Value::Table(table) => table.get("file").and_then(toml::Value::as_str).map(str::to_owned),
        _ => None,
    };
    let license_file = project.get("license").filter(|license| license.is_table());
    for path in [project.get("readme"), license_file].into_iter().flatten().filter_map(named) {
        let folder = file.folder();
        if !subject.repository.holds(format!("{folder}/{path}").trim_start_matches('/')) {
            findings.push(missing(file, line(&path), "The project names", &path, true));
        }
    }
    for key in ["scripts", "gui-scripts"] {
        for (_, target) in project.get(key).and_then(toml::Value::as_table).into_iter().flatten() {
            let Some(target) = target.as_str() else { continue };
            if let Err(problem) = subject.resolve(&target.replace(':', ".")) {
                let message = format!("The command `{target}` leads nowhere: {problem}.");
                findings.push(file.finding(Some(line(target)), "missing-module", message, true));
            }
        }
    }
}

/// Files that Terraform reads, and local modules.
fn terraform(repository: &Repository, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
    let reads = pattern(r#"\b(?:file|templatefile|filebase64)\(\s*"([^"]+)""#);
    let module = pattern(r#"^\s*source\s*=\s*"(\.{1,2}/[^"]*)""#);
    let from = |path: &str| format!("{}/{path}", file.folder());
    for (number, line) in file.lines() {
        if line.trim_start().starts_with(['#', '/']) {
            continue;
        }
        for found in reads.captures_iter(line) {
            let path = found[1].replace("${path.module}/", "").replace("${path.root}/", "");
            if !is_variable(&path) && !path.starts_with('/') && !repository.holds(from(&path).trim_start_matches('/')) {
                findings.push(missing(file, number, "Terraform reads", &path, true));
            }
        }
        if let Some(found) = module.captures(line)
            && !repository.holds_folder(from(&found[1]).trim_start_matches('/'))
            && !repository.holds(from(&found[1]).trim_start_matches('/'))
        {
            findings.push(missing(file, number, "A module comes from", &found[1], true));
        }
    }
}

/// Links of documents, and paths that they show as code.
fn document(repository: &Repository, file: &SourceFile, findings: &mut Vec<ToolFinding>) {
    let link = pattern(r"\]\(([^)\s#]+)(?:#[^)]*)?\)");
    let code = pattern(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|tf|tfvars|md|toml|yml|yaml|sh|json|txt|cfg))`");
    // `reports/` is written after this check.
    let later = |path: &str| path.starts_with("reports/");
    let mut fenced = false;
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for found in link.captures_iter(line) {
            let path = &found[1];
            let full = format!("{}/{path}", file.folder());
            let outside = path.contains(':') || path.starts_with('/') || is_variable(path);
            if !outside
                && !repository.holds(full.trim_start_matches('/'))
                && !later(&normal(&full[usize::from(full.starts_with('/'))..]).unwrap_or_default())
            {
                findings.push(missing(file, number, "A link leads to", path, false));
            }
        }
        for found in code.captures_iter(line) {
            let path = &found[1];
            // A path whose first folder is not ours is made when the program runs.
            let ours = path.split('/').next().is_some_and(|folder| repository.holds_folder(folder));
            if ours && !later(path) && !repository.holds(path) {
                findings.push(missing(file, number, "The text speaks of", path, false));
            }
        }
    }
}
