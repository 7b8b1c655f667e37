//! Bringing together what the text says, what fields say, what people answered, and what was decided before.
//!
//! Order of precedence, the strongest first: answers at the input gate (the newest word of a person), structured
//! fields, the text, the parent version.

use std::collections::BTreeMap;

use design::{
    constraint::{
        Availability, Budget, Conflict, ConstraintField, ConstraintSet, Currency, DataVolume, Deployment, Evidence,
        Expertise, Latency, Region, Source, Stated, StructuredConstraints, Team, Throughput, Tooling, WorkloadType,
    },
    words,
};
use run::{
    answer::AnswerValue,
    gate::{Decision, Gate},
};
use serde::de::DeserializeOwned;

use crate::{
    confidence::{HIGHEST, round},
    extract::{Reading, extract},
    field::{kind::IMPLIED_BY, place::translate},
    reader::show,
};

/// Peak over average where only the average is known, as for the text.
const PEAK_FACTOR: f64 = 3.0;
/// Factor of a confidence that is inherited the first time; inherited again, nothing more is lost.
const INHERITED: f64 = 0.9;
/// From this many own statements on, a text about another application stands alone.
const STANDS_ALONE: usize = 4;

/// Everything that is known, with what was weighed.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The constraints.
    pub constraints: ConstraintSet,
    /// What was weighed for each field, one line each.
    pub basis: BTreeMap<ConstraintField, Vec<String>>,
    /// What a person should know of the merging, one line each.
    pub notes: Vec<String>,
}

/// Checks structured constraints.
///
/// # Errors
/// One line for each field that cannot be used, with what would be accepted.
pub fn validate(structured: &StructuredConstraints) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    let positive = |value: f64| value.is_finite() && value > 0.0;
    let mut require = |fine: bool, problem: String| {
        if !fine {
            problems.push(problem);
        }
    };
    if let Some(budget) = structured.budget_usd_per_month {
        require(positive(budget), format!("budget_usd_per_month is {budget}; a number above 0 is accepted"));
    }
    for code in structured.regions.iter().flatten() {
        require(
            knowledge::region::by_code(code).is_some(),
            format!(
                "regions has `{code}`, which is no region of AWS, Google Cloud or Azure; for example `eu-central-1`"
            ),
        );
    }
    if let Some(regions) = &structured.regions {
        require(!regions.is_empty(), "regions is empty; leave it out or name a region".to_owned());
    }
    if let Some(latency) = &structured.latency {
        require(
            positive(latency.milliseconds),
            format!("latency.milliseconds is {}; above 0 is accepted", latency.milliseconds),
        );
        require(
            (50.0..100.0).contains(&latency.percentile),
            format!("latency.percentile is {}; 50 to below 100 is accepted", latency.percentile),
        );
    }
    if let Some(throughput) = &structured.throughput {
        let fits = positive(throughput.average_per_second)
            && throughput.peak_per_second.is_finite()
            && throughput.peak_per_second >= throughput.average_per_second;
        require(fits, "throughput needs an average above 0 and a peak that is not below it".to_owned());
    }
    if let Some(volume) = &structured.data_volume {
        let fine = |value: f64| value.is_finite() && value >= 0.0;
        let fits = fine(volume.stored_gb)
            && volume.daily_gb.is_none_or(fine)
            && volume.records.is_none_or(fine)
            && volume.item_kb.is_none_or(positive);
        require(fits, "data_volume takes numbers from 0".to_owned());
    }
    if let Some(percent) = structured.availability_percent {
        require((90.0..=100.0).contains(&percent), format!("availability_percent is {percent}; 90 to 100 is accepted"));
    }
    if let Some(team) = &structured.team {
        require(team.size != Some(0), "team.size is 0; at least 1 is accepted".to_owned());
    }
    if let Some(tooling) = &structured.tooling {
        let both = tooling.preferred.iter().find(|tool| tooling.excluded.contains(tool));
        require(both.is_none(), format!("tooling prefers and excludes `{}`", both.map_or("", String::as_str)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Brings everything together.
pub fn merge<'a>(
    requirement: &str,
    structured: &StructuredConstraints,
    gates: impl Iterator<Item = &'a Gate>,
    parent: Option<&ConstraintSet>,
) -> Merged {
    let Reading { constraints, basis, continues } = extract(requirement);
    let mut merged = Merged { constraints, basis, notes: Vec::new() };
    if let Some(parent) = parent {
        merged.inherit(parent, continues);
    }
    merged.take_structured(structured);
    for gate in gates {
        merged.take_answers(gate);
    }
    merged.move_regions_to_cloud();
    merged.follow_deployment();
    merged
}

/// Where a value comes from that is taken.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The source.
    pub source: Source,
    /// 0 to 1.
    pub confidence: f64,
    /// The words, where it comes from the text.
    pub evidence: &'a [Evidence],
    /// How it was found, where that is to be told.
    pub note: Option<&'a str>,
}

impl Origin<'_> {
    fn derivation(&self, own: Option<String>) -> Option<String> {
        match (self.note, own) {
            (Some(note), Some(own)) => Some(format!("{note}; {own}")),
            (Some(note), None) => Some(note.to_owned()),
            (None, own) => own,
        }
    }
}

