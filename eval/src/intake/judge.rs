//! What a case wants, and how much of it is right in what was given.

use knowledge::pattern::{ALWAYS_ON, ALWAYS_ON_DATABASE};
use serde_json::Value;

use super::{
    Field, Given, Kind,
    names::{is_a, is_cloud, is_model, model, plain, rhythm, tool},
};

/// What a case wants of a field.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) numbers: Vec<f64>,
    /// Whole right answers; the first is the expected one.
    pub(super) wholes: Vec<Vec<String>>,
    /// Names that may be there too.
    pub(super) extras: Vec<String>,
    /// Groups of fields.
    pub(super) groups: Vec<Vec<String>>,
    /// Groups that may be found too.
    pub(super) extra_groups: Vec<Vec<String>>,
    /// Nothing is right as well.
    pub(super) or_nothing: bool,
}

/// Reads a value of `expected` or `accept`; `None` for a value that says "nothing".
pub(super) fn wanted(field: Field, expected: &Value, accept: &[Value]) -> Result<Option<Wanted>, String> {
    let name = |value: &Value| match value {
        Value::String(name) => Ok(match field {
            Field::Tooling | Field::ToolingExcluded => tool(name),
            Field::ModelTypes => model(name),
            Field::Regions => name.trim().to_lowercase(),
            Field::Language => name.trim().to_lowercase().chars().take(2).collect(),
            Field::BudgetUsdMonth
            | Field::DataClassification
            | Field::LatencyMs
            | Field::ThroughputRps
            | Field::AvailabilityTarget
            | Field::WorkloadTypes
            | Field::DeploymentPreference
            | Field::Compliance
            | Field::TeamSize
            | Field::Conflicts => plain(name),
            Field::TrainingFrequency => rhythm(name),
        }),
        other => Err(format!("is {other}; a name in quotes is expected")),
    };
    let names = |value: &Value| match value {
        Value::Array(items) => items.iter().map(name).collect::<Result<Vec<_>, _>>(),
        single => Ok(vec![name(single)?]),
    };
    let groups = |value: &Value| -> Result<Vec<Vec<String>>, String> {
        match value {
            Value::Array(items) if items.iter().any(Value::is_array) => items.iter().map(names).collect(),
            Value::Array(items) if items.is_empty() => Ok(Vec::new()),
            flat => Ok(vec![names(flat)?]),
        }
    };
    if expected.is_null() || expected.as_array().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let mut wanted = Wanted::default();
    let all = std::iter::once(expected).chain(accept.iter().filter(|value| !value.is_null()));
    wanted.or_nothing = accept.iter().any(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty));
    for (index, value) in all.enumerate() {
        match field.kind() {
            Kind::Number => match value {
                Value::Number(number) => wanted.numbers.extend(number.as_f64()),
                Value::Array(items) if index > 0 && items.is_empty() => {}
                other => return Err(format!("is {other}; a number is expected")),
            },
            Kind::Name => wanted.wholes.push(vec![match value {
                Value::Array(items) if items.len() == 1 => name(&items[0])?,
                other => name(other)?,
            }]),
            Kind::Names if index == 0 || value.is_array() => wanted.wholes.push(names(value)?),
            Kind::Names => wanted.extras.push(name(value)?),
            Kind::Groups if index == 0 => wanted.groups = groups(value)?,
            Kind::Groups => wanted.extra_groups.extend(groups(value)?),
        }
    }
    Ok(Some(wanted))
}

/// Counted elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) right: u32,
    pub(super) given: u32,
    pub(super) expected: u32,
    pub(super) invented: u32,
}

impl Count {
    pub(super) fn add(&mut self, other: Self) {
        self.right += other.right;
        self.given += other.given;
        self.expected += other.expected;
        self.invented += other.invented;
    }

    /// F1.
    pub(super) fn quality(self) -> f64 {
        f64::from(2 * self.right) / f64::from((self.given + self.expected).max(1))
    }

