//! Writes how data comes in: its schema and contract, the check of what arrives, where it is kept, and generated examples
//! to begin with.

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
pub struct Ingestion;

impl Implementer for Ingestion {
    const NODE: Node = Node::ImplementIngestion;
    const NAME: &'static str = "Data ingestion implementer";
    const PART: &'static str = "data ingestion";
    const CAPABILITIES: &'static [Capability] = &[Capability::Ingest, Capability::Transform, Capability::Store];
    const PROMPT: &'static str = concat!(
        include_str!("../../../prompts/implement-ingestion.md"),
        include_str!("../../../prompts/implementer.md")
    );
    type Templates = Templates;

    fn files(&self, blueprint: &Blueprint) -> Vec<Wanted> {
        let tasks = format!("tasks/{}", blueprint.site.task);
        let files = |name: &str, template: &str, purpose: &str| Wanted {
            patterns: blueprint.file_patterns(),
            ..blueprint.module(name, template, purpose, None)
        };
        let mut files = vec![
            blueprint.module(
                "records",
                &format!("{tasks}/records.py.j2"),
                "The schema of what comes in and goes out",
                None,
            ),
            blueprint.module(
                "synthetic",
                &format!("{tasks}/synthetic.py.j2"),
                "Generated examples from a fixed seed",
                None,
            ),
            files("storage", "python/storage.py.j2", "Local files and S3"),
            blueprint.module("contract", "python/contract.py.j2", "The data contract", Some(Capability::Ingest)),
            blueprint.module(
                "ingestion",
                "python/ingestion.py.j2",
                "From raw lines to checked examples",
                Some(Capability::Ingest),
            ),
            files("partitions", "python/partitions.py.j2", "What was ingested, and how much of it is learned from"),
            blueprint.test("test_partitions", "Tests of what is read again, and of how much is learned from"),
        ];
        if blueprint.site.aws && blueprint.site.serving.lambda_transform {
            files.push(blueprint.test("test_arrival", "Tests of the check of what arrives"));
        }
        if blueprint.site.erases {
            files.push(blueprint.module(
                "erasure",
                "python/erasure.py.j2",
                "Takes records out of everything that is kept",
                Some(Capability::Store),
            ));
            files.push(blueprint.test("test_erasure", "Tests of the erasure"));
        }
        let spark = spark(blueprint);
        if blueprint.site.aws && !spark.is_empty() {
            files.push(Wanted::new("jobs/transform_job.py", "jobs/transform_job.py.j2", "Spark job", spark));
            files.push(blueprint.test("test_columnar", "Tests of the columns of the Spark job"));
        }
        files
    }

    fn reasoning(&self, blueprint: &Blueprint) -> Vec<String> {
        let site = &blueprint.site;
        let mut reasons = vec![format!(
            "Every line that comes in is held against the schema in `records.py`; a source with more than {} % broken lines \
             is refused as a whole, because a model that learns from it would be wrong without anybody noticing.",
            design::words::readable(site.most_rejected_percent())
        )];
        reasons.push(
            "`synthetic.py` makes examples from a fixed seed, so that tests, the demo and the first training need no data of \
             yours; the same contract says whether your own data fit."
                .to_owned(),
        );
        if site.serving.lambda_transform {
            reasons.push(
                "The plan transforms in a function: the same check runs there when an object arrives.".to_owned(),
            );
        }
        reasons
    }

    fn alternatives(&self, blueprint: &Blueprint) -> Vec<Alternative> {
        let stream = blueprint.site.serving.stream;
        left_out([
            (spark(blueprint).is_empty(), "a Spark job", "The plan transforms without Spark."),
            (!stream, "a stream", "The plan takes in files, not events as they come."),
        ])
    }
}

/// The plan's patterns that transform with Spark.
fn spark(blueprint: &Blueprint) -> Vec<String> {
    let mut patterns = blueprint.patterns(Capability::Transform);
    patterns.retain(|pattern| pattern.contains("glue") || pattern.contains("emr"));
    patterns
}
