//! What a Python file says about itself, read from Ruff's syntax tree: syntax errors, environment variables that it
//! reads, modules that it imports, names that it defines.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use ruff_python_ast::{
    Expr, ExprContext, Stmt, StmtClassDef,
    visitor::{self, Visitor},
};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

/// A read of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvironmentRead {
    /// The variable.
    pub name: String,
    /// Line from 1.
    pub line: u32,
    /// True when the program fails without it.
    pub required: bool,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Leading dots of a relative import.
    pub level: u32,
    /// The module; empty in `from . import x`.
    pub module: String,
    /// The name taken from the module; `None` for `import x`, `*` for all.
    pub name: Option<String>,
    /// Line from 1.
    pub line: u32,
    /// True inside `try` or `if`: the module may be missing.
    pub guarded: bool,
}

/// What a file says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Line and message of each syntax error.
    pub errors: Vec<(Option<u32>, String)>,
    /// Environment variables that it reads.
    pub reads: BTreeSet<EnvironmentRead>,
    /// Its imports.
    pub imports: Vec<Import>,
    /// Names at its top level, as far as they can be seen without running it.
    pub names: BTreeSet<String>,
    /// True when names come from `import *` or `__getattr__`, so that `names` is not all.
    pub open: bool,
    /// Byte ranges of f-strings, in which doubled braces are ordinary.
    pub interpolated: Vec<Range<usize>>,
}

/// Reads a file. With syntax errors the rest is what could still be understood.
pub fn parse(text: &str) -> Module {
    let lines = Lines::of(text);
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let mut module = Module::default();
    for error in parsed.errors() {
        module.errors.push((Some(lines.number(error.location.start().to_usize())), error.error.to_string()));
    }
    let Some(parsed) = parsed.try_into_module() else { return module };
    let body = parsed.suite();
    names(body, &mut module);
    // Twice: a function that reads the environment by its parameter may stand below its calls.
    let mut known = Environment::default();
    for _ in 0..2 {
        let mut reader = Reader { module: Module::default(), lines: &lines, known, functions: Vec::new(), guards: 0 };
        reader.visit_body(body);
        known = reader.known;
        (module.reads, module.imports) = (reader.module.reads, reader.module.imports);
        module.interpolated = reader.module.interpolated;
    }
    module
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn number(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }
}

/// Names that a body defines, also inside its conditions.
fn names(body: &[Stmt], module: &mut Module) {
    for statement in body {
        match statement {
            Stmt::FunctionDef(function) => {
                // A module's own `__getattr__` answers for names that nobody sees.
                module.open |= function.name.as_str() == "__getattr__";
                module.names.insert(function.name.to_string());
            }
            Stmt::ClassDef(class) => {
                module.names.insert(class.name.to_string());
            }
            Stmt::Assign(assignment) => {
                for target in &assignment.targets {
                    bound(target, &mut module.names);
                }
            }
            Stmt::AnnAssign(assignment) => bound(&assignment.target, &mut module.names),
            Stmt::AugAssign(assignment) => bound(&assignment.target, &mut module.names),
            Stmt::TypeAlias(alias) => bound(&alias.name, &mut module.names),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    module.names.insert(name.split('.').next().unwrap_or(name).to_owned());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    module.open |= name.as_str() == "*";
                    module.names.insert(name.to_string());
                }
            }
            Stmt::If(branch) => {
                names(&branch.body, module);
                for clause in &branch.elif_else_clauses {
                    names(&clause.body, module);
                }
            }
            Stmt::Try(attempt) => {
                names(&attempt.body, module);
                for handler in &attempt.handlers {
                    if let Some(handler) = handler.as_except_handler() {
                        names(&handler.body, module);
                    }
                }
                names(&attempt.orelse, module);
                names(&attempt.finalbody, module);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        bound(target, &mut module.names);
                    }
                }
                names(&with.body, module);
            }
            Stmt::For(each) => {
                bound(&each.target, &mut module.names);
                names(&each.body, module);
            }
            _ => {}
        }
    }
}

