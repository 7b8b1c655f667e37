//! Values in words, the same wherever a person reads them: constraints, answers, numbers with units.

use run::{
    answer::AnswerValue,
    question::{Field, Question},
};
use serde::Serialize;

use crate::constraint::{Cloud, ConstraintField, ConstraintSet, Currency, Source, Stated};

/// A number for people: separators in thousands, at most three significant decimals.
pub fn readable(value: f64) -> String {
    if value.is_infinite() {
        return "any number of".to_owned();
    }
    let magnitude = value.abs();
    let decimals = match magnitude {
        m if m >= 100.0 || m == m.trunc() => 0,
        m if m >= 1.0 => 2,
        m if m >= 0.01 => 4,
        _ => 8,
    };
    let text = format!("{magnitude:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fraction}") }
}

/// The words with a capital letter at the beginning.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// US dollars of a month: whole ones from 100, with cents below.
pub fn usd(value: f64) -> String {
    // Adding 0 makes of a negative zero, which an empty sum is, a zero.
    let value = (value * 100.0).round() / 100.0 + 0.0;
    let text = if value.abs() >= 100.0 { readable(value.round()) } else { format!("{value:.2}") };
    format!("{text} USD")
}

/// A percentage that is never rounded up: 99.999 % is not 100 %.
pub fn percent(value: f64) -> String {
    // The small addition takes back what binary fractions lose: 99.9 must not become 99.8999.
    let floored = (value * 1e4 + 1e-6).floor() / 1e4;
    let text = format!("{floored:.4}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share from 0 to 1 as whole percent.
pub fn share(value: f64) -> String {
    format!("{:.0} %", value * 100.0)
}

/// The value's name on the wire, with spaces; acronyms keep their case.
pub fn name(value: &impl Serialize) -> String {
    let wire = match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    };
    match wire.as_str() {
        "pii" | "pci" | "phi" | "gdpr" | "hipaa" | "ccpa" | "nlp" => wire.to_uppercase(),
        "pci_dss" => "PCI DSS".to_owned(),
        "soc2" => "SOC 2".to_owned(),
        "iso27001" => "ISO/IEC 27001".to_owned(),
        "fed_ramp" => "FedRAMP".to_owned(),
        "eu_ai_act" => "EU AI Act".to_owned(),
        "generative_ai" => "generative AI".to_owned(),
        _ => wire.replace('_', " "),
    }
}

/// A constraint's name for people.
pub fn label(field: ConstraintField) -> &'static str {
    match field {
        ConstraintField::Cloud => "Cloud",
        ConstraintField::Budget => "Budget",
        ConstraintField::Regions => "Regions",
        ConstraintField::DataClass => "Data class",
        ConstraintField::Latency => "Latency",
        ConstraintField::Throughput => "Throughput",
        ConstraintField::DataVolume => "Data volume",
        ConstraintField::MlTask => "ML task",
        ConstraintField::UseCase => "Use case",
        ConstraintField::Deployment => "Deployment",
        ConstraintField::Tooling => "Tooling",
        ConstraintField::Compliance => "Compliance",
        ConstraintField::Team => "Team",
        ConstraintField::Availability => "Availability",
        ConstraintField::Retraining => "Retraining",
        ConstraintField::Workloads => "Workloads",
        ConstraintField::Platform => "Platform",
        ConstraintField::ModelTypes => "Model types",
    }
}

/// Where a value came from, in words.
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Text => "requirement text",
        Source::Structured => "field beside the text",
        Source::Answer => "a person's answer",
        Source::Default => "accepted default",
        Source::Inherited => "parent version",
    }
}

fn listed(values: &[String], none: &str) -> String {
    if values.is_empty() { none.to_owned() } else { values.join(", ") }
}

/// A cloud's name for people.
pub fn cloud(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aws => "AWS",
        Cloud::Gcp => "Google Cloud",
        Cloud::Azure => "Microsoft Azure",
        Cloud::OnPremises => "on premises",
    }
}

