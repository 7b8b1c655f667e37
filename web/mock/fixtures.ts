/**
 * What the mock platform answers with. Invented, and only for looking at the UI without the real platform: nothing here
 * is reachable from `src/`, and the build does not contain it.
 */
import type {
  Candidate,
  CostReview,
  DecisionSet,
  Gate,
  PolicyResult,
  Question,
  ReasonCard,
  VersionDiff,
} from "../src/shared/api/types.ts";

export const NODES = [
  "intake_extract",
  "coverage_check",
  "adaptive_questions",
  "hitl_gate_input",
  "planner",
  "critic_tech",
  "critic_cost",
  "policy_eval",
  "hitl_gate_final",
  "implement_ingestion",
  "implement_features",
  "implement_training",
  "implement_inference",
  "implement_monitoring",
  "implement_learning",
  "codegen",
  "validators",
  "critic_implementation",
  "rationale_compile",
  "diff_and_persist",
];

export const QUESTIONS: Question[] = [
  {
    id: "budget",
    text: "How much may it cost per month?",
    why: "Bounds the size and the number of always-on parts.",
    priority: "critical",
    field: { kind: "number", unit: "USD per month", minimum: 50, maximum: 1_000_000 },
    default: { value: 2500, confidence: 0.72, reason: "Systems of this load usually run for 1,800 to 3,200 dollars.", basis: "industry_practice" },
  },
  {
    id: "retraining",
    text: "How often should the model be trained again?",
    why: "Decides whether training is scheduled or triggered by drift.",
    priority: "medium",
    field: {
      kind: "choice",
      choices: [
        { value: "daily", label: "Every day" },
        { value: "weekly", label: "Every week" },
        { value: "monthly", label: "Every month" },
        { value: "on_drift", label: "When drift is found" },
      ],
    },
    default: { value: "weekly", confidence: 0.84, reason: "Customer behaviour moves in weeks, and a training run costs about 9 dollars.", basis: "cost_performance" },
  },
  {
    id: "compliance",
    text: "Which rules apply?",
    why: "Adds encryption, audit and residency rules to the design.",
    priority: "high",
    field: {
      kind: "multi_choice",
      choices: [
        { value: "gdpr", label: "GDPR" },
        { value: "soc2", label: "SOC 2" },
        { value: "iso27001", label: "ISO 27001" },
        { value: "hipaa", label: "HIPAA" },
      ],
    },
    default: { value: ["gdpr"], confidence: 0.9, reason: "The text names customers in the EU.", basis: "security" },
  },
  {
    id: "tooling",
    text: "Which tools does the team want to keep?",
    why: "Tools that are known lower the risk score.",
    priority: "low",
    field: { kind: "text", max_length: 200 },
    default: { value: "Python, GitHub Actions", confidence: 0.61, reason: "The most common choice of teams of this size.", basis: "industry_practice" },
  },
];

const RESULTS: PolicyResult[] = [
  ["gdpr.residency", "Personal data stays in the EU", "GDPR Art. 44", "pass", "All five components are in eu-central-1."],
  ["gdpr.erasure", "A person's data can be erased", "GDPR Art. 17", "pass", "Feature store and lake tables are keyed by customer."],
  ["security.encryption-at-rest", "Stored data is encrypted", "AWS Well-Architected SEC 8", "pass", "SSE-KMS on every bucket and table."],
  ["security.least-privilege", "Roles allow listed actions only", "AWS Well-Architected SEC 3", "pass", "Four roles, no wildcard action."],
  ["operations.backup", "Data can be restored", "AWS Well-Architected REL 9", "waived", "Point-in-time recovery is off for the scores table."],
  ["hipaa.baa", "Only services under the agreement", "45 CFR 164.504", "not_applicable", "No health data."],
].map(([rule = "", title = "", source = "", verdict, evidence = ""]) => ({
  rule,
  title,
  framework: rule.startsWith("gdpr") ? "gdpr" : rule.startsWith("hipaa") ? "hipaa" : null,
  source,
  verdict: verdict as PolicyResult["verdict"],
  severity: "major",
  evidence,
  remedy: verdict === "waived" ? "Turn on point-in-time recovery (about $3 per month)." : "",
  patterns: [],
}));

