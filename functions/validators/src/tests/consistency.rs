//! Our own checks: each with files in order and with what it must find.

use super::{look, look_for, passes, places};

#[test]
fn paths_that_leave_the_repository_are_refused() {
    let check = look(
        "paths",
        &[
            ("ok.py", ""),
            ("../up.py", ""),
            ("/etc/passwd", ""),
            ("a/../../b", ""),
            ("a//b", ""),
            ("a\\b", ""),
            ("", ""),
            (".git/config", ""),
            ("OK.py", ""),
            ("folder", ""),
            ("folder/file", ""),
        ],
    );
    assert_eq!(check.findings.len(), 9, "{check:#?}");
    assert!(check.findings.iter().all(|finding| finding.blocking));
    passes(&look("paths", &[("a/b.py", ""), ("c..d/e", "")]));
}

#[test]
fn template_markers() {
    let check = look(
        "template markers",
        &[
            ("a.py", "x = \"{{ name }}\"\ny = f\"{{ name }}\"\n"),
            ("b.tf", "a = \"{% if x %}\"\nb = \"%{ if x }%{ endif }\"\nc = { d = { e = 1 }}\n"),
            ("c.yml", "a: ${{ github.ref }}\nb: {{ env }}\n"),
            ("d.md", "TODO: write\n"),
            ("e.sh", "# FIXME later\n# TODOS are fine\n"),
            ("f.py", "t = \"{%Y}\"\nd = {'a': {'b': 1}}\n"),
        ],
    );
    assert_eq!(
        places(&check),
        [
            "!a.py:1 template-marker",
            "!b.tf:1 template-marker",
            "!c.yml:2 template-marker",
            "!e.sh:1 unfinished",
            "d.md:1 unfinished"
        ]
    );
}

#[test]
fn what_a_person_wrote_is_no_marker() {
    let files = [("README.md", "Fill {{ customer }} in. TODO list app.\n")];
    passes(&look_for("template markers", &files, "A TODO list app; mails say Fill {{ customer }} in.").unwrap());
}

#[test]
fn empty_files() {
    let files = [("a.py", " \n"), ("pkg/__init__.py", ""), ("pkg/py.typed", ""), ("b.py", "x = 1\n")];
    assert_eq!(places(&look("empty files", &files)), ["!a.py empty"]);
}

#[test]
fn environment_variables_are_followed_to_their_names() {
    let code = "import os\n\
        from os import environ, getenv\n\
        def needed(where, name):\n    return os.environ[name]\n\
        values = os.environ if True else {}\n\
        a = values.get(\"BY_ALIAS\")\n\
        b = os.environ[\"BY_SUBSCRIPT\"]\n\
        c = getenv(\"BY_GETENV\", \"x\")\n\
        d = needed(1, \"BY_HELPER\")\n\
        e = environ.get(\"DOCUMENTED\")\n\
        f = os.environ[\"AWS_REGION\"]\n\
        os.environ[\"WRITTEN\"] = \"1\"\n\
        g = {}.get(\"NOT_ENVIRONMENT\")\n\
        if \"GUARDED\" in os.environ:\n    h = os.environ[\"GUARDED\"]\n";
    let settings = "from pydantic import Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\n\n\
        class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=\"APP_\")\n\
        \x20   table: str\n    level: str = \"INFO\"\n    other: int = Field(alias=\"OTHER_NAME\")\n";
    let check = look(
        "environment variables",
        &[
            ("src/a.py", code),
            ("src/settings.py", settings),
            ("tests/test_a.py", "import os\nx = os.environ[\"ONLY_IN_TESTS\"]\n"),
            ("README.md", "Set `DOCUMENTED`, not BY_GETENV_TOO.\n"),
        ],
    );
    assert_eq!(
        places(&check),
        [
            "!src/a.py:7 undocumented-variable",
            "!src/a.py:9 undocumented-variable",
            "!src/settings.py:7 undocumented-variable",
            "!src/settings.py:9 undocumented-variable",
            "src/a.py:6 undocumented-variable",
            "src/a.py:8 undocumented-variable",
            "src/a.py:15 undocumented-variable",
            "src/settings.py:8 undocumented-variable",
        ],
        "{check:#?}"
    );
    assert!(check.findings[2].message.contains("`APP_TABLE`"), "{check:#?}");
    assert!(check.findings[3].message.contains("`OTHER_NAME`"), "{check:#?}");
}

