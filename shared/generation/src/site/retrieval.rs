//! What answers questions: the models of Amazon Bedrock, and where passages are found.

use design::plan::Component;

use crate::{provision::Infrastructure, render::pick};

/// Models that make vectors of texts, by pattern (Amazon Bedrock User Guide, supported foundation models, 2025-10).
const EMBEDDING_MODELS: [(&str, &str); 2] = [
    ("feature.bedrock-embeddings", "amazon.titan-embed-text-v2:0"),
    ("feature.bedrock-cohere-embeddings", "cohere.embed-v4:0"),
];

/// Where retrieval finds its passages; nothing where the model's file holds them.
pub(super) fn vector_store(infrastructure: &Infrastructure) -> &'static str {
    ["opensearch", "aurora"].into_iter().find(|store| infrastructure.has(store)).unwrap_or_default()
}

/// The model of Amazon Bedrock that the plan has vectors made by; nothing where the code makes its own.
pub(super) fn embedding_model(components: &[Component]) -> &'static str {
    let of = |component: &Component| EMBEDDING_MODELS.iter().find(|(pattern, _)| *pattern == component.pattern);
    components.iter().find_map(of).map(|(_, model)| *model).unwrap_or_default()
}

/// The model of Amazon Bedrock that writes, where the plan names one.
pub(super) fn language_model(infrastructure: &Infrastructure) -> String {
    let bedrock = infrastructure.files.iter().find(|file| file.file == "bedrock");
    bedrock
        .and_then(|file| file.components.first())
        .and_then(|component| pick(&component.sizing, "model_id|model"))
        .unwrap_or_default()
}
