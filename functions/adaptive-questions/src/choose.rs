//! Which questions, in which order, with which defaults.

use design::{
    constraint::{Cloud, ConstraintField, ConstraintSet, DataClass},
    coverage::{CoverageReport, Gap},
    question::QuestionSet,
};
use knowledge::question_bank::{DefaultFact, QuestionFact, question_bank};
use run::{
    answer::AnswerValue,
    question::{Choice, DefaultBasis, Field, Priority, Question, SmartDefault},
};

use crate::situation::{answer, confidence, names, nearest_region, number};

/// No default is more certain than this: nobody has said it.
const HIGHEST: f64 = 0.95;
/// Factor when other rules for the same situation suggest something else.
const RIVALS: f64 = 0.85;
/// Effects from which a question is of high and of medium priority.
const HIGH_EFFECT: f64 = 0.55;
const MEDIUM_EFFECT: f64 = 0.25;
/// Factor of the effect when the design would be a guess without the answer.
const BLOCKING: f64 = 1.5;

/// A gap that is not asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// The field.
    pub field: ConstraintField,
    /// Its effect.
    pub effect: f64,
    /// Why it is not asked.
    pub why_not: String,
}

/// The questions of a round with what explains them.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The questions.
    pub set: QuestionSet,
    /// The effect of each question, in their order.
    pub effects: Vec<f64>,
    /// What each default's confidence was computed from, in their order.
    pub basis: Vec<Vec<String>>,
    /// What is not asked.
    pub left: Vec<Left>,
}

/// Chooses the questions of a round. `asked` are the ids of questions that were answered or defaulted before.
pub fn choose(
    set: &ConstraintSet,
    report: &CoverageReport,
    parent: Option<&ConstraintSet>,
    asked: &[String],
    round: u32,
) -> Chosen {
    let bank = question_bank();
    let mut candidates: Vec<(f64, Priority, &Gap, &QuestionFact)> = Vec::new();
    let mut left = Vec::new();
    for gap in &report.gaps {
        let Some(fact) = bank.question.iter().find(|fact| fact.field == gap.field) else { continue };
        let Some(coverage) = report.fields.iter().find(|coverage| coverage.field == gap.field) else { continue };
        let impact = (fact.choice_impact + fact.cost_impact) / 2.0;
        // A contradiction leaves open what a confident number hides.
        let in_conflict = set.conflicts.iter().any(|conflict| conflict.fields.contains(&gap.field));
        let open = if in_conflict { 1.0 } else { 1.0 - coverage.confidence };
        let effect = coverage.weight * impact * open * if gap.blocking { BLOCKING } else { 1.0 };
        if asked.iter().any(|id| id == gap.field.as_str()) {
            left.push(Left { field: gap.field, effect, why_not: "was asked in an earlier round".to_owned() });
        } else if effect < bank.least_effect && !gap.blocking {
            let why_not = format!("its effect {effect:.2} is below {:.2}: the default will do", bank.least_effect);
            left.push(Left { field: gap.field, effect, why_not });
        } else {
            candidates.push((effect, priority(set, fact, gap, effect), gap, fact));
        }
    }
    candidates.sort_by(|a, b| a.1.cmp(&b.1).then(b.0.total_cmp(&a.0)));
    for (effect, _, gap, _) in candidates.iter().skip(bank.most_per_round) {
        let why_not = format!("{} others have more effect", bank.most_per_round);
        left.push(Left { field: gap.field, effect: *effect, why_not });
    }
    candidates.truncate(bank.most_per_round);
    let mut chosen =
        Chosen { set: QuestionSet { round, questions: Vec::new() }, effects: Vec::new(), basis: Vec::new(), left };
    for (effect, priority, gap, fact) in candidates {
        let form = form(set, fact);
        let (default, basis) = smart_default(set, parent, fact, &form);
        let why = if gap.reason.starts_with("nothing is said") {
            fact.why.clone()
        } else {
            format!("{} It is {}.", fact.why, gap.reason.trim_end_matches('.'))
        };
        chosen.set.questions.push(Question {
            id: fact.field.as_str().to_owned(),
            text: fact.text.clone(),
            why,
            priority,
            field: form,
            default,
        });
        chosen.effects.push((effect * 1000.0).round() / 1000.0);
        chosen.basis.push(basis);
    }
    chosen
}

/// The bank's priority, raised by the effect, and where a wrong place would break a law.
fn priority(set: &ConstraintSet, fact: &QuestionFact, gap: &Gap, effect: f64) -> Priority {
    let by_effect = if effect >= HIGH_EFFECT {
        Priority::High
    } else if effect >= MEDIUM_EFFECT {
        Priority::Medium
    } else {
        Priority::Low
    };
    let protected = set.data_class.as_ref().is_some_and(|class| match class.value {
        DataClass::Public | DataClass::Internal | DataClass::Confidential => false,
        DataClass::Pii | DataClass::Restricted | DataClass::Pci | DataClass::Phi => true,
    });
    if fact.field == ConstraintField::Regions && gap.blocking && protected {
        return Priority::Critical;
    }
    // The order of `Priority` is that of asking, so the smaller one is the more urgent.
    if gap.blocking { fact.priority.min(by_effect) } else { by_effect.max(fact.priority.max(Priority::High)) }
}

