//! Words and names: from what people wrote to what languages and formats accept.

use design::words::capitalised;
use knowledge::lexicon;

/// Words that say nothing about a system.
const FILLER: [&str; 62] = [
    "a", "an", "the", "we", "our", "i", "need", "needs", "want", "wants", "to", "for", "of", "with", "and", "or", "in",
    "on", "at", "by", "from", "that", "which", "is", "are", "be", "it", "its", "build", "create", "design", "make",
    "please", "system", "platform", "solution", "using", "use", "should", "must", "can", "would", "like", "us", "my",
    "this", "based", "machine", "learning", "ml", "model", "have", "will", "shall", "next", "every", "each", "all",
    "their", "there", "when", "into",
];

/// Providers, which say nothing about a system either.
const CLOUDS: [&str; 5] = ["aws", "amazon", "azure", "google", "gcp"];

/// Names that a Python package must not have: keywords, and modules that its code or its tools import.
const TAKEN: [&str; 35] = [
    "class",
    "import",
    "lambda",
    "global",
    "return",
    "yield",
    "async",
    "await",
    "test",
    "tests",
    "json",
    "logging",
    "numpy",
    "scipy",
    "sklearn",
    "fastapi",
    "pydantic",
    "boto3",
    "joblib",
    "lightgbm",
    "onnx",
    "onnxruntime",
    "torch",
    "xgboost",
    "random",
    "queue",
    "code",
    "email",
    "types",
    "http",
    "calendar",
    "statistics",
    "signal",
    "site",
    "jobs",
];

/// Names that a field of a record must not have: keywords and built-in names of Python, what pydantic's models have, and
/// what the templates use beside the fields.
const FIELDS_TAKEN: [&str; 84] = [
    "all",
    "and",
    "any",
    "as",
    "assert",
    "async",
    "await",
    "bool",
    "break",
    "bytes",
    "class",
    "continue",
    "copy",
    "created",
    "date",
    "def",
    "del",
    "dict",
    "distance",
    "drive",
    "elif",
    "else",
    "except",
    "example",
    "examples",
    "filter",
    "finally",
    "float",
    "for",
    "format",
    "from",
    "generate",
    "global",
    "group",
    "hash",
    "id",
    "if",
    "import",
    "in",
    "index",
    "input",
    "int",
    "is",
    "json",
    "label",
    "lambda",
    "len",
    "list",
    "lower",
    "map",
    "matrix",
    "max",
    "min",
    "names",
    "next",
    "not",
    "object",
    "observed_at",
    "open",
    "or",
    "pass",
    "prediction",
    "print",
    "probability",
    "query_id",
    "raise",
    "random",
    "range",
    "rank",
    "record",
    "record_id",
    "return",
    "round",
    "row",
    "rows",
    "schema",
    "score",
    "seed",
    "set",
    "sum",
    "try",
    "type",
    "upper",
    "while",
];

/// Names as Markdown lists them: "`a`, `b` and `c`".
pub fn code_list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The name of a field of a record.
pub fn field_name(name: &str) -> String {
    let is_taken = FIELDS_TAKEN.contains(&name) || name.starts_with("model_");
    if is_taken { format!("{name}_value") } else { name.to_owned() }
}

/// The name of a repository: up to four telling words of the title, otherwise the fallback.
pub fn repository_name(title: &str, fallback: &str) -> String {
    let mut name = String::new();
    let words = title
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_ascii_lowercase)
        // A word with digits, or a very long one, may be an amount, an id or a secret: never part of a name.
        .filter(|word| (3..=14).contains(&word.len()) && word.chars().all(|c| c.is_ascii_lowercase()))
        .filter(|word| !FILLER.contains(&word.as_str()))
        // What is named may be what is not wanted.
        .filter(|word| {
            lexicon::tools().iter().all(|tool| !tool.words.contains(word)) && !CLOUDS.contains(&word.as_str())
        });
    for word in words.take(4) {
        if name.len() + word.len() + 1 > 32 {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word);
    }
    if name.is_empty() {
        name.push_str(fallback);
    }
    if TAKEN.contains(&name.as_str()) {
        name.push_str("-system");
    }
    name
}

/// The Python package of a repository.
pub fn package_name(name: &str) -> String {
    name.replace('-', "_")
}

/// At most 20 characters for names in the cloud, cut between words where possible.
pub fn short_name(name: &str) -> String {
    let mut short = String::new();
    for word in name.split('-') {
        if !short.is_empty() && short.len() + 1 + word.len() > 20 {
            break;
        }
        if !short.is_empty() {
            short.push('-');
        }
        short.push_str(word);
    }
    short.truncate(20);
    short.trim_end_matches('-').to_owned()
}

/// `churn-scoring` becomes `Churn scoring`.
pub fn humanised(name: &str) -> String {
    capitalised(&name.replace('-', " "))
}

/// One line without control characters, at most `limit` characters.
pub fn one_line(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    if line.chars().count() <= limit {
        return line;
    }
    let cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Text of Markdown that shows as it was written, also in a table's cell.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text, 2000).chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text within the quotes of a Mermaid label.
pub fn mermaid(text: &str) -> String {
    one_line(text, 100).chars().filter(|c| !"\"<>#;{}[]`|\\".contains(*c)).collect()
}

/// A comment of one line in HCL, Python or YAML.
pub fn comment(text: &str) -> String {
    one_line(text, 110)
}

/// US dollars with two places, without a thousands sign.
pub fn dollars(amount: f64) -> String {
    format!("{amount:.2}")
}

/// A number without needless places.
pub fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_come_from_the_telling_words() {
        let name = |title| repository_name(title, "tabular-scoring");
        assert_eq!(name("We need to predict churn for 2M telecom customers"), "predict-churn-telecom-customers");
        assert_eq!(name("Système de détection — fraud 欺诈"), "fraud", "no halves of words");
        assert_eq!(name("欺诈检测"), "tabular-scoring");
        assert_eq!(name("json"), "json-system");
        assert_eq!(name("No Kubernetes, no Azure: parcel delays"), "parcel-delays", "what is not wanted is no name");
        assert_eq!(name("key AKIAIOSFODNN7EXAMPLE"), "key", "a word with digits may be a secret");
    }

    #[test]
    fn short_names_are_cut_between_words() {
        assert_eq!(short_name("predict-churn-telecom-customers"), "predict-churn");
        assert_eq!(short_name("a"), "a");
    }

    proptest! {
        #[test]
        fn every_title_gives_a_name_that_python_and_the_cloud_accept(title in "\\PC{0,120}") {
            let name = repository_name(&title, "tabular-scoring");
            prop_assert!(name.len() <= 40);
            prop_assert!(name.starts_with(|c: char| c.is_ascii_lowercase()));
            prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            prop_assert!(!name.contains("--") && !name.ends_with('-'));
            let short = short_name(&name);
            prop_assert!((2..=20).contains(&short.len()), "{}", short);
        }

        #[test]
        fn markdown_keeps_a_table_cell_whole(text in "\\PC{0,200}") {
            let cell = markdown(&text);
            prop_assert!(!cell.contains('\n') && !cell.contains('<'));
            prop_assert!(!cell.replace("\\\\", "").replace("\\|", "").contains('|'));
        }
    }
}
