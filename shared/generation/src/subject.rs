//! What a tabular repository is about: its records, their columns, and the law of generated examples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Embedded, RenderError,
    asked::{self, Column, Kind, Target},
    task::Mode,
};

/// Values of a column of which nothing is known but its name: any number is accepted.
const ANY_NUMBER: (f64, f64, f64, f64) = (-1e9, 1e9, 50.0, 15.0);
/// Values of a column that counts something.
const ANY_COUNT: (f64, f64, f64, f64) = (0.0, 1e6, 30.0, 9.0);
/// Parts of named columns in the law of generated examples, in turn, before they are scaled.
const WEIGHTS: [f64; 5] = [0.9, -0.8, 0.7, -0.9, 0.8];
/// Length of the vector of all weights, from which on labels can be learned well: about that of `data/subjects.toml`.
const STRENGTH: f64 = 1.6;

/// One feature of a tabular subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Name in records and code.
    pub name: String,
    /// `number`, `integer` or `category`.
    pub kind: String,
    /// Smallest accepted value.
    #[serde(default)]
    pub minimum: f64,
    /// Largest accepted value.
    #[serde(default)]
    pub maximum: f64,
    /// Mean of generated values.
    #[serde(default)]
    pub mean: f64,
    /// Standard deviation of generated values.
    #[serde(default)]
    pub deviation: f64,
    /// Values of a category.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Part in the law of generated labels.
    pub weight: f64,
    /// What it is.
    pub description: String,
}

/// Who is behind an event and has features of its own, such as the account of a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// One of them in a word.
    pub noun: String,
    /// Many of them in a word.
    pub noun_plural: String,
    /// The field of an event that names it.
    pub id: String,
    /// The features that are its own; the others come with the event.
    pub features: Vec<String>,
}

/// What a tabular repository is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Name of the subject.
    pub id: String,
    /// Title of a project about it; empty for a placeholder.
    pub title: String,
    /// What is learned.
    pub mode: Mode,
    /// Words of a requirement that pick the subject.
    pub words: Vec<String>,
    /// One record in a word.
    pub noun: String,
    /// Many of them in a few words.
    pub noun_plural: String,
    /// Beginning of generated ids.
    pub id_prefix: String,
    /// Name of what is predicted.
    pub label: String,
    /// What it is.
    pub label_description: String,
    /// Share of positives among generated examples.
    pub rate: f64,
    /// Size of generated numbers, for regression.
    #[serde(default)]
    pub scale: f64,
    /// The features.
    pub features: Vec<Feature>,
    /// True when a record happens once, such as a payment, and has no state that somebody could ask for later.
    #[serde(default)]
    pub event: bool,
    /// Who is behind an event, where some of the features are theirs.
    #[serde(default)]
    pub entity: Option<Entity>,
    /// Where they come from.
    #[serde(skip_deserializing)]
    pub origin: Origin,
}

/// Where the columns of a subject come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The requirement names them.
    Named,
    /// They are usual for what the requirement is about.
    #[default]
    Usual,
    /// They stand for others: the requirement says too little.
    Placeholder,
}

/// What stands in for a subject that nobody has described.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Placeholder {
    noun: String,
    noun_plural: String,
    id_prefix: String,
    features: Vec<Feature>,
    /// Words for many of what happens once.
    events: Vec<String>,
    label: BTreeMap<Mode, Label>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    name: String,
    description: String,
    rate: f64,
    #[serde(default)]
    scale: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subjects {
    subject: Vec<Subject>,
    placeholder: Placeholder,
}

/// The feature that moves the score most, and two values of it: from the first to the second the score must rise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// Name of the feature.
    pub name: String,
    /// `number` or `integer`.
    pub kind: String,
    /// Where the score is low.
    pub low: f64,
    /// Where it is high.
    pub high: f64,
}

