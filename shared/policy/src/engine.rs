//! Rego, evaluated by `regorus`.

use regorus::{Engine, LimitError, Value};

use crate::{Fault, FaultKind, Outcome, outcome::read_package, scan};

/// An engine that knows the library.
pub(crate) fn with_library() -> Result<Engine, Fault> {
    let mut engine = Engine::new();
    // An operation that makes no sense is told, not taken for "does not hold".
    engine.set_strict_builtin_errors(true);
    for file in &knowledge::policy::LIBRARY {
        add(&mut engine, file.name, file.rego)?;
    }
    Ok(engine)
}

/// Adds a text; the answer is its package, such as `data.packs.gdpr`.
pub(crate) fn add(engine: &mut Engine, name: &str, text: &str) -> Result<String, Fault> {
    engine.add_policy(format!("{name}.rego"), text.to_owned()).map_err(|error| {
        let mut fault = understood(&error, FaultKind::Syntax);
        if fault.message.contains("`package`") {
            fault.message = "the text does not begin with a package; write `package acme` above everything".to_owned();
        }
        fault
    })
}

/// What a package evaluates to.
pub(crate) fn evaluate(engine: &mut Engine, package: &str) -> Result<serde_json::Value, Fault> {
    let results =
        engine.eval_query(package.to_owned(), false).map_err(|error| understood(&error, FaultKind::Evaluation))?;
    let value = results.result.into_iter().next().and_then(|result| result.expressions.into_iter().next());
    let json = serde_json::to_value(value.map_or(Value::Undefined, |expression| expression.value));
    json.map_err(|error| Fault::new(FaultKind::Evaluation, format!("the result is no JSON: {error}")))
}

/// The input as the engine takes it.
pub(crate) fn input(json: &serde_json::Value) -> Result<Value, Fault> {
    Value::from_json_str(&json.to_string())
        .map_err(|error| Fault::new(FaultKind::Evaluation, format!("the input cannot be read: {error}")))
}

/// Checks one pack and evaluates it for each of the inputs, in this process and without limits but the timer's.
pub(crate) fn pack(
    mut engine: Engine,
    name: &str,
    text: &str,
    inputs: &[serde_json::Value],
) -> Result<Vec<Vec<Outcome>>, Fault> {
    let package = add(&mut engine, name, text)?;
    if package == "data.library" || package.starts_with("data.library.") {
        return Err(Fault::at(FaultKind::Reference, 1, "the package `library` is the platform's; choose another name"));
    }
    let heads = scan::look_over(text)?;
    let mut outcomes = Vec::with_capacity(inputs.len());
    for json in inputs {
        engine.set_input(input(json)?);
        let rules = read_package(evaluate(&mut engine, &package)?, text, &heads)?;
        let prefix = format!("{name}.");
        if let Some(stranger) = rules.iter().map(|outcome| &outcome.rule.id).find(|id| !is_id(id, &prefix)) {
            return Err(Fault::new(
                FaultKind::Shape,
                format!(
                    "the rule `{stranger}` is not named as rules of this pack are: `{prefix}` and small letters, digits, \
                     hyphens and dots, such as `{prefix}region`"
                ),
            ));
        }
        outcomes.push(rules);
    }
    Ok(outcomes)
}

/// Ids are what a person writes to waive a rule, so they are plain.
fn is_id(id: &str, prefix: &str) -> bool {
    id.len() <= 100
        && id.strip_prefix(prefix).is_some_and(|rest| {
            rest.split(['.', '-'])
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
        })
}

