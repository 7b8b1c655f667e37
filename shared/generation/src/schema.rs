//! What the records of a repository hold, and where that comes from.

use serde::Serialize;

use crate::{
    RenderError, asked,
    series::Series,
    subject::{Moved, Origin, Subject},
    task::Family,
    words,
};

/// Classes that stand for others, each of which the templates can make examples of.
const CLASSES_OF_IMAGES: [&str; 4] = ["cross", "ring", "square", "stripes"];
/// The same for documents.
const CLASSES_OF_DOCUMENTS: [&str; 4] = ["complaint", "contract", "invoice", "report"];

/// A class of documents or images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Class {
    name: String,
    /// What made-up examples of it are made of: words, or a shape.
    made_of: String,
}

/// Columns, classes or series, as far as the requirement names them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schema {
    /// What a tabular repository is about; none in other families.
    pub subject: Option<Subject>,
    /// A feature that moves the score of a tabular model.
    moved: Option<Moved>,
    /// What series are made of; none in other families.
    series: Option<Series>,
    /// The classes of documents or images, by their names; none in other families.
    classes: Vec<Class>,
    /// For the README: where columns, classes or series come from. Empty where the records have none of them.
    schema_words: String,
}

impl Schema {
    /// Days that pass until all that was forecast has come; 0 where nothing is.
    pub fn horizon_days(&self) -> u32 {
        self.series.as_ref().map_or(0, Series::horizon_days)
    }

    /// What the requirement says of the family's records, and placeholders for what it does not.
    ///
    /// # Errors
    /// When the crate's own data is broken.
    pub fn of(family: Family, requirement: &str) -> Result<Self, RenderError> {
        let of_classes = |names: Vec<String>, made_of: Vec<String>, is_named: bool| {
            let listed = words::code_list(&names);
            let schema_words = if is_named {
                format!("The classes {listed} are read from the requirement.")
            } else {
                format!("The requirement names no classes: {listed} stand for yours.")
            };
            let classes = names.into_iter().zip(made_of).map(|(name, made_of)| Class { name, made_of }).collect();
            Self { subject: None, moved: None, series: None, classes, schema_words }
        };
        Ok(match family {
            Family::Tabular(mode) => {
                let subject = Subject::of(mode, requirement)?;
                let columns: Vec<String> = subject.features.iter().map(|feature| feature.name.clone()).collect();
                let listed = words::code_list(&columns);
                let schema_words = match subject.origin {
                    Origin::Named => {
                        format!(
                            "The columns {listed} are read from the requirement; what they may hold is assumed: set it in \
                                 `records.py` before real data comes, which is refused otherwise."
                        )
                    }
                    Origin::Usual => {
                        format!("The requirement names no columns: {listed} are usual for {}.", subject.noun_plural)
                    }
                    Origin::Placeholder => format!("The requirement names no columns: {listed} stand for yours."),
                };
                Self { moved: subject.moved(), subject: Some(subject), series: None, classes: Vec::new(), schema_words }
            }
            Family::Vision => {
                let (names, is_named) = sorted(asked::classes_of_images(requirement)?, &CLASSES_OF_IMAGES);
                of_classes(names.clone(), asked::shapes(&names)?, is_named)
            }
            Family::Nlp => {
                let (names, is_named) = sorted(asked::classes(requirement)?, &CLASSES_OF_DOCUMENTS);
                let made_of = names.iter().map(|name| asked::vocabulary(name)).collect::<Result<_, _>>()?;
                of_classes(names, made_of, is_named)
            }
            Family::Forecasting => {
                let series = Series::of(requirement)?;
                let schema_words = series.words.clone();
                Self { subject: None, moved: None, series: Some(series), classes: Vec::new(), schema_words }
            }
            Family::Recommendation | Family::Rag | Family::FineTuning(_) => {
                Self { subject: None, moved: None, series: None, classes: Vec::new(), schema_words: String::new() }
            }
        })
    }

    /// What a project about these records is called; none where the requirement does not tell.
    pub fn title(&self) -> Option<&str> {
        self.subject.as_ref().filter(|subject| !subject.title.is_empty()).map(|subject| subject.title.as_str())
    }
}

/// The names that are there, or those that stand for them; and whether they are there.
fn sorted(named: Vec<String>, placeholders: &[&str]) -> (Vec<String>, bool) {
    let is_named = !named.is_empty();
    let mut names = if is_named { named } else { placeholders.iter().map(|&name| name.to_owned()).collect() };
    names.sort();
    (names, is_named)
}