/// The value of a constraint in words, when something is known of it.
pub fn constraint(set: &ConstraintSet, field: ConstraintField) -> Option<String> {
    fn of<T>(stated: &Option<Stated<T>>, words: impl FnOnce(&T) -> String) -> Option<String> {
        stated.as_ref().map(|stated| words(&stated.value))
    }
    match field {
        ConstraintField::Cloud => of(&set.cloud, |value| cloud(*value).to_owned()),
        ConstraintField::Budget => of(&set.budget, |budget| {
            let dollars = format!("{} per month", usd(budget.usd_per_month));
            match budget.currency {
                Currency::Usd => dollars,
                other @ (Currency::Eur
                | Currency::Gbp
                | Currency::Chf
                | Currency::Cad
                | Currency::Aud
                | Currency::Jpy
                | Currency::Inr
                | Currency::Brl
                | Currency::Sek
                | Currency::Pln) => {
                    format!("{} {} per month, taken as {dollars}", readable(budget.amount), other.code())
                }
            }
        }),
        ConstraintField::Regions => of(&set.regions, |regions| {
            let regions: Vec<String> =
                regions.iter().map(|region| format!("{} ({})", region.code, region.jurisdiction)).collect();
            listed(&regions, "none")
        }),
        ConstraintField::DataClass => of(&set.data_class, name),
        ConstraintField::Latency => of(&set.latency, |latency| {
            format!("P{} within {} ms", readable(latency.percentile), readable(latency.milliseconds))
        }),
        ConstraintField::Throughput => of(&set.throughput, |throughput| {
            format!(
                "{}/s on average, {}/s at peak",
                readable(throughput.average_per_second),
                readable(throughput.peak_per_second)
            )
        }),
        ConstraintField::DataVolume => of(&set.data_volume, |volume| {
            // Of a size alone nothing is known of what is stored.
            let stored = (volume.stored_gb > 0.0 || volume.item_kb.is_none()).then_some(volume.stored_gb);
            let mut parts: Vec<String> =
                stored.iter().map(|stored| format!("{} GB stored", readable(*stored))).collect();
            parts.extend(volume.daily_gb.map(|daily| format!("{} GB new per day", readable(daily))));
            parts.extend(volume.records.map(|records| format!("{} records", readable(records))));
            parts.extend(volume.item_kb.map(|size| format!("{} kB in each request", readable(size))));
            parts.join(", ")
        }),
        ConstraintField::MlTask => of(&set.ml_task, name),
        ConstraintField::UseCase => of(&set.use_case, name),
        ConstraintField::Deployment => of(&set.deployment, name),
        ConstraintField::Tooling => of(&set.tooling, |tooling| {
            format!("wanted: {}; excluded: {}", listed(&tooling.preferred, "none"), listed(&tooling.excluded, "none"))
        }),
        ConstraintField::Compliance => {
            of(&set.compliance, |frameworks| listed(&frameworks.iter().map(name).collect::<Vec<_>>(), "none"))
        }
        ConstraintField::Team => of(&set.team, |team| {
            let size = team.size.map(|size| if size == 1 { "1 person".to_owned() } else { format!("{size} people") });
            let parts: Vec<String> = size.into_iter().chain(team.expertise.as_ref().map(name)).collect();
            listed(&parts, "nothing said of size or practice")
        }),
        ConstraintField::Availability => of(&set.availability, |availability| percent(availability.percent)),
        ConstraintField::Retraining => of(&set.retraining, name),
        ConstraintField::Workloads => {
            of(&set.workloads, |types| listed(&types.iter().map(name).collect::<Vec<_>>(), "none"))
        }
        ConstraintField::Platform => of(&set.platform, name),
        ConstraintField::ModelTypes => of(&set.model_types, |types| {
            listed(&types.iter().map(|family| family.replace('_', " ")).collect::<Vec<_>>(), "none")
        }),
    }
}

/// An answer in words: numbers with their unit, choices by their label.
pub fn answer(question: Option<&Question>, value: &AnswerValue) -> String {
    let labelled = |wanted: &String| {
        let choices = match question.map(|question| &question.field) {
            Some(Field::Choice { choices } | Field::MultiChoice { choices }) => choices.as_slice(),
            Some(Field::Text { .. } | Field::Number { .. }) | None => &[],
        };
        choices.iter().find(|choice| choice.value == *wanted).map_or(wanted, |choice| &choice.label).clone()
    };
    match value {
        AnswerValue::Number(number) => match question.map(|question| &question.field) {
            Some(Field::Number { unit, .. }) => format!("{} {unit}", readable(*number)),
            Some(Field::Text { .. } | Field::Choice { .. } | Field::MultiChoice { .. }) | None => readable(*number),
        },
        AnswerValue::Text(text) => labelled(text),
        AnswerValue::Many(values) => listed(&values.iter().map(labelled).collect::<Vec<_>>(), "none of the choices"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_never_rounded_up() {
        assert_eq!(percent(99.9), "99.9 %");
        assert_eq!(percent(99.999), "99.999 %");
        assert_eq!(percent(99.99999), "99.9999 %");
        assert_eq!(percent(100.0), "100 %");
        assert_eq!(percent(0.0), "0 %");
    }

    #[test]
    fn money_has_cents_where_they_matter() {
        assert_eq!(usd(1234.5), "1,235 USD");
        assert_eq!(usd(12.5), "12.50 USD");
        assert_eq!(usd(0.004), "0.00 USD");
        assert_eq!(usd(Vec::<f64>::new().iter().sum()), "0.00 USD");
    }
}
