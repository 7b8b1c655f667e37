//! Holds Terraform's configuration to the AWS provider's schema: types, arguments and nested blocks at every depth, what
//! must be given, the kind of values, and what references name.
//!
//! It is not `terraform validate`, which needs the provider's own program and a registry, and a function has neither:
//! what the provider checks by itself (values of enumerations, arguments that exclude each other) is not known here. What
//! other providers bring is not judged, and said to be so.

mod constraint;
mod references;
mod schema;
mod values;

use std::{collections::BTreeMap, time::Instant};

use design::validation::{Check, ToolFinding};
use hcl::{Block, Body, Expression};

use self::{
    references::Declared,
    schema::{Kind, Member, Members, Schema, Use},
};
use crate::{
    check::CheckName,
    repository::{Kind as FileKind, Repository, SourceFile},
    walk,
};

/// What the check is called.
pub const NAME: CheckName =
    CheckName { name: "terraform schema", category: "schema", tool: "schema of the AWS provider" };

/// Arguments that Terraform itself gives a meaning.
const META: [&str; 4] = ["count", "for_each", "depends_on", "provider"];

/// What `lifecycle` may hold.
const LIFECYCLE: [&str; 6] = [
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "precondition",
    "postcondition",
];

/// Looks at a repository's Terraform; `None` when there is none.
pub fn check(repository: &Repository) -> Option<Check> {
    let clock = Instant::now();
    let files: Vec<(&SourceFile, Body)> = repository
        .of(FileKind::Hcl)
        .filter(|file| file.path.ends_with(".tf"))
        // What does not parse is the syntax check's finding.
        .filter_map(|file| Some((file, hcl::parse(file.text()?).ok()?)))
        .collect();
    if files.is_empty() {
        return None;
    }
    let schema = match Schema::shared() {
        Ok(schema) => schema,
        Err(problem) => return Some(NAME.not_run(None, format!("Nothing was checked: {problem}."), clock)),
    };
    let mut folders: BTreeMap<&str, Vec<(&SourceFile, &Body)>> = BTreeMap::new();
    for (file, body) in &files {
        folders.entry(file.folder()).or_default().push((file, body));
    }
    let mut findings = Vec::new();
    for files in folders.values() {
        Module::new(schema, files).look(files, &mut findings);
    }
    let version = format!("hashicorp/aws {} (a check against its schema, not `terraform validate`)", schema.version);
    Some(NAME.ran(version, files.len(), findings, clock))
}

/// How many types the schema knows.
#[cfg(test)]
pub fn size() -> usize {
    Schema::shared().map_or(0, Schema::size)
}

/// The configuration of one folder.
struct Module {
    schema: &'static Schema,
    declared: Declared,
    types: BTreeMap<(Kind, String), Option<Members>>,
}

impl Module {
    fn new(schema: &'static Schema, files: &[(&SourceFile, &Body)]) -> Self {
        let mut types = BTreeMap::new();
        for (_, block) in blocks(files) {
            if let Some((kind, name, _)) = typed(block) {
                types.entry((kind, name.to_owned())).or_insert_with(|| schema.members(kind, name));
            }
        }
        Self { schema, declared: Declared::of(files), types }
    }

    fn look(&self, files: &[(&SourceFile, &Body)], findings: &mut Vec<ToolFinding>) {
        let mut seen: BTreeMap<(Kind, &str, &str), &SourceFile> = BTreeMap::new();
        for (file, block) in blocks(files) {
            if block.identifier() == "terraform" {
                findings.extend(constraint::look(file, block, self.schema.version));
            }
            let Some((kind, name, label)) = typed(block) else { continue };
            let place = Place::of(file, block);
            if kind != Kind::Provider
                && let Some(other) = seen.insert((kind, name, label), file)
            {
                let message = format!("`{name}.{label}` is already declared in `{}`.", other.path);
                findings.push(place.finding(None, "declared-twice", message));
            }
            match self.types.get(&(kind, name.to_owned())) {
                Some(Some(members)) => Inside { module: self, place: &place, findings }.top(kind, block, members),
                _ if name == "aws" || name.starts_with("aws_") => {
                    let message = format!("The provider has no {} `{name}`.", kind.keyword());
                    findings.push(place.finding(None, "type", message));
                }
                _ if name.starts_with("terraform") => {}
                _ => {
                    let message = format!("`{name}` belongs to another provider: it was not checked.");
                    findings.push(ToolFinding { blocking: false, ..place.finding(None, "not-checked", message) });
                }
            }
        }
        for (file, body) in files {
            walk::attributes(body, &mut |key, value| {
                walk::expression(value, &mut |found| {
                    if let walk::Found::Reference(traversal) = found
                        && let Err(problem) = self.reference(traversal)
                    {
                        let line = line_of(file, &problem.written).or_else(|| line_of(file, key));
                        findings.push(file.finding(line, "reference", problem.message, true));
                    }
                });
            });
        }
    }
}