export const POLICY: NonNullable<DecisionSet["policy_report"]> = { results: RESULTS, passed: 4, failed: 0, blocking: [] };

const PRICE = { price_source: "AWS price list, eu-central-1", price_date: "2026-10-01" };

export const COSTS: CostReview = {
  estimate: {
    low_usd: 1120,
    expected_usd: 1486.4,
    high_usd: 2210,
    lines: [
      { pattern: "train.sagemaker-training", item: "ml.m5.4xlarge training", quantity: 43, unit: "instance-hour", unit_price_usd: 1.106, monthly_usd: 47.56, formula: "10 h × 4.3 runs", price_id: "sm.train.m5.4xl", ...PRICE },
      { pattern: "serve.sagemaker-batch", item: "ml.m5.4xlarge batch transform", quantity: 760, unit: "instance-hour", unit_price_usd: 1.106, monthly_usd: 840.56, formula: "5 instances × 5 h × 30.4 days", price_id: "sm.batch.m5.4xl", ...PRICE },
      { pattern: "store.s3-iceberg", item: "S3 Standard storage", quantity: 1089, unit: "GB-month", unit_price_usd: 0.0245, monthly_usd: 26.68, formula: "80 GB + 9 GB × 12, three copies of features", price_id: "s3.std", ...PRICE },
      { pattern: "transform.glue", item: "Glue ETL", quantity: 1140, unit: "DPU-hour", unit_price_usd: 0.44, monthly_usd: 501.6, formula: "25 DPU × 1.5 h × 30.4 days", price_id: "glue.dpu", ...PRICE },
      { pattern: "observe.cloudwatch", item: "Metrics and logs", quantity: 70, unit: "GB", unit_price_usd: 1, monthly_usd: 70, formula: "2.3 GB × 30.4 days", price_id: "cw.logs", ...PRICE },
    ],
    assumptions: ["A nightly run scores every customer once.", "A training run takes 10 hours on one instance."],
  },
  budget: { limit_usd: 1500, used_share: 0.991, within: true },
  savings: [{ title: "Managed spot for training and batch", monthly_usd: 530, trade_off: "A night's run may start up to an hour later when capacity is short." }],
  trade_offs: ["Eight batch instances instead of five finish at 3 am instead of 5 am for $504 more."],
  components: [
    { pattern: "serve.sagemaker-batch", name: "Nightly batch transform", capability: "serve", low_usd: 610, expected_usd: 840.56, high_usd: 1290, share: 0.565 },
    { pattern: "transform.glue", name: "Serverless Spark", capability: "transform", low_usd: 400, expected_usd: 501.6, high_usd: 720, share: 0.337 },
    { pattern: "observe.cloudwatch", name: "Metrics, drift and alarms", capability: "observe", low_usd: 56, expected_usd: 70, high_usd: 84, share: 0.047 },
    { pattern: "train.sagemaker-training", name: "Managed training jobs", capability: "train", low_usd: 33, expected_usd: 47.56, high_usd: 84, share: 0.032 },
    { pattern: "store.s3-iceberg", name: "S3 lake with Iceberg tables", capability: "store", low_usd: 21, expected_usd: 26.68, high_usd: 32, share: 0.018 },
    { pattern: "ingest.s3-transfer", name: "Scheduled S3 ingest", capability: "ingest", low_usd: 0, expected_usd: 0, high_usd: 0, share: 0 },
  ],
  unit_costs: [
    { per: "1,000 predictions, everything included", usd: 0.02445, formula: "$1,486 / 60,800,000 a month × 1,000" },
    { per: "training run", usd: 11.06, formula: "$47.56 / 4.3 runs a month" },
  ],
  drivers: [
    { pattern: "serve.sagemaker-batch", item: "ml.m5.4xlarge batch transform", monthly_usd: 840.56, share: 0.565, cumulative_share: 0.565, formula: "5 instances × 5 h × 30.4 days" },
    { pattern: "transform.glue", item: "Glue ETL", monthly_usd: 501.6, share: 0.337, cumulative_share: 0.903, formula: "25 DPU × 1.5 h × 30.4 days" },
  ],
  range: [
    { pattern: "serve.sagemaker-batch", item: "ml.m5.4xlarge batch transform", low_usd: 610, expected_usd: 840.56, high_usd: 1290, share_of_width: 0.62, why: "the hours of a night are assumed: ×0.7 to ×1.5" },
    { pattern: "transform.glue", item: "Glue ETL", low_usd: 400, expected_usd: 501.6, high_usd: 720, share_of_width: 0.29, why: "the size of a night's change is assumed" },
  ],
  sensitivity: [0.5, 1, 2, 5].map((factor) => ({
    factor,
    average_per_second: 23 * factor,
    peak_per_second: 140 * factor,
    monthly_usd: 246.4 + 1240 * factor,
    usd_per_thousand: (246.4 + 1240 * factor) / (60_800 * factor),
    latency_ms: null,
    breaks: factor >= 2 ? ["the budget of $1,500", ...(factor >= 5 ? ["the window of five hours at night"] : [])] : [],
  })),
  free_tier: [{ item: "CloudWatch alarms", allowance: 10, unit: "alarm-month", used: 12, worth_usd: 1, terms: "every account, without end", source: "AWS Free Tier page", date: "2026-10" }],
  findings: [
    {
      id: "cost.headroom",
      severity: "minor",
      title: "The expected cost of serve.sagemaker-batch leaves 1 % of the budget",
      evidence: "$1,486 of $1,500; the high end is $2,210.",
      remedy: "Use managed spot for the batch job.",
      patterns: ["serve.sagemaker-batch"],
      replan: false,
    },
  ],
};

