//! Whether a value can be what an argument takes. Terraform turns numbers and truth values into text and back; only what
//! cannot be turned is a finding, and what is known only when it runs is none.

use hcl::{Expression, ObjectKey, expr::Operation, template::Element};

use super::{
    Module,
    schema::{Type, Use},
};
use crate::walk;

/// Rule and problem, in words that follow the argument's name.
type Problem = (&'static str, String);

impl Module {
    /// What is wrong with a value.
    pub fn value(&self, value: &Expression, wanted: &Type<'_>) -> Vec<Problem> {
        match value {
            Expression::Parenthesis(inner) => self.value(inner, wanted),
            Expression::Conditional(choice) => {
                let mut problems = self.value(&choice.true_expr, wanted);
                problems.extend(self.value(&choice.false_expr, wanted));
                problems
            }
            Expression::Array(values) => match wanted {
                Type::List(inner) => values.iter().flat_map(|value| self.value(value, inner)).collect(),
                Type::ObjectOrList(members) => {
                    values.iter().flat_map(|value| self.value(value, &Type::Object(members))).collect()
                }
                Type::Any => Vec::new(),
                other => vec![takes(other, "a list")],
            },
            Expression::Object(object) => match wanted {
                Type::Map(inner) => object.values().flat_map(|value| self.value(value, inner)).collect(),
                Type::Object(members) | Type::ObjectOrList(members) => {
                    let mut problems = Vec::new();
                    let mut given = Vec::new();
                    let mut computed = false;
                    for (key, value) in object.iter() {
                        let key = match key {
                            ObjectKey::Identifier(name) => name.as_str(),
                            ObjectKey::Expression(Expression::String(name)) => name.as_str(),
                            _ => {
                                computed = true;
                                continue;
                            }
                        };
                        given.push(key);
                        match members.get(key) {
                            Some(member) => problems.extend(self.value(value, &member.value())),
                            None => problems.push(("argument", format!("has no `{key}`"))),
                        }
                    }
                    let missing = members.iter().filter(|(name, member)| {
                        member.usage() == Use::Required && !given.contains(*name) && !computed
                    });
                    problems.extend(missing.map(|(name, _)| ("required", format!("lacks `{name}`"))));
                    problems
                }
                Type::Any => Vec::new(),
                other => vec![takes(other, "an object")],
            },
            Expression::String(text) => match wanted {
                Type::Number if text.parse::<f64>().is_err() => vec![takes(wanted, "text that is none")],
                Type::Boolean if !matches!(text.as_str(), "true" | "false") => vec![takes(wanted, "text that is none")],
                other => self.known(&Type::String, other),
            },
            other => self.known(&self.kind(other), wanted),
        }
    }

    /// What is wrong with a value of a known type.
    fn known(&self, given: &Type<'_>, wanted: &Type<'_>) -> Vec<Problem> {
        let fits = match (given, wanted) {
            (Type::Any, _) | (_, Type::Any) => true,
            // Text may hold a number; a number is no truth value.
            (Type::String, Type::String | Type::Number | Type::Boolean) => true,
            (Type::Number, Type::Number | Type::String) | (Type::Boolean, Type::Boolean | Type::String) => true,
            (Type::List(given), Type::List(wanted)) | (Type::Map(given), Type::Map(wanted)) => {
                return self.known(given, wanted);
            }
            (Type::List(_), Type::ObjectOrList(_)) | (Type::ObjectOrList(_), Type::List(_)) => true,
            (
                Type::Object(_) | Type::ObjectOrList(_) | Type::Map(_),
                Type::Object(_) | Type::ObjectOrList(_) | Type::Map(_),
            ) => true,
            _ => false,
        };
        if fits { Vec::new() } else { vec![takes(wanted, given.words())] }
    }

    /// The type of a value, as far as it is known.
    fn kind<'a>(&'a self, value: &Expression) -> Type<'a> {
        let list = || Type::List(Box::new(Type::Any));
        match value {
            Expression::Bool(_) => Type::Boolean,
            Expression::Number(_) => Type::Number,
            Expression::String(_) => Type::String,
            Expression::Array(_) => list(),
            Expression::Object(_) => Type::Map(Box::new(Type::Any)),
            Expression::TemplateExpr(text) => match walk::template(text) {
                // A single interpolation is whatever it holds.
                Some(template) => match template.elements() {
                    [Element::Interpolation(_)] => Type::Any,
                    _ => Type::String,
                },
                None => Type::Any,
            },
            Expression::Traversal(traversal) => self.reference(traversal).unwrap_or(Type::Any),
            Expression::Parenthesis(inner) => self.kind(inner),
            Expression::ForExpr(each) if each.key_expr.is_some() => Type::Map(Box::new(Type::Any)),
            Expression::ForExpr(_) => list(),
            Expression::Operation(operation) => match operation.as_ref() {
                Operation::Unary(_) => Type::Any,
                Operation::Binary(binary) => match binary.operator.as_str() {
                    "+" | "-" | "*" | "/" | "%" => Type::Number,
                    _ => Type::Boolean,
                },
            },
            Expression::FuncCall(call) => match call.name.name.as_str() {
                "base64encode" | "file" | "filebase64" | "filebase64sha256" | "filemd5" | "format" | "join"
                | "jsonencode" | "lower" | "replace" | "sha1" | "sha256" | "substr" | "templatefile" | "tostring"
                | "trimspace" | "upper" | "yamlencode" => Type::String,
                "abs" | "ceil" | "floor" | "length" | "max" | "min" | "parseint" | "tonumber" => Type::Number,
                "alltrue" | "anytrue" | "can" | "contains" | "endswith" | "startswith" | "tobool" => Type::Boolean,
                "compact" | "concat" | "distinct" | "flatten" | "keys" | "range" | "reverse" | "slice" | "sort"
                | "split" | "tolist" | "toset" | "values" => list(),
                "merge" | "tomap" | "zipmap" => Type::Map(Box::new(Type::Any)),
                _ => Type::Any,
            },
            _ => Type::Any,
        }
    }
}

fn takes(wanted: &Type<'_>, given: &str) -> Problem {
    ("value", format!("takes {}, and gets {given}", wanted.words()))
}