#[test]
fn ports() {
    let dockerfile = "FROM x\nEXPOSE 8080\nHEALTHCHECK CMD curl http://127.0.0.1:8080/health\n\
        CMD [\"uvicorn\", \"--port\", \"8080\"]\n";
    let service = "locals {\n  image = aws_ecr_repository.main.url\n}\n\
        x = {\n  image = local.image\n  containerPort = 8080\n}\n";
    let other = "y = {\n  image = \"grafana/grafana:11\"\n  containerPort = 3000\n}\n";
    passes(&look("ports", &[("Dockerfile", dockerfile), ("a.tf", service), ("b.tf", other)]));
    let check = look(
        "ports",
        &[
            ("Dockerfile", &dockerfile.replace("\"8080\"", "\"9000\"").replace(":8080", ":8081")),
            ("a.tf", &service.replace("containerPort = 8080", "containerPort = 80")),
            ("Makefile", "serve:\n\tuvicorn app --port 8000\n"),
        ],
    );
    assert_eq!(places(&check), ["!Dockerfile:3 port", "!Dockerfile:4 port", "!a.tf:6 port", "Makefile:2 port"]);
}

#[test]
fn ports_of_a_manifest() {
    let dockerfile = "FROM x\nEXPOSE 8080\nCMD [\"uvicorn\", \"--port\", \"8080\"]\n";
    let manifest = "containers:\n  - image: service\n    ports:\n      - containerPort: 8080\n  - image: agent\n    ports:\n      \
        - containerPort: 2020\n";
    let script = "jq '{ name: \"service\", newName: $repository, digest: $digest }, { name: \"agent\", newName: $repository }'\n";
    let files =
        |manifest| [("Dockerfile", dockerfile), ("kubernetes/a.yaml", manifest), ("kubernetes/rollout.sh", script)];
    passes(&look("ports", &files(manifest)));
    let check = look("ports", &files(&manifest.replace("8080", "9090")));
    assert_eq!(places(&check), ["!kubernetes/a.yaml:4 port"]);
}

#[test]
fn files_that_others_name() {
    let good = [
        ("src/pkg/__init__.py", ""),
        ("src/pkg/service.py", "def create_app():\n    pass\n"),
        ("requirements.txt", "fastapi==1\n"),
        ("terraform/main.tf", "a = file(\"${path.module}/policy.json\")\n"),
        ("terraform/policy.json", "{}"),
        ("Dockerfile", "FROM x AS a\nCOPY requirements.txt ./\nCOPY src ./src\nCOPY --from=a /y /y\n"),
        (
            "Makefile",
            "run:\n\tpython -m pkg.service\n\tuvicorn pkg.service:create_app\n\tterraform -chdir=terraform fmt\n",
        ),
        (".github/workflows/ci.yml", "a:\n  - run: pip install -r requirements.txt\n"),
        ("README.md", "See [code](src/pkg/service.py), `data/raw.json` and [report](reports/a.md).\n"),
        ("pyproject.toml", "[project]\nreadme = \"README.md\"\n[project.scripts]\nx = \"pkg.service:create_app\"\n"),
    ];
    passes(&look("named files", &good));
    let without = |gone: &str| -> Vec<String> {
        let files: Vec<_> = good.iter().filter(|(path, _)| *path != gone).copied().collect();
        places(&look("named files", &files))
    };
    assert_eq!(without("requirements.txt"), ["!.github/workflows/ci.yml:2 missing-file", "!Dockerfile:2 missing-file"]);
    assert_eq!(without("terraform/policy.json"), ["!terraform/main.tf:1 missing-file"]);
    assert_eq!(without("README.md"), ["!pyproject.toml:2 missing-file"]);
    assert_eq!(
        without("src/pkg/service.py"),
        [
            "!Makefile:2 missing-module",
            "!Makefile:3 missing-module",
            "!pyproject.toml:4 missing-module",
            "README.md:1 missing-file"
        ]
    );
    let mut renamed = good;
    renamed[1].1 = "def make_app():\n    pass\n";
    assert_eq!(
        places(&look("named files", &renamed)),
        ["!Makefile:3 missing-module", "!pyproject.toml:4 missing-module"]
    );
    let ignored = [&good[..], &[(".dockerignore", "*\n!requirements.txt\n")]].concat();
    assert_eq!(places(&look("named files", &ignored)), ["!Dockerfile:3 ignored-file"]);
}

