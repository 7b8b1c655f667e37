//! Columns of the lake and of the feature store.

use serde::Serialize;

use crate::{
    subject::{self, Entity, Feature},
    task::{self, Family},
};

#[derive(Debug, Serialize)]
pub(super) struct StoredFeature {
    name: String,
    store_type: &'static str,
}

/// A column of the lines of `raw/`, with the type that both Spark and Athena write so.
#[derive(Debug, Serialize)]
pub(super) struct LakeColumn {
    name: String,
    kind: &'static str,
}

/// The fields of an example of the family, as columns.
pub(super) fn lake_columns(
    family: Family,
    subject: Option<&subject::Subject>,
    entity: Option<&Entity>,
    feast: bool,
) -> Vec<LakeColumn> {
    let column = |name: &str, kind: &'static str| LakeColumn { name: name.to_owned(), kind };
    let all = |columns: &[(&str, &'static str)]| columns.iter().map(|(name, kind)| column(name, kind)).collect();
    match (family, subject) {
        (Family::Tabular(mode), Some(subject)) => {
            let label = match mode {
                task::Mode::Classification | task::Mode::Anomaly => "boolean",
                task::Mode::Regression => "double",
                task::Mode::Ranking | task::Mode::Clustering => "bigint",
            };
            let mut columns = vec![column("record_id", "string")];
            columns.extend(entity.map(|entity| column(&entity.id, "string")));
            columns.extend((mode == task::Mode::Ranking).then(|| column("query_id", "string")));
            columns.extend(subject.features.iter().map(|feature| {
                let kind = match feature.kind.as_str() {
                    "integer" => "bigint",
                    "category" => "string",
                    _ => "double",
                };
                column(&feature.name, kind)
            }));
            columns.extend(feast.then(|| column("observed_at", "string")));
            columns.push(column(&subject.label, label));
            columns
        }
        (Family::Tabular(_), None) => Vec::new(),
        (Family::Forecasting, _) => all(&[
            ("series_id", "string"),
            ("cutoff", "string"),
            ("history", "array<double>"),
            ("future", "array<double>"),
        ]),
        (Family::Recommendation, _) => all(&[
            ("session_id", "string"),
            ("recent_items", "array<string>"),
            ("count", "bigint"),
            ("next_item", "string"),
        ]),
        (Family::Vision, _) => all(&[("image_id", "string"), ("image", "string"), ("label", "string")]),
        (Family::Nlp, _) => all(&[("document_id", "string"), ("text", "string"), ("label", "string")]),
        (Family::Rag, _) => all(&[
            ("document_id", "string"),
            ("question", "string"),
            ("sources", "bigint"),
            ("title", "string"),
            ("text", "string"),
        ]),
        (Family::FineTuning(_), _) => all(&[("prompt_id", "string"), ("prompt", "string"), ("completion", "string")]),
    }
}

pub(super) fn stored_features(features: &[Feature]) -> Vec<StoredFeature> {
    features
        .iter()
        .map(|feature| StoredFeature {
            name: feature.name.clone(),
            store_type: match feature.kind.as_str() {
                "category" => "String",
                "integer" => "Integral",
                _ => "Fractional",
            },
        })
        .collect()
}
