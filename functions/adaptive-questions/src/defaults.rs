//! Which answers suggest themselves, ranked, each with what supports it.

use design::constraint::{Cloud, ConstraintField, ConstraintSet, Region};
use estimate::workload::Workload;
use knowledge::{
    catalogue::Catalogue,
    question_bank::{DefaultFact, QuestionFact, Topic, question_bank},
    region,
};
use run::{
    answer::AnswerValue,
    question::{Choice, DefaultBasis, Field, Priority, Question, SmartDefault},
};

use crate::situation::{Situation, as_answer, broken_laws, confidence, nearest_region};

/// No default is more certain than this: nobody has said it.
const HIGHEST: f64 = 0.95;
/// Support of a value that is only what is left.
const LAST_RESORT: f64 = 0.1;

/// An answer that suggests itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Suggestion {
    /// The answer.
    pub value: AnswerValue,
    /// How likely it is what a person would say, 0 to 1.
    pub support: f64,
    /// The kind of its strongest support.
    pub basis: DefaultBasis,
    /// Why.
    pub reason: String,
    /// What the support was computed from.
    pub lines: Vec<String>,
    /// What goes first whatever its support: the person's own words, then what was decided before.
    rank: u8,
    /// True when something of this situation supports it, not only what holds anywhere.
    specific: bool,
}

impl Suggestion {
    /// What the planner's own comparison suggests.
    pub(crate) fn of_planner(value: AnswerValue, confidence: f64, reason: String) -> Self {
        Self {
            value,
            support: round(confidence),
            basis: DefaultBasis::CostPerformance,
            reason,
            lines: vec![format!("from the planner's own comparison {confidence:.2}")],
            rank: 2,
            specific: true,
        }
    }

    /// True when something of this situation supports it, not only what holds anywhere.
    pub(crate) fn is_specific(&self) -> bool {
        self.specific
    }

    /// The suggestion as a form shows it.
    pub(crate) fn shown(&self, confidence: f64) -> SmartDefault {
        SmartDefault {
            value: self.value.clone(),
            confidence: round(confidence),
            reason: self.reason.clone(),
            basis: self.basis,
        }
    }
}

/// Three decimals, and never certain.
pub(crate) fn round(value: f64) -> f64 {
    (value.min(HIGHEST) * 1000.0).round() / 1000.0
}

/// Independent supports together.
fn together(supports: impl IntoIterator<Item = f64>) -> f64 {
    1.0 - supports.into_iter().map(|support| 1.0 - support).product::<f64>()
}

/// Answers that suggest themselves for a field, the best first; never empty.
pub(crate) fn suggestions(
    situation: &Situation,
    fact: &QuestionFact,
    form: &Field,
    catalogue: &Catalogue,
) -> Vec<Suggestion> {
    let mut pieces: Vec<Suggestion> = Vec::new();
    pieces.extend(read(&situation.set, fact.field));
    pieces.extend(earlier(situation, fact.field));
    pieces.extend(assumed(situation, fact.field, catalogue));
    pieces.extend(fact.defaults.iter().filter_map(|rule| suggested_by(situation, fact.field, rule, catalogue)));
    pieces.retain(|piece| fits(form, &piece.value));
    let mut ranked = joined(pieces);
    rank(&mut ranked);
    if ranked.is_empty() {
        // Everything that the bank suggests is excluded or against the law that is named.
        ranked.push(Suggestion {
            value: first_choice(form),
            support: LAST_RESORT,
            basis: DefaultBasis::IndustryPractice,
            reason: "What is usually suggested is excluded here; this is the first that is left.".to_owned(),
            lines: vec!["no rule fits".to_owned()],
            rank: 3,
            specific: false,
        });
    }
    ranked
}

/// Puts the best first, and takes something off when others of this situation come near.
pub(crate) fn rank(suggestions: &mut [Suggestion]) {
    let kind = |basis: DefaultBasis| match basis {
        DefaultBasis::EarlierDecision => 0,
        DefaultBasis::Security => 1,
        DefaultBasis::IndustryPractice => 2,
        DefaultBasis::CostPerformance => 3,
    };
    suggestions.sort_by(|a, b| {
        a.rank
            .cmp(&b.rank)
            .then(b.support.total_cmp(&a.support))
            .then(b.specific.cmp(&a.specific))
            .then(kind(a.basis).cmp(&kind(b.basis)))
    });
}

