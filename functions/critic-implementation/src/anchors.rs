//! What a repository must hold so that it answers its requirement: rules from `data/anchors.toml`, each a text that must
//! be somewhere and the value that it must have.

use agent::AgentError;
use design::{
    constraint::{ConstraintField, ConstraintSet},
    finding::Severity,
};
use generation::Embedded;
use regex::Regex;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How the value in the text is held against the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The same number.
    Equal,
    /// That number or less.
    AtMost,
    /// That number or more.
    AtLeast,
    /// One of the expected names.
    OneOf,
    /// A schedule with the expected rhythm.
    Rhythm,
}

/// One expectation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Stable id; that of the finding is `code.` and this.
    pub id: String,
    /// The constraint that it answers; none for what every repository owes.
    pub field: Option<ConstraintField>,
    /// What the text is for, in words.
    pub says: String,
    /// Which files are searched, by their paths.
    #[serde(deserialize_with = "pattern")]
    pub files: Regex,
    /// The text; its group `value` is what is compared, and where the place is.
    #[serde(deserialize_with = "pattern")]
    pub text: Regex,
    /// Looked at only where some file of the repository has this text.
    #[serde(default, deserialize_with = "optional_pattern")]
    pub having: Option<Regex>,
    /// Looked at only when the constraint has one of these values, by their names on the wire.
    #[serde(default)]
    pub given: Vec<String>,
    /// Looked at only when the constraint's number is above this.
    pub above: Option<f64>,
    /// How the value is compared; present is enough without it.
    pub compare: Option<Compare>,
    /// What it is compared with, where that is not the constraint's own value.
    pub value: Option<f64>,
    /// Every match must hold, not only one.
    #[serde(default)]
    pub every: bool,
    /// How bad it is when it is not there.
    pub severity: Severity,
    /// What would mend it.
    pub remedy: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Anchors {
    anchor: Vec<Anchor>,
    tool: Vec<Tool>,
}

/// A tool that is used by a file being there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    /// Its names, as the constraint has them.
    names: Vec<String>,
    /// Its files, by their paths.
    #[serde(deserialize_with = "pattern")]
    files: Regex,
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn optional_pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    pattern(deserializer).map(Some)
}

fn data() -> Result<&'static Anchors, AgentError> {
    static ANCHORS: Embedded<Anchors> = Embedded::new("data/anchors.toml", include_str!("../data/anchors.toml"));
    Ok(ANCHORS.get()?)
}

/// All expectations.
///
/// # Errors
/// When the data is broken.
pub fn anchors() -> Result<&'static [Anchor], AgentError> {
    Ok(data()?.anchor.as_slice())
}

/// The files by which a tool is used, where it has some of its own.
pub fn tool_files(tool: &str) -> Option<&'static Regex> {
    let tools = &data().ok()?.tool;
    tools.iter().find(|known| known.names.iter().any(|name| name == tool)).map(|known| &known.files)
}

/// A constraint's value as the expectations compare it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// Names on the wire: `pii`, `eu-central-1`, `weekly`.
    pub names: Vec<String>,
    /// The number in the unit of the repository: US dollars a month, milliseconds, requests a second, percent.
    pub number: Option<f64>,
}

/// What is wanted of a field; `None` when nothing is known of it, or nothing is wanted (no rules, no tools).
pub fn wanted(constraints: &ConstraintSet, field: ConstraintField) -> Option<Wanted> {
    constraints.provenance(field)?;
    let set = serde_json::to_value(constraints).unwrap_or_default();
    let value = &set[field.as_str()]["value"];
    let number = match field {
        ConstraintField::Budget => &value["usd_per_month"],
        ConstraintField::Latency => &value["milliseconds"],
        ConstraintField::Throughput => &value["peak_per_second"],
        ConstraintField::Availability => &value["percent"],
        ConstraintField::DataVolume => &value["stored_gb"],
        ConstraintField::Cloud
        | ConstraintField::Regions
        | ConstraintField::DataClass
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Compliance
        | ConstraintField::Team
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => &Value::Null,
    };
    let name = |value: &Value| value.as_str().or_else(|| value["code"].as_str()).map(str::to_owned);
    if value.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    let names = match value {
        Value::Array(values) => values.iter().filter_map(name).collect(),
        other => name(other).into_iter().collect(),
    };
    Some(Wanted { names, number: number.as_f64() })
}