/// The top blocks of a folder.
fn blocks<'a>(files: &'a [(&'a SourceFile, &'a Body)]) -> impl Iterator<Item = (&'a SourceFile, &'a Block)> {
    files.iter().flat_map(|(file, body)| body.blocks().map(move |block| (*file, block)))
}

/// Kind, type and name of a block that the schema may describe.
fn typed(block: &Block) -> Option<(Kind, &str, &str)> {
    let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
    match (block.identifier(), labels.as_slice()) {
        ("resource", [kind, name]) => Some((Kind::Resource, kind, name)),
        ("data", [kind, name]) => Some((Kind::Data, kind, name)),
        ("provider", [name]) => Some((Kind::Provider, name, "")),
        _ => None,
    }
}

/// Where a top block stands, for the lines of findings: the parser keeps none.
struct Place<'a> {
    file: &'a SourceFile,
    header: u32,
    /// `aws_s3_bucket.data`.
    title: String,
}

impl<'a> Place<'a> {
    fn of(file: &'a SourceFile, block: &Block) -> Self {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        let words = |line: &str| -> Vec<String> {
            line.split(|c: char| c.is_whitespace() || c == '"' || c == '{')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let wanted: Vec<String> =
            std::iter::once(block.identifier()).chain(labels.iter().copied()).map(str::to_owned).collect();
        let header = file.lines().find(|(_, line)| words(line).starts_with(&wanted)).map_or(1, |(number, _)| number);
        Self { file, header, title: labels.join(".") }
    }

    fn finding(&self, name: Option<&str>, rule: &str, message: String) -> ToolFinding {
        let line = name.and_then(|name| {
            self.file.lines().skip(self.header as usize).take_while(|(_, line)| !line.starts_with('}')).find_map(
                |(number, line)| {
                    let rest = line.trim_start().trim_start_matches("dynamic \"").strip_prefix(name)?;
                    rest.starts_with([' ', '=', '{', '"']).then_some(number)
                },
            )
        });
        self.file.finding(Some(line.unwrap_or(self.header)), rule, message, true)
    }
}

/// Looks into one top block.
struct Inside<'a> {
    module: &'a Module,
    place: &'a Place<'a>,
    findings: &'a mut Vec<ToolFinding>,
}

