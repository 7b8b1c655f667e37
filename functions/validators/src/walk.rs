//! Finds what expressions of HCL refer to, at any depth, also inside templates.

use hcl::{
    Body, Expression, Structure, Template, TemplateExpr, Traversal, TraversalOperator,
    expr::Operation,
    template::{Directive, Element},
};

/// Something that an expression names.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// A reference such as `aws_s3_bucket.data.arn`.
    Reference(&'a Traversal),
    /// A name that holds only inside of a `for`.
    Iterator(&'a str),
}

/// Every attribute of a body and of the blocks in it, by its key.
pub fn attributes<'a>(body: &'a Body, each: &mut impl FnMut(&'a str, &'a Expression)) {
    for structure in body.iter() {
        match structure {
            Structure::Attribute(attribute) => each(attribute.key(), attribute.expr()),
            Structure::Block(block) => attributes(block.body(), each),
        }
    }
}

/// Everything that an expression names.
pub fn expression(value: &Expression, each: &mut impl FnMut(Found<'_>)) {
    match value {
        Expression::Null
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Variable(_) => {}
        Expression::Array(values) => values.iter().for_each(|value| expression(value, each)),
        Expression::Object(object) => {
            for (key, value) in object.iter() {
                if let hcl::ObjectKey::Expression(key) = key {
                    expression(key, each);
                }
                expression(value, each);
            }
        }
        Expression::TemplateExpr(text) => {
            if let Some(template) = template(text) {
                elements(&template, each);
            }
        }
        Expression::Traversal(traversal) => traversed(traversal, each),
        Expression::FuncCall(call) => call.args.iter().for_each(|value| expression(value, each)),
        Expression::Parenthesis(inner) => expression(inner, each),
        Expression::Conditional(choice) => {
            for part in [&choice.cond_expr, &choice.true_expr, &choice.false_expr] {
                expression(part, each);
            }
        }
        Expression::Operation(operation) => match operation.as_ref() {
            Operation::Unary(unary) => expression(&unary.expr, each),
            Operation::Binary(binary) => {
                expression(&binary.lhs_expr, each);
                expression(&binary.rhs_expr, each);
            }
        },
        Expression::ForExpr(each_of) => {
            each(Found::Iterator(each_of.value_var.as_str()));
            if let Some(key) = &each_of.key_var {
                each(Found::Iterator(key.as_str()));
            }
            let parts = [Some(&each_of.collection_expr), each_of.key_expr.as_ref(), Some(&each_of.value_expr)];
            for part in parts.into_iter().chain([each_of.cond_expr.as_ref()]).flatten() {
                expression(part, each);
            }
        }
        // The enum may grow; a kind that is not known refers to nothing that could be judged.
        _ => {}
    }
}

/// A template that is taken apart; `None` when it cannot be.
pub fn template(text: &TemplateExpr) -> Option<Template> {
    Template::from_expr(text).ok()
}

fn elements(template: &Template, each: &mut impl FnMut(Found<'_>)) {
    for element in template.elements() {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(interpolation) => expression(&interpolation.expr, each),
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(choice) => {
                    expression(&choice.cond_expr, each);
                    elements(&choice.true_template, each);
                    if let Some(other) = &choice.false_template {
                        elements(other, each);
                    }
                }
                Directive::For(each_of) => {
                    each(Found::Iterator(each_of.value_var.as_str()));
                    if let Some(key) = &each_of.key_var {
                        each(Found::Iterator(key.as_str()));
                    }
                    expression(&each_of.collection_expr, each);
                    elements(&each_of.template, each);
                }
            },
        }
    }
}

fn traversed(traversal: &Traversal, each: &mut impl FnMut(Found<'_>)) {
    for operator in &traversal.operators {
        if let TraversalOperator::Index(index) = operator {
            expression(index, each);
        }
    }
    if let Expression::Variable(_) = &traversal.expr {
        each(Found::Reference(traversal));
    } else {
        expression(&traversal.expr, each);
    }
}