/// The rhythm of a schedule expression of AWS, as the wire names rhythms: `cron(minute hour day month weekday year)` or
/// `rate(1 hour)`; `None` for others. Source: EventBridge Scheduler, "Schedule types", 2026-11.
pub fn rhythm(expression: &str) -> Option<&'static str> {
    if let Some(fields) = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [_, hour, day, month, weekday, _] = fields.as_slice() else { return None };
        let any = |field: &str| matches!(field, "*" | "?");
        return Some(if hour.contains(['*', '/']) {
            "hourly"
        } else if !any(weekday) {
            "weekly"
        } else if any(day) {
            "daily"
        } else if any(month) {
            "monthly"
        } else {
            "quarterly"
        });
    }
    let rate = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    match rate {
        "1 hour" => Some("hourly"),
        "1 day" => Some("daily"),
        "7 days" => Some("weekly"),
        _ => None,
    }
}

impl Anchor {
    /// Whether it is looked at for this value.
    pub fn concerns(&self, wanted: &Wanted) -> bool {
        (self.given.is_empty() || self.given.iter().any(|given| wanted.names.contains(given)))
            && self.above.is_none_or(|above| wanted.number.is_some_and(|number| number > above))
    }

    /// Whether a value that was found is as it is wanted.
    pub fn holds(&self, found: &str, wanted: &Wanted) -> bool {
        let Some(compare) = self.compare else { return true };
        let expected = self.value.or(wanted.number);
        let number = || Some((found.trim_end_matches('.').parse::<f64>().ok()?, expected?));
        match compare {
            // Amounts are rounded to cents in the repository.
            Compare::Equal => number().is_some_and(|(found, expected)| (found - expected).abs() < 0.01),
            Compare::AtMost => number().is_some_and(|(found, expected)| found <= expected + 0.5),
            Compare::AtLeast => number().is_some_and(|(found, expected)| found >= expected - 0.5),
            Compare::OneOf => wanted.names.iter().any(|name| name == found),
            Compare::Rhythm => rhythm(found).is_some_and(|rhythm| wanted.names.iter().any(|name| name == rhythm)),
        }
    }

    /// What was expected, in words.
    pub fn expectation(&self, wanted: &Wanted) -> String {
        let number = || self.value.or(wanted.number).map(design::words::readable).unwrap_or_default();
        match self.compare {
            None => "it is expected to be there".to_owned(),
            Some(Compare::Equal) => format!("{} is expected", number()),
            Some(Compare::AtMost) => format!("at most {} is expected", number()),
            Some(Compare::AtLeast) => format!("at least {} is expected", number()),
            Some(Compare::OneOf | Compare::Rhythm) => format!("{} is expected", wanted.names.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expectation_can_be_read_and_has_an_id_of_its_own() {
        let all = anchors().unwrap();
        let mut ids: Vec<&str> = all.iter().map(|anchor| anchor.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len());
        for anchor in all {
            let compares = anchor.compare.is_some();
            let names_value = anchor.text.capture_names().flatten().any(|name| name == "value");
            assert!(!compares || names_value, "{} compares what it does not capture", anchor.id);
            assert!(anchor.field.is_some() || anchor.given.is_empty(), "{} is given a value of no field", anchor.id);
        }
    }

    #[test]
    fn schedules_have_rhythms() {
        for (expression, expected) in [
            ("cron(0 3 ? * MON *)", Some("weekly")),
            ("cron(0 3 * * ? *)", Some("daily")),
            ("cron(0 * * * ? *)", Some("hourly")),
            ("cron(0 */2 * * ? *)", Some("hourly")),
            ("cron(0 3 1 * ? *)", Some("monthly")),
            ("cron(0 3 1 1,4,7,10 ? *)", Some("quarterly")),
            ("rate(1 day)", Some("daily")),
            ("at(2026-01-01T00:00:00)", None),
        ] {
            assert_eq!(rhythm(expression), expected, "{expression}");
        }
    }
}