impl Inside<'_> {
    fn found(&mut self, name: &str, rule: &str, message: String) {
        self.findings.push(self.place.finding(Some(name), rule, message));
    }

    fn top(&mut self, kind: Kind, block: &Block, members: &Members) {
        self.body(block.body(), members, "", &|name| match kind {
            Kind::Resource => META.contains(&name) || matches!(name, "lifecycle" | "provisioner" | "connection"),
            Kind::Data => META.contains(&name) || name == "lifecycle",
            Kind::Provider => false,
        });
        for lifecycle in block.body().blocks().filter(|inner| inner.identifier() == "lifecycle") {
            self.lifecycle(lifecycle.body(), members);
        }
    }

    fn lifecycle(&mut self, body: &Body, members: &Members) {
        let keys = body.attributes().map(hcl::Attribute::key).chain(body.blocks().map(Block::identifier));
        for key in keys.filter(|key| !LIFECYCLE.contains(key)).collect::<Vec<_>>() {
            self.found(key, "argument", format!("`lifecycle` has no `{key}`."));
        }
        let ignored = body.attributes().filter(|attribute| attribute.key() == "ignore_changes");
        for attribute in ignored {
            let Expression::Array(names) = attribute.expr() else { continue };
            for name in names {
                let root = match name {
                    Expression::Variable(name) => name.as_str(),
                    Expression::Traversal(traversal) => match &traversal.expr {
                        Expression::Variable(name) => name.as_str(),
                        _ => continue,
                    },
                    _ => continue,
                };
                if !members.contains_key(root) {
                    let message = format!("`{}` has no `{root}` to ignore.", self.place.title);
                    self.found("ignore_changes", "argument", message);
                }
            }
        }
    }

    /// A body against its members; `path` leads to it, and `skip` names what Terraform itself gives a meaning.
    fn body(&mut self, body: &Body, members: &Members, path: &str, skip: &dyn Fn(&str) -> bool) {
        let mut given: BTreeMap<&str, u32> = BTreeMap::new();
        for attribute in body.attributes().filter(|attribute| !skip(attribute.key())) {
            let name = attribute.key();
            *given.entry(name).or_default() += 1;
            let full = format!("{path}{name}");
            match members.get(name) {
                None => self.unknown(name, &full, "argument", members),
                Some(member) if member.usage() == Use::Exported => {
                    let message = format!("`{full}` of `{}` is only exported: it cannot be given.", self.place.title);
                    self.found(name, "argument", message);
                }
                Some(member) if member.is_block() => {
                    let message = format!("`{full}` of `{}` is a block: it is written without `=`.", self.place.title);
                    self.found(name, "argument", message);
                }
                Some(member) => {
                    for (rule, problem) in self.module.value(attribute.expr(), &member.value()) {
                        self.found(name, rule, format!("`{full}` of `{}` {problem}.", self.place.title));
                    }
                }
            }
        }
        for block in body.blocks().filter(|block| !skip(block.identifier())) {
            let (name, content) = match block.identifier() {
                "dynamic" => match dynamic(block) {
                    Some(dynamic) => dynamic,
                    None => {
                        let message = "A `dynamic` block needs a label, `for_each` and `content`.".to_owned();
                        self.found("dynamic", "block", message);
                        continue;
                    }
                },
                name => (name, block.body()),
            };
            *given.entry(name).or_default() += 1;
            let full = format!("{path}{name}");
            match members.get(name) {
                None => self.unknown(name, &full, "block", members),
                // Its insides are open.
                Some(Member::Plain(code)) if code.ends_with('*') => {}
                Some(Member::Nested(_, inner)) if may_be_block(members.get(name), inner) => {
                    self.body(content, inner, &format!("{full}."), &|_| false);
                }
                Some(_) => {
                    let message = format!("`{full}` of `{}` is an argument: it is written with `=`.", self.place.title);
                    self.found(name, "block", message);
                }
            }
        }
        for (name, member) in members {
            let count = given.get(name).copied().unwrap_or_default();
            if member.usage() == Use::Required && count == 0 {
                let holder = path.trim_end_matches('.');
                let at = if holder.is_empty() {
                    self.place.title.clone()
                } else {
                    format!("{holder}` of `{}", self.place.title)
                };
                self.found(
                    holder.rsplit('.').next().unwrap_or_default(),
                    "required",
                    format!("`{at}` lacks `{name}`."),
                );
            }
            if member.is_single() && count > 1 {
                let message =
                    format!("`{path}{name}` of `{}` may be there once, and is {count} times.", self.place.title);
                self.found(name, "block", message);
            }
        }
    }

    fn unknown(&mut self, name: &str, full: &str, rule: &str, members: &Members) {
        let near = members
            .keys()
            .filter(|other| other.contains(name) || name.contains(*other))
            .min_by_key(|other| other.len().abs_diff(name.len()))
            .map(|other| format!(" There is `{other}`."))
            .unwrap_or_default();
        self.found(name, rule, format!("`{}` has no {rule} `{full}`.{near}", self.place.title));
    }
}

/// Name and content of a `dynamic` block.
fn dynamic(block: &Block) -> Option<(&str, &Body)> {
    let name = block.labels().first()?.as_str();
    block.body().attributes().find(|attribute| attribute.key() == "for_each")?;
    let content = block.body().blocks().find(|inner| inner.identifier() == "content")?;
    Some((name, content.body()))
}

/// True for blocks, and for lists of objects without anything that must be given: the provider declares some of those as
/// attributes that may also be written as blocks, such as `ingress` of a security group.
fn may_be_block(member: Option<&Member>, inner: &Members) -> bool {
    let is_list = matches!(member, Some(Member::Nested(code, _)) if code.ends_with('l'));
    let is_exported = member.is_some_and(|member| member.usage() == Use::Exported);
    let is_open = inner.values().all(|member| member.usage() != Use::Required);
    member.is_some_and(Member::is_block) || (is_list && is_open && !is_exported)
}

fn line_of(file: &SourceFile, text: &str) -> Option<u32> {
    file.lines().find(|(_, line)| line.contains(text)).map(|(number, _)| number)
}
