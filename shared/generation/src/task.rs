//! What the generated code learns: the family of templates, and the mode of the tabular family.

use design::{
    constraint::{ConstraintSet, MlTask, UseCase},
    plan::{Capability, Component},
};
use knowledge::catalogue::Catalogue;
use serde::{Deserialize, Serialize};

/// A family of templates in `templates/tasks/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Rows of named features.
    Tabular(Mode),
    /// Series of values at even steps.
    Forecasting,
    /// Next items of a session.
    Recommendation,
    /// Classes of images.
    Vision,
    /// Kinds of documents.
    Nlp,
    /// Answers from documents.
    Rag,
    /// Completions of a tuned language model.
    FineTuning(Tuner),
}

/// Who tunes a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tuner {
    /// A managed service, which keeps the weights and answers itself.
    Service,
    /// The system, on machines of its own: the weights are its own, and it serves them.
    System,
}

/// What the tabular family learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Yes or no.
    Classification,
    /// A number.
    Regression,
    /// What is unusual.
    Anomaly,
    /// Groups.
    Clustering,
    /// An order.
    Ranking,
}

impl Mode {
    /// The mode's name in templates and data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
            Self::Anomaly => "anomaly",
            Self::Clustering => "clustering",
            Self::Ranking => "ranking",
        }
    }
}

/// What the learning templates and the documents say of the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learning {
    /// The model in words.
    pub model_words: &'static str,
    /// The metric that the promotion gate looks at first, and that is measured on outcomes.
    pub metric: &'static str,
    /// True when more of it is better.
    pub higher: bool,
    /// The gate's floor (or ceiling) for generated examples.
    pub minimum: f64,
    /// What the gate looks at besides, because the one metric hides it.
    pub guards: &'static [Guard],
    /// Examples that the tests train on.
    pub test_rows: u32,
}

/// A metric that the promotion gate looks at besides the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Guard {
    /// Its name among the metrics of `learning.evaluate`.
    pub metric: &'static str,
    /// What it says, in words that follow a colon.
    pub words: &'static str,
    /// True when more of it is better.
    pub higher: bool,
    /// Its floor (or ceiling); none where the value depends on the examples, and only the comparison says something.
    pub floor: Option<f64>,
    /// By how much it may be worse than production's.
    pub tolerance: f64,
    /// The metric that counts the examples which this one rests on; chance weighs more where they are few.
    pub rests_on: Option<&'static str>,
}

/// A ranking says nothing of the alarms that are made of it: a threshold that never alarms has the same ROC AUC. Where
/// positives are rare, it hardly says how many of the first are positives either.
const ALARMS: &[Guard] = &[
    Guard {
        metric: "average_precision",
        words: "how many of those that come first are positives",
        higher: true,
        floor: None,
        tolerance: 0.02,
        rests_on: Some("positives"),
    },
    Guard {
        metric: "matthews_correlation",
        words: "what the alarms are worth; 0 is chance",
        higher: true,
        floor: Some(0.1),
        tolerance: 0.05,
        rests_on: Some("positives"),
    },
];

/// A sum over all series is that of the loudest.
const SERIES: &[Guard] = &[
    Guard {
        metric: "relative_error_of_quiet_series",
        words: "the same error over the quieter half of the series, which a sum over all hides",
        higher: false,
        floor: Some(1.0),
        tolerance: 0.02,
        rests_on: None,
    },
    Guard {
        metric: "range_coverage",
        words: "how many values lie in the ranges that promise nine of ten",
        higher: true,
        floor: Some(0.8),
        tolerance: 0.05,
        rests_on: None,
    },
];

/// A document may be found by a passage that does not answer: an answer is written from what is among its sources.
const SOURCES: &[Guard] = &[Guard {
    metric: "passage_hit_rate_at_3",
    words: "how often the answer is among the three sources",
    higher: true,
    floor: Some(0.5),
    tolerance: 0.02,
    rests_on: None,
}];