/// Whether a default that was accepted only says again what was said, and no more surely.
fn stays<T>(said: Option<&Stated<T>>, value: &T, origin: &Origin<'_>, is_same: impl FnOnce(&T, &T) -> bool) -> bool {
    origin.source == Source::Default
        && said.is_some_and(|said| {
            said.source != Source::Default && said.confidence >= origin.confidence && is_same(&said.value, value)
        })
}

/// Whether two figures are the same to those who read them.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 0.005 * one.abs().max(other.abs())
}

/// A value that a person or a field gave.
fn given<T>(value: T, confidence: f64, source: Source, derivation: Option<String>) -> Stated<T> {
    Stated { value, confidence: round(confidence), source, evidence: Vec::new(), derivation }
}

fn parse<T: DeserializeOwned>(value: &AnswerValue) -> Option<T> {
    match value {
        AnswerValue::Text(text) => serde_json::from_value(serde_json::Value::String(text.clone())).ok(),
        AnswerValue::Number(_) | AnswerValue::Many(_) => None,
    }
}

fn number(value: &AnswerValue) -> Option<f64> {
    match value {
        AnswerValue::Number(number) => Some(*number).filter(|number| number.is_finite()),
        AnswerValue::Text(_) | AnswerValue::Many(_) => None,
    }
}

/// The field of a name on the wire.
pub fn field_named(name: &str) -> Option<ConstraintField> {
    ConstraintField::ALL.into_iter().find(|field| field.as_str() == name)
}