function candidate(id: string, name: string, summary: string, score: number, monthly: number, hours: number, risk: number, why: string | null): Candidate {
  return {
    id,
    name,
    summary,
    components: [
      ["ingest", "ingest.s3-transfer", "Scheduled S3 ingest", ["Amazon S3", "AWS Glue"], { schedule: "01:00 UTC" }, "The data is in S3 already."],
      ["transform", "transform.glue", "Serverless Spark", ["AWS Glue"], { workers: "25 G.1X" }, "80 GB a night need Spark; nobody has to run it."],
      ["store", "store.s3-iceberg", "S3 lake with Iceberg tables", ["Amazon S3"], {}, "80 GB of history, read once a night."],
      ["train", "train.sagemaker-training", "Managed training jobs", ["Amazon SageMaker"], { instance_type: "ml.m5.4xlarge" }, "Weekly runs, no cluster to keep."],
      ["serve", "serve.sagemaker-batch", "Nightly batch transform", ["Amazon SageMaker"], { instance_type: "ml.m5.4xlarge", instance_count: "5" }, "Scores are wanted once a night; an endpoint would idle 19 hours a day."],
      ["observe", "observe.cloudwatch", "Metrics, drift and alarms", ["Amazon CloudWatch"], { retention: "90 days" }, "Comes with the account."],
    ].map(([capability, pattern, label, services, sizing, rationale]) => ({
      capability: capability as Candidate["components"][number]["capability"],
      pattern: String(pattern),
      name: String(label),
      services: services as string[],
      sizing: sizing as Record<string, string>,
      max_per_second: null,
      latency_ms: 0,
      availability_percent: 99.9,
      rationale: String(rationale),
      traces: capability === "serve" ? [{ claim: "scores are wanted once a night", field: "deployment", quote: "every night" }] : [],
    })),
    network: id === "batch-fargate" ? { private: false, zones: 1, endpoints: [] } : { private: true, zones: 2, endpoints: ["ecr.api", "ecr.dkr", "logs", "monitoring", "sagemaker.api", "secretsmanager", "sts"] },
    metrics: { monthly_usd: monthly, latency_p95_ms: null, max_per_second: 555, availability_percent: 99.87, operations_hours_per_month: hours, risk },
    cost: COSTS.estimate,
    scores: [
      { criterion: "cost", weight: 0.4, score, explanation: "Against the budget of $1,500." },
      { criterion: "operations", weight: 0.6, score, explanation: "Three people." },
    ],
    total_score: score,
    violations: monthly > 1500 ? ["expected cost is above the budget"] : [],
    why_not: why,
  };
}

