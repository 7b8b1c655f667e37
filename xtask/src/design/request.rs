//! What `cargo xtask design` was asked, read and checked before anything is started.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Result;
use design::constraint::ConstraintField;
use run::{
    answer::{AnswerValue, Answers},
    gate::GateKind,
};
use serde_json::Value;

use super::{DesignArgs, refuse};

/// Longest requirement that the API takes, in Unicode scalar values.
const REQUIREMENT_MAX_CHARACTERS: usize = design::input::REQUIREMENT_MAX_CHARACTERS;

/// What a file of answers looks like.
const ANSWERS_EXAMPLE: &str = r#"a JSON object such as {"budget": 500, "regions": ["eu-central-1"]}"#;

/// What was asked.
#[derive(Debug)]
pub struct Request {
    /// The requirement in plain language.
    pub requirement: String,
    /// The answers to the questions that may be asked.
    pub answers: Answers,
    /// The file that the answers were read from, for messages.
    pub answers_file: PathBuf,
    /// Origin of the platform to use, without a slash at the end; none when the local one is used.
    pub endpoint: Option<String>,
}

impl Request {
    /// Reads and checks the arguments.
    ///
    /// # Errors
    /// [`super::BadInput`] with the argument and the fix.
    pub fn read(args: &DesignArgs) -> Result<Self> {
        let answers = args.answers.as_deref().map(read_answers).transpose()?.unwrap_or_default();
        if args.thin && !answers.is_empty() {
            return refuse(
                "--thin runs without gates and takes every default, so --answers would be ignored: leave one of them out"
                    .into(),
            );
        }
        Ok(Self {
            requirement: read_requirement(args.text.as_deref(), args.requirement_file.as_deref())?,
            answers,
            answers_file: args.answers.clone().unwrap_or_default(),
            endpoint: args.endpoint.as_deref().map(origin).transpose()?,
        })
    }

    /// Checks at a gate that every answer is to one of the questions that were `asked` so far, or that may be asked in a
    /// later round. `view` is the decision set as the API shows it at this moment.
    ///
    /// # Errors
    /// [`super::BadInput`] with the answers that would be ignored, why, and the questions that are asked.
    pub fn check_asked(&self, gate: GateKind, asked: &BTreeSet<String>, view: &Value) -> Result<()> {
        let ignored: Vec<String> = self
            .answers
            .keys()
            .filter(|id| !asked.contains(*id))
            .filter_map(|id| Some(format!("\n  `{id}` is not asked: {}", why_not_asked(id, gate, view)?)))
            .collect();
        if ignored.is_empty() {
            return Ok(());
        }
        let asked = if asked.is_empty() {
            "nothing is asked in this run".to_owned()
        } else {
            format!("asked: {}", quoted(asked.iter().map(String::as_str)))
        };
        refuse(format!(
            "--answers {}: {} would be ignored; take it out of the file, and say it in the requirement where it matters{}\n  {asked}",
            self.answers_file.display(),
            if ignored.len() == 1 { "an answer" } else { "answers" },
            ignored.concat()
        ))
    }
}

/// Why an answer that a gate does not ask for will never be asked for; none when a later round may ask.
fn why_not_asked(id: &str, gate: GateKind, view: &Value) -> Option<&'static str> {
    let names = |list: &Value| list.as_array().is_some_and(|entries| entries.iter().any(|entry| entry["field"] == id));
    if names(&view["questions"]["unasked"]) {
        return Some("the design is the same whatever the answer");
    }
    let known = !view["constraints"][id].is_null();
    match gate {
        // A later round asks for what is unknown still, or only guessed.
        GateKind::Input if !known || names(&view["coverage"]["gaps"]) => None,
        GateKind::Input | GateKind::Final if known => Some("the requirement, or the parent version, says it already"),
        GateKind::Input | GateKind::Final => Some("enough is known without it"),
    }
}