impl Merged {
    fn inherit(&mut self, parent: &ConstraintSet, continues: bool) {
        let set = &mut self.constraints;
        let stated = ConstraintField::ALL.into_iter().filter(|field| words::constraint(set, *field).is_some()).count();
        let other_application = match (&set.use_case, &parent.use_case) {
            (Some(own), Some(theirs)) => own.value != theirs.value,
            (None, _) | (_, None) => false,
        };
        if other_application && stated >= STANDS_ALONE && !continues {
            self.notes.push(
                "The text describes another application of its own, so nothing is inherited from the parent version."
                    .into(),
            );
            return;
        }
        let mut inherited = Vec::new();
        macro_rules! inherit {
            ($($name:ident: $field:ident),*) => {$(
                if set.$name.is_none() && let Some(earlier) = &parent.$name {
                    set.$name = Some(from_parent(earlier));
                    inherited.push(ConstraintField::$field);
                }
            )*};
        }
        // Lists grow: "also MLflow" does not take back what was said of Airflow.
        if let (Some(own), Some(earlier)) = (&mut set.tooling, &parent.tooling) {
            let Tooling { preferred, excluded } = &mut own.value;
            let more: Vec<String> = earlier
                .value
                .preferred
                .iter()
                .filter(|tool| !excluded.contains(tool) && !preferred.contains(tool))
                .cloned()
                .collect();
            let less: Vec<String> = earlier
                .value
                .excluded
                .iter()
                .filter(|tool| !preferred.contains(tool) && !excluded.contains(tool))
                .cloned()
                .collect();
            if !more.is_empty() || !less.is_empty() {
                own.derivation = Some("with the tools of the parent version".to_owned());
            }
            preferred.extend(more);
            excluded.extend(less);
        }
        if let (Some(own), Some(earlier)) = (&mut set.compliance, &parent.compliance) {
            let more: Vec<_> =
                earlier.value.iter().copied().filter(|framework| !own.value.contains(framework)).collect();
            if !more.is_empty() {
                own.value.extend(more);
                own.value.sort();
                own.derivation = Some("with the frameworks of the parent version".to_owned());
            }
        }
        // "What if the budget is $500?" says nothing of places, so what the parent said of them still holds.
        if set.places.is_empty() {
            set.places.clone_from(&parent.places);
        }
        if set.regions.is_none() {
            for region in &parent.excluded_regions {
                if !set.excluded_regions.contains(region) {
                    set.excluded_regions.push(region.clone());
                }
            }
        }
        inherit!(
            cloud: Cloud, budget: Budget, regions: Regions, data_class: DataClass, latency: Latency,
            throughput: Throughput, data_volume: DataVolume, ml_task: MlTask, use_case: UseCase,
            deployment: Deployment, tooling: Tooling, compliance: Compliance, team: Team,
            availability: Availability, retraining: Retraining, workloads: Workloads, platform: Platform,
            model_types: ModelTypes
        );
        if let Some(regions) = &mut set.regions
            && regions.source == Source::Inherited
        {
            let before = regions.value.clone();
            regions.value.retain(|region| !set.excluded_regions.contains(region));
            if regions.value.is_empty() {
                regions.value = before;
                set.excluded_regions.clear();
            }
        }
        for field in &inherited {
            self.basis.insert(*field, vec![format!("the parent version's value (×{INHERITED:.2})")]);
        }
        if !inherited.is_empty() {
            let names: Vec<&str> = inherited.iter().map(|field| field.as_str()).collect();
            self.notes.push(format!("Inherited from the parent version: {}.", names.join(", ")));
        }
    }

    fn take_structured(&mut self, structured: &StructuredConstraints) {
        let before = self.constraints.clone();
        let set = &mut self.constraints;
        let mut taken = Vec::new();
        macro_rules! take {
            ($($name:ident: $field:ident = $value:expr),* $(,)?) => {$(
                if let Some(value) = $value {
                    set.$name = Some(given(value, HIGHEST, Source::Structured, None));
                    taken.push(ConstraintField::$field);
                }
            )*};
        }
        take!(
            cloud: Cloud = structured.cloud,
            budget: Budget = structured.budget_usd_per_month.map(|usd| Budget {
                usd_per_month: usd,
                amount: usd,
                currency: Currency::Usd
            }),
            regions: Regions = structured.regions.as_ref().map(|codes| codes
                .iter()
                .filter_map(|code| knowledge::region::by_code(code).map(knowledge::region::RegionFact::region))
                .collect::<Vec<_>>()),
            data_class: DataClass = structured.data_class,
            latency: Latency = structured.latency.clone(),
            throughput: Throughput = structured.throughput.clone(),
            data_volume: DataVolume = structured.data_volume.clone(),
            ml_task: MlTask = structured.ml_task,
            use_case: UseCase = structured.use_case,
            deployment: Deployment = structured.deployment,
            tooling: Tooling = structured.tooling.clone(),
            compliance: Compliance = structured.compliance.clone(),
            team: Team = structured.team.clone(),
            availability: Availability = structured.availability_percent.map(|percent| Availability { percent }),
            retraining: Retraining = structured.retraining,
            workloads: Workloads = structured.workloads.clone(),
            platform: Platform = structured.platform,
            model_types: ModelTypes = structured.model_types.clone(),
        );
        for field in taken {
            self.basis.insert(field, vec![format!("given as a field (+{HIGHEST:.2})")]);
            // A contradiction inside the text about this field alone is settled by the field.
            self.constraints.conflicts.retain(|conflict| conflict.fields != [field]);
            let (Some(text), Some(evidence)) = (words::constraint(&before, field), said_in_text(&before, field)) else {
                continue;
            };
            let Some(own) = words::constraint(&self.constraints, field).filter(|own| *own != text) else { continue };
            self.constraints.conflicts.push(Conflict {
                fields: vec![field],
                evidence,
                explanation: format!("The text says {text}, the field `{}` says {own}.", field.as_str()),
                resolution: "The field wins.".to_owned(),
            });
        }
    }

