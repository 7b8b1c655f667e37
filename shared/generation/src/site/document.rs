//! What documents say of the requirement, the constraints and the plan.

use design::{
    constraint::{ConstraintField, ConstraintSet, DataClass, Framework, Source, UseCase},
    plan::{Capability, Component},
};
use serde::Serialize;

use crate::{schema::Schema, task::Family, words};

/// The requirement is quoted up to this many characters; all of it stands where it was asked.
const QUOTED_CHARACTERS: usize = 600;

/// A number with so many digits may be somebody's: an account, a telephone, a card.
const DIGITS_OF_SOMEBODY: usize = 9;

#[derive(Debug, Serialize)]
pub(super) struct Row {
    name: &'static str,
    value: String,
    source: &'static str,
    said: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ComponentRow {
    node: String,
    mermaid: String,
    capability: &'static str,
    name_cell: String,
    pattern: String,
    services_cell: String,
    sizing_cell: String,
    why: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Edge {
    from: String,
    to: String,
}

/// The heading of the README: the title that a person gave; where that is only the requirement's beginning, what the
/// project is about, or else the telling words of the requirement.
pub(super) fn heading(
    title: &str,
    requirement: &str,
    family: Family,
    schema: &Schema,
    use_case: Option<UseCase>,
    name: &str,
) -> String {
    let line = words::one_line(&masked(title), 120);
    let given = line.trim();
    let is_made = plain_beginning(requirement).starts_with(&plain_beginning(given));
    if !given.is_empty() && !is_made {
        return words::markdown(given);
    }
    let about = match use_case {
        Some(UseCase::ExperimentationPlatform) => Some("Experimentation platform".to_owned()),
        Some(_) | None => family.title().map(str::to_owned).or_else(|| schema.title().map(str::to_owned)),
    };
    words::markdown(&about.unwrap_or_else(|| words::humanised(name)))
}

/// A text without what a title made from it may lack: case, blanks, and marks at its end.
fn plain_beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    line.trim_end_matches(|c: char| c.is_ascii_punctuation() || c == '…' || c == ' ').to_owned()
}

/// The requirement's first sentences, as documents quote them.
pub(super) fn excerpt(requirement: &str) -> String {
    let line = requirement.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut ends: Vec<usize> =
        line.match_indices(['.', '!', '?']).map(|(at, _)| at + 1).filter(|at| line[*at..].starts_with(' ')).collect();
    ends.push(line.len());
    let (mut said, mut start) = (String::new(), 0);
    for end in ends {
        let sentence = masked(&line[start..end]);
        start = end;
        let shown = if sentence.contains('@') { "…" } else { sentence.as_str() };
        if !said.is_empty() && said.chars().count() + shown.chars().count() > QUOTED_CHARACTERS {
            said.push_str(" …");
            break;
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(shown);
    }
    words::markdown(&words::one_line(&said, QUOTED_CHARACTERS + 2))
}

/// Words that look like credentials, or like a number of somebody's, do not go into documents.
fn masked(title: &str) -> String {
    title
        .split_whitespace()
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let mixed = digits > 0 && word.chars().any(|c| c.is_ascii_alphabetic());
            let is_number = digits >= DIGITS_OF_SOMEBODY && !word.contains(',');
            if is_number || (word.chars().count() >= 16 && mixed) { "…" } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn row(index: usize, component: &Component, set: &ConstraintSet) -> ComponentRow {
    let sizing: Vec<String> = component.sizing.iter().map(|(key, value)| format!("{key} {value}")).collect();
    ComponentRow {
        node: format!("{}{index}", component.capability.as_str()),
        mermaid: words::mermaid(&component.name),
        capability: component.capability.as_str(),
        name_cell: words::markdown(&component.name),
        pattern: component.pattern.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).collect(),
        services_cell: if component.services.is_empty() {
            "none: code only".to_owned()
        } else {
            words::markdown(&component.services.join(", "))
        },
        sizing_cell: if sizing.is_empty() { "by use".to_owned() } else { words::markdown(&sizing.join(", ")) },
        why: why(component, set),
    }
}

/// Arrows along the data's way; what watches and governs hangs on serving and training.
pub(super) fn edges(components: &[Component]) -> Vec<Edge> {
    let way = [
        Capability::Ingest,
        Capability::Transform,
        Capability::Store,
        Capability::Feature,
        Capability::Train,
        Capability::Serve,
        Capability::Observe,
    ];
    let nodes = |capability: Capability| -> Vec<String> {
        components
            .iter()
            .enumerate()
            .filter(|(_, component)| component.capability == capability)
            .map(|(index, component)| format!("{}{index}", component.capability.as_str()))
            .collect()
    };
    let stages: Vec<Vec<String>> = way.into_iter().map(nodes).filter(|stage| !stage.is_empty()).collect();
    let mut edges = Vec::new();
    let mut connect = |from: &[String], to: &[String]| {
        for from in from {
            for to in to {
                edges.push(Edge { from: from.clone(), to: to.clone() });
            }
        }
    };
    for pair in stages.windows(2) {
        connect(&pair[0], &pair[1]);
    }
    connect(&nodes(Capability::Train), &nodes(Capability::Govern));
    edges
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Text => "requirement",
        Source::Structured => "given field",
        Source::Answer => "answer",
        Source::Default => "accepted default",
        Source::Inherited => "earlier version",
    }
}

pub(super) fn constraint_rows(set: &ConstraintSet) -> Vec<Row> {
    let row = |field: ConstraintField| {
        let provenance = set.provenance(field)?;
        let quotes: Vec<String> = provenance.evidence.iter().filter_map(|evidence| quoted(&evidence.quote)).collect();
        Some(Row {
            name: design::words::label(field),
            value: words::markdown(&design::words::constraint(set, field)?),
            source: source_name(provenance.source),
            said: if quotes.is_empty() { "–".to_owned() } else { quotes.join(", ") },
        })
    };
    ConstraintField::ALL.into_iter().filter_map(row).collect()
}

/// Words of the requirement as documents quote them; words that may be an address are left out.
fn quoted(text: &str) -> Option<String> {
    let line = words::one_line(&masked(text), 160);
    (!line.is_empty() && !line.contains('@')).then(|| format!("“{}”", words::markdown(&line)))
}

/// What the requirement wants the model for.
pub(super) fn purpose(set: &ConstraintSet) -> String {
    let said: Vec<String> = [ConstraintField::UseCase, ConstraintField::MlTask, ConstraintField::Deployment]
        .into_iter()
        .filter_map(|field| {
            let value = design::words::constraint(set, field)?;
            Some(format!("{}: {}", design::words::label(field).to_lowercase(), words::markdown(&value)))
        })
        .collect();
    if said.is_empty() {
        "The requirement does not say.".to_owned()
    } else {
        format!("The requirement says: {}. It is meant for that and for nothing else.", said.join(", "))
    }
}

/// Why a component is there: its reason, and the constraints that speak for it.
fn why(component: &Component, set: &ConstraintSet) -> String {
    let traces = component.traces.iter().filter_map(|trace| {
        let behind = trace.quote.as_deref().and_then(quoted).or_else(|| {
            let field = trace.field?;
            Some(format!(
                "{} {}",
                design::words::label(field),
                words::markdown(&design::words::constraint(set, field)?)
            ))
        })?;
        Some(format!("{} ({behind}).", words::markdown(&trace.claim)))
    });
    let rationale = words::markdown(&component.rationale);
    std::iter::once(rationale).filter(|text| !text.is_empty()).chain(traces).collect::<Vec<_>>().join(" ")
}

/// The class's name in tags and documents.
pub(super) fn data_class_name(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "public",
        DataClass::Internal => "internal",
        DataClass::Confidential => "confidential",
        DataClass::Pii => "pii",
        DataClass::Restricted => "restricted",
        DataClass::Pci => "pci",
        DataClass::Phi => "phi",
    }
}

