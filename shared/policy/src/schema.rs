//! Which facts there are: the input's JSON Schema.

use std::sync::LazyLock;

use serde_json::Value;

use crate::scan::Step;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    // A test of `knowledge` reads it; were it broken, every fact would be unknown.
    serde_json::from_str(knowledge::policy::INPUT_SCHEMA).unwrap_or_default()
});

/// What is wrong with the way through the input; what comes behind a free object is not known.
pub(crate) fn check(steps: &[Step<'_>]) -> Result<(), String> {
    let mut at = &*SCHEMA;
    for step in steps {
        if let Some(items) = at.get("items") {
            match step {
                Step::Any => at = items,
                Step::Field(name) if name.chars().all(|c| c.is_ascii_digit()) => at = items,
                Step::Field(name) => {
                    return Err(format!(
                        "is not there: `{name}` is asked of a list; say of which element, as in `some part in …`"
                    ));
                }
            }
            continue;
        }
        let Some(properties) = at.get("properties").and_then(Value::as_object) else {
            return if at.get("additionalProperties").is_some() {
                Ok(())
            } else {
                Err("is not there: what is before the last name is no object".to_owned())
            };
        };
        match step {
            Step::Any => return Ok(()),
            Step::Field(name) => match properties.get(*name) {
                Some(next) => at = next,
                None => {
                    let known = properties.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    return Err(format!("is not there: there is no `{name}` beside {known}"));
                }
            },
        }
    }
    Ok(())
}