/// Lowers the first one's support when others of this situation say something else as strongly.
pub(crate) fn weigh_rivals(suggestions: &mut [Suggestion]) {
    let factor = question_bank().rival_factor;
    let Some((first, others)) = suggestions.split_first_mut() else { return };
    let rivals = others.iter().filter(|other| other.specific && other.support >= first.support * factor).count();
    if rivals > 0 && first.rank > 0 {
        first.support = round(first.support * factor);
        first.lines.push(format!("{rivals} other suggestions are about as strong ×{factor:.2}"));
    }
}

/// What the text suggests: a value that is contradicted or only implied.
fn read(set: &ConstraintSet, field: ConstraintField) -> Option<Suggestion> {
    let value = as_answer(set, field)?;
    let own = confidence(set, field);
    let reason = match set.conflicts.iter().find(|conflict| conflict.fields.contains(&field)) {
        Some(conflict) => format!("What is assumed meanwhile: {}", conflict.resolution),
        None => "The text suggests it without saying so.".to_owned(),
    };
    Some(Suggestion {
        value,
        support: own,
        basis: kind_of(field),
        reason,
        lines: vec![format!("confidence of what was read {own:.2}")],
        rank: 0,
        specific: true,
    })
}

/// The kind of a suggestion that rests on the field's own words.
fn kind_of(field: ConstraintField) -> DefaultBasis {
    match field {
        ConstraintField::Regions | ConstraintField::Compliance | ConstraintField::DataClass => DefaultBasis::Security,
        ConstraintField::Budget | ConstraintField::Latency | ConstraintField::Throughput => {
            DefaultBasis::CostPerformance
        }
        ConstraintField::Cloud
        | ConstraintField::DataVolume
        | ConstraintField::MlTask
        | ConstraintField::UseCase
        | ConstraintField::Deployment
        | ConstraintField::Tooling
        | ConstraintField::Team
        | ConstraintField::Availability
        | ConstraintField::Retraining
        | ConstraintField::Workloads
        | ConstraintField::Platform
        | ConstraintField::ModelTypes => DefaultBasis::IndustryPractice,
    }
}

/// What this project decided before. A parent that inherited a value hands on what a still earlier version decided.
fn earlier(situation: &Situation, field: ConstraintField) -> Option<Suggestion> {
    let parent = situation.parent.as_ref()?;
    let value = as_answer(parent, field)?;
    let bank = question_bank();
    let support = bank.earlier_support * confidence(parent, field);
    Some(Suggestion {
        value,
        support: round(together([bank.general_support, support])),
        basis: DefaultBasis::EarlierDecision,
        reason: "This project decided so in an earlier version.".to_owned(),
        lines: vec![
            format!("a default that holds anywhere {:.2}", bank.general_support),
            format!("earlier decision {support:.2}"),
        ],
        rank: 1,
        specific: true,
    })
}

/// What the plan takes for granted of the load when nothing is said, so that accepting the default and leaving it open
/// are the same.
fn assumed(situation: &Situation, field: ConstraintField, catalogue: &Catalogue) -> Option<Suggestion> {
    let bank = question_bank();
    let set = &situation.set;
    let workload = Workload::of(set, catalogue);
    let value = match field {
        ConstraintField::Throughput if set.throughput.is_none() => workload.average_per_second(),
        ConstraintField::DataVolume if set.data_volume.is_none() => workload.stored_gb(),
        _ => return None,
    };
    let assumption = workload.assumptions.iter().find(|assumption| assumption.field == Some(field))?;
    let rests_on = match set.data_volume.as_ref().filter(|stated| stated.value.records.is_some()) {
        Some(_) => ConstraintField::DataVolume,
        None => ConstraintField::UseCase,
    };
    let support = bank.condition_support * confidence(set, rests_on);
    Some(Suggestion {
        value: AnswerValue::Number(readable(value)),
        support: round(together([bank.general_support, support])),
        basis: DefaultBasis::IndustryPractice,
        reason: format!("What the plan takes for granted when nothing is said: {}", assumption.text),
        lines: vec![
            format!("a default that holds anywhere {:.2}", bank.general_support),
            format!("{} fits {support:.2}", Topic::Field(rests_on).label()),
        ],
        rank: 2,
        specific: support > 0.0,
    })
}