impl Subject {
    /// The feature with the largest part in the law of generated labels.
    pub fn moved(&self) -> Option<Moved> {
        let numeric = self.features.iter().filter(|feature| feature.kind != "category");
        let feature = numeric.max_by(|a, b| a.weight.abs().total_cmp(&b.weight.abs()))?;
        let at = |deviations: f64| {
            let value = (feature.mean + deviations * feature.deviation).clamp(feature.minimum, feature.maximum);
            if feature.kind == "integer" { value.round() } else { value }
        };
        let (low, high) = match self.mode {
            // What is unusual lies on one side of what is usual.
            Mode::Anomaly => (0.0, 5.0 * feature.weight),
            Mode::Classification | Mode::Regression | Mode::Ranking | Mode::Clustering => {
                (-1.5 * feature.weight.signum(), 1.5 * feature.weight.signum())
            }
        };
        Some(Moved { name: feature.name.clone(), kind: feature.kind.clone(), low: at(low), high: at(high) })
    }

    /// The subject of a requirement: the one of the mode whose words it names most often, otherwise a placeholder; with
    /// the columns and the outcome that it names itself.
    ///
    /// # Errors
    /// When the data is broken.
    pub fn of(mode: Mode, requirement: &str) -> Result<Self, RenderError> {
        let Subjects { subject: subjects, placeholder } = all()?;
        let told = requirement.to_lowercase();
        let mut best: Option<(usize, &Self)> = None;
        for subject in subjects {
            let hits = subject.hits(&told);
            if subject.mode == mode && hits > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((hits, subject));
            }
        }
        let subject = match best {
            Some((_, subject)) => subject.clone(),
            None => placeholder.clone().subject(mode, requirement)?,
        };
        subject.with_columns(&asked::columns(requirement)?)
    }

    /// How often a requirement in small letters names the subject. A word counts where it begins.
    fn hits(&self, requirement: &str) -> usize {
        let begins = |at: usize| !requirement[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        self.words
            .iter()
            .flat_map(|word| requirement.match_indices(word.as_str()))
            .filter(|(at, _)| begins(*at))
            .count()
    }

    /// The subject with the columns that the requirement names: those that it has anyway under a name like theirs, and
    /// new ones of which only the name is known.
    fn with_columns(self, named: &[Column]) -> Result<Self, RenderError> {
        let label = self.label.clone();
        let mut features: Vec<Feature> = Vec::new();
        for (index, column) in named.iter().filter(|column| column.name != label).enumerate() {
            let known = self.features.iter().find(|feature| is_like(&feature.name, &column.name));
            let feature = match known {
                Some(feature) => feature.clone(),
                None => feature(column, WEIGHTS[index % WEIGHTS.len()])?,
            };
            if features.iter().all(|other| other.name != feature.name) {
                features.push(feature);
            }
        }
        if features.len() < 2 {
            return Ok(self);
        }
        if features.iter().all(|feature| feature.kind == "category") {
            // Something has to be measured.
            features.extend(self.features.iter().find(|feature| feature.kind != "category").cloned());
        }
        if matches!(self.mode, Mode::Classification | Mode::Regression | Mode::Ranking) {
            let length = features.iter().map(|feature| feature.weight.powi(2)).sum::<f64>().sqrt();
            for feature in &mut features {
                feature.weight = (feature.weight * STRENGTH / length * 100.0).round() / 100.0;
            }
        }
        let entity = self.entity.map(|mut entity| {
            entity.features.retain(|own| features.iter().any(|feature| feature.name == *own));
            entity
        });
        // An event of which nothing is left beside its entity, or the other way round, has none.
        let entity = entity.filter(|own| !own.features.is_empty() && own.features.len() < features.len());
        Ok(Self { features, entity, origin: Origin::Named, ..self })
    }
}