    fn take_answers(&mut self, gate: &Gate) {
        let Some(decision) = gate.decision.as_ref().filter(|decision| decision.decision == Decision::Approve) else {
            return;
        };
        for (id, answer) in &decision.answers {
            let Some(field) = field_named(id) else {
                self.notes.push(format!("The answer to `{id}` belongs to no constraint."));
                continue;
            };
            let defaulted = decision.defaulted.contains(id);
            let question = gate.questions.iter().find(|question| question.id == *id);
            let (source, confidence) = match question.filter(|_| defaulted) {
                Some(question) => (Source::Default, question.default.confidence),
                None if defaulted => (Source::Default, 0.5),
                None => (Source::Answer, HIGHEST),
            };
            if !self.take(field, answer, &Origin { source, confidence, evidence: &[], note: None }) {
                self.notes.push(format!("The answer to `{id}` could not be read and was left out."));
                continue;
            }
            // Who was asked has seen the contradiction.
            self.constraints.conflicts.retain(|conflict| !conflict.fields.contains(&field));
            let line = match self.constraints.provenance(field).map_or(source, |provenance| provenance.source) {
                Source::Default => format!("accepted default of `{id}` ({confidence:.2})"),
                Source::Answer => format!("answered at {} by {}", gate.id, decision.actor.name),
                // The words stay what it comes from.
                Source::Text | Source::Structured | Source::Inherited => continue,
            };
            self.basis.insert(field, vec![line]);
        }
    }

