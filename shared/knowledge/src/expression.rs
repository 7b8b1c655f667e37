//! Expressions of the data files: CEL, with decimal variables.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use cel::{Context, Program, Value};
use design::words::readable;

/// Decimal variables by name, in the order of the names. An estimate copies its variables hundreds of times, so they lie
/// side by side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope(Vec<(&'static str, f64)>);

impl Scope {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (*own).cmp(name))
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.find(name).ok().map(|at| self.0[at].1)
    }

    /// A variable's value, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut f64> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    /// Sets a variable.
    pub fn insert(&mut self, name: &'static str, value: f64) {
        match self.find(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// The variables in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().copied()
    }
}

impl Extend<(&'static str, f64)> for Scope {
    fn extend<T: IntoIterator<Item = (&'static str, f64)>>(&mut self, variables: T) {
        for (name, value) in variables {
            self.insert(name, value);
        }
    }
}

impl<const N: usize> From<[(&'static str, f64); N]> for Scope {
    fn from(variables: [(&'static str, f64); N]) -> Self {
        let mut scope = Self::default();
        scope.extend(variables);
        scope
    }
}

/// An expression that cannot be read or has no value of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}`: {problem}")]
pub struct ExpressionError {
    /// The expression.
    pub expression: String,
    /// What is wrong with it.
    pub problem: String,
}

fn failed(expression: &str, problem: impl ToString) -> ExpressionError {
    ExpressionError { expression: expression.to_owned(), problem: problem.to_string() }
}

/// An expression that was read, with the variables that it names.
struct Compiled {
    program: Program,
    variables: Vec<String>,
}

/// Compiled programs by their text: a warm function compiles each expression once.
static PROGRAMS: LazyLock<Mutex<HashMap<String, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

fn compiled(expression: &str) -> Result<Arc<Compiled>, ExpressionError> {
    let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = programs.get(expression) {
        return Ok(program.clone());
    }
    let program = Program::compile(expression).map_err(|error| failed(expression, error))?;
    let variables = program.references().variables().into_iter().map(str::to_owned).collect();
    let compiled = Arc::new(Compiled { program, variables });
    programs.insert(expression.to_owned(), compiled.clone());
    Ok(compiled)
}

/// The functions of all expressions, registered once: an estimate evaluates thousands of small expressions.
static FUNCTIONS: LazyLock<Result<Context<'static, 'static>, String>> = LazyLock::new(|| {
    let mut context = Context::default();
    context.add_function("ceil", f64::ceil).map_err(|error| error.to_string())?;
    context.add_function("min", |a: f64, b: f64| a.min(b)).map_err(|error| error.to_string())?;
    context.add_function("max", |a: f64, b: f64| a.max(b)).map_err(|error| error.to_string())?;
    Ok(context)
});

fn functions(expression: &str) -> Result<Context<'static, 'static>, ExpressionError> {
    FUNCTIONS.as_ref().map(Context::new_inner_scope).map_err(|problem| failed(expression, problem))
}

fn over_scope(expression: &str, scope: &Scope) -> Result<Value, ExpressionError> {
    let compiled = compiled(expression)?;
    let mut context = functions(expression)?;
    // Only what the expression names: most use three of some forty variables.
    for name in &compiled.variables {
        if let Some(value) = scope.get(name) {
            context.add_variable_from_value(name.as_str(), value);
        }
    }
    compiled.program.execute(&context).map_err(|error| failed(expression, error))
}

/// The value of an arithmetic expression.
///
/// # Errors
/// When it cannot be read, names an unknown variable, or is not a finite number.
pub fn number(expression: &str, scope: &Scope) -> Result<f64, ExpressionError> {
    match over_scope(expression, scope)? {
        Value::Float(number) if number.is_finite() => Ok(number),
        other => Err(failed(expression, format!("is {other:?}, not a finite decimal number"))),
    }
}

/// The value of a predicate over decimal variables.
///
/// # Errors
/// When it cannot be read, names an unknown variable, or is not true or false.
pub fn holds(expression: &str, scope: &Scope) -> Result<bool, ExpressionError> {
    match over_scope(expression, scope)? {
        Value::Bool(value) => Ok(value),
        other => Err(failed(expression, format!("is {other:?}, neither true nor false"))),
    }
}

/// Replaces `{name}` by the variable's value.
pub fn fill(text: &str, scope: &Scope) -> String {
    let mut filled = text.to_owned();
    for (name, value) in scope.iter() {
        let placeholder = format!("{{{name}}}");
        if filled.contains(&placeholder) {
            filled = filled.replace(&placeholder, &readable(value));
        }
    }
    filled
}

/// The expression with each variable's value before its name: `2 units × 730`.
pub fn explain(expression: &str, scope: &Scope) -> String {
    let mut explained = String::new();
    let mut word = String::new();
    let finish = |word: &mut String, explained: &mut String| {
        if let Some(value) = scope.get(word.as_str()) {
            explained.push_str(&readable(value));
            explained.push(' ');
            explained.push_str(&word.replace('_', " "));
        } else {
            explained.push_str(word.strip_suffix(".0").unwrap_or(word));
        }
        word.clear();
    };
    for character in expression.chars() {
        if character.is_ascii_alphanumeric() || character == '_' || character == '.' {
            word.push(character);
        } else {
            finish(&mut word, &mut explained);
            explained.push(if character == '*' { '×' } else { character });
        }
    }
    finish(&mut word, &mut explained);
    explained
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_knows_its_variables() {
        let scope = Scope::from([("units", 2.0), ("gpus", 0.0)]);
        assert_eq!(number("max(units, 1.0) * ceil(729.5)", &scope), Ok(1460.0));
        assert_eq!(number("gpus > 0.0 ? 1.0 : units", &scope), Ok(2.0));
        assert!(number("unknown * 2.0", &scope).is_err());
        assert!(number("units / gpus", &scope).is_err(), "infinity is no quantity");
        assert!(number("units >", &scope).is_err());
    }

    #[test]
    fn explanations_name_each_number() {
        let scope = Scope::from([("average_units", 2.0)]);
        assert_eq!(explain("average_units * 730.0", &scope), "2 average units × 730");
    }

    #[test]
    fn numbers_read_well() {
        for (value, text) in
            [(1234567.0, "1,234,567"), (0.5, "0.5"), (1460.25, "1,460"), (-2.71234, "-2.71"), (0.0, "0")]
        {
            assert_eq!(readable(value), text);
        }
    }
}
