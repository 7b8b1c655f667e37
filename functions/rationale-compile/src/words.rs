//! Values in words: constraints, answers, numbers with units.

use design::constraint::{Cloud, ConstraintField, ConstraintSet, Currency, Source, Stated};
use knowledge::expression::readable;
use run::{
    answer::AnswerValue,
    question::{Field, Question},
};
use serde::Serialize;

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

/// A constraint in a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The field's name on the wire.
    pub field: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The value in words.
    pub value: String,
    /// Where it came from.
    pub source: &'static str,
    /// 0 to 1.
    pub confidence: f64,
    /// The words of the requirement.
    pub quotes: Vec<String>,
    /// How it was derived.
    pub derivation: Option<String>,
}

fn row<T>(field: ConstraintField, stated: Option<&Stated<T>>, words: impl FnOnce(&T) -> String) -> Option<Row> {
    stated.map(|stated| Row {
        field: field.as_str(),
        label: label(field),
        value: words(&stated.value),
        source: source(stated.source),
        confidence: stated.confidence,
        quotes: stated.evidence.iter().map(|evidence| evidence.quote.clone()).collect(),
        derivation: stated.derivation.clone(),
    })
}

fn listed(values: &[String], none: &str) -> String {
    if values.is_empty() { none.to_owned() } else { values.join(", ") }
}

/// The constraint as a table row, when something is known of it.
pub fn constraint(set: &ConstraintSet, field: ConstraintField) -> Option<Row> {
    match field {
        ConstraintField::Cloud => row(field, set.cloud.as_ref(), |cloud| {
            match cloud {
                Cloud::Aws => "AWS",
                Cloud::Gcp => "Google Cloud",
                Cloud::Azure => "Microsoft Azure",
                Cloud::OnPremises => "on premises",
            }
            .to_owned()
        }),
        ConstraintField::Budget => row(field, set.budget.as_ref(), |budget| {
            let dollars = format!("{} per month", usd(budget.usd_per_month));
            match budget.currency {
                Currency::Usd => dollars,
                Currency::Eur => format!("{} EUR per month, taken as {dollars}", readable(budget.amount)),
                Currency::Gbp => format!("{} GBP per month, taken as {dollars}", readable(budget.amount)),
            }
        }),
        ConstraintField::Regions => row(field, set.regions.as_ref(), |regions| {
            let regions: Vec<String> =
                regions.iter().map(|region| format!("{} ({})", region.code, region.jurisdiction)).collect();
            listed(&regions, "none")
        }),
        ConstraintField::DataClass => row(field, set.data_class.as_ref(), name),
        ConstraintField::Latency => row(field, set.latency.as_ref(), |latency| {
            format!("P{} within {} ms", readable(latency.percentile), readable(latency.milliseconds))
        }),
        ConstraintField::Throughput => row(field, set.throughput.as_ref(), |throughput| {
            format!(
                "{}/s on average, {}/s at peak",
                readable(throughput.average_per_second),
                readable(throughput.peak_per_second)
            )
        }),
        ConstraintField::DataVolume => row(field, set.data_volume.as_ref(), |volume| {
            let mut parts = vec![format!("{} GB stored", readable(volume.stored_gb))];
            parts.extend(volume.daily_gb.map(|daily| format!("{} GB new per day", readable(daily))));
            parts.extend(volume.records.map(|records| format!("{} records", readable(records))));
            parts.join(", ")
        }),
        ConstraintField::MlTask => row(field, set.ml_task.as_ref(), name),
        ConstraintField::UseCase => row(field, set.use_case.as_ref(), name),
        ConstraintField::Deployment => row(field, set.deployment.as_ref(), name),
        ConstraintField::Tooling => row(field, set.tooling.as_ref(), |tooling| {
            format!("wanted: {}; excluded: {}", listed(&tooling.preferred, "none"), listed(&tooling.excluded, "none"))
        }),
        ConstraintField::Compliance => row(field, set.compliance.as_ref(), |frameworks| {
            listed(&frameworks.iter().map(name).collect::<Vec<_>>(), "none")
        }),
        ConstraintField::Team => row(field, set.team.as_ref(), |team| {
            let size = team.size.map(|size| if size == 1 { "1 person".to_owned() } else { format!("{size} people") });
            let parts: Vec<String> = size.into_iter().chain(team.expertise.as_ref().map(name)).collect();
            listed(&parts, "nothing said of size or practice")
        }),
        ConstraintField::Availability => {
            row(field, set.availability.as_ref(), |availability| percent(availability.percent))
        }
        ConstraintField::Retraining => row(field, set.retraining.as_ref(), name),
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
