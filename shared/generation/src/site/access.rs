//! Who may touch which objects: each kind of job runs as a role of its own, and so does each service that moves data.
//!
//! What stands here is what the code of `src/` asks for, and nothing else. Terraform, CloudFormation and the repository's own
//! tests are written from it. Functions, the service and the drift job have their rights beside them, in their own parts.

use serde::Serialize;

use super::running;
use crate::{
    provision::Infrastructure,
    task::{Family, Tuner},
};

/// Objects of one of the two buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    /// `data` or `models`.
    bucket: &'static str,
    /// Their keys, as policies write them.
    objects: &'static str,
}

/// A role and what it may do with objects.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Access {
    /// Its name, after that of the system.
    name: &'static str,
    reads: Vec<Place>,
    writes: Vec<Place>,
    /// Buckets that it reads: who may not see the names in one is told that a missing object is forbidden.
    lists: Vec<&'static str>,
}

impl Access {
    /// The name of the role, after that of the system.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

/// A kind of job.
#[derive(Debug, Serialize)]
pub(super) struct Job {
    #[serde(flatten)]
    access: Access,
    /// What it does, as a sentence.
    words: &'static str,
    /// What AWS Batch runs for it; nothing where it runs elsewhere alone.
    command: Vec<String>,
    /// Whether Amazon SageMaker runs it.
    on_sagemaker: bool,
    /// Whether AWS Batch or Amazon ECS runs it.
    in_tasks: bool,
    /// Policies of what its code asks.
    asks: Vec<&'static str>,
}

impl Job {
    /// The name of its role, after that of the system.
    pub(super) fn name(&self) -> &'static str {
        self.access.name()
    }
}

/// What decides who runs where, and which keys the code uses.
#[derive(Debug)]
pub(super) struct Uses<'a> {
    pub(super) infrastructure: &'a Infrastructure,
    pub(super) family: Family,
    /// The Python package.
    pub(super) package: &'a str,
    /// Something that happens later says whether a prediction was right, and what is scored is kept.
    pub(super) joins_outcomes: bool,
    pub(super) keeps_scored: bool,
    pub(super) feast: bool,
    /// The service reads features from Feast by an id.
    pub(super) reads_features: bool,
    /// What serves is tied to one version of the model.
    pub(super) pinned: bool,
    /// The plan says that the data is checked on SageMaker.
    pub(super) checks_on_sagemaker: bool,
    /// The kind of SageMaker's endpoint, or `none`.
    pub(super) endpoint: &'static str,
    /// Tasks that share the files of a day when they are scored.
    pub(super) scoring_tasks: u64,
    /// What code asks that answers questions.
    pub(super) asked: Asked,
}

/// What code asks that answers questions; each has a policy of its own, beside what is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    /// A language model of Amazon Bedrock.
    pub(super) language_model: bool,
    /// A model of Amazon Bedrock that makes vectors of texts.
    pub(super) embeddings: bool,
    /// An index of passages that is not in the model's file.
    pub(super) passages: bool,
}

impl Asked {
    /// The policies: who serves asks all of it.
    pub(super) fn policies(self) -> Vec<&'static str> {
        wanted([(self.language_model, "language_model"), (self.embeddings, "embeddings"), (self.passages, "passages")])
    }
}

impl Uses<'_> {
    fn has(&self, file: &str) -> bool {
        self.infrastructure.has(file)
    }

    /// Whether a state machine has the data checked by processing jobs of SageMaker.
    fn machine_checks_on_sagemaker(&self) -> bool {
        self.has("pipeline_states") && (self.checks_on_sagemaker || !self.has("batch"))
    }

    /// Whether a state machine has SageMaker learn: without a queue of jobs all of its steps run there.
    fn machine_learns_on_sagemaker(&self) -> bool {
        self.has("pipeline_states") && !self.has("batch") && !self.has("sagemaker_training")
    }

    /// Whether the pipeline of SageMaker checks the data: a state machine would do it for both.
    fn pipeline_checks(&self) -> bool {
        self.has("sagemaker_training") && !self.has("pipeline_states")
    }
}

/// Where a kind of job runs.
#[derive(Debug, Clone, Copy, Default)]
struct Where {
    batch: bool,
    ecs: bool,
    sagemaker: bool,
}

impl Where {
    fn is_anywhere(self) -> bool {
        self.batch || self.ecs || self.sagemaker
    }
}

fn data(objects: &'static str) -> Place {
    Place { bucket: "data", objects }
}