#[test]
fn imports() {
    let check = look(
        "imports",
        &[
            ("src/pkg/__init__.py", ""),
            (
                "src/pkg/a.py",
                "from .b import here, gone\nfrom . import b, __file__\nfrom pkg.c import x\nimport json\n",
            ),
            ("src/pkg/b.py", "here = 1\nfrom ...far import y\n"),
            (
                "src/pkg/d.py",
                "import yaml\nimport sklearn.svm\nimport httpx\ntry:\n    import torch\nexcept ImportError:\n    torch = None\n",
            ),
            ("requirements.txt", "PyYAML==6\nscikit_learn>=1 # models\n"),
        ],
    );
    assert_eq!(
        places(&check),
        [
            "!src/pkg/a.py:1 import",
            "!src/pkg/a.py:3 import",
            "!src/pkg/b.py:2 import",
            "src/pkg/d.py:3 undeclared-package"
        ],
        "{check:#?}"
    );
}

#[test]
fn terraform_references() {
    let main = "locals {\n  name = \"${var.name}-${local.other}\"\n}\n\
        resource \"aws_s3_bucket\" \"data\" {\n  bucket = local.name\n}\n\
        output \"arn\" {\n  value = aws_s3_bucket.gone.arn\n}\n\
        resource \"aws_x_y\" \"z\" {\n  dynamic \"my_rule\" {\n    for_each = { for k_1, v_1 in var.rules : k_1 => v_1.b }\n\
        \x20   content {\n      a = my_rule.value\n      b = module.net.id\n      c = data.aws_region.now.name\n    }\n  }\n}\n";
    let files = [
        ("terraform/main.tf", main),
        (
            "terraform/variables.tf",
            "variable \"name\" {}\nvariable \"rules\" {}\nvariable \"spare\" {}\nlocals {\n  over = 1\n}\n",
        ),
        ("terraform/envs/dev.tfvars", "name = \"x\"\nnobody = 1\n"),
    ];
    assert_eq!(
        places(&look("Terraform references", &files)),
        [
            "!terraform/envs/dev.tfvars:2 undeclared",
            "!terraform/main.tf:2 undeclared",
            "!terraform/main.tf:8 undeclared",
            "!terraform/main.tf:15 undeclared",
            "!terraform/main.tf:16 undeclared",
            "terraform/variables.tf:3 unused",
            "terraform/variables.tf:5 unused",
        ]
    );
}

#[test]
fn cloudformation_references() {
    let base = "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Name:\n    Type: String\n  Spare:\n    Type: String\n\
        Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties:\n      Description: !Sub \"${Name} ${!Literal} ${Gone}\"\n\
        Outputs:\n  Key:\n    Value: !GetAtt Key.Arn\n    Export:\n      Name: !Sub \"${Name}-key\"\n";
    let other = "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Name:\n    Type: String\n\
        Conditions:\n  IsSet: !Not [!Equals [!Ref Name, \"\"]]\n\
        Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Condition: IsOpen\n    DependsOn: Nobody\n    Properties:\n\
        \x20     KmsMasterKeyId: { \"Fn::ImportValue\": !Sub \"${Name}-key\" }\n\
        \x20     TopicName:\n        Fn::ImportValue: !Sub \"${Name}-topic\"\n\
        \x20     DisplayName: !Sub [\"${Own}\", { Own: !Ref AWS::Region }]\n";
    let files = [("infra/base.yaml", base), ("infra/other.yaml", other), ("values.yaml", "a: !Ref Nothing\n")];
    assert_eq!(
        places(&look("CloudFormation references", &files)),
        [
            "!infra/base.yaml:11 undeclared",
            "!infra/other.yaml:10 undeclared",
            "!infra/other.yaml:11 undeclared",
            "!infra/other.yaml:15 not-exported",
            "infra/base.yaml:5 unused",
            "infra/other.yaml:6 unused",
        ]
    );
}