/// Names in backticks, with commas.
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The requirement from the command line, a file or standard input.
fn read_requirement(text: Option<&str>, file: Option<&Path>) -> Result<String> {
    let requirement = match (text, file) {
        (Some(text), None) => text.to_owned(),
        (None, Some(file)) if file == Path::new("-") => {
            let mut text = String::new();
            if let Err(error) = std::io::stdin().read_to_string(&mut text) {
                return refuse(format!("standard input cannot be read as UTF-8 text: {error}"));
            }
            text
        }
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return refuse(format!("--requirement-file {}: {error}", file.display())),
        },
        (None, None) => {
            return refuse(
                "what shall be designed? Give the requirement as TEXT or with --requirement-file FILE".into(),
            );
        }
        (Some(_), Some(_)) => return refuse("give TEXT or --requirement-file, not both".into()),
    };
    let length = requirement.chars().count();
    if requirement.trim().is_empty() {
        return refuse("the requirement is empty: say what the system shall do".into());
    }
    if length > REQUIREMENT_MAX_CHARACTERS {
        return refuse(format!(
            "the requirement has {length} characters; at most {REQUIREMENT_MAX_CHARACTERS} are accepted: shorten it"
        ));
    }
    Ok(requirement)
}

/// The answers in a file.
fn read_answers(file: &Path) -> Result<Answers> {
    let name = file.display();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return refuse(format!("--answers {name}: {error}")),
    };
    match parse_answers(&text) {
        Ok(answers) => Ok(answers),
        Err(problem) => refuse(format!("--answers {name}: {problem}")),
    }
}

/// The answers in a JSON text; or everything that is wrong with it, in words.
fn parse_answers(text: &str) -> Result<Answers, String> {
    let values: BTreeMap<String, Value> = match serde_json::from_str(text) {
        Ok(Value::Object(values)) => values.into_iter().collect(),
        Ok(Value::Array(_)) => return Err(format!("is a JSON list; expected {ANSWERS_EXAMPLE}")),
        Ok(other) => return Err(format!("is {other}; expected {ANSWERS_EXAMPLE}")),
        Err(error) => return Err(format!("is not JSON ({error}); expected {ANSWERS_EXAMPLE}")),
    };
    let known = ConstraintField::ALL.map(ConstraintField::as_str);
    let mut answers = Answers::new();
    let mut problems = Vec::new();
    let mut strange = false;
    for (id, value) in values {
        if !known.contains(&id.as_str()) {
            problems.push(format!("\n  `{id}` is no question"));
            strange = true;
        } else if value.is_null() {
            problems.push(format!("\n  `{id}` is null; leave it out to take its default"));
        } else {
            match serde_json::from_value::<AnswerValue>(value.clone()) {
                Ok(answer) => {
                    answers.insert(id, answer);
                }
                Err(_) => {
                    problems.push(format!("\n  `{id}` is {value}; a number, a text or a list of texts is expected"))
                }
            }
        }
    }
    if problems.is_empty() {
        return Ok(answers);
    }
    let known = if strange { format!("\n  known ids: {}", quoted(known)) } else { String::new() };
    Err(format!("cannot be used as it is{}{known}", problems.concat()))
}