fn models(objects: &'static str) -> Place {
    Place { bucket: "models", objects }
}

/// Those of them that are wanted.
fn wanted<T>(all: impl IntoIterator<Item = (bool, T)>) -> Vec<T> {
    all.into_iter().filter_map(|(wanted, one)| wanted.then_some(one)).collect()
}

fn access(name: &'static str, reads: Vec<Place>, writes: Vec<Place>) -> Access {
    let is_read = |bucket: &str| reads.iter().any(|place| place.bucket == bucket);
    let lists = wanted([(is_read("data"), "data"), (is_read("models"), "models")]);
    Access { name, reads, writes, lists }
}

/// The kinds of jobs that the plan has, in the order that they run in.
pub(super) fn jobs(uses: &Uses<'_>) -> Vec<Job> {
    let has = |file: &str| uses.has(file);
    let (has_machine, has_pipeline, has_batch) = (has("pipeline_states"), has("sagemaker_training"), has("batch"));
    // Without anything that puts the steps in order, people start them, one after the other.
    let by_hand = has_batch && !has_machine && !has_pipeline;
    let checks = Where {
        batch: by_hand || has_machine && has_batch && !uses.checks_on_sagemaker,
        ecs: false,
        sagemaker: uses.pipeline_checks() || has("sagemaker_processing") || uses.machine_checks_on_sagemaker(),
    };
    let steps = Where {
        batch: by_hand || has_machine && !has_pipeline && has_batch,
        ecs: false,
        sagemaker: has_pipeline || uses.machine_learns_on_sagemaker(),
    };
    let trains = if has("ecs_embeddings") { Where { ecs: true, batch: false, sagemaker: has_pipeline } } else { steps };
    let (transforms, answers) = (has("sagemaker_batch_transform"), uses.endpoint != "none");
    let scores = Where { batch: has("batch_scoring"), ecs: false, sagemaker: transforms || answers };
    let takes_files = scores.batch || transforms;
    let nowhere = Where::default();
    let on_sagemaker = Where { sagemaker: true, ..nowhere };
    let module = |name: &str| vec!["python".to_owned(), "-m".to_owned(), format!("{}.{name}", uses.package)];
    let mut score = module("batch");
    if uses.scoring_tasks > 1 {
        score.extend(["--tasks".to_owned(), uses.scoring_tasks.to_string()]);
    }
    let asks = |job: &str| match (uses.family, job) {
        (Family::Rag, "scoring") | (Family::FineTuning(Tuner::Service), "feedback" | "training" | "scoring") => {
            uses.asked
        }
        // Of retrieval nothing that the model writes is measured; the training makes the index that all others read.
        (Family::Rag, "training") => Asked { language_model: false, ..uses.asked },
        _ => Asked::default(),
    };
    let feast = uses.feast;
    [
        (
            if uses.joins_outcomes && (has_machine || has_pipeline || by_hand) { checks } else { nowhere },
            "It joins outcomes with what was scored, and measures the model in production on them.",
            module("feedback"),
            access(
                "feedback",
                vec![
                    data("outcomes/*"),
                    data("processed/_outcomes.jsonl"),
                    data("raw/feedback/*"),
                    data("scored/*"),
                    models("production/*"),
                ],
                vec![data("processed/_outcomes.jsonl"), data("raw/feedback/*")],
            ),
        ),
        (
            checks,
            if feast {
                "It holds what came in against the data contract, and publishes features."
            } else {
                "It holds what came in against the data contract."
            },
            module("ingestion"),
            access(
                "ingestion",
                wanted([
                    (true, data("processed/_ingested.jsonl")),
                    (true, data("raw/*")),
                    (feast, data("features/*")),
                    (feast, data("feature_store/*")),
                ]),
                wanted([
                    (true, data("processed/*")),
                    (true, data("quarantine/*")),
                    (feast, data("features/*")),
                    (feast, data("feature_store/*")),
                ]),
            ),
        ),
        (
            trains,
            "It learns from what was ingested and writes a candidate; the model in production it only measures.",
            module("training"),
            access(
                "training",
                wanted([
                    (true, data("processed/*")),
                    (feast, data("features/*")),
                    // The weights that the tuning begins with; a person puts them there.
                    (uses.family == Family::FineTuning(Tuner::System), models("base/*")),
                    // The indexes of these stay.
                    (uses.asked.passages, models("previous/*")),
                    (true, models("production/*")),
                ]),
                wanted([
                    // Vectors of passages that did not change are not paid for again.
                    (uses.asked.embeddings, data("processed/_embeddings/*")),
                    (true, models("candidate/*")),
                    // SageMaker puts what its job leaves there.
                    (has_pipeline, models("jobs/*")),
                ]),
            ),
        ),
        (
            steps,
            "The gate: it alone changes what is in production.",
            module("promotion"),
            access(
                "promotion",
                vec![models("candidate/*"), models("previous/*"), models("production/*"), models("versions/*")],
                vec![models("previous/*"), models("production/*"), models("versions/*")],
            ),
        ),
        (
            scores,
            "It scores with the model in production, and changes none.",
            score,
            access(
                "scoring",
                wanted([
                    (takes_files, data("scoring/input/*")),
                    (uses.endpoint == "async", data("requests/*")),
                    (true, models("production/*")),
                    (answers && uses.pinned, models("versions/*")),
                ]),
                wanted([
                    (uses.keeps_scored, data("scored/*")),
                    (takes_files, data("scoring/output/*")),
                    (uses.endpoint == "async", data("predictions/*")),
                    (uses.endpoint == "real_time" && has("model_monitor"), data("captured/*")),
                ]),
            ),
        ),
        (
            if has("model_monitor") { on_sagemaker } else { nowhere },
            "It compares what was captured with what was learned from.",
            Vec::new(),
            access("monitor", vec![data("captured/*")], vec![data("monitoring/*")]),
        ),
        (
            if has("feature_store") { on_sagemaker } else { nowhere },
            "The feature group keeps its offline copy as this role.",
            Vec::new(),
            access("features", vec![data("features/*")], vec![data("features/*")]),
        ),
    ]
    .into_iter()
    .filter(|(place, ..)| place.is_anywhere())
    .map(|(place, words, command, access)| Job {
        words,
        command: if place.batch { command } else { Vec::new() },
        on_sagemaker: place.sagemaker,
        in_tasks: place.batch || place.ecs,
        asks: asks(access.name).policies(),
        access,
    })
    .collect()
}

