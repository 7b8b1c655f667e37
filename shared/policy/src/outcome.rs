//! What a pack says of an input.

use std::collections::{BTreeMap, BTreeSet};

use design::{constraint::Framework, finding::Severity, policy::RuleSheet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fault, FaultKind, scan::Heads};

/// Most rules of one pack: results are shown to people.
const RULES_MAX: usize = 100;
/// Longest text of a rule that is kept, in characters; what is longer is cut.
const TEXT_MAX_CHARACTERS: usize = 2_000;
/// Most offenders of a rule that are kept: a plan has a dozen parts.
const OFFENDERS_MAX: usize = 100;

/// What a rule says of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The rule.
    pub rule: RuleSheet,
    /// What it says; `None` when it has nothing to say.
    pub reading: Option<Reading>,
}

/// What a rule that applies says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// True when it holds.
    pub holds: bool,
    /// Ids of the parts that break it.
    pub offenders: Vec<String>,
    /// The facts behind it.
    pub evidence: String,
}

/// A rule's sheet as the pack writes it; its id is the key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    title: String,
    severity: Severity,
    remedy: String,
    #[serde(default)]
    framework: Option<Framework>,
    #[serde(default)]
    control: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    mendable: bool,
}

/// What a pack's package evaluates to; other rules are its own helpers.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    rules: Option<Value>,
    #[serde(default)]
    applies: Option<Value>,
    #[serde(default)]
    holds: Option<Value>,
    #[serde(default)]
    offenders: Option<Value>,
    #[serde(default)]
    evidence: Option<Value>,
}

fn shape(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Shape, message)
}

fn read<T: serde::de::DeserializeOwned + Default>(name: &str, value: Option<Value>, form: &str) -> Result<T, Fault> {
    value.map_or_else(
        || Ok(T::default()),
        |value| serde_json::from_value(value).map_err(|error| shape(format!("`{name}` is not {form}: {error}"))),
    )
}

/// Reads what the package of a pack evaluated to. The rules come in the order of the text.
pub(crate) fn read_package(value: Value, text: &str, heads: &Heads) -> Result<Vec<Outcome>, Fault> {
    let document: Document =
        serde_json::from_value(value).map_err(|error| shape(format!("the package is not an object: {error}")))?;
    let stated: BTreeMap<String, Value> =
        read("rules", document.rules, "an object of rules by id, as in `rules[\"acme.region\"] := {…}`")?;
    if stated.is_empty() {
        return Err(shape(
            "there are no rules; state each as `rules[\"acme.region\"] := {\"title\": …, \"severity\": …, \"remedy\": …}`",
        ));
    }
    if stated.len() > RULES_MAX {
        return Err(shape(format!("there are {} rules; at most {RULES_MAX} are accepted in a pack", stated.len())));
    }
    let ids = "a set of rule ids, as in `… contains \"acme.region\" if …`";
    let applies: BTreeSet<String> = read("applies", document.applies, ids)?;
    let holds: BTreeSet<String> = read("holds", document.holds, ids)?;
    let mut offenders: BTreeMap<String, BTreeSet<String>> = read(
        "offenders",
        document.offenders,
        "sets of part ids by rule id, as in `offenders[\"acme.region\"] := {…}`",
    )?;
    let mut evidence: BTreeMap<String, String> =
        read("evidence", document.evidence, "texts by rule id, as in `evidence[\"acme.region\"] := sprintf(…)`")?;
    let mentioned = [("applies", applies.iter().collect::<Vec<_>>()), ("holds", holds.iter().collect())]
        .into_iter()
        .chain([("offenders", offenders.keys().collect()), ("evidence", evidence.keys().collect())]);
    for (name, ids) in mentioned {
        if let Some(unknown) = ids.into_iter().find(|id| !stated.contains_key(*id)) {
            let known = stated.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(shape(format!(
                "`{name}` speaks of `{unknown}`, which is no rule of the pack; there are {known}"
            )));
        }
    }
    let mut outcomes = Vec::with_capacity(stated.len());
    for (id, value) in stated {
        let sheet = sheet(&id, value, text)?;
        // Otherwise a rule that was forgotten half-way would never say anything.
        if !heads.has("applies", &id) {
            return Err(shape(format!(
                "nothing says when rule `{id}` applies; `applies contains \"{id}\"` says always"
            )));
        }
        if !heads.has("holds", &id) && !heads.has("offenders", &id) {
            return Err(shape(format!(
                "rule `{id}` demands nothing; state `holds contains \"{id}\" if …` or `offenders[\"{id}\"] := {{…}}`"
            )));
        }
        let reading = applies.contains(&id).then(|| {
            let named = offenders.remove(&id);
            // What is not shown to hold does not: a rule whose facts are missing fails. A rule that names offenders holds
            // when there are none, unless it has a `holds` of its own to keep as well.
            let shown = holds.contains(&id) || (named.is_some() && !heads.has("holds", &id));
            let offenders: Vec<String> = named.into_iter().flatten().take(OFFENDERS_MAX).map(cut).collect();
            Reading {
                holds: shown && offenders.is_empty(),
                offenders,
                evidence: evidence.remove(&id).map_or_else(|| "The rule states no evidence.".to_owned(), cut),
            }
        });
        outcomes.push(Outcome { rule: sheet, reading });
    }
    outcomes.sort_by_key(|outcome| place(&outcome.rule.id, text));
    Ok(outcomes)
}

/// Where a rule's sheet is in the text.
fn place(id: &str, text: &str) -> usize {
    text.find(&format!("rules[\"{id}\"]")).unwrap_or(usize::MAX)
}

fn cut(text: String) -> String {
    if text.chars().count() <= TEXT_MAX_CHARACTERS {
        return text;
    }
    text.chars().take(TEXT_MAX_CHARACTERS - 1).chain(['…']).collect()
}

fn sheet(id: &str, value: Value, text: &str) -> Result<RuleSheet, Fault> {
    let line = text.get(..place(id, text)).map(|before| before.matches('\n').count() as u32 + 1);
    let stated: Stated = serde_json::from_value(value).map_err(|error| Fault {
        kind: FaultKind::Shape,
        line,
        message: format!(
            "the sheet of rule `{id}` is not complete: {error}; it has `title`, `severity` (blocking, major, minor, info) \
             and `remedy`, and may have `framework`, `control`, `source`, `as_of` and `mendable`"
        ),
    })?;
    let control = stated.control.unwrap_or_else(|| "House rule".to_owned());
    Ok(RuleSheet {
        id: id.to_owned(),
        title: cut(stated.title),
        framework: stated.framework,
        source: cut(stated.source.unwrap_or_else(|| control.clone())),
        control: cut(control),
        as_of: stated.as_of.map(cut),
        severity: stated.severity,
        mendable: stated.mendable,
        remedy: cut(stated.remedy),
    })
}
