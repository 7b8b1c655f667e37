//! From the text alone to constraints: every reader once, then the checks across fields.

use std::collections::BTreeMap;

use design::constraint::{Conflict, ConstraintField, ConstraintSet, Evidence, Framework, Stated};

use crate::{
    field::{availability, budget, class, kind, latency, meaning, place, retraining, task, team, throughput, volume},
    reader::{Clash, Found, Reader},
    text::Span,
};

/// What the text says.
#[derive(Debug, Default)]
pub struct Reading {
    /// The constraints.
    pub constraints: ConstraintSet,
    /// What was weighed for each field, one line each.
    pub basis: BTreeMap<ConstraintField, Vec<String>>,
    /// True when words such as "instead" or "as before" speak of an earlier version.
    pub continues: bool,
}

/// Reads a requirement. Every text is accepted; what it does not say stays absent.
pub fn extract(text: &str) -> Reading {
    let reader = Reader::new(text);
    let mut reading = Reading { continues: reader.said("follow_up").next().is_some(), ..Reading::default() };
    let mut clashes: Vec<Clash> = Vec::new();

    let (cloud, clash) = place::cloud(&reader);
    clashes.extend(clash);
    let regions = place::regions(&reader, cloud.as_ref().map(|found| found.value));
    clashes.extend(regions.clashes);
    let (budget, clash) = budget::read(&reader);
    clashes.extend(clash);
    let (latency, clash) = latency::read(&reader);
    clashes.extend(clash);
    let (throughput, clash) = throughput::read(&reader);
    clashes.extend(clash);
    let (availability, clash) = availability::read(&reader);
    clashes.extend(clash);
    let (deployment, clash) = meaning::deployment(&reader, latency.as_ref());
    clashes.extend(clash);
    let (platform, clash) = kind::platform(&reader);
    clashes.extend(clash);
    let (retraining, clash) = retraining::read(&reader);
    clashes.extend(clash);
    let (team, clash) = team::team(&reader);
    clashes.extend(clash);
    let workloads = kind::workloads(&reader, deployment.as_ref(), latency.as_ref(), retraining.as_ref());
    let (tooling, clash) = meaning::tooling(&reader);
    clashes.extend(clash);
    let (data_class, clash) = class::data_class(&reader);
    clashes.extend(clash);
    let jurisdictions: Vec<String> =
        regions.found.iter().flat_map(|found| found.value.iter().map(|region| region.jurisdiction.clone())).collect();
    let (compliance, clash) = meaning::compliance(&reader);
    clashes.extend(clash);
    clashes.extend(law_and_place(compliance.as_ref(), regions.found.as_ref(), &jurisdictions));

    let set = &mut reading.constraints;
    let basis = &mut reading.basis;
    let mut keep = Keep { reader: &reader, basis };
    set.cloud = keep.field(ConstraintField::Cloud, cloud);
    set.budget = keep.field(ConstraintField::Budget, budget);
    set.regions = keep.field(ConstraintField::Regions, regions.found);
    set.data_class = keep.field(ConstraintField::DataClass, data_class);
    set.latency = keep.field(ConstraintField::Latency, latency);
    set.data_volume = keep.field(ConstraintField::DataVolume, volume::read(&reader, throughput.as_ref()));
    set.throughput = keep.field(ConstraintField::Throughput, throughput);
    set.ml_task = keep.field(ConstraintField::MlTask, task::ml_task(&reader));
    set.use_case = keep.field(ConstraintField::UseCase, task::use_case(&reader));
    set.deployment = keep.field(ConstraintField::Deployment, deployment);
    set.tooling = keep.field(ConstraintField::Tooling, tooling);
    set.compliance = keep.field(ConstraintField::Compliance, compliance);
    set.team = keep.field(ConstraintField::Team, team);
    set.availability = keep.field(ConstraintField::Availability, availability);
    set.retraining = keep.field(ConstraintField::Retraining, retraining);
    set.workloads = keep.field(ConstraintField::Workloads, workloads);
    set.platform = keep.field(ConstraintField::Platform, platform);
    set.model_types = keep.field(ConstraintField::ModelTypes, kind::model_types(&reader));
    set.language = reader.hits.languages.main().map(str::to_owned);
    set.places = knowledge::place::named_in(text);
    set.excluded_regions = regions.excluded;
    set.conflicts = clashes
        .into_iter()
        .map(|clash| Conflict {
            fields: clash.fields,
            evidence: statements(&reader, &clash.spans),
            explanation: clash.explanation,
            resolution: clash.resolution,
        })
        .collect();
    reading
}