/// The engine's words: `--> file:line:column`, the line itself, and `error: …`.
fn understood(error: &anyhow::Error, kind: FaultKind) -> Fault {
    if let Some(limit) = error.downcast_ref::<LimitError>() {
        return match limit {
            LimitError::TimeLimitExceeded { limit, .. } => Fault::new(
                FaultKind::Time,
                format!("time limit: it took more than {} ms of processor time", limit.as_millis()),
            ),
            LimitError::MemoryLimitExceeded { .. } | LimitError::RegexSizeLimitExceeded { .. } => {
                Fault::new(FaultKind::Memory, "memory limit: it took too much memory")
            }
        };
    }
    let text = error.to_string();
    let place = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    let line = place.and_then(|place| place.rsplit(':').nth(1)).and_then(|line| line.parse().ok());
    // Further excerpts of the text follow; the first sentence says it.
    let message = text.split_once("error: ").map_or(text.as_str(), |(_, message)| message);
    let message = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it cannot be read");
    Fault { kind, line, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!("../../knowledge/data/policies/README.md");

    fn judged(name: &str, text: &str) -> Result<Vec<Vec<Outcome>>, Fault> {
        let inputs: Vec<serde_json::Value> =
            crate::examples().unwrap().into_iter().map(|example| example.input).collect();
        pack(with_library().unwrap(), name, text, &inputs)
    }

    #[test]
    fn the_readmes_example_is_a_pack() {
        let text = README.split("```rego").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let outcomes = judged("acme", text).unwrap();
        let reading = outcomes[0][0].reading.as_ref().unwrap();
        assert!(reading.holds, "the first example is private: {reading:?}");
        assert_eq!(outcomes[1][0].reading, None, "nothing was said of the data");
    }

    fn problem(rest: &str) -> String {
        judged("acme", &format!("package acme\n\n{rest}")).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_rule_is_told() {
        let sheet = r#"rules["acme.a"] := {"title": "x", "severity": "minor", "remedy": "x"}"#;
        let applies = r#"applies contains "acme.a""#;
        let holds = r#"holds contains "acme.a" if input.version == 1"#;
        assert!(judged("acme", &format!("package acme\n{sheet}\n{applies}\n{holds}")).unwrap()[0][0].reading.is_some());
        for (rest, words) in [
            (format!("{sheet}\n{holds}"), "nothing says when rule `acme.a` applies"),
            (format!("{sheet}\n{applies}"), "rule `acme.a` demands nothing"),
            (format!("{sheet}\n{applies}\n{holds}\nholds contains \"acme.b\""), "`holds` speaks of `acme.b`"),
            (format!("{sheet}\n{applies}\n{holds}\nevidence[\"acme.a\"] := 7"), "`evidence` is not texts"),
            (sheet.replace("minor", "terrible"), "line 3: the sheet of rule `acme.a` is not complete"),
            (sheet.replace("\"remedy\"", "\"remedie\""), "remedy"),
            (
                format!(
                    "{}\n{}\n{}",
                    sheet.replace(".a", ".Ä"),
                    applies.replace(".a", ".Ä"),
                    holds.replace(".a", ".Ä")
                ),
                "not named",
            ),
            (format!("{sheet}\n{applies}\nholds contains \"acme.a\" if {{\n  1 == \n}}"), "line 7"),
            (format!("{sheet}\n{applies}\nholds contains \"acme.a\" if input.plan.latency_ms * 2 < 3"), "null"),
        ] {
            let said = problem(&rest);
            assert!(said.contains(words), "{rest}\n{said}");
        }
    }

    #[test]
    fn both_ways_of_a_rule_must_be_good() {
        let rule = |offenders: &str, holds: &str| {
            let text = format!(
                "package acme\nrules[\"acme.a\"] := {{\"title\": \"x\", \"severity\": \"minor\", \"remedy\": \"x\"}}\napplies contains \"acme.a\"\noffenders[\"acme.a\"] := {offenders}\n{holds}"
            );
            judged("acme", &text).unwrap()[0][0].reading.as_ref().unwrap().holds
        };
        assert!(rule("set()", ""));
        assert!(!rule("{\"x\"}", ""));
        assert!(rule("set()", "holds contains \"acme.a\" if input.version == 1"));
        assert!(!rule("set()", "holds contains \"acme.a\" if input.version == 2"));
        assert!(!rule("{\"x\"}", "holds contains \"acme.a\" if input.version == 1"));
        assert!(!rule("set()", "holds contains id if {\n  input.version == 2\n  some id in {\"acme.a\"}\n}"));
    }
}
