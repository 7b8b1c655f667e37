//! Writes how records become features: one function for training and for serving, and the stores that the plan has for
//! them.

use design::{node::Node, plan::Capability};
use generation::{Blueprint, Implementer, Wanted, left_out};
use run::card::Alternative;
use rust_embed::RustEmbed;

/// The agent's templates.
#[derive(RustEmbed)]
#[folder = "templates/"]
pub struct Templates;

/// The agent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Features;

impl Implementer for Features {
    const NODE: Node = Node::ImplementFeatures;
    const NAME: &'static str = "Feature engineering implementer";
    const PART: &'static str = "feature engineering";
    const CAPABILITIES: &'static [Capability] = &[Capability::Feature];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-features.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let template = format!("tasks/{}/features.py.j2", blueprint.site.learned_in);
        let mut files = vec![
            blueprint.module(
                "features",
                &template,
                "Features, the same for training and serving",
                // Of documents the features that the plan names are vectors, which have a module of their own.
                (blueprint.site.task != "rag").then_some(Capability::Feature),
            ),
            blueprint.test("test_features", "Tests that serving sees what training saw"),
        ];
        if blueprint.site.task == "rag" {
            files.extend(retrieval(blueprint));
        }
        if blueprint.site.feast {
            files.extend(feast(blueprint));
        }
        if blueprint.site.keeps_latest {
            files.extend(latest(blueprint));
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        let mut reasons = vec![format!(
            "Training and serving call the same functions of `features.py` (family `{}`), so that a feature cannot mean one \
             thing while the model learns and another while it answers.",
            blueprint.site.task
        )];
        if blueprint.patterns(Capability::Feature).iter().any(|pattern| pattern == "feature.in-request") {
            reasons.push("Each request brings what its features need: the plan keeps no store for them.".to_owned());
        }
        if blueprint.site.feast {
            reasons.push(format!(
                "Feast keeps the features: the ingestion publishes them to the lake and to DynamoDB, and the training learns from \
                 what was known at each example's time. {}",
                match &blueprint.site {
                    site if site.reads_features => "The service reads them by an id.",
                    site if site.reads_in_stream => {
                        "The stream's consumer reads them by the id of who is behind an event."
                    }
                    site if site.updates_in_stream => {
                        "The stream's consumer keeps those online up to date; events bring theirs."
                    }
                    _ => {
                        "Requests still bring their features: nobody could be asked for by an id, or what serves here would wait \
                         longer for Feast than for its answer."
                    }
                }
            ));
        }
        if blueprint.site.keeps_latest {
            reasons.push(
                "A record carries its own past. The ingestion keeps the latest of each key in DynamoDB, and the service takes it \
                 from there where a request leaves it out."
                    .to_owned(),
            );
        }
        reasons
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        let stored =
            ["feast_table", "feature_store", "latest_table"].iter().any(|file| blueprint.infrastructure.has(file));
        left_out([
            (!stored, "an online feature store", "The plan reads no feature that a request does not bring."),
            (blueprint.site.task != "rag", "an index of embeddings", "Nothing is looked up by meaning."),
        ])
    }
}

/// Vectors of passages, and the index that they are found in.
fn retrieval(blueprint: &Blueprint) -> Vec<Wanted> {
    let module = |name: &str, purpose: &str, patterns: Vec<String>| Wanted {
        patterns,
        ..blueprint.module(name, &format!("tasks/rag/{name}.py.j2"), purpose, None)
    };
    let index = || blueprint.index_patterns();
    let store = match blueprint.site.vector_store {
        "opensearch" => Some(module("opensearch", "The index in Amazon OpenSearch Serverless", index())),
        "aurora" => Some(module("aurora", "The index in Amazon Aurora", index())),
        _ => None,
    };
    let mut files = vec![
        module(
            "embedding",
            "Vectors of passages and questions, behind a port",
            blueprint.patterns(Capability::Feature),
        ),
        module("passages", "The index of passages, by words and by meaning", index()),
        blueprint.test("test_passages", "Tests of cutting, embedding and finding"),
    ];
    if let Some(store) = store {
        files.push(store);
        files.push(blueprint.test("test_vector_store", "Tests of the index outside the model's file"));
    }
    files
}

/// The table of the latest of each key, behind a module.
fn latest(blueprint: &Blueprint) -> Vec<Wanted> {
    let purpose = "The latest of each key, for requests that leave it out";
    vec![
        blueprint.module("feature_store", "latest/feature_store.py.j2", purpose, Some(Capability::Feature)),
        blueprint.test("test_latest", "Tests of the feature store"),
    ]
}

/// The feature repository of Feast, and the module that the rest asks it through.
fn feast(blueprint: &Blueprint) -> Vec<Wanted> {
    let module = |name: &str, template: &str, purpose: &str| {
        blueprint.module(name, &format!("feast/{template}.j2"), purpose, Some(Capability::Feature))
    };
    let configuration = |name: &str, purpose: &str| {
        let path = format!("src/{}/feature_repo/{name}", blueprint.site.package);
        Wanted::new(path, format!("feast/{name}.j2"), purpose, blueprint.patterns(Capability::Feature))
    };
    vec![
        module("feature_store", "feature_store.py", "Features by the time they were known, in Feast"),
        module("feature_repo/__init__", "__init__.py", "The feature repository of Feast"),
        module("feature_repo/definitions", "definitions.py", "Entities, feature views and services of Feast"),
        configuration("feature_store.yaml", "Feast in the cloud: DynamoDB and the data bucket"),
        configuration("feature_store.local.yaml", "Feast on one machine: files and SQLite"),
        blueprint.test("test_feature_store", "Tests of the feature store"),
    ]
}
