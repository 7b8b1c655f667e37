//! What is made and nobody uses: a secret that nobody reads, a state machine that nothing starts, a role that nobody takes.
//! A tool says what is wrong with a resource; that it is for nothing shows only in all files together.

use std::collections::{BTreeMap, BTreeSet};

use design::validation::ToolFinding;
use hcl::{Body, Expression, Traversal, TraversalOperator};
use serde_norway::Value;

use super::{
    Looked, Subject,
    cloudformation::{self, References},
    pattern,
};
use crate::{
    repository::{Kind, SourceFile},
    walk::{self, Found},
};

/// A kind of resource that is there for others.
struct Needed {
    terraform: &'static str,
    cloudformation: &'static str,
    /// What belongs to it, watches it or allows something with it: beginnings of types in both languages. None of them uses it.
    companions: &'static [&'static str],
    /// What is missing, in words that follow "nobody".
    words: &'static str,
}

/// Types that allow something and do nothing.
const POLICIES: [&str; 6] = [
    "aws_iam_policy",
    "aws_iam_role_policy",
    "data.aws_iam_policy_document",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
];

const NEEDED: [Needed; 9] = [
    Needed {
        terraform: "aws_secretsmanager_secret",
        cloudformation: "AWS::SecretsManager::Secret",
        companions: &["aws_secretsmanager_secret_", "AWS::SecretsManager::", "data.aws_iam", "aws_iam_", "AWS::IAM::"],
        words: "reads the secret",
    },
    Needed {
        terraform: "aws_sfn_state_machine",
        cloudformation: "AWS::StepFunctions::StateMachine",
        companions: &[
            "aws_cloudwatch_metric_",
            "aws_cloudwatch_dashboard",
            "AWS::CloudWatch::",
            "data.aws_iam",
            "aws_iam_",
            "AWS::IAM::",
        ],
        words: "starts the state machine",
    },
    Needed {
        terraform: "aws_lambda_function",
        cloudformation: "AWS::Lambda::Function",
        companions: &[
            "aws_cloudwatch_metric",
            "aws_lambda_permission",
            "AWS::CloudWatch::",
            "AWS::Lambda::Permission",
            "AWS::IAM::",
        ],
        words: "calls the function",
    },
    Needed {
        terraform: "aws_sqs_queue",
        cloudformation: "AWS::SQS::Queue",
        companions: &[
            "aws_cloudwatch_metric_",
            "aws_cloudwatch_dashboard",
            "aws_sqs_queue_",
            "AWS::CloudWatch::",
            "AWS::SQS::QueuePolicy",
            "data.aws_iam",
            "aws_iam_",
            "AWS::IAM::",
        ],
        words: "sends to the queue or takes from it",
    },
    Needed {
        terraform: "aws_sns_topic",
        cloudformation: "AWS::SNS::Topic",
        companions: &["aws_sns_topic_", "AWS::SNS::", "data.aws_iam", "aws_iam_", "AWS::IAM::"],
        words: "publishes to the topic",
    },
    Needed {
        terraform: "aws_iam_role",
        cloudformation: "AWS::IAM::Role",
        companions: &POLICIES,
        words: "takes the role",
    },
    Needed {
        terraform: "aws_iam_policy",
        cloudformation: "AWS::IAM::ManagedPolicy",
        companions: &["data.aws_iam"],
        words: "has the policy",
    },
    Needed {
        terraform: "aws_security_group",
        cloudformation: "AWS::EC2::SecurityGroup",
        companions: &["aws_security_group", "aws_vpc_security_group_", "AWS::EC2::SecurityGroup"],
        words: "is in the security group",
    },
    Needed {
        terraform: "aws_glue_security_configuration",
        cloudformation: "AWS::Glue::SecurityConfiguration",
        companions: &[],
        words: "uses the security configuration",
    },
];

/// Attributes that name a resource so that others can find it without a reference.
const NAMES: [&str; 7] =
    ["RoleName", "ManagedPolicyName", "QueueName", "StateMachineName", "TopicName", "FunctionName", "Name"];

/// One resource, or whatever else refers to resources.
struct Part<'a> {
    file: &'a SourceFile,
    /// Its type; of data with `data.` before it, and empty for what is neither.
    kind: String,
    /// How others refer to it: `aws_iam_role.jobs`, or the template and the identifier.
    reference: String,
    /// What its line has, to show the place.
    place: String,
    /// Names by which others and documents find it, without the system's own beginning.
    name: Option<String>,
    /// What it refers to.
    uses: BTreeSet<String>,
    /// Its texts, for names that are built in place of a reference.
    text: String,
}

