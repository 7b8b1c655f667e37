//! What a model may change in the files that an implementer wrote: pieces of Python and Markdown, nothing that runs more
//! than the template's text does. The changed repository goes through the same checks; where one of them fails, every text
//! of a model gives way to its template's ([`Mend`]s that `validators` proposes).

use std::collections::BTreeMap;

use agent::{Consultation, Consulted, Prompt, Taken, Thought};
use design::{repository::RepositoryPart, signal::NoSignal, validation::Mend};
use run::body::BodyRef;
use serde::{Deserialize, Serialize};

use crate::{Blueprint, Implementer, Request, SourceFile, guard, source::content_type, write};

/// Most tokens of an answer: eight changes of a few lines.
const MOST_TOKENS: u32 = 4_000;
/// Most bytes of files that are shown: a small model reads them beside the rest.
const MOST_BYTES: usize = 40_000;
/// Most changes that are looked at.
const MOST_CHANGES: usize = 12;
/// How much longer a file may get, in bytes.
const MOST_GROWTH: usize = 4_000;

/// What a model would change.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImplementerAnswer {
    /// Pieces of files that would be written differently; empty when there are none.
    #[schemars(length(max = 12))]
    pub changes: Vec<Change>,
}

/// A piece of a file and the text in its place.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The file, as it is named in the question.
    pub path: String,
    /// A piece of its text that is found exactly once, letter by letter.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
    /// Why, in one or two sentences.
    pub why: String,
}

/// What the prompt is rendered from.
#[derive(Debug, Serialize)]
struct Context<'a> {
    requirement: &'a str,
    components: Vec<Component<'a>>,
    files: Vec<Shown<'a>>,
    not_shown: usize,
}

#[derive(Debug, Serialize)]
struct Component<'a> {
    capability: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    path: &'a str,
    purpose: &'a str,
    text: &'a str,
}

/// Asks what would be written differently. Nothing where the checks of an earlier round failed: then the templates alone
/// speak.
pub(crate) fn consult<I: Implementer>(
    implementer: &I,
    request: &Request,
    rules: &Thought<RepositoryPart, NoSignal>,
) -> Consulted<RepositoryPart, NoSignal> {
    if !request.mends.is_empty() {
        return Ok(None);
    }
    let blueprint = Blueprint::of(&request.subject()?)?;
    let files = write(implementer, &blueprint)?;
    let (shown, not_shown) = shown(files, &rules.output);
    if shown.is_empty() {
        return Ok(None);
    }
    let own = blueprint.components.iter().filter(|component| I::CAPABILITIES.contains(&component.capability));
    let context = Context {
        requirement: &request.requirement,
        components: own
            .map(|component| Component { capability: component.capability.as_str(), name: &component.name })
            .collect(),
        files: shown
            .iter()
            .map(|file| Shown { path: &file.path, purpose: &file.purpose, text: &file.content })
            .collect(),
        not_shown,
    };
    let prompt = Prompt { name: I::NODE.as_str(), text: I::PROMPT }.render(&context)?;
    let requirement = request.requirement.clone();
    Ok(Some(Consultation::new(prompt, MOST_TOKENS, move |thought: &mut Thought<RepositoryPart, NoSignal>, answer| {
        rewrite(&mut thought.output, &shown, &requirement, &answer)
    })))
}

/// The files that a model sees, and how many of those that it might are left out. A file that is no longer as its template
/// wrote it is not among them.
fn shown(files: Vec<SourceFile>, part: &RepositoryPart) -> (Vec<SourceFile>, usize) {
    let as_written = |file: &SourceFile| {
        let body = BodyRef::of(file.content.as_bytes());
        part.files.iter().any(|stored| stored.path == file.path && stored.body.sha256 == body.sha256)
    };
    let (mut shown, mut room, mut left) = (Vec::new(), MOST_BYTES, 0);
    for file in files.into_iter().filter(|file| guard::may_be_changed(&file.path) && as_written(file)) {
        match room.checked_sub(file.content.len()) {
            Some(rest) => {
                room = rest;
                shown.push(file);
            }
            None => left += 1,
        }
    }
    (shown, left)
}