pub(super) fn framework_name(framework: Framework) -> &'static str {
    match framework {
        Framework::Gdpr => "GDPR",
        Framework::Hipaa => "HIPAA",
        Framework::PciDss => "PCI DSS",
        Framework::Soc2 => "SOC 2",
        Framework::Iso27001 => "ISO/IEC 27001",
        Framework::Ccpa => "CCPA",
        Framework::FedRamp => "FedRAMP",
        Framework::EuAiAct => "EU AI Act",
    }
}

pub(super) fn data_words(class: Option<DataClass>, aws: bool, on_devices: bool) -> String {
    let start = match class {
        Some(DataClass::Public) => "The data is public.",
        Some(DataClass::Internal) => "The data is for the organisation.",
        Some(DataClass::Confidential) => "The data is confidential.",
        Some(DataClass::Pii) => "The data is about persons: keep what the purpose needs, and no longer.",
        Some(DataClass::Restricted) => "The data is of the organisation's highest class: every access is logged.",
        Some(DataClass::Pci) => "The data is about payment cards: no full card number may be stored.",
        Some(DataClass::Phi) => "The data is about the health of persons: every access is logged.",
        None => "Nobody said how sensitive the data is: it is treated as confidential.",
    };
    let protection = match (aws, on_devices) {
        (true, false) => "It is encrypted with the system's own key at rest and with TLS on the way.",
        (true, true) => {
            "In AWS it is encrypted with the system's own key at rest, on a device as its disk is, and with TLS on the way."
        }
        (false, _) => "Encryption at rest and on the way is set up with the infrastructure.",
    };
    format!(
        "{start} {protection} Logs hold counts and ids, never\nrecords or predictions; lines that broke the data contract \
         are in `quarantine/` of the data bucket."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task;

    #[test]
    fn a_title_is_the_persons_or_says_what_it_is_about() {
        let requirement = "We want to predict which customers will churn. Budget 900 dollars.";
        let of = |title: &str, requirement: &str| {
            let family = Family::Tabular(task::Mode::Classification);
            let schema = Schema::of(family, requirement).unwrap();
            heading(title, requirement, family, &schema, None, "predict-leavers")
        };
        assert_eq!(of("We want to predict which customers…", requirement), "Churn prediction");
        assert_eq!(of("Leavers of the north", requirement), "Leavers of the north");
        assert_eq!(of("", "Something else entirely"), "Predict leavers");
    }

    #[test]
    fn a_quotation_ends_with_a_sentence_and_leaves_addresses_out() {
        let said = excerpt("Score at 99.95 % each night. Write to jane@example.com! Account 123456789012 pays.");
        assert_eq!(said, "Score at 99.95 % each night. … Account … pays.");
        let long = excerpt(&"One sentence of some words. ".repeat(60));
        assert!(long.ends_with(". …") && long.chars().count() <= QUOTED_CHARACTERS + 2, "{long}");
    }
}
