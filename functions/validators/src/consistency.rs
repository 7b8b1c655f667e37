//! Our own checks: what stands in one file and is missing in another, and what generators forget to fill in.

mod cloudformation;
mod environment;
mod imports;
mod markers;
mod orphans;
mod ports;
mod references;
mod terraform;

use std::{collections::BTreeMap, time::Instant};

use design::validation::{Check, ToolFinding};

use crate::{
    check::CheckName,
    python,
    repository::{Kind, Repository, SourceFile},
};

/// What the checks look at.
#[derive(Debug)]
pub struct Subject {
    /// The repository.
    pub repository: Repository,
    /// What was asked: words that a file quotes from it are nobody's oversight.
    pub requirement: String,
    /// The Python files, understood.
    pub python: BTreeMap<String, python::Module>,
}

impl Subject {
    /// Understands the Python files.
    pub fn new(repository: Repository, requirement: String) -> Self {
        let understood = repository
            .of(Kind::Python)
            .filter_map(|file| Some((file.path.clone(), python::parse(file.text()?))))
            .collect();
        Self { repository, requirement, python: understood }
    }

    /// Python that is part of what runs, as against tests.
    fn running(&self) -> impl Iterator<Item = (&SourceFile, &python::Module)> {
        self.python
            .iter()
            .filter(|(path, _)| !is_test(path))
            .filter_map(|(path, module)| Some((self.repository.file(path)?, module)))
    }

    /// Dotted names of the repository's own modules, with the path of each.
    fn modules(&self) -> BTreeMap<String, &str> {
        let mut modules = BTreeMap::new();
        for path in self.python.keys() {
            let inside = path.strip_prefix("src/").unwrap_or(path);
            let inside = inside.trim_end_matches(".pyi").trim_end_matches(".py");
            let dotted = inside.strip_suffix("/__init__").unwrap_or(inside).replace('/', ".");
            modules.insert(dotted, path.as_str());
        }
        modules
    }

    /// Folders that are imported by their own name: those with `__init__.py` whose parent has none.
    fn packages(&self) -> Vec<String> {
        let modules = self.modules();
        let mut packages: Vec<String> = modules
            .iter()
            .filter(|(dotted, path)| path.ends_with("/__init__.py") && !dotted.contains('.') && !is_test(path))
            .map(|(dotted, _)| dotted.clone())
            .collect();
        packages.sort();
        packages
    }

    /// Where a dotted name such as `package.module.name` leads to: `Err` says what is missing.
    fn resolve(&self, dotted: &str) -> Result<(), String> {
        let modules = self.modules();
        if modules.contains_key(dotted) {
            return Ok(());
        }
        let (module, name) = dotted.rsplit_once('.').ok_or_else(|| format!("there is no module `{dotted}`"))?;
        match modules.get(module).and_then(|path| self.python.get(*path)) {
            None => Err(format!("there is no module `{module}`")),
            // Python gives every module names such as `__file__`.
            Some(_) if name.starts_with("__") && name.ends_with("__") => Ok(()),
            Some(found) if found.open || found.names.contains(name) => Ok(()),
            Some(_) => Err(format!("module `{module}` defines no `{name}`")),
        }
    }
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "test" || part.starts_with("test_") || part == "conftest.py")
}

/// What a consistency check found, and in how many files it looked.
struct Looked {
    files: usize,
    findings: Vec<ToolFinding>,
}

/// One of the checks.
#[derive(Debug, Clone, Copy)]
pub struct Consistency {
    name: &'static str,
    category: &'static str,
    look: fn(&Subject) -> Looked,
}

/// Name of the check of what Terraform's configuration refers to.
pub const TERRAFORM: &str = "Terraform references";
/// Name of the check of what CloudFormation templates refer to.
pub const CLOUDFORMATION: &str = "CloudFormation references";

/// Name of the check of what is made and nobody uses.
pub const ORPHANS: &str = "unused resources";

/// The checks.
pub const CHECKS: [Consistency; 10] = [
    Consistency { name: "paths", category: "security", look: markers::paths },
    Consistency { name: "template markers", category: "consistency", look: markers::markers },
    Consistency { name: "empty files", category: "consistency", look: markers::empty },
    Consistency { name: "named files", category: "consistency", look: references::look },
    Consistency { name: "imports", category: "consistency", look: imports::look },
    Consistency { name: "environment variables", category: "consistency", look: environment::look },
    Consistency { name: "ports", category: "consistency", look: ports::look },
    Consistency { name: TERRAFORM, category: "consistency", look: terraform::look },
    Consistency { name: CLOUDFORMATION, category: "consistency", look: cloudformation::look },
    Consistency { name: ORPHANS, category: "consistency", look: orphans::look },
];

impl Consistency {
    /// What the check is called.
    pub fn name(&self) -> CheckName {
        CheckName { name: self.name, category: self.category, tool: "validators" }
    }

    /// Looks; `None` when there is nothing to look at.
    pub fn check(&self, subject: &Subject) -> Option<Check> {
        let clock = Instant::now();
        let looked = (self.look)(subject);
        let something = looked.files > 0 || !looked.findings.is_empty();
        something.then(|| self.name().ran(env!("CARGO_PKG_VERSION").to_owned(), looked.files, looked.findings, clock))
    }
}

/// A pattern that is part of this program.
fn pattern(pattern: &str) -> regex::Regex {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and every one is compiled in the tests")]
    regex::Regex::new(pattern).expect("a pattern that compiles")
}