/// Words may be right and make no sentence; and what has learned nothing that the nearest prompt does not say is not worth
/// its machines.
const COMPLETIONS: &[Guard] = &[
    Guard {
        metric: "rouge_l",
        words: "the words that are wanted, in their order",
        higher: true,
        floor: None,
        tolerance: 0.02,
        rests_on: None,
    },
    Guard {
        metric: "gain_over_nearest_prompt",
        words: "overlap of words, less that of the answer to the most similar prompt",
        higher: true,
        floor: Some(0.0),
        tolerance: 0.02,
        rests_on: None,
    },
];

/// The tag of weights that are ours.
const OWN_WEIGHTS: &str = "own-weights";

/// Whether a tag names a model that a service keeps.
fn is_of_service(tag: &str) -> bool {
    tag.ends_with("-model")
}

/// A number is told with an interval, and people act on both.
const INTERVALS: &[Guard] = &[Guard {
    metric: "interval_coverage",
    words: "how many values lie in the intervals that promise nine of ten",
    higher: true,
    floor: Some(0.8),
    tolerance: 0.05,
    rests_on: None,
}];

impl Family {
    /// The family for what is asked: the use case decides, the task refines it.
    pub fn of(constraints: &ConstraintSet) -> Self {
        let task = constraints.ml_task.as_ref().map(|stated| stated.value);
        match constraints.use_case.as_ref().map(|stated| stated.value) {
            Some(UseCase::RetrievalAugmentedGeneration) => Self::Rag,
            Some(UseCase::FineTuning) => Self::FineTuning(Tuner::Service),
            Some(UseCase::Forecasting) => Self::Forecasting,
            Some(UseCase::Recommender) => Self::Recommendation,
            Some(UseCase::ComputerVision) => Self::Vision,
            Some(UseCase::DocumentProcessing) => Self::Nlp,
            Some(UseCase::StreamingAnomaly) => Self::Tabular(Mode::Anomaly),
            Some(UseCase::FraudDetection) => match task {
                Some(MlTask::AnomalyDetection) => Self::Tabular(Mode::Anomaly),
                Some(
                    MlTask::Classification
                    | MlTask::Regression
                    | MlTask::Forecasting
                    | MlTask::Recommendation
                    | MlTask::Clustering
                    | MlTask::ComputerVision
                    | MlTask::Nlp
                    | MlTask::GenerativeAi
                    | MlTask::Ranking,
                )
                | None => Self::Tabular(Mode::Classification),
            },
            Some(UseCase::TabularScoring | UseCase::ExperimentationPlatform) | None => {
                task.map_or(Self::Tabular(Mode::Classification), Self::of_task)
            }
        }
    }

    fn of_task(task: MlTask) -> Self {
        match task {
            MlTask::Classification => Self::Tabular(Mode::Classification),
            MlTask::Regression => Self::Tabular(Mode::Regression),
            MlTask::AnomalyDetection => Self::Tabular(Mode::Anomaly),
            MlTask::Clustering => Self::Tabular(Mode::Clustering),
            MlTask::Ranking => Self::Tabular(Mode::Ranking),
            MlTask::Forecasting => Self::Forecasting,
            MlTask::Recommendation => Self::Recommendation,
            MlTask::ComputerVision => Self::Vision,
            MlTask::Nlp => Self::Nlp,
            MlTask::GenerativeAi => Self::Rag,
        }
    }

    /// The same for a plan: where it trains weights of its own and serves them, the system itself tunes the language model.
    #[must_use]
    pub fn in_plan(self, components: &[Component], catalogue: &Catalogue) -> Self {
        let Self::FineTuning(_) = self else { return self };
        let patterns = |capability| {
            let of_it = components.iter().filter(move |component| component.capability == capability);
            of_it.filter_map(|component| catalogue.pattern(&component.pattern))
        };
        // What a service tunes has a tag of its own beside this one: `bedrock-custom-model`.
        let mut trains = patterns(Capability::Train).map(|pattern| {
            pattern.provides.iter().any(|tag| tag == OWN_WEIGHTS)
                && !pattern.provides.iter().any(|tag| is_of_service(tag))
        });
        let mut serves = patterns(Capability::Serve)
            .map(|pattern| pattern.needs.iter().any(|tags| tags.split('|').any(|tag| tag == OWN_WEIGHTS)));
        let is_own = trains.any(|own| own) && serves.any(|own| own);
        Self::FineTuning(if is_own { Tuner::System } else { Tuner::Service })
    }