/// Three significant digits.
fn readable(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10f64.powf(2.0 - value.log10().floor());
    (value * scale).round() / scale
}

/// What a rule of the bank suggests, when all of its conditions hold and no law that is named is against it.
fn suggested_by(
    situation: &Situation,
    field: ConstraintField,
    rule: &DefaultFact,
    catalogue: &Catalogue,
) -> Option<Suggestion> {
    let bank = question_bank();
    let conditions = conditions(situation, rule)?;
    let value = localise(&situation.set, field, &rule.value)?;
    if matches!(field, ConstraintField::Regions | ConstraintField::Compliance) {
        let then = situation.with(field, &value, 0.5)?;
        // The planner's own place is only a guess; it must not keep a law from being suggested.
        let place_is_known = then.set.regions.is_some();
        if place_is_known && !broken_laws(&then.set, catalogue).is_empty() {
            return None;
        }
    }
    let supports: Vec<f64> = conditions.iter().map(|(_, certainty)| bank.condition_support * certainty).collect();
    let mut lines = vec![format!("a default that holds anywhere {:.2}", bank.general_support)];
    lines.extend(
        conditions.iter().zip(&supports).map(|((topic, _), support)| format!("{} fits {support:.2}", topic.label())),
    );
    let source = rule.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    Some(Suggestion {
        value,
        support: round(together(std::iter::once(bank.general_support).chain(supports))),
        basis: rule.basis,
        reason: format!("{}{source}", rule.reason),
        lines,
        rank: 2,
        specific: !conditions.is_empty(),
    })
}

/// What a rule looks at, each with its certainty, when all its conditions hold.
fn conditions(situation: &Situation, rule: &DefaultFact) -> Option<Vec<(Topic, f64)>> {
    let mut holding = Vec::new();
    for (topic, accepted) in &rule.when {
        situation.values(*topic).iter().any(|value| accepted.contains(value)).then_some(())?;
        holding.push((*topic, situation.certainty(*topic)));
    }
    let set = &situation.set;
    for (field, least) in &rule.at_least {
        (set.number(*field)? >= *least).then_some(())?;
        holding.push((Topic::Field(*field), confidence(set, *field)));
    }
    for (field, most) in &rule.at_most {
        (set.number(*field)? <= *most).then_some(())?;
        holding.push((Topic::Field(*field), confidence(set, *field)));
    }
    Some(holding)
}

/// One suggestion for each value. What holds anywhere counts once; supports of different kinds are independent and add
/// up, and of one kind the strongest counts.
fn joined(pieces: Vec<Suggestion>) -> Vec<Suggestion> {
    let mut values: Vec<Vec<Suggestion>> = Vec::new();
    for piece in pieces {
        match values.iter_mut().find(|group| group[0].value == piece.value) {
            Some(group) => group.push(piece),
            None => values.push(vec![piece]),
        }
    }
    let join = |mut group: Vec<Suggestion>| {
        // A rule of this situation has the support that holds anywhere in it already; the person's own words have not.
        if group.iter().any(|piece| piece.specific && piece.rank > 0) {
            group.retain(|piece| piece.specific);
        }
        group.sort_by(|a, b| a.rank.cmp(&b.rank).then(b.support.total_cmp(&a.support)));
        let mut group = group.into_iter();
        let mut first = group.next()?;
        let mut kinds = vec![first.basis];
        for other in group {
            if !kinds.contains(&other.basis) {
                kinds.push(other.basis);
                // The part that holds anywhere counts once.
                let general = question_bank().general_support;
                let counted = first.rank > 0;
                let own =
                    if counted { (1.0 - (1.0 - other.support) / (1.0 - general)).max(0.0) } else { other.support };
                first.support = round(together([first.support, own]));
                first.lines.push(format!("supported by another kind of reason {own:.2}: {}", other.reason));
                first.reason = format!("{} {}", first.reason, other.reason);
            }
        }
        Some(first)
    };
    values.into_iter().filter_map(join).collect()
}