    pub(super) fn verdict(self) -> &'static str {
        match self {
            Self { invented: 1.., .. } => "invented",
            Self { right, given, expected, .. } if right == given && right == expected => "right",
            Self { given: 0, .. } => "missed",
            Self { right: 0, .. } => "wrong",
            Self { .. } => "partly",
        }
    }
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// True when a given name satisfies a wanted one.
pub(super) fn satisfies(field: Field, given: &str, wanted: &str) -> bool {
    given == wanted || field == Field::ModelTypes && is_a(given, wanted, 4)
}

/// True when a name counts neither for nor against a case that does not list it.
pub(super) fn is_neutral(field: Field, name: &str, listed: &[String]) -> bool {
    match field {
        Field::Tooling | Field::ToolingExcluded => {
            is_cloud(name)
                || matches!(name, "gpu" | "kubernetes" | "docker")
                || name == ALWAYS_ON
                || name == ALWAYS_ON_DATABASE
                || is_model(&model(name))
        }
        Field::ModelTypes => listed.iter().any(|other| is_a(other, name, 4)),
        Field::BudgetUsdMonth
        | Field::Regions
        | Field::DataClassification
        | Field::LatencyMs
        | Field::ThroughputRps
        | Field::AvailabilityTarget
        | Field::WorkloadTypes
        | Field::DeploymentPreference
        | Field::TrainingFrequency
        | Field::Compliance
        | Field::TeamSize
        | Field::Language
        | Field::Conflicts => false,
    }
}

pub(super) fn judge_names(field: Field, given: &[String], whole: &[String], extras: &[String]) -> Count {
    let right = whole.iter().filter(|name| given.iter().any(|other| satisfies(field, other, name))).count();
    let wrong = given
        .iter()
        .filter(|name| {
            !whole.iter().chain(extras).any(|other| satisfies(field, name, other)) && !is_neutral(field, name, whole)
        })
        .count();
    Count { right: count(right), given: count(right + wrong), expected: count(whole.len()), invented: 0 }
}

/// Judges a field of a case.
pub(super) fn judge(field: Field, given: &Given, wanted: Option<&Wanted>) -> Count {
    let Some(wanted) = wanted else {
        let invented = match field.kind() {
            Kind::Number => usize::from(!given.numbers.is_empty()),
            Kind::Name => given.names.len(),
            Kind::Names => given.names.iter().filter(|name| !is_neutral(field, name, &given.names)).count(),
            Kind::Groups => given.groups.len(),
        };
        return Count { invented: count(invented), given: count(invented), ..Count::default() };
    };
    let judged = match field.kind() {
        Kind::Number => {
            let close = |given_number: f64, number: f64| {
                let (given_number, number) = match field {
                    Field::AvailabilityTarget => (100.0 - given_number, 100.0 - number),
                    _ => (given_number, number),
                };
                (given_number - number).abs() <= given.tolerance * number.abs() + 1e-9
            };
            let right = given.numbers.iter().any(|number| wanted.numbers.iter().any(|other| close(*number, *other)));
            let there = !given.numbers.is_empty();
            Count { right: u32::from(right), given: u32::from(there), expected: 1, invented: 0 }
        }
        Kind::Name => {
            let right = given.names.first().is_some_and(|name| wanted.wholes.iter().any(|whole| whole[0] == *name));
            Count { right: u32::from(right), given: count(given.names.len()), expected: 1, invented: 0 }
        }
        Kind::Names => {
            let of = |whole: &Vec<String>| judge_names(field, &given.names, whole, &wanted.extras);
            // The right answer that is nearest to what was given; the first on a tie.
            let best = wanted.wholes.iter().map(of).reduce(|a, b| if b.quality() > a.quality() { b } else { a });
            best.unwrap_or_default()
        }
        Kind::Groups => {
            let share = |a: &[String], b: &[String]| a.iter().any(|name| b.contains(name));
            let right =
                wanted.groups.iter().filter(|group| given.groups.iter().any(|other| share(group, other))).count();
            let wrong = given
                .groups
                .iter()
                .filter(|group| !wanted.groups.iter().chain(&wanted.extra_groups).any(|other| share(group, other)))
                .count();
            Count {
                right: count(right),
                given: count(right + wrong),
                expected: count(wanted.groups.len()),
                invented: 0,
            }
        }
    };
    if wanted.or_nothing && judged.given == 0 { Count::default() } else { judged }
}
