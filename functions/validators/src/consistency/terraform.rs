//! What Terraform's configuration refers to: variables, locals, modules, data and resources must be declared in the same
//! folder. `terraform validate` would say it too, but needs the provider's plugin, which a function does not have.

use std::collections::{BTreeMap, BTreeSet};

use hcl::{
    Body, Expression, Structure, Template, TemplateExpr, Traversal, TraversalOperator,
    expr::Operation,
    template::{Directive, Element},
};

use super::{Looked, Subject};
use crate::repository::{Kind, SourceFile};

/// What a folder declares and refers to.
#[derive(Default)]
struct Module<'a> {
    declared: BTreeSet<String>,
    references: Vec<(&'a SourceFile, String)>,
    /// Names that hold only inside: iterators of `dynamic` blocks and of `for`.
    iterators: BTreeSet<String>,
}

pub(super) fn look(subject: &Subject) -> Looked {
    let mut modules: BTreeMap<&str, Module<'_>> = BTreeMap::new();
    let mut files = 0;
    for file in subject.repository.of(Kind::Hcl).filter(|file| file.path.ends_with(".tf")) {
        // What does not parse is the syntax check's finding.
        let Some(body) = file.text().and_then(|text| hcl::parse(text).ok()) else { continue };
        files += 1;
        let module = modules.entry(file.folder()).or_default();
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
        for declared in module.declared.iter().filter(|declared| declared.starts_with("var.")) {
            let name = declared.trim_start_matches("var.");
            if used.contains(declared.as_str()) {
                continue;
            }
            let place = subject
                .repository
                .of(Kind::Hcl)
                .find_map(|file| line_of(file, &format!("variable \"{name}\"")).map(|line| (file, line)));
            if let Some((file, line)) = place {
                let message = format!("The variable `{name}` is declared and not used.");
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
                    expression(attribute.expr(), file, module);
                }
            }
            Structure::Block(block) => {
                if block.identifier() == "dynamic" {
                    module.iterators.extend(block.labels().iter().map(|label| label.as_str().to_owned()));
                }
                if block.identifier() != "terraform" {
                    structures(block.body(), file, module);
                }
            }
        }
    }
}

fn expression<'a>(value: &Expression, file: &'a SourceFile, module: &mut Module<'a>) {
    let mut each = |value: &Expression| expression(value, file, module);
    match value {
        Expression::Null
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Variable(_) => {}
        Expression::Array(values) => values.iter().for_each(each),
        Expression::Object(object) => {
            for (key, value) in object.iter() {
                if let hcl::ObjectKey::Expression(key) = key {
                    each(key);
                }
                each(value);
            }
        }
        Expression::TemplateExpr(text) => templated(text, file, module),
        Expression::Traversal(traversal) => traversed(traversal, file, module),
        Expression::FuncCall(call) => call.args.iter().for_each(each),
        Expression::Parenthesis(inner) => each(inner),
        Expression::Conditional(choice) => {
            [&choice.cond_expr, &choice.true_expr, &choice.false_expr].into_iter().for_each(each);
        }
        Expression::Operation(operation) => match operation.as_ref() {
            Operation::Unary(unary) => each(&unary.expr),
            Operation::Binary(binary) => [&binary.lhs_expr, &binary.rhs_expr].into_iter().for_each(each),
        },
        Expression::ForExpr(each_of) => {
            module.iterators.insert(each_of.value_var.to_string());
            module.iterators.extend(each_of.key_var.as_ref().map(ToString::to_string));
            let parts = [Some(&each_of.collection_expr), each_of.key_expr.as_ref(), Some(&each_of.value_expr)];
            for part in parts.into_iter().chain([each_of.cond_expr.as_ref()]).flatten() {
                expression(part, file, module);
            }
        }
        // The enum may grow; a kind that is not known refers to nothing that could be judged.
        _ => {}
    }
}

fn templated<'a>(text: &TemplateExpr, file: &'a SourceFile, module: &mut Module<'a>) {
    if let Ok(template) = Template::from_expr(text) {
        elements(&template, file, module);
    }
}

fn elements<'a>(template: &Template, file: &'a SourceFile, module: &mut Module<'a>) {
    for element in template.elements() {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(interpolation) => expression(&interpolation.expr, file, module),
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(choice) => {
                    expression(&choice.cond_expr, file, module);
                    elements(&choice.true_template, file, module);
                    if let Some(other) = &choice.false_template {
                        elements(other, file, module);
                    }
                }
                Directive::For(each_of) => {
                    module.iterators.insert(each_of.value_var.to_string());
                    module.iterators.extend(each_of.key_var.as_ref().map(ToString::to_string));
                    expression(&each_of.collection_expr, file, module);
                    elements(&each_of.template, file, module);
                }
            },
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
    for operator in &traversal.operators {
        if let TraversalOperator::Index(index) = operator {
            expression(index, file, module);
        }
    }
    let Expression::Variable(root) = &traversal.expr else {
        expression(&traversal.expr, file, module);
        return;
    };
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