/// Puts the changes that may be into the part, each with the way back to the template's text.
pub fn rewrite(
    part: &mut RepositoryPart,
    shown: &[SourceFile],
    requirement: &str,
    answer: &ImplementerAnswer,
) -> Taken {
    let mut taken = Taken::default();
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for change in answer.changes.iter().take(MOST_CHANGES) {
        let Some(file) = shown.iter().find(|file| file.path == change.path) else {
            taken.drop(&change.path, "it is not among the files that were shown");
            continue;
        };
        let now = texts.get(file.path.as_str()).unwrap_or(&file.content);
        match changed(file, now, change, requirement) {
            Ok(text) => {
                texts.insert(&file.path, text);
                taken.keep(&file.path, &change.why);
            }
            Err(why) => taken.drop(&file.path, &why),
        }
    }
    for (path, text) in texts {
        let Some(stored) = part.files.iter_mut().find(|stored| stored.path == path) else { continue };
        let body = BodyRef::of(text.as_bytes());
        part.fallbacks.push(Mend {
            path: path.to_owned(),
            of: body.sha256.clone(),
            body: std::mem::replace(&mut stored.body, body),
            by: vec![Mend::TEMPLATE.to_owned()],
        });
        taken.store(text.into_bytes(), content_type(path));
    }
    taken
}