fn bound(target: &Expr, names: &mut BTreeSet<String>) {
    match target {
        Expr::Name(name) => {
            names.insert(name.id.to_string());
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| bound(element, names)),
        Expr::List(list) => list.elts.iter().for_each(|element| bound(element, names)),
        Expr::Starred(starred) => bound(&starred.value, names),
        _ => {}
    }
}

/// What stands for the environment in a file.
#[derive(Debug, Default)]
struct Environment {
    /// Names that hold the environment, such as `values` in `values = os.environ`.
    names: BTreeSet<String>,
    /// Functions that read a variable named by a parameter: the parameter's place, and whether it must be there.
    functions: BTreeMap<String, (usize, bool)>,
}

impl Environment {
    fn is(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Attribute(attribute) => {
                attribute.attr.as_str() == "environ"
                    && matches!(attribute.value.as_ref(), Expr::Name(name) if name.id.as_str() == "os")
            }
            Expr::Name(name) => name.id.as_str() == "environ" || self.names.contains(name.id.as_str()),
            Expr::If(choice) => self.is(&choice.body) || self.is(&choice.orelse),
            Expr::BoolOp(choice) => choice.values.iter().any(|value| self.is(value)),
            // `dict(os.environ)` and `os.environ.copy()`.
            Expr::Call(call) => match call.func.as_ref() {
                Expr::Name(name) if name.id.as_str() == "dict" => {
                    call.arguments.args.iter().any(|argument| self.is(argument))
                }
                Expr::Attribute(method) if method.attr.as_str() == "copy" => self.is(&method.value),
                _ => false,
            },
            Expr::Dict(dict) => dict.items.iter().any(|item| item.key.is_none() && self.is(&item.value)),
            _ => false,
        }
    }
}

/// Finds reads and imports.
struct Reader<'a> {
    module: Module,
    lines: &'a Lines,
    known: Environment,
    /// The functions around the present place, with their parameters.
    functions: Vec<(String, Vec<String>)>,
    /// How many `try` and `if` are around it.
    guards: u32,
}