export const PLAN: NonNullable<DecisionSet["plan"]> = {
  // The others stand in the cards only.
  constraints: {
    cloud: null,
    budget: { value: { usd_per_month: 1500, amount: 1304, currency: "EUR" }, confidence: 0.9, source: "text", evidence: [], derivation: null },
    regions: { value: [{ cloud: "aws", code: "eu-central-1", jurisdiction: "EU" }], confidence: 0.9, source: "text", evidence: [], derivation: null },
    data_class: null,
    latency: null,
    throughput: null,
    data_volume: null,
    ml_task: null,
    use_case: null,
    deployment: null,
    tooling: null,
    compliance: null,
    team: null,
    availability: null,
    retraining: null,
    workloads: null,
    platform: null,
    model_types: null,
    language: null,
    places: [],
    conflicts: [],
    excluded_regions: [],
  },
  waived: [],
  candidates: [
    candidate("batch-managed", "Nightly batch on managed services", "Glue prepares the features, SageMaker trains weekly and scores every night, results land in S3 for the CRM.", 0.83, 1486.4, 6, 0.18, null),
    candidate("batch-fargate", "Batch in containers", "The same flow with scoring in Fargate tasks that AWS Batch starts.", 0.71, 1310, 14, 0.27, "Cheaper by $176, but image, scaling and retries are the team's own work: 14 instead of 6 hours a month."),
    candidate("endpoint", "Always-on endpoint", "A real-time endpoint that is called in bulk at night.", 0.52, 2940, 8, 0.12, "Nobody asks for single scores, and the endpoint costs $1,450 more."),
  ],
  selected: "batch-managed",
  reason: "Scores are needed **once a night**, and the team is three people without Kubernetes: managed batch has the lowest running effort within the budget.",
  assumptions: [{ field: "availability", text: "A missed night may be caught up in the morning." }],
  excluded: [],
  responses: [],
  weights: [
    { criterion: "cost", weight: 0.4, source: "constraints", reason: "a budget of $1,500 was stated" },
    { criterion: "operations", weight: 0.6, source: "constraints", reason: "three people run it" },
  ],
  pareto: [
    ["batch-managed", 1486.4, 6, 0.18, 0.83],
    ["batch-fargate", 1310, 14, 0.27, 0.71],
    ["endpoint", 2940, 8, 0.12, 0.52],
    [null, 990, 22, 0.41, 0.48],
    [null, 1820, 5, 0.2, 0.66],
  ].map(([id, monthly, hours, risk, score], place) => ({
    name: `Design ${place + 1}`,
    patterns: [],
    candidate: id as string | null,
    monthly_usd: Number(monthly),
    latency_p95_ms: null,
    operations_hours_per_month: Number(hours),
    risk: Number(risk),
    score: Number(score),
    feasible: id !== "endpoint",
    on_front: id !== "endpoint",
    dominated_by: null,
    best_at: [],
  })),
  compared: { combinations: 3_120, feasible: 412, front: 9 },
  confidence: 0.81,
  confidence_basis: ["coverage of the constraints: 0.86", "margin to the runner-up: 0.12", "no hard constraint broken"],
};