    /// The folder of the family's templates.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Tabular(_) => "tabular",
            Self::Forecasting => "forecasting",
            Self::Recommendation => "recommendation",
            Self::Vision => "vision",
            Self::Nlp => "nlp",
            Self::Rag => "rag",
            Self::FineTuning(_) => "fine_tuning",
        }
    }

    /// The folder of the templates of what is learned and how.
    pub fn learned_in(self) -> &'static str {
        match self {
            Self::FineTuning(Tuner::System) => "fine_tuning/own",
            Self::FineTuning(Tuner::Service) => "fine_tuning/service",
            Self::Tabular(_) | Self::Forecasting | Self::Recommendation | Self::Vision | Self::Nlp | Self::Rag => {
                self.folder()
            }
        }
    }

    /// Title of a project of the family; none where the subject says more.
    pub fn title(self) -> Option<&'static str> {
        match self {
            Self::Tabular(_) => None,
            Self::Forecasting => Some("Forecasting"),
            Self::Recommendation => Some("Recommendations"),
            Self::Vision => Some("Image classification"),
            Self::Nlp => Some("Document classification"),
            Self::Rag => Some("Answers from documents"),
            Self::FineTuning(_) => Some("Fine-tuned language model"),
        }
    }

    /// The family's mode; empty for families that have none.
    pub fn mode(self) -> &'static str {
        match self {
            Self::Tabular(mode) => mode.as_str(),
            Self::Forecasting | Self::Recommendation | Self::Vision | Self::Nlp | Self::Rag | Self::FineTuning(_) => "",
        }
    }

    /// Why the family's model is what it is, in words that follow a comma.
    fn why(self, learner: Learner) -> &'static str {
        match (self, learner) {
            (Self::Tabular(_), Learner::Xgboost | Learner::Lightgbm) => "which was named as well",
            (Self::Tabular(Mode::Anomaly | Mode::Clustering), _) => "because nothing tells it what is right",
            (Self::Tabular(_), _) => "because boosted trees learn rows of named features from few examples",
            (Self::Forecasting, _) => {
                "because each series is short and a model for each day ahead is enough to begin with"
            }
            (Self::Recommendation, _) => "because item vectors need sessions alone and are trained in seconds",
            (Self::Vision, _) => "whose result ONNX Runtime serves without it",
            (Self::FineTuning(Tuner::System), _) => "whose result CTranslate2 serves without it",
            (Self::Nlp | Self::Rag | Self::FineTuning(Tuner::Service), _) => {
                "because it is the baseline that a larger model must beat"
            }
        }
    }

    /// What takes the place of the small model where there are graphics processors.
    pub fn gpu_swap(self) -> &'static str {
        match self {
            Self::Tabular(_) => "the estimator in `learning.fit` for one that uses them",
            Self::Forecasting => "the regression in `learning.fit` for a network over many series",
            Self::Recommendation => "the decomposition in `learning.fit` for a network over sessions",
            Self::Vision => "the network in `network.py` for a pretrained one and its tuning",
            Self::Nlp => "`features.py` and `learning.fit` for a pretrained transformer and its tuning",
            Self::Rag => "`features.vectorizer` for an embedding model",
            Self::FineTuning(Tuner::Service) => "the baseline in `learning.fit` for the tuning of a model of your own",
            Self::FineTuning(Tuner::System) => "the tiny network for a base model in the folder `base`",
        }
    }

    /// What templates and documents say of the family's model. The minimum of families that are not tabular is in
    /// their template as well; a test holds the two together.
    pub fn learning(self) -> Learning {
        let learning = |model_words, metric, higher, minimum, test_rows| Learning {
            model_words,
            metric,
            higher,
            minimum,
            guards: self.guards(),
            test_rows,
        };
        match self {
            Self::Tabular(Mode::Classification) => {
                learning("gradient boosted trees for a yes or no", "roc_auc", true, 0.8, 1200)
            }
            Self::Tabular(Mode::Regression) => learning("gradient boosted trees for a number", "r2", true, 0.6, 1200),
            Self::Tabular(Mode::Anomaly) => learning("an isolation forest", "roc_auc", true, 0.8, 1200),
            Self::Tabular(Mode::Clustering) => learning("k-means on scaled features", "silhouette", true, 0.2, 600),
            Self::Tabular(Mode::Ranking) => {
                learning("gradient boosted trees that score relevance", "ndcg_at_10", true, 0.8, 1200)
            }
            Self::Forecasting => {
                learning("the mean season and a ridge regression on what is new", "relative_error", false, 0.95, 400)
            }
            Self::Recommendation => learning("item vectors from a truncated SVD", "hit_rate_at_10", true, 0.35, 1500),
            Self::Vision => learning("a small convolutional network", "f1_macro", true, 0.8, 600),
            Self::Nlp => learning("weighted words and a logistic regression", "f1_macro", true, 0.8, 400),
            Self::Rag => learning("an index of passages, by words and by meaning", "hit_rate_at_3", true, 0.8, 300),
            Self::FineTuning(Tuner::Service) => {
                learning("a nearest-prompt baseline that the tuned model must beat", "word_overlap", true, 0.7, 300)
            }
            Self::FineTuning(Tuner::System) => {
                learning("a language model tuned on prompts and their completions", "word_overlap", true, 0.7, 400)
            }
        }
    }

    /// What the gate looks at besides the family's metric.
    fn guards(self) -> &'static [Guard] {
        match self {
            Self::Tabular(Mode::Classification | Mode::Anomaly) => ALARMS,
            Self::Tabular(Mode::Regression) => INTERVALS,
            Self::Forecasting => SERIES,
            Self::Rag => SOURCES,
            Self::Tabular(Mode::Clustering | Mode::Ranking)
            | Self::Recommendation
            | Self::Vision
            | Self::Nlp
            | Self::FineTuning(Tuner::Service) => &[],
            Self::FineTuning(Tuner::System) => COMPLETIONS,
        }
    }
}

