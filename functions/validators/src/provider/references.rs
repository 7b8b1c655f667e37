//! What references to resources and data name: it must be declared with or without instances as it is referred to, and the
//! provider must export it.

use std::collections::BTreeMap;

use hcl::{Body, Expression, Traversal, TraversalOperator};

use super::{
    Module, blocks,
    schema::{Kind, Type},
    typed,
};
use crate::repository::SourceFile;

/// Whether a resource is one or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instances {
    One,
    Count,
    ForEach,
}

/// What a folder declares.
#[derive(Debug, Default)]
pub struct Declared {
    instances: BTreeMap<(Kind, String, String), Instances>,
    variables: BTreeMap<String, Type<'static>>,
}

impl Declared {
    /// What files declare.
    pub fn of(files: &[(&SourceFile, &Body)]) -> Self {
        let mut declared = Self::default();
        for (_, block) in blocks(files) {
            let has = |name: &str| block.body().attributes().any(|attribute| attribute.key() == name);
            if let Some((kind, name, label)) = typed(block) {
                let instances = match (has("count"), has("for_each")) {
                    (true, _) => Instances::Count,
                    (false, true) => Instances::ForEach,
                    (false, false) => Instances::One,
                };
                declared.instances.insert((kind, name.to_owned(), label.to_owned()), instances);
            }
            if let ("variable", [name]) = (block.identifier(), block.labels()) {
                let wanted = block.body().attributes().find(|attribute| attribute.key() == "type");
                let wanted = wanted.map_or(Type::Any, |attribute| declared_type(attribute.expr()));
                declared.variables.insert(name.as_str().to_owned(), wanted);
            }
        }
        declared
    }
}

/// The type that a variable names: `string`, `list(string)`.
fn declared_type(value: &Expression) -> Type<'static> {
    match value {
        Expression::Variable(name) => match name.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Boolean,
            _ => Type::Any,
        },
        Expression::FuncCall(call) => {
            let inner = || Box::new(call.args.first().map_or(Type::Any, declared_type));
            match call.name.name.as_str() {
                "list" | "set" => Type::List(inner()),
                "map" => Type::Map(inner()),
                _ => Type::Any,
            }
        }
        _ => Type::Any,
    }
}

/// A reference that leads nowhere.
#[derive(Debug)]
pub struct Astray {
    /// How it is written, as far as its line is found by it.
    pub written: String,
    /// What is wrong.
    pub message: String,
}

impl Module {
    /// The type of what a reference leads to; [`Type::Any`] where nothing is known.
    pub fn reference(&self, traversal: &Traversal) -> Result<Type<'_>, Astray> {
        let Expression::Variable(root) = &traversal.expr else { return Ok(Type::Any) };
        let operators = traversal.operators.as_slice();
        let name_at = |index: usize| match operators.get(index) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let (kind, name, label, rest) = match root.as_str() {
            "var" => {
                let known = name_at(0).and_then(|name| self.declared.variables.get(name));
                return Ok(known.filter(|_| operators.len() == 1).cloned().unwrap_or(Type::Any));
            }
            "data" => match (name_at(0), name_at(1)) {
                (Some(name), Some(label)) => (Kind::Data, name, label, operators.get(2..).unwrap_or_default()),
                _ => return Ok(Type::Any),
            },
            name => match name_at(0) {
                Some(label) => (Kind::Resource, name, label, operators.get(1..).unwrap_or_default()),
                None => return Ok(Type::Any),
            },
        };
        let key = (kind, name.to_owned(), label.to_owned());
        // What is not declared is the finding of another check.
        let Some(instances) = self.declared.instances.get(&key) else { return Ok(Type::Any) };
        let Some(Some(members)) = self.types.get(&(kind, name.to_owned())) else { return Ok(Type::Any) };
        let written = format!("{name}.{label}");
        let astray = |message: String| Astray { written: written.clone(), message };
        let mut several = false;
        let rest = match (instances, rest) {
            (Instances::One, [TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_), ..]) => {
                return Err(astray(format!("`{written}` is one: it has neither `count` nor `for_each`.")));
            }
            (Instances::Count | Instances::ForEach, [TraversalOperator::GetAttr(attribute), ..]) => {
                return Err(astray(format!("`{written}` has instances: `{attribute}` needs an index before it.")));
            }
            (_, [TraversalOperator::FullSplat | TraversalOperator::AttrSplat, rest @ ..]) => {
                several = true;
                rest
            }
            (_, [TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_), rest @ ..]) => rest,
            (Instances::Count | Instances::ForEach, []) => return Ok(Type::Any),
            (_, rest) => rest,
        };
        let mut current = Type::Object(members);
        for operator in rest {
            current = match (operator, current) {
                (TraversalOperator::GetAttr(name), Type::Object(members) | Type::ObjectOrList(members)) => {
                    match members.get(name.as_str()) {
                        Some(member) => member.value(),
                        None => {
                            return Err(Astray {
                                written: format!(".{name}"),
                                message: format!("`{written}` exports no `{name}`."),
                            });
                        }
                    }
                }
                (TraversalOperator::GetAttr(_), Type::Map(inner)) => *inner,
                (TraversalOperator::GetAttr(name), other @ (Type::String | Type::Number | Type::Boolean)) => {
                    let message =
                        format!("`{name}` is asked of {}, of `{written}`, which has no attributes.", other.words());
                    return Err(Astray { written: format!(".{name}"), message });
                }
                (
                    TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_),
                    Type::List(inner) | Type::Map(inner),
                ) => *inner,
                (TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_), Type::ObjectOrList(members)) => {
                    Type::Object(members)
                }
                (TraversalOperator::FullSplat | TraversalOperator::AttrSplat, Type::List(inner)) => {
                    several = true;
                    *inner
                }
                _ => return Ok(Type::Any),
            };
        }
        Ok(if several { Type::List(Box::new(current)) } else { current })
    }
}