export const TECH: NonNullable<DecisionSet["tech_review"]> = {
  stages: [],
  path_latency_ms: null,
  availability_percent: 99.87,
  failure_domains: [{ name: "Region eu-central-1", patterns: [], effect: "Everything stops; there is no second region in this design." }],
  paths: [
    {
      name: "scoring",
      what: "A night's scoring run",
      unit: "h",
      percentile: null,
      stages: [
        ["store.s3-iceberg", 0.2],
        ["serve.sagemaker-batch", 3.8],
      ].map(([pattern, time]) => ({ pattern: String(pattern), arrivals_per_second: 0, capacity_per_second: null, utilisation: 0.76, time: Number(time), share: Number(time) / 5, formula: `${time} h` })),
      total: 4,
      objective: 5,
      objective_is_hard: true,
      max_per_second: 145,
      bottleneck: "serve.sagemaker-batch",
      formula: "0.2 + 3.8 = 4 h of 5 h: 80 %",
    },
    {
      name: "ingest",
      what: "Arriving data into the store",
      unit: "ms",
      percentile: 95,
      stages: ["ingest.s3-transfer", "transform.glue", "store.s3-iceberg"].map((pattern) => ({ pattern, arrivals_per_second: 0, capacity_per_second: null, utilisation: null, time: 0, share: 0, formula: "no documented limit is near" })),
      total: null,
      objective: null,
      objective_is_hard: false,
      max_per_second: null,
      bottleneck: null,
      formula: "No part works event by event: the data is as old as its schedule.",
    },
  ],
  blast_radius: [
    { pattern: "serve.sagemaker-batch", requests_fail: false, stops: [], goes_stale: ["observe.cloudwatch"], share: 0.33, single_point: true, hours_out_per_month: 0.73, effect: "The scoring run stops; the scores of the day before stay." },
    { pattern: "store.s3-iceberg", requests_fail: false, stops: ["serve.sagemaker-batch"], goes_stale: ["train.sagemaker-training"], share: 0.5, single_point: false, hours_out_per_month: 0.73, effect: "The scoring run stops; the scores of the day before stay." },
  ],
  findings: [
    {
      id: "tech.window",
      severity: "info",
      title: "The night's run ends at 4:50 am in the slow case",
      evidence: "2,000,000 records / (5 × 29 per second) = 3 h 50 min, after 60 min of preparation from 1 am.",
      remedy: "Start half an hour earlier when the data grows by 20 %.",
      patterns: ["serve.sagemaker-batch"],
      replan: false,
    },
  ],
};

export const VALIDATION: NonNullable<DecisionSet["validation"]> = {
  checks: [
    { name: "ruff check", category: "style", tool: "ruff", version: "0.17.5", status: "passed", files: 14, findings: [], reason: null, duration_ms: 41 },
    { name: "python syntax", category: "syntax", tool: "CPython", version: "3.11.7", status: "passed", files: 14, findings: [], reason: null, duration_ms: 120 },
    { name: "terraform fmt", category: "style", tool: "terraform", version: "1.11.4", status: "failed", files: 5, findings: [{ path: "infra/main.tf", line: 12, rule: "fmt", message: "is not formatted", blocking: false }], reason: null, duration_ms: 60 },
    { name: "terraform validate", category: "schema", tool: "terraform", version: null, status: "not_run", files: 0, findings: [], reason: "the AWS provider is not installed here", duration_ms: 3 },
  ],
  passed: 2,
  failed: 1,
  not_run: 1,
};

export const IMPLEMENTATION: NonNullable<DecisionSet["implementation"]> = {
  findings: [
    {
      id: "code.repository.registered",
      severity: "major",
      title: "The repository does not answer the requirement: trained models go to the registry.",
      evidence: "it is expected to be there; it is nowhere.",
      remedy: "Register each promoted model in the model package group.",
      patterns: [],
      replan: false,
    },
  ],
  traces: [
    {
      field: "budget",
      value: "1,500 USD per month",
      source: "text",
      quotes: [{ quote: "$1,500 a month", start: 62, end: 76 }],
      decisions: ["Nightly batch transform: no endpoint stands idle"],
      places: [{ path: "infra/main.tf", line: 2, text: "bucket_prefix = \"churn-scores-\"", says: "limit of the budget alarm in production", written_by: "codegen" }],
    },
    { field: "team", value: "3 people", source: "default", quotes: [], decisions: [], places: [] },
  ],
  standards: [{ path: "tests/test_score.py", line: 4, text: "def test_scores_are_probabilities() -> None:", says: "tests", written_by: "codegen" }],
  checked: 12,
  met: 11,
};