/// A state machine, the role that it runs as, and what starts it.
const STARTED: &str = r#"
resource "aws_iam_role" "states" {
  name = "${local.name}-states"
}
resource "aws_sfn_state_machine" "learning" {
  name     = "${local.name}-learning"
  role_arn = aws_iam_role.states.arn
}
"#;

#[test]
fn what_is_made_and_used_is_no_orphan() {
    let schedule = r#"
resource "aws_cloudwatch_event_target" "learning" {
  arn      = aws_sfn_state_machine.learning.arn
  role_arn = aws_iam_role.states.arn
}
output "image_repository" {
  value = 1
}
"#;
    let script = "terraform output -raw image_repository\n";
    passes(&look(
        "unused resources",
        &[("terraform/a.tf", STARTED), ("terraform/b.tf", schedule), ("scripts/deploy.sh", script)],
    ));
    // A person may start it: then a document says so.
    let document = "Start the state machine `churn-ENVIRONMENT-learning`.\n";
    passes(&look("unused resources", &[("terraform/a.tf", STARTED), ("README.md", document)]));
}

#[test]
fn orphans_of_terraform() {
    let watched = r#"
resource "aws_cloudwatch_metric_alarm" "learning" {
  dimensions = { StateMachineArn = aws_sfn_state_machine.learning.arn }
}
resource "aws_secretsmanager_secret" "application" {
  name = "${local.name}/application"
}
resource "aws_iam_role" "emr" {
  name = "${local.name}-emr"
}
resource "aws_iam_role_policy_attachment" "emr" {
  role       = aws_iam_role.emr.name
  policy_arn = aws_iam_policy.data.arn
}
resource "aws_iam_policy" "data" {
  policy = jsonencode({ Resource = aws_sqs_queue.failed.arn })
}
resource "aws_iam_policy" "alone" {
  policy = "{}"
}
resource "aws_sqs_queue" "failed" {
  name = "${local.name}-failed"
}
output "data_bucket" {
  value = 1
}
"#;
    let document = "The machine `churn-ENVIRONMENT-learning-of-others`, the pipeline learning, and data_buckets.\n";
    let check =
        look("unused resources", &[("terraform/a.tf", STARTED), ("terraform/b.tf", watched), ("README.md", document)]);
    assert_eq!(
        places(&check),
        [
            "terraform/a.tf:5 unused",
            "terraform/b.tf:5 unused",
            "terraform/b.tf:8 unused",
            "terraform/b.tf:18 unused",
            "terraform/b.tf:21 unused",
            "terraform/b.tf:24 unused"
        ],
        "{check:#?}"
    );
}

#[test]
fn orphans_of_stacks() {
    let foundation = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  JobsRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Name}-${Environment}-jobs"
  OtherRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Name}-${Environment}-job"
  Workloads:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Jobs
  Attached:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref JobsRole]
  Loose:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: !Sub "${Name}-${Environment}-loose"
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: !Sub "${Name}-${Environment}/application"
Outputs:
  Workloads:
    Value: !Ref Workloads
    Export:
      Name: !Sub "${Name}-${Environment}-workloads"
"#;
    let training = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      JobRoleArn: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}-${Environment}-jobs"
      Groups: [!ImportValue { "Fn::Sub": "${Name}-${Environment}-workloads" }]
"#;
    let files = [("infra/foundation.yaml", foundation), ("infra/training.yaml", training)];
    let check = look("unused resources", &files);
    assert_eq!(
        places(&check),
        ["infra/foundation.yaml:7 unused", "infra/foundation.yaml:19 unused", "infra/foundation.yaml:23 unused"],
        "{check:#?}"
    );
}

#[test]
fn settings_that_no_module_asks_for() {
    let settings =
        "class Settings:\n    data_dir: str\n    model_image: str | None\n\n    @classmethod\n    def of(cls): ...\n";
    let module = "def run(settings):\n    return settings.data_dir, settings.model_images\n";
    let files = [
        ("src/churn/settings.py", settings),
        ("src/churn/jobs.py", module),
        ("terraform/a.tf", "locals {\n  a = 1\n}\n"),
    ];
    assert_eq!(places(&look("unused resources", &files)), ["src/churn/settings.py:3 unused"]);
}