impl Placeholder {
    /// A subject without a name, with what the requirement says of its outcome.
    fn subject(mut self, mode: Mode, requirement: &str) -> Result<Subject, RenderError> {
        let Some(label) = self.label.remove(&mode) else {
            return Err(RenderError(format!("data/subjects.toml has no placeholder for {}", mode.as_str())));
        };
        let target = match mode {
            Mode::Classification => asked::outcome(requirement)?,
            Mode::Regression => asked::amount(requirement)?,
            Mode::Anomaly | Mode::Clustering | Mode::Ranking => None,
        };
        let (label, noun_plural) = match target {
            Some(Target { about, name, words }) => {
                let description = match mode {
                    Mode::Classification => format!("What is predicted: {words}, or not"),
                    _ => asked::in_words(&words),
                };
                (Label { name, description, ..label }, about.unwrap_or(self.noun_plural))
            }
            None => (label, self.noun_plural),
        };
        // Groups are told apart by numbers alone.
        let may_stay =
            |feature: &Feature| feature.name != label.name && (mode != Mode::Clustering || feature.kind != "category");
        let features = self.features.into_iter().filter(may_stay).collect();
        let event = noun_plural.split(' ').any(|word| self.events.iter().any(|event| event == word));
        Ok(Subject {
            id: "placeholder".to_owned(),
            title: String::new(),
            mode,
            words: Vec::new(),
            noun: self.noun,
            noun_plural,
            id_prefix: self.id_prefix,
            label: label.name,
            label_description: label.description,
            rate: label.rate,
            scale: label.scale,
            features,
            event,
            entity: None,
            origin: Origin::Placeholder,
        })
    }
}

/// Whether a column that is named is one that a subject has: a word of more than three letters in common.
fn is_like(feature: &str, column: &str) -> bool {
    let words = |name: &str| name.split('_').filter(|word| word.len() > 3).map(str::to_owned).collect::<Vec<_>>();
    let column = words(column);
    words(feature).iter().any(|word| column.contains(word))
}

/// A column of which only the name is known.
fn feature(column: &Column, weight: f64) -> Result<Feature, RenderError> {
    let usual = asked::usual(column)?;
    let (kind, any) = match column.kind {
        Kind::Number => ("number", ANY_NUMBER),
        Kind::Whole => ("integer", ANY_COUNT),
        Kind::Category => ("category", (0.0, 0.0, 0.0, 0.0)),
    };
    let is_category = column.kind == Kind::Category;
    let (minimum, maximum, mean, deviation) =
        usual.as_ref().map_or(any, |usual| (usual.minimum, usual.maximum, usual.mean, usual.deviation));
    let choices = match usual {
        Some(usual) => usual.choices,
        None if is_category => asked::choices()?,
        None => Vec::new(),
    };
    let name = asked::in_words(&column.name);
    Ok(Feature {
        name: column.name.clone(),
        kind: kind.to_owned(),
        minimum,
        maximum,
        mean,
        deviation,
        choices,
        weight: if is_category { weight.abs() } else { weight },
        description: if is_category { format!("{name}; the values are assumed.") } else { format!("{name}.") },
    })
}