/** The parts that a file implements. */
export const FILE_PATTERNS: Readonly<Record<string, readonly string[]>> = {
  "src/churn/train.py": ["train.sagemaker-training"],
  "src/churn/score.py": ["serve.sagemaker-batch"],
  "infra/main.tf": ["store.s3-iceberg", "serve.sagemaker-batch"],
};

export const FILES: Readonly<Record<string, { purpose: string; text: string }>> = {
  "README.md": { purpose: "What this is and how to run it.", text: "# churn-scoring\n\nScores churn for every customer each night.\n\n```sh\nmake test\nmake deploy\n```\n" },
  "src/churn/train.py": {
    purpose: "Trains the model.",
    text: '"""Train the churn model."""\n\nfrom pathlib import Path\n\nimport lightgbm as lgb\nimport pandas as pd\n\n\ndef train(features: pd.DataFrame, target: pd.Series, out: Path) -> lgb.Booster:\n    """Fit a model and store it under `out`."""\n    dataset = lgb.Dataset(features, label=target)\n    booster = lgb.train({"objective": "binary", "verbosity": -1}, dataset, num_boost_round=400)\n    booster.save_model(str(out / "model.txt"))\n    return booster\n',
  },
  "src/churn/score.py": { purpose: "Scores a batch.", text: 'def score(batch: list[dict[str, float]]) -> list[float]:\n    """One probability per record."""\n    return [min(1.0, row["tenure"] * 0.01) for row in batch]\n' },
  "tests/test_score.py": { purpose: "Tests of the scoring.", text: "from churn.score import score\n\n\ndef test_scores_are_probabilities() -> None:\n    assert all(0 <= value <= 1 for value in score([{'tenure': 12.0}]))\n" },
  "infra/main.tf": { purpose: "The infrastructure.", text: 'resource "aws_s3_bucket" "scores" {\n  bucket_prefix = "churn-scores-"\n  tags = {\n    purpose = "nightly scores"\n  }\n}\n' },
  ".github/workflows/ci.yml": { purpose: "Checks each change.", text: "name: ci\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n      - run: make test\n" },
  Dockerfile: { purpose: "The image.", text: 'FROM python:3.13-slim\nCOPY . /app\nRUN pip install /app\nCMD ["python", "-m", "churn"]\n' },
  "pyproject.toml": { purpose: "The package.", text: '[project]\nname = "churn-scoring"\nversion = "0.1.0"\nrequires-python = ">=3.12"\n' },
  "reports/architecture.md": {
    purpose: "The architecture and why.",
    text: "# Architecture of churn-scoring\n\n## What was asked\n\n> Score churn for 2 million customers every night.\n\n## How the candidates compare\n\n| Candidate | Cost per month | Availability | Why not | Answerable for it |\n|---|---|---|---|---|\n| Nightly batch on managed services | $1486 | 99.87 % | Chosen | Data platform team |\n| Always-on endpoint | $2940 | 99.95 % | Nobody asks for single scores during the day, and the endpoint costs much more than the nightly job. | Data platform team |\n\nMore in [the guide](../README.md).\n\n## How it hangs together\n\n```mermaid\nflowchart LR\n  sources([Data sources]) --> ingest[\"Scheduled S3 ingest\"]\n  subgraph account [Your account]\n    ingest --> store[(S3 lake)]\n    store -->|every night| serve[\"Nightly batch transform\"]\n    store -->|weekly| train[Managed training]\n    train -.-> serve\n  end\n  serve --> callers([Callers])\n  click serve \"javascript:alert(1)\"\n```\n\n```mermaid\nflowchart LR\n  this is --- not [closed\n```\n\n## What was decided\n\n| Part | Choice | Why |\n|---|---|---|\n| Serve | Nightly batch transform | Scores are wanted once a night |\n| Train | Managed training jobs | No cluster to keep |\n\n### Risks\n\n- The run ends at **4:50 am** in the slow case.\n- The budget has 1 % headroom.\n",
  },
};