    /// Takes one value in the form in which questions are answered; false when it does not fit its field.
    pub fn take(&mut self, field: ConstraintField, answer: &AnswerValue, origin: &Origin<'_>) -> bool {
        let set = &mut self.constraints;
        macro_rules! put {
            ($name:ident, $value:expr, $derivation:expr) => {
                put!($name, $value, $derivation, |said, value| said == value)
            };
            ($name:ident, $value:expr, $derivation:expr, $is_same:expr) => {
                match $value {
                    // Nobody changed what the words say more surely: they stay what it comes from.
                    Some(value) if stays(set.$name.as_ref(), &value, origin, $is_same) => true,
                    Some(value) => {
                        let derivation = origin.derivation($derivation);
                        let stated = given(value, origin.confidence, origin.source, derivation);
                        set.$name = Some(Stated { evidence: origin.evidence.to_vec(), ..stated });
                        true
                    }
                    None => false,
                }
            };
        }
        match field {
            ConstraintField::Cloud => put!(cloud, parse(answer), None),
            ConstraintField::Budget => put!(
                budget,
                number(answer).filter(|usd| *usd > 0.0).map(|usd| Budget {
                    usd_per_month: usd,
                    amount: usd,
                    currency: Currency::Usd
                }),
                None,
                |said, value| same(said.usd_per_month, value.usd_per_month)
            ),
            ConstraintField::Regions => {
                let codes = match answer {
                    AnswerValue::Many(codes) => codes.clone(),
                    AnswerValue::Text(code) => vec![code.clone()],
                    AnswerValue::Number(_) => Vec::new(),
                };
                let regions: Option<Vec<Region>> =
                    codes.iter().map(|code| knowledge::region::by_code(code).map(|fact| fact.region())).collect();
                let regions = regions.filter(|regions| !regions.is_empty());
                if let Some(regions) = &regions {
                    set.excluded_regions.retain(|region| !regions.contains(region));
                }
                put!(regions, regions, None)
            }
            ConstraintField::DataClass => put!(data_class, parse(answer), None),
            ConstraintField::Latency => put!(
                latency,
                number(answer).filter(|ms| *ms > 0.0).map(|milliseconds| Latency { milliseconds, percentile: 95.0 }),
                None,
                |said, value| same(said.milliseconds, value.milliseconds)
            ),
            ConstraintField::Throughput => put!(
                throughput,
                number(answer)
                    .filter(|rate| *rate > 0.0)
                    .map(|average| Throughput { average_per_second: average, peak_per_second: average * PEAK_FACTOR }),
                number(answer).map(|average| format!(
                    "peak assumed {PEAK_FACTOR} × {}/s = {}/s",
                    show(average),
                    show(average * PEAK_FACTOR)
                )),
                |said, value| same(said.average_per_second, value.average_per_second)
            ),
            ConstraintField::DataVolume => {
                let earlier = set.data_volume.as_ref().map(|stated| stated.value.clone());
                put!(
                    data_volume,
                    number(answer).filter(|gb| *gb >= 0.0).map(|stored_gb| DataVolume {
                        stored_gb,
                        daily_gb: earlier.as_ref().and_then(|volume| volume.daily_gb),
                        records: earlier.as_ref().and_then(|volume| volume.records),
                        item_kb: earlier.as_ref().and_then(|volume| volume.item_kb),
                    }),
                    None
                )
            }
            ConstraintField::MlTask => put!(ml_task, parse(answer), None),
            ConstraintField::UseCase => put!(use_case, parse(answer), None),
            ConstraintField::Deployment => put!(deployment, parse(answer), None),
            ConstraintField::Tooling => {
                let AnswerValue::Text(text) = answer else { return false };
                let tooling = tools_of(text);
                put!(tooling, Some(tooling), Some(format!("read from “{text}”")))
            }
            ConstraintField::Compliance => {
                let AnswerValue::Many(names) = answer else { return false };
                let frameworks: Option<Vec<_>> =
                    names.iter().map(|name| parse(&AnswerValue::Text(name.clone()))).collect();
                let frameworks = frameworks.map(|mut frameworks| {
                    frameworks.sort();
                    frameworks
                });
                put!(compliance, frameworks, None)
            }
            ConstraintField::Team => {
                let earlier = set.team.as_ref().map(|stated| stated.value.clone());
                let team = match answer {
                    AnswerValue::Text(text) => text.split_once('_').and_then(|(size, expertise)| {
                        let size: u32 = size.parse().ok()?;
                        let expertise: Expertise = parse(&AnswerValue::Text(expertise.to_owned()))?;
                        Some(Team { size: Some(size), expertise: Some(expertise) })
                    }),
                    // Only the text tells the one without the other.
                    AnswerValue::Number(size) if (1.0..=100_000.0).contains(size) => Some(Team {
                        size: Some(size.round() as u32),
                        expertise: earlier.and_then(|team| team.expertise),
                    }),
                    AnswerValue::Number(_) | AnswerValue::Many(_) => None,
                };
                put!(team, team, None)
            }
            ConstraintField::Availability => put!(
                availability,
                number(answer)
                    .filter(|percent| (90.0..=100.0).contains(percent))
                    .map(|percent| Availability { percent }),
                None
            ),
            ConstraintField::Retraining => put!(retraining, parse(answer), None),
            ConstraintField::Workloads => {
                let AnswerValue::Many(names) = answer else { return false };
                let types: Option<Vec<_>> = names.iter().map(|name| parse(&AnswerValue::Text(name.clone()))).collect();
                put!(workloads, types, None)
            }
            ConstraintField::Platform => put!(platform, parse(answer), None),
            ConstraintField::ModelTypes => {
                let AnswerValue::Text(text) = answer else { return false };
                // What names no family that is known leaves the choice to the design.
                let types = extract(text).constraints.model_types.map(|stated| stated.value).unwrap_or_default();
                put!(model_types, Some(types), Some(format!("read from “{text}”")))
            }
        }
    }

    /// A kind of work that was only implied gives way to how results are wanted, where somebody was asked for that.
    fn follow_deployment(&mut self) {
        let set = &mut self.constraints;
        let Some(deployment) = set.deployment.as_ref().filter(|stated| stated.source != Source::Text) else { return };
        let is_other = set.workloads.as_ref().is_some_and(|workloads| {
            let is_implied = workloads.derivation.as_deref().is_some_and(|words| words.starts_with(IMPLIED_BY));
            let kinds = [Deployment::RealTime, Deployment::Batch, Deployment::Streaming];
            let is_inference = |kind: &WorkloadType| kinds.iter().any(|one| one.inference() == Some(*kind));
            is_implied
                && workloads.value.iter().all(is_inference)
                && deployment.value.inference().is_none_or(|kind| !workloads.value.contains(&kind))
        });
        if is_other {
            set.workloads = None;
            self.basis.remove(&ConstraintField::Workloads);
            self.notes.push("The kind of work was only implied; how results are wanted says otherwise.".to_owned());
        }
    }