pub(super) fn look(subject: &Subject) -> Looked {
    let (mut parts, mut files) = (Vec::new(), 0);
    let mut findings = Vec::new();
    // What may name a resource or an output besides the infrastructure.
    let told: Vec<&str> = subject
        .repository
        .files()
        .filter(|file| !matches!(file.kind(), Kind::Python) && !is_infrastructure(file))
        .filter_map(SourceFile::text)
        .collect();
    for file in subject.repository.of(Kind::Hcl).filter(|file| file.path.ends_with(".tf")) {
        let Some(body) = file.text().and_then(|text| hcl::parse(text).ok()) else { continue };
        files += 1;
        terraform(&body, file, &mut parts);
        for output in body.blocks().filter(|block| block.identifier() == "output") {
            let name = output.labels().first().map_or("", hcl::BlockLabel::as_str);
            if !told.iter().any(|text| has_word(text, name)) {
                let message = format!("The output `{name}` is named in no script and no document.");
                findings.push(finding(file, &format!("output \"{name}\""), message));
            }
        }
    }
    let mut exported = BTreeMap::new();
    for file in subject.repository.of(Kind::Yaml).filter(|file| is_infrastructure(file)) {
        let Some(template) = file.text().and_then(|text| serde_norway::from_str::<Value>(text).ok()) else { continue };
        files += 1;
        stack(&template, file, &mut parts, &mut exported);
    }
    // An export is a way to its resource for those who import it, in whichever stack.
    for part in &mut parts {
        let through: Vec<String> = part.uses.iter().filter_map(|name| exported.get(name)).flatten().cloned().collect();
        part.uses.extend(through);
    }
    for part in &parts {
        let wanted = |needed: &&Needed| part.kind == needed.terraform || part.kind == needed.cloudformation;
        let Some(needed) = NEEDED.iter().find(wanted) else { continue };
        let is_used = parts.iter().any(|other| {
            let is_companion = needed.companions.iter().any(|companion| other.kind.starts_with(companion));
            !std::ptr::eq(other, part) && !is_companion && refers(other, part)
        });
        // A managed policy may say itself who has it.
        let is_attached = part.kind == "AWS::IAM::ManagedPolicy" && part.text.contains("\nRoles\n");
        let is_told = part.name.as_ref().is_some_and(|name| told.iter().any(|text| has_name(text, name)));
        if !is_used && !is_attached && !is_told {
            findings.push(finding(part.file, &part.place, format!("Nobody {} `{}`.", needed.words, part.reference)));
        }
    }
    settings(subject, &mut findings);
    Looked { files, findings }
}

fn is_infrastructure(file: &SourceFile) -> bool {
    file.path.ends_with(".tf")
        || file.kind() == Kind::Yaml && file.text().is_some_and(|text| text.starts_with(cloudformation::BEGINNING))
}

fn finding(file: &SourceFile, place: &str, message: String) -> ToolFinding {
    let line = file.lines().find(|(_, line)| line.contains(place)).map(|(number, _)| number);
    file.finding(line, "unused", message, false)
}

/// Whether one part refers to another: by a reference, or by its name behind the system's own.
fn refers(other: &Part<'_>, part: &Part<'_>) -> bool {
    other.uses.contains(&part.reference)
        || part.kind.contains("::") && part.name.as_ref().is_some_and(|name| has_name(&other.text, name))
}

/// Whether a text has `-name` and the name ends there.
fn has_name(text: &str, name: &str) -> bool {
    ends(text, &format!("-{name}"), |letter| is_of_word(letter) || letter == '-')
}

/// Whether a text has these words and they end there: no letter follows that goes on with them.
fn ends(text: &str, words: &str, goes_on: impl Fn(char) -> bool) -> bool {
    text.match_indices(words).any(|(at, _)| !text[at + words.len()..].chars().next().is_some_and(&goes_on))
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let around = [text[..at].chars().next_back(), text[at + word.len()..].chars().next()];
        !around.into_iter().flatten().any(is_of_word)
    })
}