/// The file's text with a change, or why it is not made.
fn changed(file: &SourceFile, now: &str, change: &Change, requirement: &str) -> Result<String, String> {
    if change.find.trim().is_empty() {
        return Err("it names no text of the file".to_owned());
    }
    if change.find == change.replace {
        return Err("it changes nothing".to_owned());
    }
    match now.matches(&change.find).count() {
        1 => {}
        0 => return Err("the text that it names is not in the file".to_owned()),
        times => return Err(format!("the text that it names is in the file {times} times")),
    }
    let text = now.replacen(&change.find, &change.replace, 1);
    if text.len() > file.content.len() + MOST_GROWTH {
        return Err("it makes the file much longer".to_owned());
    }
    guard::check(&file.path, &file.content, &text, requirement)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use design::{node::Node, repository::RepositoryFile};

    use super::*;

    const MODULE: &str = "import json\n\nWAIT_DAYS = 7\nMINIMUM_QUALITY = 0.8\n\n\n\
                          def late(days: int) -> bool:\n    return days > WAIT_DAYS\n";
    const TESTS: &str = "import json\n\n\ndef test_late() -> None:\n    assert late(8)\n    assert not late(7)\n";
    const REQUIREMENT: &str =
        "Labels come after 9 days. Write to Mona Lindqvist in the third house of Baker Street about all of it.";

    fn part(files: &[SourceFile]) -> RepositoryPart {
        let stored = |file: &SourceFile| RepositoryFile {
            path: file.path.clone(),
            body: BodyRef::of(file.content.as_bytes()),
            executable: false,
            purpose: String::new(),
            patterns: Vec::new(),
            written_by: Node::ImplementTraining.name(),
        };
        RepositoryPart { files: files.iter().map(stored).collect(), fallbacks: Vec::new() }
    }

    fn file(path: &str, content: &str) -> SourceFile {
        SourceFile { path: path.into(), content: content.into(), purpose: String::new(), patterns: Vec::new() }
    }

    fn change(path: &str, find: &str, replace: &str) -> Change {
        Change { path: path.into(), find: find.into(), replace: replace.into(), why: "Because.".into() }
    }

    #[test]
    fn a_change_has_its_way_back() {
        let files = [file("src/a.py", MODULE), file("README.md", "# A\n")];
        let mut part = part(&files);
        let before = part.clone();
        let answer = ImplementerAnswer {
            changes: vec![
                change("src/a.py", "WAIT_DAYS = 7", "WAIT_DAYS = 9"),
                change("src/a.py", "days > WAIT_DAYS", "days >= WAIT_DAYS"),
            ],
        };
        let taken = rewrite(&mut part, &files, REQUIREMENT, &answer);
        assert_eq!((taken.kept.len(), taken.dropped.len()), (2, 0), "{taken:?}");
        let text = MODULE.replace("= 7", "= 9").replace("days > WAIT", "days >= WAIT");
        assert_eq!(part.files[0].body, BodyRef::of(text.as_bytes()));
        assert_eq!(taken.bodies(), [(text.into_bytes(), "text/x-python")]);
        assert_eq!(part.fallbacks.len(), 1);
        assert_eq!(part.fallbacks[0].of, part.files[0].body.sha256);
        assert_eq!(part.fallbacks[0].body, before.files[0].body);
        assert_eq!(part.files[1], before.files[1]);
    }

    #[test]
    fn what_may_not_be_changed_stays_for_a_reason() {
        let files = [file("src/a.py", MODULE), file("tests/test_a.py", TESTS), file("README.md", "# A\n\nA day.\n")];
        for (one, reason) in [
            (change("infra/main.tf", "x", "y"), "not among the files"),
            (change("src/a.py", "", "y"), "names no text"),
            (change("src/a.py", "WAIT_WEEKS", "y"), "not in the file"),
            (change("src/a.py", "WAIT_DAYS", "DAYS"), "2 times"),
            (change("src/a.py", "= 7", "= 7"), "changes nothing"),
            (change("src/a.py", "= 7", "= ("), "no Python"),
            (change("src/a.py", "import json", "import json\nimport socket"), "imports socket"),
            (change("src/a.py", "return days", "__import__('os').system('x')\n    return days"), "calls"),
            (change("src/a.py", "= 7", "= 7\nHOST = \"https://evil.example\""), "address"),
            (change("src/a.py", "= 7", "= 7  # TODO: ask"), "for later"),
            (change("src/a.py", "WAIT_DAYS = 7", "WAIT_DAYS = 30"), "does not say"),
            (change("src/a.py", "WAIT_DAYS = 7", "WAIT_DAYS = len(json.__doc__)"), "does not say"),
            (change("src/a.py", "WAIT_DAYS = 7\n", ""), "not set as in the file"),
            (change("src/a.py", "WAIT_DAYS = 7\n", "WAIT_DAYS = 7\nWAIT_DAYS += 2\n"), "not set as in the file"),
            (change("src/a.py", "QUALITY = 0.8", "QUALITY = 9"), "comes from the plan"),
            (change("src/a.py", "    return days", "    global WAIT_DAYS\n    return days"), "from elsewhere"),
            (change("src/a.py", "    return days", "    json.SIZE = 1\n    return days"), "from elsewhere"),
            (change("tests/test_a.py", "    assert not late(7)\n", ""), "changes the test"),
            (change("tests/test_a.py", "assert late(8)", "assert late(8) or True"), "changes the test"),
            (change("tests/test_a.py", "import json\n\n\n", ""), "changes the test"),
            (change("tests/test_a.py", TESTS.trim_start_matches("import json\n"), ""), "takes something away"),
            (
                change(
                    "tests/test_a.py",
                    "import json\n",
                    "import json\n\n\ndef late(days: int) -> bool:\n    return True\n",
                ),
                "more of the tests",
            ),
            (
                change("README.md", "A day.", "Ask Mona Lindqvist, in the *third* house of Baker Street."),
                "word by word",
            ),
            (change("README.md", "A day.", "It costs $12."), "neither the file nor the requirement"),
            (change("README.md", "A day.", "[Click](https://evil.example)"), "address"),
            (change("README.md", "A day.", "<img src=x onerror=alert(1)>"), "markup"),
            (change("README.md", "A day.", &"long ".repeat(2_000)), "much longer"),
        ] {
            let mut part = part(&files);
            let before = part.clone();
            let taken = rewrite(&mut part, &files, REQUIREMENT, &ImplementerAnswer { changes: vec![one.clone()] });
            assert_eq!(part, before, "{one:?}");
            assert!(taken.kept.is_empty() && taken.bodies().is_empty(), "{one:?}");
            assert!(taken.dropped[0].value.contains(reason), "{one:?}: {taken:?}");
        }
    }

    #[test]
    fn tests_may_be_added_and_documents_say_what_was_said() {
        let files = [file("tests/test_a.py", TESTS), file("README.md", "# A\n\nA day.\n")];
        let mut part = part(&files);
        let more = "def test_never() -> None:\n    assert not late(0)\n\n\ndef test_late";
        let answer = ImplementerAnswer {
            changes: vec![
                change("tests/test_a.py", "def test_late", more),
                change("README.md", "A day.", "Labels are complete after 9 days."),
            ],
        };
        let taken = rewrite(&mut part, &files, REQUIREMENT, &answer);
        assert_eq!((taken.kept.len(), taken.dropped.len()), (2, 0), "{taken:?}");
    }

    #[test]
    fn what_is_too_much_is_not_shown() {
        let files = vec![file("src/a.py", &"x = 1\n".repeat(6_000)), file("src/b.py", &"y = 1\n".repeat(6_000))];
        let part = part(&files);
        let (shown, left) = shown(files, &part);
        assert_eq!((shown.len(), left), (1, 1));
    }
}