/** What a model says at the planner; the empty piece takes back what came before it. */
export const THOUGHT: readonly string[] = [
  "An endpoint would answer within ",
  "200 ms, and nobody asks for that",
  "",
  "The night has five hours. ",
  "The slow case of the batch job takes 3 h 50 min, ",
  "so a managed job is enough ",
  "and nothing has to run during the day.\n\n",
  "What could break it: ",
  "the data doubles, ",
  "or the spot capacity of the region is gone at two in the morning. ",
  "Both are seen in the job's duration before they hurt, ",
  "so an alarm on it is worth more than a larger instance.",
];

/** What asking that model came to. */
export const MODEL_USE: NonNullable<DecisionSet["agent_runs"][number]["model"]> = {
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  outcome: "answered",
  requests: 2,
  tokens_read: 8_412,
  tokens_written: 934,
  tokens_estimated: false,
  usd: 0.0392,
  latency_ms: 6_870,
  cache_hit: false,
  repaired: true,
  kept: [{ label: "A risk: the region's spot capacity is gone at night", value: "names a part of the plan, and no critic had it" }],
  dropped: [
    { label: "Cost of $1,120 a month", value: "numbers are computed, not taken from a model" },
    { label: "Candidate “Ray on Kubernetes”", value: "is not in the catalogue" },
  ],
  rules_alone: { sha256: "6f1ed002ab5595859014ebf0951522d9e5b1c7f8b0b6a3e0d7f0c2a4a1b3c5d7", size: 18_204 },
};

export function card(node: string, iteration: number, requirement: string): ReasonCard {
  const words = [...requirement];
  const quote = words.slice(0, Math.min(words.length, 42)).join("");
  const base: ReasonCard = {
    agent: "Agent",
    step: { node, iteration },
    trigger: iteration === 0 ? "initial" : node === "planner" ? "revision" : "answers",
    category: "requirements",
    priority: "medium",
    decision: "",
    reasoning: ["This card comes from the **mock platform**, which is there to look at the UI."],
    confidence: { value: 0.78, basis: ["9 of 15 fields are stated literally", "no contradiction found"] },
    inputs: [{ label: "Requirement", value: `${words.length} characters` }],
    outputs: [{ label: "Fields found", value: "9 of 15" }],
    alternatives: [],
    policy_results: [],
    impact: {},
    risks: [],
    evidence: [{ claim: "What is asked for", quote, start: 0, end: [...quote].length }],
    thinker: { kind: "built_in_rules" },
  };
  switch (node) {
    case "intake_extract":
      return { ...base, agent: "Intake", priority: "high", decision: "A nightly tabular scoring job on AWS, in the EU, with personal data" };
    case "coverage_check":
      return { ...base, agent: "Coverage", priority: "low", decision: "86 % of what a design needs is known; the budget is the largest gap", confidence: { value: 0.86, basis: ["sum of weight × confidence over all fields"] } };
    case "adaptive_questions":
      return { ...base, agent: "Questions", decision: "Four questions, the most important first", evidence: [] };
    case "planner":
      return {
        ...base,
        agent: "Planner",
        category: "architecture",
        priority: "critical",
        decision: "Nightly batch on managed services",
        reasoning: [PLAN.reason, "Scored on:\n\n1. cost against the budget,\n2. hours of care per month,\n3. fit to the way results are wanted."],
        confidence: { value: PLAN.confidence, basis: PLAN.confidence_basis },
        alternatives: PLAN.candidates.slice(1).map(({ name, total_score, why_not }) => ({ name, score: total_score, why_not: why_not ?? "" })),
        impact: { cost: "$1,486 per month", operations: "about 6 hours a month", performance: "done by 4:50 am" },
        risks: [{ severity: "medium", text: "The run may end after 6 am when the data doubles.", mitigation: "Raise the instance count from 5 to 8." }],
      };
    case "critic_tech":
      return { ...base, agent: "Technical critic", category: "technical", decision: "The night's window holds: 3 h 50 min of 5 hours", evidence: [] };
    case "critic_cost":
      return { ...base, agent: "Cost critic", category: "cost", priority: "high", decision: "$1,486 per month, within the budget by 1 %", confidence: { value: 0.64, basis: ["all unit prices are known", "two quantities are assumed"] }, evidence: [] };
    case "policy_eval":
      return {
        ...base,
        agent: "Policy",
        category: "policy",
        decision: "4 rules pass, 1 is waived, none fails",
        policy_results: RESULTS.map(({ rule, verdict, evidence }) => ({ rule, verdict, evidence })),
        evidence: [],
      };
    case "implement_ingestion":
    case "implement_features":
    case "implement_training":
    case "implement_inference":
    case "implement_monitoring":
    case "implement_learning":
      return { ...base, agent: "Implementer", category: "code", priority: "low", decision: "Wrote 4 files for its part.", evidence: [] };
    case "codegen":
      return { ...base, agent: "Assembler", category: "code", decision: `${Object.keys(FILES).length - 1} files that follow the plan`, evidence: [] };
    case "validators":
      return { ...base, agent: "Validators", category: "code", decision: "2 checks passed, 1 failed, 1 could not run", confidence: { value: 0.45, basis: ["one of four checks could not run"] }, evidence: [] };
    case "critic_implementation":
      return { ...base, agent: "Implementation critic", category: "technical", priority: "medium", decision: "11 of 12 expectations are met; 9 of 11 constraints are traced to lines", evidence: [] };
    case "rationale_compile":
      return { ...base, agent: "Rationale", category: "documentation", priority: "low", decision: "The decisions are compiled into reports/architecture.md", evidence: [] };
    default:
      return { ...base, agent: "Versions", category: "documentation", priority: "low", decision: "Stored as one zip", evidence: [] };
  }
}

