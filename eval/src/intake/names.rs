//! Names as cases write them: families of models, kinds of tasks, tools, rhythms of training.

use serde::Serialize;
use serde_json::Value;

/// Lower case, `_` for what separates words.
pub(super) fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric() && c != '+').filter(|w| !w.is_empty()).collect();
    words.join("_").to_lowercase()
}

/// A tool's name in the catalogue, when it is known there under this one.
pub(super) fn tool(name: &str) -> String {
    let name = plain(name);
    let known = knowledge::lexicon::tools()
        .iter()
        .find(|tool| plain(&tool.name) == name)
        .or_else(|| knowledge::lexicon::tools().iter().find(|tool| tool.words.iter().any(|word| plain(word) == name)));
    known.map_or(name, |tool| plain(&tool.name))
}

/// Families of models, each with members that stand for it. An entry may be a member of another family.
pub(super) const FAMILIES: [(&str, &[&str]); 11] = [
    ("gradient_boosting", &["xgboost", "lightgbm", "catboost"]),
    ("decision_tree", &["random_forest", "gradient_boosting"]),
    (
        "llm",
        &["generative_ai", "gpt", "llama", "mistral", "claude", "gemini", "falcon", "qwen", "gemma", "phi", "deepseek"],
    ),
    ("transformer", &["llm", "bert", "t5", "vit", "whisper", "sentence_transformer", "temporal_fusion_transformer"]),
    ("cnn", &["resnet", "yolo", "unet", "efficientnet", "mobilenet", "mask_rcnn"]),
    ("rnn", &["lstm", "gru"]),
    ("neural_network", &["cnn", "rnn", "transformer", "mlp", "autoencoder", "gnn", "deep_learning"]),
    ("deep_learning", &["cnn", "rnn", "transformer", "autoencoder", "gnn", "neural_network"]),
    ("linear_model", &["linear_regression", "logistic_regression"]),
    ("collaborative_filtering", &["matrix_factorization"]),
    (
        "time_series",
        &[
            "forecasting",
            "prophet",
            "arima",
            "exponential_smoothing",
            "deepar",
            "n_beats",
            "temporal_fusion_transformer",
        ],
    ),
];

/// Other spellings of families.
pub(super) const SPELLINGS: [(&str, &str); 14] = [
    ("gbm", "gradient_boosting"),
    ("gbdt", "gradient_boosting"),
    ("gradient_boosted_trees", "gradient_boosting"),
    ("large_language_model", "llm"),
    ("convolutional_neural_network", "cnn"),
    ("recurrent_neural_network", "rnn"),
    ("vision_transformer", "vit"),
    ("u_net", "unet"),
    ("random_forests", "random_forest"),
    ("transformers", "transformer"),
    ("graph_neural_network", "gnn"),
    ("support_vector_machine", "svm"),
    ("tft", "temporal_fusion_transformer"),
    ("kmeans", "k_means"),
];

/// Kinds of tasks, each with other names that cases have for it.
pub(super) const KINDS: [(&str, &[&str]); 12] = [
    (
        "classification",
        &[
            "classifier",
            "binary_classification",
            "multiclass_classification",
            "multi_class_classification",
            "tabular_classification",
        ],
    ),
    ("regression", &["regressor", "tabular_regression"]),
    ("forecasting", &["forecast", "forecaster", "time_series_forecasting", "demand_forecasting"]),
    ("recommendation", &["recommender", "recommender_system", "recommendation_system", "recommendations", "recsys"]),
    ("anomaly_detection", &["anomaly", "outlier_detection", "fraud_detection", "novelty_detection"]),
    ("clustering", &["segmentation", "customer_segmentation"]),
    (
        "computer_vision",
        &["vision", "cv", "image_classification", "object_detection", "image_recognition", "defect_detection"],
    ),
    (
        "nlp",
        &[
            "natural_language_processing",
            "text_classification",
            "document_classification",
            "ner",
            "text",
            "document_processing",
        ],
    ),
    ("generative_ai", &["genai", "gen_ai", "generative", "generation", "text_generation"]),
    ("rag", &["retrieval_augmented_generation"]),
    ("fine_tuning", &["finetuning", "fine_tuned", "fine_tuned_llm"]),
    ("ranking", &["learning_to_rank", "ranker", "search_ranking", "reranking", "re_ranking"]),
];

pub(super) fn is_kind(name: &str) -> bool {
    KINDS.iter().any(|(kind, _)| *kind == name)
}

pub(super) fn model(name: &str) -> String {
    let name = plain(name);
    if let Some((kind, _)) = KINDS.iter().find(|(_, others)| others.contains(&name.as_str())) {
        return (*kind).to_owned();
    }
    SPELLINGS.iter().find(|(other, _)| *other == name).map_or(name, |(_, family)| (*family).to_owned())
}

/// The schema's name of a rhythm of training.
pub(super) fn rhythm(name: &str) -> String {
    match plain(name).as_str() {
        // What is trained once is trained again only by hand.
        "on_demand" | "ad_hoc" | "once" | "one_off" | "one_time" => "manual".to_owned(),
        "every_quarter" => "quarterly".to_owned(),
        _ => plain(name),
    }
}

/// True when `name` is `family`, or a member of it.
pub(super) fn is_a(name: &str, family: &str, depth: usize) -> bool {
    name == family
        || depth > 0
            && FAMILIES
                .iter()
                .filter(|(of, _)| *of == family)
                .flat_map(|(_, members)| members.iter())
                .any(|member| is_a(name, member, depth - 1))
}

pub(super) fn is_model(name: &str) -> bool {
    FAMILIES.iter().any(|(family, members)| *family == name || members.contains(&name)) || name == "prophet"
}

pub(super) fn is_cloud(name: &str) -> bool {
    matches!(name, "aws" | "gcp" | "azure" | "google_cloud" | "amazon_web_services")
}

/// The name on the wire of a value of the schema.
pub(super) fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}
