//! The platform's own packs, evaluated in this process: they are part of the program, and tests hold them.

use std::sync::LazyLock;

use knowledge::policy::{Pack, SHIPPED};
use regorus::Engine;
use serde_json::Value;

use crate::{Fault, Outcome, engine, outcome::read_package, scan, scan::Heads};

/// All packs, read once: evaluation begins from a copy.
struct Read {
    engine: Engine,
    /// Each with the last part of its package's name.
    packs: Vec<(Pack, String, Heads)>,
}

fn read() -> Result<&'static Read, Fault> {
    static READ: LazyLock<Result<Read, Fault>> = LazyLock::new(|| {
        let mut engine = engine::with_library()?;
        let mut packs = Vec::with_capacity(SHIPPED.len());
        for pack in SHIPPED {
            let package = engine::add(&mut engine, pack.name, pack.rego)?;
            let name = package.strip_prefix("data.packs.").unwrap_or(&package).to_owned();
            packs.push((pack, name, scan::look_over(pack.rego)?));
        }
        // The first query makes ready what the copies then share.
        engine::evaluate(&mut engine, "data.library")?;
        Ok(Read { engine, packs })
    });
    READ.as_ref().map_err(Clone::clone)
}

/// What the shipped packs say of an input, pack by pack.
///
/// # Errors
/// When a pack cannot be evaluated, which tests keep from happening.
pub fn evaluate(input: &Value) -> Result<Vec<(&'static str, Vec<Outcome>)>, Fault> {
    let read = read()?;
    let mut engine = read.engine.clone();
    engine.set_input(engine::input(input)?);
    let mut outcomes = Vec::with_capacity(read.packs.len());
    // One query for all: each makes the engine ready anew.
    let mut values = engine::evaluate(&mut engine, "data.packs")?;
    for (pack, package, heads) in &read.packs {
        let value = values[package.as_str()].take();
        outcomes.push((pack.name, read_package(value, pack.rego, heads)?));
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a helper of the library gives.
    fn said(expression: &str) -> Value {
        let mut engine = engine::with_library().unwrap();
        let text = format!("package test\n\nimport data.library.words\n\nx := words.{expression}");
        let package = engine::add(&mut engine, "test", &text).unwrap();
        engine::evaluate(&mut engine, &package).unwrap()["x"].take()
    }

    #[test]
    fn facts_are_put_in_words() {
        for (expression, words) in [
            ("said(null)", "not stated"),
            ("said(\"x\")", "x"),
            ("said(true)", "yes"),
            ("said([])", "none"),
            ("said([\"a\", 2])", "a, 2"),
            ("said({\"b\", \"a\"})", "a, b"),
            ("said(0)", "0"),
            ("said(25.5)", "25.5"),
            ("said(99.999)", "100"),
            ("said(-2.71234)", "-2.71"),
            ("said(465.74)", "466"),
            ("said(999.5)", "1,000"),
            ("said(1460.25)", "1,460"),
            ("said(20005)", "20,005"),
            ("said(999999.7)", "1,000,000"),
            ("said(1234567.8)", "1,234,568"),
            ("said(2000000000)", "2000 million"),
        ] {
            assert_eq!(said(expression), words, "{expression}");
        }
    }
}