/// The origin of a platform from what was given as its address.
fn origin(given: &str) -> Result<String> {
    let fix = "give the address of a running platform, such as http://127.0.0.1:8080, or leave --endpoint out";
    let address = match reqwest::Url::parse(given) {
        Ok(address) if matches!(address.scheme(), "http" | "https") && address.has_host() => address,
        Ok(_) => return refuse(format!("--endpoint {given} does not begin with http:// or https://: {fix}")),
        Err(error) => return refuse(format!("--endpoint {given} is not an address ({error}): {fix}")),
    };
    if address.query().is_some() || address.fragment().is_some() {
        return refuse(format!("--endpoint {given} is more than an address: {fix}"));
    }
    // `cargo xtask dev` shows the API's address with its version; whoever copies that one means the same platform.
    let address = address.as_str().trim_end_matches('/');
    Ok(address.strip_suffix("/v1").unwrap_or(address).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::design::BadInput;

    /// These ids as questions that were asked.
    fn asked(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    fn request(answers: &str) -> Request {
        Request {
            requirement: "Score churn".into(),
            answers: parse_answers(answers).unwrap(),
            answers_file: "answers.json".into(),
            endpoint: None,
        }
    }

    /// The decision set at a gate: the budget is stated, the cloud makes no difference, the task is only implied.
    fn view() -> Value {
        json!({
            "constraints": {"budget": {"value": 1}, "ml_task": {"value": "classification"}, "latency": null},
            "coverage": {"gaps": [{"field": "ml_task"}]},
            "questions": {"unasked": [{"field": "cloud"}]},
        })
    }

    #[test]
    fn a_file_of_answers_is_an_object_of_known_ids() {
        assert_eq!(parse_answers(r#"{"budget": 5, "regions": ["eu-central-1"]}"#).unwrap().len(), 2);
        for (text, expected) in [
            ("[1]", "JSON list"),
            ("7", "is 7"),
            ("{", "not JSON"),
            (r#"{"nonsense": 1}"#, "`nonsense` is no question"),
            (r#"{"nonsense": 1}"#, "`budget`, `regions`"),
            (r#"{"budget": true}"#, "`budget` is true; a number, a text or a list"),
            (r#"{"budget": null}"#, "leave it out"),
        ] {
            let problem = parse_answers(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn all_problems_of_the_answers_are_named_at_once() {
        let problem = parse_answers(r#"{"nonsense": 1, "budget": {}}"#).unwrap_err();
        assert!(problem.contains("nonsense") && problem.contains("`budget` is {}"), "{problem}");
    }

    #[test]
    fn an_answer_to_what_is_asked_or_may_be_asked_is_kept() {
        let request = request(r#"{"regions": [], "latency": 5, "ml_task": "regression"}"#);
        request.check_asked(GateKind::Input, &asked(&["regions"]), &view()).unwrap();
        // Nothing is asked after the final gate.
        request.check_asked(GateKind::Final, &asked(&["regions"]), &view()).unwrap_err();
        request.check_asked(GateKind::Final, &asked(&["regions", "latency", "ml_task"]), &view()).unwrap();
    }

    #[test]
    fn an_answer_that_nothing_asks_for_is_refused_with_the_questions() {
        let asked = asked(&["regions", "latency"]);
        for (answers, why) in
            [(r#"{"budget": 5}"#, "says it already"), (r#"{"cloud": "aws"}"#, "the same whatever the answer")]
        {
            let error = request(answers).check_asked(GateKind::Input, &asked, &view()).unwrap_err();
            assert!(error.is::<BadInput>());
            let message = error.to_string();
            assert!(message.contains(why) && message.contains("asked: `latency`, `regions`"), "{message}");
        }
    }

    #[test]
    fn answers_to_a_run_without_questions_are_refused() {
        let error =
            request(r#"{"latency": 5}"#).check_asked(GateKind::Final, &asked(&[]), &view()).unwrap_err().to_string();
        assert!(error.contains("nothing is asked in this run") && error.contains("enough is known"), "{error}");
    }

    #[test]
    fn an_endpoint_is_an_http_address() {
        assert_eq!(origin("http://127.0.0.1:8080/").unwrap(), "http://127.0.0.1:8080");
        assert_eq!(origin("https://example.com/v1").unwrap(), "https://example.com");
        for given in ["notaurl", "localhost:8080", "127.0.0.1:8080", "ftp://host", "http://", "http://host/?a=b"] {
            let error = origin(given).unwrap_err();
            assert!(error.is::<BadInput>(), "{given}");
            assert!(error.to_string().contains("such as http://127.0.0.1:8080"), "{error}");
        }
    }
}