impl Reader<'_> {
    fn line(&self, node: &impl Ranged) -> u32 {
        self.lines.number(node.range().start().to_usize())
    }

    /// The environment is asked for `key`.
    fn read(&mut self, key: &Expr, required: bool) {
        // Inside `if` or `try` the program has a way without it.
        let required = required && self.guards == 0;
        match key {
            Expr::StringLiteral(literal) => {
                let name = literal.value.to_str().to_owned();
                self.module.reads.insert(EnvironmentRead { name, line: self.line(key), required });
            }
            Expr::Name(name) => {
                if let Some((function, parameters)) = self.functions.last()
                    && let Some(place) = parameters.iter().position(|parameter| parameter == name.id.as_str())
                {
                    self.known.functions.insert(function.clone(), (place, required));
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &ruff_python_ast::ExprCall) {
        let arguments = &call.arguments.args;
        match call.func.as_ref() {
            Expr::Attribute(method) => {
                let asked =
                    matches!(method.attr.as_str(), "get" | "pop" | "setdefault") && self.known.is(&method.value);
                let getenv = method.attr.as_str() == "getenv"
                    && matches!(method.value.as_ref(), Expr::Name(name) if name.id.as_str() == "os");
                if (asked || getenv)
                    && let Some(key) = arguments.first()
                {
                    self.read(key, method.attr.as_str() == "pop" && arguments.len() == 1);
                }
            }
            Expr::Name(name) => {
                if name.id.as_str() == "getenv"
                    && let Some(key) = arguments.first()
                {
                    self.read(key, false);
                } else if let Some((place, required)) = self.known.functions.get(name.id.as_str()).copied()
                    && let Some(key) = arguments.get(place)
                {
                    self.read(key, required);
                }
            }
            _ => {}
        }
    }

    /// Fields of a pydantic settings class are variables: `env_prefix` and the upper-cased name, or an alias.
    fn settings(&mut self, class: &StmtClassDef) {
        let base = |expression: &Expr| match expression {
            Expr::Name(name) => name.id.as_str() == "BaseSettings",
            Expr::Attribute(attribute) => attribute.attr.as_str() == "BaseSettings",
            _ => false,
        };
        if !class.arguments.as_ref().is_some_and(|arguments| arguments.args.iter().any(base)) {
            return;
        }
        let prefix = class
            .body
            .iter()
            .filter_map(|statement| match statement {
                Stmt::Assign(assignment) => keyword(&assignment.value, "env_prefix"),
                Stmt::AnnAssign(assignment) => {
                    assignment.value.as_deref().and_then(|value| keyword(value, "env_prefix"))
                }
                _ => None,
            })
            .next()
            .unwrap_or_default();
        for statement in &class.body {
            let Stmt::AnnAssign(field) = statement else { continue };
            let Expr::Name(name) = field.target.as_ref() else { continue };
            let class_variable = match field.annotation.as_ref() {
                Expr::Name(kind) => kind.id.as_str() == "ClassVar",
                Expr::Subscript(kind) => {
                    matches!(kind.value.as_ref(), Expr::Name(kind) if kind.id.as_str() == "ClassVar")
                }
                _ => false,
            };
            if name.id.as_str() == "model_config" || class_variable {
                continue;
            }
            let value = field.value.as_deref();
            let alias = value.and_then(|value| keyword(value, "validation_alias").or_else(|| keyword(value, "alias")));
            let variable = alias.unwrap_or_else(|| format!("{prefix}{}", name.id.as_str()).to_uppercase());
            let defaulted =
                match value {
                    None => false,
                    Some(Expr::Call(call)) => {
                        let ellipsis = matches!(call.arguments.args.first(), Some(Expr::EllipsisLiteral(_)));
                        let given = ["default", "default_factory"];
                        !ellipsis
                            && (!call.arguments.args.is_empty()
                                || call.arguments.keywords.iter().any(|keyword| {
                                    keyword.arg.as_ref().is_some_and(|name| given.contains(&name.as_str()))
                                }))
                    }
                    Some(_) => true,
                };
            let line = self.line(field);
            self.module.reads.insert(EnvironmentRead { name: variable, line, required: !defaulted });
        }
    }
}

/// The text of a keyword argument of a call.
fn keyword(expression: &Expr, name: &str) -> Option<String> {
    let Expr::Call(call) = expression else { return None };
    call.arguments.keywords.iter().find_map(|keyword| match (&keyword.arg, &keyword.value) {
        (Some(argument), Expr::StringLiteral(text)) if argument.as_str() == name => {
            Some(text.value.to_str().to_owned())
        }
        _ => None,
    })
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let parameters: Vec<_> = function.parameters.iter_non_variadic_params().collect();
                for parameter in &parameters {
                    if parameter.default().is_some_and(|default| self.known.is(default)) {
                        self.known.names.insert(parameter.name().to_string());
                    }
                }
                let parameters = parameters.iter().map(|parameter| parameter.name().to_string()).collect();
                self.functions.push((function.name.to_string(), parameters));
                visitor::walk_stmt(self, statement);
                self.functions.pop();
                return;
            }
            Stmt::ClassDef(class) => self.settings(class),
            Stmt::Assign(assignment) if self.known.is(&assignment.value) => {
                for target in &assignment.targets {
                    bound(target, &mut self.known.names);
                }
            }
            Stmt::AnnAssign(assignment) if assignment.value.as_deref().is_some_and(|value| self.known.is(value)) => {
                bound(&assignment.target, &mut self.known.names);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.module.imports.push(Import {
                        level: 0,
                        module: alias.name.to_string(),
                        name: None,
                        line: self.line(alias),
                        guarded: self.guards > 0,
                    });
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.module.imports.push(Import {
                        level: import.level,
                        module: import.module.as_ref().map(ToString::to_string).unwrap_or_default(),
                        name: Some(alias.name.to_string()),
                        line: self.line(alias),
                        guarded: self.guards > 0,
                    });
                }
            }
            Stmt::Try(_) | Stmt::If(_) => {
                self.guards += 1;
                visitor::walk_stmt(self, statement);
                self.guards -= 1;
                return;
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Subscript(subscript)
                if matches!(subscript.ctx, ExprContext::Load) && self.known.is(&subscript.value) =>
            {
                self.read(&subscript.slice, true);
            }
            Expr::FString(_) | Expr::TString(_) => {
                let range = expression.range();
                self.module.interpolated.push(range.start().to_usize()..range.end().to_usize());
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}
