//! A Python module as the guard sees it: what it imports and names, its constants, its statements.

use std::collections::BTreeSet;

use agent::figures;
use ruff_python_ast::{
    Expr, ExprContext, Number, Stmt,
    visitor::{self, Visitor},
};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

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

/// Words in names of constants by which a repository holds back what is too much or not good enough: their values come from the
/// plan alone.
const GATES: &[&str] = &[
    "ALLOWED",
    "BETTER",
    "LEAST",
    "LIMIT",
    "LIMITS",
    "MAX",
    "MAXIMUM",
    "METRIC",
    "MIN",
    "MINIMUM",
    "MOST",
    "QUALITY",
    "SEED",
    "THRESHOLD",
    "THRESHOLDS",
];

/// What a module does, as far as it may not do more in a model's words.
#[derive(Debug, Default)]
pub(super) struct Module {
    imports: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Constants of other modules that it sets, and names that it declares global.
    reaches: BTreeSet<String>,
    constants: Vec<Constant>,
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Constant {
    name: String,
    value: String,
    number: Option<f64>,
}

/// A statement of the module itself.
#[derive(Debug)]
struct Statement {
    text: String,
    /// The name of a test that stands alone: a function without decorators other than its parameters.
    test: Option<String>,
}

impl Module {
    /// Nothing for a text that is no Python.
    pub(super) fn of(text: &str) -> Option<Self> {
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        if !parsed.errors().is_empty() {
            return None;
        }
        let parsed = parsed.try_into_module()?;
        let suite = parsed.suite();
        let mut module = Self::default();
        module.visit_body(suite);
        let source = |ranged: &dyn Ranged| text[ranged.range()].to_owned();
        for statement in suite {
            let test = match statement {
                Stmt::FunctionDef(function) if function.name.starts_with("test_") => function
                    .decorator_list
                    .iter()
                    .all(|decorator| source(decorator).starts_with("@pytest.mark.parametrize("))
                    .then(|| function.name.to_string()),
                _ => None,
            };
            module.statements.push(Statement { text: source(statement), test });
            let (target, value) = match statement {
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [target] => (target, Some(&*assign.value)),
                    _ => continue,
                },
                Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()),
                Stmt::AugAssign(assign) => (&*assign.target, Some(&*assign.value)),
                _ => continue,
            };
            if let (Expr::Name(name), Some(value)) = (target, value)
                && is_constant(&name.id)
            {
                module.constants.push(Constant {
                    name: name.id.to_string(),
                    value: source(value),
                    number: number(value),
                });
            }
        }
        Some(module)
    }

    /// Why a module may not stand in the place of its template.
    pub(super) fn exceeds(&self, template: &Self, requirement: &str) -> Option<String> {
        if let Some(module) = self.imports.difference(&template.imports).next() {
            return Some(format!("it imports {module}, which the file does not"));
        }
        if let Some(name) = self.names.difference(&template.names).find(|name| CALLS.contains(&name.as_str())) {
            return Some(format!("it calls {name}, which the file does not"));
        }
        if let Some(name) = self.reaches.difference(&template.reaches).next() {
            return Some(format!("it sets {name} from elsewhere, which the file does not"));
        }
        self.changes_constant(template, requirement)
    }

    /// Why the constants may not be as they are: their values come from the plan, and only a number that the requirement
    /// says may stand in the place of another one.
    fn changes_constant(&self, template: &Self, requirement: &str) -> Option<String> {
        for own in &template.constants {
            let now: Vec<&Constant> = self.constants.iter().filter(|now| now.name == own.name).collect();
            let before = template.constants.iter().filter(|one| one.name == own.name).count();
            if now.len() != before {
                return Some(format!("the constant {} is not set as in the file", own.name));
            }
            let Some(now) = now.iter().find(|now| now.value != own.value) else { continue };
            if before > 1 || own.name.split('_').any(|word| GATES.contains(&word)) {
                return Some(format!("the constant {} comes from the plan", own.name));
            }
            let said = own
                .number
                .and(now.number)
                .is_some_and(|number| figures(requirement).iter().any(|figure| is_number(figure, number)));
            if !said {
                return Some(format!("the constant {} gets a value that the requirement does not say", own.name));
            }
        }
        None
    }

    /// Why the tests would check less than the template's: those stay as they are, and only tests may be added.
    pub(super) fn checks_less(&self, template: &Self) -> Option<String> {
        let mut own = template.statements.iter().peekable();
        for statement in &self.statements {
            if own.next_if(|own| own.text == statement.text).is_some() {
                continue;
            }
            match &statement.test {
                Some(name) if !template.statements.iter().any(|own| own.test.as_ref() == Some(name)) => {}
                Some(name) => return Some(format!("it changes the test {name}")),
                None => return Some("it changes more of the tests than it adds".to_owned()),
            }
        }
        own.next().map(|_| "it takes something away from the tests".to_owned())
    }
}

fn is_constant(name: &str) -> bool {
    name.chars().any(|letter| letter.is_ascii_uppercase()) && !name.chars().any(|letter| letter.is_ascii_lowercase())
}

/// True where a figure says the number. `00` in a time of day says none.
fn is_number(figure: &str, number: f64) -> bool {
    let padded = figure.strip_prefix('0').is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    !padded && figure.parse::<f64>().is_ok_and(|figure| figure == number)
}

/// The number of a literal.
fn number(value: &Expr) -> Option<f64> {
    match value {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(whole) => whole.as_u64().map(|whole| whole as f64),
            Number::Float(number) => Some(*number),
            Number::Complex { .. } => None,
        },
        _ => None,
    }
}

impl<'a> Visitor<'a> for Module {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => self.imports.extend(import.names.iter().map(|alias| alias.name.to_string())),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
                self.imports.extend(import.names.iter().map(|alias| format!("{module}.{}", alias.name)));
            }
            Stmt::Global(global) => self.reaches.extend(global.names.iter().map(ToString::to_string)),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    /// A name counts wherever it stands: what is not called here could be called under another name.
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.names.insert(name.id.to_string());
            }
            Expr::Attribute(attribute) => {
                self.names.insert(attribute.attr.to_string());
                if attribute.ctx == ExprContext::Store && is_constant(&attribute.attr) {
                    self.reaches.insert(attribute.attr.to_string());
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