    /// Regions that were chosen for another provider than the one that holds now are moved to its nearest ones.
    pub(crate) fn move_regions_to_cloud(&mut self) {
        let set = &mut self.constraints;
        let Some(cloud) = set.cloud.as_ref().map(|stated| stated.value) else { return };
        if let Some(regions) = &mut set.regions
            && regions.value.iter().any(|region| region.cloud != cloud)
        {
            let mut moved: Vec<Region> = Vec::new();
            for region in regions.value.iter().filter_map(|region| translate(region, cloud)) {
                if !moved.contains(&region) {
                    moved.push(region);
                }
            }
            if moved.is_empty() {
                self.notes
                    .push("The cloud has no region at the place that was asked for; the regions are left open.".into());
                set.regions = None;
            } else {
                let from: Vec<&str> = regions.value.iter().map(|region| region.code.as_str()).collect();
                let note = format!("nearest regions of the chosen cloud to {}", from.join(", "));
                regions.derivation = Some(match regions.derivation.take() {
                    Some(earlier) => format!("{earlier}; {note}"),
                    None => note,
                });
                regions.value = moved;
            }
        }
        let excluded = std::mem::take(&mut set.excluded_regions);
        for region in excluded.iter().filter_map(|region| translate(region, cloud)) {
            if !set.excluded_regions.contains(&region) {
                set.excluded_regions.push(region);
            }
        }
    }
}

/// Tools of an answer: names separated by commas, `no` before those that are excluded; whatever is no plain list of
/// names is read as text is.
fn tools_of(text: &str) -> Tooling {
    let mut tooling = Tooling::default();
    for part in text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let lower = part.to_lowercase();
        let (excluded, name) = ["no ", "not ", "without "]
            .iter()
            .find_map(|prefix| lower.strip_prefix(prefix))
            .map_or((false, lower.as_str()), |name| (true, name.trim()));
        let key = name.replace([' ', '-'], "_");
        let known = knowledge::lexicon::tools().iter().find(|tool| tool.name == key).map(|tool| tool.name.clone());
        let mut add = |name: String, excluded: bool| {
            let list = if excluded { &mut tooling.excluded } else { &mut tooling.preferred };
            if !list.contains(&name) {
                list.push(name);
            }
        };
        if let Some(name) = known {
            add(name, excluded);
        } else if let Some(read) = extract(part).constraints.tooling {
            read.value.preferred.into_iter().for_each(|name| add(name, false));
            read.value.excluded.into_iter().for_each(|name| add(name, true));
        } else if !name.contains(' ') && !matches!(name, "none" | "nothing" | "any" | "preference" | "no" | "-") {
            // A tool that the lexicon does not know is still the person's word.
            add(name.to_owned(), excluded);
        }
    }
    tooling
}

/// A value of the parent version.
fn from_parent<T: Clone>(earlier: &Stated<T>) -> Stated<T> {
    let again = earlier.source == Source::Inherited;
    let words: Vec<&str> = earlier.evidence.iter().map(|evidence| evidence.quote.as_str()).collect();
    let derivation = match (again, words.is_empty(), &earlier.derivation) {
        (true, _, Some(derivation)) => derivation.clone(),
        (_, false, _) => format!("from the parent version's words “{}”", words.join("”, “")),
        (_, true, _) => "from the parent version".to_owned(),
    };
    Stated {
        value: earlier.value.clone(),
        confidence: if again { earlier.confidence } else { round(earlier.confidence * INHERITED) },
        source: Source::Inherited,
        evidence: Vec::new(),
        derivation: Some(derivation),
    }
}

/// The words of a field's value, when it comes from the text.
fn said_in_text(set: &ConstraintSet, field: ConstraintField) -> Option<Vec<Evidence>> {
    set.provenance(field)
        .filter(|provenance| provenance.source == Source::Text)
        .map(|provenance| provenance.evidence.to_vec())
}
