//! What Terraform's configuration refers to: variables, locals, modules, data and resources must be declared in the same
//! folder. `terraform validate` would say it too, but needs the provider's plugin, which a function does not have.

use std::collections::{BTreeMap, BTreeSet};

use hcl::{Body, Expression, Structure, Traversal, TraversalOperator};

use super::{Looked, Subject};
use crate::{
    repository::{Kind, SourceFile},
    walk::{self, Found},
};

/// What a folder declares and refers to.
#[derive(Default)]
struct Module<'a> {
    declared: BTreeSet<String>,
    references: Vec<(&'a SourceFile, String)>,
    /// Names that hold only inside: iterators of `dynamic` blocks and of `for`.
    iterators: BTreeSet<String>,
    files: Vec<&'a SourceFile>,
}

pub(super) fn look(subject: &Subject) -> Looked {
    let mut modules: BTreeMap<&str, Module<'_>> = BTreeMap::new();
    let mut files = 0;
    for file in subject.repository.of(Kind::Hcl).filter(|file| file.path.ends_with(".tf")) {
        // What does not parse is the syntax check's finding.
        let Some(body) = file.text().and_then(|text| hcl::parse(text).ok()) else { continue };
        files += 1;
        let module = modules.entry(file.folder()).or_default();
        module.files.push(file);
        declarations(&body, module);
        structures(&body, file, module);
    }
    let mut findings = Vec::new();
    for module in modules.values() {
        for (file, reference) in &module.references {
            let root = reference.split('.').next().unwrap_or_default();
            if !module.declared.contains(reference) && !module.iterators.contains(root) {
                let name = reference.rsplit('.').next().unwrap_or(reference);
                let line = line_of(file, reference).or_else(|| line_of(file, name));
                let message = format!("`{reference}` is not declared in this folder.");
                findings.push(file.finding(line, "undeclared", message, true));
            }
        }
        let used: BTreeSet<&str> = module.references.iter().map(|(_, reference)| reference.as_str()).collect();
        for declared in &module.declared {
            let (text, kind) = match declared.split_once('.') {
                Some(("var", name)) => (format!("variable \"{name}\""), "variable"),
                Some(("local", name)) => (format!("{name} "), "local value"),
                _ => continue,
            };
            if used.contains(declared.as_str()) {
                continue;
            }
            let name = declared.rsplit('.').next().unwrap_or(declared);
            let place = module.files.iter().find_map(|file| {
                let is_declared = |line: &str| line.trim_start().starts_with(&text) && !line.contains("==");
                file.lines().find(|(_, line)| is_declared(line)).map(|(line, _)| (file, line))
            });
            if let Some((file, line)) = place {
                let message = format!("The {kind} `{name}` is declared and not used.");
                findings.push(file.finding(Some(line), "unused", message, false));
            }
        }
    }
    // Values for variables that nobody declares: `terraform plan` warns, and the value has no effect.
    for file in subject.repository.of(Kind::Hcl).filter(|file| file.path.ends_with(".tfvars")) {
        let Some(body) = file.text().and_then(|text| hcl::parse(text).ok()) else { continue };
        files += 1;
        let folders = || std::iter::successors(Some(file.folder()), |folder| folder.rsplit_once('/').map(|(up, _)| up));
        let Some(module) = folders().find_map(|folder| modules.get(folder)) else { continue };
        for attribute in body.attributes() {
            let name = attribute.key();
            if !module.declared.contains(&format!("var.{name}")) {
                let message = format!("A value is given for `{name}`, which is no variable.");
                findings.push(file.finding(line_of(file, name), "undeclared", message, true));
            }
        }
    }
    Looked { files, findings }
}

fn line_of(file: &SourceFile, text: &str) -> Option<u32> {
    file.lines().find(|(_, line)| line.contains(text)).map(|(number, _)| number)
}

fn declarations(body: &Body, module: &mut Module<'_>) {
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        match (block.identifier(), labels.as_slice()) {
            ("variable", [name]) => module.declared.insert(format!("var.{name}")),
            ("module", [name]) => module.declared.insert(format!("module.{name}")),
            ("resource", [kind, name]) => module.declared.insert(format!("{kind}.{name}")),
            ("data" | "ephemeral", [kind, name]) => {
                module.declared.insert(format!("{}.{kind}.{name}", block.identifier()))
            }
            ("locals", []) => {
                let names = block.body().attributes().map(|attribute| format!("local.{}", attribute.key()));
                module.declared.extend(names);
                continue;
            }
            _ => continue,
        };
    }
}

fn structures<'a>(body: &Body, file: &'a SourceFile, module: &mut Module<'a>) {
    for structure in body.iter() {
        match structure {
            Structure::Attribute(attribute) => {
                // Providers of a resource or module are names of their own.
                if !matches!(attribute.key(), "provider" | "providers") {
                    walk::expression(attribute.expr(), &mut |found| match found {
                        Found::Reference(traversal) => traversed(traversal, file, module),
                        Found::Iterator(name) => {
                            module.iterators.insert(name.to_owned());
                        }
                    });
                }
            }
            Structure::Block(block) => {
                if block.identifier() == "dynamic" {
                    module.iterators.extend(block.labels().iter().map(|label| label.as_str().to_owned()));
                }
                // What only its own validation reads is not used.
                if !matches!(block.identifier(), "terraform" | "variable") {
                    structures(block.body(), file, module);
                }
            }
        }
    }
}

fn traversed<'a>(traversal: &Traversal, file: &'a SourceFile, module: &mut Module<'a>) {
    let attributes: Vec<String> = traversal
        .operators
        .iter()
        .map_while(|operator| match operator {
            TraversalOperator::GetAttr(name) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    let Expression::Variable(root) = &traversal.expr else { return };
    let root = root.as_str();
    let reference = match (root, attributes.as_slice()) {
        ("var" | "local" | "module", [name, ..]) => format!("{root}.{name}"),
        ("data" | "ephemeral", [kind, name, ..]) => format!("{root}.{kind}.{name}"),
        ("each" | "count" | "self" | "path" | "terraform" | "data" | "ephemeral", _) => return,
        // Types of resources have the provider's prefix; another root is an iterator.
        (kind, [name, ..]) if kind.contains('_') => format!("{kind}.{name}"),
        _ => return,
    };
    module.references.push((file, reference));
}