export function gate(kind: "input" | "final", iteration: number, seconds: number): Gate {
  const opened = Date.now();
  return {
    id: `${kind}-${iteration}`,
    status: "pending",
    subject_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    summary:
      kind === "input"
        ? "Four things are not clear from the requirement. The suggestions are what the agents would take."
        : "Nightly batch on managed services: Glue prepares the features, SageMaker trains weekly and scores every night, results land in S3 for the CRM. Expected $1486 a month; no rule fails, and two findings are worth a look.",
    questions: kind === "input" ? QUESTIONS : [],
    risks: kind === "input" ? [] : ["cost.headroom: the expected cost leaves 1 % of the budget, and the high end of $2210 breaks it.", "operations.backup: point-in-time recovery is off for the scores table."],
    options: kind === "input" ? ["approve"] : ["approve", "revise", "reject"],
    auto_approval: kind === "input" ? { allowed: false, threshold: 0.8, blockers: ["`budget` is critical and needs a person"] } : { allowed: true, threshold: 0.8, blockers: [] },
    opened_at: new Date(opened).toISOString(),
    expires_at: new Date(opened + seconds * 1_000).toISOString(),
    held: false,
    decision: null,
  };
}

export const DIFF: Omit<VersionDiff, "parent"> = {
  summary: "Constraints that changed:\n\n- `budget`: $2500 → $1500 per month\n\nThe batch job uses managed spot.",
  constraints: ["`budget`: $2500 → $1500 per month"],
  components: ["`serve.sagemaker-batch`: on demand → managed spot"],
  cost: { before_usd: 2016, after_usd: 1486.4, delta_usd: -529.6, delta_percent: -26.27 },
  files: [
    {
      path: "infra/main.tf",
      change: "modified",
      additions: 2,
      deletions: 1,
      unified: '--- a/infra/main.tf\n+++ b/infra/main.tf\n@@ -1,4 +1,5 @@\n resource "aws_s3_bucket" "scores" {\n-  bucket_prefix = "scores-"\n+  bucket_prefix = "churn-scores-"\n+  force_destroy = false\n   tags = {\n     purpose = "nightly scores"\n',
    },
  ],
};

/** The plan on another cloud, for which no infrastructure code is made. */
export const AZURE_PLAN: NonNullable<DecisionSet["plan"]> = {
  ...PLAN,
  constraints: {
    ...PLAN.constraints,
    cloud: { value: "azure", confidence: 0.9, source: "text", evidence: [], derivation: null },
    regions: { value: [{ cloud: "azure", code: "westeurope", jurisdiction: "EU" }], confidence: 0.9, source: "text", evidence: [], derivation: null },
  },
};