fn all() -> Result<&'static Subjects, RenderError> {
    static ALL: Embedded<Subjects> = Embedded::new("data/subjects.toml", include_str!("../data/subjects.toml"));
    ALL.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [Mode; 5] = [Mode::Classification, Mode::Regression, Mode::Anomaly, Mode::Clustering, Mode::Ranking];

    #[test]
    fn the_words_of_the_requirement_pick_the_subject() {
        let pick = |mode, text: &str| Subject::of(mode, text).unwrap().id;
        assert_eq!(pick(Mode::Classification, "Which loan applications will default? Credit scoring."), "credit_risk");
        assert_eq!(pick(Mode::Regression, "Estimate house prices"), "price");
        assert_eq!(pick(Mode::Anomaly, "Network intrusion from logs"), "requests");
        assert_eq!(pick(Mode::Classification, "Enterprise warehouses upload a catalogue"), "placeholder");
    }

    #[test]
    fn what_no_subject_is_about_is_a_placeholder_with_the_requirement_s_own_outcome() {
        let wells = Subject::of(Mode::Classification, "Predict which wells will run dry. Budget 500 dollars.").unwrap();
        assert_eq!((wells.noun_plural.as_str(), wells.label.as_str()), ("wells", "run_dry"));
        assert_eq!(wells.origin, Origin::Placeholder);
        let moisture = Subject::of(Mode::Regression, "Estimate soil moisture for each field.").unwrap();
        assert_eq!((moisture.label.as_str(), moisture.label_description.as_str()), ("soil_moisture", "Soil moisture"));
        for mode in MODES {
            assert_eq!(Subject::of(mode, "nothing that is known").unwrap().origin, Origin::Placeholder, "{mode:?}");
        }
    }

    #[test]
    fn what_happens_once_has_an_entity_where_one_is_known() {
        let of = |text: &str| Subject::of(Mode::Classification, text).unwrap();
        let fraud = of("Detect fraud in card payments.");
        assert_eq!(fraud.entity.unwrap().features, ["payments_24h", "account_age_days"]);
        let named = of("Detect fraud from the columns: amount, account age, channel.");
        assert_eq!(named.entity.unwrap().features, ["account_age_days"]);
        let other = of("Detect fraud from the columns: amount, channel, weather.");
        assert!(other.event && other.entity.is_none(), "{other:?}");
        assert!(!of("Which customers will churn?").event);
        assert!(!of("Predict which wells will run dry.").event);
        assert!(of("Predict which orders will run late.").event);
    }

    #[test]
    fn columns_that_are_named_are_the_columns() {
        let text = "Predict churn based on tenure, shoe size, region and number of pets.";
        let subject = Subject::of(Mode::Classification, text).unwrap();
        let names: Vec<_> =
            subject.features.iter().map(|feature| (feature.name.as_str(), feature.kind.as_str())).collect();
        assert_eq!(
            names,
            [
                ("tenure_months", "integer"),
                ("shoe_size", "number"),
                ("region", "category"),
                ("number_of_pets", "integer")
            ]
        );
        assert_eq!((subject.id.as_str(), subject.origin), ("churn", Origin::Named));
        assert_eq!(subject.features[2].choices, ["north", "south", "west"], "as usual");
        let hours = Subject::of(Mode::Classification, "Features: hour of day, device type, shift.").unwrap();
        let [hour, device, shift] = hours.features.as_slice() else { panic!("{:?}", hours.features) };
        assert_eq!((hour.minimum, hour.maximum, hour.kind.as_str()), (0.0, 23.0, "integer"));
        assert_eq!((device.choices[0].as_str(), shift.choices[0].as_str()), ("desktop", "first"));
        let length = subject.features.iter().map(|feature| feature.weight.powi(2)).sum::<f64>().sqrt();
        assert!((length - STRENGTH).abs() < 0.05, "{length}");
    }

    #[test]
    fn every_subject_can_be_rendered() {
        let placeholders = MODES.into_iter().map(|mode| all().unwrap().placeholder.clone().subject(mode, "").unwrap());
        let named = "Columns: shoe size, region, number of pets, height.";
        let named = MODES.into_iter().map(|mode| Subject::of(mode, named).unwrap());
        for subject in all().unwrap().subject.clone().into_iter().chain(placeholders).chain(named) {
            let id = &subject.id;
            assert!(subject.features.iter().any(|feature| feature.kind != "category"), "{id}: needs a number");
            assert!(subject.rate > 0.0 && subject.rate < 1.0, "{id}");
            assert_eq!(subject.mode == Mode::Regression, subject.scale > 0.0, "{id}: scale");
            let mut names: Vec<_> = subject.features.iter().map(|feature| feature.name.as_str()).collect();
            names.push(&subject.label);
            let moved = subject.moved().unwrap();
            assert!(moved.low != moved.high, "{id}: {moved:?} does not move");
            if let Some(entity) = &subject.entity {
                assert!(subject.event, "{id}: what has an entity is an event");
                assert!(entity.features.iter().all(|own| names.contains(&own.as_str())), "{id}: {entity:?}");
                assert!(entity.features.len() < subject.features.len(), "{id}: an event has features of its own");
                names.push(&entity.id);
            }
            names.extend([
                "record_id",
                "observed_at",
                "query_id",
                "probability",
                "score",
                "lower",
                "upper",
                "group",
                "distance",
            ]);
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{id}: a name is used twice");
            for feature in &subject.features {
                match feature.kind.as_str() {
                    "category" => assert!(feature.choices.len() > 1, "{id}.{}", feature.name),
                    "number" | "integer" => {
                        assert!(feature.deviation > 0.0, "{id}.{}", feature.name);
                        assert!(
                            feature.minimum < feature.mean && feature.mean < feature.maximum,
                            "{id}.{}",
                            feature.name
                        );
                    }
                    other => panic!("{id}.{}: kind {other}", feature.name),
                }
            }
        }
    }
}