/// A role that finds passages in answer to questions, and changes none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Reader {
    /// Its name, after that of the system.
    name: String,
    /// The resource of Terraform that makes it.
    terraform: String,
}

/// Who reads an index of passages: the job that scores, and what serves.
pub(super) fn readers(jobs: &[Job], infrastructure: &Infrastructure, has_balancer: bool) -> Vec<Reader> {
    let of_job =
        |job: &Job| Reader { name: job.name().to_owned(), terraform: format!("aws_iam_role.jobs[\"{}\"]", job.name()) };
    let of_function = |function: &str| Reader {
        name: format!("{function}-function"),
        terraform: format!("aws_iam_role.{function}_function"),
    };
    let service =
        has_balancer.then(|| Reader { name: "serving".to_owned(), terraform: "aws_iam_role.serving".to_owned() });
    let jobs = jobs.iter().filter(|job| job.name() == "scoring" && job.asks.contains(&"passages")).map(of_job);
    let functions = running::functions(infrastructure).filter(|function| *function != "transform").map(of_function);
    jobs.chain(functions).chain(service).collect()
}

/// The steps of state machines that are processing jobs of SageMaker.
pub(super) fn processing_steps(uses: &Uses<'_>) -> Vec<&'static str> {
    let (checks, learns) = (uses.machine_checks_on_sagemaker(), uses.machine_learns_on_sagemaker());
    wanted([
        (checks && uses.joins_outcomes, "feedback"),
        (checks || uses.has("sagemaker_processing"), "ingestion"),
        (learns && !uses.has("ecs_embeddings"), "training"),
        (learns, "promotion"),
    ])
}

/// Steps of the pipeline of SageMaker.
pub(super) fn pipeline_steps(uses: &Uses<'_>) -> Vec<&'static str> {
    let (checks, learns) = (uses.pipeline_checks(), uses.has("sagemaker_training"));
    wanted([
        (checks && uses.joins_outcomes, "feedback"),
        (checks, "ingestion"),
        (learns, "training"),
        (learns, "promotion"),
    ])
}

/// Services that move data, and whatever else runs as a role of ours and touches objects beside the jobs.
pub(super) fn services(uses: &Uses<'_>) -> Vec<Access> {
    // Spark marks the folder that it writes; what it has written it reads again, to count it.
    let spark = |name| {
        access(
            name,
            vec![data("code/*"), data("columnar/*"), data("raw/*")],
            vec![data("columnar/*"), data("columnar_$folder$")],
        )
    };
    // Whoever delivers looks at the bucket first.
    let delivers = |name, writes| Access { lists: vec!["data"], ..access(name, Vec::new(), writes) };
    [
        ("dms", delivers("dms", vec![data("raw/*")])),
        ("ecs_anywhere", access("edge", vec![models("production/*")], Vec::new())),
        ("ecs_mlflow", access("mlflow", vec![models("mlflow/*")], vec![models("mlflow/*")])),
        (
            "eks",
            access(
                "serving",
                wanted([(uses.reads_features, data("feature_store/*")), (true, models("versions/*"))]),
                vec![data("scored/*")],
            ),
        ),
        ("emr_serverless", spark("emr")),
        ("firehose", delivers("firehose", vec![data("raw/*"), data("quarantine/*")])),
        ("flink", access("flink", vec![data("code/*")], vec![data("raw/*")])),
        ("glue", spark("glue")),
        ("redshift", access("redshift", vec![data("processed/*"), data("raw/*")], Vec::new())),
        (
            if uses.family == Family::FineTuning(Tuner::Service) { "bedrock" } else { "" },
            access("tuning", vec![data("tuning/*")], vec![models("tuned/*")]),
        ),
    ]
    .into_iter()
    .filter(|(file, _)| uses.has(file))
    .map(|(_, access)| access)
    .collect()
}

#[cfg(test)]
mod tests {
    use design::plan::Capability;

    use super::*;
    use crate::fixture::component;

    fn of(patterns: &[(Capability, &str)], ask: impl Fn(&Uses<'_>)) {
        let components: Vec<_> = patterns.iter().map(|(capability, name)| component(*capability, name, &[])).collect();
        let infrastructure = Infrastructure::of(&components, None).unwrap();
        ask(&Uses {
            infrastructure: &infrastructure,
            family: Family::Vision,
            package: "package",
            joins_outcomes: true,
            keeps_scored: true,
            feast: false,
            reads_features: false,
            pinned: false,
            checks_on_sagemaker: false,
            endpoint: "none",
            scoring_tasks: 1,
            asked: Asked::default(),
        });
    }

    #[test]
    fn only_the_promotion_writes_what_serves() {
        for train in ["train.batch-fargate", "train.sagemaker-cpu"] {
            of(&[(Capability::Train, train), (Capability::Serve, "serve.batch-fargate")], |uses| {
                let jobs = jobs(uses);
                let names: Vec<&str> = jobs.iter().map(Job::name).collect();
                assert_eq!(names, ["feedback", "ingestion", "training", "promotion", "scoring"], "{train}");
                let services = services(uses);
                let all = jobs.iter().map(|job| &job.access).chain(&services);
                let writers: Vec<&str> = all
                    .filter(|access| access.writes.iter().any(|place| place.objects.starts_with("production")))
                    .map(Access::name)
                    .collect();
                assert_eq!(writers, ["promotion"], "{train}");
            });
        }
    }

    #[test]
    fn a_job_runs_where_the_plan_runs_it() {
        of(&[(Capability::Train, "train.batch-fargate")], |uses| {
            assert!(jobs(uses).iter().all(|job| job.in_tasks && !job.on_sagemaker && !job.command.is_empty()));
            assert!(processing_steps(uses).is_empty());
        });
        of(&[(Capability::Train, "train.sagemaker-cpu")], |uses| {
            assert!(jobs(uses).iter().all(|job| job.on_sagemaker && !job.in_tasks && job.command.is_empty()));
            assert_eq!(pipeline_steps(uses), ["feedback", "ingestion", "training", "promotion"]);
        });
        // AWS Batch scores and checks what has arrived, and the pipeline learns from that.
        let both = [
            (Capability::Ingest, "ingest.s3-batch-landing"),
            (Capability::Train, "train.sagemaker-cpu"),
            (Capability::Serve, "serve.batch-fargate"),
        ];
        of(&both, |uses| {
            let jobs = jobs(uses);
            let where_it_runs = |name: &str| {
                let job = jobs.iter().find(|job| job.name() == name).unwrap();
                (job.in_tasks, job.on_sagemaker)
            };
            assert_eq!(where_it_runs("ingestion"), (true, false));
            assert_eq!(where_it_runs("promotion"), (false, true));
            assert_eq!(where_it_runs("scoring"), (true, false));
            assert_eq!(pipeline_steps(uses), ["training", "promotion"]);
        });
        of(&[(Capability::Ingest, "ingest.s3-batch-landing")], |uses| {
            assert_eq!(processing_steps(uses), ["feedback", "ingestion", "training", "promotion"]);
        });
    }
}