/// The library that the model is trained with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// scikit-learn: what nobody has to ask for, because it needs no library of the system and no tuning.
    ScikitLearn,
    /// XGBoost.
    Xgboost,
    /// LightGBM.
    Lightgbm,
    /// PyTorch; what is trained is served without it, by ONNX Runtime or CTranslate2.
    Pytorch,
}

impl Learner {
    /// The learner of a family. Images are learned by a network; rows by the first library of boosted trees that the
    /// requirement names, where trees fit the mode.
    pub fn of(family: Family, named: &[&str]) -> Self {
        match family {
            Family::Vision | Family::FineTuning(Tuner::System) => Self::Pytorch,
            Family::Tabular(Mode::Classification | Mode::Regression | Mode::Ranking) => named
                .iter()
                .find_map(|name| match *name {
                    "xgboost" => Some(Self::Xgboost),
                    "lightgbm" => Some(Self::Lightgbm),
                    "scikit_learn" | "scikit-learn" => Some(Self::ScikitLearn),
                    _ => None,
                })
                .unwrap_or(Self::ScikitLearn),
            Family::Tabular(Mode::Anomaly | Mode::Clustering)
            | Family::Forecasting
            | Family::Recommendation
            | Family::Nlp
            | Family::Rag
            | Family::FineTuning(Tuner::Service) => Self::ScikitLearn,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScikitLearn => "scikit-learn",
            Self::Xgboost => "XGBoost",
            Self::Lightgbm => "LightGBM",
            Self::Pytorch => "PyTorch",
        }
    }