/// Longest statement that is quoted whole.
const LONGEST_STATEMENT: usize = 300;
/// More statements of the same thing make nothing clearer.
const MOST_STATEMENTS: usize = 4;

/// The sentences that clash, so that both are read as they stand; where one sentence clashes with itself, its parts.
fn statements(reader: &Reader, spans: &[Span]) -> Vec<Evidence> {
    let document = &reader.document;
    let spans = &spans[..spans.len().min(MOST_STATEMENTS)];
    let sentences: Vec<Span> = spans.iter().map(|span| document.sentence_span(span.from)).collect();
    let same = sentences.windows(2).all(|pair| pair[0] == pair[1]);
    let mut quotes: Vec<Evidence> = Vec::new();
    for (span, sentence) in spans.iter().zip(sentences) {
        let whole = document.evidence(sentence).filter(|quote| quote.quote.chars().count() <= LONGEST_STATEMENT);
        let quote = if same { document.evidence(*span) } else { whole.or_else(|| document.evidence(*span)) };
        quotes.extend(quote.filter(|quote| !quotes.contains(quote)));
    }
    quotes
}

struct Keep<'a> {
    reader: &'a Reader,
    basis: &'a mut BTreeMap<ConstraintField, Vec<String>>,
}

impl Keep<'_> {
    fn field<T>(&mut self, field: ConstraintField, found: Option<Found<T>>) -> Option<Stated<T>> {
        let (stated, lines) = self.reader.state(found?);
        self.basis.insert(field, lines);
        Some(stated)
    }
}

/// A law that is named, and regions that are all elsewhere.
fn law_and_place(
    compliance: Option<&Found<Vec<Framework>>>,
    regions: Option<&Found<Vec<design::constraint::Region>>>,
    jurisdictions: &[String],
) -> Option<Clash> {
    let (compliance, regions) = (compliance?, regions?);
    let all_outside = |inside: &[&str]| {
        !jurisdictions.is_empty() && jurisdictions.iter().all(|jurisdiction| !inside.contains(&jurisdiction.as_str()))
    };
    // The UK and Switzerland have adequacy decisions, so data there is no contradiction to the GDPR.
    let clash = |law: &str, explanation: String, resolution: &str| {
        Some(Clash {
            fields: vec![ConstraintField::Compliance, ConstraintField::Regions],
            spans: compliance.spans.first().into_iter().chain(regions.spans.first()).copied().collect(),
            explanation: format!("{law} {explanation}"),
            resolution: resolution.to_owned(),
        })
    };
    let places = {
        let mut places: Vec<&str> = jurisdictions.iter().map(String::as_str).collect();
        places.dedup();
        places.join(", ")
    };
    if compliance.value.contains(&Framework::Gdpr) && all_outside(&["EU", "UK", "CH", "NO"]) {
        return clash(
            "The GDPR",
            format!("is asked for, but every region is outside the EU ({places})."),
            "The regions stand as they are said; transfers of personal data need standard contractual clauses or a data \
             privacy framework.",
        );
    }
    if compliance.value.contains(&Framework::FedRamp) && all_outside(&["US"]) {
        return clash(
            "FedRAMP",
            format!("is asked for, but every region is outside the US ({places})."),
            "The regions stand as they are said; authorised services exist in US regions only.",
        );
    }
    None
}