/// The form of a field, with the regions of the chosen cloud and without those that are excluded.
pub(crate) fn form(set: &ConstraintSet, fact: &QuestionFact) -> Field {
    let Field::MultiChoice { choices } = &fact.form else { return fact.form.clone() };
    if fact.field != ConstraintField::Regions {
        return fact.form.clone();
    }
    let cloud = cloud(set);
    let mut listed: Vec<Choice> = if cloud == Cloud::Aws {
        choices.clone()
    } else {
        region::regions()
            .iter()
            .filter(|region| region.cloud == cloud)
            .map(|region| Choice {
                value: region.code.clone(),
                label: format!("{}, {} ({})", region.city, region.jurisdiction, region.code),
            })
            .collect()
    };
    for region in set.regions.iter().flat_map(|stated| &stated.value) {
        if region.cloud == cloud && !listed.iter().any(|choice| choice.value == region.code) {
            let label = format!("{} ({})", region.jurisdiction, region.code);
            listed.push(Choice { value: region.code.clone(), label });
        }
    }
    listed.retain(|choice| !set.excluded_regions.iter().any(|region| region.code == choice.value));
    Field::MultiChoice { choices: listed }
}

/// The cloud that regions are offered of. A data centre of one's own has no region codes; AWS names the place then.
fn cloud(set: &ConstraintSet) -> Cloud {
    match set.cloud.as_ref().map(|stated| stated.value) {
        Some(Cloud::Gcp) => Cloud::Gcp,
        Some(Cloud::Azure) => Cloud::Azure,
        Some(Cloud::Aws | Cloud::OnPremises) | None => Cloud::Aws,
    }
}

/// True when the form accepts the value.
pub(crate) fn fits(form: &Field, value: &AnswerValue) -> bool {
    let probe = Question {
        id: String::new(),
        text: String::new(),
        why: String::new(),
        priority: Priority::Low,
        field: form.clone(),
        default: SmartDefault {
            value: value.clone(),
            confidence: 0.0,
            reason: String::new(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
    };
    probe.check(value).is_ok()
}

fn first_choice(form: &Field) -> AnswerValue {
    match form {
        Field::Text { .. } => AnswerValue::Text("no preference".to_owned()),
        Field::Number { minimum, .. } => AnswerValue::Number(*minimum),
        Field::Choice { choices } => {
            AnswerValue::Text(choices.first().map(|choice| choice.value.clone()).unwrap_or_default())
        }
        Field::MultiChoice { choices } => {
            AnswerValue::Many(choices.first().map(|choice| choice.value.clone()).into_iter().collect())
        }
    }
}

/// Region codes of the bank are those of AWS: they become the nearest ones of the chosen cloud. What is excluded gives
/// way to another region under the same law, or goes.
pub(crate) fn localise(set: &ConstraintSet, field: ConstraintField, value: &AnswerValue) -> Option<AnswerValue> {
    match (field, value) {
        (ConstraintField::Regions, AnswerValue::Many(codes)) => {
            let cloud = cloud(set);
            let allowed = |region: &Region| !set.excluded_regions.contains(region);
            let codes: Vec<String> = codes
                .iter()
                .filter_map(|code| nearest_region(code, cloud))
                .filter_map(|region| match allowed(&region) {
                    true => Some(region),
                    false => region::of_jurisdiction(cloud, &region.jurisdiction).into_iter().find(allowed),
                })
                .map(|region| region.code)
                .collect();
            (!codes.is_empty()).then_some(AnswerValue::Many(codes))
        }
        (_, value) => Some(value.clone()),
    }
}
