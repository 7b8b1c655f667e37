//! The words that intake understands: concepts with phrases per language, how tasks are described,
//! and tools by their names.
//!
//! This module only holds the data; how a phrase is matched is described at the head of `data/lexicon.toml` and done by
//! the intake agent. Another language is more data.

use std::{collections::BTreeMap, sync::OnceLock};

use design::constraint::{Cloud, MlTask, UseCase};
use serde::Deserialize;

/// Words that say the same thing to the same reader.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Concept {
    /// Which reader it is for, such as `deployment` or `cue.budget`.
    pub group: String,
    /// What the words mean to that reader.
    pub value: String,
    /// How strongly they say it, 0 to 1 (a little above 1 lets a specific reading win over a general one).
    #[serde(default = "one")]
    pub weight: f64,
    /// Phrases by language (ISO 639-1).
    #[serde(flatten)]
    pub phrases: BTreeMap<String, Vec<String>>,
}

fn one() -> f64 {
    1.0
}

/// A tool by its usual name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Name in lower case, as constraints hold it.
    pub name: String,
    /// What people write.
    pub words: Vec<String>,
    /// The provider that naming the tool suggests.
    #[serde(default)]
    pub cloud: Option<Cloud>,
}

/// A task that is described rather than named: words of several groups that stand together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// The task that it speaks for.
    pub task: MlTask,
    /// The application that it speaks for.
    pub use_case: UseCase,
    /// How strongly, as a concept's weight.
    pub weight: f64,
    /// Groups of which a phrase is in the same sentence.
    pub sentence: Vec<String>,
    /// Groups of which a phrase is anywhere in the text.
    #[serde(default)]
    pub text: Vec<String>,
    /// Groups of which no phrase is in the sentence.
    #[serde(default)]
    pub unless: Vec<String>,
}

#[derive(Deserialize)]
struct LexiconFile {
    concept: Vec<Concept>,
    #[serde(default)]
    frame: Vec<Frame>,
}

fn tasks() -> &'static LexiconFile {
    static TASKS: OnceLock<LexiconFile> = OnceLock::new();
    TASKS.get_or_init(|| crate::region::compiled_in("tasks.toml", include_str!("../data/tasks.toml")))
}

/// How tasks are described.
///
/// # Panics
/// When the data file that is compiled in is broken; a test reads it.
pub fn frames() -> &'static [Frame] {
    &tasks().frame
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolFile {
    tools: Vec<Tool>,
}

/// All concepts.
///
/// # Panics
/// When the data file that is compiled in is broken; a test reads it.
pub fn concepts() -> &'static [Concept] {
    static CONCEPTS: OnceLock<Vec<Concept>> = OnceLock::new();
    CONCEPTS.get_or_init(|| {
        let file: LexiconFile = crate::region::compiled_in("lexicon.toml", include_str!("../data/lexicon.toml"));
        file.concept.into_iter().chain(tasks().concept.iter().cloned()).collect()
    })
}

/// All tools.
///
/// # Panics
/// When the data file that is compiled in is broken; a test reads it.
pub fn tools() -> &'static [Tool] {
    static TOOLS: OnceLock<Vec<Tool>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let file: ToolFile = crate::region::compiled_in("tools.toml", include_str!("../data/tools.toml"));
        file.tools
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_concept_has_words_and_a_weight_that_can_be_used() {
        for concept in concepts() {
            let words = concept.phrases.values().flatten().collect::<Vec<_>>();
            assert!(!words.is_empty(), "{}={} has no words", concept.group, concept.value);
            assert!(words.iter().all(|phrase| !phrase.trim().is_empty()), "{}", concept.group);
            assert!(concept.weight > 0.0 && concept.weight <= 1.5, "{}={}", concept.group, concept.value);
            assert!(concept.phrases.keys().all(|language| language.len() == 2), "{:?}", concept.phrases.keys());
        }
    }

    #[test]
    fn values_of_schema_groups_are_values_of_the_schema() {
        use design::constraint::{DataClass, Deployment, Expertise, Framework, Platform, WorkloadType};
        /// Phrases that only look like values of their group.
        const NONE: &str = "none";
        fn is<T: serde::de::DeserializeOwned>(value: &str) -> bool {
            serde_json::from_value::<T>(serde_json::Value::String(value.to_owned())).is_ok()
        }
        for concept in concepts() {
            let fits = match concept.group.as_str() {
                "cloud" => is::<Cloud>(&concept.value),
                "data_class" => concept.value == NONE || is::<DataClass>(&concept.value),
                "deployment" => concept.value == NONE || is::<Deployment>(&concept.value),
                "workload" => concept.value == NONE || is::<WorkloadType>(&concept.value),
                "platform" => concept.value == NONE || is::<Platform>(&concept.value),
                "class_label" => is::<DataClass>(&concept.value),
                "expertise" => is::<Expertise>(&concept.value),
                "compliance" => is::<Framework>(&concept.value),
                "ml_task" => concept.value == NONE || is::<MlTask>(&concept.value),
                "use_case" => concept.value == NONE || is::<UseCase>(&concept.value),
                "number" | "number_vague" | "scale" | "time" | "period" | "data_unit" | "rate_unit"
                | "availability" => concept.value.parse::<f64>().is_ok(),
                _ => true,
            };
            assert!(fits, "{} = `{}`", concept.group, concept.value);
        }
    }

    #[test]
    fn frames_are_made_of_groups_that_have_words() {
        let groups = concepts().iter().map(|concept| concept.group.as_str()).collect::<BTreeSet<_>>();
        for frame in frames() {
            let named = frame.sentence.iter().chain(&frame.text).chain(&frame.unless);
            // `task.future` is found by the reader, from `task.next` and units of time.
            for group in named.filter(|group| *group != "task.future") {
                assert!(groups.contains(group.as_str()), "{group}");
            }
            assert!(frame.sentence.iter().any(|group| group != "task.future"), "{frame:?}");
        }
    }

    #[test]
    fn there_are_at_least_sixty_tools_with_distinct_names() {
        let names = tools().iter().map(|tool| tool.name.as_str()).collect::<BTreeSet<_>>();
        assert_eq!(names.len(), tools().len());
        assert!(names.len() >= 60, "{}", names.len());
    }
}
