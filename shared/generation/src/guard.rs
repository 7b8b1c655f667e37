//! What a text that a model changed may not do that its template's text does not.

use std::collections::BTreeSet;

use agent::has_address;
use ruff_python_ast::{
    Expr, Stmt,
    visitor::{self, Visitor},
};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// Calls by which a program does more than it says: code from text, other programs, attributes by name.
const CALLS: &[&str] = &[
    "eval",
    "exec",
    "compile",
    "__import__",
    "import_module",
    "system",
    "popen",
    "Popen",
    "run",
    "call",
    "check_call",
    "check_output",
    "spawn",
    "fork",
    "getattr",
    "setattr",
    "globals",
    "locals",
    "vars",
    "open",
    "urlopen",
    "socket",
    "loads",
    "load",
    "unlink",
    "rmtree",
    "remove",
    "rename",
    "chmod",
    "kill",
    "environ",
    "putenv",
];

/// Marks of work that is left for later.
const LATER: &[&str] = &["TODO", "FIXME", "XXX", "NotImplemented"];

/// True for a file of which pieces may be changed. What deploys, builds, pins or guards is not among them.
pub(crate) fn may_be_changed(path: &str) -> bool {
    let code = path.ends_with(".py") && (path.starts_with("src/") || path.starts_with("tests/"));
    let words = path.ends_with(".md") && !path.starts_with(".github/");
    code || words
}

/// Holds a changed text against the template's.
///
/// # Errors
/// What it may not.
pub(crate) fn check(path: &str, template: &str, text: &str) -> Result<(), String> {
    let lines: BTreeSet<&str> = template.lines().collect();
    for line in text.lines().filter(|line| !lines.contains(line)) {
        if has_address(line) && (line.contains("://") || line.contains("www.") || line.contains("mailto:")) {
            return Err("there is an address in it".to_owned());
        }
        if let Some(mark) = LATER.iter().find(|mark| line.contains(**mark)) {
            return Err(format!("it leaves something for later: {mark}"));
        }
        if line.chars().any(|letter| letter != '\t' && agent::is_hidden(letter)) {
            return Err("there are hidden marks in it".to_owned());
        }
        if path.ends_with(".md") && line.contains('<') {
            return Err("there is markup in it".to_owned());
        }
    }
    if !path.ends_with(".py") {
        return Ok(());
    }
    let (Some(before), Some(now)) = (Doings::of(template), Doings::of(text)) else {
        return Err("it would be no Python any more".to_owned());
    };
    if let Some(module) = now.imports.difference(&before.imports).next() {
        return Err(format!("it imports {module}, which the file does not"));
    }
    match now.calls.difference(&before.calls).find(|call| CALLS.contains(&call.as_str())) {
        Some(call) => Err(format!("it calls {call}, which the file does not")),
        None => Ok(()),
    }
}

/// What a module imports and calls.
#[derive(Debug, Default)]
struct Doings {
    imports: BTreeSet<String>,
    calls: BTreeSet<String>,
}

impl Doings {
    /// Nothing for a text that is no Python.
    fn of(text: &str) -> Option<Self> {
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        if !parsed.errors().is_empty() {
            return None;
        }
        let mut doings = Self::default();
        doings.visit_body(parsed.try_into_module()?.suite());
        Some(doings)
    }
}

impl<'a> Visitor<'a> for Doings {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => self.imports.extend(import.names.iter().map(|alias| alias.name.to_string())),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
                self.imports.extend(import.names.iter().map(|alias| format!("{module}.{}", alias.name)));
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    /// A name counts wherever it stands: what is not called here could be called under another name.
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.calls.insert(name.id.to_string());
            }
            Expr::Attribute(attribute) => {
                self.calls.insert(attribute.attr.to_string());
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