fn terraform<'a>(body: &Body, file: &'a SourceFile, parts: &mut Vec<Part<'a>>) {
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        let (kind, reference) = match (block.identifier(), labels.as_slice()) {
            ("resource", [kind, name]) => ((*kind).to_owned(), format!("{kind}.{name}")),
            ("data", [kind, name]) => (format!("data.{kind}"), format!("data.{kind}.{name}")),
            ("locals", []) => (String::new(), String::new()),
            _ => continue,
        };
        let (mut uses, mut name) = (BTreeSet::new(), None);
        walk::attributes(block.body(), &mut |key, value| {
            // To wait for something is not to use it.
            if key == "depends_on" {
                return;
            }
            if let (Expression::TemplateExpr(text), "name") = (value, key) {
                name = text.to_string().split_once("}-").map(|(_, rest)| rest.trim_end_matches('"').to_owned());
            }
            walk::expression(value, &mut |found| {
                if let Found::Reference(traversal) = found {
                    uses.extend(named(traversal));
                }
            });
        });
        let place = format!("\"{}\"", labels.join("\" \""));
        parts.push(Part { file, kind, reference, place, name, uses, text: String::new() });
    }
}

/// `type.name` of a traversal that begins with a resource.
fn named(traversal: &Traversal) -> Option<String> {
    let (Expression::Variable(root), Some(TraversalOperator::GetAttr(name))) =
        (&traversal.expr, traversal.operators.first())
    else {
        return None;
    };
    match (root.as_str(), traversal.operators.get(1)) {
        ("data", Some(TraversalOperator::GetAttr(second))) => Some(format!("data.{name}.{second}")),
        (kind, _) => Some(format!("{kind}.{name}")),
    }
}

/// Notes the resources of a template, and what its exports refer to, by their names.
fn stack<'a>(
    template: &Value,
    file: &'a SourceFile,
    parts: &mut Vec<Part<'a>>,
    exported: &mut BTreeMap<String, Vec<String>>,
) {
    let section = |name: &str| template.get(name).and_then(Value::as_mapping).into_iter().flatten();
    let own = |id: &str| format!("{}#{id}", file.path);
    for (_, output) in section("Outputs") {
        let Some(name) = output.get("Export").and_then(|export| export.get("Name")).and_then(cloudformation::text_of)
        else {
            continue;
        };
        let mut references = References::default();
        if let Some(value) = output.get("Value") {
            cloudformation::walk(value, &mut references);
        }
        exported.insert(name, references.names.iter().map(|id| own(id)).collect());
    }
    for (id, resource) in section("Resources") {
        let (Some(id), Some(kind)) = (id.as_str(), resource.get("Type").and_then(Value::as_str)) else { continue };
        let properties = resource.get("Properties").unwrap_or(&Value::Null);
        let (mut references, mut text) = (References::default(), String::new());
        cloudformation::walk(properties, &mut references);
        texts(properties, &mut text);
        let name = NAMES.iter().find_map(|key| cloudformation::text_of(properties.get(key)?));
        parts.push(Part {
            file,
            kind: kind.to_owned(),
            reference: own(id),
            place: format!("  {id}:"),
            name: name.and_then(|name| Some(name.rsplit_once("}-")?.1.to_owned())),
            uses: references.names.iter().map(|name| own(name)).chain(references.imports).collect(),
            text,
        });
    }
}

/// All keys and texts of a value, one a line.
fn texts(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Sequence(values) => values.iter().for_each(|inner| texts(inner, into)),
        Value::Mapping(mapping) => mapping.iter().for_each(|(key, inner)| {
            into.push('\n');
            texts(key, into);
            texts(inner, into);
        }),
        Value::Tagged(tagged) => texts(&tagged.value, into),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Settings that the code reads from the environment and then never asks for.
fn settings(subject: &Subject, findings: &mut Vec<ToolFinding>) {
    let field = pattern(r"^    ([a-z]\w*): ");
    let is_settings = |file: &SourceFile| file.path.ends_with("/settings.py");
    for (file, _) in subject.running().filter(|(file, _)| is_settings(file)) {
        let lines = file.lines().skip_while(|(_, line)| !line.starts_with("class Settings:"));
        for (number, line) in lines.take_while(|(_, line)| !line.contains("@classmethod")) {
            let Some(name) = field.captures(line).map(|found| found[1].to_owned()) else { continue };
            let word = format!(".{name}");
            let is_read = subject.running().any(|(other, _)| {
                !is_settings(other) && other.text().is_some_and(|text| ends(text, &word, is_of_word))
            });
            if !is_read {
                let message = format!("The setting `{name}` is read from the environment, and no module asks for it.");
                findings.push(file.finding(Some(number), "unused", message, false));
            }
        }
    }
}