    /// The sets of packages that what serves needs for it, and what the training needs besides.
    pub fn packages(self, family: Family) -> (&'static [&'static str], &'static [&'static str]) {
        match (self, family) {
            (Self::ScikitLearn, _) => (&["scikit_learn"], &[]),
            (Self::Xgboost, _) => (&["scikit_learn", "xgboost"], &[]),
            (Self::Lightgbm, _) => (&["scikit_learn", "lightgbm"], &[]),
            // What the tuned model must not be worse than is a baseline of scikit-learn.
            (Self::Pytorch, Family::FineTuning(_)) => {
                (&["language_models"], &["training_language_models", "scikit_learn"])
            }
            (Self::Pytorch, _) => (&["images"], &["training_images"]),
        }
    }
}

/// Libraries of models by the names that requirements have for them, with what they are called.
const LIBRARIES: [(&str, &str); 6] = [
    ("xgboost", "XGBoost"),
    ("lightgbm", "LightGBM"),
    ("catboost", "CatBoost"),
    ("pytorch", "PyTorch"),
    ("tensorflow", "TensorFlow"),
    ("scikit_learn", "scikit-learn"),
];

/// What is said of each library that the requirement names and nothing here is trained with.
pub fn unused_libraries(family: Family, learner: Learner, named: &[&str]) -> Vec<String> {
    let is_named = |tool: &str| named.iter().any(|name| name.replace('-', "_") == tool);
    let model = family.learning().model_words;
    LIBRARIES
        .into_iter()
        .filter(|(tool, name)| is_named(tool) && *name != learner.name())
        // Metrics and splits of the boosted trees are scikit-learn's.
        .filter(|(tool, _)| *tool != "scikit_learn" || learner == Learner::Pytorch)
        .map(|(_, name)| {
            let (trained_with, why) = (learner.name(), family.why(learner));
            format!(
                "{name} was named, and nothing here is trained with it: the model is {model}, trained with {trained_with}, \
                 {why}. To use {name}, change `learning.fit`, and add it to `pyproject.toml` and the lock."
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use design::constraint::{Source, Stated};

    use super::*;

    #[test]
    fn a_library_that_is_named_is_used_where_it_fits_and_otherwise_explained() {
        let trees = Family::Tabular(Mode::Regression);
        assert_eq!(Learner::of(trees, &[]), Learner::ScikitLearn);
        assert_eq!(Learner::of(trees, &["terraform", "lightgbm", "xgboost"]), Learner::Lightgbm);
        assert_eq!(Learner::of(Family::Vision, &["tensorflow"]), Learner::Pytorch);
        assert!(unused_libraries(trees, Learner::Xgboost, &["xgboost", "scikit-learn"]).is_empty());
        let anomaly = Family::Tabular(Mode::Anomaly);
        let said = unused_libraries(anomaly, Learner::of(anomaly, &["xgboost"]), &["xgboost"]);
        assert!(said.len() == 1 && said[0].contains("XGBoost") && said[0].contains("isolation forest"), "{said:?}");
        let said = unused_libraries(Family::Nlp, Learner::ScikitLearn, &["pytorch", "spark"]);
        assert!(said.len() == 1 && said[0].contains("PyTorch") && said[0].contains("`learning.fit`"), "{said:?}");
    }

    #[test]
    fn the_use_case_decides_and_the_task_refines() {
        let stated =
            |value| Some(Stated { value, confidence: 1.0, source: Source::Text, evidence: vec![], derivation: None });
        let task =
            |value| Some(Stated { value, confidence: 1.0, source: Source::Text, evidence: vec![], derivation: None });
        let set = |use_case, ml_task| ConstraintSet { use_case, ml_task, ..ConstraintSet::default() };
        assert_eq!(Family::of(&ConstraintSet::default()), Family::Tabular(Mode::Classification));
        assert_eq!(Family::of(&set(None, task(MlTask::GenerativeAi))), Family::Rag);
        assert_eq!(
            Family::of(&set(stated(UseCase::TabularScoring), task(MlTask::Regression))),
            Family::Tabular(Mode::Regression)
        );
        assert_eq!(Family::of(&set(stated(UseCase::Recommender), task(MlTask::Ranking))), Family::Recommendation);
    }
}
