//! Expressions of the data files: CEL, with decimal variables.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use cel::{Context, Program, Value};
use design::words::readable;

/// What an expression may name: each variable with its meaning and unit, in the order of the names.
pub const VARIABLES: [(&str, &str); 50] = [
    ("average_load_units", "units that the average load keeps busy, a fraction"),
    ("average_rps", "average requests or events per second"),
    ("average_units", "units that run on average"),
    ("batch", "1 for batch results, else 0"),
    ("batch_runs_month", "batch runs per month"),
    ("brought_gb", "what devices have scored and bring, GB"),
    ("cpu_speed", "speed of the machine type's vCPU, 1 = the reference machine"),
    ("daily_gb", "new data, GB per day"),
    ("devices", "devices at the edge"),
    ("edge", "1 for a model on devices, else 0"),
    ("expertise", "practice of the team: 0 beginner, 1 intermediate, 2 expert"),
    ("gpu_memory_gb", "memory of the machine type's GPUs, GB"),
    ("gpu_slots", "requests that one GPU serves at once"),
    ("gpu_speed", "speed of the machine type's GPU, 1 = a T4"),
    ("gpus", "GPUs of the machine type"),
    ("hours", "hours of one run of a job"),
    ("index_gb", "vector index, GB"),
    ("latency_target_ms", "latency objective, milliseconds; very large without one"),
    ("log_requests_month", "requests per month that are logged"),
    ("memory_gb", "memory of a serving process, GB"),
    ("memory_gb_unit", "memory of the machine type, GB"),
    ("model_gb", "size of the model, GB"),
    ("model_gpu_ms", "one prediction on a T4 GPU, milliseconds at P95"),
    ("model_ms", "one prediction on one vCPU, milliseconds at P95"),
    ("monthly_gb", "new data, GB per month"),
    ("needs_gpu", "1 when serving needs a GPU, else 0"),
    ("needs_gpu_train", "1 when training needs a GPU, else 0"),
    ("online_gb", "data of the online feature store, GB"),
    ("payload_kb", "size of a request, kB"),
    ("peak_rps", "requests or events per second at peak"),
    ("real_time", "1 for answers to requests, else 0"),
    ("records_per_run", "records of a daily batch run"),
    ("redundancy", "units that must run at least"),
    ("requests_month", "requests or events per month"),
    ("runs_month", "training runs per month"),
    ("scored_gb", "what was scored and is kept, GB"),
    ("sensitive", "1 for data that is protected, else 0"),
    ("servers", "requests that a unit serves at once"),
    ("service_ms_unit", "time of one request on one server of the unit, milliseconds"),
    ("service_s", "the same in seconds"),
    ("stored_gb", "data stored, GB"),
    ("streaming", "1 for a stream of events, else 0"),
    ("team_size", "people who run the system"),
    ("tokens_in", "tokens into the language model per request"),
    ("tokens_out", "tokens out of it per request"),
    ("train_gpu_hours", "hours of a training run on one T4 GPU"),
    ("train_vcpu_hours", "hours of a training run on one vCPU"),
    ("units", "units that run at peak"),
    ("vcpu", "vCPUs of the machine type"),
    ("window_rps", "records per second when a batch run uses its whole window"),
];

/// The place of a variable in [`VARIABLES`].
fn place(name: &str) -> Option<usize> {
    VARIABLES.binary_search_by(|(own, _)| (*own).cmp(name)).ok()
}

/// Values of [`VARIABLES`], each where its name stands: an estimate copies and reads them thousands of times.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope([Option<f64>; VARIABLES.len()]);

impl Default for Scope {
    fn default() -> Self {
        Self([None; VARIABLES.len()])
    }
}

impl Scope {
    /// A variable's value; `None` when it has none or there is no such variable.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0[place(name)?]
    }

    /// A variable's value, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut f64> {
        self.0[place(name)?].as_mut()
    }

    /// Sets a variable of [`VARIABLES`]; other names are a mistake of this code, and nothing can read them.
    pub fn insert(&mut self, name: &'static str, value: f64) {
        let place = place(name);
        debug_assert!(place.is_some(), "{name} is not among the variables");
        if let Some(place) = place {
            self.0[place] = Some(value);
        }
    }

    /// The variables that have a value, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        VARIABLES.iter().zip(self.0).filter_map(|((name, _), value)| Some((*name, value?)))
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

/// Values of an expression that are remembered; with one more, all are forgotten. The catalogue has some hundreds of
/// expressions, so that a warm function keeps a few megabytes at most.
const REMEMBERED: usize = 256;

/// An expression that was read, with the variables that it names and what it came to for their values. Sizing for
/// another answer changes one or two variables, so that most values were worked out before.
struct Compiled {
    program: Program,
    /// Places of the variables; `None` where it names something else.
    variables: Option<Vec<usize>>,
    known: Mutex<HashMap<Box<[u64]>, Value>>,
}

impl Compiled {
    /// The bits of the variables that it names; `None` where one is unknown.
    fn bits(&self, scope: &Scope) -> Option<Box<[u64]>> {
        self.variables.as_ref()?.iter().map(|place| scope.0[*place].map(f64::to_bits)).collect()
    }

    fn value(&self, expression: &str, scope: &Scope) -> Result<Value, ExpressionError> {
        let Some(bits) = self.bits(scope) else { return self.execute(expression, scope) };
        if let Some(value) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&bits) {
            return Ok(value.clone());
        }
        let value = self.execute(expression, scope)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(bits, value.clone());
        Ok(value)
    }

    fn execute(&self, expression: &str, scope: &Scope) -> Result<Value, ExpressionError> {
        let mut context = functions(expression)?;
        // Only what the expression names: most use three of some forty variables.
        for place in self.variables.iter().flatten() {
            if let Some(value) = scope.0[*place] {
                context.add_variable_from_value(VARIABLES[*place].0, value);
            }
        }
        self.program.execute(&context).map_err(|error| failed(expression, error))
    }
}

/// Compiled programs by their text: a warm function compiles each expression once.
static PROGRAMS: LazyLock<Mutex<HashMap<String, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

fn compiled(expression: &str) -> Result<Arc<Compiled>, ExpressionError> {
    let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = programs.get(expression) {
        return Ok(program.clone());
    }
    let program = Program::compile(expression).map_err(|error| failed(expression, error))?;
    let variables = program.references().variables().into_iter().map(place).collect();
    let compiled = Arc::new(Compiled { program, variables, known: Mutex::default() });
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
    compiled(expression)?.value(expression, scope)
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
    fn variables_are_in_order() {
        assert!(VARIABLES.is_sorted_by(|(one, _), (other, _)| one < other));
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
