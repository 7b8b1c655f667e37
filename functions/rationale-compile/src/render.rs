//! Templates: embedded, strict about what they are given, and escaping what they print.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig};
use serde::Serialize;

use design::words;

use crate::markdown;

/// The templates by name.
const TEMPLATES: [(&str, &str); 6] = [
    ("parts.j2", include_str!("../templates/parts.j2")),
    ("architecture.md", include_str!("../templates/architecture.md.j2")),
    ("cost.md", include_str!("../templates/cost.md.j2")),
    ("policy.md", include_str!("../templates/policy.md.j2")),
    ("traceability.md", include_str!("../templates/traceability.md.j2")),
    ("validation.md", include_str!("../templates/validation.md.j2")),
];

/// An environment in which every printed value is escaped as Markdown, unless a filter says how else it is written.
fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    // Debug information would put the requirement into the error, and from there into logs.
    environment.set_debug(false);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        let written = match value.as_str() {
            Some(text) if value.is_safe() => out.write_str(text),
            Some(text) => out.write_str(&markdown::text(text)),
            // Nothing to print is a mistake of the template, as is a list.
            None if value.is_none() || value.is_undefined() || value.try_iter().is_ok() => {
                return Err(Error::new(ErrorKind::BadEscape, format!("{value:?} is not a text")));
            }
            None => write!(out, "{value}"),
        };
        written.map_err(|error| Error::new(ErrorKind::WriteFailure, "formatting failed").with_source(error))
    });
    let written = Value::from_safe_string;
    environment.add_filter("code", move |text: &str| written(markdown::code(text)));
    environment.add_filter("codes", move |texts: Vec<String>| {
        written(texts.iter().map(|text| markdown::code(text)).collect::<Vec<_>>().join(", "))
    });
    // Only for the templates' own signs, such as the arrows of a diagram.
    environment.add_filter("raw", move |text: &str| written(text.to_owned()));
    environment.add_filter("quote", move |text: &str| written(markdown::quote(text)));
    environment.add_filter("mermaid", move |text: &str| written(markdown::mermaid_label(text)));
    environment.add_filter("usd", words::usd);
    environment.add_filter("percent", words::percent);
    environment.add_filter("share", words::share);
    environment.add_filter("num", words::readable);
    environment.add_filter("spaced", |text: &str| text.replace('_', " "));
    environment.add_filter("plural", |count: u64, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    });
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Renders each of the documents; a text ends with exactly one line end and has no two blank lines in a row.
///
/// # Errors
/// When a template asks for something that it is not given: our own fault.
pub fn render(names: &[&'static str], context: &impl Serialize) -> Result<Vec<String>, Error> {
    let environment = environment()?;
    names
        .iter()
        .map(|name| {
            let text = environment.get_template(name)?.render(minijinja::value::Serde(context))?;
            Ok(tidy(&text))
        })
        .collect()
}

/// Blank lines come one at a time, one before each heading, and none at the ends.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        // Only headings begin with this sign: in what is printed it is escaped.
        if line.starts_with('#') && lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push("");
        }
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn print(template: &'static str, context: Value) -> Result<String, Error> {
        let mut environment = environment().unwrap();
        environment.add_template("t", template).unwrap();
        environment.get_template("t").unwrap().render(context)
    }

    #[test]
    fn what_is_printed_is_escaped_unless_a_filter_says_how() {
        assert_eq!(print("| {{ a }} |", context! { a => "x | y\n# z" }).unwrap(), "| x \\| y \\# z |");
        assert_eq!(print("{{ a | code }}", context! { a => "a.b" }).unwrap(), "`a.b`");
        assert_eq!(print("{{ a }} {{ b }}", context! { a => 3, b => 0.5 }).unwrap(), "3 0.5");
    }

    #[test]
    fn a_missing_or_empty_value_is_an_error() {
        assert!(print("{{ absent }}", context! {}).is_err());
        assert!(print("{{ a }}", context! { a => None::<String> }).is_err());
        assert!(print("{{ a }}", context! { a => vec![1] }).is_err());
    }
}