/// The form, with the regions of the chosen cloud and without those that are excluded.
fn form(set: &ConstraintSet, fact: &QuestionFact) -> Field {
    let Field::MultiChoice { choices } = &fact.form else { return fact.form.clone() };
    if fact.field != ConstraintField::Regions {
        return fact.form.clone();
    }
    let cloud = cloud(set);
    let mut listed: Vec<Choice> = if cloud == Cloud::Aws {
        choices.clone()
    } else {
        knowledge::region::regions()
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
fn fits(form: &Field, value: &AnswerValue) -> bool {
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
    };
    probe.check(value).is_ok()
}

fn round(value: f64) -> f64 {
    (value.min(HIGHEST) * 1000.0).round() / 1000.0
}

/// Independent supports together.
fn together(supports: &[f64]) -> f64 {
    1.0 - supports.iter().map(|support| 1.0 - support).product::<f64>()
}

/// The default: what the text suggests (contradicted or implied values), what the parent version decided, or the
/// rule with the most conditions that all hold.
fn smart_default(
    set: &ConstraintSet,
    parent: Option<&ConstraintSet>,
    fact: &QuestionFact,
    form: &Field,
) -> (SmartDefault, Vec<String>) {
    let bank = question_bank();
    let field = fact.field;
    if let Some(value) = answer(set, field).filter(|value| fits(form, value)) {
        let own = confidence(set, field);
        let conflict = set.conflicts.iter().find(|conflict| conflict.fields.contains(&field));
        let reason = match conflict {
            Some(conflict) => format!("What is assumed meanwhile: {}", conflict.resolution),
            None => "The text suggests it without saying so.".to_owned(),
        };
        let basis = match field {
            ConstraintField::Regions | ConstraintField::Compliance | ConstraintField::DataClass => {
                DefaultBasis::Security
            }
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
        };
        let line = format!("confidence of what was read {own:.2}");
        return (SmartDefault { value, confidence: round(own), reason, basis }, vec![line]);
    }
    let general = bank.general_support;
    let earlier = parent.and_then(|parent| Some((answer(parent, field)?, confidence(parent, field))));
    if let Some((value, own)) = earlier.clone().filter(|(value, _)| fits(form, value)) {
        let support = bank.earlier_support * own;
        let default = SmartDefault {
            value,
            confidence: round(together(&[general, support])),
            reason: "This project decided so in the parent version.".to_owned(),
            basis: DefaultBasis::EarlierDecision,
        };
        let lines =
            vec![format!("a default that holds anywhere {general:.2}"), format!("earlier decision {support:.2}")];
        return (default, lines);
    }
    let mut rules: Vec<(&DefaultFact, AnswerValue, Vec<f64>)> = fact
        .defaults
        .iter()
        .filter_map(|rule| {
            let supports = conditions(set, rule)?;
            let value = localise(set, field, &rule.value)?;
            fits(form, &value).then_some((rule, value, supports))
        })
        .collect();
    rules.sort_by(|a, b| b.2.len().cmp(&a.2.len()).then(b.2.iter().sum::<f64>().total_cmp(&a.2.iter().sum::<f64>())));
    let Some((rule, value, conditions)) = rules.first().cloned() else {
        // Everything that the bank suggests is excluded: the first choice that is left, with no support but that.
        let value = first_choice(form);
        let reason = "What is usually suggested is excluded here; this is the first that is left.".to_owned();
        let default = SmartDefault { value, confidence: 0.1, reason, basis: DefaultBasis::IndustryPractice };
        return (default, vec!["no rule fits".to_owned()]);
    };
    let rivals = rules
        .iter()
        .filter(|(_, other, supports)| !conditions.is_empty() && supports.len() == conditions.len() && *other != value)
        .count();
    let supports: Vec<f64> =
        std::iter::once(general).chain(conditions.iter().map(|own| bank.condition_support * own)).collect();
    let mut lines = vec![format!("a default that holds anywhere {general:.2}")];
    lines.extend(
        rule.when
            .keys()
            .chain(rule.at_least.keys())
            .chain(rule.at_most.keys())
            .zip(&supports[1..])
            .map(|(field, support)| format!("{} fits {support:.2}", field.as_str().replace('_', " "))),
    );
    let mut confidence = together(&supports);
    if rivals > 0 {
        confidence *= RIVALS;
        lines.push(format!("{rivals} other suggestions for this situation ×{RIVALS:.2}"));
    }
    (SmartDefault { value, confidence: round(confidence), reason: rule.reason.clone(), basis: rule.basis }, lines)
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

/// The confidences of the fields that a rule looks at, when all its conditions hold.
fn conditions(set: &ConstraintSet, rule: &DefaultFact) -> Option<Vec<f64>> {
    let mut supports = Vec::new();
    for (field, accepted) in &rule.when {
        names(set, *field).iter().any(|name| accepted.contains(name)).then_some(())?;
        supports.push(confidence(set, *field));
    }
    for (field, least) in &rule.at_least {
        (number(set, *field)? >= *least).then_some(())?;
        supports.push(confidence(set, *field));
    }
    for (field, most) in &rule.at_most {
        (number(set, *field)? <= *most).then_some(())?;
        supports.push(confidence(set, *field));
    }
    Some(supports)
}

/// Region codes of the bank are those of AWS: they become the nearest ones of the chosen cloud; excluded ones go.
fn localise(set: &ConstraintSet, field: ConstraintField, value: &AnswerValue) -> Option<AnswerValue> {
    match (field, value) {
        (ConstraintField::Regions, AnswerValue::Many(codes)) => {
            let cloud = cloud(set);
            let codes: Vec<String> = codes
                .iter()
                .filter_map(|code| nearest_region(code, cloud))
                .filter(|region| !set.excluded_regions.contains(region))
                .map(|region| region.code)
                .collect();
            (!codes.is_empty()).then_some(AnswerValue::Many(codes))
        }
        (_, value) => Some(value.clone()),
    }
}
