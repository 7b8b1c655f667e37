//! From the text alone to constraints: every reader once, then the checks across fields.

use std::collections::BTreeMap;

use design::constraint::{Conflict, ConstraintField, ConstraintSet, Framework, Stated};

use crate::{
    field::{budget, meaning, people, performance, place},
    reader::{Clash, Found, Reader},
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
    let (latency, clash) = performance::latency(&reader);
    clashes.extend(clash);
    let (throughput, clash) = performance::throughput(&reader);
    clashes.extend(clash);
    let (availability, clash) = performance::availability(&reader);
    clashes.extend(clash);
    let (deployment, clash) = meaning::deployment(&reader, latency.as_ref());
    clashes.extend(clash);
    let (tooling, clash) = meaning::tooling(&reader);
    clashes.extend(clash);
    let data_class = meaning::data_class(&reader);
    let jurisdictions: Vec<String> =
        regions.found.iter().flat_map(|found| found.value.iter().map(|region| region.jurisdiction.clone())).collect();
    let compliance = meaning::compliance(&reader, data_class.as_ref(), &jurisdictions);
    clashes.extend(law_and_place(compliance.as_ref(), regions.found.as_ref(), &jurisdictions));

    let set = &mut reading.constraints;
    let basis = &mut reading.basis;
    let mut keep = Keep { reader: &reader, basis };
    set.cloud = keep.field(ConstraintField::Cloud, cloud);
    set.budget = keep.field(ConstraintField::Budget, budget);
    set.regions = keep.field(ConstraintField::Regions, regions.found);
    set.data_class = keep.field(ConstraintField::DataClass, data_class);
    set.latency = keep.field(ConstraintField::Latency, latency);
    set.throughput = keep.field(ConstraintField::Throughput, throughput);
    set.data_volume = keep.field(ConstraintField::DataVolume, performance::data_volume(&reader));
    set.ml_task = keep.field(ConstraintField::MlTask, meaning::ml_task(&reader));
    set.use_case = keep.field(ConstraintField::UseCase, meaning::use_case(&reader));
    set.deployment = keep.field(ConstraintField::Deployment, deployment);
    set.tooling = keep.field(ConstraintField::Tooling, tooling);
    set.compliance = keep.field(ConstraintField::Compliance, compliance);
    set.team = keep.field(ConstraintField::Team, people::team(&reader));
    set.availability = keep.field(ConstraintField::Availability, availability);
    set.retraining = keep.field(ConstraintField::Retraining, people::retraining(&reader));
    set.excluded_regions = regions.excluded;
    set.conflicts = clashes
        .into_iter()
        .map(|clash| Conflict {
            fields: clash.fields,
            evidence: clash.spans.iter().filter_map(|span| reader.document.evidence(*span)).collect(),
            explanation: clash.explanation,
            resolution: clash.resolution,
        })
        .collect();
    reading
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
